//! Where the pieces of a logical line stood, so that a problem points at the very characters.

use std::ops::Range;

use crate::source::Span;

/// Where the pieces of a logical line stood in the file. Never empty, in order.
#[derive(Clone, Debug)]
pub(super) struct Places(Vec<Piece>);

/// A piece of a logical line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    /// Where it starts in the logical line.
    pub(super) logical: usize,
    /// Where it starts in the file.
    pub(super) source: usize,
}

impl Places {
    /// Of `pieces`, in order.
    pub(super) fn new(pieces: Vec<Piece>) -> Self {
        Self(pieces)
    }

    /// The pieces again.
    pub(super) fn into_pieces(self) -> Vec<Piece> {
        self.0
    }

    /// The span of `range` of the logical line; an end that falls between two pieces stays in the first.
    pub(super) fn span(&self, range: &Range<usize>) -> Span {
        let start = self.offset(range.start, range.start);
        let last = range.end.saturating_sub(1).max(range.start);
        let end = self.offset(range.end, last);
        Span::new(start, end.max(start))
    }

    /// Whether `range` stands in one piece, so that the file holds these very bytes in a row.
    pub(super) fn contiguous(&self, range: &Range<usize>) -> bool {
        self.piece(range.start).source == self.piece(range.end.saturating_sub(1).max(range.start)).source
    }

    /// The same after the first `lead` bytes of the logical line are gone.
    pub(super) fn skip(&mut self, lead: usize) {
        let first = self.0.iter().rposition(|piece| piece.logical <= lead).unwrap_or(0);
        self.0.drain(..first);
        for piece in &mut self.0 {
            let skipped = lead.saturating_sub(piece.logical);
            piece.source += skipped;
            piece.logical = (piece.logical + skipped) - lead;
        }
    }

    fn offset(&self, logical: usize, inside: usize) -> usize {
        let piece = self.piece(inside);
        piece.source + (logical - piece.logical.min(logical))
    }

    fn piece(&self, logical: usize) -> Piece {
        let after = self.0.partition_point(|piece| piece.logical <= logical);
        self.0.get(after.saturating_sub(1)).copied().unwrap_or(Piece { logical: 0, source: 0 })
    }
}
