//! What `hook lock` proposes: the lock of each pair made again, a mirror by copying, a compiled lock by its own resolver
//! or the policy's command. Every result is judged by the rules; what they refuse is shown and not written.

pub(super) mod compile;
mod flags;
pub(super) mod moves;
mod policy;
mod run;

pub use moves::{Move, table};
pub use run::Workshop;

use super::bench::{Bench, Proposal};
use super::mirror::{self, Stamp};
use super::write::on_disk;
use crate::check::{Judging, pairs};
use crate::files::{Cache, Judged, PairFiles};
use crate::finding::Finding;
use crate::locks::{StampVerdict, stamp_verdict};
use crate::policy::{Command, Kind, Pair};
use crate::requirements;
use crate::rule::{Level, RuleId};
use crate::rules::{Context, Remake, remake};
use crate::scope::{Against, Question};
use crate::source::{ReadError, RepoPath, Tree as _, printable, printable_text};
use compile::Compile;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Whether locks are stamped.
    pub stamp: Stamp,
    /// Whether anything will be written.
    pub effect: Effect,
}

/// Whether anything will be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It will.
    Write,
    /// It is only shown; a command of the policy, which would write by itself, is not run.
    Show,
}

/// What came of one pair.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The manifest.
    pub manifest: RepoPath,
    /// The lock.
    pub lock: RepoPath,
    /// What was judged and is to be staged together: the manifest, what it includes, and the lock.
    pub files: Vec<RepoPath>,
    /// What made it, for a person: `copied`, or a command.
    pub how: String,
    /// What moves.
    pub moves: Vec<Move>,
    /// How it ended.
    pub end: End,
}

/// How an attempt ended.
#[derive(Clone, Debug)]
pub enum End {
    /// There is a new lock.
    Made,
    /// The lock is what would be written.
    Same,
    /// The rules refuse what came of it.
    Refused(Vec<Finding>),
    /// Nothing came of it.
    NotMade(NotMade),
}

/// Why there is no new lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotMade {
    /// Why, and what to do.
    pub why: String,
    /// The last lines of what the tool said, made printable.
    pub said: Vec<String>,
}

impl NotMade {
    fn plain(why: String) -> Self {
        Self { why, said: Vec::new() }
    }
}

/// Makes the locks of `question`, a question about the work tree, again: those of the pairs that it names, or without
/// names those that are missing or do not answer. `progress` is told each command before it runs.
///
/// # Errors
/// What the snapshot cannot answer.
pub fn lock<'r>(
    question: &Question<'r>,
    (workshop, judging): (Workshop<'_>, &Judging),
    wish: Wish,
    progress: &mut dyn FnMut(&str),
) -> Result<(Proposal<'r>, Vec<Attempt>), ReadError> {
    let cache = Cache::default();
    let mut all: Vec<Pair> = pairs(question, &cache)?.into_iter().map(|Judged { pair, .. }| pair).collect();
    let bench = Bench::new(question, judging, cache);
    if let Against::Paths(paths) = &question.against {
        all.extend(pairs_to_be(paths, &bench)?.into_iter().filter(|pair| !all.contains(pair)).collect::<Vec<_>>());
    }
    let mut work = Work { bench, workshop, wish, progress, made: None };
    let mut attempts = Vec::new();
    for pair in &all {
        if work.wanted(question, pair)? {
            attempts.push(work.attempt(pair, &all)?);
        }
    }
    Ok((work.bench.done(), attempts))
}

/// A `requirements.in` alone is nobody's manifest until its `requirements.txt` is there: the pairs that would be then.
fn pairs_to_be(paths: &[RepoPath], bench: &Bench<'_, '_>) -> Result<Vec<Pair>, ReadError> {
    let mut found = Vec::new();
    for path in paths.iter().filter(|path| path.file_name() == b"requirements.in") {
        let there = bench.overlay.lookup(std::slice::from_ref(path))?.into_iter().next().flatten();
        let (Some(_), Some(lock)) = (there, path.sibling(b"requirements.txt")) else { continue };
        let pairs = bench.policy.pairs.pairs(&[path.clone(), lock].into());
        found.extend(pairs.into_iter().filter(|pair| pair.manifest == *path));
    }
    Ok(found)
}

