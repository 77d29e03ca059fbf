//! The snapshot of what is staged. The index file is streamed: a commit asks for a handful of paths, and building a
//! million entries to look at two of them is what git itself takes its time for. What the stream cannot judge (a split
//! index) is decoded by gix, and what gix cannot read is asked of the git binary, as git alone decides what will be
//! committed.

use std::fs::File;
use std::path::Path;

use super::binary::show_path;
use super::open::is_absent;
use super::repository::Repository;
use super::tree::EmptyTree;
use crate::source::{Object, ReadError, RepoPath, Tree, printable};

mod ahead;
mod decoded;
mod endings;
mod entry;
mod file;
mod listed;
mod read_at;
mod skim;
mod streamed;
mod window;

pub use endings::Endings;
pub use entry::{EntryFlags, IndexEntry};
pub use file::{IndexFile, Irregular};
pub use read_at::ReadAt;

use decoded::DecodedIndex;
use listed::ListedIndex;
use streamed::StreamedIndex;

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
    // The feature is for tests: both readers must pass them all.
    if !cfg!(feature = "slow-index") {
        match File::open(path) {
            Ok(file) => {
                if let Ok(index) = StreamedIndex::open(repository, file) {
                    return Ok(Box::new(index));
                }
            }
            Err(error) if is_absent(&error) => return Ok(Box::new(EmptyTree)),
            Err(error) => return Err(unreadable(repository, &error.to_string())),
        }
    }
    whole(repository, path)
}

/// The index in memory.
fn whole<'r>(repository: &'r Repository, path: &Path) -> Result<Box<dyn Index + 'r>, ReadError> {
    match path.metadata() {
        Ok(_) => {}
        Err(error) if is_absent(&error) => return Ok(Box::new(EmptyTree)),
        Err(error) => return Err(unreadable(repository, &error.to_string())),
    }
    let options = gix::index::decode::Options { thread_limit: Some(1), ..gix::index::decode::Options::default() };
    // The checksum is left alone, as git leaves it when it reads; the order is what a binary search relies on.
    Ok(match gix::index::File::at(path, repository.layout().hash, true, options) {
        Ok(file) if file.verify_entries().is_ok() => Box::new(DecodedIndex::new(repository, file.into())),
        Ok(_) | Err(_) => Box::new(ListedIndex::read(repository)?),
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

fn twice(path: &[u8]) -> ReadError {
    let shown = printable(path);
    ReadError::Failed {
        message: format!("the index holds {shown} twice: git would write a tree with both"),
        help: "make the index anew from HEAD and stage your change again: `git read-tree HEAD`".to_owned(),
    }
}
