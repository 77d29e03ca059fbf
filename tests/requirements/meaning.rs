//! What requirements mean: pins, places, comments, and where the bytes to change stand.

use freeze_guard::requirements::{EntryKind, File, Pin, ProblemKind, Requirement, Tri};

use super::{file, problems, reading};

const DIGEST: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn one(text: &str) -> Requirement {
    let file = file(text);
    assert_eq!(file.entries.len(), 1, "{text}: {:?}", file.problems);
    file.requirements().next().unwrap().1.clone()
}

fn slice(file: &File, span: Option<freeze_guard::source::Span>) -> Option<&str> {
    span.map(|span| &file.source.text()[span.start..span.end])
}

#[test]
fn pins_of_urls_and_repositories() {
    let pinned = |text: String| one(&text).pin(&["GitHub.com".to_owned()]) == Pin::Pinned;
    assert!(pinned(format!("a @ https://e/a.zip --hash=sha256:{DIGEST}")));
    assert!(pinned(format!("a @ https://e/a.zip#sha256={DIGEST}")));
    assert!(pinned(format!("https://e/a-1-py3-none-any.whl#sha512={DIGEST}{DIGEST}")));
    assert!(pinned(format!("./a.zip --hash=sha256:{DIGEST}")));
    assert!(pinned(format!("a @ git+https://user@github.com:443/o/r.git@{COMMIT}#subdirectory=x")));
    assert!(pinned(format!("a @ git+ssh://git@github.com/o/r@{}", DIGEST.to_uppercase())));
    for loose in [
        format!("a @ https://e/a.zip#md5={DIGEST}"),
        "a @ https://e/a.zip --hash=sha256:ab".to_owned(),
        format!("https://e/a.zip#sha256={DIGEST}"),
        "./a.zip".to_owned(),
        format!("a @ git+https://github.com/o/r@{}", &COMMIT[1..]),
        format!("a @ git+https://{COMMIT}@github.com/o/r"),
        format!("a @ git+https://example.com/o/r@{COMMIT}"),
        format!("a @ git+https://github.com.evil.example/o/r@{COMMIT}"),
        format!("a @ git+https://github.com@evil.example/o/r@{COMMIT}"),
        format!("a @ hg+https://github.com/o/r@{COMMIT}"),
        format!("-e git+https://github.com/o/r@{COMMIT}#egg=a"),
        "./dir".to_owned(),
        "a".to_owned(),
    ] {
        assert!(!pinned(loose.clone()), "{loose}");
    }
}

#[test]
fn weak_and_broken_hashes_of_urls_are_reported() {
    assert_eq!(problems(&file("a @ https://e/a.zip#md5=ab")), "H");
    assert_eq!(problems(&file("a @ https://e/a.zip#sha256=ab")), "H");
    assert_eq!(problems(&file(format!("a @ https://e/a.zip#sha256={DIGEST}"))), "");
}

#[test]
fn the_same_place_by_other_spellings() {
    let same = |manifest: &str, lock: &str| one(manifest).same_url(&one(lock));
    let commit = format!("a @ git+https://github.com/o/r@{COMMIT}");
    let other = commit.replace("0123", "3210");
    for (manifest, lock, answer) in [
        ("a @ git+https://GitHub.com/o/r.git@v1", commit.as_str(), Tri::Unknown),
        ("git+https://u:p@github.com/o/r#egg=a", &commit, Tri::Unknown),
        (&commit, &commit.replace("/r@", "/r.git@"), Tri::Yes),
        (&commit, &other, Tri::No),
        (&commit, "a @ git+https://github.com/o/r", Tri::No),
        ("a @ git+https://github.com/o/r@v1", "a @ git+https://github.com/o/s@v1", Tri::No),
        ("a @ git+ssh://github.com/o/r@v1", "a @ git+https://github.com/o/r@v1", Tri::No),
        ("a @ git+https://h/r@v1#subdirectory=x", "a @ git+https://h/r@v1", Tri::No),
        ("a @ https://e:443/a%2Db.zip", "a @ https://u@e/a-b.zip", Tri::Yes),
        ("a @ https://e/a.zip", "a @ http://e/a.zip", Tri::No),
        ("a @ https://e/a.zip?x", "a @ https://e/a.zip", Tri::No),
        ("a @ https://e/a.zip#sha256=ab", "a @ https://e/a.zip", Tri::No),
        ("a @ https://e/a.zip", "a @ https://e/a.zip#sha256=ab", Tri::Yes),
        ("a==1", "a==2", Tri::Yes),
        ("a==1", "a @ https://e/a.zip", Tri::No),
        ("-e ./dir", "-e dir/", Tri::Yes),
    ] {
        assert_eq!(same(manifest, lock), answer, "{manifest} / {lock}");
    }
}

#[test]
fn local_is_what_this_machine_holds() {
    for (text, local) in [
        ("-e .", true),
        ("./dir", true),
        ("a.zip", true),
        ("a @ file:x", true),
        ("a==1", false),
        ("a @ https://e/a.zip", false),
        ("a @ git+file:///r", true),
        ("a @ git+https://h/r", false),
    ] {
        assert_eq!(one(text).is_local(), local, "{text}");
    }
}

