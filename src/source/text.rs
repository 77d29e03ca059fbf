//! Decoded text with its physical lines, which break where Python's `str.splitlines` breaks them.

use std::ops::Range;

use super::RepoPath;

/// Bytes `start..end` of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }
}

/// A decoded text file and where its physical lines begin.
///
/// Lines break where Python's `str.splitlines` breaks them, for that is how pip counts.
#[derive(Clone, Debug)]
pub struct SourceFile {
    path: RepoPath,
    text: String,
    starts: Vec<usize>,
}

/// A place in a file for people: one-based lines and columns, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// One-based.
    pub line: usize,
    /// One-based, in characters.
    pub column: usize,
}

impl SourceFile {
    /// Keeps `text` and finds its lines.
    pub fn new(path: RepoPath, text: String) -> Self {
        let mut starts = vec![0];
        let mut at = plain_breaks(text.as_bytes(), &mut starts);
        while let Some(found) = next_break(text.as_bytes(), at) {
            starts.push(found.end);
            at = found.end;
        }
        if starts.len() > 1 && starts.last() == Some(&text.len()) {
            starts.pop();
        }
        Self { path, text, starts }
    }

    /// The file's path.
    pub fn path(&self) -> &RepoPath {
        &self.path
    }

    /// The whole text, byte order mark removed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many physical lines there are; an empty file has one, which is empty.
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// The span of line `line` (one-based) without its line break; the last line for numbers beyond it.
    pub fn line_span(&self, line: usize) -> Span {
        let index = line.clamp(1, self.starts.len()) - 1;
        let start = self.starts[index];
        let end = self.starts.get(index + 1).copied().unwrap_or(self.text.len());
        let line = &self.text[start..end];
        Span::new(start, start + line.trim_end_matches(is_line_break).len())
    }

    /// The text of line `line`, without its line break.
    pub fn line(&self, line: usize) -> &str {
        let span = self.line_span(line);
        &self.text[span.start..span.end]
    }

    /// Where byte `offset` stands.
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let index = self.starts.partition_point(|&start| start <= offset) - 1;
        let start = self.starts[index];
        let column = self.text.get(start..offset).map_or(1, |before| before.chars().count() + 1);
        Position { line: index + 1, column }
    }
}

/// How many bytes are found plain at once.
const BLOCK: usize = 1024;

/// Adds where lines begin, as long as they end with a line feed in plain ASCII; returns where that ceases, which is near the
/// end of nearly every file.
fn plain_breaks(bytes: &[u8], starts: &mut Vec<usize>) -> usize {
    let odd = |byte: u8| (byte < b' ') & (byte != b'\t') & (byte != b'\n') | (byte >= 0x80);
    let is_odd = |block: &[u8; BLOCK]| block.iter().fold(0, |found, &byte| found | u8::from(odd(byte))) != 0;
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    let plain = BLOCK * blocks.iter().position(is_odd).unwrap_or(blocks.len());
    starts.extend(memchr::memchr_iter(b'\n', &bytes[..plain]).map(|at| at + 1));
    plain
}

/// The first line break at or after byte `from`, `\r\n` being one.
///
/// Most bytes of a text are printable ASCII, so whole blocks of those are passed at once.
fn next_break(bytes: &[u8], from: usize) -> Option<Range<usize>> {
    let candidate = |byte: u8| (byte < b' ') & (byte != b'\t') | (byte == 0xc2) | (byte == 0xe2);
    let mut at = from;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(block) = rest.first_chunk::<32>()
            && block.iter().fold(0, |found, &byte| found | u8::from(candidate(byte))) == 0
        {
            at += 32;
            continue;
        }
        let block = &rest[..rest.len().min(32)];
        for (offset, &byte) in block.iter().enumerate() {
            if candidate(byte) && break_length(&rest[offset..]) > 0 {
                let start = at + offset;
                return Some(start..start + break_length(&rest[offset..]));
            }
        }
        at += block.len();
    }
    None
}

/// How many bytes the line break has that `bytes`, UTF-8, start with; 0 if there is none.
fn break_length(bytes: &[u8]) -> usize {
    match bytes {
        [b'\r', b'\n', ..] => 2,
        [b'\n' | b'\r' | 0x0b | 0x0c | 0x1c..=0x1e, ..] => 1,
        // U+0085, U+2028 and U+2029.
        [0xc2, 0x85, ..] => 2,
        [0xe2, 0x80, 0xa8 | 0xa9, ..] => 3,
        _ => 0,
    }
}

/// Whether Python's `str.splitlines` ends a line at `char`.
pub fn is_line_break(char: char) -> bool {
    matches!(
        char,
        '\n' | '\r' | '\u{0b}' | '\u{0c}' | '\u{1c}' | '\u{1d}' | '\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_where_python_breaks_them() {
        let file = SourceFile::new(RepoPath::new(b"r.txt").unwrap(), "a\r\nbé\u{2028}c\rd\n".to_owned());
        assert_eq!(file.line_count(), 4);
        assert_eq!((1..=4).map(|n| file.line(n)).collect::<Vec<_>>(), ["a", "bé", "c", "d"]);
        let at = file.text().find('\u{2028}').unwrap();
        assert_eq!(file.position(at), Position { line: 2, column: 3 });
        assert_eq!(SourceFile::new(file.path().clone(), String::new()).line_count(), 1);
    }

    #[test]
    fn lines_break_alike_by_blocks_and_by_characters() {
        // Every break at every distance from a block's edge, and bytes that only begin like one.
        for break_text in [
            "\n", "\r", "\r\n", "\u{b}", "\u{c}", "\u{1c}", "\u{1e}", "\u{85}", "\u{2028}", "\u{2029}", "\t", "\u{1f}",
            "\u{2030}", "\u{a0}",
        ] {
            for before in (28..36).chain(BLOCK - 4..BLOCK + 4) {
                let text = format!("{}{break_text}b\r{break_text}", "a".repeat(before));
                let mut starts = vec![0];
                let mut chars = text.char_indices().peekable();
                while let Some((at, char)) = chars.next() {
                    let crlf = char == '\r' && chars.next_if(|&(_, next)| next == '\n').is_some();
                    if is_line_break(char) {
                        starts.push(at + char.len_utf8() + usize::from(crlf));
                    }
                }
                starts.pop_if(|start| *start == text.len());
                assert_eq!(SourceFile::new(RepoPath::new(b"r.txt").unwrap(), text.clone()).starts, starts, "{text:?}");
            }
        }
    }
}
