//! Scenarios 50, 53, 56 and 57: installing beside other people's hooks, twice, and living without the binary.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::layouts::copy_binary;
use crate::run::script;
use crate::world::{BINARY, L, NEW, R, Repo, Run, World};

const EVENTS: [&str; 4] = ["pre-commit", "pre-merge-commit", "pre-push", "pre-applypatch"];

/// Everything about the files of a directory that a person could notice: name, kind, mode, content or target, and with
/// `identity` also which file on disk it is and when it was written.
pub(crate) fn listing(dir: &Path, identity: bool) -> Vec<String> {
    let mut rows = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let meta = fs::symlink_metadata(&path).unwrap();
        let content = match fs::read_link(&path) {
            Ok(target) => format!("-> {}", target.display()),
            Err(_) if meta.is_file() => String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned(),
            Err(_) => String::new(),
        };
        let which =
            if identity { format!("{} {}.{}", meta.ino(), meta.mtime(), meta.mtime_nsec()) } else { String::new() };
        rows.push(format!("{} {:o} {which} {content}", path.display(), meta.mode()));
    }
    rows.sort();
    rows
}

fn hooks(repo: &Repo<'_>) -> PathBuf {
    repo.path(".git/hooks")
}

/// Installing writes exactly the four shims, executable sh scripts, and `status` finds them in force.
#[test]
fn install_writes_the_shims() {
    let world = World::new();
    let repo = world.repo("project");
    repo.seed();
    let run = repo.hook(&["install"]).passes();
    let run = run.says(R).says(L);
    for event in EVENTS {
        let text = fs::read_to_string(hooks(&repo).join(event)).unwrap();
        assert!(text.starts_with("#!/bin/sh\n") && !text.contains('\r'), "{text}");
        assert_ne!(fs::metadata(hooks(&repo).join(event)).unwrap().mode() & 0o100, 0, "{run}");
    }
    let mut status = repo.hook(&["status"]).passes();
    for event in EVENTS {
        status = status.says(event);
    }
}

/// `hook install` ends with one line per pair, and what to do where a pair is not in order.
#[test]
fn install_lists_the_pairs() {
    let world = World::new();
    let repo = world.repo("project");
    repo.seed();
    repo.stage("api/requirements.txt", NEW);
    repo.stage("docs/requirements.txt", "sphinx\n");
    repo.stage("docs/requirements.lock", "sphinx\n");
    repo.land("more");
    let text = repo.hook(&["install"]).passes().all();
    let line = |path: &str| text.lines().find(|line| line.contains(path)).unwrap_or_else(|| panic!("{path}\n{text}"));
    line("api/requirements.txt");
    assert!(line("api/requirements.txt").contains("lock"), "{text}");
    line("docs/requirements.txt");
    assert!(text.contains("docs") && text.contains("exclude"), "{text}");
}

/// `--dry-run` shows and writes nothing.
#[test]
fn dry_run_writes_nothing() {
    let world = World::new();
    let repo = world.repo("project");
    repo.seed();
    let before = listing(&hooks(&repo), true);
    repo.hook(&["install", "--dry-run"]).passes().says("pre-commit");
    assert_eq!(listing(&hooks(&repo), true), before);
    repo.hook(&["install"]).passes();
    let before = listing(&hooks(&repo), true);
    repo.hook(&["uninstall", "--dry-run"]).passes().says("pre-commit");
    assert_eq!(listing(&hooks(&repo), true), before);
}

/// Foreign executable hook: after install both run; its failure refuses; after uninstall bytes, mode and link are as
/// before.
#[test]
fn s50_a_foreign_hook_still_runs() {
    let world = World::new();
    let repo = world.repo("project");
    repo.seed();
    let foreign = "#!/bin/sh\necho foreign $# >&2\ntest ! -e fail\n";
    script(&hooks(&repo).join("pre-commit"), foreign);
    fs::set_permissions(hooks(&repo).join("pre-commit"), fs::Permissions::from_mode(0o750)).unwrap();
    let before = listing(&hooks(&repo), false);
    repo.hook(&["install", "--via", "file"]).passes();
    repo.stage_code("two");
    repo.commit("both run").passes().says("foreign 0");
    repo.stage(R, NEW);
    let run = repo.commit("ours refuses").refused().error("lock-drift").says("foreign 0");
    let text = run.stderr_text();
    assert!(text.find("foreign") < text.find("lock-drift"), "first theirs, then ours\n{run}");
    repo.stage(L, NEW);
    repo.write("fail", "");
    let head = repo.id("HEAD");
    repo.commit("theirs refuses").exits(1).says("foreign 0").never_says("lock-drift");
    assert_eq!(repo.id("HEAD"), head);
    repo.hook(&["uninstall"]).passes();
    assert_eq!(listing(&hooks(&repo), false), before);
}

