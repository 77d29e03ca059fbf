//! `invalid-line`: a line that pip cannot read, or a governed path that holds no readable file.

use super::{Context, Draft};
use crate::files::{Content, Node};
use crate::finding::Place;
use crate::requirements::ProblemKind;
use crate::rule::RuleId;
use crate::source::{MAX_FILE, Mode};

pub(super) fn check(context: &Context<'_>) -> Vec<Draft> {
    let roots = [context.after.manifest.root(), context.after.lock.root()];
    let mut drafts: Vec<_> = roots.iter().filter_map(|node| no_file(context, node)).collect();
    drafts.extend(problems(context, RuleId::InvalidLine, |kind| kind == ProblemKind::Invalid));
    drafts
}

/// The reader's problems of one kind as drafts of one rule.
pub(super) fn problems(context: &Context<'_>, rule: RuleId, wanted: fn(ProblemKind) -> bool) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for file in context.files() {
        for problem in file.problems.iter().filter(|problem| wanted(problem.kind)) {
            let place = Place::of(&file.source, problem.span);
            drafts.push(Draft::new(rule, place, problem.message.clone(), problem.help.clone()));
        }
    }
    drafts
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
        Mode::Symlink => "a symbolic link",
        Mode::Submodule => "a submodule",
        Mode::Directory => "a directory",
    }
}
