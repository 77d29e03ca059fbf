//! What a line holds that some reader does not see: dropped words, variables, invisible characters, lost backslashes.

use super::super::options::{Name, Options};
use super::super::problem::Notice;
use super::super::text::{any_byte, found, is_plain, quote};
use crate::source::is_deceptive;

pub(super) fn leftovers(text: &str, options: &Options<'_>, notices: &mut Vec<Notice>) {
    let (Some(first), Some(last)) = (options.leftovers.first(), options.leftovers.last()) else { return };
    let range = first.start..last.end;
    let dropped = quote(&text[range.clone()]);
    let (message, help) = match &text[first.clone()] {
        "-" | "--" => (
            format!("pip drops {dropped} without a word, the eye sees an item of a list"),
            "remove the dash, or put `#` before it".to_owned(),
        ),
        word if word.starts_with(';') => (
            format!("pip drops the marker {dropped} here without a word, uv applies it"),
            "write `-e \"name @ file:./dir ; marker\"`, or remove the marker".to_owned(),
        ),
        _ => (
            format!("pip drops {dropped} without a word, other readers install it or refuse the line"),
            "put it on a line of its own, quote it, or remove it".to_owned(),
        ),
    };
    notices.push(Notice::ambiguous(range, message).help(help));
}

/// `${NAME}`: what the line says depends on the machine that reads it.
pub(super) fn variables(text: &str, options: &Options<'_>, notices: &mut Vec<Notice>) {
    if !any_byte(text, |byte| byte == b'$') {
        return;
    }
    let mut from = 0;
    while let Some(at) = text[from..].find('$').map(|at| at + from) {
        from = at + 1;
        if !text[from..].starts_with('{') {
            continue;
        }
        let inside = text[at + 2..]
            .bytes()
            .take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_');
        let end = at + 2 + inside.count();
        if end == at + 2 || text.as_bytes().get(end) != Some(&b'}') || in_index_credentials(at, options) {
            continue;
        }
        let message = format!(
            "pip puts the environment variable {} here, so the line differs between machines",
            quote(&text[at..=end])
        );
        notices.push(
            Notice::ambiguous(at..end + 1, message).help("write the value, or use a keyring or .netrc for secrets"),
        );
        from = end + 1;
    }
}

pub(super) fn in_index_credentials(at: usize, options: &Options<'_>) -> bool {
    options.found.iter().any(|found| {
        let Some(start) = found.exact.filter(|start| (*start..start + found.value.len()).contains(&at)) else {
            return false;
        };
        let index = matches!(found.name, Name::IndexUrl | Name::ExtraIndexUrl | Name::FindLinks);
        let Some(authority) = found.value.find("://").map(|at| at + 3) else { return false };
        let end = found.value[authority..].find(['/', '?', '#']).map_or(found.value.len(), |end| end + authority);
        let user = found.value[authority..end].rfind('@').map_or(authority, |end| end + authority);
        index && (start + authority..start + user).contains(&at)
    })
}

pub(super) fn hidden_characters(text: &str, notices: &mut Vec<Notice>) {
    if is_plain(text, b' ') {
        return;
    }
    let odd = |char: char| char != '\t' && is_deceptive(char);
    if let Some((at, char)) = text.char_indices().find(|&(_, char)| odd(char)) {
        let message = format!("the character {} cannot be seen, and tools do not treat it alike", found(&text[at..]));
        notices.push(Notice::ambiguous(at..at + char.len_utf8(), message).help("remove the character"));
    }
}

/// shlex eats backslashes: pip opens another path than the eye and uv see.
pub(super) fn backslashes(text: &str, options: &Options<'_>, notices: &mut Vec<Notice>) {
    for found in &options.found {
        if !matches!(found.name, Name::Requirement | Name::Constraint | Name::Editable | Name::FindLinks) {
            continue;
        }
        if let Some(at) = text[found.range.clone()].find('\\') {
            let at = found.range.start + at;
            let message = format!("pip drops this backslash and reads {}, other readers keep it", quote(found.value));
            notices.push(Notice::ambiguous(at..at + 1, message).help("write `/`"));
        }
    }
}