#[test]
fn spans_are_the_bytes_to_replace() {
    let text = "# é\nFoo[a] (== 1.0.*) ; os_name == 'a'  # c\nbar\n-e \"baz @ git+https://h/r\"\n  qux==1.\\\n0\nquux \\\n  ==2.0 \\\n  --hash=sha256:ab\n";
    let file = file(text);
    let all: Vec<_> = file.requirements().map(|(_, requirement)| requirement).collect();
    assert_eq!(slice(&file, all[0].name_span), Some("Foo"));
    assert_eq!(slice(&file, all[0].specifier_span), Some("== 1.0.*"));
    assert_eq!(slice(&file, all[0].version_span), Some("1.0"));
    assert_eq!((all[0].written_name.as_deref(), all[0].written_specifiers.as_str()), (Some("Foo"), "== 1.0.*"));
    assert_eq!(slice(&file, all[1].specifier_span), Some(""));
    assert_eq!(all[1].specifier_span.unwrap().start, text.find("bar").unwrap() + 3);
    assert_eq!(slice(&file, all[2].name_span), Some("baz"));
    assert_eq!((slice(&file, all[3].name_span), all[3].version_span), (Some("qux"), None));
    assert_eq!(slice(&file, all[4].version_span), Some("2.0"));
    let lines: Vec<usize> = file.entries.iter().map(|entry| entry.line).collect();
    assert_eq!(lines, [2, 3, 4, 5, 7]);
    let last = file.entries[4].span;
    assert_eq!(&text[last.start..last.end], "quux \\\n  ==2.0 \\\n  --hash=sha256:ab");
}

#[test]
fn problems_point_at_the_very_characters() {
    for (text, at) in [
        ("\u{feff}# é\n  foo==1.0 bar", "b"),
        ("foo==1.0 \\\n   --hash=sha256:zz", "sha256:zz"),
        ("foo==1.0 --hash=\"sha256:zz\"", "sha256:zz"),
        ("foo==1.0 \\\n  --pre", "--pre"),
        ("-e \"foo @ git+https://h/r ; os_name == os_name\"", "os_name == os_name"),
        ("--index-url https://${A}/s", "${A}"),
    ] {
        let file = file(text);
        let found = file.problems.iter().any(|problem| {
            let pointed = &file.source.text()[problem.span.start..problem.span.end];
            pointed == at
        });
        assert!(found, "{text:?}: {:?}", file.problems);
    }
}

#[test]
fn comments_are_kept_with_their_places() {
    let file = file("# head\na==1  # via b, c\n    # via\n    #   -r x.in\nb #c\nc#d\n-e . #e");
    let told: Vec<_> =
        file.comments.iter().map(|comment| (comment.line, comment.own_line, file.comment_text(comment))).collect();
    let expected = [
        (1, true, "# head"),
        (2, false, "# via b, c"),
        (3, true, "# via"),
        (4, true, "#   -r x.in"),
        (5, false, "#c"),
        (7, false, "#e"),
    ];
    assert_eq!(told, expected);
}

#[test]
fn encodings() {
    let wide = |mark: &[u8], text: &str, width: usize| -> Vec<u8> {
        let units =
            text.chars().flat_map(|char| (char as u32).to_le_bytes().into_iter().take(width).collect::<Vec<_>>());
        mark.iter().copied().chain(units).collect()
    };
    for (bytes, encoding, expected, kinds) in [
        (b"foo==1.0".to_vec(), "utf-8", "named foo==1.0 !", ""),
        (wide(b"\xff\xfe", "foo==1.0", 2), "utf-16-le", "named foo==1.0 !", "O"),
        (wide(b"\xff\xfe\0\0", "foo==1.0", 4), "utf-32-le", "named foo==1.0 !", "O"),
        (wide(b"", "foo", 2), "utf-8", "invalid", "I"),
        (b"# coding: latin-1\n# \xe9\nfoo==1.0".to_vec(), "latin-1", "named foo==1.0 !", "O"),
        (b"# coding: utf-7\nfoo+AD0APQ-1.0".to_vec(), "unknown", "", "I"),
        (b"# caf\xe9\nfoo".to_vec(), "utf-8", "", "I"),
    ] {
        let file = file(&bytes);
        assert_eq!((file.encoding, reading(&file).as_str(), problems(&file).as_str()), (encoding, expected, kinds));
    }
}

#[test]
fn options_beside_requirements_and_includes() {
    let file = file(
        "-r base.txt --pre\n-f a -f b\nfoo==1 -e .\n-e . -e b\n-e . --hash=sha256:ab\nfoo==1 -C a=b -C c=d\n-r a\\b.txt",
    );
    assert_eq!(file.problems.iter().filter(|problem| problem.kind == ProblemKind::Ambiguous).count(), 5);
    let EntryKind::Requirement(settings) = &file.entries[5].kind else { panic!() };
    assert_eq!(settings.config_settings, ["a=b", "c=d"]);
    let EntryKind::Include(include) = &file.entries[6].kind else { panic!() };
    assert_eq!(include.target, "ab.txt");
}
