//! What stands at each hook's place, and whether git reaches it.

use std::fs;
use std::path::{Path, PathBuf};

use super::shim::{Event, Recognised, recognise, shim};
use super::{SUFFIX, Site, WiringError};
use crate::git::Repository;

/// One hook of a clone.
#[derive(Clone, Debug)]
pub struct Guard {
    /// Which.
    pub event: Event,
    /// Its place.
    pub path: PathBuf,
    /// What stands there.
    pub state: State,
    /// The hook that was there before and still runs, where there is one.
    pub chained: Option<PathBuf>,
}

/// What stands at a hook's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing.
    Absent,
    /// Our shim, byte for byte, and git may run it.
    Current,
    /// A shim of ours that names another binary or has another version.
    Outdated,
    /// Our shim, which git does not run because it is not executable.
    NotExecutable,
    /// A shim of ours that somebody has changed.
    Edited,
    /// Somebody else's hook.
    Foreign {
        /// Whether git would run it.
        executable: bool,
    },
}

/// Looks at every hook.
///
/// # Errors
/// When a hook that is there cannot be read.
pub fn inspect(site: &Site, binary: &Path) -> Result<Vec<Guard>, WiringError> {
    Event::ALL.iter().map(|event| look(site, *event, binary)).collect()
}

fn look(site: &Site, event: Event, binary: &Path) -> Result<Guard, WiringError> {
    let path = site.hooks.join(event.name());
    let chained = site.hooks.join(format!("{}{SUFFIX}", event.name()));
    let chained = fs::symlink_metadata(&chained).is_ok().then_some(chained);
    let state = match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => State::Absent,
        Err(error) => return Err(WiringError::Io { doing: "reading", path, error }),
        Ok(metadata) => state(event, &path, &metadata, binary)?,
    };
    Ok(Guard { event, path, state, chained })
}

fn state(event: Event, path: &Path, metadata: &fs::Metadata, binary: &Path) -> Result<State, WiringError> {
    let executable = is_executable(path);
    // A link is never ours: we write files.
    if !metadata.is_file() {
        return Ok(State::Foreign { executable });
    }
    let bytes =
        fs::read(path).map_err(|error| WiringError::Io { doing: "reading", path: path.to_path_buf(), error })?;
    Ok(match recognise(event, &bytes) {
        Recognised::Foreign => State::Foreign { executable },
        Recognised::Edited => State::Edited,
        Recognised::Ours if bytes == shim(event, binary) && executable => State::Current,
        Recognised::Ours if bytes == shim(event, binary) => State::NotExecutable,
        Recognised::Ours | Recognised::OtherVersion => State::Outdated,
    })
}

/// Whether git would run the file: it follows links and asks for execution, everywhere but on Windows.
pub(super) fn is_executable(path: &Path) -> bool {
    let Ok(metadata) = fs::metadata(path) else { return false };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        metadata.is_file() && metadata.permissions().mode() & 0o111 != 0
    }
    #[cfg(not(unix))]
    {
        metadata.is_file()
    }
}

/// Whether git runs our shim for an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// A probe came back from it.
    Proven,
    /// The file that git resolves is ours; this git is too old to be asked further (before 2.36).
    Resolved,
    /// It does not; the text says why.
    No(String),
}

/// Asks git whether it reaches our shim for `guard`.
///
/// The file that git resolves is compared first: a probe of somebody else's hook would run it.
pub fn reach(repo: &Repository, guard: &Guard, binary: &Path) -> Reach {
    if guard.state != State::Current {
        return Reach::No("the shim is not in place".to_owned());
    }
    let name = guard.event.name();
    let resolved = match repo.git().args(["rev-parse", "--git-path", &format!("hooks/{name}")]).run() {
        Ok(path) => crate::git::path_of(path.stdout.strip_suffix(b"\n").unwrap_or(&path.stdout)),
        Err(error) => return Reach::No(error.to_string()),
    };
    let base = &repo.world().cwd;
    match fs::read(base.join(&resolved)) {
        Ok(bytes) if bytes == shim(guard.event, binary) => {}
        Ok(_) | Err(_) => return Reach::No(format!("git looks for it in {}", super::shown(&resolved))),
    }
    // Hooks that the configuration defines (git 2.54) would run with the probe.
    if repo.git().args(["config", "--get-regexp", r"^hook\..*\.event$"]).run().is_ok() {
        return Reach::Resolved;
    }
    let probe = repo.git().env("FREEZE_GUARD_PROBE", "1").args(["hook", "run", "--ignore-missing", name]);
    match probe.run() {
        Err(error) if error.status() == Some(97) => Reach::Proven,
        Err(error) if error.to_string().contains("is not a git command") => Reach::Resolved,
        Ok(_) => Reach::No("git ran nothing when it was asked to run the hook".to_owned()),
        Err(error) => Reach::No(error.to_string()),
    }
}
