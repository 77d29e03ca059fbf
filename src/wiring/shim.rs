//! The shim: a constant sh script but for one line, the path of the binary.

use std::path::Path;

/// A hook that is wired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// Before a commit is made.
    PreCommit,
    /// Before a merge commit is made.
    PreMergeCommit,
    /// Before a patch is committed by `git am`.
    PreApplypatch,
    /// Before anything is pushed.
    PrePush,
}

impl Event {
    /// All of them, in the order that people meet them.
    pub const ALL: &[Self] = &[Self::PreCommit, Self::PreMergeCommit, Self::PreApplypatch, Self::PrePush];

    /// The name of the hook, as git calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PreMergeCommit => "pre-merge-commit",
            Self::PreApplypatch => "pre-applypatch",
            Self::PrePush => "pre-push",
        }
    }

    /// The event of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|event| event.name() == name)
    }

    fn template(self) -> &'static [u8] {
        match self {
            Self::PreCommit => include_bytes!("../../hooks/pre-commit"),
            Self::PreMergeCommit => include_bytes!("../../hooks/pre-merge-commit"),
            Self::PreApplypatch => include_bytes!("../../hooks/pre-applypatch"),
            Self::PrePush => include_bytes!("../../hooks/pre-push"),
        }
    }
}

/// The line of the template that names the binary.
const LINE: &[u8] = b"hook='/nowhere/hook'\n";
/// What every shim of ours begins with; the number is the version of its text.
const SIGNATURE: &[u8] = b"#!/bin/sh\n# freeze-guard shim ";
/// What follows the signature in this version.
const CURRENT: &[u8] = b"1\n";

/// The shim for `event` that calls `binary`.
pub fn shim(event: Event, binary: &Path) -> Vec<u8> {
    let template = event.template();
    let at = template.windows(LINE.len()).position(|line| line == LINE).unwrap_or(template.len());
    let (before, rest) = template.split_at(at);
    let after = rest.get(LINE.len()..).unwrap_or_default();
    [before, b"hook=", &quoted(binary), b"\n", after].concat()
}

/// The path as a word that sh reads back byte for byte.
fn quoted(path: &Path) -> Vec<u8> {
    let mut word = vec![b'\''];
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'\'' => word.extend_from_slice(b"'\\''"),
            _ => word.push(byte),
        }
    }
    word.push(b'\'');
    word
}

/// What a hook file turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognised {
    /// Ours, of this version, whatever binary it names.
    Ours,
    /// Ours, of another version.
    OtherVersion,
    /// Ours, of this version, and changed by somebody.
    Edited,
    /// Not ours.
    Foreign,
}

/// Tells whether `bytes` are our shim for `event`.
pub fn recognise(event: Event, bytes: &[u8]) -> Recognised {
    let Some(rest) = bytes.strip_prefix(SIGNATURE) else { return Recognised::Foreign };
    if !rest.starts_with(CURRENT) {
        return Recognised::OtherVersion;
    }
    let template = event.template();
    let at = template.windows(LINE.len()).position(|line| line == LINE).unwrap_or(template.len());
    let (before, after) = (&template[..at], template.get(at + LINE.len()..).unwrap_or_default());
    let middle = bytes.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    match middle {
        Some(line) if line.starts_with(b"hook='") && line.ends_with(b"'\n") => Recognised::Ours,
        _ => Recognised::Edited,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_its_own_shim_and_knows_it() {
        for event in Event::ALL {
            let text = shim(*event, Path::new("/a b/it's/$HOME/hook"));
            assert_eq!(recognise(*event, &text), Recognised::Ours);
            let text = String::from_utf8(text).unwrap();
            assert!(text.contains("hook='/a b/it'\\''s/$HOME/hook'\n"), "{text}");
            assert!(text.contains(&format!("run --shim \"$0\" {} \"$@\"", event.name())), "{text}");
            assert!(!text.contains('\r'));
            assert_eq!(Event::parse(event.name()), Some(*event));
        }
    }

    #[test]
    fn what_is_not_ours_is_told_apart() {
        let ours = shim(Event::PrePush, Path::new("/x"));
        assert_eq!(recognise(Event::PreCommit, &ours), Recognised::Edited);
        assert_eq!(recognise(Event::PrePush, b"#!/bin/sh\nexit 0\n"), Recognised::Foreign);
        let newer = String::from_utf8(ours.clone()).unwrap().replace("shim 1\n", "shim 2\n");
        assert_eq!(recognise(Event::PrePush, newer.as_bytes()), Recognised::OtherVersion);
        let edited = [&ours[..], b"echo hi\n"].concat();
        assert_eq!(recognise(Event::PrePush, &edited), Recognised::Edited);
    }
}
