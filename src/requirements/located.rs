//! A requirement together with the file and line it stands on: what comparisons and rules work with.

use std::borrow::Cow;

use super::{Entry, EntryKind, File, Requirement};
use crate::source::{SourceFile, Span};

/// A requirement and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Located<'a> {
    /// The file.
    pub file: &'a SourceFile,
    /// Its logical line.
    pub entry: &'a Entry,
    /// The requirement on it.
    pub requirement: &'a Requirement,
}

impl Located<'_> {
    /// Where its text stands, as far as its first physical line goes: what a report underlines.
    pub fn span(&self) -> Span {
        let line = self.file.line_span(self.file.position(self.entry.span.start).line);
        Span::new(self.entry.span.start, self.entry.span.end.min(line.end))
    }

    /// Its logical line.
    pub fn text(&self) -> Cow<'_, str> {
        self.entry.text(self.file)
    }

    /// Its normalised name; for a requirement without one, its URL or path as written.
    pub fn label(&self) -> &str {
        let url = self.requirement.url.as_deref();
        self.requirement.name.as_ref().map_or(url.unwrap_or_default(), |name| name.as_str())
    }
}

/// The requirements of one file, where they stand.
pub fn located_in(file: &File) -> impl Iterator<Item = Located<'_>> {
    file.entries.iter().filter_map(|entry| match &entry.kind {
        EntryKind::Requirement(requirement) => Some(Located { file: &file.source, entry, requirement }),
        EntryKind::Include(_) | EntryKind::Options(_) | EntryKind::Invalid => None,
    })
}
