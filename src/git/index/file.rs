//! An index file, streamed (gitformat-index(5), versions 2 to 4). One pass when it is opened checks the structure, keeps
//! the few entries that are asked for on nearly every commit, and remembers a place every so often, from which any other
//! path is found again without reading the whole.
//!
//! What is not plainly in order is [`Irregular`] and left to a reader that has all of it in memory. The checksum at the
//! end is not verified, as git does not when it reads.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::io;

use super::endings::Endings;
use super::entry::{EntryFlags, HEAD_SHA1, HEAD_SHA256, IndexEntry, Raw, Step, delta, whole};
use super::read_at::ReadAt;
use super::skim::skim;
use super::window::Window;

/// Why a file is not read as a stream.
#[derive(Debug)]
pub enum Irregular {
    /// It cannot be read at all.
    Io(io::Error),
    /// It ends before its entries do, or is too short to be an index.
    Truncated,
    /// It is no index of version 2, 3 or 4.
    Version,
    /// An entry that git would not write: without a path, with unknown flags, with two lengths.
    Entry,
    /// Entries that are not in order.
    Order,
    /// An extension that changes what the entries mean, as that of a split index does, or one that does not fit.
    Extension,
}

impl From<io::Error> for Irregular {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// An index file.
pub struct IndexFile<R> {
    window: RefCell<Window<R>>,
    format: Format,
    /// Places to begin at, in the order of the file; never empty.
    marks: Vec<Mark>,
    kept: Vec<IndexEntry>,
    endings: Endings,
}

#[derive(Clone, Copy)]
struct Format {
    /// Bytes of an object id.
    hash: usize,
    paths: Paths,
    count: u32,
}

#[derive(Clone, Copy)]
enum Paths {
    Whole,
    /// Version 4.
    Delta,
}

/// A place between two entries.
#[derive(Clone, Debug)]
struct Mark {
    /// The path before it; empty at the first entry.
    before: Vec<u8>,
    /// With which side of a conflict that path was.
    flags: EntryFlags,
    /// How many entries stand before it.
    index: u32,
    /// In bytes.
    offset: u64,
}

/// Whether to go on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Stop,
}

const HEADER: usize = 12;

impl<R: ReadAt> IndexFile<R> {
    /// Reads `source`, which has `size` bytes and ids of `hash` bytes (20 or 32), once. Entries whose path `endings` take
    /// are kept.
    ///
    /// # Errors
    /// What another reader must see.
    pub fn open(source: R, size: u64, hash: usize, endings: Endings) -> Result<Self, Irregular> {
        Self::open_ahead(source, size, hash, endings, None)
    }

