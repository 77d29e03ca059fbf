//! HEAD, refs, remotes, merge heads, revisions.
//!
//! Where refs are not stored as files (reftable), gix would say that an existing branch does not exist; so git is asked.

use std::fs;
use std::path::Path;

use gix::refs::TargetRef;

use super::commit_tree::source_id;
use super::open::one_line;
use super::{GitError, Repository};
use crate::source::{Id, ReadError, printable};

/// Symbolic refs that point to symbolic refs: git follows five.
const MAX_DEPTH: usize = 5;
/// The longest range that is judged commit by commit.
const MAX_RANGE: usize = 100_000;

/// Where HEAD is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// On a branch without a commit.
    Unborn {
        /// Its full name.
        name: Vec<u8>,
    },
    /// On a branch.
    Attached {
        /// Its full name, after every symbolic ref.
        name: Vec<u8>,
        /// Its commit.
        id: Id,
    },
    /// On no branch.
    Detached {
        /// The commit.
        id: Id,
    },
}

/// What a ref holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The object, tags not peeled.
    pub id: Id,
    /// The full name of the last ref on the way, itself unless it is symbolic.
    pub target: Vec<u8>,
}

enum Target {
    Object(Id),
    Symbolic(Vec<u8>),
}

impl Repository {
    /// Where HEAD of this work tree is.
    ///
    /// # Errors
    /// When refs cannot be read.
    pub fn head(&self) -> Result<Head, ReadError> {
        let (name, id) = self.follow(b"HEAD")?;
        Ok(match (name.as_slice(), id) {
            (b"HEAD", Some(id)) => Head::Detached { id },
            (_, Some(id)) => Head::Attached { name, id },
            (_, None) => Head::Unborn { name },
        })
    }

    /// What the ref with this full name holds; `None` if there is none.
    ///
    /// # Errors
    /// When refs cannot be read.
    pub fn reference(&self, full_name: &[u8]) -> Result<Option<Reference>, ReadError> {
        if !Self::valid_ref_name(full_name) {
            return Ok(None);
        }
        let (target, id) = self.follow(full_name)?;
        Ok(id.map(|id| Reference { id, target }))
    }

    /// Every ref whose full name starts with `prefix`, which ends with `/`, sorted by name.
    ///
    /// # Errors
    /// When refs cannot be read.
    pub fn references(&self, prefix: &[u8]) -> Result<Vec<(Vec<u8>, Reference)>, ReadError> {
        let mut names = Vec::new();
        if self.refs_are_files {
            let platform = self.repo.references().map_err(|error| unreadable(&error))?;
            for found in platform.prefixed(prefix).map_err(|error| unreadable(&error))? {
                names.push(found.map_err(|error| unreadable(&error))?.name().as_bstr().to_vec());
            }
        } else {
            let listing = self.git().args(["for-each-ref", "--format=%(refname)"]).bytes(prefix).run()?;
            names.extend(listing.split(|&byte| byte == b'\n').filter(|name| !name.is_empty()).map(<[u8]>::to_vec));
        }
        names.sort();
        let mut found = Vec::new();
        for name in names {
            if let Some(reference) = self.reference(&name)? {
                found.push((name, reference));
            }
        }
        Ok(found)
    }

    /// Whether git would take `name` as a full ref name (`git check-ref-format`), as in `refs/heads/main`.
    pub fn valid_ref_name(name: &[u8]) -> bool {
        name.starts_with(b"refs/") && gix::validate::reference::name(name.into()).is_ok()
    }

    /// The last name on the way from `name`, and the object it holds.
    fn follow(&self, name: &[u8]) -> Result<(Vec<u8>, Option<Id>), ReadError> {
        let mut name = name.to_vec();
        for _ in 0..=MAX_DEPTH {
            let target = if self.refs_are_files { self.target_in_files(&name)? } else { self.target_by_git(&name)? };
            match target {
                None => return Ok((name, None)),
                Some(Target::Object(id)) => return Ok((name, Some(id))),
                Some(Target::Symbolic(next)) => name = next,
            }
        }
        let shown = printable(&name);
        Err(ReadError::Failed {
            message: format!("{shown} is a symbolic ref that leads through more than {MAX_DEPTH} others"),
            help: format!("see where it leads: `git symbolic-ref {shown}`"),
        })
    }

    fn target_in_files(&self, name: &[u8]) -> Result<Option<Target>, ReadError> {
        let name: &gix::bstr::BStr = name.into();
        let Some(found) = self.repo.try_find_reference(name).map_err(|error| unreadable(&error))? else {
            return Ok(None);
        };
        Ok(Some(match found.target() {
            TargetRef::Object(id) => Target::Object(source_id(id)?),
            TargetRef::Symbolic(next) => Target::Symbolic(next.as_bstr().to_vec()),
        }))
    }

