//! The sandbox: a linked work tree on a new branch, where a verb may write and run what it likes. The caller's own work
//! tree, index and branch are never touched; unless the branch is kept, nothing is left of all this, whatever happens.
//!
//! The work tree lies in a temporary directory. A marker in the git directory, locked while its process lives, lets the
//! next run clean up after one that was killed.

mod admin;
mod marker;
mod number;

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::child::{self, Group, Stop};
use super::halt::{Halt, go_on};
use crate::git::{OpenError, Repository, World};
use crate::policy::Date;
use crate::source::{Id, Paths, printable};
use admin::{Admin, erase};
use marker::{Door, Marker, Noted};

/// What a verb that works in a sandbox is given besides its order.
pub struct Site<'a> {
    /// The day, in UTC.
    pub today: Date,
    /// Where temporary directories are made.
    pub temp: &'a Path,
    /// Whether to give up.
    pub stop: &'a Stop,
    /// Whether a person at a terminal can be asked for a passphrase.
    pub asking: Asking,
    /// How paths are written for the person who reads.
    pub paths: Paths,
    /// Is told each step, and each command before it runs.
    pub tell: &'a mut dyn FnMut(Event<'_>),
}

/// Whether a person at a terminal can be asked for a passphrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// There is a terminal.
    Possible,
    /// There is none.
    Impossible,
}

/// What goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'e> {
    /// A step that may take a while begins.
    Step(&'e str),
    /// This command is about to run.
    Command(&'e str),
    /// A word for the person who waits.
    Note(&'e str),
}

impl Site<'_> {
    /// The group of git where it may have to ask for a passphrase.
    fn group(&self) -> Group {
        if self.asking == Asking::Possible { Group::Shared } else { Group::Own }
    }
}

/// What becomes of the branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stay {
    /// It is made, and kept if all goes well.
    Branch,
    /// None is made: the work is only shown.
    Nothing,
}

/// What a sandbox begins with.
pub(super) struct Ground<'p> {
    /// What its branch is called before `-YYYYMMDD-NNN`.
    pub(super) prefix: &'p str,
    /// The commit it begins at.
    pub(super) base: Id,
    /// What becomes of the branch.
    pub(super) stay: Stay,
}

/// A linked work tree.
pub(super) struct Sandbox<'r> {
    admin: Admin<'r>,
    world: World,
    room: Option<TempDir>,
    top: PathBuf,
    base: Id,
    /// The new branch, without `refs/heads/`.
    branch: Option<String>,
    marker: Option<Marker>,
}

impl<'r> Sandbox<'r> {
    /// Cleans up what killed runs left, then makes the work tree and its branch.
    pub(super) fn open(repo: &'r Repository, ground: &Ground<'_>, site: &mut Site<'_>) -> Result<Self, Halt> {
        go_on(site.stop)?;
        let admin = Admin { repo };
        let door = Door::open(repo.common_dir(), site.stop)?;
        for left in door.leftovers() {
            (site.tell)(Event::Note(&format!("cleaning up after a run that was killed: {}", left.show())));
            admin.clear(&left);
            left.forget();
        }
        let room = tempfile::Builder::new().prefix("freeze-guard-").tempdir_in(site.temp);
        let room = room.map_err(|error| {
            let temp = printable(site.temp.as_os_str().as_encoded_bytes());
            Halt::cannot(
                format!("no directory can be made in {temp}: {error}"),
                "name one with TMPDIR that can be written",
            )
        })?;
        let top = room.path().canonicalize().unwrap_or_else(|_| room.path().to_owned()).join(name_of(repo));
        let branch = match ground.stay {
            Stay::Branch => Some(number::free(repo, ground.prefix, site.today)?),
            Stay::Nothing => None,
        };
        let noted = Noted { top: top.clone(), branch: branch.clone(), base: ground.base };
        let marker = Some(door.mark(&noted)?);
        let world = whole(repo.world().in_work_tree(&top));
        let sandbox = Self { admin, world, room: Some(room), top, base: ground.base, branch, marker };
        (site.tell)(Event::Step("making a work tree"));
        sandbox.add(site.stop)?;
        Ok(sandbox)
    }

