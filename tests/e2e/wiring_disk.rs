//! Scenario 60: a hooks directory that cannot be written, a disk that is full, a directory of somebody else; and an
//! installer that is killed at any moment. Whatever was there is there still, and the message says what to do.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::layouts::copy_binary;
use crate::run::script;
use crate::wiring::listing;
use crate::world::{BINARY, NEW, R, Repo, Run, World};

/// Somebody who owns nothing here.
const STRANGER: &str = "65534";

const FOREIGN: &str = "#!/bin/sh\necho foreign >&2\n";

/// A clone with a foreign hook.
fn clone(world: &World) -> Repo<'_> {
    let repo = world.repo("project");
    repo.seed();
    script(&repo.path(".git/hooks/pre-commit"), FOREIGN);
    repo
}

/// Everything about the hooks, and the git directory's names.
fn picture(repo: &Repo<'_>) -> (Vec<String>, Vec<String>) {
    let names = fs::read_dir(repo.path(".git")).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    (listing(&repo.path(".git/hooks"), false), names)
}

/// A commit passes and runs the foreign hook.
fn foreign_works(repo: &Repo<'_>, text: &str) {
    repo.stage_code(text);
    repo.commit(text).passes().says("foreign");
}

/// `program` as a user whom file modes bind: root is made nobody first. `None`, and a word, where that cannot be.
fn as_mortal(world: &World, repo: &Repo<'_>, program: &Path) -> Option<Command> {
    if !is_root() {
        return Some(world.command(program, &repo.top));
    }
    let mut command = world.command("setpriv", &repo.top);
    command.args(["--reuid", STRANGER, "--clear-groups"]).arg(program);
    let mut probe = world.command("setpriv", &repo.top);
    let works = probe.args(["--reuid", STRANGER, "--clear-groups", "true"]).stderr(Stdio::null()).status();
    if works.is_ok_and(|status| status.success()) {
        return Some(command);
    }
    println!("skipped: root cannot become nobody here, and modes do not bind root");
    None
}

fn is_root() -> bool {
    tempfile::tempfile().unwrap().metadata().unwrap().uid() == 0
}

/// Gives the whole world but `kept` to nobody, where the test runs as root.
fn give_away(world: &World, kept: &Path) {
    if !is_root() {
        return;
    }
    fs::set_permissions(world.path("."), fs::Permissions::from_mode(0o755)).unwrap();
    let owner = format!("{STRANGER}:{STRANGER}");
    Run::of(Command::new("chown").args(["-R", &owner]).arg(world.path(".")), b"").passes();
    Run::of(Command::new("chown").args(["-R", "0:0"]).arg(kept), b"").passes();
}

/// The binary where anybody may run it.
fn shared_binary(world: &World) -> std::path::PathBuf {
    let binary = world.path("bin/hook");
    fs::create_dir_all(binary.parent().unwrap()).unwrap();
    copy_binary(&binary);
    binary
}

#[test]
fn s60_a_read_only_hooks_directory() {
    let world = World::new();
    let repo = clone(&world);
    let (binary, hooks) = (shared_binary(&world), repo.path(".git/hooks"));
    give_away(&world, &world.path("bin"));
    let Some(mut install) = as_mortal(&world, &repo, &binary) else { return };
    fs::set_permissions(&hooks, fs::Permissions::from_mode(0o555)).unwrap();
    let before = picture(&repo);
    let run = Run::of(install.arg("install"), b"").exits(2).says("cannot write beside").says("nothing was changed");
    run.says("ls -ld");
    assert_eq!(picture(&repo), before);
    fs::set_permissions(&hooks, fs::Permissions::from_mode(0o755)).unwrap();
    Run::of(as_mortal(&world, &repo, &binary).unwrap().arg("install"), b"").passes();
    Run::of(as_mortal(&world, &repo, &binary).unwrap().arg("status"), b"").passes();
}

