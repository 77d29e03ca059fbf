//! `ambiguous-line`: a line that pip, uv or the eye read differently; odd but harmless spellings are warnings.

use std::collections::BTreeMap;

use super::invalid_line::problems_of;
use super::{Context, Draft};
use crate::files::IncludeFault;
use crate::finding::{Excerpt, Place, Related};
use crate::requirements::{self, ProblemKind};
use crate::rule::{Level, RuleId};
use crate::source::{Cause, Conversion, MAX_ATTRIBUTES, Paths, Position, RepoPath, Unclear};

pub(super) fn check(context: &Context<'_>) -> Vec<Draft> {
    let mut drafts: Vec<_> = context.files().flat_map(|file| of_file(file, context.paths)).collect();
    drafts.extend(requirements_under_constraints(context));
    drafts.extend(odd_name(context));
    drafts.extend(converted(context));
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

/// Files whose checkout differs from the blob that is judged.
fn converted(context: &Context<'_>) -> Vec<Draft> {
    let nodes = context.after.manifest.nodes.iter().chain(&context.after.lock.nodes);
    // What both include is said once.
    let unique: BTreeMap<&RepoPath, &[Conversion]> = nodes.map(|node| (&node.path, &*node.conversions)).collect();
    let all = unique.into_iter().flat_map(|(path, list)| list.iter().map(move |conversion| (path, conversion)));
    all.map(|(path, conversion)| conversion_draft(context.paths, path, conversion)).collect()
}

fn conversion_draft(paths: &Paths, path: &RepoPath, conversion: &Conversion) -> Draft {
    let file = &conversion.file.path;
    let (shown, attributes) = (paths.show(path), paths.show(file));
    let (message, change, place) = match &conversion.cause {
        Cause::Attribute { attribute, assignment, line, text } => (
            format!("{attributes} gives {shown} `{assignment}`: a checkout differs from what is committed and judged"),
            format!("take {} off {shown} in line {line} of {attributes}", attribute.name()),
            line_of(file, *line, text),
        ),
        Cause::Unclear(unclear) => {
            let why = match unclear {
                Unclear::TooLarge(size) => format!("has {size} bytes, and above {MAX_ATTRIBUTES} bytes it is not read"),
                Unclear::Symlink => "is a symlink, which not every git follows".to_owned(),
                Unclear::Line(line) => format!("holds a pattern that cannot be decided in line {line}"),
            };
            (
                format!("{attributes} {why}: whether a checkout of {shown} differs from what is judged is not known"),
                format!("write {attributes} as a small file with plain lines"),
                Place::File(file.clone()),
            )
        }
    };
    let help = format!(
        "`git check-attr --all -- {}` shows it; {change}, then `git add {}`",
        paths.word(path),
        paths.word(file)
    );
    let mut draft = Draft::new(RuleId::AmbiguousLine, Place::File(path.clone()), message, help);
    draft.related.push(Related { place, label: "decided here".to_owned() });
    draft
}

fn line_of(path: &RepoPath, line: usize, text: &str) -> Place {
    let (start, end) = (Position { line, column: 1 }, Position { line, column: text.chars().count() + 1 });
    Place::Line(Excerpt { path: path.clone(), start, end, line_text: text.to_owned() })
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
