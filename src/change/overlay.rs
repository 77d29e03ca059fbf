//! A snapshot with some files replaced: what the work tree would be, so that a proposal can be judged before it is
//! written.

use std::collections::BTreeMap;

use super::Edit;
use crate::scope::Snapshot;
use crate::source::{Conversion, Entry, Id, Mode, Object, ReadError, RepoPath, Tree};

/// A snapshot and what stands over it.
#[derive(Clone)]
pub(super) struct Overlay<'r> {
    base: Snapshot<'r>,
    files: BTreeMap<RepoPath, Over>,
    /// How many contents were put so far.
    puts: u64,
}

/// What stands over a path.
#[derive(Clone)]
pub(super) struct Over {
    edit: Edit,
    object: Object,
}

impl<'r> Overlay<'r> {
    pub(super) fn new(base: Snapshot<'r>) -> Self {
        Self { base, files: BTreeMap::new(), puts: 0 }
    }

    /// The bytes at `path`; `None` where no file stands there.
    pub(super) fn bytes(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        let found = self.lookup(std::slice::from_ref(path))?.into_iter().next().flatten();
        found.map(|object| self.blob(path, &object.id)).transpose()
    }

    /// Puts `after` at `path`.
    pub(super) fn put(&mut self, path: &RepoPath, after: Vec<u8>) -> Result<(), ReadError> {
        let before = match self.files.get(path) {
            Some(over) => over.edit.before.clone(),
            None => self.bytes(path)?,
        };
        let mode = self.lookup(std::slice::from_ref(path))?.into_iter().next().flatten();
        self.puts += 1;
        let object = Object { mode: mode.map_or(Mode::File, |object| object.mode), id: self.id()? };
        self.files.insert(path.clone(), Over { edit: Edit { path: path.clone(), before, after }, object });
        Ok(())
    }

    /// What stands over `path`.
    pub(super) fn over(&self, path: &RepoPath) -> Option<Over> {
        self.files.get(path).cloned()
    }

    /// Takes back what was put at `path`.
    pub(super) fn take_back(&mut self, path: &RepoPath) {
        self.files.remove(path);
    }

    /// Makes `over` stand over `path` again, and nothing if it is nothing.
    pub(super) fn restore(&mut self, path: &RepoPath, over: Option<Over>) {
        match over {
            Some(over) => drop(self.files.insert(path.clone(), over)),
            None => drop(self.files.remove(path)),
        }
    }

    /// Whether what was put at `path` differs from the snapshot below.
    pub(super) fn changes(&self, path: &RepoPath) -> bool {
        self.files.get(path).is_some_and(|over| over.edit.before.as_ref() != Some(&over.edit.after))
    }

    /// What differs from the snapshot below, sorted by path.
    pub(super) fn edits(&self) -> Vec<Edit> {
        let changed = |over: &&Over| over.edit.before.as_ref() != Some(&over.edit.after);
        self.files.values().filter(changed).map(|over| over.edit.clone()).collect()
    }

    /// An id that no object has: it tells contents apart in this process and is never written.
    fn id(&self) -> Result<Id, ReadError> {
        let mut raw = [0xff; 20];
        raw[12..].copy_from_slice(&self.puts.to_be_bytes());
        Id::from_bytes(&raw).ok_or_else(|| ReadError::Missing { what: "an id".to_owned() })
    }
}

impl Tree for Overlay<'_> {
    fn lookup(&self, paths: &[RepoPath]) -> Result<Vec<Option<Object>>, ReadError> {
        let one = |path: &RepoPath| match self.files.get(path) {
            Some(over) => Ok(Some(over.object)),
            None => Ok(self.base.lookup(std::slice::from_ref(path))?.into_iter().next().flatten()),
        };
        paths.iter().map(one).collect()
    }

    fn find(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, ReadError> {
        let mut entries = self.base.find(wanted)?;
        entries.retain(|entry| !self.files.contains_key(&entry.path));
        let over = self.files.iter().filter(|(path, _)| wanted(path.as_bytes()));
        entries.extend(over.map(|(path, over)| Entry { path: path.clone(), object: over.object }));
        entries.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(entries)
    }

    fn blob(&self, path: &RepoPath, id: &Id) -> Result<Vec<u8>, ReadError> {
        match self.files.get(path) {
            Some(over) if over.object.id == *id => Ok(over.edit.after.clone()),
            _ => self.base.blob(path, id),
        }
    }

    fn conversions(&self, paths: &[RepoPath]) -> Result<Vec<Vec<Conversion>>, ReadError> {
        // No proposal touches a .gitattributes.
        self.base.conversions(paths)
    }
}
