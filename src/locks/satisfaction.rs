//! The satisfaction rule, for locks that a resolver wrote: every requirement of the manifest is met by a pin of the
//! lock, and every constraint holds. Further pins are the resolver's own.

use super::{Contents, Drift};
use crate::package::PackageName;
use crate::requirements::{Located, Requirement, Tri};

/// What the lock does not meet, in the order of the manifest, its constraints last.
pub fn satisfaction<'a>(manifest: &Contents<'a>, lock: &Contents<'a>) -> Vec<Drift<'a>> {
    let left_out: Vec<_> = lock.left_out.iter().filter_map(|name| PackageName::new(name)).collect();
    let mut drift = Vec::new();
    for asked in &manifest.requirements {
        let held: Vec<_> = lock.requirements.iter().filter(|held| answers(asked, held)).collect();
        if held.is_empty() {
            let on_purpose = asked.requirement.name.as_ref().is_some_and(|name| left_out.contains(name));
            // A resolver leaves out what the marker excludes on its own machine.
            if !on_purpose && asked.requirement.marker.is_none() {
                drift.push(Drift::Missing(*asked));
            }
            continue;
        }
        let relevant: Vec<_> = held.iter().filter(|held| may_meet(asked.requirement, held.requirement)).collect();
        let faults: Vec<_> = relevant.iter().map(|held| (held, unmet(asked.requirement, held.requirement))).collect();
        if let Some((held, Some(how))) = faults.iter().find(|(_, fault)| fault.is_some())
            && faults.iter().all(|(_, fault)| fault.is_some())
        {
            drift.push(Drift::Different { manifest: *asked, lock: ****held, how: how.clone() });
        }
    }
    drift.extend(constraints(manifest, lock));
    drift
}

fn constraints<'a>(manifest: &Contents<'a>, lock: &Contents<'a>) -> Vec<Drift<'a>> {
    let mut drift = Vec::new();
    for constraint in manifest.constraints.iter().filter(|located| located.requirement.marker.is_none()) {
        for held in lock.requirements.iter().filter(|held| answers(constraint, held)) {
            let Some(version) = held.requirement.specifiers.exact() else { continue };
            if !constraint.requirement.specifiers.contains(version) {
                let how = format!("the constraint {} does not admit {version}", constraint.requirement.specifiers);
                drift.push(Drift::Different { manifest: *constraint, lock: *held, how });
            }
        }
    }
    drift
}

fn answers(asked: &Located<'_>, held: &Located<'_>) -> bool {
    match (&asked.requirement.name, &held.requirement.name) {
        (Some(asked), Some(held)) => asked == held,
        (None, _) | (_, None) => asked.requirement.same_url(held.requirement) == Tri::Yes,
    }
}

/// Whether there may be a machine on which both apply.
fn may_meet(asked: &Requirement, held: &Requirement) -> bool {
    match (&asked.marker, &held.marker) {
        (Some(asked), Some(held)) => asked.disjoint(held) != Tri::Yes,
        (None, _) | (_, None) => true,
    }
}

fn unmet(asked: &Requirement, held: &Requirement) -> Option<String> {
    if asked.url.is_some() || held.url.is_some() {
        let same = asked.url.is_some() && held.url.is_some() && asked.same_url(held) != Tri::No;
        return (!same).then(|| "the URL differs".to_owned());
    }
    if let Some(version) = held.specifiers.exact()
        && !asked.specifiers.contains(version)
    {
        return Some(format!("{} in the manifest does not admit {version}", asked.specifiers));
    }
    // Resolvers strip extras by default; a lock that keeps some must keep these.
    (!held.extras.is_empty() && !asked.extras.is_subset(&held.extras)).then(|| "the lock lacks an extra".to_owned())
}
