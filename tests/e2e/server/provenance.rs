//! Where a dependency change must stand: the very same pair, on an allowed branch that the server keeps or that arrives.

use super::{accepted, push, refused, server};
use crate::world::{L, NEW, NEWER, OLD, R, World};

/// A squash, a merge and a cherry-pick bring the pair as `auto/x` holds it: accepted. With one byte of difference: not.
#[test]
fn s49_squash_merge_and_the_like() {
    for way in [
        &["merge", "-q", "--squash", "auto/x"][..],
        &["merge", "-q", "--no-ff", "--no-edit", "auto/x"],
        &["cherry-pick", "auto/x"],
    ] {
        let world = World::new();
        let (clone, server) = server(&world);
        clone.branch_with_pair("auto/x", NEW);
        clone.git(&["push", "-q", "origin", "auto/x"]).passes();
        clone.git(&["checkout", "-q", "main"]).passes();
        clone.stage_code("own work");
        clone.land("own work");
        clone.git(way).passes();
        if way.contains(&"--squash") {
            clone.land("squashed");
        }
        accepted(&clone, &["main"]);
        assert_eq!(server.id("main"), clone.id("main"));
        let other = format!("{NEW}# by hand\n");
        clone.stage_pair(&other);
        clone.land("by hand");
        refused(&clone, &server, &["main"], "guarded-push");
    }
}

/// Two branches that each bring half make no pair.
#[test]
fn s49_halves_of_two_branches() {
    let world = World::new();
    let (clone, server) = server(&world);
    let half = format!("{NEW}# a comment\n");
    clone.branch_with_pair("auto/x", NEW);
    clone.git(&["checkout", "-q", "-b", "auto/y", "main"]).passes();
    clone.stage_pair(&half);
    clone.land("the same with a comment");
    clone.git(&["checkout", "-q", "main"]).passes();
    clone.stage(R, &half);
    clone.stage(L, NEW);
    clone.land("half and half");
    accepted(&clone, &["auto/x", "auto/y"]);
    refused(&clone, &server, &["main"], "guarded-push");
    // Each pair may come from a branch of its own.
    clone.stage_pair(NEW);
    clone.stage(&format!("b/{R}"), OLD);
    clone.stage(&format!("b/{L}"), OLD);
    clone.land("two pairs");
    refused(&clone, &server, &["main"], "guarded-push").says("changed: b/requirements.lock, b/requirements.txt ");
    clone.git(&["checkout", "-q", "-b", "auto/z", "origin/main"]).passes();
    clone.stage(&format!("b/{R}"), OLD);
    clone.stage(&format!("b/{L}"), OLD);
    clone.land("the other pair");
    accepted(&clone, &["auto/z", "main"]);
}

/// What the same push takes away, or moves elsewhere, does not count by what it held.
#[test]
fn s49_a_branch_that_goes_with_the_push() {
    let world = World::new();
    let (clone, server) = server(&world);
    clone.branch_with_pair("auto/x", NEW);
    accepted(&clone, &["auto/x"]);
    clone.git(&["branch", "-q", "evil"]).passes();
    clone.git(&["checkout", "-q", "main"]).passes();
    refused(&clone, &server, &["evil:main", ":auto/x"], "guarded-push");
    refused(&clone, &server, &["evil:main", "+main:auto/x"], "guarded-push");
    accepted(&clone, &["evil:main"]);
    // And gone is gone.
    accepted(&clone, &["-f", "main:auto/x"]);
    clone.git(&["checkout", "-q", "-b", "auto/z", "evil"]).passes();
    clone.stage_pair(NEWER);
    clone.land("newer");
    accepted(&clone, &["auto/z"]);
    accepted(&clone, &[":auto/z"]);
    refused(&clone, &server, &["auto/z:main"], "guarded-push");
}

/// Going back is a change, too: it needs a branch that holds the older state.
#[test]
fn s49_going_back() {
    let world = World::new();
    let (clone, server) = server(&world);
    clone.branch_with_pair("auto/x", NEW);
    accepted(&clone, &["auto/x", "auto/x:main"]);
    refused(&clone, &server, &["+main:main"], "guarded-push");
    accepted(&clone, &["main:auto/back", "+main:main"]);
}

/// Taking a pair away needs a branch without it.
#[test]
fn s49_a_pair_that_goes() {
    let world = World::new();
    let (clone, server) = server(&world);
    clone.git(&["rm", "-q", R, L]).passes();
    clone.land("no dependencies");
    refused(&clone, &server, &["main"], "guarded-push");
    accepted(&clone, &["main:auto/none", "main"]);
    assert_eq!(server.id("main"), clone.id("main"));
}

