//! Hooks that run git themselves, or each other's: all of them have their turn, the merge is judged as a merge, and what
//! goes in a circle ends.

use std::fs;

use crate::run::script;
use crate::world::{NEW, R, Repo, World};

/// A clone with a remote, and in it a pre-push hook of its own that notes each push and then does as `text` says.
fn pushing<'w>(world: &'w World, text: &str) -> (Repo<'w>, Repo<'w>) {
    let (repo, origin) = world.project_with_origin();
    repo.hook(&["uninstall"]).passes();
    script(
        &repo.path(".git/hooks/pre-push"),
        format!(
            "#!/bin/sh\nread -r line || exit 0\nset -- \"$1\" ${{line##* refs/heads/}}\necho \"$1 $2\" >>pushes.log\n{text}\n"
        ),
    );
    repo.hook(&["install", "--via", "file"]).passes();
    (repo, origin)
}

/// A push within a push, to another remote or the same, is a push like any: judged, and with the hook that was there.
#[test]
fn a_push_within_a_push_runs_every_hook() {
    let world = World::new();
    let nested =
        "case $2 in main) git push -q backup HEAD:refs/heads/copy && git push -q origin HEAD:refs/heads/other ;; esac";
    let (repo, origin) = pushing(&world, nested);
    let backup = world.repo_with("backup.git", &["--bare"]);
    repo.git(&["remote", "add", "backup", "../backup.git"]).passes();
    repo.stage_code("two");
    repo.commit("two").passes();
    repo.git(&["push", "-q", "origin", "main"]).passes();
    assert_eq!(repo.text("pushes.log"), "origin main\nbackup copy\norigin other\n");
    for tip in [backup.id("copy"), origin.id("other"), origin.id("main")] {
        assert_eq!(tip, repo.id("HEAD"));
    }
    // Judged as well: the inner push refuses the outer.
    fs::write(
        repo.path(".git/hooks/pre-push.hook-chained"),
        "#!/bin/sh\ncase $2 in */backup.git) ;; *) exec git push -q backup HEAD:refs/heads/main ;; esac\n",
    )
    .unwrap();
    repo.git(&["push", "-q", "backup", "HEAD~1:refs/heads/main"]).passes();
    repo.git(&["checkout", "-q", "-b", "auto/x"]).passes();
    repo.git(&["checkout", "-q", "main"]).passes();
    repo.stage_pair(NEW);
    repo.land("dependencies");
    let before = backup.id("main");
    repo.git(&["push", "-q", "origin", "HEAD:refs/heads/feature"]).refused().error("guarded-push");
    assert_eq!(backup.id("main"), before);
}

/// Without our program the shim does the same.
#[test]
fn a_push_within_a_skipped_push_runs_every_hook() {
    let world = World::new();
    let (repo, _origin) = pushing(&world, "case $2 in main) git push -q origin HEAD:refs/heads/other ;; esac");
    let shim = repo.path(".git/hooks/pre-push");
    let text = fs::read_to_string(&shim).unwrap();
    let line = text.lines().find(|line| line.starts_with("hook=")).unwrap().to_owned();
    fs::write(&shim, text.replace(&line, "hook='/gone'")).unwrap();
    repo.stage_code("two");
    repo.commit("two").passes();
    repo.git_env(&[("FREEZE_GUARD", "0")], &["push", "-q", "origin", "main"]).passes();
    assert_eq!(repo.text("pushes.log"), "origin main\norigin other\n");
}

#[test]
fn a_hook_that_pushes_for_ever_ends() {
    let world = World::new();
    let (repo, origin) = pushing(&world, "git push -q origin HEAD:refs/heads/\"$2x\"");
    let tip = origin.id("main");
    repo.stage_code("two");
    repo.commit("two").passes();
    let run = repo.git(&["push", "-q", "origin", "main"]).refused().says("over and over").says("grep -n git");
    assert_eq!(run.stderr_text().matches("over and over").count(), 1, "{run}");
    assert_eq!(origin.id("main"), tip);
    assert_eq!(repo.text("pushes.log").lines().count(), 16);
}

/// git's own sample of pre-merge-commit, which becomes pre-commit: what that judges is the merge, once.
#[test]
fn gits_sample_of_a_merge_hook() {
    let world = World::new();
    let repo = world.repo("project");
    repo.seed();
    let sample = "#!/bin/sh\n. git-sh-setup\ntest -x \"$GIT_DIR/hooks/pre-commit\" &&\n        exec \"$GIT_DIR/hooks/pre-commit\"\n:\n";
    script(&repo.path(".git/hooks/pre-merge-commit"), sample);
    script(&repo.path(".git/hooks/pre-commit"), "#!/bin/sh\necho theirs >>theirs.log\n");
    repo.hook(&["install", "--via", "file"]).passes();
    // The other side brings a manifest that its lock does not answer; a merge that takes it as it is changes nothing.
    repo.git(&["checkout", "-q", "-b", "side"]).passes();
    repo.stage(R, NEW);
    repo.land("manifest alone");
    repo.git(&["checkout", "-q", "main"]).passes();
    repo.stage_code("two");
    repo.commit("two").passes();
    fs::remove_file(repo.path("theirs.log")).unwrap();
    repo.git(&["merge", "-q", "--no-edit", "side"]).passes().never_says("lock-drift");
    assert_eq!(repo.text("theirs.log"), "theirs\n");
    fs::remove_file(repo.path("theirs.log")).unwrap();
    // One that mixes both sides is judged, and refused once.
    repo.git(&["reset", "-q", "--hard", "HEAD^"]).passes();
    repo.stage("requirements.lock", format!("{NEW}# ours\n").replace("uvloop==0.20.0\n", ""));
    repo.commit("a lock of ours").passes();
    let run = repo.git(&["merge", "-q", "--no-edit", "side"]).refused().error("lock-drift");
    assert_eq!(run.stderr_text().matches("error[lock-drift]").count(), 1, "{run}");
    // A commit that is made by hand in such a hook is a commit, whatever is being merged.
    repo.git(&["merge", "--abort"]).passes();
    let commits = "#!/bin/sh\ncd \"$OTHER\" && git commit -q --allow-empty -m within\n";
    script(&repo.path(".git/hooks/pre-merge-commit.hook-chained"), commits);
    let other = world.path("other");
    repo.git(&["worktree", "add", "-q", "-b", "other", other.to_str().unwrap()]).passes();
    let other = world.at("other");
    other.stage(R, NEW);
    let env = [("OTHER", other.top.to_str().unwrap())];
    let unset = "unset GIT_DIR GIT_INDEX_FILE GIT_PREFIX; ";
    script(&repo.path(".git/hooks/pre-merge-commit.hook-chained"), commits.replace("cd ", &format!("{unset}cd ")));
    repo.git_env(&env, &["merge", "-q", "--no-edit", "side"]).refused();
    assert_eq!(other.id("HEAD"), repo.id("main"), "the commit within was refused");
}
