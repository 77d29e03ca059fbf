//! Installing and uninstalling where no other hook is: idempotent, repaired, undone on failure, resumed after a kill.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Command;

use freeze_guard::wiring::{self, Event, State, Step, WiringError};

use crate::support::{World, again, mode, picture, said, script, set_mode};

#[test]
fn install_wires_every_event_and_uninstall_leaves_nothing() {
    let world = World::new();
    let before = world.picture();
    let done = world.install().unwrap();
    assert_eq!(done.steps.len(), 4);
    assert!(done.notes.is_empty(), "{:?}", done.notes);
    assert!(world.guards().iter().all(|guard| guard.state == State::Current && guard.chained.is_none()));

    assert!(world.commit().status.success());
    let at = ".git/hooks/pre-commit";
    assert_eq!(world.log(), format!("run\n--shim\n3\n--at\n{at}\n--caller\nPID\n--chained\n\npre-commit\n--\n"));

    world.uninstall().unwrap();
    assert_eq!(world.picture(), before);
}

#[test]
fn installing_twice_writes_nothing() {
    let world = World::new();
    world.install().unwrap();
    let inode = |event: Event| fs::metadata(world.hook(event.name())).unwrap().ino();
    let before: Vec<_> = Event::ALL.into_iter().map(inode).collect();
    let plan = wiring::plan_install(&world.site(), &world.binary).unwrap();
    assert!(plan.is_empty());
    assert_eq!(plan.to_string(), "nothing to change\n");
    wiring::apply(plan).unwrap();
    assert_eq!(Event::ALL.into_iter().map(inode).collect::<Vec<_>>(), before);
}

#[test]
fn another_program_path_replaces_only_the_shim() {
    let world = World::new();
    script(&world.hook("pre-commit"), "#!/bin/sh\necho theirs >&2\n");
    let before = world.picture();
    world.install().unwrap();
    let chained = world.picture()[&b"pre-commit.hook-chained"[..]].clone();
    let moved = world.binary.with_file_name("hook-2");
    fs::copy(&world.binary, &moved).unwrap();

    let state = wiring::inspect(&world.site(), &moved).unwrap().remove(0).state;
    assert!(matches!(&state, State::Outdated(older) if older.program == world.binary), "{state:?}");
    let plan = wiring::plan_install(&world.site(), &moved).unwrap();
    assert!(plan.steps().iter().all(|step| matches!(step, Step::Replace { .. })), "{plan}");
    wiring::apply(plan).unwrap();
    let guards = wiring::inspect(&world.site(), &moved).unwrap();
    assert!(guards.iter().all(|guard| guard.state == State::Current));
    assert_eq!(world.picture()[&b"pre-commit.hook-chained"[..]], chained);
    world.uninstall().unwrap();
    assert_eq!(world.picture(), before);
}

#[test]
fn a_shim_of_an_older_version_is_replaced() {
    let world = World::new();
    world.install().unwrap();
    let path = world.hook("pre-commit");
    let old = include_str!("../../hooks/older/shim-1").replace("@HOOK@", world.binary.to_str().unwrap());
    for text in [old.clone(), old.replace('\n', "\r\n")] {
        fs::write(&path, text).unwrap();
        assert_ne!(world.guard(Event::PreCommit).state, State::Current);
        assert_eq!(world.install().unwrap().steps.len(), 1);
        assert_eq!(world.guard(Event::PreCommit).state, State::Current);
    }
    fs::write(&path, &old).unwrap();
    world.uninstall().unwrap();
    assert!(!path.exists());
}

/// Whatever its first lines say, a file that none of our versions wrote is somebody's.
#[test]
fn what_only_says_that_it_is_ours_is_kept() {
    let old = include_str!("../../hooks/older/shim-1").replace("@HOOK@", "/bin/hook");
    let mut texts = vec![old.replace("exit 1\n", "exit 0\n"), old.replace("shim 1 ", "shim 2 ")];
    for number in [0, 1, 2, 99] {
        texts.push(format!("#!/bin/sh\n# freeze-guard shim {number} pre-commit\nhook='/bin/hook'\nexit 0\n"));
    }
    for text in texts {
        let world = World::new();
        script(&world.hook("pre-commit"), &text);
        assert_eq!(world.guard(Event::PreCommit).state, State::Edited, "{text}");
        let before = world.picture();
        let error = world.install().unwrap_err();
        assert!(matches!(error, WiringError::Edited { .. }), "{error}");
        let done = world.uninstall().unwrap();
        assert!(done.steps.is_empty() && done.left.len() == 1, "{done:?}");
        assert_eq!(world.picture(), before);
    }
}

#[test]
fn a_damaged_shim_is_reported_and_repaired() {
    let world = World::new();
    world.install().unwrap();
    let intact = world.picture();
    set_mode(&world.hook("pre-commit"), 0o644);
    let text = fs::read_to_string(world.hook("pre-push")).unwrap();
    fs::write(world.hook("pre-push"), text.replace('\n', "\r\n")).unwrap();
    fs::remove_file(world.hook("pre-applypatch")).unwrap();

    let why = |event| match world.guard(event).state {
        State::Unreachable { why } => why,
        other => panic!("{other:?}"),
    };
    assert!(why(Event::PreCommit).contains("not executable"));
    assert!(why(Event::PrePush).contains("line endings"));
    assert_eq!(world.guard(Event::PreApplypatch).state, State::Absent);
    assert!(world.guards().iter().filter(|guard| guard.state.is_as_written()).count() == 1);
    world.install().unwrap();
    assert_eq!(world.picture(), intact);
}

