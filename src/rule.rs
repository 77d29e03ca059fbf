//! The rules' names and their levels: a closed list, so that a forgotten rule does not compile.

mod page;

use std::fmt;
use std::str::FromStr;

macro_rules! rules {
    ($($(#[$doc:meta])* $id:ident = $code:literal, $level:ident;)*) => {
        /// Every rule there is. The kebab-case code is stable: policies, JSON and documentation use it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RuleId { $($(#[$doc])* $id,)* }

        impl RuleId {
            /// Every rule, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$id,)*];

            /// The stable code, as policies write it.
            pub fn code(self) -> &'static str {
                match self { $(Self::$id => $code,)* }
            }

            /// The level where the policy's `[rules]` says nothing.
            pub fn default_level(self) -> Level {
                match self { $(Self::$id => Level::$level,)* }
            }
        }
    };
}

rules! {
    /// A requirement that does not name one exact version.
    Unpinned = "unpinned", Error;
    /// A manifest without its lock, or a lock whose manifest is gone.
    LockMissing = "lock-missing", Error;
    /// A lock that does not answer its manifest.
    LockDrift = "lock-drift", Error;
    /// A line or file that pip cannot read.
    InvalidLine = "invalid-line", Error;
    /// An include that is missing, cyclic, outside the tree, or a URL.
    Include = "include", Error;
    /// One name twice without markers that exclude each other.
    Duplicate = "duplicate", Error;
    /// A line that pip, uv or the eye read differently.
    AmbiguousLine = "ambiguous-line", Error;
    /// A hash that is missing where required, mixed, weak, malformed or changed.
    Hash = "hash", Error;
    /// An index, find-links, trusted host or file host that is new or odd.
    IndexChanged = "index-changed", Error;
    /// A dependency change for a guarded ref from a source that is not allowed.
    GuardedPush = "guarded-push", Error;
    /// What the guarded ref holds now is not known in this clone.
    UnknownBase = "unknown-base", Error;
    /// The policy became laxer.
    PolicyChanged = "policy-changed", Error;
    /// A pull request that changes dependencies without the approval label.
    LabelMissing = "label-missing", Error;
    /// Offline evidence is missing.
    Undecided = "undecided", Error;
    /// An exemption that nothing needed.
    UnusedExemption = "unused-exemption", Warning;
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for RuleId {
    type Err = ();

    fn from_str(code: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|rule| rule.code() == code).ok_or(())
    }
}

/// How much a finding weighs. Ordered: errors first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Refuses.
    Error,
    /// Is printed and passes.
    Warning,
    /// Is printed with `-v` only.
    Note,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_round_trip() {
        for rule in RuleId::ALL {
            assert_eq!(rule.code().parse(), Ok(*rule));
            assert!(rule.code().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
        }
    }
}
