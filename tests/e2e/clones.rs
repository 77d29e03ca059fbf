//! The user's list of clones: many installs at once lose nothing, a list that is broken stops nobody, and `--all` looks
//! at and wires every clone of it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use crate::run::Run;
use crate::world::{BINARY, Repo, World};

fn list(world: &World) -> PathBuf {
    world.path("home/.data/freeze-guard/clones")
}

#[test]
fn many_installs_at_once_are_all_listed() {
    let world = World::new();
    let names: Vec<_> = (0..24).map(|number| format!("clone {number:02}")).collect();
    let clones: Vec<Repo<'_>> = names.iter().map(|name| world.repo(name)).collect();
    let children: Vec<_> = clones
        .iter()
        .map(|clone| clone.hook_command().arg("install").stdout(std::process::Stdio::null()).spawn().unwrap())
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let run = clones[0].hook(&["status", "--all"]).passes().says("24 clones, 0 not in order");
    for name in &names {
        let line = format!("{name}/.git: in force");
        assert_eq!(run.stdout_text().matches(&line).count(), 1, "{line}\n{run}");
    }
}

#[test]
fn install_all_wires_what_is_not_wired_and_drops_what_is_gone() {
    let world = World::new();
    let (one, two, three) = (world.repo("one"), world.repo("it's two"), world.repo("three"));
    for clone in [&one, &two, &three] {
        clone.hook(&["install"]).passes();
    }
    fs::remove_file(one.path(".git/hooks/pre-push")).unwrap();
    let old = include_str!("../../hooks/older/shim-1").replace("@HOOK@", "/old");
    fs::write(two.path(".git/hooks/pre-commit"), old).unwrap();
    fs::remove_dir_all(&three.top).unwrap();
    // Not from inside a clone, and nothing of one in the environment.
    let home = world.at("home");
    let git_dir = one.path(".git");
    let leaked = [("GIT_DIR", git_dir.to_str().unwrap()), ("GIT_INDEX_FILE", "/nowhere")];
    home.hook_env(&leaked, &["install", "--all", "--dry-run"]).exits(1).says("would be wired anew");
    assert!(!one.path(".git/hooks/pre-push").exists());
    let run = home.hook_env(&leaked, &["install", "--all", "--prune"]).exits(0);
    let run = run.says("one/.git: wired anew").says("it's two/.git: wired anew").says("three/.git: gone; dropped");
    run.says("3 clones, 0 not in order");
    for clone in [&one, &two] {
        clone.hook(&["status"]).passes();
    }
    home.hook(&["install", "--all"]).passes().says("one/.git: was in place").never_says("three");
    assert!(!world.path("three").exists());
}

/// One clone that cannot be wired is told, with what to do, and the others are wired.
#[test]
fn one_bad_clone_stops_no_other() {
    let world = World::new();
    let (bad, good) = (world.repo("bad"), world.repo("good"));
    for clone in [&bad, &good] {
        clone.hook(&["install"]).passes();
        fs::remove_file(clone.path(".git/hooks/pre-commit")).unwrap();
    }
    bad.git(&["config", "core.hooksPath", ""]).passes();
    let run = good.hook(&["install", "--all"]).exits(1);
    run.says("bad/.git: core.hooksPath").says("good/.git: wired anew").says("2 clones, 1 not in order");
    good.hook(&["status", "--all"])
        .exits(1)
        .says("bad/.git: not in force: pre-commit is unreachable")
        .says("good/.git: in force");
    fs::write(bad.path(".git/HEAD"), "rubbish").unwrap();
    good.hook(&["status", "--all"]).exits(1).says("bad/.git: ").says("good/.git: in force");
}

