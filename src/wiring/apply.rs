//! Taking the steps of a plan. Each is one rename, link or removal, so that whoever ends us in between leaves a hook
//! that git can run; when a step fails, those before it are taken back.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::plan::{Plan, Step};
use super::{SUFFIX, WiringError};

/// Takes every step.
///
/// # Errors
/// The first step that fails; what was done before it is undone.
pub fn apply(plan: &Plan) -> Result<(), WiringError> {
    let mut done = Vec::new();
    for step in &plan.steps {
        match take(step) {
            Ok(undo) => done.push(undo),
            Err(error) => {
                for undo in done.into_iter().rev() {
                    // What cannot be taken back is at least a working hook: the shim runs what was kept.
                    let _ = undo.run();
                }
                return Err(error);
            }
        }
    }
    Ok(())
}

/// How to take a step back.
enum Undo {
    /// There is nothing to take back.
    Nothing,
    RemoveDirectory(PathBuf),
    RemoveFile(PathBuf),
    /// Put these bytes back with these permissions.
    Rewrite(PathBuf, Vec<u8>, Option<fs::Permissions>),
    /// Keep the hook under its second name again and put the shim in its place.
    Rewire {
        hook: PathBuf,
        kept: PathBuf,
        shim: Vec<u8>,
    },
    /// Move the kept hook back over the shim.
    Rename {
        from: PathBuf,
        to: PathBuf,
    },
}

impl Undo {
    fn run(self) -> io::Result<()> {
        match self {
            Self::Nothing => Ok(()),
            Self::RemoveDirectory(path) => fs::remove_dir(path),
            Self::RemoveFile(path) => fs::remove_file(path),
            Self::Rename { from, to } => fs::rename(from, to),
            Self::Rewrite(path, bytes, permissions) => write(&path, &bytes, permissions),
            Self::Rewire { hook, kept, shim } => {
                keep(&hook, &kept)?;
                write(&hook, &shim, executable())
            }
        }
    }
}

fn take(step: &Step) -> Result<Undo, WiringError> {
    let failed = |doing: &'static str, path: &Path| {
        let path = path.to_path_buf();
        move |error| WiringError::Io { doing, path, error }
    };
    match step {
        Step::MakeDirectory(path) => {
            fs::create_dir_all(path).map_err(failed("making", path))?;
            Ok(Undo::RemoveDirectory(path.clone()))
        }
        Step::Keep { from, to } => {
            keep(from, to).map_err(failed("keeping", from))?;
            // While the hook is still in its place the second name is all there is to take back.
            Ok(if fs::symlink_metadata(from).is_ok() {
                Undo::RemoveFile(to.clone())
            } else {
                Undo::Rename { from: to.clone(), to: from.clone() }
            })
        }
        Step::Write { path, bytes } => {
            let before = before(path);
            write(path, bytes, executable()).map_err(failed("writing", path))?;
            Ok(before)
        }
        Step::Restore { from, to } => {
            let shim = fs::read(to).map_err(failed("reading", to))?;
            fs::rename(from, to).map_err(failed("restoring", to))?;
            Ok(Undo::Rewire { hook: to.clone(), kept: from.clone(), shim })
        }
        Step::Remove(path) => {
            let bytes = fs::read(path).map_err(failed("reading", path))?;
            fs::remove_file(path).map_err(failed("removing", path))?;
            Ok(Undo::Rewrite(path.clone(), bytes, executable()))
        }
    }
}

/// What undoes writing to `path`, which a kept hook may stand at.
fn before(path: &Path) -> Undo {
    let mut kept = path.as_os_str().to_owned();
    kept.push(SUFFIX);
    let kept = PathBuf::from(kept);
    let metadata = fs::symlink_metadata(path);
    match metadata {
        Err(_) => Undo::RemoveFile(path.to_path_buf()),
        Ok(_) if fs::symlink_metadata(&kept).is_ok() => Undo::Rename { from: kept, to: path.to_path_buf() },
        Ok(metadata) => match fs::read(path) {
            Ok(bytes) => Undo::Rewrite(path.to_path_buf(), bytes, Some(metadata.permissions())),
            Err(_) => Undo::Nothing,
        },
    }
}

/// Gives the hook its second name while it keeps its first, so that there is no moment without it; where the file
/// system has no hard links, it is renamed.
fn keep(from: &Path, to: &Path) -> io::Result<()> {
    if fs::symlink_metadata(to).is_ok() {
        return Ok(());
    }
    match fs::hard_link(from, to) {
        Ok(()) => Ok(()),
        Err(_) => fs::rename(from, to),
    }
}

/// Writes beside the place and renames: sh reads a script as it goes, so a running hook must never be written into.
fn write(path: &Path, bytes: &[u8], permissions: Option<fs::Permissions>) -> io::Result<()> {
    let directory = path.parent().unwrap_or_else(|| Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".freeze-guard-").tempfile_in(directory)?;
    file.write_all(bytes)?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Readable and executable for all: a hook is no secret, and in a shared repository others must run it.
fn executable() -> Option<fs::Permissions> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        Some(fs::Permissions::from_mode(0o755))
    }
    #[cfg(not(unix))]
    {
        None
    }
}
