//! How a lock answers its manifest, whatever its kind: the layers of the proof, apart.

use super::kind::JudgedAs;
use crate::locks::{Contents, Depth, Drift, Proof, StampVerdict, Subject, mirror, prove, stamp_verdict};
use crate::requirements::File;

/// How a lock answers its manifest.
#[derive(Clone, Debug)]
pub struct Answer<'a> {
    /// As what it was judged.
    pub judged_as: JudgedAs,
    /// What was found, layer by layer; a mirror proves nothing but satisfaction.
    pub proof: Proof<'a>,
}

/// The verdict over one layer of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Nothing contradicts it.
    Fresh,
    /// Manifest and lock contradict each other.
    Stale,
    /// Offline evidence does not tell.
    Undecided,
    /// What would be installed cannot be trusted.
    Unsafe,
}

impl Layer {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::Undecided => "undecided",
            Self::Unsafe => "unsafe",
        }
    }
}

impl Answer<'_> {
    /// Whether nothing contradicts anything.
    pub fn is_fresh(&self) -> bool {
        self.identity() == Layer::Fresh && self.proof.satisfaction.is_empty()
    }

    /// Was it made from this manifest.
    pub fn identity(&self) -> Layer {
        if self.proof.identity.is_empty() { Layer::Fresh } else { Layer::Stale }
    }

    /// Is every requirement met and every entry explained.
    pub fn satisfaction(&self) -> Layer {
        if !self.proof.satisfaction.is_empty() {
            return Layer::Stale;
        }
        if self.proof.undecided.is_empty() { Layer::Fresh } else { Layer::Undecided }
    }
}

/// Compares the two sides; `lock` is the lock's own file.
pub(super) fn compare<'a>(judged_as: JudgedAs, lock: &File, asked: &Contents<'a>, held: &Contents<'a>) -> Answer<'a> {
    let mut proof = if judged_as.is_mirror() {
        let satisfaction: Vec<Drift<'a>> = mirror(asked, held);
        Proof { satisfaction, ..Proof::default() }
    } else {
        prove(asked, held, if judged_as.is_compiled() { Depth::Provenance } else { Depth::Pins })
    };
    match stamp_verdict(lock, asked) {
        StampVerdict::Absent => {}
        // It was made from what the manifest asks now, extras, markers and flags included.
        StampVerdict::Valid => proof.undecided.retain(|undecided| matches!(undecided.subject, Subject::Held(_))),
        StampVerdict::Wrong { .. } => {
            // That the inputs changed is known then, and is one thing to say.
            proof.undecided.retain(|undecided| matches!(undecided.subject, Subject::Held(_)));
            proof.identity.push("its stamp tells of other inputs".to_owned());
        }
        StampVerdict::Malformed { .. } => proof.identity.push("its stamp is no digest, or there are two".to_owned()),
    }
    Answer { judged_as, proof }
}
