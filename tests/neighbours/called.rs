//! The other way round: the manager owns the hooks and calls us, by the lines that README.md gives.

use std::fs;

use crate::place::{ALL_GUARDED, Manager, Place, bare_place, tools};
use crate::run::Run;
use crate::world::{NEW, World};

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
const OURS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/.pre-commit-hooks.yaml");

/// The first code block under a heading of README.md.
fn snippet(heading: &str) -> String {
    let text = fs::read_to_string(README).unwrap();
    let section = text.split(&format!("\n### {heading}\n")).nth(1).unwrap_or_else(|| panic!("no section {heading}"));
    let block = section.split("```").nth(1).unwrap();
    block.split_once('\n').unwrap().1.to_owned()
}

/// A clone in which the manager calls us as README.md says.
fn called(world: &World, manager: Manager) -> Place<'_> {
    let place = bare_place(world, manager);
    let config = match manager {
        Manager::PreCommit => (".pre-commit-config.yaml", snippet("pre-commit and prek")),
        Manager::Prek => (".pre-commit-config.yaml", snippet("pre-commit and prek")),
        Manager::Lefthook => ("lefthook.yml", snippet("lefthook")),
        Manager::Husky => ("husky.sh", snippet("husky")),
    };
    set_up(&place, config);
    place
}

fn set_up(place: &Place<'_>, (file, text): (&str, String)) {
    place.repo.write(file, text);
    match place.manager {
        // As a person would: the configuration alone says which hooks there are.
        Manager::PreCommit => place.run("pre-commit", &["install"]).passes(),
        Manager::Prek => place.run("prek", &["install"]).passes(),
        Manager::Lefthook => place.install_theirs(),
        Manager::Husky => {
            place.install_theirs();
            place.run("sh", &["-e", file]).passes()
        }
    };
    place.git(&["add", "."]).passes();
    place.repo.land("their configuration");
    place.git(&["push", "-q", "--no-verify", "origin", "main"]).passes();
}

#[test]
fn the_lines_of_the_readme_guard_commits_merges_and_pushes() {
    if tools().is_none() {
        return;
    }
    for manager in Manager::ALL {
        let world = World::new();
        let mut place = called(&world, manager);
        assert_eq!(place.story_of_ours(), ALL_GUARDED, "{manager:?}");
        // A hook that is somebody else's is never said to be ours.
        place.status().exits(1).says("foreign");
    }
}

/// The ids of `.pre-commit-hooks.yaml`, from a repository as pre-commit fetches one; only that nothing is built.
#[test]
fn the_hooks_of_this_repository_are_what_the_managers_expect() {
    if tools().is_none() {
        return;
    }
    for manager in [Manager::PreCommit, Manager::Prek] {
        let world = World::new();
        let mut place = bare_place(&world, manager);
        let ours = world.repo("freeze-guard");
        let hooks = fs::read_to_string(OURS).unwrap();
        assert_eq!(hooks.matches("language: rust").count(), 3);
        ours.stage(".pre-commit-hooks.yaml", hooks.replace("language: rust", "language: system"));
        ours.land("hooks");
        let (url, rev) = (ours.top.display(), ours.id("HEAD"));
        let config = format!(
            "default_install_hook_types: [pre-commit, pre-merge-commit, pre-push]\nrepos:\n- repo: {url}\n  rev: {rev}\n  hooks:\n  - id: freeze-guard\n  - id: freeze-guard-merge\n  - id: freeze-guard-push\n"
        );
        set_up(&place, (".pre-commit-config.yaml", config));
        assert_eq!(place.story_of_ours(), ALL_GUARDED, "{manager:?}");
    }
}

/// What pre-commit and prek hand over in the cases that differ from git's own words.
#[test]
fn new_branches_whole_histories_and_deletions() {
    if tools().is_none() {
        return;
    }
    for manager in [Manager::PreCommit, Manager::Prek] {
        let world = World::new();
        let place = called(&world, manager);
        let pushes = |args: &[&str]| -> Run { place.git(&[&["push", "-q"], args].concat()) };
        // A new remote takes the whole history, root included: neither end of it is named.
        world.repo_with("second.git", &["--bare"]);
        place.git(&["remote", "add", "second", "../second.git"]).passes();
        pushes(&["second", "main"]).passes();
        assert_eq!(world.at("second.git").id("main"), place.repo.id("HEAD"));
        // A new branch that is not guarded.
        place.git(&["checkout", "-q", "-b", "feature"]).passes();
        place.repo.stage_pair(NEW);
        place.repo.land("dependencies");
        pushes(&["origin", "feature"]).passes();
        // By any spelling, main takes it from no such branch.
        let tip = place.remote_tip();
        for spec in ["feature:main", "HEAD:main", "HEAD~0:main", "+feature:refs/heads/main"] {
            pushes(&["origin", spec]).exits(1).says("error[guarded-push]");
            assert_eq!(place.remote_tip(), tip, "{spec}");
        }
        place.git(&["branch", "auto/x"]).passes();
        pushes(&["origin", "auto/x:main"]).passes();
        pushes(&["origin", "--delete", "feature"]).passes();
        // By hand, without a push: nothing is judged, and nothing passes for judged.
        let program = if manager == Manager::Prek { "prek" } else { "pre-commit" };
        place.run(program, &["run", "--hook-stage", "pre-push", "--all-files"]).exits(1).says("is not set");
    }
}

/// What docs/neighbours.md says they cannot see: only the first ref of a push is handed over, and no deletion. lefthook
/// and husky hand over everything.
#[test]
fn only_the_first_ref_is_seen_through_pre_commit_and_prek() {
    if tools().is_none() {
        return;
    }
    for manager in Manager::ALL {
        let world = World::new();
        let place = called(&world, manager);
        place.git(&["checkout", "-q", "-b", "aside"]).passes();
        // Refs that are there come before new ones, by name.
        place.git(&["push", "-q", "--no-verify", "origin", "aside"]).passes();
        place.repo.stage_code("aside");
        place.repo.land("aside");
        place.git(&["checkout", "-q", "main"]).passes();
        place.repo.stage_pair(NEW);
        place.repo.land("dependencies");
        let seen = match manager {
            Manager::PreCommit | Manager::Prek => 0,
            Manager::Lefthook | Manager::Husky => 1,
        };
        let dry = place.git(&["push", "-q", "--dry-run", "origin", "aside", "main"]);
        assert_eq!(dry.status, Some(seen), "{manager:?}\n{dry}");
        place.git(&["push", "-q", "--dry-run", "origin", "main"]).exits(1).says("error[guarded-push]");
        let gone = place.git(&["push", "-q", "--dry-run", "origin", "--delete", "main"]);
        assert_eq!(gone.status, Some(seen), "{manager:?}\n{gone}");
    }
}

/// Why the line for lefthook says `use_stdin`: without it an empty push arrives, and docs/neighbours.md says so.
#[test]
fn lefthook_without_use_stdin_hands_on_nothing() {
    if tools().is_none() {
        return;
    }
    let world = World::new();
    let place = called(&world, Manager::Lefthook);
    place.repo.stage_pair(NEW);
    place.repo.land("dependencies");
    place.git(&["push", "-q", "--dry-run", "origin", "main"]).exits(1).says("error[guarded-push]");
    let text = fs::read_to_string(place.repo.path("lefthook.yml")).unwrap();
    assert!(text.contains("use_stdin: true"));
    place.repo.write("lefthook.yml", text.replace("use_stdin: true", "use_stdin: false"));
    place.git(&["push", "-q", "--dry-run", "origin", "main"]).passes();
}
