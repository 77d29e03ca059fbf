//! Where git looks for hooks, in every layout: install works and git really reaches the shim, or it refuses and says what
//! to do instead.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use freeze_guard::wiring::{self, Lead, Obstacle, Place, Reach, Scope, Site, State, WiringError};

use crate::support::{In, World, script};

fn refusal(world: &World) -> Obstacle {
    let before = world.picture();
    let error = world.install().unwrap_err();
    assert_eq!(world.picture(), before);
    assert!(!error.help().is_empty());
    match error {
        WiringError::Obstacle(obstacle) => obstacle,
        other => panic!("{other}"),
    }
}

/// Runs the first command in backquotes of a help text.
fn obey(world: &World, help: &str) {
    let command = help.split('`').nth(1).unwrap();
    let mut sh = std::process::Command::new("sh");
    let sh = sh.args(["-c", command]).current_dir(&world.repo).env("HOME", &world.home);
    assert!(sh.status().unwrap().success(), "{command}");
}

/// Installs from `directory` and asks git whether it reaches every shim from there.
fn install_reaches(world: &World, directory: &Path) -> Vec<String> {
    let site = world.site_in(directory);
    let done = wiring::apply(wiring::plan_install(&site, &world.binary).unwrap()).unwrap();
    for (event, reach) in reaches(world, directory, &site) {
        assert_eq!(reach, Reach::Reached, "{event}");
    }
    done.notes
}

fn reaches(world: &World, directory: &Path, site: &Site) -> Vec<(wiring::Event, Reach)> {
    let all = wiring::establish(site, &world.binary, None, &In(world, directory)).unwrap();
    all.into_iter().map(|one| (one.guard.event, one.reach)).collect()
}

#[test]
fn the_default_directory_from_top_and_below() {
    let world = World::new();
    fs::create_dir(world.repo.join("sub")).unwrap();
    assert!(install_reaches(&world, &world.repo.join("sub")).is_empty());
    assert_eq!(world.site().hooks_dir, world.hooks());
    assert!(world.log().is_empty(), "a probe runs nothing");
}

#[test]
fn a_linked_worktree_shares_the_hooks() {
    let world = World::new();
    world.commit();
    world.ok(&["worktree", "add", "-q", "../linked"]);
    let linked = world.repo.with_file_name("linked");
    install_reaches(&world, &linked);
    assert_eq!(world.site_in(&linked).hooks_dir, world.hooks());
    assert_eq!(world.site_in(&linked).top, Some(linked));
}

#[test]
fn bare_and_separate_git_directories() {
    let world = World::new();
    let bare = world.repo.with_file_name("bare.git");
    world.ok(&["init", "-q", "--bare", "../bare.git"]);
    assert_eq!(world.site_in(&bare).top, None);
    install_reaches(&world, &bare);

    world.ok(&["init", "-q", "--separate-git-dir", "../elsewhere", "../apart"]);
    let apart = world.repo.with_file_name("apart");
    install_reaches(&world, &apart);
    assert!(world.repo.with_file_name("elsewhere/hooks/pre-commit").is_file());
}

#[test]
fn a_submodule_has_hooks_of_its_own() {
    let (world, part) = (World::new(), World::new());
    part.commit();
    let url = part.repo.to_str().unwrap();
    world.ok(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, "part"]);
    install_reaches(&world, &world.repo.join("part"));
    assert!(world.repo.join(".git/modules/part/hooks/pre-push").is_file());
    assert!(!world.hook("pre-push").exists());
}

#[test]
fn hooks_path_that_names_the_default_is_the_default() {
    let world = World::new();
    world.ok(&["config", "core.hooksPath", world.hooks().to_str().unwrap()]);
    assert!(install_reaches(&world, &world.repo).is_empty());
    world.ok(&["config", "core.hooksPath", ".git/hooks"]);
    let notes = install_reaches(&world, &world.repo);
    assert!(notes[0].contains("linked worktrees"), "{notes:?}");

    // From there, the same value leads nowhere.
    world.commit();
    world.ok(&["worktree", "add", "-q", "../linked"]);
    let linked = world.site_in(&world.repo.with_file_name("linked"));
    assert!(wiring::plan_install(&linked, &world.binary).is_err());
    assert!(wiring::inspect(&linked, &world.binary).unwrap().iter().all(|guard| guard.state == State::Absent));
}

