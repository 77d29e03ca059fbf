//! `lock-drift`: a lock that does not answer its manifest. One finding per pair lists all that is missing, extra and
//! different, and points at both files.

use super::context::{WorkLock, contents_of};
use super::{Context, Draft, remake};
use crate::finding::{Place, Related};
use crate::locks::{Contents, Detected, Drift, detect, mirror, satisfaction};
use crate::policy::Kind;
use crate::requirements::{self, EntryKind, Located};
use crate::rule::RuleId;
use crate::source::{SourceFile, Span, printable_text};

/// More names than this are counted, not told.
const NAMED: usize = 40;

pub(super) fn check(context: &Context<'_>) -> Vec<Draft> {
    let (Some(manifest), Some(lock)) = (context.after.manifest.root_file(), context.after.lock.root_file()) else {
        return Vec::new();
    };
    // A line or an include that cannot be read is reported as such; comparing what is left would only repeat it.
    if context.after.manifest.problems.iter().any(|problem| problem.fault.hides_entries()) {
        return Vec::new();
    }
    if [manifest, lock].iter().any(|file| file.entries.iter().any(|entry| matches!(entry.kind, EntryKind::Invalid))) {
        return Vec::new();
    }
    let (asked, held) = (context.manifest(), context.lock());
    let drift = compare(context.pair.kind, lock, &asked, &held);
    if drift.is_empty() {
        return Vec::new();
    }
    let related: Vec<_> = drift.iter().flat_map(marks).collect();
    let place = related.first().map_or(Place::File(context.pair.lock.clone()), |first| first.place.clone());
    let message = summary(context, &drift);
    let mut draft = Draft::new(RuleId::LockDrift, place, message, help(context, &asked));
    draft.related = related;
    vec![draft]
}

fn compare<'a>(kind: Kind, lock: &requirements::File, asked: &Contents<'a>, held: &Contents<'a>) -> Vec<Drift<'a>> {
    let as_mirror = match kind {
        Kind::Mirror => true,
        Kind::Compiled | Kind::Freeze => false,
        Kind::Auto => detect(lock) == Detected::Mirror,
    };
    if as_mirror { mirror(asked, held) } else { satisfaction(asked, held) }
}

/// One sentence that names every package.
fn summary(context: &Context<'_>, drift: &[Drift<'_>]) -> String {
    let manifest = context.paths.show(&context.pair.manifest);
    let lock = context.paths.show(&context.pair.lock);
    let list = |pick: fn(&Drift<'_>) -> Option<String>| drift.iter().filter_map(pick).collect::<Vec<_>>();
    let missing = list(|drift| match drift {
        Drift::Missing(located) => Some(named(located)),
        Drift::OptionMissing(line) => Some(line.option.name.to_owned()),
        Drift::Extra(_) | Drift::Different { .. } | Drift::OptionExtra(_) => None,
    });
    let extra = list(|drift| match drift {
        Drift::Extra(located) => Some(named(located)),
        Drift::OptionExtra(line) => Some(line.option.name.to_owned()),
        Drift::Missing(_) | Drift::Different { .. } | Drift::OptionMissing(_) => None,
    });
    let different = list(|drift| match drift {
        Drift::Different { manifest, how, .. } => Some(format!("{} ({how})", printable_text(manifest.label()))),
        Drift::Missing(_) | Drift::Extra(_) | Drift::OptionMissing(_) | Drift::OptionExtra(_) => None,
    });
    let mut parts = Vec::new();
    for (names, what) in [(missing, "missing"), (extra, "extra"), (different, "different")] {
        if !names.is_empty() {
            let more = if names.len() > NAMED { ", …" } else { "" };
            let shown: Vec<_> = names.iter().take(NAMED).map(String::as_str).collect();
            parts.push(format!("{} {what}: {}{more}", names.len(), shown.join(", ")));
        }
    }
    format!("{lock} does not match {manifest}; {}", parts.join("; "))
}

fn named(located: &Located<'_>) -> String {
    format!("{}{}", printable_text(located.label()), printable_text(&located.requirement.specifiers.to_string()))
}

/// The lines that take part, each with what it has to do with it.
fn marks(drift: &Drift<'_>) -> Vec<Related> {
    let mark = |file: &SourceFile, span: Span, label: &str| Related {
        place: Place::of(file, first_line(file, span)),
        label: label.to_owned(),
    };
    match drift {
        Drift::Missing(asked) => vec![mark(asked.file, asked.span(), "missing in the lock")],
        Drift::Extra(held) => vec![mark(held.file, held.span(), "not in the manifest")],
        Drift::Different { manifest, lock, .. } => vec![
            mark(manifest.file, manifest.span(), "the manifest asks for this"),
            mark(lock.file, lock.span(), "the lock holds this"),
        ],
        Drift::OptionMissing(line) => vec![mark(line.file, line.span, "missing in the lock")],
        Drift::OptionExtra(line) => vec![mark(line.file, line.span, "not in the manifest")],
    }
}

fn first_line(file: &SourceFile, span: Span) -> Span {
    let line = file.line_span(file.position(span.start).line);
    Span::new(span.start, span.end.min(line.end))
}

fn help(context: &Context<'_>, asked: &Contents<'_>) -> String {
    if let WorkLock::Differs(file) = context.work_lock
        && compare(context.pair.kind, file, asked, &contents_of(file)).is_empty()
    {
        return format!("the lock in the work tree matches: `git add {}`", context.paths.word(&context.pair.lock));
    }
    format!("bring the lock in step: {}", remake::line(context))
}
