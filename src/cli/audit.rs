//! `hook audit`: what a history would have been spared.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use super::args::Format;
use super::output::out;
use super::world::Surroundings;
use super::{Failure, Outcome};
use freeze_guard::audit::{Asked, Audit, Break, Fault, Now, Progress, audit};
use freeze_guard::finding::{Finding, Place};
use freeze_guard::git::Tips;
use freeze_guard::report::{finding_json, plural};
use freeze_guard::source::{Paths, printable};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Each commit is judged against its parents under its own policy. Exits 1 when a\npair that a commit broke is still broken at the tip (of REV, else of HEAD), 0\nwhen all is repaired, 2 when a commit could not be judged.\nExample: hook audit main"
)]
pub(crate) struct AuditArgs {
    /// The history of this revision
    #[arg(value_name = "REV", default_value = "HEAD", conflicts_with = "all")]
    pub(crate) rev: OsString,
    /// The history of every branch and tag
    #[arg(long)]
    pub(crate) all: bool,
    /// How to write what was found
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

/// What takes less needs no bar.
const PATIENCE: Duration = Duration::from_millis(500);

pub(crate) fn run(args: &AuditArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    let repo = world.repository()?;
    let judging = world.judging(&repo);
    let tips = if args.all { Tips::All } else { Tips::Revision(args.rev.as_encoded_bytes().to_vec()) };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let bar = Bar::default();
    let progress = |progress| bar.show(progress);
    let asked = Asked { world: &world.world, tips, judging: &judging, workers, progress: &progress };
    let found = audit(&asked, &repo);
    bar.clear();
    let found = found?;
    let tip = if args.all { "HEAD".to_owned() } else { printable(args.rev.as_encoded_bytes()) };
    match args.format {
        Format::Text => out(&text(&found, &tip, &judging.paths)),
        Format::Json => out(&json_text(&found)),
    }
    Ok(match found {
        Audit { unjudged, .. } if !unjudged.is_empty() => Outcome::Code(2),
        found if found.open() > 0 => Outcome::Refuse,
        _ => Outcome::Pass,
    })
}

/// A bar on a terminal, once somebody waits.
struct Bar {
    since: Instant,
    watched: bool,
    bar: Mutex<Option<ProgressBar>>,
}

impl Default for Bar {
    fn default() -> Self {
        Self { since: Instant::now(), watched: std::io::stderr().is_terminal(), bar: Mutex::default() }
    }
}

impl Bar {
    fn show(&self, progress: Progress) {
        if !self.watched || self.since.elapsed() < PATIENCE {
            return;
        }
        let Ok(mut bar) = self.bar.lock() else { return };
        let bar = bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} commits looked at");
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        bar.set_length(progress.commits as u64);
        bar.set_position(progress.looked as u64);
    }

    fn clear(&self) {
        if let Some(bar) = self.bar.lock().ok().and_then(|mut bar| bar.take()) {
            bar.finish_and_clear();
        }
    }
}

fn text(audit: &Audit, tip: &str, paths: &Paths) -> String {
    let mut text = String::new();
    for one in &audit.breaks {
        write_break(&mut text, one, tip, paths);
    }
    for one in &audit.unjudged {
        let _ = writeln!(text, "commit {}\n  could not be judged: {}\n", one.commit.short(), one.message);
    }
    if audit.edge > 0 {
        let _ = writeln!(
            text,
            "{} at the edge of this shallow clone not judged: `git fetch --unshallow`",
            plural(audit.edge, "commit")
        );
    }
    let touching = format!("{} governed files", touches(audit.touching));
    let _ = match (audit.breaks.len(), audit.unjudged.len()) {
        (0, 0) => writeln!(text, "in order: {touching}, and none broke the policy"),
        (0, _) => writeln!(text, "{touching}; {} could not be judged", audit.unjudged.len()),
        (broke, _) => writeln!(text, "{touching}; {broke} broke the policy, {} still broken at {tip}", audit.open()),
    };
    text
}

fn touches(count: usize) -> String {
    format!("{} {}", plural(count, "commit"), if count == 1 { "touches" } else { "touch" })
}

fn write_break(text: &mut String, one: &Break, tip: &str, paths: &Paths) {
    let Break { commit, author, date, subject, .. } = one;
    let (author, subject) = (printable(author), printable(subject));
    let _ = writeln!(text, "commit {}  {date}  {author}\n  {subject}", commit.short());
    for pair in &one.pairs {
        let now = said(pair.now);
        let _ = writeln!(text, "  {}, {}: {now} {tip}", paths.show(&pair.manifest), paths.show(&pair.lock));
    }
    let mixed = one.faults.iter().any(|fault| fault.now != one.faults[0].now);
    for Fault { finding, now } in &one.faults {
        let place = place(finding, paths);
        let message = freeze_guard::source::printable_text(&finding.message);
        let now = if mixed { format!(" ({} {tip})", said(*now)) } else { String::new() };
        let _ = writeln!(text, "  {}[{}]: {place}{message}{now}", finding.level, finding.rule);
    }
    text.push('\n');
}

fn said(now: Now) -> &'static str {
    match now {
        Now::Broken => "still broken at",
        Now::Repaired => "repaired or gone at",
    }
}

fn place(finding: &Finding, paths: &Paths) -> String {
    match &finding.place {
        Place::Line(excerpt) => format!("{}:{}: ", paths.show(&excerpt.path), excerpt.start.line),
        Place::File(path) => format!("{}: ", paths.show(path)),
        Place::Nowhere => String::new(),
    }
}

fn json_text(audit: &Audit) -> String {
    let breaks: Vec<Value> = audit.breaks.iter().map(json_break).collect();
    let unjudged: Vec<Value> =
        audit.unjudged.iter().map(|one| json!({ "commit": one.commit.to_string(), "message": one.message })).collect();
    let verdict = match (unjudged.is_empty(), audit.open()) {
        (false, _) => "error",
        (true, 0) => "pass",
        (true, _) => "refuse",
    };
    let value = json!({
        "schema_version": 1,
        "verdict": verdict,
        "error": null,
        "touching": audit.touching,
        "not_judged_at_edge": audit.edge,
        "breaks": breaks,
        "unjudged": unjudged,
    });
    format!("{value:#}\n")
}

fn json_break(one: &Break) -> Value {
    let pairs: Vec<Value> = one
        .pairs
        .iter()
        .map(|pair| {
            let (manifest, lock) = (pair.manifest.to_string(), pair.lock.to_string());
            json!({ "manifest": manifest, "lock": lock, "still_broken": pair.now == Now::Broken })
        })
        .collect();
    json!({
        "commit": one.commit.to_string(),
        "author": printable(&one.author),
        "date": one.date.to_string(),
        "subject": printable(&one.subject),
        "still_broken": one.is_open(),
        "pairs": pairs,
        "findings": one.faults.iter().map(json_fault).collect::<Vec<_>>(),
    })
}

fn json_fault(fault: &Fault) -> Value {
    let mut value = finding_json(&fault.finding);
    if let Some(finding) = value.as_object_mut() {
        finding.insert("still_broken".to_owned(), Value::Bool(fault.now == Now::Broken));
    }
    value
}
