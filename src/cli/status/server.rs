//! The status of a repository that people push to: whether git reaches what judges a push that arrives, and by which
//! policy each of its branches is judged. Exits 1 when it does not, when a policy cannot be read, and when nothing guards
//! the branch that clones start from.

use serde_json::json;

use super::rulings::{Ruling, ruling};
use super::{Row, first_open, json, row, text};
use crate::cli::children::Children;
use crate::cli::install::binary;
use crate::cli::{Failure, Outcome};
use freeze_guard::git::{Placed, Repository};
use freeze_guard::policy::{Origin, short};
use freeze_guard::source::{printable, shell_word};
use freeze_guard::wiring::{Site, establish_server, plan_server};

/// Everything that is told.
pub(super) struct Server {
    guards: Vec<Row>,
    branches: Vec<Branch>,
    /// What would put a guard in force that is not.
    help: Option<String>,
}

/// A branch that is guarded, or that clones start from.
struct Branch {
    name: String,
    ruling: Ruling,
    guarded: bool,
}

impl Branch {
    fn in_force(&self) -> bool {
        self.guarded && self.ruling.error.is_none()
    }
}

impl Server {
    pub(super) fn outcome(&self) -> Outcome {
        let all = self.guards.iter().all(|row| row.in_force) && self.branches.iter().all(Branch::in_force);
        if all { Outcome::Pass } else { Outcome::Refuse }
    }

    /// Why it is not all in force, in one line.
    pub(super) fn first_gap(&self) -> Option<String> {
        let branch = || {
            self.branches.iter().find(|branch| !branch.in_force()).map(|branch| match &branch.ruling.error {
                Some(error) => format!("the policy that {} holds cannot be read: {error}", branch.name),
                None => format!("{}, from which clones start, is not guarded", branch.name),
            })
        };
        first_open(&self.guards).or_else(branch)
    }
}

pub(super) fn gather(repo: &Repository, site: &Site) -> Result<Server, Failure> {
    let guards = rows(repo, site)?;
    let help = match guards.iter().all(|row| row.in_force) {
        true => None,
        false => Some(match plan_server(site, &binary()?) {
            Ok(_) => "guard this repository: `hook install --server`".to_owned(),
            Err(error) => format!("{error}: {}", error.help()),
        }),
    };
    Ok(Server { guards, branches: branches(repo)?, help })
}

/// The events of a server.
pub(super) fn rows(repo: &Repository, site: &Site) -> Result<Vec<Row>, Failure> {
    let all = establish_server(site, &binary()?, &Children { repo })?;
    Ok(all.into_iter().map(row).collect())
}

fn branches(repo: &Repository) -> Result<Vec<Branch>, Failure> {
    let space = repo.namespace()?;
    let default = repo.default_branch(&space)?;
    let mut found = Vec::new();
    for (stored, reference) in repo.references(&[&*space, b"refs/heads/"].concat())? {
        let ruling = match repo.commit_tree(&reference.id).and_then(|tree| ruling(&*tree)) {
            Ok(ruling) => ruling,
            Err(error) => Ruling::unread(&error),
        };
        let name = Placed::of(&stored).name;
        let guarded = ruling.policy.push.guards(&name);
        if guarded || default.as_deref() == Some(&*stored) {
            found.push(Branch { name: printable(short(&name)), ruling, guarded });
        }
    }
    Ok(found)
}

pub(super) fn text(server: &Server) -> String {
    let mut text = text::head();
    server.guards.iter().for_each(|row| text.push_str(&text::guard(row)));
    text.push_str(&policies(&server.branches));
    if let Some(help) = &server.help {
        text.push_str(&format!("pushes that arrive here are not judged\n = help: {help}\n"));
    }
    text
}

/// By which policy what arrives is judged, a line or two for each branch that is guarded, or should be.
pub(crate) fn server_policies(repo: &Repository) -> Result<String, Failure> {
    Ok(policies(&branches(repo)?))
}

fn policies(branches: &[Branch]) -> String {
    if branches.is_empty() {
        let push = freeze_guard::policy::Policy::default().push;
        let (guard, from) = (text::list(&push.guard), text::list(&push.from));
        return format!(
            "policy for what arrives: no guarded branch is here yet; {guard} would take dependency changes only as they \
             stand on {from}\n"
        );
    }
    let mut lines: Vec<(String, Vec<String>)> = Vec::new();
    let mut wrong = String::new();
    for branch in branches {
        let (name, word) = (&branch.name, shell_word(&branch.name));
        let from = text::list(&branch.ruling.policy.push.from);
        let origin = match &branch.ruling.origin {
            Origin::Default => "the defaults".to_owned(),
            Origin::File(path) => format!("{path}, as it holds it"),
        };
        if let Some(error) = &branch.ruling.error {
            wrong.push_str(&format!(
                "policy for what arrives on {name}: what it holds cannot be read: {error}; until it is mended, only what \
                 brings a policy that stands on {from} is taken\n = help: `hook check --rev {word}` lists every mistake\n"
            ));
        } else if branch.guarded {
            let rest = format!("{origin}; dependency changes only as they stand on {from}");
            match lines.iter_mut().find(|(known, _)| *known == rest) {
                Some((_, names)) => names.push(name.clone()),
                None => lines.push((rest, vec![name.clone()])),
            }
        } else {
            wrong.push_str(&format!(
                "policy for what arrives on {name}: {origin}; clones start from it, and it is not guarded\n = help: add \
                 \"{name}\" to `guard` under [push] in freeze-guard.toml, and push that to {name}\n"
            ));
        }
    }
    let line =
        |(rest, names): &(String, Vec<String>)| format!("policy for what arrives on {}: {rest}\n", text::few(names));
    lines.iter().map(line).collect::<String>() + &wrong
}

pub(super) fn json(server: &Server) -> String {
    let branch = |branch: &Branch| {
        let from: Vec<_> = branch.ruling.policy.push.from.iter().map(ToString::to_string).collect();
        json!({
            "branch": branch.name,
            "guarded": branch.guarded,
            "from": from,
            "policy": json::ruling(&branch.ruling),
        })
    };
    let value = json!({
        "schema_version": 1,
        "in_force": server.outcome() == Outcome::Pass,
        "guards": server.guards.iter().map(json::guard).collect::<Vec<_>>(),
        "policy": { "received": server.branches.iter().map(branch).collect::<Vec<_>>() },
        "help": server.help,
    });
    format!("{value:#}\n")
}
