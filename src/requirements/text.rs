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

/// Whether `wanted` holds for any byte, asked of whole blocks so that no byte costs a branch: locks are large and plain.
/// `wanted` must have no branches of its own.
pub(super) fn any_byte(text: &str, wanted: impl Fn(u8) -> bool) -> bool {
    let (blocks, rest) = text.as_bytes().as_chunks::<32>();
    let within = |block: &[u8]| block.iter().fold(0, |found, &byte| found | u8::from(wanted(byte))) != 0;
    blocks.iter().any(|block| within(block)) || within(rest)
}

/// For how many bytes `wanted` holds; see [`any_byte`].
pub(super) fn count_bytes(text: &str, wanted: impl Fn(u8) -> bool) -> usize {
    let within = |block: &[u8]| usize::from(block.iter().fold(0_u8, |count, &byte| count + u8::from(wanted(byte))));
    text.as_bytes().chunks(128).map(within).sum()
}

/// Whether `text` is printable ASCII, tabs and `also`.
pub(super) fn is_plain(text: &str, also: u8) -> bool {
    !any_byte(text, |byte| (byte.wrapping_sub(b' ') > b'~' - b' ') & (byte != b'\t') & (byte != also))
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
        shown.push_str("...");
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
    fn blocks_hide_no_byte() {
        for at in 0..100 {
            let text = format!("{}\u{b}{}", "a".repeat(at), "b".repeat(100 - at));
            assert!(!is_plain(&text, b' ') && is_plain(&text, 0x0b) && is_plain(&text[..at], b' '));
        }
        assert_eq!(count_bytes(&"ab".repeat(300), |byte| byte == b'b'), 300);
        assert!(!is_plain("\u{7f}", b' ') && !is_plain("é", b' ') && is_plain(" ~\t", b' '));
    }

    #[test]
    fn messages_hide_credentials_and_controls() {
        assert_eq!(quote("git+https://u:p@h/r@v1"), "`git+https://****@h/r@v1`");
        assert_eq!(quote("a\u{202e}b"), "`a\\u{202e}b`");
        assert_eq!(quote(&"é".repeat(70)).chars().count(), 65);
        assert_eq!(found("\u{a0}x"), "a no-break space (U+00A0)");
    }
}
