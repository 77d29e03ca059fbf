//! What a CI job is about, as its service says it: the common shape of GitHub's events, GitLab's variables and the
//! command line's arguments, before anything is looked up in the repository.

use freeze_guard::git::World;
use freeze_guard::policy::{Page, RequestHead};
use freeze_guard::source::{Id, printable_text};

use super::CiArgs;
use super::{github, gitlab};
use crate::cli::Failure;

/// What a CI job is about.
#[derive(Debug)]
pub(crate) enum Event {
    /// A pull request, or a merge request.
    Request(Request),
    /// A push to a branch, or a merge queue's attempt at one.
    Landed(Landed),
    /// Nothing that changes a branch: the words say what.
    Nothing(String),
    /// No change at all: all of HEAD is judged. The words say why.
    Everything(String),
}

/// A pull request.
#[derive(Debug)]
pub(crate) struct Request {
    /// The branch it is for, without `refs/heads/`.
    pub(crate) target: String,
    /// What that branch held when the event happened.
    pub(crate) base: Rev,
    pub(crate) head: Rev,
    pub(crate) labels: Vec<String>,
    pub(crate) from: RequestHead,
    pub(crate) page: Page,
}

/// What reached a branch.
#[derive(Debug)]
pub(crate) struct Landed {
    pub(crate) target: String,
    pub(crate) base: Rev,
    pub(crate) head: Rev,
    /// `a push`, `a merge queue`.
    pub(crate) by: &'static str,
}

/// A commit as the service names it.
#[derive(Clone, Debug)]
pub(crate) enum Rev {
    /// By its full id.
    Id(Id),
    /// As a person would.
    Spec(Vec<u8>),
}

/// Where the event is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    GitHub,
    GitLab,
    Arguments,
}

/// The event, and who tells it: the arguments before everything else.
pub(crate) fn event(args: &CiArgs, world: &World) -> Result<(Event, Service), Failure> {
    if let Some(base) = &args.base {
        return Ok((arguments(args, base.as_encoded_bytes())?, Service::Arguments));
    }
    if is_true(world, "GITHUB_ACTIONS") {
        return Ok((github::event(world)?, Service::GitHub));
    }
    if is_true(world, "GITLAB_CI") {
        return Ok((gitlab::event(world)?, Service::GitLab));
    }
    Err(Failure::new(
        "this is neither a job of GitHub Actions nor of GitLab CI, so there is no event to read",
        "say what the branch holds: `hook ci --base origin/main`",
    ))
}

fn is_true(world: &World, name: &str) -> bool {
    world.var(name).is_some_and(|value| value == "true")
}

fn arguments(args: &CiArgs, base: &[u8]) -> Result<Event, Failure> {
    let text = |value: &std::ffi::OsString| {
        value.to_str().map(str::to_owned).ok_or_else(|| {
            Failure::new("a branch's name here must be UTF-8", "name another branch, or push it under another name")
        })
    };
    let target = match &args.target {
        Some(target) => text(target)?,
        None => named_by(base),
    };
    let from = match (&args.source, args.fork) {
        (Some(source), false) => RequestHead::Branch(full(&text(source)?)),
        (Some(source), true) => RequestHead::Fork(full(&text(source)?)),
        (None, _) => RequestHead::Unknown,
    };
    Ok(Event::Request(Request {
        target: branch("--target", &target)?,
        base: Rev::Spec(base.to_vec()),
        head: Rev::Spec(args.head.as_ref().map_or(&b"HEAD"[..], |head| head.as_encoded_bytes()).to_vec()),
        labels: args.label.clone(),
        from,
        page: Page::Arguments,
    }))
}

/// The branch that a revision names: `main` for `origin/main`; main where it names none.
fn named_by(base: &[u8]) -> String {
    let name = String::from_utf8_lossy(base).into_owned();
    let name = name.strip_prefix("refs/remotes/").unwrap_or(&name);
    let name = name.strip_prefix("origin/").unwrap_or(name);
    let name = short(name);
    let is_branch = !name.is_empty()
        && Id::from_hex(name.as_bytes()).is_none()
        && freeze_guard::git::Repository::valid_ref_name(&full(name))
        && name != "HEAD";
    if is_branch { name.to_owned() } else { "main".to_owned() }
}

/// A branch's full name.
pub(crate) fn full(name: &str) -> Vec<u8> {
    format!("refs/heads/{}", short(name)).into_bytes()
}

/// A branch's name without `refs/heads/`.
pub(crate) fn short(name: &str) -> &str {
    name.strip_prefix("refs/heads/").unwrap_or(name)
}

/// A branch's name as a service tells it, without `refs/heads/`.
pub(crate) fn branch(what: &str, text: &str) -> Result<String, Failure> {
    let name = short(text);
    // git makes no branch whose name is an option, and no command that is shown may hold one.
    if name.starts_with('-') || !freeze_guard::git::Repository::valid_ref_name(&full(name)) {
        return Err(Failure::new(
            format!("{what} should be a branch's name, and is `{}`", printable_text(text)),
            "say what to judge instead: `hook ci --base origin/main`",
        ));
    }
    Ok(name.to_owned())
}

/// The commit that `text` names, which must be a full id.
pub(crate) fn id(what: &str, text: &str) -> Result<Rev, Failure> {
    Id::from_hex(text.as_bytes()).map(Rev::Id).ok_or_else(|| {
        Failure::new(
            format!("{what} should be a commit's full id, and is `{}`", printable_text(text)),
            "say what to judge instead: `hook ci --base origin/main`",
        )
    })
}
