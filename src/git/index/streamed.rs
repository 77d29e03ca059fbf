//! The snapshot over a streamed index file.

use std::cell::OnceCell;
use std::fs::File;

use super::endings::Endings;
use super::entry::IndexEntry;
use super::file::{IndexFile, Irregular};
use super::{Index, twice, unmerged, unreadable};
use crate::git::attributes;
use crate::git::repository::Repository;
use crate::git::tree::{Walker, entry_path};
use crate::source::{Conversion, Entry, Id, Object, ReadError, RepoPath, Tree};

/// What nearly every commit asks for: the policy, the pairs of the default rule, and what converts them. One pass then
/// answers all of it.
const USUAL: [&str; 6] = [
    "freeze-guard.toml",
    "pyproject.toml",
    "requirements.txt",
    "requirements.in",
    "requirements.lock",
    ".gitattributes",
];

/// From how many bytes on a second thread is worth starting: it takes as long as looking at a few thousand entries.
const LARGE: u64 = 8 * 1024 * 1024;
/// Bytes that it reads at once.
const CHUNK: usize = 128 * 1024;

/// The usual case.
pub(super) struct StreamedIndex<'r> {
    repository: &'r Repository,
    file: IndexFile<File>,
    /// Directories outside a sparse cone, in the order of their paths.
    directories: Vec<(Vec<u8>, Id)>,
    walker: OnceCell<Walker<'r>>,
}

impl<'r> StreamedIndex<'r> {
    pub(super) fn open(repository: &'r Repository, file: File) -> Result<Self, Irregular> {
        let size = file.metadata()?.len();
        let hash = repository.layout().hash.len_in_bytes();
        let file = IndexFile::open_ahead(file, size, hash, Endings::new(&USUAL), (size >= LARGE).then_some(CHUNK))?;
        let directories = file.kept().iter().filter(|entry| entry.is_directory());
        let directories = directories.map(|entry| (entry.path.clone(), entry.id)).collect();
        Ok(Self { repository, file, directories, walker: OnceCell::new() })
    }

    fn changed(&self, _: Irregular) -> ReadError {
        unreadable(self.repository, "it changed while it was read")
    }

    fn lookup_one(&self, path: &[u8]) -> Result<Option<Object>, ReadError> {
        let entries = self.file.at(path).map_err(|error| self.changed(error))?;
        let Some(entry) = entries.first() else { return self.in_sparse_directory(path) };
        // git's `update-index --cacheinfo` can add a path beside the sparse directory that holds it already, and then
        // writes a tree with both.
        if self.in_sparse_directory(path)?.is_some() {
            return Err(twice(path));
        }
        staged(entries.iter().find(|entry| entry.flags.stage() != 0).unwrap_or(entry))
    }

    /// A directory outside the sparse cone is one entry, `dir/`, with the id of its tree.
    fn in_sparse_directory(&self, path: &[u8]) -> Result<Option<Object>, ReadError> {
        if self.directories.is_empty() {
            return Ok(None);
        }
        let ends = path.iter().enumerate().filter(|&(_, &byte)| byte == b'/').map(|(at, _)| at + 1);
        for end in ends {
            let found = self.directories.binary_search_by(|(at, _)| at.as_slice().cmp(&path[..end]));
            if let Some((_, tree)) = found.ok().and_then(|at| self.directories.get(at)) {
                return self.walker()?.lookup(tree, &path[end..]);
            }
        }
        Ok(None)
    }

    fn walker(&self) -> Result<&Walker<'r>, ReadError> {
        let objects = self.repository.objects()?;
        Ok(self.walker.get_or_init(|| Walker::new(objects)))
    }

    fn collect(&self, entries: &[IndexEntry], wanted: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, ReadError> {
        let mut found = Vec::new();
        for entry in entries {
            if entry.is_directory() {
                self.walker()?.find(&entry.id, &entry.path, wanted, &mut found)?;
            } else if wanted(&entry.path)
                && let Some(object) = staged(entry)?
            {
                found.push(Entry { path: entry_path(&entry.path)?, object });
            }
        }
        Ok(found)
    }
}

impl Tree for StreamedIndex<'_> {
    fn lookup(&self, paths: &[RepoPath]) -> Result<Vec<Option<Object>>, ReadError> {
        paths.iter().map(|path| self.lookup_one(path.as_bytes())).collect()
    }

    fn find(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, ReadError> {
        let entries = self.file.entries(wanted).map_err(|error| self.changed(error))?;
        self.collect(&entries, wanted)
    }

    fn find_ending(&self, ends: &[&[u8]], wanted: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, ReadError> {
        if self.file.endings().cover(ends) {
            return self.collect(self.file.kept(), wanted);
        }
        let endings = Endings::new(ends);
        self.find(&|path| endings.take(path) && wanted(path))
    }

    fn blob(&self, path: &RepoPath, id: &Id) -> Result<Vec<u8>, ReadError> {
        self.repository.objects()?.blob(path, id)
    }

    fn conversions(&self, paths: &[RepoPath]) -> Result<Vec<Vec<Conversion>>, ReadError> {
        attributes::conversions(self, paths, self.repository.layout().case)
    }
}

impl Index for StreamedIndex<'_> {
    fn off_disk(&self, path: &RepoPath) -> Result<Option<Object>, ReadError> {
        let entries = self.file.at(path.as_bytes()).map_err(|error| self.changed(error))?;
        match entries.first() {
            Some(entry) if !entry.flags.is_skip_worktree() => Ok(None),
            Some(_) | None => self.lookup_one(path.as_bytes()),
        }
    }
}

/// What `entry` will put into the commit; `None` for one that is only intended.
fn staged(entry: &IndexEntry) -> Result<Option<Object>, ReadError> {
    if entry.flags.stage() != 0 {
        return Err(unmerged(&entry.path));
    }
    let kind = entry.kind().filter(|_| !entry.flags.is_intent_to_add());
    Ok(kind.map(|mode| Object { mode, id: entry.id }))
}
