//! What is judged, before anything knows how it is stored: paths, object ids, modes, the [`Tree`] that a snapshot of a
//! repository is, and decoded text with its lines.
//!
//! Paths are bytes, as in git. A [`RepoPath`] is always relative to the top of the tree and has no `.` or `..`.

mod conversion;
mod show;

use std::fmt;
use std::ops::Range;

pub use conversion::{Attribute, Cause, Conversion, MAX_ATTRIBUTES, Unclear, attribute_files};
pub use show::{Paths, shell_word};

/// A path inside a tree: bytes, `/` between components, no empty, `.` or `..` component, never absolute.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Box<[u8]>);

impl RepoPath {
    /// Checks and keeps `bytes`; `None` if a component is empty, `.` or `..`, or a NUL byte is present.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let fine = !bytes.contains(&0)
            && bytes.split(|&byte| byte == b'/').all(|part| !part.is_empty() && part != b"." && part != b"..");
        fine.then(|| Self(bytes.into()))
    }

    /// The path's bytes, without a leading slash.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The last component.
    pub fn file_name(&self) -> &[u8] {
        match self.0.iter().rposition(|&byte| byte == b'/') {
            Some(slash) => &self.0[slash + 1..],
            None => &self.0,
        }
    }

    /// Everything before the last slash; empty at the top.
    pub fn parent(&self) -> &[u8] {
        match self.0.iter().rposition(|&byte| byte == b'/') {
            Some(slash) => &self.0[..slash],
            None => b"",
        }
    }

    /// Whether this is `other`, or lies in the directory `other`.
    pub fn is_at_or_below(&self, other: &Self) -> bool {
        let rest = self.0.strip_prefix(&*other.0);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    }

    /// The file `name` beside this one; `None` if `name` is not a single component.
    pub fn sibling(&self, name: &[u8]) -> Option<Self> {
        if name.contains(&b'/') {
            return None;
        }
        Self::resolve(self.parent(), name)
    }

    /// This path as a person would type it who stands in `directory` (bytes as of [`Self::parent`]).
    pub fn seen_from(&self, directory: &[u8]) -> Vec<u8> {
        let mut here = directory.split(|&byte| byte == b'/').filter(|part| !part.is_empty()).peekable();
        let mut rest = self.0.split(|&byte| byte == b'/').peekable();
        while let (Some(step), Some(part)) = (here.peek(), rest.peek()) {
            if step != part {
                break;
            }
            here.next();
            rest.next();
        }
        let mut parts: Vec<&[u8]> = here.map(|_| b"..".as_slice()).collect();
        parts.extend(rest);
        parts.join(&b'/')
    }

    /// `relative` as seen from the directory `directory` (bytes as of [`Self::parent`]), `.` and `..` collapsed
    /// lexically, as pip does before it opens an included file. `None` if the result leaves the tree, is absolute, or
    /// names no file.
    pub fn resolve(directory: &[u8], relative: &[u8]) -> Option<Self> {
        if relative.first() == Some(&b'/') {
            return None;
        }
        let mut parts: Vec<&[u8]> = directory.split(|&byte| byte == b'/').filter(|part| !part.is_empty()).collect();
        for part in relative.split(|&byte| byte == b'/') {
            match part {
                b"" | b"." => {}
                b".." => {
                    parts.pop()?;
                }
                _ => parts.push(part),
            }
        }
        Self::new(&parts.join(&b'/'))
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.0))
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RepoPath({self})")
    }
}

/// A git object id: 20 bytes (SHA-1) or 32 (SHA-256).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    bytes: [u8; 32],
    len: u8,
}

impl Id {
    /// From raw bytes; `None` unless there are 20 or 32.
    pub fn from_bytes(raw: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        let len = match raw.len() {
            20 => 20,
            32 => 32,
            _ => return None,
        };
        bytes[..raw.len()].copy_from_slice(raw);
        Some(Self { bytes, len })
    }

    /// From 40 or 64 hexadecimal digits, as git prints ids.
    pub fn from_hex(hex: &[u8]) -> Option<Self> {
        let digit = |byte: u8| (byte as char).to_digit(16).and_then(|value| u8::try_from(value).ok());
        let mut raw = Vec::with_capacity(32);
        if !matches!(hex.len(), 40 | 64) {
            return None;
        }
        for pair in hex.chunks_exact(2) {
            raw.push(digit(pair[0])? << 4 | digit(pair[1])?);
        }
        Self::from_bytes(&raw)
    }

    /// 20 or 32 raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// All zeros, of either length: git's word for "no object".
    pub fn is_zero(&self) -> bool {
        self.as_bytes().iter().all(|&byte| byte == 0)
    }

    /// The first ten hexadecimal digits, enough for a message.
    pub fn short(&self) -> String {
        self.to_string().chars().take(10).collect()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({self})")
    }
}

/// What a tree or index entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// 100644 (and the historical 100664).
    File,
    /// 100755.
    Executable,
    /// 120000: the blob is the link's target.
    Symlink,
    /// 160000: a commit of another repository.
    Submodule,
    /// 040000.
    Directory,
}

/// What stands at a path: its mode and the id of its blob (or tree, or commit).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Object {
    /// The entry's mode.
    pub mode: Mode,
    /// The id of its content.
    pub id: Id,
}

