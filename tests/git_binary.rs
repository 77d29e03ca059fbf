//! The git binary as a child: which one is found, what it is given, and how its failures read.
#![allow(clippy::unwrap_used, reason = "a test ends where its world is broken")]

mod git_support;

use freeze_guard::git::{GitError, Repository};
use git_support::Scratch;

/// What the child's environment says, by way of an alias that runs `env`.
#[cfg(unix)]
fn child_env(repository: &Repository, elsewhere: Option<&std::path::Path>) -> Vec<String> {
    let mut git = repository.git();
    if let Some(directory) = elsewhere {
        git = git.elsewhere(directory);
    }
    let output = git.args(["-c", "alias.showenv=!env", "showenv"]).run().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[cfg(unix)]
#[test]
fn a_child_sees_this_repository_and_nothing_that_bends_its_answers() {
    let scratch = Scratch::new();
    let index = scratch.root().join("other.index");
    let git_dir = scratch.repo().join(".git");
    let world = scratch.world_with(&[
        ("GIT_INDEX_FILE", index.to_str().unwrap()),
        ("GIT_DIR", git_dir.to_str().unwrap()),
        ("GIT_TRACE", "0"),
        ("GIT_TRACE2_EVENT", "0"),
        ("GIT_NAMESPACE", "x"),
        ("GIT_EXTERNAL_DIFF", "false"),
        ("GIT_NO_LAZY_FETCH", "0"),
        ("LC_ALL", "de_DE.UTF-8"),
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "x.y"),
        ("GIT_CONFIG_VALUE_0", "z"),
    ]);
    let repository = Repository::open(&world).unwrap();
    let here = child_env(&repository, None);
    let has = |env: &[String], entry: &str| env.iter().any(|line| line == entry);
    let names = |env: &[String], name: &str| env.iter().any(|line| line.starts_with(&format!("{name}=")));
    for entry in [
        "GIT_NO_REPLACE_OBJECTS=1",
        "GIT_OPTIONAL_LOCKS=0",
        "GIT_NO_LAZY_FETCH=1",
        "LC_ALL=C",
        "GIT_ALLOW_PROTOCOL=none",
    ] {
        assert!(has(&here, entry), "{entry} in {here:?}");
    }
    assert!(has(&here, &format!("GIT_INDEX_FILE={}", index.display())));
    assert!(has(&here, "GIT_CONFIG_VALUE_0=z"));
    for name in ["GIT_TRACE", "GIT_TRACE2_EVENT", "GIT_NAMESPACE", "GIT_EXTERNAL_DIFF"] {
        assert!(!names(&here, name), "{name}");
    }
    let other = Scratch::new();
    let there = child_env(&repository, Some(&other.repo()));
    for name in ["GIT_INDEX_FILE", "GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_0"] {
        assert!(!names(&there, name), "{name}");
    }
    let top = repository.git().elsewhere(&other.repo()).args(["rev-parse", "--show-toplevel"]).run().unwrap();
    assert_eq!(String::from_utf8(top.stdout).unwrap().trim_end(), other.repo().to_str().unwrap());
}

#[test]
fn nothing_that_git_calls_local_is_passed_elsewhere() {
    let scratch = Scratch::new();
    let other = Scratch::new();
    let names = scratch.git(&["rev-parse", "--local-env-vars"]);
    let mut world = scratch.world();
    for name in names.lines() {
        world.env.insert(name.into(), "/nowhere".into());
    }
    // Opened without them, asked with them: only the child is at stake.
    let mut plain = scratch.world();
    plain.env.insert("GIT_DIR".into(), scratch.repo().join(".git").into());
    plain.env.extend(
        world
            .env
            .into_iter()
            .filter(|(name, _)| name != "GIT_DIR" && name != "GIT_COMMON_DIR" && name != "GIT_OBJECT_DIRECTORY"),
    );
    let repository = Repository::open(&plain).unwrap();
    let output = repository.git().elsewhere(&other.repo()).args(["rev-parse", "--absolute-git-dir"]).run().unwrap();
    let found = String::from_utf8(output.stdout).unwrap();
    assert_eq!(found.trim_end(), other.repo().join(".git").to_str().unwrap());
}

#[test]
fn a_failure_shows_the_command_and_the_last_line() {
    let scratch = Scratch::new();
    let repository = scratch.open();
    let error = repository.git().args(["rev-parse", "--verify", "no such\u{1b}thing"]).run().unwrap_err();
    assert_eq!(error.status(), Some(128));
    assert_eq!(
        error.to_string(),
        "`git rev-parse --verify 'no such\\u{1b}thing'` failed: fatal: Needed a single revision"
    );
    assert!(error.help().contains("`git rev-parse --verify"));
    let quiet = repository.git().args(["symbolic-ref", "--quiet", "refs/none"]).run().unwrap_err();
    assert_eq!(quiet.status(), Some(1));
    assert!(quiet.to_string().ends_with("failed with status 1"));
}

#[cfg(unix)]
#[test]
fn git_is_found_in_absolute_directories_only() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    let evil = scratch.repo().join("git");
    std::fs::write(&evil, "#!/bin/sh\ntouch ran\n").unwrap();
    std::fs::set_permissions(&evil, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap();
    for front in [".", "", "../repo"] {
        let world = scratch.world_with(&[("PATH", &format!("{front}:{path}"))]);
        Repository::open(&world).unwrap().git().arg("version").run().unwrap();
    }
    assert!(!scratch.repo().join("ran").exists());
    let none = Repository::open(&scratch.world_with(&[("PATH", "/nowhere:.")])).unwrap();
    let error = none.git().arg("version").run().unwrap_err();
    assert_eq!(error, GitError::NotFound);
    assert!(error.help().contains("PATH"));
    assert_eq!(none.config("user.name"), None);
}

#[test]
fn a_child_reads_no_input() {
    let scratch = Scratch::new();
    let output = scratch.open().git().args(["hash-object", "--stdin"]).run().unwrap();
    assert_eq!(output.stdout, b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\n");
}
