//! Commits and the work tree as snapshots, against `git ls-tree` and `git hash-object`; what is missing, damaged,
//! replaced or too large.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where its world is broken")]

mod git_support;

use freeze_guard::git::{ObjectKind, Repository};
use freeze_guard::source::{MAX_FILE, Mode, ReadError};
use git_support::{Scratch, content, git_listing, id, listing, path};
use proptest::prelude::*;

#[test]
fn a_commit_through_a_tag_and_nothing_else() {
    let scratch = Scratch::new();
    scratch.add("a/requirements.txt", "flask==1.0\n");
    let one = scratch.commit("one");
    scratch.git(&["tag", "-a", "-m", "t", "v1"]);
    scratch.git(&["tag", "-a", "-m", "t", "v1-again", "v1"]);
    let tag = scratch.rev("v1-again");
    let repository = scratch.open();
    let tree = repository.commit_tree(&tag).unwrap();
    assert_eq!(content(&*tree, "a/requirements.txt"), b"flask==1.0\n");
    assert_eq!(repository.peel_to_commit(&tag).unwrap(), Some(one));
    let blob = scratch.rev("HEAD:a/requirements.txt");
    assert_eq!(repository.kind(&blob).unwrap(), Some(ObjectKind::Blob));
    assert_eq!(repository.peel_to_commit(&blob).unwrap(), None);
    let error = repository.commit_tree(&blob).err().unwrap();
    assert!(matches!(&error, ReadError::Failed { message, .. } if message.contains("is a blob, not a commit")));
    let wrong = tree.blob(&path("a/requirements.txt"), &one).unwrap_err();
    assert!(wrong.to_string().contains("is a commit"), "{wrong}");
}

#[test]
fn what_is_read_ahead_is_what_is_there() {
    let scratch = Scratch::new();
    let large = "flask==1.0  # why\n".repeat(60_000);
    scratch.add("requirements.lock", &large);
    scratch.add("requirements.txt", "flask==1.0\n");
    let one = scratch.commit("one");
    for pack in [false, true] {
        if pack {
            scratch.git(&["gc", "-q"]);
        }
        let repository = scratch.open();
        let tree = repository.commit_tree(&one).unwrap();
        for (name, text) in [("requirements.lock", large.as_str()), ("requirements.txt", "flask==1.0\n")] {
            let blob = scratch.rev(&format!("HEAD:{name}"));
            // Asked for twice, and a second time after it was taken.
            for _ in 0..2 {
                tree.read_ahead(&blob);
                tree.read_ahead(&blob);
                assert_eq!(tree.blob(&path(name), &blob).unwrap(), text.as_bytes());
                assert_eq!(tree.blob(&path(name), &blob).unwrap(), text.as_bytes());
            }
        }
        // Of what is no blob, or missing, only asking for it tells.
        for other in [one, id("0123456789012345678901234567890123456789")] {
            tree.read_ahead(&other);
            assert!(tree.blob(&path("requirements.lock"), &other).is_err());
        }
    }
}

#[test]
fn the_empty_tree_needs_no_object() {
    let scratch = Scratch::new();
    let empty = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
    let commit = id(&scratch.git(&["commit-tree", "-m", "none", empty]));
    let object = scratch.repo().join(".git/objects/4b/825dc642cb6eb9a060e54bf8d69288fbee4904");
    let _ = std::fs::remove_file(object);
    let repository = scratch.open();
    for tree in [repository.commit_tree(&commit).unwrap(), repository.empty()] {
        assert_eq!(tree.find(&|_| true).unwrap(), []);
        assert_eq!(tree.lookup(&[path("a"), path("a/b")]).unwrap(), [None, None]);
    }
}

