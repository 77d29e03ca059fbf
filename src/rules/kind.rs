//! As what a lock is judged: by the policy's word, else by what the lock itself says.

use crate::locks::{Detected, Evidence, Strength, detect, is_annotated};
use crate::policy::{Kind, Pair};
use crate::requirements::File;

/// The kind that decides, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JudgedAs {
    /// The policy names the kind, one of the three.
    Told(Told),
    /// The lock tells.
    Detected(Detected),
}

/// A kind that the policy names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// `kind = "mirror"`
    Mirror,
    /// `kind = "compiled"`
    Compiled,
    /// `kind = "freeze"`
    Freeze,
}

impl JudgedAs {
    /// What `lock` is to `pair`.
    pub fn of(pair: &Pair, lock: &File) -> Self {
        match pair.kind {
            Kind::Auto => Self::Detected(detect(&pair.manifest, lock)),
            Kind::Mirror => Self::Told(Told::Mirror),
            Kind::Compiled => Self::Told(Told::Compiled),
            Kind::Freeze => Self::Told(Told::Freeze),
        }
    }

    /// Whether manifest and lock must be equal.
    pub fn is_mirror(self) -> bool {
        matches!(self, Self::Told(Told::Mirror) | Self::Detected(Detected::Mirror))
    }

    /// Whether annotations explain the lock, as far as it has any.
    pub fn is_compiled(self) -> bool {
        matches!(self, Self::Told(Told::Compiled) | Self::Detected(Detected::Compiled(_)))
    }

    /// How much `lock`, judged as this, binds.
    pub fn strength(self, lock: &File) -> Strength {
        if self.is_mirror() {
            return Strength::Equal;
        }
        if self.is_compiled() && is_annotated(lock) { Strength::Explained } else { Strength::Unexplained }
    }

    /// `mirror`, `compiled` or `freeze`, as policies write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Told(Told::Mirror) | Self::Detected(Detected::Mirror) => "mirror",
            Self::Told(Told::Compiled) | Self::Detected(Detected::Compiled(_)) => "compiled",
            Self::Told(Told::Freeze) => "freeze",
        }
    }

    /// Why it is judged so.
    pub fn why(self) -> String {
        match self {
            Self::Told(_) => "the policy says so".to_owned(),
            Self::Detected(Detected::Mirror) => "no header of a tool and no `# via`".to_owned(),
            Self::Detected(Detected::Compiled(Evidence::Header(tool))) => format!("the header of {}", tool.name()),
            Self::Detected(Detected::Compiled(Evidence::Via)) => "its `# via` annotations".to_owned(),
            Self::Detected(Detected::Compiled(Evidence::Layout)) => "its manifest is a .in file".to_owned(),
        }
    }
}
