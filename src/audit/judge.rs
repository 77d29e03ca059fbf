//! One commit of a history. What is judged is a pair's tuple against its parents' tuples under a policy; where all of
//! them have been judged together before, as in a cherry-pick, the answer is the same.

use std::collections::{BTreeSet, HashMap};
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use super::now::{Now, Tip};
use super::{Break, BrokenPair, Fault, Unjudged};
use crate::check::{self, Judging, check_with};
use crate::files::{Cache, Judged, Tuple};
use crate::finding::Finding;
use crate::git::{At, Past, Repository, Wanted};
use crate::policy::Date;
use crate::report::Report;
use crate::rule::Level;
use crate::scope::{Against, PolicyFiles, Question, ScopeError, past_commit};
use crate::source::{Id, Object, ReadError, RepoPath};

/// What came of a commit.
pub(super) enum CameTo {
    InOrder,
    Broke(Box<Break>),
    Unjudged(Unjudged),
    /// Its parents are beyond the edge of a shallow clone.
    Edge,
}

/// What a judgement depends on: the policy, and every pair with its tuple on each side.
#[derive(Hash)]
struct Key {
    policy: [Option<Object>; 2],
    pairs: Vec<(RepoPath, RepoPath, Tuple, Vec<Tuple>)>,
}

impl Key {
    /// The same for equal keys, and no history can be written so that it is for others: a key with many pairs is large.
    fn digest(&self) -> [u8; 32] {
        let mut all = Digest(Sha256::new());
        self.hash(&mut all);
        all.0.finalize().into()
    }
}

/// Takes what a value writes of itself, lengths included, into a strong hash.
struct Digest(Sha256);

impl Hasher for Digest {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

/// Judgements so far, of all threads, by their keys' digests.
pub(super) type Known = Mutex<HashMap<[u8; 32], Arc<[Finding]>>>;

/// Judgements that are kept.
const MOST_KNOWN: usize = 16_384;

/// What one thread judges with.
pub(super) struct Judge<'r> {
    pub(super) repo: &'r Repository,
    pub(super) past: &'r Past<'r>,
    pub(super) judging: &'r Judging,
    pub(super) known: &'r Known,
    pub(super) tip: &'r Tip,
}

impl Judge<'_> {
    /// Judges `commit`, the one at `order` in its history; `asks` gets what its files and its policy say to look for.
    pub(super) fn judge(&self, (commit, order): (&Id, At), cache: &Cache, asks: &mut BTreeSet<Wanted>) -> CameTo {
        match self.try_judge((commit, order), cache, asks) {
            Ok(came_to) => came_to,
            Err(error) => CameTo::Unjudged(Unjudged { commit: *commit, message: said(&error), order }),
        }
    }

    fn try_judge(
        &self,
        (commit, order): (&Id, At),
        cache: &Cache,
        asks: &mut BTreeSet<Wanted>,
    ) -> Result<CameTo, ScopeError> {
        if self.is_edge(commit)? {
            return Ok(CameTo::Edge);
        }
        let mut question = past_commit(self.repo, commit, &|id| Ok(Rc::from(self.past.commit_tree(id)?)))?;
        question.among_others = false;
        asks.extend(question.policy.pairs.ends().into_iter().map(|end| Wanted::Ending(end.to_vec())));
        let pairs = check::pairs(&question, cache)?;
        asks.extend(pairs.iter().flat_map(files).map(Wanted::At));
        if pairs.is_empty() {
            return Ok(CameTo::InOrder);
        }
        if let Against::Broken(_, broken) = &question.against {
            let message = format!("it changes governed files under a policy that cannot be read: {broken}");
            return Ok(CameTo::Unjudged(Unjudged { commit: *commit, message: first_line(&message), order }));
        }
        let findings = self.findings(&question, &pairs, cache)?;
        if findings.is_empty() {
            return Ok(CameTo::InOrder);
        }
        let fault = |finding: &Finding| Fault { now: self.tip.now(finding), finding: finding.clone() };
        let faults: Vec<Fault> = findings.iter().map(fault).collect();
        let made = self.repo.made(commit)?;
        Ok(CameTo::Broke(Box::new(Break {
            commit: *commit,
            author: made.author,
            date: Date::from_unix(made.seconds),
            subject: made.subject,
            pairs: broken_pairs(&pairs, &faults),
            faults,
            seconds: made.seconds,
            order,
        })))
    }

    /// Whether a shallow clone ends here: the commit names parents that were not fetched.
    fn is_edge(&self, commit: &Id) -> Result<bool, ReadError> {
        if !self.repo.is_shallow() {
            return Ok(false);
        }
        for parent in self.repo.commit_parents(commit)? {
            if self.repo.kind(&parent)?.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The errors of a commit.
    fn findings(&self, question: &Question<'_>, pairs: &[Judged], cache: &Cache) -> Result<Arc<[Finding]>, ReadError> {
        let policy = PolicyFiles::of(&*question.after)?;
        let sides = |judged: &Judged| judged.before.sides().iter().map(crate::files::PairFiles::tuple).collect();
        let pairs = pairs.iter().map(|judged| {
            (judged.pair.manifest.clone(), judged.pair.lock.clone(), judged.after.tuple(), sides(judged))
        });
        let key = Key { policy: [policy.freeze_guard, policy.pyproject], pairs: pairs.collect() }.digest();
        if let Some(known) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(known));
        }
        let report: Report = check_with(std::slice::from_ref(question), self.judging, cache)?;
        let errors = report.findings.into_iter().filter(|finding| finding.level == Level::Error);
        let errors: Arc<[Finding]> = errors.collect();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert(key, Arc::clone(&errors));
        Ok(errors)
    }
}

/// Every file of a pair, on each side.
pub(super) fn files(judged: &Judged) -> BTreeSet<RepoPath> {
    let before = judged.before.sides().iter().flat_map(|side| side.tuple().into_keys().collect::<Vec<_>>());
    judged.after.tuple().into_keys().chain(before).collect()
}

/// The pairs that the faults are about; all of them where one has no place.
fn broken_pairs(pairs: &[Judged], faults: &[Fault]) -> Vec<BrokenPair> {
    let mut broken = Vec::new();
    for judged in pairs {
        let files = files(judged);
        let is_its = |fault: &&Fault| fault.finding.place.path().is_none_or(|path| files.contains(path));
        let its: Vec<&Fault> = faults.iter().filter(is_its).collect();
        if !its.is_empty() {
            let now = if its.iter().any(|fault| fault.now == Now::Broken) { Now::Broken } else { Now::Repaired };
            broken.push(BrokenPair { manifest: judged.pair.manifest.clone(), lock: judged.pair.lock.clone(), now });
        }
    }
    broken
}

fn said(error: &ScopeError) -> String {
    match error {
        ScopeError::Read(error) => first_line(&error.to_string()),
        ScopeError::Policy(broken) => first_line(&broken.to_string()),
        other => format!("{other:?}"),
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
