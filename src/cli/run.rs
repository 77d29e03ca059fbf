//! `hook run EVENT`: what git's hooks call. Judges the commit or push that is being made, and runs the hook that was
//! there before ours: first on a commit, since it may still stage something, and last on a push, so that a refused push
//! has uploaded nothing.
//!
//! Everything goes to standard error: a push's standard output belongs to git.

use std::io::{IsTerminal as _, Read as _};

use super::args::{Format, RunArgs};
use super::output::err;
use super::terminal::{Stream, style};
use super::world::Surroundings;
use super::{Failure, Outcome, from_env, receive};
use freeze_guard::check::check_with;
use freeze_guard::git::Repository;
use freeze_guard::report::{Verdict, text};
use freeze_guard::scope::{self, CommitEvent, Push, Question};
use freeze_guard::wiring::chain::{ChainCall, ChainError, ChainOutcome, is_displaced, run_chained};
use freeze_guard::wiring::{ChainedName, Event, VERSION};

pub(crate) fn run(args: &RunArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    let event = Event::parse(&args.event).ok_or_else(|| {
        let known: Vec<_> = Event::WITH_SERVER.iter().map(|event| event.name()).collect();
        Failure::new(
            format!("`{}` is no event that is judged", freeze_guard::source::printable_text(&args.event)),
            format!("it is one of {}, as in `hook run pre-commit`", known.join(", ")),
        )
    })?;
    if args.shim.is_some_and(|version| version < VERSION) {
        err("freeze-guard: the hooks of this clone are of an older version; renew them: `hook install`\n");
    }
    judge_event(event, args, world).or_else(|failure| {
        // What cannot be judged is refused; whoever reads the end of a long output must see that.
        failure.show(Format::Text);
        err("refused: nothing could be judged\n");
        Ok(Outcome::Code(2))
    })
}

fn judge_event(event: Event, args: &RunArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    match event {
        Event::PreCommit => commit(CommitEvent::Commit, event, args, world),
        Event::PreMergeCommit => commit(CommitEvent::Merge, event, args, world),
        Event::PreApplypatch => commit(CommitEvent::ApplyPatch, event, args, world),
        Event::PrePush => push(args, world),
        Event::PreReceive => receive::run(args, world),
    }
}

fn commit(kind: CommitEvent, event: Event, args: &RunArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    let theirs = run_other(event, args, None, world)?;
    let repo = world.repository()?;
    if is_skip(world) && scope::commit_may_skip(&repo) {
        return Ok(skipped(args, theirs));
    }
    let questions: Vec<Question<'_>> = scope::commit(&repo, kind)?.into_iter().collect();
    let ours = judge(&questions, &repo, world)?;
    Ok(if theirs == 0 { ours } else { Outcome::Code(theirs) })
}

fn push(args: &RunArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    let repo = world.repository()?;
    if args.from_env {
        let told = from_env::push(&world.world, &repo)?;
        let push = Push { remote: &told.remote, url: &told.url, stdin: &told.line };
        return judge_push(&push, &repo, args, world);
    }
    let stdin = standard_input()?;
    let mut words = args.args.iter().map(|word| word.as_encoded_bytes());
    let remote = words.next().unwrap_or_default();
    let push = Push { remote, url: words.next().unwrap_or(remote), stdin: &stdin };
    judge_push(&push, &repo, args, world)
}

/// All of it: a chained hook is given it again. A terminal is not asked: a hook that waits for a person hangs.
pub(crate) fn standard_input() -> Result<Vec<u8>, Failure> {
    if std::io::stdin().is_terminal() {
        return Err(Failure::new(
            "standard input is a terminal, and not what git says of a push",
            "let git call it: `git push --dry-run` runs the hook and pushes nothing",
        ));
    }
    let mut stdin = Vec::new();
    std::io::stdin().lock().read_to_end(&mut stdin).map_err(|error| {
        Failure::new(
            format!("standard input cannot be read: {error}"),
            "git gives the hooks of a push its ref updates there",
        )
    })?;
    Ok(stdin)
}

fn judge_push(push: &Push<'_>, repo: &Repository, args: &RunArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    let questions = scope::push(repo, push);
    if is_skip(world) && scope::push_may_skip(&questions) {
        let theirs = run_other(Event::PrePush, args, Some(push.stdin), world)?;
        return Ok(skipped(args, theirs));
    }
    match judge(&questions?, repo, world)? {
        Outcome::Pass => match run_other(Event::PrePush, args, Some(push.stdin), world)? {
            0 => Ok(Outcome::Pass),
            code => Ok(Outcome::Code(code)),
        },
        other => Ok(other),
    }
}

fn judge(questions: &[Question<'_>], repo: &Repository, world: &Surroundings) -> Result<Outcome, Failure> {
    let judging = world.judging(repo);
    let report = check_with(questions, &judging, Box::leak(Box::default()))?;
    let style = style(&world.world, Stream::Err, &judging.paths, false);
    err(&text(&report, &style));
    Ok(match report.verdict() {
        Verdict::Pass => Outcome::Pass,
        Verdict::Refuse => Outcome::Refuse,
    })
}

/// Runs the hook that was there before, if a shim calls and there is one; its exit code, 0 where nothing ran.
fn run_other(event: Event, args: &RunArgs, stdin: Option<&[u8]>, world: &Surroundings) -> Result<u8, Failure> {
    Ok(u8::try_from(run_chained_hook(event, args, stdin, world)?.code()).unwrap_or(1))
}

/// The same, with all that there is to know of it.
pub(crate) fn run_chained_hook(
    event: Event,
    args: &RunArgs,
    stdin: Option<&[u8]>,
    world: &Surroundings,
) -> Result<ChainOutcome, Failure> {
    let Some(shim) = &args.at else { return Ok(ChainOutcome::Absent) };
    let env: Vec<_> = world.world.env.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let chained = args.chained.as_deref().and_then(ChainedName::parse).filter(|name| name.event() == event);
    let chained = chained.unwrap_or(ChainedName::first(event));
    let call = ChainCall { shim, chained, args: &args.args, stdin, env: &env, cwd: &world.world.cwd };
    let outcome = run_chained(&call)?;
    if matches!(outcome, ChainOutcome::Exited(_)) && is_displaced(&call) {
        err(&format!(
            "freeze-guard: another hook manager has just replaced our {event} hook: from now on it is not guarded; \
             put it back: `hook install`\n"
        ));
    }
    Ok(outcome)
}

impl From<ChainError> for Failure {
    fn from(error: ChainError) -> Self {
        Self::new(error.to_string(), error.help())
    }
}

pub(crate) fn is_skip(world: &Surroundings) -> bool {
    world.world.var("FREEZE_GUARD").is_some_and(|value| value == "0")
}

fn skipped(args: &RunArgs, theirs: u8) -> Outcome {
    err(&format!("freeze-guard: skipped {}, because FREEZE_GUARD=0\n", args.event));
    if theirs == 0 { Outcome::Pass } else { Outcome::Code(theirs) }
}
