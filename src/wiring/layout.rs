//! Whether the directory in which git looks for hooks is one that this clone owns, and if not, what to do instead.
//!
//! We write only below the clone's own git directory. A directory that other repositories share, or that another tool
//! fills or the project tracks, is never touched: there, that tool can call `hook run` itself.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::source::printable;

use super::error::aside;
use super::files::{self, Found, command_word, shown};
use super::place::Place;
use super::shim::recognise;
use super::site::{HooksPath, Scope, Site, path_of};
use super::{Directory, Event};

/// Why hooks cannot be installed where git would look for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// `core.hooksPath` is empty: git runs no hook at all.
    Empty(HooksPath),
    /// `core.hooksPath` is `.`: git fails every command that has a hook.
    Dot(HooksPath),
    /// `core.hooksPath` is set for this command only.
    Passing,
    /// The directory belongs to many repositories, or to none.
    Outside {
        /// Where git looks.
        directory: PathBuf,
        /// Why there.
        lead: Lead,
        /// The directory that would be this clone's alone.
        own: PathBuf,
    },
    /// The directory is in the work tree: tracked, or filled by another hook manager.
    WorkTree {
        /// Where git looks.
        directory: PathBuf,
        /// Why there.
        lead: Lead,
        /// The directory that would be this clone's alone.
        own: PathBuf,
    },
    /// `core.hooksPath` is relative and leads into the git directory: in a linked worktree it leads nowhere.
    Relative {
        /// As it is written.
        path: HooksPath,
        /// What it was meant to be.
        absolute: PathBuf,
    },
}

/// What leads git to a directory that is not the clone's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lead {
    /// `core.hooksPath`.
    Setting(HooksPath),
    /// The hooks directory is a link; its path.
    Link(PathBuf),
}

impl Site {
    /// The directory to write to, or why there is none.
    pub fn writable_dir(&self) -> Result<&Path, Obstacle> {
        if let Some(path) = &self.hooks_path {
            check_value(path)?;
        }
        let real = real(&self.hooks_dir);
        let common = real_directory(&self.common_dir);
        if real.starts_with(&common) {
            return match &self.hooks_path {
                Some(path) if real != real_directory(&self.default_dir) && is_relative(&path.value) => {
                    Err(Obstacle::Relative { path: path.clone(), absolute: self.hooks_dir.clone() })
                }
                _ => Ok(&self.hooks_dir),
            };
        }
        if let Some((path, absolute)) = self.meant_the_git_directory() {
            return Err(Obstacle::Relative { path: path.clone(), absolute });
        }
        let (directory, lead, own) = (real.clone(), self.lead(), self.default_dir.clone());
        match &self.top {
            Some(top) if real.starts_with(real_directory(top)) => Err(Obstacle::WorkTree { directory, lead, own }),
            _ => Err(Obstacle::Outside { directory, lead, own }),
        }
    }

    /// In a linked worktree `.git` is a file; whoever wrote `.git/x` meant the directory.
    fn meant_the_git_directory(&self) -> Option<(&HooksPath, PathBuf)> {
        let path = self.hooks_path.as_ref()?;
        let below = path_of(&path.value)?.strip_prefix(".git").ok()?.to_owned();
        self.top.as_ref()?.join(".git").is_file().then(|| (path, self.common_dir.join(below)))
    }

    fn lead(&self) -> Lead {
        let Some(path) = &self.hooks_path else { return Lead::Link(self.default_dir.clone()) };
        let written = path_of(&path.value).unwrap_or_default();
        // Without a slash at its end, which would lead through a link.
        let hooks: PathBuf = self.top.as_ref().unwrap_or(&self.common_dir).join(written).components().collect();
        let is_ours = hooks.parent().is_some_and(|it| real_directory(it).starts_with(real_directory(&self.common_dir)));
        if hooks.is_symlink() && is_ours { Lead::Link(hooks) } else { Lead::Setting(path.clone()) }
    }

    /// The directory to write shims to: [`Self::writable_dir`], and where it is asked for, or was before, one in the work
    /// tree that no other tool fills.
    pub(super) fn shim_dir(&self, wish: Directory) -> Result<&Path, Obstacle> {
        match self.writable_dir() {
            Err(Obstacle::WorkTree { directory, .. })
                if !is_generated(&directory) && (wish == Directory::HooksPath || holds_shims(&directory)) =>
            {
                Ok(&self.hooks_dir)
            }
            other => other,
        }
    }

    /// What else the reader should know about a directory that is fine.
    pub(super) fn caution(&self) -> Option<String> {
        let path = self.hooks_path.as_ref()?;
        if matches!(self.writable_dir(), Err(Obstacle::WorkTree { .. })) {
            return Some(
                "the shims name this machine's program; elsewhere they look for `hook` on the search path".to_owned(),
            );
        }
        is_relative(&path.value).then(|| {
            format!(
                "core.hooksPath is relative ({}): linked worktrees of this clone have no hooks; set it to an absolute path",
                printable(&path.value)
            )
        })
    }
}

fn check_value(path: &HooksPath) -> Result<(), Obstacle> {
    let dot = path.value.split(|&byte| byte == b'/').all(|part| matches!(part, b"" | b"."));
    match path.value.first() {
        _ if path.scope == Scope::Command => Err(Obstacle::Passing),
        None => Err(Obstacle::Empty(path.clone())),
        Some(b'.') if dot => Err(Obstacle::Dot(path.clone())),
        _ => Ok(()),
    }
}

/// Whether husky fills the directory anew each time it is installed.
fn is_generated(directory: &Path) -> bool {
    directory.ends_with(".husky/_")
}

