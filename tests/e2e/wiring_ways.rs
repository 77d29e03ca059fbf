//! The way a clone is wired stays the one that somebody chose, and hooks of our name that stand elsewhere than in the
//! clone's own configuration are told of, with the command that takes them away.

use std::fs;

use crate::run::script;
use crate::wiring_rows::obey;
use crate::world::{Repo, World};

fn config(repo: &Repo<'_>) -> String {
    fs::read_to_string(repo.path(".git/config")).unwrap()
}

/// `--via config` once, and `install`, `install --all` keep it, whatever older git the machine has besides.
#[test]
fn an_explicit_configuration_is_kept() {
    let Some(world) = World::with_new_git("a clone wired by the configuration") else { return };
    let repo = world.repo("project");
    repo.seed();
    repo.hook(&["install", "--via", "config"]).passes();
    let before = config(&repo);
    repo.hook(&["install"]).passes().says("nothing to do");
    repo.hook(&["install", "--all"]).passes().says("was in place");
    assert_eq!(config(&repo), before);
    assert!(!repo.path(".git/hooks/pre-commit").exists());
    // The same for the other way.
    repo.hook(&["install", "--via", "file"]).passes();
    script(&repo.path(".git/hooks/pre-push"), "#!/bin/sh\n");
    repo.hook(&["install", "--all"]).passes().says("wired anew");
    assert!(!config(&repo).contains("hook-pre-push"));
    repo.hook(&["status"]).passes();
}

/// A directory in the work tree that was asked for is written to again by `--all`.
#[test]
fn an_explicit_directory_is_kept() {
    let world = World::new();
    let repo = world.repo("project");
    repo.seed();
    repo.git(&["config", "core.hooksPath", ".githooks"]).passes();
    repo.hook(&["install", "--hooks-path"]).passes();
    fs::remove_file(repo.path(".githooks/pre-push")).unwrap();
    repo.hook(&["install", "--all"]).passes().says("wired anew");
    assert!(repo.path(".githooks/pre-push").is_file());
    repo.hook(&["status", "--all"]).passes();
}

/// The same in a submodule, whose git directory lies elsewhere.
#[test]
fn an_explicit_directory_of_a_submodule_is_kept() {
    let world = World::new();
    let part = world.repo("part");
    part.seed();
    let repo = world.repo("project");
    repo.seed();
    repo.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../part", "part"]).passes();
    let part = world.at("project/part");
    part.git(&["config", "core.hooksPath", ".githooks"]).passes();
    part.hook(&["install", "--hooks-path"]).passes();
    repo.hook(&["status", "--all"]).passes().says("in force");
    fs::remove_file(part.path(".githooks/pre-push")).unwrap();
    repo.hook(&["install", "--all"]).passes().says("wired anew");
    part.hook(&["status"]).passes();
}

/// And where the git directory lies apart, and does not know its work tree.
#[test]
fn an_explicit_directory_of_a_clone_in_two_places_is_kept() {
    let world = World::new();
    let repo = world.repo_with("project", &["--separate-git-dir", "../apart.git"]);
    repo.seed();
    repo.git(&["config", "core.hooksPath", ".githooks"]).passes();
    repo.hook(&["install", "--hooks-path"]).passes();
    repo.hook(&["status", "--all"]).passes().says("project/.git: in force").never_says("apart");
    fs::remove_file(repo.path(".githooks/pre-push")).unwrap();
    world.at("home").hook(&["install", "--all"]).passes().says("wired anew");
    repo.hook(&["status"]).passes();
    repo.hook(&["uninstall"]).passes();
    repo.hook(&["status", "--all"]).passes().says("no clone");
}

/// Our sections in a file that the clone includes, perhaps with others: not ours to take out, and said so.
#[test]
fn sections_in_an_included_file() {
    let Some(world) = World::with_new_git("our hooks in an included file") else { return };
    let repo = world.repo("project");
    repo.seed();
    let plain = config(&repo);
    repo.hook(&["install", "--via", "config"]).passes();
    let ours = config(&repo).strip_prefix(&plain).unwrap().to_owned();
    fs::write(repo.path("my hooks"), ours).unwrap();
    fs::write(repo.path(".git/config"), format!("{plain}[include]\n\tpath = \"../my hooks\"\n")).unwrap();
    repo.hook(&["status"]).passes().says("config");
    repo.hook(&["install"]).passes().says("nothing to do");
    let run = repo.hook(&["install", "--via", "file"]).exits(1).says("my hooks").says("so it stays");
    drop(run);
    repo.hook(&["status"]).says("both");
    let run = repo.hook(&["uninstall"]).exits(1).says("my hooks").never_says("took our hooks out");
    let text = run.all();
    for line in text.lines().filter(|line| line.contains("so it stays")) {
        obey(&repo, line, "git config --file");
    }
    repo.hook(&["uninstall"]).passes().says("nothing to do");
    repo.hook(&["status"]).exits(1).says("absent");
}

