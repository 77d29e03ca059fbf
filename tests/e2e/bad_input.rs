//! What cannot be judged: one clear message, status 2 where nothing could be judged, and everything left as it was.

use std::fs;
use std::io::pipe;

use crate::world::{L, NEW, OLD, R, Repo, Run, World};

/// What a run must leave alone: the index's bytes, HEAD, the refs, and what `git status` says.
fn state(repo: &Repo<'_>) -> (Option<Vec<u8>>, Vec<u8>, String, String) {
    let index = fs::read(repo.path(".git/index")).ok();
    let head = fs::read(repo.path(".git/HEAD")).unwrap();
    // Without optional locks `git status` does not refresh the index that the next look compares.
    let quiet = |args: &[&str]| repo.git_env(&[("GIT_OPTIONAL_LOCKS", "0")], args).all();
    (index, head, quiet(&["for-each-ref"]), quiet(&["status", "--porcelain"]))
}

/// Runs the binary and expects it to change nothing.
#[track_caller]
fn untouched(repo: &Repo<'_>, args: &[&str], stdin: &[u8]) -> Run {
    let before = state(repo);
    let run = repo.hook_fed(stdin, args);
    assert_eq!(state(repo), before, "{run}");
    run
}

/// No repository.
#[test]
fn no_repository() {
    let world = World::new();
    let nowhere = world.at("nowhere");
    fs::create_dir(&nowhere.top).unwrap();
    for args in [
        &["check"][..],
        &["install"],
        &["uninstall"],
        &["status"],
        &["run", "pre-commit"],
        &["run", "pre-push", "o", "u"],
    ] {
        nowhere.hook(args).could_not_judge().says("repository");
    }
    world.at("").hook(&["-C", "missing", "check"]).could_not_judge().says("missing");
    assert_eq!(fs::read_dir(&nowhere.top).unwrap().count(), 0);
}

/// A bare repository has no index to judge; a revision of it can be.
#[test]
fn bare_repository() {
    let world = World::new();
    let (_repo, origin) = world.project_with_origin();
    for args in [&["check"][..], &["check", "--worktree"], &["run", "pre-commit"]] {
        origin.hook(args).could_not_judge().says("bare");
    }
    origin.hook(&["check", "--rev", "main"]).passes().no_findings();
}

/// A corrupt index.
#[test]
fn corrupt_index() {
    let world = World::new();
    let repo = world.project();
    for bytes in [&b"DIRC\0\0\0\x02\0\0\xff\xffrubbish"[..], b"", b"not an index at all, and longer than a header"] {
        fs::write(repo.path(".git/index"), bytes).unwrap();
        untouched(&repo, &["check"], b"").could_not_judge().says("index");
        untouched(&repo, &["run", "pre-commit"], b"").could_not_judge().says("index");
    }
}

/// An object that cannot be read.
#[test]
fn unreadable_object() {
    let world = World::new();
    let repo = world.project();
    repo.stage_pair(NEW);
    let id = repo.id(&format!(":{R}"));
    let object = repo.path(format!(".git/objects/{}/{}", &id[..2], &id[2..]));
    let spoil: [&dyn Fn(); 2] = [
        &|| {
            fs::remove_file(&object).unwrap();
            fs::write(&object, b"rubbish").unwrap();
        },
        &|| fs::remove_file(&object).unwrap(),
    ];
    for spoil in spoil {
        spoil();
        for args in [&["check"][..], &["run", "pre-commit"]] {
            untouched(&repo, args, b"").could_not_judge().says(&id[..7]);
        }
    }
}

/// A manifest that is not text, and one that is larger than anybody's.
#[test]
fn unreadable_manifests() {
    let world = World::new();
    let repo = world.project();
    repo.stage_pair(OLD);
    let large = "# a comment line of some length, over and over again\n".repeat(330_000);
    assert!(large.len() > 16 << 20);
    let manifests = [
        &b"flask==3.0.3\n\0\x01\x02\xff\xfe\n"[..],
        b"\x7fELF\x02\x01\x01\0\0\0",
        b"flask==3.0.3\xff\n",
        large.as_bytes(),
    ];
    for manifest in manifests {
        repo.stage(R, manifest);
        let run = untouched(&repo, &["check"], b"").exits(1).error("invalid-line").says(R);
        assert!(run.stdout.len() < 4096, "a page, not the file\n{run}");
        untouched(&repo, &["run", "pre-commit"], b"").refused().error("invalid-line");
    }
}

/// A policy key that does not exist, where a verdict was asked for.
#[test]
fn unknown_policy_key() {
    let world = World::new();
    let repo = world.project();
    repo.stage("freeze-guard.toml", "guarde = [\"main\"]\n");
    untouched(&repo, &["check"], b"").exits(2).says("guarde").says("freeze-guard.toml:1:1");
    untouched(&repo, &["check", "--format", "json"], b"").exits(2);
}

