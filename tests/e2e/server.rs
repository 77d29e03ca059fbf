//! Scenarios 48 and 49 and what stands around them: a repository that people push to, guarded by `hook install --server`.
//! Every push is real; the clones have no hooks of their own, as anybody's may.

use crate::world::{NEW, R, Repo, Run, World};

mod alias;
mod content;
mod killed;
mod layouts;
mod policy;
mod provenance;
mod transport;
mod wiring;

/// A bare repository with the guard, and a clone of it without any.
fn server(world: &World) -> (Repo<'_>, Repo<'_>) {
    server_with(world, &["--bare"])
}

/// [`server`], made with these arguments to `git init`.
fn server_with<'w>(world: &'w World, init: &[&str]) -> (Repo<'w>, Repo<'w>) {
    let server = world.repo_with("server.git", init);
    server.git(&["config", "receive.denyCurrentBranch", "updateInstead"]).passes();
    let format: Vec<&str> = init.iter().copied().filter(|option| option.contains("object-format")).collect();
    let clone = world.repo_with("clone", &format);
    clone.seed();
    clone.git(&["remote", "add", "origin", &format!("file://{}", server.top.display())]).passes();
    clone.git(&["push", "-q", "-u", "origin", "main"]).passes();
    server.hook(&["install", "--server"]).passes().says("pre-receive");
    (clone, server)
}

/// What a repository holds, that a refused push must leave alone: refs, and every file below `objects`.
fn state(server: &Repo<'_>) -> (String, Vec<String>) {
    let git_dir = server.git(&["rev-parse", "--absolute-git-dir"]).passes().stdout_text();
    let objects = std::path::Path::new(git_dir.trim()).join("objects");
    let mut files = Vec::new();
    let mut pending = vec![objects];
    while let Some(directory) = pending.pop() {
        for entry in std::fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                // Empty ones that once held objects may stay.
                assert!(!path.to_string_lossy().contains("tmp_objdir"), "{path:?}");
                pending.push(path);
            } else {
                files.push(path.to_string_lossy().into_owned());
            }
        }
    }
    files.sort();
    (server.git(&["for-each-ref"]).passes().stdout_text(), files)
}

/// Pushes `args`, and expects the server to refuse by `rule` and to be as before.
#[track_caller]
fn refused(clone: &Repo<'_>, server: &Repo<'_>, args: &[&str], rule: &str) -> Run {
    let before = state(server);
    let run = push(clone, args).refused().says(&format!("remote: error[{rule}]")).says("pre-receive hook declined");
    assert_eq!(state(server), before, "{run}");
    run
}

/// Pushes `args`, and expects the server to take them without a word.
#[track_caller]
fn accepted(clone: &Repo<'_>, args: &[&str]) -> Run {
    push(clone, args).passes().no_findings().never_says("remote:")
}

fn push(clone: &Repo<'_>, args: &[&str]) -> Run {
    let mut all = vec!["push", "-q", "origin"];
    all.extend(args);
    clone.git(&all)
}

/// A manifest without its lock: refused, whatever brings it, with the line, and nothing left behind.
#[test]
fn s48_a_manifest_alone() {
    let world = World::new();
    let (clone, server) = server(&world);
    clone.git(&["checkout", "-q", "-b", "auto/x"]).passes();
    clone.stage(R, NEW);
    clone.land("manifest only");
    refused(&clone, &server, &["auto/x", "auto/x:main"], "lock-drift").says("remote: ").says("uvloop");
    refused(&clone, &server, &["HEAD:main"], "lock-drift").error("guarded-push");
    // A branch that nobody guards takes anything; what it holds is judged when it goes on.
    accepted(&clone, &["auto/x"]);
    refused(&clone, &server, &["auto/x:main"], "lock-drift").never_says("guarded-push");
}

/// A dependency change that stands on `auto/x` of the same push, or of an earlier one: accepted; else refused, with a
/// command that works as it is printed.
#[test]
fn s49_where_a_change_stands() {
    let world = World::new();
    let (clone, server) = server(&world);
    clone.stage_pair(NEW);
    clone.land("dependencies");
    let run = refused(&clone, &server, &["main"], "guarded-push").says("changed: requirements.lock, requirements.txt");
    refused(&clone, &server, &["main", "main:feature"], "guarded-push");
    let text = run.all();
    let command = text.split('`').nth(1).unwrap_or_else(|| panic!("no command\n{run}")).to_owned();
    assert!(command.contains("git push --atomic origin auto/dependency-upgrade-"), "{run}");
    let command = command.replace("git push", "git push -q");
    Run::of(clone.world.command("/bin/sh", &clone.top).args(["-c", &command]), b"").passes().no_findings();
    assert_eq!(server.id("main"), clone.id("main"));

    clone.branch_with_pair("auto/y", crate::world::NEWER);
    accepted(&clone, &["auto/y"]);
    accepted(&clone, &["auto/y:main"]);
    assert_eq!(server.id("main"), clone.id("auto/y"));
}

