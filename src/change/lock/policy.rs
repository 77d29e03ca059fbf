//! The policy's `[lock] command`: a list of words, where `{manifest}` and `{lock}` stand for the pair's paths. Without
//! them one run writes every lock.

use std::collections::BTreeSet;

use super::{Effect, NotMade, Work};
use crate::policy::{Command, Pair};
use crate::scope;
use crate::source::{RepoPath, shell_line};

/// What a command of the policy left of each lock.
pub(super) type Left = Vec<(RepoPath, Option<Vec<u8>>)>;

impl Work<'_, '_, '_> {
    /// The words of the policy's command for `pair`, as people would type them.
    pub(super) fn shown(&self, command: &Command, pair: &Pair) -> String {
        shell_line(&command.filled(&pair.manifest, &pair.lock))
    }

    /// What the policy's command makes of the lock of `pair`, one of `all`.
    pub(super) fn by_policy(&mut self, command: &Command, pair: &Pair, all: &[Pair]) -> Result<Vec<u8>, NotMade> {
        if self.wish.effect == Effect::Show {
            return Err(NotMade::plain("it is a command of the policy, and writes by itself: not run".to_owned()));
        }
        let own = command.filled(&pair.manifest, &pair.lock);
        let shown = self.shown(command, pair);
        let nothing = || NotMade::plain("the command ended well and left no lock there".to_owned());
        if own != command.words() {
            (self.progress)(&shown);
            let made = self.workshop.policy(&own, std::slice::from_ref(&pair.lock))?;
            return made.into_iter().next().flatten().ok_or_else(nothing);
        }
        if self.made.is_none() {
            (self.progress)(&shown);
            // What it does to the locks of pairs that were not asked for is put back too.
            let every = scope::pairs(&self.bench.overlay, self.bench.policy);
            let every = every.map_err(|error| NotMade::plain(error.to_string()))?;
            let locks: BTreeSet<_> = every.iter().chain(all).map(|pair| pair.lock.clone()).collect();
            let locks: Vec<_> = locks.into_iter().collect();
            let made = self.workshop.policy(command.words(), &locks).map(|made| locks.into_iter().zip(made).collect());
            self.made = Some(made);
        }
        match &self.made {
            Some(Ok(made)) => {
                let found = made.iter().find(|(lock, _)| *lock == pair.lock);
                found.and_then(|(_, made)| made.clone()).ok_or_else(nothing)
            }
            Some(Err(why)) => Err(why.clone()),
            None => Err(nothing()),
        }
    }
}
