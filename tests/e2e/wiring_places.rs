//! Clones whose hooks lie elsewhere: every value of `core.hooksPath`, linked directories and work trees, submodules, bare
//! clones and templates. Install works or refuses with the fix; nothing claims what git does not run.

use std::fs;
use std::os::unix::fs::symlink;

use crate::run::script;
use crate::wiring::listing;
use crate::wiring_rows::{install_refuses, judges, obey, parent, seeded};
use crate::world::{BINARY, NEW, R, World};

/// Rows "hooksPath `''`" and "`.`", scenario 55: refused, and the fix is one that works.
#[test]
fn s55_values_with_which_git_runs_nothing() {
    for value in ["", "."] {
        let world = World::new();
        let repo = seeded(&world);
        repo.git(&["config", "core.hooksPath", value]).passes();
        let run = install_refuses(&repo, "--unset-all core.hooksPath");
        obey(&repo, &run.stderr_text(), "git config");
        repo.hook(&["install"]).passes();
        judges(&repo);
    }
}

/// Row "hooksPath global": refused, the shared directory untouched; this clone alone may get its own.
#[test]
fn s55_a_global_hooks_path() {
    let world = World::new();
    let repo = seeded(&world);
    let shared = world.path("shared hooks");
    script(&shared.join("pre-commit"), "#!/bin/sh\necho shared >&2\n");
    repo.git(&["config", "--global", "core.hooksPath", shared.to_str().unwrap()]).passes();
    let run = install_refuses(&repo, "your global configuration");
    assert_eq!(fs::read_dir(&shared).unwrap().count(), 1);
    repo.hook(&["install", "--hooks-path"]).exits(2);
    assert_eq!(fs::read_dir(&shared).unwrap().count(), 1);
    obey(&repo, &run.stderr_text(), "git config core.hooksPath");
    repo.hook(&["install"]).passes();
    judges(&repo);
}

/// Row "hooksPath local", husky: its directory is filled anew each time, so the line goes to the file that people edit.
#[test]
fn s55_huskys_directory() {
    let world = World::new();
    let repo = seeded(&world);
    fs::create_dir_all(repo.path(".husky/_")).unwrap();
    script(&repo.path(".husky/_/pre-commit"), "#!/usr/bin/env sh\n. \"${0%/*}/h\"\n");
    repo.git(&["config", "core.hooksPath", ".husky/_"]).passes();
    let run = install_refuses(&repo, "/.husky/$event").never_says("--hooks-path");
    repo.hook(&["install", "--hooks-path"]).exits(2);
    assert_eq!(fs::read_dir(repo.path(".husky/_")).unwrap().count(), 1);
    // husky's own way to run what people wrote.
    repo.write(".husky/_/h", "exec sh -e \"${0%/_/*}/${0##*/}\" \"$@\"\n");
    obey(&repo, &run.stderr_text(), "for event in");
    let path = format!("{}:{}", parent(BINARY), world.search_path().into_string().unwrap());
    repo.stage(R, NEW);
    repo.git_env(&[("PATH", &path)], &["commit", "-q", "-m", "manifest"]).refused().error("lock-drift");
    repo.hook(&["status"]).exits(1).says("whether it calls `hook run` is not known");
}

/// Row "hooksPath local", a directory of the user's own: written to when asked, and again without asking.
#[test]
fn s55_a_tracked_directory_of_ones_own() {
    let world = World::new();
    let repo = seeded(&world);
    script(&repo.path(".githooks/pre-commit"), "#!/bin/sh\necho tracked >&2\n");
    repo.git(&["config", "core.hooksPath", ".githooks"]).passes();
    let run = install_refuses(&repo, "hook install --hooks-path");
    assert_eq!(fs::read_dir(repo.path(".githooks")).unwrap().count(), 1);
    obey(&repo, &run.stderr_text(), "hook install");
    repo.stage_code("two");
    repo.commit("both run").passes().says("tracked");
    judges(&repo);
    repo.hook(&["install"]).passes().says("nothing to do");
    repo.hook(&["uninstall"]).passes();
    assert_eq!(fs::read_to_string(repo.path(".githooks/pre-commit")).unwrap(), "#!/bin/sh\necho tracked >&2\n");
    assert_eq!(fs::read_dir(repo.path(".githooks")).unwrap().count(), 1);
}

