//! Ref names as a server must see them: the namespace of a push (gitnamespaces(7)), the name that really changes when a
//! ref is symbolic, and what its configuration says of names.
//!
//! git tells a hook names from within the namespace and keeps them under `refs/namespaces/<part>/`, once for each part.
//! A name that is sent from outside, in full, means the same ref; so names are always taken apart here.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::refs::{Reference, unexpected};
use super::repository::{Repository, os_string};
use super::{GitError, Head};
use crate::source::{ReadError, printable};

const PART: &[u8] = b"refs/namespaces/";

/// git follows no longer chain of symbolic refs (refs.c, SYMREF_MAXDEPTH).
const MAX_SYMREFS: usize = 5;

/// A ref's name, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// `refs/namespaces/<part>/` for each part of its namespace; empty outside of any.
    pub space: Vec<u8>,
    /// The full name within that.
    pub name: Vec<u8>,
}

impl Placed {
    /// Takes the name of a ref apart, as the repository keeps it.
    pub fn of(stored: &[u8]) -> Self {
        let mut name = stored;
        while let Some(rest) = name.strip_prefix(PART)
            && let Some(slash) = rest.iter().position(|&byte| byte == b'/')
            && rest[slash + 1..].starts_with(b"refs/")
        {
            name = &rest[slash + 1..];
        }
        Self { space: stored[..stored.len() - name.len()].to_vec(), name: name.to_vec() }
    }

    /// The name under which the repository keeps it.
    pub fn stored(&self) -> Vec<u8> {
        [&*self.space, &self.name].concat()
    }
}

/// The refs that a push updates, as they are now. Where only the git binary can read them, it is asked once for all.
pub struct RefsNow<'r> {
    repo: &'r Repository,
    listed: OnceCell<HashMap<Vec<u8>, Reference>>,
}

impl<'r> RefsNow<'r> {
    /// Reads nothing yet.
    pub fn of(repo: &'r Repository) -> Self {
        Self { repo, listed: OnceCell::new() }
    }

    /// What the ref `stored` holds; `None` where it does not exist, or stands for one that does not.
    ///
    /// # Errors
    /// What the repository cannot answer.
    pub fn get(&self, stored: &[u8]) -> Result<Option<Reference>, ReadError> {
        if self.repo.refs_are_files() {
            return self.repo.reference(stored);
        }
        let listed = match self.listed.get() {
            Some(listed) => listed,
            None => {
                let all = self.repo.references(b"refs/")?.into_iter().collect();
                self.listed.get_or_init(|| all)
            }
        };
        Ok(listed.get(stored).cloned())
    }

    /// The name that changes when the ref `stored` is updated: at the end of a chain of symbolic refs, whether or not
    /// anything stands there yet.
    ///
    /// # Errors
    /// A chain without an end, and what the repository cannot answer.
    pub fn final_name(&self, stored: &[u8]) -> Result<Vec<u8>, ReadError> {
        if let Some(Reference { target, .. }) = self.get(stored)? {
            return Ok(target);
        }
        let mut name = stored.to_vec();
        for _ in 0..=MAX_SYMREFS {
            match self.repo.symbolic_target(&name)? {
                Some(next) => name = next,
                None => return Ok(name),
            }
        }
        Err(ReadError::Failed {
            message: format!("the symbolic ref {} has no end", printable(stored)),
            help: "`git symbolic-ref <name>` shows each step; point it at a branch".to_owned(),
        })
    }
}

impl Repository {
    /// What stands before the names of a push: empty without GIT_NAMESPACE.
    ///
    /// # Errors
    /// A namespace that git would not take.
    pub fn namespace(&self) -> Result<Vec<u8>, ReadError> {
        let Some(given) = self.world().var("GIT_NAMESPACE") else { return Ok(Vec::new()) };
        let mut space = Vec::new();
        for part in given.as_encoded_bytes().split(|&byte| byte == b'/').filter(|part| !part.is_empty()) {
            space.extend_from_slice(PART);
            space.extend_from_slice(part);
            space.push(b'/');
        }
        let probe = [&*space, b"refs/x"].concat();
        if Self::valid_ref_name(&probe) {
            return Ok(space);
        }
        Err(ReadError::Failed {
            message: format!("GIT_NAMESPACE is `{}`, which is no namespace", printable(given.as_encoded_bytes())),
            help: "name it as a branch is named: letters, digits, `-` and `/`".to_owned(),
        })
    }

    /// Whether `core.ignoreCase` says that names in other letters are the same file.
    pub fn folds_case(&self) -> bool {
        self.layout().case == gix::glob::pattern::Case::Fold
    }

    /// What git reads in the setting `key` as true or false; `None` where it is not set.
    ///
    /// # Errors
    /// A value that is neither, and a configuration that git cannot read.
    pub fn config_switch(&self, key: &str) -> Result<Option<bool>, ReadError> {
        match self.git().args(["config", "--type=bool", "--get", key]).run() {
            Ok(output) => Ok(Some(output.stdout.trim_ascii() == b"true")),
            Err(GitError::Failed { status: Some(1), .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What the ref `stored` says it stands for; `None` where it is no symbolic ref, or not there.
    fn symbolic_target(&self, stored: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        if self.refs_are_files() {
            return self.ref_files().symbolic_target(stored);
        }
        match self.git().args(["symbolic-ref", "--quiet"]).arg(os_string(stored)?).run() {
            Ok(output) => {
                let line = output.stdout.strip_suffix(b"\n").unwrap_or(&output.stdout);
                if line.is_empty() {
                    return Err(unexpected("git symbolic-ref", line));
                }
                Ok(Some(line.to_vec()))
            }
            Err(GitError::Failed { status: Some(1), .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The branch that the namespace `space` shows first: that of its HEAD, which in a repository without one is `None`.
    ///
    /// # Errors
    /// What the repository cannot answer.
    pub fn default_branch(&self, space: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        if space.is_empty() {
            return Ok(match self.head()? {
                Head::Attached { name, .. } | Head::Unborn { name } => Some(name),
                Head::Detached { .. } => None,
            });
        }
        let head = [space, b"HEAD"].concat();
        Ok(self.reference(&head)?.map(|found| found.target).filter(|target| *target != head))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_apart_and_together() {
        for (stored, space, name) in [
            ("refs/heads/main", "", "refs/heads/main"),
            ("refs/namespaces/a/refs/heads/main", "refs/namespaces/a/", "refs/heads/main"),
            (
                "refs/namespaces/a/refs/namespaces/b/refs/heads/x/y",
                "refs/namespaces/a/refs/namespaces/b/",
                "refs/heads/x/y",
            ),
            ("refs/namespaces/a/HEAD", "", "refs/namespaces/a/HEAD"),
            ("refs/namespaces/a", "", "refs/namespaces/a"),
        ] {
            let placed = Placed::of(stored.as_bytes());
            assert_eq!((&*placed.space, &*placed.name), (space.as_bytes(), name.as_bytes()));
            assert_eq!(placed.stored(), stored.as_bytes());
        }
    }
}
