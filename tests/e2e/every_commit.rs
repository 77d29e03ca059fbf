//! `push.every-commit`: what one commit breaks and a later one mends is found at every gate, and nothing else is.

use serde_json::json;

use crate::ci::github;
use crate::world::{L, NEW, NEWER, OLD, R, Repo, World};

const POLICY: &str = "[push]\nevery-commit = true\n";

/// A project whose origin has the policy, on an allowed branch.
fn project(world: &World) -> (Repo<'_>, Repo<'_>) {
    let (repo, origin) = world.project_with_origin();
    repo.stage("freeze-guard.toml", POLICY);
    repo.land("every commit");
    repo.git(&["push", "-q", "--no-verify", "origin", "main"]).passes();
    repo.git(&["checkout", "-q", "-b", "auto/x"]).passes();
    (repo, origin)
}

/// A commit that breaks the pair, one that touches nothing of it, and one that mends it.
fn break_and_mend(repo: &Repo<'_>) {
    repo.stage(R, NEW);
    repo.land("Use uvloop\u{1b}[31m, without a lock");
    repo.stage_code("between");
    repo.land("between");
    repo.stage(L, NEW);
    repo.land("the lock, at last");
}

#[test]
fn a_commit_that_a_later_one_mends_is_found() {
    let world = World::new();
    let (repo, _) = project(&world);
    break_and_mend(&repo);
    let short = repo.git(&["rev-parse", "--short=10", "HEAD~2"]).stdout_text();
    let run = repo.git(&["push", "-q", "origin", "auto/x:main"]).refused().error("lock-drift");
    run.says(&format!("commit {} (Use uvloop\\u{{1b}}[31m, without a lock): ", short.trim())).says("refused: 1 error");
    // Without the key only the tip counts.
    repo.git(&["push", "-q", "--no-verify", "origin", "HEAD~3:refs/heads/main"]).passes();
    repo.git(&["checkout", "-q", "-b", "auto/y", "main~1"]).passes();
    break_and_mend(&repo);
    repo.git(&["push", "-q", "--no-verify", "-f", "origin", "main~1:main"]).passes();
    repo.git(&["push", "-q", "origin", "auto/y:main"]).passes();
}

/// Each finding once, although the tip is a commit too.
#[test]
fn the_tip_is_not_blamed_twice() {
    let world = World::new();
    let (repo, _) = project(&world);
    repo.stage(R, "flask>=3\nrequests==2.32.3\n");
    repo.stage(L, "flask>=3\nrequests==2.32.3\n");
    repo.land("loose");
    let run = repo.git(&["push", "-q", "origin", "auto/x:main"]).refused();
    assert_eq!(run.stderr_text().matches("error[unpinned]").count(), 1, "{run}");
}

#[test]
fn good_histories_pass() {
    let world = World::new();
    let (repo, origin) = project(&world);
    repo.stage_pair(NEW);
    repo.land("one");
    repo.stage("sub/requirements.txt", OLD);
    repo.stage("sub/requirements.lock", OLD);
    repo.land("another pair");
    // A merge that takes one side's pair as it is, and its own code.
    repo.git(&["checkout", "-q", "-b", "side", "main"]).passes();
    repo.stage("other.py", "x\n");
    repo.land("side");
    repo.git(&["checkout", "-q", "auto/x"]).passes();
    repo.git(&["merge", "-q", "--no-edit", "--no-verify", "side"]).passes();
    repo.stage_pair(NEWER);
    repo.land("two");
    repo.git(&["push", "-q", "origin", "auto/x:main"]).passes().no_findings();
    assert_eq!(origin.id("main"), repo.id("auto/x"));
}

/// A file counts from the commit on that includes it, also where neither end of the push does.
#[test]
fn what_was_included_for_a_while() {
    let world = World::new();
    let (repo, _) = project(&world);
    let include = "-r strange.name\n";
    repo.stage("strange.name", "idna==3.7\n");
    repo.stage(R, format!("{OLD}{include}"));
    repo.stage(L, format!("{OLD}idna==3.7\n"));
    repo.land("include");
    repo.stage("strange.name", "idna==3.8\n");
    repo.land("the included file alone");
    repo.stage("strange.name", "idna==3.7\n");
    repo.land("and back");
    repo.stage_pair(OLD);
    repo.land("no include any more");
    let run = repo.git(&["push", "-q", "origin", "auto/x:main"]).refused().error("lock-drift");
    run.says("(the included file alone)").says("refused: 1 error");
}

