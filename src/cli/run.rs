//! `hook run EVENT`: what git's hooks call. Judges the commit or push that is being made, and runs the hook that was
//! there before ours: first on a commit, since it may still stage something, and last on a push, so that a refused push
//! has uploaded nothing.
//!
//! Everything goes to standard error: a push's standard output belongs to git.

use std::ffi::OsString;
use std::io::{IsTerminal as _, Read as _};
use std::path::Path;

use super::args::{ReportFormat, RunArgs};
use super::output::err;
use super::terminal::{Stream, style};
use super::world::Surroundings;
use super::{Failure, Outcome, from_env, memory, receive};
use freeze_guard::check::check_with;
use freeze_guard::files::Cache;
use freeze_guard::git::Repository;
use freeze_guard::report::{Verdict, text};
use freeze_guard::scope::{self, CommitEvent, Push, Question};
use freeze_guard::wiring::chain::{
    ChainCall, ChainError, ChainOutcome, RUNNING, is_called_by, is_displaced, run_chained,
};
use freeze_guard::wiring::{Caller, ChainedName, Event, PASSED, PASSED_SINCE, VERSION};

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
    let outcome = judge_event(event, args, world).unwrap_or_else(|failure| {
        // What cannot be judged is refused; whoever reads the end of a long output must see that.
        failure.show(ReportFormat::Text);
        err("refused: nothing could be judged\n");
        Outcome::Code(2)
    });
    Ok(if args.shim.is_some_and(|version| version >= PASSED_SINCE) { proven(outcome) } else { outcome })
}

/// The outcome in the words of a shim, which takes one status alone for a pass, and what sh itself says of a program that
/// it cannot run for that.
fn proven(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Pass | Outcome::Code(0) => Outcome::Code(PASSED),
        Outcome::Code(PASSED | 126 | 127) => Outcome::Refuse,
        other => other,
    }
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
    let other = Other::take(event, args, world)?;
    let theirs = other.run(None)?;
    if event == Event::PreCommit && is_called_by(&other.call(None), Event::PreMergeCommit) {
        // The run that called this one judges, and knows the parents.
        return Ok(if theirs == 0 { Outcome::Pass } else { Outcome::Code(theirs) });
    }
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
        let theirs = Other::take(Event::PrePush, args, world)?.run(Some(push.stdin))?;
        return Ok(skipped(args, theirs));
    }
    match judge(&questions?, repo, world)? {
        Outcome::Pass => match Other::take(Event::PrePush, args, world)?.run(Some(push.stdin))? {
            0 => Ok(Outcome::Pass),
            code => Ok(Outcome::Code(code)),
        },
        other => Ok(other),
    }
}

fn judge(questions: &[Question<'_>], repo: &Repository, world: &Surroundings) -> Result<Outcome, Failure> {
    let judging = world.judging(repo);
    let memory = memory::open();
    let cache = Box::leak(Box::new(Cache::with(memory.plain())));
    let report = check_with(questions, &judging, cache)?;
    memory.keep(&cache.plain());
    let style = style(&world.world, Stream::Err, &judging.paths, false);
    err(&text(&report, &style));
    Ok(match report.verdict() {
        Verdict::Pass => Outcome::Pass,
        Verdict::Refuse => Outcome::Refuse,
    })
}

/// The hooks that were there before, where a shim calls.
struct Other<'a> {
    event: Event,
    args: &'a RunArgs,
    chained: Vec<ChainedName>,
    caller: Caller,
    env: Vec<(OsString, OsString)>,
    cwd: &'a Path,
}

impl<'a> Other<'a> {
    fn take(event: Event, args: &'a RunArgs, world: &'a Surroundings) -> Result<Self, Failure> {
        let chained = match (&args.at, &args.chained) {
            (None, _) => Vec::new(),
            (Some(_), None) => vec![ChainedName::first(event)],
            (Some(_), Some(names)) => ChainedName::parse_list(names)
                .filter(|names| names.iter().all(|name| name.event() == event))
                .ok_or_else(|| {
                    let names = freeze_guard::source::printable_text(names);
                    Failure::new(format!("the shim names hooks that are none: {names}"), "renew it: `hook install`")
                })?,
        };
        // Elsewhere nobody asks.
        let within = world.world.var(RUNNING).is_some();
        let caller = args.caller.or_else(parent).filter(|_| within);
        let caller = caller.map_or(Caller::Unknown, |id| Caller::of(id, world.world.var("GIT_EXEC_PATH")));
        let env = world.world.env.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        Ok(Self { event, args, chained, caller, env, cwd: &world.world.cwd })
    }

    fn call<'b>(&'b self, stdin: Option<&'b [u8]>) -> ChainCall<'b> {
        let shim = self.args.at.as_deref().unwrap_or(Path::new(""));
        let Self { event, caller, cwd, .. } = *self;
        ChainCall { event, shim, caller, chained: &self.chained, args: &self.args.args, stdin, env: &self.env, cwd }
    }

    /// Runs them; the exit code of the first that refuses, 0 where nothing does.
    fn run(&self, stdin: Option<&[u8]>) -> Result<u8, Failure> {
        Ok(u8::try_from(self.run_all(stdin)?.code()).unwrap_or(1))
    }

    /// The same, with all that there is to know of it.
    fn run_all(&self, stdin: Option<&[u8]>) -> Result<ChainOutcome, Failure> {
        let call = self.call(stdin);
        let outcome = run_chained(&call)?;
        if matches!(outcome, ChainOutcome::Exited(_)) && is_displaced(&call) {
            err(&format!(
                "freeze-guard: another hook manager has just replaced our {} hook: from now on it is not guarded; put \
                 it back: `hook install`\n",
                self.event
            ));
        }
        Ok(outcome)
    }
}

/// Runs the hooks that were there before, if a shim calls and there are some.
pub(crate) fn run_chained_hooks(
    event: Event,
    args: &RunArgs,
    stdin: &[u8],
    world: &Surroundings,
) -> Result<ChainOutcome, Failure> {
    Other::take(event, args, world)?.run_all(Some(stdin))
}

/// What started this process: who called the shim, where that is of a version that became this program.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "not every system tells")]
fn parent() -> Option<u32> {
    Some(std::os::unix::process::parent_id())
}

#[cfg(not(unix))]
fn parent() -> Option<u32> {
    None
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
