//! `hook init`: shows which files are pairs and which are not, and writes the policy that says so; with `--adopt` also
//! what brings the work tree in order. Writes new files only, and stages nothing.

mod ci;

use super::args::InitArgs;
use super::output::out;
use super::terminal::{Stream, style};
use super::world::Surroundings;
use super::{Failure, Outcome};
use freeze_guard::change::{Difference, Edit, InitError, Layout, Mode, Setup, Standing, init, listing, write};
use freeze_guard::finding::Finding;
use freeze_guard::git::Repository;
use freeze_guard::policy::FREEZE_GUARD_TOML;
use freeze_guard::report::{Report, Style, Verdict, body, plural};
use freeze_guard::rule::RuleId;
use freeze_guard::scope::{self, Which};
use freeze_guard::source::{Paths, printable};

/// More rows of a table than this are counted, not shown.
const ROWS: usize = 50;

pub(crate) fn run(args: &InitArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    if let Some(service) = args.ci {
        return ci::run(service, args, world);
    }
    let repo = world.repository()?;
    let Some(top) = repo.work_dir() else {
        return Err(Failure::new(
            "a bare repository has no work tree to write a policy in",
            "run `hook init` in a clone of it, and push what it writes",
        ));
    };
    let question = scope::snapshot(&repo, &Which::WorkTree, Vec::new(), None)?;
    let judging = world.judging(&repo);
    let mode = if args.adopt { Mode::Adopt } else { Mode::Policy };
    let setup = init(question, mode, &judging)?;
    let style = style(&world.world, Stream::Out, &judging.paths, false);
    out(&table(&setup.layout, &style.paths));
    let edits = setup.edits();
    if args.dry_run {
        out(&preview(&setup, &edits, &style));
    } else {
        write(top, &edits)?;
    }
    let told = Told { args, setup: &setup, edits: &edits, style: &style };
    out(&told.written(&repo));
    out(&told.closing());
    Ok(told.outcome())
}

impl From<InitError> for Failure {
    fn from(error: InitError) -> Self {
        Self::new(error.to_string(), error.help())
    }
}

/// What was found and what was left, as tables.
fn table(layout: &Layout, paths: &Paths) -> String {
    let mut text = String::new();
    let rows: Vec<[String; 4]> = layout
        .pairs
        .iter()
        .map(|found| {
            [paths.show(&found.manifest), paths.show(&found.lock), found.kind_name().to_owned(), found.why.clone()]
        })
        .collect();
    if !rows.is_empty() {
        text.push_str("pairs:\n");
        text.push_str(&columns(Some(["manifest", "lock", "kind", "why"]), rows));
    }
    let rows: Vec<[String; 2]> = layout.left.iter().map(|left| [paths.show(&left.path), left.reason.text()]).collect();
    if !rows.is_empty() {
        text.push_str("no pairs:\n");
        text.push_str(&columns(None, rows));
    }
    text
}

/// Rows as aligned lines, indented, below `head`; those above [`ROWS`] are counted.
fn columns<const N: usize>(head: Option<[&str; N]>, rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut rows: Vec<_> = rows.into_iter().collect();
    let more = rows.len().saturating_sub(ROWS);
    rows.truncate(ROWS);
    let shown: Vec<_> = head.map(|head| head.map(str::to_owned)).into_iter().chain(rows).collect();
    let width = |at: usize| shown.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..N).map(|at| width(at).unwrap_or_default()).collect();
    let mut text = String::new();
    for row in &shown {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        text.push_str(&format!("  {}\n", cells.collect::<Vec<_>>().join("  ").trim_end()));
    }
    if more > 0 {
        text.push_str(&format!("  and {more} more\n"));
    }
    text
}

/// What would be written: the policy as it would stand, the locks as changes.
fn preview(setup: &Setup<'_>, edits: &[Edit], style: &Style) -> String {
    let mut text = String::new();
    if let Standing::New(policy) = &setup.policy {
        text.push_str(&format!("\n{policy}\n"));
    }
    let locks = edits.iter().filter(|edit| edit.path.as_bytes() != FREEZE_GUARD_TOML.as_bytes());
    locks.for_each(|edit| text.push_str(&listing(edit, style)));
    text
}

/// What there is to tell at the end.
struct Told<'a> {
    args: &'a InitArgs,
    setup: &'a Setup<'a>,
    edits: &'a [Edit],
    style: &'a Style,
}

