//! Why hooks could not be wired or unwired; every message has a next step.

use std::io;
use std::path::{Path, PathBuf};

use super::config::Fault;
use super::files::{command_word, shown};
use super::layout::Obstacle;
use super::place::Place;
use super::settings::{ConfigHook, GitVersion};
use crate::source::printable;

/// Why hooks could not be inspected, wired or unwired.
#[derive(Debug, thiserror::Error)]
pub enum WiringError {
    /// Git looks for hooks where we must not write.
    #[error("{0}")]
    Obstacle(Obstacle),
    /// The same, for a repository that is to be guarded as a server's.
    #[error("{0}")]
    ServerObstacle(Obstacle),
    /// The name under which the hook at `hook` would go on is taken.
    #[error("{} has to make room, but {} is there already and is not ours to overwrite", shown(hook), shown(chained))]
    ChainedTaken {
        /// The hook that is there.
        hook: PathBuf,
        /// The name that is taken.
        chained: PathBuf,
    },
    /// A chained hook without the shim that would run it.
    #[error("{} stands without {}, so who put it there is not known", shown(chained), shown(hook))]
    Stray {
        /// Where the shim would stand.
        hook: PathBuf,
        /// What would become its chained hook.
        chained: PathBuf,
    },
    /// A shim of ours that somebody changed.
    #[error(
        "{} says that it is a Freeze Guard shim and was edited, or is of a version unknown here: it would be overwritten",
        shown(hook)
    )]
    Edited {
        /// The shim.
        hook: PathBuf,
    },
    /// Something that is neither a file nor a link stands where a hook would.
    #[error("{} is {what}, where a hook, which is a file, was expected", shown(path))]
    NotAFile {
        /// What stands there.
        path: PathBuf,
        /// In words, with its article.
        what: &'static str,
    },
    /// The hooks directory is a file.
    #[error("{} is not a directory, though git looks for hooks in it", shown(path))]
    NotADirectory {
        /// What stands there.
        path: PathBuf,
    },
    /// The program to wire is not named by an absolute path.
    #[error("the program to run must be an absolute path, not {}", shown(path))]
    Relative {
        /// The path given.
        path: PathBuf,
    },
    /// Somebody else is writing git's configuration, or died doing so.
    #[error(
        "{} is there, so another process is changing this clone's configuration, or was killed doing so",
        shown(path)
    )]
    ConfigLocked {
        /// The lock.
        path: PathBuf,
    },
    /// The configuration is not the one that the plan was made from.
    #[error("{} was changed meanwhile", shown(path))]
    ConfigChanged {
        /// The configuration.
        path: PathBuf,
    },
    /// Git would read the edited configuration otherwise than meant.
    #[error("{} cannot be edited safely: git would read something else in it than before", shown(path))]
    ConfigUnclear {
        /// The configuration.
        path: PathBuf,
    },
    /// A section of ours that somebody changed.
    #[error("hook.{} in {} bears our name and is not as we write it", printable(&.hook.name), .hook.holders())]
    EditedSection {
        /// As git reads it.
        hook: Box<ConfigHook>,
    },
    /// A hook in the configuration with which git fails.
    #[error("hook.{} in {} {fault}, with which git fails", printable(&.hook.name), .hook.holders())]
    FatalHook {
        /// As git reads it.
        hook: Box<ConfigHook>,
        /// What is wrong with it.
        fault: Fault,
    },
    /// A switch in the configuration with which git passes over a hook of ours.
    #[error("hook.{}.enabled is false in {}, so git passes over our hook", printable(&.hook.name), .hook.holders())]
    SwitchedOff {
        /// As git reads it.
        hook: Box<ConfigHook>,
    },
    /// This git would ignore hooks in its configuration.
    #[error("hooks in git's configuration need git 2.54; this is {}", version(.0.as_ref()))]
    TooOld(Option<GitVersion>),
    /// The system refused.
    #[error("cannot {doing} {}: {source}", shown(path))]
    Io {
        /// What was tried, as in "cannot …".
        doing: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A step failed, and so did putting back what the steps before it had done.
    #[error("{cause}; moreover, what was done before could not be undone at {}", list(left))]
    NotUndone {
        /// Why it was to be undone.
        cause: Box<WiringError>,
        /// The hooks that are not as they were.
        left: Vec<PathBuf>,
    },
}

