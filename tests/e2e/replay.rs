//! The story the tool exists for: a project whose requirements.txt ran ahead of its lock, three times, straight on main.
//!
//! Told with an invented project always, and with the real history where a corpus lies beside the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::world::{Repo, Run, World};

const MANIFEST: &str = "backend/requirements.txt";
const LOCK: &str = "backend/requirements.lock";

/// One state of the two files, and what a commit of it must say.
struct State {
    manifest: String,
    lock: Option<String>,
    expected: Expected,
}

/// What the guard says of a state.
enum Expected {
    Accepted,
    NoLock,
    /// Refused, naming exactly these.
    Missing(Vec<&'static str>),
}

/// The names of a manifest, as written, without extras.
fn names(manifest: &str) -> BTreeSet<String> {
    let pins = manifest.lines().filter(|line| !line.starts_with('#') && line.contains("=="));
    pins.map(|line| line.split(['=', '[']).next().unwrap().to_lowercase()).collect()
}

/// Which of `names` stand in `text` as whole words; an extra in brackets is no name.
fn named(text: &str, names: &BTreeSet<String>) -> BTreeSet<String> {
    let words = text.split(|char: char| !(char.is_ascii_alphanumeric() || "-_.[".contains(char)));
    let words: BTreeSet<String> = words.map(|word| word.split('[').next().unwrap().to_lowercase()).collect();
    names.iter().filter(|name| words.contains(*name)).cloned().collect()
}

/// Commits each state on `main`, then pushes the last one to a remote that holds `base`.
fn replay(states: &[State], base: usize) {
    let world = World::new();
    let origin = world.repo_with("origin.git", &["--bare"]);
    let repo = world.repo("project");
    repo.stage("README.md", "# a project\n");
    repo.land("start");
    repo.git(&["remote", "add", "origin", "../origin.git"]).passes();
    repo.hook(&["install"]).passes();
    for (number, state) in states.iter().enumerate() {
        commit(&repo, state, &format!("state {}", number + 1));
        if number == base {
            repo.git(&["push", "-q", "origin", "main"]).passes().no_findings();
        }
    }
    let before = origin.id("main");
    let run = repo.git(&["push", "-q", "origin", "main"]).refused().error("guarded-push");
    run.says("git push").says("auto/");
    assert_eq!(origin.id("main"), before);
    repo.git(&["checkout", "-q", "-b", "auto/full-repair-001"]).passes();
    repo.git(&["push", "-q", "origin", "auto/full-repair-001:main"]).passes().no_findings();
    assert_eq!(origin.id("main"), repo.id("main"));
}

/// Stages a state and commits it as its expectation says.
fn commit(repo: &Repo<'_>, state: &State, message: &str) {
    let head = repo.id("HEAD");
    repo.stage(MANIFEST, &state.manifest);
    match &state.lock {
        Some(lock) => repo.stage(LOCK, lock),
        None => drop(fs::remove_file(repo.path(LOCK))),
    }
    let run = repo.commit(message);
    match &state.expected {
        Expected::Accepted => {
            run.passes().no_findings();
            assert_ne!(repo.id("HEAD"), head);
            return;
        }
        Expected::NoLock => drop(run.refused().error("lock-missing").says(LOCK)),
        Expected::Missing(missing) => names_exactly(run, state, missing),
    }
    assert_eq!(repo.id("HEAD"), head);
}

/// The refusal names every missing pin, and no other name of the manifest.
#[track_caller]
fn names_exactly(run: Run, state: &State, missing: &[&str]) {
    let run = run.refused().error("lock-drift").says(MANIFEST).says(LOCK);
    let expected: BTreeSet<String> = missing.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(named(&run.stderr_text(), &names(&state.manifest)), expected, "{run}");
}

/// The same story with a project of our own.
#[test]
fn an_invented_history() {
    let base = "# web\nflask==3.0.3\nuvicorn[standard]==0.32.0\n\n# data\nsqlalchemy==2.0.36\npasslib[bcrypt]==1.7.4\n";
    let locked = format!("# DO NOT EDIT\n{}", base.replace("# web\n", ""));
    let with = |extra: &str| format!("{base}\n# more\n{extra}");
    let state = |manifest: String, expected| State { manifest, lock: Some(locked.clone()), expected };
    let repaired = with("tenacity==8.2.3\nuvloop==0.20.0\norjson==3.10.7\n");
    replay(
        &[
            State { manifest: base.to_owned(), lock: None, expected: Expected::NoLock },
            state(base.to_owned(), Expected::Accepted),
            state(with("tenacity==8.2.3\n"), Expected::Missing(vec!["tenacity"])),
            state(with("tenacity==8.2.3\nuvloop==0.20.0\n"), Expected::Missing(vec!["tenacity", "uvloop"])),
            state(repaired.clone(), Expected::Missing(vec!["tenacity", "uvloop", "orjson"])),
            State {
                manifest: repaired.clone(),
                lock: Some(format!("# mirror\n{repaired}")),
                expected: Expected::Accepted,
            },
        ],
        1,
    );
}

/// Every state of the two files in the history that made the tool necessary.
#[test]
fn the_real_history() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/mayassistant");
    if !corpus.is_dir() {
        eprintln!("skipped: the corpus does not lie beside this repository");
        return;
    }
    let mut folders: Vec<PathBuf> = fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let five = vec!["email-validator", "python-jose", "python-multipart", "tenacity", "uvloop"];
    let expected = [
        Expected::NoLock,
        Expected::Accepted,
        Expected::Missing(vec!["tenacity"]),
        Expected::Missing(vec!["email-validator", "tenacity"]),
        Expected::Missing(five),
        Expected::Accepted,
    ];
    assert_eq!(folders.len(), expected.len());
    let states = folders.iter().zip(expected).map(|(folder, expected)| State {
        manifest: fs::read_to_string(folder.join("requirements.txt")).unwrap(),
        lock: fs::read_to_string(folder.join("requirements.lock")).ok(),
        expected,
    });
    replay(&states.collect::<Vec<_>>(), 1);
}