    /// The same, while another thread reads along, `ahead` bytes at a time: a file that is large is through in little
    /// more than half the time.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_ahead(
        source: R,
        size: u64,
        hash: usize,
        endings: Endings,
        ahead: Option<usize>,
    ) -> Result<Self, Irregular> {
        let limit = size.checked_sub(hash as u64).ok_or(Irregular::Truncated)?;
        let mut window = Window::new(source, limit, ahead);
        let format = header(&mut window, hash)?;
        let first = Mark { before: Vec::new(), flags: EntryFlags::default(), index: 0, offset: HEADER as u64 };
        let (mut marks, mut kept) = (vec![first.clone()], Vec::new());
        let pass = |window: &mut Window<R>| {
            let skip = |path: &[u8]| !endings.take(path);
            walk(window, format, first, Some(&mut marks), skip, |raw| {
                if raw.is_directory() || endings.take(raw.path) {
                    kept.extend(raw.to_entry());
                }
                Flow::On
            })
        };
        match ahead {
            Some(chunk) => window.ahead(chunk, pass)?,
            None => pass(&mut window)?,
        }
        extensions(&mut window)?;
        Ok(Self { window: RefCell::new(window), format, marks, kept, endings })
    }

    /// The entries whose path ends as was said when the file was opened, and directories outside a sparse cone.
    pub fn kept(&self) -> &[IndexEntry] {
        &self.kept
    }

    /// What decides which those are.
    pub fn endings(&self) -> &Endings {
        &self.endings
    }

    /// Every entry at `path`: one, or the sides of a conflict. Reads a piece of the file unless they are kept.
    ///
    /// # Errors
    /// A file that is not what it was.
    pub fn at(&self, path: &[u8]) -> Result<Vec<IndexEntry>, Irregular> {
        if self.endings.take(path) {
            let first = self.kept.partition_point(|entry| entry.path.as_slice() < path);
            return Ok(self.kept[first..].iter().take_while(|entry| entry.path == path).cloned().collect());
        }
        let mark = self.marks.partition_point(|mark| mark.before.as_slice() < path).saturating_sub(1);
        let Some(mark) = self.marks.get(mark) else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        let skip = |other: &[u8]| other < path;
        walk(&mut self.window.borrow_mut(), self.format, mark.clone(), None, skip, |raw| match raw.path.cmp(path) {
            Ordering::Less => Flow::On,
            Ordering::Equal => {
                found.extend(raw.to_entry());
                Flow::On
            }
            Ordering::Greater => Flow::Stop,
        })?;
        Ok(found)
    }

    /// Every entry whose path is wanted, and directories outside a sparse cone, in the order of the file. Reads all of it.
    ///
    /// # Errors
    /// A file that is not what it was.
    pub fn entries(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Result<Vec<IndexEntry>, Irregular> {
        let mut found = Vec::new();
        let Some(first) = self.marks.first() else { return Ok(found) };
        let skip = |path: &[u8]| !wanted(path);
        walk(&mut self.window.borrow_mut(), self.format, first.clone(), None, skip, |raw| {
            if raw.is_directory() || wanted(raw.path) {
                found.extend(raw.to_entry());
            }
            Flow::On
        })?;
        Ok(found)
    }
}

fn header<R: ReadAt>(window: &mut Window<R>, hash: usize) -> Result<Format, Irregular> {
    window.more()?;
    let data = window.data();
    let (Some(signature), Some(version), Some(count)) = (data.get(..4), number(data, 4), number(data, 8)) else {
        return Err(Irregular::Truncated);
    };
    let paths = match (signature, version) {
        (b"DIRC", 2 | 3) => Paths::Whole,
        (b"DIRC", 4) => Paths::Delta,
        _ => return Err(Irregular::Version),
    };
    Ok(Format { hash, paths, count })
}

fn number(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..at + 4).and_then(|four| four.try_into().ok()).map(u32::from_be_bytes)
}

