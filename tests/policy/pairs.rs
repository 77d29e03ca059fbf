//! Which files of a snapshot become pairs.

use std::collections::BTreeSet;

use freeze_guard::policy::{Kind, Pair, PairRules, Ungoverned};
use freeze_guard::source::RepoPath;

use crate::policy;

fn present(paths: &[&str]) -> BTreeSet<RepoPath> {
    paths.iter().map(|path| RepoPath::new(path.as_bytes()).unwrap()).collect()
}

/// The pairs as `manifest -> lock`, after checking that the snapshot would have been asked for every file of them.
fn shown(rules: &PairRules, paths: &[&str]) -> Vec<String> {
    let pairs = rules.pairs(&present(paths));
    for pair in &pairs {
        assert!(rules.wants(pair.manifest.as_bytes()) && rules.wants(pair.lock.as_bytes()), "{pair:?}");
    }
    pairs.iter().map(|pair| format!("{} -> {}", pair.manifest, pair.lock)).collect()
}

fn one(rules: &PairRules, paths: &[&str]) -> Pair {
    let pairs = rules.pairs(&present(paths));
    let [pair] = &pairs[..] else { panic!("{pairs:?}") };
    pair.clone()
}

#[test]
fn the_default_rule_takes_every_requirements_txt() {
    let rules = PairRules::default();
    let cases: &[(&[&str], &[&str])] = &[
        (&[], &[]),
        (&["requirements.txt"], &["requirements.txt -> requirements.lock"]),
        (&["a/requirements.txt", "a/requirements.lock"], &["a/requirements.txt -> a/requirements.lock"]),
        (&["requirements.lock"], &[]),
        (&["requirements.in"], &[]),
        (&["requirements.in", "requirements.lock"], &[]),
        (&["requirements.in", "requirements.txt"], &["requirements.in -> requirements.txt"]),
        (&["requirements.in", "requirements.lock", "requirements.txt"], &["requirements.in -> requirements.txt"]),
        (&["a/requirements.in", "requirements.txt"], &["requirements.txt -> requirements.lock"]),
        (
            &["b/requirements.txt", "a/c/requirements.txt", "requirements.txt"],
            &[
                "a/c/requirements.txt -> a/c/requirements.lock",
                "b/requirements.txt -> b/requirements.lock",
                "requirements.txt -> requirements.lock",
            ],
        ),
    ];
    for (paths, expected) in cases {
        assert_eq!(shown(&rules, paths), *expected, "{paths:?}");
    }
}

#[test]
fn the_default_rule_gives_a_source_a_compiled_lock() {
    let rules = PairRules::default();
    let mirror = one(&rules, &["requirements.txt"]);
    assert_eq!(
        (mirror.kind, mirror.manifest_pins, mirror.odd_spelling, mirror.named),
        (Kind::Auto, true, false, false)
    );
    assert!(!mirror.require_hashes && !mirror.allow_local);
    let compiled = one(&rules, &["requirements.txt", "requirements.in"]);
    assert_eq!((compiled.kind, compiled.manifest_pins, compiled.odd_spelling), (Kind::Auto, false, false));
}

