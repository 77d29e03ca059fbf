//! `undecided`: what offline evidence does not tell, from a closed list of reasons. An error for an entry that this
//! change adds or alters, a note otherwise; the policy's `undecided = "note"` makes it a note everywhere.
//!
//! What the manifest asks counts as this change's only where the lock did not change with it: a resolver that ran over
//! it has had its say, and its word is all there is.

use super::base::same_lock;
use super::untouched::untouched;
use super::{Context, Draft};
use crate::files::{Before, PairFiles};
use crate::finding::Place;
use crate::locks::{Drift, Reason, Subject, Undecided, annotations};
use crate::policy::Undecided as Asked;
use crate::requirements::Located;
use crate::rule::{Level, RuleId};
use crate::source::printable_text;

pub(super) fn check(context: &Context<'_>) -> Vec<Draft> {
    let Some(answer) = context.answer().filter(|answer| !answer.proof.undecided.is_empty()) else { return Vec::new() };
    // What changed under a lock that did not is stale, and is said as that.
    let stale = untouched(context);
    let known = |undecided: &&Undecided<'_>| {
        !stale.iter().any(|drift| {
            matches!(drift, Drift::Untouched { manifest, .. }
            if std::ptr::eq(manifest.entry, undecided.subject.located().entry))
        })
    };
    answer.proof.undecided.iter().filter(known).map(|undecided| draft(context, undecided)).collect()
}

fn draft(context: &Context<'_>, undecided: &Undecided<'_>) -> Draft {
    let located = undecided.subject.located();
    let name = printable_text(located.label());
    let message = format!("{name} cannot be decided offline: {}", undecided.reason.text());
    let mut draft =
        Draft::new(RuleId::Undecided, Place::of(located.file, located.span()), message, help(context, undecided));
    let asked = context.policy.undecided == Asked::Refuse && is_of_this_change(context, undecided);
    draft.weight = if asked { Level::Error } else { Level::Note };
    draft.package = located.requirement.name.clone();
    draft
}

fn is_of_this_change(context: &Context<'_>, undecided: &Undecided<'_>) -> bool {
    let Before::Sides(sides) = context.before else { return false };
    let located = undecided.subject.located();
    if matches!(undecided.subject, Subject::Held(_)) {
        return !sides.iter().any(|side| holds(side, &located, context));
    }
    if sides.is_empty() {
        return false;
    }
    let asked = |side: &PairFiles| {
        side.manifest.requirements().iter().any(|before| same_question(undecided.reason, before, &located))
    };
    if sides.iter().any(asked) {
        // The question is an old one; it is asked anew where the lock answers it with another revision.
        return undecided.reason == Reason::Revision
            && !sides.iter().any(|side| same_revision(side, &located, context));
    }
    sides.iter().any(|side| same_lock(side, context))
}

/// Whether what cannot be decided about `now` could not be decided about `before` either, for the same reason.
fn same_question(reason: Reason, before: &Located<'_>, now: &Located<'_>) -> bool {
    let (then, asked) = (before.requirement, now.requirement);
    if before.label() != now.label() && reason != Reason::Revision {
        return false;
    }
    match reason {
        Reason::Elsewhere => then.marker == asked.marker,
        Reason::Extras => then.extras == asked.extras,
        Reason::Revision => then.name == asked.name && then.url == asked.url,
        Reason::Override => then.specifiers == asked.specifiers,
        Reason::LeftOut | Reason::OtherInput | Reason::NoProvenance => true,
    }
}

/// Whether the lock of `side` has the revision that this one has.
fn same_revision(side: &PairFiles, asked: &Located<'_>, context: &Context<'_>) -> bool {
    let of = |all: &[Located<'_>]| -> Vec<Option<String>> {
        let answers = all.iter().filter(|held| held.requirement.name == asked.requirement.name);
        answers.map(|held| held.requirement.revision()).collect()
    };
    of(&side.lock.requirements()) == of(&context.lock().requirements)
}

/// Whether `side` had this entry of the lock, with the same annotation.
fn holds(side: &PairFiles, located: &Located<'_>, context: &Context<'_>) -> bool {
    let via = |files: &PairFiles| {
        let mut all = files.lock.files().flat_map(|(_, file)| annotations(file));
        all.find(|entry| entry.located.text() == located.text()).map(|entry| format!("{:?}", entry.via))
    };
    let before = via(side);
    before.is_some() && before == via(context.after)
}

fn help(context: &Context<'_>, undecided: &Undecided<'_>) -> String {
    let manifest = context.paths.word(&context.pair.manifest);
    let stamp = format!("let it record its inputs: `hook lock --stamp {manifest}`");
    match undecided.reason {
        Reason::Elsewhere => format!("make the lock for every platform (uv's `--universal`), or {stamp}"),
        Reason::Extras => format!("keep extras in the lock (`--no-strip-extras`), or {stamp}"),
        Reason::Revision => format!("name the full commit in {manifest}, or {stamp}"),
        Reason::OtherInput => {
            format!("name every input in {manifest} with `-r`, then make the lock anew; see `hook explain undecided`")
        }
        Reason::NoProvenance => {
            format!("make the lock from {manifest} itself, with its header and annotations, or {stamp}")
        }
        Reason::Override | Reason::LeftOut => {
            format!("see what the resolver was told (`hook explain undecided`), or {stamp}")
        }
    }
}
