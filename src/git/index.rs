//! The snapshot of what is staged. The index file is decoded here; one that gix cannot read (a split index outside the
//! git directory) is asked of the git binary, as git alone decides what will be committed.

use std::cell::OnceCell;

use gix::index::entry::{Flags, Mode as IndexMode};
use gix::index::{Entry as IndexEntry, State};

use super::attributes;
use super::binary::show_path;
use super::open::is_absent;
use super::repository::Repository;
use super::tree::{EmptyTree, Walker, entry_path};
use crate::source::{Conversion, Entry, Id, Mode, Object, ReadError, RepoPath, Tree, printable};

/// A snapshot of the index, which also knows what of it need not lie on disk.
pub(super) trait Index: Tree {
    /// What is staged at `path` if a sparse checkout keeps it off the disk; else `None`.
    fn off_disk(&self, path: &RepoPath) -> Result<Option<Object>, ReadError>;
}

impl Index for EmptyTree {
    fn off_disk(&self, _: &RepoPath) -> Result<Option<Object>, ReadError> {
        Ok(None)
    }
}

/// Reads the index of `repository`. No file is an empty index, as in git.
pub(super) fn read(repository: &Repository) -> Result<Box<dyn Index + '_>, ReadError> {
    let path = &repository.layout().index;
    match path.metadata() {
        Ok(_) => {}
        Err(error) if is_absent(&error) => return Ok(Box::new(EmptyTree)),
        Err(error) => return Err(unreadable(repository, &error.to_string())),
    }
    let options = gix::index::decode::Options { thread_limit: Some(1), ..gix::index::decode::Options::default() };
    // The checksum is left alone, as git leaves it when it reads; the order is what a binary search relies on.
    let file = gix::index::File::at(path, repository.layout().hash, true, options);
    Ok(match file {
        Ok(file) if file.verify_entries().is_ok() => {
            Box::new(DecodedIndex { repository, state: file.into(), walker: OnceCell::new() })
        }
        Ok(_) | Err(_) => Box::new(ListedIndex { repository, entries: list(repository)? }),
    })
}

fn unreadable(repository: &Repository, reason: &str) -> ReadError {
    let path = show_path(&repository.layout().index);
    ReadError::Failed {
        message: format!("cannot read the index {path}: {reason}"),
        help: format!("rebuild it, files on disk stay as they are: `rm {path} && git reset`"),
    }
}

fn unmerged(path: &[u8]) -> ReadError {
    let path = printable(path);
    ReadError::Failed {
        message: format!("{path} has a merge conflict that is not resolved"),
        help: format!("resolve it, then `git add {path}`"),
    }
}

/// The usual case.
struct DecodedIndex<'r> {
    repository: &'r Repository,
    state: State,
    walker: OnceCell<Walker<'r>>,
}

impl<'r> DecodedIndex<'r> {
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
                let tree = super::objects::from_oid(&entry.id)?;
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
                let tree = super::objects::from_oid(&entry.id)?;
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

fn twice(path: &[u8]) -> ReadError {
    let shown = crate::source::printable(path);
    ReadError::Failed {
        message: format!("the index holds {shown} twice: git would write a tree with both"),
        help: "make the index anew from HEAD and stage your change again: `git read-tree HEAD`".to_owned(),
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
    Ok(Some(Object { mode, id: super::objects::from_oid(&entry.id)? }))
}

/// The index as the git binary lists it.
struct ListedIndex<'r> {
    repository: &'r Repository,
    /// By path.
    entries: Vec<Listed>,
}

/// A path and what is staged there; `None` when it is unmerged.
type Listed = (Vec<u8>, Option<Object>);

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
