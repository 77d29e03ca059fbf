//! The guard of a repository that people push to: one hook, pre-receive, by a shim in the hooks directory. It stands
//! beside the hooks of a clone and apart from them: a server has nobody who commits, and a clone nobody who pushes to it.

use std::path::Path;

use super::config;
use super::error::WiringError;
use super::files::{command_word, shown};
use super::inspect::{Guard, State, inspect_events};
use super::layout::own_hooks;
use super::place::Place;
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
    let mut guards = inspect_events(site, binary, EVENTS)?;
    for guard in guards.iter_mut().filter(|guard| guard.state.is_as_written()) {
        if let Some(why) = out_of_reach(&guard.path, &site.common_dir) {
            guard.state = State::Unreachable { why };
        }
    }
    Ok(guards)
}

/// Why the account that the repository belongs to, as which pushes arrive, would not run the hook: then git passes over
/// it without a word, whatever another account sees here.
#[cfg(unix)]
fn out_of_reach(hook: &Path, repository: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    let (file, owner) = (hook.metadata().ok()?, repository.metadata().ok()?);
    let may = if file.gid() == owner.gid() { 0o050 } else { 0o005 };
    if owner.uid() == 0 || owner.uid() == file.uid() || file.mode() & may == may {
        return None;
    }
    let word = command_word(hook);
    Some(format!("it is another account's, and that of the repository may not run it: `chmod a+rx {word}`"))
}

#[cfg(not(unix))]
fn out_of_reach(_: &Path, _: &Path) -> Option<String> {
    None
}

impl Plan {
    /// Adds what takes the guard of a server away.
    pub(super) fn take_server_out(&mut self, site: &Site) -> Result<(), WiringError> {
        self.take_out(site, EVENTS)
    }
}

impl Obstacle {
    /// The next step for whoever runs the server.
    pub(super) fn server_help(&self, place: Place<'_>) -> String {
        match self {
            Self::Empty(_) | Self::Dot(_) | Self::Passing | Self::Relative { .. } => self.help(place),
            Self::Outside { directory, lead, own } | Self::WorkTree { directory, lead, own } => format!(
                "have {} call ours: add the line `hook run pre-receive || exit 1`; or {}",
                shown(&directory.join("pre-receive")),
                own_hooks(lead, own, place)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    /// What comes before the search for the program ends without one is the same in every shim, but for what serves only
    /// those that can be skipped; a change of one that forgets this one is found here.
    #[test]
    fn the_shim_of_a_server_differs_in_what_can_be_skipped() {
        let ours = include_str!("../../hooks/pre-receive");
        let clones = include_str!("../../hooks/pre-push").replace("pre-push", "pre-receive");
        let clones = clones
            .replace(" retry='git push'\n", "\n")
            .replace("stranger=$program used=$event$chained", "stranger=$program");
        let clones = clones.replace("stranger='' found='' used=''", "stranger=''");
        let code = |text: &str| -> Vec<String> {
            let start = text.split_once("\ncase $0 in\n").unwrap().0;
            start.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
        };
        let (ours_code, clones_code) = (code(ours), code(&clones));
        assert!(ours_code.len() > 40);
        let differs: Vec<_> = ours_code.iter().filter(|line| !clones_code.contains(line)).collect();
        assert_eq!(
            differs,
            ["if [ -f \"$hook\" ] && [ -s \"$hook\" ] && [ -x \"$hook\" ]; then judge \"$hook\" \"$@\"; fi"]
        );
        assert!(!ours.contains("FREEZE_GUARD-") && !ours.contains("exit 0\nfi"), "nothing skips it");
    }
}
