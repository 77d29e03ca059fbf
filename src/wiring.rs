//! The hooks of a clone: what stands in its hooks directory, what to do about it, doing it, and running the hook that
//! was there before.
//!
//! Everything is planned before anything is written; a plan is applied hook by hook, each atomically, and undone when a
//! later step fails. Nothing outside the hooks directory is ever written.

mod apply;
mod chain;
mod plan;
mod shim;
mod site;
mod state;

pub use apply::apply;
pub use chain::{Chained, chained_of, run_chained};
pub use plan::{Plan, Step, plan_install, plan_uninstall};
pub use shim::{Event, Recognised, recognise, shim};
pub use site::Site;
pub use state::{Guard, Reach, State, inspect, reach};

use std::path::{Path, PathBuf};

use crate::source::printable;

/// What was there before ours keeps its name with this suffix: nobody else uses it.
pub const SUFFIX: &str = ".hook-chained";

/// Why wiring cannot go on. Nothing was changed.
#[derive(Debug)]
pub enum WiringError {
    /// git does not tell where its hooks are.
    Git(String),
    /// `core.hooksPath` leads somewhere that is not ours to write.
    HooksPath {
        /// Its value.
        value: Vec<u8>,
        /// What about it.
        why: &'static str,
        /// The way out.
        help: String,
    },
    /// The hooks directory is a link out of the repository.
    LinkedAway(PathBuf),
    /// Our suffix is taken by a file that we did not put there.
    Taken(PathBuf),
    /// A shim of ours that somebody has changed.
    Edited(PathBuf),
    /// The file system refused; what had been done is undone.
    Io {
        /// What was being done, as in "writing".
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's answer.
        error: std::io::Error,
    },
}

impl std::fmt::Display for WiringError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Git(reason) => write!(f, "git does not tell where its hooks are: {reason}"),
            Self::HooksPath { value, why, .. } => write!(f, "core.hooksPath is `{}`: {why}", printable(value)),
            Self::LinkedAway(path) => write!(f, "the hooks directory leads out of the repository, to {}", shown(path)),
            Self::Taken(path) => write!(f, "{} is already there, and it is not what stands beside it", shown(path)),
            Self::Edited(path) => write!(f, "{} is our shim, and somebody has changed it", shown(path)),
            Self::Io { doing, path, error } => {
                write!(f, "{doing} {} failed: {error}; nothing was changed", shown(path))
            }
        }
    }
}

impl std::error::Error for WiringError {}

impl WiringError {
    /// The next step.
    pub fn help(&self) -> String {
        let word = |path: &Path| crate::source::shell_word(&shown(path)).into_owned();
        match self {
            Self::Git(_) => "see what git says: `git rev-parse --git-path hooks`".to_owned(),
            Self::HooksPath { help, .. } => help.clone(),
            Self::LinkedAway(_) => {
                "add this line to the hook there: `hook run pre-commit \"$@\"` (and so for pre-push)".to_owned()
            }
            Self::Taken(path) => format!("look at it and move it away: `mv {0} {0}.kept`", word(path)),
            Self::Edited(path) => format!("keep your change elsewhere and remove it: `mv {0} {0}.kept`", word(path)),
            Self::Io { path, .. } => format!("see who may write there and whether the disk is full: `ls -ld {}`", {
                path.parent().map(word).unwrap_or_default()
            }),
        }
    }
}

fn shown(path: &Path) -> String {
    printable(path.as_os_str().as_encoded_bytes())
}
