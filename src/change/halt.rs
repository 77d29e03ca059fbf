//! Why a verb that works on a sandbox branch ended without one: something failed there, nothing could be begun, or a
//! person stopped it. In each case nothing is left behind.

use super::child::{Stop, Trouble, last};
use super::write::WriteError;
use crate::finding::Finding;
use crate::git::{GitError, OpenError};
use crate::scope::ScopeError;
use crate::source::ReadError;

/// Why there is no branch.
#[derive(Debug)]
pub enum Halt {
    /// A step in the sandbox failed: the short report.
    Failed(Failed),
    /// It could not be begun or finished for a reason outside the sandbox.
    Cannot {
        /// What is wrong.
        message: String,
        /// The next step.
        help: String,
    },
    /// What is to be judged cannot be asked for.
    Scope(ScopeError),
    /// The signal of this number asked for an end.
    Interrupted(usize),
}

/// A step that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failed {
    /// What failed, one sentence.
    pub why: String,
    /// The last lines of what was said, made printable.
    pub said: Vec<String>,
    /// What the rules say.
    pub findings: Vec<Finding>,
}

impl Halt {
    /// A failed step, with nothing more to say.
    pub(super) fn failed(why: impl Into<String>) -> Self {
        Self::Failed(Failed { why: why.into(), ..Failed::default() })
    }

    /// What could not be begun, and what to do.
    pub(super) fn cannot(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Cannot { message: message.into(), help: help.into() }
    }

    /// `trouble`, unless it came of `stop`. `what` goes before it.
    pub(super) fn of(what: &str, trouble: Trouble, stop: &Stop) -> Self {
        match stop.signal() {
            Some(signal) => Self::Interrupted(signal),
            None => Self::Failed(Failed {
                why: format!("{what}{}", trouble.why),
                said: last(trouble.said),
                findings: Vec::new(),
            }),
        }
    }
}

/// An end where a signal came meanwhile.
pub(super) fn go_on(stop: &Stop) -> Result<(), Halt> {
    stop.signal().map_or(Ok(()), |signal| Err(Halt::Interrupted(signal)))
}

impl From<Failed> for Halt {
    fn from(failed: Failed) -> Self {
        Self::Failed(failed)
    }
}

impl From<ReadError> for Halt {
    fn from(error: ReadError) -> Self {
        Self::cannot(error.to_string(), error.help())
    }
}

impl From<OpenError> for Halt {
    fn from(error: OpenError) -> Self {
        Self::cannot(error.to_string(), error.help())
    }
}

impl From<GitError> for Halt {
    fn from(error: GitError) -> Self {
        Self::cannot(error.to_string(), error.help())
    }
}

impl From<WriteError> for Halt {
    fn from(error: WriteError) -> Self {
        Self::cannot(error.to_string(), error.help())
    }
}

impl From<ScopeError> for Halt {
    fn from(error: ScopeError) -> Self {
        Self::Scope(error)
    }
}
