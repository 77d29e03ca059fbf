//! What is still broken. A break is still there if the tip has the same finding: of the same rule, in the same file, and
//! about the same requirement where it is about one. Line numbers and versions may have moved.

use std::collections::{BTreeSet, HashSet};

use super::judge::files;
use super::wanted;
use crate::check::{self, Judging, check_with};
use crate::files::Cache;
use crate::finding::{Finding, Place};
use crate::git::{Repository, Wanted};
use crate::package::PackageName;
use crate::rule::{Level, RuleId};
use crate::scope::{ScopeError, Which, snapshot};
use crate::source::{Id, RepoPath};

/// What a break is at the tip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Now {
    /// The tip has the same finding.
    Broken,
    /// In order there, or gone.
    Repaired,
}

/// The errors of the tip.
#[derive(Debug, Default)]
pub(super) struct Tip {
    /// About one requirement.
    lines: HashSet<(RuleId, RepoPath, String)>,
    /// About a file as a whole.
    whole: HashSet<(RuleId, RepoPath)>,
    /// About any part of a file.
    any: HashSet<(RuleId, RepoPath)>,
}

impl Tip {
    /// Judges `tip`; what its policy and its files say to look for in the history comes with it.
    pub(super) fn judge(
        repo: &Repository,
        tip: &Id,
        judging: &Judging,
    ) -> Result<(Self, BTreeSet<Wanted>), ScopeError> {
        let which = Which::Revision(tip.to_string().into_bytes());
        let (question, cache) = (snapshot(repo, &which, Vec::new(), None)?, Cache::default());
        let mut asks = wanted::first();
        asks.extend(question.policy.pairs.ends().into_iter().map(|end| Wanted::Ending(end.to_vec())));
        asks.extend(check::pairs(&question, &cache)?.iter().flat_map(files).map(Wanted::At));
        wanted::drop_covered(&mut asks, &[]);
        Ok((Self::of(&check_with(&[question], judging, &cache)?.findings), asks))
    }

    fn of(findings: &[Finding]) -> Self {
        let mut tip = Self::default();
        for finding in findings.iter().filter(|finding| finding.level == Level::Error) {
            for place in places(finding) {
                let Some(path) = place.path() else { continue };
                tip.any.insert((finding.rule, path.clone()));
                match subject(place) {
                    Some(subject) => drop(tip.lines.insert((finding.rule, path.clone(), subject))),
                    None => drop(tip.whole.insert((finding.rule, path.clone()))),
                }
            }
        }
        tip
    }

    /// Whether the tip has the same.
    pub(super) fn now(&self, finding: &Finding) -> Now {
        let same = |place: &Place| {
            let Some(path) = place.path() else { return false };
            let file = (finding.rule, path.clone());
            match subject(place) {
                None => self.any.contains(&file),
                Some(subject) => self.whole.contains(&file) || self.lines.contains(&(finding.rule, file.1, subject)),
            }
        };
        if places(finding).any(same) { Now::Broken } else { Now::Repaired }
    }
}

/// Where a finding is. One about a lock that does not match lists every requirement that takes part.
fn places(finding: &Finding) -> impl Iterator<Item = &Place> {
    let related = finding.related.iter().filter(|_| finding.rule == RuleId::LockDrift).map(|related| &related.place);
    std::iter::once(&finding.place).chain(related)
}

/// What a line is about: the package that it begins with, else its text; `None` for a file as a whole.
fn subject(place: &Place) -> Option<String> {
    let Place::Line(excerpt) = place else { return None };
    let line = excerpt.line_text.trim();
    let inside = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
    let (name, rest) = line.split_at(line.find(|char| !inside(char)).unwrap_or(line.len()));
    let ends = rest.chars().next().is_none_or(|next| next.is_whitespace() || "=<>!~;@[(\\".contains(next));
    let package = PackageName::new(name).filter(|_| ends);
    Some(package.map_or_else(|| line.to_owned(), |package| package.as_str().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Excerpt, Related};
    use crate::source::Position;

    fn line(path: &str, line_text: &str) -> Place {
        let start = Position { line: 3, column: 1 };
        let path = RepoPath::new(path.as_bytes()).unwrap();
        Place::Line(Excerpt { path, start, end: start, line_text: line_text.to_owned() })
    }

    fn finding(rule: RuleId, place: Place, related: Vec<Place>) -> Finding {
        let related = related.into_iter().map(|place| Related { place, label: String::new() }).collect();
        let (message, help) = (String::new(), String::new());
        Finding { rule, level: Level::Error, place, message, help, related }
    }

    #[test]
    fn a_line_is_about_the_package_that_it_begins_with() {
        let of = |text: &str| subject(&line("a", text)).unwrap();
        assert_eq!(
            (of("Flask_Login[x]==1 # y"), of("zope.interface"), of("a@ b")),
            ("flask-login".to_owned(), "zope-interface".to_owned(), "a".to_owned())
        );
        assert_eq!(
            (of("-r  x.txt "), of("git+https://x"), of("a/b")),
            ("-r  x.txt".to_owned(), "git+https://x".to_owned(), "a/b".to_owned())
        );
        assert_eq!(subject(&Place::Nowhere), None);
    }

    #[test]
    fn the_same_is_of_the_same_rule_file_and_package() {
        let tip = Tip::of(&[
            finding(RuleId::Unpinned, line("a", "flask>=3.1"), vec![line("policy", "x")]),
            finding(RuleId::LockDrift, line("b", "six==1"), vec![line("b", "six==1"), line("c", "click==2")]),
            finding(RuleId::LockMissing, Place::File(RepoPath::new(b"d").unwrap()), Vec::new()),
        ]);
        let now = |rule, place| tip.now(&finding(rule, place, Vec::new()));
        assert_eq!(now(RuleId::Unpinned, line("a", "Flask")), Now::Broken);
        assert_eq!(now(RuleId::LockDrift, line("c", "click==1")), Now::Broken);
        assert_eq!(now(RuleId::LockMissing, Place::File(RepoPath::new(b"d").unwrap())), Now::Broken);
        for (rule, place) in [
            (RuleId::Unpinned, line("a", "django")),
            (RuleId::Unpinned, line("b", "flask")),
            (RuleId::Unpinned, line("policy", "x")),
            (RuleId::Duplicate, line("a", "flask")),
            (RuleId::LockMissing, Place::Nowhere),
            (RuleId::LockDrift, line("c", "six")),
        ] {
            assert_eq!(now(rule, place.clone()), Now::Repaired, "{rule} {place:?}");
        }
    }
}
