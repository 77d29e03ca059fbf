//! The way back from each step of a plan, for when a later one fails, and the two halves of moving a hook aside.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Event;
use super::SharedRepository;
use super::config_file;
use super::error::WiringError;
use super::files::{self, Found, Mode, is_same, is_taken, prepare};
use super::record::Change;
use super::shim::recognise;

/// Gives the hook at `path` its second name. With hard links it keeps the first until the shim takes it over, so that
/// git never finds nothing; a hard link also cannot overwrite.
pub(super) fn make_room(path: &Path, chained: &Path) -> Result<(), WiringError> {
    let taken = || WiringError::ChainedTaken { hook: path.to_owned(), chained: chained.to_owned() };
    if is_same(path, chained) {
        return Ok(());
    }
    if is_taken(chained).map_err(WiringError::io("look at", chained))? {
        return Err(taken());
    }
    match link(path, chained) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(taken()),
        // Some file systems, and links to other people's files, allow no second name.
        Err(_) => fs::rename(path, chained).map_err(WiringError::io("rename", path)),
    }
}

/// A link to a link gives the link itself a second name, on every system but Windows.
#[cfg(not(windows))]
fn link(path: &Path, chained: &Path) -> io::Result<()> {
    fs::hard_link(path, chained)
}

#[cfg(windows)]
fn link(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(super) fn unmake_room(path: &Path, chained: &Path, cause: WiringError) -> WiringError {
    let back = if is_same(path, chained) { fs::remove_file(chained) } else { fs::rename(chained, path) };
    match back {
        Ok(()) => cause,
        Err(_) => WiringError::NotUndone { cause: Box::new(cause), left: vec![path.to_owned()] },
    }
}

/// Where the shim of an event stands.
pub(super) struct Place<'a> {
    pub(super) event: Event,
    pub(super) path: &'a Path,
}

impl Place<'_> {
    pub(super) fn write(&self, bytes: &[u8], mode: Mode) -> Result<tempfile::NamedTempFile, WiringError> {
        let directory = self.path.parent().unwrap_or(self.path);
        prepare(directory, self.event, bytes, mode).map_err(WiringError::io("write beside", self.path))
    }
}

/// A shim as it was before a step.
pub(super) struct Shim {
    event: Event,
    path: PathBuf,
    bytes: Vec<u8>,
    mode: Mode,
}

fn is_as_written(bytes: &[u8]) -> bool {
    recognise(bytes).is_some_and(|version| version.edits.is_as_written())
}

impl Shim {
    /// Reads it, and makes sure that it is ours still: plans are made before they are carried out.
    pub(super) fn at(event: Event, path: &Path) -> Result<Self, WiringError> {
        let bytes = match files::look(path).map_err(WiringError::io("look at", path))? {
            Found::Hook(hook) if !hook.link && is_as_written(&hook.bytes) => hook.bytes,
            _ => return Err(WiringError::io("find our shim at", path)(io::ErrorKind::NotFound.into())),
        };
        let mode = files::mode_of(path).map_err(WiringError::io("look at", path))?;
        Ok(Self { event, path: path.to_owned(), bytes, mode })
    }

    fn put_back(&self) -> Result<(), PathBuf> {
        let place = Place { event: self.event, path: &self.path };
        let file = place.write(&self.bytes, self.mode).map_err(|_| self.path.clone())?;
        file.persist(&self.path).map(drop).map_err(|_| self.path.clone())
    }
}

/// The way back from a step.
pub(super) enum Undo {
    Nothing,
    RemoveDirectories { path: PathBuf, most: usize },
    CreateDirectory { path: PathBuf, shared: SharedRepository },
    CopyBack { path: PathBuf, twin: PathBuf, mode: Mode },
    Record { path: PathBuf, now: Option<Vec<u8>>, before: Option<Vec<u8>>, shared: SharedRepository },
    RemoveFile(PathBuf),
    PutBack(Shim),
    Unchain { path: PathBuf, chained: PathBuf },
    Configure { path: PathBuf, now: Vec<u8>, before: Vec<u8> },
    Rechain { path: PathBuf, chained: PathBuf, before: Option<Shim> },
}

impl Undo {
    /// Goes it; the error is the path that is not as it was.
    pub(super) fn go(self) -> Result<(), PathBuf> {
        match self {
            Self::Nothing => Ok(()),
            Self::RemoveDirectories { path, most } => {
                files::remove_directories(&path, most).map(drop).map_err(|_| path)
            }
            Self::CreateDirectory { path, shared } => files::create_directory(&path, shared).map_err(|_| path),
            Self::CopyBack { path, twin, mode } => copy_back(&path, &twin, mode).map_err(|_| path),
            Self::Record { path, now, before, shared } => {
                let (before, after) = (now.as_deref(), before.as_deref());
                Change { path: &path, before, after, shared }.make(&mut || ()).map_err(|_| path.clone())
            }
            Self::RemoveFile(path) => fs::remove_file(&path).map_err(|_| path),
            Self::PutBack(shim) => shim.put_back(),
            Self::Unchain { path, chained } => fs::rename(&chained, &path).map_err(|_| path),
            Self::Configure { path, now, before } => {
                config_file::replace(&path, &now, &before, &mut || ()).map_err(|_| path)
            }
            Self::Rechain { path, chained, before } => {
                make_room(&path, &chained).map_err(|_| path.clone())?;
                match before {
                    Some(shim) => shim.put_back(),
                    None if is_same(&path, &chained) => fs::remove_file(&path).map_err(|_| path),
                    None => Ok(()),
                }
            }
        }
    }
}

fn copy_back(path: &Path, twin: &Path, mode: Mode) -> io::Result<()> {
    let file = fs::File::create_new(path)?;
    io::copy(&mut fs::File::open(twin)?, &mut &file)?;
    files::set_mode(&file, mode)
}
