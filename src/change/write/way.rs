//! The directories on the way to a file that is new.

use std::path::Path;
use std::{fs, io};

use super::{WriteError, component};
use crate::source::RepoPath;

/// Makes the directories that `path` lacks below `top`; what stands in their way is for [`write()`](super::write()) to refuse.
pub(in crate::change) fn make_way(top: &Path, path: &RepoPath) -> Result<(), WriteError> {
    let mut at = top.to_owned();
    for part in path.parent().split(|&byte| byte == b'/').filter(|part| !part.is_empty()) {
        let Some(part) = component(part) else { return Ok(()) };
        at.push(part);
        match fs::create_dir(&at) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if fs::symlink_metadata(&at).is_ok_and(|data| !data.is_dir()) {
                    return Ok(());
                }
            }
            Err(error) => return Err(WriteError::Io { path: path.clone(), error }),
        }
    }
    Ok(())
}
