//! Version specifiers as a set: what two files say about versions is compared by meaning, never by spelling.
//!
//! Equality is that of sets of (operator, version), `===` as lower-cased text. Neither pep440_rs nor packaging is asked
//! for it: packaging's own answer depends on the order of the text.

use std::fmt;

use pep440_rs::Version;

use super::version;

/// A comparison operator of PEP 440.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Operator {
    /// `==`
    Equal,
    /// `==` with a trailing `.*`
    EqualStar,
    /// `!=`
    NotEqual,
    /// `!=` with a trailing `.*`
    NotEqualStar,
    /// `~=`
    Compatible,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

impl Operator {
    /// As it is written, without the star.
    fn text(self) -> &'static str {
        match self {
            Self::Equal | Self::EqualStar => "==",
            Self::NotEqual | Self::NotEqualStar => "!=",
            Self::Compatible => "~=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
        }
    }

    fn star(self) -> bool {
        matches!(self, Self::EqualStar | Self::NotEqualStar)
    }
}

/// One clause: an operator with a version, or `===` with any text.
#[derive(Clone, Debug)]
pub(super) enum Clause {
    /// PEP 440. The text is the version as written, without a star.
    Version { operator: Operator, version: Version, text: Box<str> },
    /// `===TEXT`, compared as lower-cased text; the version is what the text reads as, where it is PEP 440.
    Text { text: Box<str>, version: Option<Version> },
}

impl PartialEq for Clause {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Version { operator, version, .. }, Self::Version { operator: other, version: theirs, .. }) => {
                operator == other && version == theirs && (!operator.keeps_length() || same_length(version, theirs))
            }
            (Self::Text { text, .. }, Self::Text { text: other, .. }) => text.to_lowercase() == other.to_lowercase(),
            _ => false,
        }
    }
}

impl Clause {
    /// The same text for clauses that are equal.
    fn canonical(&self) -> String {
        match self {
            Self::Version { operator, version, .. } => {
                let zeros = version.release().iter().rev().take_while(|&&number| number == 0).count();
                let length = if operator.keeps_length() { 0 } else { zeros };
                let release = &version.release()[..(version.release().len() - length).max(1)];
                let version = version.clone().with_release(release);
                format!("{}{version}{}", operator.text(), if operator.star() { ".*" } else { "" })
            }
            Self::Text { text, .. } => format!("==={}", text.to_lowercase()),
        }
    }
}

impl Operator {
    /// `==1.*` and `==1.0.*`, `~=1.0` and `~=1.0.0` differ though their versions are equal.
    fn keeps_length(self) -> bool {
        self.star() || self == Self::Compatible
    }
}

fn same_length(left: &Version, right: &Version) -> bool {
    left.release().len() == right.release().len()
}

/// A set of version specifiers.
///
/// `Display` gives the clauses as written, joined with `,`, without spaces and without repetitions.
#[derive(Clone, Debug, Default)]
pub struct Specifiers(Vec<Clause>);

impl PartialEq for Specifiers {
    fn eq(&self, other: &Self) -> bool {
        let within = |these: &[Clause], those: &[Clause]| these.iter().all(|clause| those.contains(clause));
        within(&self.0, &other.0) && within(&other.0, &self.0)
    }
}

impl Eq for Specifiers {}

impl Specifiers {
    /// Adds `clause` unless it is there already.
    pub(super) fn insert(&mut self, clause: Clause) {
        if !self.0.contains(&clause) {
            self.0.push(clause);
        }
    }

    /// `==VERSION`.
    pub fn exactly(version: Version) -> Self {
        let text = version.to_string().into();
        Self(vec![Clause::Version { operator: Operator::Equal, version, text }])
    }

