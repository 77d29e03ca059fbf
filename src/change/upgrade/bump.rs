//! How far a package moved, by the numbers of its version.

use std::fmt;

use super::Wanted;
use crate::requirements::Version;

/// How far a package moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bump {
    /// Its first number changed, or its epoch.
    Major,
    /// Its second number changed.
    Minor,
    /// A later number changed.
    Patch,
    /// Something behind the numbers changed, or it is no version.
    Other,
    /// It went back.
    Down,
    /// It was not there.
    New,
    /// It is gone.
    Removed,
}

impl fmt::Display for Bump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Major => "major",
            Self::Minor => "minor",
            Self::Patch => "patch",
            Self::Other => "other",
            Self::Down => "downgrade",
            Self::New => "new",
            Self::Removed => "removed",
        })
    }
}

impl Bump {
    /// From one pin, as text, to another.
    pub(in crate::change) fn of(from: Option<&str>, to: Option<&str>) -> Self {
        let version = |text: &str| Wanted::parse(&format!("x=={text}"))?.version;
        match (from, to) {
            (None, _) => Self::New,
            (_, None) => Self::Removed,
            (Some(from), Some(to)) => match version(from).zip(version(to)) {
                Some((from, to)) => Self::between(&from, &to),
                None => Self::Other,
            },
        }
    }

    fn between(from: &Version, to: &Version) -> Self {
        let number = |version: &Version, at: usize| version.release().get(at).copied().unwrap_or(0);
        let length = from.release().len().max(to.release().len());
        let first = (0..length).find(|&at| number(from, at) != number(to, at));
        match first {
            _ if to < from => Self::Down,
            _ if from.epoch() != to.epoch() => Self::Major,
            Some(0) => Self::Major,
            Some(1) => Self::Minor,
            Some(_) => Self::Patch,
            None => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_a_package_moved() {
        for (from, to, bump) in [
            ("1.2.3", "2.0", Bump::Major),
            ("1.2.3", "1!1.2.3", Bump::Major),
            ("1.2", "1.3", Bump::Minor),
            ("1.2", "1.2.1", Bump::Patch),
            ("1.2.0.1", "1.2.0.2", Bump::Patch),
            ("1.2rc1", "1.2", Bump::Other),
            ("2.0", "1.9", Bump::Down),
            ("1.0, 2.0", "2.0", Bump::Other),
        ] {
            assert_eq!(Bump::of(Some(from), Some(to)), bump, "{from} {to}");
        }
        assert_eq!((Bump::of(None, Some("1")), Bump::of(Some("1"), None)), (Bump::New, Bump::Removed));
    }
}
