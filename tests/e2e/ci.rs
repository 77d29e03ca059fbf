//! `hook ci`: the change that a job is about, in a checkout such as a service makes it: origin, a clone of it, the event.

mod arguments;
mod github;
mod gitlab;
mod odd;

use serde_json::{Value, json};

use crate::world::{NEW, OLD, R, Repo, Run, World};

pub(crate) const LABEL: &str = "approved-dependency-upgrade";

/// An origin whose main has gone on since the branch `feature` left it with new dependencies, and a clone of it that has
/// `feature` checked out.
pub(crate) struct Scene<'w> {
    pub(crate) origin: Repo<'w>,
    pub(crate) clone: Repo<'w>,
}

impl<'w> Scene<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        let origin = world.repo("origin");
        origin.seed();
        origin.branch_with_pair("feature", NEW);
        origin.git(&["checkout", "-q", "main"]).passes();
        origin.stage_code("main goes on");
        origin.land("main goes on");
        world.at("").git(&["clone", "-q", "origin", "clone"]).passes();
        let clone = world.at("clone");
        clone.git(&["checkout", "-q", "feature"]).passes();
        Self { origin, clone }
    }

    /// What GitHub tells of a pull request of `feature` into main.
    pub(crate) fn event(&self, labels: &[&str]) -> Value {
        let labels: Vec<_> = labels.iter().map(|label| json!({"name": label})).collect();
        json!({
            "action": "synchronize",
            "number": 12,
            "pull_request": {
                "number": 12,
                "title": "Use uvloop",
                "labels": labels,
                "base": {"ref": "main", "sha": self.origin.id("main"), "repo": {"full_name": "team/app"}},
                "head": {"ref": "feature", "sha": self.origin.id("feature"), "repo": {"full_name": "team/app"}},
            },
            "repository": {"full_name": "team/app"},
        })
    }

    /// `hook ci` in the clone as GitHub's runner starts it.
    pub(crate) fn github(&self, name: &str, event: &Value) -> Run {
        github(&self.clone, name, event, &[])
    }
}

pub(crate) fn github(repo: &Repo<'_>, name: &str, event: &Value, args: &[&str]) -> Run {
    let file = repo.world.path("event.json");
    std::fs::write(&file, event.to_string()).unwrap();
    let env = [
        ("GITHUB_ACTIONS", "true"),
        ("CI", "true"),
        ("GITHUB_EVENT_NAME", name),
        ("GITHUB_EVENT_PATH", file.to_str().unwrap()),
    ];
    repo.hook_env(&env, &[&["ci"], args].concat())
}

/// A manifest that no lock answers, on the branch that is checked out.
pub(crate) fn break_pair(repo: &Repo<'_>) {
    repo.stage(R, "flask==3.0.3\nidna>=3\n");
    repo.land("broken");
}

/// What a lock and its manifest are on main.
pub(crate) const BEFORE: &str = OLD;
