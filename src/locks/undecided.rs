//! What cannot be told offline: a closed list of reasons, each about one entry of the manifest or of the lock.

use crate::requirements::Located;

/// Something that offline evidence does not decide.
#[derive(Clone, Debug)]
pub struct Undecided<'a> {
    /// The entry that it is about.
    pub subject: Subject<'a>,
    /// Why.
    pub reason: Reason,
}

/// Which side's entry.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    /// The manifest's.
    Asked(Located<'a>),
    /// The lock's.
    Held(Located<'a>),
}

impl<'a> Subject<'a> {
    /// The entry.
    pub fn located(&self) -> Located<'a> {
        match self {
            Self::Asked(located) | Self::Held(located) => *located,
        }
    }
}

/// Why something cannot be decided. The list is closed: whatever else goes wrong is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The lock lacks it, and whether its marker held where the lock was made is not recorded.
    Elsewhere,
    /// The lock strips extras, so whether they were resolved is not recorded.
    Extras,
    /// The manifest names a tag or a branch, and which commit that was is not recorded.
    Revision,
    /// It comes from an input that is not part of this pair.
    OtherInput,
    /// It has no annotation in a lock that was made from standard input or whose header does not tell.
    NoProvenance,
    /// An override replaced what the manifest asks.
    Override,
    /// A comment says that it was left out, and no header confirms that it was asked to be.
    LeftOut,
}

impl Reason {
    /// Every reason.
    pub const ALL: &[Self] = &[
        Self::Elsewhere,
        Self::Extras,
        Self::Revision,
        Self::OtherInput,
        Self::NoProvenance,
        Self::Override,
        Self::LeftOut,
    ];

    /// What is missing, as the end of a sentence.
    pub fn text(self) -> &'static str {
        match self {
            Self::Elsewhere => {
                "the lock does not have it, and does not record whether its marker held where it was made"
            }
            Self::Extras => "the lock strips extras, so it does not record whether they were resolved",
            Self::Revision => "which commit the tag or branch was is not recorded",
            Self::OtherInput => "it comes from an input that is not part of this pair",
            Self::NoProvenance => "it has no `# via`, and the lock does not record where it came from",
            Self::Override => "an override replaced what the manifest asks for",
            Self::LeftOut => "a comment says that it was left out, and no header confirms that",
        }
    }
}
