//! Files made to break readers: the faults of pep508_rs and pep440_rs (requirements-format section 5), and the limits.

use std::time::{Duration, Instant};

use freeze_guard::requirements::{EntryKind, File, ProblemKind, Tri};

use super::{file, problems, reading};

/// Reads within `limit`, generous for a debug build on a busy machine.
fn within(limit: u64, bytes: &[u8]) -> File {
    let start = Instant::now();
    let file = file(bytes);
    assert!(start.elapsed() < Duration::from_secs(limit), "took {:?}", start.elapsed());
    file
}

fn message(file: &File) -> &str {
    file.problems.first().map_or("", |problem| &problem.message)
}

#[test]
fn names_that_panic_in_the_crate() {
    for text in ["foo- ==1", "1. >= 1", "foo_[x]", "foo[a-]", "foo[a_]", "foo ; os_name == \"x\" é", "foo[a é]"] {
        assert_eq!((reading(&file(text)).as_str(), problems(&file(text)).as_str()), ("invalid", "I"), "{text}");
    }
}

#[test]
fn characters_of_several_bytes_anywhere() {
    // Found by the comparison with pip: `===` swallows the comma, and what follows was taken for an ASCII operator.
    assert_eq!(reading(&file("foo===1,\u{feff}==2")), "invalid");
    let whole =
        "Foo[a] ===1.0,==2 ; os_name == 'a' --hash=sha256:ab -e \"x @ git+https://h/r@v#egg=y\" -ra $ ${A} \\\n#";
    for text in
        [whole, "./a[b].tar.gz/..", "https://u@[::1]:1/a;b#md5=x&egg=c", "foo @ file://h/../x", "-e git:x#egg=y"]
    {
        for at in (0..=text.len()).filter(|&at| text.is_char_boundary(at)) {
            for char in ["é", "\u{feff}", "\u{1f600}", "\u{2028}", "\u{a0}"] {
                file([&text[..at], char, &text[at..]].concat());
            }
        }
    }
}

#[test]
fn numbers_at_the_edge_of_64_bits() {
    let max = u64::MAX;
    for text in [
        format!("foo=={max}"),
        format!("foo=={max}.*"),
        format!("foo~={max}.{max}"),
        format!("foo<={max}!{max}.{max}a{max}.post{max}.dev{max}"),
        format!("foo ; python_version > \"3.{max}\""),
        format!("foo ; python_version ~= \"3.{max}\""),
        format!("foo ; python_version == \"{max}.*\""),
        format!("foo>{max}.dev{max},<{max},>={max}.post{max}"),
    ] {
        let file = file(&text);
        assert_eq!(problems(&file), "", "{text}");
        let (_, requirement) = file.requirements().next().unwrap();
        for version in ["1.0", &max.to_string(), &format!("{max}.{max}.dev{max}")] {
            let _ = requirement.specifiers.contains(&version.parse().unwrap());
        }
        if let Some(marker) = &requirement.marker {
            assert_eq!(marker.disjoint(marker), Tri::Unknown, "{text}");
        }
    }
    assert!(message(&file(format!("foo=={max}0"))).contains("beyond 64 bits"));
}

#[test]
fn markers_that_overflow_the_stack_or_take_forever() {
    let nested = format!("foo ; {}os_name=='a'{}", "(".repeat(20_000), ")".repeat(20_000));
    assert!(message(&within(5, nested.as_bytes())).contains("nested more than 40 deep"));
    let pair = |n: usize| format!("(os_name in 'a{n}' or platform_machine in 'b{n}')");
    let text = format!("foo ; {}", (0..22).map(pair).collect::<Vec<_>>().join(" and "));
    let file = within(5, text.as_bytes());
    let marker = file.requirements().next().unwrap().1.marker.clone().unwrap();
    let start = Instant::now();
    assert_eq!(marker.disjoint(&marker), Tri::Unknown);
    assert!(start.elapsed() < Duration::from_secs(1));
    let text = format!("foo ; {}", vec!["extra == 'x'"; 5_000].join(" or "));
    assert!(message(&within(5, text.as_bytes())).contains("more than 64 comparisons"));
}