    /// Whether there are none: every version is fine.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub(super) fn size(&self) -> usize {
        self.0.len()
    }

    /// The one version these name: a sole `==X` without a star, or a sole `===X` whose text is a PEP 440 version.
    pub fn exact(&self) -> Option<&Version> {
        match self.0.as_slice() {
            [Clause::Version { operator: Operator::Equal, version, .. }] => Some(version),
            [Clause::Text { version, .. }] => version.as_ref(),
            _ => None,
        }
    }

    /// The exact version as written, as in `v1.0` or `1.0-1`.
    pub fn exact_text(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Clause::Version { operator: Operator::Equal, text, .. } | Clause::Text { text, version: Some(_) }] => {
                Some(text)
            }
            _ => None,
        }
    }

    /// Whether `version` satisfies all of them, as packaging 26.3 decides it with pre-releases allowed.
    pub fn contains(&self, version: &Version) -> bool {
        self.0.iter().all(|clause| match clause {
            Clause::Version { operator, version: bound, .. } => admits(*operator, bound, version),
            Clause::Text { text, .. } => version.to_string().eq_ignore_ascii_case(text),
        })
    }

    /// Whether `===` is among them.
    pub(super) fn is_arbitrary(&self) -> bool {
        self.0.iter().any(|clause| matches!(clause, Clause::Text { .. }))
    }

    /// The text of the first `===` that is no PEP 440 version.
    pub(super) fn legacy_text(&self) -> Option<&str> {
        self.0.iter().find_map(|clause| match clause {
            Clause::Text { text, version: None } => Some(&**text),
            _ => None,
        })
    }

    /// One spelling for every set that is equal: normalised, sorted, joined with `,`.
    pub fn canonical(&self) -> String {
        let mut clauses: Vec<String> = self.0.iter().map(Clause::canonical).collect();
        clauses.sort_unstable();
        clauses.dedup();
        clauses.join(",")
    }

    /// Why these are not one exact version; `None` if they are.
    pub(super) fn looseness(&self) -> Option<&'static str> {
        match self.0.as_slice() {
            [] => Some("it has no version, so the newest one is installed"),
            [Clause::Version { operator: Operator::Equal, .. } | Clause::Text { version: Some(_), .. }] => None,
            [Clause::Version { operator: Operator::EqualStar, .. }] => {
                Some("`==` with `.*` is a range, though pip counts it as a pin")
            }
            [Clause::Version { .. }] => Some("a range is not a pin"),
            [Clause::Text { .. }] => {
                Some("the text after `===` is not a PEP 440 version, and pip 24.1 and later finds no such release")
            }
            _ => Some("several specifiers are not a pin, even if only one version can satisfy them"),
        }
    }
}

impl fmt::Display for Specifiers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, clause) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { "," })?;
            match clause {
                Clause::Version { operator, text, .. } => {
                    write!(f, "{}{text}{}", operator.text(), if operator.star() { ".*" } else { "" })?;
                }
                Clause::Text { text, .. } => write!(f, "==={text}")?,
            }
        }
        Ok(())
    }
}

/// The text after `===`, with the version it reads as.
pub(super) fn text_clause(text: &str) -> Clause {
    Clause::Text { text: text.into(), version: version::parse(text).ok() }
}

/// packaging 26.3's `_ranges.py`; pep440_rs answers wrongly for `.*` with more segments than the version has, for `<`
/// and `>` next to pre-releases and across epochs.
fn admits(operator: Operator, bound: &Version, version: &Version) -> bool {
    match operator {
        Operator::Equal if bound.is_local() => version == bound,
        Operator::Equal => version.clone().without_local() == *bound,
        Operator::NotEqual => !admits(Operator::Equal, bound, version),
        Operator::EqualStar => has_prefix(version, bound, bound.release().len()),
        Operator::NotEqualStar => !has_prefix(version, bound, bound.release().len()),
        Operator::Compatible => version >= bound && has_prefix(version, bound, bound.release().len().saturating_sub(1)),
        Operator::GreaterEqual => version >= bound,
        Operator::LessEqual => version.clone().without_local() <= *bound,
        Operator::Less if bound.any_prerelease() => version < bound,
        // `<V` excludes the pre-releases of V, the earliest of which is V.dev0.
        Operator::Less => *version < bound.clone().with_dev(Some(0)),
        Operator::Greater if bound.is_dev() || bound.is_post() => version.clone().without_local() > *bound,
        // `>V` excludes V's locals and post-releases.
        Operator::Greater => version > bound && !same_family(version, bound),
    }
}

