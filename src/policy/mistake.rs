//! What is wrong with a policy file: every mistake at once, each with its place, its line and the way out.
//!
//! Lines break at LF only, as TOML breaks them. Mistakes are capped so that a hostile file cannot fill a terminal or the
//! memory.

use std::fmt;

use crate::source::{Position, RepoPath, Span, printable, printable_text};

/// More mistakes than this are counted, not listed.
const MOST: usize = 100;

/// A line longer than this many bytes is not quoted.
const LONGEST_QUOTED: usize = 4096;

/// How many characters of a quoted line are shown, and how many of them before the caret.
const WINDOW: (usize, usize) = (100, 60);

/// A policy that cannot be used. Never empty; sorted by place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Everything wrong with it.
    pub mistakes: Vec<Mistake>,
}

/// One thing wrong with a policy file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where.
    pub place: Place,
    /// What is wrong, one sentence without a full stop, already printable.
    pub message: String,
    /// The next step, already printable.
    pub help: String,
}

/// A piece of one line of a policy file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub path: RepoPath,
    /// First character.
    pub start: Position,
    /// One past the last character; may stand on a later line than `start`.
    pub end: Position,
    /// The first line as it stands in the file, not escaped; empty where it is not UTF-8, too long to quote, or where
    /// the mistake concerns the whole file.
    pub line_text: String,
}

impl Place {
    /// The whole file.
    pub(super) fn whole(path: RepoPath) -> Self {
        let start = Position { line: 1, column: 1 };
        Self { path, start, end: start, line_text: String::new() }
    }
}

/// What is wrong with a value, before anybody knows where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) help: String,
}

impl Wrong {
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

/// A policy file's text and where its lines begin.
pub(super) struct Text<'a> {
    pub(super) path: RepoPath,
    pub(super) text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Text<'a> {
    pub(super) fn new(path: RepoPath, text: &'a str) -> Self {
        let breaks = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at + 1);
        Self { path, text, starts: std::iter::once(0).chain(breaks).collect() }
    }

    fn line(&self, line: usize) -> &'a str {
        let start = self.starts.get(line - 1).copied().unwrap_or(self.text.len());
        let end = self.starts.get(line).copied().unwrap_or(self.text.len());
        self.text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r'])
    }

    fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|&start| start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let column = self.text.get(start..offset).map_or(1, |before| before.chars().count() + 1);
        Position { line, column }
    }

    /// The place of `span`.
    pub(super) fn place(&self, span: Span) -> Place {
        let start = self.position(span.start);
        let line = self.line(start.line);
        let line_text = if line.len() > LONGEST_QUOTED { String::new() } else { line.to_owned() };
        Place { path: self.path.clone(), start, end: self.position(span.end.max(span.start)), line_text }
    }
}

/// Collects mistakes; counts those beyond [`MOST`].
#[derive(Default)]
pub(super) struct Mistakes {
    kept: Vec<Mistake>,
    uncounted: usize,
}

impl Mistakes {
    /// Whether there is room: finding the place of a mistake costs something that a full list need not pay.
    pub(super) fn has_room(&mut self) -> bool {
        let room = self.kept.len() < MOST;
        if !room {
            self.uncounted += 1;
        }
        room
    }

