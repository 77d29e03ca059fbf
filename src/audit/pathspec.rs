//! What git is asked to look for: by the ends of paths, as policies name them, and by whole paths that files include.

use std::collections::BTreeSet;

use crate::policy::{FREEZE_GUARD_TOML, PYPROJECT_TOML, PairRules};
use crate::source::RepoPath;

/// One thing to look for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pathspec {
    /// Every path with this end, ASCII case ignored; all paths where it is empty.
    Ending(Vec<u8>),
    /// This path.
    At(RepoPath),
}

impl Pathspec {
    /// As git takes it (gitglossary(7), "pathspec").
    pub(super) fn text(&self) -> Vec<u8> {
        match self {
            Self::At(path) => [b":(top,literal)", path.as_bytes()].concat(),
            Self::Ending(end) => {
                let mut text = b":(top,icase)*".to_vec();
                for &byte in end {
                    if matches!(byte, b'*' | b'?' | b'[' | b'\\') {
                        text.push(b'\\');
                    }
                    text.push(byte);
                }
                text
            }
        }
    }

    /// Whether everything that `other` looks for is found by this.
    pub(super) fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Ending(end), Self::Ending(path)) => ends_with(path, end),
            (Self::Ending(end), Self::At(path)) => ends_with(path.as_bytes(), end),
            (Self::At(one), Self::At(other)) => one == other,
            (Self::At(_), Self::Ending(_)) => false,
        }
    }
}

fn ends_with(path: &[u8], end: &[u8]) -> bool {
    path.len().checked_sub(end.len()).is_some_and(|at| path[at..].eq_ignore_ascii_case(end))
}

/// What every history is searched for: policies, the pairs of the default rule, and what converts files.
pub(super) fn first() -> BTreeSet<Pathspec> {
    let policies = [FREEZE_GUARD_TOML, PYPROJECT_TOML].into_iter().filter_map(|name| RepoPath::new(name.as_bytes()));
    let rules = PairRules::default();
    let ends = rules.ends().into_iter().map(<[u8]>::to_vec);
    let ends = ends.chain([b".gitattributes".to_vec()]).map(Pathspec::Ending);
    policies.map(Pathspec::At).chain(ends).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_covers_longer_ones_and_paths() {
        let end = |text: &str| Pathspec::Ending(text.as_bytes().to_vec());
        let at = |text: &str| Pathspec::At(RepoPath::new(text.as_bytes()).unwrap());
        assert!(end("requirements.txt").covers(&at("a/Requirements.TXT")));
        assert!(end("requirements.txt").covers(&end("a/requirements.txt")) && end("").covers(&end("x")));
        assert!(!end("a/x").covers(&end("x")) && !at("x").covers(&end("x")) && at("x").covers(&at("x")));
        assert_eq!(end("a[1]*").text(), b":(top,icase)*a\\[1]\\*");
        assert!(first().iter().any(|known| known.covers(&at("a/requirements.lock"))));
    }
}
