//! The snapshot of the files on disk. Nothing on disk is followed or run: links are their text, a path through a link
//! is absent as it is for git, and which files count (tracked, or untracked and not ignored) is asked of git. What a
//! sparse checkout keeps off the disk is taken from the index.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::PathBuf;

use super::attributes;
use super::index::{self, Index};
use super::open::is_absent;
use super::repository::Repository;
use crate::source::{Conversion, Entry, Id, MAX_FILE, Mode, Object, ReadError, RepoPath, Tree};

/// The files below the top of the work tree.
pub(super) struct WorkTree<'r> {
    repository: &'r Repository,
    top: PathBuf,
    index: Box<dyn Index + 'r>,
}

impl<'r> WorkTree<'r> {
    pub(super) fn new(repository: &'r Repository) -> Result<Self, ReadError> {
        let top = repository.work_dir().ok_or_else(|| ReadError::Failed {
            message: "a bare repository has no files on disk".to_owned(),
            help: "judge a commit: `hook check --rev HEAD`".to_owned(),
        })?;
        Ok(Self { repository, top: top.to_owned(), index: index::read(repository)? })
    }

    /// The place of `path` on disk and what lstat says of it; `None` where git would see nothing.
    fn stat(&self, path: &RepoPath) -> Result<Option<(PathBuf, Metadata)>, ReadError> {
        let mut at = self.top.clone();
        let mut parts = path.as_bytes().split(|&byte| byte == b'/').peekable();
        while let Some(part) = parts.next() {
            let Ok(part) = gix::path::from_byte_slice(part) else { return Ok(None) };
            at.push(part);
            let data = match fs::symlink_metadata(&at) {
                Ok(data) => data,
                Err(error) if is_absent(&error) => return Ok(None),
                Err(error) => return Err(unreadable(path, &error)),
            };
            match parts.peek() {
                None => return Ok(Some((at, data))),
                Some(_) if data.is_dir() => {}
                Some(_) => return Ok(None),
            }
        }
        Ok(None)
    }

    fn lookup_one(&self, path: &RepoPath) -> Result<Option<Object>, ReadError> {
        let Some((at, data)) = self.stat(path)? else { return self.index.off_disk(path) };
        if data.is_dir() {
            let staged = self.index.lookup(std::slice::from_ref(path))?.into_iter().next().flatten();
            return Ok(staged.filter(|object| object.mode == Mode::Submodule && at.join(".git").exists()));
        }
        let hash =
            |content: &[u8]| gix::objs::compute_hash(self.repository.layout().hash, gix::objs::Kind::Blob, content);
        let (mode, id) = if data.is_symlink() {
            (Mode::Symlink, hash(&self.link_text(path, &at)?))
        } else if data.is_file() {
            if data.len() > MAX_FILE {
                return Err(ReadError::TooLarge { path: path.clone(), size: data.len() });
            }
            (self.file_mode(path, &data)?, hash(&read_file(path, &at)?))
        } else {
            // A pipe or a device: opening one may wait for ever, and git does not track it.
            return Ok(None);
        };
        let id = id.map_err(|error| super::objects::damaged(&path.to_string(), &error))?;
        Ok(Some(Object { mode, id: super::objects::from_oid(&id)? }))
    }

    /// The executable bit; where the file system has none, what is staged.
    fn file_mode(&self, path: &RepoPath, data: &Metadata) -> Result<Mode, ReadError> {
        if self.repository.layout().file_mode
            && let Some(executable) = executable_bit(data)
        {
            return Ok(if executable { Mode::Executable } else { Mode::File });
        }
        let staged = self.index.lookup(std::slice::from_ref(path))?.into_iter().next().flatten();
        Ok(staged.map(|object| object.mode).filter(|&mode| mode == Mode::Executable).unwrap_or(Mode::File))
    }

    fn link_text(&self, path: &RepoPath, at: &std::path::Path) -> Result<Vec<u8>, ReadError> {
        let target = fs::read_link(at).map_err(|error| unreadable(path, &error))?;
        let bytes = gix::path::into_bstr(target).map_err(|error| super::objects::damaged(&path.to_string(), &error))?;
        Ok(bytes.into_owned().into())
    }

    /// Every path git counts as part of the work tree.
    fn listed(&self) -> Result<Vec<u8>, ReadError> {
        let git = self.repository.git().args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        Ok(git.args(["--full-name", "--", ":/"]).run()?.stdout)
    }
}

impl Tree for WorkTree<'_> {
    fn lookup(&self, paths: &[RepoPath]) -> Result<Vec<Option<Object>>, ReadError> {
        paths.iter().map(|path| self.lookup_one(path)).collect()
    }

    fn find(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, ReadError> {
        let listed = self.listed()?;
        // An embedded repository is listed as `dir/`, which no RepoPath is.
        let wanted = listed.split(|&byte| byte == 0).filter(|path| !path.is_empty() && wanted(path));
        let mut paths: Vec<RepoPath> = wanted.filter_map(RepoPath::new).collect();
        paths.sort_unstable();
        paths.dedup();
        let objects = self.lookup(&paths)?;
        let entries = paths.into_iter().zip(objects);
        Ok(entries.filter_map(|(path, object)| object.map(|object| Entry { path, object })).collect())
    }

    fn blob(&self, path: &RepoPath, id: &Id) -> Result<Vec<u8>, ReadError> {
        let missing = || ReadError::Missing { what: path.to_string() };
        let Some((at, data)) = self.stat(path)? else {
            self.index.off_disk(path)?.ok_or_else(missing)?;
            return self.index.blob(path, id);
        };
        if data.is_symlink() {
            self.link_text(path, &at)
        } else if data.is_file() {
            read_file(path, &at)
        } else {
            Err(missing())
        }
    }

    fn conversions(&self, paths: &[RepoPath]) -> Result<Vec<Vec<Conversion>>, ReadError> {
        attributes::conversions(self, paths, self.repository.layout().case)
    }
}

fn read_file(path: &RepoPath, at: &std::path::Path) -> Result<Vec<u8>, ReadError> {
    let read = || -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        // One byte more than allowed tells a file that grows from one that fits.
        File::open(at)?.take(MAX_FILE + 1).read_to_end(&mut content)?;
        Ok(content)
    };
    let content = read().map_err(|error| unreadable(path, &error))?;
    match u64::try_from(content.len()) {
        Ok(size) if size <= MAX_FILE => Ok(content),
        _ => Err(ReadError::TooLarge { path: path.clone(), size: MAX_FILE + 1 }),
    }
}

fn unreadable(path: &RepoPath, error: &io::Error) -> ReadError {
    ReadError::Failed {
        message: format!("cannot read {path}: {error}"),
        help: format!("`ls -l {path}` shows who may read it"),
    }
}

#[cfg(unix)]
fn executable_bit(data: &Metadata) -> Option<bool> {
    use std::os::unix::fs::PermissionsExt;
    Some(data.permissions().mode() & 0o100 != 0)
}

#[cfg(not(unix))]
fn executable_bit(_: &Metadata) -> Option<bool> {
    None
}
