//! `hook fix`: applies what the findings of the work tree propose, shows every changed line, and stages nothing.

use super::args::FixArgs;
use super::output::out;
use super::terminal::{Stream, style};
use super::world::Surroundings;
use super::{Failure, Outcome};
use freeze_guard::change::{Edit, Unfixed, WriteError, listing, propose, write};
use freeze_guard::report::{Report, Style, Verdict, body, plural};
use freeze_guard::scope::{self, Which};
use freeze_guard::source::Paths;

pub(crate) fn run(args: &FixArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    let repo = world.repository()?;
    let paths = super::check::paths(&args.paths, &repo)?;
    let question = scope::snapshot(&repo, &Which::WorkTree, paths, None)?;
    let judging = world.judging(&repo);
    let proposal = propose(&question, &judging)?;
    let edits = proposal.edits();
    let report = proposal.judge(question, &judging)?;
    let style = style(&world.world, Stream::Out, &judging.paths, false);
    edits.iter().for_each(|edit| out(&listing(edit, &style)));
    if let (false, Some(top)) = (args.dry_run, repo.work_dir()) {
        write(top, &edits)?;
    }
    proposal.unfixed.iter().for_each(|unfixed| out(&left(unfixed, &style)));
    let findings = body(&report, &style);
    if !edits.is_empty() && (!proposal.unfixed.is_empty() || !findings.is_empty()) {
        out("\n");
    }
    out(&findings);
    out(&closing(&report, &edits, args, &judging.paths));
    let open = args.dry_run && !edits.is_empty();
    Ok(if open || report.verdict() == Verdict::Refuse { Outcome::Refuse } else { Outcome::Pass })
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        Self::new(error.to_string(), error.help())
    }
}

/// One line for what is left, with its place.
fn left(unfixed: &Unfixed, style: &Style) -> String {
    let path = unfixed.place.path().map(|path| style.paths.show(path)).unwrap_or_default();
    match unfixed.place.line() {
        Some(line) => format!("not fixed: {path}:{line}: {}\n", unfixed.message),
        None => format!("not fixed: {}\n", unfixed.message),
    }
}

/// What was done, and what to do next.
fn closing(report: &Report, edits: &[Edit], args: &FixArgs, paths: &Paths) -> String {
    let errors = report.counts().error;
    let files = plural(edits.len(), "file");
    let words: Vec<_> = edits.iter().map(|edit| paths.word(&edit.path)).collect();
    let mut text = match (edits.is_empty(), args.dry_run) {
        (true, _) if errors > 0 => "nothing was changed\n".to_owned(),
        (true, _) if report.pairs.is_empty() => "nothing to fix: no governed pair in the work tree\n".to_owned(),
        (true, _) => format!("nothing to fix: {} of the work tree in order\n", plural(report.pairs.len(), "pair")),
        (false, true) => format!("would change {files}; nothing was written\n"),
        (false, false) => format!("changed {files}; nothing is staged yet: `git add {}`\n", words.join(" ")),
    };
    if errors > 0 {
        text.push_str(&format!("left to mend by hand: {}\n", plural(errors, "error")));
    }
    text
}
