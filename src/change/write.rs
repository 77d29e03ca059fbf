//! Putting edits in place: each file is written beside its target and renamed over it, all of them or none.
//!
//! A policy names paths, and whoever wrote the policy need not be the one who runs this: nothing is written through a
//! link, into a git directory, or over anything but the regular file that was read.

mod way;

use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

pub(super) use way::make_way;

use super::Edit;
use crate::source::RepoPath;

/// Why nothing, or not everything, was written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Something else than a regular file stands there, or on the way there.
    #[error("{path} is not written: {what}")]
    NotAFile {
        /// The file.
        path: RepoPath,
        /// What is in the way.
        what: &'static str,
    },
    /// The file is not what was read.
    #[error("{path} is not written: it is not on disk as it was read")]
    Changed {
        /// The file.
        path: RepoPath,
    },
    /// The system refused.
    #[error("{path} cannot be written: {error}; nothing was changed")]
    Io {
        /// The file.
        path: RepoPath,
        /// Its reason.
        error: io::Error,
    },
    /// The system refused half way, and then refused to take the first half back.
    #[error("{path} cannot be written: {error}; {written} was written and could not be restored")]
    HalfWay {
        /// The file.
        path: RepoPath,
        /// The system's reason.
        error: io::Error,
        /// The file that is new now.
        written: RepoPath,
    },
}

impl WriteError {
    /// The next step.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotAFile { .. } => "put a regular file there, then run the command again",
            Self::Changed { .. } => {
                "run the command again; in a sparse checkout, `git sparse-checkout add` its directory first"
            }
            Self::Io { .. } => "see who may write there with `ls -ld`, then run the command again",
            Self::HalfWay { .. } => "`git diff` shows what it holds now, `git restore` gives back what is staged",
        }
    }
}

/// A file that stands ready to be renamed.
struct Ready<'e> {
    edit: &'e Edit,
    target: PathBuf,
    temp: NamedTempFile,
}

/// Writes `edits` below `top`, the top of a work tree: all of them or none.
///
/// # Errors
/// See [`WriteError`]; but for [`WriteError::HalfWay`] every file is then what it was.
pub fn write(top: &Path, edits: &[Edit]) -> Result<(), WriteError> {
    let ready: Vec<_> = edits.iter().map(|edit| prepare(top, edit)).collect::<Result<_, _>>()?;
    let mut done: Vec<(&Edit, PathBuf)> = Vec::new();
    for Ready { edit, target, temp } in ready {
        let renamed = match edit.before {
            Some(_) => temp.persist(&target),
            None => temp.persist_noclobber(&target),
        };
        if let Err(error) = renamed {
            return Err(undo(&done, edit, error.error));
        }
        done.push((edit, target));
    }
    Ok(())
}

fn prepare<'e>(top: &Path, edit: &'e Edit) -> Result<Ready<'e>, WriteError> {
    let path = &edit.path;
    let io = |error| WriteError::Io { path: path.clone(), error };
    let (target, there) = locate(top, path)?;
    let now = there.as_ref().map(|_| fs::read(&target)).transpose().map_err(io)?;
    if now != edit.before {
        return Err(WriteError::Changed { path: path.clone() });
    }
    let temp = beside(&target, there.as_ref(), &edit.after).map_err(io)?;
    Ok(Ready { edit, target, temp })
}

/// The place of `path` on disk, and what lstat says of the file there; `None` if nothing stands there yet.
fn locate(top: &Path, path: &RepoPath) -> Result<(PathBuf, Option<Metadata>), WriteError> {
    let refuse = |what| WriteError::NotAFile { path: path.clone(), what };
    let mut at = top.to_owned();
    let mut parts = path.as_bytes().split(|&byte| byte == b'/').peekable();
    while let Some(part) = parts.next() {
        at.push(component(part).ok_or_else(|| refuse("its path is none that this system can write safely"))?);
        let last = parts.peek().is_none();
        let data = match fs::symlink_metadata(&at) {
            Ok(data) => data,
            Err(error) if error.kind() == io::ErrorKind::NotFound && last => return Ok((at, None)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(refuse("its directory is missing")),
            Err(error) => return Err(WriteError::Io { path: path.clone(), error }),
        };
        match (data.is_symlink(), last) {
            (true, _) => return Err(refuse("a symbolic link stands there or on the way there")),
            (false, true) if data.is_file() => return Ok((at, Some(data))),
            (false, true) => return Err(refuse("what stands there is no regular file")),
            (false, false) if data.is_dir() => {}
            (false, false) => return Err(refuse("something on the way there is no directory")),
        }
    }
    Err(refuse("its path is empty"))
}

/// Where `path` lies below `top`; `None` where this system cannot write it safely.
pub(super) fn on_disk(top: &Path, path: &RepoPath) -> Option<PathBuf> {
    path.as_bytes().split(|&byte| byte == b'/').try_fold(top.to_owned(), |at, part| Some(at.join(component(part)?)))
}

/// One name of a path; `None` for one that leads into a git directory, or that this system would take apart.
fn component(part: &[u8]) -> Option<&OsStr> {
    let git = part.eq_ignore_ascii_case(b".git") || part.eq_ignore_ascii_case(b"git~1");
    if git || part.is_empty() || part == b"." || part == b".." { None } else { native(part) }
}

/// Bytes of a path as the system takes them.
#[cfg(unix)]
pub(super) fn native(part: &[u8]) -> Option<&OsStr> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(OsStr::from_bytes(part))
}

/// Bytes of a path as the system takes them.
#[cfg(not(unix))]
pub(super) fn native(part: &[u8]) -> Option<&OsStr> {
    std::str::from_utf8(part).ok().filter(|part| !part.contains(['\\', ':'])).map(OsStr::new)
}

