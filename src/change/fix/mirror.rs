//! A mirror in step with its manifest: the lock's own header, then what the manifest holds.
//!
//! Only where a rule asks for it, so that a lock which merely differs in order or comments is left alone.

use super::Bench;
use super::mirror_text::mirror_text;
use crate::files::{Content, PairFiles};
use crate::finding::{Finding, Place};
use crate::policy::Pair;
use crate::requirements::{self, EntryKind};
use crate::rule::{Level, RuleId};
use crate::rules::{self, Context, Draft, Remake, Used, loose_in_manifest, remake};
use crate::scope;
use crate::source::{ReadError, printable_text};

/// Writes the lock of `pair` anew if it is a mirror and a rule asks for it.
pub(super) fn sync(pair: &Pair, bench: &mut Bench<'_, '_>) -> Result<(), ReadError> {
    let files = PairFiles::load(&bench.overlay, pair, &bench.cache)?;
    let context = bench.context(pair, &files);
    if files.manifest.root_file().is_none() || !needed(&context, bench) {
        return Ok(());
    }
    let lock = bench.judging.paths.show(&pair.lock);
    let place = || Place::File(pair.lock.clone());
    if let Some(why) = obstacle(&context, bench)? {
        bench.leave(place(), format!("{lock} is not written: {why}"));
        return Ok(());
    }
    let lock_bytes = bench.overlay.bytes(&pair.lock)?;
    let text = match mirror_text(&context, lock_bytes.as_deref()) {
        Ok(text) => text,
        Err(why) => {
            bench.leave(place(), format!("{lock} is not written: {why}"));
            return Ok(());
        }
    };
    let errors = errors(&context, bench);
    bench.overlay.put(&pair.lock, text)?;
    if let Some(why) = flaw(pair, errors, bench)? {
        bench.overlay.take_back(&pair.lock);
        bench.leave(place(), format!("{lock} is not written: {why}"));
    }
    Ok(())
}

/// Whether a rule that the policy asks for wants another lock.
fn needed(context: &Context<'_>, bench: &Bench<'_, '_>) -> bool {
    let drafts = rules::pair(context);
    let says = |rule: RuleId| drafts.iter().any(|draft| draft.rule == rule) && bench.asks(rule, None);
    let includes = context.after.lock.root_file().is_some_and(includes) && bench.asks(RuleId::Include, None);
    says(RuleId::LockDrift) || says(RuleId::LockMissing) || includes || torn(context)
}

/// Whether the lock cannot be read because a merge left its conflict markers in it, and nothing else.
fn torn(context: &Context<'_>) -> bool {
    let Some(lock) = context.after.lock.root_file() else { return false };
    let mut invalid = lock.entries.iter().filter(|entry| matches!(entry.kind, EntryKind::Invalid)).peekable();
    let marker = |text: &str| ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|mark| text.starts_with(mark));
    invalid.peek().is_some() && invalid.all(|entry| marker(&entry.text(&lock.source)))
}

/// Why the lock cannot be written.
fn obstacle(context: &Context<'_>, bench: &Bench<'_, '_>) -> Result<Option<String>, ReadError> {
    let after = context.after;
    if let Remake::Command(command) = remake(context) {
        return Ok(Some(format!("`{command}` writes it")));
    }
    if let Content::NotAFile(_) | Content::TooLarge(_) = after.lock.root().content {
        return Ok(Some("what stands there is no file that can be read".to_owned()));
    }
    let all = scope::pairs(&bench.overlay, bench.policy)?;
    if all.iter().filter(|pair| pair.lock == context.pair.lock).count() > 1 {
        // Written for one it would be taken from the other.
        return Ok(Some("it is the lock of several manifests".to_owned()));
    }
    Ok(unreadable(context).or_else(|| unlockable(context, bench)))
}

/// What cannot be read or copied as text.
fn unreadable(context: &Context<'_>) -> Option<String> {
    let show = |file: &requirements::File| context.paths.show(file.source.path());
    if let Some(problem) = context.after.manifest.problems.first() {
        return Some(format!("an include of {} cannot be followed", show(&problem.file)));
    }
    let manifests = || context.after.manifest.files().map(|(_, file)| file);
    let unread = |file: &&requirements::File| file.entries.iter().any(|entry| matches!(entry.kind, EntryKind::Invalid));
    if let Some(file) = manifests().find(unread) {
        return Some(format!("{} has a line that cannot be read", show(file)));
    }
    let file = manifests().chain(context.after.lock.root_file()).find(|file| !file.is_plain())?;
    Some(format!("{} is {}, and only UTF-8 files are edited", show(file), file.encoding))
}

/// What would lock nothing: a requirement without one version.
fn unlockable(context: &Context<'_>, bench: &Bench<'_, '_>) -> Option<String> {
    if context.policy.levels.level(RuleId::Unpinned) != Some(Level::Error) {
        return None;
    }
    let mut loose = loose_in_manifest(context).into_iter().map(|loose| loose.located);
    let loose = loose.find(|located| bench.asks(RuleId::Unpinned, located.requirement.name.as_ref()))?;
    let path = context.paths.show(loose.file.path());
    Some(format!("{} in {path} is not pinned", printable_text(loose.label())))
}

/// What is wrong with the lock as proposed, where there were so many `errors` before.
fn flaw(pair: &Pair, before: usize, bench: &Bench<'_, '_>) -> Result<Option<&'static str>, ReadError> {
    let files = PairFiles::load(&bench.overlay, pair, &bench.cache)?;
    let context = bench.context(pair, &files);
    let wrong = |draft: &Draft| matches!(draft.rule, RuleId::LockDrift | RuleId::LockMissing);
    let whole = files.lock.root_file().is_some_and(|lock| {
        !includes(lock) && !lock.entries.iter().any(|entry| matches!(entry.kind, EntryKind::Invalid))
    });
    // A mirror that turned into another kind of lock would be judged by a looser rule from then on.
    if !whole || remake(&context) != Remake::Mirror || rules::pair(&context).iter().any(wrong) {
        return Ok(Some("what its manifest holds, copied, would be read differently"));
    }
    Ok((errors(&context, bench) > before).then_some("it would repeat what is wrong in its manifest"))
}

/// How many errors the pair has, but for hashes: a pin that moved lost its own, and only a person can say the new one.
fn errors(context: &Context<'_>, bench: &Bench<'_, '_>) -> usize {
    let settled = rules::settle(rules::pair(context), bench.policy, bench.judging.today, &mut Used::new());
    let counts = |finding: &&Finding| finding.level == Level::Error && finding.rule != RuleId::Hash;
    settled.findings.iter().filter(counts).count()
}

/// A lock must hold every pin itself.
fn includes(lock: &requirements::File) -> bool {
    lock.entries.iter().any(|entry| matches!(entry.kind, EntryKind::Include(_)))
}
