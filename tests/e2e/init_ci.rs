//! `hook init --ci`: the job it writes for GitHub and GitLab, and that it never overwrites one.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::world::{Repo, World};

const GITHUB: &str = ".github/workflows/dependency_freeze_guard.yml";
const GITLAB: &str = ".gitlab/dependency-freeze-guard.gitlab-ci.yml";
const SERVICES: [(&str, &str); 2] = [("github", GITHUB), ("gitlab", GITLAB)];

/// What git would add.
fn untracked(repo: &Repo<'_>) -> String {
    repo.git(&["status", "--porcelain", "-uall"]).passes().stdout_text()
}

/// The job is written with its directories, and nothing else; it installs this version and judges.
#[test]
fn it_writes_the_job_and_nothing_else() {
    for (service, path) in SERVICES {
        let world = World::new();
        let repo = world.repo("project");
        repo.seed();
        let run = repo.hook(&["init", "--ci", service]).passes();
        assert_eq!(untracked(&repo), format!("?? {path}\n"), "{run}");
        let run = run.says(path).says(&format!("git add {path}")).says("main, master");
        let text = repo.text(path);
        for part in [concat!("freeze-guard==", env!("CARGO_PKG_VERSION"), "\n"), "hook ci\n", "main", "master"] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(!text.contains("${{"), "{text}");
        let mode = fs::metadata(repo.path(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode & 0o600, 0o600, "{run}");
        assert_eq!(mode & 0o111, 0, "{run}");
    }
}

/// Both jobs run for every pull request, with nothing that could leave a required check waiting, and with few rights.
#[test]
fn the_github_job_has_its_triggers_and_few_rights() {
    let world = World::new();
    let repo = world.repo("project");
    repo.hook(&["init", "--ci", "github"]).passes().says("required status check");
    let text = repo.text(GITHUB);
    for part in [
        "types: [opened, synchronize, reopened, labeled, unlabeled, edited, ready_for_review]\n",
        "  push:\n    branches:\n      - 'main'\n      - 'master'\n",
        "  merge_group:\n",
        "permissions:\n  contents: read\n",
        "  dependency-freeze-guard:\n    name: dependency-freeze-guard\n",
        "          fetch-depth: 0\n          persist-credentials: false\n",
        "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2\n",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    for part in ["paths:", "concurrency:\n", "pull_request_target", "cancel-in-progress"] {
        assert!(!text.contains(part), "{part}\n{text}");
    }
}

/// GitLab has one file that includes others; what to add to it is said until it is there.
#[test]
fn gitlab_is_told_to_include_it() {
    let world = World::new();
    let repo = world.repo("project");
    let include = format!("    - local: {GITLAB}\n");
    repo.hook(&["init", "--ci", "gitlab"]).passes().says(&include).says(".gitlab-ci.yml");
    fs::remove_dir_all(repo.path(".gitlab")).unwrap();
    repo.write(".gitlab-ci.yml", format!("include:\n  - local: {GITLAB}\n"));
    repo.hook(&["init", "--ci", "gitlab"]).passes().never_says(&include);
}

/// The branches are those that the work tree's policy guards, and a broken policy is no policy.
#[test]
fn the_branches_are_the_policys() {
    let world = World::new();
    let repo = world.repo("project");
    repo.write("freeze-guard.toml", "[push]\nguard = [\"trunk\", \"release/*\"]\n");
    repo.hook(&["init", "--ci", "github"]).passes().says("trunk, release/*");
    assert!(repo.text(GITHUB).contains("    branches:\n      - 'trunk'\n      - 'release/**'\n"));
    repo.hook(&["init", "--ci", "gitlab"]).passes();
    assert!(repo.text(GITLAB).contains("=~ /^(trunk|release\\/.*)$/\n"));
    repo.write("freeze-guard.toml", "[push]\nguard = [\"trunk\"]\n");
    let run = repo.hook(&["init", "--ci", "github", "--diff"]).exits(1);
    run.says(&format!("--- {GITHUB}\n+++ {GITHUB}\n@@ ")).says("-      - 'release/**'\n");
    repo.write("freeze-guard.toml", "[push]\nguard = 3\n");
    repo.hook(&["init", "--ci", "github", "--diff"]).could_not_judge();
}

/// A job that stands is left alone: the same is fine, another is refused, with the commands that show and replace it.
#[test]
fn nothing_is_overwritten() {
    for (service, path) in SERVICES {
        let world = World::new();
        let repo = world.repo("project");
        repo.hook(&["init", "--ci", service]).passes();
        let written = repo.text(path);
        for args in [&["init", "--ci", service][..], &["init", "--ci", service, "--diff"]] {
            repo.hook(args).passes().says("stands as it would be written");
        }
        // Another checkout's line ends are no difference.
        repo.write(path, written.replace('\n', "\r\n"));
        repo.hook(&["init", "--ci", service]).passes().says("nothing to do");
        let mine = format!("{written}# mine\n");
        repo.write(path, &mine);
        let run = repo.hook(&["init", "--ci", service]).exits(1);
        let run = run.says_on_stderr(&format!("hook init --ci {service} --diff"));
        assert_eq!(repo.text(path), mine, "{run}");
        repo.hook(&["init", "--ci", service, "--diff"]).exits(1).says("\n-# mine\n");
        repo.hook(&["init", "--ci", service, "--dry-run"]).exits(1);
        assert_eq!(repo.text(path), mine);
        // What the refusal says works as it stands, also from a directory below.
        let below = repo.inside("src");
        let run = below.hook(&["init", "--ci", service]).exits(1);
        let said = run.stderr_text();
        let command = said.split("replace it: `").nth(1).unwrap().split('`').next().unwrap();
        fs::remove_file(below.path(command.strip_prefix("rm ").unwrap().split(" && ").next().unwrap())).unwrap();
        below.hook(&["init", "--ci", service]).passes().says(&format!("git add ../{path}"));
        assert_eq!(repo.text(path), written);
    }
}

/// `--dry-run` prints the job, alone, and writes nothing; `--diff` against nothing shows all of it.
#[test]
fn it_can_be_seen_first() {
    for (service, path) in SERVICES {
        let world = World::new();
        let repo = world.repo("project");
        let shown = repo.hook(&["init", "--ci", service, "--dry-run"]).passes().says("nothing was written");
        let diff = repo.hook(&["init", "--ci", service, "--diff"]).exits(1).says("--- (no file)\n");
        assert_eq!(untracked(&repo), "");
        repo.hook(&["init", "--ci", service]).passes();
        let written = repo.text(path);
        assert_eq!(shown.stdout_text(), written);
        let added: String = diff.stdout_text().lines().skip(3).map(|line| format!("{}\n", &line[1..])).collect();
        assert_eq!(added, written);
    }
}

/// Through no link, over no directory, into no bare repository; and nothing is left of an attempt.
#[test]
fn what_is_in_the_way_is_said() {
    let world = World::new();
    let outside = world.path("outside");
    fs::create_dir(&outside).unwrap();
    let repo = world.repo("linked");
    symlink(&outside, repo.path(".github")).unwrap();
    repo.hook(&["init", "--ci", "github"]).could_not_judge().says("symbolic link");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
    let repo = world.repo("file-link");
    fs::create_dir_all(repo.path(".github/workflows")).unwrap();
    symlink(outside.join("evil.yml"), repo.path(GITHUB)).unwrap();
    repo.hook(&["init", "--ci", "github"]).could_not_judge().says("symbolic link");
    assert!(!outside.join("evil.yml").exists());
    let repo = world.repo("directory");
    fs::create_dir_all(repo.path(GITLAB)).unwrap();
    repo.hook(&["init", "--ci", "gitlab", "--diff"]).could_not_judge().says("no regular file");
    let repo = world.repo("file");
    repo.write(".gitlab", "mine");
    repo.hook(&["init", "--ci", "gitlab"]).could_not_judge();
    assert_eq!(repo.text(".gitlab"), "mine");
    let bare = world.repo_with("bare.git", &["--bare"]);
    bare.hook(&["init", "--ci", "github"]).could_not_judge().says("in a clone of it");
    world.at(".").hook(&["init", "--ci", "github"]).could_not_judge();
}

/// What git ignores is said: a job that is never committed judges nothing.
#[test]
fn an_ignored_job_is_told() {
    let world = World::new();
    let repo = world.repo("project");
    repo.write(".gitignore", ".github/\n");
    repo.hook(&["init", "--ci", "github"]).passes().says("ignored by git");
}

/// Wrong usage says so.
#[test]
fn wrong_usage() {
    let world = World::new();
    let repo = world.repo("project");
    for args in [
        &["init", "--ci"][..],
        &["init", "--ci", "jenkins"],
        &["init", "--diff"],
        &["init", "--ci", "github", "--adopt"],
        &["init", "--ci", "github", "--diff", "--dry-run"],
    ] {
        repo.hook(args).exits(2).says_on_stderr("error: ");
    }
    assert_eq!(untracked(&repo), "");
}
