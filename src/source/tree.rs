//! A repository's content at one moment, behind one trait, and why it could not answer.

use std::fmt;

use super::{Conversion, Entry, Id, Object, RepoPath};

/// A repository's content at one moment: the index, a commit's tree, or the work tree.
///
/// A tree is asked for entries whose path matches and for one blob; it is never listed whole, so that an implementation
/// may stream an index of a million entries.
pub trait Tree {
    /// What stands at each of `paths`, in the order asked: a file, symlink or submodule; `None` for what is absent.
    /// Directories and intent-to-add entries are absent.
    fn lookup(&self, paths: &[RepoPath]) -> Result<Vec<Option<Object>>, ReadError>;

    /// Every file, symlink or submodule for whose path `wanted` answers true, sorted by path.
    fn find(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, ReadError>;

    /// As [`Self::find`], where `wanted` is known to answer false for every path that ends in none of `ends` (ASCII case
    /// ignored): most paths are then passed over unasked.
    fn find_ending(&self, ends: &[&[u8]], wanted: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, ReadError> {
        let _ = ends;
        self.find(wanted)
    }

    /// The content of the blob `id`, which this tree holds at `path`; at most [`MAX_FILE`] bytes, larger is
    /// [`ReadError::TooLarge`].
    fn blob(&self, path: &RepoPath, id: &Id) -> Result<Vec<u8>, ReadError>;

    /// Says that the blob `id` will be wanted: a tree may begin to read it.
    fn read_ahead(&self, _id: &Id) {}

    /// What the `.gitattributes` of this tree make git do to each of `paths` on its way into the work tree; an empty list
    /// for what is checked out as it is.
    fn conversions(&self, paths: &[RepoPath]) -> Result<Vec<Vec<Conversion>>, ReadError>;
}

/// Files above this many bytes are refused unread (requirements-format limit: 16 MiB).
pub const MAX_FILE: u64 = 16 * 1024 * 1024;

/// Why a snapshot could not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// The blob has more than [`MAX_FILE`] bytes.
    TooLarge {
        /// Where it stands.
        path: RepoPath,
        /// Its size in bytes.
        size: u64,
    },
    /// The object is not in this clone and was not fetched (shallow, partial or damaged repository).
    Missing {
        /// What was looked for, as a person would name it.
        what: String,
    },
    /// Anything else: corrupt index, unreadable object, failed child. The message is complete.
    Failed {
        /// What went wrong.
        message: String,
        /// What to do about it.
        help: String,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { path, size } => {
                write!(f, "{path} has {size} bytes; files above {MAX_FILE} bytes are not read")
            }
            Self::Missing { what } => write!(f, "{what} is not in this clone"),
            Self::Failed { message, .. } => f.write_str(message),
        }
    }
}

impl std::error::Error for ReadError {}

impl ReadError {
    /// The next step, as a sentence with a command.
    pub fn help(&self) -> String {
        match self {
            Self::TooLarge { .. } => "a requirements file of that size is a mistake: `git rm --cached` it".to_owned(),
            Self::Missing { .. } => {
                "fetch it first: in a partial clone `git fetch --refetch --no-filter`, elsewhere `git fetch`".to_owned()
            }
            Self::Failed { help, .. } => help.clone(),
        }
    }
}
