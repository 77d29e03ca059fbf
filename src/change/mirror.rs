//! A mirror in step with its manifest: the lock's own header, then what the manifest holds, and its stamp where it had
//! one. `hook fix` writes one where a rule asks for it, `hook lock` where a person does.

mod text;
pub(super) use text::mirror_text;

use super::bench::Bench;
use crate::files::{Content, PairFiles};
use crate::locks;
use crate::policy::Pair;
use crate::requirements::{self, Entry, EntryKind, repair};
use crate::rule::{Level, RuleId};
use crate::rules::{self, Context, Draft, Remake, loose_in_manifest, remake};
use crate::scope;
use crate::source::{ReadError, printable_text};

/// Whether a lock carries a stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// Where it has one already.
    Keep,
    /// In any case.
    Write,
}

/// Puts the lock of `pair` anew on the bench; or says why it cannot be written.
pub(super) fn put(pair: &Pair, stamp: Stamp, bench: &mut Bench<'_, '_>) -> Result<Result<(), String>, ReadError> {
    let files = PairFiles::load(&bench.overlay, pair, &bench.cache)?;
    let context = bench.context(pair, &files);
    if let Some(why) = obstacle(&context, bench)? {
        return Ok(Err(why));
    }
    let lock_bytes = bench.overlay.bytes(&pair.lock)?;
    let text = match text::mirror_text(&context, lock_bytes.as_deref()) {
        Ok(text) => stamped(&context, text, stamp),
        Err(why) => return Ok(Err(why)),
    };
    let errors = bench.errors(&context);
    let over = bench.overlay.over(&pair.lock);
    bench.overlay.put(&pair.lock, text)?;
    let flaw = flaw(pair, errors, bench)?;
    if flaw.is_some() {
        bench.overlay.restore(&pair.lock, over);
    }
    Ok(flaw.map_or(Ok(()), |why| Err(why.to_owned())))
}

/// `text`, the new content of the lock of `context`, with a stamp where it shall have one.
pub(super) fn stamped(context: &Context<'_>, text: Vec<u8>, stamp: Stamp) -> Vec<u8> {
    let has = |file: &requirements::File| locks::read_stamp(file).is_some();
    if stamp == Stamp::Keep && !context.after.lock.root_file().is_some_and(has) {
        return text;
    }
    let lock = requirements::read(context.pair.lock.clone(), &text);
    if !lock.is_plain() {
        return text;
    }
    let digest = locks::digest(context.manifest(), locks::command(&lock).as_ref());
    let mark: &[u8] = if text.starts_with(text::MARK) { text::MARK } else { b"" };
    [mark, locks::stamped(&lock, &digest).as_bytes()].concat()
}

/// Why the lock cannot be written.
fn obstacle(context: &Context<'_>, bench: &Bench<'_, '_>) -> Result<Option<String>, ReadError> {
    if let Some(why) = shared_or_no_file(context, bench)? {
        return Ok(Some(why));
    }
    Ok(unreadable(context).or_else(|| not_plain(context)).or_else(|| unlockable(context, bench)))
}

/// Why no lock of any kind can be written there.
pub(super) fn shared_or_no_file(context: &Context<'_>, bench: &Bench<'_, '_>) -> Result<Option<String>, ReadError> {
    if let Content::NotAFile(_) | Content::TooLarge(_) = context.after.lock.root().content {
        return Ok(Some("what stands there is no file that can be read".to_owned()));
    }
    let all = scope::pairs(&bench.overlay, bench.policy)?;
    if all.iter().filter(|pair| pair.lock == context.pair.lock).count() > 1 {
        // Written for one it would be taken from the other.
        return Ok(Some("it is the lock of several manifests".to_owned()));
    }
    Ok(None)
}

fn show(context: &Context<'_>, file: &requirements::File) -> String {
    context.paths.show(file.source.path())
}

/// What cannot be read of the manifest.
pub(super) fn unreadable(context: &Context<'_>) -> Option<String> {
    if let Some(problem) = context.after.manifest.problems.first() {
        return Some(format!("an include of {} cannot be followed", show(context, &problem.file)));
    }
    let unread = |file: &&requirements::File| file.entries.iter().any(|entry| matches!(entry.kind, EntryKind::Invalid));
    let file = context.after.manifest.files().map(|(_, file)| file).find(unread)?;
    Some(format!("{} has a line that cannot be read", show(context, file)))
}

/// What cannot be copied as text.
fn not_plain(context: &Context<'_>) -> Option<String> {
    let manifests = context.after.manifest.files().map(|(_, file)| file);
    let file = manifests.chain(context.after.lock.root_file()).find(|file| !file.is_plain())?;
    Some(format!("{} is {}, and only UTF-8 files are edited", show(context, file), file.encoding))
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
    Ok((bench.errors(&context) > before).then_some("it would repeat what is wrong in its manifest"))
}

/// A lock must hold every pin itself.
pub(super) fn includes(lock: &requirements::File) -> bool {
    lock.entries.iter().any(|entry| matches!(entry.kind, EntryKind::Include(_)))
}

/// Whether a rule that the policy asks for wants another lock.
pub(super) fn needed(context: &Context<'_>, bench: &Bench<'_, '_>) -> bool {
    let drafts = rules::pair(context);
    let says = |rule: RuleId| drafts.iter().any(|draft| draft.rule == rule) && bench.asks(rule, None);
    let includes = context.after.lock.root_file().is_some_and(includes) && bench.asks(RuleId::Include, None);
    says(RuleId::LockDrift) || says(RuleId::LockMissing) || includes || torn(context)
}

/// Whether the lock cannot be read because a merge left its conflict markers in it, or for a slip of the pen, and nothing
/// else.
fn torn(context: &Context<'_>) -> bool {
    let Some(lock) = context.after.lock.root_file() else { return false };
    let mut invalid = lock.entries.iter().filter(|entry| matches!(entry.kind, EntryKind::Invalid)).peekable();
    let marker = |text: &str| ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|mark| text.starts_with(mark));
    let plain = |entry: &Entry| marker(&entry.text(&lock.source)) || repair(lock, entry).is_some();
    invalid.peek().is_some() && invalid.all(plain)
}
