//! Path patterns as git's ignore files write them, over bytes: `*` and `?` stay inside one component, `**` between
//! slashes crosses them, `[a-z]` and `[!a-z]`, `\` takes the next special character as it is. A pattern always begins at
//! the top of the repository.
//!
//! Patterns run as a `regex`, whose time is linear in the path, because a policy may come from a stranger; and because it
//! tells what each wildcard stood for, which is how a lock's path is made from its manifest's.

use regex::bytes::{Regex, RegexBuilder};

use crate::source::{RepoPath, printable_text};

use super::mistake::Wrong;

mod scanner;

use scanner::tokens;

/// A path pattern, or a plain path where it has no wildcard.
#[derive(Clone, Debug)]
pub(super) struct Glob {
    text: String,
    tokens: Vec<Token>,
    /// What every match ends with: rejects nearly every path before the regex is asked.
    tail: Vec<u8>,
    regex: Regex,
}

impl PartialEq for Glob {
    fn eq(&self, other: &Self) -> bool {
        self.tokens == other.tokens
    }
}

impl Eq for Glob {}

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Bytes as they are.
    Literal(Vec<u8>),
    /// What stands for more than one text.
    Wild(Wild),
}

/// A wildcard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wild {
    /// `*`: any bytes but a slash.
    Star,
    /// `?`: one character but a slash.
    One,
    /// `[…]`: the class as a regex.
    Class(String),
    /// `**/`: any number of directories, each with its slash.
    Directories,
    /// `**` at the end: anything at all.
    Rest,
}

impl Glob {
    /// Reads `text`.
    pub(super) fn new(text: &str) -> Result<Self, Wrong> {
        let tokens = tokens(text).map_err(|why| {
            Wrong::new(
                format!("`{}` is not a path pattern: {why}", printable_text(&text.chars().take(200).collect::<String>())),
                "paths begin at the top of the repository and use `/`; `*` stays inside a directory, `**/` crosses them, \
                 `\\*` is a star itself",
            )
        })?;
        let regex = compile(&tokens, "").map_err(|()| {
            Wrong::new("this path pattern is too large", "split it into several patterns with fewer wildcards")
        })?;
        let tail = match tokens.last() {
            Some(Token::Literal(bytes)) => bytes.clone(),
            _ => Vec::new(),
        };
        Ok(Self { text: text.to_owned(), tokens, tail, regex })
    }

    /// As [`Self::new`], and whatever lies inside a directory that matches matches too: what `exclude` means.
    pub(super) fn tree(text: &str) -> Result<Self, Wrong> {
        let directory = text.strip_suffix('/').unwrap_or(text);
        let mut glob = Self::new(directory)?;
        glob.regex = compile(&glob.tokens, "(?:/.*)?")
            .map_err(|()| Wrong::new("this path pattern is too large", "split it into several patterns"))?;
        glob.tail.clear();
        Ok(glob)
    }

    /// As written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What every match ends with.
    pub(super) fn tail(&self) -> &[u8] {
        &self.tail
    }

    /// Whether a path with this end could match, which costs next to nothing.
    pub(super) fn may_match(&self, path: &[u8]) -> bool {
        path.ends_with(&self.tail)
    }

    /// Whether the whole of `path` matches.
    pub(super) fn matches(&self, path: &[u8]) -> bool {
        self.may_match(path) && self.regex.is_match(path)
    }

    /// What each wildcard stands for in `path`; `None` if it does not match.
    pub(super) fn captures(&self, path: &[u8]) -> Option<Vec<Vec<u8>>> {
        if !self.may_match(path) {
            return None;
        }
        let captures = self.regex.captures(path)?;
        Some(
            captures
                .iter()
                .skip(1)
                .map(|group| group.map_or_else(Vec::new, |found| found.as_bytes().to_vec()))
                .collect(),
        )
    }

    /// Its wildcards, in order.
    pub(super) fn wilds(&self) -> Vec<&Wild> {
        wilds(&self.tokens)
    }

    /// The wildcards of its last component.
    pub(super) fn wilds_of_name(&self) -> Vec<&Wild> {
        let name = self.tokens.iter().rposition(|token| match token {
            Token::Literal(bytes) => bytes.contains(&b'/'),
            Token::Wild(wild) => *wild == Wild::Directories,
        });
        wilds(self.tokens.get(name.map_or(0, |at| at + 1)..).unwrap_or_default())
    }

    /// The path it names, where it has no wildcard.
    pub(super) fn plain(&self) -> Option<RepoPath> {
        match self.tokens.as_slice() {
            [Token::Literal(bytes)] => RepoPath::new(bytes),
            _ => None,
        }
    }

    /// The text that it becomes when its wildcards stand for `values`, in order.
    pub(super) fn fill(&self, values: &[Vec<u8>]) -> Vec<u8> {
        let mut values = values.iter();
        let mut path = Vec::new();
        for token in &self.tokens {
            match token {
                Token::Literal(bytes) => path.extend_from_slice(bytes),
                Token::Wild(_) => path.extend_from_slice(values.next().map_or(&[], Vec::as_slice)),
            }
        }
        path
    }

    /// Whether it ends with the literal bytes `end`.
    pub(super) fn ends_with(&self, end: &[u8]) -> bool {
        self.tail.ends_with(end)
    }
}

fn wilds(tokens: &[Token]) -> Vec<&Wild> {
    tokens
        .iter()
        .filter_map(|token| match token {
            Token::Wild(wild) => Some(wild),
            Token::Literal(_) => None,
        })
        .collect()
}

