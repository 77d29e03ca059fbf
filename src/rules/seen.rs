//! What there is to say of a pair that was judged, whatever came of it: as what its lock was judged, and each layer's
//! verdict.

use super::answer::Layer;
use super::kind::JudgedAs;
use super::{Context, Draft};
use crate::finding::Place;
use crate::locks::Strength;
use crate::rule::{Level, RuleId};

/// As what a pair was judged, and what each layer came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// As what its lock was judged, and why.
    pub judged_as: JudgedAs,
    /// Was the lock made from this manifest.
    pub identity: Layer,
    /// Is every requirement met and every entry explained.
    pub satisfaction: Layer,
    /// Can what would be installed be trusted.
    pub integrity: Layer,
    /// What such a lock does not promise; empty where there is nothing to say.
    pub caution: &'static str,
}

/// Sums up `context`, of which the rules drafted `drafts`; `None` where there was nothing to compare.
pub fn seen(context: &Context<'_>, drafts: &[Draft]) -> Option<Seen> {
    let (answer, lock) = context.answer().zip(context.after.lock.root_file())?;
    Some(Seen {
        judged_as: answer.judged_as,
        identity: answer.identity(),
        satisfaction: answer.satisfaction(),
        integrity: integrity(context, drafts),
        caution: match answer.judged_as.strength(lock) {
            Strength::Equal => "a mirror pins what the manifest names; the packages that those need float",
            Strength::Explained => "",
            Strength::Unexplained => "without annotations, entries that the manifest does not name are not explained",
        },
    })
}

/// Unsafe where a rule about what would be installed has drafted an error for the lock.
fn integrity(context: &Context<'_>, drafts: &[Draft]) -> Layer {
    let lock = |place: &Place| place.path() == Some(&context.pair.lock);
    let broken = |draft: &Draft| match draft.rule {
        RuleId::Hash | RuleId::IndexChanged => true,
        RuleId::Unpinned | RuleId::Duplicate | RuleId::AmbiguousLine => lock(&draft.place),
        _ => false,
    };
    if drafts.iter().any(|draft| draft.weight == Level::Error && broken(draft)) { Layer::Unsafe } else { Layer::Fresh }
}
