//! The steps of the spine that take more than a line: which pairs, which are approved elsewhere, what the work tree
//! would offer, and what people are told besides findings.

use std::rc::Rc;

use super::Judging;
use crate::files::{self, Cache, Depth, Judged, PairFiles};
use crate::finding::Finding;
use crate::git::Repository;
use crate::policy::{Arrival, Gate, Pair, short};
use crate::report::{Layers, Remark as Said, Report, Seen};
use crate::requirements;
use crate::rule::RuleId;
use crate::rules::{self, Context, Draft, GateContext, WorkLock};
use crate::scope::{self, Against, Approved, Question, Remark};
use crate::source::{Mode, Object, ReadError, RepoPath, Tree, printable};

/// The pairs that the question is about.
///
/// # Errors
/// What a snapshot cannot answer.
pub fn pairs(question: &Question<'_>, cache: &Cache) -> Result<Vec<Judged>, ReadError> {
    let after = &*question.after;
    let depth = if question.gate == Gate::Open { Depth::Beside } else { Depth::Whole };
    match &question.against {
        Against::Everything(last) => files::every(after, last.as_deref(), &question.policy, cache),
        Against::Paths(paths) => {
            let mut pairs = files::every(after, None, &question.policy, cache)?;
            pairs.retain(|judged| {
                judged.after.tuple().keys().any(|path| paths.iter().any(|given| path.is_at_or_below(given)))
            });
            Ok(pairs)
        }
        Against::Parents(parents) | Against::Broken(parents, _) => {
            // There is nothing to compare where a gate refuses before any content is looked at.
            if matches!(question.gate, Gate::Deletion(_) | Gate::UnknownBase(_) | Gate::NotACommit(..))
                || matches!(question.gate, Gate::Received(_, Arrival::Deletion { .. } | Arrival::NotACommit(_)))
            {
                return Ok(Vec::new());
            }
            let parents: Vec<&dyn Tree> = parents.iter().map(|parent| &**parent).collect();
            files::changed(after, &parents, &question.policy, (depth, cache))
        }
    }
}

/// Drops the pairs that another remote holds on the same branch, and says which.
pub(super) fn drop_approved(
    question: &Question<'_>,
    pairs: &mut Vec<Judged>,
    cache: &Cache,
    report: &mut Report,
) -> Result<(), ReadError> {
    let approved = match &question.approved {
        Some(approvers) if !pairs.is_empty() => approvers.all()?,
        Some(_) | None => return Ok(()),
    };
    let mut kept = Vec::new();
    for judged in pairs.drain(..) {
        match approver(&approved, &judged, cache)? {
            Some(name) => report.say(Said::new(
                format!("{} stands on {name} already: approved there", judged.pair.manifest),
                String::new(),
            )),
            None => kept.push(judged),
        }
    }
    *pairs = kept;
    Ok(())
}

