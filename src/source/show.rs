//! How paths and other bytes are written for a person: as they would type them where they stand, safe to show and safe
//! to paste into a shell.

use std::borrow::Cow;

use super::{RepoPath, printable};

/// How paths are written for the person who reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths {
    /// The directory they stand in, relative to the top, without slashes around it; empty at the top.
    pub directory: Vec<u8>,
}

impl Paths {
    /// `path` as seen from the directory, escaped for a message.
    pub fn show(&self, path: &RepoPath) -> String {
        printable(&path.seen_from(&self.directory))
    }

    /// `path` as a word of a shell command.
    pub fn word(&self, path: &RepoPath) -> String {
        shell_word(&printable(&path.seen_from(&self.directory))).into_owned()
    }
}

/// `text` as one word for a POSIX shell: as it is where that is safe, else in single quotes.
pub fn shell_word(text: &str) -> Cow<'_, str> {
    let plain = |char: char| char.is_alphanumeric() || "-_./+:@%,=".contains(char);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    let guard = if text.starts_with('-') { "./" } else { "" };
    Cow::Owned(format!("'{guard}{}'", text.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_the_shell() {
        assert_eq!(shell_word("a/b.txt"), "a/b.txt");
        assert_eq!(shell_word("a b"), "'a b'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
        assert_eq!(shell_word("$(x)"), "'$(x)'");
        assert_eq!(shell_word("-r"), "'./-r'");
        assert_eq!(shell_word(""), "''");
    }
}
