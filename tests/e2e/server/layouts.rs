//! Scenario 48 over every place where git puts what has arrived: loose, packed, with borrowed objects, in a repository
//! with a work tree, in a namespace, with other ids and other refs.

use std::fs;

use super::{Repo, accepted, push, refused, server, server_with};
use crate::run::script;
use crate::world::{NEW, NEWER, OLD, R, World};

/// A change that stands nowhere, a manifest without its lock, and one in order: what has to hold wherever it arrives.
fn holds(clone: &Repo<'_>, server: &Repo<'_>) {
    clone.git(&["checkout", "-q", "-b", "work", "main"]).passes();
    clone.stage(R, NEW);
    clone.land("manifest only");
    refused(clone, server, &["work:main"], "lock-drift").says("guarded-push");
    refused(clone, server, &["work:auto/x", "work:main"], "lock-drift");
    clone.stage_pair(NEW);
    clone.land("both");
    refused(clone, server, &["work:main"], "guarded-push");
    accepted(clone, &["work:auto/x", "work:main"]);
    assert_eq!(server.id("main"), clone.id("work"));
}

/// Few objects arrive loose, many as a pack; `receive.unpackLimit` says what is few.
#[test]
fn s48_loose_and_packed() {
    for limit in ["1", "1000"] {
        let world = World::new();
        let (clone, server) = server(&world);
        server.git(&["config", "receive.unpackLimit", limit]).passes();
        holds(&clone, &server);
        let packs = fs::read_dir(server.path("objects/pack")).unwrap().count();
        assert_eq!(packs > 0, limit == "1", "{limit}: {packs}");
    }
}

/// A thin pack brings deltas against what the server has.
#[test]
fn s48_a_thin_pack() {
    let world = World::new();
    let (clone, server) = server(&world);
    server.git(&["config", "receive.unpackLimit", "1"]).passes();
    let many: String = (0..2000).map(|number| format!("package-{number}=={number}.0\n")).collect();
    clone.stage_pair(&many);
    clone.land("many");
    accepted(&clone, &["main:auto/many", "main"]);
    server.git(&["repack", "-q", "-a", "-d"]).passes();
    clone.stage_pair(&format!("{many}one-more==1.0\n"));
    clone.land("one more");
    refused(&clone, &server, &["main"], "guarded-push");
    accepted(&clone, &["main:auto/more", "main"]);
}

/// A server that borrows its objects from another repository, and one whose objects the push itself borrows.
#[test]
fn s48_alternates() {
    let world = World::new();
    let (clone, server) = server(&world);
    let fork = world.at("fork.git");
    server.git(&["clone", "-q", "--bare", "--shared", ".", "../fork.git"]).passes();
    assert!(fork.path("objects/info/alternates").is_file());
    fork.hook(&["install", "--server"]).passes();
    clone.git(&["remote", "set-url", "origin", &format!("file://{}", fork.top.display())]).passes();
    holds(&clone, &fork);
    // What the first one gets meanwhile is here, too.
    clone.git(&["push", "-q", &format!("file://{}", server.top.display()), "work:auto/later"]).passes();
    clone.stage_pair(NEWER);
    clone.land("newer");
    refused(&clone, &fork, &["work:main"], "guarded-push");
}

/// Several borrowed stores, one of them quoted as C strings are because of what its path holds.
#[test]
fn s48_borrowed_stores_by_variable() {
    let world = World::new();
    let (clone, server) = server(&world);
    clone.stage_pair(NEW);
    clone.land("dependencies");
    let (old, new) = (server.id("main"), clone.id("main"));
    let odd = world.path("a:b \"c\"\n\u{e9}");
    let objects = clone.path(".git/objects");
    fs::create_dir_all(&odd).unwrap();
    fs::rename(&objects, odd.join("objects")).unwrap();
    let quoted = format!("\"{}/objects\"", odd.display()).replace("\"c\"", "\\\"c\\\"").replace('\n', "\\n");
    let empty = world.path("empty");
    fs::create_dir_all(&empty).unwrap();
    let stores = format!("{}:{quoted}:{}", empty.display(), world.path("gone").display());
    let judge = |auto: &str| {
        let zero = "0".repeat(40);
        let lines = format!("{old} {new} refs/heads/main\n{zero} {new} refs/heads/{auto}\n");
        let mut command = server.hook_command();
        command.env("GIT_DIR", ".").env("GIT_ALTERNATE_OBJECT_DIRECTORIES", &stores);
        crate::run::Run::of(command.args(["run", "pre-receive"]), lines.as_bytes())
    };
    judge("auto/x").passes().silent();
    judge("other").refused().error("guarded-push");
}

/// A repository with a work tree that a push brings up to date: GIT_DIR is `.` there, too.
#[test]
fn s48_with_a_work_tree() {
    let world = World::new();
    let (clone, server) = server_with(&world, &[]);
    holds(&clone, &server);
    assert_eq!(server.text(R), NEW);
    // Where the configuration says where the work tree is, paths stay those of the repository.
    server.git(&["config", "core.worktree", ".."]).passes();
    clone.stage(R, NEWER);
    clone.land("manifest only");
    refused(&clone, &server, &["work:main"], "lock-drift").says(" --> requirements.txt:");
    assert_eq!(server.text(R), NEW);
}

