//! `hash`: a digest that is malformed or weak, missing where the policy requires it, or given for some entries only:
//! any `--hash` makes pip demand one for every entry of the run. And a digest of an unchanged version that was removed,
//! replaced or added: the content of a release does not change.

use std::collections::BTreeSet;

use super::base::{Side, sides};
use super::invalid_line::problems;
use super::{Context, Draft};
use crate::finding::{Place, Related};
use crate::requirements::{Hash, Located, ProblemKind, Requirement};
use crate::rule::{Level, RuleId};
use crate::source::printable_text;

pub(super) fn check(context: &Context<'_>) -> Vec<Draft> {
    let mut drafts = problems(context, RuleId::Hash, |kind| kind == ProblemKind::Hash);
    let lock = context.lock();
    drafts.extend(changes(context));
    drafts.extend(missing(&lock.requirements, context.pair.require_hashes));
    if lock.requirements.is_empty() || context.pair.require_hashes {
        return drafts;
    }
    drafts.extend(missing(&context.manifest().requirements, false));
    drafts
}

fn missing(requirements: &[Located<'_>], required: bool) -> Vec<Draft> {
    let some = requirements.iter().any(|located| !located.requirement.hashes.is_empty());
    if !some && !required {
        return Vec::new();
    }
    requirements.iter().filter(|located| !has_hash(located)).map(|located| draft(located, some)).collect()
}

fn has_hash(located: &Located<'_>) -> bool {
    let fragment = located.requirement.url.as_deref().is_some_and(|url| {
        ["#sha256=", "#sha384=", "#sha512=", "&sha256=", "&sha384=", "&sha512="].iter().any(|mark| url.contains(mark))
    });
    fragment || !located.requirement.hashes.is_empty()
}

fn draft(located: &Located<'_>, mixed: bool) -> Draft {
    let name = printable_text(located.label());
    let why = if mixed { "other entries have one, so pip refuses this one" } else { "the policy requires one" };
    let path = located.file.path();
    let mut draft = Draft::new(
        RuleId::Hash,
        Place::of(located.file, located.span()),
        format!("{name} has no hash: {why}"),
        format!("regenerate {path} with hashes, as in `uv pip compile --generate-hashes`; see `hook explain hash`"),
    );
    draft.package = located.requirement.name.clone();
    draft
}

/// What happened to the hashes of an unchanged version, in every state that the lock is compared with.
fn changes(context: &Context<'_>) -> Vec<Draft> {
    let sides = sides(context);
    if sides.is_empty() {
        return Vec::new();
    }
    let held = &context.lock().requirements;
    let changed: Vec<_> = held.iter().filter_map(|held| Some((held, change(held, &sides)?))).collect();
    // A lock made anew without hashes lost them all, which is one thing to say.
    let lost_all = held.iter().all(|held| digests(held.requirement).is_empty());
    match changed.as_slice() {
        [(first, (before, Change::Removed)), _, ..] if lost_all => {
            let message = format!("{} entries lost their hashes, at unchanged versions", changed.len());
            vec![changed_draft(first, before, message)]
        }
        _ => changed.iter().map(|(held, (before, change))| changed_one(held, before, *change)).collect(),
    }
}

/// What happened to the hashes of one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Added,
    Removed,
    Replaced,
}

/// The mildest change against any earlier state; `None` where one of them had these very hashes, none, or another
/// version.
fn change<'a>(held: &Located<'_>, sides: &[Side<'a>]) -> Option<(Located<'a>, Change)> {
    let now = digests(held.requirement);
    let mut mildest: Option<(Located<'a>, Change)> = None;
    for side in sides {
        let before = side.same_pin(held)?;
        let then = digests(before.requirement);
        if then == now || then.is_empty() {
            return None;
        }
        let change = match (then.is_subset(&now), now.is_subset(&then)) {
            (true, _) => Change::Added,
            (false, true) => Change::Removed,
            (false, false) => Change::Replaced,
        };
        if mildest.as_ref().is_none_or(|(_, known)| change < *known) {
            mildest = Some((*before, change));
        }
    }
    mildest
}

fn digests(requirement: &Requirement) -> BTreeSet<Hash> {
    let in_url = requirement.url.as_ref().and_then(|_| requirement.url_hash());
    requirement.hashes.iter().cloned().chain(in_url).collect()
}

fn changed_one(held: &Located<'_>, before: &Located<'_>, change: Change) -> Draft {
    let name = printable_text(held.label());
    let what = match change {
        Change::Added => "has a hash more, at an unchanged version: it admits a file that it did not",
        Change::Removed => "lost a hash, at an unchanged version",
        Change::Replaced => "has another hash, at an unchanged version: it would install something else",
    };
    let mut draft = changed_draft(held, before, format!("{name} {what}"));
    if change == Change::Added {
        draft.weight = Level::Warning;
    }
    draft.package = held.requirement.name.clone();
    draft
}

fn changed_draft(held: &Located<'_>, before: &Located<'_>, message: String) -> Draft {
    let help = "the content of a release does not change: compare with the package's own page, and take the earlier \
                hashes back; see `hook explain hash`";
    let mut draft = Draft::new(RuleId::Hash, Place::of(held.file, held.span()), message, help.to_owned());
    draft.related = vec![Related { place: Place::of(before.file, before.span()), label: "before".to_owned() }];
    draft
}