/// The same for a hook that is a link to a tracked script: the link moves, the script is not touched.
#[test]
fn s50_a_link_to_a_tracked_script() {
    let world = World::new();
    let repo = world.repo("project");
    repo.seed();
    script(&repo.path("tools/check"), "#!/bin/sh\necho tracked >&2\n");
    symlink("../../tools/check", hooks(&repo).join("pre-commit")).unwrap();
    let (before, tools) = (listing(&hooks(&repo), false), listing(&repo.path("tools"), true));
    repo.hook(&["install"]).passes();
    repo.stage(R, NEW);
    repo.commit("both run").refused().says("tracked").error("lock-drift");
    assert_eq!(listing(&repo.path("tools"), true), tools);
    repo.hook(&["uninstall"]).passes();
    assert_eq!(listing(&hooks(&repo), false), before);
}

/// A foreign pre-push runs last, gets every line and the arguments, and does not run when ours refuses.
#[test]
fn s50_a_foreign_pre_push_gets_its_input() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.hook(&["uninstall"]).passes();
    script(
        &hooks(&repo).join("pre-push"),
        "#!/bin/sh\necho \"args $1 $2\" >>.git/seen\ncat >>.git/seen\ntest ! -e fail\n",
    );
    repo.hook(&["install", "--via", "file"]).passes();
    repo.git(&["push", "-q", "origin", "main:one", "main:two"]).passes().silent();
    let (id, zero) = (repo.id("main"), "0".repeat(40));
    let lines: String = ["one", "two"].map(|name| format!("refs/heads/main {id} refs/heads/{name} {zero}\n")).concat();
    assert_eq!(fs::read_to_string(repo.path(".git/seen")).unwrap(), format!("args origin ../origin.git\n{lines}"));
    fs::remove_file(repo.path(".git/seen")).unwrap();
    repo.write("fail", "");
    repo.git(&["push", "-q", "origin", "main:three"]).exits(1);
    assert_eq!(origin.id("three"), "");
    fs::remove_file(repo.path(".git/seen")).unwrap();
    repo.stage_pair(NEW);
    repo.land("dependencies");
    repo.git(&["push", "-q", "origin", "main"]).refused().error("guarded-push");
    assert!(!repo.path(".git/seen").exists(), "a refused push runs nobody else's hook");
}

/// A chained hook that never reads its input does not fail the push, however long the input is.
#[test]
fn s50_a_foreign_pre_push_that_reads_nothing() {
    let world = World::new();
    let (repo, _origin) = world.project_with_origin();
    repo.hook(&["uninstall"]).passes();
    script(&hooks(&repo).join("pre-push"), "#!/bin/sh\nexit 0\n");
    repo.hook(&["install", "--via", "file"]).passes();
    let (id, zero) = (repo.id("main"), "0".repeat(40));
    let input: String = (0..5000).map(|n| format!("refs/heads/b{n} {id} refs/heads/b{n} {zero}\n")).collect();
    let shim = hooks(&repo).join("pre-push");
    Run::of(world.command(shim, &repo.top).args(["origin", "../origin.git"]), input.as_bytes()).passes().silent();
}

/// Install twice: second writes nothing; install after upgrade replaces only the shim.
#[test]
fn s53_installing_again() {
    let world = World::new();
    let repo = world.repo("project");
    repo.seed();
    script(&hooks(&repo).join("pre-commit"), "#!/bin/sh\necho foreign >&2\n");
    repo.hook(&["install", "--via", "file"]).passes();
    let before = (listing(&hooks(&repo), true), listing(&repo.path(".git"), true));
    repo.hook(&["install", "--via", "file"]).passes();
    assert_eq!((listing(&hooks(&repo), true), listing(&repo.path(".git"), true)), before);
    // An upgrade that puts the binary elsewhere: only the shims are written.
    let moved = world.path("elsewhere/hook");
    fs::create_dir(moved.parent().unwrap()).unwrap();
    copy_binary(&moved);
    Run::of(world.command(&moved, &repo.top).arg("install"), b"").passes();
    let after = listing(&hooks(&repo), true);
    assert_eq!(after.len(), before.0.len());
    for row in before.0.iter().filter(|row| !after.contains(row)) {
        let name = Path::new(row.split(' ').next().unwrap()).file_name().unwrap().to_str().unwrap();
        assert!(EVENTS.contains(&name), "{row}");
    }
    let shim = fs::read_to_string(hooks(&repo).join("pre-commit")).unwrap();
    assert!(shim.contains(moved.to_str().unwrap()), "{shim}");
    repo.stage_code("two");
    repo.commit("still both").passes().says("foreign");
}

