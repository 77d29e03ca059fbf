//! The policy of a snapshot: the two files that can hold one, looked up together and read once.

use crate::policy::{self, Broken, FREEZE_GUARD_TOML, Files, Origin, PYPROJECT_TOML, Policy};
use crate::source::{Mode, Object, ReadError, RepoPath, Tree};

/// Our version, which `requires` is held against.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What stands at the two places of a policy: their mode and id, `None` where absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct PolicyFiles {
    /// `freeze-guard.toml`.
    pub freeze_guard: Option<Object>,
    /// `pyproject.toml`.
    pub pyproject: Option<Object>,
}

impl PolicyFiles {
    /// Looks both up.
    ///
    /// # Errors
    /// What the snapshot cannot answer.
    pub fn of(tree: &dyn Tree) -> Result<Self, ReadError> {
        let mut found = tree.lookup(&paths())?.into_iter();
        Ok(Self { freeze_guard: found.next().flatten(), pyproject: found.next().flatten() })
    }
}

fn paths() -> Vec<RepoPath> {
    [FREEZE_GUARD_TOML, PYPROJECT_TOML].iter().filter_map(|name| RepoPath::new(name.as_bytes())).collect()
}

/// Reads the policy of `tree`; the outer error is the repository's, the inner one the policy's.
///
/// # Errors
/// What the snapshot cannot answer.
pub fn read(tree: &dyn Tree) -> Result<Result<(Policy, Origin), Broken>, ReadError> {
    let files = PolicyFiles::of(tree)?;
    let mut bytes = Vec::new();
    for (path, object) in paths().iter().zip([files.freeze_guard, files.pyproject]) {
        bytes.push(match object {
            // A symlink's blob is its target's name, which no policy can be: it is read as such and refused.
            Some(Object { mode: Mode::File | Mode::Executable | Mode::Symlink, id }) => Some(tree.blob(path, &id)?),
            Some(Object { mode: Mode::Submodule | Mode::Directory, .. }) | None => None,
        });
    }
    let mut bytes = bytes.iter().map(Option::as_deref);
    let (freeze_guard, pyproject) = (bytes.next().flatten(), bytes.next().flatten());
    Ok(policy::load(Files { freeze_guard, pyproject, version: VERSION }))
}