    fn target_by_git(&self, name: &[u8]) -> Result<Option<Target>, ReadError> {
        // Status 1 with `--quiet` means "not symbolic" and "no such ref"; anything else is a failure.
        match self.git().args(["symbolic-ref", "--quiet", "--no-recurse"]).bytes(name).run() {
            Ok(next) => return Ok(Some(Target::Symbolic(next.trim_ascii_end().to_vec()))),
            Err(GitError { status: Some(1), .. }) => {}
            // `--no-recurse` is younger than reftable's first readers.
            Err(_) => {
                if let Ok(next) = self.git().args(["symbolic-ref", "--quiet"]).bytes(name).run() {
                    return Ok(Some(Target::Symbolic(next.trim_ascii_end().to_vec())));
                }
            }
        }
        match self.git().args(["rev-parse", "--quiet", "--verify", "--end-of-options"]).bytes(name).run() {
            Ok(id) => Ok(Id::from_hex(id.trim_ascii_end()).map(Target::Object)),
            Err(GitError { status: Some(1), .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Ids of the merge that is being made, from the names GITHEAD_<id> that git gives a pre-merge-commit hook.
    pub fn merge_heads_from_env(&self) -> Vec<Id> {
        let names = self.world.env.keys().map(|name| name.as_encoded_bytes());
        names.filter_map(|name| Id::from_hex(name.strip_prefix(b"GITHEAD_")?)).collect()
    }

    /// Ids of the merge that is being concluded: every line of MERGE_HEAD, which is a file in every repository.
    ///
    /// # Errors
    /// When the file is there and cannot be read, or holds something else.
    pub fn merge_heads_from_file(&self) -> Result<Vec<Id>, ReadError> {
        let file = self.repo.git_dir().join("MERGE_HEAD");
        let odd = |reason: String| ReadError::Failed {
            message: format!("MERGE_HEAD cannot be read: {reason}"),
            help: "conclude or abort the merge: `git merge --abort`".to_owned(),
        };
        let bytes = match fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(odd(error.to_string())),
        };
        let lines = bytes.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| Id::from_hex(line).ok_or_else(|| odd("it holds something else than ids".to_owned()))).collect()
    }

    /// Whether a rebase by patches is going on: its commits were judged when they were made.
    pub fn rebasing_with_apply(&self) -> bool {
        self.repo.git_dir().join("rebase-apply").join("rebasing").exists()
    }

    /// The names of the configured remotes.
    pub fn remotes(&self) -> Vec<Vec<u8>> {
        self.repo.remote_names().iter().map(|name| name.to_vec()).collect()
    }

    /// The commit that a revision names, as `git rev-parse` reads it.
    ///
    /// # Errors
    /// When it names none.
    pub fn resolve(&self, spec: &[u8]) -> Result<Id, ReadError> {
        let unknown = |reason: &str| ReadError::Failed {
            message: format!("`{}` names no commit: {reason}", printable(spec)),
            help: "see what there is: `git log --oneline --all`".to_owned(),
        };
        let commit = [spec, b"^{commit}"].concat();
        let words = ["rev-parse", "--verify", "--end-of-options"];
        let id = self.git().args(words).bytes(&commit).run().map_err(|error| unknown(&error.reason))?;
        Id::from_hex(id.trim_ascii_end()).ok_or_else(|| unknown("git did not answer with an id"))
    }

    /// The commits of a range as `git rev-list` reads it, newest first.
    ///
    /// # Errors
    /// When git does not take the range, or it has more than 100,000 commits.
    pub fn rev_list(&self, range: &[u8]) -> Result<Vec<Id>, ReadError> {
        if range.starts_with(b"-") || !range.windows(2).any(|two| two == b"..") {
            return Err(ReadError::Failed {
                message: format!("`{}` is no range", printable(range)),
                help: "name one as in `hook check --range origin/main..HEAD`".to_owned(),
            });
        }
        let limit = format!("--max-count={}", MAX_RANGE + 1);
        let command = self.git().args(["rev-list", "--topo-order", &limit, "--end-of-options"]).bytes(range).arg("--");
        let listing = command.run()?;
        let ids: Vec<_> = listing.split(|&byte| byte == b'\n').filter_map(Id::from_hex).collect();
        if ids.len() > MAX_RANGE {
            return Err(ReadError::Failed {
                message: format!("the range has more than {MAX_RANGE} commits"),
                help: "judge a shorter one".to_owned(),
            });
        }
        Ok(ids)
    }

    /// Whether there is no work tree.
    pub fn is_bare(&self) -> bool {
        self.repo.workdir().is_none()
    }

    /// The top of the work tree.
    pub fn work_dir(&self) -> Option<&Path> {
        self.repo.workdir()
    }

    /// This work tree's git directory.
    pub fn git_dir(&self) -> &Path {
        self.repo.git_dir()
    }

    /// The git directory that all work trees share.
    pub fn common_dir(&self) -> &Path {
        self.repo.common_dir()
    }

    /// Where the caller stands, relative to the top, as bytes with `/` between components.
    pub fn prefix(&self) -> &[u8] {
        &self.prefix
    }
}

fn unreadable(error: &dyn std::fmt::Display) -> ReadError {
    ReadError::Failed {
        message: format!("refs cannot be read: {}", one_line(&error.to_string())),
        help: "see what git says: `git for-each-ref`".to_owned(),
    }
}
