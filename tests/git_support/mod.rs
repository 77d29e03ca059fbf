//! A scratch repository made by the real git in a scrubbed world: own HOME, no system configuration, fixed identity.
//! The library is given the same world, so that nothing of the machine's configuration reaches a test.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where its world is broken")]

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use freeze_guard::git::{Repository, World};
use freeze_guard::source::{Id, Mode, RepoPath, Tree};

/// A directory of one's own with `repo/` in it.
pub(crate) struct Scratch {
    dir: tempfile::TempDir,
}

impl Scratch {
    /// An empty directory, no repository yet.
    pub(crate) fn empty() -> Self {
        let scratch = Self { dir: tempfile::tempdir().unwrap() };
        fs::create_dir_all(scratch.repo()).unwrap();
        fs::create_dir_all(scratch.dir.path().join("home")).unwrap();
        scratch
    }

    /// A repository on branch `main` without commits.
    pub(crate) fn new() -> Self {
        Self::init(&[])
    }

    /// As [`Self::new`], with more arguments for `git init`.
    pub(crate) fn init(args: &[&str]) -> Self {
        let scratch = Self::empty();
        scratch.git(&[&["init", "--quiet", "-b", "main"], args].concat());
        scratch
    }

    /// The directory around the repository.
    pub(crate) fn root(&self) -> PathBuf {
        self.dir.path().canonicalize().unwrap()
    }

    /// The repository's directory.
    pub(crate) fn repo(&self) -> PathBuf {
        self.root().join("repo")
    }

    /// The scrubbed environment.
    pub(crate) fn env(&self) -> BTreeMap<OsString, OsString> {
        let home = self.root().join("home");
        let mut env = BTreeMap::new();
        let mut set = |name: &str, value: &OsStr| env.insert(name.into(), value.to_owned());
        set("PATH", &std::env::var_os("PATH").unwrap());
        for name in ["HOME", "XDG_CONFIG_HOME", "USERPROFILE"] {
            set(name, home.as_os_str());
        }
        set("GIT_CONFIG_NOSYSTEM", OsStr::new("1"));
        for who in ["AUTHOR", "COMMITTER"] {
            set(&format!("GIT_{who}_NAME"), OsStr::new("A U Thor"));
            set(&format!("GIT_{who}_EMAIL"), OsStr::new("author@example.com"));
            set(&format!("GIT_{who}_DATE"), OsStr::new("1700000000 +0000"));
        }
        set("GIT_ALLOW_PROTOCOL", OsStr::new("file"));
        env
    }

    /// What a person at the top of the repository has.
    pub(crate) fn world(&self) -> World {
        World { env: self.env(), cwd: self.repo() }
    }

    /// [`Self::world`] with more variables.
    pub(crate) fn world_with(&self, vars: &[(&str, &str)]) -> World {
        let mut world = self.world();
        for (name, value) in vars {
            world.env.insert(name.into(), value.into());
        }
        world
    }

    /// Opens the repository from its top.
    pub(crate) fn open(&self) -> Repository {
        Repository::open(&self.world()).unwrap()
    }

    /// Runs git at the top of the repository and gives its output without the last line break; panics if it fails.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        self.git_in(&self.world(), args)
    }

    /// [`Self::git`] in another world.
    pub(crate) fn git_in(&self, world: &World, args: &[&str]) -> String {
        let output = self.try_git(world, args);
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned()
    }

    /// Runs git, whatever comes of it.
    pub(crate) fn try_git(&self, world: &World, args: &[&str]) -> Output {
        let mut command = Command::new("git");
        command.args(args).env_clear().envs(&world.env).current_dir(&world.cwd).stdin(Stdio::null());
        command.output().unwrap()
    }

    /// git with `stdin` on its standard input; it must succeed.
    pub(crate) fn git_fed(&self, stdin: &[u8], args: &[&str]) {
        let file = self.root().join("stdin");
        fs::write(&file, stdin).unwrap();
        let mut command = Command::new("git");
        command.args(args).env_clear().envs(self.env()).current_dir(self.repo()).stdin(fs::File::open(file).unwrap());
        assert!(command.status().unwrap().success(), "git {args:?}");
    }

    /// Writes a file below the top.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let at = self.repo().join(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, content).unwrap();
    }

    /// Writes and stages a file.
    pub(crate) fn add(&self, path: &str, content: impl AsRef<[u8]>) {
        self.write(path, content);
        self.git(&["add", "--", path]);
    }

    /// Commits what is staged, even nothing.
    pub(crate) fn commit(&self, message: &str) -> Id {
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
        self.rev("HEAD")
    }

    /// The id of a revision.
    pub(crate) fn rev(&self, spec: &str) -> Id {
        id(&self.git(&["rev-parse", "--verify", spec]))
    }
}

/// Version of the git on PATH.
pub(crate) fn git_version() -> (u32, u32) {
    let output = Command::new("git").arg("version").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut numbers = text.split_whitespace().nth(2).unwrap().split('.').map(|part| part.parse().unwrap_or(0));
    (numbers.next().unwrap(), numbers.next().unwrap())
}

/// Whether git is new enough; says so when it is not.
pub(crate) fn git_at_least(major: u32, minor: u32) -> bool {
    let found = git_version();
    let enough = found >= (major, minor);
    if !enough {
        #[allow(clippy::print_stderr, reason = "a skipped test must say that it was skipped")]
        {
            eprintln!("skipped: git {major}.{minor} is needed, found {}.{}", found.0, found.1);
        }
    }
    enough
}

pub(crate) fn id(hex: &str) -> Id {
    Id::from_hex(hex.as_bytes()).unwrap_or_else(|| panic!("not an id: {hex}"))
}

pub(crate) fn path(text: &str) -> RepoPath {
    RepoPath::new(text.as_bytes()).unwrap()
}

/// `mode id path` for everything in `tree`, in git's notation.
pub(crate) fn listing(tree: &dyn Tree) -> Vec<String> {
    let entries = tree.find(&|_| true).unwrap();
    let paths: Vec<RepoPath> = entries.iter().map(|entry| entry.path.clone()).collect();
    let looked_up = tree.lookup(&paths).unwrap();
    for (entry, object) in entries.iter().zip(looked_up) {
        assert_eq!(Some(entry.object), object, "find and lookup disagree on {}", entry.path);
    }
    entries.iter().map(|entry| format!("{} {} {}", octal(entry.object.mode), entry.object.id, entry.path)).collect()
}

fn octal(mode: Mode) -> &'static str {
    match mode {
        Mode::File => "100644",
        Mode::Executable => "100755",
        Mode::Symlink => "120000",
        Mode::Submodule => "160000",
        Mode::Directory => "040000",
    }
}

/// The same from `git ls-files -s` (`mode id stage TAB path`) or `git ls-tree -r` (`mode kind id TAB path`).
pub(crate) fn git_listing(output: &str) -> Vec<String> {
    let mut lines: Vec<(String, String)> = output
        .split(['\0', '\n'])
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (head, path) = line.split_once('\t').unwrap();
            let fields: Vec<&str> = head.split(' ').collect();
            let id = fields.iter().find(|field| field.len() >= 40).unwrap();
            (path.to_owned(), format!("{} {id} {path}", fields[0]))
        })
        .collect();
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

/// Reads one blob of `tree` by path.
pub(crate) fn content(tree: &dyn Tree, at: &str) -> Vec<u8> {
    let path = path(at);
    let object = tree.lookup(std::slice::from_ref(&path)).unwrap()[0].unwrap_or_else(|| panic!("no {at}"));
    tree.blob(&path, &object.id).unwrap()
}