/// A namespace is a repository of its own: names are seen from within it, and only its branches allow anything.
#[test]
fn s48_a_namespace() {
    for (space, stored) in [("team", "refs/namespaces/team/"), ("a/b", "refs/namespaces/a/refs/namespaces/b/")] {
        let world = World::new();
        let (clone, server) = server(&world);
        let script_path = world.path("receive-in-namespace");
        let git = world.git_binary().display();
        script(&script_path, format!("#!/bin/sh\nGIT_NAMESPACE={space} exec '{git}' receive-pack \"$@\"\n"));
        clone.git(&["config", "remote.origin.receivepack", &script_path.to_string_lossy()]).passes();
        accepted(&clone, &["main"]);
        assert_eq!(server.id(&format!("{stored}refs/heads/main")), clone.id("main"));
        clone.stage_pair(NEW);
        clone.land("dependencies");
        refused(&clone, &server, &["main"], "guarded-push").says("main takes").never_says("namespaces");
        // Outside, and in another one, it brings nothing.
        server.git(&["fetch", "-q", "../clone", "main:refs/heads/auto/x"]).passes();
        server.git(&["fetch", "-q", "../clone", "main:refs/namespaces/other/refs/heads/auto/x"]).passes();
        refused(&clone, &server, &["main"], "guarded-push");
        refused(&clone, &server, &["--delete", "main"], "guarded-push").says(&format!("{stored}refs/heads/main"));
        accepted(&clone, &["main:auto/x"]);
        accepted(&clone, &["main"]);
        // From outside, by its full name, it is the same branch.
        clone.git(&["config", "--unset", "remote.origin.receivepack"]).passes();
        clone.stage_pair(NEWER);
        clone.land("newer");
        let (full, auto) = (format!("main:{stored}refs/heads/main"), format!("main:{stored}refs/heads/auto/y"));
        refused(&clone, &server, &[&full], "guarded-push");
        refused(&clone, &server, &[&full, "main:auto/y"], "guarded-push");
        accepted(&clone, &[&auto, &full]);
    }
}

/// A namespace that git would not take is no reason to look elsewhere.
#[test]
fn s48_a_namespace_that_is_none() {
    let world = World::new();
    let (clone, server) = server(&world);
    let line = format!("{0} {0} refs/heads/main\n", clone.id("main"));
    let mut command = server.hook_command();
    command.env("GIT_NAMESPACE", "a..b").args(["run", "pre-receive"]);
    crate::run::Run::of(&mut command, line.as_bytes()).could_not_judge().says("GIT_NAMESPACE");
}

/// Ids of 64 digits.
#[test]
fn s48_sha256() {
    let world = World::new();
    let (clone, server) = server_with(&world, &["--bare", "--object-format=sha256"]);
    assert_eq!(clone.id("main").len(), 64);
    holds(&clone, &server);
    server.git(&["symbolic-ref", "HEAD", "refs/heads/other"]).passes();
    refused(&clone, &server, &["--delete", "main"], "guarded-push");
}

/// Refs in a reftable, which only git reads; they must not be taken for absent.
#[test]
fn s48_reftable() {
    let world = World::new();
    if !world.git_has((2, 45), "reftable") {
        return;
    }
    let (clone, server) = server_with(&world, &["--bare", "--ref-format=reftable"]);
    holds(&clone, &server);
    clone.git(&["checkout", "-q", "-B", "older", "main"]).passes();
    refused(&clone, &server, &["+older:main"], "guarded-push");
    accepted(&clone, &["older:auto/older"]);
    accepted(&clone, &["+older:main"]);
    refused(&clone, &server, &["--delete", "main"], "guarded-push");
}

/// A branch of the server whose commit is lost allows nothing, and stops nothing.
#[test]
fn s48_a_branch_that_lost_its_commit() {
    let world = World::new();
    let (clone, server) = server(&world);
    fs::create_dir_all(server.path("refs/heads/auto")).unwrap();
    fs::write(server.path("refs/heads/auto/broken"), format!("{}\n", "1".repeat(40))).unwrap();
    clone.stage_pair(NEW);
    clone.land("dependencies");
    let run = push(&clone, &["main"]).refused().error("guarded-push");
    assert_ne!(server.id("main"), clone.id("main"), "{run}");
    push(&clone, &["main:auto/x", "main"]).never_says("error[");
}

/// Many refs at once cost little, guarded or not.
#[test]
fn s48_many_refs() {
    let world = World::new();
    let (clone, server) = server(&world);
    let id = clone.id("main");
    let lines: String = (0..3000).map(|number| format!("create refs/heads/auto/{number:04} {id}\n")).collect();
    clone.git_fed(lines.as_bytes(), &["update-ref", "--stdin"]).passes();
    clone.stage_pair(NEW);
    clone.land("dependencies");
    refused(&clone, &server, &["refs/heads/auto/*:refs/heads/auto/*", "main"], "guarded-push");
    accepted(&clone, &["refs/heads/auto/*:refs/heads/auto/*", "main:auto/x", "main"]);
    clone.stage_pair(OLD);
    clone.land("and back");
    accepted(&clone, &["main"]);
}