/// The regex of `tokens`, each wildcard a group, with `end` before the end of the path.
fn compile(tokens: &[Token], end: &str) -> Result<Regex, ()> {
    let mut regex = String::from("^");
    for token in tokens {
        match token {
            Token::Literal(bytes) => bytes.iter().for_each(|byte| regex.push_str(&format!("\\x{byte:02x}"))),
            Token::Wild(Wild::Star) => regex.push_str("([^/]*)"),
            Token::Wild(Wild::One) => regex.push_str("((?u:[^/])|[^/])"),
            Token::Wild(Wild::Class(class)) => regex.push_str(&format!("({class})")),
            Token::Wild(Wild::Directories) => regex.push_str("((?:[^/]+/)*)"),
            Token::Wild(Wild::Rest) => regex.push_str("(.+)"),
        }
    }
    regex.push_str(end);
    regex.push('$');
    RegexBuilder::new(&regex).unicode(false).dot_matches_new_line(true).build().map_err(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_gitignore_from_the_top() {
        let cases: &[(&str, &[u8], bool)] = &[
            ("a.txt", b"a.txt", true),
            ("a.txt", b"b/a.txt", false),
            ("a.txt", b"aXtxt", false),
            ("*/a.txt", b"b/a.txt", true),
            ("*/a.txt", b"b/c/a.txt", false),
            ("**/a.txt", b"a.txt", true),
            ("**/a.txt", b"b/c/a.txt", true),
            ("**/a.txt", b"ba.txt", false),
            ("b/**/a.txt", b"b/a.txt", true),
            ("b/**/a.txt", b"b/c/d/a.txt", true),
            ("b/**", b"b/c/d", true),
            ("b/**", b"b", false),
            ("r-?.txt", b"r-a.txt", true),
            ("r-?.txt", "r-é.txt".as_bytes(), true),
            ("r-?.txt", b"r-\xff.txt", true),
            ("r-?.txt", b"r-/.txt", false),
            ("r-?.txt", b"r-.txt", false),
            ("r[0-9a].txt", b"r7.txt", true),
            ("r[!0-9].txt", b"r7.txt", false),
            ("r[!0-9].txt", b"rx.txt", true),
            ("r[!0-9]txt", b"r/txt", false),
            ("r[]-]x", b"r]x", true),
            ("r[]-]x", b"r-x", true),
            ("r[\\]]x", b"r]x", true),
            ("\\*\\[\\?", b"*[?", true),
            ("\\*", b"a", false),
            ("*", b"\xff\xfe", true),
            ("*", b"a\nb", true),
            ("**", b"a/b", true),
            ("a*.txt", b"a\xff.txt", true),
        ];
        for (pattern, path, expected) in cases {
            let glob = Glob::new(pattern).unwrap();
            assert_eq!(glob.matches(path), *expected, "{pattern} {}", crate::source::printable(path));
            assert_eq!(glob.captures(path).is_some(), *expected, "{pattern}");
        }
    }

    #[test]
    fn what_would_match_nothing_or_surprise_is_a_mistake() {
        for bad in [
            "",
            "/a",
            "a/",
            "a//b",
            "./a",
            "../a",
            "a/../b",
            "a**",
            "**a",
            "a/**b",
            "***",
            "[a",
            "[",
            "[z-a]",
            "[ü]",
            "[[:alpha:]]",
            "[a-",
            "[+-0]",
            "a\\b",
            "a\\",
            "{a,b}",
            "a\0",
        ] {
            assert!(Glob::new(bad).is_err(), "{bad:?}");
        }
        assert!(Glob::new(&"a".repeat(1025)).is_err());
        assert!(Glob::new(&"?".repeat(1024)).is_ok());
        assert!(Glob::new(&"[a-z]".repeat(200)).is_ok());
    }

    #[test]
    fn a_tree_holds_what_lies_inside() {
        for pattern in ["docs", "docs/", "docs/**"] {
            assert!(Glob::tree(pattern).unwrap().matches(b"docs/a/b"), "{pattern}");
            assert!(!Glob::tree(pattern).unwrap().matches(b"docs2/a"), "{pattern}");
        }
        assert!(Glob::tree("**/vendor").unwrap().matches(b"a/vendor/b/c"));
        assert!(Glob::tree("").is_err());
        assert!(Glob::tree("/").is_err());
    }

    #[test]
    fn wildcards_can_be_filled_into_another_pattern() {
        let manifest = Glob::new("**/reqs/r-*.txt").unwrap();
        let lock = Glob::new("**/locks/l-*.lock").unwrap();
        assert_eq!(manifest.wilds(), lock.wilds());
        let values = manifest.captures(b"a/b/reqs/r-x.txt").unwrap();
        assert_eq!(lock.fill(&values), b"a/b/locks/l-x.lock");
        let values = manifest.captures(b"reqs/r-x.txt").unwrap();
        assert_eq!(lock.fill(&values), b"locks/l-x.lock");
        assert_eq!(manifest.wilds_of_name(), [&Wild::Star]);
        assert_eq!(Glob::new("*/a?").unwrap().wilds_of_name(), [&Wild::One]);
        assert_eq!(Glob::new("**/a").unwrap().wilds_of_name(), Vec::<&Wild>::new());
    }

    #[test]
    fn only_a_pattern_without_wildcards_is_a_plain_path() {
        assert_eq!(Glob::new("a/\\*b").unwrap().plain(), RepoPath::new(b"a/*b"));
        assert_eq!(Glob::new("a/*b").unwrap().plain(), None);
    }
}
