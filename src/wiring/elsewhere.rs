//! What the hooks of a clone do not cover: linked worktrees that look for hooks elsewhere, and submodules, which are
//! repositories of their own.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use super::inspect::{State, inspect};
use super::site::path_of;
use super::{Event, Site};

/// Runs git in the given directory, as if nothing tied the process to another repository.
pub type GitIn<'a> = &'a dyn Fn(&Path, &[&OsStr]) -> Result<Vec<u8>, String>;

/// Another place where commits and pushes of this project are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// What it is.
    pub kind: Kind,
    /// Its top, absolute.
    pub path: PathBuf,
    /// Why not every event is guarded there; `None` if every one is.
    pub gap: Option<String>,
}

/// What another place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Another work tree of the same clone.
    Worktree,
    /// A repository inside this one.
    Submodule,
}

impl Kind {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Worktree => "linked worktree",
            Self::Submodule => "submodule",
        }
    }
}

/// Every other work tree of the clone and every submodule that is checked out, with what is not covered there by hooks
/// that run `binary`. What git does not tell is left out.
pub fn elsewhere(site: &Site, binary: &Path, git: GitIn<'_>) -> Vec<Elsewhere> {
    let from = site.top.as_deref().unwrap_or(&site.common_dir);
    let mut found: Vec<_> = worktrees(from, git)
        .into_iter()
        .filter(|path| site.top.as_ref().is_none_or(|top| !is_same_place(top, path)))
        .map(|path| worktree(site, path, binary, git))
        .collect();
    let mut pending: Vec<PathBuf> = site.top.iter().cloned().collect();
    while let Some(top) = pending.pop() {
        for path in submodules(&top, git) {
            found.push(look(Kind::Submodule, path.clone(), binary, git));
            pending.push(path);
        }
    }
    found
}

/// Most work trees share one hooks directory, which one question shows; what is wrong there is told of this one.
fn worktree(site: &Site, path: PathBuf, binary: &Path, git: GitIn<'_>) -> Elsewhere {
    let ask = ["rev-parse", "--path-format=absolute", "--git-path", "hooks"].map(OsStr::new);
    let shared = site.config_hooks.is_empty()
        && site.hooks_path.as_ref().is_none_or(|path| !path.value.is_empty())
        && git(&path, &ask).is_ok_and(|answer| {
            answer.strip_suffix(b"\n").and_then(path_of).is_some_and(|directory| directory == site.hooks_dir)
        });
    match shared {
        true => Elsewhere { kind: Kind::Worktree, path, gap: None },
        false => look(Kind::Worktree, path, binary, git),
    }
}

fn look(kind: Kind, path: PathBuf, binary: &Path, git: GitIn<'_>) -> Elsewhere {
    let site = Site::discover(&|arguments: &[&OsStr]| git(&path, arguments));
    let gap = match site.map_err(|error| error.to_string()).and_then(|site| gap(&site, binary)) {
        Ok(gap) => gap,
        Err(message) => Some(message),
    };
    Elsewhere { kind, path, gap }
}

/// What is missing at `site`, in words.
fn gap(site: &Site, binary: &Path) -> Result<Option<String>, String> {
    let guards = inspect(site, binary).map_err(|error| error.to_string())?;
    let open: Vec<_> = guards.iter().filter(|guard| !guard.state.is_in_force()).collect();
    if open.is_empty() {
        return Ok(None);
    }
    if let Some(State::Unreachable { why }) = open.first().map(|guard| &guard.state) {
        return Ok(Some(why.clone()));
    }
    let names: Vec<_> = open.iter().map(|guard| guard.event.name()).collect();
    let which =
        if names.len() == Event::ALL.len() { "no event".to_owned() } else { format!("not {}", names.join(", ")) };
    let through = match &site.hooks_path {
        Some(path) => format!("; core.hooksPath there is {}", crate::source::printable(&path.value)),
        None => String::new(),
    };
    Ok(Some(format!("{which} is guarded{through}")))
}

/// The tops of the clone's work trees that exist.
fn worktrees(from: &Path, git: GitIn<'_>) -> Vec<PathBuf> {
    let list = ["worktree", "list", "--porcelain", "-z"].map(OsStr::new);
    let (list, end) = match git(from, &list) {
        Ok(list) => (list, 0),
        // Before 2.36 there is no -z.
        Err(_) => (git(from, list.get(..3).unwrap_or_default()).unwrap_or_default(), b'\n'),
    };
    let lines = list.split(|&byte| byte == end).filter_map(|line| line.strip_prefix(b"worktree "));
    // A bare repository is listed as one; it has no commits to make.
    lines.filter_map(path_of).filter(|path| path.join(".git").exists()).collect()
}

/// The tops of the submodules that are checked out below `top`.
fn submodules(top: &Path, git: GitIn<'_>) -> Vec<PathBuf> {
    let ask = ["config", "--file", ".gitmodules", "--null", "--get-regexp", r"^submodule\..*\.path$"].map(OsStr::new);
    if !top.join(".gitmodules").is_file() {
        return Vec::new();
    }
    let list = git(top, &ask).unwrap_or_default();
    let values = list.split(|&byte| byte == 0).filter_map(|item| item.split(|&byte| byte == b'\n').nth(1));
    let inside = |path: &PathBuf| path.components().all(|part| matches!(part, Component::Normal(_)));
    let paths = values.filter_map(path_of).filter(inside).map(|path| top.join(path));
    paths.filter(|path| path.join(".git").exists()).collect()
}

fn is_same_place(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}
