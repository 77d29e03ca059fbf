//! A lock that changed while its manifest did not: which pins moved, for whoever reviews it. No rule can tell a lock made
//! anew from one that was edited well; a person who sees the list can.

use super::Context;
use super::context::contents;
use crate::files::{Closure, PairFiles};
use crate::locks::{PinChange, pins_changed};
use crate::source::printable_text;

/// More names than this are counted, not told.
const NAMED: usize = 12;

/// What there is to say of `context`; `None` where the manifest changed too, the pair is new, or no pin moved.
pub fn lock_alone(context: &Context<'_>) -> Option<String> {
    let before = context.before.sides().first()?;
    if before.lock.root_file().is_none() || !same_manifest(before, context.after) {
        return None;
    }
    let changes = pins_changed(&contents(&before.lock), context.lock());
    if changes.is_empty() {
        return None;
    }
    let (lock, manifest) = (context.paths.show(&context.pair.lock), context.paths.show(&context.pair.manifest));
    let lists = [
        ("moved", list(&changes, |change| Some(format!("{} -> {}", change.from.as_ref()?, change.to.as_ref()?)))),
        ("added", list(&changes, |change| change.to.clone().filter(|_| change.from.is_none()))),
        ("removed", list(&changes, |change| change.from.clone().filter(|_| change.to.is_none()))),
    ];
    let told = |(what, names): &(&str, Vec<String>)| {
        let more = names.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let shown: Vec<_> = names.iter().take(NAMED).map(String::as_str).collect();
        format!("{} {what}: {}{more}", names.len(), shown.join(", "))
    };
    let told: Vec<_> = lists.iter().filter(|(_, names)| !names.is_empty()).map(told).collect();
    Some(format!("{lock} changed and {manifest} did not; {}", told.join("; ")))
}

fn list(changes: &[PinChange], pick: impl Fn(&PinChange) -> Option<String>) -> Vec<String> {
    let named = |change: &PinChange| Some(printable_text(&format!("{} {}", change.name, pick(change)?)));
    changes.iter().filter_map(named).collect()
}

fn same_manifest(before: &PairFiles, after: &PairFiles) -> bool {
    let objects =
        |closure: &Closure| -> Vec<_> { closure.nodes.iter().map(|node| (node.path.clone(), node.object)).collect() };
    objects(&before.manifest) == objects(&after.manifest)
}
