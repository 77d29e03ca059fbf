//! A run that is killed: wherever it was, git goes on working, and the next run finishes or gives back what was there.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use freeze_guard::wiring::{self, ChainedName, Event, Plan, State};

use crate::chain::with_real_program;
use crate::support::{Picture, World, again, said, script};

/// A clone with hooks of others: one that would refuse if a file said so, a link, and one beside a taken name.
fn crowded() -> World {
    let world = World::new();
    script(&world.hook("pre-commit"), "#!/bin/sh\necho theirs >&2\ntest ! -e refuse\n");
    script(&world.home.join("script"), "#!/bin/sh\nexit 0\n");
    symlink(world.home.join("script"), world.hook("pre-merge-commit")).unwrap();
    script(&world.hook("pre-push"), "#!/bin/sh\nexit 0\n");
    fs::write(world.hook("pre-push.hook-chained"), "a stranger's").unwrap();
    world
}

/// Runs `what` on the clone in a process that kills itself after the change of this number.
fn killed_at(world: &World, what: &str, number: usize) -> Output {
    let line = again("killed::as_victim");
    let mut command = Command::new(&line[0]);
    command.args(&line[1..]).env("WIRING_KILL", number.to_string()).env("WIRING_WHAT", what);
    command.env("WIRING_REPO", &world.repo).env("WIRING_BINARY", &world.binary).env("HOME", &world.home);
    command.output().unwrap()
}

/// Kills `what` after its first change, its second and so on, until it lives; hands each clone to `check`.
fn kill_everywhere(what: &str, prepare: &dyn Fn(&World), check: &dyn Fn(&World, &Picture, usize)) -> usize {
    kill_everywhere_of(what, prepare, "theirs", check)
}

/// The same, where the hook of others for commits says this word.
fn kill_everywhere_of(
    what: &str,
    prepare: &dyn Fn(&World),
    word: &str,
    check: &dyn Fn(&World, &Picture, usize),
) -> usize {
    for number in 1.. {
        let world = crowded();
        let before = world.picture();
        prepare(&world);
        let output = killed_at(&world, what, number);
        if output.status.success() {
            return number - 1;
        }
        assert!(output.status.code().is_none(), "{number}: not killed, but failed: {}", said(&output));
        git_works(&world, word, number);
        check(&world, &before, number);
    }
    0
}

/// Commits pass, and one of both hooks judges them: theirs, or ours through the stand-in.
fn git_works(world: &World, word: &str, number: usize) {
    world.log();
    let output = world.commit();
    assert!(output.status.success(), "{number}: {}", said(&output));
    let (ours, theirs) = (world.log().contains("pre-commit"), said(&output).contains(word));
    assert!(ours || theirs, "{number}: neither hook ran");
    fs::write(world.repo.join("refuse"), "").unwrap();
    assert!(ours || !world.commit().status.success(), "{number}: their refusal is lost");
    fs::remove_file(world.repo.join("refuse")).unwrap();
}

fn all_current(world: &World) -> bool {
    world.guards().iter().all(|guard| guard.state == State::Current)
}

#[test]
fn a_killed_install_is_finished_by_the_next() {
    let changes = kill_everywhere("install", &|_| (), &|world, before, number| {
        world.install().unwrap_or_else(|error| panic!("{number}: {error}"));
        assert!(all_current(world), "{number}");
        let left: Vec<_> =
            world.picture().into_keys().filter(|name| name.windows(9).any(|w| w == b".hook-new")).collect();
        assert!(left.is_empty(), "{number}: {left:?}");
        world.uninstall().unwrap();
        assert_eq!(world.picture(), *before, "{number}");
    });
    // Three per chained hook with its shim, two for the one that is only written.
    assert!(changes >= 11, "{changes}");
}

#[test]
fn a_killed_install_is_taken_back_by_uninstall() {
    kill_everywhere("install", &|_| (), &|world, before, number| {
        world.uninstall().unwrap_or_else(|error| panic!("{number}: {error}"));
        assert_eq!(world.picture(), *before, "{number}");
    });
}

#[test]
fn a_killed_uninstall_is_finished_or_taken_back() {
    let installed = |world: &World| drop(world.install().unwrap());
    let changes = kill_everywhere("uninstall", &installed, &|world, before, number| {
        world.uninstall().unwrap_or_else(|error| panic!("{number}: {error}"));
        assert_eq!(world.picture(), *before, "{number}");
    });
    assert!(changes >= 4, "{changes}");
    kill_everywhere("uninstall", &installed, &|world, before, number| {
        world.install().unwrap_or_else(|error| panic!("{number}: {error}"));
        assert!(all_current(world), "{number}");
        world.uninstall().unwrap();
        assert_eq!(world.picture(), *before, "{number}");
    });
}

