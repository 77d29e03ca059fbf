//! `invalid-line`: a line that pip cannot read, or a governed path that holds no readable file.

use super::{Context, Draft};
use crate::files::{Content, Node};
use crate::finding::Place;
use crate::requirements::{self, ProblemKind};
use crate::rule::RuleId;
use crate::source::{MAX_FILE, Mode, Paths};

pub(super) fn check(context: &Context<'_>) -> Vec<Draft> {
    let roots = [context.after.manifest.root(), context.after.lock.root()];
    let mut drafts: Vec<_> = roots.iter().filter_map(|node| no_file(context, node)).collect();
    drafts.extend(problems(context, RuleId::InvalidLine, |kind| kind == ProblemKind::Invalid));
    drafts
}

/// The reader's problems of one kind as drafts of one rule.
pub(super) fn problems(context: &Context<'_>, rule: RuleId, wanted: fn(ProblemKind) -> bool) -> Vec<Draft> {
    context.files().flat_map(|file| problems_of(file, context.paths, rule, wanted)).collect()
}

/// [`problems`] of one file.
pub(super) fn problems_of(
    file: &requirements::File,
    paths: &Paths,
    rule: RuleId,
    wanted: fn(ProblemKind) -> bool,
) -> Vec<Draft> {
    let draft = |problem: &requirements::Problem| {
        let runs = ["`hook ", "`git "].iter().any(|command| problem.help.contains(command));
        let stage = format!("; then `git add {}`", paths.word(file.source.path()));
        let help = if runs { problem.help.clone() } else { format!("{}{stage}", problem.help) };
        Draft::new(rule, Place::of(&file.source, problem.span), problem.message.clone(), help)
    };
    file.problems.iter().filter(|problem| wanted(problem.kind)).map(draft).collect()
}

fn no_file(context: &Context<'_>, node: &Node) -> Option<Draft> {
    let (path, word) = (context.paths.show(&node.path), context.paths.word(&node.path));
    let (message, help) = match node.content {
        Content::Absent | Content::Read(_) => return None,
        Content::TooLarge(size) => (
            format!("{path} has {size} bytes; files above {MAX_FILE} bytes are not read"),
            format!("a requirements file of that size is a mistake: `git restore --staged {word}`"),
        ),
        Content::NotAFile(mode) => (
            format!("{path} is {}, not a file: what it leads to cannot be frozen", mode_name(mode)),
            format!("put a regular file there: `git rm --cached {word}`, then write the file and `git add {word}`"),
        ),
    };
    Some(Draft::new(RuleId::InvalidLine, Place::File(node.path.clone()), message, help))
}

/// A mode in words.
pub(super) fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::File | Mode::Executable => "a file",
        Mode::Symlink => "a symlink",
        Mode::Submodule => "a submodule",
        Mode::Directory => "a directory",
    }
}
