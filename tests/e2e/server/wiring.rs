//! `hook install --server`, `status` and `uninstall`: one hook, beside whatever stood there, given back to the byte.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{accepted, push, refused, server, state};
use crate::run::script;
use crate::world::{NEW, World};

/// Only pre-receive is wired, in a bare repository and in one with a work tree; twice is once.
#[test]
fn one_hook_and_no_other() {
    for init in [&["--bare"][..], &[]] {
        let world = World::new();
        let server = world.repo_with("server", init);
        let hooks = server.path(if init.is_empty() { ".git/hooks" } else { "hooks" });
        let names = || {
            let all = fs::read_dir(&hooks).map(|list| list.map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>());
            let mut all: Vec<_> =
                all.unwrap_or_default().iter().map(|name| name.to_string_lossy().into_owned()).collect();
            all.retain(|name| !name.ends_with(".sample"));
            all
        };
        server.hook(&["status", "--server"]).exits(1).says("absent").says("`hook install --server`");
        server.hook(&["install", "--server", "--dry-run"]).passes().says("would write the shim");
        assert!(names().is_empty());
        server.hook(&["install", "--server"]).passes().says("wrote the shim").says("no guarded branch is here yet");
        assert_eq!(names(), ["pre-receive"]);
        server.hook(&["install", "--server"]).passes().says("nothing to do");
        server.hook(&["status"]).passes().says("pre-receive       current");
        server.hook(&["status", "--server"]).passes().says("pre-receive       current");
        let json = server.hook(&["status", "--server", "--format", "json"]).passes();
        let value: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
        assert_eq!((&value["in_force"], &value["guards"][0]["event"]), (&true.into(), &"pre-receive".into()));
        server.hook(&["uninstall", "--server", "--dry-run"]).passes().says("would remove the shim");
        server.hook(&["uninstall"]).passes().says("removed the shim");
        assert!(names().is_empty());
        server.hook(&["uninstall", "--server"]).passes().says("nothing to do");
    }
}

/// A foreign pre-receive goes on: it runs after ours, with the same input, its word counts, and it comes back as it was.
#[test]
fn a_foreign_hook_goes_on() {
    let world = World::new();
    let (clone, server) = server(&world);
    server.hook(&["uninstall", "--server"]).passes();
    let (hook, heard) = (server.path("hooks/pre-receive"), world.path("heard"));
    let text = format!("#!/bin/sh\ncat >'{}'\necho theirs\nexit ${{REFUSE-0}}\n", heard.display());
    script(&hook, &text);
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o750)).unwrap();
    server.hook(&["install", "--server"]).passes().says("runs after our check");
    server.hook(&["status"]).passes().says("pre-receive.hook-chained");

    clone.stage_pair(NEW);
    clone.land("dependencies");
    let (old, new, zero) = (server.id("main"), clone.id("main"), "0".repeat(40));
    push(&clone, &["main"]).refused().never_says("theirs");
    assert!(!heard.exists());
    let before = state(&server);
    clone.git_env(&[("REFUSE", "3")], &["push", "-q", "origin", "main:auto/x", "main"]).exits(1).says("remote: theirs");
    assert_eq!(state(&server), before);
    push(&clone, &["main:auto/x", "main"]).passes().says("remote: theirs").no_findings();
    assert_eq!(
        fs::read_to_string(&heard).unwrap(),
        format!("{old} {new} refs/heads/main\n{zero} {new} refs/heads/auto/x\n")
    );
    // Nobody makes it pass for running already: git called us, so it is not.
    let chained = server.path("hooks/pre-receive.hook-chained");
    let env = [("FREEZE_GUARD_CHAIN", chained.to_str().unwrap()), ("REFUSE", "1")];
    clone.git_env(&env, &["push", "-q", "origin", "main:other"]).exits(1).says("remote: theirs");

    server.hook(&["uninstall"]).passes().says("put");
    assert_eq!(fs::read_to_string(&hook).unwrap(), text);
    assert_eq!(hook.metadata().unwrap().permissions().mode() & 0o777, 0o750);
    assert!(!chained.exists());
}

/// The program is gone: every push is refused at once, with help for whoever runs the server, and without a way past it
/// for whoever pushes.
#[test]
fn the_program_is_gone() {
    let world = World::new();
    let (clone, server) = server(&world);
    let hook = server.path("hooks/pre-receive");
    let text = fs::read_to_string(&hook).unwrap().replace(crate::world::BINARY, "/nowhere/hook");
    script(&hook, text);
    clone.stage_code("two");
    clone.land("two");
    let before = state(&server);
    for env in [&[][..], &[("FREEZE_GUARD", "0")]] {
        let run =
            clone.git_env(env, &["push", "-q", "origin", "main"]).exits(1).says("gone from the server: /nowhere/hook");
        let run = run.says("remote:   reinstall it:").says("hook install --server").never_says("skip");
        assert!(run.took.as_millis() < 5000, "{run}");
        assert_eq!(state(&server), before);
    }
    server.hook(&["status"]).exits(1).says("outdated").says("is gone").says("hook install --server");
    server.hook(&["install", "--server"]).passes().says("replaced the shim");
    accepted(&clone, &["main"]);
    // By hand, as the help says.
    server.git(&["config", "--unset", "core.none"]);
    let unwire = "rm \"$(git rev-parse --git-path hooks/pre-receive)\"";
    crate::world::Run::of(world.command("/bin/sh", &server.top).args(["-c", unwire]), b"").passes();
    server.hook(&["status"]).exits(1).says("absent");
}

