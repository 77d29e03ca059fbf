//! `label-missing`: a pull request into a guarded branch that changes dependencies, or makes the policy laxer, without the
//! label by which somebody approved it; and `guarded-push` for its head, where the policy asks for a source there too.

use super::guarded_push::{sandbox_branch, word};
use super::{Draft, GateContext};
use crate::finding::Place;
use crate::policy::{Gate, Laxer, Page, Proposal, Request, RequestHead, Target, short};
use crate::rule::RuleId;
use crate::source::{printable, printable_text, shell_word};

pub(super) fn check(context: &GateContext<'_>) -> Vec<Draft> {
    let Gate::Proposed(target, Proposal::Request(request)) = context.gate else { return Vec::new() };
    if context.changed.is_empty() && context.laxer.is_empty() && request.untold.is_none() {
        return Vec::new();
    }
    let drafts = [label(context, target, request), source(context, target, request)];
    drafts.into_iter().flatten().collect()
}

fn label(context: &GateContext<'_>, target: &Target, request: &Request) -> Option<Draft> {
    if request.labelled {
        return None;
    }
    let label = &context.policy.ci.label;
    let (message, place) =
        (format!("{} takes {} only", printable(target.short()), what(context, request)), Place::Nowhere);
    let message = format!("{message} from a pull request with the label `{}`{}", printable_text(label), list(context));
    let word = shell_word(label);
    let command = match request.page {
        Page::GitHub(number) => format!("`gh pr edit {number} --add-label {word}`"),
        Page::GitLab(number) => format!("`glab mr update {number} --label {word}`, then run the pipeline again"),
        Page::Arguments => format!("`hook ci --label {word} ...`"),
    };
    let help = format!("once somebody has approved it, the label is theirs to give, on its page or with {command}");
    Some(Draft::new(RuleId::LabelMissing, place, message, help))
}

/// What the request does that wants approval.
fn what(context: &GateContext<'_>, request: &Request) -> String {
    match (&request.untold, context.changed.is_empty(), context.laxer.is_empty()) {
        (Some(mistake), ..) => {
            format!("changes, while its policy cannot be read ({}),", printable_text(mistake))
        }
        (None, false, true) => "dependency changes".to_owned(),
        (None, true, _) => "a laxer policy".to_owned(),
        (None, false, false) => "dependency changes and a laxer policy".to_owned(),
    }
}

fn list(context: &GateContext<'_>) -> String {
    let files: Vec<_> = context.changed.iter().map(|path| context.paths.show(path)).collect();
    let change = |laxer: &Laxer| format!("{} from `{}` to `{}`", laxer.key, laxer.before, laxer.after);
    let changes: Vec<_> = context.laxer.iter().map(change).collect();
    let mut list = String::new();
    if !files.is_empty() {
        list.push_str(&format!("; changed: {}", files.join(", ")));
    }
    if !changes.is_empty() {
        list.push_str(&format!("; laxer: {}", changes.join(", ")));
    }
    list
}

/// The head's name, where `ci.check-source` asks for it.
fn source(context: &GateContext<'_>, target: &Target, request: &Request) -> Option<Draft> {
    let push = &context.policy.push;
    let from = match &request.head {
        RequestHead::Branch(_) | RequestHead::Fork(_) | RequestHead::Unknown if !context.policy.ci.check_source => {
            return None;
        }
        RequestHead::Branch(name) if push.allows_from(name) => return None,
        RequestHead::Branch(name) => format!("from {}", printable(short(name))),
        RequestHead::Fork(name) => format!("from {} of another repository", printable(short(name))),
        RequestHead::Unknown => "from a branch that nobody named".to_owned(),
    };
    let patterns: Vec<_> = push.from.iter().map(ToString::to_string).collect();
    let (patterns, guard) = (patterns.join(", "), printable(target.short()));
    let message = format!("{guard} takes dependency changes only from {patterns}, not {from}{}", list(context));
    let branch = sandbox_branch(context.today, &[]);
    let help = if !push.allows_from(format!("refs/heads/{branch}").as_bytes()) {
        format!("open it from a branch of this repository named as {}", patterns.replace(", ", " or "))
    } else {
        format!(
            "open it from a sandbox branch of this repository: `git push {} HEAD:refs/heads/{branch}`",
            word(&target.remote)
        )
    };
    Some(Draft::new(RuleId::GuardedPush, Place::Nowhere, message, help))
}
