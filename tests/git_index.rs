//! The index snapshot against git's own listing, in every variant of the index file.
#![allow(clippy::unwrap_used, reason = "a test ends where its world is broken")]

mod git_support;

use freeze_guard::git::Repository;
use freeze_guard::source::ReadError;
use proptest::prelude::*;

use git_support::{Scratch, content, git_at_least, git_listing, listing, path};

fn three_files() -> Scratch {
    let scratch = Scratch::new();
    scratch.add("a.txt", "a\n");
    scratch.add("a/b.txt", "b\n");
    scratch.add("z/requirements.txt", "flask==1.0\n");
    scratch
}

fn assert_like_git(scratch: &Scratch) {
    let repository = scratch.open();
    let index = repository.index().unwrap();
    assert_eq!(listing(&*index), git_listing(&scratch.git(&["ls-files", "-s", "-z"])));
}

#[test]
fn versions_two_to_four_and_a_skipped_hash_read_alike() {
    let scratch = three_files();
    for setup in [
        &["update-index", "--index-version", "2"][..],
        &["update-index", "--index-version", "4"],
        &["config", "index.skipHash", "true"],
    ] {
        scratch.git(setup);
        scratch.git(&["update-index", "--force-write-index"]);
        assert_like_git(&scratch);
    }
    assert_eq!(content(&*scratch.open().index().unwrap(), "z/requirements.txt"), b"flask==1.0\n");
}

#[test]
fn what_is_staged_counts_and_not_what_lies_on_disk() {
    let scratch = three_files();
    scratch.write("z/requirements.txt", "flask==2.0\n");
    std::fs::remove_file(scratch.repo().join("a.txt")).unwrap();
    assert_eq!(content(&*scratch.open().index().unwrap(), "z/requirements.txt"), b"flask==1.0\n");
    assert_like_git(&scratch);
}

#[test]
fn no_index_file_is_an_empty_index() {
    let scratch = Scratch::new();
    let repository = scratch.open();
    let index = repository.index().unwrap();
    assert!(index.find(&|_| true).unwrap().is_empty());
    assert_eq!(index.lookup(&[path("requirements.txt")]).unwrap(), [None]);
}

#[test]
fn a_directory_is_not_an_entry() {
    let scratch = three_files();
    let id = scratch.commit("one");
    let repository = scratch.open();
    for tree in [repository.index().unwrap(), repository.commit_tree(&id).unwrap(), repository.work_tree().unwrap()] {
        assert_eq!(tree.lookup(&[path("z"), path("a.txt/x"), path("z/none")]).unwrap(), [None, None, None]);
    }
}

#[test]
fn an_entry_only_intended_is_absent() {
    let scratch = three_files();
    scratch.write("new.txt", "x\n");
    scratch.git(&["add", "--intent-to-add", "new.txt"]);
    let repository = scratch.open();
    let index = repository.index().unwrap();
    assert_eq!(index.lookup(&[path("new.txt")]).unwrap(), [None]);
    assert_eq!(index.find(&|at| at == b"new.txt").unwrap(), []);
    assert_eq!(index.find(&|_| true).unwrap().len(), 3);
}

#[cfg(unix)]
#[test]
fn modes_are_told_apart() {
    use freeze_guard::source::Mode;
    use std::os::unix::fs::PermissionsExt;
    let scratch = three_files();
    let head = scratch.commit("one");
    std::os::unix::fs::symlink("a.txt", scratch.repo().join("link")).unwrap();
    scratch.write("run", "#!/bin/sh\n");
    std::fs::set_permissions(scratch.repo().join("run"), std::fs::Permissions::from_mode(0o755)).unwrap();
    scratch.git(&["add", "link", "run"]);
    scratch.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},sub")]);
    assert_like_git(&scratch);
    let repository = scratch.open();
    let index = repository.index().unwrap();
    let objects = index.lookup(&[path("link"), path("run"), path("sub"), path("a.txt")]).unwrap();
    let modes: Vec<Mode> = objects.into_iter().map(|object| object.unwrap().mode).collect();
    assert_eq!(modes, [Mode::Symlink, Mode::Executable, Mode::Submodule, Mode::File]);
    assert_eq!(content(&*index, "link"), b"a.txt");
}

