//! Which way a clone is wired: shims in the hooks directory, or hooks in git's configuration (git 2.54); for each event
//! one of them and never both, as both would judge everything twice.

use std::path::{Path, PathBuf};

use super::config::{self, Section};
use super::config_file;
use super::error::WiringError;
use super::files::{self, Found, shown};
use super::layout::holds_shims;
use super::place::{Holder, Place};
use super::plan::{Plan, plan_files};
use super::settings::{ConfigHook, GitVersion, Setting};
use super::site::Scope;
use super::slot::{Content, Slot};
use super::step::Step;
use super::{Event, Site};
use crate::source::printable;

/// Which way is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// Shims, unless something stands in their way and every git that was found runs hooks from its configuration.
    Auto,
    /// Shims in the hooks directory.
    File,
    /// Hooks in git's configuration of the clone.
    Config,
}

/// Into which hooks directory shims may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directory {
    /// One below the clone's git directory.
    Own,
    /// One in the work tree, too, to which `core.hooksPath` leads.
    HooksPath,
}

/// A git of this machine, and its version, where it tells one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownGit {
    /// The program.
    pub path: PathBuf,
    /// What it says.
    pub version: Option<GitVersion>,
}

impl KnownGit {
    /// Whether it runs hooks from its configuration.
    pub fn has_config_hooks(&self) -> bool {
        self.version.is_some_and(GitVersion::has_config_hooks)
    }
}

/// How a clone is to be wired.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// The program to run, by its absolute path.
    pub binary: &'a Path,
    /// Which way.
    pub via: Via,
    /// Where shims may go.
    pub directory: Directory,
    /// The gits that may run in this clone: on the search path, and those that editors bring.
    pub gits: &'a [KnownGit],
}

/// What would wire every event as wished, and take away what wires it the other way.
///
/// # Errors
/// [`WiringError`] where that cannot be, or something is in the way that must not be overwritten.
pub fn plan_wiring(site: &Site, wish: &Wish<'_>) -> Result<Plan, WiringError> {
    if let Some((hook, fault)) = config::broken(site) {
        return Err(WiringError::FatalHook { hook: Box::new(hook.clone()), fault });
    }
    let files = plan_files(site, wish.binary, wish.directory);
    match choose(site, wish, &files) {
        Via::Config => match plan_config(site, wish) {
            // Nobody asked for the configuration now: what stands in the way of files is the news.
            Err(WiringError::TooOld(_)) if wish.via == Via::Auto && files.is_err() => files,
            plan => plan,
        },
        Via::Auto | Via::File => {
            let mut plan = files?;
            // Last, so that no event is ever without its guard.
            plan.take_sections_out(site)?;
            Ok(plan)
        }
    }
}

/// The way that is asked for, or that the clone is wired already, as somebody chose it; else files, unless they meet
/// something that every git here allows to go around.
fn choose(site: &Site, wish: &Wish<'_>, files: &Result<Plan, WiringError>) -> Via {
    let everywhere =
        site.git.is_some_and(GitVersion::has_config_hooks) && wish.gits.iter().all(KnownGit::has_config_hooks);
    let blocked = match files {
        Err(WiringError::Obstacle(_)) => true,
        Err(_) => false,
        Ok(plan) => plan.steps().iter().any(|step| matches!(step, Step::Chain { .. })),
    };
    let configured = Event::ALL.into_iter().any(|event| config::find(&site.config_hooks, event).is_some());
    match (wish.via, configured, holds_shims(&site.hooks_dir)) {
        (Via::Auto, true, false) => Via::Config,
        (Via::Auto, false, true) => Via::File,
        (Via::Auto, true, true) if everywhere => Via::Config,
        (Via::Auto, false, false) if everywhere && blocked => Via::Config,
        (Via::Auto, _, _) => Via::File,
        (asked, _, _) => asked,
    }
}

