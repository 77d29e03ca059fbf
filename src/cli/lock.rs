//! `hook lock`: makes locks anew, shows what moves in each, writes all that the rules admit, and judges what is there
//! then. Stages nothing unless asked.

use super::args::LockArgs;
use super::output::{err, out};
use super::terminal::{Stream, style};
use super::world::Surroundings;
use super::{Failure, Outcome, interrupt};
use freeze_guard::change::{Attempt, Edit, Effect, End, Stamp, Wish, Workshop, lock, stage, table, write};
use freeze_guard::report::{Report, Style, Verdict, body, plural};
use freeze_guard::scope::{self, Which};
use freeze_guard::source::{RepoPath, printable};

pub(crate) fn run(args: &LockArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    let repo = world.repository()?;
    let paths = super::check::paths(&args.paths, &repo)?;
    let question = scope::snapshot(&repo, &Which::WorkTree, paths, None)?;
    let judging = world.judging(&repo);
    let mut told = false;
    let Some(top) = repo.work_dir() else { return Err(scope::ScopeError::Bare.into()) };
    let stop = interrupt::listen();
    let workshop = Workshop { world: &world.world, top, git_dir: repo.git_dir(), stop: &stop };
    let (proposal, attempts) = lock(&question, (workshop, &judging), wish(args), &mut |command| {
        if !std::mem::replace(&mut told, true) {
            err(&environment(world));
        }
        err(&format!("running: {command}\n"));
    })?;
    if let Some(signal) = stop.signal() {
        err("interrupted: nothing was written\n");
        return Ok(interrupt::interrupted(signal));
    }
    let edits = proposal.edits();
    let report = proposal.judge(question, &judging)?;
    let style = style(&world.world, Stream::Out, &judging.paths, false);
    attempts.iter().for_each(|attempt| out(&shown(attempt, &style)));
    if !args.dry_run {
        write(top, &edits)?;
    }
    let findings = body(&report, &style);
    if !attempts.is_empty() && !findings.is_empty() {
        out("\n");
    }
    out(&findings);
    let failed = attempts.iter().any(|attempt| matches!(attempt.end, End::Refused(_) | End::NotMade(_)));
    let staged = args.stage && !failed && report.verdict() == Verdict::Pass;
    if staged {
        stage(&repo, &files(&attempts))
            .map_err(|error| Failure::new(format!("the locks are written and not staged: {error}"), error.help()))?;
    }
    out(&closing(&report, (&attempts, &edits), args, &style));
    let open = args.dry_run && !edits.is_empty();
    Ok(if failed || open || report.verdict() == Verdict::Refuse { Outcome::Refuse } else { Outcome::Pass })
}

fn wish(args: &LockArgs) -> Wish {
    Wish {
        stamp: if args.stamp { Stamp::Write } else { Stamp::Keep },
        effect: if args.dry_run { Effect::Show } else { Effect::Write },
    }
}

/// Variables that decide along: a resolver hears them as it does when a person runs it.
pub(crate) fn environment(world: &Surroundings) -> String {
    let heard = |name: &&[u8]| name.starts_with(b"PIP_") || name.starts_with(b"UV_");
    let names = world.world.env.keys().map(|name| name.as_encoded_bytes()).filter(heard);
    let names: Vec<_> = names.map(printable).collect();
    if names.is_empty() {
        String::new()
    } else {
        format!("note: the environment decides along: {}\n", names.join(", "))
    }
}

/// One pair: what made its lock, and what moves.
fn shown(attempt: &Attempt, style: &Style) -> String {
    let (manifest, lock) = (style.paths.show(&attempt.manifest), style.paths.show(&attempt.lock));
    let how = if attempt.how.is_empty() { String::new() } else { format!(" ({})", attempt.how) };
    let mut text = format!("{manifest} -> {lock}{how}\n");
    if !attempt.moves.is_empty() {
        text.push_str(&table(&attempt.moves, style));
    }
    match &attempt.end {
        End::Same => text.push_str("unchanged\n"),
        End::Made if attempt.moves.is_empty() => text.push_str("no pin moves; hashes, options or comments do\n"),
        End::Made => {}
        End::Refused(findings) => {
            text.push_str("not written, because the rules refuse it:\n");
            text.push_str(&body(&Report { findings: findings.clone(), ..Report::default() }, style));
        }
        End::NotMade(not_made) => {
            text.push_str(&format!("not written: {}\n", not_made.why));
            not_made.said.iter().for_each(|line| text.push_str(&format!("  | {line}\n")));
        }
    }
    text
}

/// The files of the pairs that are to be staged.
fn files(attempts: &[Attempt]) -> Vec<RepoPath> {
    let mut files: Vec<_> = attempts.iter().flat_map(|attempt| attempt.files.clone()).collect();
    files.sort();
    files.dedup();
    files
}

/// What was done, and what to do next.
fn closing(report: &Report, (attempts, edits): (&[Attempt], &[Edit]), args: &LockArgs, style: &Style) -> String {
    let errors = report.counts().error;
    let words: Vec<_> = files(attempts).iter().map(|file| style.paths.word(file)).collect();
    let words = words.join(" ");
    let mut text = match (edits.is_empty(), args.dry_run) {
        (true, _) if attempts.is_empty() && report.pairs.is_empty() => {
            let place = if args.paths.is_empty() { "in the work tree" } else { "there" };
            format!("nothing to lock: no governed pair {place}\n")
        }
        (true, _) if attempts.is_empty() && errors == 0 => {
            let pairs = plural(report.pairs.len(), "pair");
            format!("nothing to lock: {pairs} of the work tree in order; name a file to lock it anyway\n")
        }
        (true, _) if args.stage && errors == 0 && attempts.iter().all(|one| matches!(one.end, End::Same)) => {
            format!("nothing was changed; staged: {words}\n")
        }
        (true, _) => "nothing was changed\n".to_owned(),
        (false, true) => format!("would write {}; nothing was written\n", plural(edits.len(), "lock")),
        (false, false) => {
            let wrote = format!("wrote {}", plural(edits.len(), "lock"));
            let clean = errors == 0 && !attempts.iter().any(|one| matches!(one.end, End::Refused(_) | End::NotMade(_)));
            match (args.stage, clean) {
                (true, true) => format!("{wrote}; staged: {words}\n"),
                (true, false) => format!("{wrote}; nothing is staged, since not all is in order\n"),
                (false, _) => format!("{wrote}; nothing is staged yet: `git add {words}`\n"),
            }
        }
    };
    if errors > 0 {
        text.push_str(&format!("left to mend by hand: {}\n", plural(errors, "error")));
    }
    text
}
