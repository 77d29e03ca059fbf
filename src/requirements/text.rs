//! Python's idea of white space and of a word, where Rust's differs, and how user text is quoted in a message.

use crate::source::printable_text;

/// Whether Python's `str.isspace` holds: Unicode white space and the four information separators.
pub(super) fn is_space(char: char) -> bool {
    char.is_whitespace() || matches!(char, '\u{1c}'..='\u{1f}')
}

/// Python's `str.strip`.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// How many bytes of white space `text` starts with.
pub(super) fn leading_space(text: &str) -> usize {
    text.len() - text.trim_start_matches(is_space).len()
}

/// Whether a regular expression's `\w` matches.
pub(super) fn is_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

/// `text` for a message: in backquotes, printable, credentials hidden, cut after 60 characters.
pub(super) fn quote(text: &str) -> String {
    let hidden = hide_credentials(text);
    let mut shown: String = printable_text(&hidden).chars().take(60).collect();
    if hidden.chars().nth(60).is_some() {
        shown.push('…');
    }
    format!("`{}`", shown.replace('`', "'"))
}

/// The first character of `text` for a message, as in "`é` (U+00E9)"; "the end of the line" where there is none.
pub(super) fn found(text: &str) -> String {
    match text.chars().next() {
        None => "the end of the line".to_owned(),
        Some(' ') => "a space".to_owned(),
        Some('\t') => "a tab".to_owned(),
        Some('\u{a0}') => "a no-break space (U+00A0)".to_owned(),
        Some('`') => "a backquote".to_owned(),
        Some(char) if char.is_ascii_graphic() => format!("`{char}`"),
        Some(char) => format!("`{}` (U+{:04X})", printable_text(char.encode_utf8(&mut [0; 4])), char as u32),
    }
}

/// Replaces the user information of every URL in `text` by `****`, as pip does.
pub(super) fn hide_credentials(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let authority = after.find(['/', '?', '#', ' ', '"', '\'']).unwrap_or(after.len());
        let (authority, tail) = after.split_at(authority);
        match authority.rfind('@') {
            Some(end) => {
                out.push_str("****");
                out.push_str(&authority[end..]);
            }
            None => out.push_str(authority),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_pythons() {
        assert_eq!(trim("\u{1f}\u{a0} a\u{85}\u{1c}"), "a");
        assert!(!is_space('\u{200b}'));
    }

    #[test]
    fn messages_hide_credentials_and_controls() {
        assert_eq!(quote("git+https://u:p@h/r@v1"), "`git+https://****@h/r@v1`");
        assert_eq!(quote("a\u{202e}b"), "`a\\u{202e}b`");
        assert_eq!(quote(&"é".repeat(70)).chars().count(), 63);
        assert_eq!(found("\u{a0}x"), "a no-break space (U+00A0)");
    }
}
