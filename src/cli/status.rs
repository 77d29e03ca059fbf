//! `hook status`: each event, what stands at its place, and whether git really reaches our check; the policy that judges
//! each, and what is not covered. Runs nobody else's hook. Exits 1 when a guard is not in force, a policy cannot be read,
//! or a remote's default branch is not guarded.

mod json;
mod rulings;
mod server;
mod text;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::args::{Format, StatusArgs};
use super::install::{binary, reach, site};
use super::output::out;
use super::world::Surroundings;
use super::{Failure, Outcome, clones, gits};
use freeze_guard::git::Repository;
use freeze_guard::wiring::{
    Directory, Elsewhere, Event, Guard, Kind, Reach, Role, Site, State, Via, Way, Wish, elsewhere, inspect,
    plan_wiring, role,
};
use rulings::{Rulings, rulings};
pub(crate) use server::server_policies;

/// Everything that status tells.
struct Status {
    guards: Vec<Row>,
    rulings: Rulings,
    elsewhere: Vec<Elsewhere>,
    /// Gits that ignore hooks in the configuration, where that is how this clone is wired.
    older: Vec<PathBuf>,
    /// What would put guards in force that are not, or why that cannot be.
    repair: Option<Repair>,
}

/// One event.
struct Row {
    event: Event,
    guard: Guard,
    /// Its state in one word.
    state: &'static str,
    /// What is to be said about that; may be empty.
    why: String,
    in_force: bool,
}

/// The next step where a guard is not in force.
struct Repair {
    why: String,
    help: String,
}

impl Status {
    fn outcome(&self) -> Outcome {
        let guards = self.guards.iter().all(|row| row.in_force);
        // A submodule is a repository of its own, which may have good reasons; a worktree is this clone.
        let worktrees = self.elsewhere.iter().all(|place| place.kind == Kind::Submodule || place.gap.is_none());
        if guards && worktrees && self.rulings.in_force() { Outcome::Pass } else { Outcome::Refuse }
    }
}

pub(crate) fn run(args: &StatusArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    if args.all {
        return clones::show_all(args, &world.world);
    }
    let repo = world.repository()?;
    let site = site(&repo)?;
    let role = role(&site);
    if args.server || role == Role::Server {
        let server = server::gather(&repo, &site)?;
        out(&match args.format {
            Format::Text => server::text(&server),
            Format::Json => server::json(&server),
        });
        return Ok(server.outcome());
    }
    let mut status = gather(&repo, &site, world)?;
    if role == Role::Both {
        status.guards.extend(server::rows(&repo, &site)?);
    }
    let paths = world.judging(&repo).paths;
    out(&match args.format {
        Format::Text => text::text(&status, &paths),
        Format::Json => json::json(&status),
    });
    Ok(status.outcome())
}

fn gather(repo: &Repository, site: &Site, world: &Surroundings) -> Result<Status, Failure> {
    let binary = binary()?;
    let guards = inspect(site, &binary)?;
    let guards: Vec<_> = guards.into_iter().map(|guard| row(reach(repo, site, &guard), guard)).collect();
    let gits = gits::known(&world.world, site);
    let wish = Wish { binary: &binary, via: Via::Auto, directory: Directory::Own, gits: &gits };
    let in_force = guards.iter().all(|row| row.in_force);
    let repair = (!in_force).then(|| match plan_wiring(site, &wish) {
        Ok(_) => Repair { why: String::new(), help: "wire this clone: `hook install`".to_owned() },
        Err(error) => Repair { why: error.to_string(), help: error.help() },
    });
    let git = |directory: &Path, words: &[&OsStr]| {
        let git = repo.git().elsewhere(directory).args(words).run();
        git.map(|output| output.stdout).map_err(|error| error.to_string())
    };
    let configured = guards.iter().any(|row| row.guard.way == Way::Config);
    let older = gits.iter().filter(|git| configured && !git.has_config_hooks()).map(|git| git.path.clone()).collect();
    let elsewhere = elsewhere(site, &binary, &git);
    Ok(Status { guards, rulings: rulings(repo)?, elsewhere, older, repair })
}

fn row(reached: Reach, guard: Guard) -> Row {
    let plain = |state, why: &str| (state, why.to_owned());
    let (state, why) = match (&guard.state, &reached) {
        (State::Current, Reach::NotReached { why }) => plain("unreachable", why),
        (State::Current, _) if guard.way == Way::Both => {
            plain("current", "it is wired twice, by a file and by the configuration; `hook install` keeps one")
        }
        (State::Current, Reach::NotTried { why }) => ("current", format!("not tried: {why}")),
        (State::Current, Reach::Reached) => plain("current", ""),
        (State::Absent, _) => plain("absent", ""),
        (State::Outdated, _) if guard.event == Event::PreReceive => {
            plain("outdated", "it calls another binary, or is of another version: `hook install --server`")
        }
        (State::Outdated, _) => plain("outdated", "it calls another binary, or is of another version: `hook install`"),
        (State::Edited, _) => plain("edited", "it is ours with somebody's changes"),
        (State::Foreign { executable: true }, _) => plain("foreign", "whether it calls `hook run` is not known"),
        (State::Foreign { executable: false }, _) => plain("foreign", "it is not executable, so git does not run it"),
        (State::Unreachable { why }, _) => plain("unreachable", why),
    };
    let in_force = guard.state.is_in_force() && !matches!(reached, Reach::NotReached { .. });
    Row { event: guard.event, guard, state, why, in_force }
}
