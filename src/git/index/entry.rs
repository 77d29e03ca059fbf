//! One entry of an index file (gitformat-index(5)): 40 bytes of stat data with the mode among them, the object id, flags,
//! and the path, whole (versions 2 and 3) or as what differs from the path before (version 4).

use memchr::memchr;

use super::file::Irregular;
use crate::source::{Id, Mode};

/// An entry, as the file holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// Its path; with a slash at the end for a directory outside a sparse cone.
    pub path: Vec<u8>,
    /// As a tree would hold it: `0o100644`, and `0o040000` for such a directory.
    pub mode: u32,
    /// The blob, commit or tree.
    pub id: Id,
    /// Everything else.
    pub flags: EntryFlags,
}

/// The flags and the extended flags of an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EntryFlags {
    flags: u16,
    extended: u16,
}

pub(super) const NAME_LENGTH: u16 = 0x0fff;
const EXTENDED: u16 = 0x4000;
const INTENT_TO_ADD: u16 = 0x2000;
const SKIP_WORKTREE: u16 = 0x4000;
pub(super) const FILE: u32 = 0o100_644;
pub(super) const EXECUTABLE: u32 = 0o100_755;
const LINK: u32 = 0o120_000;
const SUBMODULE: u32 = 0o160_000;
/// Outside a sparse cone.
const DIRECTORY: u32 = 0o040_000;
/// Where the mode and the id stand.
pub(super) const MODE: usize = 24;
const ID: usize = 40;
/// What stands before a path: all that has one size, an id, and the flags.
pub(super) const HEAD_SHA1: usize = ID + 20 + 2;
pub(super) const HEAD_SHA256: usize = ID + 32 + 2;
/// No system has paths as long, and a lying file must not be taken into memory to look for the end of one.
pub(super) const MAX_PATH: usize = 16 * 1024 * 1024;

impl EntryFlags {
    /// 0, or the side of a conflict: 1 base, 2 ours, 3 theirs.
    pub fn stage(self) -> u8 {
        u8::try_from(self.flags >> 12 & 3).unwrap_or_default()
    }

    /// Whether the entry only says that a file will be added.
    pub fn is_intent_to_add(self) -> bool {
        self.extended & INTENT_TO_ADD != 0
    }

    /// Whether a sparse checkout keeps the file off the disk.
    pub fn is_skip_worktree(self) -> bool {
        self.extended & SKIP_WORKTREE != 0
    }
}

/// What the bytes at an entry's beginning come to.
pub(super) enum Step<T> {
    /// An entry, and its size in bytes.
    Entry(T, usize),
    /// More bytes are needed.
    Short,
}

/// An entry in the buffer. In version 4 `path` is what follows the part that it shares with the path before.
#[derive(Clone, Copy)]
pub(super) struct Raw<'b> {
    pub(super) path: &'b [u8],
    pub(super) mode: u32,
    pub(super) id: &'b [u8],
    pub(super) flags: EntryFlags,
}

impl Raw<'_> {
    pub(super) fn is_directory(&self) -> bool {
        self.mode == DIRECTORY
    }

    pub(super) fn to_entry(self) -> Option<IndexEntry> {
        Some(IndexEntry { path: self.path.to_vec(), mode: self.mode, id: Id::from_bytes(self.id)?, flags: self.flags })
    }
}

impl IndexEntry {
    pub(super) fn is_directory(&self) -> bool {
        self.mode == DIRECTORY
    }

    /// What it is; `None` for a directory.
    pub(super) fn kind(&self) -> Option<Mode> {
        match self.mode {
            DIRECTORY => None,
            EXECUTABLE => Some(Mode::Executable),
            LINK => Some(Mode::Symlink),
            SUBMODULE => Some(Mode::Submodule),
            _ => Some(Mode::File),
        }
    }
}