fn same_family(version: &Version, bound: &Version) -> bool {
    version.epoch() == bound.epoch() && version.pre() == bound.pre() && version.only_release() == bound.only_release()
}

/// Whether the first `length` release numbers agree, missing ones being zero.
fn has_prefix(version: &Version, bound: &Version, length: usize) -> bool {
    let number = |release: &[u64], index: usize| release.get(index).copied().unwrap_or(0);
    version.epoch() == bound.epoch()
        && (0..length).all(|index| number(version.release(), index) == number(bound.release(), index))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requirements::requirement::specifiers;

    fn specs(text: &str) -> Specifiers {
        specifiers(text).unwrap()
    }

    #[test]
    fn equality_is_by_meaning() {
        assert_eq!(specs("==1.0"), specs("== v1.0.0"));
        assert_eq!(specs(">0.9,==1.0"), specs("==1,>0.9,>0.9.0"));
        assert_eq!(specs("<01.02,<1.0rc"), specs("<1.0rc0,<1.2"));
        assert_eq!(specs("===1.0A"), specs("===1.0a"));
        assert_ne!(specs("===1.0"), specs("==1.0"));
        assert_ne!(specs("==1.*"), specs("==1"));
        assert_ne!(specs("==1.*"), specs("==1.0.*"));
        assert_ne!(specs("~=1.0"), specs("~=1.0.0"));
        assert_ne!(specs("==1.0+a"), specs("==1.0"));
    }

    #[test]
    fn one_spelling_for_equal_sets() {
        let all = [
            "==1.0",
            "== v1.0.0",
            ">0.9,==1.0",
            "==1,>0.9,>0.9.0",
            "<01.02,<1.0rc",
            "<1.0rc0,<1.2",
            "===1.0A",
            "===1.0a",
            "===1.0",
            "==1.*",
            "==1",
            "==1.0.*",
            "~=1.0",
            "~=1.0.0",
            "==1.0+a",
            "==1.0+A",
            "==0",
            "==0.0",
            "==1!0.0",
            "",
        ];
        for left in all {
            for right in all {
                let (left, right) = (specs(left), specs(right));
                assert_eq!(left == right, left.canonical() == right.canonical(), "{left} {right}");
            }
        }
    }

    #[test]
    fn one_exact_version_after_removing_repetitions() {
        for (text, exact) in [
            ("==1.0", Some("1.0")),
            ("==1.0,==1.0.0", Some("1.0")),
            ("===1.0", Some("1.0")),
            ("===2004d", None),
            ("==1.0.*", None),
            ("==1.0,>0.9", None),
            ("", None),
        ] {
            assert_eq!(specs(text).exact().map(ToString::to_string).as_deref(), exact, "{text}");
            assert_eq!(specs(text).looseness().is_none(), exact.is_some(), "{text}");
        }
        assert_eq!(specs(" == v1.0 , >= 0 ").to_string(), "==v1.0,>=0");
    }

    #[test]
    fn contains_is_packagings_where_pep440_rs_is_wrong() {
        for (text, version, expected) in [
            ("==1.4.*", "1", false),
            ("==1.0.*", "1", true),
            ("==1.4.2.*", "1.4", false),
            ("<1.0rc1", "1.0a1", true),
            ("<1!1.0", "1.0a1", true),
            ("<1.0", "1.0a1", false),
            ("<1.0.post1", "1.0.post1.dev0", false),
            (">1.0rc1", "1.0.post1", true),
            (">1.0rc1", "1.0rc1.post1", false),
            (">1.0", "1.0.post1", false),
            (">1.0", "1.0+a", false),
            (">1.0.post1", "1.0.post1+a", false),
            (">1.0.post1", "1.0.post2.dev0", true),
            ("==1.0", "1.0+cpu", true),
            ("==1.0+cpu", "1.0", false),
            ("<=1.0", "1.0+cpu", true),
            ("~=1.4.5", "1.4.5.post1", true),
            ("~=1.4.5", "1.5", false),
            ("===1.0", "1.0.0", false),
        ] {
            assert_eq!(specs(text).contains(&version.parse().unwrap()), expected, "{text} {version}");
        }
    }
}
