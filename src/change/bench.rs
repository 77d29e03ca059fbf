//! Where a proposal is put together: the work tree, what would stand over it, and what is left to a person.

use std::rc::Rc;

use super::Edit;
use super::overlay::Overlay;
use crate::check::{Judging, check};
use crate::files::{Cache, PairFiles};
use crate::finding::{Finding, Place};
use crate::package::PackageName;
use crate::policy::{Pair, Policy};
use crate::report::Report;
use crate::rule::{Level, RuleId};
use crate::rules::{self, Context, Used};
use crate::scope::Question;
use crate::source::ReadError;

/// What could be written, and what could not.
pub struct Proposal<'r> {
    pub(super) overlay: Overlay<'r>,
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

/// Where a proposal is put together.
pub(super) struct Bench<'q, 'r> {
    pub(super) policy: &'q Policy,
    pub(super) judging: &'q Judging,
    pub(super) cache: Cache,
    pub(super) overlay: Overlay<'r>,
    pub(super) unfixed: Vec<Unfixed>,
}

impl<'q, 'r> Bench<'q, 'r> {
    /// An empty bench over what `question` asks about.
    pub(super) fn new(question: &'q Question<'r>, judging: &'q Judging, cache: Cache) -> Self {
        let overlay = Overlay::new(Rc::clone(&question.after));
        Self { policy: &question.policy, judging, cache, overlay, unfixed: Vec::new() }
    }

    /// `pair` as the rules see it.
    pub(super) fn context<'a>(&'a self, pair: &'a Pair, after: &'a PairFiles) -> Context<'a> {
        Context::new(self.policy, pair, after, &self.judging.paths)
    }

    /// What the rules say of a pair after the policy has spoken.
    pub(super) fn findings(&self, context: &Context<'_>) -> Vec<Finding> {
        rules::settle(rules::pair(context), self.policy, self.judging.today, &mut Used::new()).findings
    }

    /// How many errors the pair has, but for hashes: a pin that moved lost its own, and only a person can say the new one.
    pub(super) fn errors(&self, context: &Context<'_>) -> usize {
        let counts = |finding: &&Finding| finding.level == Level::Error && finding.rule != RuleId::Hash;
        self.findings(context).iter().filter(counts).count()
    }

    /// Whether the policy asks for `rule` of this package.
    pub(super) fn asks(&self, rule: RuleId, package: Option<&PackageName>) -> bool {
        let exempt = self.policy.exemptions.iter().any(|exemption| {
            exemption.rule == rule && Some(&exemption.package) == package && exemption.active(self.judging.today)
        });
        self.policy.levels.level(rule).is_some() && !exempt
    }

    pub(super) fn leave(&mut self, place: Place, message: String) {
        let unfixed = Unfixed { place, message };
        if !self.unfixed.contains(&unfixed) {
            self.unfixed.push(unfixed);
        }
    }

    pub(super) fn done(self) -> Proposal<'r> {
        Proposal { overlay: self.overlay, unfixed: self.unfixed }
    }
}
