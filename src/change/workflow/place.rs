//! A new file of ours in the work tree, and the directories on its way to it. As with every write: through no link, and
//! over nothing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::change::Edit;
use crate::change::write::{WriteError, component, locate, write};
use crate::source::RepoPath;

/// The bytes that stand at `path` below `top`; `None` where nothing does.
///
/// # Errors
/// [`WriteError::NotAFile`] where something else than a regular file stands there or on the way, [`WriteError::Io`]
/// where it cannot be read.
pub fn stands(top: &Path, path: &RepoPath) -> Result<Option<Vec<u8>>, WriteError> {
    let missing = missing(top, path)?;
    if !missing.is_empty() {
        return Ok(None);
    }
    let (target, there) = locate(top, path)?;
    let read = there.map(|_| fs::read(&target)).transpose();
    read.map_err(|error| WriteError::Io { path: path.clone(), error })
}

/// Writes `edit` below `top`, and makes the directories that are missing on its way; those are removed again if it
/// cannot be written.
///
/// # Errors
/// See [`WriteError`].
pub fn place(top: &Path, edit: &Edit) -> Result<(), WriteError> {
    let missing = missing(top, &edit.path)?;
    let mut made = Vec::new();
    let mut result = Ok(());
    for directory in missing {
        match fs::create_dir(&directory) {
            Ok(()) => made.push(directory),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                result = Err(WriteError::Io { path: edit.path.clone(), error });
                break;
            }
        }
    }
    let result = result.and_then(|()| write(top, std::slice::from_ref(edit)));
    if result.is_err() {
        // What is not empty is no longer ours alone.
        made.iter().rev().for_each(|directory| drop(fs::remove_dir(directory)));
    }
    result
}

/// Which directories on the way to `path` are missing, outermost first. A link or a file on the way ends the walk:
/// [`locate`] says what is wrong with it.
fn missing(top: &Path, path: &RepoPath) -> Result<Vec<PathBuf>, WriteError> {
    let (mut at, mut missing) = (top.to_owned(), Vec::new());
    for part in path.parent().split(|&byte| byte == b'/').filter(|part| !part.is_empty()) {
        let Some(part) = component(part) else { break };
        at.push(part);
        match fs::symlink_metadata(&at) {
            Ok(data) if data.is_dir() => {}
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::NotFound => missing.push(at.clone()),
            Err(error) => return Err(WriteError::Io { path: path.clone(), error }),
        }
    }
    Ok(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit_at(path: &str) -> Edit {
        Edit { path: RepoPath::new(path.as_bytes()).unwrap(), before: None, after: b"new".to_vec() }
    }

    #[test]
    fn directories_are_made_and_taken_back() {
        let dir = tempfile::tempdir().unwrap();
        let edit = edit_at("a/b/c.yml");
        assert!(stands(dir.path(), &edit.path).unwrap().is_none());
        place(dir.path(), &edit).unwrap();
        assert_eq!(stands(dir.path(), &edit.path).unwrap().unwrap(), b"new");
        let error = place(dir.path(), &edit).unwrap_err();
        assert!(matches!(error, WriteError::Changed { .. }), "{error}");
        let inside_git = edit_at("d/.git/c.yml");
        assert!(place(dir.path(), &inside_git).is_err());
        assert!(!dir.path().join("d").exists());
    }

    #[test]
    fn a_file_on_the_way_stays() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a"), "mine").unwrap();
        let edit = edit_at("a/b/c.yml");
        assert!(matches!(stands(dir.path(), &edit.path).unwrap_err(), WriteError::NotAFile { .. }));
        assert!(matches!(place(dir.path(), &edit).unwrap_err(), WriteError::NotAFile { .. }));
        assert_eq!(fs::read(dir.path().join("a")).unwrap(), b"mine");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_on_the_way_is_not_followed() {
        let (dir, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(outside.path(), dir.path().join("a")).unwrap();
        let edit = edit_at("a/b/c.yml");
        assert!(matches!(stands(dir.path(), &edit.path).unwrap_err(), WriteError::NotAFile { .. }));
        assert!(place(dir.path(), &edit).is_err());
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    }
}
