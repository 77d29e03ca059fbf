//! Scenarios 38-42, 45 and 46: unknown bases, first pushes, deletions, options of `git push`, remotes by URL, and a
//! detached HEAD.

use crate::world::{NEW, NEWER, R, Repo, Run, World};

/// Somebody else's dependency change reaches `main` of `origin`, unknown to `project`.
fn advance_origin(world: &World, content: &str) {
    let mate = world.at("mate");
    world.at("").git(&["clone", "-q", "origin.git", "mate"]).passes();
    mate.branch_with_pair("auto/mate", content);
    mate.git(&["push", "-q", "origin", "auto/mate:main"]).passes();
}

/// Remote main advanced, unknown locally, `push -f`: refused with "fetch first"; after fetch judged.
#[test]
fn s38_unknown_base() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    advance_origin(&world, NEW);
    let before = origin.id("main");
    repo.stage_code("mine");
    repo.land("mine");
    for spec in ["+main", "main"] {
        repo.git(&["push", "-q", "origin", spec]).refused().error("unknown-base").says("git fetch origin");
    }
    repo.git(&["fetch", "-q", "origin"]).passes();
    // Without the change that main has by now, this push would take it back.
    repo.git(&["push", "-q", "origin", "+main"]).refused().error("guarded-push");
    assert_eq!(origin.id("main"), before);
    repo.git(&["rebase", "-q", "origin/main"]).passes();
    repo.git(&["push", "-q", "origin", "main"]).passes().silent();
}

/// First push of main to an empty remote: accepted by default.
#[test]
fn s39_first_push() {
    let world = World::new();
    world.repo_with("origin.git", &["--bare"]);
    let repo = world.project();
    repo.git(&["remote", "add", "origin", "../origin.git"]).passes();
    repo.git(&["push", "-q", "origin", "main"]).passes().no_findings();
    assert_eq!(world.at("origin.git").id("main"), repo.id("main"));
}

/// ... judged with `on-create = "check"`: by the policy that the tracking main holds.
#[test]
fn s39_first_push_of_a_guarded_ref_can_be_judged() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    let policy = "[push]\nguard = [\"main\", \"release/*\"]\non-create = \"check\"\n";
    repo.stage("freeze-guard.toml", policy);
    repo.land("policy");
    repo.git(&["push", "-q", "--no-verify", "origin", "main"]).passes();
    repo.branch_with_pair("feat", NEW);
    repo.git(&["push", "-q", "origin", "feat:release/1"]).refused().error("guarded-push");
    assert_eq!(origin.id("release/1"), "");
    repo.git(&["branch", "-q", "auto/x"]).passes();
    repo.git(&["push", "-q", "origin", "auto/x:release/1"]).passes().no_findings();
    assert_eq!(origin.id("release/1"), repo.id("feat"));
}

/// A guarded ref that was deleted and is created again is judged against what this clone last saw there.
#[test]
fn s39_deleted_and_created_again() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    origin.git(&["update-ref", "-d", "refs/heads/main"]).passes();
    repo.stage_pair(NEW);
    repo.land("dependencies");
    repo.git(&["push", "-q", "origin", "main"]).refused().error("guarded-push");
    repo.git(&["push", "-q", "origin", "main~1:refs/heads/main"]).passes().no_findings();
}

/// `push --delete main`: refused; `--delete feat`: accepted.
#[test]
fn s40_deletion() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    origin.git(&["config", "receive.denyDeleteCurrent", "ignore"]).passes();
    repo.git(&["push", "-q", "origin", "main:feat"]).passes().silent();
    repo.git(&["push", "-q", "origin", "--delete", "main"]).refused().error("guarded-push").says("main");
    repo.git(&["push", "-q", "origin", ":main"]).refused().error("guarded-push");
    assert_ne!(origin.id("main"), "");
    repo.git(&["push", "-q", "origin", "--delete", "feat"]).passes().silent();
    assert_eq!(origin.id("feat"), "");
}

/// Up-to-date push, `--tags`, `--dry-run`: rc as without the hook, no output on stdout (`--porcelain` unchanged).
#[test]
fn s41_like_without_the_hook() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.git(&["tag", "v1"]).passes();
    repo.stage_code("two");
    repo.land("two");
    let same = |args: &[&str]| {
        let mut with = vec!["push", "--porcelain", "--dry-run", "origin"];
        with.extend(args);
        let mut without = with.clone();
        without.push("--no-verify");
        let (with, without) = (repo.git(&with), repo.git(&without));
        assert_eq!((with.status, with.stdout_text()), (without.status, without.stdout_text()), "{with}{without}");
        assert_eq!(with.stderr_text(), without.stderr_text());
    };
    same(&["main"]);
    same(&["--tags"]);
    same(&["main~1:main"]);
    same(&["--all"]);
    repo.git(&["push", "-q", "origin", "main", "--tags"]).passes().silent();
    same(&["main"]);
    repo.stage_pair(NEW);
    repo.land("dependencies");
    let run = repo.git(&["push", "--porcelain", "--dry-run", "origin", "main"]).refused().error("guarded-push");
    assert!(!run.stdout_text().contains("guarded-push"), "{run}");
    assert_eq!(origin.id("main"), repo.id("main~1"));
}

