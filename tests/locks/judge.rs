//! What the binary says of a pair in a scratch repository: of the work tree alone, and of a change that is staged on top
//! of an earlier state.

use std::fmt;

use crate::made::Pair;
use crate::run::Run;
use crate::world::Repo;

/// One finding, of either output.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) level: String,
    pub(crate) rule: String,
    pub(crate) message: String,
}

/// What one run found.
pub(crate) struct Judgement {
    pub(crate) status: Option<i32>,
    pub(crate) findings: Vec<Finding>,
    run: Run,
}

impl Judgement {
    /// The findings at `level`.
    pub(crate) fn at<'f>(&'f self, level: &'f str) -> impl Iterator<Item = &'f Finding> {
        self.findings.iter().filter(move |finding| finding.level == level)
    }

    /// The rules of the errors.
    pub(crate) fn errors(&self) -> Vec<&str> {
        let mut rules: Vec<_> = self.at("error").map(|finding| finding.rule.as_str()).collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    }

    /// Whether a finding of `rule` at `level` has every one of `parts` in its message, whatever their case.
    pub(crate) fn has(&self, level: &str, rule: &str, parts: &[&str]) -> bool {
        self.at(level).filter(|finding| finding.rule == rule).any(|finding| {
            let message = finding.message.to_lowercase();
            parts.iter().all(|part| message.contains(&part.to_lowercase()))
        })
    }

    /// What it comes to, in one line.
    pub(crate) fn summary(&self) -> String {
        let told =
            self.findings.iter().map(|finding| format!("{}[{}] {}", finding.level, finding.rule, finding.message));
        format!("status {:?}; {}", self.status, told.collect::<Vec<_>>().join(" | "))
    }
}

impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.run.fmt(f)
    }
}

/// The work tree as it is, with nothing to compare with; notes are among the findings.
pub(crate) fn alone(repo: &Repo<'_>) -> Judgement {
    let run = repo.hook(&["check", "--worktree", "--format", "json"]);
    let json = run.json();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let findings = json["findings"].as_array().unwrap().iter().map(|finding| Finding {
        level: text(&finding["level"]),
        rule: text(&finding["rule"]),
        message: text(&finding["message"]),
    });
    Judgement { status: run.status, findings: findings.collect(), run }
}

/// What is staged, as the commit that is about to be made: errors and warnings.
pub(crate) fn staged(repo: &Repo<'_>) -> Judgement {
    let run = repo.hook(&["run", "pre-commit"]);
    let text = run.all();
    let findings = text.lines().filter_map(|line| {
        let (head, message) = line.split_once("]: ")?;
        let (level, rule) = head.split_once('[')?;
        ["error", "warning", "note"].contains(&level).then(|| Finding {
            level: level.to_owned(),
            rule: rule.to_owned(),
            message: message.to_owned(),
        })
    });
    Judgement { status: run.status, findings: findings.collect(), run }
}

/// Writes `pair` into the work tree, and nothing else of `before`.
pub(crate) fn write(repo: &Repo<'_>, before: &Pair, pair: &Pair) {
    for path in before.files.keys().filter(|path| !pair.files.contains_key(*path)) {
        std::fs::remove_file(repo.path(path)).unwrap();
    }
    for (path, text) in &pair.files {
        if before.files.get(path) != Some(text) {
            repo.write(path, text);
        }
    }
}
