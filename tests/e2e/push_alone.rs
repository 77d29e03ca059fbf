//! What a push asks git for: nothing, where the refs and the clone's own configuration already tell.

use std::fs;
use std::path::{Path, PathBuf};

use crate::run::script;
use crate::world::{NEW, NEWER, Repo, Run, World};

const ZERO: &str = "0000000000000000000000000000000000000000";

/// A directory whose `git` writes down that it was called, and fails; and where it writes.
fn recorder(world: &World) -> (PathBuf, PathBuf) {
    let (bin, calls) = (world.path("recorder"), world.path("calls"));
    fs::create_dir(&bin).unwrap();
    script(&bin.join("git"), format!("#!/bin/sh\necho \"$*\" >>'{}'\nexit 1\n", calls.display()));
    (bin, calls)
}

/// Judges a push of `line` with nothing but the recorder on the search path.
fn push(repo: &Repo<'_>, bin: &Path, line: &str) -> Run {
    let url = repo.world.path("origin.git");
    let args = ["run", "pre-push", "origin", url.to_str().unwrap()];
    Run::of(repo.hook_command().env("PATH", bin).args(args), format!("{line}\n").as_bytes())
}

#[test]
fn git_is_not_asked_for_what_refs_tell() {
    let world = World::new();
    let (repo, _origin) = world.project_with_origin();
    let (bin, calls) = recorder(&world);
    let main = repo.id("main");
    repo.stage_code("more");
    repo.land("code");
    push(&repo, &bin, &format!("refs/heads/main {} refs/heads/main {main}", repo.id("main"))).passes();
    repo.branch_with_pair("auto/x", NEW);
    let tip = repo.id("auto/x");
    push(&repo, &bin, &format!("refs/heads/auto/x {tip} refs/heads/auto/x {ZERO}")).passes();
    push(&repo, &bin, &format!("refs/heads/auto/x {tip} refs/heads/main {main}")).passes();
    repo.git(&["checkout", "-q", "main"]).passes();
    repo.stage_pair(NEWER);
    repo.land("dependencies on main");
    let refused = format!("refs/heads/main {} refs/heads/main {main}", repo.id("main"));
    assert!(!calls.exists(), "{}", fs::read_to_string(&calls).unwrap());
    // Another remote's main may have approved it: whether that is a remote only git knows.
    repo.git(&["update-ref", "refs/remotes/other/main", "auto/x"]).passes();
    push(&repo, &bin, &refused).refused().error("guarded-push");
    assert!(calls.exists());
}
