//! The files of a pair on one side of a change: manifest, lock, and whatever they include, read inside one snapshot.
//!
//! This is the stage between a question and its rules. It finds the pairs of a snapshot, reads each file once, follows
//! `-r` and `-c` as pip does (relative to the including file, never outside the tree), and reduces a side to its
//! [`Tuple`]: two sides of a pair differ exactly when their tuples do.

mod changed;
mod closure;
mod plain;

use std::cell::{Cell, Ref, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

pub use changed::{Before, Depth, Displaced, Judged, changed, every};
pub use closure::{Closure, Content, IncludeFault, IncludeProblem, Node};
pub use plain::Plain;

use crate::policy::Pair;
use crate::requirements;
use crate::source::{Id, Object, ReadError, RepoPath, Tree};

/// Files read so far, so that a blob that stands on both sides of a change is read once.
#[derive(Default)]
pub struct Cache {
    read: RefCell<HashMap<(RepoPath, Id), Rc<requirements::File>>>,
    plain: RefCell<Plain>,
    bytes: Cell<usize>,
}

impl Cache {
    /// How many bytes the files have that were read so far.
    pub fn bytes(&self) -> usize {
        self.bytes.get()
    }

    /// Nothing read, and what an earlier process knew of blobs.
    pub fn with(plain: Plain) -> Self {
        Self { plain: RefCell::new(plain), ..Self::default() }
    }

    /// What is known of blobs by now.
    pub fn plain(&self) -> Ref<'_, Plain> {
        self.plain.borrow()
    }

    fn has(&self, path: &RepoPath, id: &Id) -> bool {
        self.read.borrow().contains_key(&(path.clone(), *id))
    }

    /// The file at `path`, read; `id` is what `tree` holds there.
    ///
    /// # Errors
    /// What the snapshot cannot answer.
    pub fn file(&self, tree: &dyn Tree, path: &RepoPath, id: &Id) -> Result<Rc<requirements::File>, ReadError> {
        let key = (path.clone(), *id);
        if let Some(file) = self.read.borrow().get(&key) {
            return Ok(Rc::clone(file));
        }
        let bytes = tree.blob(path, id)?;
        self.bytes.set(self.bytes.get() + bytes.len());
        let file = Rc::new(requirements::read_owned(path.clone(), bytes));
        self.read.borrow_mut().insert(key, Rc::clone(&file));
        Ok(file)
    }
}

/// (mode, blob id) of the manifest, the lock and every file they include, and of a `.gitattributes` that converts one
/// of them; `None` for what is absent.
pub type Tuple = BTreeMap<RepoPath, Option<Object>>;

/// A pair, read on one side.
#[derive(Clone, Debug)]
pub struct PairFiles {
    /// The manifest and its includes.
    pub manifest: Closure,
    /// The lock and its includes.
    pub lock: Closure,
}

impl PairFiles {
    /// Reads `pair` in `tree`.
    ///
    /// # Errors
    /// What the snapshot cannot answer; a file that is absent, no file, or too large is [`Content`], not an error.
    pub fn load(tree: &dyn Tree, pair: &Pair, cache: &Cache) -> Result<Self, ReadError> {
        Ok(Self {
            manifest: Closure::load(tree, &pair.manifest, cache)?,
            lock: Closure::load(tree, &pair.lock, cache)?,
        })
    }

    /// The tuple of this side.
    pub fn tuple(&self) -> Tuple {
        let nodes = self.manifest.nodes.iter().chain(&self.lock.nodes);
        nodes
            .flat_map(|node| {
                let files = node.conversions.iter().map(|conversion| &conversion.file);
                let files = files.map(|file| (file.path.clone(), Some(file.object)));
                std::iter::once((node.path.clone(), node.object)).chain(files)
            })
            .collect()
    }

    /// Whether neither manifest nor lock is there.
    pub fn is_absent(&self) -> bool {
        self.manifest.root().object.is_none() && self.lock.root().object.is_none()
    }
}
