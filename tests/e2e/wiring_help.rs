//! Every command that install, uninstall and status propose mends what they propose it for: each is run as it stands.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;

use crate::run::{Run, script};
use crate::wiring_rows::{obey, seeded};
use crate::world::World;

/// A hooks directory that is a link out of the clone: the link is moved away, nothing behind it touched.
#[test]
fn a_link_out_of_the_clone() {
    for setting in [None, Some(".git/hooks/")] {
        let world = World::new();
        let repo = seeded(&world);
        let outside = world.path("outside");
        script(&outside.join("pre-commit"), "#!/bin/sh\n");
        fs::rename(repo.path(".git/hooks"), repo.path(".git/samples")).unwrap();
        symlink(&outside, repo.path(".git/hooks")).unwrap();
        if let Some(value) = setting {
            repo.git(&["config", "core.hooksPath", value]).passes();
        }
        let run = repo.hook(&["status"]).exits(1);
        let help = run.stdout_text();
        repo.hook(&["install"]).exits(2).says("is a link that leads out of this repository");
        obey(&repo, &help, "mv");
        repo.hook(&["install"]).passes();
        repo.hook(&["status"]).passes();
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
        assert!(repo.path(".git/hooks.aside").is_symlink());
    }
}

/// What one linked worktree sets for itself is mended there, from wherever status was asked.
#[test]
fn a_worktrees_own_setting() {
    for value in ["", ".", "/dev/null"] {
        let world = World::new();
        let repo = seeded(&world);
        repo.git(&["worktree", "add", "-q", "-b", "one", "../linked one"]).passes();
        repo.hook(&["install"]).passes();
        repo.git(&["config", "extensions.worktreeConfig", "true"]).passes();
        let linked = world.at("linked one");
        linked.git(&["config", "--worktree", "core.hooksPath", value]).passes();
        let text = repo.hook(&["status"]).exits(1).says("linked one is not covered").stdout_text();
        obey(&repo, &text, "git -C");
        repo.hook(&["status"]).passes();
        linked.hook(&["status"]).passes();
    }
}

/// `.git/hooks` leads nowhere in a linked worktree.
#[test]
fn a_relative_path_into_the_git_directory() {
    let world = World::new();
    let repo = seeded(&world);
    repo.git(&["worktree", "add", "-q", "../linked"]).passes();
    repo.hook(&["install"]).passes();
    repo.git(&["config", "core.hooksPath", ".git/hooks"]).passes();
    let text = repo.hook(&["status"]).exits(1).says("linked is not covered").stdout_text();
    obey(&repo, &text, "git -C");
    repo.hook(&["status"]).passes();
    world.at("linked").hook(&["status"]).passes();
}

/// A value that is no value, with which git fails at everything.
#[test]
fn a_hooks_path_without_a_value() {
    for global in [false, true] {
        for world in [Some(World::new()), World::with_new_git("core.hooksPath without a value")].into_iter().flatten() {
            let repo = seeded(&world);
            let file = if global { world.path("home/.gitconfig") } else { repo.path(".git/config") };
            let before = fs::read_to_string(&file).unwrap();
            fs::write(&file, format!("{before}[core]\n\thooksPath\n")).unwrap();
            for verb in ["status", "install"] {
                let run = repo.hook(&[verb]).exits(2).says("core.hooksPath has no value");
                if verb == "install" {
                    obey(&repo, &run.stderr_text(), "GIT_CONFIG_GLOBAL");
                }
            }
            repo.hook(&["install"]).passes();
            repo.hook(&["status"]).passes();
        }
    }
}

/// A value in a file that the clone includes is taken out of that file.
#[test]
fn a_hooks_path_in_an_included_file() {
    let world = World::new();
    let repo = seeded(&world);
    repo.write("team.config", "[core]\n\thooksPath = \"\"\n");
    repo.git(&["config", "include.path", "../team.config"]).passes();
    let run = repo.hook(&["install"]).exits(2).says("core.hooksPath is empty");
    obey(&repo, &run.stderr_text(), "git config");
    repo.hook(&["install"]).passes();
    repo.hook(&["status"]).passes();
}

/// Where there is no directory, no line can be added to what is in it.
#[test]
fn a_hooks_path_to_no_directory() {
    for (value, commands) in [
        ("/nowhere/at all", &["git config"][..]),
        ("requirements.txt", &["git config"]),
        (".githooks", &["git config", "hook install"]),
    ] {
        for command in commands {
            let world = World::new();
            let repo = seeded(&world);
            repo.git(&["config", "core.hooksPath", value]).passes();
            let run = repo.hook(&["install"]).exits(2).never_says("add the line");
            obey(&repo, &run.stderr_text(), command);
            repo.hook(&["install"]).passes();
            repo.hook(&["status"]).passes();
        }
    }
}

