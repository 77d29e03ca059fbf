//! The threads: one reads the commits of a history, the others find those that touch what is wanted, and judge them at
//! once. Neighbouring commits go to the same thread: they share trees and files.

use std::collections::{BTreeSet, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

use super::judge::{CameTo, Judge, Known};
use super::now::Tip;
use super::{Asked, Progress};
use crate::files::Cache;
use crate::git::{At, Commits, Differ, Repository, Wanted};
use crate::policy::PairRules;
use crate::source::{Id, ReadError};

/// Commits that are handed over together.
const TOGETHER: usize = 128;
/// Chunks for each thread that may wait: all of a history is more than memory shall hold.
const WAITING: usize = 2;
/// Judged commits whose files are remembered together.
const REMEMBERED: usize = 12;
/// Threads beyond this wait for memory rather than for each other.
const MOST_WORKERS: usize = 8;
/// What all threads keep of packs, in bytes.
const RECENT: usize = 8 << 20;

/// A commit to look at.
struct Step {
    at: At,
    id: Id,
    tree: Id,
    parents: Vec<Id>,
}

impl Step {
    /// Whether it differs from a parent, a first one from nothing. A merge that has everything as one parent has it and
    /// nothing as the other is in order, which judging says; what it mixes is seen there too.
    fn touches(&self, differ: &mut Differ<'_>) -> Result<bool, ReadError> {
        if self.parents.is_empty() {
            return differ.differ(Some(&self.tree), None);
        }
        for parent in &self.parents {
            if differ.differ(Some(&self.tree), Some(parent))? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What the searches of one history came to so far.
#[derive(Default)]
pub(super) struct Found {
    pub(super) touching: HashSet<At>,
    pub(super) odd: Vec<CameTo>,
    /// What the judged commits say to look for.
    pub(super) asks: BTreeSet<Wanted>,
    failed: Option<ReadError>,
}

/// What is searched, and for what.
pub(super) struct Search<'a> {
    pub(super) asked: &'a Asked<'a>,
    pub(super) wanted: Vec<Wanted>,
    pub(super) tip: &'a Tip,
}

impl Search<'_> {
    /// Reads the history and searches it.
    pub(super) fn first(&self, repo: &Repository, found: &mut Found) -> Result<Commits, ReadError> {
        let mut walk = repo.walk(&self.asked.tips)?;
        self.run(found, &mut |pool, feed| {
            while let Some(at) = walk.advance()? {
                pool.commits.store(walk.commits().len(), Ordering::Relaxed);
                if !feed.step(walk.commits(), at) {
                    break;
                }
            }
            Ok(())
        })?;
        Ok(walk.into_commits())
    }

    /// Searches what was read for something else.
    pub(super) fn again(&self, commits: &Commits, found: &mut Found) -> Result<(), ReadError> {
        let touching = found.touching.clone();
        self.run(found, &mut |pool, feed| {
            pool.commits.store(commits.len(), Ordering::Relaxed);
            for at in (0..commits.len()).filter_map(|at| At::try_from(at).ok()) {
                if touching.contains(&at) {
                    pool.looked.fetch_add(1, Ordering::Relaxed);
                } else if !feed.step(commits, at) {
                    break;
                }
            }
            Ok(())
        })
    }

    fn run(
        &self,
        found: &mut Found,
        read: &mut dyn FnMut(&Pool<'_>, &mut Feed<'_>) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let workers = self.asked.workers.clamp(1, MOST_WORKERS);
        let (sender, receiver) = mpsc::sync_channel::<Vec<Step>>(workers * WAITING);
        let pool = Pool {
            search: self,
            recent: RECENT / workers,
            chunks: Mutex::new(receiver),
            known: Known::default(),
            commits: AtomicUsize::new(0),
            looked: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            found: Mutex::new(std::mem::take(found)),
        };
        let read = thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| pool.work());
            }
            let mut feed = Feed { pool: &pool, sender: &sender, chunk: Vec::new() };
            let read = read(&pool, &mut feed);
            feed.send();
            drop(sender);
            read
        });
        *found = pool.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        read?;
        found.failed.take().map_or(Ok(()), Err)
    }
}

/// Where the reading thread hands over.
struct Feed<'a> {
    pool: &'a Pool<'a>,
    sender: &'a mpsc::SyncSender<Vec<Step>>,
    chunk: Vec<Step>,
}

impl Feed<'_> {
    /// Hands over the commit at `at`; false when nobody wants more.
    fn step(&mut self, commits: &Commits, at: At) -> bool {
        let parents = commits.parents(at).iter().filter_map(|&parent| commits.tree(parent)).collect();
        if let (Some(id), Some(tree)) = (commits.id(at), commits.tree(at)) {
            self.chunk.push(Step { at, id, tree, parents });
        }
        if self.chunk.len() >= TOGETHER {
            self.send();
        }
        !self.pool.stopped.load(Ordering::Relaxed)
    }

    fn send(&mut self) {
        // Nobody is there to take it only where a thread came to grief, of which it has told.
        let _ = self.sender.send(std::mem::take(&mut self.chunk));
    }
}

/// What the threads share.
struct Pool<'a> {
    search: &'a Search<'a>,
    recent: usize,
    chunks: Mutex<mpsc::Receiver<Vec<Step>>>,
    known: Known,
    commits: AtomicUsize,
    looked: AtomicUsize,
    stopped: AtomicBool,
    found: Mutex<Found>,
}

impl Pool<'_> {
    /// One thread, with a repository of its own. After an error the rest is taken and left alone.
    fn work(&self) {
        if let Err(error) = self.try_work() {
            self.stopped.store(true, Ordering::Relaxed);
            self.found().failed.get_or_insert(error);
            while self.next().is_some() {}
        }
    }

    fn try_work(&self) -> Result<(), ReadError> {
        let asked = self.search.asked;
        let repo = Repository::open(asked.world)
            .map_err(|error| ReadError::Failed { message: error.to_string(), help: error.help() })?
            .keeping(self.recent);
        let rules = PairRules::default();
        let past = repo.past(&rules.ends())?;
        let mut differ = repo.differ(self.search.wanted.clone())?;
        let judge =
            Judge { repo: &repo, past: &past, judging: asked.judging, known: &self.known, tip: self.search.tip };
        let mut cache = (Cache::default(), 0);
        while let Some(steps) = self.next() {
            for step in &steps {
                if self.stopped.load(Ordering::Relaxed) {
                    break;
                }
                if step.touches(&mut differ)? {
                    self.judge(&judge, step, &mut cache);
                }
            }
            let looked = self.looked.fetch_add(steps.len(), Ordering::Relaxed) + steps.len();
            (asked.progress)(Progress { looked, commits: self.commits.load(Ordering::Relaxed) });
        }
        Ok(())
    }

    fn judge(&self, judge: &Judge<'_>, step: &Step, (cache, used): &mut (Cache, usize)) {
        if *used == REMEMBERED {
            (*cache, *used) = (Cache::default(), 0);
        }
        *used += 1;
        let mut asks = BTreeSet::new();
        let came_to = judge.judge((&step.id, step.at), cache, &mut asks);
        let mut found = self.found();
        found.touching.insert(step.at);
        found.asks.extend(asks);
        if !matches!(came_to, CameTo::InOrder) {
            found.odd.push(came_to);
        }
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<Vec<Step>> {
        self.chunks.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
    }
}