/// Row "relative hooksPath + linked worktree": the tree where git finds nothing is named.
#[test]
fn s55_a_relative_path_and_a_linked_worktree() {
    let world = World::new();
    let repo = seeded(&world);
    repo.git(&["worktree", "add", "-q", "-b", "linked", "../linked tree"]).passes();
    repo.hook(&["install"]).passes();
    repo.hook(&["status"]).passes().never_says("linked worktree");
    repo.git(&["config", "core.hooksPath", ".git/hooks"]).passes();
    let run = repo.hook(&["status"]).exits(1).says("linked tree is not covered").says("core.hooksPath");
    drop(run);
    let json = repo.hook(&["status", "--format", "json"]).exits(1).json();
    assert_eq!(json["worktrees"][0]["in_force"], false, "{json:#}");
    assert_eq!(json["in_force"], false, "{json:#}");
    assert!(json["guards"].as_array().unwrap().iter().all(|guard| guard["in_force"] == true), "{json:#}");
    repo.hook(&["install"]).passes().says("linked worktrees");
}

/// Row "worktree scope": what one tree sets counts there only.
#[test]
fn s55_a_worktrees_own_setting() {
    let world = World::new();
    let repo = seeded(&world);
    repo.git(&["worktree", "add", "-q", "../linked"]).passes();
    repo.hook(&["install"]).passes();
    repo.git(&["config", "extensions.worktreeConfig", "true"]).passes();
    let linked = world.at("linked");
    linked.git(&["config", "--worktree", "core.hooksPath", "/dev/null"]).passes();
    install_refuses(&linked, "--worktree --unset-all core.hooksPath");
    repo.hook(&["status"]).exits(1).says("linked is not covered");
    linked.git(&["config", "--worktree", "--unset-all", "core.hooksPath"]).passes();
    repo.hook(&["status"]).passes();
    linked.hook(&["status"]).passes();
}

/// Row "hooks dir is itself a symlink": written through only where it stays inside.
#[test]
fn a_hooks_directory_that_is_a_link() {
    let world = World::new();
    let repo = seeded(&world);
    let outside = world.path("outside");
    fs::create_dir(&outside).unwrap();
    fs::remove_dir_all(repo.path(".git/hooks")).unwrap();
    symlink(&outside, repo.path(".git/hooks")).unwrap();
    let run = install_refuses(&repo, "the hooks directory is a link");
    drop(run);
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
    fs::remove_file(repo.path(".git/hooks")).unwrap();
    repo.hook(&["install"]).passes();
    judges(&repo);
}

/// Row "init.templateDir": hooks that came from it are hooks of others; ours can be put there, too.
#[test]
fn a_template_directory() {
    let world = World::new();
    let template = world.path("template");
    script(&template.join("hooks/pre-commit"), "#!/bin/sh\necho from the template >&2\n");
    let with = format!("--template={}", template.display());
    let repo = world.repo_with("project", &[&with]);
    repo.seed();
    repo.hook(&["install"]).passes();
    repo.stage_code("two");
    repo.commit("two").passes().says("from the template");
    judges(&repo);
    // Ours put there wires every new clone, and runs what the template had.
    let dir = template.to_str().unwrap();
    let before = listing(&template.join("hooks"), false);
    world.at("home").hook(&["install", "--template", dir, "--dry-run"]).passes().says("would rename");
    assert_eq!(listing(&template.join("hooks"), false), before);
    let text = world.at("home").hook(&["install", "--template", dir]).passes().stdout_text();
    obey(&repo, &text, "git config --global init.templateDir");
    let other = world.repo("other");
    other.seed();
    judges(&other);
    other.stage_code("two");
    other.commit("two").passes().says("from the template");
    other.hook(&["install"]).passes().says("nothing to do");
    world.at("home").hook(&["uninstall", "--template", dir]).passes();
    assert_eq!(listing(&template.join("hooks"), false), before);
}

