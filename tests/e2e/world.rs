//! A world of its own for each test: a temporary directory with its own home, an environment that holds nothing of the
//! caller's, repositories in it, and runs of git and of the binary whose failures show the whole conversation.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) use crate::run::Run;

/// The manifest and the lock of the default rule.
pub(crate) const R: &str = "requirements.txt";
pub(crate) const L: &str = "requirements.lock";

/// Three states of a manifest; as a mirror the same text is its lock.
pub(crate) const OLD: &str = "flask==3.0.3\nrequests==2.32.3\n";
pub(crate) const NEW: &str = "flask==3.0.3\nrequests==2.32.3\nuvloop==0.20.0\n";
pub(crate) const NEWER: &str = "flask==3.0.3\nrequests==2.32.3\nuvloop==0.21.0\n";

/// The binary under test.
pub(crate) const BINARY: &str = match option_env!("FREEZE_GUARD_TEST_HOOK") {
    Some(installed) => installed,
    None => env!("CARGO_BIN_EXE_hook"),
};

/// A temporary directory and the environment that everything in it runs with.
pub(crate) struct World {
    dir: tempfile::TempDir,
    git: PathBuf,
}

impl World {
    /// An empty world. Its global git config only switches off what costs time.
    pub(crate) fn new() -> Self {
        Self::with_git(git_binary())
    }

    /// An empty world whose git runs hooks from its configuration: that of `FREEZE_GUARD_TEST_GIT_NEW`, which `.ci/run`
    /// sets. Without one, says on standard output what is skipped.
    pub(crate) fn with_new_git(what: &str) -> Option<Self> {
        let Some(dir) = std::env::var_os("FREEZE_GUARD_TEST_GIT_NEW") else {
            println!("skipped: {what} needs git 2.54; name the directory of one in FREEZE_GUARD_TEST_GIT_NEW");
            return None;
        };
        Some(Self::with_git(Path::new(&dir).join("git")))
    }

    fn with_git(git: PathBuf) -> Self {
        let dir = tempfile::Builder::new().prefix("freeze-guard-e2e-").tempdir().unwrap();
        let world = Self { git, dir };
        fs::create_dir(world.path("home")).unwrap();
        let config = "[core]\n\tfsync = none\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[advice]\n\tdetachedHead = false\n";
        fs::write(world.path("home/.gitconfig"), config).unwrap();
        world
    }

    /// `name` inside this world.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The search path of this world: the chosen git, then the system's.
    pub(crate) fn search_path(&self) -> OsString {
        let mut dirs = vec![self.git.parent().unwrap().to_path_buf()];
        for dir in ["/usr/bin", "/bin"] {
            if !dirs.iter().any(|known| known == Path::new(dir)) {
                dirs.push(dir.into());
            }
        }
        std::env::join_paths(dirs).unwrap()
    }

