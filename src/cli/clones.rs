//! The user's list of wired clones: kept by install and uninstall, shown by `hook status --all`, refreshed by
//! `hook install --all`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::args::{InstallArgs, StatusArgs};
use super::install::binary;
use super::output::{err, out};
use super::parallel::for_each;
use super::world::Surroundings;
use super::{Failure, Outcome, status};
use freeze_guard::git::{Repository, World};
use freeze_guard::report::plural;
use freeze_guard::source::{path_word, printable};
use freeze_guard::wiring::Clones;

/// Where the list is kept; `None` where the platform names no home.
fn file() -> Option<PathBuf> {
    let place = directories::ProjectDirs::from("", "", "freeze-guard")?;
    Some(place.data_dir().join("clones"))
}

/// Puts the clone on the list.
pub(crate) fn enlist(repo: &Repository) {
    let entry = entry(repo);
    update(|list| list.add(&entry) | (entry != repo.common_dir() && list.remove(repo.common_dir())));
}

/// Takes it off.
pub(crate) fn strike(repo: &Repository) {
    update(|list| list.remove(&entry(repo)) | list.remove(repo.common_dir()));
}

/// What stands for the clone: its git directory, or where that lies apart from the work tree and may not know it, the
/// file in the work tree that leads there.
fn entry(repo: &Repository) -> PathBuf {
    let common = repo.common_dir();
    let link = repo.work_dir().map(|top| top.join(".git")).filter(|link| link.is_file() && repo.git_dir() == common);
    link.unwrap_or_else(|| common.to_path_buf())
}

/// Changes the list. What fails is told and is no failure: the hooks work without it.
fn update(change: impl FnOnce(&mut Clones) -> bool) {
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

/// One line per clone of the list: whether `hook status` there would pass, and if not, why.
pub(crate) fn show_all(args: &StatusArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    over_all("looked at", args.prune, &|clone| look(clone, world))
}

/// Wires every clone of the list anew, as `hook install` in each would.
pub(crate) fn install_all(args: &InstallArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    let binary = binary()?;
    let work = |clone: &Path| wire(clone, &binary, &world.world, args.dry_run);
    over_all("wired", args.prune && !args.dry_run, &work)
}

/// Does `work` in each clone of the list, shows what came of it, and drops what is gone if asked to.
fn over_all(done: &str, prune: bool, work: &(dyn Fn(&Path) -> Seen + Sync)) -> Result<Outcome, Failure> {
    let file =
        file().ok_or_else(|| Failure::new("there is no home directory to keep a list of clones in", "set HOME"))?;
    let (shown, word) = (printable(file.as_os_str().as_encoded_bytes()), word(&file));
    let broken = |why: &str| {
        Failure::new(
            format!("the list of clones in {shown} cannot be read: {why}"),
            format!("move it away: `mv {word} {word}.broken`; then run `hook install` in each clone"),
        )
    };
    let mut clones = Clones::load(file).map_err(|error| broken(&error.to_string()))?;
    let paths = clones.paths();
    let rubbish = clones.rubbish();
    if paths.is_empty() && rubbish > 0 {
        return Err(broken("it holds no path of a clone, but something else"));
    }
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
    if rubbish > 0 {
        let items = plural(rubbish, "item") + " besides the paths of clones";
        text.push_str(&if prune {
            clones.drop_rubbish();
            format!("the list in {shown} had {items}; dropped\n")
        } else {
            wrong += 1;
            format!("the list in {shown} has {items}; `hook status --all --prune` drops them\n")
        });
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

/// Where to stand to work in a clone: the top of its work tree, if it is told where that is.
fn top(clone: &Path, world: &World) -> PathBuf {
    if let Some(parent) = clone.parent().filter(|_| clone.file_name().is_some_and(|name| name == ".git")) {
        return parent.to_path_buf();
    }
    // A submodule's git directory names it.
    let there = World { env: elsewhere(world).into_iter().collect(), cwd: clone.to_path_buf() };
    let repo = Repository::open(&there).ok();
    let top = repo.and_then(|repo| repo.work_dir().map(Path::to_path_buf)).filter(|top| top.is_dir());
    top.unwrap_or_else(|| clone.to_path_buf())
}

/// The same judgement as `hook status` in that clone.
fn look(clone: &Path, world: &Surroundings) -> Seen {
    let top = top(clone, &world.world);
    let there = World { env: elsewhere(&world.world).into_iter().collect(), cwd: top.clone() };
    let there = Surroundings { world: there, ..*world };
    let gap = there.repository().and_then(|repo| status::first_gap(&repo, &there));
    match gap {
        Ok(None) => Seen::Good("in force".to_owned()),
        Ok(Some(why)) => {
            let why = if why.is_empty() { why } else { format!(": {why}") };
            Seen::Bad(format!("not in force{why}; see `hook -C {} status`", word(&top)))
        }
        Err(failure) => Seen::Bad(failure.line()),
    }
}

/// By a process of its own, so that nothing that goes wrong in one clone stops the others.
fn wire(clone: &Path, binary: &Path, world: &World, dry_run: bool) -> Seen {
    let top = top(clone, world);
    let mut command = Command::new(binary);
    command.arg("-C").arg(&top).arg("install").args(dry_run.then_some("--dry-run"));
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
    Seen::Bad(format!("{why}; see `hook -C {} install`", word(&top)))
}

fn word(path: &Path) -> String {
    path_word(path.as_os_str().as_encoded_bytes())
}
