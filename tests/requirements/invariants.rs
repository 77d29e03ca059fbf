//! What holds for every file, whatever its bytes. The property tests, the fuzzer and the replay of what it found all
//! ask here.

use freeze_guard::requirements::{Entry, EntryKind, File, Marker, ProblemKind, Requirement, Tri, Version, read};
use freeze_guard::source::{RepoPath, Span, is_deceptive};

/// How many markers of one file are compared, each with the next; deciding may take its time.
const MARKERS: usize = 6;

/// Reads `bytes`, panics where something does not hold, and gives back whether anything was read.
pub(crate) fn check(bytes: &[u8]) -> bool {
    let file = read(RepoPath::new(b"requirements.txt").expect("a path"), bytes);
    places(&file);
    let mut invalid = 0;
    for entry in &file.entries {
        match &entry.kind {
            EntryKind::Invalid => invalid += 1,
            EntryKind::Requirement(requirement) => spans(&file, requirement),
            EntryKind::Include(_) | EntryKind::Options(_) => {}
        }
    }
    let reasons = file.problems.iter().filter(|problem| problem.kind == ProblemKind::Invalid).count();
    assert!(reasons >= invalid, "{invalid} invalid entries, {reasons} reasons");
    neighbours(&file);
    markers(&file);
    !file.entries.is_empty()
}

fn slice(file: &File, span: Span) -> &str {
    let text = file.source.text();
    text.get(span.start..span.end).unwrap_or_else(|| panic!("{span:?} of {text:?}"))
}

/// Everything stands where it says, in order, and what is told is safe to show.
fn places(file: &File) {
    for problem in &file.problems {
        slice(file, problem.span);
        assert!(!problem.message.is_empty() && !problem.help.is_empty());
        let shown = format!("{}{}", problem.message, problem.help);
        assert!(!shown.chars().any(is_deceptive), "{shown:?}");
    }
    assert!(file.problems.is_sorted_by_key(|problem| problem.span));
    for comment in &file.comments {
        slice(file, comment.span);
        assert!(file.comment_text(comment).starts_with('#'));
    }
    for entry in &file.entries {
        slice(file, entry.span);
        assert!(!entry.text(&file.source).is_empty() && entry.line <= file.source.line_count());
        assert!(file.source.position(entry.span.start).line >= entry.line);
    }
    let follows = |two: &[Entry]| two[0].line < two[1].line && two[0].span.end <= two[1].span.start;
    assert!(file.entries.windows(2).all(follows), "{:?}", file.entries);
}

/// The places to replace hold what they are said to hold.
fn spans(file: &File, requirement: &Requirement) {
    if let Some(span) = requirement.version_span {
        slice(file, span);
    }
    if let Some(span) = requirement.name_span {
        let name = slice(file, span);
        assert!(requirement.written_name.as_deref().is_none_or(|written| written == name));
    }
    if let Some(span) = requirement.specifier_span {
        assert_eq!(slice(file, span), requirement.written_specifiers);
    }
    if let (Some(span), Some(version)) = (requirement.version_span, requirement.specifiers.exact_text()) {
        assert!(requirement.written_specifiers.contains(',') || slice(file, span) == version);
    }
}

/// Questions about one requirement, and about one and the next.
fn neighbours(file: &File) {
    let hosts = ["github.com".to_owned()];
    let versions: Vec<Version> =
        ["0", "1.0", "1!2.0rc1.post1.dev1+a.1"].map(|text| text.parse().expect("PEP 440")).into();
    let all: Vec<&Requirement> = file.requirements().map(|(_, requirement)| requirement).take(500).collect();
    for requirement in &all {
        let _ = (requirement.pin(&hosts), requirement.is_local(), requirement.revision(), requirement.host());
        assert_eq!(requirement.same_url(requirement), Tri::Yes);
        assert_eq!(requirement.specifiers, requirement.specifiers.clone());
        for version in &versions {
            requirement.specifiers.contains(version);
        }
        // `===` compares text, and the text of a version is not always its canonical one.
        if let Some(version) =
            requirement.specifiers.exact().filter(|_| !requirement.written_specifiers.starts_with("==="))
        {
            assert!(requirement.specifiers.contains(version), "{}", requirement.specifiers);
        }
    }
    for two in all.windows(2) {
        let _ = two[0].same_url(two[1]);
        let (forth, back) = (two[0].specifiers == two[1].specifiers, two[1].specifiers == two[0].specifiers);
        assert_eq!(forth, back, "{} | {}", two[0].specifiers, two[1].specifiers);
        if let Some(version) = two[0].specifiers.exact() {
            two[1].specifiers.contains(version);
        }
    }
}

/// Markers mean the same however they are asked about.
fn markers(file: &File) {
    let all = file.requirements().filter_map(|(_, requirement)| requirement.marker.as_ref());
    let some: Vec<&Marker> = all.take(MARKERS).collect();
    for marker in &some {
        assert_eq!(marker.equivalent(marker), Tri::Yes);
        assert_eq!(marker.covered_by(&[marker]), Tri::Yes);
        reads_back(marker);
    }
    for two in some.windows(2) {
        let (left, right) = (two[0], two[1]);
        assert_eq!(left.equivalent(right), right.equivalent(left), "{} | {}", left.text(), right.text());
        assert_eq!(left.disjoint(right), right.disjoint(left), "{} | {}", left.text(), right.text());
        if left.equivalent(right) == Tri::Yes {
            assert_ne!(left.covered_by(&[right]), Tri::No, "{} | {}", left.text(), right.text());
        }
    }
    let _ = Marker::cover_everything(&some);
}

/// The canonical text of a marker is a marker, the same one, but where the line that it is put into spoils it: quotes
/// inside quotes, or an extra `.x` whose normal form `-x` would begin an option.
fn reads_back(marker: &Marker) {
    let (text, canonical) = (marker.text(), marker.canonical());
    if text.contains('\\') || canonical.contains(" -") || (text.contains('"') && text.contains('\'')) {
        return;
    }
    let again = read(RepoPath::new(b"r.txt").expect("a path"), format!("x ; {canonical}").as_bytes());
    let marker = again.requirements().next().and_then(|(_, requirement)| requirement.marker.as_ref());
    assert_eq!(marker.map(Marker::canonical), Some(canonical));
}
