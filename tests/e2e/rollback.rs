//! `hook rollback`: back to the last good dependencies, from an upgrade that passed its tests and failed in production.

use std::fs;

use crate::shop::{PINS, Shop, UV};
use crate::world::{L, NEW, NEWER, OLD, R, Repo, World};

const RECORD: &str = "infrastructure/LAST_PROD_DEPLOY.json";
const LOG: &str = "infrastructure/CORRECTIONS.md";

/// A project whose `main` holds [`OLD`], recorded as good, then [`NEW`].
fn upgraded(world: &World) -> (Repo<'_>, Repo<'_>, String) {
    let (repo, origin) = world.project_with_origin();
    let good = repo.id("HEAD");
    repo.hook(&["deploy", "record"]).passes();
    repo.git(&["add", "-A"]).passes();
    repo.land("record");
    repo.stage_pair(NEW);
    repo.land("uvloop");
    repo.git(&["push", "-q", "--no-verify", "origin", "main"]).passes();
    (repo, origin, good)
}

/// The only rollback branch, with no work tree left.
fn branch(repo: &Repo<'_>) -> String {
    assert_eq!(repo.git(&["worktree", "list"]).passes().stdout_text().lines().count(), 1);
    let run = repo.git(&["branch", "--list", "--format=%(refname:short)", "auto/*"]).passes();
    let text = run.stdout_text();
    assert_eq!(text.lines().count(), 1, "{text}");
    text.trim().to_owned()
}

fn show(repo: &Repo<'_>, branch: &str, path: &str) -> String {
    repo.git(&["show", &format!("{branch}:{path}")]).passes().stdout_text()
}

/// Deploys what `origin` has on main: a staging that cannot bear the newest web.
fn staging(shop: &Shop<'_>) -> bool {
    let lock = shop.origin.git(&["show", "main:requirements.lock"]).passes().stdout_text();
    !lock.contains("web[fast]==2.0")
}

#[test]
fn from_a_bad_upgrade_back_to_what_was_good() {
    let world = World::new();
    let Some(shop) = Shop::mirror(&world, UV, "[upgrade]\ntest = [\"true\"]\n") else { return };
    let repo = &shop.repo;
    let to_main = |branch: &str| {
        repo.git(&["push", "-q", "--atomic", "origin", branch, &format!("{branch}:main")]).passes();
        repo.git(&["pull", "-q", "--ff-only"]).passes();
    };
    assert!(staging(&shop));
    repo.hook(&["deploy", "record"]).passes();
    repo.git(&["add", "-A"]).passes();
    repo.commit("Record the deployment").passes();
    repo.git(&["push", "-q", "origin", "main"]).passes();
    let good = repo.id("HEAD^");
    // The upgrade passes its tests, and staging fails all the same.
    shop.hook(&["upgrade"]).passes();
    to_main(&shop.branch());
    let bad = repo.id("HEAD");
    assert!(!staging(&shop));
    repo.hook(&["deploy", "show"]).passes().says("web      1.0   2.0  major  direct");
    let run = shop.hook(&["rollback", "--reason", "web 2.0 drops *our* cookies"]).passes();
    let rolled = shop.branches().into_iter().find(|name| name.contains("rollback")).unwrap();
    let run = run.says(&format!("{rolled}, made from main (")).says("web      2.0   1.0  downgrade  direct");
    let run = run.says(&format!("SYSTEM CORRECTION EVENT written to {LOG}\n"));
    run.says(&format!("git push --atomic origin {rolled} {rolled}:main\n"));
    assert_eq!((shop.show(&rolled, R), shop.show(&rolled, L)), (PINS.to_owned(), PINS.to_owned()));
    let log = shop.show(&rolled, LOG);
    let head = "# Corrections\n\n## SYSTEM CORRECTION EVENT\n\n- time: 20";
    assert!(log.starts_with(head), "{log}");
    let rest = format!(
        "\n- bad: {bad}\n- good: {good}\n- reason: web 2.0 drops \\*our\\* cookies\n- pins: chain-a 2.0 to 1.0, cli 8.1 to 8.0, \
         web 2.0 to 1.0\n"
    );
    assert!(log.ends_with(&rest), "{log}");
    let message = repo.git(&["log", "-1", "--format=%B", &rolled]).passes().stdout_text();
    assert!(message.starts_with("Roll back chain-a, cli, web\n\npackage"), "{message}");
    assert!(message.contains("SYSTEM CORRECTION EVENT\ntime: 20"), "{message}");
    assert!(
        message.contains(&format!("\nbad: {bad}\ngood: {good}\nreason: web 2.0 drops *our* cookies\n")),
        "{message}"
    );
    assert_eq!((repo.id("HEAD"), repo.git(&["status", "--porcelain"]).stdout_text()), (bad, String::new()));
    to_main(&rolled);
    assert!(staging(&shop));
    repo.hook(&["deploy", "show"]).passes().says("HEAD has the same pins");
    shop.hook(&["rollback"]).passes().says("nothing to roll back: the dependencies are those of ");
    // A second event stands below the first.
    shop.hook(&["rollback", "--to", "HEAD^"]).passes();
    let second = shop.branches().into_iter().filter(|name| name.contains("rollback")).max().unwrap();
    assert!(second.ends_with("-002"), "{second}");
    let log = shop.show(&second, LOG);
    assert!(log.matches("## SYSTEM CORRECTION EVENT").count() == 2 && log.contains("- reason: not given\n"), "{log}");
}

