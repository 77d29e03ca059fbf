//! Every `console` block of every page is run, and what it shows compared.

use std::fs;
use std::ops::Range;
use std::sync::Mutex;
use std::thread;

use crate::page::{Page, names, top};
use crate::session::{Outcome, live, sessions};
use crate::{UPDATE, updates};

/// The blocks that need a network, a toolchain or the reader's own machine: page, first line, and what runs them.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("README.md", "./install.sh", "the step \"Installer and README, as a stranger\" of .ci/run"),
    ("README.md", "hook uninstall", "the step \"Installer and README, as a stranger\" of .ci/run"),
    ("CONTRIBUTING.md", "cargo build", "the step \"Tests\" of .ci/run"),
    ("CONTRIBUTING.md", "cargo install cargo-fuzz --locked --version 0.13.2", "the step \"Fuzzing\" of .ci/run"),
    (
        "CONTRIBUTING.md",
        "FREEZE_GUARD_UPDATE_DOCS=1 cargo test --test docs --test rules_doc",
        "the step \"Tests\" of .ci/run",
    ),
    ("docs/start.md", "pipx install freeze-guard", "the step \"Wheel and sdist\" of .ci/run"),
    (
        "docs/upgrade.md",
        "hook upgrade                      # every package to its newest release",
        "the step \"Tests\" of .ci/run",
    ),
];

#[test]
fn every_example_does_what_it_shows() {
    let pages: Vec<Page> = names().iter().map(|name| Page::read(name)).collect();
    let work: Vec<_> =
        pages.iter().flat_map(|page| sessions(page).0.into_iter().map(move |session| (page, session))).collect();
    assert!(work.len() > 3, "the pages have examples");
    let queue = Mutex::new(work.iter());
    let outcomes: Mutex<Vec<(&str, Outcome)>> = Mutex::default();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let Some((page, session)) = queue.lock().unwrap().next() else { break };
                    let outcome = live(page, session);
                    outcomes.lock().unwrap().push((page.name.as_str(), outcome));
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().unwrap();
    if updates() {
        for page in &pages {
            let edits = outcomes.iter().filter(|(name, _)| *name == page.name).flat_map(|(_, outcome)| &outcome.edits);
            write(page, edits.cloned().collect());
        }
    }
    let faults: Vec<&str> = outcomes.iter().flat_map(|(_, outcome)| &outcome.faults).map(String::as_str).collect();
    assert!(faults.is_empty(), "{}\nwith {UPDATE}=1 the pages are written", faults.join("\n"));
}

/// Writes a page with some places of it changed.
fn write(page: &Page, mut edits: Vec<(Range<usize>, String)>) {
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut text = page.text.clone();
    for (range, new) in edits {
        text.replace_range(range, &new);
    }
    if text != page.text {
        fs::write(top().join(&page.name), text).unwrap();
    }
}

#[test]
fn no_block_is_skipped_without_a_word() {
    let mut marked = Vec::new();
    for name in names() {
        let page = Page::read(&name);
        marked.extend(sessions(&page).1.into_iter().map(|(line, place)| (name.clone(), line, place)));
    }
    let listed = ELSEWHERE.iter().map(|(page, line, place)| (page.to_string(), line.to_string(), place.to_string()));
    assert_eq!(marked, listed.collect::<Vec<_>>());
    let ci = fs::read_to_string(top().join(".ci/run")).unwrap();
    for (_, _, place) in ELSEWHERE {
        let step = place.split('"').nth(1).unwrap();
        assert!(ci.contains(&format!("step \"{step}\"")), "{place}");
    }
}
