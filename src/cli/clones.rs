//! The user's list of wired clones: kept by install and uninstall, shown by `hook status --all`, refreshed by
//! `hook install --all`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::args::{InstallArgs, StatusArgs};
use super::children::Children;
use super::install::{binary, site};
use super::output::{err, out};
use super::parallel::for_each;
use super::{Failure, Outcome};
use freeze_guard::git::{Repository, World};
use freeze_guard::report::plural;
use freeze_guard::source::{printable, shell_word};
use freeze_guard::wiring::{Clones, Established, establish};

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

/// What became of one clone.
enum Seen {
    /// In order, in these words.
    Good(String),
    /// Not, and why.
    Bad(String),
    /// There is no such directory any more.
    Gone,
}

/// One line per clone of the list: whether its guards are in force.
pub(crate) fn show_all(args: &StatusArgs, world: &World) -> Result<Outcome, Failure> {
    let binary = binary()?;
    over_all("looked at", args.prune, &|clone| look(clone, &binary, world))
}

/// Wires every clone of the list anew, as `hook install` in each would.
pub(crate) fn install_all(args: &InstallArgs, world: &World) -> Result<Outcome, Failure> {
    let binary = binary()?;
    let work = |clone: &Path| wire(clone, &binary, world, args.dry_run);
    over_all("wired", args.prune && !args.dry_run, &work)
}

/// Does `work` in each clone of the list, shows what came of it, and drops what is gone if asked to.
fn over_all(done: &str, prune: bool, work: &(dyn Fn(&Path) -> Seen + Sync)) -> Result<Outcome, Failure> {
    let file =
        file().ok_or_else(|| Failure::new("there is no home directory to keep a list of clones in", "set HOME"))?;
    let shown = printable(file.as_os_str().as_encoded_bytes());
    let word = shell_word(&shown);
    let mut clones = Clones::load(file).map_err(|error| {
        Failure::new(
            format!("the list of clones in {shown} cannot be read: {error}"),
            format!("move it away: `mv {word} {word}.broken`; then run `hook install` in each clone"),
        )
    })?;
    let paths = clones.paths();
    let seen =
        for_each(&paths, &format!("clones {done}"), &|clone| if is_there(clone) { work(clone) } else { Seen::Gone });
    let mut wrong = 0;
    let mut text = String::new();
    for (clone, seen) in paths.iter().zip(seen) {
        let line = match seen {
            Seen::Good(line) => line,
            Seen::Gone if prune => {
                clones.remove(clone);
                "gone; dropped from the list".to_owned()
            }
            bad => {
                wrong += 1;
                match bad {
                    Seen::Good(line) | Seen::Bad(line) => line,
                    Seen::Gone => "gone; `hook status --all --prune` drops it from the list".to_owned(),
                }
            }
        };
        text.push_str(&format!("{}: {line}\n", printable(clone.as_os_str().as_encoded_bytes())));
    }
    text.push_str(&match paths.len() {
        0 => "no clone is on the list: `hook install` puts one there\n".to_owned(),
        1 => String::new(),
        all => format!("{}, {wrong} not in order\n", plural(all, "clone")),
    });
    out(&text);
    clones.save().map_err(|error| {
        Failure::new(format!("{shown} cannot be written: {error}"), format!("see who may: `ls -l {word}`"))
    })?;
    Ok(if wrong == 0 { Outcome::Pass } else { Outcome::Refuse })
}

/// A directory that cannot be looked at may be on a disk that is not there today; only what is surely gone is.
fn is_there(clone: &Path) -> bool {
    clone.try_exists().unwrap_or(true)
}

/// The environment for work in another repository: nothing that ties this process to one may be taken along.
fn elsewhere(world: &World) -> Vec<(OsString, OsString)> {
    let env = world.env.iter().filter(|(name, _)| !name.as_encoded_bytes().starts_with(b"GIT_"));
    env.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Where to stand to work in a clone: the top of its work tree, where its git directory stands in the usual place.
fn top(clone: &Path) -> &Path {
    match clone.parent() {
        Some(parent) if clone.file_name().is_some_and(|name| name == ".git") => parent,
        _ => clone,
    }
}

fn look(clone: &Path, binary: &Path, world: &World) -> Seen {
    let world = World { env: elsewhere(world).into_iter().collect(), cwd: top(clone).to_path_buf() };
    let judged = || -> Result<bool, Failure> {
        let repo = Repository::open(&world)?;
        let site = site(&repo)?;
        let children = Children { repo: &repo, world: &world };
        Ok(establish(&site, binary, None, &children)?.iter().all(Established::is_in_force))
    };
    match judged() {
        Ok(true) => Seen::Good("in force".to_owned()),
        Ok(false) => Seen::Bad(format!("not in force; see `hook -C {} status`", word(top(clone)))),
        Err(failure) => Seen::Bad(failure.line()),
    }
}

/// By a process of its own, so that nothing that goes wrong in one clone stops the others.
fn wire(clone: &Path, binary: &Path, world: &World, dry_run: bool) -> Seen {
    let mut command = Command::new(binary);
    command.arg("-C").arg(top(clone)).arg("install").args(dry_run.then_some("--dry-run"));
    command.current_dir(&world.cwd).env_clear().envs(elsewhere(world)).stdin(Stdio::null());
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => return Seen::Bad(format!("`hook install` cannot be started: {error}")),
    };
    let stdout = String::from_utf8_lossy(&output.stdout);
    let first = stdout.lines().next().unwrap_or_default();
    if output.status.success() {
        return Seen::Good(match (first.starts_with("nothing to do"), dry_run) {
            (true, _) => "was in place".to_owned(),
            (false, true) => "would be wired anew".to_owned(),
            (false, false) => "wired anew".to_owned(),
        });
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let why = stderr.lines().find_map(|line| line.strip_prefix("error: ")).unwrap_or("not every guard is in force");
    Seen::Bad(format!("{why}; see `hook -C {} install`", word(top(clone))))
}

fn word(path: &Path) -> String {
    shell_word(&printable(path.as_os_str().as_encoded_bytes())).to_string()
}
