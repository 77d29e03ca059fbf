//! The text of git's configuration, read as git's own parser reads it (`config.c`), as far as it takes to find the
//! sections of ours however they are spelled, and the edit that puts ours in or takes them out and leaves every other
//! byte as it is.

use std::ops::Range;

/// Stands after the first header of ours where a text did not end with a newline, with how many had to be added.
const ADDED: &[u8] = b" # newlines added before this: ";

/// A piece of a configuration.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    /// `[…]`; the name in git's spelling, as in `hook.hook-pre-push`.
    Header { name: Vec<u8>, span: Range<usize> },
    /// A key with its value, up to and including the newline.
    Key { end: usize },
}

/// How a text ends, and so what has to come before something that is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// With a newline, or it is empty.
    Whole,
    /// In the middle of a line.
    Open,
    /// With a backslash, or with one and a newline: the value goes on.
    Continued { newlines: usize },
}

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

/// Every header and key; `None` where git would give up.
fn parse(text: &[u8]) -> Option<(Vec<Piece>, End)> {
    let start = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let mut reader = Reader { text, at: start };
    let mut pieces = Vec::new();
    let mut end = if text.is_empty() || text.ends_with(b"\n") { End::Whole } else { End::Open };
    loop {
        let begun = reader.at;
        match reader.next() {
            None => return Some((pieces, end)),
            Some(b'#' | b';') => while reader.next().is_some_and(|byte| byte != b'\n') {},
            Some(byte) if is_space(byte) => {}
            Some(b'[') => {
                let name = reader.header()?;
                pieces.push(Piece::Header { name, span: begun..reader.at });
            }
            Some(byte) if byte.is_ascii_alphabetic() => {
                if let Some(continued) = reader.key()? {
                    end = continued;
                }
                pieces.push(Piece::Key { end: reader.at });
            }
            Some(_) => return None,
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// The text, byte by byte, a carriage return before a newline left out.
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<u8> {
        let byte = *self.text.get(self.at)?;
        self.at += 1;
        if byte == b'\r' && self.text.get(self.at) == Some(&b'\n') {
            self.at += 1;
            return Some(b'\n');
        }
        Some(byte)
    }

    /// What follows `[`, up to `]`.
    fn header(&mut self) -> Option<Vec<u8>> {
        let mut name = Vec::new();
        loop {
            match self.next()? {
                b']' => return Some(name),
                byte if is_space(byte) => return self.subsection(byte, name),
                byte if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.' => {
                    name.push(byte.to_ascii_lowercase());
                }
                _ => return None,
            }
        }
    }

    fn subsection(&mut self, mut byte: u8, mut name: Vec<u8>) -> Option<Vec<u8>> {
        while is_space(byte) {
            if byte == b'\n' {
                return None;
            }
            byte = self.next()?;
        }
        if byte != b'"' {
            return None;
        }
        name.push(b'.');
        loop {
            match self.next()? {
                b'\n' => return None,
                b'"' => return (self.next()? == b']').then_some(name),
                b'\\' => name.push(self.next().filter(|&byte| byte != b'\n')?),
                byte => name.push(byte),
            }
        }
    }

    /// The rest of a key, and its value; how the text ends, if it ends within it after a backslash.
    fn key(&mut self) -> Option<Option<End>> {
        let mut byte = self.next();
        while byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            byte = self.next();
        }
        while byte.is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
            byte = self.next();
        }
        match byte {
            None | Some(b'\n') => Some(None),
            Some(b'=') => self.value(),
            Some(_) => None,
        }
    }

    fn value(&mut self) -> Option<Option<End>> {
        let (mut quoted, mut comment) = (false, false);
        loop {
            match self.next() {
                None | Some(b'\n') if quoted => return None,
                None | Some(b'\n') => return Some(None),
                Some(_) if comment => {}
                Some(b';' | b'#') if !quoted => comment = true,
                Some(b'"') => quoted = !quoted,
                Some(b'\\') => match self.next() {
                    None if quoted => return None,
                    None => return Some(Some(End::Continued { newlines: 2 })),
                    Some(b'\n') if self.at == self.text.len() && !quoted => {
                        return Some(Some(End::Continued { newlines: 1 }));
                    }
                    Some(b'\n' | b't' | b'b' | b'n' | b'\\' | b'"') => {}
                    Some(_) => return None,
                },
                Some(_) => {}
            }
        }
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
