//! `hook status --all` says of each clone what `hook status` there says; a list that is broken is told of; and nothing
//! ends well that could not be said.

use std::fs;
use std::process::Stdio;

use crate::run::{Run, script};
use crate::world::{Repo, World};

/// Status and status --all agree that something is wrong, and the latter says what.
#[track_caller]
fn both_refuse(repo: &Repo<'_>, why: &str) {
    repo.hook(&["status"]).exits(1);
    repo.hook(&["status", "--all"]).exits(1).says("not in force").says(why);
}

#[test]
fn all_that_status_knows_counts() {
    let world = World::new();
    let (repo, _origin) = world.project_with_origin();
    repo.git(&["remote", "set-head", "origin", "main"]).passes();
    repo.hook(&["status", "--all"]).passes().says("in force");
    // A worktree that is not covered.
    repo.git(&["worktree", "add", "-q", "-b", "linked", "../linked"]).passes();
    repo.git(&["config", "extensions.worktreeConfig", "true"]).passes();
    world.at("linked").git(&["config", "--worktree", "core.hooksPath", "/dev/null"]).passes();
    both_refuse(&repo, "linked worktree");
    repo.git(&["worktree", "remove", "--force", "../linked"]).passes();
    repo.hook(&["status", "--all"]).passes();
    // A broken policy.
    repo.stage("freeze-guard.toml", "nonsense = [\n");
    both_refuse(&repo, "the policy for commits cannot be read");
    // A default branch that nothing guards.
    repo.stage("freeze-guard.toml", "[push]\nguard = [\"trunk\"]\n");
    repo.land("another guard");
    repo.git(&["push", "-q", "--no-verify", "origin", "main"]).passes();
    both_refuse(&repo, "the remote's default branch, is not guarded");
    repo.stage("freeze-guard.toml", "");
    repo.land("as before");
    repo.git(&["push", "-q", "--no-verify", "origin", "main"]).passes();
    // Somebody else's hook.
    script(&repo.path(".git/hooks/pre-push"), "#!/bin/sh\n");
    both_refuse(&repo, "pre-push is foreign");
}

/// A list that is no list is not an empty one.
#[test]
fn a_list_of_something_else() {
    let world = World::new();
    let repo = world.repo("project");
    let list = world.path("home/.data/freeze-guard/clones");
    fs::create_dir_all(list.parent().unwrap()).unwrap();
    let random: Vec<u8> = (0..4000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for bytes in [&random[..], b"not a list\n", b"\xff", b"relative/path\0"] {
        fs::write(&list, bytes).unwrap();
        for verb in ["status", "install"] {
            let run =
                repo.hook(&[verb, "--all"]).could_not_judge().says("the list of clones").never_says("no clone is");
            if verb == "install" {
                crate::wiring_rows::obey(&repo, &run.stderr_text(), "mv");
            }
        }
        repo.hook(&["status", "--all"]).passes().says("no clone");
    }
    fs::remove_file(list.with_extension("broken")).unwrap();
    std::os::unix::fs::symlink("nowhere", &list).unwrap();
    repo.hook(&["status", "--all"]).could_not_judge().says("a link to nothing");
}

/// What stands between good entries is told of, and dropped when asked.
#[test]
fn rubbish_between_clones_is_told_of() {
    let world = World::new();
    let repo = world.repo("project");
    repo.hook(&["install"]).passes();
    let list = world.path("home/.data/freeze-guard/clones");
    let mut bytes = fs::read(&list).unwrap();
    bytes.extend_from_slice(b"\xff\xfe\0relative\0");
    fs::write(&list, bytes).unwrap();
    repo.hook(&["status", "--all"]).exits(1).says("project/.git: in force").says("2 items besides the paths");
    repo.hook(&["status", "--all", "--prune"]).passes().says("dropped");
    repo.hook(&["status", "--all"]).passes().never_says("besides");
}

/// A full disk behind standard output: nobody may take silence for an answer.
#[test]
fn a_full_disk_behind_standard_output() {
    let world = World::new();
    let repo = world.project();
    let verbs: [&[&str]; 8] = [
        &["status"],
        &["status", "--format", "json"],
        &["status", "--all"],
        &["completions", "bash"],
        &["man"],
        &["--help"],
        &["explain", "lock-drift"],
        &["install"],
    ];
    for verb in verbs {
        let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else {
            return eprintln!("skipped: there is no /dev/full here");
        };
        let mut hook = repo.hook_command();
        let run = Run::with_stdout_as_set(hook.args(verb).stdout(full), b"").exits(2);
        run.says("standard output cannot be written").says("= help:");
        // A reader that went away is none of our business.
        let mut hook = repo.hook_command();
        let mut child = hook.args(verb).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{verb:?}: {output:?}");
    }
    // A hook's status is its verdict.
    let mut hook = repo.hook_command();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    Run::with_stdout_as_set(hook.args(["run", "pre-commit", "--"]).stdout(full), b"").passes();
}
