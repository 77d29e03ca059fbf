//! `hook status`: each event, what stands at its place, and whether git really reaches our shim; the policy in force.
//! Exits 1 when a guard is not in force.

use super::args::StatusArgs;
use super::install::{binary, reach, site, ungoverned};
use super::output::out;
use super::world::Surroundings;
use super::{Failure, Outcome, clones};
use freeze_guard::git::Repository;
use freeze_guard::policy::{Origin, Policy};
use freeze_guard::report::plural;
use freeze_guard::scope::{self, ScopeError, Which};
use freeze_guard::source::{Paths, printable};
use freeze_guard::wiring::{Guard, Reach, State, inspect, plan_install};

pub(crate) fn run(args: &StatusArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    if args.all {
        return clones::show_all(&binary()?, &world.world, args.prune);
    }
    let repo = world.repository()?;
    let site = site(&repo)?;
    let binary = binary()?;
    let mut in_force = true;
    let mut text = format!("{:18}{:16}{}\n", "event", "state", "chained hook");
    for guard in inspect(&site, &binary)? {
        let reached = reach(&repo, &site, &guard);
        let (state, why) = state(&guard, &reached);
        in_force &= guard.state.is_in_force() && !matches!(reached, Reach::NotReached { .. });
        let chained = guard.chained.as_deref().and_then(|path| path.file_name());
        let chained = chained.map_or_else(|| "-".to_owned(), |name| printable(name.as_encoded_bytes()));
        text.push_str(format!("{:18}{state:16}{chained}", guard.event.name()).trim_end());
        text.push('\n');
        if !why.is_empty() {
            text.push_str(&format!("{:18}{why}\n", ""));
        }
    }
    text.push_str(&policy(&repo, &world.judging(&repo).paths)?);
    if !in_force {
        let (why, help) = match plan_install(&site, &binary) {
            Ok(_) => (String::new(), "wire this clone: `hook install`".to_owned()),
            Err(error) => (format!(": {error}"), error.help()),
        };
        text.push_str(&format!("not every guard is in force{why}\n = help: {help}\n"));
    }
    let guarded = default_branch_guarded(&repo)?;
    if let Some(branch) = &guarded {
        text.push_str(&format!("the remote's default branch {branch} is not guarded\n = help: add it to `guard` under [push] in freeze-guard.toml\n"));
    }
    out(&text);
    Ok(if in_force && guarded.is_none() { Outcome::Pass } else { Outcome::Refuse })
}

fn state<'a>(guard: &'a Guard, reached: &'a Reach) -> (&'static str, &'a str) {
    match (&guard.state, reached) {
        (State::Current, Reach::NotReached { why }) => ("unreachable", why),
        (State::Current, Reach::Reached | Reach::NotTried { .. }) => ("current", ""),
        (State::Absent, _) => ("absent", ""),
        (State::Outdated, _) => ("outdated", "it calls another binary, or is of another version"),
        (State::Edited, _) => ("edited", "it is our shim with somebody's changes"),
        (State::Foreign { executable: true }, _) => ("foreign", ""),
        (State::Foreign { executable: false }, _) => ("foreign", "it is not executable, so git does not run it"),
        (State::Unreachable { why }, _) => ("unreachable", why),
    }
}

fn policy(repo: &Repository, paths: &Paths) -> Result<String, Failure> {
    if repo.is_bare() {
        return Ok(String::new());
    }
    let question = match scope::snapshot(repo, &Which::Staged, Vec::new(), None) {
        Ok(question) => question,
        Err(ScopeError::Policy(_)) => {
            return Ok("policy: cannot be read\n = help: `hook check` lists every mistake\n".to_owned());
        }
        Err(error) => return Err(error.into()),
    };
    let origin = match &question.origin {
        Origin::Default => "the defaults".to_owned(),
        Origin::File(path) => paths.show(path),
    };
    let list = |patterns: &[freeze_guard::policy::RefPattern]| {
        patterns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    let push = &question.policy.push;
    let pairs = scope::pairs(&*question.after, &question.policy)?.len();
    Ok(format!(
        "policy: {origin}; pushes to {} bring dependency changes only from {}; {}\n{}",
        list(&push.guard),
        list(&push.from),
        plural(pairs, "pair"),
        ungoverned(&*question.after, &question.policy, paths)?
    ))
}

/// The default branch of a remote that the policy leaves unguarded.
fn default_branch_guarded(repo: &Repository) -> Result<Option<String>, Failure> {
    let policy = match repo.index().map_err(ScopeError::from).and_then(|tree| Ok(scope::read_policy(&*tree)?)) {
        Ok(Ok((policy, _))) => policy,
        Ok(Err(_)) | Err(_) => Policy::default(),
    };
    for remote in repo.remotes() {
        let head = [b"refs/remotes/", &*remote, b"/HEAD"].concat();
        let Some(found) = repo.reference(&head)? else { continue };
        let prefix = [b"refs/remotes/", &*remote, b"/"].concat();
        let Some(branch) = found.target.strip_prefix(&*prefix) else { continue };
        let full = [b"refs/heads/", branch].concat();
        if !policy.push.guard.iter().any(|pattern| pattern.matches(&full)) {
            return Ok(Some(printable(branch)));
        }
    }
    Ok(None)
}
