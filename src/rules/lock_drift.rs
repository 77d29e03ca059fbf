//! `lock-drift`: a lock that does not answer its manifest, one finding per layer: it was made from another manifest
//! (identity), or a requirement is not met or an entry not explained (satisfaction). A finding lists all that is missing,
//! extra, different and unexplained, and points at both files.

use super::answer::compare;
use super::context::{WorkLock, contents_of};
use super::kind::JudgedAs;
use super::untouched::untouched;
use super::{Context, Draft, remake};
use crate::finding::{Place, Related};
use crate::locks::{Contents, Drift};
use crate::requirements::Located;
use crate::rule::{Level, RuleId};
use crate::source::{SourceFile, Span, printable_text};

/// More names than this are counted, not told.
const NAMED: usize = 40;

pub(super) fn check(context: &Context<'_>) -> Vec<Draft> {
    let Some(answer) = context.answer() else { return Vec::new() };
    let mut drafts = Vec::new();
    if !answer.proof.identity.is_empty() {
        drafts.push(identity(context, &answer.proof.identity));
    }
    let mut stale = answer.proof.satisfaction.clone();
    let untouched = untouched(context);
    let silent = stale.is_empty() && !untouched.is_empty();
    stale.extend(untouched);
    if !stale.is_empty() {
        let mut draft = drift(context, &stale);
        if silent {
            let stamp = format!("`hook lock --stamp {}`", context.paths.word(&context.pair.manifest));
            draft.help = format!("{}; if that leaves it as it is, {stamp} records so", draft.help);
        }
        drafts.push(draft);
    }
    if !answer.proof.provenance.is_empty() {
        drafts.push(Draft { weight: Level::Warning, ..drift(context, &answer.proof.provenance) });
    }
    drafts
}

fn identity(context: &Context<'_>, contradictions: &[String]) -> Draft {
    let manifest = context.paths.show(&context.pair.manifest);
    let lock = context.paths.show(&context.pair.lock);
    let told = contradictions.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join("; ");
    let message = format!("{lock} was not made from {manifest}: {told}");
    Draft::new(RuleId::LockDrift, Place::File(context.pair.lock.clone()), message, help(context, context.manifest()))
}

fn drift(context: &Context<'_>, drift: &[Drift<'_>]) -> Draft {
    let related: Vec<_> = drift.iter().flat_map(marks).collect();
    let place = related.first().map_or(Place::File(context.pair.lock.clone()), |first| first.place.clone());
    let mut draft = Draft::new(RuleId::LockDrift, place, summary(context, drift), help(context, context.manifest()));
    draft.related = related;
    draft
}

/// One sentence that names every package.
fn summary(context: &Context<'_>, drift: &[Drift<'_>]) -> String {
    let manifest = context.paths.show(&context.pair.manifest);
    let lock = context.paths.show(&context.pair.lock);
    let list = |pick: fn(&Drift<'_>) -> Option<String>| drift.iter().filter_map(pick).collect::<Vec<_>>();
    let missing = list(|drift| match drift {
        Drift::Missing(located) => Some(named(located)),
        Drift::OptionMissing(line) => Some(line.option.name.to_owned()),
        Drift::Extra(_)
        | Drift::Different { .. }
        | Drift::Unexplained { .. }
        | Drift::Untouched { .. }
        | Drift::OptionExtra(_) => None,
    });
    let extra = list(|drift| match drift {
        Drift::Extra(located) => Some(named(located)),
        Drift::OptionExtra(line) => Some(line.option.name.to_owned()),
        Drift::Missing(_)
        | Drift::Different { .. }
        | Drift::Unexplained { .. }
        | Drift::Untouched { .. }
        | Drift::OptionMissing(_) => None,
    });
    let different = list(|drift| match drift {
        Drift::Different { manifest, how, .. } => Some(format!("{} ({how})", printable_text(manifest.label()))),
        Drift::Untouched { manifest, what } => {
            Some(format!("{} ({what} changed, and the lock did not)", printable_text(manifest.label())))
        }
        Drift::Missing(_)
        | Drift::Extra(_)
        | Drift::Unexplained { .. }
        | Drift::OptionMissing(_)
        | Drift::OptionExtra(_) => None,
    });
    let unexplained = list(|drift| match drift {
        Drift::Unexplained { lock, how } => Some(format!("{} ({how})", named(lock))),
        Drift::Missing(_)
        | Drift::Extra(_)
        | Drift::Different { .. }
        | Drift::Untouched { .. }
        | Drift::OptionMissing(_)
        | Drift::OptionExtra(_) => None,
    });
    let mut parts = Vec::new();
    let lists = [(missing, "missing"), (extra, "extra"), (different, "different"), (unexplained, "unexplained")];
    for (names, what) in lists {
        if !names.is_empty() {
            let more = if names.len() > NAMED { ", ..." } else { "" };
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
        Drift::Untouched { manifest, .. } => {
            vec![mark(manifest.file, manifest.span(), "the lock was made before this")]
        }
        Drift::Unexplained { lock, .. } => vec![mark(lock.file, lock.span(), "nothing explains this")],
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
        && compare(JudgedAs::of(context.pair, file), file, asked, &contents_of(file)).is_fresh()
    {
        return format!("the lock in the work tree matches: `git add {}`", context.paths.word(&context.pair.lock));
    }
    format!("bring the lock in step: {}", remake::line(context))
}