/// A hooks directory of somebody else, in a clone of one's own.
#[test]
fn a_hooks_directory_of_somebody_else() {
    let world = World::new();
    let repo = clone(&world);
    if !is_root() {
        println!("skipped: only root can give a directory to somebody else");
        return;
    }
    let (binary, hooks) = (shared_binary(&world), repo.path(".git/hooks"));
    give_away(&world, &hooks);
    let Some(mut install) = as_mortal(&world, &repo, &binary) else { return };
    let before = picture(&repo);
    Run::of(install.arg("install"), b"").exits(2).says("Permission denied").says("ls -ld");
    // Root, on the other hand, is told by git that the clone is not root's.
    let run = Run::of(world.command(&binary, &repo.top).arg("install"), b"").exits(2);
    run.says("belongs to somebody else").says("`git config --global --add safe.directory ");
    assert_eq!(picture(&repo), before);
    let status = Run::of(as_mortal(&world, &repo, &binary).unwrap().arg("status"), b"").exits(1);
    status.says("absent").says("not every guard is in force");
    // The directory open to all, as on a shared machine, but sticky: others' hooks cannot be renamed there.
    fs::set_permissions(&hooks, fs::Permissions::from_mode(0o1777)).unwrap();
    let before = picture(&repo);
    Run::of(as_mortal(&world, &repo, &binary).unwrap().arg("install"), b"").exits(2).says("nothing was changed");
    assert_eq!(picture(&repo), before);
}

/// No byte more than a limit can be written, as on a full disk or over a quota.
#[test]
fn s60_no_room_for_a_shim() {
    for room in [0, 1] {
        let world = World::new();
        let repo = clone(&world);
        let before = picture(&repo);
        // In blocks of 512 bytes, which are fewer than a shim has.
        let text = format!("trap '' XFSZ; ulimit -f {room}; exec \"$0\" install");
        let mut sh = world.command("sh", &repo.top);
        Run::of(sh.args(["-c", &text, BINARY]), b"").exits(2).says("nothing was changed");
        assert_eq!(picture(&repo), before);
        foreign_works(&repo, "still");
        repo.hook(&["install"]).passes();
        repo.hook(&["uninstall"]).passes();
        assert_eq!(picture(&repo).0, before.0);
    }
}

/// A disk that really is full, with room for some of the shims or for none.
#[test]
fn s60_a_full_disk() {
    for free in [0_usize, 4096, 12288] {
        let world = World::new();
        let repo = clone(&world);
        let hooks = repo.path(".git/hooks");
        fs::remove_dir_all(&hooks).unwrap();
        fs::create_dir(&hooks).unwrap();
        let Some(_disk) = Disk::mount(&hooks, 65536) else { return };
        script(&hooks.join("pre-commit"), FOREIGN);
        fs::write(hooks.join("ballast"), vec![b'x'; 65536 - 4096 - free]).unwrap();
        let before = listing(&hooks, false);
        repo.hook(&["install", "--via", "file"]).exits(2).says("No space left").says("nothing was changed");
        assert_eq!(listing(&hooks, false), before, "{free} bytes free");
        foreign_works(&repo, "still");
        fs::remove_file(hooks.join("ballast")).unwrap();
        repo.hook(&["install", "--via", "file"]).passes();
        repo.stage(R, NEW);
        repo.commit("judged").refused().error("lock-drift");
    }
}

/// A small file system in memory, gone when dropped.
struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    fn mount(at: &'a Path, size: usize) -> Option<Self> {
        let options = format!("size={size}");
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(at).stderr(Stdio::null()).status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self(at));
        }
        println!("skipped: a file system of {size} bytes cannot be mounted here; see s60_no_room_for_a_shim");
        None
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(self.0).status());
    }
}

/// Killed at whatever moment, install leaves a clone where git works and the foreign hook's word counts; the next run of
/// either verb finishes.
#[test]
fn a_killed_installer() {
    let world = World::new();
    for (number, delay) in (0..24).map(|number| (number, Duration::from_micros(1500 + 700 * number))) {
        let repo = world.repo(format!("project {number}"));
        repo.seed();
        script(&repo.path(".git/hooks/pre-commit"), FOREIGN);
        let before = listing(&repo.path(".git/hooks"), false);
        let mut install = repo.hook_command();
        let mut install = install.arg("install").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(delay);
        install.kill().unwrap();
        install.wait().unwrap();
        foreign_works(&repo, "still");
        if number % 2 == 0 {
            repo.hook(&["install", "--via", "file"]).passes();
            repo.hook(&["status"]).passes();
        }
        repo.hook(&["uninstall"]).passes();
        assert_eq!(listing(&repo.path(".git/hooks"), false), before, "killed after {delay:?}");
    }
}
