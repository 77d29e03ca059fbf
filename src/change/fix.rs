//! What `hook fix` proposes for the work tree: pins from the lock for requirements that have none, and mirrors in step
//! with their manifests. Compiled and frozen locks are left to the tools that write them.
//!
//! Every proposal is judged by the rules before it is made: what they would still refuse is not written.

mod mirror;
mod mirror_text;
mod pins;

pub(super) use mirror_text::mirror_text;

use std::rc::Rc;

use super::Edit;
use super::overlay::Overlay;
use crate::check::{Judging, check, pairs};
use crate::files::{Cache, PairFiles};
use crate::finding::Place;
use crate::package::PackageName;
use crate::policy::{Pair, Policy};
use crate::report::Report;
use crate::rule::RuleId;
use crate::rules::Context;
use crate::scope::Question;
use crate::source::ReadError;

/// What could be written, and what could not.
pub struct Proposal<'r> {
    overlay: Overlay<'r>,
    /// What is left to a person for a reason that no finding tells.
    pub unfixed: Vec<Unfixed>,
}

/// Something that is left to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfixed {
    /// Where.
    pub place: Place,
    /// What, and why it is left.
    pub message: String,
}

impl<'r> Proposal<'r> {
    /// The edits, sorted by path; each differs from what is there.
    pub fn edits(&self) -> Vec<Edit> {
        self.overlay.edits()
    }

    /// Judges `question`, the one that was asked, as if every edit were written.
    ///
    /// # Errors
    /// What its snapshot cannot answer.
    pub fn judge(&self, question: Question<'r>, judging: &Judging) -> Result<Report, ReadError> {
        check(&[Question { after: Rc::new(self.overlay.clone()), ..question }], judging)
    }
}

/// What can be mended of the pairs of `question`, a question about the work tree.
///
/// # Errors
/// What the snapshot cannot answer.
pub fn propose<'r>(question: &Question<'r>, judging: &Judging) -> Result<Proposal<'r>, ReadError> {
    let cache = Cache::default();
    let judged = pairs(question, &cache)?;
    let overlay = Overlay::new(Rc::clone(&question.after));
    let mut bench = Bench { policy: &question.policy, judging, cache, overlay, unfixed: Vec::new() };
    pins::pin(&judged, &mut bench)?;
    for judged in &judged {
        mirror::sync(&judged.pair, &mut bench)?;
    }
    Ok(Proposal { overlay: bench.overlay, unfixed: bench.unfixed })
}

/// Where a proposal is put together.
struct Bench<'q, 'r> {
    policy: &'q Policy,
    judging: &'q Judging,
    cache: Cache,
    overlay: Overlay<'r>,
    unfixed: Vec<Unfixed>,
}

impl Bench<'_, '_> {
    /// `pair` as the rules see it.
    fn context<'a>(&'a self, pair: &'a Pair, after: &'a PairFiles) -> Context<'a> {
        Context::new(self.policy, pair, after, &self.judging.paths)
    }

    /// Whether the policy asks for `rule` of this package.
    fn asks(&self, rule: RuleId, package: Option<&PackageName>) -> bool {
        let exempt = self.policy.exemptions.iter().any(|exemption| {
            exemption.rule == rule && Some(&exemption.package) == package && exemption.active(self.judging.today)
        });
        self.policy.levels.level(rule).is_some() && !exempt
    }

    fn leave(&mut self, place: Place, message: String) {
        let unfixed = Unfixed { place, message };
        if !self.unfixed.contains(&unfixed) {
            self.unfixed.push(unfixed);
        }
    }
}
