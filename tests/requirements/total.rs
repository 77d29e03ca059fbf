//! Reading is total: any bytes give a file whose places all lie within the text.

use proptest::prelude::*;

use super::file;
use super::invariants::check;

#[path = "../oracle/generate.rs"]
mod generate;

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
