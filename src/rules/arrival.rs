//! What a server says of a push that has arrived: `guarded-push` for dependency changes that stand on no allowed branch,
//! for a deletion and for anything but a commit, `policy-changed` for a laxer policy that stands on none.
//!
//! Its reader is the pusher, who sees each line behind `remote:` and knows the server by a name that we cannot.

use super::guarded_push::{remote, sandbox_branch, word};
use super::{Draft, GateContext};
use crate::finding::Place;
use crate::policy::{Arrival, Arriving, Gate, Laxer, Target};
use crate::rule::RuleId;
use crate::source::printable;

pub(super) fn check(context: &GateContext<'_>) -> Vec<Draft> {
    let Gate::Received(target, arrival) = context.gate else { return Vec::new() };
    let name = printable(target.short());
    let refused = |message, help| vec![Draft::new(RuleId::GuardedPush, Place::Nowhere, message, help)];
    match arrival {
        Arrival::Deletion { stored } => refused(
            format!("{name} is guarded: deleting it would let any push create it anew"),
            format!("if it must go, whoever runs the server removes it there: `git update-ref -d {}`", word(stored)),
        ),
        Arrival::NotACommit(what) => refused(
            format!("{name} takes commits, and this is {what}"),
            format!("push a branch: `git push {} HEAD:{}`", remote(target), word(target.short())),
        ),
        Arrival::Commit(arriving) => {
            let drafts = [dependencies(context, target, arriving), policy(context, target, arriving)];
            drafts.into_iter().flatten().collect()
        }
    }
}

fn dependencies(context: &GateContext<'_>, target: &Target, arriving: &Arriving) -> Option<Draft> {
    if context.changed.is_empty() {
        return None;
    }
    let files: Vec<_> = context.changed.iter().map(|path| context.paths.show(path)).collect();
    let message = format!(
        "{} takes dependency changes only as they stand on {}, and no such branch here holds these; changed: {}",
        printable(target.short()),
        from(context),
        files.join(", ")
    );
    Some(Draft::new(RuleId::GuardedPush, Place::Nowhere, message, way(context, target, arriving)))
}

fn policy(context: &GateContext<'_>, target: &Target, arriving: &Arriving) -> Option<Draft> {
    let name = printable(target.short());
    let draft = |message, help| Some(Draft::new(RuleId::PolicyChanged, Place::Nowhere, message, help));
    if let Some(mistake) = context.unreadable {
        let message = format!("{name} would hold a policy that cannot be read ({mistake})");
        return draft(message, "mend it first: `hook check` lists every mistake".to_owned());
    }
    if let Some(mistake) = &arriving.untold {
        let message = format!(
            "the policy of {name} cannot be read ({mistake}); until it is mended, {name} takes only what brings a policy \
             that stands on {}",
            from(context)
        );
        return draft(message, way(context, target, arriving));
    }
    if context.laxer.is_empty() {
        return None;
    }
    let change = |laxer: &Laxer| format!("{} from `{}` to `{}`", laxer.key, laxer.before, laxer.after);
    let changes: Vec<_> = context.laxer.iter().map(change).collect();
    let message = format!(
        "{name} takes a laxer policy only as it stands on {}, and no such branch here holds this one: {}",
        from(context),
        changes.join(", ")
    );
    draft(message, way(context, target, arriving))
}

fn from(context: &GateContext<'_>) -> String {
    context.policy.push.from.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The command that brings what arrived, and the branch that has to hold it.
fn way(context: &GateContext<'_>, target: &Target, arriving: &Arriving) -> String {
    let (remote, guard) = (remote(target), word(target.short()));
    let branch = sandbox_branch(context.today, &arriving.taken);
    if !context.policy.push.allows_from(format!("refs/heads/{branch}").as_bytes()) {
        return format!(
            "push it together with a branch named as {} that holds it; see `hook explain guarded-push`",
            from(context).replace(", ", " or ")
        );
    }
    let start: String = arriving.tip.chars().take(12).collect();
    format!(
        "push an allowed branch that holds it along, as this new one: `git branch {branch} {start} && git push --atomic {remote} {branch} \
         {branch}:{guard}`; or open a pull request from such a branch"
    )
}
