//! Bytes to text, as pip's `_decode_req_file` does it (pip 26.3): byte order marks, then a coding line, then UTF-8.
//!
//! pip really decodes what a coding line names, `utf-7` and `unicode_escape` included, so that a line may install what
//! no reader of the bytes can see. Encodings that change ASCII are therefore refused by name.

use std::ops::Range;

use super::problem::Notice;
use super::text::quote;

/// A decoded file.
#[derive(Debug)]
pub(super) struct Decoded {
    /// Its text, byte order mark removed. Where decoding failed: what can be shown of it.
    pub(super) text: String,
    /// The encoding's name.
    pub(super) encoding: &'static str,
    /// What there is to say about it; positions are bytes of `text`.
    pub(super) notices: Vec<Notice>,
    /// Whether `text` is what pip reads.
    pub(super) readable: bool,
}

#[derive(Clone, Copy)]
enum Unit {
    Utf8,
    Utf16(fn([u8; 2]) -> u16),
    Utf32(fn([u8; 4]) -> u32),
}

// UTF-32 LE starts with the mark of UTF-16 LE and has to be asked first.
const MARKS: &[(&[u8], &str, Unit)] = &[
    (b"\xef\xbb\xbf", "utf-8", Unit::Utf8),
    (b"\xff\xfe\0\0", "utf-32-le", Unit::Utf32(u32::from_le_bytes)),
    (b"\0\0\xfe\xff", "utf-32-be", Unit::Utf32(u32::from_be_bytes)),
    (b"\xff\xfe", "utf-16-le", Unit::Utf16(u16::from_le_bytes)),
    (b"\xfe\xff", "utf-16-be", Unit::Utf16(u16::from_be_bytes)),
];

/// Decodes `bytes`.
pub(super) fn decode(bytes: &[u8]) -> Decoded {
    for &(mark, name, unit) in MARKS {
        if let Some(rest) = bytes.strip_prefix(mark) {
            return second_mark(match unit {
                Unit::Utf8 => utf8(rest, name),
                Unit::Utf16(read) => wide(name, utf16(rest, read)),
                Unit::Utf32(read) => wide(name, utf32(rest, read)),
            });
        }
    }
    match cookie(bytes).map(|name| (name, Declared::of(name))) {
        None => utf8(bytes, "utf-8"),
        Some((_, Declared::Utf8)) => utf8(bytes, "utf-8"),
        Some((_, Declared::Ascii)) if bytes.is_ascii() => utf8(bytes, "ascii"),
        Some((_, Declared::Ascii)) => unreadable(
            bytes,
            "ascii",
            "the first lines declare ASCII, and a byte above 127 follows",
            "remove the coding line: pip reads UTF-8 without it",
        ),
        Some((_, Declared::Latin1)) => latin1(bytes),
        Some((name, Declared::Other)) => unsupported(bytes, name),
    }
}

/// [`decode`] for bytes that nobody else needs: plain UTF-8, which nearly every file is, is not copied.
pub(super) fn decode_owned(bytes: Vec<u8>) -> Decoded {
    if MARKS.iter().any(|(mark, ..)| bytes.starts_with(mark)) || cookie(&bytes).is_some() {
        return decode(&bytes);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Decoded { text, encoding: "utf-8", notices: Vec::new(), readable: true },
        Err(error) => decode(error.as_bytes()),
    }
}

enum Declared {
    Utf8,
    Ascii,
    Latin1,
    Other,
}

impl Declared {
    fn of(name: &[u8]) -> Self {
        let name = String::from_utf8_lossy(name).to_ascii_lowercase().replace('_', "-");
        match name.as_str() {
            "utf-8" | "utf8" | "u8" | "utf-8-sig" => Self::Utf8,
            "ascii" | "us-ascii" | "646" => Self::Ascii,
            "latin-1" | "latin1" | "latin" | "l1" | "iso-8859-1" | "iso8859-1" | "8859" | "cp819" => Self::Latin1,
            _ => Self::Other,
        }
    }
}

