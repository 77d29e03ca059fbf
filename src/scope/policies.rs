//! The policy of a snapshot: the two files that can hold one, looked up together and read once.

use crate::policy::{self, Broken, FREEZE_GUARD_TOML, Files, Mistake, Origin, PYPROJECT_TOML, Place, Policy};
use crate::source::{Mode, Object, Position, ReadError, RepoPath, Tree};

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

fn not_a_file(path: &RepoPath) -> Broken {
    let start = Position { line: 1, column: 1 };
    let place = Place { path: path.clone(), start, end: start, line_text: String::new() };
    let message = "it is a link or a submodule, not a file".to_owned();
    let help = format!("put a regular file there: `git rm --cached {path}`, write it, `git add {path}`");
    Broken { mistakes: vec![Mistake { place, message, help }] }
}

/// Where a policy goes wrong first, in one line.
pub(super) fn first_mistake(broken: &Broken) -> String {
    broken.mistakes.first().map_or_else(String::new, |mistake| {
        format!("{}:{}: {}", mistake.place.path, mistake.place.start.line, mistake.message)
    })
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
            Some(Object { mode: Mode::File | Mode::Executable, id }) => Some(tree.blob(path, &id)?),
            // What it leads to is not in the snapshot, and its own text must not be taken for a policy.
            Some(_) if path.as_bytes() == FREEZE_GUARD_TOML.as_bytes() => return Ok(Err(not_a_file(path))),
            Some(_) | None => None,
        });
    }
    let mut bytes = bytes.iter().map(Option::as_deref);
    let (freeze_guard, pyproject) = (bytes.next().flatten(), bytes.next().flatten());
    Ok(policy::load(Files { freeze_guard, pyproject, version: VERSION }))
}
