//! `hook audit`: who broke the policy in a history, and whether it still is. The oracle is `check --range`, which judges
//! the same commits one by one.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::world::{L, NEW, NEWER, OLD, R, Repo, World};

/// The commits that an audit says broke the policy.
fn breaks(json: &Value) -> BTreeSet<String> {
    let breaks = json["breaks"].as_array().unwrap().iter();
    breaks.map(|one| one["commit"].as_str().unwrap()[..10].to_owned()).collect()
}

/// The commits that have errors by `check --range`: each message begins with `commit <id>: `.
fn by_range(repo: &Repo<'_>, range: &str) -> BTreeSet<String> {
    let json = repo.hook(&["check", "--range", range, "--format", "json"]).json();
    let findings = json["findings"].as_array().unwrap().iter().filter(|finding| finding["level"] == "error");
    findings.map(|finding| finding["message"].as_str().unwrap()["commit ".len()..][..10].to_owned()).collect()
}

#[test]
fn a_history_in_order_passes() {
    let world = World::new();
    let repo = world.project();
    repo.stage_pair(NEW);
    repo.land("both");
    let run = repo.hook(&["audit"]).passes().says("in order: 2 commits touch governed files");
    assert!(run.stderr.is_empty(), "{run}");
    let json = repo.hook(&["audit", "--format", "json"]).passes().json();
    assert_eq!((&json["schema_version"], &json["verdict"], &json["touching"]), (&1.into(), &"pass".into(), &2.into()));
}

#[test]
fn who_broke_it_when_and_whether_it_still_is() {
    let world = World::new();
    let repo = world.project();
    repo.stage(R, NEW);
    repo.land("only the manifest");
    let broke = repo.id("HEAD");
    let open = repo.hook(&["audit"]).exits(1);
    let open = open.says(&broke[..10]).says("only the manifest").says("@example.com>").says("still broken at HEAD");
    open.says("[lock-drift]").says("1 broke the policy, 1 still broken at HEAD");
    let json = repo.hook(&["audit", "--format", "json"]).exits(1).json();
    let one = &json["breaks"][0];
    assert_eq!(
        (&one["commit"], &one["still_broken"], &json["verdict"]),
        (&broke.into(), &true.into(), &"refuse".into())
    );
    assert_eq!((&one["pairs"][0]["manifest"], &one["subject"]), (&R.into(), &"only the manifest".into()));
    assert_eq!(one["findings"][0]["rule"], "lock-drift");

    repo.stage(L, NEW);
    repo.land("and the lock");
    repo.hook(&["audit", "main"]).passes().says("repaired or gone at main").says("1 broke the policy, 0 still broken");
    repo.hook(&["audit", "HEAD~1"]).exits(1);
}

#[test]
fn each_commit_by_its_own_policy_and_includes_are_followed() {
    let world = World::new();
    let repo = world.project();
    repo.stage("more/base.txt", "six==1.16.0\n");
    repo.stage(R, format!("-r more/base.txt\n{OLD}"));
    repo.stage(L, format!("six==1.16.0\n{OLD}"));
    repo.land("an include");
    repo.stage("more/base.txt", "six==1.17.0\n");
    repo.land("only what is included");
    let included = repo.id("HEAD")[..10].to_owned();
    repo.stage("freeze-guard.toml", "[[pair]]\nmanifest = \"deps/pins.list\"\nlock = \"deps/pins.frozen\"\n");
    repo.stage("deps/pins.list", OLD);
    repo.stage("deps/pins.frozen", OLD);
    repo.land("another pair");
    repo.stage("deps/pins.list", NEW);
    repo.land("only its manifest");
    let listed = repo.id("HEAD")[..10].to_owned();
    repo.git(&["rm", "-q", "freeze-guard.toml"]).passes();
    repo.land("the defaults again");
    let json = repo.hook(&["audit", "--format", "json"]).exits(1).json();
    assert_eq!(breaks(&json), BTreeSet::from([included, listed]), "{json:#}");
    let range = by_range(&repo, "HEAD~4..HEAD");
    assert_eq!(breaks(&json), range);
}

#[test]
fn all_looks_at_every_branch_and_a_revision_at_its_own() {
    let world = World::new();
    let repo = world.project();
    repo.git(&["checkout", "-q", "-b", "side"]).passes();
    repo.stage(R, NEW);
    repo.land("on the side");
    repo.git(&["checkout", "-q", "main"]).passes();
    repo.hook(&["audit"]).passes().says("in order");
    repo.hook(&["audit", "--all"]).passes().says("on the side").says("repaired or gone at HEAD");
    repo.hook(&["audit", "side"]).exits(1);
}

