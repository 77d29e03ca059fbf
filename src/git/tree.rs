//! The snapshot of a commit, and walking trees by path, which sparse directories of the index need too.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use gix::objs::TreeRefIter;
use gix::objs::tree::EntryKind;

use super::attributes;
use super::objects::{ObjectKind, Objects, damaged, from_oid};
use super::open::Layout;
use crate::source::{Conversion, Entry, Id, Mode, Object, ReadError, RepoPath, Tree, printable};

/// The tree without entries.
pub(super) struct EmptyTree;

impl Tree for EmptyTree {
    fn lookup(&self, paths: &[RepoPath]) -> Result<Vec<Option<Object>>, ReadError> {
        Ok(vec![None; paths.len()])
    }

    fn find(&self, _: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, ReadError> {
        Ok(Vec::new())
    }

    fn blob(&self, path: &RepoPath, _: &Id) -> Result<Vec<u8>, ReadError> {
        Err(ReadError::Missing { what: path.to_string() })
    }

    fn conversions(&self, paths: &[RepoPath]) -> Result<Vec<Vec<Conversion>>, ReadError> {
        Ok(vec![Vec::new(); paths.len()])
    }
}

/// A commit's content.
pub(super) struct CommitTree<'r> {
    walker: Walker<'r>,
    root: Id,
    layout: &'r Layout,
}

impl<'r> CommitTree<'r> {
    pub(super) fn new(objects: &'r Objects, root: Id, layout: &'r Layout) -> Self {
        Self { walker: Walker::new(objects), root, layout }
    }
}

impl Tree for CommitTree<'_> {
    fn lookup(&self, paths: &[RepoPath]) -> Result<Vec<Option<Object>>, ReadError> {
        paths.iter().map(|path| self.walker.lookup(&self.root, path.as_bytes())).collect()
    }

    fn find(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, ReadError> {
        let mut found = Vec::new();
        self.walker.find(&self.root, b"", wanted, &mut found)?;
        Ok(found)
    }

    fn blob(&self, path: &RepoPath, id: &Id) -> Result<Vec<u8>, ReadError> {
        self.walker.objects.blob(path, id)
    }

    fn read_ahead(&self, id: &Id) {
        self.walker.objects.read_ahead(id, self.layout);
    }

    fn conversions(&self, paths: &[RepoPath]) -> Result<Vec<Vec<Conversion>>, ReadError> {
        attributes::conversions(self, paths, self.layout.case)
    }
}

/// Reads trees by path. Those that lookups pass are kept: the paths of a pair share their directories.
pub(super) struct Walker<'r> {
    objects: &'r Objects,
    seen: RefCell<HashMap<Id, Rc<[u8]>>>,
}

/// Trees that are kept over many commits.
const MOST_SEEN: usize = 64;

/// A directory on the way of a walk: its path with a slash at the end (empty at the top), and its data.
struct Level {
    path_len: usize,
    data: Vec<u8>,
    /// Where the next entry begins.
    offset: usize,
}

impl<'r> Walker<'r> {
    pub(super) fn new(objects: &'r Objects) -> Self {
        Self { objects, seen: RefCell::default() }
    }

    /// Forgets what was read if that is much.
    pub(super) fn forget_many(&self) {
        if self.seen.borrow().len() > MOST_SEEN {
            self.seen.borrow_mut().clear();
        }
    }

    /// What stands at `path` below the tree `root`; `None` for a directory, which is not an entry of a snapshot.
    pub(super) fn lookup(&self, root: &Id, path: &[u8]) -> Result<Option<Object>, ReadError> {
        let mut tree = *root;
        let mut done = 0;
        loop {
            let rest = &path[done..];
            let end = rest.iter().position(|&byte| byte == b'/');
            let name = end.map_or(rest, |end| &rest[..end]);
            let data = self.tree(&tree, path.get(..done.saturating_sub(1)).unwrap_or_default())?;
            let entry = self.entry_named(&tree, &data, name)?;
            match (entry, end) {
                (Some((EntryKind::Tree, id)), Some(end)) => {
                    tree = id;
                    done += end + 1;
                }
                (Some((kind, id)), None) => return Ok(mode_of(kind).map(|mode| Object { mode, id })),
                (_, _) => return Ok(None),
            }
        }
    }

