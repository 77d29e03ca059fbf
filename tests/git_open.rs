//! Where the repository is, by the environment of a hook and by a person's working directory; git itself is the oracle.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where its world is broken")]

mod git_support;

use std::path::{Path, PathBuf};

use freeze_guard::git::{OpenError, Repository, World};
use git_support::{Scratch, listing};

/// What git says of the same world.
fn git_says(scratch: &Scratch, world: &World) -> (PathBuf, PathBuf, Option<PathBuf>, String) {
    let ask = |args: &[&str]| scratch.git_in(world, args);
    let real = |text: String| world.cwd.join(text).canonicalize().unwrap();
    let git_dir = real(ask(&["rev-parse", "--absolute-git-dir"]));
    let common = real(ask(&["rev-parse", "--git-common-dir"]));
    let inside = ask(&["rev-parse", "--is-inside-work-tree"]) == "true";
    let top = inside.then(|| real(ask(&["rev-parse", "--show-toplevel"])));
    let prefix = if inside { ask(&["rev-parse", "--show-prefix"]) } else { String::new() };
    (git_dir, common, top, prefix.trim_end_matches('/').to_owned())
}

fn assert_like_git(scratch: &Scratch, world: &World) -> Repository {
    let repository = Repository::open(world).unwrap();
    let (git_dir, common, top, prefix) = git_says(scratch, world);
    assert_eq!(repository.git_dir(), git_dir);
    assert_eq!(repository.common_dir(), common);
    assert_eq!(repository.work_dir(), top.as_deref());
    assert_eq!(repository.is_bare(), top.is_none());
    assert_eq!(String::from_utf8_lossy(repository.prefix()), prefix);
    repository
}

fn with_commit() -> Scratch {
    let scratch = Scratch::new();
    scratch.add("sub/requirements.txt", "flask==1.0\n");
    scratch.commit("one");
    scratch
}

#[test]
fn from_the_top_and_from_below() {
    let scratch = with_commit();
    assert_like_git(&scratch, &scratch.world());
    let mut below = scratch.world();
    below.cwd = scratch.repo().join("sub");
    assert_eq!(assert_like_git(&scratch, &below).prefix(), b"sub");
}

#[test]
fn a_hook_is_told_where_the_caller_stood() {
    let scratch = with_commit();
    let world = scratch.world_with(&[("GIT_PREFIX", "sub/")]);
    assert_eq!(Repository::open(&world).unwrap().prefix(), b"sub");
    let none = scratch.world_with(&[("GIT_PREFIX", "")]);
    assert_eq!(Repository::open(&none).unwrap().prefix(), b"");
}

#[test]
fn git_dir_relative_and_absolute() {
    let scratch = with_commit();
    let absolute = scratch.repo().join(".git");
    for git_dir in [".git", absolute.to_str().unwrap()] {
        let repository = assert_like_git(&scratch, &scratch.world_with(&[("GIT_DIR", git_dir)]));
        assert_eq!(repository.index().unwrap().find(&|_| true).unwrap().len(), 1);
    }
    let mut elsewhere = scratch.world_with(&[("GIT_DIR", absolute.to_str().unwrap()), ("GIT_WORK_TREE", "../repo")]);
    elsewhere.cwd = scratch.repo().join("sub");
    elsewhere.env.insert("GIT_WORK_TREE".into(), "..".into());
    assert_eq!(assert_like_git(&scratch, &elsewhere).prefix(), b"sub");
}

#[test]
fn a_server_hook_stands_inside_the_git_directory() {
    let scratch = with_commit();
    let mut world = scratch.world_with(&[("GIT_DIR", ".")]);
    world.cwd = scratch.repo().join(".git");
    let repository = Repository::open(&world).unwrap();
    assert!(repository.is_bare());
    assert_eq!(repository.git_dir(), world.cwd);
    assert!(repository.head().unwrap().id().is_some());
}

