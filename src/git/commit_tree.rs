//! The tree of a commit as a snapshot.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use gix::ObjectId;
use gix::objs::TreeRefIter;
use gix::objs::tree::EntryKind;

use super::open::one_line;
use super::{ObjectKind, Repository};
use crate::source::{Entry, Id, MAX_FILE, Mode, Object, ReadError, RepoPath, Tree};

/// A path beyond this many bytes is an attack on the stack, not a project; git itself stops at 2,048 levels.
const MAX_PATH: usize = 16 * 1024;

/// A tree, and the subtrees read from it so far.
pub(super) struct CommitTree<'r> {
    repo: &'r Repository,
    root: Option<ObjectId>,
    read: RefCell<HashMap<ObjectId, Rc<Vec<u8>>>>,
}

impl Repository {
    /// The empty tree.
    pub fn empty(&self) -> Box<dyn Tree + '_> {
        Box::new(CommitTree { repo: self, root: None, read: RefCell::default() })
    }

    /// The tree of `commit`, tags peeled.
    ///
    /// # Errors
    /// [`ReadError::Missing`] if an object is not in this clone; `Failed` if `commit` is no commit.
    pub fn commit_tree(&self, commit: &Id) -> Result<Box<dyn Tree + '_>, ReadError> {
        let Some(peeled) = self.peel_to_commit(commit)? else {
            return Err(ReadError::Failed {
                message: format!("{} is no commit", commit.short()),
                help: format!("name a commit; `git cat-file -t {commit}` says what it is"),
            });
        };
        let data = self.object(&peeled, || format!("commit {}", peeled.short()))?;
        let mut iter = gix::objs::CommitRefIter::from_bytes(&data, self.repo.object_hash());
        let root = iter.tree_id().map_err(|error| broken(&peeled, &error))?;
        Ok(Box::new(self.tree(root)))
    }

    pub(super) fn tree(&self, root: ObjectId) -> CommitTree<'_> {
        CommitTree { repo: self, root: Some(root), read: RefCell::default() }
    }

    /// What the object is; `None` if it is not in this clone.
    ///
    /// # Errors
    /// When the object database cannot be read.
    pub fn kind(&self, id: &Id) -> Result<Option<ObjectKind>, ReadError> {
        let header = self.repo.try_find_header(object_id(id)).map_err(|error| broken(id, &error))?;
        Ok(header.map(|header| match header.kind() {
            gix::objs::Kind::Commit => ObjectKind::Commit,
            gix::objs::Kind::Tree => ObjectKind::Tree,
            gix::objs::Kind::Blob => ObjectKind::Blob,
            gix::objs::Kind::Tag => ObjectKind::Tag,
        }))
    }

    /// The commit that `id` is or that a tag of that id leads to; `None` if it leads to something else.
    ///
    /// # Errors
    /// [`ReadError::Missing`] if an object on the way is not in this clone.
    pub fn peel_to_commit(&self, id: &Id) -> Result<Option<Id>, ReadError> {
        let mut id = *id;
        loop {
            match self.kind(&id)? {
                None => return Err(ReadError::Missing { what: format!("object {}", id.short()) }),
                Some(ObjectKind::Commit) => return Ok(Some(id)),
                Some(ObjectKind::Blob | ObjectKind::Tree) => return Ok(None),
                Some(ObjectKind::Tag) => {
                    let data = self.object(&id, || format!("tag {}", id.short()))?;
                    let iter = gix::objs::TagRefIter::from_bytes(&data, self.repo.object_hash());
                    id = source_id(&iter.target_id().map_err(|error| broken(&id, &error))?)?;
                }
            }
        }
    }

    /// The parents of a commit.
    ///
    /// # Errors
    /// [`ReadError::Missing`] if the commit is not in this clone.
    pub fn commit_parents(&self, commit: &Id) -> Result<Vec<Id>, ReadError> {
        let data = self.object(commit, || format!("commit {}", commit.short()))?;
        let iter = gix::objs::CommitRefIter::from_bytes(&data, self.repo.object_hash());
        iter.parent_ids().map(|id| source_id(&id)).collect()
    }

    fn object(&self, id: &Id, what: impl Fn() -> String) -> Result<Vec<u8>, ReadError> {
        match self.repo.try_find_object(object_id(id)).map_err(|error| broken(id, &error))? {
            Some(object) => Ok(object.detach().data),
            None => Err(ReadError::Missing { what: what() }),
        }
    }

    /// A blob's content, refused by its header where it is too large.
    pub(super) fn blob(&self, path: &RepoPath, id: &Id) -> Result<Vec<u8>, ReadError> {
        let missing = || ReadError::Missing { what: format!("{path} ({})", id.short()) };
        let header = self.repo.try_find_header(object_id(id)).map_err(|error| broken(id, &error))?;
        let header = header.ok_or_else(missing)?;
        if header.size() > MAX_FILE {
            return Err(ReadError::TooLarge { path: path.clone(), size: header.size() });
        }
        self.object(id, || format!("{path} ({})", id.short()))
    }
}

