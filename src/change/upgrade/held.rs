//! What did not move as far as it could, and what holds it: the order itself, its line, or another package, which the
//! resolver names when it is asked for the newest release all the same.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::Work;
use super::lines::{Fit, Line};
use super::order::{Order, Reach};
use super::pair::Scene;
use super::resolve::Answer;
use crate::change::halt::{Halt, go_on};
use crate::change::sandbox::Event;
use crate::locks::Tool;
use crate::package::PackageName;
use crate::requirements::{self, Version};
use crate::source::RepoPath;

/// The resolver is asked for the reasons of so many packages; it runs once for each.
const REASONS: usize = 8;
/// A tool that is asked for one package at a time is asked for so many.
const ONE_BY_ONE: usize = 20;
/// So many characters of a resolver's reason are told.
const LENGTH: usize = 300;

/// A package that stays behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its name.
    pub name: PackageName,
    /// What it is pinned to then, where its manifest pins it.
    pub at: Option<Version>,
    /// The newest release for this Python, where that is known.
    pub newest: Option<Version>,
    /// What holds it, made printable.
    pub why: String,
}

impl Held {
    /// A line that is not edited.
    pub(super) fn of_line(line: &Line) -> Option<Self> {
        match line.fit {
            Fit::Left(why) => Some(Self::new(line, None, why.to_owned())),
            Fit::Loosened(_) => None,
        }
    }

    fn new(line: &Line, newest: Option<Version>, why: String) -> Self {
        Self { name: line.name.clone(), at: line.version.clone(), newest, why }
    }
}

/// A line that the newest release is looked up for.
struct Candidate<'l> {
    line: &'l Line,
    now: Version,
}

impl Work<'_, '_, '_> {
    /// What of `scene` stays behind `answer`, and why.
    pub(super) fn held_back(&mut self, scene: &Scene, answer: &Answer) -> Result<Vec<Held>, Halt> {
        let mut held = Vec::new();
        let mut candidates: Vec<Candidate<'_>> = Vec::new();
        let mut met = BTreeSet::new();
        for line in scene.lines.iter().filter(|line| met.insert(line.name.clone())) {
            let found = answer.get(&line.name).map(Vec::as_slice);
            match (&line.fit, found) {
                // Whoever names a version gets that one.
                (Fit::Loosened(_), Some([_])) if self.order.wants(&line.name).flatten().is_some() => {}
                (Fit::Loosened(_), Some([one])) => candidates.push(Candidate { line, now: one.version.clone() }),
                (Fit::Left(_), Some([one])) if line.version.is_none() => {
                    candidates.push(Candidate { line, now: one.version.clone() });
                }
                (Fit::Left(why), _) => held.push(Held::new(line, None, (*why).to_owned())),
                (Fit::Loosened(_), None | Some([])) if self.order.wants(&line.name).flatten().is_some() => {
                    return Err(Halt::failed(format!("{}: its marker leaves it out on this machine", line.name)));
                }
                (Fit::Loosened(_), None | Some([])) => {
                    held.push(Held::new(line, None, "its marker leaves it out on this machine".to_owned()));
                }
                (Fit::Loosened(_), Some(_)) => {
                    held.push(Held::new(
                        line,
                        None,
                        "the resolver needs several versions of it: edit it by hand".to_owned(),
                    ));
                }
            }
        }
        if scene.resolving.tool() != Tool::Uv {
            candidates.truncate(ONE_BY_ONE);
        }
        held.extend(self.behind(scene, answer, &candidates)?);
        Ok(held)
    }

    fn behind(&mut self, scene: &Scene, answer: &Answer, candidates: &[Candidate<'_>]) -> Result<Vec<Held>, Halt> {
        if candidates.is_empty() {
            return Ok(Vec::new());
        }
        (self.site.tell)(Event::Step("looking for newer releases"));
        let names: Vec<PackageName> = candidates.iter().map(|candidate| candidate.line.name.clone()).collect();
        let aside = self.sandbox.aside()?;
        let newest = scene.resolving.newest(&names, &scene.options, &self.workshop(aside.path()));
        go_on(self.site.stop)?;
        let newest = match newest {
            Ok(newest) => newest,
            Err(not_made) => {
                let why = format!("what is held back cannot be told: {}", not_made.why);
                (self.site.tell)(Event::Note(&why));
                return Ok(Vec::new());
            }
        };
        let mut held = Vec::new();
        let mut asked = 0;
        for Candidate { line, now } in candidates {
            let Some(newest) = newest.get(&line.name).filter(|newest| *newest > now) else { continue };
            let at = line.version.as_ref().map(|_| now.clone());
            let why = match limit(self.order, line, newest) {
                Some(why) => why,
                None if asked == REASONS => "the resolver chose so; it was not asked why".to_owned(),
                None => {
                    asked += 1;
                    self.why(scene, answer, (line, newest))?
                }
            };
            held.push(Held { name: line.name.clone(), at, newest: Some(newest.clone()), why });
        }
        Ok(held)
    }

    /// What the resolver says when it is asked for the newest release all the same.
    fn why(&mut self, scene: &Scene, answer: &Answer, (line, newest): (&Line, &Version)) -> Result<String, Halt> {
        // Beside what was chosen for all others, so that it has to name what stands against it.
        let chosen = scene.lines.iter().filter_map(|line| Some((line.name.clone(), answer.get(&line.name)?)));
        let chosen = chosen.filter_map(|(name, found)| match found.as_slice() {
            [one] => Some((name, format!("=={}", one.version))),
            _ => None,
        });
        let mut instead: BTreeMap<PackageName, String> = chosen.collect();
        instead.insert(line.name.clone(), format!("=={newest}"));
        Ok(match self.resolved(scene, &instead)? {
            Ok(_) => "the resolver chose so".to_owned(),
            Err(failed) => reason(&failed.said),
        })
    }
}

