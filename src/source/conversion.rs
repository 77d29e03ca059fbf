//! What `.gitattributes` makes git do to a file between its blob and the work tree. Only conversions that change the
//! text a person or pip would read are named here; line endings are not.

use super::{Entry, RepoPath};

/// A reason why the checkout of a file can differ from its blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// The `.gitattributes` that says so, as the snapshot holds it.
    pub file: Entry,
    /// What it says.
    pub cause: Cause,
}

/// What a `.gitattributes` says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The attribute is in force.
    Attribute {
        /// Which.
        attribute: Attribute,
        /// As git would write it, `filter=lfs`; printable.
        assignment: String,
        /// The line whose pattern matches, one-based.
        line: usize,
        /// That line, without its break; not escaped.
        text: String,
    },
    /// Nobody can say what git makes of it.
    Unclear(Unclear),
}

/// Attributes that convert (gitattributes(5)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attribute {
    /// The work tree's file is in another encoding.
    WorkingTreeEncoding,
    /// A program of the reader's configuration writes the work tree's file.
    Filter,
    /// `$Id$` is filled in.
    Ident,
}

impl Attribute {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::WorkingTreeEncoding, Self::Filter, Self::Ident];

    /// As `.gitattributes` spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::WorkingTreeEncoding => "working-tree-encoding",
            Self::Filter => "filter",
            Self::Ident => "ident",
        }
    }
}

/// A `.gitattributes` above this many bytes is not decided: patterns take many times their bytes in memory.
pub const MAX_ATTRIBUTES: u64 = 1024 * 1024;

/// Why a `.gitattributes` cannot be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unclear {
    /// It has this many bytes, more than [`MAX_ATTRIBUTES`].
    TooLarge(u64),
    /// It is a symlink, which some versions of git follow and others do not.
    Symlink,
    /// Versions of git read this line (one-based) differently, or it has too many stars to be matched in time.
    Line(usize),
}

/// The `.gitattributes` that git asks about `path`, the top one first; a later one wins.
pub fn attribute_files(path: &RepoPath) -> Vec<RepoPath> {
    let directory = path.parent();
    let slashes = directory.iter().enumerate().filter(|&(_, &byte)| byte == b'/').map(|(at, _)| at);
    let below = slashes.chain((!directory.is_empty()).then_some(directory.len()));
    let directories = std::iter::once(0).chain(below).filter_map(|end| directory.get(..end));
    directories.filter_map(|directory| RepoPath::resolve(directory, b".gitattributes")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_stand_beside_and_above() {
        let files = |path: &str| -> Vec<String> {
            let files = RepoPath::new(path.as_bytes()).map(|path| attribute_files(&path)).unwrap_or_default();
            files.iter().map(ToString::to_string).collect()
        };
        assert_eq!(files("requirements.txt"), [".gitattributes"]);
        assert_eq!(files("a/bc/r.txt"), [".gitattributes", "a/.gitattributes", "a/bc/.gitattributes"]);
    }
}
