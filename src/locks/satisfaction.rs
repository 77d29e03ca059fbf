//! Satisfaction, for locks that a resolver wrote: every requirement of the manifest is met by a pin of the lock, and
//! every constraint holds (lock-formats section 4). Further pins are the resolver's own.

use super::compiled::{Lock, Proof};
use super::header::{Header, excluded};
use super::undecided::{Reason, Subject, Undecided};
use super::{Annotated, Contents, Drift, Via};
use crate::requirements::{Located, Marker, Requirement, Tri};

/// What the lock does not meet, in the order of the manifest, its constraints last.
pub(super) fn satisfaction<'a>(manifest: &Contents<'a>, lock: &Lock<'a>, proof: &mut Proof<'a>) {
    for asked in &manifest.requirements {
        let held: Vec<&Annotated<'a>> = lock.answers(asked).collect();
        if held.is_empty() {
            absent(*asked, lock, proof);
        } else {
            met(*asked, &held, (manifest, lock), proof);
        }
    }
    constraints(manifest, lock, proof);
}

/// A requirement that the lock does not have.
fn absent<'a>(asked: Located<'a>, lock: &Lock<'a>, proof: &mut Proof<'a>) {
    if let Some(marker) = &asked.requirement.marker {
        return elsewhere(asked, marker, lock, (proof, Drift::Missing(asked)));
    }
    match lock.left_out(asked.requirement.name.as_ref()) {
        Tri::Yes => {}
        Tri::No => proof.satisfaction.push(Drift::Missing(asked)),
        Tri::Unknown => {
            proof.undecided.push(Undecided { subject: Subject::Asked(asked), reason: Reason::LeftOut });
        }
    }
}

/// What does not answer under a marker is wrong only where the marker held for the lock.
fn elsewhere<'a>(asked: Located<'a>, marker: &Marker, lock: &Lock<'a>, (proof, drift): (&mut Proof<'a>, Drift<'a>)) {
    match excluded(marker, lock.header.as_ref()) {
        Tri::Yes => {}
        Tri::No => proof.satisfaction.push(drift),
        Tri::Unknown => {
            proof.undecided.push(Undecided { subject: Subject::Asked(asked), reason: Reason::Elsewhere });
        }
    }
}

fn met<'a>(
    asked: Located<'a>,
    held: &[&Annotated<'a>],
    (manifest, lock): (&Contents<'a>, &Lock<'a>),
    proof: &mut Proof<'a>,
) {
    let relevant: Vec<_> = held.iter().filter(|held| may_meet(asked.requirement, held.located.requirement)).collect();
    if relevant.is_empty() {
        return match &asked.requirement.marker {
            Some(marker) => elsewhere(asked, marker, lock, (proof, Drift::Missing(asked))),
            None => proof.satisfaction.push(Drift::Missing(asked)),
        };
    }
    let faults: Vec<_> = relevant.iter().map(|held| (held.located, unmet(asked.requirement, held, lock))).collect();
    if !faults.iter().all(|(_, fault)| matches!(fault, Answer::Wrong(_))) {
        for (_, fault) in &faults {
            if let Answer::Unknown(reason) = fault {
                proof.undecided.push(Undecided { subject: Subject::Asked(asked), reason: *reason });
                break;
            }
        }
        return uncovered(asked, held, (manifest, lock), proof);
    }
    if let Some((held, Answer::Wrong(how))) = faults.into_iter().next() {
        let drift = Drift::Different { manifest: asked, lock: held, how };
        match &asked.requirement.marker {
            Some(marker) => elsewhere(asked, marker, lock, (proof, drift)),
            None => proof.satisfaction.push(drift),
        }
    }
}

/// Whether an entry of the lock answers a requirement.
enum Answer {
    Met,
    Wrong(String),
    Unknown(Reason),
}

fn unmet(asked: &Requirement, held: &Annotated<'_>, lock: &Lock<'_>) -> Answer {
    let requirement = held.located.requirement;
    if asked.url.is_some() || requirement.url.is_some() {
        let both = asked.url.is_some() && requirement.url.is_some();
        return match asked.same_url(requirement) {
            Tri::Yes if both => Answer::Met,
            Tri::Unknown if both => Answer::Unknown(Reason::Revision),
            Tri::Yes | Tri::No | Tri::Unknown => Answer::Wrong("the URL differs".to_owned()),
        };
    }
    if let Some(version) = requirement.specifiers.exact()
        && !asked.specifiers.contains(version)
    {
        let overridden = held.via.iter().any(|via| matches!(via, Via::Override(file) if lock.header_names(file)));
        if overridden {
            return Answer::Unknown(Reason::Override);
        }
        return Answer::Wrong(format!("{} in the manifest does not admit {version}", asked.specifiers));
    }
    if asked.extras.is_subset(&requirement.extras) {
        return Answer::Met;
    }
    // Resolvers strip extras all over the lock or not at all; a lock that keeps some must keep these.
    if lock.keeps_extras {
        return Answer::Wrong("the lock lacks an extra".to_owned());
    }
    Answer::Unknown(Reason::Extras)
}

/// Forks must cover the requirement: wherever it applies, one of them does.
fn uncovered<'a>(
    asked: Located<'a>,
    held: &[&Annotated<'a>],
    (manifest, lock): (&Contents<'a>, &Lock<'a>),
    proof: &mut Proof<'a>,
) {
    let markers: Vec<_> = held.iter().filter_map(|held| held.located.requirement.marker.as_ref()).collect();
    let others = manifest.requirements.iter().filter(|other| other.label() == asked.label()).count();
    // For one environment a resolver may write one marker for several lines.
    let universal = lock.header.as_ref().is_some_and(Header::is_universal);
    if markers.len() < held.len() || (others > 1 && !universal) {
        return;
    }
    let covered = match &asked.requirement.marker {
        Some(marker) => marker.covered_by(&markers),
        None => Marker::cover_everything(&markers),
    };
    // A lock for one environment needs to cover that one only.
    let here = lock.header.as_ref().and_then(|header| header.environment.as_ref());
    if covered == Tri::No
        && here.is_none_or(|here| here.covered_by(&markers) == Tri::No)
        && let Some(first) = held.first()
    {
        let how = "the lock's markers leave out environments where the manifest asks for it".to_owned();
        proof.satisfaction.push(Drift::Different { manifest: asked, lock: first.located, how });
    }
}

fn constraints<'a>(manifest: &Contents<'a>, lock: &Lock<'a>, proof: &mut Proof<'a>) {
    for constraint in manifest.constraints.iter().filter(|located| located.requirement.marker.is_none()) {
        for held in lock.answers(constraint) {
            let Some(version) = held.located.requirement.specifiers.exact() else { continue };
            if !constraint.requirement.specifiers.contains(version) {
                let how = format!("the constraint {} does not admit {version}", constraint.requirement.specifiers);
                let drift = Drift::Different { manifest: *constraint, lock: held.located, how };
                proof.satisfaction.push(drift);
            }
        }
    }
}

/// Whether there may be a machine on which both apply.
fn may_meet(asked: &Requirement, held: &Requirement) -> bool {
    match (&asked.marker, &held.marker) {
        (Some(asked), Some(held)) => asked.disjoint(held) != Tri::Yes,
        (None, _) | (_, None) => true,
    }
}
