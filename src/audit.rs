//! The spine over a history: every commit that touches governed files is judged against its parents under its own
//! policy, as `check --range` does, and it is told who broke what and whether it still is.
//!
//! git finds the commits (it has the commit graph) while the first of them are judged already. What a first search could
//! not know, files that others include and pairs that an older policy named, is searched for again until nothing is new.

mod judge;
mod pathspec;
mod workers;

use std::collections::{BTreeSet, HashSet};

use crate::check::{Judging, check};
use crate::finding::Finding;
use crate::git::{Repository, Tips, World};
use crate::policy::Date;
use crate::rule::Level;
use crate::scope::{ScopeError, Which, snapshot};
use crate::source::{Id, RepoPath};

use judge::CameTo;
use pathspec::Pathspec;

/// What to look at, and as whom.
pub struct Asked<'a> {
    /// Where the repository is.
    pub world: &'a World,
    /// Where the history begins.
    pub tips: Tips,
    /// What judgements depend on.
    pub judging: &'a Judging,
    /// Threads that judge.
    pub workers: usize,
    /// Told of what is done now and then, from any thread.
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Commits that are judged.
    pub judged: usize,
    /// Commits that were found so far.
    pub found: usize,
}

/// What a history came to.
#[derive(Clone, Debug)]
pub struct Audit {
    /// Commits that touch governed files, the policy or what converts files.
    pub touching: usize,
    /// Commits that broke their policy, newest first.
    pub breaks: Vec<Break>,
    /// Commits that could not be judged.
    pub unjudged: Vec<Unjudged>,
    /// Commits whose parents a shallow clone does not have; they are not judged.
    pub edge: usize,
}

/// A commit that broke its policy.
#[derive(Clone, Debug)]
pub struct Break {
    /// The commit.
    pub commit: Id,
    /// `Ada <ada@example.com>`, as the commit has it.
    pub author: Vec<u8>,
    /// The day it was written, in UTC.
    pub date: Date,
    /// The first line of its message.
    pub subject: Vec<u8>,
    /// The pairs that its errors are about.
    pub pairs: Vec<BrokenPair>,
    /// Its errors.
    pub findings: Vec<Finding>,
    seconds: u64,
    order: usize,
}

/// A pair that a commit broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenPair {
    /// The manifest.
    pub manifest: RepoPath,
    /// Its lock.
    pub lock: RepoPath,
    /// What it is at the tip.
    pub now: Now,
    files: BTreeSet<RepoPath>,
}

/// What a pair is at the tip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Now {
    /// One of its files has an error there.
    Broken,
    /// In order there, or gone.
    Repaired,
}

/// A commit that could not be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unjudged {
    /// The commit.
    pub commit: Id,
    /// Why.
    pub message: String,
}

impl Audit {
    /// Breaks of a pair that is still broken.
    pub fn open(&self) -> usize {
        self.breaks.iter().filter(|one| one.is_open()).count()
    }
}

impl Break {
    /// Whether one of its pairs is still broken.
    pub fn is_open(&self) -> bool {
        self.pairs.iter().any(|pair| pair.now == Now::Broken)
    }
}

/// Judges a history.
///
/// # Errors
/// What the repository cannot answer as a whole: no such revision, a policy at the tip that cannot be read. One commit
/// that cannot be judged is told of in the result.
pub fn audit(asked: &Asked<'_>, repo: &Repository) -> Result<Audit, ScopeError> {
    let tip = match &asked.tips {
        Tips::Revision(spec) => repo.resolve(spec)?,
        Tips::All => repo.resolve(b"HEAD")?,
    };
    let broken = broken_files(repo, &tip, asked.judging)?;
    let mut searched: BTreeSet<Pathspec> = BTreeSet::new();
    let mut pending = pathspec::first();
    let (mut seen, mut odd) = (HashSet::new(), Vec::new());
    while !pending.is_empty() {
        let specs: Vec<Vec<u8>> = pending.iter().map(Pathspec::text).collect();
        searched.append(&mut pending);
        let results = workers::run(asked, repo, (&specs, &mut seen))?;
        odd.extend(results.odd);
        pending = results.asks;
        pending.retain(|ask| !searched.iter().any(|known| known.covers(ask)));
    }
    Ok(gather(odd, seen.len(), &broken))
}

/// The files that have an error at the tip.
fn broken_files(repo: &Repository, tip: &Id, judging: &Judging) -> Result<BTreeSet<RepoPath>, ScopeError> {
    let which = Which::Revision(tip.to_string().into_bytes());
    let report = check(&[snapshot(repo, &which, Vec::new(), None)?], judging)?;
    let errors = report.findings.iter().filter(|finding| finding.level == Level::Error);
    Ok(errors.filter_map(|finding| finding.place.path().cloned()).collect())
}

fn gather(odd: Vec<CameTo>, touching: usize, broken: &BTreeSet<RepoPath>) -> Audit {
    let mut audit = Audit { touching, breaks: Vec::new(), unjudged: Vec::new(), edge: 0 };
    for came_to in odd {
        match came_to {
            CameTo::InOrder => {}
            CameTo::Edge => audit.edge += 1,
            CameTo::Unjudged(unjudged) => audit.unjudged.push(unjudged),
            CameTo::Broke(mut one) => {
                for pair in &mut one.pairs {
                    pair.now = if pair.files.is_disjoint(broken) { Now::Repaired } else { Now::Broken };
                }
                audit.breaks.push(*one);
            }
        }
    }
    // git's order is that of the first search; what came later has its place by its day.
    audit.breaks.sort_by_key(|one| (std::cmp::Reverse(one.seconds), one.order));
    audit
}