#[test]
fn an_edited_shim_is_neither_overwritten_nor_removed() {
    let world = World::new();
    world.install().unwrap();
    let path = world.hook("pre-commit");
    let mut text = fs::read_to_string(&path).unwrap();
    text.push_str("# mine\n");
    fs::write(&path, &text).unwrap();
    assert_eq!(world.guard(Event::PreCommit).state, State::Edited);

    let error = world.install().unwrap_err();
    assert!(matches!(&error, WiringError::Edited { hook } if *hook == path), "{error}");
    assert!(error.help().contains(&format!("mv {} ", path.display())), "{}", error.help());
    let done = world.uninstall().unwrap();
    assert_eq!(done.steps.len(), 3);
    assert!(done.left[0].contains("was edited"), "{:?}", done.left);
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_missing_hooks_directory_is_made() {
    let world = World::new();
    fs::remove_dir_all(world.hooks()).unwrap();
    assert!(world.guards().iter().all(|guard| guard.state == State::Absent));
    assert!(wiring::plan_uninstall(&world.site()).unwrap().is_empty());
    world.install().unwrap();
    assert!(world.guards().iter().all(|guard| guard.state == State::Current));
}

#[test]
fn a_file_or_directory_in_the_way_is_named() {
    let world = World::new();
    fs::create_dir(world.hook("pre-push")).unwrap();
    let before = world.picture();
    assert!(matches!(world.guard(Event::PrePush).state, State::Unreachable { .. }));
    let error = world.install().unwrap_err();
    assert!(matches!(error, WiringError::NotAFile { .. }), "{error}");
    assert_eq!(world.picture(), before);

    fs::remove_dir_all(world.hooks()).unwrap();
    fs::write(world.hooks(), "").unwrap();
    let error = world.install().unwrap_err();
    assert!(matches!(error, WiringError::NotADirectory { .. }), "{error}");
    assert!(error.help().contains("mv "));
}

#[test]
fn a_relative_program_is_refused() {
    let world = World::new();
    let error = wiring::plan_install(&world.site(), Path::new("hook")).unwrap_err();
    assert!(matches!(error, WiringError::Relative { .. }), "{error}");
}

#[test]
fn a_failing_install_is_undone() {
    let world = World::new();
    script(&world.hook("pre-commit"), "#!/bin/sh\necho theirs >&2\n");
    let older = World::new();
    wiring::apply(wiring::plan_install(&world.site(), &older.binary).unwrap()).unwrap();
    script(&world.hook("pre-merge-commit"), "#!/bin/sh\necho theirs, too >&2\n");
    fs::remove_file(world.hook("pre-push")).unwrap();
    let plan = wiring::plan_install(&world.site(), &world.binary).unwrap();
    assert_eq!(plan.steps().len(), 5, "{plan}");

    // After the plan was made, so that the fourth step of five fails.
    fs::create_dir(world.hook("pre-push")).unwrap();
    let before = world.picture();
    let error = wiring::apply(plan).unwrap_err();
    assert!(matches!(error, WiringError::Io { .. }), "{error}");
    assert_eq!(world.picture(), before);
}

#[test]
fn a_failing_uninstall_is_undone() {
    let world = World::new();
    script(&world.hook("pre-commit"), "#!/bin/sh\necho theirs >&2\n");
    world.install().unwrap();
    let plan = wiring::plan_uninstall(&world.site()).unwrap();
    script(&world.hook("pre-applypatch"), "#!/bin/sh\necho somebody was faster >&2\n");
    let before = world.picture();
    assert!(wiring::apply(plan).is_err());
    assert_eq!(world.picture(), before);
}

#[test]
fn a_hook_that_appears_after_the_plan_survives() {
    let world = World::new();
    let plan = wiring::plan_install(&world.site(), &world.binary).unwrap();
    script(&world.hook("pre-applypatch"), "#!/bin/sh\n");
    let before = world.picture();
    assert!(wiring::apply(plan).is_err());
    assert_eq!(world.picture(), before);
}

#[test]
fn a_strangers_file_of_a_similar_name_is_not_swept() {
    let world = World::new();
    for (name, text) in [
        ("pre-commit.hook-new-abc", "my notes"),
        ("pre-commit.hook-new-aB3xYz", "#!/bin/sh\necho mine\n"),
        ("pre-commit.hook-new-x", ""),
        ("freeze-guard.record.hook-new-aB3xYz", "mine"),
    ] {
        fs::write(world.hook(name), text).unwrap();
    }
    let before = world.picture();
    world.install().unwrap();
    world.uninstall().unwrap();
    assert_eq!(world.picture(), before);
}

#[test]
fn a_shared_repository_shares_its_shims() {
    let world = World::new();
    world.ok(&["config", "core.sharedRepository", "group"]);
    fs::remove_dir_all(world.hooks()).unwrap();
    let line = again("install::as_installer");
    let mut sh = Command::new("sh");
    sh.args(["-c", "umask 077; exec \"$@\"", "sh"]).args(&line);
    sh.env("WIRING_REPO", &world.repo).env("WIRING_BINARY", &world.binary).env("HOME", &world.home);
    let output = sh.output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(mode(&world.hook("pre-commit")), 0o770);
    assert_eq!(mode(&world.hooks()), 0o2770);
    assert_eq!(mode(&world.hook("freeze-guard.record")), 0o660);
    assert_eq!(picture(&world.hooks()).len(), 5);
}

/// Not a test: the process that `a_shared_repository_shares_its_shims` starts with a umask of its own.
#[test]
fn as_installer() {
    let Some(repo) = std::env::var_os("WIRING_REPO") else { return };
    let binary = std::env::var_os("WIRING_BINARY").unwrap();
    let world = World::new();
    let site = world.site_in(Path::new(&repo));
    wiring::apply(wiring::plan_install(&site, Path::new(&binary)).unwrap()).unwrap();
}
