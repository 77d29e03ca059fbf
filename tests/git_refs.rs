//! HEAD, refs, merge heads, revisions and configuration, in files and in a reftable, against git.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where its world is broken")]

mod git_support;

use freeze_guard::git::{Head, MergeHeads, ObjectKind, Reference, Repository};
use freeze_guard::source::ReadError;
use git_support::{Scratch, git_at_least, id};

/// The same story in both storages.
fn storages() -> Vec<Scratch> {
    let mut all = vec![Scratch::new()];
    if git_at_least(2, 45) {
        all.push(Scratch::init(&["--ref-format=reftable"]));
    }
    all
}

#[test]
fn head_unborn_attached_and_detached() {
    for scratch in storages() {
        let head = || scratch.open().head().unwrap();
        assert_eq!(head(), Head::Unborn { name: b"refs/heads/main".to_vec() });
        let one = scratch.commit("one");
        assert_eq!(head(), Head::Attached { name: b"refs/heads/main".to_vec(), id: one });
        scratch.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
        scratch.git(&["symbolic-ref", "HEAD", "refs/heads/alias"]);
        assert_eq!(head(), Head::Attached { name: b"refs/heads/main".to_vec(), id: one });
        scratch.git(&["checkout", "--quiet", "--detach", "main"]);
        assert_eq!(head(), Head::Detached { id: one });
        assert_eq!(head().id(), Some(one));
        scratch.git(&["checkout", "--quiet", "--orphan", "fresh"]);
        assert_eq!(head(), Head::Unborn { name: b"refs/heads/fresh".to_vec() });
    }
}

#[cfg(unix)]
#[test]
fn a_head_that_is_a_link_keeps_its_branch() {
    let scratch = Scratch::new();
    let one = scratch.commit("one");
    std::fs::remove_file(scratch.repo().join(".git/HEAD")).unwrap();
    std::os::unix::fs::symlink("refs/heads/main", scratch.repo().join(".git/HEAD")).unwrap();
    assert_eq!(scratch.git(&["symbolic-ref", "HEAD"]), "refs/heads/main");
    assert_eq!(scratch.open().head().unwrap(), Head::Attached { name: b"refs/heads/main".to_vec(), id: one });
}

#[test]
fn refs_by_full_name_only() {
    for scratch in storages() {
        let one = scratch.commit("one");
        scratch.git(&["tag", "-a", "-m", "t", "v1"]);
        scratch.git(&["update-ref", "refs/tags/refs/heads/ghost", "HEAD"]);
        scratch.git(&["update-ref", "refs/heads/auto/x", "HEAD"]);
        scratch.git(&["symbolic-ref", "refs/heads/sym", "refs/heads/auto/x"]);
        scratch.git(&["symbolic-ref", "refs/heads/auto/dangling", "refs/heads/nowhere"]);
        let repository = scratch.open();
        let find = |name: &str| repository.reference(name.as_bytes()).unwrap();
        let plain = |name: &str| Some(Reference { id: one, target: name.as_bytes().to_vec() });
        assert_eq!(find("refs/heads/auto/x"), plain("refs/heads/auto/x"));
        assert_eq!(find("refs/heads/sym"), plain("refs/heads/auto/x"));
        for absent in
            ["refs/heads/ghost", "refs/heads/auto/dangling", "refs/heads/auto", "main", "HEAD", "refs/heads/auto/x~0"]
        {
            assert_eq!(find(absent), None, "{absent}");
        }
        let tag = find("refs/tags/v1").unwrap().id;
        assert_eq!(repository.kind(&tag).unwrap(), Some(ObjectKind::Tag));
        assert_eq!(repository.peel_to_commit(&tag).unwrap(), Some(one));
    }
}