/// Whether a shim of ours is there, which somebody asked for.
pub(super) fn holds_shims(directory: &Path) -> bool {
    let is_ours = |event: Event| match files::look(&directory.join(event.name())) {
        Ok(Found::Hook(hook)) => !hook.link && recognise(&hook.bytes).is_some(),
        _ => false,
    };
    Event::ALL.into_iter().any(is_ours)
}

/// As git sees it: `~` and `%(prefix)` begin an absolute path.
fn is_relative(value: &[u8]) -> bool {
    let expands = value.starts_with(b"~") || value.starts_with(b"%(prefix)");
    !expands && path_of(value).is_some_and(|path| path.is_relative())
}

/// `path` without links and `..`; where it does not exist, its nearest existing parent decides.
fn real(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    // A dangling link is not absent: what it names would be created.
    if let Ok(target) = path.read_link() {
        return match path.parent() {
            Some(parent) => real_directory(parent).join(target),
            None => target,
        };
    }
    real_directory(path)
}

pub(super) fn real_directory(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => real_directory(parent).join(name),
        _ => path.to_owned(),
    }
}

impl fmt::Display for Lead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting(path) => write!(f, "core.hooksPath in {} leads", path.scope),
            Self::Link(_) => f.write_str("the hooks directory is a link that leads"),
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty(path) => write!(f, "core.hooksPath is empty in {}, so git runs no hook at all", path.scope),
            Self::Dot(path) => {
                let scope = path.scope;
                write!(f, "core.hooksPath is `.` in {scope}, with which git fails every command that has a hook")
            }
            Self::Passing => f.write_str("core.hooksPath is set by the command line or the environment, for now only"),
            Self::Outside { directory, lead, .. } => {
                write!(f, "{lead} out of this repository, to {}", shown(directory))
            }
            Self::WorkTree { directory, lead, .. } => {
                write!(f, "{lead} into the work tree, to {}, which is another tool's or tracked", shown(directory))
            }
            Self::Relative { path, .. } => {
                write!(f, "core.hooksPath is the relative path {}, which linked worktrees lack", printable(&path.value))
            }
        }
    }
}

impl Obstacle {
    /// Whether git runs no hook file at all, whatever stands where.
    pub(super) fn runs_nothing(&self) -> bool {
        matches!(self, Self::Empty(_) | Self::Dot(_))
    }

    /// The next step, with a command to be run at `place` or the lines to add elsewhere.
    pub fn help(&self, place: Place<'_>) -> String {
        match self {
            Self::Empty(path) | Self::Dot(path) => unset(path, place),
            Self::Passing => format!(
                "run it again without `git -c core.hooksPath=...` and GIT_CONFIG_* variables: `env -u \
                 GIT_CONFIG_PARAMETERS -u GIT_CONFIG_COUNT {} install`",
                place.hook()
            ),
            Self::WorkTree { directory, .. } if is_generated(directory) => lines(directory),
            Self::WorkTree { directory, .. } if directory.is_dir() => format!(
                "{}; or if that directory is your own, write there: `{} install --hooks-path`",
                lines(directory),
                place.hook()
            ),
            Self::WorkTree { directory, lead, own } if !directory.exists() => {
                format!("write there: `{} install --hooks-path`; or {}", place.hook(), leave(lead, own, place))
            }
            Self::Outside { directory, lead, own } if directory.is_dir() => {
                format!("{}; or {}", lines(directory), leave(lead, own, place))
            }
            Self::Outside { lead, own, .. } | Self::WorkTree { lead, own, .. } => leave(lead, own, place),
            Self::Relative { path, absolute } => format!(
                "make it absolute: `{} config {}core.hooksPath {}`",
                place.git(),
                path.holder.option(),
                command_word(absolute)
            ),
        }
    }
}

/// How a clone whose own setting leads elsewhere leaves that, and how any other gets hooks of its own.
fn leave(lead: &Lead, own: &Path, place: Place<'_>) -> String {
    match lead {
        Lead::Setting(path) if !matches!(path.scope, Scope::Global | Scope::System) => unset(path, place),
        lead => own_hooks(lead, own, place),
    }
}

/// How a repository gets hooks of its own.
pub(super) fn own_hooks(lead: &Lead, own: &Path, place: Place<'_>) -> String {
    match lead {
        Lead::Link(link) => {
            let (link, aside) = (command_word(link), command_word(&aside(link)));
            format!("move that link away, and install again: `mv {link} {aside}`")
        }
        Lead::Setting(_) => format!(
            "give this repository hooks of its own, which turns those off here: `{} config core.hooksPath {}`",
            place.git(),
            command_word(own)
        ),
    }
}

fn unset(path: &HooksPath, place: Place<'_>) -> String {
    format!("unset it: `{}`", place.unset(&path.holder, b"core.hooksPath"))
}

/// The line that another manager's hooks need.
fn lines(directory: &Path) -> String {
    let names = Event::ALL.map(Event::name);
    match directory.parent() {
        // husky fills `.husky/_` anew; what people edit, and what needs no mode and no first line, stands one level up.
        Some(husky) if is_generated(directory) => format!(
            "have husky's hooks call ours: `for event in {}; do printf 'hook run %s \"$@\"\\n' $event >>{}/$event; done`",
            names.join(" "),
            command_word(husky)
        ),
        _ => format!(
            "have the hooks there call ours: add the line `hook run EVENT \"$@\"` to {}/EVENT, for each EVENT of {}",
            shown(directory),
            names.join(", ")
        ),
    }
}
