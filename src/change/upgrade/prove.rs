//! The proof of an upgrade: what was written is staged, the policy's commands say that it works, the rules judge exactly
//! what will be committed, and only then there is a commit.

use super::Work;
use super::changes::{Change, changes, message, title};
use crate::change::halt::{Failed, Halt, go_on};
use crate::change::sandbox::Event;
use crate::change::staged;
use crate::check::check;
use crate::git::Repository;
use crate::policy::Pair;
use crate::report::{Report, Verdict};
use crate::scope::{self, CommitEvent};
use crate::source::{Id, shell_line};

/// An upgrade that was proved.
pub(super) struct Proved {
    pub(super) changes: Vec<Change>,
    pub(super) tested: Vec<String>,
    /// The commit, where one was made.
    pub(super) committed: Option<Id>,
}

impl Work<'_, '_, '_> {
    /// Proves and commits what lies in the sandbox.
    pub(super) fn prove(&mut self, base: &Id, repo: &Repository) -> Result<Proved, Halt> {
        let mut report = self.judged()?;
        if report.verdict() == Verdict::Refuse && self.policy.upgrade.command.is_none() {
            // A lock that reads another one answers no more.
            self.relock(self.touched.iter().cloned().collect())?;
            report = self.judged()?;
        }
        if report.verdict() == Verdict::Refuse {
            let why = "the rules refuse the upgraded set".to_owned();
            return Err(Failed { why, said: Vec::new(), findings: report.findings }.into());
        }
        let sand = self.sandbox.repository()?;
        let (changes, pairs) = changes(&*repo.commit_tree(base)?, &*sand.index()?, &self.policy)?;
        let same = staged::tree(&sand)? == staged::tree_of(&sand, base)?;
        if same || self.order.effect == super::Effect::Show {
            return Ok(Proved { changes, tested: Vec::new(), committed: None });
        }
        let tested = self.tested(&pairs, &sand)?;
        go_on(self.site.stop)?;
        (self.site.tell)(Event::Step("committing"));
        let text = message(&title("Upgrade", &changes), &changes, &self.held);
        let id = self.sandbox.commit(&text, &[], self.site)?;
        go_on(self.site.stop)?;
        Ok(Proved { changes, tested, committed: Some(id) })
    }

    /// Stages what was written and judges the commit that it would be.
    fn judged(&mut self) -> Result<Report, Halt> {
        go_on(self.site.stop)?;
        let sand = self.sandbox.repository()?;
        let touched: Vec<_> = self.touched.iter().cloned().collect();
        staged::stage(&sand, &touched)?;
        let question = scope::commit(&sand, CommitEvent::Commit)?;
        Ok(check(&question.into_iter().collect::<Vec<_>>(), &self.judging)?)
    }

    /// Runs the policy's set-up and tests; what they were.
    fn tested(&mut self, pairs: &[Pair], sand: &Repository) -> Result<Vec<String>, Halt> {
        let before = staged::tree(sand)?;
        let mut tested = Vec::new();
        if let Some(setup) = self.policy.upgrade.setup.clone() {
            self.run_each("the set-up", &setup, pairs)?;
        }
        if let Some(test) = self.policy.upgrade.test.clone() {
            tested = self.run_each("the test", &test, pairs)?;
        }
        if staged::tree(sand)? != before {
            let words = self.policy.upgrade.test.as_ref().map(|test| shell_line(test.words())).unwrap_or_default();
            return Err(Halt::failed(format!("set-up or test changed what was to be committed: {words}")));
        }
        Ok(tested)
    }
}
