//! Commands that people may copy: where they have to be run, and how a file of git's configuration is named in one.

use std::path::{Path, PathBuf};

use super::files::{command_word, is_same};
use super::site::Scope;
use crate::source::path_word;

/// Where the commands of a help text are to be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// Where the reader is.
    Here,
    /// In this directory, wherever the reader is.
    In(&'a Path),
}

impl Place<'_> {
    /// How a command of git's begins.
    pub fn git(self) -> String {
        self.program("git")
    }

    /// How a command of ours begins.
    pub fn hook(self) -> String {
        self.program("hook")
    }

    fn program(self, name: &str) -> String {
        match self {
            Self::Here => name.to_owned(),
            Self::In(directory) => format!("{name} -C {}", command_word(directory)),
        }
    }

    /// The command that takes the values of `key` out of the configuration of `holder`.
    pub(super) fn unset(self, holder: &Holder, key: &[u8]) -> String {
        format!("{} config {}--unset-all {}", self.git(), holder.option(), path_word(key))
    }
}

/// Which configuration a value stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The clone's own, which all its worktrees share.
    Clone,
    /// That of one worktree.
    Worktree,
    /// Any other file, be it the user's or one that is included: as git names it until it is resolved, then absolute.
    File(PathBuf),
    /// No file: the command line or the environment.
    Passing,
    /// This git does not say, but for the scope.
    Untold(Scope),
}

impl Holder {
    /// The option of `git config` that names it, with a space, or nothing where it is the default.
    pub(super) fn option(&self) -> String {
        match self {
            Self::Clone | Self::Passing => String::new(),
            Self::Worktree => "--worktree ".to_owned(),
            Self::File(path) => format!("--file {} ", command_word(path)),
            Self::Untold(scope) => scope.option().to_owned(),
        }
    }

    /// As git says it: the scope, and what `--show-origin` gave.
    pub(super) fn of(scope: Scope, file: Option<PathBuf>) -> Self {
        match (scope, file) {
            (_, Some(file)) => Self::File(file),
            (Scope::Command, None) => Self::Passing,
            (scope, None) => Self::Untold(scope),
        }
    }

    /// The same with a file told from the others and its path absolute: git names it from the top of the work tree, or
    /// from a bare repository.
    pub(super) fn resolved(self, tops: &[&Path], common_dir: &Path) -> Self {
        let Self::File(file) = self else { return self };
        let path = tops.iter().map(|top| top.join(&file)).find(|path| path.exists()).unwrap_or(file);
        match path.file_name() {
            _ if is_same(&path, &common_dir.join("config")) => Self::Clone,
            Some(name) if name == "config.worktree" && path.starts_with(common_dir) => Self::Worktree,
            _ => Self::File(path),
        }
    }

    /// In words.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Clone => "this clone's configuration".to_owned(),
            Self::Worktree => "this worktree's configuration".to_owned(),
            Self::File(path) => super::files::shown(path),
            Self::Passing => "the command line or the environment".to_owned(),
            Self::Untold(scope) => scope.to_string(),
        }
    }
}
