//! The same push over a network, as far as loopback is one: git's own daemon, and ssh with a server of the test's own.
//! Over `file://` everything else here is pushed.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{Repo, accepted, refused, server};
use crate::world::{NEW, R, Run, World};

/// A program that serves until the test is over; only this very process is ended.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Serving {
    /// Starts `command` and waits until somebody answers at `port`.
    fn at(port: u16, command: &mut Command) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut serving = Self(child.unwrap());
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return serving;
            }
            assert!(serving.0.try_wait().unwrap().is_none(), "{command:?} has ended by itself");
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("{command:?} does not answer at port {port}");
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// What has to hold whatever carries the push.
fn holds(clone: &Repo<'_>, server: &Repo<'_>) {
    clone.stage(R, NEW);
    clone.land("manifest only");
    refused(clone, server, &["main:auto/x", "main"], "lock-drift").says("remote:   = help: ");
    clone.stage_pair(NEW);
    clone.land("both");
    refused(clone, server, &["main"], "guarded-push");
    refused(clone, server, &["--delete", "main"], "guarded-push");
    accepted(clone, &["main:auto/x", "main"]);
    assert_eq!(server.id("main"), clone.id("main"));
    // The program is gone: no transport waits for it.
    let hook = server.path("hooks/pre-receive");
    let text = fs::read_to_string(&hook).unwrap().replace(crate::world::BINARY, "/nowhere/hook");
    fs::write(&hook, text).unwrap();
    clone.stage_code("two");
    clone.land("two");
    super::push(clone, &["main"]).exits(1).says("remote: freeze-guard: this push is refused");
}

#[test]
fn s48_by_the_git_daemon() {
    let world = World::new();
    let (clone, server) = server(&world);
    let exec = clone.git(&["--exec-path"]).passes().stdout_text();
    // Not through `git daemon`, which would be the parent of what serves.
    let program = Path::new(exec.trim()).join("git-daemon");
    if !program.is_file() {
        println!("skipped: this git has no {}", program.display());
        return;
    }
    let port = free_port();
    let mut command = world.command(&program, &world.path(""));
    command.args(["--listen=127.0.0.1", "--export-all", "--enable=receive-pack", "--reuseaddr"]);
    command.arg(format!("--port={port}")).arg(format!("--base-path={}", world.path("").display()));
    let _serving = Serving::at(port, &mut command);
    let url = format!("git://127.0.0.1:{port}/server.git");
    clone.git(&["remote", "set-url", "origin", &url]).passes();
    holds(&clone, &server);
}

#[test]
fn s48_by_ssh() {
    let world = World::new();
    let (clone, server) = server(&world);
    let Some((port, _serving)) = sshd(&world) else { return };
    let who = Run::of(world.command("id", &world.path("")).arg("-un"), b"").passes().stdout_text();
    let url = format!("ssh://{}@127.0.0.1:{port}{}", who.trim(), server.top.display());
    clone.git(&["remote", "set-url", "origin", &url]).passes();
    let ssh = format!(
        "ssh -F none -o BatchMode=yes -o IdentitiesOnly=yes -o IdentityAgent=none -o StrictHostKeyChecking=yes \
         -o UserKnownHostsFile='{0}/known' -i '{0}/key'",
        world.path("ssh").display()
    );
    clone.git(&["config", "core.sshCommand", &ssh]).passes();
    let receive = format!("'{}' receive-pack", world.git_binary().display());
    clone.git(&["config", "remote.origin.receivepack", &receive]).passes();
    holds(&clone, &server);
}

/// An ssh server of the test's own, with its own keys, for the user who runs the test. Says what is missing where that
/// cannot be: the program (Debian: openssh-server), or for root the account and the directory that it wants.
fn sshd(world: &World) -> Option<(u16, Serving)> {
    let program =
        std::env::var_os("FREEZE_GUARD_TEST_SSHD").map_or_else(|| PathBuf::from("/usr/sbin/sshd"), PathBuf::from);
    let tools = [program.as_path(), Path::new("/usr/bin/ssh"), Path::new("/usr/bin/ssh-keygen")];
    if let Some(missing) = tools.into_iter().find(|tool| !tool.is_file()) {
        println!("skipped: a push over ssh needs {}; name an sshd in FREEZE_GUARD_TEST_SSHD", missing.display());
        return None;
    }
    let dir = world.path("ssh");
    fs::create_dir(&dir).unwrap();
    for name in ["host", "key"] {
        let file = dir.join(name);
        let mut command = world.command("ssh-keygen", &dir);
        Run::of(command.args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]).arg(file), b"").passes();
    }
    let port = free_port();
    let public = |name: &str| fs::read_to_string(dir.join(format!("{name}.pub"))).unwrap();
    fs::write(dir.join("known"), format!("[127.0.0.1]:{port} {}", public("host"))).unwrap();
    fs::write(dir.join("authorized"), public("key")).unwrap();
    let config = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {0}/host\nAuthorizedKeysFile {0}/authorized\nPidFile none\n\
         StrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
         PermitRootLogin prohibit-password\n",
        dir.display()
    );
    fs::write(dir.join("config"), config).unwrap();
    let sshd = |option: &str| {
        let mut command = world.command(&program, &dir);
        command.arg(option).arg("-f").arg(dir.join("config"));
        command
    };
    let test = Run::of(&mut sshd("-t"), b"");
    if test.status != Some(0) {
        println!("skipped: a push over ssh: {} would not run here: {}", program.display(), test.all().trim());
        return None;
    }
    Some((port, Serving::at(port, &mut sshd("-D"))))
}