#[test]
fn what_cannot_be_gone_back_to() {
    let world = World::new();
    let (repo, _, _) = upgraded(&world);
    let refs = repo.git(&["for-each-ref"]).passes().stdout_text();
    repo.hook(&["rollback", "--to", "nosuch"]).could_not_judge().says("`nosuch` names no commit here");
    repo.hook(&["rollback", "--to", "HEAD^{tree}"]).could_not_judge().says("names no commit");
    let text = repo.text(RECORD);
    for (text, why) in [
        ("{", "is malformed"),
        ("{}", "it has no `last_good_sha`"),
        ("{\"last_good_sha\": \"HEAD\"}", "no full commit id"),
    ] {
        repo.write(RECORD, text);
        repo.hook(&["rollback"]).could_not_judge().says(why).says("help:");
    }
    repo.write(RECORD, format!("{{\"last_good_sha\": \"{}\"}}", "1".repeat(40)));
    repo.hook(&["rollback"]).could_not_judge().says("is not in this clone").says("git fetch");
    repo.git(&["rm", "-q", "--cached", RECORD]).passes();
    fs::remove_file(repo.path(RECORD)).unwrap();
    // The commit that it goes back from has it still.
    repo.hook(&["rollback"]).passes().says("uvloop");
    repo.git(&["branch", "-q", "-D", &branch(&repo)]).passes();
    repo.land("no record");
    repo.hook(&["rollback"])
        .could_not_judge()
        .says("there is no record of a deployment")
        .says("hook rollback --to SHA");
    repo.write(RECORD, text);
    assert_ne!(refs, repo.git(&["for-each-ref"]).passes().stdout_text());
    assert!(!repo.path(".git/worktrees").exists());
    repo.stage("freeze-guard.toml", "[deploy]\nlog = \"requirements.lock\"\n");
    repo.land("a log");
    repo.hook(&["rollback", "--to", "HEAD~4"]).could_not_judge().says("requirements.lock is no place for events");
    assert!(!repo.path(".git/worktrees").exists());
    world.repo_with("bare.git", &["--bare"]).hook(&["rollback"]).exits(2).says("bare");
}

#[test]
fn a_good_state_that_was_none_needs_force() {
    let world = World::new();
    let (repo, _, _) = upgraded(&world);
    repo.stage(R, NEWER);
    repo.land("drifts");
    let drifting = repo.id("HEAD");
    repo.stage_pair(OLD);
    repo.land("mended");
    let run = repo.hook(&["rollback", "--to", &drifting]).exits(1).error("lock-drift");
    run.says("are not in order themselves; `--force`").says("nothing was changed, and no branch is left");
    assert!(!repo.path(".git/worktrees").exists());
    assert_eq!(repo.git(&["branch", "--list", "auto/*"]).passes().stdout_text(), "");
    let run = repo.hook(&["rollback", "--to", &drifting, "--force", "--reason", "at once"]).passes();
    run.says("error[lock-drift]").says("forced past 1 error: the guard refuses");
    let branch = branch(&repo);
    assert_eq!((show(&repo, &branch, R), show(&repo, &branch, L)), (NEWER.to_owned(), NEW.to_owned()));
    let log = show(&repo, &branch, LOG);
    assert!(log.contains("- forced: although the rules refuse it: lock-drift: "), "{log}");
    repo.git(&["push", "origin", &branch]).passes();
    repo.git(&["push", "origin", &format!("{branch}:main")]).refused().error("lock-drift");
}

