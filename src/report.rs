//! The outcome of a judgement: findings, their counts and the verdict, decided before anything is rendered; and one
//! function per format that renders it.

mod github;
mod json;
mod sarif;
mod summary;
mod text;

pub use github::{fenced, github, github_error};
pub use json::{finding_json, json, json_error};
pub use sarif::{sarif, sarif_error};
pub use summary::summary;
pub use text::{Style, body, plural, text};

use crate::finding::{Finding, Place};
use crate::rule::Level;
use crate::source::RepoPath;

/// What came of a judgement.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What was judged, as people would call it.
    pub scope: Vec<String>,
    /// Each pair that was judged.
    pub pairs: Vec<Seen>,
    /// Sorted by path, line, rule; those without a file first.
    pub findings: Vec<Finding>,
    /// Findings that exemptions cover.
    pub exempted: usize,
    /// What people are told besides.
    pub remarks: Vec<Remark>,
}

/// A pair that was judged: as what, and what each layer came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The manifest.
    pub manifest: RepoPath,
    /// The lock.
    pub lock: RepoPath,
    /// What its lock is, and what came of it; `None` where there was nothing to compare.
    pub layers: Option<Layers>,
}

/// What each layer of a pair came to, in the words `fresh`, `stale`, `undecided` and `unsafe`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layers {
    /// `mirror`, `compiled` or `freeze`.
    pub kind: &'static str,
    /// Why it is judged as that.
    pub why: String,
    /// Was the lock made from this manifest.
    pub identity: &'static str,
    /// Is every requirement met and every entry explained.
    pub satisfaction: &'static str,
    /// Can what would be installed be trusted.
    pub integrity: &'static str,
    /// What such a lock does not promise; empty where there is nothing to say.
    pub caution: &'static str,
}

/// A word for people that is no finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What there is to say.
    pub message: String,
    /// The next step; empty where there is none.
    pub help: String,
}

impl Remark {
    /// A remark.
    pub fn new(message: String, help: String) -> Self {
        Self { message, help }
    }
}

/// Pass or refuse. That nothing could be judged is an error and no verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No finding of level error.
    Pass,
    /// At least one.
    Refuse,
}

/// Findings by level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Findings that refuse.
    pub error: usize,
    /// Findings that are printed and pass.
    pub warning: usize,
    /// Findings that are printed on demand.
    pub note: usize,
}

impl Report {
    /// Adds what one question came to.
    pub fn add(&mut self, name: &str, pairs: Vec<Seen>, findings: Vec<Finding>, exempted: usize) {
        self.scope.push(name.to_owned());
        self.pairs.extend(pairs);
        self.exempted += exempted;
        self.findings.extend(findings);
    }

    /// Adds a word for people, once.
    pub fn say(&mut self, remark: Remark) {
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// Sorts what was found and drops what two questions found alike.
    pub fn finish(&mut self) {
        let key = |finding: &Finding| {
            let column = match &finding.place {
                Place::Line(excerpt) => excerpt.start.column,
                Place::File(_) | Place::Nowhere => 0,
            };
            (finding.place.path().cloned(), finding.place.line(), finding.rule.code(), column)
        };
        self.findings.sort_by_key(key);
        self.findings.dedup();
    }

    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        if self.counts().error > 0 { Verdict::Refuse } else { Verdict::Pass }
    }

    /// How many findings there are of each level.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for finding in &self.findings {
            match finding.level {
                Level::Error => counts.error += 1,
                Level::Warning => counts.warning += 1,
                Level::Note => counts.note += 1,
            }
        }
        counts
    }
}
