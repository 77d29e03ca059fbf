//! `hook rollback`: the dependencies of the last good commit, brought back on a new branch.

use std::ffi::OsString;
use std::io::IsTerminal as _;

use super::branch::{beginning, halted, ways};
use super::output::out;
use super::steps::Steps;
use super::terminal::{Stream, style};
use super::world::Surroundings;
use super::{Failure, Outcome, interrupt};
use freeze_guard::change::{Asking, Back, Doubt, RolledBack, Site, Way, changes_table, rollback};
use freeze_guard::git::Repository;
use freeze_guard::report::{Report, Style, body, plural};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Restores manifests, locks and what they include exactly as they were, on a new\nbranch auto/dependency-rollback-DATE-N, and writes a SYSTEM CORRECTION EVENT into\nthe file that `[deploy] log` of the policy names. Your own work tree stays as it\nis. Exits 1 when what would come back is not in order.\nExample: hook rollback --reason \"checkout fails since the upgrade\""
)]
pub(crate) struct RollbackArgs {
    /// Go back to this revision instead of the last good commit of the record
    #[arg(long, value_name = "SHA")]
    pub(crate) to: Option<OsString>,
    /// Begin the branch at this revision instead of HEAD
    #[arg(long, value_name = "REV")]
    pub(crate) from: Option<OsString>,
    /// Why, for the event
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) reason: String,
    /// Bring back even what is not in order, and write that down
    #[arg(long)]
    pub(crate) force: bool,
}

pub(crate) fn run(args: &RollbackArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    let repo = world.repository()?;
    if repo.is_bare() {
        return Err(freeze_guard::scope::ScopeError::Bare.into());
    }
    let bytes = |text: &OsString| text.as_encoded_bytes().to_vec();
    let back = Back {
        to: args.to.as_ref().map(bytes),
        from: args.from.as_ref().map_or(b"HEAD".to_vec(), bytes),
        reason: args.reason.clone(),
        doubt: if args.force { Doubt::Record } else { Doubt::Refuse },
        now: world.now,
    };
    let style = style(&world.world, Stream::Out, &world.judging(&repo).paths, false);
    let mut steps = Steps::new();
    let stop = interrupt::listen();
    let done = rollback(
        &repo,
        &back,
        &mut Site {
            today: world.today,
            temp: &std::env::temp_dir(),
            stop: &stop,
            asking: if std::io::stdin().is_terminal() { Asking::Possible } else { Asking::Impossible },
            paths: style.paths.clone(),
            tell: &mut |event| steps.tell(event),
        },
    );
    steps.done();
    match done {
        Ok(done) => tell(&done, args, &repo, &style),
        Err(halt) => halted(halt, "rolled back", &style),
    }
}

fn tell(done: &RolledBack, args: &RollbackArgs, repo: &Repository, style: &Style) -> Result<Outcome, Failure> {
    for (manifest, why) in &done.left {
        out(&format!("left as it is: {}: {why}\n", style.paths.show(manifest)));
    }
    let Some(branch) = &done.branch else {
        out(&format!("nothing to roll back: the dependencies are those of {}\n", done.good.short()));
        return Ok(Outcome::Pass);
    };
    let beginning = beginning(repo, &done.bad, args.from.as_ref());
    let table = match done.changes.as_slice() {
        [] => "no pin changes; hashes, options or comments do\n".to_owned(),
        changes => changes_table(changes, style),
    };
    out(&format!("{branch}, made from {beginning} with the dependencies of {}\n\n{table}", done.good.short()));
    out(&format!("\nSYSTEM CORRECTION EVENT written to {}\n", style.paths.show(&done.log)));
    let way = Way::of(repo, &done.policy)?;
    let request = way.filled(way.forge, branch);
    out(&format!("\n{}", ways(&way, branch, &request, &done.policy.ci.label)));
    if !done.forced.is_empty() {
        let report = Report { findings: done.forced.clone(), ..Report::default() };
        out(&format!(
            "\n{}forced past {}: the guard refuses to take it to a guarded branch until they are mended there\n",
            body(&report, style),
            plural(done.forced.len(), "error")
        ));
    }
    Ok(Outcome::Pass)
}
