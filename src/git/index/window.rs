//! A buffer over a part of a file. It holds the bytes that are being looked at, moves on with them, and grows only for
//! what does not fit: a path longer than the buffer. Where a file is large another thread reads it, for copying its bytes
//! takes as long as looking at them.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread;

/// Bytes that are read at once.
const SIZE: usize = 64 * 1024;
/// Room in front of what another thread read, for what was left over of the bytes before.
const HEADROOM: usize = 8 * 1024;
/// How many buffers may lie ready.
const READY: usize = 2;

/// The bytes of `source` from where reading stands, as far as they are read.
pub(super) struct Window<R> {
    source: R,
    ahead: Option<Ahead>,
    buffer: Vec<u8>,
    /// Before it nothing is of the source.
    first: usize,
    start: usize,
    end: usize,
    /// Where `start` is in the source.
    position: u64,
    /// Nothing is read from here on.
    limit: u64,
}

/// Buffers that another thread fills, each behind [`HEADROOM`], and those that it may fill again.
struct Ahead {
    full: Receiver<io::Result<Vec<u8>>>,
    empty: Sender<Vec<u8>>,
}

impl<R: Read + Seek> Window<R> {
    /// At the beginning of `source`, of which `limit` bytes count; `size` bytes are read at once, or as many as usual.
    pub(super) fn new(source: R, limit: u64, size: Option<usize>) -> Self {
        let size = usize::try_from(limit).unwrap_or(SIZE).min(size.unwrap_or(SIZE));
        Self { source, ahead: None, buffer: vec![0; size.max(64)], first: 0, start: 0, end: 0, position: 0, limit }
    }

    /// What is read and not consumed.
    pub(super) fn data(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Where [`Self::data`] begins in the source.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// How many bytes there are from there to the end of what counts.
    pub(super) fn left(&self) -> u64 {
        self.limit.saturating_sub(self.position)
    }

    /// Moves on by `count` bytes of [`Self::data`].
    pub(super) fn consume(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        self.start += count;
        self.position += count as u64;
    }

    /// Reads more behind [`Self::data`]; false where there is no more.
    pub(super) fn more(&mut self) -> io::Result<bool> {
        if self.ahead.is_some() {
            return self.take();
        }
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        (self.first, self.start) = (0, 0);
        if self.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let unread = self.left().saturating_sub(self.end as u64);
        let room = self.buffer.len() - self.end;
        let room = usize::try_from(unread).map_or(room, |unread| unread.min(room));
        let done = read(&mut self.source, &mut self.buffer[self.end..self.end + room])?;
        self.end += done;
        Ok(done > 0)
    }

    /// Goes to `position`, without reading where that is in the buffer.
    pub(super) fn seek(&mut self, position: u64) -> io::Result<()> {
        let first = self.position - (self.start - self.first) as u64;
        let inside = position.checked_sub(first).and_then(|at| usize::try_from(at).ok());
        let inside = inside.map(|at| self.first + at).filter(|&at| at <= self.end);
        match inside {
            Some(at) => self.start = at,
            None => {
                self.source.seek(SeekFrom::Start(position))?;
                (self.first, self.start, self.end) = (0, 0, 0);
            }
        }
        self.position = position;
        Ok(())
    }

    /// Takes the next of the buffers that another thread filled.
    fn take(&mut self) -> io::Result<bool> {
        let Some(Ahead { full, empty }) = &self.ahead else { return Ok(false) };
        let left = self.end - self.start;
        let mut done = false;
        // What does not fit at the front of a buffer is long: as above it is looked at again when there is twice as much.
        while !done || (left > HEADROOM && self.end - self.start < 2 * left) {
            let Ok(fresh) = full.recv() else { break };
            let mut fresh = fresh?;
            if left <= HEADROOM {
                self.first = HEADROOM - left;
                fresh[self.first..HEADROOM].copy_from_slice(&self.buffer[self.start..self.end]);
                std::mem::swap(&mut self.buffer, &mut fresh);
            } else {
                self.buffer.truncate(self.end);
                self.buffer.drain(..self.start);
                self.buffer.extend_from_slice(&fresh[HEADROOM..]);
                self.first = 0;
            }
            (self.start, self.end) = (self.first, self.buffer.len());
            // Nobody fills it any more where all is read.
            let _ = empty.send(fresh);
            done = true;
        }
        Ok(done)
    }
}

impl<R: Read + Seek + Send> Window<R> {
    /// Does `work`, which goes through the rest of the file, while another thread reads it `chunk` bytes at a time from
    /// `other`, a second handle to it.
    pub(super) fn ahead<T>(&mut self, other: R, chunk: usize, work: impl FnOnce(&mut Self) -> T) -> io::Result<T> {
        let next = self.position + (self.end - self.start) as u64;
        let left = self.limit.saturating_sub(next);
        let (filled, full) = mpsc::sync_channel(READY);
        let (empty, emptied) = mpsc::channel();
        let result = thread::scope(|scope| {
            let thread = thread::Builder::new();
            let thread = thread.spawn_scoped(scope, move || fill(other, (next, left), chunk, &filled, &emptied));
            // Without a thread it is read here.
            self.ahead = thread.is_ok().then_some(Ahead { full, empty });
            work(Reading(self).0)
        });
        self.source.seek(SeekFrom::Start(self.position + (self.end - self.start) as u64))?;
        Ok(result)
    }
}

/// However the work ends, nobody takes buffers any more: the other thread waits until somebody does.
struct Reading<'w, R>(&'w mut Window<R>);

impl<R> Drop for Reading<'_, R> {
    fn drop(&mut self) {
        self.0.ahead = None;
    }
}

/// Reads `left` bytes of `source` from `start` on, until nobody takes them.
fn fill<R: Read + Seek>(
    mut source: R,
    (start, mut left): (u64, u64),
    chunk: usize,
    filled: &SyncSender<io::Result<Vec<u8>>>,
    emptied: &Receiver<Vec<u8>>,
) {
    if let Err(error) = source.seek(SeekFrom::Start(start)) {
        let _ = filled.send(Err(error));
        return;
    }
    let mut next = || -> io::Result<Option<Vec<u8>>> {
        let mut buffer = emptied.try_recv().unwrap_or_default();
        buffer.resize(HEADROOM + usize::try_from(left).map_or(chunk, |left| left.min(chunk)), 0);
        let done = read(&mut source, &mut buffer[HEADROOM..])?;
        buffer.truncate(HEADROOM + done);
        left -= done as u64;
        Ok((done > 0).then_some(buffer))
    };
    while let Some(buffer) = next().transpose() {
        let failed = buffer.is_err();
        if filled.send(buffer).is_err() || failed {
            return;
        }
    }
}

/// Fills `buffer` as far as there is something. One entry must fit; short reads of a file are rare.
fn read(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while done < buffer.len() {
        match source.read(&mut buffer[done..]) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}
