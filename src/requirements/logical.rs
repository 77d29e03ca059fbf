//! Physical lines to logical lines, as pip's `join_lines` and `ignore_comments` do it: continuations first, comments
//! second, and that order is where lines get swallowed.
//!
//! A logical line remembers where each of its pieces stood, so that a problem points at the very characters.

use std::borrow::Cow;
use std::ops::Range;

use super::limits;
use super::places::{Piece, Places};
use super::problem::Notice;
use super::text::{any_byte, is_space, leading_space, trim};
use crate::source::{SourceFile, Span};

/// A logical line that is not blank: continuations joined, comment removed, stripped.
#[derive(Debug)]
pub(super) struct Logical<'f> {
    /// One-based number of the first physical line.
    pub(super) line: usize,
    /// The text pip goes on with.
    pub(super) text: Cow<'f, str>,
    /// Where its pieces stood.
    pub(super) places: Places,
}

/// A comment as it stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// One-based number of its line.
    pub line: usize,
    /// From its `#` to the end of the line.
    pub span: Span,
    /// Whether nothing but white space stands before it; otherwise it trails a requirement or option.
    pub own_line: bool,
}

/// The lines of a file, one logical line after the other.
pub(super) struct Lines<'f> {
    source: &'f SourceFile,
    next: usize,
    /// One past the last line to read.
    end: usize,
    /// The comments of the lines passed so far.
    pub(super) comments: Vec<Comment>,
    /// What there is to say about the lines passed so far; positions are bytes of the file.
    pub(super) notices: Vec<Notice>,
    /// Memory of a line that is done with, empty.
    spare: (String, Vec<Piece>),
}

/// A physical line: its text, where it starts, and where a comment begins in it.
struct Physical<'f> {
    text: &'f str,
    start: usize,
    comment: Option<usize>,
    /// Whether there is a `#` at all.
    marked: bool,
    own_line: bool,
}

impl<'f> Lines<'f> {
    /// All lines of `source`.
    #[cfg(test)]
    fn new(source: &'f SourceFile) -> Self {
        Self::of(source, 1..source.line_count() + 1)
    }

    /// The lines `range` of `source`, one-based.
    pub(super) fn of(source: &'f SourceFile, range: Range<usize>) -> Self {
        Self {
            source,
            next: range.start,
            end: range.end,
            comments: Vec::new(),
            notices: Vec::new(),
            spare: Default::default(),
        }
    }

