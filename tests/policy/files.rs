//! Which of the two files holds the policy, `requires`, and bytes that are no policy at all.

use freeze_guard::policy::{Broken, Files, Origin, Policy, load};
use freeze_guard::source::RepoPath;
use proptest::prelude::*;

use crate::{VERSION, broken, load_files};

fn origin(name: &str) -> Origin {
    Origin::File(RepoPath::new(name.as_bytes()).unwrap())
}

fn only_message(result: Result<(Policy, Origin), Broken>) -> String {
    let broken = result.unwrap_err();
    let [mistake] = &broken.mistakes[..] else { panic!("{broken}") };
    mistake.message.clone()
}

#[test]
fn one_of_the_two_files_holds_the_policy() {
    let own = Some("allow-skip = false\n");
    let table = Some(
        "[project]\nname = 'a'\n[tool.freeze-guard]\nallow-skip = false\n[tool.freeze-guard.push]\nguard = ['x']\n",
    );
    let none = Some("[project]\nname = 'freeze-guard'\n[tool.other]\nx = 1\n");
    assert_eq!(load_files(None, None).unwrap(), (Policy::default(), Origin::Default));
    assert_eq!(load_files(None, none).unwrap(), (Policy::default(), Origin::Default));
    assert_eq!(load_files(Some(""), None).unwrap(), (Policy::default(), origin("freeze-guard.toml")));
    let (policy, from) = load_files(own, none).unwrap();
    assert!(!policy.allow_skip);
    assert_eq!(from, origin("freeze-guard.toml"));
    let (policy, from) = load_files(None, table).unwrap();
    assert!(!policy.allow_skip && policy.push.guards(b"refs/heads/x"));
    assert_eq!(from, origin("pyproject.toml"));
    let both = load_files(own, table).unwrap_err();
    let place = &both.mistakes[0].place;
    assert_eq!((place.path.to_string().as_str(), place.start.line), ("pyproject.toml", 3), "{both}");
    assert_eq!(only_message(load_files(own, table)), "the policy is written twice: here and in freeze-guard.toml");
}

#[test]
fn our_table_counts_however_its_name_is_spelt() {
    for text in [
        "[tool.\"freeze-guard\"]\nallow-skip = false",
        "[tool.\"freeze\\u002dguard\"]\nallow-skip = false",
        "[tool.\"\\x66reeze-guard\"]\nallow-skip = false",
        "[tool.\"\\U00000066reeze-guard\"]\nallow-skip = false",
        "[tool.'freeze-guard']\nallow-skip = false",
        "tool.freeze-guard.allow-skip = false",
        "tool = { freeze-guard = { allow-skip = false } }",
    ] {
        let (policy, from) = load_files(None, Some(text)).unwrap_or_else(|broken| panic!("{text}\n{broken}"));
        assert!(!policy.allow_skip, "{text}");
        assert_eq!(from, origin("pyproject.toml"));
    }
    for text in ["[tool]\nfreeze-guard = 1", "[[tool.freeze-guard]]\nallow-skip = false"] {
        assert_eq!(only_message(load_files(None, Some(text))), "`tool.freeze-guard` must be a table", "{text}");
    }
}

#[test]
fn only_our_table_of_pyproject_is_judged() {
    let text = "[tool.freeze-guard]\nx = 1\n[tool.other]\nallow_skip = 1\n";
    assert_eq!(only_message(load_files(None, Some(text))), "unknown key `x`");
    let shown = load_files(None, Some(text)).unwrap_err().to_string();
    assert!(shown.starts_with("pyproject.toml:2:1: "), "{shown}");
}

#[test]
fn a_broken_pyproject_is_refused_only_if_it_may_hold_a_policy() {
    let default = (Policy::default(), Origin::Default);
    assert_eq!(load_files(None, Some("[project\nname =")).unwrap(), default);
    assert_eq!(load_files(None, Some("[project\nx = '\\u0041'")).unwrap(), default);
    assert!(load_files(None, Some("[tool.freeze-guard]\nallow-skip =\n")).is_err());
    assert!(load_files(None, Some("[tool.\"freeze\\u002Dguard\"]\nallow-skip =\n")).is_err());
    let (policy, from) = load_files(Some("allow-skip = false"), Some("[tool.freeze-guard]\nallow-skip =\n")).unwrap();
    assert!(!policy.allow_skip);
    assert_eq!(from, origin("freeze-guard.toml"));
    let load = |bytes: &[u8]| load(Files { freeze_guard: None, pyproject: Some(bytes), version: VERSION });
    assert_eq!(load(b"\xff\xfe").unwrap(), default);
    assert_eq!(only_message(load(b"# \xff\n[tool.freeze-guard]")), "pyproject.toml is not UTF-8");
}

#[test]
fn bytes_that_are_no_text_are_one_clear_mistake() {
    let own = |bytes: &[u8]| load(Files { freeze_guard: Some(bytes), pyproject: None, version: VERSION });
    assert_eq!(only_message(own(b"\xef\xbb\xbfallow-skip = true")), "freeze-guard.toml begins with a byte order mark");
    assert_eq!(only_message(own(b"a = 1\nb = '\xe9'")), "freeze-guard.toml is not UTF-8");
    assert_eq!(own(b"a = 1\nb = '\xe9'").unwrap_err().mistakes[0].place.start.line, 2);
    let large = vec![b'\n'; 1024 * 1024 + 1];
    let message = "freeze-guard.toml has 1048577 bytes; above 1048576 bytes a policy is not read";
    assert_eq!(only_message(own(&large)), message);
    assert!(own(&large[1..]).is_ok());
}

