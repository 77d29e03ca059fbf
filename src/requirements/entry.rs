//! The nouns of a requirements file that has been read.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::logical::logical_at;
use super::{Comment, Hashes};
use crate::package::PackageName;
use crate::source::{SourceFile, Span};

/// A requirements file, read.
#[derive(Clone, Debug)]
pub struct File {
    /// Its text and lines.
    pub source: SourceFile,
    /// The encoding it was decoded with, as in `utf-8`, `utf-16-le`.
    pub encoding: &'static str,
    /// What it says, in its order.
    pub entries: Vec<Entry>,
    /// What is wrong with it, in its order.
    pub problems: Vec<Problem>,
    /// Its comments, line by line: annotations and headers of lock generators stand in them.
    pub comments: Vec<Comment>,
}

impl File {
    /// The text of `comment`, one of this file's, from its `#` to the end of the line.
    pub fn comment_text(&self, comment: &Comment) -> &str {
        self.source.text().get(comment.span.start..comment.span.end).unwrap_or_default()
    }

    /// Whether its bytes are its text, a UTF-8 byte order mark apart: what may be edited in place.
    pub fn is_plain(&self) -> bool {
        matches!(self.encoding, "utf-8" | "ascii") || (self.encoding == "latin-1" && self.source.text().is_ascii())
    }

    /// Everything it asks to install, with its entry.
    pub fn requirements(&self) -> impl Iterator<Item = (&Entry, &Requirement)> {
        self.entries.iter().filter_map(|entry| match &entry.kind {
            EntryKind::Requirement(requirement) => Some((entry, &**requirement)),
            EntryKind::Include(_) | EntryKind::Options(_) | EntryKind::Invalid => None,
        })
    }
}

/// One logical line that is not blank or a comment.
#[derive(Clone, Debug)]
pub struct Entry {
    /// One-based number of its first physical line.
    pub line: usize,
    /// Where it stands in the text, from its first to its last character, continuations included, comment excluded.
    pub span: Span,
    /// What it is.
    pub kind: EntryKind,
}

impl Entry {
    /// The logical line, which stands in `source`: joined, comment removed, stripped. It is read again, for a second
    /// copy of a lock would cost more than everything else about it.
    pub fn text<'f>(&self, source: &'f SourceFile) -> Cow<'f, str> {
        logical_at(source, self.line)
    }
}

/// What a logical line is.
#[derive(Clone, Debug)]
pub enum EntryKind {
    /// Something to install.
    Requirement(Box<Requirement>),
    /// `-r FILE` or `-c FILE`.
    Include(Include),
    /// A line of options that concern the whole file.
    Options(Vec<GlobalOption>),
    /// What pip would not read; a [`Problem`] says why.
    Invalid,
}

impl EntryKind {
    /// How many pieces of memory it holds on to, roughly.
    pub(super) fn parts(&self) -> usize {
        match self {
            Self::Requirement(requirement) => {
                let marker = requirement.marker.as_ref().map_or(0, super::Marker::size);
                requirement.hashes.len() + requirement.config_settings.len() + requirement.specifiers.size() + marker
            }
            Self::Options(options) => options.len(),
            Self::Include(_) | Self::Invalid => 0,
        }
    }
}

/// Something to install.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// How it is written.
    pub kind: RequirementKind,
    /// Whether `-e` stands before it.
    pub editable: bool,
    /// Its normalised name, where the line tells one.
    pub name: Option<PackageName>,
    /// Its name as written, where it is written as a name (not in a URL or file name).
    pub written_name: Option<String>,
    /// Normalised extras.
    pub extras: BTreeSet<PackageName>,
    /// Version specifiers; empty where there are none.
    pub specifiers: super::Specifiers,
    /// The specifiers as written, parentheses excluded; empty where there are none.
    pub written_specifiers: String,
    /// URL or path as written, where there is one.
    pub url: Option<String>,
    /// The environment marker, where there is one.
    pub marker: Option<super::Marker>,
    /// `--hash` values.
    pub hashes: Hashes,
    /// `--config-settings` values, `KEY=VALUE`.
    pub config_settings: Vec<String>,
    /// Where the name as written stands.
    pub name_span: Option<Span>,
    /// Where the specifiers stand, first operator to last version; an empty span where they would go. `None` for URLs,
    /// paths, and where a continuation runs through them.
    pub specifier_span: Option<Span>,
    /// Where the version of the only specifier stands, without operator and star: the bytes to replace to change a pin.
    /// `None` where there is not exactly one specifier, or a continuation runs through it.
    pub version_span: Option<Span>,
}

/// How a requirement is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RequirementKind {
    /// `name==1.0`
    Named,
    /// An archive by URL, with or without `name @`.
    Url,
    /// A version control URL.
    Vcs,
    /// A local directory.
    Path,
    /// A local archive.
    Archive,
}

/// `-r` or `-c`.
#[derive(Clone, Debug)]
pub struct Include {
    /// Which of the two.
    pub kind: IncludeKind,
    /// The target as pip would open it: after shell-like unquoting.
    pub target: String,
}

/// Which kind of include.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IncludeKind {
    /// `-r`
    Requirement,
    /// `-c`
    Constraint,
}

/// An option that concerns the whole file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GlobalOption {
    /// Its long canonical spelling, as in `--index-url`.
    pub name: &'static str,
    /// Its value, where it takes one.
    pub value: Option<String>,
}

/// Whether a requirement names one exact artefact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pin {
    /// It does.
    Pinned,
    /// It does not; the text says why, as in "a range is not a pin".
    Loose(&'static str),
}

/// Something wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which rule reports it, and how heavily.
    pub kind: ProblemKind,
    /// Where.
    pub span: Span,
    /// What is wrong: which character, what was expected, in words.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

/// Which rule reports a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// pip cannot read it: `invalid-line`.
    Invalid,
    /// pip, uv or the eye disagree about what installs: `ambiguous-line`, error.
    Ambiguous,
    /// Odd but harmless spelling: `ambiguous-line`, warning.
    Odd,
    /// A hash that is weak or malformed: `hash`.
    Hash,
}
