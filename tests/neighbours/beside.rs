//! Each manager installed before `hook` and after it: commits and pushes pass and are refused as they should be, every
//! hook runs once, and where ours does not run, `hook status` says so.

use crate::place::{ALL_GUARDED, Guarded, Manager, place, tools};
use crate::world::World;

const OLD_SHARERS: [Manager; 3] = [Manager::PreCommit, Manager::Prek, Manager::Lefthook];
const NONE_GUARDED: Guarded = Guarded { commits: false, merges: false, pushes: false };

/// They stand in the hooks directory first: we rename theirs, run it, and give it back.
#[test]
fn after_a_manager_of_the_hooks_directory() {
    if tools().is_none() {
        return;
    }
    for manager in OLD_SHARERS {
        let world = World::new();
        let mut place = place(&world, manager);
        place.install_theirs();
        let before = place.hooks();
        place.run("hook", &["install", "--via", "file"]).passes().says("pre-commit.hook-chained");
        place.status().passes();
        assert_eq!(place.story(), ALL_GUARDED, "{manager:?}");
        place.run("hook", &["install", "--via", "file"]).passes().says("nothing to do");
        place.run("hook", &["uninstall"]).passes();
        assert_eq!(place.hooks(), before, "{manager:?}");
        assert_eq!(place.story(), NONE_GUARDED, "{manager:?}");
    }
}

/// pre-commit and prek rename our shim to `.legacy` and run it: we still judge, and do not loop. What stands in the
/// hooks directory is theirs, so status says that it does not know; installing again is fine, too.
#[test]
fn before_a_manager_that_runs_what_it_found() {
    if tools().is_none() {
        return;
    }
    for manager in [Manager::PreCommit, Manager::Prek] {
        let world = World::new();
        let mut place = place(&world, manager);
        place.run("hook", &["install", "--via", "file"]).passes();
        place.install_theirs();
        assert_eq!(place.story(), ALL_GUARDED, "{manager:?}");
        place.status().exits(1).says("foreign");
        place.run("hook", &["install", "--via", "file"]).passes();
        place.status().passes();
        assert_eq!(place.story(), ALL_GUARDED, "{manager:?}");
        // Theirs once more, over ours: it finds its own in our chain.
        place.install_theirs();
        assert_eq!(place.story(), ALL_GUARDED, "{manager:?}");
        place.run("hook", &["uninstall"]).passes();
        place.git(&["commit", "-q", "--allow-empty", "-m", "after all that"]).passes();
    }
}

/// lefthook renames our shim to `.old` and runs it no more: status says so, and installing again mends it.
#[test]
fn before_lefthook() {
    if tools().is_none() {
        return;
    }
    let world = World::new();
    let mut place = place(&world, Manager::Lefthook);
    place.run("hook", &["install", "--via", "file"]).passes();
    place.install_theirs();
    place.status().exits(1).says("foreign").says("hook install");
    assert_eq!(place.story(), NONE_GUARDED);
    place.run("hook", &["install", "--via", "file"]).passes();
    place.status().passes();
    assert_eq!(place.story(), ALL_GUARDED);
}

/// husky takes the hooks directory away: install refuses and names the command, status says that nothing is in force;
/// and after that command everything is judged.
#[test]
fn before_and_after_husky() {
    if tools().is_none() {
        return;
    }
    for first in [true, false] {
        let world = World::new();
        let mut place = place(&world, Manager::Husky);
        if first {
            place.install_theirs();
            place.run("hook", &["install", "--via", "file"]).exits(2).says("core.hooksPath");
        } else {
            place.run("hook", &["install", "--via", "file"]).passes();
            place.status().passes();
            place.install_theirs();
        }
        let status = place.status().exits(1).says("core.hooksPath");
        assert_eq!(place.story(), NONE_GUARDED);
        let text = status.all();
        let command = text.split('`').find(|part| part.contains("printf")).unwrap();
        place.run("sh", &["-c", command]).passes();
        place.git(&["add", "."]).passes();
        place.repo.land("their hooks call ours");
        place.git(&["push", "-q", "--no-verify", "origin", "main"]).passes();
        assert_eq!(place.story(), ALL_GUARDED);
        place.run("hook", &["uninstall"]).passes();
        assert!(place.hooks().is_empty());
        place.git(&["commit", "-q", "--allow-empty", "-m", "theirs only"]).passes();
    }
}

/// In git's configuration ours stands beside whatever owns the hooks directory, in any order, and theirs is untouched.
#[test]
fn by_the_configuration_beside_each() {
    if tools().is_none() {
        return;
    }
    for manager in Manager::ALL {
        for first in [true, false] {
            let Some(world) = World::with_new_git("a hook in the configuration beside other managers") else { return };
            let mut place = place(&world, manager);
            if first {
                place.install_theirs();
            }
            place.run("hook", &["install", "--via", "config"]).passes();
            if !first {
                place.install_theirs();
            }
            place.status().passes().says("config");
            let before = place.hooks();
            assert_eq!(place.story(), ALL_GUARDED, "{manager:?}");
            assert_eq!(place.hooks(), before, "{manager:?}");
            place.run("hook", &["uninstall"]).passes();
            assert_eq!(place.story(), NONE_GUARDED, "{manager:?}");
        }
    }
}
