//! A push that is interrupted while the hook judges: nothing is left of it, for the hook writes nothing at all.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use super::{accepted, server, state};
use crate::run::{Run, script};
use crate::world::{BINARY, NEW, Repo, World};

/// Whom a signal ends: the hook, or the git that waits for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Whom {
    Hook,
    ReceivePack,
}

/// What git itself leaves when it is killed: the quarantine, which `git gc` takes away.
fn sweep(server: &Repo<'_>) {
    for entry in fs::read_dir(server.path("objects")).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().contains("tmp_objdir") {
            fs::remove_dir_all(path).unwrap();
        }
    }
}

/// Ended by any signal, it leaves the server and its temporary directory as they were.
#[test]
fn s48_killed_while_it_judges() {
    let world = World::new();
    let (clone, server) = server(&world);
    let tmp = world.path("tmp");
    fs::create_dir(&tmp).unwrap();
    let hook = server.path("hooks/pre-receive");
    let ours = fs::read(&hook).unwrap();
    let pipe = world.path("pipe");
    Run::of(world.command("mkfifo", &world.path("")).arg(&pipe), b"").passes();
    clone.stage_pair(NEW);
    clone.land("dependencies");
    let before = state(&server);
    // It waits for the rest of its input; the test says who it is and when it ends.
    let (pids, shown) = (world.path("pids"), pipe.display());
    let text = format!(
        "#!/bin/sh\ncat >/dev/null\necho $$ $PPID >'{}'\nTMPDIR='{}' exec '{BINARY}' run pre-receive <'{shown}'\n",
        pids.display(),
        tmp.display(),
    );
    script(&hook, text);
    for (signal, whom) in [
        ("INT", Whom::Hook),
        ("TERM", Whom::Hook),
        ("KILL", Whom::Hook),
        ("INT", Whom::ReceivePack),
        ("TERM", Whom::ReceivePack),
    ] {
        let mut push = world.command(world.git_binary(), &clone.top);
        push.args(["push", "-q", "origin", "main:auto/x", "main"]).stdin(Stdio::null());
        let mut push = push.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Opening waits until the hook has opened its end.
        let mut rest = fs::OpenOptions::new().write(true).open(&pipe).unwrap();
        rest.write_all(b"0000").unwrap();
        let told = fs::read_to_string(&pids).unwrap();
        let (own, parent) = told.trim().split_once(' ').unwrap();
        let pid = if whom == Whom::Hook { own } else { parent };
        Run::of(world.command("kill", Path::new("/")).args([&format!("-{signal}"), pid]), b"").passes();
        drop(rest);
        assert!(!push.wait().unwrap().success(), "{signal} {whom:?}");
        if whom == Whom::ReceivePack {
            sweep(&server);
        }
        assert_eq!(state(&server), before, "{signal} {whom:?}");
        assert_eq!(fs::read_dir(&tmp).unwrap().count(), 0, "{signal} {whom:?}");
    }
    script(&hook, ours);
    accepted(&clone, &["main:auto/x", "main"]);
}