/// What stands before the path, and its size.
#[inline]
fn head(data: &[u8], hash: usize) -> Result<Option<(Raw<'_>, usize)>, Irregular> {
    let Some(fixed) = data.get(..ID + hash + 2) else { return Ok(None) };
    let number = |at: usize| fixed.get(at..at + 2).and_then(|two| two.try_into().ok()).map(u16::from_be_bytes);
    let mode = fixed.get(MODE..MODE + 4).and_then(|four| four.try_into().ok()).map(u32::from_be_bytes);
    let (Some(mode), Some(flags)) = (mode, number(ID + hash)) else { return Ok(None) };
    // git makes no others; a reader that masks them must not see another kind than one that compares.
    if !matches!(mode, FILE | EXECUTABLE | LINK | SUBMODULE | DIRECTORY) {
        return Err(Irregular::Entry);
    }
    let mut raw = Raw { path: &[], mode, id: &fixed[ID..ID + hash], flags: EntryFlags { flags, extended: 0 } };
    if flags & EXTENDED == 0 {
        return Ok(Some((raw, fixed.len())));
    }
    let Some(two) = data.get(fixed.len()..fixed.len() + 2) else { return Ok(None) };
    raw.flags.extended = u16::from_be_bytes([two[0], two[1]]);
    // git refuses bits that it does not know.
    if raw.flags.extended & !(INTENT_TO_ADD | SKIP_WORKTREE) != 0 {
        return Err(Irregular::Entry);
    }
    Ok(Some((raw, fixed.len() + 2)))
}

/// An entry with its whole path, padded to a multiple of eight bytes by one to eight NULs.
pub(super) fn whole(data: &[u8], hash: usize) -> Result<Step<Raw<'_>>, Irregular> {
    let Some((mut raw, start)) = head(data, hash)? else { return Ok(Step::Short) };
    let rest = &data[start..];
    let length = match raw.flags.flags & NAME_LENGTH {
        NAME_LENGTH => match memchr(0, rest) {
            Some(end) if end >= usize::from(NAME_LENGTH) => end,
            // git writes that for lengths that do not fit only; readers disagree about where the next entry begins.
            Some(_) => return Err(Irregular::Entry),
            None => return short(rest),
        },
        length => usize::from(length),
    };
    let size = (start + length + 8) & !7;
    let Some(path) = rest.get(..length) else { return Ok(Step::Short) };
    if data.len() < size {
        return Ok(Step::Short);
    }
    if path.is_empty() || rest.get(length) != Some(&0) {
        return Err(Irregular::Entry);
    }
    raw.path = path;
    Ok(Step::Entry(raw, size))
}

/// An entry that takes the path before, less some bytes at the end, and adds its own up to a NUL. The first number is
/// how many bytes go.
#[inline]
pub(super) fn delta(data: &[u8], hash: usize) -> Result<Step<(u64, Raw<'_>)>, Irregular> {
    let Some((mut raw, start)) = head(data, hash)? else { return Ok(Step::Short) };
    let Some((strip, used)) = variable(&data[start..])? else { return Ok(Step::Short) };
    let rest = &data[start + used..];
    match memchr(0, rest) {
        Some(end) => {
            raw.path = &rest[..end];
            Ok(Step::Entry((strip, raw), start + used + end + 1))
        }
        None => short(rest),
    }
}

impl Raw<'_> {
    /// Whether the length that the flags tell is that of `path`.
    pub(super) fn has_length_of(&self, path: &[u8]) -> bool {
        let told = usize::from(self.flags.flags & NAME_LENGTH);
        told == path.len().min(usize::from(NAME_LENGTH))
    }
}

fn short<T>(path: &[u8]) -> Result<Step<T>, Irregular> {
    if path.len() > MAX_PATH { Err(Irregular::Entry) } else { Ok(Step::Short) }
}

/// git's variable-width number (the offsets of packs), and its size; `None` where it does not end.
fn variable(data: &[u8]) -> Result<Option<(u64, usize)>, Irregular> {
    let mut value: u64 = 0;
    for (at, &byte) in data.iter().enumerate() {
        value = value.checked_shl(7).filter(|_| value >> 56 == 0).ok_or(Irregular::Entry)? | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Ok(Some((value, at + 1)));
        }
        value = value.checked_add(1).ok_or(Irregular::Entry)?;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An entry of version 2 with these flags and this path, and one NUL more than it needs.
    fn entry(flags: u16, path: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; ID + 20];
        bytes[MODE..MODE + 4].copy_from_slice(&FILE.to_be_bytes());
        bytes.extend(flags.to_be_bytes());
        bytes.extend(path);
        bytes.extend([0; 9]);
        bytes
    }

    #[test]
    fn a_short_path_with_the_mark_of_a_long_one_is_irregular() {
        assert!(matches!(whole(&entry(1, b"a"), 20), Ok(Step::Entry(raw, 64)) if raw.path == b"a"));
        assert!(matches!(whole(&entry(NAME_LENGTH, b"a"), 20), Err(Irregular::Entry)));
        let long = vec![b'a'; usize::from(NAME_LENGTH)];
        assert!(matches!(whole(&entry(NAME_LENGTH, &long), 20), Ok(Step::Entry(raw, _)) if raw.path == long));
    }
}