fn version(git: Option<&GitVersion>) -> String {
    git.map_or_else(|| "of a version that it does not tell".to_owned(), ToString::to_string)
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| shown(path)).collect::<Vec<_>>().join(", ")
}

impl WiringError {
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }

    /// The next step, with a command that can be run as it stands.
    pub fn help(&self) -> String {
        self.help_at(Place::Here)
    }

    /// [`Self::help`] for a reader who may be anywhere.
    pub fn help_at(&self, place: Place<'_>) -> String {
        let (git, hook) = (place.git(), place.hook());
        match self {
            Self::Obstacle(obstacle) => obstacle.help(place),
            Self::ServerObstacle(obstacle) => obstacle.server_help(place),
            Self::ChainedTaken { chained, .. } => {
                format!("move it out of the way: `mv {0} {1}`", command_word(chained), command_word(&aside(chained)))
            }
            Self::Stray { hook: path, chained } => format!(
                "have it run again, then install: `mv {} {}`; or move it away: `mv {0} {}`",
                command_word(chained),
                command_word(path),
                command_word(&aside(chained))
            ),
            Self::Edited { hook: path } => {
                format!("move it away, and install again: `mv {} {}`", command_word(path), command_word(&aside(path)))
            }
            Self::NotAFile { path, .. } | Self::NotADirectory { path } => {
                format!("look at it, and move it away: `mv {} {}`", command_word(path), command_word(&aside(path)))
            }
            Self::Relative { .. } => "run `hook` by its full path".to_owned(),
            Self::ConfigLocked { path } => {
                format!("wait for it; if no git is running, remove it: `rm {}`", command_word(path))
            }
            Self::ConfigChanged { .. } => "run the same again".to_owned(),
            Self::ConfigUnclear { .. } => {
                format!("see what git says of it: `{git} config --list`; or wire by files: `{hook} install --via file`")
            }
            Self::EditedSection { hook } => match hook.unset(place, &|_| true) {
                Some(command) => {
                    format!("keep a copy of what you need, then take it out, and install again: `{command}`")
                }
                None => "run it again without `git -c hook....` and GIT_CONFIG_* variables".to_owned(),
            },
            Self::FatalHook { hook, .. } => match hook.unset(place, &|setting| setting.key == b"event") {
                Some(command) => format!("take its events away: `{command}`"),
                None => "run it again without `git -c hook....` and GIT_CONFIG_* variables".to_owned(),
            },
            Self::SwitchedOff { hook } => match hook.unset(place, &|setting| setting.key == b"enabled") {
                Some(command) => format!("switch it on: `{command}`"),
                None => "run it again without `git -c hook....` and GIT_CONFIG_* variables".to_owned(),
            },
            Self::TooOld(_) => format!("wire by files: `{hook} install --via file`"),
            Self::Io { path, .. } => {
                let directory = path.parent().unwrap_or(path);
                format!("nothing was changed; see who may write there: `ls -ld {}`", command_word(directory))
            }
            Self::NotUndone { .. } => format!("see what stands there: `{hook} status`; then run the same again"),
        }
    }
}

/// A name beside `path` that nothing bears yet, as `mv` overwrites.
pub(super) fn aside(path: &Path) -> PathBuf {
    let with = |ending: String| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let names = std::iter::once(".aside".to_owned()).chain((2..100).map(|number| format!(".aside-{number}")));
    names.map(with).find(|name| name.symlink_metadata().is_err()).unwrap_or_else(|| with(".aside".to_owned()))
}
