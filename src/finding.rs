//! One broken rule at one place, with everything needed to show it: it carries its source line, so that a report never
//! has to go back to the repository.

use crate::rule::{Level, RuleId};
use crate::source::{Position, RepoPath, SourceFile, Span};

/// One broken rule at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: RuleId,
    /// How much it weighs, after the policy has spoken.
    pub level: Level,
    /// Where.
    pub place: Place,
    /// What is wrong, one sentence without a full stop; may hold text from files, already made printable.
    pub message: String,
    /// The next step, with a command that can be run as it stands.
    pub help: String,
    /// Other places that take part: the lock's line for a manifest's, the policy's line.
    pub related: Vec<Related>,
}

/// Another place that takes part in a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What it has to do with the finding.
    pub label: String,
}

/// Where a finding points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A line of a file.
    Line(Excerpt),
    /// A file as a whole.
    File(RepoPath),
    /// No file: a push, a base, a label. The text names it.
    Nowhere,
}

/// A piece of one line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The file.
    pub path: RepoPath,
    /// First character.
    pub start: Position,
    /// One past the last character; may stand on a later line than `start`.
    pub end: Position,
    /// The first line, whole, as it stands in the file (not escaped).
    pub line_text: String,
}

impl Place {
    /// The place of `span` in `file`.
    pub fn of(file: &SourceFile, span: Span) -> Self {
        let start = file.position(span.start);
        Self::Line(Excerpt {
            path: file.path().clone(),
            start,
            end: file.position(span.end.max(span.start)),
            line_text: file.line(start.line).to_owned(),
        })
    }

    /// The file, where there is one.
    pub fn path(&self) -> Option<&RepoPath> {
        match self {
            Self::Line(excerpt) => Some(&excerpt.path),
            Self::File(path) => Some(path),
            Self::Nowhere => None,
        }
    }

    /// The first line (one-based), where there is one.
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::Line(excerpt) => Some(excerpt.start.line),
            Self::File(_) | Self::Nowhere => None,
        }
    }
}
