//! The index as a snapshot: the file that GIT_INDEX_FILE names, or the repository's own.
//!
//! Intent-to-add entries are not content. In a sparse index a directory outside the cone is one entry; what lies in it
//! is looked up in its tree. Where gix cannot read the file (a split index outside the git directory), git lists it.

use std::collections::BTreeMap;

use gix::index::entry::{Flags, Mode as IndexMode, Stage};

use super::Repository;
use super::commit_tree::source_id;
use super::open::one_line;
use crate::source::{Entry, Id, Mode, Object, ReadError, RepoPath, Tree, printable};

impl Repository {
    /// The index as a snapshot; empty where there is no file.
    ///
    /// # Errors
    /// When neither gix nor git can read it, and when a wanted path is unmerged.
    pub fn index(&self) -> Result<Box<dyn Tree + '_>, ReadError> {
        if !self.index_file.exists() {
            return Ok(self.empty());
        }
        let options = gix::index::decode::Options {
            // A thread costs more than it saves on any index of an ordinary size.
            thread_limit: Some(1),
            min_extension_block_in_bytes_for_threading: usize::MAX,
            expected_checksum: None,
            ..Default::default()
        };
        // git does not verify the trailing checksum when it reads, and neither do we.
        match gix::index::File::at(&self.index_file, self.repo.object_hash(), true, options) {
            Ok(file) => Ok(Box::new(Index { repo: self, file })),
            Err(error) => self.listed(&one_line(&error.to_string())),
        }
    }

    /// The index as git lists it.
    fn listed(&self, reason: &str) -> Result<Box<dyn Tree + '_>, ReadError> {
        let listing = self.git().args(["ls-files", "--stage", "--debug", "-z"]).run().map_err(|error| {
            let file = printable(self.index_file.as_os_str().as_encoded_bytes());
            ReadError::Failed {
                message: format!("the index {file} cannot be read: {reason}; {}", error.reason),
                help: "make it anew from HEAD, which keeps the work tree: `rm .git/index && git reset`".to_owned(),
            }
        })?;
        let entries = parse_listing(&listing).ok_or_else(|| ReadError::Failed {
            message: "`git ls-files --stage --debug -z` wrote what this version does not know".to_owned(),
            help: "upgrade: `cargo install freeze-guard --locked`".to_owned(),
        })?;
        Ok(Box::new(Listed { repo: self, entries }))
    }
}

struct Index<'r> {
    repo: &'r Repository,
    file: gix::index::File,
}

impl Index<'_> {
    fn one(&self, path: &RepoPath) -> Result<Option<Object>, ReadError> {
        let bytes = path.as_bytes().into();
        if let Some(entry) = self.file.entry_by_path_and_stage(bytes, Stage::Unconflicted) {
            return object(entry);
        }
        let unmerged = [Stage::Base, Stage::Ours, Stage::Theirs];
        if unmerged.iter().any(|stage| self.file.entry_by_path_and_stage(bytes, *stage).is_some()) {
            return Err(conflict(path));
        }
        if self.file.is_sparse() { self.in_sparse_directory(path) } else { Ok(None) }
    }

    fn in_sparse_directory(&self, path: &RepoPath) -> Result<Option<Object>, ReadError> {
        let bytes = path.as_bytes();
        for (slash, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/') {
            let directory = &bytes[..=slash];
            let Some(entry) = self.file.entry_by_path_and_stage(directory.into(), Stage::Unconflicted) else {
                continue;
            };
            if entry.mode == IndexMode::DIR {
                let inside = RepoPath::new(&bytes[slash + 1..]);
                return inside.map_or(Ok(None), |inside| self.repo.tree(entry.id).at(&inside));
            }
        }
        Ok(None)
    }
}

impl Tree for Index<'_> {
    fn lookup(&self, paths: &[RepoPath]) -> Result<Vec<Option<Object>>, ReadError> {
        paths.iter().map(|path| self.one(path)).collect()
    }

    fn find(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, ReadError> {
        let mut found = Vec::new();
        for entry in self.file.entries() {
            let path: &[u8] = entry.path(&self.file);
            if entry.mode == IndexMode::DIR {
                let mut prefix = path.to_vec();
                self.repo.tree(entry.id).collect(&entry.id, &mut prefix, wanted, &mut found)?;
                continue;
            }
            if !wanted(path) {
                continue;
            }
            let Some(path) = RepoPath::new(path) else { continue };
            if entry.stage() != Stage::Unconflicted {
                return Err(conflict(&path));
            }
            if let Some(object) = object(entry)? {
                found.push(Entry { path, object });
            }
        }
        Ok(found)
    }

    fn blob(&self, path: &RepoPath, id: &Id) -> Result<Vec<u8>, ReadError> {
        self.repo.blob(path, id)
    }
}