#[test]
fn empty_and_dot_are_refused_with_the_fix() {
    for value in ["", "."] {
        let world = World::new();
        world.ok(&["config", "core.hooksPath", value]);
        let obstacle = refusal(&world);
        assert!(matches!((&obstacle, value), (Obstacle::Empty(_), "") | (Obstacle::Dot(_), ".")), "{obstacle}");
        assert!(world.guards().iter().all(|guard| matches!(guard.state, State::Unreachable { .. })));
        obey(&world, &obstacle.help(Place::Here));
        install_reaches(&world, &world.repo);
    }
}

#[test]
fn a_global_directory_is_refused_and_left_alone() {
    let world = World::new();
    let shared = world.home.join("hooks");
    fs::create_dir(&shared).unwrap();
    world.ok(&["config", "--global", "core.hooksPath", "~/hooks"]);
    let obstacle = refusal(&world);
    let Obstacle::Outside { directory, lead: Lead::Setting(path), own } = &obstacle else { panic!("{obstacle}") };
    assert_eq!((directory, path.scope, own), (&shared, Scope::Global, &world.hooks()));
    let help = obstacle.help(Place::Here);
    assert!(help.contains("`hook run EVENT \"$@\"` to "), "{help}");
    assert!(fs::read_dir(&shared).unwrap().next().is_none());

    obey(&world, help.split("; or ").nth(1).unwrap());
    install_reaches(&world, &world.repo);
}

#[test]
fn a_local_directory_in_the_work_tree_gets_the_line_to_add() {
    let world = World::new();
    fs::create_dir_all(world.repo.join(".husky/_")).unwrap();
    world.ok(&["config", "core.hooksPath", ".husky/_"]);
    let obstacle = refusal(&world);
    assert!(matches!(&obstacle, Obstacle::WorkTree { lead: Lead::Setting(_), .. }), "{obstacle}");
    assert!(obstacle.help(Place::Here).contains("/.husky/$event"), "{}", obstacle.help(Place::Here));
    assert!(fs::read_dir(world.repo.join(".husky/_")).unwrap().next().is_none());
}

#[test]
fn a_local_directory_outside_is_refused() {
    let world = World::new();
    world.ok(&["config", "core.hooksPath", "/dev/null"]);
    assert!(matches!(refusal(&world), Obstacle::Outside { lead: Lead::Setting(_), .. }));
    assert!(world.guards().iter().all(|guard| matches!(guard.state, State::Unreachable { .. })));
}

#[test]
fn a_directory_inside_the_git_directory_is_ours_to_use() {
    let world = World::new();
    let own = world.repo.join(".git/own");
    world.ok(&["config", "core.hooksPath", own.to_str().unwrap()]);
    install_reaches(&world, &world.repo);
    assert!(own.join("pre-commit").is_file());
    world.uninstall().unwrap();
    assert!(!own.exists(), "it was made for the hooks");

    world.ok(&["config", "core.hooksPath", ".git/own"]);
    let obstacle = refusal(&world);
    assert!(matches!(obstacle, Obstacle::Relative { .. }), "{obstacle}");
    obey(&world, &obstacle.help(Place::Here));
    install_reaches(&world, &world.repo);
}

#[test]
fn a_worktrees_own_hooks_path_counts_there_only() {
    let world = World::new();
    world.commit();
    world.ok(&["worktree", "add", "-q", "../linked"]);
    world.ok(&["config", "extensions.worktreeConfig", "true"]);
    let linked = world.repo.with_file_name("linked");
    let output = world.git_in(&linked).args(["config", "--worktree", "core.hooksPath", ""]).output().unwrap();
    assert!(output.status.success());
    let error = wiring::plan_install(&world.site_in(&linked), &world.binary).unwrap_err();
    assert!(matches!(error, WiringError::Obstacle(Obstacle::Empty(_))), "{error}");
    assert!(error.help().contains("--worktree"), "{}", error.help());
    install_reaches(&world, &world.repo);
}

