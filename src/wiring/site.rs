//! Where the hooks of a clone live, as git itself says: its hooks directory, the configuration that may move it, and the
//! modes that files written there should have.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use super::SharedRepository;
use super::files::command_word;
use super::place::Holder;
use super::settings::{ConfigHook, GitVersion, Settings};

/// What git says about the hooks of one clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The directory in which git looks for hooks, absolute. With an empty `core.hooksPath` git looks nowhere, and this
    /// is the default directory.
    pub hooks_dir: PathBuf,
    /// The directory in which git would look without `core.hooksPath`: `hooks` of the common git directory.
    pub default_dir: PathBuf,
    /// The git directory that all linked worktrees share, absolute.
    pub common_dir: PathBuf,
    /// The top of the work tree; `None` in a bare repository.
    pub top: Option<PathBuf>,
    /// `core.hooksPath`, where it is set.
    pub hooks_path: Option<HooksPath>,
    /// `core.sharedRepository`.
    pub shared: SharedRepository,
    /// What `hook.<name>.*` configuration says (git 2.54), which may run or stop hooks besides ours.
    pub config_hooks: Vec<ConfigHook>,
    /// The version of this git, where it tells.
    pub git: Option<GitVersion>,
}

/// `core.hooksPath` as it is written, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HooksPath {
    /// The value, not expanded.
    pub value: Vec<u8>,
    /// The scope that decides.
    pub scope: Scope,
    /// In which configuration it stands.
    pub holder: Holder,
}

/// Where a configuration value stands (`git config --show-scope`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The machine's configuration.
    System,
    /// The user's.
    Global,
    /// The clone's.
    Local,
    /// That of one worktree (`extensions.worktreeConfig`).
    Worktree,
    /// `git -c` or the environment.
    Command,
    /// This git (before 2.26) does not say.
    Unknown,
}

/// Why the hooks of a clone could not be found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SiteError {
    /// Git would not answer.
    #[error("git could not say where the hooks of this clone live: {message}")]
    Git {
        /// What git said.
        message: String,
    },
    /// The clone is somebody else's, and git does not trust it.
    #[error("git does not trust this clone, for it belongs to somebody else, and runs no hook of it")]
    Untrusted {
        /// What git proposes.
        command: String,
    },
    /// `core.hooksPath` is set and has no value, with which git fails.
    #[error("core.hooksPath has no value in {scope}, and git fails as soon as it reads that")]
    NoValue {
        /// Where.
        scope: Scope,
        /// In which file, as git names it.
        file: Option<PathBuf>,
    },
    /// Git's answer makes no sense.
    #[error("git gave no usable answer to `git {question}`")]
    Answer {
        /// The arguments of the question.
        question: String,
    },
}

impl SiteError {
    /// Why git gave no answer, from what it said.
    pub(super) fn from_git(message: &str) -> Self {
        match message.find("git config --global --add safe.directory ").and_then(|at| message.get(at..)) {
            Some(command) => {
                Self::Untrusted { command: command.lines().next().unwrap_or_default().trim_end().to_owned() }
            }
            None => Self::Git { message: message.trim_end().to_owned() },
        }
    }

    /// The same with a file of the clone named in full; git names it from the directory `top`.
    #[must_use]
    pub fn seen_from(self, top: &Path) -> Self {
        match self {
            Self::NoValue { scope, file } => Self::NoValue { scope, file: file.map(|file| top.join(file)) },
            other => other,
        }
    }

    /// The next step.
    pub fn help(&self) -> String {
        match self {
            Self::Untrusted { command } => format!("if you trust it: `{command}`; then run the same again"),
            Self::NoValue { scope, file } => no_value(*scope, file.as_deref()),
            Self::Git { .. } => "run this inside a clone, or name one: `hook -C DIR install`".to_owned(),
            Self::Answer { question } => format!("see what it says: `git {question}`"),
        }
    }
}

/// The command that takes it away although git fails: from where git does not read that file, which some gits do even to
/// change it.
fn no_value(scope: Scope, file: Option<&Path>) -> String {
    match file {
        Some(file) => format!(
            "unset it: `GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 git -C / config --file {} --unset-all \
             core.hooksPath`",
            command_word(file)
        ),
        None => format!("unset it: `git config {}--unset-all core.hooksPath`", scope.option()),
    }
}

/// Runs git with the given arguments in the clone and gives its standard output, or what it said when it failed.
pub type Git<'a> = &'a dyn Fn(&[&OsStr]) -> Result<Vec<u8>, String>;

impl Site {
    /// A directory that `git init` and `git clone` copy (`init.templateDir`), as a place for hooks.
    pub fn template(directory: &Path) -> Self {
        let hooks_dir = directory.join("hooks");
        Self {
            default_dir: hooks_dir.clone(),
            hooks_dir,
            common_dir: directory.to_owned(),
            top: None,
            hooks_path: None,
            shared: SharedRepository::Umask,
            config_hooks: Vec::new(),
            git: None,
        }
    }

    /// The configuration of the clone, which all its linked worktrees share.
    pub fn config_file(&self) -> PathBuf {
        self.common_dir.join("config")
    }

