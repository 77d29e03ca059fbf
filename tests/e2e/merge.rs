//! Scenarios 12-16, and 17-19: merges, and what reaches a branch without a commit hook.

use crate::world::{L, NEW, NEWER, OLD, R, Repo, World};

/// Leaves `branch` with `content` staged by `change` on top of main, and comes back to main.
fn side(repo: &Repo<'_>, branch: &str, change: impl FnOnce(&Repo<'_>)) {
    repo.git(&["checkout", "-q", "-b", branch, "main"]).passes();
    change(repo);
    repo.land(branch);
    repo.git(&["checkout", "-q", "main"]).passes();
}

/// Merge of a branch that changed R+L, clean: accepted, no false alarm.
#[test]
fn s12_clean_merge_of_both() {
    let world = World::new();
    let repo = world.project();
    side(&repo, "feat", |repo| repo.stage_pair(NEW));
    repo.stage("other.py", "x = 1\n");
    repo.land("code on main");
    repo.git(&["merge", "-q", "--no-edit", "feat"]).passes().no_findings();
    assert_eq!(repo.git(&["rev-list", "--count", "--merges", "HEAD"]).stdout_text(), "1\n");
}

/// Merge whose result has our R and their L: pmc refuses; MERGE_HEAD exists; fixing L and `git commit` succeeds.
#[test]
fn s13_mixed_merge_is_refused_until_mended() {
    let world = World::new();
    let repo = world.project();
    side(&repo, "feat", |repo| repo.stage(L, NEWER));
    repo.stage(R, NEW);
    repo.land("our manifest");
    repo.git(&["merge", "-q", "--no-edit", "feat"]).refused().error("lock-drift").says("uvloop");
    assert!(repo.path(".git/MERGE_HEAD").exists());
    repo.stage(L, NEW);
    repo.git(&["commit", "-q", "--no-edit"]).passes().no_findings();
}

/// Our R and their L that happen to agree: accepted.
#[test]
fn s13_mixed_merge_that_agrees_is_accepted() {
    let world = World::new();
    let repo = world.project();
    side(&repo, "feat", |repo| repo.stage(L, NEW));
    repo.stage(R, NEW);
    repo.land("our manifest");
    repo.git(&["merge", "-q", "--no-edit", "feat"]).passes().no_findings();
}

/// Conflict in R resolved by hand without a new L: pc refuses.
#[test]
fn s14_conflict_resolved_without_a_lock() {
    let world = World::new();
    let repo = world.project();
    side(&repo, "feat", |repo| repo.stage_pair(NEW));
    repo.stage_pair(NEWER);
    repo.land("our change");
    repo.git(&["merge", "-q", "--no-edit", "feat"]).exits(1);
    repo.stage(R, "flask==3.0.3\nrequests==2.32.3\nuvloop==0.22.0\n");
    repo.stage(L, NEWER);
    repo.git(&["commit", "-q", "--no-edit"]).refused().error("lock-drift");
    repo.stage(L, "flask==3.0.3\nrequests==2.32.3\nuvloop==0.22.0\n");
    repo.git(&["commit", "-q", "--no-edit"]).passes().no_findings();
}

/// A conflict resolved to one side as it stands there is no change of ours.
#[test]
fn s14_conflict_resolved_to_a_bad_parent() {
    let world = World::new();
    let repo = world.project();
    side(&repo, "feat", |repo| repo.stage_pair(NEW));
    repo.stage(R, NEWER);
    repo.land("our manifest, bad");
    repo.git(&["merge", "-q", "--no-edit", "feat"]).exits(1);
    repo.stage(R, NEWER);
    repo.stage(L, OLD);
    repo.git(&["commit", "-q", "--no-edit"]).passes().no_findings();
}

/// `merge --squash` bringing R+L: accepted; R only: refused.
#[test]
fn s15_squash() {
    let world = World::new();
    let repo = world.project();
    side(&repo, "manifest", |repo| repo.stage(R, NEW));
    side(&repo, "both", |repo| repo.stage_pair(NEW));
    repo.git(&["merge", "-q", "--squash", "manifest"]).passes();
    repo.commit("squashed").refused().error("lock-drift");
    repo.git(&["reset", "-q", "--hard"]).passes();
    repo.git(&["merge", "-q", "--squash", "both"]).passes();
    repo.commit("squashed").passes().no_findings();
}

/// Octopus with three parents, each pair untouched: accepted.
#[test]
fn s16_octopus() {
    let world = World::new();
    let repo = world.project();
    side(&repo, "one", |repo| repo.stage("one.py", "x = 1\n"));
    side(&repo, "two", |repo| repo.stage_pair(NEW));
    repo.stage_code("main");
    repo.land("code on main");
    repo.git(&["merge", "-q", "--no-edit", "one", "two"]).passes().no_findings();
    assert_eq!(repo.git(&["show", "-s", "--format=%P"]).stdout_text().split_whitespace().count(), 3);
}

/// Clean cherry-pick of an R-only commit: lands (no hook), then `push` to main refused.
#[test]
fn s17_cherry_pick_is_caught_by_the_push() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    side(&repo, "feat", |repo| repo.stage(R, NEW));
    repo.git(&["cherry-pick", "feat"]).passes();
    let before = origin.id("main");
    repo.git(&["push", "-q", "origin", "main"]).refused().error("guarded-push");
    // From an allowed source it would still have to be in sync.
    repo.git(&["push", "-q", "origin", "main:refs/heads/auto/x"]).passes().no_findings();
    repo.git(&["branch", "-q", "auto/x"]).passes();
    repo.git(&["push", "-q", "origin", "auto/x:main"]).refused().error("lock-drift");
    assert_eq!(origin.id("main"), before);
}

/// `rebase` (merge and apply backends) over R-only commit: completes; push refused.
#[test]
fn s18_rebase_is_caught_by_the_push() {
    for backend in ["--merge", "--apply"] {
        let world = World::new();
        let (repo, _origin) = world.project_with_origin();
        side(&repo, "feat", |repo| repo.stage(R, NEW));
        repo.stage_code("main");
        repo.land("code on main");
        repo.git(&["checkout", "-q", "feat"]).passes();
        repo.git(&["rebase", "-q", backend, "main"]).passes();
        repo.git(&["push", "-q", "origin", "feat:main"]).refused().error("guarded-push");
    }
}

/// `am` of an R-only patch with the pre-applypatch shim installed: stops; without: lands.
#[test]
fn s19_am_is_judged() {
    let world = World::new();
    let repo = world.project();
    side(&repo, "feat", |repo| repo.stage(R, NEW));
    repo.git(&["format-patch", "-q", "-1", "feat", "-o", "patches"]).passes();
    let head = repo.id("HEAD");
    repo.git(&["am", "-q", "patches/0001-feat.patch"]).exits(1).error("lock-drift");
    assert_eq!(repo.id("HEAD"), head);
    repo.git(&["am", "--abort"]).passes();
    repo.hook(&["uninstall"]).passes();
    repo.git(&["am", "-q", "patches/0001-feat.patch"]).passes();
}
