//! What `hook fix` proposes for the work tree: lines that can mean one thing only, pins from the lock for requirements
//! that have none, mirrors in step with their manifests, and no stale entries in compiled locks. What needs a resolver is
//! left to `hook lock`, what needs a decision to a person.
//!
//! Every proposal is judged by the rules before it is made: what they would still refuse is not written.

mod lines;
mod pins;
mod stale;

use super::bench::{Bench, Proposal};
use super::mirror::{self, Stamp};
use crate::check::{Judging, pairs};
use crate::files::{Cache, Judged, PairFiles};
use crate::finding::{Finding, Place};
use crate::policy::Pair;
use crate::report::Report;
use crate::rule::{Level, RuleId};
use crate::rules::{Remake, remake};
use crate::scope::Question;
use crate::source::ReadError;

/// Whether lines are mended that pip cannot read, or that stand twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lines {
    Mend,
    Leave,
}

/// What can be mended of the pairs of `question`, a question about the work tree.
///
/// # Errors
/// What the snapshot cannot answer.
pub fn propose<'r>(question: &Question<'r>, judging: &Judging) -> Result<Proposal<'r>, ReadError> {
    let pairs: Vec<Pair> = pairs(question, &Cache::default())?.into_iter().map(|Judged { pair, .. }| pair).collect();
    let untouched = errors(&pairs, &Bench::new(question, judging, Cache::default()))?;
    let mended = propose_with(Lines::Mend, &pairs, Bench::new(question, judging, Cache::default()))?;
    // A line that can be read again may show more that is wrong: then it is for a person, who sees both.
    if errors(&pairs, &mended)? <= untouched {
        return Ok(mended.done());
    }
    Ok(propose_with(Lines::Leave, &pairs, Bench::new(question, judging, Cache::default()))?.done())
}

fn propose_with<'q, 'r>(lines: Lines, pairs: &[Pair], mut bench: Bench<'q, 'r>) -> Result<Bench<'q, 'r>, ReadError> {
    if lines == Lines::Mend {
        lines::mend(pairs, &mut bench)?;
    }
    let mut judged = Vec::new();
    for pair in pairs {
        judged.push((pair.clone(), PairFiles::load(&bench.overlay, pair, &bench.cache)?));
    }
    pins::pin(&judged, &mut bench)?;
    if lines == Lines::Mend {
        // Two lines may have become equal only now.
        lines::drop_repeated(pairs, &mut bench)?;
    }
    for pair in pairs {
        sync(pair, &mut bench)?;
    }
    Ok(bench)
}

/// How many errors the pairs have on the bench; what a shared file does wrong counts once.
fn errors(pairs: &[Pair], bench: &Bench<'_, '_>) -> Result<usize, ReadError> {
    let mut report = Report::default();
    for pair in pairs {
        let files = PairFiles::load(&bench.overlay, pair, &bench.cache)?;
        report.findings.extend(bench.findings(&bench.context(pair, &files)));
    }
    report.finish();
    let counts = |finding: &&Finding| finding.level == Level::Error && finding.rule != RuleId::Hash;
    Ok(report.findings.iter().filter(counts).count())
}

/// Brings the lock of `pair` in step if a rule asks for it: one which merely differs in order or comments is left alone.
fn sync(pair: &Pair, bench: &mut Bench<'_, '_>) -> Result<(), ReadError> {
    let files = PairFiles::load(&bench.overlay, pair, &bench.cache)?;
    let context = bench.context(pair, &files);
    if files.manifest.root_file().is_none() || !mirror::needed(&context, bench) {
        return Ok(());
    }
    let refused = match remake(&context) {
        Remake::Mirror => mirror::put(pair, Stamp::Keep, bench)?,
        way @ (Remake::Resolve | Remake::Freeze(_)) => {
            let dropped = bench.policy.lock.command.is_none() && stale::drop_stale(pair, bench)?;
            match way {
                _ if dropped => Ok(()),
                Remake::Freeze(command) => Err(format!("`{command}` writes it")),
                _ => Err(format!("`hook lock {}` makes it anew", bench.judging.paths.word(&pair.manifest))),
            }
        }
    };
    if let Err(why) = refused {
        let lock = bench.judging.paths.show(&pair.lock);
        bench.leave(Place::File(pair.lock.clone()), format!("{lock} is not written: {why}"));
    }
    Ok(())
}
