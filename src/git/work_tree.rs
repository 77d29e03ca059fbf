//! The work tree as a snapshot: what lies on disk, seen without following symbolic links.
//!
//! Ids are those that `git hash-object --no-filters` would give, so that equal bytes compare equal on any side.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::rc::Rc;

use super::Repository;
use super::binary::os_str;
use super::commit_tree::source_id;
use crate::source::{Entry, Id, MAX_FILE, Mode, Object, ReadError, RepoPath, Tree};

impl Repository {
    /// What lies on disk.
    ///
    /// # Errors
    /// In a bare repository.
    pub fn work_tree(&self) -> Result<Box<dyn Tree + '_>, ReadError> {
        let top = self.repo.workdir().ok_or_else(|| ReadError::Failed {
            message: "a bare repository has no work tree".to_owned(),
            help: "judge a revision: `hook check --rev HEAD`".to_owned(),
        })?;
        Ok(Box::new(WorkTree { repo: self, top: top.to_path_buf(), read: RefCell::default() }))
    }
}

struct WorkTree<'r> {
    repo: &'r Repository,
    top: PathBuf,
    /// What was read, by id, so that what was hashed is what is judged.
    read: RefCell<HashMap<Id, Rc<Vec<u8>>>>,
}

impl WorkTree<'_> {
    fn one(&self, path: &RepoPath) -> Result<Option<Object>, ReadError> {
        if self.leads_through_a_link(path) {
            return Ok(None);
        }
        let file = self.top.join(os_str(path.as_bytes()));
        let Ok(metadata) = fs::symlink_metadata(&file) else { return Ok(None) };
        let failed = |error: std::io::Error| ReadError::Failed {
            message: format!("{path} cannot be read: {error}"),
            help: format!("see who may read it: `ls -l {path}`"),
        };
        let (mode, bytes) = if metadata.is_symlink() {
            let target = fs::read_link(&file).map_err(failed)?;
            (Mode::Symlink, target.as_os_str().as_encoded_bytes().to_vec())
        } else if metadata.is_dir() {
            let mode = if file.join(".git").exists() { Mode::Submodule } else { Mode::Directory };
            (mode, Vec::new())
        } else if metadata.is_file() && metadata.len() > MAX_FILE {
            return Err(ReadError::TooLarge { path: path.clone(), size: metadata.len() });
        } else if metadata.is_file() {
            (file_mode(&metadata), fs::read(&file).map_err(failed)?)
        } else {
            // A socket, a pipe or a device: git sees nothing there, and opening it could wait for ever.
            return Ok(None);
        };
        let hash = gix::objs::compute_hash(self.repo.repo.object_hash(), gix::objs::Kind::Blob, &bytes);
        let id = match hash {
            Ok(hash) => source_id(&hash)?,
            Err(error) => return Err(failed(std::io::Error::other(error.to_string()))),
        };
        self.read.borrow_mut().insert(id, Rc::new(bytes));
        Ok(Some(Object { mode, id }))
    }

    /// git treats what lies behind a linked directory as absent.
    fn leads_through_a_link(&self, path: &RepoPath) -> bool {
        let mut directory = self.top.clone();
        path.parent().split(|&byte| byte == b'/').filter(|part| !part.is_empty()).any(|part| {
            directory.push(os_str(part));
            fs::symlink_metadata(&directory).is_ok_and(|metadata| metadata.is_symlink())
        })
    }
}

#[cfg(unix)]
fn file_mode(metadata: &fs::Metadata) -> Mode {
    use std::os::unix::fs::PermissionsExt as _;
    if metadata.permissions().mode() & 0o100 == 0 { Mode::File } else { Mode::Executable }
}

#[cfg(not(unix))]
fn file_mode(_: &fs::Metadata) -> Mode {
    Mode::File
}

impl Tree for WorkTree<'_> {
    fn lookup(&self, paths: &[RepoPath]) -> Result<Vec<Option<Object>>, ReadError> {
        paths.iter().map(|path| self.one(path)).collect()
    }

    fn find(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, ReadError> {
        let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        let listing = self.repo.git().args(list).run()?;
        let mut found = Vec::new();
        for path in listing.split(|&byte| byte == 0).filter(|path| wanted(path)) {
            let Some(path) = RepoPath::new(path) else { continue };
            match self.one(&path) {
                Ok(Some(object)) => found.push(Entry { path, object }),
                Ok(None) => {}
                Err(ReadError::TooLarge { .. }) => found.push(Entry { object: self.oversized(&path)?, path }),
                Err(error) => return Err(error),
            }
        }
        found.sort_by(|left, right| left.path.cmp(&right.path));
        found.dedup();
        Ok(found)
    }

    fn blob(&self, path: &RepoPath, id: &Id) -> Result<Vec<u8>, ReadError> {
        if let Some(bytes) = self.read.borrow().get(id) {
            return Ok(bytes.to_vec());
        }
        // Not seen yet, or too large to be kept: look again, which says so.
        self.one(path)?;
        let read = self.read.borrow();
        let bytes = read.get(id).map(|bytes| bytes.to_vec());
        bytes.ok_or_else(|| ReadError::Failed {
            message: format!("{path} changed while it was read"),
            help: "run it again".to_owned(),
        })
    }
}

impl WorkTree<'_> {
    /// A file that is too large to hash still stands there.
    fn oversized(&self, path: &RepoPath) -> Result<Object, ReadError> {
        let name = gix::objs::compute_hash(self.repo.repo.object_hash(), gix::objs::Kind::Blob, path.as_bytes());
        let id = name.map_err(|error| ReadError::Failed { message: error.to_string(), help: String::new() })?;
        Ok(Object { mode: Mode::File, id: source_id(&id)? })
    }
}
