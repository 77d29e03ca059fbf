//! What an upgrade is asked for: which packages, how far each may go, in which pairs.

use std::fmt;

use crate::package::PackageName;
use crate::requirements::{self, EntryKind, RequirementKind, Version};
use crate::source::RepoPath;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Order {
    /// The packages; none: all of them.
    pub packages: Vec<Wanted>,
    /// How far a package without a version of its own may go.
    pub reach: Reach,
    /// Only pairs whose manifest or lock is one of these, or lies below it; none: all.
    pub pairs: Vec<RepoPath>,
    /// The revision that the branch begins at.
    pub from: Vec<u8>,
    /// Whether a branch is made.
    pub effect: super::Effect,
    /// Whether the caller's variables for resolvers are heard.
    pub environment: Environment,
}

/// Whether the caller's variables for resolvers (`PIP_*`, `UV_*`) are heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// They are: indexes and credentials often stand there.
    Heard,
    /// They are not.
    Cleared,
}

/// A package, and the version where one is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its name.
    pub name: PackageName,
    /// The version.
    pub version: Option<Version>,
}

impl Wanted {
    /// Reads `NAME` or `NAME==VERSION`; `None` for everything else.
    pub fn parse(text: &str) -> Option<Self> {
        let file = requirements::read(RepoPath::new(b"order")?, text.as_bytes());
        let [entry] = file.entries.as_slice() else { return None };
        let EntryKind::Requirement(one) = &entry.kind else { return None };
        let bare = one.kind == RequirementKind::Named
            && !one.editable
            && one.marker.is_none()
            && one.hashes.is_empty()
            && one.extras.is_empty();
        let version = one.specifiers.exact().cloned();
        let fits = bare && (version.is_some() || one.specifiers.is_empty());
        Some(Self { name: one.name.clone().filter(|_| fits)?, version })
    }
}

/// How far a package may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To another patch release: 1.2.3 to below 1.3.
    Patch,
    /// To another minor release: 1.2.3 to below 2.
    Minor,
    /// To the newest.
    Latest,
}

impl Reach {
    /// What a pin on `version` is loosened to, or why it cannot be: no resolver compares the local part of a version.
    pub(super) fn loosened(self, version: &Version) -> Option<String> {
        if !version.local().is_empty() {
            return None;
        }
        let numbers = version.release();
        let (major, minor) = (numbers.first().copied()?, numbers.get(1).copied().unwrap_or(0));
        let epoch = if version.epoch() == 0 { String::new() } else { format!("{}!", version.epoch()) };
        let floor = format!(">={version}");
        Some(match self {
            Self::Latest => floor,
            Self::Minor => format!("{floor},<{epoch}{}", major.checked_add(1)?),
            Self::Patch => format!("{floor},<{epoch}{major}.{}", minor.checked_add(1)?),
        })
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Patch => "--patch",
            Self::Minor => "--minor",
            Self::Latest => "--latest",
        })
    }
}

impl Order {
    /// Whether `name` shall move, and to which version where one is asked for.
    pub(super) fn wants(&self, name: &PackageName) -> Option<Option<&Version>> {
        if self.packages.is_empty() {
            return Some(None);
        }
        self.packages.iter().find(|wanted| wanted.name == *name).map(|wanted| wanted.version.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Wanted::parse(&format!("x=={text}")).unwrap().version.unwrap()
    }

    #[test]
    fn an_order_names_a_package_and_a_version() {
        let wanted = Wanted::parse("Mixed_Name.Pkg==1.0").unwrap();
        assert_eq!((wanted.name.as_str(), wanted.version.unwrap().to_string()), ("mixed-name-pkg", "1.0".to_owned()));
        assert_eq!(Wanted::parse("flask").unwrap().version, None);
        for bad in
            ["", "a>=1", "a[b]==1", "-r x", "a @ https://example.com/a.whl", "a==1; python_version > '3'", "a==1.*"]
        {
            assert_eq!(Wanted::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn each_reach_has_its_own_limit() {
        for (reach, from, to) in [
            (Reach::Patch, "1.2.3", ">=1.2.3,<1.3"),
            (Reach::Patch, "2", ">=2,<2.1"),
            (Reach::Minor, "1.2.3", ">=1.2.3,<2"),
            (Reach::Minor, "1!0.3rc1", ">=1!0.3rc1,<1!1"),
            (Reach::Latest, "1.2.post1", ">=1.2.post1"),
        ] {
            assert_eq!(reach.loosened(&version(from)).unwrap(), to);
        }
        assert_eq!(Reach::Latest.loosened(&version("2.1+cpu")), None);
        assert_eq!(Reach::Minor.loosened(&version("18446744073709551615.1")), None);
    }
}
