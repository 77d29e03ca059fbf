//! Scenarios 20-22 and 24-27: the same verdicts in every shape of repository, path and environment.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use crate::run::script;
use crate::world::{BINARY, L, NEW, NEWER, OLD, R, Repo, Run, World};

/// Scenarios 1 and 2: R alone is refused, with its lock it is accepted.
#[track_caller]
fn judges_as_ever(repo: &Repo<'_>, content: &str) {
    let head = repo.id("HEAD");
    repo.stage(R, content);
    repo.commit("manifest").refused().error("lock-drift").says(R).says(L);
    assert_eq!(repo.id("HEAD"), head);
    repo.stage(L, content);
    repo.commit("both").passes().no_findings();
    assert_ne!(repo.id("HEAD"), head);
}

/// Commit in a linked worktree, from a subdirectory: same verdicts as in the main tree.
#[test]
fn s20_linked_worktree_and_subdirectory() {
    let world = World::new();
    let repo = world.project();
    repo.git(&["worktree", "add", "-q", "-b", "side", "../linked"]).passes();
    judges_as_ever(&world.at("linked"), NEW);
    repo.stage(R, NEW);
    repo.inside("deep/down").commit("manifest").refused().error("lock-drift");
    repo.stage(L, NEW);
    repo.inside("deep/down").commit("both").passes().no_findings();
    // The index of the main tree is not the linked one's.
    world.at("linked").stage(R, NEWER);
    repo.git(&["commit", "-q", "--allow-empty", "-m", "main tree"]).passes().silent();
    let linked = world.at("linked").inside("deep");
    linked.git(&["commit", "-q", "-a", "-m", "manifest"]).refused().error("lock-drift");
}

/// A submodule has hooks of its own, and its commits are judged by them.
#[test]
fn s20_submodule() {
    let world = World::new();
    let library = world.repo("library");
    library.seed();
    let repo = world.repo("project");
    repo.seed();
    repo.git(&["-c", "protocol.file.allow=always", "submodule", "-q", "add", "../library", "lib"]).passes();
    repo.land("submodule");
    let sub = repo.inside("lib");
    sub.hook(&["install"]).passes();
    assert!(repo.path(".git/modules/lib/hooks/pre-commit").exists());
    judges_as_ever(&sub, NEW);
}

/// A wired project with a pair outside the cone of its sparse index.
fn sparse(world: &World) -> Repo<'_> {
    let repo = world.repo("project");
    repo.stage("services/requirements.txt", OLD);
    repo.stage("services/requirements.lock", OLD);
    repo.stage("code/app.py", "x = 1\n");
    repo.land("start");
    repo.hook(&["install"]).passes();
    repo.git(&["sparse-checkout", "init", "--cone", "--sparse-index"]).passes();
    repo.git(&["sparse-checkout", "set", "code"]).passes();
    repo
}

/// Cone sparse-index with R outside the cone: unrelated commit accepted; index-only change of R refused.
#[test]
fn s21_sparse_index() {
    let world = World::new();
    let repo = sparse(&world);
    let entries = repo.git(&["ls-files", "--sparse"]).passes().stdout_text();
    assert!(entries.lines().any(|entry| entry == "services/"), "not a sparse index: {entries}");
    repo.stage("code/app.py", "x = 2\n");
    repo.commit("code").passes().silent();
    let blob = repo.git_fed(NEW.as_bytes(), &["hash-object", "-w", "--stdin"]).passes().stdout_text();
    let entry = |path: &str| format!("100644,{},{path}", blob.trim());
    // Left in the cone's shadow, an entry that is added makes git write the path into the index a second time.
    let replace = |path: &str| {
        repo.git(&["update-index", "--no-skip-worktree", path]).passes();
        repo.git(&["update-index", "--cacheinfo", &entry(path)]).passes();
    };
    replace("services/requirements.txt");
    repo.commit("manifest").refused().error("lock-drift").says("services/requirements.lock");
    replace("services/requirements.lock");
    repo.commit("both").passes().no_findings();
}

/// A path that stands in the index twice: nothing tells which of the two counts, and git writes a tree with both.
#[test]
fn a_path_that_is_staged_twice() {
    let world = World::new();
    let repo = sparse(&world);
    let blob = repo.git_fed(NEW.as_bytes(), &["hash-object", "-w", "--stdin"]).passes().stdout_text();
    let entry = format!("100644,{},services/requirements.txt", blob.trim());
    repo.git(&["update-index", "--add", "--cacheinfo", &entry]).passes();
    if repo.git(&["ls-files", "-s", "services/requirements.txt"]).stdout_text().lines().count() != 2 {
        eprintln!("skipped: this git no longer writes a path twice");
        return;
    }
    repo.hook(&["check"]).exits(2).says("twice").says("services/requirements.txt").says("git read-tree");
}

/// Split index, index v4, skipHash, FSMN: verdicts unchanged.
#[test]
fn s22_index_flavours() {
    let monitor = "#!/bin/sh\nprintf 'token\\0/\\0'\n";
    let flavours: [(&str, &[&[&str]]); 5] = [
        ("split", &[&["update-index", "--split-index"]]),
        ("v4", &[&["update-index", "--index-version", "4"]]),
        ("skip hash", &[&["config", "index.skipHash", "true"], &["update-index", "--force-write-index"]]),
        ("untracked cache", &[&["update-index", "--force-untracked-cache"]]),
        ("fsmonitor", &[&["config", "core.fsmonitor", ".git/monitor"], &["update-index", "--fsmonitor"]]),
    ];
    for (name, commands) in flavours {
        let world = World::new();
        let repo = world.project();
        script(&repo.path(".git/monitor"), monitor);
        for command in commands {
            repo.git(command).passes();
        }
        eprintln!("flavour: {name}");
        judges_as_ever(&repo, NEW);
        judges_as_ever(&repo, NEWER);
    }
}

