//! The sh script that git runs: its text, which stands in `hooks/` and differs between clones in two lines, and how
//! to know one when it is met again.

use std::path::Path;

use super::{ChainedName, Event};

/// The number in the signature line of the shims that this version writes.
pub const VERSION: u32 = 2;

/// How many bytes of a file are searched for the signature, as a hook may be a large binary.
const SIGNATURE_WITHIN: usize = 4096;
const SIGNATURE: &[u8] = b"# freeze-guard shim ";
const PROGRAM_LINE: &[u8] = b"\nhook=";
const PLACEHOLDER: &[u8] = b"\nhook='@HOOK@'\nchained=";
const CHAINED_LINE: &[u8] = b"\nchained=";

/// A file that says it is a shim of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShimVersion {
    /// The number in its signature line; [`VERSION`] for those of today.
    pub number: u32,
    /// The event it was written for.
    pub event: Event,
    /// Whether it is still as we wrote it.
    pub edits: Edits,
    /// The program it runs, as bytes of a path; `None` if its line cannot be read.
    pub program: Option<Vec<u8>>,
    /// The name of the hook chained to it; the first one for a shim too old to say.
    pub chained: ChainedName,
}

/// What became of a shim since it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edits {
    /// Nothing: it is ours but for the program's path and the chained hook's name.
    Untouched,
    /// Only its line endings were converted, which leaves it unable to run.
    LineEndings,
    /// Somebody changed it.
    Edited,
    /// It is of another version, whose text this one does not know.
    Unknown,
}

/// The shim for `event` that runs the program at the absolute path `binary`, with the usual name for a chained hook.
pub fn shim(event: Event, binary: &Path) -> Vec<u8> {
    shim_beside(ChainedName::first(event), binary)
}

/// The shim for the event of `chained`, which is the name of the hook to run besides.
pub fn shim_beside(chained: ChainedName, binary: &Path) -> Vec<u8> {
    let (head, tail) = template(chained.event());
    let mut out = head.to_vec();
    out.extend_from_slice(PROGRAM_LINE);
    out.extend_from_slice(&quote(&program_bytes(binary)));
    out.extend_from_slice(CHAINED_LINE);
    out.extend_from_slice(chained.to_string().as_bytes());
    out.push(b'\n');
    out.extend_from_slice(tail);
    out
}

/// Whether `bytes` are a shim of ours, of any version, and in what condition.
pub fn recognise(bytes: &[u8]) -> Option<ShimVersion> {
    let head = bytes.get(..SIGNATURE_WITHIN).unwrap_or(bytes);
    let line = head.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(SIGNATURE))?;
    let line = std::str::from_utf8(line.strip_suffix(b"\r").unwrap_or(line)).ok()?;
    let (number, event) = line.split_once(' ')?;
    let (number, event) = (number.parse().ok()?, Event::parse(event)?);
    let parts = parts_of(bytes);
    let edits = match (number, &parts) {
        (VERSION, Some(parts)) if parts.is_ours(event) => Edits::Untouched,
        (VERSION, _) => compare(&without_carriage_returns(bytes), event),
        _ => Edits::Unknown,
    };
    let (program, chained) = parts.map_or((None, None), |parts| (Some(parts.program), parts.chained));
    let chained = chained.filter(|name| name.event() == event).unwrap_or(ChainedName::first(event));
    Some(ShimVersion { number, event, edits, program, chained })
}

/// How far a shim is from ours whose line endings were put right and which differed before.
fn compare(bytes: &[u8], event: Event) -> Edits {
    match parts_of(bytes) {
        Some(parts) if parts.is_ours(event) => Edits::LineEndings,
        _ => Edits::Edited,
    }
}

/// The text before and after the two lines that differ.
fn template(event: Event) -> (&'static [u8], &'static [u8]) {
    let text: &'static [u8] = match event {
        Event::PreCommit => include_bytes!("../../hooks/pre-commit"),
        Event::PreMergeCommit => include_bytes!("../../hooks/pre-merge-commit"),
        Event::PrePush => include_bytes!("../../hooks/pre-push"),
        Event::PreApplypatch => include_bytes!("../../hooks/pre-applypatch"),
        Event::PreReceive => include_bytes!("../../hooks/pre-receive"),
    };
    let after_line = |(head, rest)| Some((head, split_at(rest, b"\n")?.1));
    split_at(text, PLACEHOLDER).and_then(after_line).unwrap_or((text, b""))
}

/// A shim taken apart.
struct Parts<'a> {
    head: &'a [u8],
    program: Vec<u8>,
    /// `None` in a shim of version 1, which had one name only.
    chained: Option<ChainedName>,
    tail: &'a [u8],
}

impl Parts<'_> {
    fn is_ours(&self, event: Event) -> bool {
        (self.head, self.tail) == template(event) && self.chained.is_some_and(|name| name.event() == event)
    }
}

