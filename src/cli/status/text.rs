//! Status for people: a table of the events, then a line for each thing worth knowing, with its next step.

use super::rulings::{PushRuling, Rulings};
use super::{Repair, Row, Status};
use crate::cli::install::ungoverned_line;
use freeze_guard::policy::{Origin, RefPattern};
use freeze_guard::report::plural;
use freeze_guard::source::{Paths, printable};
use freeze_guard::wiring::{Elsewhere, Gap, State};

/// More branches than this are counted, not named.
const NAMED: usize = 5;

pub(super) fn text(status: &Status, paths: &Paths) -> String {
    let mut text = head();
    status.guards.iter().for_each(|row| text.push_str(&guard(row)));
    text.push_str(&rulings(&status.rulings, paths));
    status.elsewhere.iter().for_each(|place| text.push_str(&gap(place)));
    for git in &status.older {
        let git = printable(git.as_os_str().as_encoded_bytes());
        text.push_str(&format!("note: with {git} nothing is guarded: it ignores hooks in the configuration\n"));
    }
    if let Some(Repair { why, help }) = &status.repair {
        let colon = if why.is_empty() { "" } else { ": " };
        text.push_str(&format!("not every guard is in force{colon}{why}\n = help: {help}\n"));
    }
    text
}

/// What stands over the events.
pub(super) fn head() -> String {
    format!("{:18}{:13}{:8}{}\n", "event", "state", "wired", "chained hook")
}

pub(super) fn guard(row: &Row) -> String {
    let wired = match row.guard.state {
        State::Absent | State::Foreign { .. } => "-",
        _ => row.guard.way.name(),
    };
    let chained = row.guard.chained.as_deref().and_then(|path| path.file_name());
    let chained = chained.map_or_else(|| "-".to_owned(), |name| printable(name.as_encoded_bytes()));
    let mut line = format!("{:18}{:13}{wired:8}{chained}\n", row.event.name(), row.state);
    if !row.why.is_empty() {
        line.push_str(&format!("{:18}{}\n", "", row.why));
    }
    line
}

fn rulings(rulings: &Rulings, paths: &Paths) -> String {
    let commit = &rulings.commit;
    let pairs = match &rulings.pairs {
        Ok(count) => plural(*count, "pair"),
        Err(why) => format!("its pairs cannot be counted: {why}"),
    };
    let mut text = match (&commit.error, &commit.origin) {
        (Some(error), _) => {
            format!("policy for commits: cannot be read: {error}\n = help: `hook check` lists every mistake\n")
        }
        (None, Origin::Default) => format!("policy for commits: the defaults; {}\n", pairs),
        (None, Origin::File(path)) => {
            format!("policy for commits: {}, as staged; {}\n", paths.show(path), pairs)
        }
    };
    if rulings.pushes.is_empty() {
        let push = &commit.policy.push;
        text.push_str(&format!(
            "policy for pushes: no branch of a remote is known yet; {} would take dependency changes only from {}\n",
            list(&push.guard),
            list(&push.from)
        ));
    }
    text.push_str(&pushes(&rulings.pushes));
    text.push_str(&ungoverned_line(&rulings.ungoverned, paths));
    text
}

/// One line for all branches of which the same is true, since a pattern may guard many.
fn pushes(pushes: &[PushRuling]) -> String {
    let mut lines: Vec<(String, Vec<String>)> = Vec::new();
    let mut wrong = String::new();
    for push in pushes {
        let name = format!("{}/{}", push.remote, push.branch);
        let origin = match &push.ruling.origin {
            Origin::Default => "the defaults".to_owned(),
            Origin::File(path) => format!("{path}, as it holds it"),
        };
        if let Some(error) = &push.ruling.error {
            wrong.push_str(&format!(
                "policy for pushes to {name}: what {name} holds cannot be read: {error}\n = help: correct it there, from \
                 an allowed branch; `hook check --rev {name}` lists every mistake\n"
            ));
        } else if push.guarded {
            let rest = format!("{origin}; dependency changes only from {}", list(&push.ruling.policy.push.from));
            match lines.iter_mut().find(|(known, _)| *known == rest) {
                Some((_, names)) => names.push(name),
                None => lines.push((rest, vec![name])),
            }
        } else {
            let kind = if push.is_default { "the remote's default branch" } else { "the branch" };
            wrong.push_str(&format!(
                "policy for pushes to {name}: {origin}; {kind} is not guarded\n = help: add \"{}\" to `guard` under [push] \
                 in freeze-guard.toml, and bring that to {name}\n",
                push.branch
            ));
        }
    }
    let line = |(rest, names): &(String, Vec<String>)| format!("policy for pushes to {}: {rest}\n", few(names));
    lines.iter().map(line).collect::<String>() + &wrong
}

pub(super) fn few(names: &[String]) -> String {
    let named: Vec<_> = names.iter().take(NAMED).map(String::as_str).collect();
    let more = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    named.join(", ") + &more
}

pub(super) fn list(patterns: &[RefPattern]) -> String {
    patterns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn gap(place: &Elsewhere) -> String {
    let Some(Gap { why, help }) = &place.gap else { return String::new() };
    let path = printable(place.path.as_os_str().as_encoded_bytes());
    format!("{} {path} is not covered: {why}\n = help: {help}\n", place.kind.name())
}