    /// The next logical line that holds something.
    pub(super) fn next_line(&mut self) -> Option<Logical<'f>> {
        loop {
            let line = self.next;
            let first = self.physical()?;
            if first.own_line || first.text.is_empty() {
                continue;
            }
            let logical = if first.text.ends_with('\\') { self.join(line, &first) } else { self.single(line, &first) };
            if logical.as_ref().is_some_and(|logical| logical.text.len() > limits::LOGICAL_LINE) {
                self.too_long(line, &first);
            } else if logical.is_some() {
                return logical;
            }
        }
    }

    /// Takes back the memory of a line that is done with: a lock has thousands, and two threads that read its halves
    /// would wait for each other to get more.
    pub(super) fn reuse(&mut self, logical: Logical<'f>) {
        let mut pieces = logical.places.into_pieces();
        pieces.clear();
        self.spare.1 = pieces;
        if let Cow::Owned(mut text) = logical.text {
            text.clear();
            self.spare.0 = text;
        }
    }

    fn physical(&mut self) -> Option<Physical<'f>> {
        if self.next >= self.end {
            return None;
        }
        let line = self.next;
        self.next += 1;
        let span = self.source.line_span(line);
        let text = self.source.text().get(span.start..span.end).unwrap_or_default();
        let marked = any_byte(text, |byte| byte == b'#');
        let comment = if marked { comment_start(text) } else { None };
        let own_line = comment.is_some_and(|at| trim(&text[..at]).is_empty());
        if let Some(at) = comment {
            if let Some(nul) = text[at..].find('\0').map(|nul| span.start + at + nul) {
                let message = "a NUL character in a comment: git takes the file for binary and shows no changes of it";
                self.notices.push(Notice::ambiguous(nul..nul + 1, message).help("remove the character"));
            }
            self.comments.push(Comment { line, span: Span::new(span.start + at, span.end), own_line });
        }
        Some(Physical { text, start: span.start, comment, marked, own_line })
    }

    /// Joins the continuation that `first`, which ends with a backslash, begins.
    fn join(&mut self, line: usize, first: &Physical<'f>) -> Option<Logical<'f>> {
        // What is usually continued is a list of digests.
        let (mut text, mut pieces) = std::mem::take(&mut self.spare);
        text.reserve(first.text.len() + 2048);
        pieces.reserve(32);
        self.push_piece(&mut text, &mut pieces, first);
        let mut last = 0;
        let mut marked = first.marked;
        loop {
            last = pieces.last().map_or(last, |piece: &Piece| piece.logical);
            let Some(next) = self.physical() else {
                self.dangling(first);
                break;
            };
            // A comment line ends the continuation and is itself no part of the line.
            if next.own_line {
                break;
            }
            marked |= next.marked;
            if next.text.ends_with('\\') {
                self.push_piece(&mut text, &mut pieces, &next);
                continue;
            }
            pieces.push(Piece { logical: text.len(), source: next.start });
            text.push_str(next.text);
            last = text.len() - next.text.len();
            break;
        }
        let places = Places::new(pieces);
        let end = if marked { comment_start(&text) } else { None }.unwrap_or(text.len());
        if end < last && !text[last..].trim().is_empty() && !self.swallow_known(&places, end) {
            self.swallowed(&places, end);
        }
        self.cut(line, text, places, end)
    }

    /// Adds a line that ends with a backslash; pip strips backslashes at both of its ends.
    fn push_piece(&mut self, text: &mut String, pieces: &mut Vec<Piece>, line: &Physical<'f>) {
        if let Some(at) = line.comment {
            self.comment_continues(line, at);
        }
        let body = line.text.trim_start_matches('\\');
        let start = line.start + (line.text.len() - body.len());
        pieces.push(Piece { logical: text.len(), source: start });
        text.push_str(body.trim_end_matches('\\'));
    }

    fn comment_continues(&mut self, line: &Physical<'_>, at: usize) {
        let range = line.start + at..line.start + line.text.len();
        let message = "pip joins the next line to this comment and drops it; uv and the eye read the next line";
        self.notices.push(Notice::ambiguous(range, message).help("remove the backslash at the end of the comment"));
    }

    fn swallow_known(&self, places: &Places, end: usize) -> bool {
        let at = places.span(&(end..end + 1)).start;
        self.notices.iter().rev().take(4).any(|notice| notice.range.contains(&at))
    }

    fn swallowed(&mut self, places: &Places, end: usize) {
        let span = places.span(&(end..end + 1));
        let message = "joined, this begins a comment, and pip drops the lines that follow in the continuation";
        self.notices
            .push(Notice::ambiguous(span.start..span.end, message).help("remove the `#` or end the line before it"));
    }

    fn dangling(&mut self, first: &Physical<'_>) {
        let end = self.source.line_span(self.source.line_count()).end;
        let message = "the file ends with a continuation: pip ignores the backslash, uv refuses the file";
        self.notices.push(
            Notice::odd(end.saturating_sub(1).max(first.start)..end, message).help("remove the backslash at the end"),
        );
    }

    fn too_long(&mut self, line: usize, first: &Physical<'_>) {
        let message = format!(
            "line {line} has more than {} bytes with its continuations; such a line is not read",
            limits::LOGICAL_LINE
        );
        let help = "no generator writes such a line; remove it";
        self.notices.push(Notice::invalid(first.start..first.start + first.text.len().min(1), message).help(help));
    }

    fn single(&mut self, line: usize, physical: &Physical<'f>) -> Option<Logical<'f>> {
        let end = physical.comment.unwrap_or(physical.text.len());
        let body = &physical.text[..end];
        let lead = leading_space(body);
        let text = trim(body);
        let mut pieces = std::mem::take(&mut self.spare.1);
        pieces.push(Piece { logical: 0, source: physical.start + lead });
        let places = Places::new(pieces);
        let source = |range: Range<usize>| range.start + physical.start..range.end + physical.start;
        self.odd_space(&body[..lead], source(0..lead));
        self.odd_space(&body[lead + text.len()..], source(lead + text.len()..end));
        (!text.is_empty()).then_some(Logical { line, text: Cow::Borrowed(text), places })
    }

    /// Cuts the comment off and strips, in place.
    fn cut(&mut self, line: usize, mut text: String, mut places: Places, end: usize) -> Option<Logical<'f>> {
        text.truncate(end);
        let stripped = text.trim_end_matches(is_space).len();
        let span = places.span(&(stripped..end));
        self.odd_space(&text[stripped..], span.start..span.end);
        text.truncate(stripped);
        let lead = leading_space(&text);
        if lead > 0 {
            let span = places.span(&(0..lead));
            self.odd_space(&text[..lead], span.start..span.end);
            places.skip(lead);
            text.drain(..lead);
        }
        (!text.is_empty()).then_some(Logical { line, text: Cow::Owned(text), places })
    }

    /// White space that pip strips and others do not.
    fn odd_space(&mut self, stripped: &str, range: Range<usize>) {
        if stripped.bytes().any(|byte| !matches!(byte, b' ' | b'\t')) {
            let message = "pip strips white space other than space and tab here, uv does not";
            self.notices.push(Notice::odd(range, message).help("remove it"));
        }
    }
}

