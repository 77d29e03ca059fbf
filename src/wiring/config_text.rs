//! The edit of a configuration's text that puts sections of ours in or takes them out, however they are spelled, and
//! leaves every other byte as it is.

use std::ops::Range;

use super::config_parse::{End, Piece, parse};

/// Stands after the first header of ours where a text did not end with a newline, with how many had to be added.
const ADDED: &[u8] = b" # newlines added before this: ";

/// `text` without the sections of these names, and with `add`, whole sections, at its end; `None` where git could not
/// read it.
pub(super) fn edit(text: &[u8], out: &[String], add: &[u8]) -> Option<Vec<u8>> {
    let mut edited = without(text, out)?;
    if add.is_empty() {
        return Some(edited);
    }
    let newlines = match parse(&edited)?.1 {
        End::Whole => 0,
        End::Open => 1,
        End::Continued { newlines } => newlines,
    };
    edited.extend(std::iter::repeat_n(b'\n', newlines));
    let (header, rest) = add.split_at(add.iter().position(|&byte| byte == b'\n').unwrap_or(add.len()));
    edited.extend_from_slice(header);
    if newlines > 0 {
        edited.extend_from_slice(ADDED);
        edited.extend_from_slice(newlines.to_string().as_bytes());
    }
    edited.extend_from_slice(rest);
    Some(edited)
}

fn without(text: &[u8], out: &[String]) -> Option<Vec<u8>> {
    let (pieces, _) = parse(text)?;
    let mut left = Vec::with_capacity(text.len());
    let (mut from, mut added) = (0, None);
    for (at, piece) in pieces.iter().enumerate() {
        let Piece::Header { name, span } = piece else { continue };
        if !out.iter().any(|ours| ours.as_bytes() == name) {
            continue;
        }
        let gone = extent(text, pieces.get(at + 1..).unwrap_or_default(), span);
        left.extend_from_slice(text.get(from..gone.start)?);
        from = gone.end;
        if let Some(newlines) = marker(text.get(span.end..)?) {
            added = Some((left.len(), newlines));
        }
    }
    left.extend_from_slice(text.get(from..)?);
    // Only at the end, where they stood when they were added.
    if let Some((at, newlines)) = added
        && at == left.len()
        && left.ends_with(&b"\n\n"[..newlines.min(2)])
    {
        left.truncate(at - newlines);
    }
    Some(left)
}

/// What goes with a header: its keys and what stands between them. What is said before the next header is said about
/// that one, and stays.
fn extent(text: &[u8], after: &[Piece], header: &Range<usize>) -> Range<usize> {
    let keys = after.iter().map_while(|piece| match piece {
        Piece::Key { end } => Some(*end),
        Piece::Header { .. } => None,
    });
    let line_end = || {
        let rest = text.get(header.end..).unwrap_or_default();
        header.end + rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |at| at + 1)
    };
    let next = after.iter().find_map(|piece| match piece {
        Piece::Header { span, .. } => Some(span.start),
        Piece::Key { .. } => None,
    });
    let end = keys.last().unwrap_or_else(|| match next {
        Some(next) if next < line_end() => next,
        _ => line_end(),
    });
    let before = text.get(..header.start).unwrap_or_default();
    let line = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let alone = before.get(line..).unwrap_or_default().trim_ascii().is_empty();
    let ends_line = text.get(..end).is_some_and(|text| text.ends_with(b"\n"));
    match (alone, ends_line) {
        (true, true) => line..end,
        (true, false) => header.start..end,
        // What stands before it on its line keeps the line's end.
        (false, true) => header.start..end - 1,
        (false, false) => header.start..end,
    }
}

