//! The names in a hooks directory that matter for one event, and what stands there: the hook, the hook chained to it, and
//! what interrupted runs left.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::WiringError;
use super::files::{self, Found, Hook, has_random_end};
use super::manager::Manager;
use super::record::Record;
use super::shim::{Edits, ShimVersion, is_beginning, recognise};
use super::{ChainedName, Event};

/// The names that matter for an event, and what stands there.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) event: Event,
    pub(super) content: Content,
    /// The hooks that were set aside and are there, in the order in which they run: those that our shim names, the record,
    /// an interrupted run, or a shim of ours that another manager renamed.
    pub(super) chained: Vec<ChainedName>,
    /// The first name like these that something bears which was not set aside.
    pub(super) stray: Option<ChainedName>,
    /// The first name that nothing bears.
    pub(super) free: Option<ChainedName>,
    /// Shims of ours that another manager renamed when it put its own hook in their place.
    pub(super) renamed: Vec<PathBuf>,
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
        let look = |path: &Path| files::look(path).map_err(WiringError::io("look at", path));
        let (mut named, content) = match look(&path)? {
            Found::Nothing => (Vec::new(), Content::Nothing),
            Found::DanglingLink => (Vec::new(), Content::Foreign { bytes: Vec::new(), executable: false }),
            Found::Other(what) => (Vec::new(), Content::Other(what)),
            Found::Hook(hook) => {
                (our_shim(&hook).map(|shim| shim.chained).unwrap_or_default(), Content::of(hook, event))
            }
        };
        let mut unfinished = Vec::new();
        for (path, shim) in begun(directory, event)? {
            named.extend(shim.map(|shim| shim.chained).unwrap_or_default());
            unfinished.push(path);
        }
        let mut renamed = Vec::new();
        for path in Manager::renamed(event).map(|name| directory.join(name)) {
            if let Found::Hook(hook) = look(&path)?
                && let Some(shim) = our_shim(&hook).filter(|shim| is_whole(shim, event))
            {
                named.extend(shim.chained);
                renamed.push(path);
            }
        }
        let recorded = Record::read(directory)?.chained;
        let names = Names { event, directory, known: [recorded, named].concat() };
        names.sort(Self { content, unfinished, renamed, ..Self::empty(event) })
    }

    fn empty(event: Event) -> Self {
        Self {
            event,
            content: Content::Nothing,
            chained: Vec::new(),
            stray: None,
            free: Some(ChainedName::first(event)),
            renamed: Vec::new(),
            unfinished: Vec::new(),
        }
    }

    pub(super) fn is_ours(&self) -> bool {
        matches!(self.content, Content::Ours { .. } | Content::Misplaced(_))
    }
}

impl Content {
    fn of(hook: Hook, event: Event) -> Self {
        match our_shim(&hook) {
            Some(shim) if shim.event != event && shim.edits.is_as_written() => Self::Misplaced(shim.event),
            Some(ShimVersion { number, edits, program, .. }) => {
                let program = program.unwrap_or_default();
                Self::Ours { bytes: hook.bytes, executable: hook.executable, edits, number, program }
            }
            None => Self::Foreign { bytes: hook.bytes, executable: hook.executable },
        }
    }
}

/// The shim of ours that the hook is. A link leads to a file that is not this clone's alone, whatever it says.
fn our_shim(hook: &Hook) -> Option<ShimVersion> {
    recognise(&hook.bytes).filter(|_| !hook.link)
}

/// Whether nobody edited the shim, and it is for this event.
fn is_whole(shim: &ShimVersion, event: Event) -> bool {
    shim.edits.is_as_written() && shim.event == event
}

/// Shims for `event` that a killed run was writing; those that are whole say what they would have run.
fn begun(directory: &Path, event: Event) -> Result<Vec<(PathBuf, Option<ShimVersion>)>, WiringError> {
    let mut found = Vec::new();
    for path in files::list(directory).map_err(WiringError::io("list", directory))? {
        if has_random_end(&path, &files::unfinished_prefix(event))
            && let Found::Hook(hook) = files::look(&path).map_err(WiringError::io("look at", &path))?
            && !hook.link
        {
            let whole = our_shim(&hook).filter(|shim| is_whole(shim, event));
            if whole.is_some() || is_beginning(&hook.bytes, event) {
                found.push((path, whole));
            }
        }
    }
    Ok(found)
}

/// The names of chained hooks, and which of them were told of.
struct Names<'a> {
    event: Event,
    directory: &'a Path,
    known: Vec<ChainedName>,
}

impl Names<'_> {
    /// Looks at what bears them.
    fn sort(&self, mut slot: Slot) -> Result<Slot, WiringError> {
        for &name in &self.known {
            if name.event() == self.event && !slot.chained.contains(&name) && self.is_hook(name)? {
                slot.chained.push(name);
            }
        }
        let mut free = slot.free;
        while let Some(name) = free
            && self.is_taken(name)?
        {
            let path = self.directory.join(name.to_string());
            // A shim of ours is nobody's hook: it is neither run nor given back.
            if is_untouched_shim(&path).map_err(WiringError::io("look at", &path))? {
                slot.chained.retain(|&chained| chained != name);
                slot.unfinished.push(path);
            } else if !slot.chained.contains(&name) && self.is_hook(name)? {
                slot.stray = slot.stray.or(Some(name));
            }
            free = name.next();
        }
        Ok(Slot { free, ..slot })
    }

    /// Whether a file or a link bears it; a directory is nobody's hook.
    fn is_hook(&self, name: ChainedName) -> Result<bool, WiringError> {
        let path = self.directory.join(name.to_string());
        let found = files::look(&path).map_err(WiringError::io("look at", &path))?;
        Ok(matches!(found, Found::Hook(_) | Found::DanglingLink))
    }

    fn is_taken(&self, name: ChainedName) -> Result<bool, WiringError> {
        let path = self.directory.join(name.to_string());
        files::is_taken(&path).map_err(WiringError::io("look at", &path))
    }
}

fn is_untouched_shim(path: &Path) -> io::Result<bool> {
    Ok(match files::look(path)? {
        Found::Hook(hook) => our_shim(&hook).is_some_and(|shim| shim.edits.is_as_written()),
        _ => false,
    })
}
