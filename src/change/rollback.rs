//! What `hook rollback` does, all of it in a sandbox: it brings back the dependencies of a commit that was good, exactly
//! as they were, judges them, and writes down what was corrected.
//!
//! A pair that stands on both sides is restored: manifest, lock and what they include. One that did not exist then
//! serves code that did not exist either, and one that is gone has none to serve: both are left as they are, and named.

mod event;

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::deploy::recorded;
use super::halt::{Failed, Halt, go_on};
use super::sandbox::{Event, Ground, NO_HOOKS, Sandbox, Site, Stay};
use super::staged;
use super::upgrade::{Change, changes, message, title};
use super::way::may_bring;
use crate::check::{Judging, check};
use crate::files::{Cache, Content, PairFiles};
use crate::finding::Finding;
use crate::git::Repository;
use crate::policy::{Pair, Policy};
use crate::report::Verdict;
use crate::rule::Level;
use crate::scope::{self, CommitEvent, ScopeError, Which};
use crate::source::{Id, RepoPath, Tree};
use event::Correction;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Back {
    /// The revision to go back to; `None`: the last good commit.
    pub to: Option<Vec<u8>>,
    /// The revision to go back from, where the branch begins.
    pub from: Vec<u8>,
    /// Why, in a person's words; may be empty.
    pub reason: String,
    /// What happens where the rules refuse what would come back.
    pub doubt: Doubt,
    /// The moment, for the event.
    pub now: Timestamp,
}

/// What happens where the rules refuse what would come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Nothing comes back.
    Refuse,
    /// It comes back all the same, and that is written down.
    Record,
}

/// What came of a rollback.
#[derive(Clone, Debug)]
pub struct RolledBack {
    /// The branch, without `refs/heads/`; `None` where all is as it was then.
    pub branch: Option<String>,
    /// The commit that it goes back from.
    pub bad: Id,
    /// The commit that it goes back to.
    pub good: Id,
    /// What moves.
    pub changes: Vec<Change>,
    /// Pairs that are left as they are, each with the reason.
    pub left: Vec<(RepoPath, &'static str)>,
    /// What the rules refuse and a person wanted all the same.
    pub forced: Vec<Finding>,
    /// Where the event is written.
    pub log: RepoPath,
    /// The policy that the branch began with.
    pub policy: Policy,
}

/// Brings back what `back` asks for, on a new branch of `repo`.
///
/// # Errors
/// Why there is no branch; then nothing is left behind.
pub fn rollback(repo: &Repository, back: &Back, site: &mut Site<'_>) -> Result<RolledBack, Halt> {
    let bad = repo.resolve(&back.from)?;
    let base = repo.commit_tree(&bad)?;
    let (policy, _) = scope::read_policy(&*base)?.map_err(ScopeError::Policy)?;
    may_bring(&policy, &prefix(&policy))?;
    let good = match &back.to {
        Some(spec) => repo.resolve(spec)?,
        None => recorded(repo, &policy, Some(&*base))?.commit,
    };
    let then = repo.commit_tree(&good)?;
    let pairs = Pairs::of(&*base, &*then, &policy)?;
    if pairs.both.is_empty() {
        return Err(Halt::failed(format!("no pair of {} stands in {} too", good.short(), bad.short())));
    }
    let judging = Judging { today: site.today, paths: site.paths.clone() };
    let forced = doubts(repo, &good, &pairs.both, &judging)?;
    stand_by(back, &forced, &format!("the dependencies of {} are not in order themselves", good.short()))?;
    let ground = Ground { prefix: &prefix(&policy), base: bad, stay: Stay::Branch };
    let sandbox = Sandbox::open(repo, &ground, site)?;
    let left = pairs.left.clone();
    let log = policy.deploy.log.clone();
    let done = RolledBack { branch: None, bad, good, changes: Vec::new(), left, forced, log, policy };
    let work = Work { back, judging, sandbox, base: &*base, done };
    work.restored(&*then, &pairs.both, site)
}

/// A rollback while it is made.
struct Work<'w, 'r> {
    back: &'w Back,
    judging: Judging,
    sandbox: Sandbox<'r>,
    /// What it goes back from.
    base: &'w dyn Tree,
    done: RolledBack,
}

impl Work<'_, '_> {
    /// Restores `pairs` as they were `then`, judges and commits.
    fn restored(mut self, then: &dyn Tree, pairs: &[Pair], site: &mut Site<'_>) -> Result<RolledBack, Halt> {
        let sand = self.sandbox.repository()?;
        restore(&sand, &self.done.good, (self.base, then), pairs)?;
        go_on(site.stop)?;
        if staged::tree(&sand)? == staged::tree_of(&sand, &self.done.bad)? {
            return Ok(RolledBack { forced: Vec::new(), ..self.done });
        }
        let question = scope::commit(&sand, CommitEvent::Commit)?;
        let report = check(&question.into_iter().collect::<Vec<_>>(), &self.judging)?;
        if report.verdict() == Verdict::Refuse {
            let refused = errors(report.findings);
            stand_by(self.back, &refused, "the rules refuse what comes back")?;
            let known = self.done.forced.clone();
            self.done.forced.extend(refused.into_iter().filter(|finding| !known.contains(finding)));
        }
        self.log_is_free(&sand)?;
        self.done.changes = changes(self.base, &*sand.index()?, &self.done.policy)?.0;
        self.commit(&sand, site)
    }

