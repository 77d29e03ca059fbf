//! Carrying out a plan: each step atomic, all of them undone when one fails, and at no moment a hook that git would find
//! half written or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Event;
use super::SharedRepository;
use super::config_file;
use super::error::WiringError;
use super::files::{self, Found, Mode, is_same, is_taken, prepare, sync_directory};
use super::plan::Plan;
use super::shim::recognise;
use super::step::Step;

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The steps, as they were planned.
    pub steps: Vec<Step>,
    /// What the reader should know, as of [`Plan::notes`].
    pub notes: Vec<String>,
    /// What is still there, as of [`Plan::left`].
    pub left: Vec<String>,
}

/// Carries out `plan`.
///
/// # Errors
/// The first step that fails; the ones before it are undone, so that everything is as it was. Only if that fails as well
/// ([`WiringError::NotUndone`]) something is left.
pub fn apply(plan: Plan) -> Result<Done, WiringError> {
    apply_watched(plan, &mut || ())
}

/// [`apply`], with a call to `watch` after each change that another process could see: wherever this process is killed,
/// it is at one of them.
///
/// # Errors
/// As [`apply`].
pub fn apply_watched(plan: Plan, watch: &mut dyn FnMut()) -> Result<Done, WiringError> {
    let mut undo = Vec::new();
    for step in &plan.steps {
        let carried_out = carry_out(step, plan.shared, watch);
        watch();
        match carried_out {
            Ok(way_back) => undo.push(way_back),
            Err(cause) => return Err(undo_all(undo, cause)),
        }
    }
    Ok(Done { steps: plan.steps, notes: plan.notes, left: plan.left })
}

fn undo_all(undo: Vec<Undo>, cause: WiringError) -> WiringError {
    let left: Vec<PathBuf> = undo.into_iter().rev().filter_map(|way_back| way_back.go().err()).collect();
    if left.is_empty() { cause } else { WiringError::NotUndone { cause: Box::new(cause), left } }
}

fn carry_out(step: &Step, shared: SharedRepository, watch: &mut dyn FnMut()) -> Result<Undo, WiringError> {
    match step {
        Step::CreateDirectory { path } => {
            files::create_directory(path, shared).map_err(WiringError::io("create", path))?;
            Ok(Undo::RemoveDirectory(path.clone()))
        }
        Step::Write { event, path, shim } => {
            let file = Place { event: *event, path }.write(shim, Mode::Shim(shared))?;
            watch();
            file.persist_noclobber(path).map_err(|error| WiringError::io("write", path)(error.error))?;
            Ok(settled(path, Undo::RemoveFile(path.clone())))
        }
        Step::Chain { event, path, chained, shim } => {
            let file = Place { event: *event, path }.write(shim, Mode::Shim(shared))?;
            watch();
            make_room(path, chained)?;
            watch();
            if let Err(error) = file.persist(path) {
                return Err(unmake_room(path, chained, WiringError::io("write", path)(error.error)));
            }
            Ok(settled(path, Undo::Unchain { path: path.clone(), chained: chained.clone() }))
        }
        Step::Replace { event, path, shim } => {
            let before = Shim::at(*event, path)?;
            let file = Place { event: *event, path }.write(shim, Mode::Shim(shared))?;
            watch();
            file.persist(path).map_err(|error| WiringError::io("replace", path)(error.error))?;
            Ok(settled(path, Undo::PutBack(before)))
        }
        Step::Remove { event, path } => {
            let before = Shim::at(*event, path)?;
            fs::remove_file(path).map_err(WiringError::io("remove", path))?;
            Ok(settled(path, Undo::PutBack(before)))
        }
        Step::Restore { event, path, chained } => restore(*event, path, chained),
        Step::Configure { path, before, after, .. } => {
            config_file::replace(path, before, after, watch)?;
            Ok(Undo::Configure { path: path.clone(), now: after.clone(), before: before.clone() })
        }
        Step::Sweep { path } => match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(WiringError::io("remove", path)(error)),
            _ => Ok(Undo::Nothing),
        },
    }
}

fn restore(event: Event, path: &Path, chained: &Path) -> Result<Undo, WiringError> {
    let before = match is_taken(path).map_err(WiringError::io("look at", path))? {
        true => Some(Shim::at(event, path)?),
        false => None,
    };
    // The rename takes the shim's place in one go, link or not.
    fs::rename(chained, path).map_err(WiringError::io("put back", chained))?;
    Ok(settled(path, Undo::Rechain { path: path.to_owned(), chained: chained.to_owned(), before }))
}

fn settled(path: &Path, undo: Undo) -> Undo {
    path.parent().into_iter().for_each(sync_directory);
    undo
}

/// Gives the hook at `path` its second name. With hard links it keeps the first until the shim takes it over, so that
/// git never finds nothing; a hard link also cannot overwrite.
fn make_room(path: &Path, chained: &Path) -> Result<(), WiringError> {
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

fn unmake_room(path: &Path, chained: &Path, cause: WiringError) -> WiringError {
    let back = if is_same(path, chained) { fs::remove_file(chained) } else { fs::rename(chained, path) };
    match back {
        Ok(()) => cause,
        Err(_) => WiringError::NotUndone { cause: Box::new(cause), left: vec![path.to_owned()] },
    }
}

/// Where the shim of an event stands.
struct Place<'a> {
    event: Event,
    path: &'a Path,
}

impl Place<'_> {
    fn write(&self, bytes: &[u8], mode: Mode) -> Result<tempfile::NamedTempFile, WiringError> {
        let directory = self.path.parent().unwrap_or(self.path);
        prepare(directory, self.event, bytes, mode).map_err(WiringError::io("write beside", self.path))
    }
}

/// A shim as it was before a step.
struct Shim {
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
    fn at(event: Event, path: &Path) -> Result<Self, WiringError> {
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
enum Undo {
    Nothing,
    RemoveDirectory(PathBuf),
    RemoveFile(PathBuf),
    PutBack(Shim),
    Unchain { path: PathBuf, chained: PathBuf },
    Configure { path: PathBuf, now: Vec<u8>, before: Vec<u8> },
    Rechain { path: PathBuf, chained: PathBuf, before: Option<Shim> },
}

impl Undo {
    /// Goes it; the error is the path that is not as it was.
    fn go(self) -> Result<(), PathBuf> {
        match self {
            Self::Nothing => Ok(()),
            Self::RemoveDirectory(path) => fs::remove_dir(&path).map_err(|_| path),
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
