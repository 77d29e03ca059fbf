//! Requirements files as pip reads them: bytes, text, physical lines, logical lines, arguments and options, entries.
//!
//! Reading is total: whatever the bytes, there is a [`File`]; what pip would not read is a [`Problem`] and an
//! [`EntryKind::Invalid`] entry, and a rule reports it. Nothing is expanded, opened or asked of the environment, and
//! user text reaches no parser but ours (pep508_rs panics on some).
//!
//! ```text
//! decode -> logical -> arguments -> options -> classify -> requirement, specifiers, version, marker, url -> line -> pin
//! ```

mod arguments;
mod classify;
mod decode;
mod entry;
mod halves;
mod hash;
mod hashes;
mod limits;
mod line;
mod located;
mod logical;
mod marker;
mod options;
mod pin;
mod places;
mod problem;
mod repair;
mod requirement;
mod specifiers;
mod text;
mod url;
mod version;

pub use entry::{
    Entry, EntryKind, File, GlobalOption, Include, IncludeKind, Pin, Problem, ProblemKind, Requirement, RequirementKind,
};
pub use hash::Hash;
pub use hashes::Hashes;
pub use located::{Located, located_in};
pub use logical::Comment;
pub use marker::{Marker, Tri};
pub use pep440_rs::Version;
pub use repair::{Repair, repair};
pub use specifiers::Specifiers;
pub use url::without_credentials;

use std::ops::Range;

use decode::Decoded;
use logical::Lines;
use problem::Notice;

use crate::source::{MAX_FILE, RepoPath, SourceFile, Span, is_line_break};

/// Reads `bytes`, the content of `path`.
///
/// Never fails and never panics. What exceeds a limit is not read, and a [`ProblemKind::Invalid`] says so.
pub fn read(path: RepoPath, bytes: &[u8]) -> File {
    read_with(path, bytes.len(), || decode::decode(bytes))
}

/// [`read`] for bytes that nobody else needs.
pub fn read_owned(path: RepoPath, bytes: Vec<u8>) -> File {
    read_with(path, bytes.len(), || decode::decode_owned(bytes))
}

fn read_with(path: RepoPath, length: usize, decode: impl FnOnce() -> Decoded) -> File {
    if length as u64 > MAX_FILE {
        let message = format!("the file has {length} bytes; requirements files above {MAX_FILE} bytes are not read");
        return refused(
            path,
            "unknown",
            Notice::invalid(0..0, message).help("a file of that size is a mistake: `git rm --cached` it"),
        );
    }
    let Decoded { text, encoding, notices, readable } = decode();
    let breaks = line_breaks(&text);
    if breaks > limits::LINES {
        let message = format!("the file has {breaks} lines; files above {} lines are not read", limits::LINES);
        return refused(path, encoding, Notice::invalid(0..0, message).help("remove the empty lines"));
    }
    let source = SourceFile::new(path, text);
    if readable
        && notices.is_empty()
        && let Some((entries, comments)) = halves::read(&source)
    {
        return File { source, encoding, entries, problems: Vec::new(), comments };
    }
    let mut reader = Reader::new(&source, notices);
    if readable {
        reader.hidden_breaks();
        reader.lines(1..source.line_count() + 1);
    }
    let Reader { entries, mut problems, comments, .. } = reader;
    problems.sort_by_key(|problem| problem.span);
    File { source, encoding, entries, problems, comments }
}

/// How many line breaks `text` has, or a number above that within the limit; counted before their places are kept, which would take more memory than the text.
fn line_breaks(text: &str) -> usize {
    if text.len() <= limits::LINES {
        return 0;
    }
    // As a rule one look is enough to see that there are not too many.
    let most = text::count_bytes(text, |byte| (byte < b' ') | (byte == 0xc2) | (byte == 0xe2));
    if most <= limits::LINES {
        return most;
    }
    let count = |byte| memchr::memchr_iter(byte, text.as_bytes()).count();
    let feeds = count(b'\n').max(count(b'\r'));
    let others = text::count_bytes(text, |byte| (byte == 0x0b) | (byte == 0x0c) | (byte.wrapping_sub(0x1c) < 3));
    let wide = if text.is_ascii() { 0 } else { text.matches(['\u{85}', '\u{2028}', '\u{2029}']).count() };
    feeds + others + wide
}

