//! Carrying out a plan: each step atomic, all of them undone when one fails, and at no moment a hook that git would find
//! half written or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Event;
use super::SharedRepository;
use super::config_file;
use super::error::WiringError;
use super::files::{self, Mode, is_taken, sync_directory};
use super::plan::Plan;
use super::record::Change;
use super::step::Step;
use super::undo::{Place, Shim, Undo, make_room, unmake_room};

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
            let most = files::missing(path);
            files::create_directory(path, shared).map_err(WiringError::io("create", path))?;
            Ok(Undo::RemoveDirectories { path: path.clone(), most })
        }
        Step::Write { event, path, shim } => {
            let file = Place { event: *event, path }.write(shim, Mode::Shim(shared))?;
            watch();
            file.persist_noclobber(path).map_err(|error| WiringError::io("write", path)(error.error))?;
            Ok(settled(path, Undo::RemoveFile(path.clone())))
        }
        Step::Chain { event, path, chained, shim } => {
            chain(&Place { event: *event, path }, chained, shim, (shared, watch))
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
        Step::Drop { path, twin } => drop_twin(path, twin),
        Step::Record { path, before, after } => {
            let change = Change { path, before: before.as_deref(), after: after.as_deref(), shared };
            change.make(watch)?;
            Ok(Undo::Record { path: path.clone(), now: after.clone(), before: before.clone(), shared })
        }
        Step::RemoveDirectory { path, most } => {
            files::remove_directories(path, *most).map_err(WiringError::io("remove", path))?;
            Ok(Undo::CreateDirectory { path: path.clone(), shared })
        }
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

/// Where shims go, and who sees what is done.
type Surroundings<'a> = (SharedRepository, &'a mut dyn FnMut());

fn chain(
    place: &Place<'_>,
    chained: &Path,
    shim: &[u8],
    (shared, watch): Surroundings<'_>,
) -> Result<Undo, WiringError> {
    let path = place.path;
    let file = place.write(shim, Mode::Shim(shared))?;
    watch();
    make_room(path, chained)?;
    watch();
    if let Err(error) = file.persist(path) {
        return Err(unmake_room(path, chained, WiringError::io("write", path)(error.error)));
    }
    Ok(settled(path, Undo::Unchain { path: path.to_owned(), chained: chained.to_owned() }))
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

/// Removes a copy, and only a copy: plans are made before they are carried out.
fn drop_twin(path: &Path, twin: &Path) -> Result<Undo, WiringError> {
    let mode = files::mode_of(path).map_err(WiringError::io("look at", path))?;
    if !files::is_equal(path, twin).map_err(WiringError::io("read", path))? {
        return Err(WiringError::ConfigChanged { path: path.to_owned() });
    }
    fs::remove_file(path).map_err(WiringError::io("remove", path))?;
    Ok(settled(path, Undo::CopyBack { path: path.to_owned(), twin: twin.to_owned(), mode }))
}
