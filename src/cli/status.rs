//! `hook status`: each event, what stands at its place, and whether git really reaches our check; the policy that judges
//! each, and what is not covered. Runs nobody else's hook. Exits 1 when a guard is not in force, a policy cannot be read,
//! or a remote's default branch is not guarded.

mod json;
mod rulings;
mod server;
mod text;

use std::path::PathBuf;

use super::args::{Format, StatusArgs};
use super::children::Children;
use super::install::{binary, site};
use super::output::out;
use super::world::Surroundings;
use super::{Failure, Outcome, clones, gits};
use freeze_guard::git::Repository;
use freeze_guard::source::printable;
use freeze_guard::wiring::{
    Directory, Elsewhere, Established, Event, Guard, Kind, Older, Reach, Role, Site, State, VERSION, Via, Way, Wish,
    elsewhere, establish, plan_wiring, role,
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
        return clones::show_all(args, world);
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
        let rows = server::rows(&repo, &site)?;
        if !rows.iter().all(|row| row.in_force) {
            let help = "guard what arrives here: `hook install --server`".to_owned();
            status.repair.get_or_insert(Repair { why: String::new(), help });
        }
        status.guards.extend(rows);
    }
    let paths = world.judging(&repo).paths;
    out(&match args.format {
        Format::Text => text::text(&status, &paths),
        Format::Json => json::json(&status),
    });
    Ok(status.outcome())
}

/// Why [`run`] would exit with 1 in `repo`, in one line; `None` where it would not.
pub(crate) fn first_gap(repo: &Repository, world: &Surroundings) -> Result<Option<String>, Failure> {
    let site = site(repo)?;
    let role = role(&site);
    if role == Role::Server {
        return Ok(server::gather(repo, &site)?.first_gap());
    }
    let mut status = gather(repo, &site, world)?;
    if role == Role::Both {
        status.guards.extend(server::rows(repo, &site)?);
    }
    let worktree = status.elsewhere.iter().filter(|place| place.kind == Kind::Worktree).find_map(|place| {
        let path = printable(place.path.as_os_str().as_encoded_bytes());
        place.gap.as_ref().map(|gap| format!("its linked worktree {path} is not covered: {}", gap.why))
    });
    Ok(match status.outcome() {
        Outcome::Pass => None,
        _ => first_open(&status.guards)
            .or(worktree)
            .or_else(|| status.rulings.first_gap())
            .or_else(|| Some(String::new())),
    })
}

/// The first event that is not guarded, and why.
fn first_open(guards: &[Row]) -> Option<String> {
    guards.iter().find(|row| !row.in_force).map(|row| {
        let colon = if row.why.is_empty() { "" } else { ": " };
        format!("{} is {}{colon}{}", row.event.name(), row.state, row.why)
    })
}

fn gather(repo: &Repository, site: &Site, world: &Surroundings) -> Result<Status, Failure> {
    let binary = binary()?;
    let outside = Children { repo };
    let guards: Vec<_> = establish(site, &binary, None, &outside)?.into_iter().map(row).collect();
    let gits = gits::known(&world.world, site);
    let wish = Wish { binary: &binary, via: Via::Auto, directory: Directory::Own, gits: &gits };
    let in_force = guards.iter().all(|row| row.in_force);
    let repair = (!in_force).then(|| match plan_wiring(site, &wish) {
        Ok(_) => Repair { why: String::new(), help: "wire this clone: `hook install`".to_owned() },
        Err(error) => Repair { why: error.to_string(), help: error.help() },
    });
    let configured = guards.iter().any(|row| row.guard.way == Way::Config);
    let older = gits.iter().filter(|git| configured && !git.has_config_hooks()).map(|git| git.path.clone()).collect();
    let elsewhere = elsewhere(site, &wish, &outside);
    Ok(Status { guards, rulings: rulings(repo)?, elsewhere, older, repair })
}

fn row(established: Established) -> Row {
    let in_force = established.is_in_force();
    let install = match established.guard.event {
        Event::PreReceive => "hook install --server",
        _ => "hook install",
    };
    let Established { guard, reach } = established;
    let (state, why) = match (&guard.state, reach) {
        (State::Current, Reach::NotReached { why }) => ("unreachable", why),
        (State::Outdated(_), Reach::NotReached { why }) => ("outdated", format!("{why}; `{install}` renews it")),
        (State::Current | State::Outdated(_), _) if guard.way == Way::Both => {
            ("current", "it is wired twice, by a file and by the configuration; `hook install` keeps one".to_owned())
        }
        (State::Current, _) => ("current", String::new()),
        (State::Outdated(older), _) => ("outdated", outdated(older, install)),
        (State::Absent, _) => ("absent", String::new()),
        (State::Edited, _) => ("edited", "it bears our name, and is not as any version known here wrote it".to_owned()),
        (State::Foreign { executable: true }, _) => ("foreign", "whether it calls `hook run` is not known".to_owned()),
        (State::Foreign { executable: false }, _) => {
            ("foreign", "it is not executable, so git does not run it".to_owned())
        }
        (State::Unreachable { why }, _) => ("unreachable", why.clone()),
    };
    Row { event: guard.event, guard, state, why, in_force }
}

fn outdated(older: &Older, install: &str) -> String {
    let program = printable(older.program.as_os_str().as_encoded_bytes());
    match older.number == VERSION {
        true => format!("it calls another program, {program}: `{install}` takes this one"),
        false => format!("it is of version {}, this is {VERSION}: `{install}` renews it", older.number),
    }
}