#[test]
fn long_things_are_read_or_refused_quickly() {
    for text in
        ["a".repeat(200_000), format!("# {}", "x".repeat(1_000_000)), format!("foo=={}", vec!["1"; 5_000].join("."))]
    {
        assert!(!problems(&within(5, text.as_bytes())).contains('I'));
    }
    let limits = [
        ("a".repeat(1_100_000), "1048576 bytes"),
        ("a==1 \\\n".repeat(300_000), "1048576 bytes"),
        ("a\n".repeat(20_001), "20000 entries"),
        (format!("a==1{}", " --hash=sha256:ab".repeat(10_001)), "10000 hashes"),
        (format!("a{}", "<1,".repeat(300)), ""),
        (format!("a{}", (0..300).map(|n| format!("<{n},")).collect::<String>()), "256 version specifiers"),
        ("\n".repeat(1_000_001), "1000001 lines"),
        ("\u{2028}".repeat(1_000_001), "1000001 lines"),
        (format!("a{}\n", (0..250).map(|n| format!("<{n},")).collect::<String>()).repeat(1_300), "300000 hashes"),
        ("a\u{2028}".repeat(1_100), "1000 problems"),
        ("x".repeat(16 * 1024 * 1024 + 1), "16777217 bytes"),
    ];
    for (text, expected) in limits {
        let file = within(20, text.as_bytes());
        let told = file
            .problems
            .iter()
            .any(|problem| problem.kind == ProblemKind::Invalid && problem.message.contains(expected));
        assert!(told || expected.is_empty(), "{expected}: {:?}", message(&file));
    }
}

#[test]
fn quadratic_traps_are_linear() {
    for text in [
        "[".repeat(300_000),
        format!("a{}", "[".repeat(300_000)),
        format!("a @ https://e/{}", "#&egg".repeat(150_000)),
        format!("-r {}", "\"".repeat(300_000)),
        format!("a {}", "-".repeat(300_000)),
        format!("a{}", " -".repeat(150_000)),
        "#x\\\n".repeat(100_000),
        "x #\\\n".repeat(100_000),
        " \\\n".repeat(200_000),
        "a#".repeat(300_000),
        format!("a==1 {}", "${".repeat(200_000)),
        "é\\\n".repeat(200_000),
        format!("a==1 {}", "x ".repeat(200_000)),
        format!("--find-links {}", "a ".repeat(200_000)),
        vec!["--extra-index-url u"; 20_000].join(" "),
        vec!["-f u"; 20_000].join(" "),
    ] {
        within(10, text.as_bytes());
    }
}

#[test]
fn the_environment_is_never_read() {
    let file =
        file("foo @ https://${HOME}/f.zip\nbar @ file://${PROJECT_ROOT}/x\n--index-url https://${USER}:${PASS}@e/s");
    let text: String =
        file.entries.iter().map(|entry| format!("{:?} {}", entry.kind, entry.text(&file.source))).collect();
    assert!(text.contains("${HOME}") && text.contains("${PROJECT_ROOT}") && text.contains("${PASS}"));
    assert_eq!(file.problems.iter().map(|problem| problem.kind).collect::<Vec<_>>().len(), 2);
    assert!(file.problems.iter().all(|problem| problem.span.end <= 60), "{:?}", file.problems);
}

#[test]
fn messages_show_no_credentials_and_move_no_cursor() {
    let file = file(
        "foo @ https://user:secret@e/a b\n-e https://user:secret@e/x.zip\nfoo \u{1b}[31m\nfoo\u{202e}==1\n- https://u:secret@h\n--user=\u{7}",
    );
    assert!(file.problems.len() >= 6);
    for problem in &file.problems {
        let shown = format!("{} {}", problem.message, problem.help);
        assert!(!shown.contains("secret"), "{shown}");
        assert!(!shown.chars().any(freeze_guard::source::is_deceptive), "{shown:?}");
    }
}

#[test]
fn every_invalid_entry_has_its_reason() {
    let file = file("foo-\n-x\nfoo\0\n--hash\n(\n;\n");
    assert!(file.entries.iter().all(|entry| matches!(entry.kind, EntryKind::Invalid)));
    assert_eq!(problems(&file), "IIIIII");
}
