//! How paths and other bytes are written for a person: as they would type them where they stand, safe to show and safe
//! to paste into a shell.

use std::borrow::Cow;

use super::RepoPath;

/// How paths are written for the person who reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths {
    /// The directory they stand in, relative to the top, without slashes around it; empty at the top.
    pub directory: Vec<u8>,
}

impl Paths {
    /// `path` as seen from the directory, escaped for a message.
    pub fn show(&self, path: &RepoPath) -> String {
        printable(&path.seen_from(&self.directory))
    }

    /// `path` as a word of a shell command.
    pub fn word(&self, path: &RepoPath) -> String {
        shell_word(&printable(&path.seen_from(&self.directory))).into_owned()
    }
}

/// `text` as one word for a POSIX shell: as it is where that is safe, else in single quotes.
pub fn shell_word(text: &str) -> Cow<'_, str> {
    let plain = |char: char| char.is_alphanumeric() || "-_./+:@%,=".contains(char);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    let guard = if text.starts_with('-') { "./" } else { "" };
    Cow::Owned(format!("'{guard}{}'", text.replace('\'', r"'\''")))
}

/// Bytes, such as those of a path, as one word for a POSIX shell that stands for exactly them and is safe to show. What
/// is no text, would do something to a terminal or end the quotation around a command, is spelled for `printf`; a newline
/// at the very end is lost, as in any substitution.
pub fn path_word(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes)
        && printable_text(text) == text
        // Commands stand between backquotes.
        && !text.contains('`')
    {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+,:@%=".contains(byte);
        if !bytes.is_empty() && !bytes.starts_with(b"-") && bytes.iter().all(plain) {
            return text.to_owned();
        }
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let mut out = String::from("\"$(printf '");
    for &byte in bytes {
        match byte {
            b'%' => out.push_str("%%"),
            b' ' | b'/' | b'.' | b'_' | b'-' | b'+' | b',' | b':' | b'@' | b'=' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\{byte:03o}")),
        }
    }
    out.push_str("')\"");
    out
}

/// `words`, a program and its arguments, as one line for a POSIX shell.
pub fn shell_line(words: &[String]) -> String {
    let word = |word: &String| {
        let text = printable_text(word);
        // Here a dash begins an option, and no path that only looks like one.
        match text.strip_prefix('-') {
            Some(rest) if rest.trim_start_matches('-').is_empty() => text,
            Some(rest) if shell_word(rest.trim_start_matches('-')) == rest.trim_start_matches('-') => text,
            Some(_) => format!("'{}'", text.replace('\'', r"'\''")),
            None => shell_word(&text).into_owned(),
        }
    };
    words.iter().map(word).collect::<Vec<_>>().join(" ")
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
    fn a_line_for_a_shell() {
        let words = ["sh", "-c", "a b", "--x=y", "-", "--", "-$(x)", "it's"].map(str::to_owned);
        assert_eq!(shell_line(&words), r"sh -c 'a b' --x=y - -- '-$(x)' 'it'\''s'");
    }

    #[test]
    fn nothing_shown_can_move_the_cursor() {
        assert_eq!(printable(b"a\x1b[31m\xff"), "a\\u{1b}[31m\\xff");
        assert_eq!(printable_text("x\u{202e}y"), "x\\u{202e}y");
        assert_eq!(printable_text("grün"), "grün");
    }

    #[test]
    fn words_survive_the_shell() {
        assert_eq!(shell_word("a/b.txt"), "a/b.txt");
        assert_eq!(shell_word("a b"), "'a b'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
        assert_eq!(shell_word("$(x)"), "'$(x)'");
        assert_eq!(shell_word("-r"), "'./-r'");
        assert_eq!(shell_word(""), "''");
    }
}
