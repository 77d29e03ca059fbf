//! What the name of a file tells: its part in a pair, and whether it lies where a project keeps what is not its own.

use crate::source::RepoPath;

/// The part that a file's name gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// `.in`: a resolver's input.
    Source,
    /// `.lock`
    Lock,
    /// It constrains and installs nothing.
    Constraints,
    /// Any other: `.txt`.
    Text,
}

/// Directories whose requirements are not the project's, and what they are.
const ASIDE: &[(&str, &str)] = &[
    ("doc", "documentation"),
    ("docs", "documentation"),
    ("example", "examples"),
    ("examples", "examples"),
    ("sample", "examples"),
    ("samples", "examples"),
    ("demo", "examples"),
    ("demos", "examples"),
    ("fixture", "test data"),
    ("fixtures", "test data"),
    ("testdata", "test data"),
    ("test-data", "test data"),
    ("test_data", "test data"),
    ("vendor", "other people's code"),
    ("vendored", "other people's code"),
    ("_vendor", "other people's code"),
    ("third_party", "other people's code"),
    ("third-party", "other people's code"),
    ("node_modules", "other people's code"),
    ("site-packages", "other people's code"),
];

/// Directories whose own files are the project's, and whose directories hold test data.
const TESTS: &[&str] = &["test", "tests"];

/// What a lock's name adds to its manifest's where both end in `.txt`.
const LOCK_WORDS: &[&str] = &["lock", "locked", "freeze", "frozen"];

pub(super) fn part(path: &RepoPath) -> Part {
    let text = String::from_utf8_lossy(path.as_bytes()).to_ascii_lowercase();
    let (parent, name) = text.rsplit_once('/').unwrap_or(("", &text));
    if name.ends_with(".lock") {
        return Part::Lock;
    }
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let constrains = |word: &str| matches!(word, "constraint" | "constraints");
    if stem.split(['-', '_', '.', ' ']).any(constrains) || parent.rsplit('/').next().is_some_and(constrains) {
        return Part::Constraints;
    }
    if name.ends_with(".in") { Part::Source } else { Part::Text }
}

/// `path` with `end` in the place of its last extension.
pub(super) fn with_end(path: &RepoPath, end: &[u8]) -> Option<RepoPath> {
    path.sibling(&[stem(path), end].concat())
}

/// The names that a lock of the `.txt` file `path` may have, in the order of preference.
pub(super) fn lock_names(path: &RepoPath) -> Vec<RepoPath> {
    let worded = LOCK_WORDS.iter().flat_map(|word| ["-", "_", "."].map(|gap| format!("{gap}{word}.txt")));
    let ends = [".lock".to_owned(), ".txt.lock".to_owned()].into_iter().chain(worded);
    ends.filter_map(|end| with_end(path, end.as_bytes())).collect()
}

/// The file's name before its last dot.
fn stem(path: &RepoPath) -> &[u8] {
    let name = path.file_name();
    name.iter().rposition(|&byte| byte == b'.').map_or(name, |dot| name.split_at(dot).0)
}

/// The outermost directory on the way to `path` that is not the project's own, and what it holds.
pub(super) fn aside(path: &RepoPath) -> Option<(RepoPath, &'static str)> {
    let directories: Vec<&[u8]> = path.parent().split(|&byte| byte == b'/').collect();
    for (at, name) in directories.iter().enumerate() {
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        let known = ASIDE.iter().find(|(directory, _)| *directory == name).map(|(_, what)| (at, *what));
        let deeper = at + 1 < directories.len();
        let data = (deeper && TESTS.contains(&name.as_str())).then_some((at + 1, "test data"));
        if let Some((last, what)) = known.or(data) {
            let directory = directories.get(..=last).unwrap_or_default().join(&b'/');
            return Some((RepoPath::new(&directory)?, what));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text.as_bytes()).unwrap()
    }

    #[test]
    fn names_give_parts() {
        let cases = [
            ("requirements.txt", Part::Text),
            ("a/Requirements.IN", Part::Source),
            ("requirements-dev.lock", Part::Lock),
            ("constraints.txt", Part::Constraints),
            ("dev-constraints.in", Part::Constraints),
            ("constraints/dev.txt", Part::Constraints),
            ("constraints.lock", Part::Lock),
        ];
        for (text, expected) in cases {
            assert_eq!(part(&path(text)), expected, "{text}");
        }
    }

    #[test]
    fn a_lock_stands_beside_its_manifest() {
        let names: Vec<_> = lock_names(&path("a/b.c.txt")).iter().map(ToString::to_string).collect();
        assert_eq!(names.first().map(String::as_str), Some("a/b.c.lock"));
        assert!(names.contains(&"a/b.c-lock.txt".to_owned()) && names.contains(&"a/b.c.frozen.txt".to_owned()));
        assert_eq!(with_end(&path("a/x"), b".lock"), Some(path("a/x.lock")));
    }

    #[test]
    fn what_is_not_the_projects_own_lies_aside() {
        let cases = [
            ("docs/requirements.txt", Some("docs")),
            ("a/Examples/b/requirements.txt", Some("a/Examples")),
            ("tests/requirements.txt", None),
            ("tests/data/x/requirements.txt", Some("tests/data")),
            ("requirements.txt", None),
            ("docs.txt", None),
            ("backend/docs-site/requirements.txt", None),
        ];
        for (text, expected) in cases {
            let found = aside(&path(text)).map(|(directory, _)| directory.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