#[test]
fn merges_that_mix() {
    let world = World::new();
    let (repo, _) = project(&world);
    repo.stage_pair(NEW);
    repo.land("ours");
    repo.git(&["checkout", "-q", "-b", "auto/y", "main"]).passes();
    repo.stage_pair(NEWER);
    repo.land("theirs");
    repo.git(&["checkout", "-q", "auto/x"]).passes();
    repo.git(&["merge", "-q", "-s", "ours", "--no-commit", "auto/y"]).passes();
    repo.stage(L, NEWER);
    repo.land("our manifest and their lock");
    repo.stage_pair(NEWER);
    repo.land("mended");
    let run = repo.git(&["push", "-q", "origin", "auto/x:main"]).refused().error("lock-drift");
    run.says("(our manifest and their lock)").says("refused: 1 error");
}

/// More commits than are looked at whole.
#[test]
fn a_long_range_is_left_to_git() {
    let world = World::new();
    let (repo, _) = project(&world);
    let mut stream = String::new();
    let mut commit = |number: usize, files: &[(&str, &str)]| {
        stream.push_str(&format!(
            "commit refs/heads/auto/long\ncommitter A <a@example.com> {number} +0000\ndata <<E\nnumber {number}\nE\n"
        ));
        if number == 0 {
            stream.push_str("from refs/heads/main^0\n");
        }
        for (path, text) in files {
            stream.push_str(&format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len()));
        }
    };
    let code = (0..2_100).map(|number| number.to_string()).collect::<Vec<_>>();
    for (number, text) in code.iter().enumerate() {
        match number {
            1_000 => commit(number, &[(R, NEW)]),
            1_500 => commit(number, &[(L, NEW)]),
            _ => commit(number, &[("code.txt", text)]),
        }
    }
    repo.git_fed(stream.as_bytes(), &["fast-import", "--quiet"]).passes();
    let run = repo.git(&["push", "-q", "origin", "auto/long:main"]).refused().error("lock-drift");
    run.says("(number 1000): ").says("refused: 1 error");
}

/// The edge of a shallow clone is no change.
#[test]
fn a_shallow_clone() {
    let world = World::new();
    let (repo, origin) = project(&world);
    repo.git(&["checkout", "-q", "main"]).passes();
    repo.stage(R, NEW);
    repo.land("broken long ago");
    repo.stage(L, NEW);
    repo.land("mended long ago");
    repo.git(&["push", "-q", "--no-verify", "origin", "main"]).passes();
    let url = format!("file://{}", origin.top.display());
    world.at("").git(&["clone", "-q", "--depth=1", &url, "shallow"]).passes();
    let shallow = world.at("shallow");
    shallow.hook(&["install"]).passes();
    shallow.git(&["checkout", "-q", "-b", "auto/s"]).passes();
    shallow.stage_pair(NEWER);
    shallow.land("good");
    shallow.git(&["push", "-q", "origin", "auto/s:main"]).passes().no_findings();
}

#[test]
fn the_server_and_ci_look_at_each_commit_too() {
    let world = World::new();
    let (repo, origin) = project(&world);
    break_and_mend(&repo);
    let (before, after) = (repo.id("main"), repo.id("auto/x"));
    repo.git(&["push", "-q", "--no-verify", "origin", "auto/x"]).passes();
    let line = format!("{before} {after} refs/heads/main\n");
    origin.hook_fed(line.as_bytes(), &["run", "pre-receive"]).refused().says("without a lock): ");
    origin.hook(&["install", "--server"]).passes();
    repo.git(&["push", "-q", "--no-verify", "origin", "auto/x:main"]).refused().says("remote: error[lock-drift]");
    let event = json!({"ref": "refs/heads/main", "before": before, "after": after});
    github(&repo, "push", &event, &[]).refused().says("without a lock): ");
}
