//! `hook run pre-receive`: judges a push that has arrived at a server, then has the hook decide that was there before.
//!
//! What is written here reaches the pusher behind `remote:`; never in colour, for the terminal is another machine's. And
//! nothing in the environment switches it off: with some transports that is the pusher's.

use super::args::RunArgs;
use super::output::err;
use super::run::{is_skip, run_chained_hooks, standard_input};
use super::world::Surroundings;
use super::{Failure, Outcome};
use freeze_guard::check::{Judging, check_with};
use freeze_guard::report::{Style, Verdict, text};
use freeze_guard::scope;
use freeze_guard::source::Paths;
use freeze_guard::wiring::Event;
use freeze_guard::wiring::chain::ChainOutcome;

pub(crate) fn run(args: &RunArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    let stdin = standard_input()?;
    let verdict = judge(&stdin, world);
    if is_skip(world) && !matches!(verdict, Ok(Verdict::Pass)) {
        err("freeze-guard: FREEZE_GUARD=0 counts in a clone, not on a server\n");
    }
    match verdict? {
        Verdict::Pass => theirs(args, &stdin, world),
        Verdict::Refuse => Ok(Outcome::Refuse),
    }
}

fn judge(stdin: &[u8], world: &Surroundings) -> Result<Verdict, Failure> {
    let repo = world.repository()?;
    let questions = scope::receive(&repo, stdin)?;
    // The paths are for somebody else's clone.
    let judging = Judging { today: world.today, paths: Paths::default() };
    let report = check_with(&questions, &judging, Box::leak(Box::default()))?;
    err(&text(&report, &Style::plain(judging.paths)));
    Ok(report.verdict())
}

fn theirs(args: &RunArgs, stdin: &[u8], world: &Surroundings) -> Result<Outcome, Failure> {
    match run_chained_hooks(Event::PreReceive, args, stdin, world)? {
        // Skipping it for what a variable says would let a pusher skip it.
        ChainOutcome::Running => Err(Failure::new(
            "the hook that was here before seems to run already, by what FREEZE_GUARD_CHAIN says",
            "unset that variable, or see whether that hook calls ours: `hook status --server` names it",
        )),
        outcome => Ok(match u8::try_from(outcome.code()).unwrap_or(1) {
            0 => Outcome::Pass,
            code => Outcome::Code(code),
        }),
    }
}