/// Shows the entries from `mark` on to `each`, but for those that it would `skip`, and leaves the window behind the last
/// one. `marks` gets a place for every filling of the window.
fn walk<R: ReadAt>(
    window: &mut Window<R>,
    format: Format,
    mark: Mark,
    mut marks: Option<&mut Vec<Mark>>,
    skip: impl Fn(&[u8]) -> bool,
    mut each: impl FnMut(Raw<'_>) -> Flow,
) -> Result<(), Irregular> {
    window.seek(mark.offset);
    let mut at = mark;
    loop {
        let flow = match format.paths {
            Paths::Whole if format.hash == 20 => {
                whole_paths::<HEAD_SHA1>(window.data(), format, &mut at, &skip, &mut each)?
            }
            Paths::Whole => whole_paths::<HEAD_SHA256>(window.data(), format, &mut at, &skip, &mut each)?,
            Paths::Delta => delta_paths(window.data(), format, &mut at, &mut each)?,
        };
        window.consume(usize::try_from(at.offset - window.position()).unwrap_or_default());
        if flow == Flow::Stop || at.index == format.count {
            return Ok(());
        }
        if let Some(marks) = &mut marks
            && marks.last().is_some_and(|last| last.index < at.index)
        {
            marks.push(at.clone());
        }
        if !window.more()? {
            return Err(Irregular::Truncated);
        }
    }
}

/// The entries that are whole in `data`, which begins at `mark`; moves it behind them. `HEAD` bytes stand before a path.
fn whole_paths<const HEAD: usize>(
    data: &[u8],
    format: Format,
    mark: &mut Mark,
    skip: &impl Fn(&[u8]) -> bool,
    each: &mut impl FnMut(Raw<'_>) -> Flow,
) -> Result<Flow, Irregular> {
    let (mut done, mut index, mut flow) = (0, mark.index, Flow::On);
    let before = std::mem::take(&mut mark.before);
    let (mut last, mut flags): (&[u8], EntryFlags) = (&before, mark.flags);
    while flow == Flow::On {
        let skimmed = skim::<HEAD>(&data[done..], format.count - index, last, skip);
        (done, index) = (done + skimmed.size, index + skimmed.entries);
        if let Some(path) = skimmed.last {
            (last, flags) = (path, EntryFlags::default());
        }
        if index == format.count {
            break;
        }
        let Step::Entry(raw, size) = whole(&data[done..], format.hash)? else { break };
        let order = last.cmp(raw.path);
        if order.is_ge() && !(order.is_eq() && flags.stage() < raw.flags.stage()) {
            return Err(Irregular::Order);
        }
        (last, flags) = (raw.path, raw.flags);
        done += size;
        index += 1;
        flow = each(raw);
    }
    (mark.before, mark.flags) = (last.to_vec(), flags);
    mark.index = index;
    mark.offset += done as u64;
    Ok(flow)
}

/// The same where each path is told by what differs from the one before.
fn delta_paths(
    data: &[u8],
    format: Format,
    mark: &mut Mark,
    each: &mut impl FnMut(Raw<'_>) -> Flow,
) -> Result<Flow, Irregular> {
    let (mut done, mut index, mut flow, mut flags) = (0, mark.index, Flow::On, mark.flags);
    let path = &mut mark.before;
    while index < format.count && flow == Flow::On {
        let Step::Entry((strip, raw), size) = delta(&data[done..], format.hash)? else { break };
        let strip = usize::try_from(strip).map_err(|_| Irregular::Entry)?;
        let keep = path.len().checked_sub(strip).ok_or(Irregular::Entry)?;
        match path[keep..].cmp(raw.path) {
            Ordering::Less => {}
            Ordering::Equal if flags.stage() < raw.flags.stage() => {}
            Ordering::Equal | Ordering::Greater => return Err(Irregular::Order),
        }
        path.truncate(keep);
        path.extend_from_slice(raw.path);
        if path.is_empty() || !raw.has_length_of(path) {
            return Err(Irregular::Entry);
        }
        flags = raw.flags;
        done += size;
        index += 1;
        flow = each(Raw { path, ..raw });
    }
    (mark.index, mark.flags) = (index, flags);
    mark.offset += done as u64;
    Ok(flow)
}

/// Looks at the signatures of what follows the entries: one that begins with a lower-case letter changes their meaning.
fn extensions<R: ReadAt>(window: &mut Window<R>) -> Result<(), Irregular> {
    while window.left() >= 8 {
        while window.data().len() < 8 {
            if !window.more()? {
                return Err(Irregular::Truncated);
            }
        }
        let data = window.data();
        let (Some(first), Some(size)) = (data.first(), number(data, 4)) else { return Err(Irregular::Truncated) };
        // `sdir` only announces directories outside a sparse cone; they say so themselves.
        let is_known = data.starts_with(b"sdir") && size == 0;
        if !(first.is_ascii_uppercase() || is_known) || u64::from(size) + 8 > window.left() {
            return Err(Irregular::Extension);
        }
        let next = window.position() + 8 + u64::from(size);
        window.seek(next);
    }
    if window.left() == 0 { Ok(()) } else { Err(Irregular::Truncated) }
}