impl Told<'_> {
    fn errors(&self) -> usize {
        self.setup.report.as_ref().map_or(0, |report| report.counts().error)
    }

    fn differences(&self) -> &[Difference] {
        match &self.setup.policy {
            Standing::Old(_, differences) => differences,
            Standing::Nothing | Standing::New(_) => &[],
        }
    }

    fn outcome(&self) -> Outcome {
        let open = self.args.adopt && self.errors() > 0;
        if open || !self.differences().is_empty() { Outcome::Refuse } else { Outcome::Pass }
    }

    /// What was written, as `git status --short` would list it, and how it is staged and taken back.
    fn written(&self, repo: &Repository) -> String {
        if self.edits.is_empty() {
            return String::new();
        }
        let paths = &self.style.paths;
        let verb = if self.args.dry_run { "would write" } else { "written" };
        let mut text = format!("{verb}:\n");
        let rows = self.edits.iter().map(|edit| [format!("?? {}", paths.show(&edit.path))]);
        text.push_str(&columns(None, rows));
        if let Some(hidden) = ignored(self.edits, repo) {
            text.push_str(&format!(
                "ignored by git, so `git add` leaves it out: {hidden}; `git check-ignore -v` says why\n"
            ));
        }
        if self.args.dry_run {
            text.push_str("nothing was written\n");
        } else if self.edits.len() <= ROWS {
            let words: Vec<_> = self.edits.iter().map(|edit| paths.word(&edit.path)).collect();
            let words = words.join(" ");
            text.push_str(&format!("stage it: `git add {words}`; take it back: `rm {words}`\n"));
        } else {
            let all = if repo.prefix().is_empty() { "." } else { ":/" };
            text.push_str(&format!("stage it: `git add {all}`, after a look at `git status`\n"));
        }
        text
    }

    fn closing(&self) -> String {
        match (&self.setup.policy, &self.setup.report) {
            (Standing::Nothing, _) | (_, None) => {
                "nothing to govern: no requirements file that could be a pair; nothing was written\n".to_owned()
            }
            (Standing::New(_), Some(report)) => self.state(report),
            (Standing::Old(path, _), Some(report)) => {
                let path = self.style.paths.show(path);
                let mut text = String::new();
                if !self.differences().is_empty() {
                    text.push_str(&format!(
                        "{path} is there already and is left as it is; it differs from what was found:\n"
                    ));
                    text.push_str(&columns(None, self.differences().iter().map(|one| [self.difference(one)])));
                    text.push_str(&format!("change it by hand, or move {path} away and see `hook init --dry-run`\n"));
                } else if self.edits.is_empty() {
                    let what =
                        if self.args.adopt && self.errors() > 0 { "nothing more to write" } else { "nothing to do" };
                    text.push_str(&format!("{what}: {path} is there already\n"));
                }
                text + &self.state(report)
            }
        }
    }

    fn difference(&self, difference: &Difference) -> String {
        let show = |path| self.style.paths.show(path);
        match difference {
            Difference::Missing(manifest, lock, kind) => {
                format!("{} and {} are no pair of it; here they are one, {kind}", show(manifest), show(lock))
            }
            Difference::Extra(manifest, lock, kind) => {
                format!("{} and {} are a pair of it, {kind}; here they are none", show(manifest), show(lock))
            }
            Difference::Kind(manifest, old, new) => {
                format!("{} is {old} by it; here it is {new}", show(manifest))
            }
        }
    }

    /// In what state the pairs are then, and what is left to do.
    fn state(&self, report: &Report) -> String {
        let pairs = plural(report.pairs.len(), "pair");
        if report.verdict() == Verdict::Pass {
            return format!("{}in order: {pairs} of the work tree{}\n", self.findings(report), exempted(report));
        }
        let errors = plural(self.errors(), "error");
        if !self.args.adopt {
            return format!(
                "not in order yet: {errors} in {pairs}; `hook check --worktree` lists them, `hook init --adopt` does \
                 what a tool can\n"
            );
        }
        let mut text = String::new();
        if !self.setup.unlocked.is_empty() {
            text.push_str("left to do:\n");
            text.push_str(&columns(None, self.setup.unlocked.iter().map(|unlocked| [unlocked.message.clone()])));
        }
        if !self.setup.wanted.is_empty() {
            text.push_str("left to do: add to the policy, or mend what it would excuse:\n");
            text.push_str(&format!("{}\n", self.setup.wanted));
        }
        text.push_str(&self.findings(report));
        text.push_str(&format!("left to mend by hand: {errors}; `hook check --worktree` lists what is left\n"));
        text
    }

    /// What was found, but for locks of which it was just said why they are missing.
    fn findings(&self, report: &Report) -> String {
        let told = |finding: &Finding| {
            finding.rule == RuleId::LockMissing
                && self.setup.unlocked.iter().any(|unlocked| unlocked.place == finding.place)
        };
        let findings = report.findings.iter().filter(|finding| !told(finding)).cloned().collect();
        let text = body(&Report { findings, ..report.clone() }, self.style);
        if text.is_empty() { text } else { format!("\n{text}") }
    }
}

/// The first of the new files that git ignores: a lock that is never committed locks nothing.
fn ignored(edits: &[Edit], repo: &Repository) -> Option<String> {
    let typed = |edit: &Edit| String::from_utf8(edit.path.seen_from(repo.prefix())).ok();
    let paths: Vec<String> = edits.iter().take(ROWS).filter_map(typed).collect();
    let output = repo.git().args(["check-ignore", "--"]).args(paths).run_whatever().ok()?;
    let first = output.stdout.split(|&byte| byte == b'\n').find(|path| !path.is_empty())?;
    Some(printable(first))
}

fn exempted(report: &Report) -> String {
    match report.exempted {
        0 => String::new(),
        count => format!(", {} exempted", plural(count, "finding")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_and_long_tables_are_cut() {
        let rows = [["a".to_owned(), "x".to_owned()], ["bcd".to_owned(), String::new()]];
        assert_eq!(columns(None, rows), "  a    x\n  bcd\n");
        let text = columns(Some(["h"]), (0..ROWS + 3).map(|at| [at.to_string()]));
        assert_eq!(text.lines().count(), ROWS + 2);
        assert!(text.ends_with("  and 3 more\n"), "{text}");
    }
}
