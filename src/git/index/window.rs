//! A buffer over a part of a file. It holds the bytes that are being looked at, moves on with them, and grows only for
//! what does not fit: a path longer than the buffer. Where a file is large another thread reads it too, for copying its
//! bytes takes as long as looking at them.

use std::io;
use std::sync::Arc;
use std::thread;

use super::ahead::{Ahead, HEADROOM};
use super::read_at::{ReadAt, read};

/// Bytes that are read at once.
const SIZE: usize = 64 * 1024;

/// The bytes of `source` from where reading stands, as far as they are read.
pub(super) struct Window<R> {
    source: Arc<R>,
    ahead: Option<Ahead<R>>,
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

impl<R: ReadAt> Window<R> {
    /// At the beginning of `source`, of which `limit` bytes count; `size` bytes are read at once, or as many as usual.
    pub(super) fn new(source: R, limit: u64, size: Option<usize>) -> Self {
        let size = usize::try_from(limit).unwrap_or(SIZE).min(size.unwrap_or(SIZE));
        let source = Arc::new(source);
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
        let from = self.position + self.end as u64;
        let done = read(&*self.source, &mut self.buffer[self.end..self.end + room], from)?;
        self.end += done;
        Ok(done > 0)
    }

    /// Goes to `position`, without reading where that is in the buffer.
    pub(super) fn seek(&mut self, position: u64) {
        let first = self.position - (self.start - self.first) as u64;
        let inside = position.checked_sub(first).and_then(|at| usize::try_from(at).ok());
        let inside = inside.map(|at| self.first + at).filter(|&at| at <= self.end);
        match inside {
            Some(at) => self.start = at,
            None => (self.first, self.start, self.end) = (0, 0, 0),
        }
        self.position = position;
    }

    /// Takes the next of the buffers that are read ahead.
    fn take(&mut self) -> io::Result<bool> {
        let Some(ahead) = &mut self.ahead else { return Ok(false) };
        let left = self.end - self.start;
        let mut done = false;
        // What does not fit at the front of a buffer is long: as above it is looked at again when there is twice as much.
        while !done || (left > HEADROOM && self.end - self.start < 2 * left) {
            let Some(mut fresh) = ahead.take()? else { break };
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
            ahead.give_back(fresh);
            done = true;
        }
        Ok(done)
    }

    /// Does `work`, which goes through the rest of the file, while another thread reads it too, `chunk` bytes at a time.
    pub(super) fn ahead<T>(&mut self, chunk: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        let next = self.position + (self.end - self.start) as u64;
        let (ahead, helper) = Ahead::new(Arc::clone(&self.source), next..self.limit.max(next), chunk);
        self.ahead = Some(ahead);
        thread::scope(|scope| {
            // Without a thread all of it is read here.
            let _ = thread::Builder::new().spawn_scoped(scope, move || helper.fill());
            work(Reading(self).0)
        })
    }
}

/// However the work ends, nobody takes buffers any more: the other thread waits until somebody does.
struct Reading<'w, R>(&'w mut Window<R>);

impl<R> Drop for Reading<'_, R> {
    fn drop(&mut self) {
        self.0.ahead = None;
    }
}
