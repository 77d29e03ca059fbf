//! What brings a work tree in order besides its policy: copies of pinned manifests where mirror locks are missing, and
//! exemptions for what was there before the guard came.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::draft::Exempt;
use crate::change::Unfixed;
use crate::change::mirror::mirror_text;
use crate::change::overlay::Overlay;
use crate::check::{Judging, pairs};
use crate::files::{Cache, PairFiles};
use crate::finding::Place;
use crate::package::PackageName;
use crate::policy::{Exemption, Pair};
use crate::requirements::{EntryKind, Located, RequirementKind};
use crate::rule::{Level, RuleId};
use crate::rules::{self, Context, Draft, Remake, Used, loose_in_manifest, remake};
use crate::scope::Question;
use crate::source::{ReadError, RepoPath, printable_text};

/// How often exemptions may lay bare further findings that want one.
pub(super) const ROUNDS: usize = 3;

/// Puts the mirror locks that are missing into `overlay`; what is left to a person, and why.
pub(super) fn lock(
    question: &Question<'_>,
    overlay: &mut Overlay<'_>,
    judging: &Judging,
) -> Result<Vec<Unfixed>, ReadError> {
    let cache = Cache::default();
    let judged = pairs(question, &cache)?;
    let mut locks: BTreeMap<&RepoPath, usize> = BTreeMap::new();
    judged.iter().for_each(|judged| *locks.entry(&judged.pair.lock).or_default() += 1);
    let mut left = Vec::new();
    for judged in &judged {
        let (pair, files) = (&judged.pair, &judged.after);
        if files.lock.root().object.is_some() || files.manifest.root().object.is_none() {
            continue;
        }
        let context = Context::new(&question.policy, pair, files, &judging.paths);
        let why = match text(&context, locks.get(&pair.lock) == Some(&1)) {
            Ok(text) => {
                overlay.put(&pair.lock, text)?;
                flaw(question, pair, overlay, judging)?
            }
            Err(why) => Some(why),
        };
        if let Some(why) = why {
            overlay.take_back(&pair.lock);
            let message = format!("{} is not written: {why}", judging.paths.show(&pair.lock));
            left.push(Unfixed { place: Place::File(pair.manifest.clone()), message });
        }
    }
    Ok(left)
}

/// What the missing lock of `context` would hold, or why a copy is none.
fn text(context: &Context<'_>, own: bool) -> Result<Vec<u8>, String> {
    let manifest = context.paths.word(&context.pair.manifest);
    if !own {
        return Err("it is the lock of several manifests".to_owned());
    }
    if remake(context) != Remake::Mirror {
        return Err(format!("a resolver has to write it: `hook lock {manifest}`"));
    }
    if let Some(problem) = context.after.manifest.problems.first() {
        return Err(format!("{} reads what cannot be read", context.paths.show(problem.file.source.path())));
    }
    if context.after.manifest.root_file().is_none() {
        return Err("its manifest is no file".to_owned());
    }
    for (_, file) in context.after.manifest.files() {
        let path = context.paths.show(file.source.path());
        if file.entries.iter().any(|entry| matches!(entry.kind, EntryKind::Invalid)) {
            return Err(format!("{path} has a line that cannot be read"));
        }
        if !file.is_plain() {
            return Err(format!("{path} is {}, and only UTF-8 files are copied", file.encoding));
        }
    }
    if let Some(loose) = loose_in_manifest(context).first() {
        let name = printable_text(loose.located.label());
        return Err(format!("{name} is not pinned; pin it, then `hook fix {manifest}`"));
    }
    mirror_text(context, None)
}

/// Why the lock that was just put does not answer its manifest.
fn flaw(
    question: &Question<'_>,
    pair: &Pair,
    overlay: &Overlay<'_>,
    judging: &Judging,
) -> Result<Option<String>, ReadError> {
    let files = PairFiles::load(overlay, pair, &Cache::default())?;
    let context = Context::new(&question.policy, pair, &files, &judging.paths);
    let wrong = |draft: &Draft| matches!(draft.rule, RuleId::LockDrift | RuleId::LockMissing | RuleId::InvalidLine);
    let drafts = rules::pair(&context);
    let wrong = remake(&context) != Remake::Mirror || drafts.iter().any(wrong);
    Ok(wrong.then(|| "what its manifest holds, copied, would be read differently".to_owned()))
}

