//! The object database: headers, whole objects, tags peeled. Opened on first use, for a commit that touches nothing
//! governed never needs it.
//!
//! GIT_OBJECT_DIRECTORY and GIT_ALTERNATE_OBJECT_DIRECTORIES (git(1); a receiving server's quarantine) are further
//! stores behind the same question. Replace refs are never consulted.

use std::fmt::Display;

use gix::objs::commit::ref_iter::Token;
use gix::odb::Header as _;

use super::ahead::Ahead;
use super::binary::show_path;
use super::open::Layout;
use super::past::Recent;
use crate::source::{Id, MAX_FILE, ReadError, RepoPath, printable_text};

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// A commit.
    Commit,
    /// A directory.
    Tree,
    /// A file's content.
    Blob,
    /// An annotated tag.
    Tag,
}

impl Display for ObjectKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Tag => "annotated tag",
        })
    }
}

impl From<gix::objs::Kind> for ObjectKind {
    fn from(kind: gix::objs::Kind) -> Self {
        match kind {
            gix::objs::Kind::Commit => Self::Commit,
            gix::objs::Kind::Tree => Self::Tree,
            gix::objs::Kind::Blob => Self::Blob,
            gix::objs::Kind::Tag => Self::Tag,
        }
    }
}

/// All stores of one repository.
pub(super) struct Objects {
    stores: Vec<gix::odb::Handle>,
    hash: gix::hash::Kind,
    ahead: Ahead,
}

/// From how many bytes on a blob is read ahead.
const LARGE: u64 = 512 * 1024;

/// An annotated tag may point at a tag; no real one nests deeper.
const MAX_TAGS: usize = 64;

impl Objects {
    /// Opens every store that exists; git, too, passes over alternates that are gone. `recent` is how many bytes of what
    /// was read last are kept of each, for whoever reads a history.
    pub(super) fn open(layout: &Layout, recent: Option<usize>) -> Result<Self, ReadError> {
        let mut stores = Vec::new();
        for directory in layout.objects.iter().filter(|directory| directory.is_dir()) {
            let options = gix::odb::store::init::Options {
                current_dir: Some(layout.git_dir.clone()),
                ..gix::odb::store::init::Options::default()
            };
            let mut store = gix::odb::at_opts(directory, layout.hash, None, options)
                .map_err(|error| damaged(&format!("the object directory {}", show_path(directory)), &error))?;
            if let Some(size) = recent {
                store.set_pack_cache(move || Box::new(Recent::new(size)));
            }
            stores.push(store);
        }
        Ok(Self { stores, hash: layout.hash, ahead: Ahead::default() })
    }

    /// Begins to read the blob `id` in another thread where that takes so long that a thread is worth it. Whatever
    /// fails is found by [`Self::blob`].
    pub(super) fn read_ahead(&self, id: &Id, layout: &Layout) {
        if matches!(self.header(id), Ok(Some((ObjectKind::Blob, LARGE..=MAX_FILE)))) {
            self.ahead.begin(*id, layout);
        }
    }

    /// Kind and size in bytes, nothing decoded; `None` when the object is not in this clone.
    pub(super) fn header(&self, id: &Id) -> Result<Option<(ObjectKind, u64)>, ReadError> {
        let Some(oid) = self.oid(id) else { return Ok(None) };
        for store in &self.stores {
            let found = store.try_header(&oid).map_err(|error| damaged(&format!("object {id}"), &error))?;
            if let Some(header) = found {
                return Ok(Some((header.kind().into(), header.size())));
            }
        }
        Ok(None)
    }

    /// Reads an object into `buffer`; `None` when it is not in this clone.
    pub(super) fn read(&self, id: &Id, buffer: &mut Vec<u8>) -> Result<Option<ObjectKind>, ReadError> {
        use gix::objs::Find as _;
        let Some(oid) = self.oid(id) else { return Ok(None) };
        if oid.is_empty_tree() {
            // git knows the empty tree by heart and need not have written it.
            buffer.clear();
            return Ok(Some(ObjectKind::Tree));
        }
        for store in &self.stores {
            let found = store.try_find(&oid, buffer).map_err(|error| damaged(&format!("object {id}"), &error))?;
            if let Some(data) = found {
                return Ok(Some(data.kind.into()));
            }
        }
        Ok(None)
    }