fn object(entry: &gix::index::Entry) -> Result<Option<Object>, ReadError> {
    if entry.flags.contains(Flags::INTENT_TO_ADD) {
        return Ok(None);
    }
    let mode = match entry.mode {
        IndexMode::DIR => Mode::Directory,
        IndexMode::SYMLINK => Mode::Symlink,
        IndexMode::COMMIT => Mode::Submodule,
        IndexMode::FILE_EXECUTABLE => Mode::Executable,
        _ => Mode::File,
    };
    Ok(Some(Object { mode, id: source_id(&entry.id)? }))
}

fn conflict(path: &RepoPath) -> ReadError {
    ReadError::Failed {
        message: format!("{path} is unmerged: the index holds no one state of it"),
        help: format!("resolve the conflict and `git add {path}`"),
    }
}

struct Listed<'r> {
    repo: &'r Repository,
    entries: BTreeMap<RepoPath, (Object, Listing)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Listing {
    Content,
    Unmerged,
    IntentToAdd,
}

impl Tree for Listed<'_> {
    fn lookup(&self, paths: &[RepoPath]) -> Result<Vec<Option<Object>>, ReadError> {
        let one = |path: &RepoPath| match self.entries.get(path) {
            None | Some((_, Listing::IntentToAdd)) => Ok(None),
            Some((_, Listing::Unmerged)) => Err(conflict(path)),
            Some((object, Listing::Content)) => Ok(Some(*object)),
        };
        paths.iter().map(one).collect()
    }

    fn find(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, ReadError> {
        let mut found = Vec::new();
        for (path, (object, listing)) in self.entries.iter().filter(|(path, _)| wanted(path.as_bytes())) {
            match listing {
                Listing::Content => found.push(Entry { path: path.clone(), object: *object }),
                Listing::Unmerged => return Err(conflict(path)),
                Listing::IntentToAdd => {}
            }
        }
        Ok(found)
    }

    fn blob(&self, path: &RepoPath, id: &Id) -> Result<Vec<u8>, ReadError> {
        self.repo.blob(path, id)
    }
}

/// `git ls-files --stage --debug -z`: `<mode> <id> <stage>\t<path>\0`, then five lines of which the last ends with the
/// entry's flags in hexadecimal; bit 29 is intent-to-add (git's read-cache). Sparse directories are expanded by git.
fn parse_listing(mut listing: &[u8]) -> Option<BTreeMap<RepoPath, (Object, Listing)>> {
    let mut entries = BTreeMap::new();
    while !listing.is_empty() {
        let tab = listing.iter().position(|&byte| byte == b'\t')?;
        let nul = listing.iter().position(|&byte| byte == 0)?;
        let mut head = listing.get(..tab)?.split(|&byte| byte == b' ');
        let (mode, id, stage) = (head.next()?, head.next()?, head.next()?);
        let path = RepoPath::new(listing.get(tab + 1..nul)?)?;
        let mut debug = listing.get(nul + 1..)?;
        let mut flags = None;
        for _ in 0..5 {
            let end = debug.iter().position(|&byte| byte == b'\n')?;
            let line = std::str::from_utf8(debug.get(..end)?).ok()?;
            flags = line.rsplit_once("flags: ").map(|(_, hex)| hex.to_owned()).or(flags);
            debug = debug.get(end + 1..)?;
        }
        let intent = u32::from_str_radix(flags?.trim(), 16).ok()? & (1 << 29) != 0;
        let mode = match mode {
            b"100755" => Mode::Executable,
            b"120000" => Mode::Symlink,
            b"160000" => Mode::Submodule,
            _ => Mode::File,
        };
        let listing_kind = match (stage, intent) {
            (b"0", false) => Listing::Content,
            (b"0", true) => Listing::IntentToAdd,
            _ => Listing::Unmerged,
        };
        entries.insert(path, (Object { mode, id: Id::from_hex(id)? }, listing_kind));
        listing = debug;
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_with_an_entry_that_is_only_intended() {
        let debug = |flags: &str| {
            format!("  ctime: 1:2\n  mtime: 1:2\n  dev: 1\tino: 2\n  uid: 0\tgid: 0\n  size: 3\tflags: {flags}\n")
        };
        let id = "a".repeat(40);
        let text = format!("100644 {id} 0\ta b\0{}120000 {id} 0\tc\0{}", debug("0"), debug("20004000"));
        let entries = parse_listing(text.as_bytes()).unwrap();
        let kinds: Vec<_> =
            entries.values().map(|(object, listing)| (object.mode, *listing == Listing::IntentToAdd)).collect();
        assert_eq!(kinds, [(Mode::File, false), (Mode::Symlink, true)]);
        assert!(parse_listing(b"nonsense").is_none());
    }
}
