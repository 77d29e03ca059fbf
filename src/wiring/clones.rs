//! The list of clones that a user has wired: one absolute path per entry, NUL between them, in a file of the user's data
//! directory. It is a convenience: a hook never reads it, and a list that cannot be read is told and is no error.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The list, and where it is kept.
#[derive(Clone, Debug)]
pub struct Clones {
    file: PathBuf,
    paths: Vec<Vec<u8>>,
}

impl Clones {
    /// Reads the list at `file`; no file is an empty list.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn load(file: PathBuf) -> io::Result<Self> {
        let bytes = match fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let entries = bytes.split(|&byte| byte == 0).filter(|entry| !entry.is_empty());
        let mut paths: Vec<_> = entries.map(<[u8]>::to_vec).collect();
        paths.sort();
        paths.dedup();
        Ok(Self { file, paths })
    }

    /// The git directories of the clones, sorted.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.paths.iter().filter_map(|bytes| path_from(bytes)).collect()
    }

    /// Adds `clone`; whether it was new.
    pub fn add(&mut self, clone: &Path) -> bool {
        let bytes = clone.as_os_str().as_encoded_bytes().to_vec();
        let Err(at) = self.paths.binary_search(&bytes) else { return false };
        self.paths.insert(at, bytes);
        true
    }

    /// Takes `clone` away; whether it was there.
    pub fn remove(&mut self, clone: &Path) -> bool {
        let before = self.paths.len();
        self.paths.retain(|bytes| bytes != clone.as_os_str().as_encoded_bytes());
        self.paths.len() != before
    }

    /// Writes the list in one rename, so that two installs at once leave one whole list.
    ///
    /// # Errors
    /// When its directory cannot be made or written.
    pub fn save(&self) -> io::Result<()> {
        let directory = self.file.parent().unwrap_or_else(|| Path::new("."));
        fs::create_dir_all(directory)?;
        let mut file = tempfile::Builder::new().prefix(".clones-").tempfile_in(directory)?;
        file.write_all(&self.paths.join(&0))?;
        file.persist(&self.file).map_err(|error| error.error)?;
        Ok(())
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere not every byte string is a path")]
fn path_from(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn path_from(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes).ok().map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_survives_its_file() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("deep/er/clones");
        let mut clones = Clones::load(file.clone()).unwrap();
        assert!(clones.add(Path::new("/b\n c/.git")) && clones.add(Path::new("/a/.git")));
        assert!(!clones.add(Path::new("/a/.git")));
        clones.save().unwrap();
        let mut again = Clones::load(file.clone()).unwrap();
        assert_eq!(again.paths(), [Path::new("/a/.git"), Path::new("/b\n c/.git")]);
        assert!(again.remove(Path::new("/a/.git")) && !again.remove(Path::new("/a/.git")));
        again.save().unwrap();
        assert_eq!(Clones::load(file).unwrap().paths().len(), 1);
    }
}
