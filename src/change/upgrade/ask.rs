//! What a resolver is asked besides the loosened manifest: which pins it shall keep, what must not go too far, and the
//! options that say where packages come from.

use std::collections::BTreeSet;

use super::lines::{Fit, Line};
use super::order::{Order, Reach};
use crate::files::PairFiles;
use crate::requirements::{Entry, EntryKind, File, Requirement, located_in};

/// The lock's pins without those that shall move.
pub(super) fn seed(lock: &File, order: &Order) -> String {
    let stays = |one: &Requirement| one.name.as_ref().is_none_or(|name| order.wants(name).is_none());
    located_in(lock)
        .filter(|located| stays(located.requirement))
        .map(|located| format!("{}\n", located.text()))
        .collect()
}

/// Limits for what only the lock holds, or the manifest as a range.
pub(super) fn caps(files: &PairFiles, lines: &[Line], order: &Order) -> Vec<String> {
    let mut caps = BTreeSet::new();
    for located in files.lock.requirements() {
        let Some((name, version)) = located.requirement.name.as_ref().zip(located.requirement.specifiers.exact())
        else {
            continue;
        };
        if lines.iter().any(|line| line.name == *name && matches!(line.fit, Fit::Loosened(_))) {
            continue;
        }
        match order.wants(name) {
            None => {}
            Some(Some(version)) => drop(caps.insert(format!("{name}=={version}"))),
            Some(None) if order.reach == Reach::Latest => {}
            // What something else needs may well go back.
            Some(None) => {
                let limit = order.reach.loosened(version).and_then(|text| Some(text.split_once(',')?.1.to_owned()));
                caps.extend(limit.map(|limit| format!("{name}{limit}")));
            }
        }
    }
    caps.into_iter().collect()
}

/// The lines of `file` that say where packages come from.
pub(super) fn options_of(file: &File) -> Vec<String> {
    let shared = |entry: &&Entry| match &entry.kind {
        EntryKind::Options(options) => options.iter().all(|option| option.name != "--require-hashes"),
        _ => false,
    };
    file.entries.iter().filter(shared).map(|entry| format!("{}\n", entry.text(&file.source))).collect()
}
