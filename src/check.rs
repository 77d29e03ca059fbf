//! The spine: questions -> files -> rules -> report.

mod commits;
mod provenance;
mod steps;

pub use steps::pairs;

use crate::files::Cache;
use crate::policy::Date;
use crate::report::Report;
use crate::rule::Level;
use crate::rules::{self, Used};
use crate::scope::{Against, Question};
use crate::source::{Paths, ReadError};

/// What a judgement depends on besides the repository.
#[derive(Clone, Debug)]
pub struct Judging {
    /// The day, for exemptions that run out.
    pub today: Date,
    /// How paths are written for the person who reads.
    pub paths: Paths,
}

/// Judges every question; one verdict for all.
///
/// # Errors
/// What a snapshot cannot answer.
pub fn check(questions: &[Question<'_>], judging: &Judging) -> Result<Report, ReadError> {
    check_with(questions, judging, &Cache::default())
}

/// [`check`] with the files read so far. A process that ends with its judgement need not take a large lock apart again:
/// it can leak the cache.
///
/// # Errors
/// What a snapshot cannot answer.
pub fn check_with(questions: &[Question<'_>], judging: &Judging, cache: &Cache) -> Result<Report, ReadError> {
    let mut report = Report::default();
    for question in questions {
        let found = report.findings.len();
        judge(question, judging, cache, &mut report)?;
        let already: Vec<_> = report.findings.iter().skip(found).cloned().collect();
        for commit in commits::questions(question, cache)? {
            let found = report.findings.len();
            judge(&commit, judging, cache, &mut report)?;
            steps::drop_repeated(&mut report.findings, found, &already);
        }
    }
    report.finish();
    Ok(report)
}

fn judge(question: &Question<'_>, judging: &Judging, cache: &Cache, report: &mut Report) -> Result<(), ReadError> {
    let mut pairs = steps::pairs(question, cache)?;
    if let (Against::Broken(_, broken), false) = (&question.against, pairs.is_empty()) {
        return Err(ReadError::Failed { message: broken.to_string(), help: "repair the policy first".to_owned() });
    }
    steps::drop_approved(question, &mut pairs, cache, report)?;
    let policy = &*question.policy;
    let mut drafts = steps::gate(question, judging, &provenance::to_prove(question, &pairs, cache)?);
    let mut seen = Vec::new();
    for judged in &pairs {
        let (found, what) = steps::pair(question, judged, (judging, cache), report)?;
        seen.push(what);
        drafts.extend(found);
    }
    let mut used = Used::new();
    let mut settled = rules::settle(drafts, policy, judging.today, &mut used);
    if matches!(question.against, Against::Everything(_)) {
        let unused = rules::unused_exemptions(policy, &question.origin, judging.today, &used);
        settled.findings.extend(rules::settle(unused, policy, judging.today, &mut used).findings);
    }
    if question.among_others {
        let name = &question.name;
        settled.findings.iter_mut().for_each(|finding| finding.message = format!("{name}: {}", finding.message));
    }
    let refused = settled.findings.iter().any(|finding| finding.level == Level::Error);
    steps::remark(question, if refused { None } else { Some(&pairs) }, judging, report);
    report.add(&question.name, seen, settled.findings, settled.exempted);
    Ok(())
}
