//! Hooks in git's configuration (git 2.54): scenario 59, and what they are for, a hooks directory that is not ours.
//! Everything here needs a git new enough, see `World::with_new_git`.

use std::fs;

use crate::layouts::copy_binary;
use crate::run::script;
use crate::world::{L, NEW, R, Repo, Run, World};

fn config(repo: &Repo<'_>) -> Vec<u8> {
    fs::read(repo.path(".git/config")).unwrap()
}

/// A clone whose hooks belong to husky, with a hook there that says when it runs.
fn husky(world: &World) -> Repo<'_> {
    let repo = world.repo("project");
    repo.seed();
    fs::create_dir_all(repo.path(".husky/_")).unwrap();
    script(&repo.path(".husky/_/pre-commit"), "#!/bin/sh\necho husky ran >&2\n");
    repo.git(&["config", "core.hooksPath", ".husky/_"]).passes();
    repo
}

/// Beside husky's hooks, and gone without a trace.
#[test]
fn s59_beside_huskys_hooks() {
    let Some(world) = World::with_new_git("a hook in the configuration beside husky") else { return };
    let repo = husky(&world);
    let (before, files) = (config(&repo), fs::read_dir(repo.path(".git/hooks")).unwrap().count());
    repo.hook(&["install", "--dry-run", "--via", "config"]).passes().says("would write hooks for pre-commit");
    assert_eq!(config(&repo), before);
    repo.hook(&["install", "--via", "config"]).passes().says("wrote hooks for").says("after our check");
    let written = config(&repo);
    assert!(written.starts_with(&before), "what was there stays as it was");
    repo.hook(&["status"]).passes().says("config");
    repo.stage_code("two");
    repo.commit("code").passes().says("husky ran");
    repo.stage(R, NEW);
    repo.commit("manifest").refused().error("lock-drift").says("husky ran");
    repo.stage(L, NEW);
    repo.commit("both").passes();
    repo.hook(&["install", "--via", "config"]).passes().says("nothing to do");
    assert_eq!(config(&repo), written);
    repo.hook(&["uninstall"]).passes().says("took our hooks out");
    assert_eq!(config(&repo), before);
    assert_eq!(fs::read_dir(repo.path(".git/hooks")).unwrap().count(), files);
}

/// A push gets its arguments and its input.
#[test]
fn s59_a_push() {
    let Some(world) = World::with_new_git("a pre-push hook in the configuration") else { return };
    let (repo, origin) = world.project_with_origin();
    repo.hook(&["install", "--via", "config"]).passes().says("removed the shim");
    assert!(!repo.path(".git/hooks/pre-push").exists(), "one way per event");
    repo.stage_pair(NEW);
    repo.commit("dependencies").passes();
    let before = origin.id("main");
    repo.git(&["push", "-q", "origin", "main"]).refused().error("guarded-push");
    assert_eq!(origin.id("main"), before);
    repo.git(&["push", "-q", "origin", "main:auto/x", "main:feat"]).passes();
    // And back: never both.
    repo.hook(&["install", "--via", "file"]).passes().says("took our hooks out");
    assert!(!String::from_utf8(config(&repo)).unwrap().contains("hook-pre-push"));
    repo.hook(&["status"]).passes().never_says("config");
    let run = repo.git(&["push", "-q", "origin", "main"]).refused().error("guarded-push");
    assert_eq!(run.stderr_text().matches("error[guarded-push]").count(), 1, "{run}");
}

/// An older git ignores such hooks, and is named; status under it does not claim what is not so.
#[test]
fn s59_an_older_git_is_told() {
    let Some(world) = World::with_new_git("a hook in the configuration and an older git") else { return };
    let repo = husky(&world);
    let run = repo.hook(&["install", "--via", "config"]).passes();
    let older = World::new();
    if older.git_version() >= (2, 54) {
        println!("skipped: this machine has no older git");
        return;
    }
    if older.git_binary().starts_with("/usr/bin") {
        run.says("/usr/bin/git").says("hooks in the configuration are unknown to");
    }
    let old = |args: &[&str]| Run::of(older.command(crate::world::BINARY, &repo.top).args(args), b"");
    old(&["status"]).exits(1).says("ignores hooks in its configuration");
    old(&["install", "--via", "config"]).exits(2).says("git 2.54").says("--via file");
    // `auto` takes files there, which husky's directory does not allow.
    old(&["install"]).exits(2).says("core.hooksPath");
}