/// pip's search for a PEP 263-like coding line: in the first two pieces between `\n` whose first byte is `#`, anywhere
/// in them, `coding[:=]\s*([-\w.]+)`.
fn cookie(bytes: &[u8]) -> Option<&[u8]> {
    bytes.split(|&byte| byte == b'\n').take(2).filter(|line| line.first() == Some(&b'#')).find_map(cookie_in)
}

fn cookie_in(line: &[u8]) -> Option<&[u8]> {
    let mut rest = line;
    loop {
        let at = rest.windows(7).position(|window| matches!(window, b"coding:" | b"coding="))?;
        rest = &rest[at + 7..];
        let space = rest.iter().take_while(|&&byte| matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c)).count();
        let value = &rest[space..];
        let name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let length = value.iter().take_while(name).count();
        if length > 0 {
            return Some(&value[..length]);
        }
    }
}

fn utf8(bytes: &[u8], encoding: &'static str) -> Decoded {
    match std::str::from_utf8(bytes) {
        Ok(text) => Decoded { text: text.to_owned(), encoding, notices: Vec::new(), readable: true },
        Err(_) => unreadable(
            bytes,
            encoding,
            "this is not UTF-8, and pip would guess the encoding from the machine it runs on",
            "save the file as UTF-8: `iconv -f WINDOWS-1252 -t UTF-8 FILE`",
        ),
    }
}

/// What can be shown of bytes that are not text, with the first bad byte marked.
fn unreadable(bytes: &[u8], encoding: &'static str, message: &str, help: &str) -> Decoded {
    let good = match std::str::from_utf8(bytes) {
        Ok(text) => text.bytes().take_while(u8::is_ascii).count(),
        Err(error) => error.valid_up_to(),
    };
    let byte = bytes.get(good).copied().unwrap_or_default();
    let text = String::from_utf8_lossy(bytes).into_owned();
    let width = text.get(good..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let message = format!("byte 0x{byte:02X} cannot be read: {message}");
    let notices = vec![Notice::invalid(good..good + width, message).help(help)];
    Decoded { text, encoding, notices, readable: false }
}

fn unsupported(bytes: &[u8], name: &[u8]) -> Decoded {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let shown = String::from_utf8_lossy(name);
    let start = text.find(&*shown).unwrap_or(0);
    let end = (start + shown.len()).min(text.len());
    let message = format!(
        "the file declares the encoding {}, and pip decodes it so; what it would install cannot be checked here",
        quote(&shown)
    );
    let help = "save the file as UTF-8 and remove the word `coding` from its first two lines";
    Decoded {
        text,
        encoding: "unknown",
        notices: vec![Notice::invalid(start..end, message).help(help)],
        readable: false,
    }
}

fn latin1(bytes: &[u8]) -> Decoded {
    let text: String = bytes.iter().map(|&byte| byte as char).collect();
    let mut notices = Vec::new();
    if let Some(at) = text.bytes().position(|byte| !byte.is_ascii()) {
        let end = text[at..].chars().next().map_or(at, |char| at + char.len_utf8());
        let message = "the coding line makes pip read Latin-1, uv reads UTF-8 and refuses this character";
        notices.push(Notice::odd(at..end, message).help("save the file as UTF-8 and remove the coding line"));
    }
    Decoded { text, encoding: "latin-1", notices, readable: true }
}

fn wide(encoding: &'static str, result: Result<String, Range<usize>>) -> Decoded {
    match result {
        Ok(text) => {
            let message = format!("the file is {encoding}: git shows it as binary, and not every tool reads it");
            let notice = Notice::odd(0..0, message).help("save the file as UTF-8: `iconv -f UTF-16 -t UTF-8 FILE`");
            Decoded { text, encoding, notices: vec![notice], readable: true }
        }
        Err(at) => {
            let message = format!("the file starts as {encoding}, and bytes {}..{} are not", at.start, at.end);
            let notice = Notice::invalid(0..0, message).help("save the file as UTF-8");
            Decoded { text: String::new(), encoding, notices: vec![notice], readable: false }
        }
    }
}

fn utf16(bytes: &[u8], read: fn([u8; 2]) -> u16) -> Result<String, Range<usize>> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(pairs.len());
    let mut at = 0;
    for char in char::decode_utf16(pairs.iter().map(|&pair| read(pair))) {
        let char = char.map_err(|_| at..at + 2)?;
        at += 2 * char.len_utf16();
        text.push(char);
    }
    if rest.is_empty() { Ok(text) } else { Err(at..bytes.len()) }
}