    pub(super) fn add(&mut self, place: Place, wrong: Wrong) {
        self.kept.push(Mistake { place, message: wrong.message, help: wrong.help });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    pub(super) fn into_broken(mut self) -> Broken {
        self.kept.sort_by(|a, b| a.place.cmp(&b.place));
        if let (Some(last), 1..) = (self.kept.last_mut(), self.uncounted) {
            last.help = format!("{}; {} more mistakes are not listed", last.help, self.uncounted);
        }
        Broken { mistakes: self.kept }
    }
}

impl From<Mistake> for Broken {
    fn from(mistake: Mistake) -> Self {
        Self { mistakes: vec![mistake] }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.mistakes.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Broken {}

impl fmt::Display for Mistake {
    /// `file:line:column: message`, the line with carets, the help; no line break at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { path, start, .. } = &self.place;
        writeln!(f, "{path}:{}:{}: {}", start.line, start.column, self.message)?;
        let margin = " ".repeat(start.line.to_string().len());
        if !self.place.line_text.is_empty() {
            let (line, before, width) = quote(&self.place);
            writeln!(f, "{margin} |")?;
            writeln!(f, "{} | {line}", start.line)?;
            writeln!(f, "{margin} | {}{}", " ".repeat(before), "^".repeat(width))?;
        }
        write!(f, "{margin} = help: {}", self.help)
    }
}

/// The line as shown (escaped, cut to a window around the place), the width before the carets, the carets' width.
fn quote(place: &Place) -> (String, usize, usize) {
    let chars: Vec<char> = place.line_text.chars().collect();
    let first = (place.start.column - 1).min(chars.len());
    let last = if place.end.line == place.start.line { place.end.column - 1 } else { chars.len() };
    let last = last.clamp(first, chars.len());
    let from = if chars.len() > WINDOW.0 { first.saturating_sub(WINDOW.1) } else { 0 };
    let to = chars.len().min(from + WINDOW.0);
    let shown = |chars: &[char]| {
        let text: String = chars.iter().map(|&char| if char == '\t' { ' ' } else { char }).collect();
        printable_text(&text)
    };
    let (before, marked) = (shown(&chars[from..first]), shown(&chars[first..last.min(to).max(first)]));
    let cut_before = if from > 0 { "..." } else { "" };
    let cut_after = if to < chars.len() { "..." } else { "" };
    let line = format!("{cut_before}{before}{marked}{}{cut_after}", shown(&chars[last.min(to).max(first)..to]));
    (line, cut_before.chars().count() + before.chars().count(), marked.chars().count().max(1))
}

/// The place of a byte of a file that is not text.
pub(super) fn place_in_bytes(path: RepoPath, bytes: &[u8], offset: usize) -> Place {
    let before = bytes.get(..offset).unwrap_or(bytes);
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let column = printable(before.get(line_start..).unwrap_or_default()).chars().count() + 1;
    let start = Position { line, column };
    Place { path, start, end: Position { line, column: column + 1 }, line_text: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(text: &str, span: Span) -> Mistake {
        let text = Text::new(RepoPath::new(b"freeze-guard.toml").unwrap(), text);
        Mistake { place: text.place(span), message: "wrong".into(), help: "mend it".into() }
    }

    #[test]
    fn shows_the_line_with_carets_and_the_help() {
        let shown = mistake("a = 1\nguards\t= \u{202e}é1\n", Span::new(6, 12)).to_string();
        let expected = "freeze-guard.toml:2:1: wrong\n  |\n2 | guards = \\u{202e}é1\n  | ^^^^^^\n  = help: mend it";
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_long_line_is_shown_around_the_place() {
        let line = format!("{}x{}", "a".repeat(300), "b".repeat(300));
        let shown = mistake(&line, Span::new(300, 301)).to_string();
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[2].chars().count(), "1 | ".len() + 106, "{shown}");
        let caret = lines[3].chars().position(|char| char == '^').unwrap();
        assert_eq!(lines[2].chars().nth(caret), Some('x'));
    }

    #[test]
    fn a_place_may_end_past_its_line_or_the_text() {
        for (start, end) in [(0, 9), (4, 4), (9, 9), (100, 200), (3, 2)] {
            assert!(mistake("ab\ncd", Span::new(start, end)).to_string().contains('^'), "{start}..{end}");
        }
        assert!(!mistake("", Span::new(0, 0)).to_string().contains('^'));
    }

    #[test]
    fn mistakes_beyond_the_cap_are_counted() {
        let mut mistakes = Mistakes::default();
        for _ in 0..MOST + 7 {
            if mistakes.has_room() {
                let Mistake { place, message, help } = mistake("a", Span::new(0, 1));
                mistakes.add(place, Wrong { message, help });
            }
        }
        let broken = mistakes.into_broken();
        assert_eq!(broken.mistakes.len(), MOST);
        assert!(broken.to_string().ends_with("; 7 more mistakes are not listed"));
    }

    #[test]
    fn a_bad_byte_has_a_line_and_a_column() {
        let place = place_in_bytes(RepoPath::new(b"p").unwrap(), b"a\nbc\xff", 4);
        assert_eq!((place.start.line, place.start.column), (2, 3));
    }
}
