//! The one doorway to git: the repository as a hook or a person finds it, its snapshots behind `source::Tree`, its refs,
//! and the ref updates of a push.
//!
//! gix reads; what gix cannot read goes through the `git` binary in `binary`, never silently. Replace refs are off and
//! namespaces cleared: a hook must see what a push sends.

mod binary;
mod commit_tree;
mod index;
mod open;
mod push;
mod refs;
mod remote;
mod work_tree;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

pub use binary::{GitCommand, GitError};
pub use open::OpenError;
pub use push::{PushLineError, RefUpdate, parse_push};
pub use refs::{Head, Reference};
pub use remote::redact_url;

/// What the process was given: the library never asks for it itself.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// The environment.
    pub env: BTreeMap<OsString, OsString>,
    /// The working directory, absolute.
    pub cwd: PathBuf,
}

impl World {
    /// The variable `name`, set or not.
    pub fn var(&self, name: &str) -> Option<&OsStr> {
        self.env.get(OsStr::new(name)).map(OsString::as_os_str)
    }
}

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// A commit.
    Commit,
    /// A tree.
    Tree,
    /// A blob.
    Blob,
    /// An annotated tag.
    Tag,
}

/// An open repository.
pub struct Repository {
    repo: gix::Repository,
    world: World,
    /// The file that git would read the index from, absolute.
    index_file: PathBuf,
    /// The caller's directory relative to the top, as bytes with `/`.
    prefix: Vec<u8>,
    /// Whether refs are stored as gix reads them; else the git binary is asked.
    refs_are_files: bool,
}

/// A path that git wrote, as the platform's path.
pub fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(binary::os_str(bytes))
}