/// A project whose shims name a binary that is gone.
fn orphan(world: &World) -> (Repo<'_>, Repo<'_>) {
    let (repo, origin) = world.project_with_origin();
    let binary = world.path("gone/hook");
    fs::create_dir(binary.parent().unwrap()).unwrap();
    copy_binary(&binary);
    Run::of(world.command(&binary, &repo.top).arg("install"), b"").passes();
    fs::remove_file(binary).unwrap();
    (repo, origin)
}

/// Binary deleted: commit and push refused within 1 s (no hang) with the reinstall line; `FREEZE_GUARD=0` passes with
/// one notice.
#[test]
fn s56_without_the_binary() {
    let world = World::new();
    let (repo, origin) = orphan(&world);
    repo.stage_code("two");
    for args in [&["commit", "-q", "-m", "code"][..], &["push", "-q", "origin", "main:feat"]] {
        let run = repo.git(args).exits(1).says("install").says("FREEZE_GUARD=0").says("hooks/");
        // The promise is a second; a machine that runs every test at once gets some more.
        assert!(run.took < Duration::from_secs(5), "{run}");
    }
    assert_eq!(origin.id("feat"), "");
    for args in [&["commit", "-q", "-m", "code"][..], &["push", "-q", "origin", "main:feat"]] {
        let run = repo.git_env(&[("FREEZE_GUARD", "0")], args).passes();
        assert_eq!(run.stderr_text().lines().count(), 1, "{run}");
    }
    assert_eq!(origin.id("feat"), repo.id("main"));
}

/// A program that is there and empty would run as an empty script, and pass.
#[test]
fn s56_an_empty_binary_is_none() {
    let world = World::new();
    let (repo, _origin) = world.project_with_origin();
    repo.hook(&["uninstall"]).passes();
    let binary = world.path("bin/hook");
    fs::create_dir_all(binary.parent().unwrap()).unwrap();
    fs::copy(BINARY, &binary).unwrap();
    Run::of(world.command(&binary, &repo.top).args(["install", "--via", "file"]), b"").passes();
    fs::File::create(&binary).unwrap();
    repo.stage(R, NEW);
    repo.commit("unjudged").exits(1).says("is gone");
}

/// The line that unwires by hand does so, typed as it stands, and gives a foreign hook its place back.
#[test]
fn s56_unwiring_by_hand() {
    for foreign in [false, true] {
        let world = World::new();
        let (repo, _origin) = world.project_with_origin();
        repo.hook(&["uninstall"]).passes();
        if foreign {
            script(&hooks(&repo).join("pre-commit"), "#!/bin/sh\necho foreign >&2\n");
        }
        repo.hook(&["install", "--via", "file"]).passes();
        let shim = fs::read_to_string(hooks(&repo).join("pre-commit")).unwrap();
        fs::write(hooks(&repo).join("pre-commit"), shim.replace(BINARY, "/nowhere/hook")).unwrap();
        repo.stage_code("two");
        let refusal = repo.commit("two").exits(1).stderr_text();
        let line = refusal.lines().find_map(|line| line.split_once("unwire it:")).unwrap().1.trim();
        Run::of(world.command("sh", &repo.top).args(["-c", line]), b"").passes();
        let run = repo.commit("two").passes();
        assert_eq!(run.stderr_text().contains("foreign"), foreign, "{run}");
    }
}

/// Without its binary, the shim takes a `hook` on the search path that proves to be ours, and no other.
#[test]
fn s56_a_hook_on_the_search_path_must_prove_itself() {
    let world = World::new();
    let (repo, _origin) = orphan(&world);
    let tools = world.path("tools");
    let mut path = tools.clone().into_os_string();
    path.push(":");
    path.push(world.search_path());
    let path = path.into_string().unwrap();
    repo.stage(R, NEW);
    let commit = || repo.git_env(&[("PATH", &path)], &["commit", "-q", "-m", "manifest"]);
    script(&tools.join("hook"), "#!/bin/sh\necho 'hook 1.0'\nexit 0\n");
    commit().exits(1).says("FREEZE_GUARD=0");
    fs::remove_file(tools.join("hook")).unwrap();
    copy_binary(&tools.join("hook"));
    commit().refused().error("lock-drift");
}