/// Standard input that is not a push.
#[test]
fn stdin_that_is_not_a_push() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    let (id, zero) = (repo.id("main"), "0".repeat(40));
    let good = format!("refs/heads/x {id} refs/heads/x {zero}\n");
    let bad = [
        "hello\n".to_owned(),
        "\n".to_owned(),
        format!("refs/heads/x {id} refs/heads/x\n"),
        format!("refs/heads/x {id} refs/heads/x {zero}"),
        format!("refs/heads/x {} refs/heads/x {zero}\n", &id[1..]),
        format!("refs/heads/x {id} refs/heads/x {}\n", &zero[1..]),
        format!("refs/heads/x {} refs/heads/x {zero}\n", "g".repeat(40)),
        format!("refs/heads/x {id} not-a-ref {zero}\n"),
        format!("refs/heads/x {id} refs/heads/..x {zero}\n"),
        format!("refs/heads/x {id} refs/heads/x\0 {zero}\n"),
        format!("{good}{}", good.replace(' ', "\t")),
    ];
    for stdin in bad {
        let run = untouched(&repo, &["run", "pre-push", "origin", "../origin.git"], stdin.as_bytes());
        assert!(matches!(run.status, Some(1 | 2)), "{stdin:?}\n{run}");
        assert!(run.stdout.is_empty() && !run.stderr.is_empty(), "{stdin:?}\n{run}");
    }
    untouched(&repo, &["run", "pre-push", "origin", "../origin.git"], b"hello\n").exits(2).says("hello");
    untouched(&repo, &["run", "pre-push", "origin", "../origin.git"], b"").passes().silent();
    untouched(&repo, &["run", "pre-push", "origin", "../origin.git"], good.as_bytes()).passes().silent();
    assert_eq!(origin.id("x"), "");
}

/// Names that do not exist: a rule, an event, a command, an option, a revision, a path.
#[test]
fn names_that_do_not_exist() {
    let world = World::new();
    let repo = world.project();
    untouched(&repo, &["explain", "lock-drifft"], b"").could_not_judge().says("lock-drifft").says("lock-drift");
    for args in [
        &["run", "post-nothing"][..],
        &["frobnicate"],
        &["check", "--frobnicate"],
        &["check", "--format", "xml"],
        &["run"],
    ] {
        let run = untouched(&repo, args, b"").exits(2);
        assert!(run.stdout.is_empty() && !run.stderr.is_empty(), "{run}");
    }
    untouched(&repo, &["check", "--rev", "nowhere"], b"").could_not_judge().says("nowhere");
    untouched(&repo, &["check", "--range", "nowhere..main"], b"").could_not_judge().says("nowhere");
    untouched(&repo, &["check", "--range", "main"], b"").exits(2).says("main");
    untouched(&repo, &["check", "nowhere.txt"], b"").exits(2).says("nowhere.txt");
    untouched(&repo, &["check", "../outside.txt"], b"").exits(2).says("outside.txt");
    untouched(&repo, &["check", "--staged", "--worktree"], b"").exits(2);
}

/// A reader that went away changes no verdict and is no accident; a full disk is told.
#[test]
fn closed_stdout() {
    let world = World::new();
    let repo = world.project();
    for (content, status) in [(OLD, 0), (NEW, 1)] {
        repo.stage(R, content);
        for format in ["text", "json"] {
            let args = ["check", "--format", format];
            repo.hook(&args).exits(status);
            let (reader, writer) = pipe().unwrap();
            drop(reader);
            Run::with_stdout_as_set(repo.hook_command().args(args).stdout(writer), b"").exits(status);
            let closed = format!("'{}' check --format {format} >&-", crate::world::BINARY);
            Run::of(world.command("sh", &repo.top).args(["-c", &closed]), b"").exits(status);
        }
    }
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    Run::with_stdout_as_set(repo.hook_command().args(["explain", "lock-drift"]).stdout(writer), b"").passes();
    let closed = format!("'{}' run pre-commit 2>&-", crate::world::BINARY);
    Run::of(world.command("sh", &repo.top).args(["-c", &closed]), b"").exits(1);
}

/// The same accidents through git: the commit does not happen, and git's state is as before.
#[test]
fn through_git_nothing_gets_by() {
    let world = World::new();
    let repo = world.project();
    repo.stage(R, b"\0\0\0");
    repo.stage(L, b"\0\0\0");
    // git itself writes the trees of what is staged into the index before it asks the hook.
    repo.git(&["write-tree"]).passes();
    let before = state(&repo);
    repo.commit("binary").refused().error("invalid-line");
    assert_eq!(state(&repo), before);
}