impl CommitTree<'_> {
    fn data(&self, id: &ObjectId) -> Result<Rc<Vec<u8>>, ReadError> {
        if let Some(data) = self.read.borrow().get(id) {
            return Ok(Rc::clone(data));
        }
        let known = source_id(id)?;
        let data = Rc::new(self.repo.object(&known, || format!("tree {}", known.short()))?);
        self.read.borrow_mut().insert(*id, Rc::clone(&data));
        Ok(data)
    }

    /// What stands at `path`.
    pub(super) fn at(&self, path: &RepoPath) -> Result<Option<Object>, ReadError> {
        let Some(mut tree) = self.root else { return Ok(None) };
        let mut parts = path.as_bytes().split(|&byte| byte == b'/').peekable();
        while let Some(part) = parts.next() {
            let data = self.data(&tree)?;
            let mut found = None;
            for entry in TreeRefIter::from_bytes(&data, self.repo.repo.object_hash()) {
                let entry = entry.map_err(|error| broken_tree(&tree, &error))?;
                if entry.filename == part {
                    found = Some((entry.mode.kind(), entry.oid.to_owned()));
                    break;
                }
            }
            match (found, parts.peek()) {
                (None, _) => return Ok(None),
                (Some((kind, id)), None) => return Ok(Some(Object { mode: mode(kind), id: source_id(&id)? })),
                (Some((EntryKind::Tree, id)), Some(_)) => tree = id,
                (Some(_), Some(_)) => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Collects below the tree `id`, whose own path is `prefix` (with a final slash, or empty).
    pub(super) fn collect(
        &self,
        id: &ObjectId,
        prefix: &mut Vec<u8>,
        wanted: &dyn Fn(&[u8]) -> bool,
        found: &mut Vec<Entry>,
    ) -> Result<(), ReadError> {
        if prefix.len() > MAX_PATH {
            return Err(broken_tree(id, &"its directories are nested too deep"));
        }
        let known = source_id(id)?;
        let data = self.repo.object(&known, || format!("tree {}", known.short()))?;
        for entry in TreeRefIter::from_bytes(&data, self.repo.repo.object_hash()) {
            let entry = entry.map_err(|error| broken_tree(id, &error))?;
            let length = prefix.len();
            prefix.extend_from_slice(entry.filename);
            if entry.mode.is_tree() {
                prefix.push(b'/');
                self.collect(&entry.oid.to_owned(), prefix, wanted, found)?;
            } else if wanted(prefix) {
                let object = Object { mode: mode(entry.mode.kind()), id: source_id(entry.oid)? };
                found.extend(RepoPath::new(prefix).map(|path| Entry { path, object }));
            }
            prefix.truncate(length);
        }
        Ok(())
    }
}

impl Tree for CommitTree<'_> {
    fn lookup(&self, paths: &[RepoPath]) -> Result<Vec<Option<Object>>, ReadError> {
        paths.iter().map(|path| self.at(path)).collect()
    }

    fn find(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, ReadError> {
        let mut found = Vec::new();
        if let Some(root) = self.root {
            self.collect(&root, &mut Vec::new(), wanted, &mut found)?;
        }
        found.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(found)
    }

    fn blob(&self, path: &RepoPath, id: &Id) -> Result<Vec<u8>, ReadError> {
        self.repo.blob(path, id)
    }
}

pub(super) fn mode(kind: EntryKind) -> Mode {
    match kind {
        EntryKind::Blob => Mode::File,
        EntryKind::BlobExecutable => Mode::Executable,
        EntryKind::Link => Mode::Symlink,
        EntryKind::Commit => Mode::Submodule,
        EntryKind::Tree => Mode::Directory,
    }
}

pub(super) fn object_id(id: &Id) -> ObjectId {
    // An `Id` has 20 or 32 bytes by construction, which are the lengths that gix knows.
    gix::hash::oid::try_from_bytes(id.as_bytes()).map_or(gix::hash::Kind::Sha1.null(), ToOwned::to_owned)
}

pub(super) fn source_id(id: &gix::hash::oid) -> Result<Id, ReadError> {
    Id::from_bytes(id.as_bytes()).ok_or_else(|| ReadError::Failed {
        message: "an object id of an unknown length".to_owned(),
        help: "upgrade: `cargo install freeze-guard --locked`".to_owned(),
    })
}

fn broken(id: &Id, error: &dyn std::fmt::Display) -> ReadError {
    ReadError::Failed {
        message: format!("object {} cannot be read: {}", id.short(), one_line(&error.to_string())),
        help: "see what is damaged: `git fsck`".to_owned(),
    }
}

fn broken_tree(id: &ObjectId, error: &dyn std::fmt::Display) -> ReadError {
    ReadError::Failed {
        message: format!("tree {id} cannot be read: {}", one_line(&error.to_string())),
        help: "see what is damaged: `git fsck`".to_owned(),
    }
}
