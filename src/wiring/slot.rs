//! The names in a hooks directory that matter for one event, and what stands there: the hook, the hook chained to it, and
//! what interrupted runs left.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::WiringError;
use super::files::{self, Found, Hook};
use super::shim::{Edits, ShimVersion, recognise};
use super::{ChainedName, Event};

/// The names that matter for an event, and what stands there.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) event: Event,
    pub(super) content: Content,
    /// The chained hook's name: as our shim says, or one that an interrupted run left; else the usual one.
    pub(super) chained: ChainedName,
    pub(super) chained_taken: bool,
    /// The first name that nothing bears.
    pub(super) free: Option<ChainedName>,
    /// Files that an interrupted run left behind.
    pub(super) unfinished: Vec<PathBuf>,
}

#[derive(Debug)]
pub(super) enum Content {
    Nothing,
    /// A shim of ours, which is never a link.
    Ours {
        bytes: Vec<u8>,
        executable: bool,
        edits: Edits,
        /// Its version.
        number: u32,
        /// The program it runs; empty where its line cannot be read.
        program: Vec<u8>,
        chained: ChainedName,
    },
    /// A shim of ours for another event, which somebody copied here unchanged.
    Misplaced(Event),
    /// Somebody else's hook, or any link; of a large file `bytes` is the beginning.
    Foreign {
        bytes: Vec<u8>,
        executable: bool,
    },
    /// Neither a file nor a link to one.
    Other(&'static str),
}

impl Slot {
    pub(super) fn look(directory: &Path, event: Event) -> Result<Self, WiringError> {
        let path = directory.join(event.name());
        match fs::metadata(directory) {
            Ok(found) if !found.is_dir() => return Err(WiringError::NotADirectory { path: directory.to_owned() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::empty(event)),
            // `/dev/null/x` and the like: `directory` goes through a file.
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Ok(Self::empty(event)),
            Err(error) => return Err(WiringError::io("look at", directory)(error)),
            Ok(_) => {}
        }
        let content = match files::look(&path).map_err(WiringError::io("look at", &path))? {
            Found::Nothing => Content::Nothing,
            Found::DanglingLink => Content::Foreign { bytes: Vec::new(), executable: false },
            Found::Other(what) => Content::Other(what),
            Found::Hook(hook) => Content::of(hook, event),
        };
        let mut unfinished = unfinished(directory, event).map_err(WiringError::io("list", directory))?;
        let taken = |name: ChainedName| {
            let path = directory.join(name.to_string());
            files::is_taken(&path).map_err(WiringError::io("look at", &path))
        };
        let mut free = Some(ChainedName::first(event));
        while let Some(name) = free
            && taken(name)?
        {
            free = name.next();
        }
        let other = |name: ChainedName| {
            let path = directory.join(name.to_string());
            let found = files::look(&path).map_err(WiringError::io("look at", &path))?;
            Ok::<_, WiringError>(matches!(found, Found::Other(_)))
        };
        let chained = match &content {
            Content::Ours { chained, .. } if chained.event() == event => *chained,
            _ => match begun(&unfinished, event, &taken)?.unwrap_or(ChainedName::first(event)) {
                // A directory is nobody's hook, and nobody's name.
                name if other(name)? => free.unwrap_or(name),
                name => name,
            },
        };
        let path = directory.join(chained.to_string());
        // A shim of ours is nobody's hook: it is neither run nor given back.
        let ours = is_our_shim(&path).map_err(WiringError::io("look at", &path))?;
        let chained_taken = !ours && taken(chained)? && !other(chained)?;
        if ours {
            unfinished.push(path);
        }
        Ok(Self { event, content, chained, chained_taken, free, unfinished })
    }

    fn empty(event: Event) -> Self {
        let chained = ChainedName::first(event);
        let free = Some(chained);
        Self { event, content: Content::Nothing, chained, chained_taken: false, free, unfinished: Vec::new() }
    }

    pub(super) fn is_ours(&self) -> bool {
        matches!(self.content, Content::Ours { .. } | Content::Misplaced(_))
    }
}

impl Content {
    fn of(Hook { bytes, executable, link }: Hook, event: Event) -> Self {
        match recognise(&bytes) {
            Some(version) if !link && version.event != event && version.edits.is_as_written() => {
                Self::Misplaced(version.event)
            }
            // A link leads to a file that is not this clone's alone, whatever it says.
            Some(ShimVersion { number, edits, program, chained, .. }) if !link => {
                Self::Ours { bytes, executable, edits, number, program: program.unwrap_or_default(), chained }
            }
            _ => Self::Foreign { bytes, executable },
        }
    }
}

/// The name that a killed run had given, or was about to give, to the hook it found: its shim was whole by then.
fn begun(
    unfinished: &[PathBuf],
    event: Event,
    taken: &dyn Fn(ChainedName) -> Result<bool, WiringError>,
) -> Result<Option<ChainedName>, WiringError> {
    for path in unfinished {
        let Found::Hook(hook) = files::look(path).map_err(WiringError::io("look at", path))? else { continue };
        if let Some(version) = recognise(&hook.bytes)
            && version.event == event
            && version.edits == Edits::Untouched
            && taken(version.chained)?
        {
            return Ok(Some(version.chained));
        }
    }
    Ok(None)
}

/// Files that a killed run was writing for `event`.
fn unfinished(directory: &Path, event: Event) -> io::Result<Vec<PathBuf>> {
    let prefix = files::unfinished_prefix(event);
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(prefix.as_bytes()) && is_our_beginning(&entry.path())? {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Whether a file, and no link, is a shim of ours that nobody changed.
fn is_our_shim(path: &Path) -> io::Result<bool> {
    Ok(match files::look(path)? {
        Found::Hook(hook) => !hook.link && recognise(&hook.bytes).is_some_and(|version| version.edits.is_as_written()),
        _ => false,
    })
}

/// Whether the file is a shim, or the beginning of one, as a full disk or a kill leaves it.
fn is_our_beginning(path: &Path) -> io::Result<bool> {
    match files::look(path)? {
        Found::Hook(hook) if !hook.link => {
            Ok(hook.bytes.is_empty() || recognise(&hook.bytes).is_some() || b"#!/bin/sh\n".starts_with(&hook.bytes))
        }
        _ => Ok(false),
    }
}