/// What a pair includes belongs to it.
#[test]
fn s49_an_included_file() {
    let world = World::new();
    let (clone, server) = server(&world);
    clone.stage("base.txt", OLD);
    clone.stage(R, "-r base.txt\n");
    clone.land("an include");
    accepted(&clone, &["main:auto/include", "main"]);
    clone.stage("base.txt", format!("{OLD}# more\n"));
    clone.land("the included file alone");
    refused(&clone, &server, &["main"], "guarded-push").says("base.txt");
    accepted(&clone, &["main:auto/more"]);
    accepted(&clone, &["main"]);
}

/// An update that git is going to refuse makes no branch: of something else than the server holds there.
#[test]
fn s49_a_branch_that_git_will_not_take() {
    let world = World::new();
    let (clone, server) = server(&world);
    accepted(&clone, &["main:auto/x"]);
    clone.stage_pair(NEW);
    clone.land("dependencies");
    let (zero, main, evil) = ("0".repeat(40), server.id("main"), clone.id("main"));
    // Its objects are there, on a branch that brings nothing.
    accepted(&clone, &["main:feature"]);
    let judge = |auto: &str| {
        let lines = format!("{auto}\n{main} {evil} refs/heads/main\n");
        server.hook_fed(lines.as_bytes(), &["run", "pre-receive"])
    };
    judge(&format!("{main} {evil} refs/heads/auto/x")).passes().silent();
    judge(&format!("{zero} {evil} refs/heads/auto/y")).passes().silent();
    judge(&format!("{zero} {evil} refs/heads/auto/x")).refused().error("guarded-push");
    judge(&format!("{evil} {evil} refs/heads/auto/y")).refused().error("guarded-push");
    judge(&format!("{zero} {evil} refs/heads/automatic")).refused().error("guarded-push");
    judge(&format!("{zero} {evil} refs/tags/auto/x")).refused().error("guarded-push");
    // A branch holds commits only.
    clone.git(&["tag", "-a", "-m", "x", "heavy", &evil]).passes();
    accepted(&clone, &["heavy"]);
    judge(&format!("{zero} {} refs/heads/auto/y", clone.id("heavy"))).refused().error("guarded-push");
}

/// Something else may stop a branch after us, and main would have come with it: whoever runs the server can have only those
/// branches count that it holds.
#[test]
fn s49_only_what_the_server_holds() {
    let world = World::new();
    let (clone, server) = server(&world);
    let update = "#!/bin/sh\ncase $1 in refs/heads/auto/*) echo no; exit 1;; esac\n";
    crate::run::script(&server.path("hooks/update"), update);
    clone.branch_with_pair("auto/x", NEW);
    server.git(&["config", "freeze-guard.arriving", "false"]).passes();
    refused(&clone, &server, &["auto/x", "auto/x:main"], "guarded-push");
    std::fs::remove_file(server.path("hooks/update")).unwrap();
    accepted(&clone, &["auto/x"]);
    accepted(&clone, &["auto/x:main"]);
    clone.stage_pair(NEWER);
    clone.land("newer");
    server.git(&["config", "freeze-guard.arriving", "perhaps"]).passes();
    push(&clone, &["auto/x", "auto/x:main"]).exits(1).says("nothing could be judged").says("freeze-guard.arriving");
    server.git(&["config", "freeze-guard.arriving", "yes"]).passes();
    accepted(&clone, &["auto/x", "auto/x:main"]);
}

/// Anything but a commit on a guarded branch is refused, before git would.
#[test]
fn s48_what_is_no_commit() {
    let world = World::new();
    let (clone, server) = server(&world);
    clone.stage_pair(NEW);
    clone.land("dependencies");
    clone.git(&["tag", "-a", "-m", "x", "heavy"]).passes();
    for (spec, what) in [("heavy:main", "annotated tag"), ("HEAD^{tree}:main", "a tree")] {
        let run = push(&clone, &["-f", spec]);
        // The client itself may know better than to send it.
        if run.all().contains("remote:") {
            run.refused().says(what);
        }
        assert_ne!(server.id("main"), clone.id("main"));
    }
    let (main, tag, blob) = (server.id("main"), clone.id("heavy"), clone.id("main:app.py"));
    accepted(&clone, &["heavy", "main:feature"]);
    for (id, what) in [(&tag, "an annotated tag"), (&blob, "a blob"), (&server.id("feature^{tree}"), "a tree")] {
        let line = format!("{main} {id} refs/heads/main\n");
        server.hook_fed(line.as_bytes(), &["run", "pre-receive"]).refused().error("guarded-push").says(what);
    }
    // As a tag it brings nothing that an allowed branch would.
    refused(&clone, &server, &["heavy:refs/tags/auto/x", "main"], "guarded-push");
}
