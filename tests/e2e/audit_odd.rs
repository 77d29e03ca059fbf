//! `hook audit` break by break, and in repositories that are odd: merges that mix, includes that only a later policy
//! governs, tags of anything, longer ids, what is missing or damaged, and readers that go away.

use std::fs;
use std::process::Stdio;

use serde_json::Value;

use crate::world::{L, NEW, NEWER, OLD, R, Repo, World};

/// A finding of a break: its rule, its line, and whether it is still broken.
type Told = (String, u64, bool);

/// Of each break, newest first: its subject and its findings.
fn told(json: &Value) -> Vec<(String, Vec<Told>)> {
    let finding = |one: &Value| {
        let still = one["still_broken"].as_bool().unwrap();
        (one["rule"].as_str().unwrap().to_owned(), one["line"].as_u64().unwrap_or_default(), still)
    };
    let findings = |one: &Value| one["findings"].as_array().unwrap().iter().map(finding).collect();
    let subject = |one: &Value| one["subject"].as_str().unwrap().to_owned();
    json["breaks"].as_array().unwrap().iter().map(|one| (subject(one), findings(one))).collect()
}

/// That the audit blames `commit` and no other, for something that is mended.
#[track_caller]
fn only_break(repo: &Repo<'_>, commit: &str) {
    let json = repo.hook(&["audit", "--format", "json"]).passes().json();
    let breaks = json["breaks"].as_array().unwrap();
    assert_eq!((breaks.len(), breaks[0]["commit"].as_str()), (1, Some(commit)), "{json:#}");
}

#[test]
fn a_break_that_was_mended_is_not_kept_open_by_another_of_the_same_pair() {
    let world = World::new();
    let repo = world.project();
    repo.stage(R, NEW);
    repo.land("without the lock");
    repo.stage_pair(NEW);
    repo.land("in step");
    repo.stage_pair("flask==3.0.3\nrequests>=2\nuvloop==0.20.0\n");
    repo.land("unpinned");
    let json = repo.hook(&["audit", "--format", "json"]).exits(1).json();
    let open = |at: usize| json["breaks"][at]["still_broken"].as_bool().unwrap();
    assert_eq!((told(&json)[1].0.as_str(), open(0), open(1)), ("without the lock", true, false), "{json:#}");
    assert_eq!(json["breaks"][1]["pairs"][0]["still_broken"], false);
    repo.hook(&["audit"]).exits(1).says("2 broke the policy, 1 still broken").says("repaired or gone at HEAD");
}

#[test]
fn each_finding_says_what_became_of_it_wherever_its_line_went() {
    let world = World::new();
    let repo = world.project();
    repo.stage_pair("flask\nrequests\n");
    repo.land("unpinned twice");
    repo.stage_pair("click==8.1.7\nFlask>=3\nrequests==2.32.3\n");
    repo.land("one is pinned");
    let json = repo.hook(&["audit", "--format", "json"]).exits(1).json();
    let all = told(&json);
    let (first, second) = (&all[1], &all[0]);
    assert_eq!((first.0.as_str(), second.0.as_str()), ("unpinned twice", "one is pinned"));
    for (rule, line, still) in &first.1 {
        assert_eq!((rule.as_str(), *still), ("unpinned", *line == 1), "{json:#}");
    }
    assert!(second.1.iter().all(|(_, _, still)| *still) && !second.1.is_empty(), "{json:#}");
    let run = repo.hook(&["audit"]).exits(1);
    run.says("(still broken at HEAD)").says("(repaired or gone at HEAD)").says("2 still broken at HEAD");
}

#[test]
fn a_merge_that_mixes_what_its_parents_have_is_blamed() {
    let world = World::new();
    let repo = world.project();
    repo.stage("base.txt", "six==1.16.0\n");
    repo.stage(R, format!("-r base.txt\n{OLD}"));
    repo.stage(L, format!("six==1.16.0\n{OLD}"));
    repo.land("an include");
    repo.git(&["checkout", "-q", "-b", "side"]).passes();
    repo.stage("base.txt", "six==1.17.0\n");
    repo.stage(L, format!("six==1.17.0\n{OLD}"));
    repo.land("another six");
    repo.git(&["checkout", "-q", "main"]).passes();
    repo.stage_code("more");
    repo.land("code");
    repo.git(&["merge", "-q", "--no-commit", "--no-ff", "side"]).passes();
    repo.git(&["checkout", "-q", "HEAD", "--", L]).passes();
    repo.land("half of a merge");
    let merge = repo.id("HEAD");
    repo.stage(L, format!("six==1.17.0\n{OLD}"));
    repo.land("the other half");
    // Without the include at the tip nothing but the history says to look for it.
    repo.stage_pair(OLD);
    repo.git(&["rm", "-q", "base.txt"]).passes();
    repo.land("no include");
    only_break(&repo, &merge);
}

