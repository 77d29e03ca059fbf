//! What a history is searched for: by the ends of paths, as policies name them, and by whole paths that files include.

use crate::source::RepoPath;

/// One thing to look for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wanted {
    /// Every path with this end, ASCII case ignored; all paths where it is empty.
    Ending(Vec<u8>),
    /// This path, and what is below it.
    At(RepoPath),
}

impl Wanted {
    /// Whether everything that `other` looks for is found by this.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Ending(end), Self::Ending(path)) => ends_with(path, end),
            (Self::Ending(end), Self::At(path)) => ends_with(path.as_bytes(), end),
            (Self::At(one), Self::At(other)) => one == other,
            (Self::At(_), Self::Ending(_)) => false,
        }
    }

    /// Whether it looks for the file at `path`.
    pub(super) fn takes(&self, path: &[u8]) -> bool {
        match self {
            Self::Ending(end) => ends_with(path, end),
            Self::At(at) => is_at_or_below(path, at.as_bytes()),
        }
    }

    /// Whether it may look for something below the directory `path`.
    pub(super) fn enters(&self, path: &[u8]) -> bool {
        match self {
            Self::Ending(_) => true,
            Self::At(at) => is_at_or_below(at.as_bytes(), path) || is_at_or_below(path, at.as_bytes()),
        }
    }
}

fn ends_with(path: &[u8], end: &[u8]) -> bool {
    path.len().checked_sub(end.len()).is_some_and(|at| path[at..].eq_ignore_ascii_case(end))
}

fn is_at_or_below(path: &[u8], top: &[u8]) -> bool {
    path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(text: &str) -> Wanted {
        Wanted::Ending(text.as_bytes().to_vec())
    }

    fn at(text: &str) -> Wanted {
        Wanted::At(RepoPath::new(text.as_bytes()).unwrap())
    }

    #[test]
    fn an_end_covers_longer_ones_and_paths() {
        assert!(end("requirements.txt").covers(&at("a/Requirements.TXT")));
        assert!(end("requirements.txt").covers(&end("a/requirements.txt")) && end("").covers(&end("x")));
        assert!(!end("a/x").covers(&end("x")) && !at("x").covers(&end("x")) && at("x").covers(&at("x")));
    }

    #[test]
    fn a_path_leads_through_its_directories_and_takes_what_is_below() {
        let path = at("a/b");
        assert!(path.takes(b"a/b") && path.takes(b"a/b/c") && !path.takes(b"a/bc") && !path.takes(b"a"));
        assert!(path.enters(b"a") && path.enters(b"a/b") && path.enters(b"a/b/c") && !path.enters(b"ab"));
        assert!(end("b/c").takes(b"a/B/c") && end("b/c").takes(b"ab/c") && !end("b/c").takes(b"c"));
    }
}
