//! `policy-changed`: a push that makes the policy of a guarded ref laxer, from a source that may not bring dependency
//! changes there either, and one that nobody could read, from any. One that only tightens is free.

use super::guarded_push::way;
use super::{Draft, GateContext};
use crate::finding::Place;
use crate::policy::{Gate, Laxer};
use crate::rule::RuleId;
use crate::source::printable;

pub(super) fn check(context: &GateContext<'_>) -> Vec<Draft> {
    if let (Gate::Closed(target, _) | Gate::Allowed(target, _), Some(mistake)) = (context.gate, context.unreadable) {
        let message = format!("{} would hold a policy that cannot be read ({mistake})", printable(target.short()));
        let help = "mend it first: `hook check` lists every mistake".to_owned();
        return vec![Draft::new(RuleId::PolicyChanged, Place::Nowhere, message, help)];
    }
    let Gate::Closed(target, closed) = context.gate else { return Vec::new() };
    if context.laxer.is_empty() {
        return Vec::new();
    }
    let change = |laxer: &Laxer| format!("{} from `{}` to `{}`", laxer.key, laxer.before, laxer.after);
    let changes: Vec<_> = context.laxer.iter().map(change).collect();
    let from: Vec<_> = context.policy.push.from.iter().map(ToString::to_string).collect();
    let message = format!(
        "{} takes a laxer policy only from {}: {}",
        printable(target.short()),
        from.join(", "),
        changes.join(", ")
    );
    vec![Draft::new(RuleId::PolicyChanged, Place::Nowhere, message, way(context, target, closed))]
}
