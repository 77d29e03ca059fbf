//! Locks that pip-compile and uv made of real packages, one per option, each with what is open in it by reading it.
//! Skipped where the corpus is not there.

use std::fs;
use std::path::{Path, PathBuf};

use crate::judge::{alone, staged};
use crate::made::{LOCK, MANIFEST};
use crate::world::World;

/// What the locks were made of, with `more.in` and `constraints.txt` of the corpus.
const INPUT: &str = "-r more.in\n-c constraints.txt\nflask-login\nrequests[socks] ; python_version >= \"3.8\"\nrich\n";

/// pip-compile's header says that tomli's marker did not hold; a lock that strips extras does not tell of socks.
const OPEN: &[(&str, &[&str])] = &[
    ("out-default.txt", &[]),
    ("out-hashes.txt", &[]),
    ("out-line.txt", &[]),
    ("out-linehash.txt", &[]),
    ("out-noann.txt", &[]),
    ("out-nohdr.txt", &["tomli"]),
    ("out-strip.txt", &["requests"]),
    ("out-unsafe.txt", &["requests"]),
    ("out-u-ccc.txt", &["requests", "tomli"]),
    ("out-u-def.txt", &["requests", "tomli"]),
    ("out-u-hash.txt", &["requests", "tomli"]),
    ("out-u-line.txt", &["requests", "tomli"]),
    // It states the environment.
    ("out-u-mk.txt", &["requests"]),
    ("out-u-noann.txt", &["requests", "tomli"]),
    ("out-u-nodeps.txt", &["requests", "tomli"]),
    ("out-u-noemit.txt", &["requests", "tomli"]),
    ("out-u-noextras.txt", &["tomli"]),
    ("out-u-nohdr.txt", &["requests", "tomli"]),
    // For every platform, but from its own Python on.
    ("out-u-unilinehash.txt", &["requests", "tomli"]),
    ("out-u-univ.txt", &["requests", "tomli"]),
];

fn corpus() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/generated");
    if !path.is_dir() {
        eprintln!("skipped: there is no corpus beside this repository");
    }
    path.is_dir().then_some(path)
}

#[test]
fn every_lock_of_the_corpus() {
    let Some(corpus) = corpus() else { return };
    let read = |name: &str| fs::read_to_string(corpus.join(name)).unwrap();
    let mut wrong = Vec::new();
    for (name, open) in OPEN {
        let world = World::new();
        let repo = world.repo("pair");
        repo.write(MANIFEST, INPUT);
        repo.write("more.in", read("more.in"));
        repo.write("constraints.txt", read("constraints.txt"));
        // Its header names the file that it was.
        repo.write(LOCK, read(name));
        let judgement = alone(&repo);
        let undecided = judgement.at("note").filter(|finding| finding.rule == "undecided");
        let mut found: Vec<_> =
            undecided.map(|finding| finding.message.split(' ').next().unwrap().to_owned()).collect();
        found.sort_unstable();
        if judgement.status != Some(0) || found != *open {
            wrong.push(format!("{name} alone, open {open:?}: {}", judgement.summary()));
        }
        repo.git(&["add", "--all"]).passes();
        let judgement = staged(&repo);
        if judgement.status != Some(0) {
            wrong.push(format!("{name} as the first commit: {}", judgement.summary()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let there = fs::read_dir(&corpus).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let unknown: Vec<_> =
        there.filter(|name| name.starts_with("out") && !OPEN.iter().any(|(known, _)| known == name)).collect();
    assert!(unknown.is_empty(), "nobody has read {unknown:?}");
}

#[test]
fn the_small_pairs_of_the_corpus() {
    let Some(corpus) = corpus() else { return };
    for (manifest, lock, status) in [
        ("crlf.in", "crlf.lock2", 0),
        ("n.in", "n.lock", 0),
        // An old lock that has nothing of the manifest.
        ("crlf.in", "crlf.lock", 1),
        // The lock names another input, and another package.
        ("a.in", "n.lock", 1),
        // six is the same, six's input is not: `-r n.in` is nobody here.
        ("b.in", "n.lock", 1),
    ] {
        let world = World::new();
        let repo = world.repo("pair");
        repo.write(
            "freeze-guard.toml",
            format!("[[pair]]\nmanifest = \"{manifest}\"\nlock = \"{lock}\"\nkind = \"compiled\"\n"),
        );
        for name in [manifest, lock] {
            repo.write(name, fs::read(corpus.join(name)).unwrap());
        }
        let judgement = alone(&repo);
        assert_eq!(judgement.status, Some(status), "{manifest} and {lock}\n{judgement}");
    }
}
