//! Lines of manifests that can be mended without asking: what can mean one thing only, and what stands twice. A lock is
//! made anew instead.
//!
//! Only files whose bytes are their text are edited, and of two equal lines the one without a comment goes.

use std::collections::{BTreeMap, BTreeSet};

use crate::change::bench::Bench;
use crate::files::PairFiles;
use crate::policy::Pair;
use crate::requirements::{self, EntryKind, File, Located, Requirement, Tri, located_in, repair};
use crate::rule::RuleId;
use crate::source::{ReadError, RepoPath, SourceFile, Span};

/// A UTF-8 byte order mark, which is no part of a file's text.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// What is put in the place of bytes of a file's text.
type Changes = BTreeMap<Span, String>;

/// Mends lines of the manifests of `pairs`, and of what they include, that pip cannot read.
pub(super) fn mend(pairs: &[Pair], bench: &mut Bench<'_, '_>) -> Result<(), ReadError> {
    change(pairs, bench, unreadable)
}

/// Drops lines there that say what a line before them says.
pub(super) fn drop_repeated(pairs: &[Pair], bench: &mut Bench<'_, '_>) -> Result<(), ReadError> {
    change(pairs, bench, repeated)
}

fn change(
    pairs: &[Pair],
    bench: &mut Bench<'_, '_>,
    changes: fn(&File, &Bench<'_, '_>) -> Changes,
) -> Result<(), ReadError> {
    let mut seen = BTreeSet::new();
    for pair in pairs {
        let files = PairFiles::load(&bench.overlay, pair, &bench.cache)?;
        for file in files.manifest.files().map(|(_, file)| file).filter(|file| file.is_plain()) {
            if seen.insert(file.source.path().clone()) {
                let changes = changes(file, bench);
                apply(file.source.path(), changes, bench)?;
            }
        }
    }
    Ok(())
}

fn apply(path: &RepoPath, changes: Changes, bench: &mut Bench<'_, '_>) -> Result<(), ReadError> {
    let Some(mut bytes) = bench.overlay.bytes(path)?.filter(|_| !changes.is_empty()) else { return Ok(()) };
    let mark = if bytes.starts_with(MARK) { MARK.len() } else { 0 };
    // From the end, so that the places before stay where they are.
    for (span, text) in changes.into_iter().rev() {
        let spot = span.start + mark..span.end + mark;
        if bytes.get(spot.clone()).is_some() {
            bytes.splice(spot, text.into_bytes());
        }
    }
    bench.overlay.put(path, bytes)
}

/// Lines that pip cannot read and that can mean one thing only.
fn unreadable(file: &File, bench: &Bench<'_, '_>) -> Changes {
    if !bench.asks(RuleId::InvalidLine, None) {
        return Changes::new();
    }
    let repairs = file.entries.iter().filter_map(|entry| repair(file, entry));
    repairs.map(|repair| (repair.span, repair.text)).collect()
}

/// Lines that say what a line before them says.
fn repeated(file: &File, bench: &Bench<'_, '_>) -> Changes {
    if file.entries.iter().any(|entry| matches!(entry.kind, EntryKind::Invalid)) {
        return Changes::new();
    }
    let mut kept: BTreeMap<&str, Vec<Located<'_>>> = BTreeMap::new();
    let mut changes = Changes::new();
    for later in located_in(file) {
        let Some(name) = &later.requirement.name else { continue };
        let earlier = kept.entry(name.as_str()).or_default();
        let same = earlier.iter().position(|earlier| equal(earlier.requirement, later.requirement));
        let Some(at) = same.filter(|_| bench.asks(RuleId::Duplicate, Some(name))) else {
            earlier.push(later);
            continue;
        };
        match (has_comment(file, &earlier[at]), has_comment(file, &later)) {
            (_, false) => drop(changes.insert(lines_of(&file.source, later.entry.span), String::new())),
            (false, true) => {
                changes.insert(lines_of(&file.source, earlier[at].entry.span), String::new());
                earlier[at] = later;
            }
            // Which of two comments goes is for a person to say.
            (true, true) => {}
        }
    }
    changes
}

/// Whether two requirements ask for the same, hashes included.
fn equal(left: &Requirement, right: &Requirement) -> bool {
    let marker = match (&left.marker, &right.marker) {
        (None, None) => true,
        (Some(left), Some(right)) => left.equivalent(right) == Tri::Yes,
        (Some(_), None) | (None, Some(_)) => false,
    };
    marker
        && left.specifiers == right.specifiers
        && left.extras == right.extras
        && left.url == right.url
        && left.editable == right.editable
        && left.hashes == right.hashes
        && left.config_settings == right.config_settings
}

/// Whether a comment stands on a line of the entry, or right behind it as an annotation does.
fn has_comment(file: &File, located: &Located<'_>) -> bool {
    let last = file.source.position(located.entry.span.end).line;
    let near = |comment: &requirements::Comment| {
        (located.entry.line..=last).contains(&comment.line)
            || comment.line == last + 1 && comment.own_line && indented(&file.source, comment.line)
    };
    file.comments.iter().any(near)
}

/// Whether line `number` begins with white space, as annotations below an entry do.
pub(super) fn indented(file: &SourceFile, number: usize) -> bool {
    file.line(number).starts_with([' ', '\t'])
}

/// The physical lines that `span` touches, the last one's break included.
pub(super) fn lines_of(file: &SourceFile, span: Span) -> Span {
    let (first, last) = (file.position(span.start).line, file.position(span.end).line);
    let end = if last >= file.line_count() { file.text().len() } else { file.line_span(last + 1).start };
    Span::new(file.line_span(first).start, end)
}
