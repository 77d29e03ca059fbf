//! Running what makes a lock: a resolver, whose output goes beside everything and is taken up afterwards; or the
//! policy's command, which writes where it likes, so that what it wrote is taken up and put back.
//!
//! No shell takes part. The child has the caller's environment: index URLs and credentials are the caller's own.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::NotMade;
use super::compile::{Compile, name};
use crate::change::child::{self, Group, Stop, Trouble};
use crate::change::write::{native, on_disk};
use crate::change::{Edit, WriteError, write};
use crate::git::World;
use crate::requirements::{self, EntryKind};
use crate::source::{MAX_FILE, RepoPath, printable_text};

/// Where resolvers and commands run.
#[derive(Clone, Copy, Debug)]
pub struct Workshop<'a> {
    /// Environment and working directory of the caller.
    pub world: &'a World,
    /// The top of the work tree.
    pub top: &'a Path,
    /// A directory of the repository that is no part of the work tree: temporary files go there.
    pub git_dir: &'a Path,
    /// Whether to give up.
    pub stop: &'a Stop,
}

impl Workshop<'_> {
    /// What `compile` makes of the lock at `path`, which holds `lock` now: its pins are what the resolver prefers.
    pub(super) fn compile(
        &self,
        compile: &Compile,
        path: &RepoPath,
        lock: Option<&requirements::File>,
    ) -> Result<Vec<u8>, NotMade> {
        self.compile_from(compile, path, lock.map(seed))
    }

    /// What `compile` makes of the lock at `path`, where the pins of `seed` are what the resolver prefers.
    pub(in crate::change) fn compile_from(
        &self,
        compile: &Compile,
        path: &RepoPath,
        seed: Option<String>,
    ) -> Result<Vec<u8>, NotMade> {
        let failed = |error: io::Error| NotMade::plain(format!("there is no place for a temporary file: {error}"));
        let room = tempfile::Builder::new().prefix("hook-lock-").tempdir_in(self.git_dir).map_err(failed)?;
        // The format of the output hangs on its name.
        let name_of = native(path.file_name()).unwrap_or(OsStr::new("requirements.txt"));
        let output = room.path().join(name_of);
        if let Some(seed) = seed {
            fs::write(&output, seed).map_err(failed)?;
        }
        let command = self.command(compile, &output)?;
        finish(command, name(compile.tool), self.stop)?;
        match fs::metadata(&output) {
            Ok(data) if data.len() > MAX_FILE => {
                Err(NotMade::plain(format!("what came of it has {} bytes", data.len())))
            }
            Ok(_) => fs::read(&output).map_err(failed),
            Err(_) => Err(NotMade::plain(format!("{} ended well and wrote nothing", name(compile.tool)))),
        }
    }

    /// The call that writes to `output`.
    fn command(&self, compile: &Compile, output: &Path) -> Result<Command, NotMade> {
        let directory =
            RepoPath::new(&compile.directory).map_or(Some(self.top.to_owned()), |at| on_disk(self.top, &at));
        let Some(directory) = directory else {
            return Err(NotMade::plain("its directory is none that this system can enter".to_owned()));
        };
        let mut command = Command::new(&compile.program);
        if compile.tool == crate::locks::Tool::Uv {
            command.args(["pip", "compile"]);
        }
        command.args(&compile.options);
        let mut written = OsString::from("--output-file=");
        written.push(output);
        command.arg(written).arg("--");
        for input in &compile.inputs {
            command.arg(native(input).unwrap_or_default());
        }
        command.current_dir(directory).env_clear().envs(&self.world.env);
        for variable in ["CUSTOM_COMPILE_COMMAND", "UV_CUSTOM_COMPILE_COMMAND"] {
            command.env(variable, &compile.shown);
        }
        Ok(command)
    }

    /// What the policy's command, `words`, makes of the files at `paths`; they are put back as they were.
    pub(super) fn policy(&self, words: &[String], paths: &[RepoPath]) -> Result<Vec<Option<Vec<u8>>>, NotMade> {
        let Some((first, rest)) = words.split_first() else {
            return Err(NotMade::plain("`[lock] command` of the policy is empty".to_owned()));
        };
        let shown = printable_text(first);
        let program = if first.contains('/') { Some(self.top.join(first)) } else { self.world.program(first) };
        let Some(program) = program else {
            return Err(NotMade::plain(format!("{shown}, which `[lock] command` names, is not on PATH")));
        };
        let before: Vec<_> = paths.iter().map(|path| self.read(path)).collect::<Result<_, _>>()?;
        let mut command = Command::new(program);
        command.args(rest).current_dir(self.top).env_clear().envs(&self.world.env);
        let ended = finish(command, &shown, self.stop);
        let after: Vec<_> = paths.iter().map(|path| self.read(path)).collect::<Result<_, _>>()?;
        for (path, (before, after)) in paths.iter().zip(before.into_iter().zip(&after)) {
            self.put_back(path, before, after)?;
        }
        ended.map(|()| after)
    }

    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, NotMade> {
        let unreadable = |why: String| NotMade::plain(format!("{path} cannot be read: {why}"));
        let at = self.disk(path)?;
        match fs::symlink_metadata(&at) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreadable(error.to_string())),
            Ok(data) if !data.is_file() => Err(unreadable("it is no regular file".to_owned())),
            Ok(data) if data.len() > MAX_FILE => Err(unreadable(format!("it has {} bytes", data.len()))),
            Ok(_) => fs::read(&at).map(Some).map_err(|error| unreadable(error.to_string())),
        }
    }

    fn put_back(&self, path: &RepoPath, old: Option<Vec<u8>>, new: &Option<Vec<u8>>) -> Result<(), NotMade> {
        let failed = |why: String| NotMade::plain(format!("{path} could not be put back: {why}"));
        match (old, new) {
            (old, new) if old == *new => Ok(()),
            (Some(old), _) => {
                let edit = Edit { path: path.clone(), before: new.clone(), after: old };
                write(self.top, &[edit]).map_err(|error: WriteError| failed(error.to_string()))
            }
            (None, _) => fs::remove_file(self.disk(path)?).map_err(|error| failed(error.to_string())),
        }
    }

    fn disk(&self, path: &RepoPath) -> Result<PathBuf, NotMade> {
        on_disk(self.top, path).ok_or_else(|| NotMade::plain(format!("{path} is no path that this system can write")))
    }
}

/// What the resolver is given as its former output. A lock that cannot be read whole gives its pins alone.
fn seed(lock: &requirements::File) -> String {
    if !lock.entries.iter().any(|entry| matches!(entry.kind, EntryKind::Invalid)) {
        return lock.source.text().to_owned();
    }
    let mut seen = std::collections::BTreeSet::new();
    let mut pins = String::new();
    for (_, requirement) in lock.requirements() {
        if let (Some(name), Some(version)) = (&requirement.name, requirement.specifiers.exact())
            && seen.insert(name)
        {
            pins.push_str(&format!("{name}=={version}\n"));
        }
    }
    pins
}

/// Runs `command` to its end; its standard input is empty.
fn finish(command: Command, name: &str, stop: &Stop) -> Result<(), NotMade> {
    child::run(command, name, (stop, Group::Own)).map_err(|Trouble { why, said }| {
        let said = child::last(child::without_frames(said));
        NotMade { why, said }
    })
}
