//! The guard of a repository that people push to: one hook, pre-receive, by a shim in the hooks directory. It stands
//! beside the hooks of a clone and apart from them: a server has nobody who commits, and a clone nobody who pushes to it.

use std::path::Path;

use super::config;
use super::error::WiringError;
use super::files::shown;
use super::inspect::{Guard, inspect_events};
use super::plan::Plan;
use super::slot::Slot;
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
    plan.put_in(directory, binary, EVENTS)?;
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

#[cfg(test)]
mod tests {
    /// What stands before the search for the program ends without one is the same in every shim; a change of one that
    /// forgets this one is found here.
    #[test]
    fn the_shim_of_a_server_differs_in_what_it_says_at_the_end() {
        let ours = include_str!("../../hooks/pre-receive");
        let clones = include_str!("../../hooks/pre-push").replace("pre-push", "pre-receive");
        let clones = clones.replace(" retry='git push'\n", "\n").replace("`hook install`", "`hook install --server`");
        // Nor does it know of hooks that a skipped run would still have to feed.
        let clones =
            clones.replace(" used=$event$chained ;;", " ;;").replace("    [ -z \"$found\" ] || ask \"$found\"\n", "");
        let part = |text: &str, from: &str, to: &str| {
            let (_, rest) = text.split_once(from)?;
            Some(rest.split_once(to)?.0.to_owned())
        };
        for (from, to) in [("#!/bin/sh\n", "\nstranger=''"), ("\n# From here on", "\ncase $0 in\n")] {
            assert!(part(ours, from, to).is_some_and(|text| text.len() > 500), "{from}");
            assert_eq!(part(ours, from, to), part(&clones, from, to));
        }
        assert!(!ours.contains("FREEZE_GUARD-") && !ours.contains("exit 0\nfi"), "nothing skips it");
    }
}
