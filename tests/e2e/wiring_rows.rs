//! The table of awkward clones, row by row, through the real binary: install works or refuses with the fix, and status
//! says what is so.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::process::CommandExt;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::layouts::copy_binary;
use crate::run::script;
use crate::wiring::listing;
use crate::world::{BINARY, L, NEW, R, Repo, Run, World};

/// `hook install` refuses, changes nothing, and says `fix`; nor does status claim anything.
#[track_caller]
pub(crate) fn install_refuses(repo: &Repo<'_>, fix: &str) -> Run {
    let run = repo.hook(&["install"]).exits(2).says("= help:").says(fix);
    repo.hook(&["status"]).exits(1).says("not every guard is in force");
    run
}

/// Runs the command in the backquotes of a help text that begins with `start`.
pub(crate) fn obey(repo: &Repo<'_>, text: &str, start: &str) {
    let mut quoted = text.split('`').skip(1).step_by(2);
    let command = quoted.find(|word| word.starts_with(start)).unwrap_or_else(|| panic!("no `{start}…`: {text}"));
    let path = format!("{}:{}", parent(BINARY), repo.world.search_path().into_string().unwrap());
    Run::of(repo.world.command("sh", &repo.top).env("PATH", path).args(["-c", command]), b"").passes();
}

pub(crate) fn parent(path: &str) -> &str {
    path.rsplit_once('/').unwrap().0
}

/// Install worked: status says so, and a commit and a push are really judged.
pub(crate) fn judges(repo: &Repo<'_>) {
    repo.hook(&["status"]).passes();
    repo.stage(R, NEW);
    repo.commit("manifest alone").refused().error("lock-drift");
    repo.stage(L, NEW);
    repo.commit("both").passes();
}

pub(crate) fn seeded(world: &World) -> Repo<'_> {
    let repo = world.repo("project");
    repo.seed();
    repo
}

/// Row "`.legacy` already there", scenario 52: a stranger's file of our name is neither lost nor run.
#[test]
fn s52_a_taken_name_is_numbered() {
    let world = World::new();
    let repo = seeded(&world);
    let hooks = repo.path(".git/hooks");
    script(&hooks.join("pre-commit"), "#!/bin/sh\necho theirs >&2\n");
    script(&hooks.join("pre-commit.hook-chained"), "#!/bin/sh\necho stranger >&2\n");
    repo.hook(&["install", "--via", "file"])
        .passes()
        .says("pre-commit.hook-chained is not ours")
        .says("pre-commit.hook-chained-2");
    repo.stage_code("two");
    repo.commit("code").passes().says("theirs").never_says("stranger");
    repo.hook(&["status"]).passes().says("pre-commit.hook-chained-2");
    // Without the program, too, the shim knows which one is meant.
    let shim = fs::read_to_string(hooks.join("pre-commit")).unwrap();
    fs::write(hooks.join("pre-commit"), shim.replace(BINARY, "/nowhere/hook")).unwrap();
    repo.stage_code("three");
    let run = repo.git_env(&[("FREEZE_GUARD", "0")], &["commit", "-q", "-m", "three"]).passes();
    run.says("theirs").never_says("stranger");
    repo.hook(&["install", "--via", "file"]).passes();
    repo.hook(&["uninstall"]).passes();
    assert_eq!(fs::read_to_string(hooks.join("pre-commit")).unwrap(), "#!/bin/sh\necho theirs >&2\n");
    assert!(fs::read_to_string(hooks.join("pre-commit.hook-chained")).unwrap().contains("stranger"));
    assert!(!hooks.join("pre-commit.hook-chained-2").exists());
}

/// Row "non-executable hook": kept, not run, said.
#[test]
fn a_hook_that_git_did_not_run() {
    let world = World::new();
    let repo = seeded(&world);
    fs::write(repo.path(".git/hooks/pre-commit"), "#!/bin/sh\necho theirs >&2\nexit 1\n").unwrap();
    repo.hook(&["status"]).exits(1).says("foreign").says("not executable");
    repo.hook(&["install"]).passes().says("git did not run it before");
    judges(&repo);
}

