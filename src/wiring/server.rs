//! The guard of a repository that people push to: one hook, pre-receive, by a shim in the hooks directory. It stands
//! beside the hooks of a clone and apart from them: a server has nobody who commits, and a clone nobody who pushes to it.

use std::path::Path;

use super::config;
use super::error::WiringError;
use super::files::shown;
use super::inspect::{Guard, inspect_events};
use super::plan::Plan;
use super::slot::Slot;
use super::step::Step;
use super::way::Directory;
use super::{Event, Obstacle, Site};

const EVENTS: &[Event] = &[Event::PreReceive];

/// What would guard every push that arrives by a shim to the program at the absolute path `binary`; empty if all is as it
/// should be.
///
/// # Errors
/// [`WiringError`] where git would not look for hooks, or something is in the way that must not be overwritten.
pub fn plan_server(site: &Site, binary: &Path) -> Result<Plan, WiringError> {
    if !binary.is_absolute() {
        return Err(WiringError::Relative { path: binary.to_owned() });
    }
    let directory = site.shim_dir(Directory::Own).map_err(WiringError::ServerObstacle)?;
    let mut plan = Plan::empty(site);
    for &event in EVENTS {
        let slot = Slot::look(directory, event)?;
        plan.install(directory, &slot, binary)?;
    }
    if !plan.steps.is_empty() && !directory.exists() {
        plan.steps.insert(0, Step::CreateDirectory { path: directory.to_owned() });
    }
    Ok(plan)
}

/// What would take that guard away, and leave those of a clone.
///
/// # Errors
/// [`WiringError`] where the hooks directory cannot be looked at.
pub fn plan_server_uninstall(site: &Site) -> Result<Plan, WiringError> {
    let mut plan = Plan::empty(site);
    plan.take_server_out(site)?;
    Ok(plan)
}

/// What a repository is wired as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A clone that people work in, or nothing yet.
    Clone,
    /// One that people push to; one without a work tree is taken for such where nothing is wired.
    Server,
    /// Both.
    Both,
}

/// What the repository is wired as, by the hooks of ours that are there, in whatever condition.
pub fn role(site: &Site) -> Role {
    let wired = |events: &[Event]| {
        let ours = |directory: &Path, event| Slot::look(directory, event).is_ok_and(|slot| slot.is_ours());
        events.iter().any(|&event| ours(&site.hooks_dir, event) || ours(&site.default_dir, event))
    };
    let configured = Event::ALL.into_iter().any(|event| config::find(&site.config_hooks, event).is_some());
    match (configured || wired(&Event::ALL), wired(EVENTS)) {
        (true, true) => Role::Both,
        (false, true) => Role::Server,
        (false, false) if site.top.is_none() => Role::Server,
        (_, false) => Role::Clone,
    }
}

/// What git finds when a push arrives, for a shim that runs `binary`.
///
/// # Errors
/// When the hooks directory or a file in it cannot be looked at.
pub fn inspect_server(site: &Site, binary: &Path) -> Result<Vec<Guard>, WiringError> {
    inspect_events(site, binary, EVENTS)
}

impl Plan {
    /// Adds what takes the guard of a server away.
    pub(super) fn take_server_out(&mut self, site: &Site) -> Result<(), WiringError> {
        self.take_out(site, EVENTS)
    }
}

impl Obstacle {
    /// The next step for whoever runs the server.
    pub(super) fn server_help(&self) -> String {
        match self {
            Self::Empty(_) | Self::Dot(_) | Self::Passing | Self::Relative(_) => self.help(),
            Self::Outside { directory, .. } | Self::WorkTree { directory, .. } => format!(
                "have {} call ours: add the line `hook run pre-receive || exit 1`; or give this repository hooks of its \
                 own: `git config core.hooksPath \"$(git rev-parse --path-format=absolute --git-common-dir)/hooks\"`",
                shown(&directory.join("pre-receive"))
            ),
        }
    }
}