#[test]
fn an_unmerged_path_fails_only_when_asked_for() {
    let scratch = three_files();
    scratch.commit("base");
    scratch.git(&["checkout", "--quiet", "-b", "other"]);
    scratch.add("a.txt", "theirs\n");
    scratch.commit("theirs");
    scratch.git(&["checkout", "--quiet", "main"]);
    scratch.add("a.txt", "ours\n");
    scratch.commit("ours");
    assert!(!scratch.try_git(&scratch.world(), &["merge", "other"]).status.success());
    for world in [scratch.world(), split_outside(&scratch)] {
        let repository = Repository::open(&world).unwrap();
        let index = repository.index().unwrap();
        let error = index.lookup(&[path("a.txt")]).unwrap_err();
        assert!(
            matches!(&error, ReadError::Failed { message, help } if message.contains("a.txt") && help.contains("git add a.txt"))
        );
        assert!(index.find(&|_| true).is_err());
        assert_eq!(index.find(&|at| at.starts_with(b"z/")).unwrap().len(), 1);
        assert!(index.lookup(&[path("z/requirements.txt")]).unwrap()[0].is_some());
    }
}

/// A world whose GIT_INDEX_FILE is a split index outside the git directory: gix looks for the shared part beside it.
fn split_outside(scratch: &Scratch) -> freeze_guard::git::World {
    let outside = scratch.root().join("outside.index");
    std::fs::copy(scratch.repo().join(".git/index"), &outside).unwrap();
    let world = scratch.world_with(&[("GIT_INDEX_FILE", outside.to_str().unwrap())]);
    scratch.git_in(&world, &["update-index", "--split-index"]);
    world
}

#[test]
fn a_split_index_reads_inside_and_outside_the_git_directory() {
    let scratch = three_files();
    scratch.write("new.txt", "x\n");
    scratch.git(&["add", "--intent-to-add", "new.txt"]);
    let world = split_outside(&scratch);
    scratch.git_in(
        &world,
        &["update-index", "--add", "--cacheinfo", &format!("100755,{},later.txt", scratch.rev(":a.txt"))],
    );
    assert!(gix_fails(&scratch, "outside.index"), "the case must reach the git binary");
    let repository = Repository::open(&world).unwrap();
    let index = repository.index().unwrap();
    let expected: Vec<String> = git_listing(&scratch.git_in(&world, &["ls-files", "-s", "-z"]));
    let expected: Vec<String> = expected.into_iter().filter(|line| !line.ends_with(" new.txt")).collect();
    assert_eq!(listing(&*index), expected);
    assert_eq!(expected.len(), 4);

    scratch.git(&["reset", "--quiet"]);
    scratch.git(&["add", "."]);
    scratch.git(&["update-index", "--split-index"]);
    scratch.add("a.txt", "changed\n");
    assert!(
        std::fs::read_dir(scratch.repo().join(".git")).unwrap().any(|entry| entry
            .unwrap()
            .file_name()
            .to_str()
            .unwrap()
            .starts_with("sharedindex."))
    );
    assert_like_git(&scratch);
}

fn gix_fails(scratch: &Scratch, name: &str) -> bool {
    let options = gix::index::decode::Options::default();
    gix::index::File::at(scratch.root().join(name), gix::hash::Kind::Sha1, true, options).is_err()
}

