//! What the hooks of a clone do not cover: linked worktrees that look for hooks elsewhere, and submodules, which are
//! repositories of their own.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::process::Output;

use super::inspect::State;
use super::probe::{Outside, Reach, establish};
use super::site::path_of;
use super::{Event, Place, Site, Wish, plan_wiring};

/// Another place where commits and pushes of this project are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// What it is.
    pub kind: Kind,
    /// Its top, absolute.
    pub path: PathBuf,
    /// Why not every event is guarded there, and what to do; `None` if every one is.
    pub gap: Option<Gap>,
}

/// What is missing at another place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Why not every event is guarded.
    pub why: String,
    /// The next step, wherever the reader is.
    pub help: String,
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
/// as `wish` has them. What git does not tell is left out.
pub fn elsewhere(site: &Site, wish: &Wish<'_>, outside: &dyn Outside) -> Vec<Elsewhere> {
    let from = site.top.as_deref().unwrap_or(&site.common_dir);
    let mut found: Vec<_> = worktrees(from, outside)
        .into_iter()
        .filter(|path| site.top.as_ref().is_none_or(|top| !is_same_place(top, path)))
        .map(|path| worktree(site, path, wish, outside))
        .collect();
    let mut pending: Vec<PathBuf> = site.top.iter().cloned().collect();
    while let Some(top) = pending.pop() {
        for path in submodules(&top, outside) {
            found.push(look(Kind::Submodule, path.clone(), wish, outside));
            pending.push(path);
        }
    }
    found
}

/// Most work trees share one hooks directory, which one question shows; what is wrong there is told of this one.
fn worktree(site: &Site, path: PathBuf, wish: &Wish<'_>, outside: &dyn Outside) -> Elsewhere {
    let question = ["rev-parse", "--path-format=absolute", "--git-path", "hooks"].map(OsStr::new);
    let shared = site.config_hooks.is_empty()
        && site.hooks_path.as_ref().is_none_or(|path| !path.value.is_empty())
        && ask(outside, &path, &question).is_ok_and(|answer| {
            answer.strip_suffix(b"\n").and_then(path_of).is_some_and(|directory| directory == site.hooks_dir)
        });
    match shared {
        true => Elsewhere { kind: Kind::Worktree, path, gap: None },
        false => look(Kind::Worktree, path, wish, outside),
    }
}

fn look(kind: Kind, path: PathBuf, wish: &Wish<'_>, outside: &dyn Outside) -> Elsewhere {
    let site = Site::discover(&|arguments: &[&OsStr]| ask(outside, &path, arguments));
    let gap = match site {
        Ok(site) => gap(&site, &path, wish, outside).map(|why| Gap { why, help: help(&site, &path, wish) }),
        Err(error) => {
            let error = error.seen_from(&path);
            Some(Gap { why: error.to_string(), help: error.help() })
        }
    };
    Elsewhere { kind, path, gap }
}

/// What puts the hooks there in force, or takes away what stands in their way.
fn help(site: &Site, path: &Path, wish: &Wish<'_>) -> String {
    let place = Place::In(path);
    match plan_wiring(site, wish) {
        Ok(_) => format!("`{} install`", place.hook()),
        Err(error) => error.help_at(place),
    }
}

/// What is missing at `site`, in words.
fn gap(site: &Site, path: &Path, wish: &Wish<'_>, outside: &dyn Outside) -> Option<String> {
    let all = match establish(site, wish.binary, Some(path), outside) {
        Ok(all) => all,
        Err(error) => return Some(error.to_string()),
    };
    let open: Vec<_> = all.iter().filter(|one| !one.is_in_force()).collect();
    match open.first().map(|first| (&first.guard.state, &first.reach))? {
        (State::Unreachable { why }, _) => return Some(why.clone()),
        (state, Reach::NotReached { why }) if state.is_as_written() => return Some(why.clone()),
        _ => {}
    }
    let names: Vec<_> = open.iter().map(|one| one.guard.event.name()).collect();
    let which =
        if names.len() == Event::ALL.len() { "no event".to_owned() } else { format!("not {}", names.join(", ")) };
    let through = match &site.hooks_path {
        Some(path) => format!("; core.hooksPath there is {}", crate::source::printable(&path.value)),
        None => String::new(),
    };
    Some(format!("{which} is guarded{through}"))
}

/// The tops of the clone's work trees that exist.
fn worktrees(from: &Path, outside: &dyn Outside) -> Vec<PathBuf> {
    let list = ["worktree", "list", "--porcelain", "-z"].map(OsStr::new);
    let (list, end) = match ask(outside, from, &list) {
        Ok(list) => (list, 0),
        // Before 2.36 there is no -z.
        Err(_) => (ask(outside, from, list.get(..3).unwrap_or_default()).unwrap_or_default(), b'\n'),
    };
    let lines = list.split(|&byte| byte == end).filter_map(|line| line.strip_prefix(b"worktree "));
    // A bare repository is listed as one; it has no commits to make.
    lines.filter_map(path_of).filter(|path| path.join(".git").exists()).collect()
}

/// The tops of the submodules that are checked out below `top`.
fn submodules(top: &Path, outside: &dyn Outside) -> Vec<PathBuf> {
    let question =
        ["config", "--file", ".gitmodules", "--null", "--get-regexp", r"^submodule\..*\.path$"].map(OsStr::new);
    if !top.join(".gitmodules").is_file() {
        return Vec::new();
    }
    let list = ask(outside, top, &question).unwrap_or_default();
    let values = list.split(|&byte| byte == 0).filter_map(|item| item.split(|&byte| byte == b'\n').nth(1));
    let inside = |path: &PathBuf| path.components().all(|part| matches!(part, Component::Normal(_)));
    let paths = values.filter_map(path_of).filter(inside).map(|path| top.join(path));
    paths.filter(|path| path.join(".git").exists()).collect()
}

/// What git prints in `directory`, or what it says when it fails.
fn ask(outside: &dyn Outside, directory: &Path, arguments: &[&OsStr]) -> Result<Vec<u8>, String> {
    let Output { status, stdout, stderr } = outside.git(Some(directory), arguments, None)?;
    if status.success() { Ok(stdout) } else { Err(String::from_utf8_lossy(&stderr).into_owned()) }
}

fn is_same_place(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}