    fn entry_named(&self, tree: &Id, data: &[u8], name: &[u8]) -> Result<Option<(EntryKind, Id)>, ReadError> {
        for entry in TreeRefIter::from_bytes(data, self.objects.hash()) {
            let entry = entry.map_err(|error| damaged(&format!("tree {}", tree.short()), &error))?;
            if entry.filename == name {
                return Ok(Some((entry.mode.kind(), from_oid(entry.oid)?)));
            }
        }
        Ok(None)
    }

    /// Adds to `found` every entry below the tree `root` whose path, which begins with `prefix`, is wanted. In the
    /// order of git's trees, which is that of whole paths.
    pub(super) fn find(
        &self,
        root: &Id,
        prefix: &[u8],
        wanted: &dyn Fn(&[u8]) -> bool,
        found: &mut Vec<Entry>,
    ) -> Result<(), ReadError> {
        let mut path = prefix.to_vec();
        let mut levels = vec![self.level(root, &path)?];
        // Not by recursion: a tree can be nested deeper than the stack.
        while let Some(level) = levels.last_mut() {
            path.truncate(level.path_len);
            let mut entries = TreeRefIter::from_bytes(&level.data[level.offset..], self.objects.hash());
            let Some(entry) = entries.next() else {
                levels.pop();
                continue;
            };
            let entry = entry.map_err(|error| damaged(&format!("the tree of {}/", printable(&path)), &error))?;
            let (kind, id) = (entry.mode.kind(), from_oid(entry.oid)?);
            if entry.filename.is_empty() || entry.filename.contains(&b'/') {
                return Err(unusable(entry.filename));
            }
            path.extend_from_slice(entry.filename);
            level.offset = entries.offset_to_next_entry(&level.data);
            match mode_of(kind) {
                None => {
                    path.push(b'/');
                    levels.push(self.level(&id, &path)?);
                }
                Some(mode) if wanted(&path) => {
                    let path = entry_path(&path)?;
                    found.push(Entry { path, object: Object { mode, id } });
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn level(&self, id: &Id, path: &[u8]) -> Result<Level, ReadError> {
        let mut data = Vec::new();
        self.read(id, path, &mut data)?;
        Ok(Level { path_len: path.len(), data, offset: 0 })
    }

    fn tree(&self, id: &Id, path: &[u8]) -> Result<Rc<[u8]>, ReadError> {
        if let Some(data) = self.seen.borrow().get(id) {
            return Ok(Rc::clone(data));
        }
        let mut data = Vec::new();
        self.read(id, path, &mut data)?;
        let data: Rc<[u8]> = data.into();
        self.seen.borrow_mut().insert(*id, Rc::clone(&data));
        Ok(data)
    }

    fn read(&self, id: &Id, path: &[u8], data: &mut Vec<u8>) -> Result<(), ReadError> {
        let what =
            || format!("the directory {}/ (tree {})", printable(path.strip_suffix(b"/").unwrap_or(path)), id.short());
        match self.objects.read(id, data)? {
            Some(ObjectKind::Tree) => Ok(()),
            Some(kind) => Err(damaged(&what(), &format_args!("it is a {kind}"))),
            None => Err(ReadError::Missing { what: what() }),
        }
    }
}

/// A path from a tree, which anybody may have written.
pub(super) fn entry_path(path: &[u8]) -> Result<RepoPath, ReadError> {
    RepoPath::new(path).ok_or_else(|| unusable(path))
}

pub(super) fn unusable(path: &[u8]) -> ReadError {
    ReadError::Failed {
        message: format!("`{}` is not a path that git would check out", printable(path)),
        help: "`git fsck` shows the tree that holds it; whoever made that commit must rewrite it".to_owned(),
    }
}

pub(super) fn mode_of(kind: EntryKind) -> Option<Mode> {
    match kind {
        EntryKind::Tree => None,
        EntryKind::Blob => Some(Mode::File),
        EntryKind::BlobExecutable => Some(Mode::Executable),
        EntryKind::Link => Some(Mode::Symlink),
        EntryKind::Commit => Some(Mode::Submodule),
    }
}
