//! Questions about how commits hang together, which git answers: it has the commit graph and knows a shallow clone's edge.

use std::ffi::OsString;

use super::refs::unexpected;
use super::repository::Repository;
use crate::source::{Id, ReadError};

/// A commit, and what it changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// The commit.
    pub id: Id,
    /// The first line of its message.
    pub subject: Vec<u8>,
    /// For each parent from which it differs, the paths that differ.
    pub paths: Vec<Vec<Vec<u8>>>,
}

/// Commits to ask about: those that `tip` has and nothing of `hidden` has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The newest.
    pub tip: Id,
    /// Commits that do not count, and neither do their ancestors.
    pub hidden: Vec<Id>,
}

/// Settings of the user that would change what `git log` writes.
const PLAIN: &[&str] = &["log.diffMerges=separate", "log.showRoot=true", "log.follow=false", "log.showSignature=false"];

impl Repository {
    /// Each commit of `span`, parents first, and what it changed. Reads trees and no file.
    ///
    /// # Errors
    /// When git cannot answer: a tree that a partial clone lacks, say.
    pub fn touched(&self, span: &Span) -> Result<Vec<Touched>, ReadError> {
        let mut git = self.git();
        for setting in PLAIN {
            git = git.arg("-c").arg(setting);
        }
        let git = git.args(["log", "-m", "--raw", "-z", "--no-renames", "--full-history", "--reverse", "--topo-order"]);
        let git = git.args(["--no-color", "--no-notes", "--no-decorate", "--ignore-submodules=none", "--format=%H %s"]);
        // The user's encoding, order file and `diff.relative` would garble the answer, stop it or cut it short.
        let git = git.args(["--encoding=UTF-8", "--no-relative", "-O/dev/null"]);
        read_log(&git.args(span.args()).arg("--").run()?.stdout)
    }

    /// The best common ancestors of two commits (`git merge-base --all`); none where they have no history in common, or
    /// where it is not here.
    ///
    /// # Errors
    /// When git cannot answer.
    pub fn merge_bases(&self, one: &Id, other: &Id) -> Result<Vec<Id>, ReadError> {
        let git = self.git().args(["merge-base", "--all"]).arg(one.to_string()).arg(other.to_string());
        match git.run() {
            Ok(output) => {
                let lines = output.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
                lines.map(|line| Id::from_hex(line).ok_or_else(|| unexpected("git merge-base", line))).collect()
            }
            Err(error) if error.status() == Some(1) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether `older` is `newer` or one of its ancestors, as far as this clone reaches.
    ///
    /// # Errors
    /// When git cannot answer.
    pub fn is_ancestor(&self, older: &Id, newer: &Id) -> Result<bool, ReadError> {
        let git = self.git().args(["merge-base", "--is-ancestor"]).arg(older.to_string()).arg(newer.to_string());
        match git.run() {
            Ok(_) => Ok(true),
            Err(error) if error.status() == Some(1) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether history is cut off somewhere in this clone (gitglossary(7), "shallow repository").
    pub fn is_shallow(&self) -> bool {
        std::fs::metadata(self.common_dir().join("shallow")).is_ok_and(|file| file.len() > 0)
    }
}

impl Span {
    pub(super) fn args(&self) -> impl Iterator<Item = OsString> {
        let hidden = self.hidden.iter().map(|id| format!("^{id}").into());
        std::iter::once(self.tip.to_string().into()).chain(hidden)
    }
}

/// Takes the log apart: `<id> <subject> NUL`, then for each path `:<modes, ids, status> NUL <path> NUL`, the first of them
/// after a line feed. A commit with several parents comes once for each that it differs from.
fn read_log(output: &[u8]) -> Result<Vec<Touched>, ReadError> {
    let mut commits: Vec<Touched> = Vec::new();
    let mut tokens = output.split(|&byte| byte == 0);
    while let Some(token) = tokens.next() {
        let token = token.strip_prefix(b"\n").unwrap_or(token);
        if token.is_empty() {
            continue;
        }
        if token.starts_with(b":") {
            let path = tokens.next().ok_or_else(|| unexpected("git log --raw", token))?;
            let paths = commits.last_mut().and_then(|commit| commit.paths.last_mut());
            paths.ok_or_else(|| unexpected("git log --raw", token))?.push(path.to_vec());
            continue;
        }
        let (id, subject) = token.split_at(token.iter().position(|&byte| byte == b' ').unwrap_or(token.len()));
        let id = Id::from_hex(id).ok_or_else(|| unexpected("git log --raw", token))?;
        match commits.last_mut().filter(|last| last.id == id) {
            Some(again) => again.paths.push(Vec::new()),
            None => commits.push(Touched { id, subject: subject.trim_ascii().to_vec(), paths: vec![Vec::new()] }),
        }
    }
    Ok(commits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_looks_like_a_commit_stays_a_path() {
        let id = "0123456789012345678901234567890123456789";
        let log = format!(
            "{id} one\0\n:100644 100644 a b M\0{id} two\0:100644 100644 a b M\0\n:x\0{id} one\0\n:1 2 a b A\0c\0"
        );
        let commits = read_log(log.as_bytes()).unwrap();
        let expected = vec![vec![format!("{id} two").into_bytes(), b"\n:x".to_vec()], vec![b"c".to_vec()]];
        assert_eq!(commits.len(), 1);
        assert_eq!((commits[0].subject.as_slice(), &commits[0].paths), (&b"one"[..], &expected));
        assert!(read_log(b":1 2 a b A\0path\0").is_err());
        assert!(read_log(b"no id\0").is_err());
    }
}