/// A `GIT_INDEX_FILE` of the user's own is the index that is judged, absolute or relative.
#[test]
fn s22_an_index_file_of_the_users_own() {
    let world = World::new();
    let repo = world.project();
    let absolute = repo.path("other.index").into_os_string().into_string().unwrap();
    for index in [absolute.as_str(), "other.index"] {
        let env = [("GIT_INDEX_FILE", index)];
        repo.git_env(&env, &["read-tree", "HEAD"]).passes();
        repo.write(R, NEW);
        repo.git_env(&env, &["add", R]).passes();
        repo.git_env(&env, &["commit", "-q", "-m", "manifest"]).refused().error("lock-drift");
        repo.git(&["commit", "-q", "--allow-empty", "-m", "the usual index is clean"]).passes().silent();
    }
}

/// sha256 repo: scenarios 1, 2 and a branch deletion push.
#[test]
fn s24_sha256() {
    let world = World::new();
    let origin = world.repo_with("origin.git", &["--bare", "--object-format=sha256"]);
    let repo = world.repo_with("project", &["--object-format=sha256"]);
    origin.git(&["config", "receive.denyDeleteCurrent", "ignore"]).passes();
    repo.seed();
    repo.git(&["remote", "add", "origin", "../origin.git"]).passes();
    repo.git(&["push", "-q", "origin", "main", "main:feat"]).passes();
    repo.hook(&["install"]).passes();
    judges_as_ever(&repo, NEW);
    repo.git(&["push", "-q", "origin", "main"]).refused().error("guarded-push");
    repo.git(&["push", "-q", "origin", "--delete", "feat"]).passes().silent();
    repo.git(&["push", "-q", "origin", "--delete", "main"]).refused().error("guarded-push");
    assert_eq!(origin.id("main").len(), 64);
}

/// reftable repo: 1, 2, and 28 (must not pass because a ref "does not exist").
#[test]
fn s25_reftable() {
    let world = World::new();
    if !world.git_has((2, 45), "a reftable repository") {
        return;
    }
    let origin = world.repo_with("origin.git", &["--bare"]);
    let repo = world.repo_with("project", &["--ref-format=reftable"]);
    repo.seed();
    repo.git(&["remote", "add", "origin", "../origin.git"]).passes();
    repo.git(&["push", "-q", "origin", "main"]).passes();
    repo.hook(&["install"]).passes();
    judges_as_ever(&repo, NEW);
    let before = origin.id("main");
    repo.git(&["push", "-q", "origin", "main"]).refused().error("guarded-push");
    repo.git(&["push", "-q", "origin", "HEAD:main"]).refused().error("guarded-push");
    assert_eq!(origin.id("main"), before);
    repo.git(&["checkout", "-q", "-b", "auto/x"]).passes();
    repo.git(&["push", "-q", "origin", "HEAD:main"]).passes().no_findings();
    assert_eq!(origin.id("main"), repo.id("HEAD"));
}

/// Commit with `env -i` and PATH unset: shim finds the binary.
#[test]
fn s26_no_environment_at_all() {
    let world = World::new();
    let repo = world.project();
    for (key, value) in [("user.name", "Ada Example"), ("user.email", "ada@example.com")] {
        repo.git(&["config", key, value]).passes();
    }
    let bare_git = |args: &[&str]| {
        let mut command = world.command(world.git_binary(), &repo.top);
        Run::of(command.env_clear().args(args), b"")
    };
    repo.stage(R, NEW);
    bare_git(&["commit", "-q", "-m", "manifest"]).refused().error("lock-drift");
    repo.stage(L, NEW);
    bare_git(&["commit", "-q", "-m", "both"]).passes().no_findings();
}

/// Path of the repo and of the binary with spaces, `'`, `$`, non-UTF-8: install, commit, uninstall.
#[test]
fn s27_hostile_paths() {
    for name in hostile_names() {
        let world = World::new();
        let place = |suffix: &str| {
            let mut name = name.clone();
            name.push(suffix);
            PathBuf::from(name)
        };
        let repo = world.repo(place(" repo"));
        let binary = world.path(place(" bin")).join("hook");
        std::fs::create_dir(binary.parent().unwrap()).unwrap();
        copy_binary(&binary);
        repo.seed();
        let hook = |verb: &str| Run::of(world.command(&binary, &repo.top).arg(verb), b"");
        hook("install").passes();
        judges_as_ever(&repo, NEW);
        hook("status").passes();
        hook("uninstall").passes();
        assert!(!repo.path(".git/hooks/pre-commit").exists());
        repo.stage(R, NEWER);
        repo.commit("unguarded").passes();
    }
}

fn hostile_names() -> Vec<OsString> {
    let mut names: Vec<OsString> =
        ["a b", "it's", "$HOME $(touch pwned) `touch pwned`", "\"quoted\" \\ %s", "-n *", "ünï"]
            .map(OsString::from)
            .to_vec();
    if cfg!(target_os = "linux") {
        use std::os::unix::ffi::OsStrExt;
        names.push(OsStr::from_bytes(b"not \xff utf-8 \xfe").to_owned());
    }
    names
}

/// The binary under a second name; a link where the file systems allow it, because a debug build is large.
pub(crate) fn copy_binary(to: &std::path::Path) {
    if std::fs::hard_link(BINARY, to).is_err() {
        std::fs::copy(BINARY, to).unwrap();
    }
}
