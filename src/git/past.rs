//! A whole history: its commits, which of them change what is wanted, who made one, and snapshots that share what they
//! read. A tree that many commits have in common is looked through once.

mod commits;
mod differ;
mod memo;
mod recent;
mod touching;
mod walk;

use std::cell::RefCell;
use std::rc::Rc;

use gix::glob::pattern::Case;
use gix::objs::TreeRefIter;
use gix::objs::tree::EntryKind;

use super::attributes;
use super::index::Endings;
use super::objects::{Objects, damaged, from_oid, not_a_commit};
use super::repository::Repository;
use super::tree::{Walker, entry_path, mode_of, unusable};
use crate::source::{Conversion, Entry, Id, Object, ReadError, RepoPath, Tree};

pub use commits::{At, Commits};
pub use differ::Differ;
use memo::{Below, Memo};
pub(super) use recent::Recent;
pub use touching::Touching;
pub use walk::Walk;

/// Where a history begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tips {
    /// At this revision.
    Revision(Vec<u8>),
    /// At every branch, tag and remote-tracking branch, and at HEAD.
    All,
}

/// Who made a commit, when, and what they called it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// `Ada <ada@example.com>`, as the commit has it.
    pub author: Vec<u8>,
    /// When it was written, in seconds since 1970; 0 where it does not say.
    pub seconds: u64,
    /// The first line of the message.
    pub subject: Vec<u8>,
}

impl Repository {
    /// Who made the commit `id`, and when.
    ///
    /// # Errors
    /// When it is not here.
    pub fn made(&self, id: &Id) -> Result<Made, ReadError> {
        use super::ObjectKind;
        let mut data = Vec::new();
        match self.objects()?.read(id, &mut data)? {
            Some(ObjectKind::Commit) => Ok(made(&data)),
            Some(kind) => Err(not_a_commit(id, kind)),
            None => Err(ReadError::Missing { what: format!("commit {}", id.short()) }),
        }
    }

    /// Snapshots of many commits, which will be asked for paths that end in `ends`.
    ///
    /// # Errors
    /// When the objects cannot be opened.
    pub fn past(&self, ends: &[&[u8]]) -> Result<Past<'_>, ReadError> {
        let objects = self.objects()?;
        // Inside a subtree only a path's last part is known to be whole.
        let names: Vec<&[u8]> =
            ends.iter().map(|end| end.rsplit(|&byte| byte == b'/').next().unwrap_or_default()).collect();
        let below = RefCell::new(Memo::new());
        let shared = Shared { objects, walker: Walker::new(objects), endings: Endings::new(&names), below };
        Ok(Past { shared: Rc::new(shared), case: self.layout().case })
    }
}

fn made(data: &[u8]) -> Made {
    let mut made = Made { author: Vec::new(), seconds: 0, subject: Vec::new() };
    let mut lines = data.split(|&byte| byte == b'\n');
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        let Some(author) = line.strip_prefix(b"author ") else { continue };
        let end = author.iter().rposition(|&byte| byte == b'>').map_or(author.len(), |at| at + 1);
        let (who, when) = author.split_at(end);
        let when = std::str::from_utf8(when).ok().and_then(|when| when.split_ascii_whitespace().next());
        made.author = who.to_vec();
        made.seconds = when.and_then(|when| when.parse().ok()).unwrap_or_default();
    }
    made.subject = lines.find(|line| !line.trim_ascii().is_empty()).unwrap_or_default().to_vec();
    made
}

/// Makes snapshots of commits that share what they read.
pub struct Past<'r> {
    shared: Rc<Shared<'r>>,
    case: Case,
}

struct Shared<'r> {
    objects: &'r Objects,
    walker: Walker<'r>,
    endings: Endings,
    below: RefCell<Memo>,
}

/// Trees within trees that are looked through.
const MOST_LEVELS: usize = 512;

impl<'r> Past<'r> {
    /// The tree of `commit`.
    ///
    /// # Errors
    /// When it is not here.
    pub fn commit_tree(&self, commit: &Id) -> Result<Box<dyn Tree + 'r>, ReadError> {
        self.shared.walker.forget_many();
        self.shared.below.borrow_mut().begin();
        let root = self.shared.objects.commit(commit)?.tree;
        Ok(Box::new(PastTree { shared: Rc::clone(&self.shared), root, case: self.case }))
    }
}

struct PastTree<'r> {
    shared: Rc<Shared<'r>>,
    root: Id,
    case: Case,
}

impl Shared<'_> {
    fn below(&self, tree: &Id, level: usize) -> Result<Below, ReadError> {
        if let Some(known) = self.below.borrow_mut().get(tree) {
            return Ok(known);
        }
        let what = || format!("tree {}", tree.short());
        if level > MOST_LEVELS {
            return Err(damaged(&what(), &"it is nested too deep"));
        }
        let mut data = Vec::new();
        match self.objects.read(tree, &mut data)? {
            Some(super::ObjectKind::Tree) => {}
            Some(kind) => return Err(damaged(&what(), &format_args!("it is a {kind}"))),
            None => return Err(ReadError::Missing { what: what() }),
        }
        let mut found = Vec::new();
        for entry in TreeRefIter::from_bytes(&data, self.objects.hash()) {
            let entry = entry.map_err(|error| damaged(&what(), &error))?;
            if entry.filename.is_empty() || entry.filename.contains(&b'/') {
                return Err(unusable(entry.filename));
            }
            let kind = entry.mode.kind();
            if kind == EntryKind::Tree {
                let below = self.below(&from_oid(entry.oid)?, level + 1)?;
                found.extend(
                    below
                        .iter()
                        .map(|(path, object)| ([entry.filename.as_ref(), b"/".as_slice(), path].concat(), *object)),
                );
            } else if let (true, Some(mode)) = (self.endings.take(entry.filename), mode_of(kind)) {
                found.push((entry.filename.to_vec(), Object { mode, id: from_oid(entry.oid)? }));
            }
        }
        Ok(self.below.borrow_mut().put(tree, found))
    }
}

impl Tree for PastTree<'_> {
    fn lookup(&self, paths: &[RepoPath]) -> Result<Vec<Option<Object>>, ReadError> {
        paths.iter().map(|path| self.shared.walker.lookup(&self.root, path.as_bytes())).collect()
    }

    fn find(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, ReadError> {
        let mut found = Vec::new();
        self.shared.walker.find(&self.root, b"", wanted, &mut found)?;
        Ok(found)
    }

    fn find_ending(&self, ends: &[&[u8]], wanted: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, ReadError> {
        if !self.shared.endings.cover(ends) {
            return self.find(wanted);
        }
        let below = self.shared.below(&self.root, 0)?;
        let wanted = below.iter().filter(|(path, _)| wanted(path));
        wanted.map(|(path, object)| Ok(Entry { path: entry_path(path)?, object: *object })).collect()
    }

    fn blob(&self, path: &RepoPath, id: &Id) -> Result<Vec<u8>, ReadError> {
        self.shared.objects.blob(path, id)
    }

    fn conversions(&self, paths: &[RepoPath]) -> Result<Vec<Vec<Conversion>>, ReadError> {
        attributes::conversions(self, paths, self.case)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_says_who_when_and_what() {
        let text = b"tree x\nparent y\nauthor A > B <a@example.com> 1700000000 +0100\ncommitter C <c> 5 +0000\n\n\nUse it\nmore\n";
        let made = made(text);
        assert_eq!((made.author.as_slice(), made.seconds), (&b"A > B <a@example.com>"[..], 1_700_000_000));
        assert_eq!(made.subject, b"Use it");
        assert_eq!(super::made(b"").seconds, 0);
    }
}