fn parts_of(bytes: &[u8]) -> Option<Parts<'_>> {
    let (head, rest) = split_at(bytes, PROGRAM_LINE)?;
    let (program, rest) = unquote(rest)?;
    match rest.strip_prefix(CHAINED_LINE) {
        Some(rest) => {
            let (name, tail) = split_at(rest, b"\n")?;
            let chained = std::str::from_utf8(name).ok().and_then(ChainedName::parse);
            Some(Parts { head, program, chained, tail })
        }
        None => Some(Parts { head, program, chained: None, tail: rest.strip_prefix(b"\n")? }),
    }
}

fn split_at<'a>(bytes: &'a [u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(separator.len()).position(|window| window == separator)?;
    Some((bytes.get(..at)?, bytes.get(at + separator.len()..)?))
}

/// `bytes` as one word for sh, in single quotes.
pub(super) fn quote(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![b'\''];
    for &byte in bytes {
        match byte {
            b'\'' => out.extend_from_slice(b"'\\''"),
            _ => out.push(byte),
        }
    }
    out.push(b'\'');
    out
}

/// Undoes [`quote`]; also gives what follows the word.
pub(super) fn unquote(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut out = Vec::new();
    let mut rest = text.strip_prefix(b"'")?;
    loop {
        let end = rest.iter().position(|&byte| byte == b'\'')?;
        let (part, after) = rest.split_at(end);
        out.extend_from_slice(part);
        match after.strip_prefix(b"'\\''") {
            Some(more) => {
                out.push(b'\'');
                rest = more;
            }
            None => return Some((out, after.get(1..)?)),
        }
    }
}

#[cfg(not(windows))]
pub(super) fn program_bytes(binary: &Path) -> Vec<u8> {
    binary.as_os_str().as_encoded_bytes().to_vec()
}

/// Git's sh on Windows takes both separators, and a backslash only invites trouble.
#[cfg(windows)]
pub(super) fn program_bytes(binary: &Path) -> Vec<u8> {
    binary.as_os_str().as_encoded_bytes().iter().map(|&byte| if byte == b'\\' { b'/' } else { byte }).collect()
}

fn without_carriage_returns(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(text) => {
                out.extend_from_slice(text);
                out.push(b'\n');
            }
            None => out.extend_from_slice(line),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_shims_differ_in_their_event_only() {
        let (commit_head, commit_tail) = template(Event::PreCommit);
        for event in Event::ALL {
            let (head, tail) = template(event);
            assert!(!head.contains(&b'\r') && !tail.contains(&b'\r'), "{event} has a carriage return");
            let head = String::from_utf8(head.to_vec()).unwrap();
            assert_eq!(head.replace(event.name(), "pre-commit").as_bytes(), commit_head);
            let second =
                |tail: &[u8]| tail.split(|&byte| byte == b'\n').skip(1).map(<[u8]>::to_vec).collect::<Vec<_>>();
            assert!(tail.starts_with(format!("event={event} retry='git ").as_bytes()));
            assert_eq!(second(tail), second(commit_tail));
        }
    }

    #[test]
    fn a_shim_is_recognised_whatever_the_path() {
        for path in ["/a/hook", "/a b/it's/$HOME/`x`/hook", "/a\nhook='x'\nb/hook", "/''/\\/hook", "/a\r\nb"] {
            let bytes = shim(Event::PrePush, Path::new(path));
            let seen = recognise(&bytes).unwrap();
            assert_eq!((seen.number, seen.event, seen.edits), (VERSION, Event::PrePush, Edits::Untouched), "{path}");
            assert_eq!(seen.program.as_deref(), Some(path.as_bytes()));
        }
    }

    #[test]
    fn edits_line_endings_and_other_versions_are_told_apart() {
        let ours = shim(Event::PreCommit, Path::new("/bin/hook"));
        let mut edited = ours.clone();
        edited.extend_from_slice(b"echo more\n");
        assert_eq!(recognise(&edited).unwrap().edits, Edits::Edited);

        let text = String::from_utf8(ours.clone()).unwrap();
        assert_eq!(recognise(text.replace('\n', "\r\n").as_bytes()).unwrap().edits, Edits::LineEndings);
        let older = text.replace("shim 2 ", "shim 0 ");
        let seen = recognise(older.as_bytes()).unwrap();
        assert_eq!((seen.number, seen.edits, seen.program.as_deref()), (0, Edits::Unknown, Some(&b"/bin/hook"[..])));
        assert_eq!(recognise(text.replace("hook='/bin/hook'", "hook=$X").as_bytes()).unwrap().edits, Edits::Edited);
    }

    #[test]
    fn a_stranger_is_not_ours() {
        assert_eq!(recognise(b""), None);
        assert_eq!(recognise(b"#!/bin/sh\necho '# freeze-guard shim 1 pre-commit'\n"), None);
        assert_eq!(recognise(b"# freeze-guard shim one pre-commit\n"), None);
        assert_eq!(recognise(b"# freeze-guard shim 1 post-commit\n"), None);
        let mut late = vec![b'\n'; SIGNATURE_WITHIN];
        late.extend_from_slice(&shim(Event::PreCommit, Path::new("/h")));
        assert_eq!(recognise(&late), None);
    }
}
