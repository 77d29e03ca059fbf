//! Scenarios 1-11: what one commit may do with a manifest and its lock.

use crate::world::{L, NEW, OLD, R, World};

/// Given R staged alone, when `commit`, then refused, HEAD unmoved, message names R and L.
#[test]
fn s01_manifest_without_its_lock_is_refused() {
    let world = World::new();
    let repo = world.project();
    let head = repo.id("HEAD");
    repo.stage(R, NEW);
    let run = repo.commit("only the manifest").refused().error("lock-drift").says(R).says(L).says("uvloop");
    assert!(run.stdout.is_empty(), "a hook judges on stderr\n{run}");
    assert_eq!(repo.id("HEAD"), head);
}

/// A refusal points at the line, with a caret under it, and shows it as it stands.
#[test]
fn s01_the_refusal_shows_the_line() {
    let world = World::new();
    let repo = world.project();
    repo.stage(R, NEW);
    let run = repo.commit("only the manifest").refused().says("requirements.txt:3:1").says("uvloop==0.20.0");
    let text = run.stderr_text();
    let line = text.lines().position(|line| line.contains("| uvloop==0.20.0")).expect("the line");
    assert!(text.lines().nth(line + 1).unwrap().contains('^'), "{run}");
}

/// R and matching L staged, `commit`: accepted.
#[test]
fn s02_manifest_with_its_lock_is_accepted() {
    let world = World::new();
    let repo = world.project();
    let head = repo.id("HEAD");
    repo.stage_pair(NEW);
    repo.commit("both").passes().no_findings();
    assert_ne!(repo.id("HEAD"), head);
}

/// R edited, unstaged; other file staged; `commit`: accepted (work tree is not judged).
#[test]
fn s03_the_work_tree_is_not_judged() {
    let world = World::new();
    let repo = world.project();
    repo.write(R, NEW);
    repo.stage_code("two");
    repo.commit("code").passes().silent();
}

/// R+L edited, nothing staged, `commit -a`: accepted; with R only: refused.
#[test]
fn s04_commit_all() {
    let world = World::new();
    let repo = world.project();
    repo.write(R, NEW);
    repo.git(&["commit", "-q", "-a", "-m", "manifest"]).refused().error("lock-drift");
    repo.write(L, NEW);
    repo.git(&["commit", "-q", "-a", "-m", "both"]).passes().no_findings();
}

/// R+L staged, `commit R`: refused (partial index has R without L), and the staged L survives.
#[test]
fn s05_partial_commit_of_the_manifest_is_refused() {
    let world = World::new();
    let repo = world.project();
    repo.stage_pair(NEW);
    repo.git(&["commit", "-q", "-m", "part", R]).refused().error("lock-drift");
    let staged = repo.git(&["diff", "--cached", "--name-only"]).passes().stdout_text();
    assert_eq!(staged, format!("{L}\n{R}\n"));
    repo.git(&["commit", "-q", "-m", "both", R, L]).passes().no_findings();
}

/// `commit -p` choosing only R's hunk: refused.
#[test]
fn s06_patch_commit_of_the_manifest_is_refused() {
    let world = World::new();
    let repo = world.project();
    repo.write(R, NEW);
    repo.write(L, NEW);
    repo.git_fed(b"n\ny\n", &["commit", "-q", "-p", "-m", "one hunk"]).refused().error("lock-drift");
    repo.git_fed(b"y\ny\n", &["commit", "-q", "-p", "-m", "both hunks"]).passes().no_findings();
}

/// Unborn HEAD, R without L: refused; with L: accepted.
#[test]
fn s07_first_commit() {
    let world = World::new();
    let repo = world.repo("project");
    repo.hook(&["install"]).passes();
    repo.stage(R, OLD);
    repo.commit("first").refused().error("lock-missing").says(L);
    repo.stage(L, OLD);
    repo.commit("first").passes().no_findings();
}

/// HEAD bad (made with `-n`), `--amend` adding L: accepted.
#[test]
fn s08_amend_that_mends() {
    let world = World::new();
    let repo = world.project();
    repo.stage(R, NEW);
    repo.land("only the manifest");
    repo.stage(L, NEW);
    repo.git(&["commit", "-q", "--amend", "--no-edit"]).passes().no_findings();
}

/// HEAD good, `--amend` that removes L: refused.
#[test]
fn s09_amend_that_drops_the_lock() {
    let world = World::new();
    let repo = world.project();
    repo.git(&["rm", "-q", L]).passes();
    repo.git(&["commit", "-q", "--amend", "--no-edit"]).refused().error("lock-missing");
}

