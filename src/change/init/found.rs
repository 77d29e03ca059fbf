//! One pair, looked at: as what its lock answers the manifest, and what the policy has to say for that.

use std::collections::BTreeSet;

use super::name;
use super::scene::Scene;
use super::{Found, LockState};
use crate::files::PairFiles;
use crate::locks::{Detected, Evidence, detect};
use crate::package::PackageName;
use crate::policy::{Kind, Pair, Policy};
use crate::report::plural;
use crate::requirements::{Located, RequirementKind};
use crate::rules::{Context, loose_in_manifest};
use crate::source::{Paths, ReadError, RepoPath};

/// The pair of `manifest` and `lock`, as it stands.
pub(super) fn look(scene: &Scene<'_>, manifest: &RepoPath, lock: &RepoPath) -> Result<Found, ReadError> {
    let mut pair = Pair {
        manifest: manifest.clone(),
        lock: lock.clone(),
        kind: Kind::Mirror,
        manifest_pins: true,
        require_hashes: false,
        allow_local: false,
        odd_spelling: false,
        named: true,
    };
    let files = PairFiles::load(scene.tree, &pair, &scene.cache)?;
    let (policy, paths) = (Policy::default(), Paths::default());
    let local = {
        let context = Context::new(&policy, &pair, &files, &paths);
        let all = context.manifest().requirements.iter().chain(&context.lock().requirements);
        all.into_iter().any(|located| located.requirement.is_local())
    };
    pair.allow_local = local;
    let context = Context::new(&policy, &pair, &files, &paths);
    let loose = loose_in_manifest(&context).len();
    let (kind, why) = kind(&context, loose);
    Ok(Found {
        manifest_pins: kind == Kind::Mirror || loose == 0,
        allow_local: local,
        state: if files.lock.root().object.is_some() { LockState::Stands } else { LockState::Missing },
        manifest: pair.manifest.clone(),
        lock: pair.lock.clone(),
        kind,
        why,
    })
}

/// Its kind, and why; `context` is one of a mirror, with `loose` requirements that are not pinned.
fn kind(context: &Context<'_>, loose: usize) -> (Kind, String) {
    let source = name::part(&context.pair.manifest) == name::Part::Source;
    let Some(lock) = context.after.lock.root_file() else {
        return match (source, loose) {
            (true, _) => (Kind::Compiled, "no lock yet: a resolver writes it".to_owned()),
            (false, 0) => (Kind::Mirror, "no lock yet: every line is pinned, so a copy locks it".to_owned()),
            (false, _) => {
                let lines = plural(loose, "line");
                (Kind::Compiled, format!("no lock yet: {lines} without a pin, so a resolver writes it"))
            }
        };
    };
    match detect(&context.pair.manifest, lock) {
        Detected::Compiled(Evidence::Header(writer)) => (Kind::Compiled, format!("the header of {}", writer.name())),
        Detected::Compiled(Evidence::Via) => (Kind::Compiled, "`# via` annotations".to_owned()),
        Detected::Compiled(Evidence::Layout) => (Kind::Compiled, "its manifest is a .in file".to_owned()),
        Detected::Mirror if context.answer().is_some_and(|answer| answer.proof.satisfaction.is_empty()) => {
            (Kind::Mirror, "holds what the manifest holds".to_owned())
        }
        Detected::Mirror => match surplus(context) {
            Some(more) => {
                let more = plural(more, "name");
                (Kind::Freeze, format!("pins only, {more} more than the manifest; if it should be equal: \"mirror\""))
            }
            None => (Kind::Mirror, "no header of a tool and no `# via`; does not match yet".to_owned()),
        },
    }
}

/// How many names more than the manifest a lock has that may be a freeze: nothing but pins, every name of the manifest
/// among them. A hand-kept mirror that only fell behind has a few more, too; but it is not sorted as `pip freeze` sorts.
fn surplus(context: &Context<'_>) -> Option<usize> {
    fn names<'a>(list: &[Located<'a>]) -> Vec<&'a PackageName> {
        list.iter().filter_map(|located| located.requirement.name.as_ref()).collect()
    }
    let held = &context.lock().requirements;
    let exact = |located: &Located<'_>| {
        located.requirement.kind != RequirementKind::Named || located.requirement.specifiers.exact().is_some()
    };
    let (asked, in_order) = (names(&context.manifest().requirements), names(held));
    let (asked, all): (BTreeSet<_>, BTreeSet<_>) = (asked.into_iter().collect(), in_order.iter().copied().collect());
    let more = all.len().saturating_sub(asked.len());
    let freeze = more > 0 && asked.is_subset(&all) && held.iter().all(exact);
    let sorted = in_order.is_sorted();
    (freeze && (sorted || more * 2 >= asked.len())).then_some(more)
}
