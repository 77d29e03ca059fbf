//! The state of each hook of a clone: whether git would reach our shim, byte for byte, or what it reaches instead.

use std::path::{Path, PathBuf};

use super::config::{self, Section};
use super::error::WiringError;
use super::layout::Obstacle;
use super::settings::{ConfigHook, GitVersion};
use super::shim::{Edits, VERSION, shim_beside};
use super::site::path_of;
use super::slot::{Content, Slot};
use super::{Event, Site};
use crate::source::printable;

/// One event of a clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Which event.
    pub event: Event,
    /// The file that git looks for.
    pub path: PathBuf,
    /// What it finds there.
    pub state: State,
    /// Which way it is wired, or would be.
    pub way: Way,
    /// The hook that was there before us and still runs: beside a shim of ours, or in the hooks directory where ours is in
    /// the configuration.
    pub chained: Option<PathBuf>,
}

/// How git comes to run our check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By a shim in the hooks directory.
    File,
    /// By a hook in its configuration.
    Config,
    /// By both, so that everything is judged twice.
    Both,
}

impl Way {
    /// In one word.
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Config => "config",
            Self::Both => "both",
        }
    }
}

/// What git finds when an event comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing.
    Absent,
    /// Our shim, as this version would write it.
    Current,
    /// A hook of ours as one of our versions wrote it, but not as this one would: of another version, or for another
    /// program, on which it depends what it does.
    Outdated(Older),
    /// It says that it is ours, and is not what any version wrote that is known here; what it does is not known.
    Edited,
    /// Somebody else's hook.
    Foreign {
        /// Whether git would run it.
        executable: bool,
    },
    /// Whatever stands there, git does not run it, or fails when it tries.
    Unreachable {
        /// Why.
        why: String,
    },
}

/// A hook of ours that `hook install` would renew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Older {
    /// The version of the shim; that of today for a hook in the configuration.
    pub number: u32,
    /// The program it runs.
    pub program: PathBuf,
}

impl State {
    /// Whether the hook is ours and nobody changed it. Whether git reaches it, and what its program is, is another
    /// question: see [`super::probe()`].
    pub fn is_as_written(&self) -> bool {
        matches!(self, Self::Current | Self::Outdated(_))
    }
}

/// The state of every event in the directory in which git looks, for shims that run `binary`.
///
/// # Errors
/// When the directory or a file in it cannot be looked at.
pub fn inspect(site: &Site, binary: &Path) -> Result<Vec<Guard>, WiringError> {
    inspect_events(site, binary, &Event::ALL)
}

/// [`inspect`], of these events.
pub(super) fn inspect_events(site: &Site, binary: &Path, events: &[Event]) -> Result<Vec<Guard>, WiringError> {
    let nothing_runs = site.writable_dir().err().filter(Obstacle::runs_nothing).map(|obstacle| obstacle.to_string());
    let file = |event: Event| -> Result<Guard, WiringError> {
        let path = site.hooks_dir.join(event.name());
        let slot = match Slot::look(&site.hooks_dir, event) {
            // Not an error to a reader: it is the answer.
            Err(error @ WiringError::NotADirectory { .. }) => {
                let state = State::Unreachable { why: error.to_string() };
                return Ok(Guard { event, path, state, way: Way::File, chained: None });
            }
            slot => slot?,
        };
        let state = match &nothing_runs {
            Some(why) => State::Unreachable { why: why.clone() },
            None => state(&slot, binary),
        };
        let chained = slot.chained.first().filter(|_| slot.is_ours());
        let chained = chained.map(|name| site.hooks_dir.join(name.to_string()));
        Ok(Guard { event, path, state, way: Way::File, chained })
    };
    events.iter().map(|&event| Ok(configured(site, file(event)?, binary))).collect()
}

/// The same guard with what git's configuration makes of it.
fn configured(site: &Site, file: Guard, binary: &Path) -> Guard {
    let event = file.event;
    let knows = site.git.is_some_and(GitVersion::has_config_hooks);
    let hooks = &site.config_hooks;
    let shown = |hook: &ConfigHook| printable(&hook.name);
    if let Some((hook, fault)) = config::broken(site) {
        let why = format!("hook.{} in {} {fault}, with which git fails", shown(hook), hook.holders());
        return Guard { state: State::Unreachable { why }, ..file };
    }
    let Some(hook) = config::find(hooks, event) else { return file };
    let off = config::switch(hooks, hook, event);
    let state = match config::condition(hook, event, binary) {
        Section::Edited => State::Edited,
        _ if !knows => State::Unreachable { why: "this git ignores hooks in its configuration".to_owned() },
        _ if off.is_some() => {
            State::Unreachable { why: format!("hook.{}.enabled is false", off.map(shown).unwrap_or_default()) }
        }
        Section::Current => State::Current,
        Section::Outdated { program } => outdated(VERSION, &program),
    };
    match (file.state.is_as_written(), state.is_as_written()) {
        (true, true) => Guard { way: Way::Both, ..file },
        (true, false) => file,
        (false, _) => {
            let runs = matches!(file.state, State::Foreign { executable: true });
            Guard { event, state, way: Way::Config, chained: runs.then_some(file.path), path: site.config_file() }
        }
    }
}

fn state(slot: &Slot, binary: &Path) -> State {
    let unreachable = |why: &str| State::Unreachable { why: why.to_owned() };
    match &slot.content {
        Content::Nothing => State::Absent,
        Content::Other(what) => unreachable(&format!("it is {what}")),
        Content::Foreign { executable, .. } => State::Foreign { executable: *executable },
        Content::Misplaced(event) => unreachable(&format!("it is our shim for {event}")),
        Content::Ours { executable: false, .. } => {
            unreachable("our shim is there, but not executable, so git skips it")
        }
        Content::Ours { edits: Edits::LineEndings, .. } => {
            unreachable("our shim is there, but its line endings were converted, so it cannot run")
        }
        Content::Ours { edits: Edits::Edited | Edits::Unknown, .. } => State::Edited,
        Content::Ours { bytes, .. } if *bytes == shim_beside(slot.event, &slot.chained, binary) => State::Current,
        Content::Ours { number, program, .. } => outdated(*number, program),
    }
}

fn outdated(number: u32, program: &[u8]) -> State {
    match path_of(program) {
        Some(program) => State::Outdated(Older { number, program }),
        None => State::Unreachable { why: "the program that it names is no path here".to_owned() },
    }
}