/// `content` in a new file beside `target`, with the mode of the file that stands there.
fn beside(target: &Path, there: Option<&Metadata>, content: &[u8]) -> io::Result<NamedTempFile> {
    let directory = target.parent().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".hook-");
    let mut temp = plain_mode(&mut builder).tempfile_in(directory)?;
    temp.write_all(content)?;
    if let Some(data) = there {
        fs::set_permissions(temp.path(), data.permissions())?;
    }
    temp.as_file().sync_all()?;
    Ok(temp)
}

/// What any program's new file gets, the umask applied; a temporary file would be its owner's alone.
#[cfg(unix)]
fn plain_mode<'b>(builder: &'b mut tempfile::Builder<'static, 'static>) -> &'b tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt as _;
    builder.permissions(fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn plain_mode<'b>(builder: &'b mut tempfile::Builder<'static, 'static>) -> &'b tempfile::Builder<'static, 'static> {
    builder
}

/// Takes back what was written before `failed` could not be.
fn undo(done: &[(&Edit, PathBuf)], failed: &Edit, error: io::Error) -> WriteError {
    let mut half = None;
    for (edit, target) in done.iter().rev() {
        let restored = match &edit.before {
            None => fs::remove_file(target),
            Some(before) => fs::symlink_metadata(target)
                .and_then(|data| beside(target, Some(&data), before))
                .and_then(|temp| temp.persist(target).map(drop).map_err(|error| error.error)),
        };
        if restored.is_err() {
            half = Some(edit.path.clone());
        }
    }
    let path = failed.path.clone();
    match half {
        None => WriteError::Io { path, error },
        Some(written) => WriteError::HalfWay { path, error, written },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(path: &str, before: Option<&str>, after: &str) -> Edit {
        let before = before.map(|text| text.as_bytes().to_vec());
        Edit { path: RepoPath::new(path.as_bytes()).unwrap(), before, after: after.as_bytes().to_vec() }
    }

    fn listing(dir: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn all_or_none() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a"), "1").unwrap();
        fs::create_dir(dir.path().join("b")).unwrap();
        let error = write(dir.path(), &[edit("a", Some("1"), "2"), edit("b", None, "2")]).unwrap_err();
        assert!(matches!(error, WriteError::NotAFile { .. }), "{error}");
        let error = write(dir.path(), &[edit("a", Some("1"), "2"), edit("no/b", None, "2")]).unwrap_err();
        assert!(matches!(error, WriteError::NotAFile { .. }), "{error}");
        assert_eq!(fs::read(dir.path().join("a")).unwrap(), b"1");
        assert_eq!(listing(dir.path()), ["a", "b"]);
        write(dir.path(), &[edit("a", Some("1"), "2"), edit("b/c", None, "3")]).unwrap();
        assert_eq!(fs::read(dir.path().join("a")).unwrap(), b"2");
        assert_eq!(fs::read(dir.path().join("b/c")).unwrap(), b"3");
    }

    #[test]
    fn what_fails_half_way_is_taken_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::write(path("a"), "new").unwrap();
        fs::write(path("b"), "new").unwrap();
        let (changed, created) = (edit("a", Some("old"), "new"), edit("b", None, "new"));
        let done = [(&changed, path("a")), (&created, path("b"))];
        let error = undo(&done, &edit("c", None, ""), io::Error::other("full"));
        assert!(matches!(error, WriteError::Io { .. }), "{error}");
        assert_eq!(fs::read(path("a")).unwrap(), b"old");
        assert_eq!(listing(dir.path()), ["a"]);
        let error = undo(&[(&created, path("b"))], &edit("c", None, ""), io::Error::other("full"));
        assert!(matches!(error, WriteError::HalfWay { .. }), "{error}");
    }

    #[test]
    fn what_changed_meanwhile_is_not_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a"), "mine").unwrap();
        for before in [Some("1"), None] {
            let error = write(dir.path(), &[edit("a", before, "2")]).unwrap_err();
            assert!(matches!(error, WriteError::Changed { .. }), "{error}");
        }
        let error = write(dir.path(), &[edit("gone", Some("1"), "2")]).unwrap_err();
        assert!(matches!(error, WriteError::Changed { .. }), "{error}");
        assert_eq!(listing(dir.path()), ["a"]);
    }

    #[test]
    fn a_git_directory_is_never_written() {
        let dir = tempfile::tempdir().unwrap();
        for path in [".git/hooks/pre-commit", "sub/.GIT/config", ".git"] {
            fs::create_dir_all(dir.path().join(path).parent().unwrap()).unwrap();
            let error = write(dir.path(), &[edit(path, None, "2")]).unwrap_err();
            assert!(matches!(error, WriteError::NotAFile { .. }), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed_and_modes_are_kept() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::write(path("real"), "1").unwrap();
        fs::create_dir(path("elsewhere")).unwrap();
        symlink("real", path("link")).unwrap();
        symlink("elsewhere", path("dir")).unwrap();
        for edit in [edit("link", Some("1"), "2"), edit("dir/new", None, "2")] {
            let error = write(dir.path(), &[edit]).unwrap_err();
            assert!(error.to_string().contains("symbolic link"), "{error}");
        }
        assert_eq!(fs::read(path("real")).unwrap(), b"1");
        assert!(listing(&path("elsewhere")).is_empty());
        fs::set_permissions(path("real"), fs::Permissions::from_mode(0o755)).unwrap();
        write(dir.path(), &[edit("real", Some("1"), "2"), edit("new", None, "2")]).unwrap();
        let mode = |name: &str| fs::metadata(path(name)).unwrap().permissions().mode() & 0o777;
        fs::write(path("usual"), "").unwrap();
        assert_eq!((mode("real"), mode("new")), (0o755, mode("usual")));
    }
}
