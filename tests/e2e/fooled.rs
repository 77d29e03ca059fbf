//! Ways around the guard that somebody has tried with success: each stays closed, and the healthy change beside it
//! passes.

use crate::world::{L, NEW, NEWER, OLD, R, World};

/// With the base unknown, what is pushed has no say in whether the ref is guarded.
#[test]
fn an_unknown_base_is_not_ruled_by_what_is_pushed() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    let other = world.repo("other");
    other.git(&["remote", "add", "origin", "../origin.git"]).passes();
    other.git(&["fetch", "-q", "origin"]).passes();
    other.git(&["checkout", "-q", "-b", "ahead", "origin/main"]).passes();
    other.stage("ahead.py", "x = 1\n");
    other.land("ahead");
    other.git(&["push", "-q", "origin", "ahead:main"]).passes();
    let before = origin.id("main");
    repo.stage("freeze-guard.toml", "[push]\nguard = [\"nothing\"]\n");
    repo.stage_pair(NEW);
    repo.land("own rules");
    // By URL there is no remote-tracking ref to ask.
    repo.git(&["push", "-q", "-f", "../origin.git", "main"]).refused().error("unknown-base");
    assert_eq!(origin.id("main"), before);
}

/// A file that a lock has always included belongs to the pair, also before anybody judged it.
#[test]
fn a_lock_that_includes_is_looked_into() {
    let world = World::new();
    let (repo, _origin) = world.project_with_origin();
    repo.stage(L, "-r base.lock\n");
    repo.stage("base.lock", OLD);
    repo.land("from before the guard");
    repo.git(&["push", "-q", "--no-verify", "origin", "main"]).passes();
    repo.stage("base.lock", format!("{OLD}evil==1\n"));
    repo.commit("only the included file").refused().says("base.lock");
}

/// Every spelling of an include that the reader knows is followed where nothing else changed.
#[test]
fn an_include_in_disguise_is_followed() {
    for line in [
        "-'r' base.txt\n",
        "-\"\"r base.txt\n",
        "-\\\nr base.txt\n",
        "--\"requirement\" base.txt\n",
        "\n# coding: utf-8\n-r base.txt\n",
    ] {
        let world = World::new();
        let repo = world.project();
        repo.stage("base.txt", OLD);
        repo.stage(R, line);
        repo.land("disguised");
        repo.stage("base.txt", format!("{OLD}evil==1\n"));
        let run = repo.commit("only the included file");
        run.refused().says(R);
    }
}

/// A remote that leads to where the push goes, or to this repository itself, approves nothing.
#[test]
fn nobody_approves_his_own_push() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.stage_pair(NEW);
    repo.land("dependencies");
    repo.git(&["remote", "add", "self", "."]).passes();
    repo.git(&["fetch", "-q", "self"]).passes();
    repo.git(&["remote", "add", "again", "../origin.git"]).passes();
    repo.git(&["update-ref", "refs/remotes/again/main", "main"]).passes();
    let before = origin.id("main");
    repo.git(&["push", "-q", "origin", "main"]).refused().error("guarded-push");
    assert_eq!(origin.id("main"), before);
}

/// `remotes` names a remote, and whoever spells its URL means the same one.
#[test]
fn a_remote_is_covered_under_every_name() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.stage("freeze-guard.toml", "[push]\nremotes = [\"origin\"]\n");
    repo.land("policy");
    repo.git(&["push", "-q", "--no-verify", "origin", "main"]).passes();
    repo.stage_pair(NEW);
    repo.land("dependencies");
    repo.git(&["remote", "add", "second", "../origin.git"]).passes();
    let before = origin.id("main");
    for remote in ["../origin.git", "second"] {
        repo.git(&["push", "-q", remote, "main"]).refused().error("guarded-push");
    }
    assert_eq!(origin.id("main"), before);
}

/// A link is not read as a policy, whatever its target is called.
#[test]
fn a_link_is_no_policy() {
    let world = World::new();
    let repo = world.project();
    let blob = repo.git_fed(b"exclude=[\"**\"]", &["hash-object", "-w", "--stdin"]).passes().stdout_text();
    let entry = format!("120000,{},freeze-guard.toml", blob.trim());
    repo.git(&["update-index", "--add", "--cacheinfo", &entry]).passes();
    repo.stage(R, NEW);
    repo.commit("linked policy").refused().says("freeze-guard.toml");
}

/// The way back from `.in` and `.txt` to `.txt` and `.lock` is open.
#[test]
fn a_layout_can_be_left_again() {
    let world = World::new();
    let repo = world.project();
    repo.stage("requirements.in", "flask\n");
    repo.git(&["rm", "-q", "--cached", L]).passes();
    repo.land("compiled");
    repo.git(&["rm", "-q", "requirements.in"]).passes();
    repo.stage_pair(NEWER);
    repo.commit("mirror again").passes().no_findings();
}

/// The branch that a help proposes is free, the second time on one day too.
#[test]
fn the_proposed_branch_is_free() {
    let world = World::new();
    let (repo, _origin) = world.project_with_origin();
    for pins in [NEW, NEWER] {
        repo.stage_pair(pins);
        repo.land("dependencies");
        let run = repo.git(&["push", "-q", "origin", "main"]).refused().error("guarded-push");
        let text = run.stderr_text();
        let line = text.split('`').find(|part| part.starts_with("git branch")).unwrap_or_else(|| panic!("{run}"));
        for command in line.split(" && ") {
            let words: Vec<&str> = command.split(' ').skip(1).collect();
            repo.git(&words).passes();
        }
        repo.git(&["fetch", "-q", "origin"]).passes();
    }
}

/// The top stands for everything, however it is written.
#[test]
fn the_top_is_a_path() {
    let world = World::new();
    let repo = world.project();
    repo.stage("api/requirements.txt", OLD);
    for path in [".", "./", repo.top.to_str().unwrap()] {
        repo.hook(&["check", path]).exits(1).error("lock-missing");
    }
    repo.inside("api").hook(&["check", ".."]).exits(1).error("lock-missing");
}