fn utf32(bytes: &[u8], read: fn([u8; 4]) -> u32) -> Result<String, Range<usize>> {
    let (quads, rest) = bytes.as_chunks::<4>();
    let mut text = String::with_capacity(quads.len());
    for (index, &quad) in quads.iter().enumerate() {
        text.push(char::from_u32(read(quad)).ok_or(index * 4..index * 4 + 4)?);
    }
    if rest.is_empty() { Ok(text) } else { Err(quads.len() * 4..bytes.len()) }
}

/// A second mark is text to some decoders and swallowed by others (Python's native UTF-16 even turns the byte order).
fn second_mark(mut decoded: Decoded) -> Decoded {
    if decoded.readable && decoded.text.starts_with(['\u{feff}', '\u{fffe}']) {
        let message = "a second byte order mark: decoders disagree about what follows";
        decoded.notices.push(Notice::invalid(0..3, message).help("save the file as UTF-8 without a byte order mark"));
        decoded.readable = false;
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(bytes: &[u8]) -> String {
        cookie(bytes).map_or(String::new(), |name| String::from_utf8_lossy(name).into_owned())
    }

    #[test]
    fn marks_are_tried_in_pips_order() {
        for (bytes, encoding, text) in [
            (&b"\xef\xbb\xbfsix"[..], "utf-8", "six"),
            (b"\xff\xfes\0i\0", "utf-16-le", "si"),
            (b"\xfe\xff\0s\0i", "utf-16-be", "si"),
            (b"\xff\xfe\0\0s\0\0\0", "utf-32-le", "s"),
            (b"\0\0\xfe\xff\0\0\0s", "utf-32-be", "s"),
        ] {
            let decoded = decode(bytes);
            assert_eq!((decoded.encoding, decoded.text.as_str(), decoded.readable), (encoding, text, true));
        }
        assert!(!decode(b"\xff\xfes\0i").readable);
        assert!(!decode(b"\xff\xfe\xff\xfes\0").readable);
        assert!(!decode(b"\xef\xbb\xbf\xef\xbb\xbfsix").readable);
    }

    #[test]
    fn a_coding_line_is_found_where_pip_finds_it() {
        assert_eq!(declared(b"# decoding: this is hard\n"), "this");
        assert_eq!(declared(b"x\n#coding=\t utf-7"), "utf-7");
        assert_eq!(declared(b" # coding: utf-7\n"), "");
        assert_eq!(declared(b"\n\n# coding: utf-7\n"), "");
        assert_eq!(declared(b"# coding:! coding=a"), "a");
    }

    #[test]
    fn a_coding_line_is_believed_only_where_it_cannot_hide_anything() {
        assert!(!decode(b"# coding: utf-7\nfoo+AD0APQ-1.0").readable);
        assert!(!decode(b"# coding: unicode_escape\nfoo\\x3d\\x3d1.0").readable);
        assert!(decode(b"# -*- coding: UTF_8 -*-\nsix").readable);
        assert_eq!(decode(b"# coding: latin-1\n# \xe9").text, "# coding: latin-1\n# é");
        assert!(!decode(b"# coding: ascii\n# \xc3\xa9").readable);
        assert!(!decode(b"# coding: this is hard\n").readable);
    }

    #[test]
    fn a_byte_that_is_not_utf8_is_pointed_at() {
        let decoded = decode(b"six\n# caf\xe9\n");
        assert_eq!(decoded.notices[0].range, 9..12);
        assert!(decoded.notices[0].message.starts_with("byte 0xE9"));
    }
}