#[test]
fn a_syntax_error_has_its_place_and_does_not_hide_the_next() {
    let broken = broken("allow-skip = true\nundecided = refuse\n[push]\nguard = ['a'\n\n[ci\nlabel = 'x'\n");
    let lines: Vec<usize> = broken.mistakes.iter().map(|mistake| mistake.place.start.line).collect();
    assert_eq!(lines.first(), Some(&2), "{broken}");
    assert!(lines.len() > 1 && lines.is_sorted_by(|a, b| a < b), "{broken}");
    assert!(broken.mistakes.iter().all(|mistake| mistake.message.starts_with("this is not TOML: ")), "{broken}");
    assert!(crate::broken("a = 1\na = 2").to_string().contains("duplicate key"));
}

#[test]
fn requires_speaks_before_any_unknown_key() {
    let text = "brand-new = 1\nrequires = '>=0.2'\n[[pair]]\nfuture = 1\n";
    let broken = broken(text);
    let [mistake] = &broken.mistakes[..] else { panic!("{broken}") };
    assert_eq!(mistake.message, "this policy needs hook >=0.2, this is 0.1.0");
    assert_eq!(mistake.help, "upgrade with `cargo install freeze-guard --locked`");
    assert_eq!((mistake.place.start.line, mistake.place.start.column), (2, 12));
    for met in ["", "requires = '>=0.1'", "requires = '~=0.1.0'", "requires = '>=0.1,<0.2'", "requires = '==0.1.*'"] {
        assert!(load_files(Some(met), None).is_ok(), "{met}");
    }
    for unmet in ["requires = '<0.1'", "requires = '!=0.1.0'", "requires = '>0.1.0'"] {
        assert!(only_message(load_files(Some(unmet), None)).starts_with("this policy needs hook "), "{unmet}");
    }
}

#[test]
fn a_malformed_requires_is_one_mistake_among_others() {
    let huge = format!(">=1,{}", "<2,".repeat(200));
    for bad in ["new", "0.1", ">=", ">=0.1 || <2", ">=18446744073709551615", ">=é", &huge] {
        let broken = broken(&format!("requires = '{bad}'\nx = 1\n"));
        let messages: Vec<&str> = broken.mistakes.iter().map(|mistake| mistake.message.as_str()).collect();
        assert!(messages[0].contains("is not a version specifier"), "{broken}");
        assert_eq!(messages[1..], ["unknown key `x`"], "{broken}");
    }
    assert_eq!(only_message(load_files(Some("requires = 1"), None)), "`requires` must be a string, here is a number");
}

#[test]
fn a_version_that_cannot_be_read_meets_nothing() {
    let files = Files { freeze_guard: Some(b"requires = '>=0.1'"), pyproject: None, version: "new\n" };
    assert_eq!(only_message(load(files)), "this policy needs hook >=0.1, this is new\\u{a}");
}

/// Text that looks like a policy more often than random bytes would.
fn policy_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("[[pair]]\n".to_owned()),
        Just("[push]\n".to_owned()),
        Just("[tool.freeze-guard]\n".to_owned()),
        Just("manifest = ".to_owned()),
        Just("lock = ".to_owned()),
        Just("requires = ".to_owned()),
        Just("guard = ".to_owned()),
        Just("exclude = [".to_owned()),
        Just("]\n".to_owned()),
        "'[-*?\\[\\]{}/a-z.\\\\!^]{0,12}'\n",
        "\"(>=|~=|==|<)[0-9.*a-z+!]{0,12}\"\n",
        "[\\x00-\\x7fé\u{202e}]{0,8}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(own in prop::option::of(any::<Vec<u8>>()), shared in prop::option::of(any::<Vec<u8>>())) {
        let files = Files { freeze_guard: own.as_deref(), pyproject: shared.as_deref(), version: VERSION };
        if let Err(broken) = load(files) {
            prop_assert!(!broken.mistakes.is_empty());
            prop_assert!(!broken.to_string().is_empty());
        }
    }

    #[test]
    fn what_looks_like_a_policy_never_panics(own in policy_like(), shared in policy_like(), paths in prop::collection::vec("[a-z./*]{1,20}", 0..8)) {
        for files in [(Some(own.as_str()), None), (None, Some(shared.as_str())), (Some(&*own), Some(&*shared))] {
            match load_files(files.0, files.1) {
                Err(broken) => prop_assert!(broken.to_string().contains(": ")),
                Ok((policy, _)) => {
                    let present = paths.iter().filter_map(|path| RepoPath::new(path.as_bytes())).collect();
                    for pair in policy.pairs.pairs(&present) {
                        prop_assert_ne!(&pair.manifest, &pair.lock);
                        prop_assert!(policy.pairs.wants(pair.manifest.as_bytes()) && policy.pairs.wants(pair.lock.as_bytes()));
                    }
                }
            }
        }
    }
}
