//! `hook run pre-push --from-env`: what pre-commit and prek hand over, judged as git's own words would be; and never
//! read without that option. (With the real managers: tests/neighbours.)

use crate::world::{NEW, Repo, Run, World};

/// The variables of a push of `local` to main, which the remote holds at `from`.
fn variables(repo: &Repo<'_>, local: &str, from: &str) -> Vec<(String, String)> {
    let set = |name: &str, value: &str| (format!("PRE_COMMIT_{name}"), value.to_owned());
    vec![
        set("REMOTE_NAME", "origin"),
        set("REMOTE_URL", "../origin.git"),
        set("LOCAL_BRANCH", local),
        set("REMOTE_BRANCH", "refs/heads/main"),
        set("FROM_REF", &repo.id(from)),
        set("TO_REF", &repo.id(local)),
    ]
}

fn run(repo: &Repo<'_>, set: &[(String, String)], args: &[&str]) -> Run {
    let args = [&["run", "pre-push"], args].concat();
    Run::of(repo.hook_command().envs(set.iter().cloned()).args(args), b"")
}

/// The variables with `name` set to `value`; empty takes it away.
fn with(set: &[(String, String)], name: &str, value: &str) -> Vec<(String, String)> {
    let mut set = set.to_vec();
    set.retain(|(known, _)| known != &format!("PRE_COMMIT_{name}"));
    if !value.is_empty() {
        set.push((format!("PRE_COMMIT_{name}"), value.to_owned()));
    }
    set
}

#[test]
fn a_push_is_judged_by_the_variables() {
    let world = World::new();
    let (repo, _origin) = world.project_with_origin();
    repo.branch_with_pair("feature", NEW);
    let set = variables(&repo, "refs/heads/feature", "main");
    run(&repo, &set, &["--from-env"]).refused().error("guarded-push");
    repo.git(&["branch", "auto/x"]).passes();
    let set = variables(&repo, "refs/heads/auto/x", "main");
    run(&repo, &set, &["--from-env"]).passes().no_findings();
    let unguarded = with(&set, "REMOTE_BRANCH", "refs/heads/other");
    run(&repo, &unguarded, &["--from-env"]).passes().silent();
}

/// What leaks into the environment of a push never stands in for standard input.
#[test]
fn variables_alone_mean_nothing() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    let harmless: Vec<(String, String)> = variables(&repo, "refs/heads/main", "main");
    repo.branch_with_pair("feature", NEW);
    let leaked: Vec<(&str, &str)> = harmless.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let before = origin.id("main");
    repo.git_env(&leaked, &["push", "-q", "origin", "feature:main"]).refused().error("guarded-push");
    assert_eq!(origin.id("main"), before);
    let bad = variables(&repo, "refs/heads/feature", "main");
    run(&repo, &bad, &["origin", "../origin.git"]).passes().silent();
    // An argument that git passes on is none of ours, and a shim never asks for the variables.
    run(&repo, &bad, &["--", "--from-env"]).passes().silent();
    run(&repo, &bad, &["--from-env", "--at", ".git/hooks/pre-push"]).exits(2).says("cannot be used with");
}

#[test]
fn missing_and_odd_variables_are_named() {
    let world = World::new();
    let (repo, _origin) = world.project_with_origin();
    repo.branch_with_pair("feature", NEW);
    let set = variables(&repo, "refs/heads/feature", "main");
    for name in ["REMOTE_NAME", "REMOTE_URL", "LOCAL_BRANCH", "REMOTE_BRANCH", "TO_REF"] {
        let run = run(&repo, &with(&set, name, ""), &["--from-env"]).could_not_judge();
        run.says(&format!("PRE_COMMIT_{name} is not set")).says("help:");
    }
    let long = "0".repeat(64);
    let zeros = "0".repeat(40);
    let big = repo.id("main").replace(|c: char| c.is_ascii_digit(), "A");
    for (name, value) in [
        ("FROM_REF", "main"),
        ("FROM_REF", zeros.as_str()),
        ("FROM_REF", &long.replace('0', "a")),
        ("TO_REF", "HEAD"),
        ("TO_REF", zeros.as_str()),
        ("TO_REF", big.as_str()),
        ("TO_REF", "deadbeef"),
        ("REMOTE_BRANCH", "main"),
        ("LOCAL_BRANCH", "(delete)"),
        ("LOCAL_BRANCH", "x\nrefs/heads/auto/x"),
        ("REMOTE_NAME", "origin\n"),
        ("REMOTE_URL", "a\rb"),
    ] {
        let run = run(&repo, &with(&set, name, value), &["--from-env"]).could_not_judge();
        run.says(&format!("PRE_COMMIT_{name} is to hold")).says("help:");
    }
    run(&repo, &with(&set, "REMOTE_BRANCH", "refs/heads/a..b"), &["--from-env"]).could_not_judge();
}

/// A push of everything, root included, to a remote that has nothing: prek names its end only, pre-commit neither.
#[test]
fn a_whole_history_is_a_new_branch() {
    let world = World::new();
    let repo = world.repo("project");
    repo.seed();
    let set = with(&variables(&repo, "refs/heads/main", "main"), "FROM_REF", "");
    let neither = with(&set, "TO_REF", "");
    run(&repo, &set, &["--from-env"]).passes().silent();
    run(&repo, &neither, &["--from-env"]).passes().silent();
    repo.stage("freeze-guard.toml", "[push]\non-create = \"check\"\n");
    repo.land("policy");
    let set = with(&set, "TO_REF", &repo.id("main"));
    run(&repo, &set, &["--from-env"]).refused().error("guarded-push");
    run(&repo, &neither, &["--from-env"]).refused().error("guarded-push");
    run(&repo, &with(&neither, "LOCAL_BRANCH", "refs/heads/nowhere"), &["--from-env"]).could_not_judge();
}

/// The commit events have nothing to read, and take the option for the sake of one spelling.
#[test]
fn commits_take_it_too() {
    let world = World::new();
    let repo = world.project();
    repo.stage("requirements.txt", NEW);
    for event in ["pre-commit", "pre-merge-commit"] {
        repo.hook(&["run", event, "--from-env"]).refused().error("lock-drift");
    }
    repo.stage("requirements.lock", NEW);
    for event in ["pre-commit", "pre-merge-commit"] {
        repo.hook(&["run", event, "--from-env"]).passes();
    }
}
