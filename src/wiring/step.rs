//! One change of a clone, and how it is told: before as what would be done, afterwards as what was.

use std::fmt;
use std::path::PathBuf;

use super::files::shown;
use super::{ChainOrder, Event};

/// One change of a clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Make the hooks directory.
    CreateDirectory {
        /// Which.
        path: PathBuf,
    },
    /// Write a shim where nothing is.
    Write {
        /// For which event.
        event: Event,
        /// Where.
        path: PathBuf,
        /// Its text.
        shim: Vec<u8>,
    },
    /// Keep somebody's hook under another name and write a shim in its place.
    Chain {
        /// For which event.
        event: Event,
        /// Where the hook stands and the shim will.
        path: PathBuf,
        /// The hook's new name.
        chained: PathBuf,
        /// The shim's text.
        shim: Vec<u8>,
    },
    /// Replace a shim of ours.
    Replace {
        /// For which event.
        event: Event,
        /// Where.
        path: PathBuf,
        /// Its new text.
        shim: Vec<u8>,
    },
    /// Remove a shim of ours.
    Remove {
        /// For which event.
        event: Event,
        /// Where.
        path: PathBuf,
    },
    /// Give a chained hook its place back, which removes our shim.
    Restore {
        /// For which event.
        event: Event,
        /// Where the shim stands and the hook will.
        path: PathBuf,
        /// The hook's name now.
        chained: PathBuf,
    },
    /// Remove a hook that was set aside, of which an equal copy stands in its place again.
    Drop {
        /// Which.
        path: PathBuf,
        /// The copy.
        twin: PathBuf,
    },
    /// Write down what was set aside and made in a hooks directory, or that nothing is left of it.
    Record {
        /// The record.
        path: PathBuf,
        /// Its text now; `None` if there is none.
        before: Option<Vec<u8>>,
        /// Its text then.
        after: Option<Vec<u8>>,
    },
    /// Remove directories that we made, as far as nothing else is in them.
    RemoveDirectory {
        /// The innermost.
        path: PathBuf,
        /// How many.
        most: usize,
    },
    /// Put sections of ours into git's configuration of the clone, or take them out.
    Configure {
        /// The configuration.
        path: PathBuf,
        /// Its text now.
        before: Vec<u8>,
        /// Its text then.
        after: Vec<u8>,
        /// The events that it has a section of ours for then.
        events: Vec<Event>,
    },
    /// Remove what an interrupted run left behind, or a shim of ours where none belongs.
    Sweep {
        /// Which file.
        path: PathBuf,
    },
}

impl Step {
    /// What was done, as in "wrote the shim …".
    pub fn past(&self) -> String {
        match self {
            Self::CreateDirectory { path } => format!("created the directory {}", shown(path)),
            Self::Write { path, .. } => format!("wrote the shim {}", shown(path)),
            Self::Chain { path, chained, .. } => {
                format!(
                    "renamed {} to {}, where it runs {} our check, and wrote the shim",
                    shown(path),
                    shown(chained),
                    self.when()
                )
            }
            Self::Replace { path, .. } => format!("replaced the shim {}", shown(path)),
            Self::Remove { path, .. } => format!("removed the shim {}", shown(path)),
            Self::Restore { path, chained, .. } => format!("put {} back as {}", shown(chained), shown(path)),
            Self::Drop { path, twin } => format!("removed {}, which is {} once more", shown(path), shown(twin)),
            Self::Record { path, after: None, .. } => format!("removed the record {}", shown(path)),
            Self::Record { path, .. } => format!("wrote the record {}", shown(path)),
            Self::RemoveDirectory { path, .. } => format!("removed the directory {} if it was empty", shown(path)),
            Self::Configure { path, events, .. } if events.is_empty() => {
                format!("took our hooks out of {}", shown(path))
            }
            Self::Configure { path, events, .. } => format!("wrote hooks for {} into {}", names(events), shown(path)),
            Self::Sweep { path } => format!("removed {}, a leftover of ours", shown(path)),
        }
    }

    /// When a chained hook runs.
    fn when(&self) -> &'static str {
        match self {
            Self::Chain { event, .. } if event.chain_order() == ChainOrder::After => "after",
            _ => "before",
        }
    }
}

/// What is to be done, as in "write the shim …".
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateDirectory { path } => write!(f, "create the directory {}", shown(path)),
            Self::Write { path, .. } => write!(f, "write the shim {}", shown(path)),
            Self::Chain { path, chained, .. } => {
                let (path, chained, when) = (shown(path), shown(chained), self.when());
                write!(f, "rename {path} to {chained}, where it runs {when} our check, and write the shim")
            }
            Self::Replace { path, .. } => write!(f, "replace the shim {}", shown(path)),
            Self::Remove { path, .. } => write!(f, "remove the shim {}", shown(path)),
            Self::Restore { path, chained, .. } => {
                write!(f, "put {} back as {}, in place of the shim", shown(chained), shown(path))
            }
            Self::Drop { path, twin } => write!(f, "remove {}, which is {} once more", shown(path), shown(twin)),
            Self::Record { path, after: None, .. } => write!(f, "remove the record {}", shown(path)),
            Self::Record { path, .. } => write!(f, "write the record {}", shown(path)),
            Self::RemoveDirectory { path, .. } => write!(f, "remove the directory {} if it is empty", shown(path)),
            Self::Configure { path, events, .. } if events.is_empty() => {
                write!(f, "take our hooks out of {}", shown(path))
            }
            Self::Configure { path, events, .. } => write!(f, "write hooks for {} into {}", names(events), shown(path)),
            Self::Sweep { path } => write!(f, "remove {}, a leftover of ours", shown(path)),
        }
    }
}

fn names(events: &[Event]) -> String {
    events.iter().map(|event| event.name()).collect::<Vec<_>>().join(", ")
}
