//! `[lock]`, `[upgrade]` and `[deploy]`: what the verbs that change dependencies run and write. Hooks never run any of
//! it.

use crate::source::RepoPath;

use super::words;

/// A program and its arguments; no shell reads them. Never empty, and neither is its first word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command(pub(super) Vec<String>);

impl Command {
    /// The program, then its arguments.
    pub fn words(&self) -> &[String] {
        &self.0
    }

    /// The words with `{manifest}` and `{lock}` filled in, as paths from the top that no program takes for an option.
    pub fn filled(&self, manifest: &RepoPath, lock: &RepoPath) -> Vec<String> {
        let text = |path: &RepoPath| {
            let path = String::from_utf8_lossy(path.as_bytes());
            if path.starts_with('-') { format!("./{path}") } else { path.into_owned() }
        };
        let fill = |word: &String| word.replace("{manifest}", &text(manifest)).replace("{lock}", &text(lock));
        self.0.iter().map(fill).collect()
    }
}

/// `[lock]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockCommand {
    /// Writes a lock; `None`: the tool that the lock's header names.
    pub command: Option<Command>,
}

words! {
    /// Which tool resolves an upgrade.
    Resolver {
        /// The lock's own tool, else the first that is on PATH.
        Auto = "auto",
        /// `uv pip compile`.
        Uv = "uv",
        /// `pip-compile`.
        PipCompile = "pip-compile",
    }
}

/// `[upgrade]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upgrade {
    /// Which tool resolves.
    pub resolver: Resolver,
    /// Runs in the resolver's place.
    pub command: Option<Command>,
    /// Runs before the tests: makes an environment from the new lock.
    pub setup: Option<Command>,
    /// Says whether the new set works.
    pub test: Option<Command>,
    /// What an upgrade's branch is called, before `-YYYYMMDD-NNN`.
    pub branch: String,
}

impl Default for Upgrade {
    fn default() -> Self {
        Self {
            resolver: Resolver::Auto,
            command: None,
            setup: None,
            test: None,
            branch: "auto/dependency-upgrade".to_owned(),
        }
    }
}

/// `[deploy]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deploy {
    /// The JSON file that holds the last good commit.
    pub record: RepoPath,
    /// Where a rollback writes its event.
    pub log: RepoPath,
}

impl Default for Deploy {
    fn default() -> Self {
        Self {
            record: super::load::constant("infrastructure/LAST_PROD_DEPLOY.json"),
            log: super::load::constant("infrastructure/CORRECTIONS.md"),
        }
    }
}
