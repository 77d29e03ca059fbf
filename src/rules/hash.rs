//! `hash`: a digest that is malformed or weak, missing where the policy requires it, or given for some entries only:
//! any `--hash` makes pip demand one for every entry of the run.

use super::invalid_line::problems;
use super::{Context, Draft};
use crate::finding::Place;
use crate::requirements::{Located, ProblemKind};
use crate::rule::RuleId;
use crate::source::printable_text;

pub(super) fn check(context: &Context<'_>) -> Vec<Draft> {
    let mut drafts = problems(context, RuleId::Hash, |kind| kind == ProblemKind::Hash);
    let lock = context.lock();
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
