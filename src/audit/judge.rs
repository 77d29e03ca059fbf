//! One commit of a history. What is judged is a pair's tuple against its parents' tuples under a policy; where all of
//! them have been judged together before, as in a cherry-pick, the answer is the same.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use super::pathspec::Pathspec;
use super::{Break, BrokenPair, Now, Unjudged};
use crate::check::{self, Judging, check_with};
use crate::files::{Cache, Judged, Tuple};
use crate::finding::Finding;
use crate::git::{Past, Repository};
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
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Key {
    policy: [Option<Object>; 2],
    pairs: Vec<(RepoPath, RepoPath, Tuple, Vec<Tuple>)>,
}

/// Judgements so far, of all threads.
pub(super) type Known = Mutex<HashMap<Key, Arc<[Finding]>>>;

/// Judgements that are kept: one takes about a kilobyte.
const MOST_KNOWN: usize = 4096;

/// What one thread judges with.
pub(super) struct Judge<'r> {
    pub(super) repo: &'r Repository,
    pub(super) past: &'r Past<'r>,
    pub(super) judging: &'r Judging,
    pub(super) known: &'r Known,
}

impl Judge<'_> {
    /// Judges `commit`, the `order`th that git found; `asks` gets what its files and its policy say to look for.
    pub(super) fn judge(&self, (commit, order): (&Id, usize), cache: &Cache, asks: &mut BTreeSet<Pathspec>) -> CameTo {
        match self.try_judge((commit, order), cache, asks) {
            Ok(came_to) => came_to,
            Err(error) => CameTo::Unjudged(Unjudged { commit: *commit, message: said(&error) }),
        }
    }

    fn try_judge(
        &self,
        (commit, order): (&Id, usize),
        cache: &Cache,
        asks: &mut BTreeSet<Pathspec>,
    ) -> Result<CameTo, ScopeError> {
        if self.is_edge(commit)? {
            return Ok(CameTo::Edge);
        }
        let mut question = past_commit(self.repo, commit, &|id| Ok(Rc::from(self.past.commit_tree(id)?)))?;
        question.among_others = false;
        asks.extend(question.policy.pairs.ends().into_iter().map(|end| Pathspec::Ending(end.to_vec())));
        let pairs = check::pairs(&question, cache)?;
        asks.extend(pairs.iter().flat_map(files).map(Pathspec::At));
        if pairs.is_empty() {
            return Ok(CameTo::InOrder);
        }
        if let Against::Broken(_, broken) = &question.against {
            let message = format!("it changes governed files under a policy that cannot be read: {broken}");
            return Ok(CameTo::Unjudged(Unjudged { commit: *commit, message: first_line(&message) }));
        }
        let findings = self.findings(&question, &pairs, cache)?;
        if findings.is_empty() {
            return Ok(CameTo::InOrder);
        }
        let made = self.repo.made(commit)?;
        Ok(CameTo::Broke(Box::new(Break {
            commit: *commit,
            author: made.author,
            date: Date::from_unix(made.seconds),
            subject: made.subject,
            pairs: broken_pairs(&pairs, &findings),
            findings: findings.to_vec(),
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
        let key = Key { policy: [policy.freeze_guard, policy.pyproject], pairs: pairs.collect() };
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
fn files(judged: &Judged) -> BTreeSet<RepoPath> {
    let before = judged.before.sides().iter().flat_map(|side| side.tuple().into_keys().collect::<Vec<_>>());
    judged.after.tuple().into_keys().chain(before).collect()
}

/// The pairs that the findings are about; all of them where one has no place.
fn broken_pairs(pairs: &[Judged], findings: &[Finding]) -> Vec<BrokenPair> {
    let paths: BTreeSet<&RepoPath> = findings.iter().filter_map(|finding| finding.place.path()).collect();
    let placeless = findings.iter().any(|finding| finding.place.path().is_none());
    let mut broken = Vec::new();
    for judged in pairs {
        let files = files(judged);
        if placeless || files.iter().any(|file| paths.contains(file)) {
            let (manifest, lock) = (judged.pair.manifest.clone(), judged.pair.lock.clone());
            broken.push(BrokenPair { manifest, lock, now: Now::Repaired, files });
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