/// Row "sharedRepository=group", scenario 58: under umask 077 the group can read and run the shim.
#[test]
fn s58_a_shared_repository() {
    let world = World::new();
    let repo = world.repo_with("project", &["--shared=group"]);
    repo.seed();
    fs::remove_dir_all(repo.path(".git/hooks")).unwrap();
    let mut sh = world.command("sh", &repo.top);
    Run::of(sh.args(["-c", "umask 077; exec \"$0\" install", BINARY]), b"").passes();
    let mode = |path: &str| fs::metadata(repo.path(path)).unwrap().mode() & 0o7777;
    assert_eq!(mode(".git/hooks"), 0o2770);
    for event in ["pre-commit", "pre-push"] {
        assert_eq!(mode(&format!(".git/hooks/{event}")), 0o770, "{event}");
    }
    judges(&repo);
}

/// Row "uninstall": a shim that somebody edited stays, and install does not overwrite it.
#[test]
fn an_edited_shim() {
    let world = World::new();
    let repo = world.project();
    let shim = repo.path(".git/hooks/pre-commit");
    let edited = fs::read_to_string(&shim).unwrap() + "echo mine\n";
    fs::write(&shim, &edited).unwrap();
    repo.hook(&["status"]).exits(1).says("edited");
    repo.hook(&["install"]).exits(2).says("edited").says("mv ");
    repo.hook(&["uninstall"]).exits(1).says("edited");
    assert_eq!(fs::read_to_string(&shim).unwrap(), edited);
    assert!(!repo.path(".git/hooks/pre-push").exists());
}

/// Row "reinstall", item upgrade: a shim of an older version works, says once that it is old, and is replaced.
#[test]
fn an_older_shim() {
    for old in [include_str!("../../hooks/older/shim-1"), include_str!("../../hooks/older/shim-2")] {
        is_replaced(&old.replace("@HOOK@", BINARY));
    }
}

fn is_replaced(old: &str) {
    let world = World::new();
    let repo = seeded(&world);
    let hooks = repo.path(".git/hooks");
    script(&hooks.join("pre-commit"), old);
    script(&hooks.join("pre-commit.hook-chained"), "#!/bin/sh\necho theirs >&2\n");
    repo.hook(&["status"]).exits(1).says("outdated").says("it is of version");
    repo.stage(R, NEW);
    let run = repo.commit("judged").refused().error("lock-drift").says("theirs");
    assert_eq!(run.stderr_text().matches("older version").count(), 1, "{run}");
    repo.hook(&["install", "--via", "file"]).passes().says("replaced the shim");
    assert!(fs::read_to_string(hooks.join("pre-commit")).unwrap().contains("shim 3"));
    repo.commit("judged").refused().error("lock-drift").says("theirs").never_says("older version");
    repo.hook(&["uninstall"]).passes();
    assert_eq!(fs::read_to_string(hooks.join("pre-commit")).unwrap(), "#!/bin/sh\necho theirs >&2\n");
}

/// Row "own shim as chained hook": it is neither run nor given back, and install clears it away. Nor does a shim that was
/// copied to another event's place guard that.
#[test]
fn our_own_shim_in_other_places() {
    let world = World::new();
    let repo = world.project();
    let hooks = repo.path(".git/hooks");
    fs::copy(hooks.join("pre-commit"), hooks.join("pre-commit.hook-chained")).unwrap();
    fs::copy(hooks.join("pre-commit"), hooks.join("pre-push")).unwrap();
    repo.stage_code("two");
    repo.commit("two").passes();
    repo.hook(&["status"]).exits(1).says("our shim for pre-commit");
    repo.hook(&["install"]).passes().says("a leftover of ours").says("replaced the shim");
    assert!(!hooks.join("pre-commit.hook-chained").exists());
    judges(&repo);
    fs::copy(hooks.join("pre-commit"), hooks.join("pre-commit.hook-chained")).unwrap();
    repo.hook(&["uninstall"]).passes();
    assert!(!hooks.join("pre-commit").exists() && !hooks.join("pre-commit.hook-chained").exists());
}