    fn add(&self, stop: &Stop) -> Result<(), Halt> {
        let mut git = self.admin.git().args(["-c", NO_HOOKS, "-c", "core.sparseCheckout=false"]);
        git = git.args(["worktree", "add", "--quiet"]);
        git = match &self.branch {
            Some(branch) => git.args(["-b", branch]),
            None => git.arg("--detach"),
        };
        let git = git.arg(self.top.as_os_str()).arg(self.base.to_string());
        let added = child::run(git.by_hand()?, "git worktree add", (stop, Group::Own));
        added.map_err(|trouble| Halt::of("the sandbox cannot be made: ", trouble, stop))
    }

    /// The top of the work tree.
    pub(super) fn top(&self) -> &Path {
        &self.top
    }

    /// Its repository, as it is now.
    pub(super) fn repository(&self) -> Result<Repository, OpenError> {
        Repository::open(&self.world)
    }

    /// A new directory beside the work tree.
    pub(super) fn aside(&self) -> Result<TempDir, Halt> {
        let room = self.room.as_ref().map_or(self.top.as_path(), TempDir::path);
        let aside = tempfile::Builder::new().prefix("aside-").tempdir_in(room);
        aside.map_err(|error| Halt::failed(format!("there is no place for a temporary file: {error}")))
    }

    /// Runs `words`, a command of the policy, at the top.
    pub(super) fn run(&self, words: &[String], stop: &Stop) -> Result<(), child::Trouble> {
        let plain = |why: String| child::Trouble { why, said: Vec::new() };
        let Some((first, rest)) = words.split_first() else { return Err(plain("the command is empty".to_owned())) };
        let program = if first.contains('/') { Some(self.top.join(first)) } else { self.world.program(first) };
        let shown = crate::source::printable_text(first);
        let program = program.ok_or_else(|| plain(format!("{shown} is not on PATH")))?;
        let mut command = Command::new(program);
        command.args(rest).current_dir(&self.top).env_clear().envs(&self.world.env);
        child::run(command, &shown, (stop, Group::Own))
    }

    /// Commits what is staged with `message`, hooks and signing as ever; the new commit.
    pub(super) fn commit(&self, message: &str, env: &[(&str, &str)], site: &mut Site<'_>) -> Result<Id, Halt> {
        let aside = self.aside()?;
        let file = aside.path().join("message");
        std::fs::write(&file, message)
            .map_err(|error| Halt::failed(format!("the message cannot be written: {error}")))?;
        let repo = self.repository()?;
        let mut git = repo.git().args(["commit", "--quiet", "--cleanup=whitespace", "-F"]).arg(file.as_os_str());
        for (name, value) in env {
            git = git.env(*name, *value);
        }
        child::run(git.by_hand()?, "git commit", (site.stop, site.group()))
            .map_err(|trouble| Halt::of("", trouble, site.stop))?;
        Ok(repo.resolve(b"HEAD")?)
    }

    /// Ends the sandbox and keeps its branch, whose name it answers.
    pub(super) fn keep(mut self) -> String {
        let branch = self.branch.take().unwrap_or_default();
        self.end();
        branch
    }

    /// Everything but a branch that was taken out goes.
    fn end(&mut self) {
        let Some(marker) = self.marker.take() else { return };
        let noted = Noted { top: self.top.clone(), branch: self.branch.take(), base: self.base };
        self.admin.remove(&noted);
        if let Some(branch) = &noted.branch {
            self.admin.delete(branch, None);
        }
        if let Some(room) = self.room.take() {
            erase(room.path());
        }
        marker.forget();
    }
}

impl Drop for Sandbox<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

/// No hook of the caller's runs for a checkout that nobody asked for.
pub(super) const NO_HOOKS: &str = if cfg!(windows) { "core.hooksPath=NUL" } else { "core.hooksPath=/dev/null" };

/// `world`, where every file is checked out, however sparse the caller's own work tree is.
fn whole(mut world: World) -> World {
    let count = world.var("GIT_CONFIG_COUNT").and_then(|count| count.to_str()?.parse::<u32>().ok()).unwrap_or(0);
    let mut set = |name: String, value: String| drop(world.env.insert(name.into(), value.into()));
    set(format!("GIT_CONFIG_KEY_{count}"), "core.sparseCheckout".to_owned());
    set(format!("GIT_CONFIG_VALUE_{count}"), "false".to_owned());
    set("GIT_CONFIG_COUNT".to_owned(), count.saturating_add(1).to_string());
    world
}

/// What the caller's own work tree is called: names of projects are made of it.
fn name_of(repo: &Repository) -> PathBuf {
    repo.work_dir().and_then(Path::file_name).map_or_else(|| PathBuf::from("tree"), PathBuf::from)
}