/// Whatever stands in the list's place: installs, commits and uninstalls work, `--all` says what to do.
#[test]
fn a_broken_list_stops_nobody() {
    type Breaks = fn(&World);
    let broken: &[(&str, Breaks)] = &[
        ("a directory", |world| fs::create_dir_all(list(world)).unwrap()),
        ("a pipe", |world| {
            fs::create_dir_all(list(world).parent().unwrap()).unwrap();
            let run = Run::of(world.command("mkfifo", &world.path("home")).arg(list(world)), b"");
            run.passes();
        }),
        ("huge", |world| {
            fs::create_dir_all(list(world).parent().unwrap()).unwrap();
            fs::File::create(list(world)).unwrap().set_len(1 << 40).unwrap();
        }),
        ("under a file", |world| fs::write(world.path("home/.data"), "").unwrap()),
    ];
    for (what, breaks) in broken {
        let world = World::new();
        breaks(&world);
        let repo = world.repo("project");
        repo.seed();
        repo.hook(&["install"]).passes().says_on_stderr("note: the list of clones in");
        repo.stage_code("two");
        repo.commit("code").passes().never_says("list of clones");
        for verb in ["status", "install"] {
            let run = repo.hook(&[verb, "--all"]).could_not_judge();
            run.says("the list of clones").says("mv ");
        }
        repo.hook(&["uninstall"]).passes().says_on_stderr("note: the list of clones in");
        assert!(!repo.path(".git/hooks/pre-commit").exists(), "{what}");
    }
}

/// Where the list cannot be written, install says so and works.
#[test]
fn a_list_that_cannot_be_written() {
    let world = World::new();
    let data = world.path("home/.data/freeze-guard");
    fs::create_dir_all(&data).unwrap();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(data.join("probe"), "").is_ok() {
        eprintln!("skipped: whoever runs this may write anywhere");
        return;
    }
    let repo = world.repo("project");
    repo.hook(&["install"]).passes().says_on_stderr("note: the list of clones in");
    repo.hook(&["status"]).passes();
}

/// Rubbish in the list is left out, and what a clone's name holds cannot harm a terminal.
#[test]
fn rubbish_in_the_list_is_left_out() {
    let world = World::new();
    let repo = world.repo("project");
    repo.hook(&["install"]).passes();
    let mut bytes = fs::read(list(&world)).unwrap();
    bytes.extend_from_slice(b"\xff\xfe\0relative/path\0-/never/there\0/gone/\x1b[31m\xe2\x80\xae\n/.git\0/cut");
    fs::write(list(&world), bytes).unwrap();
    let run = repo.hook(&["status", "--all"]).exits(1).says("project/.git: in force").says("/cut: gone");
    assert!(!run.stdout.contains(&0x1b) && !run.stdout_text().contains('\u{202e}'), "{run}");
    assert_eq!(run.stdout_text().lines().count(), 5, "{run}");
    repo.hook(&["status", "--all", "--prune"]).passes().says("/cut: gone; dropped from the list");
    repo.hook(&["status", "--all"]).passes().never_says("gone");
}

/// A bar for whoever waits at a terminal; nothing of it anywhere else.
#[test]
fn a_bar_where_a_person_waits() {
    let world = World::new();
    let repo = world.repo("project");
    repo.hook(&["install"]).passes();
    let slow = format!("#!/bin/sh\nsleep 0.3\nexec '{}' \"$@\"\n", world.git_binary().display());
    crate::run::script(&world.path("slow/git"), slow);
    let mut dirs = vec![world.path("slow")];
    dirs.extend(std::env::split_paths(&world.search_path()));
    let path = std::env::join_paths(dirs).unwrap();
    let run = Run::of(repo.hook_command().env("PATH", &path).args(["status", "--all"]), b"").passes();
    assert!(run.stderr.is_empty(), "{run}");
    let words = format!("'{BINARY}' status --all");
    let mut script = world.command("script", &repo.top);
    script.env("PATH", &path).env("TERM", "xterm").args(["-q", "-e", "-c", &words, "/dev/null"]);
    match Command::new("script").arg("--version").output() {
        Ok(output) if String::from_utf8_lossy(&output.stdout).contains("util-linux") => {}
        _ => return eprintln!("skipped: there is no script(1) of util-linux here to make a terminal"),
    }
    Run::of(&mut script, b"").passes().says("0/1 clones looked at").says("project/.git: in force");
}