#[test]
fn refs_below_a_prefix_loose_and_packed() {
    for scratch in storages() {
        scratch.commit("one");
        for name in ["auto/a", "auto/b/c", "automatic", "main2"] {
            scratch.git(&["branch", name]);
        }
        scratch.git(&["pack-refs", "--all"]);
        scratch.commit("two");
        scratch.git(&["branch", "auto/loose"]);
        scratch.git(&["update-ref", "refs/heads/auto/a", "HEAD"]);
        let repository = scratch.open();
        for prefix in ["refs/heads/auto/", "refs/heads/auto", "refs/heads/", "refs/", "refs/none/"] {
            let found = repository.references(prefix.as_bytes()).unwrap();
            let found: Vec<String> =
                found.iter().map(|(name, at)| format!("{} {}", at.id, String::from_utf8_lossy(name))).collect();
            let all = scratch.git(&["for-each-ref", "--format=%(objectname) %(refname)"]);
            let expected: Vec<&str> =
                all.lines().filter(|line| line.split(' ').nth(1).unwrap().starts_with(prefix)).collect();
            assert_eq!(found, expected, "{prefix}");
            let files =
                !scratch.git(&["config", "--get", "--default", "files", "extensions.refStorage"]).contains("reftable");
            for end in ["/a", "/loose", "/c", "/none"] {
                let may = repository.may_have_reference(prefix.as_bytes(), &|name| name.ends_with(end.as_bytes()));
                let has = expected.iter().any(|line| line.ends_with(end));
                assert_eq!(may.unwrap(), has || !files, "{prefix} {end}");
            }
        }
    }
}

#[test]
fn a_namespace_hides_nothing() {
    let scratch = Scratch::new();
    let one = scratch.commit("one");
    let repository = Repository::open(&scratch.world_with(&[("GIT_NAMESPACE", "other")])).unwrap();
    assert_eq!(repository.head().unwrap().id(), Some(one));
    assert!(repository.reference(b"refs/heads/main").unwrap().is_some());
}

#[test]
fn a_linked_work_tree_asks_the_binary_too() {
    if !git_at_least(2, 45) {
        return;
    }
    let scratch = Scratch::init(&["--ref-format=reftable"]);
    let one = scratch.commit("one");
    scratch.git(&["worktree", "add", "--quiet", "-b", "auto/w", "../linked"]);
    let mut world = scratch.world();
    world.cwd = scratch.root().join("linked");
    let head = Repository::open(&world).unwrap().head().unwrap();
    assert_eq!(head, Head::Attached { name: b"refs/heads/auto/w".to_vec(), id: one });
}

#[test]
fn an_endless_symbolic_ref_is_an_error() {
    let scratch = Scratch::new();
    scratch.commit("one");
    std::fs::write(scratch.repo().join(".git/refs/heads/a"), "ref: refs/heads/b\n").unwrap();
    std::fs::write(scratch.repo().join(".git/refs/heads/b"), "ref: refs/heads/a\n").unwrap();
    std::fs::write(scratch.repo().join(".git/refs/heads/broken"), "nonsense\n").unwrap();
    let repository = scratch.open();
    assert!(repository.reference(b"refs/heads/a").is_err());
    assert!(repository.reference(b"refs/heads/broken").is_err());
    let listed = repository.references(b"refs/heads/").unwrap();
    assert_eq!(listed.iter().map(|(name, _)| name.as_slice()).collect::<Vec<_>>(), [b"refs/heads/main"]);
    std::fs::write(scratch.repo().join(".git/packed-refs"), "# pack-refs with: sorted\nnonsense\n").unwrap();
    assert!(scratch.open().references(b"refs/heads/").is_err());
    assert!(scratch.open().reference(b"refs/heads/packed").is_err());
}

