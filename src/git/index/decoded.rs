//! The index decoded whole by gix: what the stream hands over, and what a build that mistrusts the stream uses.

use std::cell::OnceCell;

use gix::index::entry::{Flags, Mode as IndexMode};
use gix::index::{Entry as IndexEntry, State};

use super::{Index, twice, unmerged};
use crate::git::attributes;
use crate::git::repository::Repository;
use crate::git::tree::{Walker, entry_path};
use crate::source::{Conversion, Entry, Id, Mode, Object, ReadError, RepoPath, Tree};

/// All entries in memory.
pub(super) struct DecodedIndex<'r> {
    repository: &'r Repository,
    state: State,
    walker: OnceCell<Walker<'r>>,
}

impl<'r> DecodedIndex<'r> {
    pub(super) fn new(repository: &'r Repository, state: State) -> Self {
        Self { repository, state, walker: OnceCell::new() }
    }

    fn at(&self, path: &[u8]) -> Option<&IndexEntry> {
        let entries = self.state.entries();
        let found = entries.binary_search_by(|entry| {
            let at: &[u8] = entry.path(&self.state);
            at.cmp(path)
        });
        found.ok().and_then(|index| entries.get(index))
    }

    fn lookup_one(&self, path: &[u8]) -> Result<Option<Object>, ReadError> {
        if let Some(entry) = self.at(path) {
            // git's `update-index --cacheinfo` can add a path beside the sparse directory that holds it already, and
            // then writes a tree with both.
            if self.state.is_sparse() && self.in_sparse_directory(path)?.is_some() {
                return Err(twice(path));
            }
            return staged(entry, path);
        }
        if self.state.is_sparse() { self.in_sparse_directory(path) } else { Ok(None) }
    }

    /// A directory outside the sparse cone is one entry, `dir/`, with the id of its tree.
    fn in_sparse_directory(&self, path: &[u8]) -> Result<Option<Object>, ReadError> {
        let ends = path.iter().enumerate().filter(|&(_, &byte)| byte == b'/').map(|(at, _)| at + 1);
        for end in ends {
            if let Some(entry) = self.at(&path[..end]).filter(|entry| entry.mode.contains(IndexMode::DIR)) {
                let tree = crate::git::objects::from_oid(&entry.id)?;
                return self.walker()?.lookup(&tree, &path[end..]);
            }
        }
        Ok(None)
    }

    fn walker(&self) -> Result<&Walker<'r>, ReadError> {
        let objects = self.repository.objects()?;
        Ok(self.walker.get_or_init(|| Walker::new(objects)))
    }
}

impl Tree for DecodedIndex<'_> {
    fn lookup(&self, paths: &[RepoPath]) -> Result<Vec<Option<Object>>, ReadError> {
        paths.iter().map(|path| self.lookup_one(path.as_bytes())).collect()
    }

    fn find(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, ReadError> {
        let mut found = Vec::new();
        for entry in self.state.entries() {
            let path: &[u8] = entry.path(&self.state);
            if entry.mode == IndexMode::DIR {
                let tree = crate::git::objects::from_oid(&entry.id)?;
                self.walker()?.find(&tree, path, wanted, &mut found)?;
            } else if wanted(path)
                && let Some(object) = staged(entry, path)?
            {
                found.push(Entry { path: entry_path(path)?, object });
            }
        }
        Ok(found)
    }

    fn blob(&self, path: &RepoPath, id: &Id) -> Result<Vec<u8>, ReadError> {
        self.repository.objects()?.blob(path, id)
    }

    fn conversions(&self, paths: &[RepoPath]) -> Result<Vec<Vec<Conversion>>, ReadError> {
        attributes::conversions(self, paths, self.repository.layout().case)
    }
}

impl Index for DecodedIndex<'_> {
    fn off_disk(&self, path: &RepoPath) -> Result<Option<Object>, ReadError> {
        match self.at(path.as_bytes()) {
            Some(entry) if !entry.flags.contains(Flags::SKIP_WORKTREE) => Ok(None),
            Some(_) | None => self.lookup_one(path.as_bytes()),
        }
    }
}

/// What `entry` will put into the commit; `None` for one that is only intended.
fn staged(entry: &IndexEntry, path: &[u8]) -> Result<Option<Object>, ReadError> {
    if entry.stage_raw() != 0 {
        return Err(unmerged(path));
    }
    if entry.flags.contains(Flags::INTENT_TO_ADD) {
        return Ok(None);
    }
    let mode = match entry.mode {
        IndexMode::FILE_EXECUTABLE => Mode::Executable,
        IndexMode::SYMLINK => Mode::Symlink,
        IndexMode::COMMIT => Mode::Submodule,
        IndexMode::DIR => return Ok(None),
        _ => Mode::File,
    };
    Ok(Some(Object { mode, id: crate::git::objects::from_oid(&entry.id)? }))
}
