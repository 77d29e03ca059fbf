//! The spine over a history: every commit that touches governed files is judged against its parents under its own
//! policy, as `check --range` does, and it is told who broke what and whether it still is.
//!
//! The history is read here rather than by git: each commit's tree is compared with its parents' in what is wanted, and
//! those that differ are judged at once. What a first search could not know, files that others included and pairs that an
//! older policy named, is searched for again until nothing is new.

mod judge;
mod now;
mod search;
mod wanted;

use crate::check::Judging;
use crate::finding::Finding;
use crate::git::{At, Repository, Tips, Wanted, World};
use crate::policy::Date;
use crate::scope::ScopeError;
use crate::source::{Id, RepoPath};

use judge::CameTo;
pub use now::Now;
use now::Tip;
use search::{Found, Search};

/// What to look at, and as whom.
pub struct Asked<'a> {
    /// Where the repository is.
    pub world: &'a World,
    /// Where the history begins.
    pub tips: Tips,
    /// What judgements depend on.
    pub judging: &'a Judging,
    /// Threads that search and judge.
    pub workers: usize,
    /// Told of what is done now and then, from any thread.
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Commits that were looked at, and judged if they touch something.
    pub looked: usize,
    /// Commits that were read so far.
    pub commits: usize,
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
    /// What it broke.
    pub faults: Vec<Fault>,
    seconds: u64,
    order: At,
}

/// An error of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub finding: Finding,
    /// What became of it.
    pub now: Now,
}

/// A pair that a commit broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenPair {
    /// The manifest.
    pub manifest: RepoPath,
    /// Its lock.
    pub lock: RepoPath,
    /// Whether anything of what the commit broke in it is still there.
    pub now: Now,
}

/// A commit that could not be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unjudged {
    /// The commit.
    pub commit: Id,
    /// Why.
    pub message: String,
    order: At,
}

impl Audit {
    /// Breaks that are still there.
    pub fn open(&self) -> usize {
        self.breaks.iter().filter(|one| one.is_open()).count()
    }
}

impl Break {
    /// Whether anything of it is still broken.
    pub fn is_open(&self) -> bool {
        self.faults.iter().any(|fault| fault.now == Now::Broken)
    }
}

/// Judges a history.
///
/// # Errors
/// What the repository cannot answer as a whole: no such revision, a policy at the tip that cannot be read, a commit or a
/// tree that is missing. One commit that cannot be judged is told of in the result.
pub fn audit(asked: &Asked<'_>, repo: &Repository) -> Result<Audit, ScopeError> {
    let tip = match &asked.tips {
        Tips::Revision(spec) => repo.resolve(spec)?,
        Tips::All => repo.resolve(b"HEAD")?,
    };
    let (tip, asks) = Tip::judge(repo, &tip, asked.judging)?;
    let mut found = Found::default();
    let mut searched: Vec<Wanted> = asks.into_iter().collect();
    let commits = Search { asked, wanted: searched.clone(), tip: &tip }.first(repo, &mut found)?;
    loop {
        let mut asks = std::mem::take(&mut found.asks);
        wanted::drop_covered(&mut asks, &searched);
        if asks.is_empty() {
            return Ok(gather(found));
        }
        let wanted: Vec<Wanted> = asks.into_iter().collect();
        searched.extend(wanted.iter().cloned());
        Search { asked, wanted, tip: &tip }.again(&commits, &mut found)?;
    }
}

fn gather(found: Found) -> Audit {
    let mut audit = Audit { touching: found.touching.len(), breaks: Vec::new(), unjudged: Vec::new(), edge: 0 };
    for came_to in found.odd {
        match came_to {
            CameTo::InOrder => {}
            CameTo::Edge => audit.edge += 1,
            CameTo::Unjudged(unjudged) => audit.unjudged.push(unjudged),
            CameTo::Broke(one) => audit.breaks.push(*one),
        }
    }
    audit.breaks.sort_by_key(|one| (std::cmp::Reverse(one.seconds), one.order));
    audit.unjudged.sort_by_key(|one| one.order);
    audit
}
