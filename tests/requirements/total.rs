//! Reading is total: any bytes give a file whose places all lie within the text.

use freeze_guard::requirements::{EntryKind, ProblemKind};
use freeze_guard::source::Span;
use proptest::prelude::*;

use super::file;

#[path = "../oracle/generate.rs"]
mod generate;

/// Reads and checks what holds for every file; gives back whether something was read.
fn check(bytes: &[u8]) -> bool {
    let file = file(bytes);
    let text = file.source.text();
    let inside = |span: Span| assert!(text.get(span.start..span.end).is_some(), "{span:?} of {text:?}");
    for problem in &file.problems {
        inside(problem.span);
        assert!(!problem.message.is_empty() && !problem.help.is_empty());
        let shown = format!("{}{}", problem.message, problem.help);
        assert!(!shown.chars().any(freeze_guard::source::is_deceptive), "{shown:?}");
    }
    for comment in &file.comments {
        inside(comment.span);
        assert!(file.comment_text(comment).starts_with('#'));
    }
    let mut invalid = 0;
    for entry in &file.entries {
        inside(entry.span);
        assert!(!entry.text.is_empty() && entry.line <= file.source.line_count());
        assert!(file.source.position(entry.span.start).line >= entry.line);
        match &entry.kind {
            EntryKind::Invalid => invalid += 1,
            EntryKind::Requirement(requirement) => {
                [requirement.name_span, requirement.specifier_span, requirement.version_span]
                    .into_iter()
                    .flatten()
                    .for_each(inside);
                if let (Some(span), Some(name)) = (requirement.name_span, &requirement.written_name) {
                    assert_eq!(text.get(span.start..span.end), Some(name.as_str()));
                }
                if let Some(span) = requirement.specifier_span {
                    assert_eq!(text.get(span.start..span.end), Some(requirement.written_specifiers.as_str()));
                }
                if let (Some(span), Some(version)) = (requirement.version_span, requirement.specifiers.exact_text()) {
                    assert!(
                        requirement.written_specifiers.contains(',') || text.get(span.start..span.end) == Some(version)
                    );
                }
                let _ = (
                    requirement.pin(&[]),
                    requirement.is_local(),
                    requirement.same_url(requirement),
                    requirement.revision(),
                );
            }
            EntryKind::Include(_) | EntryKind::Options(_) => {}
        }
    }
    let reasons = file.problems.iter().filter(|problem| problem.kind == ProblemKind::Invalid).count();
    assert!(reasons >= invalid, "{invalid} invalid entries, {reasons} reasons");
    !file.entries.is_empty()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        check(&bytes);
    }

    #[test]
    fn any_text(text in "[ -~\\\\\n\t\u{a0}\u{2028}é#;@\\[\\]\"'=<>~!,.()-]{0,80}") {
        check(text.as_bytes());
    }

    #[test]
    fn decoders_of_any_bytes(mark in 0..6_usize, bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        let marks: [&[u8]; 6] = [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"# coding: latin-1\n"];
        check(&[marks[mark], &bytes].concat());
    }
}

#[test]
fn files_of_the_grammar() {
    let read = (0..5_000).filter(|&seed| check(&generate::file(seed))).count();
    assert!(read > 4_000, "{read}");
}

#[test]
fn lines_alone_read_as_they_do_in_a_file() {
    // A reader that carries something from line to line would let one line change another.
    for seed in 0..500 {
        let bytes = generate::file(seed);
        let alone = file(&bytes);
        let behind = file([b"six==1\n".as_slice(), &bytes].concat());
        if !bytes.starts_with(b"#") && bytes.is_ascii() {
            assert_eq!(
                super::reading(&behind).trim_start_matches("named six==1 !").trim_start_matches(" | "),
                super::reading(&alone)
            );
        }
    }
}
