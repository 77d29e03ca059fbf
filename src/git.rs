//! The one doorway to git: where the repository is, its snapshots (index, commit, work tree), its refs, the lines of a
//! push, and the `git` binary for what the library underneath cannot read.
//!
//! Objects and the index are read through the component crates of gix rather than through `gix::Repository`: that type
//! reads the process environment by itself, honours replace refs and namespaces, and opens more than a commit needs.
//! Nothing in here writes to the repository, runs code from it, or goes to the network.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

mod ahead;
mod attributes;
mod binary;
mod config;
mod history;
mod index;
mod namespace;
mod objects;
mod open;
mod past;
mod push;
mod received;
mod refs;
mod repository;
mod settings;
mod tree;
mod url;
mod wanted;
mod work_tree;
mod world;

pub use binary::{GitCommand, GitError, Output};
pub use config::RemoteUrls;
pub use history::{Span, Touched};
pub use index::{Endings, EntryFlags, IndexEntry, IndexFile, Irregular, ReadAt};
pub use namespace::{Placed, RefsNow};
pub use objects::ObjectKind;
pub use open::OpenError;
pub use past::{At, Commits, Differ, Made, Past, Tips, Touching, Walk};
pub use push::{PushLineError, PushLineProblem, RefUpdate, parse_push};
pub use received::{Received, ReceivedLineError, ReceivedLineProblem, parse_received};
pub use refs::{Head, Reference};
pub use repository::{MergeHeads, Repository};
pub use url::redact_url;
pub use wanted::Wanted;

/// What the process was given. The library reads neither the environment nor the working directory by itself.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// The environment, whole: children of this process are given it too.
    pub env: BTreeMap<OsString, OsString>,
    /// The absolute working directory.
    pub cwd: PathBuf,
}

impl World {
    /// The variable `name`; `None` when unset or empty, which git's own variables do not distinguish either.
    pub fn var(&self, name: &str) -> Option<&OsStr> {
        self.env.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// `name` as a path, resolved against the working directory.
    fn path(&self, name: &str) -> Option<PathBuf> {
        self.var(name).map(|value| self.cwd.join(value))
    }
}