/// Scenario 47: hooks of the superproject do not cover its submodules, and status says so.
#[test]
fn s47_a_submodule_is_reported() {
    let world = World::new();
    let part = world.repo("part");
    part.seed();
    let repo = seeded(&world);
    repo.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../part", "vendor part"]).passes();
    repo.hook(&["install"]).passes();
    repo.hook(&["status"]).passes().says("submodule").says("vendor part is not covered");
    let json = repo.hook(&["status", "--format", "json"]).passes().json();
    assert_eq!(json["submodules"][0]["in_force"], false, "{json:#}");
    let text = repo.hook(&["status"]).passes().stdout_text();
    obey(&repo, &text, "hook -C");
    repo.hook(&["status"]).passes().never_says("not covered");
}

/// A bare clone has no commits to judge, and pushes to.
#[test]
fn a_bare_clone_and_its_worktree() {
    let world = World::new();
    let origin = world.repo_with("origin.git", &["--bare"]);
    let seed = seeded(&world);
    seed.git(&["push", "-q", "../origin.git", "main"]).passes();
    seed.git(&["clone", "-q", "--bare", "../origin.git", "../bare.git"]).passes();
    let bare = world.at("bare.git");
    bare.hook(&["install"]).passes().says("wrote the shim");
    bare.hook(&["status"]).passes();
    bare.git(&["worktree", "add", "-q", "../tree", "main"]).passes();
    let tree = world.at("tree");
    judges(&tree);
    bare.hook(&["status"]).passes();
    let before = origin.id("main");
    bare.git(&["push", "-q", "origin", "main:main"]).refused().error("guarded-push");
    assert_eq!(origin.id("main"), before);
    bare.hook(&["uninstall"]).passes();
    bare.hook(&["status"]).exits(1);
}

/// Rows "hooksPath = default dir" and "install from a linked worktree": the one directory that all trees share.
#[test]
fn s55_the_default_directory_by_other_names() {
    for relative in [false, true] {
        let world = World::new();
        let repo = seeded(&world);
        repo.git(&["worktree", "add", "-q", "-b", "linked", "../linked"]).passes();
        let value = if relative { ".git/hooks".into() } else { repo.path(".git/hooks") };
        repo.git(&["config", "core.hooksPath", value.to_str().unwrap()]).passes();
        let linked = world.at("linked");
        if relative {
            // There is no such directory there, and nothing may claim that there were.
            linked.hook(&["install"]).exits(2).says("core.hooksPath");
            linked.hook(&["status"]).exits(1);
            continue;
        }
        linked.hook(&["install"]).passes();
        assert!(repo.path(".git/hooks/pre-commit").is_file());
        judges(&linked);
        repo.hook(&["status"]).passes();
        repo.hook(&["install"]).passes().says("nothing to do");
    }
}

/// Row "hooks dir is itself a symlink": what is wired through the link is taken out again, once.
#[test]
fn s50_through_a_link_inside_and_out_again() {
    let world = World::new();
    let repo = world.repo("linked hooks");
    std::fs::remove_dir_all(repo.path(".git/hooks")).unwrap();
    std::fs::create_dir(repo.path(".git/kept")).unwrap();
    symlink("kept", repo.path(".git/hooks")).unwrap();
    repo.hook(&["install", "--via", "file"]).passes();
    assert!(repo.path(".git/kept/pre-commit").is_file());
    repo.hook(&["uninstall"]).passes();
    assert_eq!(std::fs::read_dir(repo.path(".git/kept")).unwrap().count(), 0);
    repo.hook(&["uninstall"]).passes();
}