#[test]
fn a_killed_upgrade_leaves_the_old_shim_or_the_new() {
    let older = |world: &World| {
        let other = world.binary.with_file_name("older");
        fs::copy(&world.binary, &other).unwrap();
        wiring::apply(wiring::plan_install(&world.site(), &other).unwrap()).unwrap();
    };
    let changes = kill_everywhere("install", &older, &|world, before, number| {
        assert!(world.guards().iter().all(|guard| guard.state.is_as_written()), "{number}");
        world.install().unwrap_or_else(|error| panic!("{number}: {error}"));
        assert!(all_current(world), "{number}");
        world.uninstall().unwrap();
        assert_eq!(world.picture(), *before, "{number}");
    });
    assert!(changes >= 8, "{changes}");
}

/// Our shim renamed or overwritten by another manager, and then an install or uninstall that is killed: whatever was done
/// by then, both hooks are there and run once after the next run.
#[test]
fn a_killed_run_after_another_manager_loses_nothing() {
    let legacy = "#!/bin/sh\n# File generated by pre-commit: example\necho other >&2\ntest ! -e refuse || exit 1\n\
                  l=${0%/*}/pre-commit.legacy\n[ ! -x \"$l\" ] || exec \"$l\"\n";
    let plain = "#!/bin/sh\necho other >&2\ntest ! -e refuse\n";
    for (other, name) in [(legacy, Some("pre-commit.legacy")), (plain, Some("pre-commit.old")), (plain, None)] {
        let displace = |world: &World| {
            world.install().unwrap();
            if let Some(name) = name {
                fs::rename(world.hook("pre-commit"), world.hook(name)).unwrap();
            }
            script(&world.hook("pre-commit"), other);
        };
        for what in ["install", "uninstall"] {
            let changes = kill_everywhere_of(what, &displace, "other", &|world, _, number| {
                world.install().unwrap_or_else(|error| panic!("{number}: {error}"));
                assert!(all_current(world), "{number}");
                with_real_program(world);
                let said = said(&world.commit());
                let once = |word: &str| said.matches(word).count() == 1;
                // Or given to the manager, which keeps it as it does with what it finds.
                let given = fs::read_to_string(world.hook("pre-commit.old")).is_ok_and(|text| text.contains("theirs"));
                assert!(once("other") && (once("theirs") || given), "{what} {name:?} {number}: {said}");
            });
            assert!(changes >= 3, "{what} {name:?}: {changes}");
        }
    }
}

/// What a kill in the middle of one write leaves, and what one leaves on a file system without hard links.
#[test]
fn a_killed_write_is_resumed_or_given_back() {
    let shim = |world: &World| wiring::shim(Event::PreCommit, &world.binary);
    let new = |world: &World| world.hook("pre-commit.hook-new-aB3xYz");
    let half = |world: &World| fs::write(new(world), &shim(world)[..700]).unwrap();
    let empty = |world: &World| fs::write(new(world), "").unwrap();
    let renamed = |world: &World| {
        let chained = [ChainedName::first(Event::PreCommit)];
        fs::write(new(world), wiring::shim_beside(Event::PreCommit, &chained, &world.binary)).unwrap();
        fs::rename(world.hook("pre-commit"), world.hook("pre-commit.hook-chained")).unwrap();
    };
    for killed in [&half as &dyn Fn(&World), &empty, &renamed] {
        let make = || {
            let world = crowded();
            let before = world.picture();
            killed(&world);
            (world, before)
        };
        let (world, before) = make();
        world.uninstall().unwrap();
        assert_eq!(world.picture(), before, "given back at once");
        let (world, before) = make();
        world.install().unwrap();
        assert!(all_current(&world));
        world.uninstall().unwrap();
        assert_eq!(world.picture(), before, "given back after resuming");
    }
}

/// Not a test by itself: the process that the others have killed.
#[test]
fn as_victim() {
    let Some(repo) = std::env::var_os("WIRING_REPO") else { return };
    let binary = std::env::var_os("WIRING_BINARY").unwrap();
    let number: usize = std::env::var("WIRING_KILL").unwrap().parse().unwrap();
    let site = World::new().site_in(Path::new(&repo));
    let plan: Plan = match std::env::var("WIRING_WHAT").unwrap().as_str() {
        "install" => wiring::plan_install(&site, Path::new(&binary)).unwrap(),
        _ => wiring::plan_uninstall(&site).unwrap(),
    };
    let mut changes = 0;
    let mut watch = || {
        changes += 1;
        if changes == number {
            // As by SIGKILL: nothing is unwound, nothing cleaned up.
            std::process::abort();
        }
    };
    wiring::apply_watched(plan, &mut watch).unwrap();
}