#[test]
fn a_bare_repository_has_no_work_tree() {
    let scratch = with_commit();
    scratch.git(&["clone", "--quiet", "--bare", ".", "../bare.git"]);
    let mut world = scratch.world();
    world.cwd = scratch.root().join("bare.git");
    assert_like_git(&scratch, &world);
    world.env.insert("GIT_DIR".into(), ".".into());
    let repository = Repository::open(&world).unwrap();
    assert!(repository.is_bare());
    let head = repository.head().unwrap().id().unwrap();
    assert_eq!(listing(&*repository.commit_tree(&head).unwrap()).len(), 1);
    assert!(repository.index().unwrap().find(&|_| true).unwrap().is_empty());
    assert!(repository.work_tree().is_err());
}

#[test]
fn linked_work_trees_share_all_but_their_head_and_index() {
    let scratch = with_commit();
    scratch.git(&["worktree", "add", "--quiet", "-b", "linked", "../linked"]);
    let mut world = scratch.world();
    world.cwd = scratch.root().join("linked").join("sub");
    let by_discovery = assert_like_git(&scratch, &world);
    assert_ne!(by_discovery.git_dir(), by_discovery.common_dir());
    std::fs::write(scratch.root().join("linked/only-here.txt"), "x\n").unwrap();
    scratch.git_in(&world, &["add", ":/"]);
    let git_dir = scratch.repo().join(".git/worktrees/linked");
    let index = git_dir.join("index");
    // As git tells a hook there.
    world.cwd = scratch.root().join("linked");
    world.env.insert("GIT_DIR".into(), git_dir.clone().into());
    world.env.insert("GIT_INDEX_FILE".into(), index.into());
    let repository = assert_like_git(&scratch, &world);
    assert_eq!(repository.index().unwrap().find(&|_| true).unwrap().len(), 2);
    let head = freeze_guard::git::Head::Attached { name: b"refs/heads/linked".to_vec(), id: scratch.rev("main") };
    assert_eq!(repository.head().unwrap(), head);
    assert!(repository.reference(b"refs/heads/main").unwrap().is_some());
}

