//! `[push]` and `[ci]`: what may reach a guarded branch, and what a pull request into it needs.

use super::pattern::{RefPattern, RemotePattern};
use super::words;

words! {
    /// What happens when a push creates a guarded ref of which nothing is known yet.
    OnCreate {
        /// It passes, so that an empty remote can be filled.
        Allow = "allow",
        /// Its content is judged.
        Check = "check",
    }
}

/// What may reach a guarded branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// Refs on the remote that take dependency changes only from [`Self::from`].
    pub guard: Vec<RefPattern>,
    /// Sources that may bring a dependency change. Never empty.
    pub from: Vec<RefPattern>,
    /// Remotes whose refs are guarded.
    pub remotes: Vec<RemotePattern>,
    /// Whether `refs/remotes/<remote>/…` counts as a source where the branch of that name would.
    pub remote_sources: bool,
    /// What a guarded ref's first push meets.
    pub on_create: OnCreate,
    /// Whether each new commit is judged, not only the tip.
    pub every_commit: bool,
}

impl Default for Push {
    fn default() -> Self {
        Self {
            guard: ["main", "master"].iter().filter_map(|name| RefPattern::new(name).ok()).collect(),
            from: ["auto/*"].iter().filter_map(|name| RefPattern::new(name).ok()).collect(),
            remotes: ["*"].iter().filter_map(|name| RemotePattern::new(name).ok()).collect(),
            remote_sources: false,
            on_create: OnCreate::Allow,
            every_commit: false,
        }
    }
}

impl Push {
    /// Whether the remote's ref `name` (full, as in `refs/heads/main`) is guarded, on whatever remote.
    pub fn guards(&self, name: &[u8]) -> bool {
        self.guard.iter().any(|pattern| pattern.matches(name))
    }

    /// Whether the local ref `name` (full) may bring a dependency change.
    pub fn allows_from(&self, name: &[u8]) -> bool {
        self.from.iter().any(|pattern| pattern.matches(name))
    }

    /// Whether refs are guarded on the remote called `name` at `url`.
    pub fn covers_remote(&self, name: &[u8], url: &[u8]) -> bool {
        self.remotes.iter().any(|pattern| pattern.matches(name, url))
    }
}

/// What CI asks of a pull request that changes dependencies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ci {
    /// The approval label.
    pub label: String,
    /// Whether the pull request's head must match `push.from` too.
    pub check_source: bool,
}

impl Default for Ci {
    fn default() -> Self {
        Self { label: "approved-dependency-upgrade".to_owned(), check_source: false }
    }
}