#[test]
fn includes_come_back_and_new_or_removed_pairs_stay() {
    let world = World::new();
    let repo = world.project();
    repo.stage("freeze-guard.toml", "[deploy]\nlog = \"log.txt\"\n");
    repo.stage("log.txt", "mine\r\nno end");
    repo.stage("api/requirements.txt", "-r base.txt\n-c limits.txt\n");
    repo.stage("api/base.txt", OLD);
    repo.stage("api/limits.txt", "flask==3.0.3\n");
    repo.stage("api/requirements.lock", OLD);
    for file in [R, L] {
        repo.stage(&format!("old/{file}"), OLD);
    }
    repo.git(&["update-index", "--chmod=+x", "api/base.txt"]).passes();
    repo.land("good");
    let good = repo.id("HEAD");
    repo.git(&["rm", "-q", "-r", "old"]).passes();
    repo.git(&["update-index", "--chmod=-x", "api/base.txt"]).passes();
    repo.stage("api/base.txt", NEW);
    repo.stage("api/requirements.txt", "-r base.txt\n-r more.txt\n");
    repo.stage("api/more.txt", "idna==3.7\n");
    repo.stage("api/requirements.lock", format!("{NEW}idna==3.7\n"));
    for file in [R, L] {
        repo.stage(&format!("new/{file}"), NEW);
    }
    repo.git(&["rm", "-q", "api/limits.txt"]).passes();
    repo.land("bad");
    let sub = repo.inside("api");
    let run = sub.hook(&["rollback", "--to", &good]).passes();
    let run = run.says("left as it is: ../new/requirements.txt: it did not exist then\n");
    run.says("left as it is: ../old/requirements.txt: it was removed since\n").says("written to ../log.txt");
    let branch = branch(&repo);
    let tree = |rev: &str, path: &str| repo.git(&["ls-tree", "-r", rev, "--", path]).passes().stdout_text();
    for file in ["requirements.txt", "requirements.lock", "base.txt", "limits.txt"] {
        assert_eq!(tree(&branch, &format!("api/{file}")), tree(&good, &format!("api/{file}")), "{file}");
    }
    assert!(tree(&branch, "api/base.txt").starts_with("100755"));
    assert_eq!((tree(&branch, "new"), tree(&branch, "old")), (tree("HEAD", "new"), String::new()));
    let log = show(&repo, &branch, "log.txt");
    assert!(log.starts_with("mine\r\nno end\n\r\n## SYSTEM CORRECTION EVENT\r\n"), "{log:?}");
    // Nothing stands on both sides.
    repo.git(&["rm", "-q", "-r", "api", R, L]).passes();
    repo.land("all gone");
    repo.hook(&["rollback", "--to", &good]).exits(1).says("no pair of ").says("nothing was changed");
}

#[test]
fn the_callers_place_and_a_failing_hook() {
    let world = World::new();
    let (repo, _, good) = upgraded(&world);
    repo.write(R, "broken=1\n");
    repo.stage(L, "staged==1\n");
    repo.git(&["checkout", "-q", "--detach"]).passes();
    let dirty = || (repo.git(&["status", "--porcelain=v2"]).passes().stdout_text(), repo.text(R), repo.text(L));
    let before = dirty();
    crate::run::script(&repo.path(".git/hooks/commit-msg"), "#!/bin/sh\necho 'not on my watch' >&2\nexit 1\n");
    let run = repo
        .hook(&["rollback"])
        .exits(1)
        .says("not rolled back: git commit failed with status 1\n  | not on my watch\n");
    run.says("no branch is left");
    assert_eq!(repo.git(&["branch", "--list", "auto/*"]).passes().stdout_text(), "");
    fs::remove_file(repo.path(".git/hooks/commit-msg")).unwrap();
    repo.hook_env(&[("GIT_INDEX_FILE", repo.path(".git/index").to_str().unwrap())], &["rollback"]).passes();
    assert_eq!(dirty(), before);
    let branch = branch(&repo);
    assert_eq!((show(&repo, &branch, R), repo.id(&format!("{branch}^"))), (OLD.to_owned(), repo.id("HEAD")));
    assert_eq!(repo.git(&["diff", "--quiet", &good, &branch, "--", R, L]).status, Some(0));
}