/// The number of newlines that the line after one of our headers tells of.
fn marker(after_header: &[u8]) -> Option<usize> {
    match after_header.strip_prefix(ADDED)? {
        [b'1', b'\n', ..] => Some(1),
        [b'2', b'\n', ..] => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str =
        "[hook \"hook-pre-push\"]\n\tevent = pre-push\n\tcommand = x\n[hook \"hook-pre-commit\"]\n\tevent = a\n";

    fn names() -> Vec<String> {
        vec!["hook.hook-pre-push".to_owned(), "hook.hook-pre-commit".to_owned()]
    }

    #[test]
    fn what_goes_in_comes_out_again_to_the_byte() {
        for text in [
            "",
            "[core]\n\tbare = false\n",
            "[core]\n\tbare = false",
            "[core]\n\tbare = false\n\n\n",
            "# mine",
            "# mine \\",
            "[core]",
            "[a]\n\tb",
            "[a]\n\tb = c\\",
            "[a]\n\tb = c\\\n",
            "[a]\n\tb = c # no \\\n",
            "\u{feff}[core]\n\tbare = false",
            "# mine\n[core] bare = true\n\n[hook \"other\"]\n\tevent = pre-commit\n\tcommand = x\n; the end\n",
            "[alias]\n\tx = \"a\\\n[hook \\\"hook-pre-push\\\"]\\\n b\"\n",
            "[core]\r\n\tbare = false\r\n",
            "[core]\r\n\tbare = false",
        ] {
            let with = edit(text.as_bytes(), &names(), OURS.as_bytes()).unwrap();
            assert!(with.starts_with(text.as_bytes()));
            assert_eq!(edit(&with, &names(), OURS.as_bytes()).unwrap(), with, "{text:?}");
            assert_eq!(String::from_utf8(edit(&with, &names(), b"").unwrap()).unwrap(), text);
            let more = [&with[..], b"[user]\n\tname = A\n"].concat();
            let left = edit(&more, &names(), b"").unwrap();
            assert!(left.starts_with(text.as_bytes()) && left.ends_with(b"\n[user]\n\tname = A\n") || text.is_empty());
        }
    }

    #[test]
    fn what_people_wrote_around_our_sections_stays() {
        let text = "[core]\n\tbare = false\n[hook \"hook-pre-push\"]\n\tevent = pre-push\n\tcommand = \"a\\\nb\"\n\n# mine\n[user]\n\tname = A\n";
        let without = edit(text.as_bytes(), &names(), b"").unwrap();
        assert_eq!(String::from_utf8(without).unwrap(), "[core]\n\tbare = false\n\n# mine\n[user]\n\tname = A\n");
        assert_eq!(edit(text.as_bytes(), &["hook.other".to_owned()], b"").unwrap(), text.as_bytes());
    }

    #[test]
    fn ours_is_found_in_every_spelling() {
        for (header, left) in [
            ("[HOOK \"hook-pre-push\"]", ""),
            ("  [hook  \t\"hook-pre-push\"] # said", ""),
            ("[Hook.Hook-Pre-Push]", ""),
            ("[hook \"hook\\-pre-pus\\h\"]", ""),
            ("[hook \"hook-pre-push\"] event = pre-push", ""),
            ("[core] [hook \"hook-pre-push\"]", "[core] \n"),
            ("[core] x = 1 # \\\n[hook \"hook-pre-push\"]", "[core] x = 1 # \\\n"),
        ] {
            let text = format!("{header}\n\tevent = pre-push\n\n\tcommand = \"x\"\n[user]\n\tname = A\n");
            let text = edit(text.as_bytes(), &names(), b"").unwrap();
            assert_eq!(String::from_utf8(text).unwrap(), format!("{left}[user]\n\tname = A\n"), "{header}");
        }
        let empty = "[hook \"hook-pre-push\"] [user] name = A\n";
        assert_eq!(edit(empty.as_bytes(), &names(), b"").unwrap(), b"[user] name = A\n");
        for other in ["[hook \"Hook-pre-push\"]\n", "[hook \"hook-pre-push2\"]\n", "[hooks \"hook-pre-push\"]\n"] {
            assert_eq!(edit(other.as_bytes(), &names(), b"").unwrap(), other.as_bytes());
        }
    }

    #[test]
    fn what_git_cannot_read_is_not_edited() {
        for text in
            ["[core", "[core \"x\n\"]", "[core]\n\t= x\n", "[core]\n\ta = \"x\n", "[core]\n\ta = \\x\n", "[a \"b\" ]"]
        {
            assert_eq!(edit(text.as_bytes(), &names(), OURS.as_bytes()), None, "{text:?}");
        }
    }
}
