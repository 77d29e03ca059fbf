//! The git binary, for what gix cannot read: started with an environment of ours, no network, no replace refs, no locks.

use std::ffi::{OsStr, OsString};
use std::process::{Command, Stdio};

use super::Repository;
use crate::source::{ReadError, printable};

/// What `git rev-parse --local-env-vars` lists (git 2.55): names that would point a child at another repository.
const LOCAL: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
];

/// A git command for one repository.
#[derive(Debug)]
pub struct GitCommand {
    command: Command,
    words: Vec<OsString>,
}

/// A git command that failed.
#[derive(Debug, Clone)]
pub struct GitError {
    /// The command, for a message.
    pub command: String,
    /// Its exit status; `None` if it did not start or a signal ended it.
    pub status: Option<i32>,
    /// The last line it wrote to standard error, or why it did not start.
    pub reason: String,
}

impl std::fmt::Display for GitError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` failed: {}", self.command, self.reason)
    }
}

impl std::error::Error for GitError {}

impl From<GitError> for ReadError {
    fn from(error: GitError) -> Self {
        let help = format!("run it yourself to see more: `{}`", error.command);
        Self::Failed { message: error.to_string(), help }
    }
}

impl Repository {
    /// A command for this repository: same git directory, work tree and index, nothing else inherited.
    pub fn git(&self) -> GitCommand {
        let mut command = Command::new("git");
        command.env_clear();
        command.envs(self.world.env.iter().filter(|(name, _)| !LOCAL.iter().any(|local| name.as_os_str() == *local)));
        command.current_dir(self.repo.workdir().unwrap_or_else(|| self.repo.git_dir()));
        command.env("GIT_DIR", self.repo.git_dir());
        if let Some(top) = self.repo.workdir() {
            command.env("GIT_WORK_TREE", top);
        }
        command.env("GIT_INDEX_FILE", &self.index_file);
        let fixed = [
            ("GIT_NO_LAZY_FETCH", "1"),
            ("GIT_NO_REPLACE_OBJECTS", "1"),
            ("GIT_OPTIONAL_LOCKS", "0"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("LC_ALL", "C"),
        ];
        command.envs(fixed);
        command.stdin(Stdio::null());
        GitCommand { command, words: Vec::new() }
    }
}

impl GitCommand {
    /// Adds a word.
    #[must_use]
    pub fn arg(mut self, word: impl AsRef<OsStr>) -> Self {
        self.words.push(word.as_ref().to_owned());
        self
    }

    /// Adds words.
    #[must_use]
    pub fn args(mut self, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.words.extend(words.into_iter().map(|word| word.as_ref().to_owned()));
        self
    }

    /// Sets a variable for the child alone.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Adds bytes as a word.
    #[must_use]
    pub fn bytes(self, word: &[u8]) -> Self {
        self.arg(os_str(word))
    }

    /// Runs it and returns its standard output.
    ///
    /// # Errors
    /// When git is not on PATH or exits with another status than 0.
    pub fn run(mut self) -> Result<Vec<u8>, GitError> {
        self.command.args(&self.words);
        let words: Vec<_> = self.words.iter().map(|word| printable(word.as_encoded_bytes())).collect();
        let command = format!("git {}", words.join(" "));
        let output = match self.command.output() {
            Ok(output) => output,
            Err(error) => {
                return Err(GitError { command, status: None, reason: format!("git did not start: {error}") });
            }
        };
        if output.status.success() {
            return Ok(output.stdout);
        }
        let stderr = printable(output.stderr.trim_ascii_end().rsplit(|&byte| byte == b'\n').next().unwrap_or_default());
        let reason = if stderr.is_empty() { output.status.to_string() } else { stderr };
        Err(GitError { command, status: output.status.code(), reason })
    }
}

/// Bytes of a path or ref as the platform's string.
pub(super) fn os_str(bytes: &[u8]) -> OsString {
    // Only Windows has byte strings that are no path; nothing there can be named so.
    gix::path::from_byte_slice(bytes).map(|path| path.as_os_str().to_owned()).unwrap_or_default()
}