#[test]
fn another_case_matches_and_is_said_to_be_odd() {
    let rules = PairRules::default();
    let cases: &[(&[&str], &[&str])] = &[
        (&["Requirements.TXT"], &["Requirements.TXT -> requirements.lock"]),
        (&["requirements.txt", "Requirements.Lock"], &["requirements.txt -> Requirements.Lock"]),
        (&["Requirements.TXT", "requirements.LOCK", "requirements.lock"], &["Requirements.TXT -> requirements.lock"]),
        (&["REQUIREMENTS.IN", "requirements.txt"], &["REQUIREMENTS.IN -> requirements.txt"]),
        (
            &["Requirements.txt", "requirements.txt"],
            &["Requirements.txt -> requirements.lock", "requirements.txt -> requirements.lock"],
        ),
        (
            &["requirements.in", "Requirements.txt", "requirements.txt"],
            &["requirements.in -> Requirements.txt", "requirements.in -> requirements.txt"],
        ),
    ];
    for (paths, expected) in cases {
        assert_eq!(shown(&rules, paths), *expected, "{paths:?}");
        assert!(rules.pairs(&present(paths)).iter().any(|pair| pair.odd_spelling), "{paths:?}");
    }
    let both = rules.pairs(&present(&["Requirements.txt", "requirements.txt", "requirements.lock"]));
    assert_eq!(both.iter().map(|pair| pair.odd_spelling).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn exclude_leaves_manifests_alone() {
    let rules = policy("exclude = ['docs', '**/vendor/**', 'requirements.in']").pairs;
    let paths = ["docs/a/requirements.txt", "x/vendor/y/requirements.txt", "docs2/requirements.txt"];
    assert_eq!(shown(&rules, &paths), ["docs2/requirements.txt -> docs2/requirements.lock"]);
    // A source that is left alone leaves its `.txt` a manifest.
    let top = ["requirements.in", "requirements.txt"];
    assert_eq!(shown(&rules, &top), ["requirements.txt -> requirements.lock"]);
    assert_eq!(rules.looks_ungoverned(b"docs/requirements-dev.txt"), None);
    let text = policy("exclude = ['requirements.txt']").pairs;
    assert_eq!(shown(&text, &top), ["requirements.in -> requirements.txt"], "it is a lock here, no manifest");
    assert_eq!(shown(&text, &top[1..]), Vec::<String>::new());
}

#[test]
fn a_named_pair_replaces_the_default_rule_and_is_always_there() {
    let rules = policy("[[pair]]\nmanifest = 'backend/reqs.txt'\n[[pair]]\nmanifest = 'a.in'\n").pairs;
    let expected = ["a.in -> a.txt", "backend/reqs.txt -> backend/reqs.lock"];
    assert_eq!(shown(&rules, &["requirements.txt"]), expected);
    assert_eq!(shown(&rules, &["a.in", "backend/reqs.lock"]), expected);
    assert!(!rules.wants(b"requirements.txt") && !rules.wants(b"x/a.in") && !rules.wants(b"reqs.txt"));
    let pairs = rules.pairs(&present(&[]));
    assert!(pairs.iter().all(|pair| pair.named));
    assert_eq!(pairs.iter().map(|pair| pair.manifest_pins).collect::<Vec<_>>(), [false, true]);
    assert_eq!(rules.looks_ungoverned(b"requirements.txt"), Some(Ungoverned::Requirements));
}

#[test]
fn one_manifest_may_have_several_locks() {
    let text = "[[pair]]\nmanifest = 'r.in'\nlock = 'linux.txt'\n[[pair]]\nmanifest = 'r.in'\nlock = 'mac.txt'\n";
    assert_eq!(shown(&policy(text).pairs, &[]), ["r.in -> linux.txt", "r.in -> mac.txt"]);
}

#[test]
fn a_pattern_takes_what_is_there() {
    let pair = |manifest: &str, lock: &str| {
        let lock = if lock.is_empty() { String::new() } else { format!("lock = '{lock}'\n") };
        policy(&format!("[[pair]]\nmanifest = '{manifest}'\n{lock}")).pairs
    };
    let cases: &[(&str, &str, &str, &str)] = &[
        ("**/requirements*.txt", "", "a/requirements-dev.txt", "a/requirements-dev.lock"),
        ("**/*.in", "", "a/b.in", "a/b.txt"),
        (
            "services/*/requirements.txt",
            "requirements.lock",
            "services/x/requirements.txt",
            "services/x/requirements.lock",
        ),
        ("services/*/requirements.txt", "locks/*.lock", "services/x/requirements.txt", "locks/x.lock"),
        ("**/r-*.txt", "r-*.lock", "a/b/r-dev.txt", "a/b/r-dev.lock"),
        ("**/r-*.txt", "locks/**/r-*.lock", "a/b/r-dev.txt", "locks/a/b/r-dev.lock"),
        ("*/*/r.txt", "*/locks/*.lock", "a/b/r.txt", "a/locks/b.lock"),
        ("r[0-9]?.txt", "locks/r[0-9]?.lock", "r3x.txt", "locks/r3x.lock"),
        ("reqs/*", "all.lock", "reqs/a", "reqs/all.lock"),
    ];
    for (manifest, lock, path, expected) in cases {
        let rules = pair(manifest, lock);
        assert_eq!(shown(&rules, &[path]), [format!("{path} -> {expected}")], "{manifest} {lock}");
        assert_eq!(shown(&rules, &[]), Vec::<String>::new(), "a pattern must not exist");
        let found = one(&rules, &[path]);
        assert!(!found.named && found.manifest_pins != path.ends_with(".in"));
    }
}

#[test]
fn a_file_is_never_its_own_lock() {
    let rules = policy("[[pair]]\nmanifest = 'reqs/*'\nlock = 'all.lock'\n").pairs;
    assert_eq!(shown(&rules, &["reqs/a", "reqs/all.lock"]), ["reqs/a -> reqs/all.lock"]);
}

#[test]
fn a_name_beats_a_pattern_and_the_first_pattern_beats_the_next() {
    let rules = policy(
        "exclude = ['legacy', 'old']\n[[pair]]\nmanifest = '*/r.txt'\n[[pair]]\nmanifest = '**/*.txt'\nlock = 'x.lock'\n\
         [[pair]]\nmanifest = 'legacy/r.txt'\nlock = 'legacy/frozen.txt'\nkind = 'freeze'\n",
    )
    .pairs;
    let found = shown(&rules, &["a/r.txt", "b/s.txt", "legacy/r.txt", "old/r.txt"]);
    assert_eq!(found, ["a/r.txt -> a/r.lock", "b/s.txt -> b/x.lock", "legacy/r.txt -> legacy/frozen.txt"]);
}

#[test]
fn paths_are_bytes() {
    let rules = policy("[[pair]]\nmanifest = '**/r-*.txt'\nlock = 'locks/**/l-*.lock'\n").pairs;
    let manifest = RepoPath::new(b"\xfe/r-\xff.txt").unwrap();
    let pairs = rules.pairs(&BTreeSet::from([manifest.clone()]));
    assert_eq!((&pairs[0].manifest, pairs[0].lock.as_bytes()), (&manifest, &b"locks/\xfe/l-\xff.lock"[..]));
    let default = PairRules::default();
    assert!(default.wants(b"\xff/requirements.txt"));
}

#[test]
fn wants_looks_at_the_whole_last_component() {
    let rules = PairRules::default();
    for yes in ["requirements.txt", "a/requirements.lock", "a/b/REQUIREMENTS.in"] {
        assert!(rules.wants(yes.as_bytes()), "{yes}");
    }
    for no in ["", "xrequirements.txt", "requirements.txt/a", "requirements.txt2", "t", "requirements", "a/b.txt"] {
        assert!(!rules.wants(no.as_bytes()), "{no}");
    }
}
