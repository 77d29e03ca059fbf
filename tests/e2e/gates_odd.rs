//! The gates under settings of the user that change what git answers, and what an allowed source may not bring either.

use crate::world::{L, NEW, R, Repo, World};

const ORIGIN: &str = "../origin.git";

/// An `auto/x` whose first commit breaks the pair and whose second mends it, for an origin that asks every commit.
fn broken_and_mended(world: &World) -> Repo<'_> {
    let (repo, _) = world.project_with_origin();
    repo.stage("freeze-guard.toml", "[push]\nevery-commit = true\n");
    repo.land("every commit");
    repo.git(&["push", "-q", "--no-verify", "origin", "main"]).passes();
    repo.git(&["checkout", "-q", "-b", "auto/x"]).passes();
    repo.stage(R, NEW);
    repo.land("without a lock");
    repo.stage(L, NEW);
    repo.land("the lock");
    repo
}

/// A log in another encoding, in an order that a missing file gives: the verdict stays.
#[test]
fn settings_of_the_log_do_not_stop_the_judgement() {
    let world = World::new();
    let repo = broken_and_mended(&world);
    for setting in ["i18n.logOutputEncoding=UTF-16", "diff.orderFile=/nonexistent", "diff.relative=true"] {
        let run = repo.git(&["-c", setting, "push", "-q", "origin", "auto/x:main"]);
        run.refused().error("lock-drift").says("without a lock): ");
    }
}

/// From a subdirectory `diff.relative` would hide all that stands above it.
#[test]
fn diff_relative_hides_no_commit() {
    let world = World::new();
    let repo = broken_and_mended(&world);
    repo.write("sub/keep", "");
    repo.git(&["config", "diff.relative", "true"]).passes();
    let line = format!("refs/heads/auto/x {} refs/heads/main {}\n", repo.id("auto/x"), repo.id("origin/main"));
    let run = repo.inside("sub").hook_fed(line.as_bytes(), &["run", "pre-push", "origin", ORIGIN]);
    run.refused().error("lock-drift");
}

/// An allowed branch brings no other hash for the same version than the remote tip has.
#[test]
fn a_swapped_hash_is_refused_from_an_allowed_branch() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    let held = |digit: &str| format!("flask==3.0.3 --hash=sha256:{}\n", digit.repeat(64));
    repo.branch_with_pair("auto/a", &held("a"));
    repo.git(&["push", "-q", "origin", "auto/a:main"]).passes();
    let before = origin.id("main");
    repo.stage(R, held("b"));
    repo.stage(L, held("b"));
    repo.land("another hash");
    repo.git(&["push", "-q", "origin", "auto/a:main"]).refused().error("hash");
    assert_eq!(origin.id("main"), before);
}

/// ... nor a new index.
#[test]
fn a_new_index_is_refused_from_an_allowed_branch() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    let before = origin.id("main");
    repo.branch_with_pair("auto/a", &format!("--extra-index-url https://index.example.com/simple\n{NEW}"));
    repo.git(&["push", "-q", "origin", "auto/a:main"]).refused().error("index-changed");
    assert_eq!(origin.id("main"), before);
}

/// A policy that would allow the change decides only after it has been pushed by itself, and people are told so.
#[test]
fn a_laxer_policy_goes_before_what_it_allows() {
    let world = World::new();
    let (repo, _) = world.project_with_origin();
    repo.git(&["checkout", "-q", "-b", "auto/x"]).passes();
    repo.stage("freeze-guard.toml", "[rules]\nunpinned = \"off\"\n");
    repo.land("policy");
    repo.stage_pair("flask>=3\n");
    repo.land("loose");
    let run = repo.git(&["push", "-q", "origin", "auto/x:main"]).refused().error("unpinned");
    run.says("the new rules.unpinned decides from the next push on").says("push the policy to main first");
    repo.git(&["push", "-q", "origin", "auto/x~1:refs/heads/auto/policy"]).passes();
    repo.git(&["branch", "-q", "auto/policy", "auto/x~1"]).passes();
    repo.git(&["push", "-q", "origin", "auto/policy:main"]).passes();
    repo.git(&["push", "-q", "origin", "auto/x:main"]).passes().never_says("next push");
}

/// A remote group pushes to each of its remotes, and each is guarded.
#[test]
fn every_remote_of_a_group_is_guarded() {
    let Some(world) = World::with_new_git("a push to a remote group") else { return };
    let (repo, origin) = world.project_with_origin();
    let second = world.repo_with("second.git", &["--bare"]);
    repo.git(&["remote", "add", "second", "../second.git"]).passes();
    repo.git(&["push", "-q", "second", "main"]).passes();
    repo.git(&["config", "remotes.all", "origin second"]).passes();
    let before = origin.id("main");
    repo.branch_with_pair("feat", NEW);
    let run = repo.git(&["push", "-q", "all", "feat:main"]).refused().error("guarded-push");
    assert_eq!(run.stderr_text().matches("error[guarded-push]").count(), 2, "{run}");
    assert_eq!((origin.id("main"), second.id("main")), (before.clone(), before));
}
