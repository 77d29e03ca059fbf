//! `hash`: a digest that is malformed or weak, missing where the policy requires it, or given for some entries only:
//! any `--hash` makes pip demand one for every entry of the run. And a digest of an unchanged version that was removed,
//! replaced or added: the content of a release does not change.

use std::collections::BTreeSet;

use super::base::{Side, sides};
use super::invalid_line::problems;
use super::{Context, Draft};
use crate::finding::Place;
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
        [(first, (_, Change::Removed)), _, ..] if lost_all => {
            let message = format!("{} entries lost their hashes, at unchanged versions", changed.len());
            vec![changed_draft(context, first, message)]
        }
        _ => changed.iter().map(|(held, (before, change))| changed_one(context, held, before, *change)).collect(),
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
    let mut mildest: Option<(Located<'a>, Change)> = None;
    for side in sides {
        let before = side.same_pin(held)?;
        // Nearly every entry, told without a set.
        if (&held.requirement.hashes, &held.requirement.url) == (&before.requirement.hashes, &before.requirement.url) {
            return None;
        }
        let (now, then) = (digests(held.requirement), digests(before.requirement));
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

fn changed_one(context: &Context<'_>, held: &Located<'_>, before: &Located<'_>, change: Change) -> Draft {
    let name = printable_text(held.label());
    let (now, then) = (digests(held.requirement), digests(before.requirement));
    let (new, gone) = (shown(now.difference(&then)), shown(then.difference(&now)));
    let message = match change {
        Change::Added => format!("{name} has a hash more, {new}, at an unchanged version: it admits a file more"),
        Change::Removed => format!("{name} lost the hash {gone}, at an unchanged version"),
        Change::Replaced => format!(
            "{name} has the hash {new} in place of {gone}, at an unchanged version: it would install something else"
        ),
    };
    let mut draft = changed_draft(context, held, message);
    if change == Change::Added {
        draft.weight = Level::Warning;
    }
    draft.package = held.requirement.name.clone();
    draft
}

/// The first of some digests, short, and how many there are besides.
fn shown<'h>(hashes: impl Iterator<Item = &'h Hash>) -> String {
    let all: Vec<_> = hashes.collect();
    let Some(first) = all.first() else { return String::new() };
    let short: String = first.digest().chars().take(12).collect();
    let more = if all.len() > 1 { format!(" and {} more", all.len() - 1) } else { String::new() };
    format!("{}:{}...{more}", first.algorithm(), printable_text(&short))
}

fn changed_draft(context: &Context<'_>, held: &Located<'_>, message: String) -> Draft {
    let help = format!(
        "the content of a release does not change: compare with the package's own page, and take back what \
         `git diff HEAD -- {}` shows; see `hook explain hash`",
        context.paths.word(&context.pair.lock)
    );
    Draft::new(RuleId::Hash, Place::of(held.file, held.span()), message, help)
}
