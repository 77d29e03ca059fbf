//! Names that stand for other names: a symbolic ref on the server must neither hide a guarded branch nor make an allowed
//! one out of any other. And names that git hands on before it has looked at them.

use super::{accepted, push, refused, server, server_with};
use crate::world::{NEW, NEWER, World};

/// A push to a name that stands for main is a push to main.
#[test]
fn another_name_of_a_guarded_branch() {
    let world = World::new();
    let (clone, server) = server(&world);
    server.git(&["symbolic-ref", "refs/heads/stable", "refs/heads/main"]).passes();
    server.git(&["symbolic-ref", "refs/heads/newest", "refs/heads/stable"]).passes();
    clone.stage_pair(NEW);
    clone.land("dependencies");
    for name in ["stable", "newest"] {
        refused(&clone, &server, &[&format!("main:{name}")], "guarded-push").says("main takes");
        refused(&clone, &server, &[&format!(":{name}")], "guarded-push");
    }
    accepted(&clone, &["main:auto/x", "main:newest"]);
    assert_eq!(server.id("main"), clone.id("main"));
}

/// The same where main is still to come, and its first push is judged.
#[test]
fn another_name_of_a_branch_that_is_not_there_yet() {
    let mut formats = vec!["files"];
    let world = World::new();
    if world.git_has((2, 45), "reftable") {
        formats.push("reftable");
    }
    for format in formats {
        let world = World::new();
        let init: &[&str] = if format == "files" { &["--bare"] } else { &["--bare", "--ref-format=reftable"] };
        let (clone, server) = server_with(&world, init);
        clone.write(
            "freeze-guard.toml",
            "[push]\non-create = \"check\"\nguard = [\"main\", \"master\", \"release/*\"]\n",
        );
        clone.git(&["add", "."]).passes();
        clone.land("policy");
        accepted(&clone, &["main"]);
        server.git(&["symbolic-ref", "refs/heads/next", "refs/heads/release/2"]).passes();
        clone.stage_pair(NEW);
        clone.land("dependencies");
        refused(&clone, &server, &["main:next"], "guarded-push").says("release/2 takes");
        accepted(&clone, &["main:next", "main:auto/x"]);
    }
}

/// A name that only sounds allowed brings nothing, and a branch that moves under another name counts as moved.
#[test]
fn another_name_of_an_allowed_branch() {
    let world = World::new();
    let (clone, server) = server(&world);
    accepted(&clone, &["main:feature"]);
    server.git(&["symbolic-ref", "refs/heads/auto/sym", "refs/heads/feature"]).passes();
    clone.branch_with_pair("work", NEW);
    refused(&clone, &server, &["work:auto/sym", "work:main"], "guarded-push");
    accepted(&clone, &["work:feature"]);
    refused(&clone, &server, &["work:main"], "guarded-push");

    accepted(&clone, &["work:auto/real"]);
    server.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/auto/real"]).passes();
    refused(&clone, &server, &["+main:alias", "work:main"], "guarded-push");
    accepted(&clone, &["work:main"]);
    clone.stage_pair(NEWER);
    clone.land("newer");
    server.git(&["symbolic-ref", "refs/heads/auto/second", "refs/heads/auto/real"]).passes();
    accepted(&clone, &["work:auto/second", "work:main"]);
}

/// Where a file system takes letters for each other, `MAIN` is main.
#[test]
fn another_spelling_of_a_guarded_branch() {
    let world = World::new();
    let (clone, server) = server(&world);
    clone.stage_pair(NEW);
    clone.land("dependencies");
    accepted(&clone, &["main:feature"]);
    let line = format!("{} {} refs/heads/MAIN\n", server.id("main"), clone.id("main"));
    server.git(&["config", "core.ignoreCase", "false"]).passes();
    server.hook_fed(line.as_bytes(), &["run", "pre-receive"]).passes();
    server.git(&["config", "core.ignoreCase", "true"]).passes();
    server.hook_fed(line.as_bytes(), &["run", "pre-receive"]).refused().error("guarded-push");
}

/// A client of one's own can put a line break into a name, which git hands on as two lines. Names that are none, and names
/// that come twice, are refused; what looks whole must not help a branch that git then takes.
#[test]
fn a_name_with_a_line_break() {
    let world = World::new();
    let (clone, server) = server(&world);
    clone.stage_pair(NEW);
    clone.land("dependencies");
    let (zero, old, new) = ("0".repeat(40), server.id("main"), clone.id("main"));
    let pack =
        clone.git_fed(format!("{new}\n^{old}\n").as_bytes(), &["pack-objects", "-q", "--stdout", "--revs"]).passes();
    let line = |text: &str| format!("{:04x}{text}", text.len() + 4);
    let send = |names: &[String]| {
        let mut request = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let capabilities = if at == 0 { "\0report-status" } else { "" };
            request.extend(line(&format!("{name}{capabilities}")).into_bytes());
        }
        request.extend(b"0000");
        request.extend(&pack.stdout);
        server.git_fed(&request, &["receive-pack", "."])
    };
    let main = format!("{old} {new} refs/heads/main");
    for forged in [
        format!("{zero} {new} refs/heads/junk\nwhatever"),
        format!("{zero} {new} refs/heads/a\n{main}"),
        format!("{zero} {new} refs/heads/a\n\n{zero} {new} refs/heads/auto/x"),
        format!("{zero} {new} refs/heads/a b\n{zero} {new} refs/heads/auto/x"),
    ] {
        let run = send(&[main.clone(), forged]);
        assert!(run.all().contains("nothing could be judged"), "{run}");
        assert_eq!(server.id("main"), old, "{run}");
    }
    send(std::slice::from_ref(&main)).says("guarded-push");
    assert_eq!(server.id("main"), old);
    push(&clone, &["main:auto/x", "main"]).passes();
}
