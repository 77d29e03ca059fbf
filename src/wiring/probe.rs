//! Whether git really reaches a shim: git is asked to run the hook with a token in its environment, which a shim of ours
//! answers with the token and status 97 instead of running anything.

use std::ffi::OsStr;
use std::process::Output;

use super::config;
use super::inspect::{Guard, State, Way};
use super::shim::VERSION;
use super::site::Site;
use crate::source::{printable, printable_text};

/// The variable that makes a shim answer instead of run.
const VARIABLE: &str = "FREEZE_GUARD_PROBE";
/// Never 0, so that a forgotten variable refuses rather than passes.
const ANSWER: i32 = 97;

/// Whether git reaches the shim of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It does, and the shim answered.
    Reached,
    /// It does not.
    NotReached {
        /// What happened instead.
        why: String,
    },
    /// It was not tried, as trying could run somebody else's program, or this git cannot tell.
    NotTried {
        /// Why.
        why: String,
    },
}

/// Runs git in the clone with the given arguments and one more environment variable.
pub type GitWith<'a> = &'a dyn Fn(&[&OsStr], (&OsStr, &OsStr)) -> Result<Output, String>;

/// Asks git to run the hook of `guard`, if the file there is our shim byte for byte and no configured hook would run
/// besides. `token` is any short word; the answer has to repeat it.
pub fn probe(site: &Site, guard: &Guard, token: &str, git: GitWith<'_>) -> Reach {
    let not_tried = |why: String| Reach::NotTried { why };
    if guard.state != State::Current {
        return not_tried("the hook is not our current shim".to_owned());
    }
    if guard.way != Way::File {
        return listed(guard, git);
    }
    if let Some(hook) = site.config_hooks.iter().find(|hook| hook.is_for(guard.event)) {
        return not_tried(format!("hook.{} is configured, and would run", printable(&hook.name)));
    }
    let arguments = ["hook", "run", "--ignore-missing", guard.event.name()].map(OsStr::new);
    let output = match git(&arguments, (OsStr::new(VARIABLE), OsStr::new(token))) {
        Ok(output) => output,
        Err(message) => return not_tried(format!("git could not be run: {message}")),
    };
    let answer = format!("freeze-guard probe {VERSION} {} {token}", guard.event);
    let said = String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(ANSWER) if said.lines().any(|line| line == answer) => Reach::Reached,
        _ if said.contains("is not a git command") => not_tried("this git is older than 2.36".to_owned()),
        Some(0) => Reach::NotReached { why: "git ran no hook".to_owned() },
        _ => {
            let first = said.lines().next().unwrap_or("nothing was said").to_owned();
            Reach::NotReached { why: format!("git failed: {}", printable_text(&first)) }
        }
    }
}

/// Whether git names our hook among those it would run; that runs none of them.
fn listed(guard: &Guard, git: GitWith<'_>) -> Reach {
    let arguments = ["hook", "list", guard.event.name()].map(OsStr::new);
    let ours = config::name(guard.event);
    match git(&arguments, (OsStr::new(VARIABLE), OsStr::new("1"))) {
        Ok(output) if output.stdout.split(|&byte| byte == b'\n').any(|line| line == ours.as_bytes()) => Reach::Reached,
        Ok(_) => Reach::NotReached { why: format!("`git hook list {}` does not name hook.{ours}", guard.event) },
        Err(message) => Reach::NotTried { why: format!("git could not be run: {message}") },
    }
}
