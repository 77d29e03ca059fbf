//! What an unchanged pin is compared with: the same name and version in the states that a lock is compared with.

use std::collections::HashMap;

use super::Context;
use crate::files::{Before, PairFiles};
use crate::locks::OptionLine;
use crate::requirements::{GlobalOption, Located, located_in};

/// The entries of a lock in one earlier state, by name.
pub(super) struct Side<'a> {
    by_label: HashMap<&'a str, Vec<Located<'a>>>,
}

/// The earlier states that had a lock.
pub(super) fn sides<'a>(context: &Context<'a>) -> Vec<Side<'a>> {
    let before: &'a Before = context.before;
    let locks = before.sides().iter().filter(|side| side.lock.root_file().is_some());
    locks.map(Side::new).collect()
}

impl<'a> Side<'a> {
    fn new(files: &'a PairFiles) -> Self {
        let mut by_label: HashMap<&str, Vec<Located<'_>>> = HashMap::new();
        for (_, file) in files.lock.files() {
            for located in located_in(file) {
                by_label.entry(label(&located)).or_default().push(located);
            }
        }
        Self { by_label }
    }

    /// The entries of this name.
    pub(super) fn named(&self, held: &Located<'_>) -> &[Located<'a>] {
        self.by_label.get(held.label()).map_or(&[], Vec::as_slice)
    }

    /// The entry of the same name and the same version, under the same marker where there are several.
    pub(super) fn same_pin(&self, held: &Located<'_>) -> Option<&Located<'a>> {
        let now = held.requirement;
        let same = |before: &&Located<'a>| {
            let then = before.requirement;
            // `==1.0` and `===1.0` install the same release.
            let version = then.specifiers.exact().is_some() && then.specifiers.exact() == now.specifiers.exact();
            (version || then.specifiers == now.specifiers) && then.url.is_some() == now.url.is_some()
        };
        let candidates = self.named(held);
        let marked = candidates.iter().filter(same).find(|before| before.requirement.marker == held.requirement.marker);
        marked.or_else(|| candidates.iter().find(same))
    }
}

fn label<'a>(located: &Located<'a>) -> &'a str {
    let requirement = located.requirement;
    requirement.name.as_ref().map_or(requirement.url.as_deref().unwrap_or_default(), |name| name.as_str())
}

/// Whether the lock of `side` holds, entry by entry, what the lock holds now; comments and spaces do not count, for no
/// resolver is needed to change those.
pub(super) fn same_lock(side: &PairFiles, context: &Context<'_>) -> bool {
    if side.lock.root().object == context.after.lock.root().object {
        return true;
    }
    let (then, now) = (side.lock.requirements(), context.after.lock.requirements());
    then.len() == now.len() && then.iter().zip(&now).all(|(then, now)| then.text() == now.text())
}

/// Options that say where packages come from.
pub(super) fn is_source(option: &GlobalOption) -> bool {
    matches!(option.name, "--index-url" | "--extra-index-url" | "--find-links" | "--trusted-host")
}

/// Whether `line` stands nowhere in the earlier states of this pair; `None` where there is none to compare with.
pub(super) fn is_new(context: &Context<'_>, line: &OptionLine<'_>) -> Option<bool> {
    let sides = context.before.sides();
    if sides.is_empty() {
        return None;
    }
    let had = |side: &PairFiles| {
        let files = side.manifest.files().chain(side.lock.files());
        let mut options = files.flat_map(|(_, file)| super::context::options(file));
        options.any(|before| before.option == line.option)
    };
    Some(!sides.iter().any(had))
}
