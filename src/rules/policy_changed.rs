//! `policy-changed`: a push that makes the policy of a guarded ref laxer, from a source that may not bring dependency
//! changes there either, and one that nobody could read, from any. One that only tightens is free.
//!
//! And a lock that by its own looks became a looser kind than it was: what a mirror refuses, a single `# via` would admit.

use super::guarded_push::way;
use super::kind::{JudgedAs, Told};
use super::{Context, Draft, GateContext};
use crate::files::PairFiles;
use crate::finding::Place;
use crate::locks::Strength;
use crate::policy::{Gate, Laxer, Pair};
use crate::rule::RuleId;
use crate::source::printable;

pub(super) fn check(context: &GateContext<'_>) -> Vec<Draft> {
    let target = match context.gate {
        Gate::Closed(target, _) | Gate::Allowed(target, _) | Gate::Proposed(target, _) => Some(target),
        _ => None,
    };
    if let (Some(target), Some(mistake)) = (target, context.unreadable) {
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

/// A lock that binds less than it did in every state that it is compared with, without a word of the policy.
pub(super) fn loosened(context: &Context<'_>) -> Vec<Draft> {
    let Some((now, lock)) = context.judged_as().zip(context.after.lock.root_file()) else { return Vec::new() };
    if now == JudgedAs::Told(Told::Freeze) {
        return Vec::new();
    }
    let strength = |pair: &Pair, side: &PairFiles| {
        let lock = side.lock.root_file()?;
        let as_what = JudgedAs::of(pair, lock);
        Some((as_what.strength(lock), as_what.name()))
    };
    // What was a manifest was bound by its own lock, whatever it looks like as one.
    let before: Vec<_> = match context.displaced {
        Some(gone) => vec![strength(&gone.pair, &gone.files).unwrap_or((Strength::Equal, "mirror"))],
        None => context.before.sides().iter().filter_map(|side| strength(context.pair, side)).collect(),
    };
    let Some((least, name)) = before.into_iter().min() else { return Vec::new() };
    let strength = now.strength(lock);
    if strength >= least || (now == JudgedAs::Told(Told::Compiled) && least == Strength::Equal) {
        return Vec::new();
    }
    let (manifest, path) = (context.paths.show(&context.pair.manifest), context.paths.show(&context.pair.lock));
    let (message, kind) = if strength == Strength::Unexplained && least == Strength::Explained {
        (format!("{path} lost its annotations: what else it holds is not explained any more"), "freeze")
    } else {
        (
            format!("{path} was judged as a {name} and would be as {} ({}), which is looser", now.name(), now.why()),
            "compiled",
        )
    };
    let lock_word = context.paths.word(&context.pair.lock);
    let help = format!(
        "`git diff HEAD -- {lock_word}` shows what made it so; if it is meant, the policy says it: a `[[pair]]` for \
         {manifest} with `kind = \"{kind}\"`; see `hook explain policy-changed`"
    );
    vec![Draft::new(RuleId::PolicyChanged, Place::File(context.pair.lock.clone()), message, help)]
}
