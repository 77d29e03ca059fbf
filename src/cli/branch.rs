//! What the verbs that end in a sandbox branch share: where it begins, how it is pushed, how an end without one is told.

use std::ffi::OsString;
use std::process::Stdio;

use super::interrupt::interrupted;
use super::output::{err, out};
use super::{Failure, Outcome};
use freeze_guard::change::{Failed, Forge, Halt, Way};
use freeze_guard::git::{Head, Repository, World};
use freeze_guard::report::{Report, Style, body};
use freeze_guard::source::{Id, printable, printable_text, shell_line};

/// A program that opens pull requests.
pub(crate) struct Opener {
    program: std::path::PathBuf,
    pub(crate) forge: Forge,
}

/// The one for this way that is there.
pub(crate) fn opener(way: &Way, world: &World) -> Option<Opener> {
    let order: &[(Forge, &str)] = match way.forge {
        Forge::GitHub => &[(Forge::GitHub, "gh")],
        Forge::GitLab => &[(Forge::GitLab, "glab")],
        Forge::Unknown => &[(Forge::GitHub, "gh"), (Forge::GitLab, "glab")],
    };
    order.iter().find_map(|(forge, name)| Some(Opener { program: world.program(name)?, forge: *forge }))
}

/// What has to be there for `--push` and `--pr`, asked before any work is done.
pub(crate) fn ready(way: &Way, world: &World, request: bool) -> Result<Option<Opener>, Failure> {
    if way.remote.is_none() {
        return Err(Failure::new("there is no remote to push to", "`git remote add origin URL` names one"));
    }
    if !request {
        return Ok(None);
    }
    opener(way, world).map(Some).ok_or_else(|| {
        Failure::new(
            "neither gh nor glab for this remote is on PATH",
            "install one, or leave `--pr` out and open the pull request by hand",
        )
    })
}

/// Pushes `branch`; git speaks for itself meanwhile.
pub(crate) fn push(repo: &Repository, way: &Way, branch: &str) -> Result<bool, Failure> {
    let remote = way.remote.clone().unwrap_or_default();
    let git = repo.git().args(["push", "--set-upstream"]).arg(remote).arg(branch);
    let mut git = git.by_hand().map_err(|error| Failure::new(error.to_string(), error.help()))?;
    err(&format!("running: {}\n", way.push(branch)));
    let status = git.stdout(Stdio::null()).status();
    Ok(status.is_ok_and(|status| status.success()))
}

/// Opens the pull request.
pub(crate) fn request(opener: &Opener, words: &[String], world: &World) -> bool {
    err(&format!("running: {}\n", shell_line(words)));
    let mut command = std::process::Command::new(&opener.program);
    command.args(words.iter().skip(1).map(OsString::from)).env_clear().envs(&world.env).current_dir(&world.cwd);
    command.stdin(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Where a branch begins, for a person.
pub(crate) fn beginning(repo: &Repository, base: &Id, from: Option<&OsString>) -> String {
    let name = match (from, repo.head()) {
        (Some(from), _) => printable(from.as_encoded_bytes()),
        (None, Ok(Head::Attached { name, .. })) => printable(freeze_guard::policy::short(&name)),
        (None, _) => "HEAD".to_owned(),
    };
    format!("{name} ({})", base.short())
}

/// How to bring `branch` where it is wanted.
pub(crate) fn ways(way: &Way, branch: &str, request: &str, label: &str) -> String {
    format!(
        "push it:           {}\npull request:      {request}\n                   its label `{}` is for a person to set\n\
         or straight there: {}\n",
        way.push(branch),
        printable_text(label),
        way.straight(branch)
    )
}

/// Tells why there is no branch.
pub(crate) fn halted(halt: Halt, what: &str, style: &Style) -> Result<Outcome, Failure> {
    told(halt, what, "nothing was changed, and no branch is left\n", style)
}

/// Tells why something was not done; `left` is said of what failed or was interrupted.
pub(crate) fn told(halt: Halt, what: &str, left: &str, style: &Style) -> Result<Outcome, Failure> {
    match halt {
        Halt::Cannot { message, help } => Err(Failure::new(message, help)),
        Halt::Scope(error) => Err(error.into()),
        Halt::Interrupted(signal) => {
            err(&format!("interrupted: {left}"));
            Ok(interrupted(signal))
        }
        Halt::Failed(Failed { why, said, findings }) => {
            out(&format!("not {what}: {why}\n"));
            said.iter().for_each(|line| out(&format!("  | {line}\n")));
            out(&body(&Report { findings, ..Report::default() }, style));
            out(left);
            Ok(Outcome::Refuse)
        }
    }
}
