//! Whether two trees differ in what is wanted. Directories that are equal on both sides are passed over, and the first
//! difference is the answer: what git does for `git log -- PATH`, without its detour by lists of changes.

use std::cmp::Ordering;

use gix::objs::TreeRefIter;
use gix::objs::tree::{EntryKind, EntryRef};

use crate::git::ObjectKind;
use crate::git::objects::{Objects, damaged, from_oid};
use crate::git::repository::Repository;
use crate::git::wanted::Wanted;
use crate::source::{Id, ReadError};

/// Directories within directories that are compared; deeper ones differ wherever their ids do.
const MOST_LEVELS: usize = 256;

/// Compares trees.
pub struct Differ<'r> {
    objects: &'r Objects,
    wanted: Vec<Wanted>,
    /// The last trees of each level. The older side of a commit is the newer one of the next.
    levels: Vec<[Side; 2]>,
    path: Vec<u8>,
}

/// A tree and its data; `None` is the tree without entries.
#[derive(Default)]
struct Side {
    id: Option<Id>,
    data: Vec<u8>,
}

impl Repository {
    /// Compares trees in what is `wanted`.
    ///
    /// # Errors
    /// When the objects cannot be opened.
    pub fn differ(&self, wanted: Vec<Wanted>) -> Result<Differ<'_>, ReadError> {
        Ok(Differ { objects: self.objects()?, wanted, levels: Vec::new(), path: Vec::new() })
    }
}

impl Differ<'_> {
    /// Whether the two trees differ; `None` is the tree without entries.
    ///
    /// # Errors
    /// When a tree is missing or damaged.
    pub fn differ(&mut self, one: Option<&Id>, other: Option<&Id>) -> Result<bool, ReadError> {
        self.path.clear();
        if one == other { Ok(false) } else { self.trees(0, one, other) }
    }

    fn trees(&mut self, level: usize, one: Option<&Id>, other: Option<&Id>) -> Result<bool, ReadError> {
        if level >= MOST_LEVELS {
            return Ok(true);
        }
        if self.levels.len() <= level {
            self.levels.push(<[Side; 2]>::default());
        }
        let mut sides = std::mem::take(&mut self.levels[level]);
        let answer = self.fill(&mut sides, one, other).and_then(|()| self.entries(level, &sides));
        self.levels[level] = sides;
        answer
    }

    fn fill(&self, sides: &mut [Side; 2], one: Option<&Id>, other: Option<&Id>) -> Result<(), ReadError> {
        if sides[0].id.as_ref() != one && sides[1].id.as_ref() == one {
            sides.swap(0, 1);
        }
        for (side, id) in sides.iter_mut().zip([one, other]) {
            if side.id.as_ref() != id {
                self.read(id, side)?;
            }
        }
        Ok(())
    }

    fn read(&self, id: Option<&Id>, side: &mut Side) -> Result<(), ReadError> {
        side.id = None;
        side.data.clear();
        let Some(id) = id else { return Ok(()) };
        let what = || format!("tree {}", id.short());
        let found = self.objects.read(id, &mut side.data);
        match found {
            Ok(Some(ObjectKind::Tree)) => {
                side.id = Some(*id);
                return Ok(());
            }
            _ => side.data.clear(),
        }
        Err(match found? {
            Some(kind) => damaged(&what(), &format_args!("it is a {kind}")),
            None => ReadError::Missing { what: what() },
        })
    }

    /// Goes along both in git's order. An entry is passed over only beside its equal, so that no difference is missed in
    /// trees that are out of order or hold a name twice.
    fn entries(&mut self, level: usize, sides: &[Side; 2]) -> Result<bool, ReadError> {
        let hash = self.objects.hash();
        let mut iters = [0, 1].map(|at| TreeRefIter::from_bytes(&sides[at].data, hash));
        let mut next = |at: usize| {
            let broken = |error| damaged(&sides[at].name(), &error);
            iters[at].next().transpose().map_err(broken)
        };
        let (mut one, mut other) = (next(0)?, next(1)?);
        loop {
            let order = match (&one, &other) {
                (None, None) => return Ok(false),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(one), Some(other)) => in_order(one, other),
            };
            let differs = match order {
                Ordering::Equal if one == other => false,
                Ordering::Equal => self.pair(level, one.as_ref(), other.as_ref())?,
                Ordering::Less => self.pair(level, one.as_ref(), None)?,
                Ordering::Greater => self.pair(level, None, other.as_ref())?,
            };
            if differs {
                return Ok(true);
            }
            if order.is_le() {
                one = next(0)?;
            }
            if order.is_ge() {
                other = next(1)?;
            }
        }
    }

    /// Two entries of one name that are not equal, or one alone.
    fn pair(
        &mut self,
        level: usize,
        one: Option<&EntryRef<'_>>,
        other: Option<&EntryRef<'_>>,
    ) -> Result<bool, ReadError> {
        let Some(named) = one.or(other) else { return Ok(false) };
        let len = self.path.len();
        self.path.extend_from_slice(named.filename);
        let is_tree = |entry: &&EntryRef<'_>| entry.mode.kind() == EntryKind::Tree;
        let kinds = |entry: &EntryRef<'_>| (entry.mode.kind(), entry.oid.to_owned());
        let files = [one, other].map(|entry| entry.filter(|entry| !is_tree(entry)));
        // Modes that mean the same may be written differently.
        let differ = files[0].map(kinds) != files[1].map(kinds);
        let mut answer = differ && self.wanted.iter().any(|wanted| wanted.takes(&self.path));
        let trees = [one, other].map(|entry| entry.filter(is_tree).map(|entry| from_oid(entry.oid)));
        let [one, other] = trees.map(Option::transpose);
        let (one, other) = (one?, other?);
        if !answer && one != other && self.wanted.iter().any(|wanted| wanted.enters(&self.path)) {
            self.path.push(b'/');
            answer = self.trees(level + 1, one.as_ref(), other.as_ref())?;
        }
        self.path.truncate(len);
        Ok(answer)
    }
}

impl Side {
    fn name(&self) -> String {
        self.id.as_ref().map_or_else(|| "the empty tree".to_owned(), |id| format!("tree {}", id.short()))
    }
}

/// How git sorts entries: a directory as if its name ended with a slash.
fn in_order(one: &EntryRef<'_>, other: &EntryRef<'_>) -> Ordering {
    let (first, second): (&[u8], &[u8]) = (one.filename, other.filename);
    let common = first.len().min(second.len());
    let after = |entry: &EntryRef<'_>| {
        let end = (entry.mode.kind() == EntryKind::Tree).then_some(b'/');
        entry.filename.get(common).copied().or(end)
    };
    first[..common]
        .cmp(&second[..common])
        .then_with(|| after(one).cmp(&after(other)))
        .then_with(|| first.len().cmp(&second.len()))
}
