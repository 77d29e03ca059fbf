//! Entries of a compiled lock that the manifest does not ask for any more, and what only they brought in: a resolver that
//! ran again would drop exactly these. All of it or nothing: where the lock does not answer then, it is the resolver's.

use std::collections::BTreeSet;

use super::lines::{indented, lines_of};
use crate::change::bench::Bench;
use crate::files::PairFiles;
use crate::finding::Finding;
use crate::locks::{Annotated, Drift, StampVerdict, Via, annotations, stamp_verdict};
use crate::policy::Pair;
use crate::requirements::{Comment, File};
use crate::rule::RuleId;
use crate::rules::{Context, JudgedAs};
use crate::source::{ReadError, Span};

/// So many rounds: each drops what the one before left without a parent.
const ROUNDS: usize = 64;

/// Drops what is stale in the lock of `pair`; says whether the lock answers then.
pub(super) fn drop_stale(pair: &Pair, bench: &mut Bench<'_, '_>) -> Result<bool, ReadError> {
    let over = bench.overlay.over(&pair.lock);
    let mut dropped = BTreeSet::new();
    for _ in 0..ROUNDS {
        let files = PairFiles::load(&bench.overlay, pair, &bench.cache)?;
        let context = bench.context(pair, &files);
        let spans = context.after.lock.root_file().map(|lock| stale(&context, lock, &mut dropped)).unwrap_or_default();
        if spans.is_empty() {
            let answers = !bench.findings(&context).iter().any(is_drift);
            if !answers {
                bench.overlay.restore(&pair.lock, over);
            }
            return Ok(answers);
        }
        let Some(lock) = context.after.lock.root_file().filter(|lock| lock.is_plain()) else { return Ok(false) };
        let text = without(lock, &spans);
        let bytes = bench.overlay.bytes(&pair.lock)?.unwrap_or_default();
        let mark = bytes.len().saturating_sub(lock.source.text().len());
        let bytes = [bytes.get(..mark).unwrap_or_default(), text.as_bytes()].concat();
        bench.overlay.put(&pair.lock, bytes)?;
    }
    bench.overlay.restore(&pair.lock, over);
    Ok(false)
}

fn is_drift(finding: &Finding) -> bool {
    matches!(finding.rule, RuleId::LockDrift | RuleId::Undecided)
}

/// The places of entries that nothing asks for: by their annotation the manifest did, or only `dropped` entries do. A
/// parent that is missing for another reason explains nothing.
fn stale(context: &Context<'_>, lock: &File, dropped: &mut BTreeSet<String>) -> Vec<Span> {
    let compiled = context.judged_as().is_some_and(JudgedAs::is_compiled);
    // What a wrong stamp means no dropping mends.
    if !compiled || matches!(stamp_verdict(lock, context.manifest()), StampVerdict::Wrong { .. }) {
        return Vec::new();
    }
    let Some(answer) = context.answer() else { return Vec::new() };
    let unexplained: BTreeSet<Span> = answer.proof.satisfaction.iter().filter_map(unexplained).collect();
    let gone = |entry: &Annotated<'_>| {
        let mut reasons = entry.reasons().peekable();
        reasons.peek().is_some()
            && reasons.all(|via| match via {
                Via::File(_) => true,
                Via::Package(name) => dropped.contains(name.as_str()),
                Via::Stdin | Via::Project(_) | Via::Constraint(_) | Via::Override(_) | Via::Other(_) => false,
            })
    };
    let asked = |name: &str| context.manifest().requirements.iter().any(|asked| asked.label() == name);
    let entries = annotations(lock).filter(|entry| unexplained.contains(&entry.located.entry.span));
    let stale: Vec<_> = entries.filter(|entry| !asked(entry.located.label()) && gone(entry)).collect();
    dropped.extend(stale.iter().map(|entry| entry.located.label().to_owned()));
    stale.iter().map(|entry| entry.located.entry.span).collect()
}

fn unexplained(drift: &Drift<'_>) -> Option<Span> {
    match drift {
        Drift::Unexplained { lock, .. } | Drift::Extra(lock) => Some(lock.entry.span),
        _ => None,
    }
}

/// The text of `lock` without the entries at `spans` and the annotations below them.
fn without(lock: &File, spans: &[Span]) -> String {
    let source = &lock.source;
    let (mut out, mut at) = (String::new(), 0);
    for span in spans {
        let lines = lines_of(source, *span);
        let mut last = source.position(span.end).line;
        let below = |comment: &&Comment| comment.own_line && indented(source, comment.line);
        for comment in lock.comments.iter().filter(below) {
            if comment.line == last + 1 {
                last = comment.line;
            }
        }
        let end = if last >= source.line_count() { source.text().len() } else { source.line_span(last + 1).start };
        out.push_str(source.text().get(at..lines.start).unwrap_or_default());
        at = end.max(at);
    }
    out.push_str(source.text().get(at..).unwrap_or_default());
    out
}