/// Code goes anywhere; unguarded branches and tags take anything.
#[test]
fn s48_what_is_not_asked() {
    let world = World::new();
    let (clone, _server) = server(&world);
    clone.stage_code("two");
    clone.land("code");
    accepted(&clone, &["main"]);
    clone.git(&["checkout", "-q", "-b", "feature"]).passes();
    clone.stage(R, "flask>=3\n");
    clone.land("loose");
    clone.git(&["tag", "-a", "-m", "x", "v1"]).passes();
    accepted(&clone, &["feature", "v1", "feature:refs/for/main"]);
    accepted(&clone, &["--delete", "feature", "v1"]);
    push(&clone, &["feature", "main"]).passes();
}

/// Deleting a guarded branch is refused, also beside what passes and by a push that brings no object at all.
#[test]
fn s48_deletions() {
    let world = World::new();
    let (clone, server) = server(&world);
    server.git(&["symbolic-ref", "HEAD", "refs/heads/other"]).passes();
    refused(&clone, &server, &["--delete", "main"], "guarded-push").says("git update-ref -d refs/heads/main");
    clone.stage_code("two");
    clone.land("two");
    refused(&clone, &server, &["main:feature", ":main"], "guarded-push");
    accepted(&clone, &["main:feature"]);
    accepted(&clone, &[":feature"]);
    // As whoever runs the server is told.
    server.git(&["update-ref", "-d", "refs/heads/main"]).passes();
    accepted(&clone, &["main"]);
}

/// git deletes whatever the ref holds where the sender names an object that nobody has; what is guarded is told by what
/// the ref really holds.
#[test]
fn s48_deletions_by_a_false_word() {
    let world = World::new();
    let (clone, server) = server(&world);
    clone.stage("freeze-guard.toml", "[push]\nguard = [\"main\", \"master\", \"release/*\"]\n");
    clone.land("policy");
    accepted(&clone, &["main:release/1"]);
    let zero = "0".repeat(40);
    for old in [&zero, &"1".repeat(40), &clone.id("main"), &clone.id("main:app.py")] {
        let line = format!("{old} {zero} refs/heads/release/1\n");
        server.hook_fed(line.as_bytes(), &["run", "pre-receive"]).refused().error("guarded-push");
    }
    let line = format!("{zero} {zero} refs/heads/nothing\n");
    server.hook_fed(line.as_bytes(), &["run", "pre-receive"]).passes().silent();
    refused(&clone, &server, &[":release/1"], "guarded-push");
}

/// FREEZE_GUARD=0 is the pusher's word, and counts for nothing here; no variable of theirs brings colours either.
#[test]
fn s48_the_pushers_environment() {
    let world = World::new();
    let (clone, server) = server(&world);
    clone.stage_pair(NEW);
    clone.land("dependencies");
    let before = state(&server);
    let env = [("FREEZE_GUARD", "0"), ("CLICOLOR_FORCE", "1"), ("TERM", "xterm")];
    let run = clone.git_env(&env, &["push", "-q", "origin", "main"]).refused().says("not on a server");
    assert!(!run.all().contains('\u{1b}'), "{run}");
    assert_eq!(state(&server), before);
    clone.git_env(&[("FREEZE_GUARD_PROBE", "x")], &["push", "-q", "origin", "main"]).exits(1);
    assert_eq!(state(&server), before);
}

/// Input that git never writes is refused, and says where it goes wrong.
#[test]
fn what_is_no_push() {
    let world = World::new();
    let (clone, server) = server(&world);
    let (zero, id) = ("0".repeat(40), clone.id("main"));
    for bad in [
        "nonsense\n".to_owned(),
        format!("{zero} {id} refs/heads/main"),
        format!("{zero} {id} main\n"),
        format!("{zero} {id} refs/heads/x\n{zero} {id} refs/heads/x\n"),
    ] {
        server.hook_fed(bad.as_bytes(), &["run", "pre-receive"]).could_not_judge().says("of the push");
    }
    server.hook_fed(b"", &["run", "pre-receive"]).passes().silent();
    // An object that nobody sent.
    let ghost = format!("{id} {} refs/heads/main\n", "1".repeat(40));
    server.hook_fed(ghost.as_bytes(), &["run", "pre-receive"]).could_not_judge().says("1111111111");
}