/// The program is gone: refused at once with what to do, and the one-time skip.
#[test]
fn s56_without_the_binary() {
    let Some(world) = World::with_new_git("a hook in the configuration without its program") else { return };
    let repo = husky(&world);
    let binary = world.path("gone $x/it's/hook");
    fs::create_dir_all(binary.parent().unwrap()).unwrap();
    copy_binary(&binary);
    Run::of(world.command(&binary, &repo.top).args(["install", "--via", "config"]), b"").passes();
    repo.stage(R, NEW);
    repo.commit("judged").refused().error("lock-drift");
    fs::remove_file(binary).unwrap();
    let run = repo.commit("gone").exits(1).says("reinstall it:").says("FREEZE_GUARD=0").never_says("lock-drift");
    let unwire = run.stderr_text().lines().find_map(|line| line.split_once("unwire it:")).unwrap().1.trim().to_owned();
    repo.git_env(&[("FREEZE_GUARD", "0")], &["commit", "-q", "-m", "skipped"]).passes().says("is skipped");
    Run::of(world.command("sh", &repo.top).args(["-c", &unwire]), b"").passes();
    repo.stage_code("three");
    repo.commit("unwired").passes();
}

/// Whatever stands at the program's path, it is no pass; and a program on the search path that proves to be ours stands in,
/// as it does for the file.
#[test]
fn s56_another_program_in_its_place() {
    let Some(world) = World::with_new_git("a hook in the configuration without its program") else { return };
    let repo = husky(&world);
    let binary = world.path("gone/hook");
    fs::create_dir_all(binary.parent().unwrap()).unwrap();
    copy_binary(&binary);
    Run::of(world.command(&binary, &repo.top).args(["install", "--via", "config"]), b"").passes();
    repo.stage(R, NEW);
    let texts: [&[u8]; 5] = [b"", b"true\n", b"#!/bin/sh\nexit 0\n", b"<html>\n", b"\x7fELF\0"];
    for text in texts {
        fs::remove_file(&binary).unwrap();
        script(&binary, text);
        repo.commit("judged by none").exits(1).never_says("lock-drift");
    }
    fs::remove_file(&binary).unwrap();
    let tools = world.path("tools");
    for name in ["other", "hanging", "ours"] {
        fs::create_dir_all(tools.join(name)).unwrap();
    }
    script(&tools.join("other/hook"), "#!/bin/sh\necho hook 1.0\n");
    script(&tools.join("hanging/hook"), "#!/bin/sh\nexec sleep 20\n");
    copy_binary(&tools.join("ours/hook"));
    let commit = |names: &[&str]| {
        let mut path: Vec<_> = names.iter().map(|name| tools.join(name)).collect();
        path.extend(std::env::split_paths(&world.search_path()));
        let path = std::env::join_paths(path).unwrap();
        repo.git_env(&[("PATH", path.to_str().unwrap())], &["commit", "-q", "-m", "judged"])
    };
    commit(&["other"]).exits(1).says("is gone").says("reinstall it:").never_says("lock-drift");
    commit(&["other", "hanging"]).exits(1).says("is gone");
    commit(&["other", "ours"]).refused().error("lock-drift");
    commit(&["hanging", "ours"]).refused().error("lock-drift");
    repo.stage(L, NEW);
    commit(&["other", "ours"]).passes();
}

/// What switches such a hook off, or breaks git, is seen by status.
#[test]
fn what_stands_in_its_way_is_seen() {
    let Some(world) = World::with_new_git("hooks in the configuration that are switched off") else { return };
    let repo = husky(&world);
    repo.hook(&["install", "--via", "config"]).passes();
    let broken = [
        ("hook.hook-pre-push.enabled", "false", "hook.hook-pre-push.enabled is false"),
        ("hook.pre-commit.enabled", "false", "hook.pre-commit.enabled is false"),
        ("hook.hook-pre-push.command", "true", "edited"),
        ("hook.other.event", "pre-push", "has an event and no command"),
    ];
    for (key, value, says) in broken {
        let before = config(&repo);
        repo.git(&["config", key, value]).passes();
        repo.hook(&["status"]).exits(1).says(says);
        fs::write(repo.path(".git/config"), before).unwrap();
    }
    repo.git_env(&[], &["config", "hook.hook-pre-push.command", "true"]).passes();
    repo.hook(&["install", "--via", "config"]).exits(2).says("not as we write it").says("--unset-all");
    repo.hook(&["uninstall"]).exits(1).says("so it stays");
    assert!(String::from_utf8(config(&repo)).unwrap().contains("hook-pre-push"));
}

/// Somebody else's lock is respected, and nothing is half done.
#[test]
fn a_locked_configuration_is_left_alone() {
    let Some(world) = World::with_new_git("a locked configuration") else { return };
    let repo = world.project();
    fs::write(repo.path(".git/config.lock"), "").unwrap();
    let before = config(&repo);
    repo.hook(&["install", "--via", "config"]).exits(2).says("config.lock").says("rm ");
    assert_eq!(config(&repo), before);
    repo.hook(&["status"]).passes();
    fs::remove_file(repo.path(".git/config.lock")).unwrap();
    repo.hook(&["install", "--via", "config"]).passes();
}
