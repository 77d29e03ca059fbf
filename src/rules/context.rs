//! What a rule is told: the pair, its files, the policy, and how to write a path for the person who reads.

use crate::files::{Closure, PairFiles};
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
    /// What the lock of the work tree holds, where `git add` might mend what is staged.
    pub work_lock: WorkLock<'a>,
    /// How paths are written.
    pub paths: &'a Paths,
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
    /// The manifest with its includes, flattened.
    pub fn manifest(&self) -> Contents<'a> {
        contents(&self.after.manifest)
    }

    /// The lock, flattened.
    pub fn lock(&self) -> Contents<'a> {
        contents(&self.after.lock)
    }

    /// Every file of the pair that could be read.
    pub fn files(&self) -> impl Iterator<Item = &'a requirements::File> {
        self.after.manifest.files().chain(self.after.lock.files()).map(|(_, file)| file)
    }
}

fn contents(closure: &Closure) -> Contents<'_> {
    let mut contents =
        Contents { requirements: closure.requirements(), constraints: closure.constraints(), ..Contents::default() };
    for (node, file) in closure.files() {
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
        requirements: requirements::located_in(file).collect(),
        constraints: Vec::new(),
        options: options(file).collect(),
        left_out: left_out(file),
    }
}

fn options(file: &requirements::File) -> impl Iterator<Item = OptionLine<'_>> {
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