/// The order's own limit.
fn limit(order: &Order, line: &Line, newest: &Version) -> Option<String> {
    let version = line.version.as_ref().filter(|_| order.reach != Reach::Latest)?;
    let text = order.reach.loosened(version)?;
    let file = requirements::read(RepoPath::new(b"limit")?, format!("x{text}").as_bytes());
    let (_, one) = file.requirements().next()?;
    (!one.specifiers.contains(newest)).then(|| order.reach.to_string())
}

/// The sentence of a resolver that says what excludes what.
fn reason(said: &[String]) -> String {
    let text = said.join(" ");
    let text: Vec<&str> = text.split_whitespace().collect();
    let text = text.join(" ");
    if let Some(causes) = causes(&text) {
        return causes;
    }
    let start = ["Because ", "The conflict is caused by: "].iter().find_map(|mark| text.find(mark)).unwrap_or(0);
    let text = text[start..].trim_start_matches("The conflict is caused by: ").trim_start_matches("Because ");
    let end = [", we can conclude", " hint: ", " To fix this you could try to"];
    let end = end.iter().filter_map(|mark| text.find(mark)).min().unwrap_or(text.len());
    let text = &text[..end];
    if text.is_empty() {
        return "the resolver finds no set with it".to_owned();
    }
    match text.char_indices().nth(LENGTH) {
        Some((cut, _)) => format!("{}...", &text[..cut]),
        None => text.to_owned(),
    }
}

/// pip's resolver names the causes of a conflict as the objects that they are to it.
fn causes(text: &str) -> Option<String> {
    let cause = Regex::new(r"SpecifierRequirement\('([^']*)'\), parent=(?:None|\w+\('([^']*)'\))").ok()?;
    let told = |found: regex::Captures<'_>| {
        let wanted = found.get(1).map_or("", |wanted| wanted.as_str());
        let parent = found.get(2).map(|parent| parent.as_str().rsplit('/').next().unwrap_or_default());
        match parent.map(|file| file.splitn(3, '-').take(2).collect::<Vec<_>>().join(" ")) {
            Some(parent) => format!("{parent} needs {wanted}"),
            None => format!("{wanted} is asked for"),
        }
    };
    let mut told: Vec<String> = cause.captures_iter(text).map(told).collect();
    told.dedup();
    (!told.is_empty()).then(|| told.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        reason(&text.lines().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_resolvers_reason_is_one_sentence() {
        let uv = "  × No solution found when resolving dependencies:\n  ╰─▶ Because alpha==3.0 depends on beta<1.5 and you\n      require beta==2.0, we can conclude that your requirements are unsatisfiable.\n";
        assert_eq!(told(uv), "alpha==3.0 depends on beta<1.5 and you require beta==2.0");
        let pip = "The conflict is caused by:\n    The user requested beta==2.0\n    alpha 3.0 depends on beta<1.5\n\nTo fix this you could try to:\n1. loosen";
        assert_eq!(told(pip), "The user requested beta==2.0 alpha 3.0 depends on beta<1.5");
        let raised = "x.ResolutionImpossible: [RequirementInformation(requirement=SpecifierRequirement('leaf==2.0'), parent=None), \
                      RequirementInformation(requirement=SpecifierRequirement('leaf<2'), \
                      parent=LinkCandidate('file:///w/grip-2.0-py3-none-any.whl'))]";
        assert_eq!(told(raised), "leaf==2.0 is asked for; grip 2.0 needs leaf<2");
        assert_eq!(told(""), "the resolver finds no set with it");
        assert_eq!(told(&"ä".repeat(400)).chars().count(), LENGTH + 3);
    }
}