#[test]
fn replaced_objects_are_not_believed() {
    let scratch = Scratch::new();
    scratch.add("requirements.txt", "good\n");
    let good = scratch.commit("good");
    scratch.add("requirements.txt", "evil\n");
    let evil = scratch.commit("evil");
    scratch.git(&["replace", &evil.to_string(), &good.to_string()]);
    assert_eq!(scratch.git(&["show", "HEAD:requirements.txt"]), "good");
    let repository = scratch.open();
    assert_eq!(content(&*repository.commit_tree(&evil).unwrap(), "requirements.txt"), b"evil\n");
    let shown = repository.git().args(["show", "HEAD:requirements.txt"]).run().unwrap();
    assert_eq!(shown.stdout, b"evil\n");
}

#[test]
fn a_large_blob_is_refused_by_its_header() {
    let scratch = Scratch::new();
    let limit = usize::try_from(MAX_FILE).unwrap();
    scratch.add("fits.txt", vec![b'#'; limit]);
    scratch.add("large.txt", vec![b'#'; limit + 1]);
    let head = scratch.commit("one");
    for packed in [false, true] {
        if packed {
            scratch.git(&["repack", "-adq"]);
        }
        let repository = scratch.open();
        for tree in [repository.commit_tree(&head).unwrap(), repository.index().unwrap()] {
            assert_eq!(content(&*tree, "fits.txt").len(), limit);
            let large = tree.lookup(&[path("large.txt")]).unwrap()[0].unwrap();
            let error = tree.blob(&path("large.txt"), &large.id).unwrap_err();
            assert_eq!(error, ReadError::TooLarge { path: path("large.txt"), size: MAX_FILE + 1 });
        }
    }
    let repository = scratch.open();
    let work_tree = repository.work_tree().unwrap();
    assert!(work_tree.lookup(&[path("fits.txt")]).is_ok());
    let error = work_tree.lookup(&[path("large.txt")]).unwrap_err();
    assert_eq!(error, ReadError::TooLarge { path: path("large.txt"), size: MAX_FILE + 1 });
}

#[test]
fn a_partial_clone_says_missing_and_fetches_nothing() {
    let scratch = Scratch::new();
    scratch.git(&["config", "uploadpack.allowFilter", "true"]);
    scratch.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    scratch.add("a/requirements.txt", "flask==1.0\n");
    scratch.add("top.txt", "x\n");
    let head = scratch.commit("one");
    let url = format!("file://{}", scratch.repo().display());
    for filter in ["blob:none", "tree:0"] {
        let target = format!("../{}", filter.replace(':', "-"));
        scratch.git(&["clone", "--quiet", "--no-checkout", "--filter", filter, &url, &target]);
        let mut world = scratch.world();
        world.cwd = scratch.repo().join(&target);
        let repository = Repository::open(&world).unwrap();
        let tree = repository.commit_tree(&head).unwrap();
        let looked_up = tree.lookup(&[path("a/requirements.txt")]);
        if filter == "blob:none" {
            let object = looked_up.unwrap()[0].unwrap();
            let error = tree.blob(&path("a/requirements.txt"), &object.id).unwrap_err();
            assert!(matches!(&error, ReadError::Missing { what } if what.contains("a/requirements.txt")), "{error:?}");
            let fetched = repository.git().args(["cat-file", "blob"]).arg(object.id.to_string()).run();
            assert!(fetched.is_err(), "the binary must not fetch either");
        } else {
            assert!(matches!(looked_up, Err(ReadError::Missing { .. })));
            assert!(matches!(tree.find(&|_| true), Err(ReadError::Missing { .. })));
        }
        assert!(repository.kind(&scratch.rev("HEAD:top.txt")).unwrap().is_none());
    }
}

#[test]
fn a_shallow_clone_names_parents_it_does_not_have() {
    let scratch = Scratch::new();
    let one = scratch.commit("one");
    scratch.add("f", "x\n");
    let two = scratch.commit("two");
    let url = format!("file://{}", scratch.repo().display());
    scratch.git(&["clone", "--quiet", "--depth", "1", &url, "../shallow"]);
    let mut world = scratch.world();
    world.cwd = scratch.root().join("shallow");
    let repository = Repository::open(&world).unwrap();
    assert_eq!(repository.commit_parents(&two).unwrap(), [one]);
    assert_eq!(repository.kind(&one).unwrap(), None);
    assert_eq!(repository.rev_list(b"HEAD", 9).unwrap(), [two]);
}

