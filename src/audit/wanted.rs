//! What a history is searched for before anything of it is known.

use std::collections::BTreeSet;

use crate::git::Wanted;
use crate::policy::{FREEZE_GUARD_TOML, PYPROJECT_TOML, PairRules};
use crate::source::RepoPath;

/// Policies, the pairs of the default rule, and what converts files.
pub(super) fn first() -> BTreeSet<Wanted> {
    let policies = [FREEZE_GUARD_TOML, PYPROJECT_TOML].into_iter().filter_map(|name| RepoPath::new(name.as_bytes()));
    let rules = PairRules::default();
    let ends = rules.ends().into_iter().map(<[u8]>::to_vec);
    let ends = ends.chain([b".gitattributes".to_vec()]).map(Wanted::Ending);
    policies.map(Wanted::At).chain(ends).collect()
}

/// Takes out what is found by something else of `known` or of `wanted` itself; of two that find the same, the first stays.
pub(super) fn drop_covered(wanted: &mut BTreeSet<Wanted>, known: &[Wanted]) {
    let mut kept: BTreeSet<Wanted> = BTreeSet::new();
    for one in std::mem::take(wanted) {
        if !known.iter().chain(&kept).any(|other| other.covers(&one)) {
            kept.retain(|other| !one.covers(other));
            kept.insert(one);
        }
    }
    *wanted = kept;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_covered_is_not_searched_for_again() {
        let at = |text: &str| Wanted::At(RepoPath::new(text.as_bytes()).unwrap());
        let known: Vec<Wanted> = first().into_iter().collect();
        let mut wanted = BTreeSet::from([at("a/requirements.lock"), at("x"), Wanted::Ending(b"x".to_vec())]);
        drop_covered(&mut wanted, &known);
        assert_eq!(wanted, BTreeSet::from([Wanted::Ending(b"x".to_vec())]));
    }

    #[test]
    fn ends_that_differ_in_case_alone_do_not_drop_each_other() {
        let ends = [&b"x.txt"[..], b"X.txt"].map(|end| Wanted::Ending(end.to_vec()));
        let mut wanted = BTreeSet::from(ends);
        drop_covered(&mut wanted, &[]);
        assert_eq!(wanted.len(), 1);
    }
}