    /// An event in a file that the rules judge would spoil what they have just judged.
    fn log_is_free(&self, sand: &Repository) -> Result<(), Halt> {
        let (index, log) = (sand.index()?, &self.done.log);
        for pair in scope::pairs(&*index, &self.done.policy)? {
            if PairFiles::load(&*index, &pair, &Cache::default())?.tuple().contains_key(log) {
                let help = "name another file as `log` below `[deploy]` of the policy";
                return Err(Halt::cannot(format!("{log} is no place for events: dependencies stand there"), help));
            }
        }
        Ok(())
    }

    /// Writes the event down and commits.
    fn commit(mut self, sand: &Repository, site: &mut Site<'_>) -> Result<RolledBack, Halt> {
        let RolledBack { bad, good, changes, forced, log, .. } = &self.done;
        let correction = Correction { back: self.back, bad: *bad, good: *good, changes, forced };
        correction.append(self.sandbox.top(), log)?;
        staged::stage(sand, std::slice::from_ref(log))?;
        (site.tell)(Event::Step("committing"));
        let text = format!("{}\n{}", message(&title("Roll back", changes), changes, &[]), correction.plain());
        // The hook of this commit is ours too, and would refuse what a person wants to stand.
        let env: &[(&str, &str)] = if forced.is_empty() { &[] } else { &[("FREEZE_GUARD", "0")] };
        self.sandbox.commit(&text, env, site)?;
        go_on(site.stop)?;
        self.done.branch = Some(self.sandbox.keep());
        Ok(self.done)
    }
}

/// What a rollback's branch is called before the day: beside those of upgrades.
fn prefix(policy: &Policy) -> String {
    match policy.upgrade.branch.rsplit_once('/') {
        Some((place, _)) => format!("{place}/dependency-rollback"),
        None => format!("{}-rollback", policy.upgrade.branch),
    }
}

/// Which pairs come back.
struct Pairs {
    both: Vec<Pair>,
    left: Vec<(RepoPath, &'static str)>,
}

impl Pairs {
    fn of(base: &dyn Tree, then: &dyn Tree, policy: &Policy) -> Result<Self, Halt> {
        let cache = Cache::default();
        let there = |tree: &dyn Tree| -> Result<Vec<Pair>, Halt> {
            let mut found = Vec::new();
            for pair in scope::pairs(tree, policy)? {
                if PairFiles::load(tree, &pair, &cache)?.manifest.root().object.is_some() {
                    found.push(pair);
                }
            }
            Ok(found)
        };
        let (now, before) = (there(base)?, there(then)?);
        let new = now.iter().filter(|pair| !before.contains(pair));
        let gone = before.iter().filter(|pair| !now.contains(pair));
        let left = new.map(|pair| (pair.manifest.clone(), "it did not exist then"));
        let left = left.chain(gone.map(|pair| (pair.manifest.clone(), "it was removed since")));
        Ok(Self { left: left.collect(), both: now.iter().filter(|pair| before.contains(pair)).cloned().collect() })
    }
}

/// What the rules of that time refuse of `pairs` as they were in `good`.
fn doubts(repo: &Repository, good: &Id, pairs: &[Pair], judging: &Judging) -> Result<Vec<Finding>, Halt> {
    let paths = pairs.iter().map(|pair| pair.manifest.clone()).collect();
    let question = scope::snapshot(repo, &Which::Revision(good.to_string().into_bytes()), paths, None)?;
    Ok(errors(check(&[question], judging)?.findings))
}

fn errors(findings: Vec<Finding>) -> Vec<Finding> {
    findings.into_iter().filter(|finding| finding.level == Level::Error).collect()
}

/// Ends where there are `doubts` and nobody said that they do not count.
fn stand_by(back: &Back, doubts: &[Finding], why: &str) -> Result<(), Halt> {
    if doubts.is_empty() || back.doubt == Doubt::Record {
        return Ok(());
    }
    let why = format!("{why}; `--force` brings them back all the same and writes that down");
    Err(Failed { why, said: Vec::new(), findings: doubts.to_vec() }.into())
}

/// Puts the files of `pairs` as they were into index and work tree.
fn restore(sand: &Repository, good: &Id, (base, then): (&dyn Tree, &dyn Tree), pairs: &[Pair]) -> Result<(), Halt> {
    let cache = Cache::default();
    let (mut back, mut gone) = (BTreeSet::new(), BTreeSet::new());
    for pair in pairs {
        let (now, was) = (PairFiles::load(base, pair, &cache)?, PairFiles::load(then, pair, &cache)?);
        for node in was.manifest.nodes.iter().chain(&was.lock.nodes) {
            match &node.content {
                Content::Absent => {}
                Content::NotAFile(_) => return Err(Halt::failed(format!("{} was no regular file then", node.path))),
                Content::Read(_) | Content::TooLarge(_) => drop(back.insert(node.path.clone())),
            }
        }
        if was.lock.root().object.is_none() && now.lock.root().object.is_some() {
            gone.insert(pair.lock.clone());
        }
    }
    let paths = |git: crate::git::GitCommand, paths: &BTreeSet<RepoPath>| -> Result<(), Halt> {
        let mut git = git.arg("--");
        for path in paths {
            git = git.arg(staged::pathspec(path)?);
        }
        Ok(git.run().map(drop)?)
    };
    paths(sand.git().args(["-c", NO_HOOKS, "checkout", "--quiet"]).arg(good.to_string()), &back)?;
    if !gone.is_empty() {
        paths(sand.git().args(["rm", "--quiet", "--force"]), &gone)?;
    }
    Ok(())
}