#[test]
fn a_hooks_path_for_one_command_is_not_believed() {
    let world = World::new();
    let site = Site::discover(&|arguments: &[&OsStr]| {
        let output = world.git().args(["-c", "core.hooksPath=/dev/null"]).args(arguments).output().unwrap();
        if output.status.success() { Ok(output.stdout) } else { Err(String::new()) }
    });
    let error = wiring::plan_install(&site.unwrap(), &world.binary).unwrap_err();
    assert!(matches!(error, WiringError::Obstacle(Obstacle::Passing)), "{error}");
}

#[test]
fn a_hooks_directory_that_is_a_link() {
    let world = World::new();
    let outside = world.home.join("team-hooks");
    fs::create_dir(&outside).unwrap();
    fs::rename(world.hooks(), world.repo.join(".git/real")).unwrap();

    symlink(&outside, world.hooks()).unwrap();
    let obstacle = refusal(&world);
    assert!(matches!(&obstacle, Obstacle::Outside { lead: Lead::Link(link), .. } if *link == world.hooks()));
    obey(&world, obstacle.help(Place::Here).split("; or ").nth(1).unwrap());
    assert!(fs::symlink_metadata(world.hooks()).is_err() && world.hooks().with_extension("aside").is_symlink());
    symlink("../../home/missing", world.hooks()).unwrap();
    let error = wiring::plan_install(&world.site(), &world.binary).unwrap_err();
    assert!(matches!(error, WiringError::Obstacle(Obstacle::Outside { lead: Lead::Link(_), .. })), "{error}");
    fs::remove_file(world.hooks()).unwrap();
    fs::create_dir(world.repo.join("githooks")).unwrap();
    symlink("../githooks", world.hooks()).unwrap();
    assert!(matches!(refusal(&world), Obstacle::WorkTree { lead: Lead::Link(_), .. }));
    fs::remove_file(world.hooks()).unwrap();
    symlink("real", world.hooks()).unwrap();
    install_reaches(&world, &world.repo);
}

#[test]
fn shims_left_behind_by_a_later_hooks_path_are_taken_away() {
    let world = World::new();
    let before = world.picture();
    world.install().unwrap();
    world.ok(&["config", "core.hooksPath", ".husky/_"]);
    assert_eq!(world.uninstall().unwrap().steps.len(), 4);
    assert_eq!(world.picture(), before);
}

#[test]
fn a_probe_never_runs_what_is_not_ours() {
    let world = World::new();
    script(&world.hook("pre-commit"), "#!/bin/sh\ntouch ran\n");
    let site = world.site();
    assert!(reaches(&world, &world.repo, &site).iter().all(|(_, reach)| matches!(reach, Reach::NotTried { .. })));
    world.install().unwrap();
    assert!(reaches(&world, &world.repo, &site).iter().all(|(_, reach)| *reach == Reach::Reached));
    world.ok(&["config", "hook.other.command", "touch ran"]);
    world.ok(&["config", "hook.other.event", "pre-commit"]);
    let all = reaches(&world, &world.repo, &world.site());
    assert!(all.iter().all(|(_, reach)| *reach == Reach::Reached), "{all:?}");
    assert!(!world.repo.join("ran").exists());
}

#[test]
fn a_probe_tells_when_git_runs_nothing() {
    let world = World::new();
    world.install().unwrap();
    let (site, guards) = (world.site(), world.guards());
    // As if it had been set between the look and the probe.
    world.ok(&["config", "core.hooksPath", "/dev/null"]);
    let reach = wiring::probe(&site, &guards[0], None, &In(&world, &world.repo));
    assert!(matches!(reach, Reach::NotReached { .. }), "{reach:?}");
}

#[test]
fn no_clone_is_an_error_with_a_next_step() {
    let world = World::new();
    let nowhere = world.home.clone();
    let error = Site::discover(&|arguments: &[&OsStr]| {
        let output = world.git_in(&nowhere).args(arguments).output().unwrap();
        if output.status.success() { Ok(output.stdout) } else { Err(String::from_utf8_lossy(&output.stderr).into()) }
    })
    .unwrap_err();
    assert!(error.to_string().contains("not a git repository"), "{error}");
    assert!(error.help().contains("hook -C DIR"), "{}", error.help());
}