    /// `program`, to be run in `dir` with nothing of the caller's environment.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>, dir: &Path) -> Command {
        let mut command = Command::new(program);
        let home = self.path("home");
        command.current_dir(dir).env_clear().env("PATH", self.search_path()).env("HOME", &home);
        for (name, sub) in [("CONFIG", ".config"), ("DATA", ".data"), ("STATE", ".state"), ("CACHE", ".cache")] {
            command.env(format!("XDG_{name}_HOME"), home.join(sub));
        }
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Ada Example").env(format!("GIT_{who}_EMAIL"), "ada@example.com");
            command.env(format!("GIT_{who}_DATE"), "2025-11-22T12:00:00+00:00");
        }
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
        if let Some(profile) = std::env::var_os("LLVM_PROFILE_FILE") {
            command.env("LLVM_PROFILE_FILE", profile);
        }
        command
    }

    /// The git of this world, by its absolute path.
    pub(crate) fn git_binary(&self) -> &Path {
        &self.git
    }

    /// The version of this world's git, as in `(2, 47)`.
    pub(crate) fn git_version(&self) -> (u32, u32) {
        let run = Run::of(self.command(&self.git, self.dir.path()).arg("--version"), b"").passes();
        let text = run.stdout_text();
        let mut numbers = text.split_whitespace().nth(2).unwrap().split('.').map(|part| part.parse().unwrap_or(0));
        (numbers.next().unwrap(), numbers.next().unwrap())
    }

    /// Whether git is at least `wanted`; says on stderr what is skipped where it is not.
    pub(crate) fn git_has(&self, wanted: (u32, u32), what: &str) -> bool {
        let found = self.git_version();
        if found < wanted {
            eprintln!("skipped: {what} needs git {}.{}, this is {}.{}", wanted.0, wanted.1, found.0, found.1);
        }
        found >= wanted
    }

    /// A new repository on an unborn `main`, without hooks.
    pub(crate) fn repo(&self, name: impl AsRef<Path>) -> Repo<'_> {
        self.repo_with(name, &[])
    }

    /// [`Self::repo`], with further arguments to `git init`.
    pub(crate) fn repo_with(&self, name: impl AsRef<Path>, init: &[&str]) -> Repo<'_> {
        let repo = self.at(name);
        fs::create_dir_all(&repo.top).unwrap();
        let mut args = vec!["init", "-q", "-b", "main"];
        args.extend(init);
        repo.git(&args).passes();
        repo
    }

    /// A repository `name` with these files, none of them staged.
    pub(crate) fn repo_of(&self, name: &str, files: &[(&str, &str)]) -> Repo<'_> {
        let repo = self.repo(name);
        files.iter().for_each(|(path, content)| repo.write(path, content));
        repo
    }

    /// A directory of this world as a place to run things in.
    pub(crate) fn at(&self, name: impl AsRef<Path>) -> Repo<'_> {
        Repo { world: self, top: self.path(name) }
    }

    /// A repository whose `main` has a pair in sync and `app.py`, with the hooks installed.
    pub(crate) fn project(&self) -> Repo<'_> {
        let repo = self.repo("project");
        repo.seed();
        repo.hook(&["install"]).passes();
        repo
    }

    /// [`Self::project`], and a bare `origin` that has its `main`.
    pub(crate) fn project_with_origin(&self) -> (Repo<'_>, Repo<'_>) {
        let origin = self.repo_with("origin.git", &["--bare"]);
        let repo = self.repo("project");
        repo.seed();
        repo.git(&["remote", "add", "origin", "../origin.git"]).passes();
        repo.git(&["push", "-q", "-u", "origin", "main"]).passes();
        repo.hook(&["install"]).passes();
        (repo, origin)
    }
}

/// A directory to run git and the binary in, most often the top of a repository.
pub(crate) struct Repo<'w> {
    pub(crate) world: &'w World,
    pub(crate) top: PathBuf,
}

impl<'w> Repo<'w> {
    /// git with `args`.
    pub(crate) fn git(&self, args: &[&str]) -> Run {
        self.git_env(&[], args)
    }

    /// git with `args` and more environment.
    pub(crate) fn git_env(&self, env: &[(&str, &str)], args: &[&str]) -> Run {
        Run::of(self.world.command(&self.world.git, &self.top).envs(env.iter().copied()).args(args), b"")
    }

    /// git with `args`, `stdin` on its standard input.
    pub(crate) fn git_fed(&self, stdin: &[u8], args: &[&str]) -> Run {
        Run::of(self.world.command(&self.world.git, &self.top).args(args), stdin)
    }

    /// The binary with `args`.
    pub(crate) fn hook(&self, args: &[&str]) -> Run {
        self.hook_env(&[], args)
    }

    /// The binary with `args` and more environment.
    pub(crate) fn hook_env(&self, env: &[(&str, &str)], args: &[&str]) -> Run {
        Run::of(self.hook_command().envs(env.iter().copied()).args(args), b"")
    }

    /// The binary with `args`, `stdin` on its standard input.
    pub(crate) fn hook_fed(&self, stdin: &[u8], args: &[&str]) -> Run {
        Run::of(self.hook_command().args(args), stdin)
    }

    /// The binary, to be run here.
    pub(crate) fn hook_command(&self) -> Command {
        self.world.command(BINARY, &self.top)
    }

    /// The binary on a terminal of its own on which nobody types; `None`, and a word, where there is no way to have one.
    pub(crate) fn on_a_terminal(&self, env: &[(&str, &str)], command: &str) -> Option<Run> {
        if !(Path::new("/usr/bin/script").exists() && cfg!(target_os = "linux")) {
            eprintln!("skipped: there is no `script` to make a terminal with");
            return None;
        }
        // `script` hands its own standard input on, and an end of it; a silent one stays open.
        let line = format!("'{BINARY}' {command}");
        let mut script = self.world.command("/usr/bin/script", &self.top);
        script.env("TERM", "xterm").envs(env.iter().copied()).args(["-q", "-e", "-c", &line, "/dev/null"]);
        Some(Run::of(&mut script, b""))
    }

