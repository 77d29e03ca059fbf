//! The hashes of one requirement as a set. A lock has tens of thousands, which nobody changes once they are read: in one
//! piece of memory they take less of it than in the nodes of a tree, and are compared at once.

use std::ops::Deref;

use super::hash::Hash;

/// Hashes in order, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hashes(Vec<Hash>);

impl Hashes {
    /// Whether all are among `others`.
    pub fn is_subset(&self, others: &Self) -> bool {
        self.difference(others).next().is_none()
    }

    /// Those that are not among `others`, in order.
    pub fn difference<'h>(&'h self, others: &'h Self) -> impl Iterator<Item = &'h Hash> {
        self.iter().filter(|hash| others.binary_search(hash).is_err())
    }
}

impl From<Vec<Hash>> for Hashes {
    fn from(mut hashes: Vec<Hash>) -> Self {
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes)
    }
}

impl Deref for Hashes {
    type Target = [Hash];

    fn deref(&self) -> &[Hash] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn some() -> impl Strategy<Value = Vec<Hash>> {
        let one = prop_oneof![
            (0..12_u8).prop_map(|byte| Hash::new("sha256", &format!("{byte:02x}").repeat(32))),
            ("sha(256|384)", "[a-c]{0,2}").prop_map(|(algorithm, digest)| {
                Hash::new(if algorithm == "sha256" { "sha256" } else { "sha384" }, &digest)
            }),
        ];
        proptest::collection::vec(one, 0..12)
    }

    proptest! {
        #[test]
        fn they_are_a_set(left in some(), right in some()) {
            let (one, other) = (Hashes::from(left.clone()), Hashes::from(right.clone()));
            let (left, right): (BTreeSet<_>, BTreeSet<_>) = (left.into_iter().collect(), right.into_iter().collect());
            prop_assert!(one.iter().eq(&left));
            prop_assert_eq!(one == other, left == right);
            prop_assert_eq!(one.is_subset(&other), left.is_subset(&right));
            prop_assert!(one.difference(&other).eq(left.difference(&right)));
        }
    }
}
