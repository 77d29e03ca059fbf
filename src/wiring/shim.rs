//! The sh script that git runs: its text, which stands in `hooks/` and differs between clones in two lines, and how
//! to know one when it is met again.
//!
//! Git sees nothing but an exit status, and a file that came to stand at the program's path may well end with 0. So the
//! shim does not become the program by `exec`: it runs it, and passes only if that ends with [`PASSED`]. The one process
//! more costs about a tenth of a millisecond; no proof without one was found, as sh cannot look into a file.

use std::path::Path;

use super::{ChainedName, Event, older};

/// The number in the signature line of the shims that this version writes.
pub const VERSION: u32 = 3;
/// The first of these versions whose shims take [`PASSED`], and nothing else, for a pass.
pub const PASSED_SINCE: u32 = 3;
/// What the program ends with when a shim called it and all is in order: a status that no other program gives by chance.
pub const PASSED: u8 = 79;

/// How many bytes of a file are searched for the signature, as a hook may be a large binary.
const SIGNATURE_WITHIN: usize = 4096;
const SIGNATURE: &[u8] = b"# freeze-guard shim ";
const PROGRAM_LINE: &[u8] = b"\nhook=";
const PLACEHOLDER: &[u8] = b"\nhook='@HOOK@'\nchained=''";
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
    /// The names of the hooks chained to it, in the order in which they run. Shims before version 3 always name one,
    /// whether or not it is there, and those of version 1 do it by silence.
    pub chained: Vec<ChainedName>,
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

impl Edits {
    /// Whether it is what one of our versions wrote, but for what a checkout or an editor does to line endings: nobody
    /// else's work is lost with it.
    pub fn is_as_written(self) -> bool {
        matches!(self, Self::Untouched | Self::LineEndings)
    }
}

/// The shim for `event` that runs the program at the absolute path `binary`, and no hook besides.
pub fn shim(event: Event, binary: &Path) -> Vec<u8> {
    shim_beside(event, &[], binary)
}

/// The shim for `event` that runs `chained` besides, in this order.
pub fn shim_beside(event: Event, chained: &[ChainedName], binary: &Path) -> Vec<u8> {
    let (head, tail) = template(event);
    let mut out = head.to_vec();
    out.extend_from_slice(PROGRAM_LINE);
    out.extend_from_slice(&quote(&program_bytes(binary)));
    out.extend_from_slice(CHAINED_LINE);
    out.extend_from_slice(&quote(ChainedName::list(chained).as_bytes()));
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
        _ => older::edits(number, event, bytes),
    };
    let (program, chained) = parts.map_or((None, None), |parts| (Some(parts.program), parts.chained));
    let chained = chained.unwrap_or_else(|| vec![ChainedName::first(event)]);
    Some(ShimVersion { number, event, edits, program, chained })
}

/// Whether `bytes` are a shim of ours for `event` as a kill or a full disk leaves one: its beginning.
pub(super) fn is_beginning(bytes: &[u8], event: Event) -> bool {
    let (head, tail) = template(event);
    let Some(rest) = bytes.strip_prefix(head) else { return head.starts_with(bytes) };
    let Some(rest) = rest.strip_prefix(PROGRAM_LINE) else { return PROGRAM_LINE.starts_with(rest) };
    // Cut within a path, of which every byte may be part.
    let Some((_, rest)) = unquote(rest) else { return rest.is_empty() || rest.starts_with(b"'") };
    if [&b"\\"[..], b"\\'"].contains(&rest) {
        return true;
    }
    let Some(rest) = rest.strip_prefix(CHAINED_LINE) else { return CHAINED_LINE.starts_with(rest) };
    split_at(rest, b"\n").is_none_or(|(_, rest)| tail.starts_with(rest))
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
    /// `None` in a shim of version 1, which had one name only, and where the line makes no sense.
    chained: Option<Vec<ChainedName>>,
    tail: &'a [u8],
}

impl Parts<'_> {
    fn is_ours(&self, event: Event) -> bool {
        (self.head, self.tail) == template(event)
            && self.chained.as_ref().is_some_and(|names| names.iter().all(|name| name.event() == event))
    }
}

fn parts_of(bytes: &[u8]) -> Option<Parts<'_>> {
    let (head, rest) = split_at(bytes, PROGRAM_LINE)?;
    let (program, rest) = unquote(rest)?;
    match rest.strip_prefix(CHAINED_LINE) {
        Some(rest) => {
            let (line, tail) = split_at(rest, b"\n")?;
            // Without quotes in version 2.
            let names = line.strip_prefix(b"'").and_then(|line| line.strip_suffix(b"'")).unwrap_or(line);
            let chained = std::str::from_utf8(names).ok().and_then(ChainedName::parse_list);
            Some(Parts { head, program, chained, tail })
        }
        None => Some(Parts { head, program, chained: None, tail: rest.strip_prefix(b"\n")? }),
    }
}

pub(super) fn split_at<'a>(bytes: &'a [u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
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

pub(super) fn without_carriage_returns(bytes: &[u8]) -> Vec<u8> {
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
        let older = text.replace("shim 3 ", "shim 0 ");
        let seen = recognise(older.as_bytes()).unwrap();
        assert_eq!((seen.number, seen.edits, seen.program.as_deref()), (0, Edits::Unknown, Some(&b"/bin/hook"[..])));
        assert_eq!(recognise(text.replace("hook='/bin/hook'", "hook=$X").as_bytes()).unwrap().edits, Edits::Edited);
    }

    #[test]
    fn what_is_cut_is_known_for_a_beginning() {
        let ours = shim_beside(Event::PrePush, &[ChainedName::first(Event::PrePush)], Path::new("/it's/hook"));
        for end in 0..=ours.len() {
            assert!(is_beginning(&ours[..end], Event::PrePush), "{end}");
        }
        for other in [&b"#!/bin/sh\necho"[..], b"#!/bin/bash\n", b"x", &[&ours[..], b"more"].concat(), &ours[1..]] {
            assert!(!is_beginning(other, Event::PrePush));
        }
        assert!(!is_beginning(&ours, Event::PreCommit));
    }

    #[test]
    fn what_older_versions_wrote_is_recognised() {
        let of = |text: &str, name: &str| {
            let text = text.replace("@HOOK@", "/it's/hook".replace('\'', "'\\''").as_str());
            let seen = recognise(text.as_bytes()).unwrap();
            assert_eq!((seen.event, seen.edits), (Event::PreCommit, Edits::Untouched));
            assert_eq!(seen.program.as_deref(), Some(&b"/it's/hook"[..]));
            assert_eq!(ChainedName::list(&seen.chained), name);
            seen.number
        };
        assert_eq!(of(include_str!("../../hooks/older/shim-1"), "pre-commit.hook-chained"), 1);
        let second = include_str!("../../hooks/older/shim-2");
        assert_eq!(of(second, "pre-commit.hook-chained"), 2);
        assert_eq!(of(&second.replace("hook-chained\n", "hook-chained-7\n"), "pre-commit.hook-chained-7"), 2);
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
