//! What is staged in a work tree: putting files there by their exact names, and telling two states apart.

use std::ffi::OsString;

use crate::git::{GitError, Repository};
use crate::source::{Id, ReadError, RepoPath, printable};

/// Stages `files`, and nothing where there are none.
///
/// # Errors
/// What git refuses, an ignored file for one.
pub fn stage(repo: &Repository, files: &[RepoPath]) -> Result<(), ReadError> {
    if files.is_empty() {
        return Ok(());
    }
    let mut git = repo.git().args(["add", "--"]);
    for file in files {
        git = git.arg(pathspec(file)?);
    }
    git.run().map(drop).map_err(GitError::into)
}

/// `file` from the top, whatever characters it holds.
#[cfg(unix)]
pub(super) fn pathspec(file: &RepoPath) -> Result<OsString, ReadError> {
    use std::os::unix::ffi::OsStringExt as _;
    Ok(OsString::from_vec([b":(top,literal)", file.as_bytes()].concat()))
}

/// `file` from the top, whatever characters it holds.
#[cfg(not(unix))]
pub(super) fn pathspec(file: &RepoPath) -> Result<OsString, ReadError> {
    let text = std::str::from_utf8(file.as_bytes()).map_err(|_| ReadError::Missing { what: file.to_string() })?;
    Ok(format!(":(top,literal){text}").into())
}

/// The tree of what is staged.
pub(super) fn tree(repo: &Repository) -> Result<Id, ReadError> {
    id(&repo.git().arg("write-tree").run()?.stdout)
}

/// The tree of a commit.
pub(super) fn tree_of(repo: &Repository, commit: &Id) -> Result<Id, ReadError> {
    id(&repo.git().args(["rev-parse", "--verify"]).arg(format!("{commit}^{{tree}}")).run()?.stdout)
}

fn id(line: &[u8]) -> Result<Id, ReadError> {
    let line = line.trim_ascii_end();
    Id::from_hex(line).ok_or_else(|| ReadError::Missing { what: format!("the tree {}", printable(line)) })
}