/// However the header is spelled, what git reads as ours is found, and everything else stays.
#[test]
fn sections_in_another_spelling() {
    let Some(world) = World::with_new_git("our hooks under other headers") else { return };
    for header in ["[HOOK \"hook-pre-push\"]", "[hook.hook-pre-push] # mine", "[core] [hook  \"hook\\-pre-push\"]"] {
        let repo = world.repo(header.len().to_string());
        repo.seed();
        let plain = config(&repo);
        repo.hook(&["install", "--via", "config"]).passes();
        let spelled = config(&repo).replace("[hook \"hook-pre-push\"]", header);
        fs::write(repo.path(".git/config"), spelled).unwrap();
        repo.hook(&["status"]).passes().says("config");
        repo.hook(&["install", "--via", "config"]).passes().says("nothing to do");
        repo.hook(&["uninstall"]).passes().says("took our hooks out");
        let left = config(&repo);
        assert!(left.starts_with(&plain) && !left.contains("pre-push"), "{left}");
        repo.git(&["config", "--list"]).passes().never_says("hook-pre");
        repo.hook(&["uninstall"]).passes().says("nothing to do");
    }
}

/// A section of ours that somebody changed, under any spelling: the command that is named takes it away.
#[test]
fn an_edited_section_has_a_remedy() {
    let Some(world) = World::with_new_git("an edited section") else { return };
    let repo = world.repo("project");
    repo.seed();
    repo.hook(&["install", "--via", "config"]).passes();
    let spelled = config(&repo).replace("[hook \"hook-pre-push\"]", "[HOOK \"hook-pre-push\"]");
    fs::write(repo.path(".git/config"), spelled).unwrap();
    repo.git(&["config", "hook.hook-pre-push.command", "true"]).passes();
    let run = repo.hook(&["install"]).exits(2).says("not as we write it");
    obey(&repo, &run.stderr_text(), "git config");
    repo.hook(&["install"]).passes();
    repo.hook(&["status"]).passes();
}

/// A hook with an event and no command, or of an event's name, makes git fail; the command that mends that is named.
#[test]
fn a_hook_that_git_cannot_bear() {
    let Some(world) = World::with_new_git("a hook in the configuration that git cannot bear") else { return };
    type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str);
    let cases: [Case; 4] = [
        ("--local", &[("it's mine.event", "pre-commit")], "has an event and no command"),
        ("--global", &[("other.event", "post-rewrite")], "has an event and no command"),
        ("--local", &[("empty.event", "pre-push"), ("empty.command", "")], "has an event and no command"),
        ("--local", &[("pre-push.command", "true"), ("pre-push.event", "pre-push")], "bears the name of one"),
    ];
    for (scope, keys, says) in cases {
        let repo = world.repo(format!("project {scope} {}", keys[0].0));
        repo.seed();
        repo.hook(&["install"]).passes();
        repo.stage_code("two");
        for (key, value) in keys {
            repo.git(&["config", scope, &format!("hook.{key}"), value]).passes();
        }
        let run = repo.hook(&["status"]).exits(1).says(says);
        repo.hook(&["install"]).exits(2).says(says);
        obey(&repo, &run.stdout_text(), "git config");
        repo.hook(&["install"]).passes();
        repo.hook(&["status"]).passes();
        repo.commit("works").passes();
    }
}

/// A switch that stops our hook is named, and the command that mends it does.
#[test]
fn a_hook_that_is_switched_off() {
    let Some(world) = World::with_new_git("a hook in the configuration that is switched off") else { return };
    let repo = world.repo("project");
    repo.seed();
    repo.hook(&["install", "--via", "config"]).passes();
    for (scope, key) in [("--local", "hook-pre-push"), ("--global", "pre-commit"), ("--global", "hook-pre-commit")] {
        repo.git(&["config", scope, &format!("hook.{key}.enabled"), "false"]).passes();
        let run = repo.hook(&["status"]).exits(1).says(&format!("hook.{key}.enabled is false"));
        repo.hook(&["install"]).exits(2).says(&format!("hook.{key}.enabled is false"));
        obey(&repo, &run.stdout_text(), "git config");
        repo.hook(&["install"]).passes().says("nothing to do");
        repo.hook(&["status"]).passes();
    }
}

/// A configuration without a newline at its end gets it back without one.
#[test]
fn a_configuration_is_restored_to_the_byte() {
    let Some(world) = World::with_new_git("a configuration without a newline at its end") else { return };
    let repo = world.repo("project");
    repo.seed();
    let before = config(&repo).trim_end().to_owned();
    fs::write(repo.path(".git/config"), &before).unwrap();
    repo.hook(&["install", "--via", "config"]).passes();
    repo.hook(&["install", "--via", "file"]).passes();
    repo.hook(&["install", "--via", "config"]).passes();
    repo.hook(&["status"]).passes();
    repo.hook(&["uninstall"]).passes();
    assert_eq!(config(&repo), before);
}
