//! `ambiguous-line`: a line that pip, uv or the eye read differently; odd but harmless spellings are warnings.

use super::invalid_line::problems_of;
use super::{Context, Draft};
use crate::files::IncludeFault;
use crate::finding::Place;
use crate::requirements::{self, ProblemKind};
use crate::rule::{Level, RuleId};
use crate::source::Paths;

pub(super) fn check(context: &Context<'_>) -> Vec<Draft> {
    let mut drafts: Vec<_> = context.files().flat_map(|file| of_file(file, context.paths)).collect();
    drafts.extend(requirements_under_constraints(context));
    drafts.extend(odd_name(context));
    drafts
}

/// What one file says by itself.
pub(super) fn of_file(file: &requirements::File, paths: &Paths) -> Vec<Draft> {
    let rule = RuleId::AmbiguousLine;
    let mut drafts = problems_of(file, paths, rule, |kind| kind == ProblemKind::Ambiguous);
    let odd = problems_of(file, paths, rule, |kind| kind == ProblemKind::Odd);
    drafts.extend(odd.into_iter().map(|draft| Draft { weight: Level::Warning, ..draft }));
    drafts
}

fn requirements_under_constraints(context: &Context<'_>) -> Vec<Draft> {
    let problems = context.after.manifest.problems.iter().chain(&context.after.lock.problems);
    let mixed = problems.filter(|problem| problem.fault == IncludeFault::RequirementUnderConstraint);
    mixed
        .map(|problem| {
            Draft::new(
                RuleId::AmbiguousLine,
                Place::of(&problem.file.source, problem.span),
                "`-r` inside a constraints file: pip installs what it names, uv only constrains".to_owned(),
                "include it with `-c`, or with `-r` from the manifest itself; see `hook explain ambiguous-line`"
                    .to_owned(),
            )
        })
        .collect()
}

/// A manifest that only a file system without case would find under its usual name.
fn odd_name(context: &Context<'_>) -> Option<Draft> {
    let manifest = &context.pair.manifest;
    if !context.pair.odd_spelling || context.after.manifest.root().object.is_none() {
        return None;
    }
    let usual = crate::source::printable(manifest.file_name()).to_lowercase();
    let mut draft = Draft::new(
        RuleId::AmbiguousLine,
        Place::File(manifest.clone()),
        format!("{} is judged as {usual}: some file systems do not tell them apart", context.paths.show(manifest)),
        format!("rename it: `git mv {} {usual}`", context.paths.word(manifest)),
    );
    draft.weight = Level::Warning;
    Some(draft)
}
