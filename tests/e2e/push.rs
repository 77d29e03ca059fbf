//! Scenarios 28-37: from where a dependency change may reach a guarded ref.

use crate::world::{L, NEW, NEWER, OLD, R, Repo, World};

/// Pushes `args` and expects a refusal by `rule` that leaves `main` of `origin` where it is.
#[track_caller]
fn refused(repo: &Repo<'_>, origin: &Repo<'_>, args: &[&str], rule: &str) -> crate::world::Run {
    let before = origin.id("refs/heads/main");
    let mut all = vec!["push", "-q", "origin"];
    all.extend(args);
    let run = repo.git(&all).refused().error(rule);
    assert!(run.stdout.is_empty(), "pre-push speaks on stderr only\n{run}");
    assert_eq!(origin.id("refs/heads/main"), before, "{run}");
    run
}

/// Pushes `args` and expects `main` of `origin` to be where `source` is.
#[track_caller]
fn accepted(repo: &Repo<'_>, origin: &Repo<'_>, args: &[&str], source: &str) -> crate::world::Run {
    let mut all = vec!["push", "-q", "origin"];
    all.extend(args);
    let run = repo.git(&all).passes().no_findings();
    assert_eq!(origin.id("refs/heads/main"), repo.id(source), "{run}");
    run
}

/// On main with a dependency change, `push origin main`: refused, remote unmoved.
#[test]
fn s28_from_main_to_main() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.stage_pair(NEW);
    repo.land("dependencies");
    for spec in ["main", "main:main", "+main:main", "refs/heads/main"] {
        refused(&repo, &origin, &[spec], "guarded-push").says("auto/").says("git push");
    }
    refused(&repo, &origin, &["--all"], "guarded-push");
    refused(&repo, &origin, &["--force", "--mirror"], "guarded-push");
}

/// Same from `auto/x`: `push origin auto/x:main` accepted; `HEAD:main` on `auto/x` accepted.
#[test]
fn s29_from_an_allowed_source() {
    for spec in ["auto/x:main", "HEAD:main", "heads/auto/x:main", "+auto/x:main", "refs/heads/auto/x:refs/heads/main"] {
        let world = World::new();
        let (repo, origin) = world.project_with_origin();
        repo.branch_with_pair("auto/x", NEW);
        accepted(&repo, &origin, &[spec], "auto/x");
    }
}

/// An allowed source does not excuse what it brings: it must be pinned and in sync.
#[test]
fn s29_an_allowed_source_must_be_in_order() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.git(&["checkout", "-q", "-b", "auto/x"]).passes();
    repo.stage(R, NEW);
    repo.land("manifest only");
    refused(&repo, &origin, &["auto/x:main"], "lock-drift").says("uvloop");
    repo.stage_pair("flask>=3\n");
    repo.land("loose");
    refused(&repo, &origin, &["auto/x:main"], "unpinned").says("flask");
    repo.stage_pair(NEW);
    repo.land("mended");
    accepted(&repo, &origin, &["auto/x:main"], "auto/x");
}

/// Where an `auto/*` branch already holds the tip, the refusal prints the exact command; it works as printed.
#[test]
fn s28_the_refusal_prints_a_command_that_works() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.stage_pair(NEW);
    repo.land("dependencies");
    repo.git(&["branch", "-q", "auto/x"]).passes();
    let command = "git push --atomic origin auto/x auto/x:main";
    refused(&repo, &origin, &["main"], "guarded-push").says(command);
    let args: Vec<&str> = command.split(' ').skip(1).collect();
    repo.git(&args).passes().no_findings();
    assert_eq!(origin.id("main"), repo.id("main"));
    assert_eq!(origin.id("auto/x"), repo.id("main"));
}

/// `HEAD:main` on feat, `<sha>:main`, `tag:main`, `@{-1}:main`: refused; `<sha>` equal to an auto tip: accepted with a
/// note.
#[test]
fn s30_unnamed_sources() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.branch_with_pair("feat", NEW);
    let id = repo.id("HEAD");
    repo.git(&["tag", "light"]).passes();
    repo.git(&["tag", "-a", "-m", "x", "heavy"]).passes();
    let by_id = format!("{id}:main");
    let by_short_id = format!("{}:main", &id[..12]);
    for spec in ["HEAD:main", "@:main", &by_id, &by_short_id, "light:main", "heavy:main", "HEAD~0:main"] {
        refused(&repo, &origin, &[spec], "guarded-push");
    }
    repo.git(&["checkout", "-q", "main"]).passes();
    refused(&repo, &origin, &["@{-1}:main"], "guarded-push");
    repo.git(&["branch", "-q", "auto/x", "feat"]).passes();
    accepted(&repo, &origin, &[&by_id], "feat").says_on_stderr("auto/x");
}

/// `refs/heads/auto/x~1:main`: refused.
#[test]
fn s31_an_expression_is_not_a_branch() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.branch_with_pair("auto/x", NEW);
    repo.stage_code("later");
    repo.land("later");
    refused(&repo, &origin, &["refs/heads/auto/x~1:main"], "guarded-push");
    // `~0` is the tip itself: not a name, but a commit that an allowed branch stands at.
    accepted(&repo, &origin, &["refs/heads/auto/x~0:main"], "auto/x");
}