/// `FREEZE_GUARD=0` with the binary there: one line on stderr, unless the policy forbids it.
#[test]
fn skipping_once() {
    let world = World::new();
    let repo = world.project();
    let skip = [("FREEZE_GUARD", "0")];
    repo.stage(R, NEW);
    let run = repo.git_env(&skip, &["commit", "-q", "-m", "skipped"]).passes().never_says("lock-drift");
    assert_eq!(run.stderr_text().lines().count(), 1, "{run}");
    repo.stage("freeze-guard.toml", "allow-skip = false\n");
    repo.stage(L, NEW);
    repo.land("no skipping");
    repo.stage(R, "flask==3.0.3\n");
    repo.git_env(&skip, &["commit", "-q", "-m", "skipped"]).refused().error("lock-drift");
    // A staged permission does not count: HEAD's policy decides.
    repo.stage("freeze-guard.toml", "allow-skip = true\n");
    repo.git_env(&skip, &["commit", "-q", "-m", "skipped"]).refused();
}

/// A push asks the policy of the guarded branch, not the pusher's.
#[test]
fn skipping_a_push_once() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    let skip = [("FREEZE_GUARD", "0")];
    let push = || repo.git_env(&skip, &["push", "-q", "origin", "main"]);
    repo.stage("freeze-guard.toml", "allow-skip = false\n");
    repo.stage_pair(NEW);
    repo.land("dependencies");
    let run = push().passes().never_says("guarded-push");
    assert_eq!(run.stderr_text().lines().filter(|line| line.contains("skipped pre-push")).count(), 1, "{run}");
    repo.stage("freeze-guard.toml", "allow-skip = true\n");
    repo.stage_pair("flask==3.0.3\n");
    repo.land("dependencies again");
    let before = origin.id("main");
    push().refused().error("guarded-push");
    assert_eq!(origin.id("main"), before);
}

/// Hook chmod -x, CRLF-converted, or removed: `status` exits non-zero and names the event.
#[test]
fn s57_status_sees_what_git_would_not_run() {
    let spoil: [fn(&Path); 3] = [
        |hook| fs::set_permissions(hook, fs::Permissions::from_mode(0o644)).unwrap(),
        |hook| fs::write(hook, fs::read_to_string(hook).unwrap().replace('\n', "\r\n")).unwrap(),
        |hook| fs::remove_file(hook).unwrap(),
    ];
    for spoil in spoil {
        for event in ["pre-commit", "pre-push"] {
            let world = World::new();
            let repo = world.project();
            repo.hook(&["status"]).passes();
            spoil(&hooks(&repo).join(event));
            repo.hook(&["status"]).exits(1).says(event);
            repo.hook(&["install"]).passes();
            repo.hook(&["status"]).passes();
        }
    }
}

/// Where git looks elsewhere for its hooks, installing never reports success while git runs nothing.
#[test]
fn s55_a_hooks_path_elsewhere() {
    for path in ["", "/nowhere", "."] {
        let world = World::new();
        let repo = world.repo("project");
        repo.seed();
        repo.git(&["config", "core.hooksPath", path]).passes();
        let run = repo.hook(&["install"]);
        assert_ne!(run.status, Some(0), "core.hooksPath = {path:?}\n{run}");
        run.says("core.hooksPath");
        repo.hook(&["status"]).exits(1);
    }
}

/// The user's list of clones: install adds, status shows and drops what is gone, uninstall takes away; a broken list
/// stops nothing.
#[test]
fn the_list_of_clones() {
    let world = World::new();
    let (one, two) = (world.repo("one"), world.repo("two"));
    one.hook(&["status", "--all"]).passes().says("no clone");
    one.hook(&["install"]).passes();
    two.hook(&["install"]).passes();
    one.hook(&["status", "--all"]).passes().says("one").says("two").says("in force");
    std::fs::remove_file(two.path(".git/hooks/pre-push")).unwrap();
    one.hook(&["status", "--all"]).exits(1).says("not in force");
    std::fs::remove_dir_all(&two.top).unwrap();
    one.hook(&["status", "--all"]).exits(1).says("gone");
    one.hook(&["status", "--all", "--prune"]).passes().says("dropped");
    one.hook(&["uninstall"]).passes();
    one.hook(&["status", "--all"]).passes().says("no clone");
}
