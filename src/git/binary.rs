//! The `git` binary: found on the caller's PATH, run with the caller's environment minus what would bend its answers,
//! without stdin, locks, prompts, replace refs, lazy fetches or hooks of the file system monitor.
//!
//! A command of [`super::Repository::git`] sees the repository exactly as this process was given it (same working
//! directory, same GIT_DIR, GIT_INDEX_FILE and `-c` options), so that git's own checks of ownership apply.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::World;
use crate::source::{ReadError, printable, printable_text};

/// One call of git, being put together.
#[derive(Debug)]
pub struct GitCommand {
    program: Option<PathBuf>,
    env: Vec<(OsString, OsString)>,
    cwd: PathBuf,
    args: Vec<OsString>,
    network: Network,
}

/// Whether the child may talk to other machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Network {
    Off,
    On,
}

/// What a successful git printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Standard output, as it came.
    pub stdout: Vec<u8>,
}

/// Why a call of git gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GitError {
    /// No executable `git` in any directory of PATH.
    NotFound,
    /// It was found and could not be started.
    Start {
        /// The executable.
        program: PathBuf,
        /// The operating system's reason.
        reason: String,
    },
    /// It ended with another status than 0.
    Failed {
        /// The command as a person would type it.
        command: String,
        /// The exit status; `None` when a signal ended it.
        status: Option<i32>,
        /// The last line of its standard error, safe to show; may be empty.
        stderr: String,
    },
}

impl std::fmt::Display for GitError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotFound => f.write_str("no `git` in the directories of PATH"),
            Self::Start { program, reason } => write!(f, "cannot start {}: {reason}", show_path(program)),
            Self::Failed { command, status, stderr } => {
                write!(f, "`{command}` failed")?;
                match (status, stderr.as_str()) {
                    (Some(code), "") => write!(f, " with status {code}"),
                    (None, "") => f.write_str(", ended by a signal"),
                    (_, line) => write!(f, ": {line}"),
                }
            }
        }
    }
}

impl std::error::Error for GitError {}

impl GitError {
    /// The next step, as a sentence with a command.
    pub fn help(&self) -> String {
        match self {
            Self::NotFound => "install git, or put its directory on PATH; `git --version` must answer".to_owned(),
            Self::Start { .. } => "`git --version` must answer in the same shell".to_owned(),
            Self::Failed { command, .. } => format!("run `{command}` yourself to see all that git says"),
        }
    }

    /// The exit status, when git ran and ended by itself.
    pub fn status(&self) -> Option<i32> {
        match self {
            Self::Failed { status, .. } => *status,
            Self::NotFound | Self::Start { .. } => None,
        }
    }
}

impl From<GitError> for ReadError {
    fn from(error: GitError) -> Self {
        Self::Failed { message: error.to_string(), help: error.help() }
    }
}

/// Variables that tie git to one repository (`git rev-parse --local-env-vars` and newer ones): dropped before git is
/// run for another repository, for a leaked GIT_INDEX_FILE has corrupted people's indexes.
pub(super) const LOCAL: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REFERENCE_BACKEND",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// Variables that change what git prints or how it reads its arguments.
const BENDING: &[&str] = &[
    "GIT_CONFIG",
    "GIT_DIFF_OPTS",
    "GIT_EXTERNAL_DIFF",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_LITERAL_PATHSPECS",
    "GIT_NAMESPACE",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_REPLACE_REF_BASE",
];

/// Set for every child. The list of protocols holds back a git older than GIT_NO_LAZY_FETCH (2.44).
const PINNED: &[(&str, &str)] = &[
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("LC_ALL", "C"),
    ("LANGUAGE", "C"),
    ("GIT_GRAFT_FILE", if cfg!(windows) { "NUL" } else { "/dev/null" }),
];

impl GitCommand {
    /// A call for the repository that `world` stands in.
    pub(super) fn new(world: &World) -> Self {
        let kept = |name: &OsStr| {
            !BENDING.iter().any(|bending| name == OsStr::new(bending))
                && !name.as_encoded_bytes().starts_with(b"GIT_TRACE")
        };
        Self {
            program: world.program("git"),
            env: world
                .env
                .iter()
                .filter(|(name, _)| kept(name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            cwd: world.cwd.clone(),
            args: Vec::new(),
            network: Network::Off,
        }
        // A configured monitor is a command of the repository's owner.
        .args(["-c", "core.fsmonitor=false", "-c", "advice.graftFileDeprecated=false"])
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets one variable of the child's environment.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        let name = name.into();
        self.env.retain(|(known, _)| *known != name);
        self.env.push((name, value.into()));
        self
    }

    /// Turns the call to the repository at `directory`: nothing that ties git to this one is passed on.
    #[must_use]
    pub fn elsewhere(mut self, directory: &Path) -> Self {
        self.env.retain(|(name, _)| {
            let numbered = |start: &str| name.as_encoded_bytes().starts_with(start.as_bytes());
            !LOCAL.iter().any(|local| name == OsStr::new(local))
                && !numbered("GIT_CONFIG_KEY_")
                && !numbered("GIT_CONFIG_VALUE_")
        });
        directory.clone_into(&mut self.cwd);
        self
    }

    /// Lets the child talk to remotes. No check may.
    #[must_use]
    pub fn with_network(mut self) -> Self {
        self.network = Network::On;
        self
    }

    /// Runs it to its end; its standard input is empty.
    pub fn run(self) -> Result<Output, GitError> {
        let shown = self.shown();
        let output = self.run_whatever()?;
        if output.status.success() {
            return Ok(Output { stdout: output.stdout });
        }
        let mut lines = output.stderr.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
        let last = lines.rfind(|line| !line.is_empty()).unwrap_or_default();
        Err(GitError::Failed { command: shown, status: output.status.code(), stderr: printable(last) })
    }

    /// As [`Self::run`], for a caller to whom every exit status is an answer.
    ///
    /// # Errors
    /// When git cannot be started.
    pub fn run_whatever(self) -> Result<std::process::Output, GitError> {
        let program = self.program.clone().ok_or(GitError::NotFound)?;
        let started = self.command(&program).output();
        started.map_err(|error| GitError::Start { program, reason: printable_text(&error.to_string()) })
    }

    fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.args(&self.args).env_clear().envs(self.env).envs(PINNED.iter().copied()).current_dir(&self.cwd);
        if self.network == Network::Off {
            command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "none");
        }
        command.stdin(Stdio::null());
        command
    }

    /// The call as a person would make it, hooks, prompts, locale and remotes included, for a caller that starts it and
    /// watches over it by itself.
    ///
    /// # Errors
    /// When there is no git.
    pub fn by_hand(self) -> Result<Command, GitError> {
        let mut command = Command::new(self.program.ok_or(GitError::NotFound)?);
        command.args(&self.args).env_clear().envs(self.env).current_dir(&self.cwd).stdin(Stdio::null());
        Ok(command)
    }

    /// The command as a person would type it, without the settings that every call carries.
    fn shown(&self) -> String {
        let mut shown = "git".to_owned();
        for arg in self.args.iter().skip(4) {
            shown.push(' ');
            let text = printable(arg.as_encoded_bytes());
            if text.chars().all(|char| char.is_ascii_alphanumeric() || "-_./=:^@+,%".contains(char)) && !text.is_empty()
            {
                shown.push_str(&text);
            } else {
                shown.push_str(&format!("'{}'", text.replace('\'', "'\\''")));
            }
        }
        shown
    }
}

/// A path of this machine, safe to show.
pub(super) fn show_path(path: &Path) -> String {
    printable(path.as_os_str().as_encoded_bytes())
}
