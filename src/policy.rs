//! What a repository asks of its dependencies: `freeze-guard.toml` at the top, or `[tool.freeze-guard]` in
//! pyproject.toml; without either, the defaults.
//!
//! A file is read in one go: every mistake is found, each with its line. What is read can no longer be wrong: patterns
//! are compiled, paths checked, words are enums. [`laxer()`] compares two policies key by key.

mod change;
mod gate;
mod glob;
pub mod laxer;
mod levels;
mod listed;
mod load;
mod mistake;
mod pairs;
mod pattern;
mod push;
mod reader;
mod schema;
mod sections;
mod shapes;
mod ungoverned;

pub use change::{Command, Deploy, LockCommand, Resolver, Upgrade};
pub use gate::{Arrival, Arriving, Closed, Gate, Page, Permit, Proposal, Request, RequestHead, Target, Unfit, short};
pub use laxer::{Laxer, laxer};
pub use levels::{Date, Exemption, Levels};
pub use load::{FREEZE_GUARD_TOML, Files, Origin, PYPROJECT_TOML, load};
pub use mistake::{Broken, Mistake, Place};
pub use pairs::{Kind, Pair, PairRules};
pub use pattern::{RefPattern, RemotePattern};
pub use push::{Ci, OnCreate, Push};
pub use schema::{SCHEMA, reference, schema};
pub use shapes::{KnownKey, Takes, Unset, known_keys};
pub use ungoverned::Ungoverned;

/// An enum of words: what a policy writes for each, in one place.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $id:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$word_doc])* $id,)* }

        impl $name {
            /// Every word that a policy can write, and what it stands for.
            pub(super) const WORDS: &[(&str, Self)] = &[$(($word, Self::$id),)*];
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self { $(Self::$id => $word,)* })
            }
        }
    };
}
use words;

words! {
    /// What a judgement does where offline evidence is missing for an entry that the change adds or alters.
    Undecided {
        /// It refuses.
        Refuse = "refuse",
        /// It notes it and passes.
        Note = "note",
    }
}

/// What a repository asks of its dependencies.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Which versions of this tool may judge by it.
    pub requires: Option<pep440_rs::VersionSpecifiers>,
    /// Which files are manifests and which locks answer them.
    pub pairs: PairRules,
    /// Whether `FREEZE_GUARD=0` is honoured.
    pub allow_skip: bool,
    /// What missing evidence does to a change.
    pub undecided: Undecided,
    /// Hosts where a full commit counts as pinned: lower case, with the port where one is meant.
    pub vcs_hosts: Vec<String>,
    /// How much each rule weighs.
    pub levels: Levels,
    /// Which packages a rule leaves alone.
    pub exemptions: Vec<Exemption>,
    /// What may reach a guarded branch.
    pub push: Push,
    /// What CI asks of a pull request.
    pub ci: Ci,
    /// What writes a lock.
    pub lock: LockCommand,
    /// How dependencies are upgraded.
    pub upgrade: Upgrade,
    /// Where deployments are recorded.
    pub deploy: Deploy,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            requires: None,
            pairs: PairRules::default(),
            allow_skip: true,
            undecided: Undecided::Refuse,
            vcs_hosts: ["github.com", "gitlab.com", "bitbucket.org"].map(str::to_owned).to_vec(),
            levels: Levels::default(),
            exemptions: Vec::new(),
            push: Push::default(),
            ci: Ci::default(),
            lock: LockCommand::default(),
            upgrade: Upgrade::default(),
            deploy: Deploy::default(),
        }
    }
}
