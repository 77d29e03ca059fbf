//! What `hook status` says is in force has been established: the file is ours to the byte, its program is Freeze Guard,
//! and git reaches it. What only says so is neither believed nor overwritten.

use std::fs;
use std::path::PathBuf;

use crate::layouts::copy_binary;
use crate::run::script;
use crate::world::{BINARY, NEW, R, Repo, Run, World};

fn shim(repo: &Repo<'_>) -> PathBuf {
    repo.path(".git/hooks/pre-commit")
}

/// Not in force here, and not in the list of all clones.
#[track_caller]
fn not_in_force(repo: &Repo<'_>, says: &str) {
    repo.hook(&["status"]).exits(1).says(says).says("not every guard is in force");
    let json = repo.hook(&["status", "--format", "json"]).exits(1).json();
    assert_eq!(json["guards"][0]["in_force"], false, "{json:#}");
    assert_eq!(json["guards"][1]["in_force"], true, "{json:#}");
    repo.hook(&["status", "--all"]).exits(1).says("not in force");
}

#[test]
fn a_file_that_only_says_it_is_ours() {
    let old = include_str!("../../hooks/older/shim-1").replace("@HOOK@", BINARY);
    let texts = [
        "#!/bin/sh\n# freeze-guard shim 1 pre-commit\nexit 0\n".to_owned(),
        "#!/bin/sh\n# freeze-guard shim 2 pre-commit\nhook='/bin/true'\nexit 0\n".to_owned(),
        "#!/bin/sh\n# freeze-guard shim 99 pre-commit\nexit 0\n".to_owned(),
        old.replace("exit 1\n", "exit 0\n"),
    ];
    for text in texts {
        let world = World::new();
        let repo = world.project();
        script(&shim(&repo), &text);
        not_in_force(&repo, "edited");
        let run = repo.hook(&["install"]).exits(2).says("would be overwritten");
        assert_eq!(fs::read_to_string(shim(&repo)).unwrap(), text);
        repo.hook(&["uninstall"]).exits(1).says("so it stays");
        assert_eq!(fs::read_to_string(shim(&repo)).unwrap(), text);
        crate::wiring_rows::obey(&repo, &run.stderr_text(), "mv");
        repo.hook(&["install"]).passes();
        repo.hook(&["status"]).passes();
    }
}

/// The text is ours, and what it runs is not.
#[test]
fn a_shim_whose_program_is_none_of_ours() {
    let world = World::new();
    let repo = world.project();
    let good = fs::read_to_string(shim(&repo)).unwrap();
    let empty = world.path("empty");
    script(&empty, "");
    let cases = [
        ("/bin/true", "is no Freeze Guard"),
        ("/nowhere/hook", "is gone"),
        ("/bin", "is none"),
        (empty.to_str().unwrap(), "is none"),
    ];
    for (program, says) in cases {
        script(&shim(&repo), good.replace(BINARY, program));
        not_in_force(&repo, says);
    }
    // Another copy of ours is fine, and said.
    let copy = world.path("copy/hook");
    fs::create_dir_all(copy.parent().unwrap()).unwrap();
    copy_binary(&copy);
    script(&shim(&repo), good.replace(BINARY, copy.to_str().unwrap()));
    repo.hook(&["status"]).passes().says("outdated").says("copy/hook");
    repo.hook(&["status", "--all"]).passes().says("in force");
    fs::remove_file(copy).unwrap();
    not_in_force(&repo, "is gone");
    repo.hook(&["install"]).passes();
    repo.hook(&["status"]).passes();
}

/// Shims of a version before, whole and with the line endings of another system.
#[test]
fn an_older_shim_is_known_by_its_text() {
    let world = World::new();
    let repo = world.project();
    let old = include_str!("../../hooks/older/shim-1").replace("@HOOK@", BINARY);
    script(&shim(&repo), &old);
    repo.hook(&["status"]).passes().says("outdated").says("version 1");
    script(&shim(&repo), old.replace('\n', "\r\n"));
    not_in_force(&repo, "line endings");
    repo.hook(&["install"]).passes().says("replaced the shim");
    repo.hook(&["status"]).passes().never_says("outdated");
}

/// A program that never answers does not hold status up for long.
#[test]
fn a_program_that_hangs() {
    let world = World::new();
    let repo = world.project();
    let slow = world.path("slow");
    script(&slow, "#!/bin/sh\nexec sleep 60\n");
    let good = fs::read_to_string(shim(&repo)).unwrap();
    script(&shim(&repo), good.replace(BINARY, slow.to_str().unwrap()));
    repo.hook(&["status"]).exits(1).says("does not end within");
}

/// Somebody's hook in the configuration runs beside ours, and is not run to find out about ours.
#[test]
fn a_configured_hook_beside_a_shim() {
    let Some(world) = World::with_new_git("a hook in the configuration beside a shim") else { return };
    let repo = world.project();
    repo.git(&["config", "hook.other.command", "touch ran"]).passes();
    repo.git(&["config", "hook.other.event", "pre-commit"]).passes();
    repo.hook(&["status"]).passes();
    assert!(!repo.path("ran").exists());
    let mut chmod = world.command("chmod", &repo.top);
    Run::of(chmod.args(["-x", shim(&repo).to_str().unwrap()]), b"").passes();
    not_in_force(&repo, "not executable");
    repo.hook(&["install"]).passes();
    repo.stage(R, NEW);
    repo.commit("manifest").refused().error("lock-drift");
}
