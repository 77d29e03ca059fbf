//! A scratch clone in a scrubbed world: no configuration but its own, a stand-in for the program that logs how it is
//! called, and a picture of a directory to compare before and after.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write as _;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use freeze_guard::wiring::{self, Done, Guard, Outside, Site, Variable, WiringError};

pub(crate) struct World {
    _root: tempfile::TempDir,
    pub(crate) home: PathBuf,
    pub(crate) repo: PathBuf,
    /// The stand-in for the program.
    pub(crate) binary: PathBuf,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::named(OsStr::new("repo"), OsStr::new("bin"))
    }

    /// With these names for the directories of the clone and of the program.
    pub(crate) fn named(repo: &OsStr, bin: &OsStr) -> Self {
        let root = tempfile::tempdir().unwrap();
        let base = root.path().canonicalize().unwrap();
        let world =
            Self { home: base.join("home"), repo: base.join(repo), binary: base.join(bin).join("hook"), _root: root };
        fs::create_dir(&world.home).unwrap();
        fs::create_dir(&world.repo).unwrap();
        fs::create_dir(world.binary.parent().unwrap()).unwrap();
        world.write_program(LOGGER);
        world.ok(&["init", "-q", "-b", "main", "."]);
        for (name, value) in [("user.name", "A"), ("user.email", "a@example.com"), ("commit.gpgSign", "false")] {
            world.ok(&["config", name, value]);
        }
        world
    }

    pub(crate) fn write_program(&self, text: &str) {
        script(&self.binary, text);
    }

    /// What the stand-in logged of its calls, with a word for the number of the process that called.
    pub(crate) fn log(&self) -> String {
        let log = self.binary.parent().unwrap().join("log");
        let text = fs::read(&log).unwrap_or_default();
        fs::remove_file(&log).ok();
        without_caller(&String::from_utf8_lossy(&text))
    }

    pub(crate) fn git(&self) -> Command {
        self.git_in(&self.repo)
    }

    pub(crate) fn git_in(&self, directory: &Path) -> Command {
        let mut command = Command::new("git");
        command.current_dir(directory).env_clear().env("HOME", &self.home).env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("PATH", std::env::var_os("PATH").unwrap());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.git().args(arguments).output().unwrap()
    }

    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "git {arguments:?}: {}", said(&output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub(crate) fn commit(&self) -> Output {
        self.run(&["commit", "-q", "--allow-empty", "-m", "x"])
    }

    pub(crate) fn site(&self) -> Site {
        self.site_in(&self.repo)
    }

    pub(crate) fn site_in(&self, directory: &Path) -> Site {
        Site::discover(&|arguments: &[&OsStr]| {
            let output = self.git_in(directory).args(arguments).output().map_err(|error| error.to_string())?;
            if output.status.success() { Ok(output.stdout) } else { Err(said(&output)) }
        })
        .unwrap()
    }

    pub(crate) fn install(&self) -> Result<Done, WiringError> {
        wiring::apply(wiring::plan_install(&self.site(), &self.binary)?)
    }

    pub(crate) fn uninstall(&self) -> Result<Done, WiringError> {
        wiring::apply(wiring::plan_uninstall(&self.site())?)
    }

    pub(crate) fn guards(&self) -> Vec<Guard> {
        wiring::inspect(&self.site(), &self.binary).unwrap()
    }

    pub(crate) fn guard(&self, event: wiring::Event) -> Guard {
        self.guards().into_iter().find(|guard| guard.event == event).unwrap()
    }

    pub(crate) fn hooks(&self) -> PathBuf {
        self.repo.join(".git/hooks")
    }

    pub(crate) fn hook(&self, name: &str) -> PathBuf {
        self.hooks().join(name)
    }

    pub(crate) fn picture(&self) -> Picture {
        picture(&self.hooks())
    }
}

/// Git and programs as this world has them, from one directory of it.
pub(crate) struct In<'a>(pub(crate) &'a World, pub(crate) &'a Path);

impl Outside for In<'_> {
    fn git(
        &self,
        directory: Option<&Path>,
        words: &[&OsStr],
        variable: Option<Variable<'_>>,
    ) -> Result<Output, String> {
        let mut git = self.0.git_in(directory.unwrap_or(self.1));
        git.args(words).envs(variable).output().map_err(|error| error.to_string())
    }

    fn program(&self, program: &Path, words: &[&OsStr], variable: Option<Variable<'_>>) -> Result<Output, String> {
        Command::new(program).args(words).envs(variable).output().map_err(|error| error.to_string())
    }
}

/// Logs its arguments, one per line, and passes; for `--version` proves to be ours.
const LOGGER: &str = "#!/bin/sh\n[ \"${1-}\" = --version ] && { echo freeze-guard 9; exit; }\n\
    for argument; do printf '%s\\n' \"$argument\" >>\"${0%/*}/log\"; done\nexit 79\n";

/// A call of the program without the number after `--caller`, which differs from run to run.
pub(crate) fn without_caller(log: &str) -> String {
    let mut parts = log.split("--caller");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let number = part.trim_start();
        let space = &part[..part.len() - number.len()];
        out.push_str(&format!("--caller{space}PID{}", number.trim_start_matches(|digit: char| digit.is_ascii_digit())));
    }
    out
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs it with this on its standard input.
pub(crate) fn fed(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).ok();
    child.wait_with_output().unwrap()
}

/// An executable file.
/// Written by another process: what another test starts meanwhile would hold a file open that is written here, and nobody
/// can run a file that somebody may write to.
pub(crate) fn script(path: &Path, text: &str) {
    let mut shell = Command::new("/bin/sh");
    let writer = shell.args(["-c", "cat >\"$0\" && chmod 755 \"$0\""]).arg(path).stdin(Stdio::piped());
    let mut writer = writer.spawn().unwrap();
    writer.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    assert!(writer.wait().unwrap().success());
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

pub(crate) fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

pub(crate) fn bytes(raw: &[u8]) -> OsString {
    OsString::from_vec(raw.to_vec())
}

/// Each name in a directory with what it is: kind, mode, content or target.
pub(crate) type Picture = BTreeMap<Vec<u8>, (char, u32, Vec<u8>)>;

pub(crate) fn picture(directory: &Path) -> Picture {
    let mut found = Picture::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let metadata = fs::symlink_metadata(&path).unwrap();
        let what = match () {
            () if metadata.is_symlink() => ('l', fs::read_link(&path).unwrap().into_os_string().into_vec()),
            () if metadata.is_dir() => ('d', Vec::new()),
            () => ('f', fs::read(&path).unwrap()),
        };
        let name = path.file_name().unwrap().as_bytes().to_vec();
        found.insert(name, (what.0, metadata.permissions().mode(), what.1));
    }
    found
}

/// This test program as a command that runs the one test `name`, for what needs a process of its own. In the ordinary run
/// such a test finds none of its variables and does nothing.
pub(crate) fn again(name: &str) -> Vec<OsString> {
    let mut line = vec![std::env::current_exe().unwrap().into_os_string()];
    line.extend([name, "--exact", "--nocapture", "--quiet"].map(OsString::from));
    line
}
