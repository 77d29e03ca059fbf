//! `lock-missing`: a manifest without its lock, a lock whose manifest is gone, a pair that the policy names and nobody
//! has.

use super::{Context, Draft, remake};
use crate::finding::Place;
use crate::rule::RuleId;

pub(super) fn check(context: &Context<'_>) -> Vec<Draft> {
    let pair = context.pair;
    let has = |closure: &crate::files::Closure| closure.root().object.is_some();
    let (manifest, lock) = (context.paths.show(&pair.manifest), context.paths.show(&pair.lock));
    let (manifest_word, lock_word) = (context.paths.word(&pair.manifest), context.paths.word(&pair.lock));
    let (place, message, help) = match (has(&context.after.manifest), has(&context.after.lock)) {
        (true, true) => return Vec::new(),
        (true, false) => (
            Place::File(pair.manifest.clone()),
            format!("{manifest} has no lock: {lock} is missing"),
            match context.work_lock {
                super::context::WorkLock::Differs(_) => format!("it is in the work tree: `git add {lock_word}`"),
                super::context::WorkLock::SameOrUnseen => remake::line(context),
            },
        ),
        (false, true) => (
            Place::File(pair.lock.clone()),
            format!("{lock} locks nothing: its manifest {manifest} is gone"),
            format!(
                "remove both or neither: `git rm --cached {lock_word}` or `git restore --staged --worktree {manifest_word}`"
            ),
        ),
        (false, false) if pair.named => (
            Place::Nowhere,
            format!("the policy names the pair {manifest} and {lock}, and neither is there"),
            format!("correct the [[pair]] in the policy, or `git add {manifest_word} {lock_word}`"),
        ),
        (false, false) => return Vec::new(),
    };
    vec![Draft::new(RuleId::LockMissing, place, message, help)]
}
