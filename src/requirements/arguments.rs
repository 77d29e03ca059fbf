//! A logical line to its requirement text and its option words: pip's `break_args_options`, then Python's POSIX
//! `shlex.split` without comments.

use std::borrow::Cow;
use std::ops::Range;

use super::problem::Notice;
use super::text::any_byte;

/// Where the options of `line` begin: at the first piece between single spaces that starts with `-`; its length where
/// there is none. Only the space character separates, a tab does not.
pub(super) fn options_start(line: &str) -> usize {
    if line.starts_with('-') { 0 } else { line.find(" -").map_or(line.len(), |at| at + 1) }
}

/// A word of the option part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word<'l> {
    /// Quotes and escapes removed.
    pub(super) value: Cow<'l, str>,
    /// Where it stands in the line, quotes included.
    pub(super) range: Range<usize>,
    /// What stands there.
    raw: &'l str,
}

impl Word<'_> {
    /// Whether quotes or escapes were removed.
    pub(super) fn quoted(&self) -> bool {
        self.raw.len() != self.value.len()
    }

    /// Where `part`, an end of the value, stands in the line, if it stands there as it is.
    pub(super) fn place(&self, part: &str) -> Option<usize> {
        if !self.quoted() {
            return Some(self.range.end - part.len().min(self.raw.len()));
        }
        let at = self.raw.rfind(part).filter(|_| !part.is_empty())?;
        Some(self.range.start + at)
    }
}

/// Splits `line[start..]` into words.
pub(super) fn words(line: &str, start: usize) -> Result<Vec<Word<'_>>, Notice> {
    let mut words = Vec::with_capacity(1 + (line.len() - start) / 64);
    let mut at = start;
    while at < line.len() {
        let rest = &line[at..];
        let blank = rest.bytes().take_while(|&byte| is_blank(byte)).count();
        if blank > 0 {
            at += blank;
            continue;
        }
        let plain = memchr::memchr(b' ', rest.as_bytes()).unwrap_or(rest.len());
        let raw = &rest[..plain];
        if is_unusual(raw) {
            let word = unusual(line, at)?;
            at = word.range.end;
            words.push(word);
        } else {
            words.push(Word { value: Cow::Borrowed(raw), range: at..at + plain, raw });
            at += plain;
        }
    }
    Ok(words)
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Whether quotes, escapes or white space other than spaces are in `word`.
fn is_unusual(word: &str) -> bool {
    let blank = |byte| (byte == b'\t') | (byte == b'\r') | (byte == b'\n');
    any_byte(word, |byte| blank(byte) | (byte == b'"') | (byte == b'\'') | (byte == b'\\'))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Bare,
    Single,
    Double,
}

/// One word with quotes, escapes, or other white space than a space after it, from `start`.
fn unusual(line: &str, start: usize) -> Result<Word<'_>, Notice> {
    let mut value = String::new();
    let mut state = State::Bare;
    let mut opened = start;
    let mut chars = line[start..].char_indices().map(|(at, char)| (at + start, char));
    let mut end = line.len();
    while let Some((at, char)) = chars.next() {
        match (state, char) {
            (State::Bare, ' ' | '\t' | '\r' | '\n') => {
                end = at;
                break;
            }
            (State::Bare, '"') | (State::Bare, '\'') => {
                state = if char == '"' { State::Double } else { State::Single };
                opened = at;
            }
            (State::Single, '\'') | (State::Double, '"') => state = State::Bare,
            (State::Bare | State::Double, '\\') => match chars.next() {
                None => return Err(unfinished(line, at, "a backslash with nothing after it")),
                Some((_, next)) => {
                    // Between double quotes a backslash escapes only the quote and itself.
                    if state == State::Double && !matches!(next, '"' | '\\') {
                        value.push('\\');
                    }
                    value.push(next);
                }
            },
            _ => value.push(char),
        }
    }
    if state != State::Bare {
        return Err(unfinished(line, opened, "a quote that is never closed"));
    }
    Ok(Word { value: Cow::Owned(value), range: start..end, raw: line.get(start..end).unwrap_or_default() })
}

fn unfinished(line: &str, at: usize, what: &str) -> Notice {
    Notice::invalid(at..line.len(), format!("{what}: pip splits the options of a line as a shell would"))
        .help("close the quote, or remove the character")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str) -> Vec<String> {
        words(line, 0).unwrap().into_iter().map(|word| word.value.into_owned()).collect()
    }

    #[test]
    fn options_begin_after_a_space_only() {
        assert_eq!(options_start("foo==1 --hash=x"), 7);
        assert_eq!(options_start("foo==1\t--hash=x"), 15);
        assert_eq!(options_start("-r x"), 0);
        assert_eq!(options_start("a-b  -c"), 5);
    }

    #[test]
    fn words_split_as_shlex_splits_them() {
        assert_eq!(split("-r \"a b.txt\"  'c'd"), ["-r", "a b.txt", "cd"]);
        assert_eq!(split(r"-r sub\base.txt"), ["-r", "subbase.txt"]);
        assert_eq!(split(r#"--x="a\"b\c" ''"#), ["--x=a\"b\\c", ""]);
        assert_eq!(split("a\u{a0}b #c"), ["a\u{a0}b", "#c"]);
        assert!(words("-r \"a", 0).is_err());
        assert!(words("-r a\\", 0).is_err());
    }

    #[test]
    fn a_word_knows_where_it_stands() {
        let line = "-e \"a b\" x";
        let words = words(line, 0).unwrap();
        assert_eq!(words[1].range, 3..8);
        assert_eq!(words[1].place("a b"), Some(4));
        assert!(words[1].quoted() && !words[2].quoted());
    }
}