#[test]
fn an_include_of_a_pair_that_a_later_policy_governs_is_looked_for() {
    let world = World::new();
    let repo = world.project();
    repo.stage("deps/pins.list", format!("-r shared.txt\n{OLD}"));
    repo.stage("deps/shared.txt", "six==1.16.0\n");
    repo.stage("deps/pins.frozen", format!("six==1.16.0\n{OLD}"));
    repo.land("nobody's files");
    repo.stage("freeze-guard.toml", "[[pair]]\nmanifest = \"deps/pins.list\"\nlock = \"deps/pins.frozen\"\n");
    repo.land("the policy names them");
    repo.stage("deps/shared.txt", "six==1.17.0\n");
    repo.land("only what is included");
    let broke = repo.id("HEAD");
    repo.git(&["rm", "-q", "-r", "freeze-guard.toml", "deps"]).passes();
    repo.land("all gone");
    only_break(&repo, &broke);
}

#[test]
fn all_takes_tags_of_anything_and_leaves_stashes_and_notes() {
    let world = World::new();
    let repo = world.project();
    repo.git(&["checkout", "-q", "-b", "side"]).passes();
    repo.stage(R, NEW);
    repo.land("on the side");
    repo.git(&["tag", "-a", "-m", "t", "kept"]).passes();
    repo.git(&["tag", "-a", "-m", "t", "kept-again", "kept"]).passes();
    repo.git(&["tag", "-a", "-m", "t", "tree", "HEAD^{tree}"]).passes();
    repo.git(&["tag", "blob", "HEAD:app.py"]).passes();
    repo.git(&["checkout", "-q", "main"]).passes();
    repo.git(&["branch", "-q", "-D", "side"]).passes();
    repo.stage(R, NEWER);
    repo.git(&["stash", "-q"]).passes();
    repo.git(&["notes", "add", "-m", "n"]).passes();
    let json = repo.hook(&["audit", "--all", "--format", "json"]).passes().json();
    let subjects: Vec<String> = told(&json).into_iter().map(|(subject, _)| subject).collect();
    assert_eq!(subjects, ["on the side"]);
    repo.git(&["checkout", "-q", "--detach"]).passes();
    repo.stage(R, NEWER);
    repo.land("on no branch");
    repo.hook(&["audit", "--all"]).exits(1).says("on no branch");
}

#[test]
fn longer_ids_and_no_commit_at_all() {
    let world = World::new();
    let repo = world.repo_with("longer", &["--object-format=sha256"]);
    repo.seed();
    repo.stage(R, NEW);
    repo.land("alone");
    repo.git(&["gc", "-q"]).passes();
    repo.hook(&["audit", "--all"]).exits(1).says("2 commits touch governed files; 1 broke the policy");
    let unborn = world.repo("unborn");
    for args in [&["audit"][..], &["audit", "--all"], &["audit", "--all", "--format", "json"]] {
        unborn.hook(args).exits(2);
    }
    world.at("").hook(&["audit", "--all"]).exits(2);
}

#[test]
fn submodules_and_links_in_place_of_files_are_judged_as_such() {
    let world = World::new();
    let repo = world.project();
    let commit = repo.id("HEAD");
    repo.git(&["rm", "-q", "--cached", R]).passes();
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{commit},{R}")]).passes();
    repo.land("a submodule");
    repo.git(&["rm", "-q", "--cached", L]).passes();
    let link = repo.git_fed(b"app.py", &["hash-object", "-w", "--stdin"]).passes().stdout_text();
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("120000,{},{L}", link.trim())]).passes();
    repo.land("a link");
    let run = repo.hook(&["audit", "--format", "json"]);
    assert_eq!(told(&run.json()).len(), 2, "{run}");
}

#[test]
fn a_missing_tree_and_a_damaged_pack_are_named_with_a_next_step() {
    let world = World::new();
    let repo = world.project();
    repo.stage_code("two");
    repo.land("two");
    let tree = repo.id("HEAD~1^{tree}");
    let file = repo.path(format!(".git/objects/{}/{}", &tree[..2], &tree[2..]));
    let kept = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    repo.hook(&["audit"]).exits(2).says_on_stderr(&format!("tree {}", &tree[..10])).says_on_stderr("git fetch");
    let json = repo.hook(&["audit", "--format", "json"]).exits(2).json();
    assert_eq!(json["verdict"], "error");
    fs::write(&file, kept).unwrap();
    repo.git(&["gc", "-q"]).passes();
    let packs = fs::read_dir(repo.path(".git/objects/pack")).unwrap().map(|entry| entry.unwrap().path());
    let pack = packs.into_iter().find(|path| path.extension().is_some_and(|end| end == "pack")).unwrap();
    let whole = fs::read(&pack).unwrap();
    fs::remove_file(&pack).unwrap();
    for at in (12..whole.len()).step_by(7) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0xff;
        fs::write(&pack, damaged).unwrap();
        let run = repo.hook(&["audit"]);
        assert!(matches!(run.status, Some(0 | 2)) && !run.stderr_text().contains("panicked"), "byte {at}: {run}");
        fs::remove_file(&pack).unwrap();
    }
}

#[test]
fn a_reader_that_goes_away_ends_it() {
    let world = World::new();
    let repo = world.project();
    for text in [NEW, NEWER, OLD, NEW] {
        repo.stage(R, text);
        repo.land(text);
    }
    let mut child = repo.hook_command().arg("audit").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
}