#[test]
fn what_cannot_be_judged_is_said_and_is_no_pass() {
    let world = World::new();
    let repo = world.project();
    repo.stage("freeze-guard.toml", "nonsense = 1\n");
    repo.stage(R, NEW);
    repo.land("a broken policy and a change");
    repo.git(&["rm", "-q", "freeze-guard.toml"]).passes();
    repo.stage(L, NEW);
    repo.land("better");
    repo.hook(&["audit"]).exits(2).says("could not be judged").says("policy that cannot be read");
    repo.hook(&["audit", "no-such"]).exits(2).says("names no commit");
    let json = repo.hook(&["audit", "no-such", "--format", "json"]).exits(2).json();
    assert_eq!(json["verdict"], "error");
    world.repo("empty").hook(&["audit"]).exits(2);
}

#[test]
fn the_edge_of_a_shallow_clone_is_not_blamed() {
    let world = World::new();
    let repo = world.project();
    repo.stage(R, NEW);
    repo.land("broken");
    repo.stage_pair(NEWER);
    repo.land("in order");
    let url = format!("file://{}", repo.top.display());
    world.at("").git(&["clone", "-q", "--depth", "2", &url, "shallow"]).passes();
    world.at("shallow").hook(&["audit"]).passes().says("1 commit at the edge of this shallow clone");
}

/// Small steps of a generator, the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// A history with branches and merges of either side, as `git fast-import` takes it.
fn generated(seed: u64) -> String {
    use std::fmt::Write as _;
    let (mut dice, mut text) = (Dice(seed), String::new());
    let blob = |text: &mut String, path: &str, content: &str| {
        let _ = write!(text, "M 100644 inline {path}\ndata {}\n{content}\n", content.len());
    };
    let pins = |at: u64| format!("flask==3.0.{at}\n");
    for mark in 1..=60u64 {
        let _ = write!(
            text,
            "commit refs/heads/main\nmark :{mark}\ncommitter A <a@example.com> {} +0000\ndata 1\nx",
            1_700_000_000 + mark
        );
        text.push('\n');
        if mark > 1 {
            let _ = writeln!(text, "from :{}", (mark - 1).saturating_sub(dice.roll(3)).max(1));
        }
        if mark > 4 && dice.roll(4) == 0 {
            let _ = writeln!(text, "merge :{}", mark - 1 - dice.roll(4));
        }
        let directory = ["", "a/", "a/b/"][usize::try_from(dice.roll(3)).unwrap()];
        let at = dice.roll(4);
        match dice.roll(8) {
            0 => blob(&mut text, &format!("{directory}{R}"), &pins(at)),
            1 => blob(&mut text, &format!("{directory}{L}"), &pins(at)),
            2 => blob(&mut text, &format!("{directory}{R}"), &format!("-r base.txt\n{}", pins(at))),
            3 => blob(&mut text, &format!("{directory}base.txt"), &format!("six==1.{at}\n")),
            4 => blob(&mut text, "code.py", &at.to_string()),
            _ => {
                blob(&mut text, &format!("{directory}{R}"), &pins(at));
                blob(&mut text, &format!("{directory}{L}"), &pins(at));
            }
        }
    }
    text
}

#[test]
fn generated_histories_come_to_what_check_says_of_each_commit() {
    let world = World::new();
    for seed in 0..6 {
        let repo = world.repo(format!("generated-{seed}"));
        repo.git_fed(generated(seed).as_bytes(), &["fast-import", "--quiet"]).passes();
        let root = repo.git(&["rev-list", "--max-parents=0", "main"]).stdout_text().trim().to_owned();
        let json = repo.hook(&["audit", "main", "--format", "json"]).json();
        let mut found = breaks(&json);
        found.remove(&root[..10]);
        let expected = by_range(&repo, &format!("{root}..main"));
        assert_eq!(found, expected, "seed {seed}");
        assert!(found.len() > 3, "seed {seed} breaks too little: {found:?}");
    }
}

#[test]
fn the_commit_graph_and_a_bare_repository_change_nothing() {
    let world = World::new();
    let repo = world.repo("graph");
    repo.git_fed(generated(7).as_bytes(), &["fast-import", "--quiet"]).passes();
    let before = repo.hook(&["audit", "main", "--format", "json"]).stdout;
    repo.git(&["commit-graph", "write", "--reachable", "--changed-paths"]).passes();
    assert_eq!(repo.hook(&["audit", "main", "--format", "json"]).stdout, before);
    world.at("").git(&["clone", "-q", "--bare", "graph", "bare.git"]).passes();
    assert_eq!(world.at("bare.git").hook(&["audit", "main", "--format", "json"]).stdout, before);
    assert!(Path::new(&repo.path(".git/objects/info/commit-graph")).exists());
}
