//! The edits themselves. A pin's version bytes are replaced and nothing else: comments, extras, markers, order, spaces
//! and line ends stay. Hashes belong to a version, so they go with it, and new ones come in their places.

use std::ops::Range;

use crate::requirements::{self, Entry, EntryKind, GlobalOption, Requirement};
use crate::source::{RepoPath, Span};

/// A UTF-8 byte order mark, which is no part of a file's text.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// What a pin becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// The version.
    pub(super) version: String,
    /// Its hashes, as `sha256:…`.
    pub(super) hashes: Vec<String>,
}

/// Replacements of byte ranges of a text.
type Pieces = Vec<(Range<usize>, String)>;

/// `bytes` with the pins that `target` answers for moved; itself where the file cannot be edited in place.
pub(super) fn retargeted<'t>(
    path: &RepoPath,
    bytes: &[u8],
    target: impl Fn(&Requirement) -> Option<&'t Target>,
) -> Vec<u8> {
    edited(path, bytes, |entry, text| {
        let EntryKind::Requirement(one) = &entry.kind else { return Vec::new() };
        let Some((target, version)) = target(one).zip(one.version_span) else { return Vec::new() };
        let mut pieces = vec![(range(version), target.version.clone())];
        pieces.extend(hashes(entry, text, &target.hashes));
        pieces
    })
}

/// `bytes` as a resolver shall see it: each pin that `loosened` answers for says that instead, and nothing asks for
/// hashes, which would be those of the old versions.
pub(super) fn loosened(path: &RepoPath, bytes: &[u8], loosened: impl Fn(&Requirement) -> Option<String>) -> Vec<u8> {
    let strict = |options: &[GlobalOption]| options.iter().any(|option| option.name == "--require-hashes");
    edited(path, bytes, |entry, text| match &entry.kind {
        EntryKind::Options(options) if strict(options) && options.len() == 1 => {
            vec![(range(entry.span), String::new())]
        }
        EntryKind::Requirement(one) => {
            let mut pieces = hashes(entry, text, &[]);
            if let Some((said, span)) = loosened(one).zip(one.specifier_span) {
                pieces.push((range(span), said));
            }
            pieces
        }
        EntryKind::Options(_) | EntryKind::Include(_) | EntryKind::Invalid => Vec::new(),
    })
}

fn edited(path: &RepoPath, bytes: &[u8], pieces: impl Fn(&Entry, &str) -> Pieces) -> Vec<u8> {
    let file = requirements::read(path.clone(), bytes);
    let mark = if bytes.starts_with(MARK) { MARK.len() } else { 0 };
    let text = file.source.text();
    if !file.is_plain() || bytes.get(mark..) != Some(text.as_bytes()) {
        return bytes.to_vec();
    }
    let mut all: Pieces = file.entries.iter().flat_map(|entry| pieces(entry, text)).collect();
    all.sort_by_key(|(range, _)| range.start);
    let mut out = bytes.to_vec();
    // From the end, so that the places before stay where they are.
    for (range, by) in all.into_iter().rev() {
        let range = range.start + mark..range.end + mark;
        if out.get(range.clone()).is_some() {
            out.splice(range, by.into_bytes());
        }
    }
    out
}

fn range(span: Span) -> Range<usize> {
    span.start..span.end
}

/// The hashes of `entry` replaced by `new`, each set off from what stands before it as the first one was.
fn hashes(entry: &Entry, text: &str, new: &[String]) -> Pieces {
    let whole = text.get(range(entry.span)).unwrap_or_default();
    let mut found: Pieces = Vec::new();
    let mut gap = String::new();
    let mut at = 0;
    while let Some(here) = whole.get(at..).and_then(|rest| rest.find("--hash")) {
        let start = at + here;
        let before = whole[..start].trim_end_matches([' ', '\t', '\\', '\r', '\n']).len();
        let rest = &whole[start + "--hash".len()..];
        let value = rest.trim_start_matches(['=', ' ', '\t']);
        let length = value.find([' ', '\t', '\\', '\r', '\n']).unwrap_or(value.len());
        let end = whole.len() - value.len() + length;
        if found.is_empty() {
            gap = whole[before..start].to_owned();
        }
        found.push((entry.span.start + before..entry.span.start + end, String::new()));
        at = end;
    }
    if let Some((_, by)) = found.first_mut() {
        *by = new.iter().map(|hash| format!("{gap}--hash={hash}")).collect();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path() -> RepoPath {
        RepoPath::new(b"requirements.txt").unwrap()
    }

    fn moved(text: &str, hashes: &[&str]) -> String {
        let target = Target { version: "2.0".to_owned(), hashes: hashes.iter().map(|&hash| hash.to_owned()).collect() };
        let bytes = retargeted(&path(), text.as_bytes(), |one| {
            one.name.as_ref().is_some_and(|name| name.as_str() == "alpha").then_some(&target)
        });
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn only_the_version_bytes_change() {
        for (before, after) in [
            ("alpha==1.0\n", "alpha==2.0\n"),
            (
                "\u{feff}# ä\r\n  Alpha [a, b] === 1.0 ; python_version > '3' # why 1.0\r\nbeta==1.0",
                "\u{feff}# ä\r\n  Alpha [a, b] === 2.0 ; python_version > '3' # why 1.0\r\nbeta==1.0",
            ),
            ("alpha (==1.0)\n", "alpha (==2.0)\n"),
            ("alpha>=1.0\nalpha==1.*\n", "alpha>=2.0\nalpha==2.0.*\n"),
        ] {
            assert_eq!(moved(before, &[]), after);
        }
    }

    #[test]
    fn hashes_go_with_their_version() {
        let (one, two) = ("sha256:".to_owned() + &"1".repeat(64), "sha256:".to_owned() + &"2".repeat(64));
        let old = format!("alpha==1.0 \\\r\n    --hash={one} \\\r\n    --hash={one}  # c\r\nbeta==1 --hash {one}\r\n");
        let new = format!("alpha==2.0 \\\r\n    --hash={two}  # c\r\nbeta==1 --hash {one}\r\n");
        assert_eq!(moved(&old, &[&two]), new);
        let none = format!("alpha==2.0  # c\r\nbeta==1 --hash {one}\r\n");
        assert_eq!(moved(&old, &[]), none);
        assert_eq!(
            moved(&format!("alpha==1.0 --hash {one}\n"), &[&two, &one]),
            format!("alpha==2.0 --hash={two} --hash={one}\n")
        );
    }

    #[test]
    fn a_resolver_sees_ranges_and_no_hashes() {
        let hash = "sha256:".to_owned() + &"1".repeat(64);
        let text = format!(
            "--require-hashes\n-r base.txt\nalpha[x]==1.0 ; python_version > '3' --hash={hash}\nbeta==1 \\\n  --hash={hash}\n"
        );
        let said = loosened(&path(), text.as_bytes(), |one| {
            one.name.as_ref().is_some_and(|name| name.as_str() == "alpha").then(|| ">=1.0,<2".to_owned())
        });
        assert_eq!(
            String::from_utf8(said).unwrap(),
            "\n-r base.txt\nalpha[x]>=1.0,<2 ; python_version > '3'\nbeta==1\n"
        );
    }
}