#[test]
fn a_common_directory_from_the_environment_counts() {
    let scratch = with_commit();
    let private = scratch.root().join("private");
    std::fs::create_dir(&private).unwrap();
    std::fs::write(private.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    let common = scratch.repo().join(".git");
    let vars = [("GIT_DIR", private.to_str().unwrap()), ("GIT_COMMON_DIR", common.to_str().unwrap())];
    let repository = assert_like_git(&scratch, &scratch.world_with(&vars));
    assert_eq!(repository.head().unwrap().id(), Some(scratch.rev("main")));
}

#[test]
fn a_submodule_is_its_own_repository() {
    let scratch = with_commit();
    scratch.git(&["clone", "--quiet", ".", "../library"]);
    scratch.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../library", "lib"]);
    let mut world = scratch.world();
    world.cwd = scratch.repo().join("lib");
    let repository = assert_like_git(&scratch, &world);
    assert!(repository.git_dir().ends_with(".git/modules/lib"));
    assert_eq!(repository.index().unwrap().find(&|_| true).unwrap().len(), 1);
    world.env.insert("GIT_DIR".into(), repository.git_dir().into());
    assert_like_git(&scratch, &world);
}

#[test]
fn configured_work_trees_and_separate_git_directories() {
    let scratch = with_commit();
    let apart = scratch.root().join("apart");
    std::fs::create_dir(&apart).unwrap();
    scratch.git(&["config", "core.worktree", apart.to_str().unwrap()]);
    let mut world = scratch.world_with(&[("GIT_DIR", scratch.repo().join(".git").to_str().unwrap())]);
    world.cwd = apart;
    assert_like_git(&scratch, &world);

    let scratch = Scratch::empty();
    scratch.git(&["init", "--quiet", "--separate-git-dir", "../store", "."]);
    assert_like_git(&scratch, &scratch.world());
}

#[test]
fn configuration_for_each_work_tree() {
    let scratch = with_commit();
    scratch.git(&["config", "extensions.worktreeConfig", "true"]);
    scratch.git(&["config", "core.repositoryFormatVersion", "1"]);
    scratch.git(&["config", "--worktree", "core.bare", "false"]);
    scratch.git(&["config", "core.bare", "true"]);
    assert_like_git(&scratch, &scratch.world());
}

#[cfg(unix)]
#[test]
fn a_git_directory_behind_a_link_keeps_its_work_tree() {
    let scratch = with_commit();
    std::fs::rename(scratch.repo().join(".git"), scratch.root().join("real.git")).unwrap();
    std::os::unix::fs::symlink("../real.git", scratch.repo().join(".git")).unwrap();
    assert_like_git(&scratch, &scratch.world());
    assert_like_git(&scratch, &scratch.world_with(&[("GIT_DIR", ".git")]));
}

#[test]
fn no_repository_above() {
    let scratch = Scratch::empty();
    let mut world = scratch.world_with(&[("GIT_CEILING_DIRECTORIES", scratch.root().to_str().unwrap())]);
    let error = Repository::open(&world).err().unwrap();
    assert_eq!(error, OpenError::NotARepository { from: scratch.repo() });
    assert!(error.help().contains("hook -C DIR"));
    world.env.insert("GIT_DIR".into(), "nowhere".into());
    assert!(matches!(Repository::open(&world), Err(OpenError::NotAGitDirectory { .. })));
    world.env.remove(std::ffi::OsStr::new("GIT_DIR"));
    std::fs::write(scratch.repo().join(".git"), "gitdir: ../gone\n").unwrap();
    assert!(matches!(Repository::open(&world), Err(OpenError::NotAGitDirectory { .. })));
    std::fs::write(scratch.repo().join(".git"), "nonsense").unwrap();
    assert!(matches!(Repository::open(&world), Err(OpenError::Unreadable { .. })));
}

#[test]
fn a_ceiling_holds_the_search_back() {
    let scratch = with_commit();
    let mut world = scratch.world_with(&[("GIT_CEILING_DIRECTORIES", scratch.repo().to_str().unwrap())]);
    assert_like_git(&scratch, &world);
    world.cwd = scratch.repo().join("sub");
    assert!(!scratch.try_git(&world, &["rev-parse"]).status.success());
    assert!(matches!(Repository::open(&world), Err(OpenError::NotARepository { .. })));
}

#[test]
fn unknown_formats_and_broken_configuration_are_refused() {
    let cases = [
        ("[core]\n\trepositoryformatversion = 9\n", "core.repositoryFormatVersion = 9"),
        (
            "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = md5\n",
            "extensions.objectFormat = md5",
        ),
        ("[core\n", "config"),
    ];
    for (config, named) in cases {
        let scratch = Scratch::new();
        std::fs::write(scratch.repo().join(".git/config"), config).unwrap();
        let error = Repository::open(&scratch.world()).err().unwrap();
        assert!(error.to_string().contains(named), "{error}");
        assert!(!error.help().is_empty());
    }
}

#[test]
fn the_world_is_the_only_environment() {
    let scratch = with_commit();
    let other = Scratch::new();
    let world = scratch.world_with(&[("GIT_DIR", other.repo().join(".git").to_str().unwrap())]);
    assert_eq!(Repository::open(&world).unwrap().git_dir(), other.repo().join(".git"));
    assert_eq!(scratch.open().git_dir(), scratch.repo().join(".git"));
    assert!(Path::new(".").exists());
}

#[test]
fn objects_of_a_push_in_quarantine_are_seen() {
    let scratch = with_commit();
    let objects = scratch.repo().join(".git/objects");
    let quarantine = scratch.root().join("in: \"coming");
    std::fs::create_dir(&quarantine).unwrap();
    let quoted = format!("\"{}\":{}", objects.display(), scratch.root().join("gone").display());
    let vars =
        [("GIT_OBJECT_DIRECTORY", quarantine.to_str().unwrap()), ("GIT_ALTERNATE_OBJECT_DIRECTORIES", quoted.as_str())];
    let world = scratch.world_with(&vars);
    let tree = scratch.git_in(&world, &["write-tree"]);
    let commit = scratch.git_in(&world, &["commit-tree", "-p", "HEAD", "-m", "pushed", &tree]);
    let commit = git_support::id(&commit);
    assert_eq!(scratch.open().kind(&commit).unwrap(), None);
    let repository = Repository::open(&world).unwrap();
    assert_eq!(repository.commit_parents(&commit).unwrap(), [scratch.rev("HEAD")]);
    assert_eq!(listing(&*repository.commit_tree(&commit).unwrap()).len(), 1);
}
