//! Hooks of others: every form a hook can have is kept, still runs where git ran it, and comes back as it was.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::symlink;

use freeze_guard::wiring::{self, ChainedName, Event, State, WiringError};

use crate::support::{World, mode, picture, script, set_mode};

/// Installs, checks that the hook `pre-push` went on under its new name, uninstalls, checks that all is as before.
fn there_and_back(world: &World) -> Vec<String> {
    let (hooks, tree) = (world.picture(), picture(&world.repo));
    let notes = world.install().unwrap().notes;
    let guard = world.guard(Event::PrePush);
    assert_eq!(guard.state, State::Current);
    assert_eq!(guard.chained, Some(world.hook("pre-push.hook-chained")));
    assert_eq!(world.picture()[&b"pre-push.hook-chained"[..]], hooks[&b"pre-push"[..]]);
    assert_eq!(picture(&world.repo), tree, "something outside the hooks directory changed");

    assert!(wiring::plan_install(&world.site(), &world.binary).unwrap().is_empty());
    world.uninstall().unwrap();
    assert_eq!(world.picture(), hooks);
    assert_eq!(picture(&world.repo), tree);
    notes
}

#[test]
fn an_executable_script_keeps_its_bytes_and_mode() {
    for bits in [0o755, 0o700, 0o4711] {
        let world = World::new();
        script(&world.hook("pre-push"), "#!/bin/sh\nexit 0\n");
        set_mode(&world.hook("pre-push"), bits);
        assert!(there_and_back(&world).is_empty());
        assert_eq!(mode(&world.hook("pre-push")), bits);
    }
}

#[test]
fn a_hook_that_is_not_executable_stays_so() {
    let world = World::new();
    fs::write(world.hook("pre-push"), "#!/bin/sh\nexit 1\n").unwrap();
    assert_eq!(world.guard(Event::PrePush).state, State::Foreign { executable: false });
    let notes = there_and_back(&world);
    assert!(notes[0].contains("git did not run it before"), "{notes:?}");
}

#[test]
fn binaries_and_other_encodings_are_only_bytes() {
    for content in [&b"\x7fELF\0\0\xff\xfe basename"[..], b"#!/bin/sh\n# gr\xfc\xdfe\n", b"", &[0xff; 200_000]] {
        let world = World::new();
        fs::write(world.hook("pre-push"), content).unwrap();
        set_mode(&world.hook("pre-push"), 0o755);
        assert_eq!(world.guard(Event::PrePush).state, State::Foreign { executable: true });
        assert!(there_and_back(&world).is_empty());
    }
}

#[test]
fn a_link_to_a_tracked_script_is_moved_itself() {
    let world = World::new();
    script(&world.repo.join("tracked.sh"), "#!/bin/sh\nexit 0\n");
    symlink("../../tracked.sh", world.hook("pre-push")).unwrap();
    there_and_back(&world);
}

#[test]
fn a_dangling_link_is_moved_and_its_target_not_made() {
    let world = World::new();
    symlink("../../nothing-there", world.hook("pre-push")).unwrap();
    there_and_back(&world);
    assert!(!world.repo.join("nothing-there").exists());
}

#[test]
fn a_link_to_a_shim_elsewhere_is_a_hook_like_any() {
    let (world, other) = (World::new(), World::new());
    other.install().unwrap();
    symlink(other.hook("pre-push"), world.hook("pre-push")).unwrap();
    assert_eq!(world.guard(Event::PrePush).state, State::Foreign { executable: true });
    let before = other.picture();
    world.install().unwrap();
    world.uninstall().unwrap();
    assert_eq!(other.picture(), before);
    assert!(fs::symlink_metadata(world.hook("pre-push")).unwrap().is_symlink());
}

#[test]
fn a_script_that_asks_for_its_name_is_mentioned() {
    let world = World::new();
    script(&world.hook("pre-push"), "#!/bin/sh\ncase $(basename \"$0\") in pre-push) exit 0 ;; esac\nexit 1\n");
    let notes = there_and_back(&world);
    assert!(notes.len() == 1 && notes[0].contains("mentions $0"), "{notes:?}");
}