fn plan_config(site: &Site, wish: &Wish<'_>) -> Result<Plan, WiringError> {
    if !wish.binary.is_absolute() {
        return Err(WiringError::Relative { path: wish.binary.to_owned() });
    }
    if !site.git.is_some_and(GitVersion::has_config_hooks) {
        return Err(WiringError::TooOld(site.git));
    }
    let mut plan = Plan::empty(site);
    plan.sweep_config(site)?;
    let mut current = true;
    for event in Event::ALL {
        let Some(hook) = config::find(&site.config_hooks, event) else {
            current = false;
            continue;
        };
        match config::condition(hook, event, wish.binary) {
            Section::Current => {}
            Section::Edited => return Err(WiringError::EditedSection { hook: Box::new(hook.clone()) }),
            Section::Outdated { .. } => current = false,
        }
        if let Some(hook) = config::switch(&site.config_hooks, hook, event) {
            return Err(WiringError::SwitchedOff { hook: Box::new(hook.clone()) });
        }
    }
    if !current {
        let path = site.config_file();
        let before = config_file::read(&path)?;
        let into = Event::ALL.map(|event| (event, wish.binary));
        let after = config::edit(&before, &Event::ALL, &into)
            .ok_or_else(|| WiringError::ConfigUnclear { path: path.clone() })?;
        plan.steps.push(Step::Configure { path, before, after, events: Event::ALL.to_vec() });
    }
    // Afterwards, so that no event is ever without its guard.
    plan.take_shims_out(site)?;
    plan.notes.extend(older(wish.gits));
    for event in Event::ALL {
        plan.notes.extend(beside(site, event)?);
    }
    Ok(plan)
}

/// The gits that know nothing of such hooks.
fn older(gits: &[KnownGit]) -> Option<String> {
    let old: Vec<_> = gits.iter().filter(|git| !git.has_config_hooks()).map(|git| shown(&git.path)).collect();
    (!old.is_empty()).then(|| {
        format!("hooks in the configuration are unknown to {}: with it nothing is guarded here", old.join(", "))
    })
}

/// What git runs besides ours, and why that matters.
fn beside(site: &Site, event: Event) -> Result<Option<String>, WiringError> {
    if site.writable_dir().is_err_and(|obstacle| obstacle.runs_nothing()) {
        return Ok(None);
    }
    let slot = Slot::look(&site.hooks_dir, event)?;
    let path = shown(&site.hooks_dir.join(event.name()));
    let runs = match slot.content {
        Content::Foreign { executable, .. } => executable,
        // It gets its place back.
        Content::Ours { .. } => match slot.chained.last() {
            Some(name) => {
                let chained = site.hooks_dir.join(name.to_string());
                let found = files::look(&chained).map_err(WiringError::io("look at", &chained))?;
                matches!(found, Found::Hook(hook) if hook.executable)
            }
            None => false,
        },
        _ => false,
    };
    Ok(runs.then(|| match event {
        Event::PrePush => format!("git runs {path} even where our check refuses"),
        _ => format!("git runs {path} after our check: what it stages is judged by the push"),
    }))
}

impl Plan {
    /// Adds what takes our sections out of the clone's configuration. One that somebody changed stays, and so does one in
    /// another file: that may be there for other clones, too.
    pub(super) fn take_sections_out(&mut self, site: &Site) -> Result<(), WiringError> {
        self.sweep_config(site)?;
        let mut events = Vec::new();
        for event in Event::ALL {
            let Some(hook) = config::find(&site.config_hooks, event) else { continue };
            // An older git does not say where, and then it is where we write.
            let is_ours =
                |holder: &Holder| matches!(holder, Holder::Clone | Holder::Untold(Scope::Unknown | Scope::Local));
            let edited = config::condition(hook, event, Path::new("")) == Section::Edited;
            if !edited && hook.settings.iter().any(|setting| is_ours(&setting.holder)) {
                events.push(event);
            }
            let stays = |setting: &Setting| edited || !is_ours(&setting.holder);
            if hook.settings.iter().any(stays) {
                self.left.push(stays_in(hook, &stays, edited));
            }
        }
        if !events.is_empty() {
            let path = site.config_file();
            let before = config_file::read(&path)?;
            let after =
                config::edit(&before, &events, &[]).ok_or_else(|| WiringError::ConfigUnclear { path: path.clone() })?;
            self.steps.push(Step::Configure { path, before, after, events: Vec::new() });
        }
        Ok(())
    }

    fn sweep_config(&mut self, site: &Site) -> Result<(), WiringError> {
        let left = config_file::leftovers(&site.config_file())?;
        self.steps.extend(left.into_iter().map(|path| Step::Sweep { path }));
        Ok(())
    }
}

/// A hook of our name that is not ours to take out, where it stands, and the command that does.
fn stays_in(hook: &ConfigHook, stays: &dyn Fn(&Setting) -> bool, edited: bool) -> String {
    let name = printable(&hook.name);
    let mut holders: Vec<_> =
        hook.settings.iter().filter(|setting| stays(setting)).map(|setting| setting.holder.shown()).collect();
    holders.dedup();
    let holders = holders.join(" and ");
    let why = if edited { " and is not as we write it" } else { "" };
    match hook.unset(Place::Here, stays) {
        Some(command) => format!("hook.{name} stands in {holders}{why}, so it stays; remove it with `{command}`"),
        None => format!("hook.{name} stands in {holders}, so it stays there for as long as that is set"),
    }
}
