//! Whether the directory in which git looks for hooks is one that this clone owns, and if not, what to do instead.
//!
//! We write only below the clone's own git directory. A directory that other repositories share, or that another tool
//! fills or the project tracks, is never touched: there, that tool can call `hook run` itself.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::source::printable;

use super::files::{self, Found, command_word, shown};
use super::shim::recognise;
use super::site::{HooksPath, Scope, Site, path_of};
use super::{Directory, Event};

/// Why hooks cannot be installed where git would look for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// `core.hooksPath` is empty: git runs no hook at all.
    Empty(Scope),
    /// `core.hooksPath` is `.`: git fails every command that has a hook.
    Dot(Scope),
    /// `core.hooksPath` is set for this command only.
    Passing,
    /// The directory belongs to many repositories, or to none.
    Outside {
        /// Where git looks.
        directory: PathBuf,
        /// Who says so; `None` if the hooks directory is a link.
        scope: Option<Scope>,
    },
    /// The directory is in the work tree: tracked, or filled by another hook manager.
    WorkTree {
        /// Where git looks.
        directory: PathBuf,
        /// Who says so; `None` if the hooks directory is a link.
        scope: Option<Scope>,
    },
    /// `core.hooksPath` is relative and leads into the git directory: in a linked worktree it leads nowhere.
    Relative(HooksPath),
}

impl Site {
    /// The directory to write to, or why there is none.
    pub fn writable_dir(&self) -> Result<&Path, Obstacle> {
        let scope = self.hooks_path.as_ref().map(|path| path.scope);
        if let Some(path) = &self.hooks_path {
            self.check_value(path)?;
        }
        let real = real(&self.hooks_dir);
        let common = real_directory(&self.common_dir);
        if real.starts_with(&common) {
            return match &self.hooks_path {
                Some(path) if real != real_directory(&self.default_dir) && is_relative(&path.value) => {
                    Err(Obstacle::Relative(path.clone()))
                }
                _ => Ok(&self.hooks_dir),
            };
        }
        let directory = real.clone();
        match &self.top {
            Some(top) if real.starts_with(real_directory(top)) => Err(Obstacle::WorkTree { directory, scope }),
            _ => Err(Obstacle::Outside { directory, scope }),
        }
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

    fn check_value(&self, path: &HooksPath) -> Result<(), Obstacle> {
        let dot = path.value.split(|&byte| byte == b'/').all(|part| matches!(part, b"" | b"."));
        match path.value.first() {
            None => Err(Obstacle::Empty(path.scope)),
            Some(b'.') if dot => Err(Obstacle::Dot(path.scope)),
            _ if path.scope == Scope::Command => Err(Obstacle::Passing),
            _ => Ok(()),
        }
    }
}

/// Whether husky fills the directory anew each time it is installed.
fn is_generated(directory: &Path) -> bool {
    directory.ends_with(".husky/_")
}

/// Whether a shim of ours is there, which somebody asked for.
fn holds_shims(directory: &Path) -> bool {
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

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = |scope: &Option<Scope>| match scope {
            Some(scope) => format!("core.hooksPath in {scope} leads"),
            None => "the hooks directory is a link that leads".to_owned(),
        };
        match self {
            Self::Empty(scope) => write!(f, "core.hooksPath is empty in {scope}, so git runs no hook at all"),
            Self::Dot(scope) => {
                write!(f, "core.hooksPath is `.` in {scope}, with which git fails every command that has a hook")
            }
            Self::Passing => f.write_str("core.hooksPath is set by the command line or the environment, for now only"),
            Self::Outside { directory, scope } => {
                write!(f, "{} out of this repository, to {}", from(scope), shown(directory))
            }
            Self::WorkTree { directory, scope } => {
                write!(
                    f,
                    "{} into the work tree, to {}, which is another tool's or tracked",
                    from(scope),
                    shown(directory)
                )
            }
            Self::Relative(path) => {
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

    /// The next step, with a command or the lines to add elsewhere.
    pub fn help(&self) -> String {
        match self {
            Self::Empty(scope) | Self::Dot(scope) => unset(*scope),
            Self::Passing => "run it again without `git -c core.hooksPath=...` and GIT_CONFIG_* variables".to_owned(),
            Self::Outside { directory, scope } => {
                let own = match scope {
                    None => format!("or remove the link at the hooks directory: {OWN_PATH}"),
                    Some(Scope::Global | Scope::System) => {
                        format!("or give this clone hooks of its own, which turns those off here: {OWN_PATH}")
                    }
                    Some(scope) => format!("or {}", unset(*scope)),
                };
                format!("{}; {own}", lines(directory))
            }
            Self::WorkTree { directory, .. } if is_generated(directory) => lines(directory),
            Self::WorkTree { directory, .. } => {
                format!(
                    "{}; or if that directory is your own, write there: `hook install --hooks-path`",
                    lines(directory)
                )
            }
            Self::Relative(path) => format!(
                "make it absolute: `git config {}core.hooksPath \"$(git rev-parse --path-format=absolute --git-path \
                 hooks)\"`",
                path.scope.option()
            ),
        }
    }
}

const OWN_PATH: &str = "`git config core.hooksPath \"$(git rev-parse --path-format=absolute --git-common-dir)/hooks\"`";

fn unset(scope: Scope) -> String {
    format!("unset it: `git config {}--unset-all core.hooksPath`", scope.option())
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