#[test]
fn damaged_objects_are_errors() {
    let scratch = Scratch::new();
    scratch.add("f", "x\n");
    let head = scratch.commit("one");
    let tree = scratch.rev("HEAD^{tree}").to_string();
    let file = scratch.repo().join(".git/objects").join(&tree[..2]).join(&tree[2..]);
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, "nonsense").unwrap();
    let repository = scratch.open();
    let error = repository.commit_tree(&head).unwrap().lookup(&[path("f")]).unwrap_err();
    assert!(matches!(&error, ReadError::Failed { help, .. } if help.contains("git fsck")), "{error:?}");
}

#[cfg(unix)]
#[test]
fn trees_that_git_would_not_write_are_errors_where_they_matter() {
    use std::process::{Command, Stdio};
    let scratch = Scratch::new();
    scratch.add("f", "x\n");
    let blob = scratch.rev(":f");
    for name in ["..", "a/b", ".", ""] {
        let mut raw = format!("100644 {name}\0").into_bytes();
        raw.extend_from_slice(blob.as_bytes());
        std::fs::write(scratch.root().join("raw"), raw).unwrap();
        let mut command = Command::new("git");
        command.args(["hash-object", "-w", "--literally", "-t", "tree", "../raw"]).stderr(Stdio::inherit());
        let output = command.env_clear().envs(scratch.env()).current_dir(scratch.repo()).output().unwrap();
        let tree = String::from_utf8(output.stdout).unwrap();
        let commit = id(&scratch.git(&["commit-tree", "-m", "evil", tree.trim()]));
        let repository = scratch.open();
        let tree = repository.commit_tree(&commit).unwrap();
        assert!(tree.find(&|_| true).is_err(), "{name:?}");
        assert_eq!(tree.lookup(&[path("a/b"), path("f")]).unwrap(), [None, None], "{name:?}");
    }
}

#[cfg(unix)]
#[test]
fn the_work_tree_is_what_lies_on_disk() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let scratch = Scratch::new();
    scratch.add("requirements.txt", "staged\n");
    scratch.add("gone.txt", "x\n");
    scratch.add("dir/inner.txt", "x\n");
    scratch.add(".gitignore", "ignored.txt\n");
    scratch.write("requirements.txt", "on disk\r\n");
    scratch.write("new.txt", "new\n");
    scratch.write("ignored.txt", "x\n");
    scratch.write("run", "x\n");
    std::fs::set_permissions(scratch.repo().join("run"), std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::remove_file(scratch.repo().join("gone.txt")).unwrap();
    std::fs::remove_dir_all(scratch.repo().join("dir")).unwrap();
    std::fs::create_dir(scratch.root().join("other")).unwrap();
    std::fs::write(scratch.root().join("other/inner.txt"), "outside\n").unwrap();
    symlink("../other", scratch.repo().join("dir")).unwrap();
    symlink("nowhere", scratch.repo().join("link.txt")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(scratch.repo().join("pipe")).status().unwrap().success());

    let mut world = scratch.world();
    world.cwd = scratch.repo();
    let repository = Repository::open(&world).unwrap();
    let tree = repository.work_tree().unwrap();
    let expected: Vec<String> = [
        ("100644", ".gitignore"),
        ("120000", "dir"),
        ("120000", "link.txt"),
        ("100644", "new.txt"),
        ("100644", "requirements.txt"),
        ("100755", "run"),
    ]
    .iter()
    .map(|(mode, name)| {
        let id = match *name {
            "dir" => hash(&scratch, b"../other"),
            "link.txt" => hash(&scratch, b"nowhere"),
            name => scratch.git(&["hash-object", "--no-filters", "--", name]),
        };
        format!("{mode} {id} {name}")
    })
    .collect();
    assert_eq!(listing(&*tree), expected);
    assert_eq!(content(&*tree, "requirements.txt"), b"on disk\r\n");
    assert_eq!(content(&*tree, "link.txt"), b"nowhere");
    assert_eq!(tree.lookup(&[path("dir/inner.txt"), path("gone.txt"), path("pipe")]).unwrap(), [None; 3]);
    assert!(tree.lookup(&[path("ignored.txt")]).unwrap()[0].is_some(), "asked for by name, an ignored file is there");
    let below = freeze_guard::git::World { cwd: scratch.root().join("repo/.git/.."), ..world };
    assert_eq!(listing(&*Repository::open(&below).unwrap().work_tree().unwrap()), expected);
}