/// How a lock is to be made.
enum Way {
    Copy,
    Policy(Command),
    Compile(Box<Compile>),
}

struct Work<'w, 'q, 'r> {
    bench: Bench<'q, 'r>,
    workshop: Workshop<'w>,
    wish: Wish,
    progress: &'w mut dyn FnMut(&str),
    /// What a command of the policy that names no file made of every lock; it runs once.
    made: Option<Result<policy::Left, NotMade>>,
}

impl<'r> Work<'_, '_, 'r> {
    /// Whether the lock of `pair` is to be made.
    fn wanted(&self, question: &Question<'r>, pair: &Pair) -> Result<bool, ReadError> {
        if matches!(question.against, Against::Paths(_)) {
            return Ok(true);
        }
        let files = PairFiles::load(&self.bench.overlay, pair, &self.bench.cache)?;
        if files.manifest.root_file().is_none() {
            return Ok(false);
        }
        let context = self.bench.context(pair, &files);
        let stamp = files.lock.root_file().map(|lock| stamp_verdict(lock, context.manifest()));
        let stamp_wrong = match stamp {
            Some(StampVerdict::Valid) => false,
            // A frozen lock is made from no inputs that a stamp could record.
            Some(StampVerdict::Absent) | None => self.wish.stamp == Stamp::Write && pair.kind != Kind::Freeze,
            Some(StampVerdict::Wrong { .. } | StampVerdict::Malformed { .. }) => true,
        };
        Ok(stamp_wrong || mirror::needed(&context, &self.bench))
    }

    fn attempt(&mut self, pair: &Pair, all: &[Pair]) -> Result<Attempt, ReadError> {
        let files = PairFiles::load(&self.bench.overlay, pair, &self.bench.cache)?;
        let way = self.way(&self.bench.context(pair, &files))?;
        let (how, made) = match way {
            Err(why) => (String::new(), Err(NotMade::plain(why))),
            Ok(Way::Copy) => {
                let copied = mirror::put(pair, self.wish.stamp, &mut self.bench)?;
                let how = format!("copied from {}", self.bench.judging.paths.show(&pair.manifest));
                return self.settle(pair, &files, how, copied.map_err(NotMade::plain));
            }
            Ok(Way::Policy(command)) => (self.shown(&command, pair), self.by_policy(&command, pair, all)),
            Ok(Way::Compile(compile)) => (printable_text(&compile.shown), self.by_resolver(&compile, (pair, &files))),
        };
        let now = PairFiles::load(&self.bench.overlay, pair, &self.bench.cache)?;
        let put = match made {
            Err(why) => Err(why),
            Ok(_) if now.tuple() != files.tuple() => {
                Err(NotMade::plain("its files changed meanwhile: run `hook lock` again".to_owned()))
            }
            Ok(text) if text.len() > usize::try_from(crate::source::MAX_FILE).unwrap_or(usize::MAX) => {
                Err(NotMade::plain(format!("what came of it has {} bytes", text.len())))
            }
            Ok(text) => {
                let text = line_feeds(&files, text);
                let text = mirror::stamped(&self.bench.context(pair, &files), text, self.wish.stamp);
                self.bench.overlay.put(&pair.lock, text)?;
                Ok(())
            }
        };
        self.settle(pair, &files, how, put)
    }

    /// How the lock of `context` is to be made, or why it cannot be.
    fn way(&self, context: &Context<'_>) -> Result<Result<Way, String>, ReadError> {
        let manifest = context.paths.show(&context.pair.manifest);
        if context.after.manifest.root_file().is_none() {
            return Ok(Err(format!("its manifest {manifest} is not there, or no file that can be read")));
        }
        let refused = mirror::shared_or_no_file(context, &self.bench)?.or_else(|| mirror::unreadable(context));
        if let Some(why) = refused {
            return Ok(Err(why));
        }
        if let Some(command) = &context.policy.lock.command {
            return Ok(Ok(Way::Policy(command.clone())));
        }
        match remake(context) {
            Remake::Mirror => Ok(Ok(Way::Copy)),
            Remake::Freeze(command) => Ok(Err(format!(
                "a frozen lock is what is installed somewhere: run `{command}` in the environment that is meant, or \
                 write the command as `[lock] command` of the policy"
            ))),
            Remake::Resolve => {
                let compile = compile::compile(context, &self.bench.overlay, self.workshop.world)?;
                Ok(compile.and_then(|compile| self.on_disk(context, compile)))
            }
        }
    }

