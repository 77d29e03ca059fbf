//! All commits of a history, compactly: ids, trees and parents, some sixty bytes for each, so that a history can be
//! searched again without being read again.

use std::hash::{BuildHasher, Hasher};

use crate::source::Id;

/// A commit's place among [`Commits`].
pub type At = u32;

/// The commits of a history, each by its place; a child stands before its parents wherever dates do not lie.
pub struct Commits {
    id_len: usize,
    ids: Vec<u8>,
    trees: Vec<u8>,
    /// Of each commit whose parents are known, where they begin and end.
    spans: Vec<(u32, u32)>,
    parents: Vec<At>,
    /// Open addressing by id: a place plus one; 0 is free.
    slots: Vec<u32>,
    /// Ids come from whoever wrote the history, who shall not choose where they fall.
    seed: u64,
}

impl Commits {
    pub(super) fn new(id_len: usize) -> Self {
        let seed = std::collections::hash_map::RandomState::new().build_hasher().finish();
        let (ids, trees, spans, parents) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { id_len, ids, trees, spans, parents, slots: vec![0; 1024], seed: seed | 1 }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The id of one; `None` for a place that none has.
    pub fn id(&self, at: At) -> Option<Id> {
        self.piece(&self.ids, at)
    }

    /// Its tree.
    pub fn tree(&self, at: At) -> Option<Id> {
        self.piece(&self.trees, at)
    }

    /// Its parents; none at the edge of a shallow clone.
    pub fn parents(&self, at: At) -> &[At] {
        let (start, end) = self.spans.get(index(at)).copied().unwrap_or_default();
        self.parents.get(index(start)..index(end)).unwrap_or_default()
    }

    fn piece(&self, pieces: &[u8], at: At) -> Option<Id> {
        let start = index(at).checked_mul(self.id_len)?;
        Id::from_bytes(pieces.get(start..start + self.id_len)?)
    }

    /// Where `id` is; `None` if it is not among them yet.
    pub(super) fn find(&self, id: &Id) -> Option<At> {
        self.slot(id).ok()
    }

    /// The place of `id`, or the free slot that it would take.
    fn slot(&self, id: &Id) -> Result<At, usize> {
        let id = id.as_bytes();
        let first: [u8; 8] = id.first_chunk().copied().unwrap_or_default();
        let mixed = (u64::from_le_bytes(first) ^ self.seed).wrapping_mul(self.seed);
        let mask = self.slots.len() - 1;
        let mut slot = usize::try_from(mixed >> 32).unwrap_or_default() & mask;
        loop {
            match self.slots[slot].checked_sub(1) {
                None => return Err(slot),
                Some(at) if self.ids[index(at) * self.id_len..][..self.id_len] == *id => return Ok(at),
                Some(_) => slot = (slot + 1) & mask,
            }
        }
    }

    /// Adds one whose parents are not known yet; `None` when there are more than four thousand million, or when its id has
    /// another length than theirs.
    pub(super) fn add(&mut self, id: &Id, tree: &Id) -> Option<At> {
        if id.as_bytes().len() != self.id_len || tree.as_bytes().len() != self.id_len {
            return None;
        }
        let at = At::try_from(self.len()).ok().filter(|&at| at < At::MAX)?;
        if self.slots.len() < (self.len() + 1) * 2 {
            self.grow();
        }
        if let Err(free) = self.slot(id) {
            self.slots[free] = at + 1;
        }
        self.ids.extend_from_slice(id.as_bytes());
        self.trees.extend_from_slice(tree.as_bytes());
        self.spans.push((0, 0));
        Some(at)
    }

    fn grow(&mut self) {
        self.slots = vec![0; self.slots.len() * 2];
        for at in 0..At::try_from(self.len()).unwrap_or(At::MAX) {
            let free = self.id(at).map(|id| self.slot(&id));
            if let Some(Err(free)) = free {
                self.slots[free] = at + 1;
            }
        }
    }

    /// Says what the parents of `at` are.
    pub(super) fn set_parents(&mut self, at: At, parents: &[At]) {
        let place = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        let start = place(self.parents.len());
        self.parents.extend_from_slice(parents);
        if let Some(span) = self.spans.get_mut(index(at)) {
            *span = (start, place(self.parents.len()));
        }
    }
}

fn index(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_commit_is_found_where_it_was_put() {
        for id_len in [20, 32] {
            let id = |number: u32| {
                let mut raw = vec![0; id_len];
                raw[8..12].copy_from_slice(&number.to_le_bytes());
                raw[0] = u8::try_from(number % 3).unwrap();
                Id::from_bytes(&raw).unwrap()
            };
            let mut commits = Commits::new(id_len);
            for number in 0..3000 {
                assert_eq!(commits.find(&id(number)), None);
                let at = commits.add(&id(number), &id(number + 1)).unwrap();
                commits.set_parents(at, &[number / 2, number / 3][..usize::try_from(number % 3).unwrap()]);
            }
            for number in 0..3000 {
                assert_eq!(commits.find(&id(number)), Some(number));
                assert_eq!((commits.id(number), commits.tree(number)), (Some(id(number)), Some(id(number + 1))));
                let parents = [number / 2, number / 3];
                assert_eq!(commits.parents(number), &parents[..usize::try_from(number % 3).unwrap()]);
            }
            assert_eq!((commits.len(), commits.id(3000), commits.parents(3000)), (3000, None, &[][..]));
        }
        assert!(Commits::new(20).add(&Id::from_bytes(&[0; 32]).unwrap(), &Id::from_bytes(&[0; 32]).unwrap()).is_none());
    }
}