/// `--allow-empty` and `--fixup` on a good HEAD: accepted.
#[test]
fn s10_empty_and_fixup_commits() {
    let world = World::new();
    let repo = world.project();
    repo.git(&["commit", "-q", "--allow-empty", "-m", "empty"]).passes().silent();
    repo.stage_code("two");
    repo.git(&["commit", "-q", "--fixup", "HEAD"]).passes().silent();
}

/// `git add -N L` and R staged: refused (intent-to-add is not content).
#[test]
fn s11_intent_to_add_is_not_content() {
    let world = World::new();
    let repo = world.repo("project");
    repo.stage("app.py", "print('hello')\n");
    repo.land("start");
    repo.hook(&["install"]).passes();
    repo.stage(R, OLD);
    repo.write(L, OLD);
    repo.git(&["add", "-N", L]).passes();
    repo.commit("manifest").refused().error("lock-missing");
    // What the work tree holds would do: the help names the one command.
    repo.commit("manifest").refused().says("git add requirements.lock");
}

/// Where the lock in the work tree would match, the help of a drift names `git add` too.
#[test]
fn a_lock_that_only_needs_staging_is_told() {
    let world = World::new();
    let repo = world.project();
    repo.stage(R, NEW);
    repo.commit("manifest").refused().never_says("git add requirements.lock");
    repo.write(L, NEW);
    repo.commit("manifest").refused().says("git add requirements.lock");
}

/// All that drifted is listed: missing, extra and different, from one side or the other.
#[test]
fn drift_lists_missing_extra_and_different() {
    let world = World::new();
    let repo = world.project();
    repo.stage(R, "flask==3.0.3\nrequests==2.32.4\nuvloop==0.20.0\n");
    repo.stage(L, "flask==3.0.3\nrequests==2.32.3\ngunicorn==23.0.0\n");
    let run = repo.commit("drift").refused().error("lock-drift");
    let run = run.says("uvloop").says("gunicorn").says("requests").says("2.32.4").says("2.32.3");
    run.says("requirements.txt:").says("requirements.lock:").never_says("flask");
}

/// A manifest that is not pinned is refused even when the lock agrees with it.
#[test]
fn unpinned_in_a_manifest_and_in_a_lock() {
    let world = World::new();
    let repo = world.project();
    repo.stage_pair("flask>=3\nrequests==2.32.3\n");
    repo.commit("loose").refused().error("unpinned").says("flask");
}

/// The same name twice is refused; on disjoint markers it is not.
#[test]
fn duplicates() {
    let world = World::new();
    let repo = world.project();
    repo.stage_pair("flask==3.0.3\nFlask==3.0.2\n");
    repo.commit("twice").refused().error("duplicate").says("flask");
    repo.stage_pair("flask==3.0.3 ; sys_platform == \"win32\"\nflask==3.0.2 ; sys_platform != \"win32\"\n");
    repo.commit("apart").passes().no_findings();
}

/// What pip could not read is named by its line.
#[test]
fn invalid_line() {
    let world = World::new();
    let repo = world.project();
    repo.stage_pair("flask==3.0.3\nrequests=2.32.3\n");
    repo.commit("typo").refused().error("invalid-line").says("requirements.txt:2");
}

/// Nothing governed changed: silent, status 0, even where the commit is large.
#[test]
fn nothing_governed_changed_is_silent() {
    let world = World::new();
    let repo = world.project();
    for number in 0..50 {
        repo.write(&format!("src/pkg{number}/mod.py"), "x = 1\n");
    }
    repo.git(&["add", "."]).passes();
    repo.commit("code").passes().silent();
    repo.hook(&["run", "pre-commit"]).passes().silent();
}

/// On a guarded branch a note says how the change will have to be pushed; elsewhere it does not.
#[test]
fn a_guarded_branch_is_noted() {
    let world = World::new();
    let repo = world.project();
    repo.stage_pair(NEW);
    repo.commit("on main").passes().says("main").says("auto/").says("git push");
    repo.git(&["checkout", "-q", "-b", "auto/next"]).passes();
    repo.stage_pair(OLD);
    repo.commit("on auto").passes().silent();
}

/// A pair is found at any depth, and a lock whose manifest this change removes is an error.
#[test]
fn pairs_at_depth_and_orphaned_locks() {
    let world = World::new();
    let repo = world.project();
    repo.stage("services/api/requirements.txt", OLD);
    repo.commit("deep").refused().error("lock-missing").says("services/api/requirements.lock");
    repo.stage("services/api/requirements.lock", OLD);
    repo.commit("deep").passes().no_findings();
    repo.git(&["rm", "-q", "services/api/requirements.txt"]).passes();
    repo.commit("orphan").refused().error("lock-missing").says("services/api/requirements.lock");
    repo.git(&["rm", "-q", "services/api/requirements.lock"]).passes();
    repo.commit("both gone").passes().no_findings();
}
