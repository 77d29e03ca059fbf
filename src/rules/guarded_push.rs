//! `guarded-push`: a dependency change for a guarded ref from a source that is not allowed; the deletion of a guarded
//! ref, and anything but a commit on it.

use super::{Draft, GateContext};
use crate::finding::Place;
use crate::policy::{Closed, Date, Gate, Target, Unfit, short};
use crate::rule::RuleId;
use crate::source::{printable, shell_word};

pub(super) fn check(context: &GateContext<'_>) -> Vec<Draft> {
    let (message, help) = match context.gate {
        Gate::Open | Gate::Allowed(..) | Gate::UnknownBase(_) | Gate::Received(..) | Gate::Proposed(..) => {
            return Vec::new();
        }
        Gate::Closed(..) if context.changed.is_empty() => return Vec::new(),
        Gate::Closed(target, closed) => (closed_message(context, target, closed), way(context, target, closed)),
        Gate::Deletion(target) => deletion(target),
        Gate::NotACommit(target, what) => (
            format!("{} takes commits, and this is {what}", printable(target.short())),
            format!("push a branch: `git push {} HEAD:{}`", remote(target), word(target.short())),
        ),
    };
    vec![Draft::new(RuleId::GuardedPush, Place::Nowhere, message, help)]
}

fn deletion(target: &Target) -> (String, String) {
    let name = printable(target.short());
    let message = format!("{name} is guarded: deleting it would let any push create it anew");
    let skip = format!("git push --no-verify {} --delete {}", remote(target), word(target.short()));
    (message, format!("if it must go, say so past the guard: `{skip}`"))
}

fn closed_message(context: &GateContext<'_>, target: &Target, closed: &Closed) -> String {
    let guard = printable(target.short());
    let from: Vec<_> = context.policy.push.from.iter().map(ToString::to_string).collect();
    let files: Vec<_> = context.changed.iter().map(|path| context.paths.show(path)).collect();
    let source = match &closed.why {
        Unfit::Branch(name) => format!("from {}", printable(short(name))),
        Unfit::SymbolicRef { name, target } => {
            format!("from {}, which stands for {}", printable(short(name)), printable(short(target)))
        }
        Unfit::Tag(name) => format!("from the tag {}", printable(name.strip_prefix(b"refs/tags/").unwrap_or(name))),
        Unfit::RemoteBranch(name) => format!("from {}", printable(name)),
        Unfit::Detached => "from a detached HEAD".to_owned(),
        Unfit::Expression => format!("from `{}`", printable(&target.source)),
    };
    format!(
        "{guard} takes dependency changes only from {}, not {source}; changed: {}",
        from.join(", "),
        files.join(", ")
    )
}

/// The exact command that brings the change there the right way.
pub(super) fn way(context: &GateContext<'_>, target: &Target, closed: &Closed) -> String {
    let (remote, guard) = (remote(target), word(target.short()));
    let push = |branch: &str| format!("git push --atomic {remote} {branch} {branch}:{guard}");
    if let Some(holder) = closed.holders.first() {
        return format!("push it from the branch that holds it: `{}`", push(&word(short(holder))));
    }
    let branch = sandbox_branch(context.today, &closed.taken);
    let allowed =
        context.policy.push.from.iter().any(|pattern| pattern.matches(format!("refs/heads/{branch}").as_bytes()));
    if !allowed {
        let from: Vec<_> = context.policy.push.from.iter().map(ToString::to_string).collect();
        return format!(
            "put it on a branch named as {} and push that; see `hook explain guarded-push`",
            from.join(" or ")
        );
    }
    let start: String = closed.tip.chars().take(12).collect();
    format!("put it on a sandbox branch and push that: `git branch {branch} {start} && {}`", push(&branch))
}

/// The first sandbox branch of this day that none of `taken` (full ref names) is called.
pub fn sandbox_branch(today: Date, taken: &[Vec<u8>]) -> String {
    let name = |number: u32| {
        format!("auto/dependency-upgrade-{:04}{:02}{:02}-{number:03}", today.year, today.month, today.day)
    };
    let free = |name: &String| !taken.iter().any(|other| other.ends_with(name.as_bytes()));
    (1..=taken.len() as u32 + 1).map(name).find(free).unwrap_or_else(|| name(1))
}

/// The remote as a word of a command.
pub(super) fn remote(target: &Target) -> String {
    word(&target.remote)
}

/// Bytes as a word of a command.
pub(super) fn word(bytes: &[u8]) -> String {
    shell_word(&printable(bytes)).into_owned()
}