#[test]
fn ref_names_by_the_rules_of_check_ref_format() {
    let names = [
        "refs/heads/main",
        "refs/heads/auto/x",
        "refs/heads/auto/x~0",
        "refs/heads/a^",
        "refs/heads/a:b",
        "refs/heads/a b",
        "refs/heads/.a",
        "refs/heads/a.",
        "refs/heads/a..b",
        "refs/heads/a.lock",
        "refs/heads/a.lock/b",
        "refs/heads//a",
        "refs/heads/",
        "/refs/heads/a",
        "refs/heads/a\\b",
        "refs/heads/a?",
        "refs/heads/a*",
        "refs/heads/[a",
        "refs/heads/@{0}",
        "refs/heads/@",
        "refs/heads/ä",
        "refs/heads/a\u{7f}b",
        "refs/heads/a\tb",
        "refs/heads/-a",
        "refs/tags/v1",
    ];
    let scratch = Scratch::new();
    for name in names {
        let git = scratch.try_git(&scratch.world(), &["check-ref-format", name]).status.success();
        assert_eq!(Repository::valid_ref_name(name.as_bytes()), git, "{name:?}");
    }
    for name in ["main", "HEAD", "heads/main", "@", ""] {
        assert!(!Repository::valid_ref_name(name.as_bytes()), "{name:?}");
    }
    assert!(!Repository::valid_ref_name(b"refs/heads/a\0b"));
    assert!(!Repository::valid_ref_name(b"refs/heads/a\nb"));
    assert!(Repository::valid_ref_name(b"refs/heads/\xff"));
}

#[test]
fn parents_of_a_merge_by_environment_and_by_file() {
    for scratch in storages() {
        let unborn = scratch.open();
        assert_eq!(unborn.pending_parents(MergeHeads::File).unwrap(), []);
        let one = scratch.commit("one");
        let mut others = Vec::new();
        for name in ["b", "c"] {
            scratch.git(&["checkout", "--quiet", "-b", name, "main"]);
            scratch.add(name, "x\n");
            others.push(scratch.commit(name));
        }
        scratch.git(&["checkout", "--quiet", "main"]);
        scratch.git(&["merge", "--quiet", "--no-commit", "--no-ff", "b", "c"]);
        let all = [one, others[0], others[1]];
        assert_eq!(scratch.open().pending_parents(MergeHeads::File).unwrap(), all);
        assert_eq!(scratch.open().pending_parents(MergeHeads::Environment).unwrap(), [one]);
        let names: Vec<String> = others.iter().map(|id| format!("GITHEAD_{id}")).collect();
        let vars: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
        let repository = Repository::open(&scratch.world_with(&vars)).unwrap();
        let mut found = repository.pending_parents(MergeHeads::Environment).unwrap();
        found[1..].sort_by_key(|id| others.iter().position(|other| other == id));
        assert_eq!(found, all);
        std::fs::write(scratch.repo().join(".git/MERGE_HEAD"), "nonsense\n").unwrap();
        assert!(scratch.open().merge_heads_from_file().is_err());
    }
    let scratch = Scratch::new();
    let bad = Repository::open(&scratch.world_with(&[("GITHEAD_zzz", "x")])).unwrap();
    assert!(bad.merge_heads_from_env().is_err());
}

#[test]
fn revisions_as_people_type_them() {
    for scratch in storages() {
        let one = scratch.commit("fix bug");
        let two = scratch.commit("two");
        scratch.add("f", "content\n");
        scratch.git(&["tag", "-a", "-m", "t", "v1", "HEAD~1"]);
        let repository = scratch.open();
        for (spec, expected) in [("HEAD", two), ("HEAD~1", one), ("v1", one), (":/fix bug", one), ("main@{0}", two)] {
            assert_eq!(repository.resolve(spec.as_bytes()).unwrap(), expected, "{spec}");
        }
        assert_eq!(repository.resolve(&two.to_string().as_bytes()[..9]).unwrap(), two);
        for bad in ["nope", "--all", "HEAD^{tree}", ":f", "", "a\nb", "HEAD..main"] {
            let error = repository.resolve(bad.as_bytes()).unwrap_err();
            assert!(matches!(&error, ReadError::Failed { .. }), "{bad:?}: {error:?}");
        }
        assert_eq!(repository.rev_list(b"v1..HEAD", 10).unwrap(), [two]);
        assert_eq!(repository.rev_list(b"HEAD", 1).unwrap(), [two]);
        assert_eq!(repository.rev_list(b"HEAD", 10).unwrap(), [two, one]);
        assert!(repository.rev_list(b"--all", 10).is_err());
        assert!(repository.rev_list(b"nope..HEAD", 10).is_err());
    }
}

