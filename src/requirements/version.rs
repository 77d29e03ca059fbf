//! PEP 440 versions from text, by packaging 26.3's `VERSION_PATTERN`.
//!
//! Written by hand because pep440_rs refuses spellings that pip accepts (`1.0a-`, `1.0-1dev`) and because numbers beyond
//! 64 bits must be told from nonsense.

use pep440_rs::{LocalSegment, Prerelease, PrereleaseKind, Version};

/// Why a text is not a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VersionError {
    /// The text is no PEP 440 version from this byte on.
    At(usize),
    /// A number that ends at this byte does not fit into 64 bits.
    TooBig(usize),
}

/// Reads `text`, all of it.
pub(super) fn parse(text: &str) -> Result<Version, VersionError> {
    let (version, end) = parse_prefix(text)?;
    if end == text.len() { Ok(version) } else { Err(VersionError::At(end)) }
}

/// Reads a version at the start of `text` and says where it ends.
pub(super) fn parse_prefix(text: &str) -> Result<(Version, usize), VersionError> {
    let mut scan = Scan { bytes: text.as_bytes(), at: 0 };
    scan.eat(|byte| byte | 0x20 == b'v');
    let mut first = scan.number()?.ok_or(VersionError::At(scan.at))?;
    let mut epoch = 0;
    if scan.eat(|byte| byte == b'!') {
        epoch = first;
        first = scan.number()?.ok_or(VersionError::At(scan.at))?;
    }
    // Room for what versions usually have.
    let mut release = Vec::with_capacity(4);
    release.push(first);
    while let Some(next) = scan.after(b".")? {
        release.push(next);
    }
    let mut version = Version::new(release).with_epoch(epoch).with_pre(scan.pre()?).with_post(scan.post()?);
    version = version.with_dev(scan.word(&["dev"])?.map(|(_, number)| number)).with_local(scan.local()?);
    Ok((version, scan.at))
}

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Scan<'_> {
    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn eat(&mut self, wanted: impl Fn(u8) -> bool) -> bool {
        let found = self.rest().first().is_some_and(|&byte| wanted(byte));
        self.at += usize::from(found);
        found
    }

    fn number(&mut self) -> Result<Option<u64>, VersionError> {
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut value = 0_u64;
        for &digit in &self.bytes[self.at..self.at + digits] {
            let next = value.checked_mul(10).and_then(|value| value.checked_add(u64::from(digit - b'0')));
            value = next.ok_or(VersionError::TooBig(self.at + digits))?;
        }
        self.at += digits;
        Ok((digits > 0).then_some(value))
    }

    /// A number right after one of `separators`; nothing is read otherwise.
    fn after(&mut self, separators: &[u8]) -> Result<Option<u64>, VersionError> {
        let start = self.at;
        if self.eat(|byte| separators.contains(&byte))
            && let Some(number) = self.number()?
        {
            return Ok(Some(number));
        }
        self.at = start;
        Ok(None)
    }

    /// `[-_.]?WORD[-_.]?[0-9]*`, the first of `words` that is there; nothing is read otherwise.
    fn word(&mut self, words: &[&str]) -> Result<Option<(usize, u64)>, VersionError> {
        let start = self.at;
        self.eat(is_separator);
        let rest = self.rest();
        let starts =
            |word: &&str| rest.get(..word.len()).is_some_and(|have| have.eq_ignore_ascii_case(word.as_bytes()));
        let Some(index) = words.iter().position(starts) else {
            self.at = start;
            return Ok(None);
        };
        self.at += words[index].len();
        // packaging takes the separator even where no number follows: `1.0a-` is 1.0a0.
        self.eat(is_separator);
        Ok(Some((index, self.number()?.unwrap_or(0))))
    }

    fn pre(&mut self) -> Result<Option<Prerelease>, VersionError> {
        const WORDS: &[&str] = &["alpha", "beta", "preview", "pre", "a", "b", "c", "rc"];
        const KINDS: &[PrereleaseKind] = &[
            PrereleaseKind::Alpha,
            PrereleaseKind::Beta,
            PrereleaseKind::Rc,
            PrereleaseKind::Rc,
            PrereleaseKind::Alpha,
            PrereleaseKind::Beta,
            PrereleaseKind::Rc,
            PrereleaseKind::Rc,
        ];
        let found = self.word(WORDS)?;
        Ok(found.and_then(|(index, number)| KINDS.get(index).map(|&kind| Prerelease { kind, number })))
    }

    fn post(&mut self) -> Result<Option<u64>, VersionError> {
        if let Some(number) = self.after(b"-")? {
            return Ok(Some(number));
        }
        Ok(self.word(&["post", "rev", "r"])?.map(|(_, number)| number))
    }

    fn local(&mut self) -> Result<Vec<LocalSegment>, VersionError> {
        let mut segments = Vec::new();
        let mut end = self.at;
        let mut separator = self.eat(|byte| byte == b'+');
        while separator {
            let length = self.rest().iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            let segment = &self.bytes[self.at..self.at + length];
            if segment.is_empty() {
                break;
            }
            if segment.iter().all(u8::is_ascii_digit) {
                segments.push(LocalSegment::Number(self.number()?.unwrap_or(0)));
            } else {
                segments.push(LocalSegment::String(String::from_utf8_lossy(segment).to_ascii_lowercase()));
                self.at += length;
            }
            end = self.at;
            separator = self.eat(is_separator);
        }
        self.at = end;
        Ok(segments)
    }
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b'-' | b'_' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_that_pip_accepts() {
        for (text, canonical) in [
            ("1.0", "1.0"),
            ("v1.0", "1.0"),
            ("1!2.0", "1!2.0"),
            ("1.0-1", "1.0.post1"),
            ("1.0RC1", "1.0rc1"),
            ("1.0c1", "1.0rc1"),
            ("1.0.preview_3", "1.0rc3"),
            ("1.0a-", "1.0a0"),
            ("1.0a--1", "1.0a0.post1"),
            ("1.0a.post1", "1.0a0.post1"),
            ("1.0a..post1", "1.0a0.post1"),
            ("1.0-1dev", "1.0.post1.dev0"),
            ("1.0r4.dev5", "1.0.post4.dev5"),
            ("1.0.dev", "1.0.dev0"),
            ("1.0dev.", "1.0.dev0"),
            ("1.0+LOCAL.1-b", "1.0+local.1.b"),
            ("1.0+007", "1.0+7"),
            ("01.002", "1.2"),
        ] {
            assert_eq!(parse(text).map(|version| version.to_string()).as_deref(), Ok(canonical), "{text}");
        }
    }

    #[test]
    fn the_first_bad_byte_is_told() {
        for (text, at) in
            [("2004d", 4), ("1.0-SNAPSHOT", 3), ("*", 0), ("", 0), ("1.*", 1), ("1.0+", 3), ("1.0+a_", 5), ("1..0", 1)]
        {
            assert_eq!(parse(text), Err(VersionError::At(at)), "{text}");
        }
        assert_eq!(parse("1.18446744073709551616"), Err(VersionError::TooBig(22)));
        assert_eq!(
            parse("18446744073709551615").map(|version| version.to_string()).as_deref(),
            Ok("18446744073709551615")
        );
    }
}
