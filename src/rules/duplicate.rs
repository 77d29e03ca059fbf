//! `duplicate`: one name twice in what a lock, or a manifest that pins, installs, without markers that exclude each
//! other.

use super::{Context, Draft};
use crate::finding::{Place, Related};
use crate::package::PackageName;
use crate::requirements::{Located, Tri};
use crate::rule::RuleId;

pub(super) fn check(context: &Context<'_>) -> Vec<Draft> {
    // Two ranges narrow each other for a resolver; only what is to be pinned must not be said twice.
    let asked = if context.pair.manifest_pins { in_file(&context.manifest().requirements) } else { Vec::new() };
    asked.into_iter().chain(in_file(&context.lock().requirements)).collect()
}

fn in_file<'r>(requirements: &'r [Located<'_>]) -> Vec<Draft> {
    let name = |located: &'r Located<'_>| Some((located.requirement.name.as_ref()?, located));
    let mut named: Vec<_> = requirements.iter().filter_map(name).collect();
    // Nearly sorted as a rule, and then in one pass; a name's entries stay in their order.
    named.sort_by_key(|(name, _)| *name);
    let mut drafts = Vec::new();
    for entries in named.chunk_by(|(one, _), (other, _)| one == other) {
        for (at, (name, later)) in entries.iter().enumerate() {
            let clash = entries.iter().take(at).map(|(_, earlier)| (*earlier, disjoint(earlier, later)));
            if let Some((earlier, answer)) = clash.into_iter().find(|(_, answer)| *answer != Tri::Yes) {
                drafts.push(draft(name, earlier, later, answer));
            }
        }
    }
    drafts
}

fn disjoint(left: &Located<'_>, right: &Located<'_>) -> Tri {
    match (&left.requirement.marker, &right.requirement.marker) {
        (Some(left), Some(right)) => left.disjoint(right),
        (None, _) | (_, None) => Tri::No,
    }
}

fn draft(name: &PackageName, earlier: &Located<'_>, later: &Located<'_>, answer: Tri) -> Draft {
    let message = match answer {
        Tri::Unknown => format!("{name} is listed twice, and whether the markers exclude each other cannot be decided"),
        Tri::Yes | Tri::No => format!("{name} is listed twice"),
    };
    let mut draft = Draft::new(
        RuleId::Duplicate,
        Place::of(later.file, later.span()),
        message,
        "keep one of the two lines, or give them markers that exclude each other; see `hook explain duplicate`"
            .to_owned(),
    );
    draft.related = vec![Related { place: Place::of(earlier.file, earlier.span()), label: "first here".to_owned() }];
    draft.package = Some(name.clone());
    draft
}