/// Scenario 52.
#[test]
fn a_taken_name_is_never_overwritten() {
    let world = World::new();
    script(&world.hook("pre-push"), "#!/bin/sh\necho theirs >&2\n");
    script(&world.hook("pre-push.hook-chained"), "#!/bin/sh\necho stranger >&2\n");
    symlink("nowhere", world.hook("pre-push.hook-chained-2")).unwrap();
    let before = world.picture();
    let done = world.install().unwrap();
    assert!(done.notes[0].contains("nothing runs it"), "{:?}", done.notes);
    assert_eq!(world.guard(Event::PrePush).chained, Some(world.hook("pre-push.hook-chained-3")));
    assert_eq!(world.guard(Event::PrePush).state, State::Current);
    let after = world.picture();
    assert_eq!(after[&b"pre-push.hook-chained-3"[..]], before[&b"pre-push"[..]]);
    for name in ["pre-push.hook-chained", "pre-push.hook-chained-2"] {
        assert_eq!(after[name.as_bytes()], before[name.as_bytes()]);
    }
    assert!(wiring::plan_install(&world.site(), &world.binary).unwrap().is_empty());
    world.uninstall().unwrap();
    assert_eq!(world.picture(), before);
}

#[test]
fn where_every_name_is_taken_it_is_said() {
    let world = World::new();
    script(&world.hook("pre-push"), "#!/bin/sh\n");
    let mut name = Some(ChainedName::first(Event::PrePush));
    while let Some(this) = name {
        fs::write(world.hook(&this.to_string()), "").unwrap();
        name = this.next();
    }
    let before = world.picture();
    let error = world.install().unwrap_err();
    assert!(matches!(error, WiringError::ChainedTaken { .. }), "{error}");
    assert!(error.help().contains("`mv "), "{}", error.help());
    assert_eq!(world.picture(), before);
}

#[test]
fn a_taken_name_is_not_overwritten_when_it_appears_after_the_plan() {
    let world = World::new();
    script(&world.hook("pre-push"), "#!/bin/sh\n");
    let plan = wiring::plan_install(&world.site(), &world.binary).unwrap();
    symlink("dangling", world.hook("pre-push.hook-chained")).unwrap();
    let before = world.picture();
    assert!(matches!(wiring::apply(plan), Err(WiringError::ChainedTaken { .. })));
    assert_eq!(world.picture(), before);
}

#[test]
fn a_chained_hook_without_a_shim_is_nobodys_to_run() {
    let world = World::new();
    script(&world.hook("pre-push.hook-chained"), "#!/bin/sh\nexit 1\n");
    let before = world.picture();
    let error = world.install().unwrap_err();
    assert!(matches!(error, WiringError::Stray { .. }), "{error}");
    assert!(error.help().contains("mv "), "{}", error.help());
    let done = world.uninstall().unwrap();
    assert!(done.steps.is_empty() && done.notes[0].contains("stays"), "{done:?}");
    assert_eq!(world.picture(), before);
}

#[test]
fn the_plan_is_told_in_words() {
    let world = World::named(OsStr::new("re\tpo"), OsStr::new("bin"));
    script(&world.hook("pre-push"), "#!/bin/sh\n");
    let plan = wiring::plan_install(&world.site(), &world.binary).unwrap().to_string();
    let lines: Vec<_> = plan.lines().collect();
    assert_eq!(lines.len(), 5, "{plan}");
    assert!(lines[0].starts_with("write the record ") && lines[0].ends_with("/hooks/freeze-guard.record"), "{plan}");
    assert!(
        lines[1].starts_with("write the shim ") && lines[1].ends_with("re\\u{9}po/.git/hooks/pre-commit"),
        "{plan}"
    );
    assert!(lines[3].starts_with("rename ") && lines[3].contains("where it runs after our check"), "{plan}");
    assert!(wiring::plan_install(&world.site(), &world.binary).is_ok());
    assert!(!world.hook("pre-commit").exists(), "a plan writes nothing");
}
