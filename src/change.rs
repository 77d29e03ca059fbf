//! The wing that changes things: what a person asks for by name, never a hook. It proposes first, shows, then writes.
//!
//! [`propose`] answers with edits and judges them before anything is written; [`write`](write()) puts them in place, all
//! or none; [`listing`] shows them. [`init()`] proposes the policy to begin with. [`upgrade()`] works in a sandbox, a work
//! tree of its own, and leaves a branch or nothing.

mod bench;
mod child;
mod deploy;
mod fix;
mod halt;
mod init;
mod listing;
mod lock;
mod mirror;
mod overlay;
mod rollback;
mod sandbox;
mod staged;
mod upgrade;
mod way;
mod write;

pub use bench::{Proposal, Unfixed};
pub use child::Stop;
pub use deploy::{Record, Shown, deployed, show};
pub use fix::propose;
pub use halt::{Failed, Halt};
pub use init::{Difference, Found, InitError, Layout, Left, LockState, Mode, Reason, Setup, Standing, init};
pub use listing::listing;
pub use lock::{Attempt, Effect, End, Move, NotMade, Wish, Workshop, lock, table};
pub use mirror::Stamp;
pub use rollback::{Back, Doubt, RolledBack, rollback};
pub use sandbox::{Asking, Event, Site};
pub use staged::stage;
pub use upgrade::{
    Bump, Change, Environment, Held, Order, Reach, Upgraded, Wanted, changes_table, markdown, message, title, upgrade,
};
pub use way::{Forge, Way};
pub use write::{WriteError, write};

use crate::source::RepoPath;

/// A file before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Where it stands.
    pub path: RepoPath,
    /// Its bytes now; `None` where there is no file.
    pub before: Option<Vec<u8>>,
    /// Its bytes then.
    pub after: Vec<u8>,
}
