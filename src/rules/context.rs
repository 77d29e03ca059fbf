//! What a rule is told: the pair, its files, what they were before, the policy, and how to write a path for the person
//! who reads.

use std::cell::OnceCell;

use super::answer::{Answer, compare};
use super::kind::JudgedAs;
use crate::files::{Before, Closure, Displaced, PairFiles};
use crate::locks::{Contents, OptionLine, left_out};
use crate::policy::{Date, Gate, Laxer, Pair, Policy};
use crate::requirements::{self, EntryKind};
use crate::source::{Paths, RepoPath};

/// One pair, as every rule sees it.
pub struct Context<'a> {
    /// The policy that decides.
    pub policy: &'a Policy,
    /// The pair.
    pub pair: &'a Pair,
    /// What it holds in the state that is judged.
    pub after: &'a PairFiles,
    /// What it held in the states that this one is compared with.
    pub before: &'a Before,
    /// The pair whose manifest this pair's lock was there.
    pub displaced: Option<&'a Displaced>,
    /// What the lock of the work tree holds, where `git add` might mend what is staged.
    pub work_lock: WorkLock<'a>,
    /// How paths are written.
    pub paths: &'a Paths,
    asked: Contents<'a>,
    held: Contents<'a>,
    answer: OnceCell<Option<Answer<'a>>>,
}

/// The lock on disk.
#[derive(Clone, Copy)]
pub enum WorkLock<'a> {
    /// It was not looked at, or it is what is judged.
    SameOrUnseen,
    /// It differs from the one that is judged.
    Differs(&'a requirements::File),
}

impl<'a> Context<'a> {
    /// A pair that is judged by itself.
    pub fn new(policy: &'a Policy, pair: &'a Pair, after: &'a PairFiles, paths: &'a Paths) -> Self {
        Self {
            policy,
            pair,
            after,
            before: &Before::Unasked,
            displaced: None,
            work_lock: WorkLock::SameOrUnseen,
            paths,
            asked: contents(&after.manifest),
            held: contents(&after.lock),
            answer: OnceCell::new(),
        }
    }

    /// The manifest with its includes, flattened.
    pub fn manifest(&self) -> &Contents<'a> {
        &self.asked
    }

    /// The lock, flattened.
    pub fn lock(&self) -> &Contents<'a> {
        &self.held
    }

    /// As what the lock is judged, and why; `None` where there is none.
    pub fn judged_as(&self) -> Option<JudgedAs> {
        self.after.lock.root_file().map(|lock| JudgedAs::of(self.pair, lock))
    }

    /// How the lock answers the manifest; `None` where one of them is missing or hides entries, which is reported as such.
    pub fn answer(&self) -> Option<&Answer<'a>> {
        self.answer.get_or_init(|| self.compare()).as_ref()
    }

    fn compare(&self) -> Option<Answer<'a>> {
        let manifest = self.after.manifest.root_file()?;
        let lock = self.after.lock.root_file()?;
        let hidden = self.after.manifest.problems.iter().any(|problem| problem.fault.hides_entries());
        let unread =
            |file: &requirements::File| file.entries.iter().any(|entry| matches!(entry.kind, EntryKind::Invalid));
        // A line or an include that cannot be read is reported as such; comparing what is left would only repeat it.
        if hidden || unread(manifest) || unread(lock) {
            return None;
        }
        Some(compare(JudgedAs::of(self.pair, lock), lock, &self.asked, &self.held))
    }

    /// Every file of the pair that could be read.
    pub fn files(&self) -> impl Iterator<Item = &'a requirements::File> {
        self.after.manifest.files().chain(self.after.lock.files()).map(|(_, file)| file)
    }
}

/// A closure, flattened.
pub(super) fn contents(closure: &Closure) -> Contents<'_> {
    let mut contents =
        Contents { requirements: closure.requirements(), constraints: closure.constraints(), ..Contents::default() };
    for (node, file) in closure.files() {
        contents.files.push(file);
        if !node.constrains_only {
            contents.options.extend(options(file));
            contents.left_out.extend(left_out(file));
        }
    }
    contents
}

/// The contents of one file alone, its includes not followed.
pub(super) fn contents_of(file: &requirements::File) -> Contents<'_> {
    Contents {
        files: vec![file],
        requirements: requirements::located_in(file).collect(),
        constraints: Vec::new(),
        options: options(file).collect(),
        left_out: left_out(file),
    }
}

/// The options of a file, where they stand.
pub(super) fn options(file: &requirements::File) -> impl Iterator<Item = OptionLine<'_>> {
    file.entries.iter().flat_map(|entry| {
        let list: &[requirements::GlobalOption] = match &entry.kind {
            EntryKind::Options(list) => list,
            EntryKind::Requirement(_) | EntryKind::Include(_) | EntryKind::Invalid => &[],
        };
        list.iter().map(|option| OptionLine { file: &file.source, span: entry.span, option })
    })
}

/// A push to a guarded ref, as its rules see it.
pub struct GateContext<'a> {
    /// The gate.
    pub gate: &'a Gate,
    /// The policy that decides.
    pub policy: &'a Policy,
    /// Governed files that differ between the two sides.
    pub changed: &'a [RepoPath],
    /// The first mistake of the policy that would stand there, where it cannot be read.
    pub unreadable: Option<&'a str>,
    /// What the change makes laxer in the policy.
    pub laxer: &'a [Laxer],
    /// The day, for the name of a new branch.
    pub today: Date,
    /// How paths are written.
    pub paths: &'a Paths,
}
