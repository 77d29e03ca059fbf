//! Running the hook that stood in our place before: with the same arguments, standard input and environment that git
//! gave us, whatever it does with them, and never in a circle.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use super::files::{self, Found, command_word, shown};
use super::shim::recognise;
use super::{ChainedName, Event};

/// Names the chained hook that is running, for hook managers that call each other's hooks.
const RUNNING: &str = "FREEZE_GUARD_CHAIN";

/// What git, through a shim, asked for.
#[derive(Clone, Copy, Debug)]
pub struct ChainCall<'a> {
    /// The shim's path, as `$0` gives it: absolute, or relative to `cwd`.
    pub shim: &'a Path,
    /// The name beside it of the hook to run.
    pub chained: ChainedName,
    /// The arguments that git gave.
    pub args: &'a [OsString],
    /// What was read from standard input, to be replayed; `None` if nobody read it, and the hook takes it over.
    pub stdin: Option<&'a [u8]>,
    /// The whole environment.
    pub env: &'a [(OsString, OsString)],
    /// The working directory.
    pub cwd: &'a Path,
}

/// What became of the chained hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainOutcome {
    /// There is none.
    Absent,
    /// It is not executable, or a link to nothing; git ignores such hooks.
    Ignored,
    /// It is a shim of ours.
    OwnShim,
    /// It is running already, and it is what called us.
    Running,
    /// It ran, with this exit code: 128 + n if signal n ended it.
    Exited(i32),
}

impl ChainOutcome {
    /// The exit code to pass on; 0 if nothing ran.
    pub fn code(self) -> i32 {
        match self {
            Self::Exited(code) => code,
            Self::Absent | Self::Ignored | Self::OwnShim | Self::Running => 0,
        }
    }
}

/// The chained hook could not be run, which git takes for a refusal, and so should the caller.
#[derive(Debug, thiserror::Error)]
#[error("cannot run {}, the hook that was here before: {source}", shown(path))]
pub struct ChainError {
    /// The hook.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl ChainError {
    /// The next step.
    pub fn help(&self) -> String {
        let path = command_word(&self.path);
        format!("see what its first line asks for: `head -n 1 {path}`; or have it skipped: `chmod -x {path}`")
    }
}

impl ChainCall<'_> {
    fn event(&self) -> Event {
        self.chained.event()
    }
}

/// Where the hook of this name stands beside the shim at `shim`, whether or not there is one.
pub fn chained_beside(shim: &Path, chained: ChainedName) -> PathBuf {
    let directory = match shim.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        // A program without a slash in its name would be looked for in PATH.
        _ => Path::new("."),
    };
    directory.join(chained.to_string())
}

/// Runs the hook chained to a shim, if there is one to run. Its output goes where ours goes.
///
/// # Errors
/// [`ChainError`] if it is there and executable, but cannot be started or waited for.
pub fn run_chained(call: &ChainCall<'_>) -> Result<ChainOutcome, ChainError> {
    let chained = chained_beside(call.shim, call.chained);
    let error = |source| ChainError { path: chained.clone(), source };
    let chained = match find(call, &chained).map_err(error)? {
        Target::Run(path) => path,
        Target::Not(outcome) => return Ok(outcome),
    };
    let marker = identity(call.cwd, &chained);
    let running = call.env.iter().find(|(name, _)| name == RUNNING).map(|(_, value)| value);
    if running.is_some_and(|value| identity(call.cwd, Path::new(value)) == marker) {
        return Ok(ChainOutcome::Running);
    }
    let mut child = start(call, &chained, marker.as_os_str()).map_err(error)?;
    replay(&mut child, call.stdin);
    let status = child.wait().map_err(error)?;
    Ok(ChainOutcome::Exited(code_of(status)))
}

/// Whether a hook that is not ours stands where our shim stood when it called: lefthook, chained, writes its hooks anew
/// whenever its configuration changes, and from then on git does not reach us.
pub fn is_displaced(call: &ChainCall<'_>) -> bool {
    matches!(files::look(&call.cwd.join(call.shim)), Ok(Found::Hook(hook)) if recognise(&hook.bytes).is_none())
}

enum Target {
    Run(PathBuf),
    Not(ChainOutcome),
}