    /// Asks git, through `git`, where the hooks of the clone live.
    pub fn discover(git: Git<'_>) -> Result<Self, SiteError> {
        let settings = Settings::read(git)?;
        let common_dir = absolute(git, &["--git-common-dir"])?;
        let default_dir = common_dir.join("hooks");
        let hooks_dir = match &settings.hooks_path {
            // Git refuses to make a path of it.
            Some(path) if path.value.is_empty() => default_dir.clone(),
            _ => absolute(git, &["--git-path", "hooks"])?,
        };
        let top = ask(git, &["rev-parse", "--show-toplevel"]).ok().filter(|path| !path.as_os_str().is_empty());
        let tops: Vec<&Path> = top.iter().map(PathBuf::as_path).chain([&*common_dir]).collect();
        let Settings { hooks_path, shared, config_hooks } = settings.resolved(&tops, &common_dir);
        let git = git(&[OsStr::new("--version")]).ok().and_then(|answer| GitVersion::parse(&answer));
        Ok(Self { hooks_dir, default_dir, common_dir, top, hooks_path, shared, config_hooks, git })
    }
}

/// What `git rev-parse` says to `question`, made absolute by git, or by us where git is older than 2.31.
fn absolute(git: Git<'_>, question: &[&str]) -> Result<PathBuf, SiteError> {
    let mut modern = vec!["rev-parse", "--path-format=absolute"];
    modern.extend_from_slice(question);
    if let Ok(path) = ask(git, &modern)
        && path.is_absolute()
    {
        return Ok(path);
    }
    let mut plain = vec!["rev-parse"];
    plain.extend_from_slice(question);
    let path = ask(git, &plain)?;
    if path.is_absolute() {
        return Ok(path);
    }
    let base = match ask(git, &["rev-parse", "--show-toplevel"]) {
        Ok(top) => top.join(ask(git, &["rev-parse", "--show-prefix"])?),
        Err(_) => ask(git, &["rev-parse", "--absolute-git-dir"])?,
    };
    let path = base.join(path);
    if path.is_absolute() { Ok(path) } else { Err(SiteError::Answer { question: plain.join(" ") }) }
}

/// One path from git, without the newline that ends it; a path may hold others.
fn ask(git: Git<'_>, question: &[&str]) -> Result<PathBuf, SiteError> {
    let arguments: Vec<&OsStr> = question.iter().map(OsStr::new).collect();
    let answer = git(&arguments).map_err(|message| SiteError::from_git(&message))?;
    let answer = answer.strip_suffix(b"\n").unwrap_or(&answer);
    path_of(answer).ok_or_else(|| SiteError::Answer { question: question.join(" ") })
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "on other systems bytes may not be a path")]
pub(super) fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(Path::new(OsStr::from_bytes(bytes)).to_owned())
}

#[cfg(not(unix))]
pub(super) fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes.strip_suffix(b"\r").unwrap_or(bytes)).ok().map(|text| Path::new(text).to_owned())
}

impl Scope {
    pub(super) fn parse(name: &[u8]) -> Self {
        match name {
            b"system" => Self::System,
            b"global" => Self::Global,
            b"local" => Self::Local,
            b"worktree" => Self::Worktree,
            b"command" => Self::Command,
            _ => Self::Unknown,
        }
    }

    /// The option of `git config` that writes there; empty where it is the default.
    pub(super) fn option(self) -> &'static str {
        match self {
            Self::System => "--system ",
            Self::Global => "--global ",
            Self::Worktree => "--worktree ",
            Self::Local | Self::Command | Self::Unknown => "",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "the system's configuration",
            Self::Global => "your global configuration",
            Self::Local => "this clone's configuration",
            Self::Worktree => "this worktree's configuration",
            Self::Command => "the command line or environment",
            Self::Unknown => "git's configuration",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_git_is_asked_in_its_own_words() {
        let git = |arguments: &[&OsStr]| -> Result<Vec<u8>, String> {
            let line: Vec<_> = arguments.iter().map(|part| part.to_string_lossy()).collect();
            match line.join(" ").as_str() {
                "config --list --null" => Ok(b"core.bare\nfalse\0core.hookspath\n.hooks\0".to_vec()),
                "rev-parse --git-common-dir" => Ok(b"../.git\n".to_vec()),
                "rev-parse --git-path hooks" => Ok(b"../.hooks\n".to_vec()),
                "rev-parse --show-toplevel" => Ok(b"/clone\n".to_vec()),
                "rev-parse --show-prefix" => Ok(b"sub/\n".to_vec()),
                // Before 2.31 git repeats an option that it does not know.
                "rev-parse --path-format=absolute --git-path hooks" => {
                    Ok(b"--path-format=absolute\n../.hooks\n".to_vec())
                }
                other => Err(format!("unknown: {other}")),
            }
        };
        let site = Site::discover(&git).unwrap();
        assert_eq!(site.hooks_dir, Path::new("/clone/sub/../.hooks"));
        assert_eq!(site.common_dir, Path::new("/clone/sub/../.git"));
        let holder = Holder::Untold(Scope::Unknown);
        assert_eq!(site.hooks_path, Some(HooksPath { value: b".hooks".to_vec(), scope: Scope::Unknown, holder }));
    }
}
