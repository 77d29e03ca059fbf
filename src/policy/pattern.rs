//! Patterns of `[push]`: refs, written as in a refspec, and remotes, by name or URL. In both `*` stands for any run of
//! bytes, slashes included, and nothing else is special.

use std::fmt;

use crate::source::printable_text;

use super::mistake::Wrong;

/// A pattern for full ref names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefPattern {
    written: String,
    full: String,
}

impl RefPattern {
    /// Checks `written` by the rules of `git check-ref-format`, `*` allowed anywhere and any number of times.
    pub(super) fn new(written: &str) -> Result<Self, Wrong> {
        let full = if written.starts_with("refs/") { written.to_owned() } else { format!("refs/heads/{written}") };
        match fault(&full) {
            None if !written.is_empty() => Ok(Self { written: written.to_owned(), full }),
            fault => Err(Wrong::new(
                format!("`{}` is not a ref pattern: {}", printable_text(written), fault.unwrap_or("it is empty")),
                "write a branch like `main`, a pattern like `release/*`, or a full ref like `refs/for/main`",
            )),
        }
    }

    /// Whether the full ref name `name` (as in `refs/heads/main`) matches.
    pub fn matches(&self, name: &[u8]) -> bool {
        wildcard(self.full.as_bytes(), name)
    }

    /// The pattern with its `refs/` prefix: two patterns mean the same iff these are equal.
    pub fn full(&self) -> &str {
        &self.full
    }
}

impl fmt::Display for RefPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// What `git check-ref-format` would say against `full`, had it no `*`.
fn fault(full: &str) -> Option<&'static str> {
    let bad = |char: char| char.is_ascii_control() || matches!(char, ' ' | '~' | '^' | ':' | '?' | '[' | '\\');
    if full.contains(bad) {
        return Some("it holds a space, a control character or one of ~ ^ : ? [ \\");
    }
    if full.contains("..") || full.contains("@{") {
        return Some("a ref name never holds `..` or `@{`");
    }
    if full.split('/').any(str::is_empty) {
        return Some("it begins or ends with a slash, or has two in a row");
    }
    if full.split('/').any(|part| part.starts_with('.') || part.ends_with(".lock")) || full.ends_with('.') {
        return Some("a part of a ref name neither begins with `.` nor ends with `.lock`, and no name ends with `.`");
    }
    None
}

/// A pattern for remotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemotePattern(String);

impl RemotePattern {
    pub(super) fn new(written: &str) -> Result<Self, Wrong> {
        if written.is_empty() || written.chars().any(|char| char.is_control() || char == ' ') {
            return Err(Wrong::new(
                format!("`{}` is not a pattern for a remote", printable_text(written)),
                "write a remote's name like `origin`, or a URL pattern like `https://github.com/acme/*`",
            ));
        }
        Ok(Self(written.to_owned()))
    }

    /// Whether a push to the remote called `name` at `url` matches, by either. Credentials in the URL may be left out of
    /// the pattern.
    pub fn matches(&self, name: &[u8], url: &[u8]) -> bool {
        let pattern = self.0.as_bytes();
        wildcard(pattern, name) || wildcard(pattern, url) || wildcard(pattern, &without_credentials(url))
    }
}

impl fmt::Display for RemotePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `scheme://user:secret@host/…` as `scheme://host/…`; anything else as it is.
fn without_credentials(url: &[u8]) -> Vec<u8> {
    let Some(scheme) = url.windows(3).position(|three| three == b"://") else { return url.to_vec() };
    let (scheme, rest) = url.split_at(scheme + 3);
    let host_end = rest.iter().position(|&byte| byte == b'/').unwrap_or(rest.len());
    let host_start = rest[..host_end].iter().rposition(|&byte| byte == b'@').map_or(0, |at| at + 1);
    [scheme, &rest[host_start..]].concat()
}

/// Whether `text` matches `pattern`. Greedy with one point of return, so at most `pattern` times `text` steps.
fn wildcard(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p) == Some(&b'*') {
            star = Some((p, t));
            p += 1;
        } else if pattern.get(p) == text.get(t) {
            p += 1;
            t += 1;
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            p = at + 1;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refs_match_as_in_a_refspec() {
        let cases: &[(&str, &[u8], bool)] = &[
            ("main", b"refs/heads/main", true),
            ("main", b"refs/heads/feature/main", false),
            ("main", b"refs/tags/main", false),
            ("main", b"main", false),
            ("auto/*", b"refs/heads/auto/x", true),
            ("auto/*", b"refs/heads/auto/x/y", true),
            ("auto/*", b"refs/heads/auto/", true),
            ("auto/*", b"refs/heads/auto", false),
            ("auto/*", b"refs/heads/auto/\xff", true),
            ("*", b"refs/heads/any/thing", true),
            ("*", b"refs/tags/v1", false),
            ("refs/for/main", b"refs/for/main", true),
            ("refs/*/main", b"refs/for/main", true),
            ("rel/*/v*x", b"refs/heads/rel/a/b/v1xx", true),
            ("rel/*/v*x", b"refs/heads/rel/a/b/v1xy", false),
            ("MAIN", b"refs/heads/main", false),
        ];
        for (pattern, name, expected) in cases {
            let matches = RefPattern::new(pattern).unwrap().matches(name);
            assert_eq!(matches, *expected, "{pattern} {}", crate::source::printable(name));
        }
    }

    #[test]
    fn what_git_would_not_call_a_ref_is_no_pattern() {
        for bad in ["", "/main", "main/", "a//b", "a b", "a..b", "a~1", "a:b", "a?", "[a]", "a\\b", "a@{1}", ".a", "a."]
        {
            assert!(RefPattern::new(bad).is_err(), "{bad:?}");
        }
        assert!(RefPattern::new("a.lock/b").is_err());
        assert_eq!(RefPattern::new("auto/*").unwrap().to_string(), "auto/*");
    }

    #[test]
    fn remotes_match_by_name_or_url_with_or_without_credentials() {
        let matches = |pattern: &str, name: &str, url: &str| {
            RemotePattern::new(pattern).unwrap().matches(name.as_bytes(), url.as_bytes())
        };
        assert!(matches("*", "origin", ""));
        assert!(matches("origin", "origin", "https://example.com/a.git"));
        assert!(!matches("origin", "origin2", "https://example.com/a.git"));
        assert!(matches("https://example.com/*", "x", "https://user:p@ss@example.com/a.git"));
        assert!(!matches("https://example.com/*", "x", "https://example.com.evil/a.git"));
        assert!(!matches("https://example.com/*", "x", "https://evil/@example.com/a.git"));
        assert!(matches("git@example.com:*", "x", "git@example.com:a/b.git"));
        assert!(RemotePattern::new("").is_err());
        assert!(RemotePattern::new("a\nb").is_err());
    }

    #[test]
    fn many_stars_stay_fast() {
        let pattern = "*a".repeat(500) + "b";
        let text = "a".repeat(100_000);
        assert!(!wildcard(pattern.as_bytes(), text.as_bytes()));
    }
}
