//! Content is judged at the server as at the client, whatever branch it stands on.

use super::{accepted, refused, server};
use crate::world::{L, NEW, OLD, R, World};

/// Loose, drifting, without a lock, with another hash or another index: refused although `auto/x` arrives with it.
#[test]
fn s48_an_allowed_branch_must_be_in_order() {
    let hashed = |digit: &str| format!("flask==3.0.3 --hash=sha256:{}\n", digit.repeat(64));
    let cases = [
        ("unpinned", "flask>=3\n".to_owned(), "flask>=3\n".to_owned()),
        ("lock-drift", NEW.to_owned(), OLD.to_owned()),
        ("hash", hashed("2"), hashed("2")),
        (
            "index-changed",
            format!("-i https://e.example.com/\n{}", hashed("1")),
            format!("-i https://e.example.com/\n{}", hashed("1")),
        ),
        ("duplicate", format!("{}flask==3.0.2\n", hashed("1")), format!("{}flask==3.0.2\n", hashed("1"))),
        ("invalid-line", "flask=3.0.3\n".to_owned(), "flask=3.0.3\n".to_owned()),
    ];
    let world = World::new();
    let (clone, server) = server(&world);
    clone.stage_pair(&hashed("1"));
    clone.land("with hashes");
    accepted(&clone, &["main:auto/hashes", "main"]);
    for (rule, manifest, lock) in cases {
        clone.git(&["checkout", "-q", "-B", "auto/x", "main"]).passes();
        clone.stage(R, manifest);
        clone.stage(L, lock);
        clone.land(rule);
        refused(&clone, &server, &["-f", "auto/x", "auto/x:main"], rule).never_says("guarded-push").says("help:");
    }
    clone.git(&["checkout", "-q", "-B", "auto/x", "main"]).passes();
    clone.git(&["rm", "-q", L]).passes();
    clone.land("no lock");
    refused(&clone, &server, &["-f", "auto/x", "auto/x:main"], "lock-missing");
}

/// Warnings are shown, and the push passes.
#[test]
fn s48_warnings_reach_the_pusher() {
    let world = World::new();
    let (clone, server) = server(&world);
    clone.write("freeze-guard.toml", "[rules]\nunpinned = \"warning\"\n");
    clone.git(&["add", "."]).passes();
    clone.land("a laxer policy");
    accepted(&clone, &["main:auto/policy", "main"]);
    clone.stage_pair("flask>=3\nrequests==2.32.3\n");
    clone.land("loose");
    let run = clone.git(&["push", "-q", "origin", "main:auto/x", "main"]).passes().warning("unpinned").says("remote: ");
    assert_eq!(server.id("main"), clone.id("main"), "{run}");
}

/// Every guarded ref of a push is judged, and it is refused once.
#[test]
fn s48_several_guarded_refs() {
    let world = World::new();
    let (clone, server) = server(&world);
    accepted(&clone, &["main:master"]);
    clone.stage_pair(NEW);
    clone.land("dependencies");
    let run = refused(&clone, &server, &["main", "main:master"], "guarded-push")
        .says("main: main takes")
        .says("master: master takes");
    let closing = run.all().lines().filter(|line| line.starts_with("remote: refused: ")).count();
    assert_eq!(closing, 1, "{run}");
    clone.stage_code("two");
    clone.land("two");
    accepted(&clone, &["main:auto/x", "main", "main:master"]);
}