/// A symbolic ref whose name is allowed does not make its target allowed.
#[test]
fn s31_a_symref_must_match_by_name_and_by_target() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.branch_with_pair("feat", NEW);
    repo.git(&["symbolic-ref", "refs/heads/auto/sym", "refs/heads/feat"]).passes();
    refused(&repo, &origin, &["auto/sym:main"], "guarded-push");
}

/// Refspec `HEAD^{/a b}:main` (spaces): parsed, refused.
#[test]
fn s32_a_source_with_spaces() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.stage_pair(NEW);
    repo.land("a b");
    refused(&repo, &origin, &["HEAD^{/a b}:main"], "guarded-push");
    refused(&repo, &origin, &[":/a b:main"], "guarded-push");
}

/// Newline-in-pattern refspec forging an auto line: refused.
#[test]
fn s33_forged_lines() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.stage_pair(NEW);
    repo.land("subject");
    let (new, old) = (repo.id("main"), origin.id("main"));
    repo.git(&["branch", "-q", "auto/x"]).passes();
    repo.stage_code("later");
    repo.land("subject");
    let before = origin.id("main");
    let forged = [
        // A line that is whole in the middle, broken ones around it.
        format!("HEAD^{{/subject|\nrefs/heads/auto/x {new} refs/heads/main {old}\nx}}:main"),
        // Every line whole: the last one is the real update, under a name that looks allowed.
        format!("HEAD^{{/subject|x {new} refs/heads/junk {old}\nrefs/heads/auto/x}}:main"),
    ];
    for spec in &forged {
        let run = repo.git(&["push", "-q", "origin", spec]);
        assert_ne!(run.status, Some(0), "{run}");
        run.says("refused").never_says("fatal:");
        assert_eq!(origin.id("main"), before);
    }
}

/// `push origin ok:ok bad:main` and the reverse order: refused both times.
#[test]
fn s34_every_line_is_judged() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.git(&["push", "-q", "--no-verify", "origin", "main:master"]).passes();
    repo.git(&["branch", "-q", "ok"]).passes();
    repo.branch_with_pair("bad", NEW);
    refused(&repo, &origin, &["ok:ok", "bad:main"], "guarded-push");
    refused(&repo, &origin, &["bad:main", "ok:ok"], "guarded-push");
    assert_eq!(origin.id("ok"), "");
    // All findings are shown, and refused once.
    let run = refused(&repo, &origin, &["bad:main", "bad:master"], "guarded-push").says("main").says("master");
    assert_eq!(run.stderr_text().lines().filter(|line| line.starts_with("refused")).count(), 1, "{run}");
}

/// Push to main without dependency change from feat: accepted.
#[test]
fn s35_code_goes_from_anywhere() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.git(&["checkout", "-q", "-b", "feat"]).passes();
    repo.stage_code("feature");
    repo.land("feature");
    accepted(&repo, &origin, &["feat:main"], "feat").silent();
}

/// An unguarded ref is never judged, whatever it carries.
#[test]
fn s35_unguarded_refs_are_silent() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.git(&["checkout", "-q", "-b", "feat"]).passes();
    repo.stage(R, "flask>=3\n");
    repo.git(&["rm", "-q", L]).passes();
    repo.land("bad");
    repo.git(&["push", "-q", "origin", "feat", "feat:refs/for/main"]).passes().silent();
    assert_eq!(origin.id("feat"), repo.id("feat"));
}

/// Local main merged origin/main's dependency change plus own code: accepted.
#[test]
fn s36_a_merged_change_is_not_ours() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.branch_with_pair("auto/x", NEW);
    repo.git(&["push", "-q", "origin", "auto/x:main"]).passes();
    repo.git(&["checkout", "-q", "main"]).passes();
    repo.stage_code("own");
    repo.land("own");
    repo.git(&["merge", "-q", "--no-edit", "origin/main"]).passes();
    accepted(&repo, &origin, &["main"], "main").silent();
}

/// Revert of a dependency change by force push to an older main: refused.
#[test]
fn s37_going_back_is_a_change() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.branch_with_pair("auto/x", NEW);
    repo.git(&["push", "-q", "origin", "auto/x:main"]).passes();
    refused(&repo, &origin, &["-f", "main"], "guarded-push");
    // The same as an ordinary revert commit.
    repo.git(&["checkout", "-q", "-b", "undo", "auto/x"]).passes();
    repo.stage_pair(OLD);
    repo.land("undo");
    refused(&repo, &origin, &["undo:main"], "guarded-push");
}

/// The same tuple on another remote's same branch is already approved there: accepted, and it says which.
#[test]
fn a_change_already_on_another_remote_is_approved() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    let upstream = world.repo_with("upstream.git", &["--bare"]);
    repo.git(&["remote", "add", "upstream", "../upstream.git"]).passes();
    repo.stage_pair(NEW);
    repo.land("dependencies");
    repo.git(&["push", "-q", "upstream", "main"]).passes();
    accepted(&repo, &origin, &["main"], "main").says_on_stderr("upstream");
    assert_eq!(upstream.id("main"), origin.id("main"));
    repo.stage_pair(NEWER);
    repo.land("more");
    refused(&repo, &origin, &["main"], "guarded-push");
}