/// What makes git pass over the hook makes the status fail.
#[test]
fn a_guard_that_is_not_in_force() {
    let world = World::new();
    let (_clone, server) = server(&world);
    let hook = server.path("hooks/pre-receive");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o644)).unwrap();
    server.hook(&["status"]).exits(1).says("not executable").says("`hook install --server`");
    server.hook(&["install", "--server"]).passes();
    let text = fs::read_to_string(&hook).unwrap();
    script(&hook, format!("{text}exit 0\n"));
    server.hook(&["status"]).exits(1).says("edited");
    server.hook(&["install", "--server"]).exits(2).says("was edited");
    fs::remove_file(&hook).unwrap();
    server.hook(&["install", "--server"]).passes();
    let elsewhere = world.path("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    server.git(&["config", "core.hooksPath", elsewhere.to_str().unwrap()]).passes();
    server.hook(&["status", "--server"]).exits(1).says("absent");
    let run = server.hook(&["install", "--server"]).exits(2).says("hook run pre-receive || exit 1");
    assert!(fs::read_dir(&elsewhere).unwrap().next().is_none(), "{run}");
    server.git(&["config", "core.hooksPath", ""]).passes();
    server.hook(&["status", "--server"]).exits(1);
}

/// Written by one account for the repository of another that may not run it: git would pass over it.
#[test]
fn a_guard_of_another_account() {
    let world = World::new();
    let (clone, server) = server(&world);
    if std::os::unix::fs::chown(&server.top, Some(65534), Some(65534)).is_err() {
        println!("skipped: only root can give a repository away");
        return;
    }
    server.git(&["config", "--global", "safe.directory", "*"]).passes();
    let hook = server.path("hooks/pre-receive");
    server.hook(&["status"]).passes();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o750)).unwrap();
    let help = format!("`chmod a+rx {}`", hook.display());
    server.hook(&["status"]).exits(1).says("unreachable").says(&help);
    server.hook(&["install", "--server"]).exits(1).says("git does not reach it");
    std::os::unix::fs::chown(&hook, None, Some(65534)).unwrap();
    server.hook(&["status"]).passes();
    clone.stage_pair(NEW);
    clone.land("dependencies");
    push(&clone, &["main"]).refused();
}

/// The line that the help says does what it says.
#[test]
fn a_hook_of_ones_own_can_call_ours() {
    let world = World::new();
    let (clone, server) = server(&world);
    server.hook(&["uninstall"]).passes();
    let binary = crate::world::BINARY;
    script(&server.path("hooks/pre-receive"), format!("#!/bin/sh\n{binary} run pre-receive || exit 1\n"));
    clone.stage_pair(NEW);
    clone.land("dependencies");
    refused(&clone, &server, &["main"], "guarded-push");
    accepted(&clone, &["main:auto/x", "main"]);
}

/// Status tells by which policy each branch is judged, and what is wrong with that.
#[test]
fn the_status_tells_the_policies() {
    let world = World::new();
    let (clone, server) = server(&world);
    accepted(&clone, &["main:feature", "main:master"]);
    let defaults =
        "policy for what arrives on main, master: the defaults; dependency changes only as they stand on auto/*";
    server.hook(&["status"]).passes().says(defaults).never_says("feature");
    server.git(&["symbolic-ref", "HEAD", "refs/heads/feature"]).passes();
    server.hook(&["status"]).exits(1).says("feature").says("not guarded").says("help: add \"feature\"");
    server.git(&["symbolic-ref", "HEAD", "refs/heads/main"]).passes();
    clone.stage("freeze-guard.toml", "[push]\nguard = \"main\n");
    clone.land("broken");
    accepted(&clone, &["main:feature"]);
    server.git(&["update-ref", "refs/heads/main", "refs/heads/feature"]).passes();
    server.hook(&["status"]).exits(1).says("cannot be read").says("`hook check --rev main`");
}

/// A clone's hooks in a bare repository are no guard for what is pushed to it, and installing them says so. Both can stand
/// side by side, and each goes without the other.
#[test]
fn a_clones_hooks_in_a_server() {
    let world = World::new();
    let server = world.repo_with("server.git", &["--bare"]);
    server.hook(&["install"]).passes().says("`hook install --server`");
    server.hook(&["status"]).never_says("pre-receive");
    server.hook(&["install", "--server"]).passes();
    server.hook(&["status"]).passes().says("pre-push          current").says("pre-receive       current");
    let hook = server.path("hooks/pre-receive");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o644)).unwrap();
    server
        .hook(&["status"])
        .exits(1)
        .says("not executable")
        .says("help: guard what arrives here: `hook install --server`");
    server.hook(&["install", "--server"]).passes();
    server.hook(&["uninstall", "--server"]).passes();
    server.hook(&["status"]).passes().says("pre-push          current").never_says("pre-receive");
    server.hook(&["install", "--server"]).passes();
    server.hook(&["uninstall"]).passes();
    server.hook(&["status"]).exits(1).says("pre-receive       absent");
    world.repo("clone").hook(&["install"]).passes().never_says("--server");
}
