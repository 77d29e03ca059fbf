//! Two hundred pushes over random histories: the server's gate equals a slow reference that knows git's own commands only.
//!
//! The reference compares by `git ls-tree` and reads by `git cat-file`. As mirrors of three good states, a pair is in order
//! where both files hold the same pinned lines.

use std::collections::{BTreeMap, BTreeSet};

use crate::world::{L, R, Repo, World};

const STATES: [&str; 4] = ["a==1\nb==2\n", "a==1\nb==3\n", "b==3\nc==4\n", "a>=1\nb==2\n"];
const PLACES: [&str; 2] = ["", "sub/"];
const COMMITS: usize = 20;

/// Steele, Lea and Flood's splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap()
    }
}

/// A path, and what it holds.
type Files = BTreeMap<String, String>;

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
fn fill(server: &Repo<'_>, random: &mut Random) -> Vec<String> {
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
fn read(server: &Repo<'_>, commit: &str) -> Files {
    let list = server.git(&["ls-tree", "-r", commit]).passes().stdout_text();
    let entries = list.lines().filter_map(|line| line.split_once('\t'));
    let read = |entry: &str| server.git(&["cat-file", "-p", entry.split(' ').nth(2).unwrap()]).passes().stdout_text();
    entries.filter(|(_, path)| *path != "app.py").map(|(entry, path)| (path.to_owned(), read(entry))).collect()
}

fn pair<'f>(files: &'f Files, place: &str) -> [Option<&'f String>; 2] {
    [R, L].map(|name| files.get(&format!("{place}{name}")))
}

/// Whether the server must ask for an allowed branch, and whether it must find fault with what arrives.
fn reference(old: &Files, new: &Files, allowed: &[&Files]) -> (bool, bool) {
    let (mut unproven, mut at_fault) = (false, false);
    for place in PLACES {
        let (before, after) = (pair(old, place), pair(new, place));
        // A lock without a manifest on either side is nobody's.
        if before == after || (before[0].is_none() && after[0].is_none()) {
            continue;
        }
        unproven |= !allowed.iter().any(|files| pair(files, place) == after);
        at_fault |= match after {
            [Some(manifest), Some(lock)] => manifest != lock || manifest.contains(">="),
            [None, None] => false,
            [Some(_), None] | [None, Some(_)] => true,
        };
    }
    (unproven, at_fault)
}

#[test]
fn s49_the_gate_equals_a_slow_reference() {
    let mut seen = BTreeSet::new();
    for seed in 0..20 {
        let mut random = Random(seed);
        let world = World::new();
        let server = world.repo_with("server.git", &["--bare"]);
        let commits = fill(&server, &mut random);
        let files: BTreeMap<_, _> = commits.iter().map(|id| (id.as_str(), read(&server, id))).collect();
        let mut standing: BTreeMap<String, String> = BTreeMap::new();
        for _ in 0..10 {
            let any = |random: &mut Random| commits[random.below(COMMITS)].clone();
            let (old, new, zero) = (any(&mut random), any(&mut random), "0".repeat(40));
            let mut refs = format!("update refs/heads/main {old}\n");
            let mut lines = format!("{old} {new} refs/heads/main\n");
            let mut after = standing.clone();
            for name in ["auto/a", "auto/b", "auto/c/d", "automatic"].map(|name| format!("refs/heads/{name}")) {
                let now = standing.get(&name).cloned();
                let next = match random.below(4) {
                    0 => Some(any(&mut random)),
                    1 => None,
                    _ => continue,
                };
                let id = |id: &Option<String>| id.clone().unwrap_or_else(|| zero.clone());
                lines.push_str(&format!("{} {} {name}\n", id(&now), id(&next)));
                match next {
                    Some(next) => after.insert(name, next),
                    None => after.remove(&name),
                };
            }
            for (name, id) in &standing {
                refs.push_str(&format!("update {name} {id}\n"));
            }
            server.git_fed(refs.as_bytes(), &["update-ref", "--stdin"]).passes();
            let allowed: Vec<_> = after.iter().filter(|(name, _)| name.starts_with("refs/heads/auto/")).collect();
            let allowed: Vec<_> = allowed.into_iter().map(|(_, id)| &files[id.as_str()]).collect();
            let (unproven, at_fault) = reference(&files[old.as_str()], &files[new.as_str()], &allowed);
            let run = server.hook_fed(lines.as_bytes(), &["run", "pre-receive"]);
            let text = run.all().replace("error[guarded-push]", "");
            let judged = (run.all().contains("error[guarded-push]"), text.contains("error["));
            assert_eq!(judged, (unproven, at_fault), "seed {seed}\n{lines}{run}");
            assert_eq!(run.status, Some(i32::from(unproven || at_fault)), "seed {seed}\n{lines}{run}");
            seen.insert((unproven, at_fault));
            // Refs that went have to go here, too, before the next push.
            let gone: String = standing
                .keys()
                .filter(|name| !after.contains_key(*name))
                .map(|name| format!("delete {name}\n"))
                .collect();
            server.git_fed(gone.as_bytes(), &["update-ref", "--stdin"]).passes();
            standing = after;
        }
    }
    assert_eq!(seen.len(), 4, "every answer should have come up: {seen:?}");
}