/// One entry found in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands.
    pub path: RepoPath,
    /// What stands there.
    pub object: Object,
}

/// A repository's content at one moment: the index, a commit's tree, or the work tree.
///
/// A tree is asked for entries whose path matches and for one blob; it is never listed whole, so that an implementation
/// may stream an index of a million entries.
pub trait Tree {
    /// What stands at each of `paths`, in the order asked: a file, symlink or submodule; `None` for what is absent.
    /// Directories and intent-to-add entries are absent.
    fn lookup(&self, paths: &[RepoPath]) -> Result<Vec<Option<Object>>, ReadError>;

    /// Every file, symlink or submodule for whose path `wanted` answers true, sorted by path.
    fn find(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, ReadError>;

    /// The content of the blob `id`, which this tree holds at `path`; at most [`MAX_FILE`] bytes, larger is
    /// [`ReadError::TooLarge`].
    fn blob(&self, path: &RepoPath, id: &Id) -> Result<Vec<u8>, ReadError>;

    /// What the `.gitattributes` of this tree make git do to each of `paths` on its way into the work tree; an empty list
    /// for what is checked out as it is.
    fn conversions(&self, paths: &[RepoPath]) -> Result<Vec<Vec<Conversion>>, ReadError>;
}

/// Files above this many bytes are refused unread (requirements-format limit: 16 MiB).
pub const MAX_FILE: u64 = 16 * 1024 * 1024;

/// Why a snapshot could not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// The blob has more than [`MAX_FILE`] bytes.
    TooLarge {
        /// Where it stands.
        path: RepoPath,
        /// Its size in bytes.
        size: u64,
    },
    /// The object is not in this clone and was not fetched (shallow, partial or damaged repository).
    Missing {
        /// What was looked for, as a person would name it.
        what: String,
    },
    /// Anything else: corrupt index, unreadable object, failed child. The message is complete.
    Failed {
        /// What went wrong.
        message: String,
        /// What to do about it.
        help: String,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { path, size } => {
                write!(f, "{path} has {size} bytes; files above {MAX_FILE} bytes are not read")
            }
            Self::Missing { what } => write!(f, "{what} is not in this clone"),
            Self::Failed { message, .. } => f.write_str(message),
        }
    }
}

impl std::error::Error for ReadError {}

impl ReadError {
    /// The next step, as a sentence with a command.
    pub fn help(&self) -> String {
        match self {
            Self::TooLarge { .. } => "a requirements file of that size is a mistake: `git rm --cached` it".to_owned(),
            Self::Missing { .. } => {
                "fetch it first: `git fetch`, and in a partial clone `git fetch --refetch`".to_owned()
            }
            Self::Failed { help, .. } => help.clone(),
        }
    }
}

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
        let mut at = 0;
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

/// Bytes as text that is safe to show anywhere: invalid UTF-8 as `\xNN`, control and bidirectional characters as
/// `\u{…}`, everything else as it is.
pub fn printable(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(&printable_text(chunk.valid()));
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out
}

/// [`printable`] for text.
pub fn printable_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if is_deceptive(char) {
            out.extend(char.escape_unicode());
        } else {
            out.push(char);
        }
    }
    out
}

/// Control characters, bidirectional controls, line separators and zero-width characters: what moves or hides text on
/// a terminal or in a review.
pub fn is_deceptive(char: char) -> bool {
    char.is_control()
        || matches!(
            char,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_resolve_lexically_and_never_leave_the_tree() {
        let resolve = |dir: &str, rel: &str| RepoPath::resolve(dir.as_bytes(), rel.as_bytes()).map(|p| p.to_string());
        assert_eq!(resolve("a/b", "../c.txt").as_deref(), Some("a/c.txt"));
        assert_eq!(resolve("", "./x//y.txt").as_deref(), Some("x/y.txt"));
        assert_eq!(resolve("a", "../../c.txt"), None);
        assert_eq!(resolve("a", "/c.txt"), None);
        assert_eq!(resolve("a", ".."), None);
        let path = RepoPath::new(b"a/b/c.txt").unwrap();
        assert_eq!(path.seen_from(b""), b"a/b/c.txt");
        assert_eq!(path.seen_from(b"a"), b"b/c.txt");
        assert_eq!(path.seen_from(b"a/x/y"), b"../../b/c.txt");
        assert!(RepoPath::new(b"a/../b").is_none());
        assert!(RepoPath::new(b"/a").is_none());
        assert!(RepoPath::new(b"").is_none());
    }

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
            for before in 28..36 {
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

    #[test]
    fn nothing_shown_can_move_the_cursor() {
        assert_eq!(printable(b"a\x1b[31m\xff"), "a\\u{1b}[31m\\xff");
        assert_eq!(printable_text("x\u{202e}y"), "x\\u{202e}y");
        assert_eq!(printable_text("grün"), "grün");
    }

    #[test]
    fn ids_of_both_lengths() {
        assert!(Id::from_hex(&[b'0'; 64]).unwrap().is_zero());
        assert_eq!(Id::from_hex(&[b'a'; 40]).unwrap().to_string(), "a".repeat(40));
        assert!(Id::from_hex(&[b'a'; 41]).is_none());
        assert!(Id::from_hex(&[b'g'; 40]).is_none());
    }
}