/// Row "two managers": our shim goes on under the name that another manager gives it.
#[test]
fn a_shim_that_another_manager_renames() {
    let world = World::new();
    let repo = seeded(&world);
    let hooks = repo.path(".git/hooks");
    script(&hooks.join("pre-commit"), "#!/bin/sh\necho first >&2\n");
    repo.hook(&["install", "--via", "file"]).passes();
    fs::rename(hooks.join("pre-commit"), hooks.join("pre-commit.legacy")).unwrap();
    script(&hooks.join("pre-commit"), "#!/bin/sh\n\"${0%/*}/pre-commit.legacy\" \"$@\" || exit 1\necho manager >&2\n");
    repo.stage_code("two");
    repo.commit("two").passes().says("first").says("manager");
    repo.stage(R, NEW);
    repo.commit("manifest").refused().error("lock-drift");
    repo.hook(&["status"]).exits(1).says("foreign");
    // Installing again keeps the manager, and gives it what our old shim ran: each once, and judged once.
    repo.hook(&["install", "--via", "file"]).passes().says("pre-commit.hook-chained-2");
    let run = repo.commit("manifest").refused().says("first").says("manager");
    assert_eq!(run.stderr_text().matches("error[lock-drift]").count(), 1, "{run}");
    repo.stage(L, NEW);
    let run = repo.commit("both").passes().says("manager");
    assert_eq!(run.stderr_text().matches("first").count(), 1, "{run}");
}

/// Status for scripts: every field that the table shows.
#[test]
fn status_as_json() {
    let world = World::new();
    let (repo, _origin) = world.project_with_origin();
    script(&repo.path(".git/hooks/pre-push"), "#!/bin/sh\nexit 0\n");
    repo.stage("freeze-guard.toml", "[push]\nguard = [\"main\", \"release/*\"]\n");
    let run = repo.hook(&["status", "--format", "json"]).exits(1);
    assert!(run.stderr.is_empty(), "{run}");
    let json = run.json();
    assert_eq!(json["schema_version"], 1);
    assert_eq!(json["in_force"], false);
    let push = &json["guards"][2];
    assert_eq!(
        (&push["event"], &push["state"], &push["in_force"]),
        (&"pre-push".into(), &"foreign".into(), &false.into())
    );
    repo.hook(&["install", "--via", "file"]).passes();
    let json = repo.hook(&["status", "--format", "json"]).passes().json();
    let push = &json["guards"][2];
    assert_eq!((&push["state"], &push["wired"]), (&"current".into(), &"file".into()));
    assert!(push["chained"].as_str().unwrap().ends_with("/pre-push.hook-chained"), "{json:#}");
    assert_eq!(json["policy"]["commit"]["origin"], "freeze-guard.toml");
    let main = &json["policy"]["push"][0];
    assert_eq!((&main["remote"], &main["branch"]), (&"origin".into(), &"main".into()));
    assert!(main["policy"]["origin"].is_null() && main["guarded"] == true, "{json:#}");
    assert_eq!(json["pairs"], 1);
    let page = include_str!("../../docs/status.md");
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for key in [keys(&json), keys(&json["guards"][0]), keys(main)].concat() {
        assert!(
            page.contains(&format!("`{key}`")) || page.contains(&format!("`{key}.")),
            "{key} is not in docs/status.md"
        );
    }
}

/// A policy that cannot be read judges nothing: not in force. So does a default branch that nothing guards.
#[test]
fn a_policy_that_guards_nothing() {
    let world = World::new();
    let (repo, _origin) = world.project_with_origin();
    repo.git(&["remote", "set-head", "origin", "main"]).passes();
    repo.hook(&["status"]).passes().says("origin/main");
    repo.stage("freeze-guard.toml", "nonsense = [\n");
    repo.hook(&["status"]).exits(1).says("cannot be read").says("hook check");
    repo.stage("freeze-guard.toml", "[push]\nguard = [\"trunk\"]\n");
    repo.land("another guard");
    repo.git(&["push", "-q", "--no-verify", "origin", "main"]).passes();
    repo.hook(&["status"]).exits(1).says("default branch is not guarded").says("\"main\"");
}

