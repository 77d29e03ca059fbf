//! `include`: a `-r` or `-c` that cannot be followed inside the snapshot, and any include in a lock, which must say
//! everything itself.

use super::invalid_line::mode_name;
use super::remake::{self, Remake, remake};
use super::{Context, Draft};
use crate::files::{IncludeFault, IncludeProblem};
use crate::finding::{Place, Related};
use crate::requirements::EntryKind;
use crate::rule::RuleId;
use crate::source::{RepoPath, printable_text};

pub(super) fn check(context: &Context<'_>) -> Vec<Draft> {
    let mut drafts: Vec<_> =
        context.after.manifest.problems.iter().filter_map(|problem| broken(context, problem)).collect();
    let Some(lock) = context.after.lock.root_file() else { return drafts };
    for entry in &lock.entries {
        if let EntryKind::Include(include) = &entry.kind {
            let target = printable_text(&include.target);
            drafts.push(Draft::new(
                RuleId::Include,
                Place::of(&lock.source, entry.span),
                format!("a lock must hold every pin itself; this one includes {target}"),
                match remake(context) {
                    Remake::Mirror => format!("write the pins into the lock instead: {}", remake::line(context)),
                    Remake::Resolve | Remake::Freeze(_) => {
                        format!("write the pins of {target} into the lock instead; see `hook explain include`")
                    }
                },
            ));
        }
    }
    drafts
}

fn broken(context: &Context<'_>, problem: &IncludeProblem) -> Option<Draft> {
    let target = printable_text(&problem.target);
    let explain = "see `hook explain include`";
    let path = RepoPath::resolve(problem.file.source.path().parent(), problem.target.as_bytes());
    let word = path.map_or_else(|| target.clone(), |path| context.paths.word(&path));
    let (message, help) = match problem.fault {
        // Another rule's.
        IncludeFault::RequirementUnderConstraint => return None,
        IncludeFault::Missing => (
            format!("the included file {target} is not there"),
            format!("add it: `git add {word}`, or remove the line"),
        ),
        IncludeFault::Cyclic => {
            (format!("{target} includes itself, directly or through others"), format!("remove the line; {explain}"))
        }
        IncludeFault::Outside => (
            format!("{target} lies outside the repository, where it cannot be frozen"),
            format!("copy it into the repository and `git add` the copy; {explain}"),
        ),
        IncludeFault::Url => (
            format!("{target} is fetched when pip runs and can change at any time"),
            format!("download it into the repository and `git add` the copy; {explain}"),
        ),
        IncludeFault::NotAFile(mode) => (
            format!("the included {target} is {}, not a file", mode_name(mode)),
            format!("put a regular file there: `git rm --cached {word}`, then write the file and `git add {word}`"),
        ),
        IncludeFault::TooMany => {
            ("more than 64 files, or more than 16 levels, are included".to_owned(), format!("merge them; {explain}"))
        }
        IncludeFault::Variable => (
            format!("{target} depends on the environment that pip runs in"),
            format!("name the file itself; {explain}"),
        ),
    };
    let mut draft = Draft::new(RuleId::Include, Place::of(&problem.file.source, problem.span), message, help);
    draft.related.extend(
        problem.trail.iter().map(|(file, span)| Related {
            place: Place::of(&file.source, *span),
            label: "included from here".to_owned(),
        }),
    );
    Some(draft)
}
