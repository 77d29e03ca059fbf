//! A buffer over a part of a file. It holds the bytes that are being looked at, moves on with them, and grows only for
//! what does not fit: a path longer than the buffer.

use std::io::{self, Read, Seek, SeekFrom};

/// Bytes that are read at once.
const SIZE: usize = 128 * 1024;

/// The bytes of `source` from where reading stands, as far as they are read.
pub(super) struct Window<R> {
    source: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Where `start` is in the source.
    position: u64,
    /// Nothing is read from here on.
    limit: u64,
}

impl<R: Read + Seek> Window<R> {
    /// At the beginning of `source`, of which `limit` bytes count.
    pub(super) fn new(source: R, limit: u64) -> Self {
        let size = usize::try_from(limit).unwrap_or(SIZE).min(SIZE);
        Self { source, buffer: vec![0; size.max(64)], start: 0, end: 0, position: 0, limit }
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
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let unread = self.left().saturating_sub(self.end as u64);
        let room = self.buffer.len() - self.end;
        let room = usize::try_from(unread).map_or(room, |unread| unread.min(room));
        let mut done = 0;
        // One entry must fit after this; short reads of a file are rare.
        while done < room {
            match self.source.read(&mut self.buffer[self.end..self.end + room - done]) {
                Ok(0) => break,
                Ok(count) => {
                    done += count;
                    self.end += count;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done > 0)
    }

    /// Goes to `position`, without reading where that is in the buffer.
    pub(super) fn seek(&mut self, position: u64) -> io::Result<()> {
        let first = self.position - self.start as u64;
        let inside = position.checked_sub(first).and_then(|at| usize::try_from(at).ok()).filter(|&at| at <= self.end);
        match inside {
            Some(at) => self.start = at,
            None => {
                self.source.seek(SeekFrom::Start(position))?;
                (self.start, self.end) = (0, 0);
            }
        }
        self.position = position;
        Ok(())
    }
}