    /// A resolver reads the disk; what is judged has to lie there.
    fn on_disk(&self, context: &Context<'_>, compile: Compile) -> Result<Way, String> {
        let lies = |path: &&RepoPath| {
            on_disk(self.workshop.top, path).is_some_and(|at| at.symlink_metadata().is_ok_and(|data| data.is_file()))
        };
        let absent = compile::files(&context.after.manifest, &compile).find(|path| !lies(path));
        let absent = absent.map(|path| context.paths.show(path));
        match absent {
            None => Ok(Way::Compile(Box::new(compile))),
            Some(path) => Err(format!(
                "{path} is not on disk: in a sparse checkout, `git sparse-checkout add` its directory first"
            )),
        }
    }

    fn by_resolver(&mut self, compile: &Compile, (pair, files): (&Pair, &PairFiles)) -> Result<Vec<u8>, NotMade> {
        (self.progress)(&told(compile));
        self.workshop.compile(compile, &pair.lock, files.lock.root_file())
    }

    /// Judges what was put for `pair`, and takes back what the rules refuse.
    fn settle(
        &mut self,
        pair: &Pair,
        before: &PairFiles,
        how: String,
        put: Result<(), NotMade>,
    ) -> Result<Attempt, ReadError> {
        let (manifest, lock) = (pair.manifest.clone(), pair.lock.clone());
        let read = before.manifest.files().map(|(node, _)| node.path.clone());
        let files: Vec<_> = read.chain([lock.clone()]).collect();
        let attempt = |moves, end| Attempt { manifest, lock, files, how, moves, end };
        if let Err(why) = put {
            return Ok(attempt(Vec::new(), End::NotMade(why)));
        }
        let after = PairFiles::load(&self.bench.overlay, pair, &self.bench.cache)?;
        let (old, new) = (self.bench.context(pair, before), self.bench.context(pair, &after));
        let moves = moves::moves(new.manifest(), old.lock(), new.lock());
        let mut refused = self.bench.findings(&new);
        refused.retain(|finding| finding.level == Level::Error && is_of_lock(finding, pair));
        if !refused.is_empty() {
            self.bench.overlay.take_back(&pair.lock);
            return Ok(attempt(moves, End::Refused(refused)));
        }
        let same = before.lock.root().object.is_some() && !self.bench.overlay.changes(&pair.lock);
        Ok(attempt(moves, if same { End::Same } else { End::Made }))
    }
}

/// A run, for a person.
fn told(compile: &Compile) -> String {
    let command = printable_text(&compile.shown);
    if compile.directory.is_empty() { command } else { format!("{command}, in {}", printable(&compile.directory)) }
}

/// Whether a finding speaks of the lock, not of the manifest alone.
fn is_of_lock(finding: &Finding, pair: &Pair) -> bool {
    matches!(finding.rule, RuleId::LockDrift | RuleId::LockMissing | RuleId::Undecided)
        || finding.place.path() == Some(&pair.lock)
}

/// `text` with the line ends of the lock that it replaces.
fn line_feeds(files: &PairFiles, text: Vec<u8>) -> Vec<u8> {
    let crlf = |lock: &requirements::File| {
        let first = lock.source.line_span(1);
        lock.is_plain() && lock.source.text().get(first.end..).is_some_and(|rest| rest.starts_with("\r\n"))
    };
    if text.contains(&b'\r') || !files.lock.root_file().is_some_and(crlf) {
        return text;
    }
    let mut out = Vec::with_capacity(text.len() + text.len() / 16);
    for byte in text {
        if byte == b'\n' {
            out.push(b'\r');
        }
        out.push(byte);
    }
    out
}
