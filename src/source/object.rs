//! What git stores: object ids, modes, and an entry that has both.

use std::fmt;

use super::RepoPath;

/// A git object id: 20 bytes (SHA-1) or 32 (SHA-256).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    bytes: [u8; 32],
    len: u8,
}

impl Id {
    /// From raw bytes; `None` unless there are 20 or 32.
    pub fn from_bytes(raw: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        let len = match raw.len() {
            20 => 20,
            32 => 32,
            _ => return None,
        };
        bytes[..raw.len()].copy_from_slice(raw);
        Some(Self { bytes, len })
    }

    /// From 40 or 64 hexadecimal digits, as git prints ids.
    pub fn from_hex(hex: &[u8]) -> Option<Self> {
        let digit = |byte: u8| (byte as char).to_digit(16).and_then(|value| u8::try_from(value).ok());
        let mut raw = Vec::with_capacity(32);
        if !matches!(hex.len(), 40 | 64) {
            return None;
        }
        for pair in hex.chunks_exact(2) {
            raw.push(digit(pair[0])? << 4 | digit(pair[1])?);
        }
        Self::from_bytes(&raw)
    }

    /// 20 or 32 raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// All zeros, of either length: git's word for "no object".
    pub fn is_zero(&self) -> bool {
        self.as_bytes().iter().all(|&byte| byte == 0)
    }

    /// The first ten hexadecimal digits, enough for a message.
    pub fn short(&self) -> String {
        self.to_string().chars().take(10).collect()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({self})")
    }
}

/// What a tree or index entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// 100644 (and the historical 100664).
    File,
    /// 100755.
    Executable,
    /// 120000: the blob is the link's target.
    Symlink,
    /// 160000: a commit of another repository.
    Submodule,
    /// 040000.
    Directory,
}

/// What stands at a path: its mode and the id of its blob (or tree, or commit).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Object {
    /// The entry's mode.
    pub mode: Mode,
    /// The id of its content.
    pub id: Id,
}

/// One entry found in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands.
    pub path: RepoPath,
    /// What stands there.
    pub object: Object,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_both_lengths() {
        assert!(Id::from_hex(&[b'0'; 64]).unwrap().is_zero());
        assert_eq!(Id::from_hex(&[b'a'; 40]).unwrap().to_string(), "a".repeat(40));
        assert!(Id::from_hex(&[b'a'; 41]).is_none());
        assert!(Id::from_hex(&[b'g'; 40]).is_none());
    }
}
