//! The threads that judge while git still searches. Neighbouring commits go to the same thread: they share files.

use std::collections::{BTreeSet, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use super::judge::{CameTo, Judge, Known};
use super::pathspec::Pathspec;
use super::{Asked, Progress, Unjudged};
use crate::files::Cache;
use crate::git::Repository;
use crate::policy::PairRules;
use crate::source::{Id, ReadError};

/// Commits that are handed over together; the files they read are forgotten afterwards.
const TOGETHER: usize = 12;

type Chunk = (usize, Vec<Id>);

/// What came of the commits that are not in order, and what all of them say to look for.
#[derive(Default)]
pub(super) struct Results {
    pub(super) odd: Vec<CameTo>,
    pub(super) asks: BTreeSet<Pathspec>,
}

/// Judges every commit that touches `specs` and was not `seen`.
pub(super) fn run(
    asked: &Asked<'_>,
    repo: &Repository,
    (specs, seen): (&[Vec<u8>], &mut HashSet<Id>),
) -> Result<Results, ReadError> {
    let (sender, receiver) = mpsc::channel::<Chunk>();
    let pool = Pool {
        asked,
        chunks: Mutex::new(receiver),
        known: Known::default(),
        found: AtomicUsize::new(seen.len()),
        judged: AtomicUsize::new(seen.len()),
        results: Mutex::default(),
    };
    let searched = thread::scope(|scope| {
        for _ in 0..asked.workers.max(1) {
            scope.spawn(|| pool.work());
        }
        let mut chunk: Chunk = (seen.len(), Vec::new());
        let searched = repo.each_touching(&asked.tips, specs, &mut |id| {
            if !seen.insert(id) {
                return;
            }
            pool.found.store(seen.len(), Ordering::Relaxed);
            chunk.1.push(id);
            if chunk.1.len() == TOGETHER {
                let next = (seen.len(), Vec::new());
                let _ = sender.send(std::mem::replace(&mut chunk, next));
            }
        });
        let _ = sender.send(chunk);
        drop(sender);
        searched
    });
    searched?;
    Ok(pool.results.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// What the threads share.
struct Pool<'a> {
    asked: &'a Asked<'a>,
    chunks: Mutex<mpsc::Receiver<Chunk>>,
    known: Known,
    found: AtomicUsize,
    judged: AtomicUsize,
    results: Mutex<Results>,
}

impl Pool<'_> {
    /// One thread, with a repository of its own.
    fn work(&self) {
        let repo = match Repository::open(self.asked.world) {
            Ok(repo) => repo,
            Err(error) => return self.refuse(&error.to_string()),
        };
        let rules = PairRules::default();
        let past = match repo.past(&rules.ends()) {
            Ok(past) => past,
            Err(error) => return self.refuse(&error.to_string()),
        };
        let judge = Judge { repo: &repo, past: &past, judging: self.asked.judging, known: &self.known };
        while let Some((first, commits)) = self.next() {
            let cache = Cache::default();
            for (at, commit) in commits.iter().enumerate() {
                let mut asks = BTreeSet::new();
                let came_to = judge.judge((commit, first + at), &cache, &mut asks);
                self.keep(came_to, asks);
            }
        }
    }

    /// Nothing can be judged here, which is said of every commit that was handed over.
    fn refuse(&self, message: &str) {
        while let Some((_, commits)) = self.next() {
            for commit in commits {
                let unjudged = Unjudged { commit, message: message.to_owned() };
                self.keep(CameTo::Unjudged(unjudged), BTreeSet::new());
            }
        }
    }

    fn next(&self) -> Option<Chunk> {
        self.chunks.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
    }

    fn keep(&self, came_to: CameTo, asks: BTreeSet<Pathspec>) {
        let judged = self.judged.fetch_add(1, Ordering::Relaxed) + 1;
        (self.asked.progress)(Progress { judged, found: self.found.load(Ordering::Relaxed) });
        let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        results.asks.extend(asks);
        if !matches!(came_to, CameTo::InOrder) {
            results.odd.push(came_to);
        }
    }
}