/// `git replace` hiding the change: refused.
#[test]
fn s42_replace_refs_hide_nothing() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    let clean = repo.id("main");
    repo.stage_pair(NEW);
    repo.land("dependencies");
    let before = origin.id("main");
    repo.git(&["replace", &repo.id("main^{tree}"), &repo.id(&format!("{clean}^{{tree}}"))]).passes();
    repo.git(&["push", "-q", "origin", "main"]).refused().error("guarded-push");
    assert_eq!(origin.id("main"), before);
}

/// Two pushurls: each is judged by what it holds.
#[test]
fn s45_two_push_urls() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    let second = world.repo_with("second.git", &["--bare"]);
    repo.git(&["push", "-q", "--no-verify", "../second.git", "main"]).passes();
    for url in ["../origin.git", "../second.git"] {
        repo.git(&["remote", "set-url", "--add", "--push", "origin", url]).passes();
    }
    repo.stage_pair(NEW);
    repo.land("dependencies");
    let before = origin.id("main");
    repo.git(&["push", "-q", "origin", "main"]).refused().error("guarded-push");
    assert_eq!((origin.id("main"), second.id("main")), (before.clone(), before));
    repo.git(&["branch", "-q", "auto/x"]).passes();
    repo.git(&["push", "-q", "origin", "auto/x:main"]).passes().no_findings();
    assert_eq!((origin.id("main"), second.id("main")), (repo.id("main"), repo.id("main")));
}

/// insteadOf, URL remote with a password: right verdict, password nowhere in output.
#[test]
fn s45_a_url_with_a_password() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    let url = "https://ada:s3cret@example.com/origin.git";
    repo.git(&["config", "url.../.insteadOf", "https://ada:s3cret@example.com/"]).passes();
    repo.stage_pair(NEW);
    repo.land("dependencies");
    let before = origin.id("main");
    repo.git(&["push", "-q", url, "main"]).refused().error("guarded-push").never_says("s3cret");
    assert_eq!(origin.id("main"), before);
    let line = format!("refs/heads/main {} refs/heads/main {before}\n", repo.id("main"));
    for url in [url, "https://s3cret@example.com/origin.git", "ssh://ada:s3cret@example.com:22/origin.git"] {
        let run = repo.hook_fed(line.as_bytes(), &["run", "pre-push", url, url]);
        run.refused().error("guarded-push").never_says("s3cret").says("example.com");
    }
    repo.git(&["branch", "-q", "auto/x"]).passes();
    repo.git(&["push", "-q", url, "auto/x:main"]).passes().no_findings().never_says("s3cret");
    assert_eq!(origin.id("main"), repo.id("main"));
}

/// Detached HEAD in CI at an auto tip, `HEAD:main`: accepted; elsewhere refused with a hint.
#[test]
fn s46_detached_head() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.git(&["checkout", "-q", "--detach"]).passes();
    repo.stage_pair(NEW);
    repo.land("dependencies");
    let before = origin.id("main");
    let push: &[&str] = &["push", "-q", "origin", "HEAD:main"];
    let run = repo.git(push).refused().error("guarded-push");
    let help = run.stderr_text().lines().any(|line| line.contains("help:") && line.contains("auto/"));
    assert!(help, "expected a hint\n{run}");
    assert_eq!(origin.id("main"), before);
    repo.git(&["branch", "-q", "auto/x", "HEAD"]).passes();
    repo.git(push).passes().no_findings().says_on_stderr("auto/x");
    assert_eq!(origin.id("main"), repo.id("HEAD"));
}