    /// The verbs, in the order of `hook --help`.
    pub(crate) fn verbs(&self) -> Vec<String> {
        let help = self.hook(&["--help"]).passes().stdout_text();
        let (groups, _) = help.split_once("\nOptions:\n").unwrap();
        let rows = groups.lines().filter_map(|line| line.strip_prefix("  ")).filter(|row| !row.starts_with(' '));
        rows.map(|row| row.split(' ').next().unwrap().to_owned()).collect()
    }

    /// The same repository, from its subdirectory `name`.
    pub(crate) fn inside(&self, name: &str) -> Repo<'w> {
        let top = self.top.join(name);
        fs::create_dir_all(&top).unwrap();
        Repo { world: self.world, top }
    }

    /// `path` inside this directory.
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.top.join(path)
    }

    /// What stands in a file of the work tree.
    pub(crate) fn text(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Writes a file of the work tree.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let file = self.path(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }

    /// Writes a file and stages it.
    pub(crate) fn stage(&self, path: &str, content: impl AsRef<[u8]>) {
        self.write(path, content);
        self.git(&["add", "--", path]).passes();
    }

    /// Stages one text as manifest and as its mirror lock.
    pub(crate) fn stage_pair(&self, content: &str) {
        self.stage(R, content);
        self.stage(L, content);
    }

    /// `git commit` of what is staged, hooks and all.
    pub(crate) fn commit(&self, message: &str) -> Run {
        self.git(&["commit", "-q", "-m", message])
    }

    /// `git commit` past the hooks.
    pub(crate) fn land(&self, message: &str) {
        self.git(&["commit", "-q", "--no-verify", "-m", message]).passes();
    }

    /// A commit past the hooks with both files in sync, on a new branch.
    pub(crate) fn branch_with_pair(&self, branch: &str, content: &str) {
        self.git(&["checkout", "-q", "-b", branch]).passes();
        self.stage_pair(content);
        self.land(&format!("dependencies on {branch}"));
    }

    /// First commit: the pair in sync, and code.
    pub(crate) fn seed(&self) {
        self.stage_pair(OLD);
        self.stage("app.py", "print('hello')\n");
        self.land("start");
    }

    /// The id that `name` stands for, or empty.
    pub(crate) fn id(&self, name: &str) -> String {
        self.git(&["rev-parse", "-q", "--verify", name]).stdout_text().trim().to_owned()
    }

    /// Stages another `app.py`.
    pub(crate) fn stage_code(&self, text: &str) {
        self.stage("app.py", format!("print('{text}')\n"));
    }
}

/// The git to test with: of `FREEZE_GUARD_TEST_GIT`, else the first on the caller's search path.
fn git_binary() -> PathBuf {
    let dirs: Vec<PathBuf> = match std::env::var_os("FREEZE_GUARD_TEST_GIT") {
        Some(dir) => vec![dir.into()],
        None => std::env::split_paths(&std::env::var_os("PATH").unwrap()).collect(),
    };
    let found = dirs.iter().map(|dir| dir.join("git")).find(|git| git.is_file());
    found.unwrap_or_else(|| panic!("no git in {dirs:?}"))
}

#[test]
fn a_world_holds_nothing_of_the_callers() {
    let world = World::new();
    let repo = world.repo("plain");
    let run = Run::of(&mut world.command("env", &repo.top), b"").passes();
    for line in run.stdout_text().lines() {
        let name = line.split('=').next().unwrap();
        let ours = ["PATH", "HOME", "LC_ALL", "PWD", "GIT_CONFIG_NOSYSTEM", "GIT_TERMINAL_PROMPT", "LLVM_PROFILE_FILE"];
        let fine = ours.contains(&name) || name.starts_with("XDG_") || name.starts_with("GIT_AUTHOR_");
        assert!(fine || name.starts_with("GIT_COMMITTER_"), "{line}");
    }
    repo.seed();
    assert_eq!(repo.git(&["log", "--format=%s %an"]).passes().stdout_text(), "start Ada Example\n");
    assert_eq!(repo.git(&["symbolic-ref", "HEAD"]).passes().stdout_text(), "refs/heads/main\n");
}

#[test]
fn the_hooks_of_a_world_are_really_run() {
    let world = World::new();
    let repo = world.repo("plain");
    repo.seed();
    let hook = repo.path(".git/hooks/pre-commit");
    crate::run::script(&hook, "#!/bin/sh\necho 'refused: by hand' >&2\nexit 1\n");
    repo.stage_code("two");
    let before = repo.id("HEAD");
    repo.commit("two").refused().says("by hand");
    assert_eq!(repo.id("HEAD"), before);
}
