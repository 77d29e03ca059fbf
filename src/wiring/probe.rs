//! Whether git really reaches a hook of ours, established rather than believed: the program that it names has to say that
//! it is Freeze Guard, and a shim has to answer a token in its environment with that token and status 97, which it does
//! before it runs anything. Nothing is run here that is not ours to the byte, but for that program's `--version`.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Output;

use super::config;
use super::error::WiringError;
use super::files::shown;
use super::inspect::{Guard, State, Way, inspect};
use super::server::inspect_server;
use super::shim::VERSION;
use super::site::Site;
use crate::source::{printable, printable_text};

/// The variable that makes a shim answer instead of run.
const VARIABLE: &str = "FREEZE_GUARD_PROBE";
/// Never 0, so that a forgotten variable refuses rather than passes.
const ANSWER: i32 = 97;
/// What the shim is to repeat.
const TOKEN: &str = "status";
/// What the version line of every program of ours begins with.
const NAME: &[u8] = b"freeze-guard ";

/// Whether git reaches the hook of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It does, and what it runs is ours.
    Reached,
    /// It does not, or what it runs is not.
    NotReached {
        /// What happened instead.
        why: String,
    },
    /// It was not tried, as trying could run somebody else's program.
    NotTried {
        /// Why.
        why: String,
    },
}

/// A variable for the environment of a child: its name and value.
pub type Variable<'a> = (&'a OsStr, &'a OsStr);

/// How this module reaches git and other programs; every child has an empty standard input.
pub trait Outside {
    /// Runs git with these arguments and one more variable: in `directory` with nothing that ties it to another
    /// repository, or where that is `None`, in the clone as it was given.
    ///
    /// # Errors
    /// Where git could not be started: why.
    fn git(
        &self,
        directory: Option<&Path>,
        arguments: &[&OsStr],
        variable: Option<Variable<'_>>,
    ) -> Result<Output, String>;

    /// Runs the program at an absolute path, for a few seconds at most.
    ///
    /// # Errors
    /// Where it could not be started or did not end: why.
    fn program(&self, program: &Path, arguments: &[&OsStr], variable: Option<Variable<'_>>) -> Result<Output, String>;
}

/// One event of a clone, and what was established about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Established {
    /// What stands there.
    pub guard: Guard,
    /// Whether git reaches it.
    pub reach: Reach,
}

impl Established {
    /// Whether the event is guarded: a hook of ours as we wrote it, which git reaches.
    pub fn is_in_force(&self) -> bool {
        self.guard.state.is_as_written() && self.reach == Reach::Reached
    }
}

/// [`inspect`], and [`probe`] for every event; `directory` as for [`Outside::git`].
///
/// # Errors
/// As [`inspect`].
pub fn establish(
    site: &Site,
    binary: &Path,
    directory: Option<&Path>,
    outside: &dyn Outside,
) -> Result<Vec<Established>, WiringError> {
    Ok(probed(site, inspect(site, binary)?, directory, outside))
}

/// The same for a repository that people push to.
///
/// # Errors
/// As [`inspect_server`].
pub fn establish_server(site: &Site, binary: &Path, outside: &dyn Outside) -> Result<Vec<Established>, WiringError> {
    Ok(probed(site, inspect_server(site, binary)?, None, outside))
}

fn probed(site: &Site, guards: Vec<Guard>, directory: Option<&Path>, outside: &dyn Outside) -> Vec<Established> {
    let probed = |guard| Established { reach: probe(site, &guard, directory, outside), guard };
    guards.into_iter().map(probed).collect()
}

/// Whether git reaches the hook of `guard`, if that is ours to the byte. A shim beside which git would run somebody
/// else's hook is run by itself.
pub fn probe(site: &Site, guard: &Guard, directory: Option<&Path>, outside: &dyn Outside) -> Reach {
    let number = match &guard.state {
        State::Current => VERSION,
        State::Outdated(older) => match stranger(&older.program, outside) {
            Some(why) => return Reach::NotReached { why },
            None => older.number,
        },
        _ => return Reach::NotTried { why: "the hook is not one of ours as we write it".to_owned() },
    };
    if guard.way == Way::Config {
        return listed(guard, directory, outside);
    }
    let variable = (OsStr::new(VARIABLE), OsStr::new(TOKEN));
    let answer = format!("freeze-guard probe {number} {} {TOKEN}", guard.event);
    let alone = || answered(outside.program(&guard.path, &[], Some(variable)), &answer, "the shim");
    if site.config_hooks.iter().any(|hook| hook.is_for(guard.event)) {
        return alone();
    }
    let arguments = ["hook", "run", "--ignore-missing", guard.event.name()].map(OsStr::new);
    match outside.git(directory, &arguments, Some(variable)) {
        // Before 2.36.
        Ok(output) if String::from_utf8_lossy(&output.stderr).contains("is not a git command") => alone(),
        output => answered(output, &answer, "git"),
    }
}

/// What a shim's answer, or its absence, means; `who` was asked.
fn answered(output: Result<Output, String>, answer: &str, who: &str) -> Reach {
    let output = match output {
        Ok(output) => output,
        Err(why) => return Reach::NotReached { why: format!("{who} could not be run: {}", printable_text(&why)) },
    };
    let said = String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(ANSWER) if said.lines().any(|line| line == answer) => Reach::Reached,
        Some(0) => Reach::NotReached { why: "git ran no hook".to_owned() },
        _ => {
            let first = said.lines().next().unwrap_or("nothing was said").to_owned();
            Reach::NotReached { why: format!("{who} failed: {}", printable_text(&first)) }
        }
    }
}

/// Why the program that a hook names would not judge; `None` if it would.
fn stranger(program: &Path, outside: &dyn Outside) -> Option<String> {
    let name = shown(program);
    let data = match std::fs::metadata(program) {
        Ok(data) => data,
        Err(_) => return Some(format!("its program is gone: {name}")),
    };
    if !program.is_absolute() || !data.is_file() || data.len() == 0 {
        return Some(format!("its program is none: {name}"));
    }
    match outside.program(program, &[OsStr::new("--version")], None) {
        Ok(output) if output.status.success() && output.stdout.starts_with(NAME) => None,
        Ok(_) => Some(format!("its program is no Freeze Guard: {name}")),
        Err(why) => Some(format!("its program cannot be run: {name}: {}", printable_text(&why))),
    }
}

/// Whether git names our hook among those it would run; that runs none of them.
fn listed(guard: &Guard, directory: Option<&Path>, outside: &dyn Outside) -> Reach {
    let arguments = ["hook", "list", guard.event.name()].map(OsStr::new);
    let ours = config::name(guard.event);
    match outside.git(directory, &arguments, None) {
        Ok(output) if output.stdout.split(|&byte| byte == b'\n').any(|line| line == ours.as_bytes()) => Reach::Reached,
        Ok(output) => {
            let first = output.stderr.split(|&byte| byte == b'\n').next().unwrap_or_default();
            let said = if first.is_empty() { String::new() } else { format!(": {}", printable(first)) };
            Reach::NotReached { why: format!("`git hook list {}` does not name hook.{ours}{said}", guard.event) }
        }
        Err(why) => Reach::NotReached { why: format!("git could not be run: {why}") },
    }
}
