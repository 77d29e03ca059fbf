//! The user's list of wired clones: kept by install and uninstall, shown by `hook status --all`.

use std::path::{Path, PathBuf};

use super::output::{err, out};
use super::{Failure, Outcome};
use freeze_guard::git::{Repository, World};
use freeze_guard::source::printable;
use freeze_guard::wiring::{Clones, inspect};

/// Where the list is kept; `None` where the platform names no home.
fn file() -> Option<PathBuf> {
    let place = directories::ProjectDirs::from("", "", "freeze-guard")?;
    Some(place.data_dir().join("clones"))
}

/// Changes the list. What fails is told and is no failure: the hooks work without it.
pub(crate) fn update(change: impl FnOnce(&mut Clones) -> bool) {
    let Some(file) = file() else { return };
    let changed =
        Clones::load(file.clone()).and_then(|mut clones| if change(&mut clones) { clones.save() } else { Ok(()) });
    if let Err(error) = changed {
        let file = printable(file.as_os_str().as_encoded_bytes());
        err(&format!("note: the list of clones in {file} is not up to date: {error}\n"));
    }
}

/// One line per clone of the list: whether its guards are in force. `prune` drops those that are gone.
pub(crate) fn show_all(binary: &Path, world: &World, prune: bool) -> Result<Outcome, Failure> {
    let file =
        file().ok_or_else(|| Failure::new("there is no home directory to keep a list of clones in", "set HOME"))?;
    let shown = printable(file.as_os_str().as_encoded_bytes());
    let mut clones = Clones::load(file).map_err(|error| {
        Failure::new(
            format!("the list of clones in {shown} cannot be read: {error}"),
            format!("remove it: `rm {shown}`"),
        )
    })?;
    let mut good = true;
    for clone in clones.paths() {
        let name = printable(clone.as_os_str().as_encoded_bytes());
        let line = match state(&clone, binary, world) {
            State::InForce => "in force",
            State::NotInForce => "not in force; wire it with `hook -C CLONE install`",
            State::Gone if prune => {
                clones.remove(&clone);
                "gone; dropped from the list"
            }
            State::Gone => "gone; `hook status --all --prune` drops it from the list",
        };
        good &= line == "in force" || line.ends_with("dropped from the list");
        out(&format!("{name}: {line}\n"));
    }
    if clones.paths().is_empty() {
        out("no clone is on the list: `hook install` puts one there\n");
    }
    if prune {
        clones
            .save()
            .map_err(|error| Failure::new(format!("{shown} cannot be written: {error}"), "see who may write there"))?;
    }
    Ok(if good { Outcome::Pass } else { Outcome::Refuse })
}

enum State {
    InForce,
    NotInForce,
    Gone,
}

fn state(clone: &Path, binary: &Path, world: &World) -> State {
    if !clone.is_dir() {
        return State::Gone;
    }
    // The list spans repositories: nothing that ties this process to one may be taken along.
    let env = world.env.iter().filter(|(name, _)| !name.as_encoded_bytes().starts_with(b"GIT_"));
    let world =
        World { env: env.map(|(name, value)| (name.clone(), value.clone())).collect(), cwd: clone.to_path_buf() };
    let guards = Repository::open(&world).ok().and_then(|repo| super::install::site(&repo).ok());
    match guards.and_then(|site| inspect(&site, binary).ok()) {
        Some(guards) if guards.iter().all(|guard| guard.state.is_in_force()) => State::InForce,
        Some(_) | None => State::NotInForce,
    }
}
