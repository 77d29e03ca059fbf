//! The hooks of one clone: what stands in its hooks directory, what installing or uninstalling would change, and how a
//! hook that was there before still runs.
//!
//! Everything is planned first ([`plan_install`], [`plan_uninstall`]) and then applied ([`apply()`]); a plan that fails
//! half way is undone. Git is reached through functions that the caller passes in, so nothing here starts git itself.

use std::ffi::OsStr;
use std::fmt;

mod apply;
mod caller;
pub mod chain;
mod clones;
mod command;
mod config;
mod config_file;
mod config_parse;
mod config_text;
mod elsewhere;
mod error;
mod files;
mod give_back;
mod inspect;
mod layout;
mod manager;
mod name;
mod older;
mod place;
mod plan;
mod probe;
mod record;
mod server;
mod settings;
mod shared;
mod shim;
mod site;
mod slot;
mod step;
mod twins;
mod undo;
mod way;

pub use apply::{Done, apply, apply_watched};
pub use caller::Caller;
pub use clones::Clones;
pub use config::Fault;
pub use elsewhere::{Elsewhere, Gap, Kind, elsewhere};
pub use error::WiringError;
pub use inspect::{Guard, Older, State, Way, inspect};
pub use layout::{Lead, Obstacle};
pub use name::ChainedName;
pub use place::{Holder, Place};
pub use plan::{Plan, plan_install, plan_uninstall};
pub use probe::{Established, Outside, Reach, Variable, establish, establish_server, probe};
pub use server::{Role, inspect_server, plan_server, plan_server_uninstall, role};
pub use settings::{ConfigHook, GitVersion, Setting};
pub use shared::SharedRepository;
pub use shim::{Edits, PASSED, PASSED_SINCE, ShimVersion, VERSION, recognise, shim, shim_beside};
pub use site::{Git, HooksPath, Scope, Site, SiteError};
pub use step::Step;
pub use way::{Directory, KnownGit, Via, Wish, plan_wiring};

/// A moment at which git asks: the hooks that Freeze Guard wires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// `git commit`.
    PreCommit,
    /// `git merge` that makes a commit by itself.
    PreMergeCommit,
    /// `git push`.
    PrePush,
    /// `git am`, `git rebase --apply`.
    PreApplypatch,
    /// A push that arrives: the one that a server asks about.
    PreReceive,
}

/// Whether a chained hook runs before or after our own judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainOrder {
    /// It may stage something, so we judge what it leaves.
    Before,
    /// It may upload something, so it runs only for a push that we accept.
    After,
}

impl Event {
    /// Every event of a clone that people work in, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::PreCommit, Self::PreMergeCommit, Self::PrePush, Self::PreApplypatch];
    /// Those, and the one of a repository that people push to.
    pub const WITH_SERVER: [Self; 5] =
        [Self::PreCommit, Self::PreMergeCommit, Self::PrePush, Self::PreApplypatch, Self::PreReceive];

    /// Git's name for it, which is the file's name in the hooks directory.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PreMergeCommit => "pre-merge-commit",
            Self::PrePush => "pre-push",
            Self::PreApplypatch => "pre-applypatch",
            Self::PreReceive => "pre-receive",
        }
    }

    /// The event that git calls `name`.
    pub fn parse(name: impl AsRef<OsStr>) -> Option<Self> {
        Self::WITH_SERVER.into_iter().find(|event| name.as_ref() == event.name())
    }

    /// When a chained hook of this event runs.
    pub fn chain_order(self) -> ChainOrder {
        match self {
            Self::PreCommit | Self::PreMergeCommit | Self::PreApplypatch => ChainOrder::Before,
            Self::PrePush | Self::PreReceive => ChainOrder::After,
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_found_by_its_name() {
        for event in Event::WITH_SERVER {
            assert_eq!(Event::parse(event.name()), Some(event));
        }
        assert_eq!(Event::parse("pre-commit "), None);
        assert_eq!(Event::parse("post-commit"), None);
    }
}
