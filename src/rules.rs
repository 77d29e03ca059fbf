//! The rules: plain data in, findings out; one rule, one file.
//!
//! The exhaustive `match` in [`pair`] and [`gate`] is the registry: a rule that is added to the enum and not here does
//! not compile. Rules draft with their natural weight; [`settle()`] applies the policy's levels and exemptions.

mod ambiguous_line;
mod answer;
mod arrival;
mod base;
mod context;
mod duplicate;
mod guarded_push;
mod hash;
mod include;
mod index_changed;
mod invalid_line;
mod kind;
mod label_missing;
mod lock_alone;
mod lock_drift;
mod lock_missing;
mod policy_changed;
mod remake;
mod seen;
mod settle;
mod undecided;
mod unknown_base;
mod unpinned;
mod untouched;
mod unused_exemption;

pub use answer::{Answer, Layer};
pub use context::{Context, GateContext, WorkLock};
pub use guarded_push::sandbox_branch;
pub use kind::{JudgedAs, Told};
pub use lock_alone::lock_alone;
pub use remake::{Remake, remake};
pub use seen::{Seen, seen};
pub use settle::{Settled, Used, settle};
pub use unpinned::{Loose, NoPin, loose_in_manifest};
pub use unused_exemption::unused_exemptions;

use crate::finding::{Finding, Place, Related};
use crate::package::PackageName;
use crate::policy::{Date, Policy};
use crate::requirements::{self, ProblemKind};
use crate::rule::{Level, RuleId};
use crate::source::Paths;

/// A finding before the policy has spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Which rule.
    pub rule: RuleId,
    /// Its natural weight; the policy can only lower it to the rule's level, or raise it to the same.
    pub weight: Level,
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// The next step.
    pub help: String,
    /// What else takes part.
    pub related: Vec<Related>,
    /// The package it is about, for exemptions.
    pub package: Option<PackageName>,
}

impl Draft {
    /// A draft with the rule's default weight, about no package, with nothing related.
    pub fn new(rule: RuleId, place: Place, message: String, help: String) -> Self {
        Self { rule, weight: rule.default_level(), place, message, help, related: Vec::new(), package: None }
    }
}

/// Whether `marker` holds on every environment.
fn always(marker: &requirements::Marker) -> bool {
    requirements::Marker::cover_everything(&[marker]) == requirements::Tri::Yes
}

/// Everything that the rules say of a pair that is judged.
pub fn pair(context: &Context<'_>) -> Vec<Draft> {
    RuleId::ALL.iter().flat_map(|rule| run(*rule, context)).collect()
}

fn run(rule: RuleId, context: &Context<'_>) -> Vec<Draft> {
    match rule {
        RuleId::Unpinned => unpinned::check(context),
        RuleId::LockMissing => lock_missing::check(context),
        RuleId::LockDrift => lock_drift::check(context),
        RuleId::InvalidLine => invalid_line::check(context),
        RuleId::Include => include::check(context),
        RuleId::Duplicate => duplicate::check(context),
        RuleId::AmbiguousLine => ambiguous_line::check(context),
        RuleId::Hash => hash::check(context),
        RuleId::IndexChanged => index_changed::check(context),
        RuleId::Undecided => undecided::check(context),
        // What the policy itself became is judged of a push as a whole, in `gate`.
        RuleId::PolicyChanged => policy_changed::loosened(context),
        RuleId::GuardedPush | RuleId::UnknownBase | RuleId::LabelMissing => Vec::new(),
        // Judged of the whole run, in `unused_exemptions`.
        RuleId::UnusedExemption => Vec::new(),
    }
}

/// What the reading of one file alone finds, at the rules' default levels: what `hook parse` shows.
pub fn reading(file: &requirements::File) -> Vec<Finding> {
    let paths = Paths::default();
    let mut drafts = invalid_line::problems_of(file, &paths, RuleId::InvalidLine, |kind| kind == ProblemKind::Invalid);
    drafts.extend(ambiguous_line::of_file(file, &paths));
    drafts.extend(invalid_line::problems_of(file, &paths, RuleId::Hash, |kind| kind == ProblemKind::Hash));
    let (policy, day) = (Policy::default(), Date { year: 1970, month: 1, day: 1 });
    settle(drafts, &policy, day, &mut Used::new()).findings
}

/// Everything that the rules say of what stands between a change and a guarded ref.
pub fn gate(context: &GateContext<'_>) -> Vec<Draft> {
    let mut drafts = guarded_push::check(context);
    drafts.extend(policy_changed::check(context));
    drafts.extend(unknown_base::check(context));
    drafts.extend(label_missing::check(context));
    drafts.extend(arrival::check(context));
    drafts
}