/// Set for one command only: the clone itself is fine.
#[test]
fn a_hooks_path_for_one_command() {
    let world = World::new();
    let repo = seeded(&world);
    let env = [("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "core.hooksPath"), ("GIT_CONFIG_VALUE_0", "")];
    let text = repo.hook_env(&env, &["install"]).exits(2).says("for now only").stderr_text();
    let command = text.split('`').skip(1).step_by(2).find(|word| word.starts_with("env")).unwrap().to_owned();
    let path =
        format!("{}:{}", crate::wiring_rows::parent(crate::world::BINARY), world.search_path().into_string().unwrap());
    let mut sh = world.command("sh", &repo.top);
    Run::of(sh.envs(env).env("PATH", path).args(["-c", &command]), b"").passes();
    repo.hook(&["status"]).passes();
}

/// Paths with a newline, an escape and bytes that are no text stand in commands so that a shell reads the same bytes.
#[test]
fn paths_that_are_no_text() {
    let world = World::new();
    let name = OsStr::from_bytes(b"a 'b\n\x1b[31m $x %s \\ \xff");
    let repo = world.repo(name);
    repo.seed();
    repo.hook(&["install"]).passes();
    let shim = repo.path(".git/hooks/pre-commit");
    let edited = fs::read_to_string(&shim).unwrap() + "echo mine\n";
    fs::write(&shim, edited).unwrap();
    let run = repo.hook(&["install"]).exits(2);
    assert!(!run.stderr.contains(&0x1b) && run.stderr.is_ascii(), "{run}");
    obey(&repo, &run.stderr_text(), "mv");
    repo.hook(&["install"]).passes();
    fs::write(&shim, "#!/bin/sh\n# freeze-guard shim 1 pre-commit\n").unwrap();
    let run = repo.hook(&["uninstall"]).exits(1);
    obey(&repo, &run.stdout_text(), "rm");
    assert!(!shim.exists());
    repo.hook(&["install"]).passes();
    fs::remove_file(&shim).unwrap();
    let run = repo.hook(&["status", "--all"]).exits(1);
    let path =
        format!("{}:{}", crate::wiring_rows::parent(crate::world::BINARY), world.search_path().into_string().unwrap());
    let command = run.stdout_text().split('`').nth(1).unwrap().to_owned();
    Run::of(world.command("sh", &world.path("home")).env("PATH", path).args(["-c", &command]), b"")
        .exits(1)
        .says("absent");
}

/// No git at all: that is said, and nothing about clones.
#[test]
fn no_git_on_the_search_path() {
    let world = World::new();
    let repo = seeded(&world);
    repo.hook(&["install"]).passes();
    for verb in ["status", "install", "uninstall"] {
        let empty = world.path("empty");
        fs::create_dir_all(&empty).unwrap();
        let run = repo.hook_env(&[("PATH", empty.to_str().unwrap())], &[verb]).could_not_judge();
        run.says("no `git` in the directories of PATH").says("install git").never_says("hook -C DIR");
    }
}

/// A directory where a chained hook would be is nobody's hook.
#[test]
fn a_directory_of_a_chained_hooks_name() {
    for foreign in [false, true] {
        let world = World::new();
        let repo = seeded(&world);
        let hooks = repo.path(".git/hooks");
        fs::create_dir(hooks.join("pre-commit.hook-chained")).unwrap();
        if foreign {
            script(&hooks.join("pre-commit"), "#!/bin/sh\necho theirs >&2\n");
        }
        repo.hook(&["install", "--via", "file"]).passes();
        repo.hook(&["status"]).passes();
        repo.stage_code("two");
        assert_eq!(repo.commit("two").passes().stderr_text().contains("theirs"), foreign);
        repo.hook(&["uninstall"]).passes();
        assert!(hooks.join("pre-commit.hook-chained").is_dir());
        assert_eq!(hooks.join("pre-commit").exists(), foreign);
        // One that came later.
        fs::remove_dir(hooks.join("pre-commit.hook-chained")).unwrap();
        repo.hook(&["install", "--via", "file"]).passes();
        if !foreign {
            fs::create_dir(hooks.join("pre-commit.hook-chained")).unwrap();
            repo.hook(&["install", "--via", "file"]).passes();
            repo.hook(&["uninstall"]).passes();
            assert!(hooks.join("pre-commit.hook-chained").is_dir() && !hooks.join("pre-commit").exists());
        }
    }
}

/// A chained hook without its shim: either of the two commands makes room.
#[test]
fn a_stray_chained_hook() {
    for at in [0, 1] {
        let world = World::new();
        let repo = seeded(&world);
        script(&repo.path(".git/hooks/pre-commit.hook-chained"), "#!/bin/sh\necho stray >&2\n");
        let text = repo.hook(&["install"]).exits(2).stderr_text();
        let commands: Vec<_> = text.split('`').skip(1).step_by(2).filter(|word| word.starts_with("mv")).collect();
        Run::of(world.command("sh", &repo.top).args(["-c", commands[at]]), b"").passes();
        repo.hook(&["install", "--via", "file"]).passes();
        repo.hook(&["status"]).passes();
        repo.stage_code("two");
        assert_eq!(repo.commit("two").passes().stderr_text().contains("stray"), at == 0);
    }
}