/// Which file to run for the chained hook `first`. A hook that was a link to the hook of another event is now a link to
/// our shim for that event, and what it meant is what is chained there.
fn find(call: &ChainCall<'_>, first: &Path) -> io::Result<Target> {
    let mut path = first.to_owned();
    for _ in Event::ALL {
        let hook = match files::look(&call.cwd.join(&path))? {
            Found::Nothing => return Ok(Target::Not(ChainOutcome::Absent)),
            Found::DanglingLink => return Ok(Target::Not(ChainOutcome::Ignored)),
            Found::Hook(hook) if !hook.executable => return Ok(Target::Not(ChainOutcome::Ignored)),
            // As git: it is executable in its way, and starting it fails.
            Found::Other(_) => return Ok(Target::Run(path)),
            Found::Hook(hook) => hook,
        };
        match recognise(&hook.bytes) {
            None if is_caller(call, &hook.bytes)? => return Ok(Target::Not(ChainOutcome::Running)),
            None => return Ok(Target::Run(path)),
            Some(version) if hook.link && version.event != call.event() && is_neighbour(call.cwd, &path) => {
                path = chained_beside(call.shim, version.chained);
            }
            Some(_) => return Ok(Target::Not(ChainOutcome::OwnShim)),
        }
    }
    Ok(Target::Not(ChainOutcome::OwnShim))
}

/// Whether the hook with these bytes is of the manager that renamed our shim and calls it from the hook that it put in
/// its place. That manager runs already, and takes a second start for a circle.
fn is_caller(call: &ChainCall<'_>, chained: &[u8]) -> io::Result<bool> {
    let event = call.event().name();
    if call.shim.file_name().is_none_or(|name| name == event) {
        return Ok(false);
    }
    Ok(match files::look(&call.cwd.join(call.shim.with_file_name(event)))? {
        Found::Hook(hook) => {
            hook.bytes == chained || generator(chained).is_some_and(|line| generator(&hook.bytes) == Some(line))
        }
        Found::Nothing | Found::DanglingLink | Found::Other(_) => false,
    })
}

/// The line in which pre-commit and prek sign the hooks that they write.
fn generator(bytes: &[u8]) -> Option<&[u8]> {
    bytes.split(|&byte| byte == b'\n').take(5).find(|line| line.starts_with(b"# File generated by "))
}

/// Whether the link at `path` leads to a file of its own directory.
fn is_neighbour(cwd: &Path, path: &Path) -> bool {
    let path = cwd.join(path);
    match (path.canonicalize(), path.parent().map(Path::canonicalize)) {
        (Ok(target), Some(Ok(directory))) => target.parent() == Some(&directory),
        _ => false,
    }
}

/// The path without links in its directory, so that two ways to write it are one.
fn identity(cwd: &Path, path: &Path) -> PathBuf {
    let path = cwd.join(path);
    match (path.parent().map(Path::canonicalize), path.file_name()) {
        (Some(Ok(directory)), Some(name)) => directory.join(name),
        _ => path,
    }
}

fn start(call: &ChainCall<'_>, chained: &Path, marker: &OsStr) -> io::Result<Child> {
    let spawn = |mut command: Command| {
        command.args(call.args).env_clear().envs(call.env.iter().map(|(name, value)| (name, value)));
        command.env(RUNNING, marker).current_dir(call.cwd);
        command.stdin(if call.stdin.is_some() { Stdio::piped() } else { Stdio::inherit() }).spawn()
    };
    let by_shell = || {
        let mut command = Command::new(SHELL);
        command.arg(chained);
        command
    };
    if cfg!(windows) {
        return spawn(by_shell());
    }
    match spawn(Command::new(chained)) {
        // A text without `#!`, which git hands to sh.
        Err(error) if error.raw_os_error() == Some(ENOEXEC) => spawn(by_shell()),
        result => result,
    }
}

const SHELL: &str = if cfg!(windows) { "sh" } else { "/bin/sh" };
const ENOEXEC: i32 = 8;

/// A hook may read all, some or none of its input; like git, we do not mind.
fn replay(child: &mut Child, stdin: Option<&[u8]>) {
    if let (Some(mut pipe), Some(bytes)) = (child.stdin.take(), stdin) {
        pipe.write_all(bytes).ok();
    }
}

#[cfg(unix)]
fn code_of(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt as _;
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1)
}

#[cfg(not(unix))]
fn code_of(status: ExitStatus) -> i32 {
    status.code().unwrap_or(1)
}
