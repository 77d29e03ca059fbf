//! The rest of a large file in chunks, which two threads read: a helper, and whoever looks at them, who reads one himself
//! where the next is not ready. Each is read by whoever claims it first, and looked at in the order of the file.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};

use super::read_at::{ReadAt, read};

/// Room in front of what was read, for what was left over of the bytes before.
pub(super) const HEADROOM: usize = 8 * 1024;
/// How many chunks may lie ready on either side.
const READY: usize = 2;

/// A chunk with its number.
type Numbered = (u64, io::Result<Vec<u8>>);

/// The side of whoever looks at the chunks.
pub(super) struct Ahead<R> {
    chunks: Chunks<R>,
    /// The number of the one to look at next.
    wanted: u64,
    full: Receiver<Numbered>,
    empty: Sender<Vec<u8>>,
    /// Ready before their turn.
    early: BTreeMap<u64, Vec<u8>>,
    spare: Vec<Vec<u8>>,
}

/// The side of the helper.
pub(super) struct Helper<R> {
    chunks: Chunks<R>,
    full: SyncSender<Numbered>,
    empty: Receiver<Vec<u8>>,
}

/// Which bytes there are, in pieces of `size`.
struct Chunks<R> {
    source: Arc<R>,
    bytes: Range<u64>,
    size: usize,
    /// The first that nobody reads yet.
    next: Arc<AtomicU64>,
}

impl<R: ReadAt> Ahead<R> {
    /// Both sides of reading `bytes` of `source`, `size` at a time.
    pub(super) fn new(source: Arc<R>, bytes: Range<u64>, size: usize) -> (Self, Helper<R>) {
        let chunks = Chunks { source, bytes, size: size.max(1), next: Arc::default() };
        let (filled, full) = mpsc::sync_channel(READY);
        let (empty, emptied) = mpsc::channel();
        let helper = Helper { chunks: chunks.clone(), full: filled, empty: emptied };
        (Self { chunks, wanted: 0, full, empty, early: BTreeMap::new(), spare: Vec::new() }, helper)
    }

    /// The next chunk behind [`HEADROOM`] bytes; `None` at the end, also of a file that ends earlier than was said.
    pub(super) fn take(&mut self) -> io::Result<Option<Vec<u8>>> {
        if self.wanted >= self.chunks.count() {
            return Ok(None);
        }
        let chunk = loop {
            if let Some(chunk) = self.early.remove(&self.wanted) {
                break chunk;
            }
            let (number, chunk) = self.any();
            self.early.insert(number, chunk?);
        };
        let is_whole = chunk.len() == HEADROOM + self.chunks.length(self.wanted);
        self.wanted = if is_whole { self.wanted + 1 } else { self.chunks.count() };
        Ok((chunk.len() > HEADROOM).then_some(chunk))
    }

    /// A chunk that the helper has ready, or else one that nobody reads yet, or else the next of the helper.
    fn any(&mut self) -> Numbered {
        if let Ok(ready) = self.full.try_recv() {
            return ready;
        }
        if self.early.len() < READY
            && let Some(number) = self.chunks.claim()
        {
            return (number, self.chunks.read(number, self.spare.pop().unwrap_or_default()));
        }
        // Where there is no helper any more, what it began is read here.
        self.full.recv().unwrap_or_else(|_| (self.wanted, self.chunks.read(self.wanted, Vec::new())))
    }

    /// Takes back a chunk that is done with.
    pub(super) fn give_back(&mut self, chunk: Vec<u8>) {
        if self.spare.len() < READY {
            self.spare.push(chunk);
        } else {
            // Nobody fills it any more where all is read.
            let _ = self.empty.send(chunk);
        }
    }
}

impl<R: ReadAt> Helper<R> {
    /// Reads until everything is read, or nobody takes it.
    pub(super) fn fill(self) {
        while let Some(number) = self.chunks.claim() {
            let chunk = self.chunks.read(number, self.empty.try_recv().unwrap_or_default());
            let failed = chunk.is_err();
            if self.full.send((number, chunk)).is_err() || failed {
                return;
            }
        }
    }
}

impl<R> Clone for Chunks<R> {
    fn clone(&self) -> Self {
        Self {
            source: Arc::clone(&self.source),
            bytes: self.bytes.clone(),
            size: self.size,
            next: Arc::clone(&self.next),
        }
    }
}

impl<R: ReadAt> Chunks<R> {
    fn count(&self) -> u64 {
        (self.bytes.end - self.bytes.start).div_ceil(self.size as u64)
    }

    fn start(&self, number: u64) -> u64 {
        self.bytes.start + number * self.size as u64
    }

    fn length(&self, number: u64) -> usize {
        let left = self.bytes.end - self.start(number);
        usize::try_from(left).map_or(self.size, |left| left.min(self.size))
    }

    fn claim(&self) -> Option<u64> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        (number < self.count()).then_some(number)
    }

    fn read(&self, number: u64, mut buffer: Vec<u8>) -> io::Result<Vec<u8>> {
        buffer.resize(HEADROOM + self.length(number), 0);
        let done = read(&*self.source, &mut buffer[HEADROOM..], self.start(number))?;
        buffer.truncate(HEADROOM + done);
        Ok(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The chunks in order, with a helper or without.
    fn all(bytes: &[u8], said: u64, size: usize, helped: bool) -> Vec<u8> {
        let (mut ahead, helper) = Ahead::new(Arc::new(bytes), 3..said, size);
        std::thread::scope(|scope| {
            if helped {
                scope.spawn(|| helper.fill());
            } else {
                drop(helper);
            }
            let mut found = Vec::new();
            while let Some(chunk) = ahead.take().unwrap() {
                found.extend(&chunk[HEADROOM..]);
                ahead.give_back(chunk);
            }
            // The helper may wait for somebody to take what it read.
            drop(ahead);
            found
        })
    }

    #[test]
    fn the_chunks_are_the_file() {
        let bytes: Vec<u8> = (0..10_000_u32).map(|byte| (byte % 251) as u8).collect();
        for size in [1, 7, 1000, 9_997, 20_000] {
            for helped in [false, true] {
                assert_eq!(all(&bytes, 10_000, size, helped), bytes[3..], "{size} {helped}");
                // A file that became shorter ends where it ends.
                assert_eq!(all(&bytes[..5000], 10_000, size, helped), bytes[3..5000], "{size} {helped}");
            }
        }
        assert!(all(&bytes, 3, 10, true).is_empty());
    }

    #[test]
    fn what_a_helper_began_and_left_is_read_again() {
        let bytes = [7_u8; 100];
        let (mut ahead, helper) = Ahead::new(Arc::new(&bytes[..]), 0..100, 10);
        helper.chunks.claim();
        drop(helper);
        assert_eq!(ahead.take().unwrap().unwrap()[HEADROOM..], bytes[..10]);
    }

    struct Broken;

    impl ReadAt for Broken {
        fn read_at(&self, _: &mut [u8], offset: u64) -> io::Result<usize> {
            if offset < 50 { Ok(1) } else { Err(io::Error::other("broken")) }
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error_of_its_chunk() {
        let (mut ahead, helper) = Ahead::new(Arc::new(Broken), 0..100, 10);
        std::thread::scope(|scope| {
            scope.spawn(|| helper.fill());
            let whole = (0..10).take_while(|_| ahead.take().is_ok_and(|chunk| chunk.is_some())).count();
            assert!(whole <= 5, "{whole}");
            drop(ahead);
        });
    }
}
