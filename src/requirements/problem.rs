//! Problems as the parsers see them: positions count bytes of the text they were given, and become spans of the file
//! only when the line is put together.

use std::ops::Range;

use super::ProblemKind;

/// Something wrong with a piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Notice {
    /// How heavily it weighs.
    pub(super) kind: ProblemKind,
    /// Where, in bytes of the text that was parsed.
    pub(super) range: Range<usize>,
    /// What is wrong.
    pub(super) message: String,
    /// How to mend it; empty where only the general advice helps.
    pub(super) help: String,
    /// What stands in the text instead where nothing else can be meant: where, and what.
    pub(super) repair: Option<(Range<usize>, &'static str)>,
}

impl Notice {
    /// A notice without advice of its own.
    pub(super) fn new(kind: ProblemKind, range: Range<usize>, message: impl Into<String>) -> Self {
        Self { kind, range, message: message.into(), help: String::new(), repair: None }
    }

    /// pip cannot read it.
    pub(super) fn invalid(range: Range<usize>, message: impl Into<String>) -> Self {
        Self::new(ProblemKind::Invalid, range, message)
    }

    /// Readers disagree.
    pub(super) fn ambiguous(range: Range<usize>, message: impl Into<String>) -> Self {
        Self::new(ProblemKind::Ambiguous, range, message)
    }

    /// Odd but harmless.
    pub(super) fn odd(range: Range<usize>, message: impl Into<String>) -> Self {
        Self::new(ProblemKind::Odd, range, message)
    }

    /// The same with advice.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// The same, mended by `text` in the place of `range`.
    pub(super) fn repair(mut self, range: Range<usize>, text: &'static str) -> Self {
        self.repair = Some((range, text));
        self
    }

    /// The same, `by` bytes further right.
    pub(super) fn shifted(mut self, by: usize) -> Self {
        self.range = self.range.start + by..self.range.end + by;
        self.repair = self.repair.map(|(range, text)| (range.start + by..range.end + by, text));
        self
    }
}