fn approver<'a>(all: &'a [Approved<'_>], judged: &Judged, cache: &Cache) -> Result<Option<&'a str>, ReadError> {
    let tuple = judged.after.tuple();
    for approved in all {
        match PairFiles::load(&*approved.tree, &judged.pair, cache) {
            Ok(files) if files.tuple() == tuple => return Ok(Some(&approved.name)),
            // What another remote holds may be missing here; then it approves nothing.
            Ok(_) | Err(ReadError::Missing { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// What the gate's rules say of the pairs that an allowed source must bring.
pub(super) fn gate(question: &Question<'_>, judging: &Judging, pairs: &[&Judged]) -> Vec<Draft> {
    let mut changed: Vec<RepoPath> = pairs.iter().flat_map(|judged| judged.changed.iter().cloned()).collect();
    changed.sort();
    changed.dedup();
    rules::gate(&GateContext {
        gate: &question.gate,
        policy: &question.policy,
        changed: &changed,
        laxer: &question.laxer,
        unreadable: question.unreadable.as_deref(),
        today: judging.today,
        paths: &judging.paths,
    })
}

/// The work tree's lock, where it differs from the one that is judged.
fn work_lock(
    question: &Question<'_>,
    judged: &Judged,
    cache: &Cache,
) -> Result<Option<Rc<requirements::File>>, ReadError> {
    let Some(Ok(tree)) = question.work_tree.map(Repository::work_tree) else { return Ok(None) };
    let path = &judged.pair.lock;
    let staged = judged.after.lock.root().object;
    // A hint is not worth failing for: what cannot be read there is not offered.
    let found = tree.lookup(std::slice::from_ref(path)).unwrap_or_default().into_iter().next().flatten();
    match found {
        Some(object @ Object { mode: Mode::File | Mode::Executable, id }) if Some(object) != staged => {
            Ok(cache.file(&*tree, path, &id).ok())
        }
        _ => Ok(None),
    }
}

/// What the rules say of one pair, and what there is to tell of it.
pub(super) fn pair(
    question: &Question<'_>,
    judged: &Judged,
    (judging, cache): (&Judging, &Cache),
    report: &mut Report,
) -> Result<(Vec<Draft>, Seen), ReadError> {
    let lock;
    let mut context = Context::new(&question.policy, &judged.pair, &judged.after, &judging.paths);
    context.before = &judged.before;
    context.displaced = judged.displaced.as_deref();
    let mut found = rules::pair(&context);
    // Reading the work tree's lock costs as much as all the rest, and only a help line asks for it.
    if found.iter().any(|draft| matches!(draft.rule, RuleId::LockDrift | RuleId::LockMissing)) {
        lock = work_lock(question, judged, cache)?;
        context.work_lock = lock.as_deref().map_or(WorkLock::SameOrUnseen, WorkLock::Differs);
        found = rules::pair(&context);
    }
    if let Some(told) = rules::lock_alone(&context) {
        report.say(Said::new(told, String::new()));
    }
    let seen = seen(&judged.pair, rules::seen(&context, &found));
    Ok((found, seen))
}

/// What a report tells of a pair that was judged.
fn seen(pair: &Pair, seen: Option<rules::Seen>) -> Seen {
    let layers = seen.map(|seen| Layers {
        kind: seen.judged_as.name(),
        why: seen.judged_as.why(),
        identity: seen.identity.name(),
        satisfaction: seen.satisfaction.name(),
        integrity: seen.integrity.name(),
        caution: seen.caution,
    });
    Seen { manifest: pair.manifest.clone(), lock: pair.lock.clone(), layers }
}

/// Drops those of `findings` from `start` on that say of a commit what `already` says of all it was pushed with.
pub(super) fn drop_repeated(findings: &mut Vec<Finding>, start: usize, already: &[Finding]) {
    let said = |finding: &Finding| {
        already.iter().any(|one| {
            let message = one.message.rsplit_once(": ").map_or(&*one.message, |(_, message)| message);
            (one.rule, &one.place) == (finding.rule, &finding.place) && finding.message.ends_with(message)
        })
    };
    let new: Vec<_> = findings.drain(start..).filter(|finding| !said(finding)).collect();
    findings.extend(new);
}

/// Says of a refused push from an allowed branch that the laxer policy it brings decides only over what comes after it.
fn policy_first(question: &Question<'_>, report: &mut Report) {
    let Gate::Allowed(target, _) = &question.gate else { return };
    if question.laxer.is_empty() {
        return;
    }
    let keys: Vec<_> = question.laxer.iter().map(|laxer| laxer.key.as_str()).collect();
    let guard = printable(target.short());
    report.say(Said::new(
        format!("{guard} judges by the policy it holds now; the new {} decides from the next push on", keys.join(", ")),
        format!("push the policy to {guard} first, in a commit of its own on an allowed branch, then the rest"),
    ));
}

/// What people are told besides findings; `pairs` are those that passed, `None` where the question is refused.
pub(super) fn remark(question: &Question<'_>, pairs: Option<&[Judged]>, judging: &Judging, report: &mut Report) {
    if let Against::Broken(_, broken) = &question.against {
        let first = broken.mistakes.first().map_or_else(String::new, |mistake| {
            let place = &mistake.place;
            format!(" ({}:{}: {})", place.path, place.start.line, mistake.message)
        });
        report.say(Said::new(
            format!(
                "the policy of HEAD cannot be read{first}; this commit touches nothing it governs and passes; \
                 `hook check` lists every mistake"
            ),
            String::new(),
        ));
    }
    let Some(pairs) = pairs else { return policy_first(question, report) };
    if pairs.is_empty() {
        return;
    }
    if let Remark::OnGuardedBranch { name } = &question.remark {
        let branch = printable(short(name));
        // Only now, for it walks all refs. A name that cannot be told free is proposed all the same: git refuses it.
        let taken = question.work_tree.and_then(|repo| scope::taken_names(repo).ok()).unwrap_or_default();
        let sandbox = rules::sandbox_branch(judging.today, &taken);
        let from: Vec<_> = question.policy.push.from.iter().map(ToString::to_string).collect();
        report.say(Said::new(
            format!("{branch} takes dependency changes only from {} when it is pushed", from.join(", ")),
            format!(
                "put it on a sandbox branch and push that: `git branch {sandbox} && git push --atomic origin {sandbox} \
                 {sandbox}:{branch}`"
            ),
        ));
    }
    if let Gate::Allowed(target, permit) = &question.gate
        && let crate::policy::Permit::SameTip(holder) = permit
    {
        report.say(Said::new(
            format!("{} points at what is pushed to {}: accepted", printable(short(holder)), printable(target.short())),
            String::new(),
        ));
    }
}
