//! Random histories, and what every gate must say of a change in them, by a slow reference that knows git's own commands
//! only: it compares by `git ls-tree` and reads by `git cat-file`. As mirrors of three good states, a pair is in order where
//! both files hold the same pinned lines.
//!
//! `FREEZE_GUARD_HISTORIES` sets how many there are, ten changes to each, for a longer run by hand.

mod ci;
mod commit;
mod push;
mod server;

use std::collections::{BTreeMap, BTreeSet};

use crate::run::Run;
use crate::world::{L, R, Repo, World};

const STATES: [&str; 4] = ["a==1\nb==2\n", "a==1\nb==3\n", "b==3\nc==4\n", "a>=1\nb==2\n"];
pub(crate) const PLACES: [&str; 2] = ["", "sub/"];
pub(crate) const COMMITS: usize = 20;

/// Steele, Lea and Flood's splitmix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap()
    }
}

/// A path, and what it holds.
pub(crate) type Files = BTreeMap<String, String>;

/// One pair as a commit may hold it: mostly in order.
fn some_pair(random: &mut Random) -> [Option<&'static str>; 2] {
    let state = STATES[random.below(3)];
    match random.below(10) {
        0 => [None, None],
        1 => [Some(state), None],
        2 => [None, Some(state)],
        3 => [Some(state), Some(STATES[random.below(4)])],
        4 => [Some(STATES[3]), Some(STATES[3])],
        _ => [Some(state), Some(state)],
    }
}

/// Fills `server` with a random graph of commits, merges among them; their ids.
pub(crate) fn fill(server: &Repo<'_>, random: &mut Random) -> Vec<String> {
    let mut stream = String::new();
    let mut trees: Vec<Files> = Vec::new();
    for number in 0..COMMITS {
        stream.push_str(&format!("commit refs/keep/{number:02}\nmark :{}\n", number + 1));
        stream.push_str(&format!("committer A <a@example.com> {} +0000\ndata 0\n", 1_000_000 + number));
        let parents: BTreeSet<_> = (0..=random.below(2)).map(|_| random.below(number.max(1))).collect();
        if number > 0 {
            for (at, parent) in parents.iter().enumerate() {
                stream.push_str(&format!("{} :{}\n", if at == 0 { "from" } else { "merge" }, parent + 1));
            }
        }
        // Most commits change one pair of what a parent holds, or nothing that is governed.
        let mut files = parents.first().and_then(|parent| trees.get(*parent)).cloned().unwrap_or_default();
        files.insert("app.py".to_owned(), random.below(1000).to_string());
        for place in PLACES {
            if random.below(3) != 0 {
                continue;
            }
            for (name, text) in [R, L].into_iter().zip(some_pair(random)) {
                match text {
                    Some(text) => files.insert(format!("{place}{name}"), text.to_owned()),
                    None => files.remove(&format!("{place}{name}")),
                };
            }
        }
        stream.push_str("deleteall\n");
        for (path, text) in &files {
            stream.push_str(&format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len()));
        }
        trees.push(files);
    }
    server.git_fed(stream.as_bytes(), &["fast-import", "--quiet"]).passes();
    let ids = server.git(&["for-each-ref", "--format=%(objectname)", "refs/keep"]).passes().stdout_text();
    ids.lines().map(str::to_owned).collect()
}

/// What a commit holds, by git's word.
pub(crate) fn read(server: &Repo<'_>, commit: &str) -> Files {
    let list = server.git(&["ls-tree", "-r", commit]).passes().stdout_text();
    let entries = list.lines().filter_map(|line| line.split_once('\t'));
    let read = |entry: &str| server.git(&["cat-file", "-p", entry.split(' ').nth(2).unwrap()]).passes().stdout_text();
    entries.filter(|(_, path)| *path != "app.py").map(|(entry, path)| (path.to_owned(), read(entry))).collect()
}

pub(crate) fn pair<'f>(files: &'f Files, place: &str) -> [Option<&'f String>; 2] {
    [R, L].map(|name| files.get(&format!("{place}{name}")))
}

/// The places whose pair differs in `new` from that of each of `parents`.
pub(crate) fn changed(parents: &[&Files], new: &Files) -> Vec<&'static str> {
    let differs = |place: &&str| {
        let after = pair(new, place);
        let differs = parents.iter().all(|parent| pair(parent, place) != after);
        // A lock without a manifest on either side is nobody's.
        let is_pair = after[0].is_some() || parents.iter().any(|parent| pair(parent, place)[0].is_some());
        differs && is_pair
    };
    PLACES.into_iter().filter(differs).collect()
}

/// Whether one of these pairs is out of order.
pub(crate) fn at_fault(places: &[&str], files: &Files) -> bool {
    places.iter().any(|place| match pair(files, place) {
        [Some(manifest), Some(lock)] => manifest != lock || manifest.contains(">="),
        [None, None] => false,
        [Some(_), None] | [None, Some(_)] => true,
    })
}

/// Whether a run found fault by `rule`, and whether by any other.
pub(crate) fn judged(run: &Run, rule: &str) -> (bool, bool) {
    let rule = format!("error[{rule}]");
    (run.all().contains(&rule), run.all().replace(&rule, "").contains("error["))
}

/// A history to play in.
pub(crate) struct History<'w> {
    pub(crate) repo: Repo<'w>,
    pub(crate) commits: Vec<String>,
    pub(crate) files: BTreeMap<String, Files>,
    pub(crate) random: Random,
}

impl History<'_> {
    /// One of its commits.
    pub(crate) fn any(&mut self) -> String {
        self.commits[self.random.below(COMMITS)].clone()
    }

    pub(crate) fn files(&self, commit: &str) -> &Files {
        &self.files[commit]
    }

    /// Refs as they are to stand, by `git update-ref --stdin`.
    pub(crate) fn set(&self, refs: &[(&str, &str)]) {
        let lines: String = refs.iter().map(|(name, id)| format!("update {name} {id}\n")).collect();
        self.repo.git_fed(lines.as_bytes(), &["update-ref", "--stdin"]).passes();
    }
}

/// Plays ten changes in each history; every one of `answers` must come up.
pub(crate) fn play<A: Ord + std::fmt::Debug>(
    init: &[&str],
    answers: usize,
    mut change: impl FnMut(&mut History<'_>) -> A,
) {
    let histories = std::env::var("FREEZE_GUARD_HISTORIES").map_or(20, |count| count.parse().unwrap());
    let mut seen = BTreeSet::new();
    for seed in 0..histories {
        let world = World::new();
        let mut random = Random(seed);
        let repo = world.repo_with("repo", init);
        let commits = fill(&repo, &mut random);
        let files = commits.iter().map(|id| (id.clone(), read(&repo, id))).collect();
        let mut history = History { repo, commits, files, random };
        for _ in 0..10 {
            seen.insert(change(&mut history));
        }
    }
    assert_eq!(seen.len(), answers, "every answer should have come up: {seen:?}");
}
