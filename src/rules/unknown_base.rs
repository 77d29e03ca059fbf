//! `unknown-base`: what the guarded ref holds now is not in this clone, so what the push changes there cannot be told.

use super::guarded_push::{remote, word};
use super::{Draft, GateContext};
use crate::finding::Place;
use crate::policy::Gate;
use crate::rule::RuleId;
use crate::source::printable;

pub(super) fn check(context: &GateContext<'_>) -> Vec<Draft> {
    let Gate::UnknownBase(target) = context.gate else { return Vec::new() };
    let name = printable(target.short());
    let message = format!("{name} on {} has moved to a commit that is not in this clone", printable(&target.remote));
    let help = format!("fetch first: `git fetch {} {}`, then push again", remote(target), word(target.short()));
    vec![Draft::new(RuleId::UnknownBase, Place::Nowhere, message, help)]
}
