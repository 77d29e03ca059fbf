//! Environment markers: read by our own parser of the packaging grammar, decided by pep508_rs only where it is right.
//!
//! pep508_rs panics, overflows, drops what it dislikes and takes exponential time on markers (0.9.2), so user text never
//! reaches it: a marker within the safe subset is written anew from its parts, everything else is opaque. Opaque markers
//! are equal if their canonical texts are, and undecided otherwise.

mod decide;
mod disagree;
mod grammar;
mod tree;

use super::problem::Notice;
use tree::{Expression, Operand};

/// The answer to a question about markers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tri {
    /// It holds, on every environment.
    Yes,
    /// It does not.
    No,
    /// It cannot be decided: a marker is outside the subset that every tool reads alike, or there are too many.
    Unknown,
}

impl Tri {
    /// [`Self::Yes`] or [`Self::No`].
    pub fn from_bool(answer: bool) -> Self {
        if answer { Self::Yes } else { Self::No }
    }
}

/// An environment marker.
#[derive(Clone, Debug)]
pub struct Marker {
    text: Box<str>,
    canonical: Box<str>,
    expression: Expression,
}

impl Marker {
    /// Reads `text` as packaging does; notices say where pip and uv disagree about it.
    pub(super) fn parse(text: &str) -> Result<(Self, Vec<Notice>), Notice> {
        let (expression, notices) = grammar::parse(text)?;
        let canonical = expression.canonical().into();
        Ok((Self { text: text.into(), canonical, expression }, notices))
    }

    /// Reads a marker of our own making; `None` where `text` is none.
    pub fn of(text: &str) -> Option<Self> {
        Some(Self::parse(text).ok()?.0)
    }

    /// The marker as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The marker as packaging prints it: one spelling of names, quotes and spaces, the order kept.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// How many comparisons it has.
    pub(super) fn size(&self) -> usize {
        self.expression.clauses().count()
    }

    /// Whether both hold on the same environments.
    pub fn equivalent(&self, other: &Self) -> Tri {
        if self.canonical == other.canonical {
            return Tri::Yes;
        }
        decide::equivalent(&self.expression, &other.expression)
    }

    /// Whether no environment satisfies both.
    pub fn disjoint(&self, other: &Self) -> Tri {
        decide::disjoint(&self.expression, &other.expression)
    }

    /// Whether wherever this holds, one of `others` does too: "this and not (l1 or l2 …)" is false.
    ///
    /// An entry without a marker covers everything and need not be asked. No others: `No`, unless this never holds.
    pub fn covered_by(&self, others: &[&Self]) -> Tri {
        if others.iter().any(|other| other.canonical == self.canonical) {
            return Tri::Yes;
        }
        let others: Vec<&Expression> = others.iter().map(|other| &other.expression).collect();
        decide::covered(Some(&self.expression), &others)
    }

    /// Whether every environment satisfies one of `markers`: what an entry without a marker asks of those of a lock.
    pub fn cover_everything(markers: &[&Self]) -> Tri {
        let markers: Vec<&Expression> = markers.iter().map(|marker| &marker.expression).collect();
        decide::covered(None, &markers)
    }

    /// Whether it compares `extra`, which is never true for an entry of a requirements file.
    pub fn asks_for_extra(&self) -> bool {
        self.expression.clauses().any(|clause| {
            [&clause.left, &clause.right].into_iter().any(|side| matches!(side, Operand::Variable("extra")))
        })
    }
}

/// Two markers are equal if packaging prints them alike; use [`Marker::equivalent`] to compare what they mean.
impl PartialEq for Marker {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for Marker {}