/// Exemptions for what would still be refused and may be exempted; what `hook fix` can pin is none of it.
pub(super) fn exemptions(
    question: &Question<'_>,
    overlay: &Overlay<'_>,
    judging: &Judging,
) -> Result<Vec<Exempt>, ReadError> {
    let after = Rc::new(overlay.clone());
    let asked =
        Question::plain(question.name.clone(), after, crate::scope::Against::Everything(None), ruling(question));
    let cache = Cache::default();
    let mut found: BTreeMap<(RuleId, PackageName), BTreeSet<&'static str>> = BTreeMap::new();
    for judged in pairs(&asked, &cache)? {
        let context = Context::new(&question.policy, &judged.pair, &judged.after, &judging.paths);
        let loose = loose_in_manifest(&context);
        let fixable: BTreeSet<_> =
            loose.iter().filter(|loose| loose.pin.is_ok()).map(|loose| name(&loose.located)).collect();
        for draft in rules::pair(&context).into_iter().filter(|draft| Exemption::RULES.contains(&draft.rule)) {
            let (rule, package) = (draft.rule, draft.package.clone());
            let Some(package) = package.filter(|_| refuses(draft, question, judging)) else { continue };
            if rule == RuleId::Unpinned && fixable.contains(&Some(&package)) {
                continue;
            }
            found.entry((rule, package.clone())).or_default().extend(states(&context, rule, &package));
        }
    }
    Ok(found.into_iter().map(|((rule, package), states)| exempt(rule, package, &states, judging)).collect())
}

fn ruling(question: &Question<'_>) -> crate::scope::Ruling {
    (Rc::clone(&question.policy), question.origin.clone())
}

fn name<'a>(located: &Located<'a>) -> Option<&'a PackageName> {
    located.requirement.name.as_ref()
}

fn refuses(draft: Draft, question: &Question<'_>, judging: &Judging) -> bool {
    let settled = rules::settle(vec![draft], &question.policy, judging.today, &mut Used::new());
    settled.findings.iter().any(|finding| finding.level == Level::Error)
}

/// What is true of every entry of `package` that `rule` refuses.
fn states(context: &Context<'_>, rule: RuleId, package: &PackageName) -> BTreeSet<&'static str> {
    let all = context.manifest().requirements.iter().chain(&context.lock().requirements);
    let mine = all.filter(|located| name(located) == Some(package));
    match rule {
        RuleId::Unpinned => mine
            .filter(|located| located.requirement.pin(&context.policy.vcs_hosts) != crate::requirements::Pin::Pinned)
            .map(|located| match (located.requirement.kind, located.requirement.specifiers.is_empty()) {
                (RequirementKind::Named, true) => "had no version",
                (RequirementKind::Named, false) => "was a range",
                (RequirementKind::Vcs, _) => "named no commit",
                (RequirementKind::Url | RequirementKind::Archive | RequirementKind::Path, _) => "was not pinned",
            })
            .collect(),
        RuleId::Duplicate => BTreeSet::from(["was listed twice"]),
        RuleId::Hash => BTreeSet::from(["lacked a good hash"]),
        _ => BTreeSet::from(["was as it is"]),
    }
}

fn exempt(rule: RuleId, package: PackageName, states: &BTreeSet<&'static str>, judging: &Judging) -> Exempt {
    let state = match (states.len(), states.first()) {
        (1, Some(state)) => state,
        _ => "was not pinned",
    };
    let step = match rule {
        RuleId::Duplicate => "keep one line",
        RuleId::Hash => "make the lock anew with hashes",
        RuleId::IndexChanged => "see where it comes from",
        _ => "pin it",
    };
    Exempt { rule, package, reason: format!("{state} when Freeze Guard came ({}): {step}", judging.today) }
}
