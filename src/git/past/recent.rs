//! The objects of packs that were taken out last. Most objects of a pack are written as what changes against another one,
//! which a history read in its order has just shown.

use std::collections::{HashMap, VecDeque};

use gix::objs::Kind;
use gix::odb::pack::cache::DecodeEntry;

/// The pack, and where in it.
type Key = (u32, u64);

/// A ring of bytes: what is new takes the place of what is oldest. Of fixed size, however long the history.
pub(in crate::git) struct Recent {
    ring: Vec<u8>,
    /// Where the next object goes.
    at: usize,
    kept: HashMap<Key, Kept>,
    /// What is kept, oldest first; in the ring, too, one comes after the other.
    order: VecDeque<Key>,
}

#[derive(Clone, Copy)]
struct Kept {
    start: usize,
    end: usize,
    kind: Kind,
    packed: usize,
}

impl Recent {
    /// A ring of `size` bytes.
    pub(in crate::git) fn new(size: usize) -> Self {
        Self { ring: vec![0; size], at: 0, kept: HashMap::new(), order: VecDeque::new() }
    }

    /// Forgets what stands between `start` and `end`: the oldest, if anything.
    fn clear(&mut self, start: usize, end: usize) {
        while let Some(oldest) = self.order.front() {
            if self.kept.get(oldest).is_some_and(|kept| kept.end <= start || kept.start >= end) {
                return;
            }
            self.kept.remove(oldest);
            self.order.pop_front();
        }
    }
}

impl DecodeEntry for Recent {
    fn put(&mut self, pack: u32, offset: u64, data: &[u8], kind: Kind, packed: usize) {
        // One large object would push out all others.
        if data.is_empty() || data.len() > self.ring.len() / 8 || self.kept.contains_key(&(pack, offset)) {
            return;
        }
        if self.at + data.len() > self.ring.len() {
            self.clear(self.at, self.ring.len());
            self.at = 0;
        }
        let (start, end) = (self.at, self.at + data.len());
        self.clear(start, end);
        self.ring[start..end].copy_from_slice(data);
        self.kept.insert((pack, offset), Kept { start, end, kind, packed });
        self.order.push_back((pack, offset));
        self.at = end;
    }

    fn get(&mut self, pack: u32, offset: u64, out: &mut Vec<u8>) -> Option<(Kind, usize)> {
        let kept = self.kept.get(&(pack, offset))?;
        out.clear();
        out.extend_from_slice(&self.ring[kept.start..kept.end]);
        Some((kept.kind, kept.packed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_what_was_put_and_the_oldest_goes() {
        let (mut recent, mut out) = (Recent::new(256), Vec::new());
        let data = |offset: u64| vec![u8::try_from(offset % 251).unwrap(); usize::try_from(offset % 32).unwrap() + 1];
        for offset in 0..1000u64 {
            recent.put(1, offset, &data(offset), Kind::Tree, 7);
            assert_eq!(recent.get(1, offset, &mut out), (offset % 32 < 32).then_some((Kind::Tree, 7)));
            assert_eq!(out, data(offset));
            for earlier in 0..offset {
                if recent.get(1, earlier, &mut out).is_some() {
                    assert_eq!(out, data(earlier), "{earlier} at {offset}");
                }
            }
            assert!(recent.kept.len() == recent.order.len() && recent.kept.len() <= 64);
            assert!(recent.kept.values().map(|kept| kept.end - kept.start).sum::<usize>() <= 256);
        }
        assert!(recent.get(1, 0, &mut out).is_none() && recent.get(2, 999, &mut out).is_none());
        recent.put(1, 5000, &[0; 200], Kind::Blob, 1);
        assert!(recent.get(1, 5000, &mut out).is_none() && recent.get(1, 999, &mut out).is_some());
    }
}