fn hash(scratch: &Scratch, text: &[u8]) -> String {
    let file = scratch.root().join("text");
    std::fs::write(&file, text).unwrap();
    scratch.git(&["hash-object", "--no-filters", "--", file.to_str().unwrap()])
}

#[test]
fn the_work_tree_is_listed_whole_from_below_and_with_a_submodule() {
    let scratch = Scratch::new();
    scratch.add("sub/requirements.txt", "x\n");
    scratch.add("top.txt", "x\n");
    scratch.commit("one");
    scratch.git(&["clone", "--quiet", ".", "../library"]);
    scratch.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../library", "lib"]);
    scratch.git(&["init", "--quiet", "embedded"]);
    let mut world = scratch.world();
    world.cwd = scratch.repo().join("sub");
    world.env.insert("GIT_LITERAL_PATHSPECS".into(), "1".into());
    let repository = Repository::open(&world).unwrap();
    let tree = repository.work_tree().unwrap();
    assert_eq!(listing(&*tree), git_listing(&scratch.git(&["ls-files", "-s", "-z"])));
    assert_eq!(tree.lookup(&[path("lib")]).unwrap()[0].unwrap().mode, Mode::Submodule);
    assert_eq!(tree.lookup(&[path("embedded"), path("sub")]).unwrap(), [None, None]);
}

#[test]
fn a_monitor_of_the_repository_is_not_run() {
    let scratch = Scratch::new();
    scratch.add("f", "x\n");
    scratch.git(&["config", "core.fsmonitor", "touch ../ran; false"]);
    let repository = scratch.open();
    assert_eq!(repository.work_tree().unwrap().find(&|_| true).unwrap().len(), 1);
    assert!(!scratch.root().join("ran").exists());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Random names in random directories: find, lookup and blob agree with git for index, commit and work tree.
    #[test]
    fn any_small_repository_reads_as_git_reads_it(
        files in proptest::collection::btree_map("[a-c.\\-]{1,2}(/[a-c\\-~]{1,2}){0,3}", "[a-z\n]{0,20}", 1..12),
        sparse in any::<bool>(),
    ) {
        let scratch = Scratch::new();
        let mut kept = std::collections::BTreeMap::new();
        for (name, text) in &files {
            let fine = name.split('/').all(|part| part != "." && part != "..");
            let clash = kept.keys().any(|other: &String| {
                other.starts_with(&format!("{name}/")) || name.starts_with(&format!("{other}/"))
            });
            if fine && !clash {
                scratch.write(name, text);
                kept.insert(name.clone(), text.clone());
            }
        }
        scratch.git(&["add", "--all"]);
        let head = scratch.commit("one");
        let expected = git_listing(&scratch.git(&["ls-tree", "-r", "-z", "HEAD"]));
        let repository = scratch.open();
        prop_assert_eq!(listing(&*repository.work_tree().unwrap()), expected.clone());
        if sparse {
            scratch.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "zzz"]);
            prop_assert_eq!(listing(&*repository.work_tree().unwrap()), expected.clone());
        }
        for tree in [repository.index().unwrap(), repository.commit_tree(&head).unwrap()] {
            prop_assert_eq!(listing(&*tree), expected.clone());
            for (name, text) in &kept {
                prop_assert_eq!(content(&*tree, name), text.as_bytes());
            }
        }
    }
}