/// A probe never runs a foreign hook, and neither does anything else in status or a dry run.
#[test]
fn status_runs_nobody_elses_hook() {
    let world = World::new();
    let repo = seeded(&world);
    for event in ["pre-commit", "pre-merge-commit", "pre-push", "pre-applypatch"] {
        script(&repo.path(".git/hooks").join(event), "#!/bin/sh\ntouch \"$0.ran\"\n");
    }
    repo.hook(&["status"]).exits(1);
    repo.hook(&["install", "--dry-run"]).passes().says("would rename");
    repo.hook(&["install", "--via", "file"]).passes();
    repo.hook(&["status"]).passes();
    repo.hook(&["uninstall"]).passes();
    let ran = fs::read_dir(repo.path(".git/hooks")).unwrap();
    assert!(!ran.into_iter().any(|entry| entry.unwrap().path().extension().is_some_and(|ending| ending == "ran")));
}

/// Scenario 61: an interrupt during the hook leaves no lock, no temporary file and the index as it was.
#[test]
fn s61_an_interrupt() {
    let world = World::new();
    let repo = seeded(&world);
    script(&repo.path(".git/hooks/pre-commit"), "#!/bin/sh\ntouch .git/started\nsleep 30\n");
    repo.hook(&["install", "--via", "file"]).passes();
    repo.stage_code("two");
    // Git itself rewrites the file before the hook, to remember the trees.
    let index = || repo.git(&["ls-files", "--stage"]).passes().stdout_text();
    let before = index();
    let mut git = world.command(world.git_binary(), &repo.top);
    let mut git = git.args(["commit", "-q", "-m", "two"]).stderr(Stdio::null()).process_group(0).spawn().unwrap();
    let waited = Instant::now();
    while !repo.path(".git/started").exists() && waited.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(20));
    }
    // As a terminal does: to everybody in the foreground.
    let group = format!("-{}", git.id());
    Run::of(world.command("kill", &repo.top).args(["-INT", "--", &group]), b"").passes();
    let status = git.wait().unwrap();
    assert!(!status.success() && waited.elapsed() < Duration::from_secs(25), "{status}");
    assert!(repo.path(".git/started").exists());
    assert_eq!(index(), before);
    for name in ["index.lock", "HEAD.lock"] {
        assert!(!repo.path(".git").join(name).exists(), "{name}");
    }
    assert!(!repo.git(&["log", "--format=%s"]).stdout_text().contains("two"));
}

/// Row "pp stdin to chained hook": 30,000 lines for a hook that reads all, the first, or none.
#[test]
fn s44_thirty_thousand_lines() {
    for (body, status) in [("cat >.git/seen\n", 0), ("read -r line\nexit 3\n", 3), ("exec <&-\n", 0)] {
        let world = World::new();
        let (repo, _origin) = world.project_with_origin();
        repo.hook(&["uninstall"]).passes();
        script(&repo.path(".git/hooks/pre-push"), format!("#!/bin/sh\n{body}"));
        repo.hook(&["install", "--via", "file"]).passes();
        let (id, zero) = (repo.id("main"), "0".repeat(40));
        let input: String = (0..30_000).map(|n| format!("refs/heads/b{n} {id} refs/heads/b{n} {zero}\n")).collect();
        let shim = repo.path(".git/hooks/pre-push");
        Run::of(world.command(shim, &repo.top).args(["origin", "../origin.git"]), input.as_bytes()).exits(status);
        if body.contains("seen") {
            assert_eq!(fs::read_to_string(repo.path(".git/seen")).unwrap(), input);
        }
    }
}

