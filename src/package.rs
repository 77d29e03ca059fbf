//! A project or extra name, normalised once so that two spellings of one package can never differ.

use std::fmt;

/// A normalised name: lower case, runs of `-`, `_` and `.` as one `-` (PEP 503, and PEP 685 for extras).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageName(Box<str>);

impl PackageName {
    /// Normalises `raw`; `None` unless it matches PEP 508's `^([A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9])$`, ignoring case.
    pub fn new(raw: &str) -> Option<Self> {
        let bytes = raw.as_bytes();
        let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let inner = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if !edge(bytes.first()) || !edge(bytes.last()) || !bytes.iter().all(inner) {
            return None;
        }
        let mut name = String::with_capacity(raw.len());
        for char in raw.chars() {
            match char {
                '-' | '_' | '.' if name.ends_with('-') => {}
                '-' | '_' | '.' => name.push('-'),
                _ => name.push(char.to_ascii_lowercase()),
            }
        }
        Some(Self(name.into()))
    }

    /// The normalised name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_package_are_equal() {
        assert_eq!(PackageName::new("Foo._-Bar"), PackageName::new("foo-bar"));
        for bad in ["", "-a", "a-", "a b", "ä", "a_"] {
            assert_eq!(PackageName::new(bad), None, "{bad:?}");
        }
    }
}