#[test]
fn grafts_do_not_hide_history() {
    let scratch = Scratch::new();
    let one = scratch.commit("one");
    let two = scratch.commit("two");
    std::fs::create_dir_all(scratch.repo().join(".git/info")).unwrap();
    std::fs::write(scratch.repo().join(".git/info/grafts"), format!("{two}\n")).unwrap();
    assert_eq!(scratch.open().rev_list(b"HEAD", 10).unwrap(), [two, one]);
    assert_eq!(scratch.open().commit_parents(&two).unwrap(), [one]);
}

#[test]
fn configuration_in_all_scopes() {
    let scratch = Scratch::new();
    scratch.git(&["config", "--global", "user.name", "Global"]);
    scratch.git(&["config", "--global", "branch.Mixed.Case.merge", "refs/heads/x"]);
    scratch.git(&["config", "user.name", "Local\nName"]);
    scratch.git(&["remote", "add", "origin", "https://example.com/a.git"]);
    scratch.git(&["remote", "add", "up.stream", "https://example.com/b.git"]);
    scratch.git(&["remote", "set-url", "--push", "up.stream", "ssh://git@example.com/b.git"]);
    let world =
        scratch.world_with(&[("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "x.y"), ("GIT_CONFIG_VALUE_0", "z")]);
    let repository = Repository::open(&world).unwrap();
    let get = |key: &str| repository.config(key).map(|value| String::from_utf8(value).unwrap());
    assert_eq!(get("User.Name").as_deref(), Some("Local\nName"));
    assert_eq!(get("Branch.Mixed.Case.Merge").as_deref(), Some("refs/heads/x"));
    assert_eq!(get("branch.mixed.case.merge"), None);
    assert_eq!(get("x.y").as_deref(), Some("z"));
    assert_eq!(repository.remotes(), [b"origin".to_vec(), b"up.stream".to_vec()]);
    let urls = repository.remote_urls(b"up.stream");
    assert_eq!(urls.fetch, [b"https://example.com/b.git"]);
    assert_eq!(urls.push, [b"ssh://git@example.com/b.git"]);
    assert_eq!(repository.remote_urls(b"origin").push, [b"https://example.com/a.git"]);
    assert_eq!(repository.remote_urls(b"none"), freeze_guard::git::RemoteUrls::default());
}

#[test]
fn an_apply_rebase_is_told_from_am() {
    let scratch = Scratch::new();
    assert!(!scratch.open().rebasing_with_apply());
    std::fs::create_dir(scratch.repo().join(".git/rebase-apply")).unwrap();
    assert!(!scratch.open().rebasing_with_apply());
    std::fs::write(scratch.repo().join(".git/rebase-apply/rebasing"), "").unwrap();
    assert!(scratch.open().rebasing_with_apply());
}

#[test]
fn ids_of_the_wrong_length_are_not_here() {
    let scratch = Scratch::new();
    let one = scratch.commit("one");
    let repository = scratch.open();
    for hex in ["ab".repeat(32), "ab".repeat(20), "00".repeat(20)] {
        assert_eq!(repository.kind(&id(&hex)).unwrap(), None);
        assert!(matches!(repository.commit_tree(&id(&hex)), Err(ReadError::Missing { .. })));
    }
    assert_eq!(repository.kind(&one).unwrap(), Some(ObjectKind::Commit));
}
