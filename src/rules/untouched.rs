//! A manifest that changed while its compiled lock did not: what a resolver follows and annotations do not show. Extras,
//! markers and sources make a lock stale (lock-formats section 9); bounds are a matter of satisfaction, and a new line
//! one of presence.

use std::collections::HashMap;

use super::Context;
use super::base::same_lock;
use crate::locks::{Drift, StampVerdict, stamp_verdict};
use crate::package::PackageName;
use crate::requirements::{Located, Requirement, Tri};

type Named<'a> = HashMap<&'a PackageName, Vec<&'a Requirement>>;

/// The requirements that changed so against a state that had this very lock.
pub(super) fn untouched<'a>(context: &Context<'a>) -> Vec<Drift<'a>> {
    let compiled = context.judged_as().is_some_and(super::JudgedAs::is_compiled);
    let Some(lock) = context.after.lock.root_file().filter(|_| compiled) else { return Vec::new() };
    // A stamp knows what the lock was made from, and has had its say.
    let sides = context.before.sides();
    if sides.is_empty() || stamp_verdict(lock, context.manifest()) != StampVerdict::Absent {
        return Vec::new();
    }
    let manifests: Vec<_> = sides.iter().map(|side| by_name(&side.manifest.requirements())).collect();
    let mut drift = Vec::new();
    for asked in &context.manifest().requirements {
        let changes: Vec<_> = manifests.iter().map(|manifest| changed(asked, manifest)).collect();
        // Comparing two locks costs more than all of this, and there is seldom a reason.
        let what = changes.iter().zip(sides).find_map(|(what, side)| what.filter(|_| same_lock(side, context)));
        if let Some(what) = what {
            drift.push(Drift::Untouched { manifest: *asked, what });
        }
    }
    drift
}

fn by_name<'a>(requirements: &[Located<'a>]) -> Named<'a> {
    let mut named = Named::new();
    for requirement in requirements.iter().map(|located| located.requirement) {
        if let Some(name) = &requirement.name {
            named.entry(name).or_default().push(requirement);
        }
    }
    named
}

/// What changed of `asked`; `None` where it did not, or was not there before.
fn changed(asked: &Located<'_>, before: &Named<'_>) -> Option<&'static str> {
    let earlier = before.get(asked.requirement.name.as_ref()?)?;
    let changes: Option<Vec<_>> = earlier.iter().map(|before| difference(before, asked.requirement)).collect();
    changes?.first().copied()
}

fn difference(before: &Requirement, now: &Requirement) -> Option<&'static str> {
    if before.extras != now.extras {
        return Some("its extras");
    }
    if before.url.is_some() != now.url.is_some() || before.same_url(now) == Tri::No {
        return Some("its source");
    }
    let same = match (&before.marker, &now.marker) {
        (None, None) => true,
        (Some(before), Some(now)) => before.equivalent(now) == Tri::Yes,
        (None, Some(marker)) | (Some(marker), None) => super::always(marker),
    };
    (!same).then_some("its marker")
}
