//! Status for scripts, in a versioned shape.

use std::path::Path;

use serde_json::{Value, json};

use super::rulings::{PushRuling, Ruling};
use super::{Row, Status};
use crate::cli::Outcome;
use freeze_guard::policy::Origin;
use freeze_guard::source::printable;
use freeze_guard::wiring::{Elsewhere, Kind};

pub(super) fn json(status: &Status) -> String {
    let places = |kind: Kind| status.elsewhere.iter().filter(move |place| place.kind == kind).map(place);
    let value = json!({
        "schema_version": 1,
        "in_force": status.outcome() == Outcome::Pass,
        "guards": status.guards.iter().map(guard).collect::<Vec<_>>(),
        "policy": {
            "commit": ruling(&status.rulings.commit),
            "push": status.rulings.pushes.iter().map(push).collect::<Vec<_>>(),
        },
        "pairs": status.rulings.pairs.as_ref().ok(),
        "not_governed": status.rulings.ungoverned.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "worktrees": places(Kind::Worktree).collect::<Vec<_>>(),
        "submodules": places(Kind::Submodule).collect::<Vec<_>>(),
        "ignored_by": status.older.iter().map(|git| path(git)).collect::<Vec<_>>(),
        "help": status.repair.as_ref().map(|repair| &repair.help),
    });
    format!("{value:#}\n")
}

pub(super) fn guard(row: &Row) -> Value {
    json!({
        "event": row.event.name(),
        "state": row.state,
        "in_force": row.in_force,
        "wired": row.guard.way.name(),
        "path": path(&row.guard.path),
        "chained": row.guard.chained.as_deref().map(path),
        "why": (!row.why.is_empty()).then_some(&row.why),
    })
}

/// `origin` is a file, or null for the defaults.
pub(super) fn ruling(ruling: &Ruling) -> Value {
    let origin = match &ruling.origin {
        Origin::Default => None,
        Origin::File(path) => Some(path.to_string()),
    };
    json!({ "origin": origin, "error": ruling.error })
}

fn push(push: &PushRuling) -> Value {
    let patterns = |list: &[freeze_guard::policy::RefPattern]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    json!({
        "remote": push.remote,
        "branch": push.branch,
        "default": push.is_default,
        "guarded": push.guarded,
        "from": patterns(&push.ruling.policy.push.from),
        "policy": ruling(&push.ruling),
    })
}

fn path(path: &Path) -> String {
    printable(path.as_os_str().as_encoded_bytes())
}

fn place(place: &Elsewhere) -> Value {
    json!({
        "path": path(&place.path),
        "in_force": place.gap.is_none(),
        "why": place.gap.as_ref().map(|gap| &gap.why),
        "help": place.gap.as_ref().map(|gap| &gap.help),
    })
}