/// `[push]` decides which refs, which sources and which remotes.
#[test]
fn push_policy() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    let policy =
        "[push]\nguard = [\"main\", \"release/*\"]\nfrom = [\"deps/*\", \"bot/main\"]\nremotes = [\"origin\"]\n";
    repo.stage("freeze-guard.toml", policy);
    repo.land("policy");
    repo.git(&["push", "-q", "--no-verify", "origin", "main", "main:release/1/hot"]).passes();
    repo.git(&["remote", "add", "fork", "../fork.git"]).passes();
    world.repo_with("fork.git", &["--bare"]);
    repo.git(&["push", "-q", "--no-verify", "fork", "main"]).passes();
    repo.branch_with_pair("auto/x", NEW);
    let refused = |spec: &str| repo.git(&["push", "-q", "origin", spec]).refused().error("guarded-push");
    refused("auto/x:main").says("deps/*");
    refused("auto/x:release/1/hot");
    let fork: Run = repo.git(&["push", "-q", "fork", "auto/x:main"]);
    fork.passes().no_findings();
    repo.git(&["fetch", "-q", "fork"]).passes();
    repo.git(&["branch", "-q", "bot/main"]).passes();
    repo.git(&["push", "-q", "origin", "bot/main:main"]).passes().no_findings();
    assert_eq!(origin.id("main"), repo.id("auto/x"));
}

/// The policy of a push is what the guarded branch holds now: a laxer one cannot wave itself through.
#[test]
fn the_guarded_branch_holds_the_policy() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.stage("freeze-guard.toml", "[push]\nguard = []\nfrom = [\"*\"]\n");
    repo.stage_pair(NEWER);
    repo.land("waved through");
    let before = origin.id("main");
    repo.git(&["push", "-q", "origin", "main"]).refused().error("guarded-push");
    assert_eq!(origin.id("main"), before);
}

/// A laxer policy is governed as a dependency is: only an allowed source brings it, so that no two pushes in a row do
/// what one may not. One that only tightens is free, and one that nobody can read is no way around.
#[test]
fn a_laxer_policy_needs_an_allowed_source() {
    let policy = "freeze-guard.toml";
    for (text, key) in [
        ("[push]\nguard = [\"other\"]\n", "push.guard"),
        ("[rules]\nlock-drift = \"warning\"\n", "lock-drift"),
        ("exclude = [\"requirements.txt\"]\n", "exclude"),
    ] {
        let world = World::new();
        let (repo, origin) = world.project_with_origin();
        repo.stage(policy, text);
        repo.land("laxer");
        let before = origin.id("main");
        repo.git(&["push", "-q", "origin", "main"]).refused().error("policy-changed").says(key).says("git push");
        assert_eq!(origin.id("main"), before, "{key}");
        repo.git(&["branch", "auto/policy"]).passes();
        repo.git(&["push", "-q", "origin", "auto/policy:main"]).passes().no_findings();
    }
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.stage(policy, "nonsense\n");
    repo.land("unreadable");
    repo.git(&["branch", "auto/policy"]).passes();
    let before = origin.id("main");
    for source in ["main", "auto/policy:main"] {
        repo.git(&["push", "-q", "origin", source]).refused().error("policy-changed").says("freeze-guard.toml:1");
    }
    assert_eq!(origin.id("main"), before);
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.stage(policy, "allow-skip = false\n[push]\nguard = [\"main\", \"master\", \"release/*\"]\n");
    repo.land("tighter");
    repo.git(&["push", "-q", "origin", "main"]).passes().no_findings();
    assert_eq!(origin.id("main"), repo.id("main"));
}

/// `refs/remotes/<remote>/auto/*` is a source only where the policy says so.
#[test]
fn remote_sources() {
    for (policy, accepted) in [("", false), ("[push]\nremote-sources = true\n", true)] {
        let world = World::new();
        let (repo, _origin) = world.project_with_origin();
        repo.stage("freeze-guard.toml", policy);
        repo.land("policy");
        repo.git(&["push", "-q", "--no-verify", "origin", "main"]).passes();
        repo.branch_with_pair("auto/x", NEW);
        repo.git(&["push", "-q", "origin", "auto/x"]).passes();
        repo.git(&["checkout", "-q", "main"]).passes();
        repo.git(&["branch", "-q", "-D", "auto/x"]).passes();
        let run = repo.git(&["push", "-q", "origin", "origin/auto/x:main"]);
        if accepted {
            run.passes().no_findings()
        } else {
            run.refused().error("guarded-push")
        };
    }
}

/// The same verdict however deep the manifest is, whatever else the push carries.
#[test]
fn only_the_pair_that_changed_is_judged() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    let land_bad = |repo: &Repo<'_>| {
        repo.stage("tools/requirements.txt", "pytest>=8\n");
        repo.land("bad from before the guard");
        repo.git(&["push", "-q", "--no-verify", "origin", "main"]).passes();
    };
    land_bad(&repo);
    repo.branch_with_pair("auto/x", NEW);
    repo.git(&["push", "-q", "origin", "auto/x:main"]).passes().no_findings();
    repo.stage("tools/requirements.txt", "pytest>=9\n");
    repo.land("worse");
    repo.git(&["push", "-q", "origin", "auto/x:main"]).refused().error("unpinned").never_says(&format!("--> {R}"));
    assert_eq!(origin.id("main"), repo.id("auto/x~1"));
}