fn refused(path: RepoPath, encoding: &'static str, notice: Notice) -> File {
    let source = SourceFile::new(path, String::new());
    let problems = Reader::new(&source, vec![notice]).problems;
    File { source, encoding, entries: Vec::new(), problems, comments: Vec::new() }
}

struct Reader<'f> {
    source: &'f SourceFile,
    advice: String,
    entries: Vec<Entry>,
    problems: Vec<Problem>,
    comments: Vec<Comment>,
}

impl<'f> Reader<'f> {
    fn new(source: &'f SourceFile, notices: Vec<Notice>) -> Self {
        let advice = format!("see how each line is read: `hook parse {}`", source.path());
        let mut reader = Self { source, advice, entries: Vec::new(), problems: Vec::new(), comments: Vec::new() };
        for notice in notices {
            let span = Span::new(notice.range.start, notice.range.end);
            reader.report(notice, span);
        }
        reader
    }

    /// Keeps a problem; `false` once there are too many.
    fn report(&mut self, notice: Notice, span: Span) -> bool {
        let full = self.problems.len() >= limits::PROBLEMS;
        if self.problems.len() > limits::PROBLEMS {
            return false;
        }
        let (kind, message) = if full {
            let message = format!("more than {} problems in one file; the rest of it is not read", limits::PROBLEMS);
            (ProblemKind::Invalid, message)
        } else {
            (notice.kind, notice.message)
        };
        let help = if notice.help.is_empty() { self.advice.clone() } else { notice.help };
        self.problems.push(Problem { kind, span, message, help });
        !full
    }

    /// Line breaks and characters that hide text from some reader, comments included.
    fn hidden_breaks(&mut self) {
        let text = self.source.text();
        if text::is_plain(text, b'\n') {
            return;
        }
        for (at, char) in text.char_indices() {
            let Some(notice) = hidden(text, at, char) else { continue };
            let span = Span::new(at, at + char.len_utf8());
            if !self.report(notice, span) {
                return;
            }
        }
    }

    /// Reports what the lines passed so far had to say.
    fn report_all(&mut self, lines: &mut Lines<'_>) {
        for notice in lines.notices.drain(..) {
            let span = Span::new(notice.range.start, notice.range.end);
            self.report(notice, span);
        }
    }

    /// Reads the physical lines of `range`; returns how many parts their entries have.
    fn lines(&mut self, range: Range<usize>) -> usize {
        let mut lines = Lines::of(self.source, range);
        let mut parts = 0;
        while let Some(logical) = lines.next_line() {
            if self.entries.len() >= limits::ENTRIES {
                let message = format!("more than {} entries in one file; the rest of it is not read", limits::ENTRIES);
                let span = logical.places.span(&(0..logical.text.len()));
                self.report(Notice::invalid(0..0, message), span);
                break;
            }
            let (kind, notices) = line::read(&logical);
            for notice in notices {
                let span = logical.places.span(&notice.range);
                self.report(notice, span);
            }
            let span = logical.places.span(&(0..logical.text.len()));
            parts += kind.parts();
            self.entries.push(Entry { line: logical.line, span, kind });
            self.report_all(&mut lines);
            lines.reuse(logical);
            if parts > limits::PARTS {
                let message = format!(
                    "more than {} hashes, specifiers and options in one file; the rest of it is not read",
                    limits::PARTS
                );
                self.report(Notice::invalid(0..0, message), span);
                break;
            }
            if self.problems.len() > limits::PROBLEMS {
                break;
            }
        }
        self.report_all(&mut lines);
        self.comments = lines.comments;
        parts
    }
}

/// What is hidden at `char`, which stands at byte `at` of `text`.
fn hidden(text: &str, at: usize, char: char) -> Option<Notice> {
    match char {
        '\n' => None,
        '\r' if text.as_bytes().get(at + 1) == Some(&b'\n') => None,
        '\r' => Some(
            Notice::odd(0..0, "a carriage return alone ends the line for pip and uv, and for few editors")
                .help("end lines with a line feed"),
        ),
        _ if is_line_break(char) => Some(
            Notice::ambiguous(
                0..0,
                format!(
                    "the character {} ends the line for pip, not for uv, git or an editor: what follows it installs",
                    text::found(&text[at..])
                ),
            )
            .help("replace it by a line feed or a space"),
        ),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some(
            Notice::ambiguous(
                0..0,
                format!("the character {} turns the order in which text is shown", text::found(&text[at..])),
            )
            .help("remove the character"),
        ),
        _ => None,
    }
}