/// A clone that was moved, and one whose program moved with it: the shim looks on the search path.
#[test]
fn a_moved_clone_and_a_moved_program() {
    let world = World::new();
    let repo = seeded(&world);
    let old = world.path("venv/bin/hook");
    fs::create_dir_all(old.parent().unwrap()).unwrap();
    copy_binary(&old);
    Run::of(world.command(&old, &repo.top).arg("install"), b"").passes();
    fs::rename(&repo.top, world.path("moved")).unwrap();
    fs::rename(world.path("venv"), world.path("container")).unwrap();
    let moved = world.at("moved");
    moved.stage(R, NEW);
    moved.commit("no program").exits(1).says("reinstall it");
    let path = format!("{}:{}", world.path("container/bin").display(), world.search_path().into_string().unwrap());
    moved.git_env(&[("PATH", &path)], &["commit", "-q", "-m", "found"]).refused().error("lock-drift");
}

/// Many branches that a pattern guards take one line.
#[test]
fn many_guarded_branches() {
    let world = World::new();
    let (repo, _origin) = world.project_with_origin();
    repo.stage("freeze-guard.toml", "[push]\nguard = [\"main\", \"release/*\"]\n");
    repo.land("policy");
    let branches: Vec<_> = (0..12).map(|n| format!("main:release/{n:02}")).collect();
    let mut args = vec!["push", "-q", "--no-verify", "origin", "main"];
    args.extend(branches.iter().map(String::as_str));
    repo.git(&args).passes();
    let text = repo.hook(&["status"]).passes().stdout_text();
    let lines: Vec<_> = text.lines().filter(|line| line.starts_with("policy for pushes")).collect();
    assert_eq!(lines.len(), 1, "{text}");
    assert!(lines[0].contains("origin/main, origin/release/00") && lines[0].contains(" and 8 more"), "{text}");
    let json = repo.hook(&["status", "--format", "json"]).passes().json();
    assert_eq!(json["policy"]["push"].as_array().unwrap().len(), 13);
}

/// In the middle of a merge that conflicts, the hooks can be wired and shown.
#[test]
fn in_the_middle_of_a_merge() {
    let world = World::new();
    let repo = seeded(&world);
    repo.git(&["checkout", "-q", "-b", "other"]).passes();
    repo.stage(R, NEW);
    repo.land("other");
    repo.git(&["checkout", "-q", "main"]).passes();
    repo.stage(R, "flask==3.0.0\n");
    repo.land("main");
    repo.git(&["merge", "-q", "other"]).exits(1);
    repo.hook(&["install"]).passes().says("wrote the shim").says("the pairs cannot be shown").says("merge conflict");
    repo.hook(&["status"]).passes().says("current").says("merge conflict");
    assert!(repo.hook(&["status", "--format", "json"]).passes().json()["pairs"].is_null());
}

/// Rows "non-UTF-8 / binary hook" and the two of links, scenario 51: every kind runs where git ran it, comes back as it
/// was, and nothing outside the hooks directory is written.
#[test]
fn s51_hooks_of_every_kind() {
    let world = World::new();
    let repo = seeded(&world);
    let hooks = repo.path(".git/hooks");
    fs::copy("/bin/true", hooks.join("pre-commit")).unwrap();
    script(&hooks.join("pre-merge-commit"), b"#!/bin/sh\n# gr\xfc\xdfe\necho latin >&2\n");
    symlink("../../nowhere/at all", hooks.join("pre-push")).unwrap();
    script(&repo.path("tools/patch"), "#!/bin/sh\nexit 0\n");
    symlink("../../tools/patch", hooks.join("pre-applypatch")).unwrap();
    let (before, tree) = (listing(&hooks, false), listing(&repo.path("tools"), true));
    repo.hook(&["install", "--via", "file"]).passes();
    assert!(!repo.path("nowhere").exists());
    judges(&repo);
    repo.git(&["checkout", "-q", "-b", "side", "HEAD~1"]).passes();
    repo.stage_code("side");
    repo.commit("side").passes();
    repo.git(&["merge", "-q", "--no-edit", "main"]).passes().says("latin");
    repo.hook(&["status"]).passes();
    repo.hook(&["uninstall"]).passes();
    assert_eq!(listing(&hooks, false), before);
    assert_eq!(listing(&repo.path("tools"), true), tree);
}
