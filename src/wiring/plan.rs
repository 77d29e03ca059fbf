//! What wiring or unwiring would do, as a list of steps that can be shown before they are taken.

use std::fs;
use std::path::{Path, PathBuf};

use super::shim::{Event, shim};
use super::state::{Guard, State, inspect};
use super::{SUFFIX, Site, WiringError, shown};

/// One step; each is atomic and can be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Make the hooks directory.
    MakeDirectory(PathBuf),
    /// Keep somebody's hook under our suffix; it stays in its place until the shim takes it.
    Keep {
        /// Where it is.
        from: PathBuf,
        /// Where it will be.
        to: PathBuf,
    },
    /// Write a shim.
    Write {
        /// Where.
        path: PathBuf,
        /// What.
        bytes: Vec<u8>,
    },
    /// Put the kept hook back in the place of our shim.
    Restore {
        /// Where it was kept.
        from: PathBuf,
        /// Where it goes.
        to: PathBuf,
    },
    /// Remove our shim.
    Remove(PathBuf),
}

/// Steps, and what a person should know about them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What is done, in this order.
    pub steps: Vec<Step>,
    /// What is worth knowing.
    pub notes: Vec<String>,
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::MakeDirectory(path) => write!(f, "make the directory {}", shown(path)),
            Self::Keep { from, to } => write!(f, "keep {} as {}", shown(from), shown(to)),
            Self::Write { path, .. } => write!(f, "write {}", shown(path)),
            Self::Restore { from, to } => write!(f, "restore {} from {}", shown(to), shown(from)),
            Self::Remove(path) => write!(f, "remove {}", shown(path)),
        }
    }
}

/// What to do so that every event has our shim, calling `binary`.
///
/// # Errors
/// Where something stands in the way that is not ours to move.
pub fn plan_install(site: &Site, binary: &Path) -> Result<Plan, WiringError> {
    let mut plan = Plan::default();
    if !site.hooks.is_dir() {
        plan.steps.push(Step::MakeDirectory(site.hooks.clone()));
    }
    for guard in inspect(site, binary)? {
        match guard.state {
            State::Current => continue,
            State::Edited => return Err(WiringError::Edited(guard.path)),
            State::Absent | State::Outdated | State::NotExecutable => {}
            State::Foreign { executable } => keep(&guard, executable, &mut plan)?,
        }
        plan.steps.push(Step::Write { bytes: shim(guard.event, binary), path: guard.path });
    }
    Ok(plan)
}

fn keep(guard: &Guard, executable: bool, plan: &mut Plan) -> Result<(), WiringError> {
    let name = guard.event.name();
    let to = guard.path.with_file_name(format!("{name}{SUFFIX}"));
    if let Some(taken) = &guard.chained {
        // An install that was ended between its two steps has left both names on one hook.
        if !is_same(&guard.path, taken) {
            return Err(WiringError::Taken(taken.clone()));
        }
    }
    plan.steps.push(Step::Keep { from: guard.path.clone(), to });
    let order = if guard.event == Event::PrePush { "after" } else { "before" };
    if !executable {
        plan.notes.push(format!("the {name} hook that was there is not executable; git did not run it, nor do we"));
    } else {
        plan.notes.push(format!("the {name} hook that was there still runs, {order} ours"));
    }
    if mentions_its_name(&guard.path) {
        plan.notes.push(format!(
            "it mentions $0, dirname or basename: its name is now {name}{SUFFIX}, look whether it minds"
        ));
    }
    Ok(())
}

/// Whether two names lead to one file, or to links or files with the same content.
fn is_same(left: &Path, right: &Path) -> bool {
    match (fs::read_link(left), fs::read_link(right)) {
        (Ok(left), Ok(right)) => left == right,
        (Err(_), Err(_)) => match (fs::read(left), fs::read(right)) {
            (Ok(left), Ok(right)) => left == right,
            _ => false,
        },
        _ => false,
    }
}

fn mentions_its_name(path: &Path) -> bool {
    let text = fs::read(path).unwrap_or_default();
    [&b"$0"[..], b"${0", b"dirname", b"basename"].iter().any(|word| text.windows(word.len()).any(|at| at == *word))
}

/// What to do so that nothing of ours is left and everything is as it was.
///
/// # Errors
/// When a hook that is there cannot be read.
pub fn plan_uninstall(site: &Site, binary: &Path) -> Result<Plan, WiringError> {
    let mut plan = Plan::default();
    for guard in inspect(site, binary)? {
        match (guard.state, guard.chained) {
            (State::Current | State::Outdated | State::NotExecutable, Some(from)) => {
                plan.steps.push(Step::Restore { from, to: guard.path });
            }
            (State::Current | State::Outdated | State::NotExecutable, None) => {
                plan.steps.push(Step::Remove(guard.path));
            }
            (State::Edited, _) => {
                plan.notes.push(format!("{} is our shim with somebody's changes; it stays", shown(&guard.path)));
            }
            (State::Absent | State::Foreign { .. }, _) => {}
        }
    }
    Ok(plan)
}
