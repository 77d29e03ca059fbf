//! Running the hooks that stood in our place before: with the same arguments, standard input and environment that git
//! gave us, whatever they do with them, and never in a circle.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use super::files::{self, Found, command_word, shown};
use super::manager::Manager;
use super::shim::recognise;
use super::{Caller, ChainedName, Event};

/// Names the chained hook that is running, for hook managers that call each other's hooks.
pub const RUNNING: &str = "FREEZE_GUARD_CHAIN";
/// Counts how many chained hooks run within each other.
const DEPTH: &str = "FREEZE_GUARD_DEPTH";
/// Deeper than this nobody means it: a hook that runs the git command that it belongs to.
const DEEPEST: u32 = 16;

/// What git, through a shim, asked for.
#[derive(Clone, Copy, Debug)]
pub struct ChainCall<'a> {
    /// For which event.
    pub event: Event,
    /// The shim's path, as `$0` gives it: absolute, or relative to `cwd`.
    pub shim: &'a Path,
    /// Who called it.
    pub caller: Caller,
    /// The names beside it of the hooks to run, in this order.
    pub chained: &'a [ChainedName],
    /// The arguments that git gave.
    pub args: &'a [OsString],
    /// What was read from standard input, to be replayed; `None` if nobody read it, and the hook takes it over.
    pub stdin: Option<&'a [u8]>,
    /// The whole environment.
    pub env: &'a [(OsString, OsString)],
    /// The working directory.
    pub cwd: &'a Path,
}

/// What became of the chained hooks.
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

/// A chained hook could not be run, which git takes for a refusal, and so should the caller.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The system would not start it.
    #[error("cannot run {}, the hook that was here before: {source}", shown(path))]
    Start {
        /// The hook.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is running already, and again, and again.
    #[error("{} starts the git command that it is a hook of, over and over", shown(path))]
    Circle {
        /// The hook.
        path: PathBuf,
    },
}

impl ChainError {
    /// The next step.
    pub fn help(&self) -> String {
        match self {
            Self::Start { path, .. } => {
                let path = command_word(path);
                format!("see what its first line asks for: `head -n 1 {path}`; or have it skipped: `chmod -x {path}`")
            }
            Self::Circle { path } => {
                let path = command_word(path);
                format!("see which git command it runs: `grep -n git {path}`; or have it skipped: `chmod -x {path}`")
            }
        }
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

/// Runs the hooks chained to a shim, those that are there, until one refuses. Their output goes where ours goes.
///
/// # Errors
/// [`ChainError`] if one is there and executable, but cannot be started or waited for.
pub fn run_chained(call: &ChainCall<'_>) -> Result<ChainOutcome, ChainError> {
    let mut all = ChainOutcome::Absent;
    for &name in call.chained {
        match (run_one(call, name)?, all) {
            (ChainOutcome::Exited(0), _) => all = ChainOutcome::Exited(0),
            (refused @ ChainOutcome::Exited(_), _) => return Ok(refused),
            (_, ChainOutcome::Exited(_)) => {}
            (other, _) => all = other,
        }
    }
    Ok(all)
}

fn run_one(call: &ChainCall<'_>, name: ChainedName) -> Result<ChainOutcome, ChainError> {
    let chained = chained_beside(call.shim, name);
    let error = |source| ChainError::Start { path: chained.clone(), source };
    let chained = match find(call, &chained).map_err(error)? {
        Target::Run(path) => path,
        Target::Not(outcome) => return Ok(outcome),
    };
    let marker = identity(call.cwd, &chained);
    if call.caller != Caller::Git && running(call).is_some_and(|path| path == marker) {
        return Ok(ChainOutcome::Running);
    }
    let depth = variable(call, DEPTH).and_then(OsStr::to_str).and_then(|text| text.parse().ok()).unwrap_or(0);
    if depth >= DEEPEST {
        return Err(ChainError::Circle { path: chained });
    }
    let mut child = start(call, &chained, &[(RUNNING, marker.as_os_str()), (DEPTH, (depth + 1).to_string().as_ref())])
        .map_err(error)?;
    replay(&mut child, call.stdin);
    let status = child.wait().map_err(error)?;
    Ok(ChainOutcome::Exited(code_of(status)))
}

/// Whether a hook chained to `outer`, beside this shim, is what called it: git's own sample of pre-merge-commit ends by
/// becoming pre-commit, and what that would judge is the merge.
pub fn is_called_by(call: &ChainCall<'_>, outer: Event) -> bool {
    let Some(running) = running(call).filter(|_| call.caller == Caller::Other) else { return false };
    let name = running.file_name().and_then(OsStr::to_str).and_then(ChainedName::parse);
    name.is_some_and(|name| name.event() == outer && identity(call.cwd, &chained_beside(call.shim, name)) == running)
}

/// The chained hook that is running, if one is.
fn running(call: &ChainCall<'_>) -> Option<PathBuf> {
    variable(call, RUNNING).map(|path| identity(call.cwd, Path::new(path)))
}

fn variable<'a>(call: &ChainCall<'a>, name: &str) -> Option<&'a OsStr> {
    call.env.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_os_str())
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
            Some(version) if hook.link && version.event != call.event && is_neighbour(call.cwd, &path) => {
                let Some(&meant) = version.chained.first() else { return Ok(Target::Not(ChainOutcome::Absent)) };
                path = chained_beside(call.shim, meant);
            }
            Some(_) => return Ok(Target::Not(ChainOutcome::OwnShim)),
        }
    }
    Ok(Target::Not(ChainOutcome::OwnShim))
}

/// Whether the hook with these bytes is of the manager that renamed our shim and calls it from the hook that it put in
/// its place. That manager runs already, and takes a second start for a circle.
fn is_caller(call: &ChainCall<'_>, chained: &[u8]) -> io::Result<bool> {
    let event = call.event.name();
    if call.shim.file_name().is_none_or(|name| name == event) {
        return Ok(false);
    }
    Ok(match files::look(&call.cwd.join(call.shim.with_file_name(event)))? {
        Found::Hook(hook) => {
            hook.bytes == chained
                || Manager::of(chained).is_some_and(|manager| Manager::of(&hook.bytes) == Some(manager))
        }
        Found::Nothing | Found::DanglingLink | Found::Other(_) => false,
    })
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

fn start(call: &ChainCall<'_>, chained: &Path, more: &[(&str, &OsStr)]) -> io::Result<Child> {
    let spawn = |mut command: Command| {
        command.args(call.args).env_clear().envs(call.env.iter().map(|(name, value)| (name, value)));
        command.envs(more.iter().copied()).current_dir(call.cwd);
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