#[test]
fn directories_outside_a_sparse_cone_are_looked_up_in_their_trees() {
    let scratch = three_files();
    scratch.add("b/deep/requirements.txt", "deep\n");
    scratch.add("b/deep/more/x.txt", "x\n");
    scratch.commit("one");
    let all = git_listing(&scratch.git(&["ls-files", "-s", "-z"]));
    scratch.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "a"]);
    assert!(scratch.git(&["ls-files", "--sparse"]).lines().any(|line| line == "b/"), "the index must be sparse");
    let repository = scratch.open();
    let index = repository.index().unwrap();
    assert_eq!(listing(&*index), all);
    assert_eq!(content(&*index, "b/deep/requirements.txt"), b"deep\n");
    assert_eq!(index.lookup(&[path("b"), path("b/deep"), path("b/none"), path("none/b")]).unwrap(), [None; 4]);
}

#[test]
fn a_corrupt_index_is_an_error_with_a_way_out() {
    let scratch = three_files();
    let file = scratch.repo().join(".git/index");
    let good = std::fs::read(&file).unwrap();
    for bad in [&good[..good.len() / 2], b"DIRC\0\0\0\x02\0\0\0\x05", b"", b"nonsense"] {
        std::fs::write(&file, bad).unwrap();
        let error = scratch.open().index().err();
        let failed = matches!(&error, Some(ReadError::Failed { help, .. }) if help.contains("git reset"));
        // git takes an empty file for an empty index.
        assert!(failed || (bad.is_empty() && error.is_none()), "{error:?}");
    }
}

#[test]
fn the_index_file_of_the_environment_counts_absolute_and_relative() {
    let scratch = three_files();
    let alone = scratch.repo().join(".git/next-index-7.lock");
    let world = scratch.world_with(&[("GIT_INDEX_FILE", alone.to_str().unwrap())]);
    scratch.git_in(
        &world,
        &["update-index", "--add", "--cacheinfo", &format!("100644,{},only.txt", scratch.rev(":a.txt"))],
    );
    let mut below = scratch.world_with(&[("GIT_INDEX_FILE", ".git/next-index-7.lock")]);
    let at_top = below.clone();
    below.cwd = scratch.repo().join("a");
    for world in [world, at_top, below] {
        let repository = Repository::open(&world).unwrap();
        let found = repository.index().unwrap().find(&|_| true).unwrap();
        assert_eq!(found.iter().map(|entry| entry.path.to_string()).collect::<Vec<_>>(), ["only.txt"]);
    }
}

#[test]
fn sha256_reads_alike() {
    if !git_at_least(2, 29) {
        return;
    }
    let scratch = Scratch::init(&["--object-format=sha256"]);
    scratch.add("dir/requirements.txt", "flask==1.0\n");
    assert_like_git(&scratch);
    let head = scratch.commit("one");
    assert_eq!(head.as_bytes().len(), 32);
    let repository = scratch.open();
    assert_eq!(content(&*repository.commit_tree(&head).unwrap(), "dir/requirements.txt"), b"flask==1.0\n");
    assert_eq!(content(&*repository.work_tree().unwrap(), "dir/requirements.txt"), b"flask==1.0\n");
    assert_eq!(listing(&*repository.work_tree().unwrap()), listing(&*repository.index().unwrap()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// A damaged index is read, or refused, and never a panic.
    #[test]
    fn no_damage_panics(damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in 0usize..40) {
        thread_local!(static SCRATCH: (Scratch, Vec<u8>) = {
            let scratch = three_files();
            scratch.commit("one");
            scratch.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "a"]);
            let good = std::fs::read(scratch.repo().join(".git/index")).unwrap();
            (scratch, good)
        });
        SCRATCH.with(|(scratch, good)| {
            let mut bytes = good.clone();
            for (at, byte) in &damage {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            bytes.truncate(good.len() - if cut < 20 { 0 } else { cut });
            std::fs::write(scratch.repo().join(".git/index"), bytes).unwrap();
            if let Ok(index) = scratch.open().index() {
                let _ = index.find(&|_| true);
                let _ = index.lookup(&[path("a.txt"), path("z/requirements.txt")]);
            }
        });
    }
}
