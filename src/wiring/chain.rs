//! Running the hook that was there before ours: with its arguments, its own copy of standard input, its exit status.

use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::shim::{Event, Recognised, recognise};
use super::state::is_executable;
use super::{SUFFIX, WiringError};
use crate::git::World;

/// A hook to run besides ours.
#[derive(Clone, Debug)]
pub struct Chained {
    path: PathBuf,
}

/// The hook that was kept beside `shim`, if git would run it: executable, and not a shim of ours, which would run itself
/// for ever.
pub fn chained_of(shim: &Path, event: Event, world: &World) -> Option<Chained> {
    let mut path = world.cwd.join(shim).into_os_string();
    path.push(SUFFIX);
    let path = PathBuf::from(path);
    if !is_executable(&path) {
        return None;
    }
    let bytes = std::fs::read(&path).ok()?;
    (recognise(event, &bytes) == Recognised::Foreign).then_some(Chained { path })
}

/// Runs it and returns its exit status; 128 and the signal's number where a signal ended it.
///
/// `stdin` is written to it as far as it reads: a hook that does not want it may leave it. Without one it reads
/// nothing.
///
/// # Errors
/// When it cannot be started.
pub fn run_chained(
    chained: &Chained,
    args: &[OsString],
    stdin: Option<&[u8]>,
    world: &World,
) -> Result<u8, WiringError> {
    let failed = |error| WiringError::Io { doing: "starting", path: chained.path.clone(), error };
    let input = || if stdin.is_some() { Stdio::piped() } else { Stdio::null() };
    let start = |program: &OsStr, first: Option<&OsStr>| {
        let mut command = Command::new(program);
        command.args(first).args(args).env_clear().envs(&world.env).current_dir(&world.cwd).stdin(input()).spawn()
    };
    let mut child = match start(chained.path.as_os_str(), None) {
        // A script without a `#!` line: git lets sh run it.
        Err(error) if error.raw_os_error() == Some(NO_FORMAT) => {
            start(OsStr::new("sh"), Some(chained.path.as_os_str()))
        }
        other => other,
    }
    .map_err(failed)?;
    feed(&mut child, stdin);
    let status = child.wait().map_err(failed)?;
    Ok(code(status))
}

/// ENOEXEC, the same number on Linux, macOS and the BSDs.
const NO_FORMAT: i32 = 8;

/// Writes all that the child takes. That it takes less, and closes, is its right.
fn feed(child: &mut Child, stdin: Option<&[u8]>) {
    if let (Some(mut pipe), Some(bytes)) = (child.stdin.take(), stdin) {
        let _ = pipe.write_all(bytes);
    }
}

fn code(status: std::process::ExitStatus) -> u8 {
    if let Some(code) = status.code() {
        return u8::try_from(code).unwrap_or(1);
    }
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        if let Some(signal) = status.signal() {
            return u8::try_from(128 + signal).unwrap_or(1);
        }
    }
    1
}
