//! The index as the git binary lists it: for what gix cannot read, a split index outside the git directory above all.

use super::{Index, unmerged, unreadable};
use crate::git::attributes;
use crate::git::repository::Repository;
use crate::git::tree::entry_path;
use crate::source::{Conversion, Entry, Id, Mode, Object, ReadError, RepoPath, Tree, printable};

/// Everything staged, in memory.
pub(super) struct ListedIndex<'r> {
    repository: &'r Repository,
    /// By path.
    entries: Vec<Listed>,
}

/// A path and what is staged there; `None` when it is unmerged.
type Listed = (Vec<u8>, Option<Object>);

impl<'r> ListedIndex<'r> {
    /// Asks git.
    pub(super) fn read(repository: &'r Repository) -> Result<Self, ReadError> {
        Ok(Self { repository, entries: list(repository)? })
    }
}

impl Tree for ListedIndex<'_> {
    fn lookup(&self, paths: &[RepoPath]) -> Result<Vec<Option<Object>>, ReadError> {
        let one = |path: &RepoPath| {
            let path = path.as_bytes();
            let found = self.entries.binary_search_by(|(at, _)| at.as_slice().cmp(path)).ok();
            match found.and_then(|index| self.entries.get(index)) {
                Some((_, None)) => Err(unmerged(path)),
                Some((_, object)) => Ok(*object),
                None => Ok(None),
            }
        };
        paths.iter().map(one).collect()
    }

    fn find(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, ReadError> {
        let wanted = self.entries.iter().filter(|(path, _)| wanted(path));
        wanted
            .map(|(path, object)| {
                let object = object.ok_or_else(|| unmerged(path))?;
                Ok(Entry { path: entry_path(path)?, object })
            })
            .collect()
    }

    fn blob(&self, path: &RepoPath, id: &Id) -> Result<Vec<u8>, ReadError> {
        self.repository.objects()?.blob(path, id)
    }

    fn conversions(&self, paths: &[RepoPath]) -> Result<Vec<Vec<Conversion>>, ReadError> {
        attributes::conversions(self, paths, self.repository.layout().case)
    }
}

impl Index for ListedIndex<'_> {
    /// The list does not say; a file that is not there counts as deleted.
    fn off_disk(&self, _: &RepoPath) -> Result<Option<Object>, ReadError> {
        Ok(None)
    }
}

/// Everything staged is what differs from the empty tree. Unlike `ls-files`, a comparison leaves out intent-to-add
/// entries and opens sparse directories.
fn list(repository: &Repository) -> Result<Vec<Listed>, ReadError> {
    let empty = gix::ObjectId::empty_tree(repository.layout().hash).to_string();
    let git = repository.git().args(["diff-index", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames"]);
    let git = git.args(["--ita-invisible-in-index", "--ignore-submodules=none"]).arg(empty).arg("--");
    let output = git.run().map_err(|error| unreadable(repository, &error.to_string()))?;
    let odd = |record| unreadable(repository, &format!("git lists an entry as `{}`", printable(record)));
    let mut fields = output.stdout.split(|&byte| byte == 0);
    let mut entries = Vec::new();
    while let Some(record) = fields.next().filter(|record| !record.is_empty()) {
        let path = fields.next().ok_or_else(|| odd(record))?;
        let object = parse_record(record).ok_or_else(|| odd(record))?;
        entries.push((path.to_vec(), object));
    }
    entries.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    // An unmerged path comes once as such and may come again as an addition.
    entries.dedup_by(|later, kept| {
        let same = later.0 == kept.0;
        if same && later.1.is_none() {
            kept.1 = None;
        }
        same
    });
    Ok(entries)
}

/// `:000000 100644 <id> <id> A`; the inner `None` is an unmerged path.
fn parse_record(record: &[u8]) -> Option<Option<Object>> {
    let mut fields = record.strip_prefix(b":")?.split(|&byte| byte == b' ').skip(1);
    let (mode, id, status) = (fields.next()?, fields.nth(1)?, fields.next()?);
    if status == b"U" {
        return Some(None);
    }
    let mode = match mode {
        b"100644" => Mode::File,
        b"100755" => Mode::Executable,
        b"120000" => Mode::Symlink,
        b"160000" => Mode::Submodule,
        _ => return None,
    };
    Some(Some(Object { mode, id: Id::from_hex(id)? }))
}