    /// The content of a blob that stands at `path`; refused by its header above [`MAX_FILE`].
    pub(super) fn blob(&self, path: &RepoPath, id: &Id) -> Result<Vec<u8>, ReadError> {
        let missing = || ReadError::Missing { what: format!("{path} (blob {})", id.short()) };
        match self.header(id)?.ok_or_else(missing)? {
            (ObjectKind::Blob, size) if size > MAX_FILE => Err(ReadError::TooLarge { path: path.clone(), size }),
            (ObjectKind::Blob, _) => {
                if let Some(content) = self.ahead.take(id) {
                    return Ok(content);
                }
                let mut buffer = Vec::new();
                self.read(id, &mut buffer)?.ok_or_else(missing)?;
                Ok(buffer)
            }
            (kind, _) => Err(ReadError::Failed {
                message: format!("{path} should be a file, and object {} is a {kind}", id.short()),
                help: "the repository is damaged: `git fsck` shows where".to_owned(),
            }),
        }
    }

    /// `id`, or what it leads to through annotated tags; `None` when that is not a commit.
    pub(super) fn peel_to_commit(&self, id: &Id) -> Result<Option<Id>, ReadError> {
        let mut at = *id;
        let mut buffer = Vec::new();
        for _ in 0..MAX_TAGS {
            let missing = || ReadError::Missing { what: format!("object {}", at.short()) };
            match self.header(&at)?.ok_or_else(missing)?.0 {
                ObjectKind::Commit => return Ok(Some(at)),
                ObjectKind::Tree | ObjectKind::Blob => return Ok(None),
                ObjectKind::Tag => {}
            }
            self.read(&at, &mut buffer)?.ok_or_else(missing)?;
            at = gix::objs::TagRefIter::from_bytes(&buffer, self.hash)
                .target_id()
                .map_err(|error| damaged(&format!("tag {}", at.short()), &error))
                .and_then(|target| from_oid(&target))?;
        }
        Ok(None)
    }

    /// The tree of a commit and its parents as recorded, whatever grafts or a shallow clone say.
    pub(super) fn commit(&self, id: &Id) -> Result<Commit, ReadError> {
        let mut buffer = Vec::new();
        match self.read(id, &mut buffer)? {
            Some(ObjectKind::Commit) => self.parse_commit(id, &buffer),
            Some(kind) => Err(not_a_commit(id, kind)),
            None => Err(ReadError::Missing { what: format!("commit {}", id.short()) }),
        }
    }

    /// The same for what `id` leads to through annotated tags. A commit, which it nearly always is, is read once.
    pub(super) fn commit_behind(&self, id: &Id) -> Result<Commit, ReadError> {
        let mut buffer = Vec::new();
        match self.read(id, &mut buffer)? {
            Some(ObjectKind::Commit) => self.parse_commit(id, &buffer),
            Some(kind) => self.commit(&self.peel_to_commit(id)?.ok_or_else(|| not_a_commit(id, kind))?),
            None => Err(ReadError::Missing { what: format!("commit {}", id.short()) }),
        }
    }

    fn parse_commit(&self, id: &Id, content: &[u8]) -> Result<Commit, ReadError> {
        let mut commit = Commit { tree: *id, parents: Vec::new() };
        for token in gix::objs::CommitRefIter::from_bytes(content, self.hash) {
            match token.map_err(|error| damaged(&format!("commit {}", id.short()), &error))? {
                Token::Tree { id } => commit.tree = from_oid(&id)?,
                Token::Parent { id } => commit.parents.push(from_oid(&id)?),
                _ => break,
            }
        }
        Ok(commit)
    }

    /// The hash of this repository's objects.
    pub(super) fn hash(&self) -> gix::hash::Kind {
        self.hash
    }

    /// `None` for an id of the other hash's length: no such object can be here.
    fn oid(&self, id: &Id) -> Option<gix::ObjectId> {
        gix::ObjectId::try_from(id.as_bytes()).ok().filter(|oid| oid.kind() == self.hash)
    }
}

/// What a snapshot and the parents rule need of a commit.
pub(super) struct Commit {
    pub(super) tree: Id,
    pub(super) parents: Vec<Id>,
}

/// An id of gix as ours.
pub(super) fn from_oid(oid: &gix::hash::oid) -> Result<Id, ReadError> {
    Id::from_bytes(oid.as_bytes()).ok_or_else(|| ReadError::Failed {
        message: format!("object id {oid} has an unknown length"),
        help: "`git rev-parse --show-object-format` should say sha1 or sha256".to_owned(),
    })
}

/// A commit was asked for and `id` is something else.
pub(super) fn not_a_commit(id: &Id, kind: ObjectKind) -> ReadError {
    ReadError::Failed {
        message: format!("{} is a {kind}, not a commit", id.short()),
        help: format!("name a commit: `git cat-file -t {id}` shows what this is"),
    }
}

/// `what` is there and cannot be read.
pub(super) fn damaged(what: &str, error: &dyn Display) -> ReadError {
    let reason = format!("{error:#}");
    ReadError::Failed {
        message: format!("cannot read {what}: {}", printable_text(reason.lines().next().unwrap_or_default())),
        help: "`git fsck` shows what is damaged".to_owned(),
    }
}