/// The logical line that begins on physical line `line`; empty where none does.
pub(super) fn logical_at(source: &SourceFile, line: usize) -> Cow<'_, str> {
    let mut lines = Lines::of(source, line..source.line_count() + 1);
    lines.next_line().filter(|logical| logical.line == line).map_or(Cow::Borrowed(""), |logical| logical.text)
}

/// Where the comment of `text` begins, at its `#`: the first that stands at the start or after white space.
fn comment_start(text: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text[from..].find('#').map(|at| at + from) {
        if text[..at].chars().next_back().is_none_or(is_space) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::RepoPath;

    fn read(text: &str) -> (Vec<(usize, String)>, Vec<String>) {
        let source = SourceFile::new(RepoPath::new(b"r.txt").unwrap(), text.to_owned());
        let mut lines = Lines::new(&source);
        let mut out = Vec::new();
        while let Some(logical) = lines.next_line() {
            // Every byte of a logical line can be found again in the file.
            for (at, char) in logical.text.char_indices() {
                let span = logical.places.span(&(at..at + char.len_utf8()));
                assert_eq!(source.text().get(span.start..span.end), Some(char.encode_utf8(&mut [0; 4]) as &str));
            }
            out.push((logical.line, logical.text.into_owned()));
        }
        (out, lines.notices.into_iter().map(|notice| notice.message).collect())
    }

    fn lines(text: &str) -> Vec<(usize, String)> {
        read(text).0
    }

    #[test]
    fn lines_join_before_comments_go() {
        assert_eq!(lines("a \\\n  b\nc"), [(1, "a   b".to_owned()), (3, "c".to_owned())]);
        assert_eq!(lines("\\\\\\\\host \\\nx"), [(1, "host x".to_owned())]);
        assert_eq!(lines("  \\\n\n  a"), [(3, "a".to_owned())]);
        assert_eq!(lines("\\\n\\\n é \\\n b"), [(1, "é  b".to_owned())]);
        assert_eq!(lines("a\\ \nb"), [(1, "a\\".to_owned()), (2, "b".to_owned())]);
        assert_eq!(lines("a \\"), [(1, "a".to_owned())]);
    }

    #[test]
    fn a_comment_line_ends_a_continuation() {
        assert_eq!(
            lines("foo==1 \\\n    # via bar \\\n    --hash=x"),
            [(1, "foo==1".to_owned()), (3, "--hash=x".to_owned())]
        );
    }

    #[test]
    fn a_comment_that_swallows_a_line_is_reported_once() {
        let (lines, notices) = read("foo==1.0 # c \\\nbar==2");
        assert_eq!(lines, [(1, "foo==1.0".to_owned())]);
        assert_eq!(notices.len(), 1);
        let (lines, notices) = read("a \\\n\\#b \\\nc");
        assert_eq!(lines, [(1, "a".to_owned())]);
        assert_eq!(notices.len(), 1);
    }

    #[test]
    fn comments_need_white_space_of_any_kind_before_them() {
        assert_eq!(
            lines("a#b\nc\u{a0}#d\n#e\n\t# f\ng\u{2003}#"),
            [(1, "a#b"), (2, "c"), (5, "g")].map(|(n, t)| (n, t.to_owned()))
        );
    }
}
