//! The text of git's configuration, read as git's own parser reads it (`config.c`), as far as it takes to tell where each
//! section begins and ends.

use std::ops::Range;

/// A piece of a configuration.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// `[…]`; the name in git's spelling, as in `hook.hook-pre-push`.
    Header { name: Vec<u8>, span: Range<usize> },
    /// A key with its value, up to and including the newline.
    Key { end: usize },
}

/// How a text ends, and so what has to come before something that is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With a newline, or it is empty.
    Whole,
    /// In the middle of a line.
    Open,
    /// With a backslash, or with one and a newline: the value goes on.
    Continued { newlines: usize },
}

/// Every header and key; `None` where git would give up.
pub(super) fn parse(text: &[u8]) -> Option<(Vec<Piece>, End)> {
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
