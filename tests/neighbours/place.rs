//! A clone with a remote and another hook manager's configuration, whose jobs note in a log that they ran, and a story
//! of commits and pushes told in it.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use crate::run::Run;
use crate::world::{BINARY, L, OLD, R, Repo, World};

/// Another hook manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manager {
    PreCommit,
    Prek,
    Lefthook,
    Husky,
}

impl Manager {
    pub(crate) const ALL: [Self; 4] = [Self::PreCommit, Self::Prek, Self::Lefthook, Self::Husky];

    /// Its configuration: one job for commits and one for pushes, which fails if there is a file `refuse`.
    fn configure(self, repo: &Repo<'_>) {
        let job = |what: &str| format!("sh -c 'echo {what} >>theirs.log; test ! -e refuse'");
        match self {
            Self::PreCommit | Self::Prek => {
                let hook = |what: &str, stages: &str| {
                    let entry = job(what);
                    format!(
                        "  - {{id: {what}, name: {what}, language: system, entry: \"{entry}\", always_run: true, pass_filenames: false, stages: [{stages}]}}\n"
                    )
                };
                let hooks = hook("commit", "pre-commit, pre-merge-commit") + &hook("push", "pre-push");
                repo.write(".pre-commit-config.yaml", format!("repos:\n- repo: local\n  hooks:\n{hooks}"));
            }
            Self::Lefthook => {
                let event = |event: &str, what: &str| format!("{event}:\n  jobs:\n    - run: {}\n", job(what));
                let events =
                    event("pre-commit", "commit") + &event("pre-merge-commit", "commit") + &event("pre-push", "push");
                repo.write("lefthook.yml", events);
            }
            Self::Husky => {
                for (event, what) in [("pre-commit", "commit"), ("pre-merge-commit", "commit"), ("pre-push", "push")] {
                    repo.write(&format!(".husky/{event}"), job(what) + "\n");
                }
            }
        }
    }
}

/// The clone, its world and its manager.
pub(crate) struct Place<'w> {
    pub(crate) repo: Repo<'w>,
    pub(crate) manager: Manager,
    /// How often a story was told, for each to have its own content.
    told: u32,
    /// Whether the manager has jobs of its own.
    jobs: bool,
}

/// Where the managers are; says that the test is skipped where they are not.
pub(crate) fn tools() -> Option<PathBuf> {
    let tools = std::env::var_os("FREEZE_GUARD_NEIGHBOURS").map(PathBuf::from);
    if tools.is_none() {
        eprintln!("skipped: FREEZE_GUARD_NEIGHBOURS names no directory with pre-commit, prek, lefthook and husky");
    }
    tools
}

/// A clone with its first commit on the remote, and nothing installed.
pub(crate) fn place(world: &World, manager: Manager) -> Place<'_> {
    let place = bare_place(world, manager);
    manager.configure(&place.repo);
    place.repo.git(&["add", "."]).passes();
    place.repo.land("their configuration");
    place.repo.git(&["push", "-q", "origin", "main"]).passes();
    place
}

/// The same without a configuration of the manager's.
pub(crate) fn bare_place(world: &World, manager: Manager) -> Place<'_> {
    fs::create_dir(world.path("bin")).unwrap();
    symlink(BINARY, world.path("bin/hook")).unwrap();
    world.repo_with("origin.git", &["--bare"]);
    let repo = world.repo("project");
    repo.git(&["remote", "add", "origin", "../origin.git"]).passes();
    repo.write(".gitignore", "theirs.log\nrefuse\n.husky/_\n");
    repo.git(&["add", ".gitignore"]).passes();
    repo.seed();
    repo.git(&["push", "-q", "origin", "main"]).passes();
    Place { repo, manager, told: 0, jobs: true }
}

/// What a story came to: whether the guard refused what it must.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Guarded {
    pub(crate) commits: bool,
    pub(crate) merges: bool,
    pub(crate) pushes: bool,
}

pub(crate) const ALL_GUARDED: Guarded = Guarded { commits: true, merges: true, pushes: true };

impl Place<'_> {
    /// A command of this place: the managers and `hook` are on its search path.
    pub(crate) fn command(&self, program: &str, args: &[&str]) -> Command {
        let mut dirs = vec![self.repo.world.path("bin"), tools().unwrap().join("bin")];
        dirs.extend(std::env::split_paths(&self.repo.world.search_path()));
        let path: OsString = std::env::join_paths(dirs).unwrap();
        let found = std::env::split_paths(&path).map(|dir| dir.join(program)).find(|file| file.is_file());
        let mut command = self.repo.world.command(found.unwrap_or_else(|| panic!("no {program}")), &self.repo.top);
        command.env("PATH", path).args(args);
        command
    }

    pub(crate) fn run(&self, program: &str, args: &[&str]) -> Run {
        Run::of(&mut self.command(program, args), b"")
    }

    /// git, with the managers in reach.
    pub(crate) fn git(&self, args: &[&str]) -> Run {
        self.run("git", args)
    }

    /// Installs the manager's own hooks.
    pub(crate) fn install_theirs(&self) -> Run {
        let types = ["install", "-t", "pre-commit", "-t", "pre-merge-commit", "-t", "pre-push"];
        match self.manager {
            Manager::PreCommit => self.run("pre-commit", &types),
            Manager::Prek => self.run("prek", &types),
            Manager::Lefthook => self.run("lefthook", &["install"]),
            Manager::Husky => self.run("husky", &[]),
        }
        .passes()
    }

    /// What the manager's jobs noted since the last look.
    pub(crate) fn log(&self) -> String {
        let log = self.repo.path("theirs.log");
        let text = fs::read_to_string(&log).unwrap_or_default();
        fs::remove_file(log).ok();
        text
    }

    /// The names in git's own hooks directory.
    pub(crate) fn hooks(&self) -> Vec<String> {
        let entries = fs::read_dir(self.repo.path(".git/hooks")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| !name.ends_with(".sample")).collect();
        names.sort();
        names
    }

    /// Commits, merges and pushes that must pass do, each of the manager's jobs runs once for each, and refuses when it
    /// fails; tells whether ours refused what it must.
    #[track_caller]
    pub(crate) fn story(&mut self) -> Guarded {
        self.theirs_refuses();
        self.tell(true)
    }

    /// The same where the manager has no jobs but ours.
    #[track_caller]
    pub(crate) fn story_of_ours(&mut self) -> Guarded {
        self.tell(false)
    }

    fn tell(&mut self, jobs: bool) -> Guarded {
        self.told += 1;
        self.jobs = jobs;
        self.log();
        self.repo.stage("app.py", format!("print({})\n", self.told));
        self.git(&["commit", "-qm", "code"]).passes();
        self.ran("commit");
        let commits = self.commits_are_guarded();
        let merges = self.merges_are_guarded();
        let pushes = self.pushes_are_guarded();
        Guarded { commits, merges, pushes }
    }

    /// The manager's job ran, once.
    #[track_caller]
    fn ran(&self, what: &str) {
        let expected = if self.jobs { format!("{what}\n") } else { String::new() };
        assert_eq!(self.log(), expected, "{:?}", self.manager);
    }

    fn pins(&self, what: &str) -> String {
        format!("{OLD}{what}=={}.0\n", self.told)
    }

    fn theirs_refuses(&self) {
        self.repo.write("refuse", "");
        let before = self.repo.id("HEAD");
        let run = self.git(&["commit", "-q", "--allow-empty", "-m", "theirs refuses"]);
        // lefthook has nothing to do where no file is staged.
        if self.manager != Manager::Lefthook {
            assert_ne!(run.status, Some(0), "{run}");
            assert_eq!(self.repo.id("HEAD"), before);
        }
        fs::remove_file(self.repo.path("refuse")).unwrap();
        self.log();
    }

    fn commits_are_guarded(&self) -> bool {
        let repo = &self.repo;
        repo.stage(R, self.pins("httpx"));
        let run = self.git(&["commit", "-qm", "manifest alone"]);
        let guarded = judged(&run, "lock-drift");
        if !guarded {
            self.git(&["reset", "-q", "--soft", "HEAD^"]).passes();
        }
        self.log();
        repo.stage(L, self.pins("httpx"));
        self.git(&["commit", "-qm", "both"]).passes();
        self.ran("commit");
        guarded
    }

    /// One side leaves the lock behind; the merge that would bring that in is refused.
    fn merges_are_guarded(&self) -> bool {
        let repo = &self.repo;
        let side = format!("side-{}", self.told);
        self.git(&["checkout", "-q", "-b", &side]).passes();
        repo.stage(L, self.pins("httpx") + "# side\n");
        repo.land("lock");
        self.git(&["checkout", "-q", "main"]).passes();
        repo.stage(R, self.pins("httpx").replace("flask==3.0.3", "flask==3.0.2"));
        repo.land("manifest");
        let before = repo.id("HEAD");
        let run = self.git(&["merge", "-q", "--no-edit", &side]);
        let guarded = judged(&run, "lock-drift");
        assert_eq!(guarded, run.status != Some(0), "{run}");
        self.log();
        self.git(&["reset", "-q", "--hard", &format!("{before}^")]).passes();
        repo.stage("side.py", format!("print({})\n", self.told));
        repo.land("more");
        self.git(&["branch", "-q", "-f", &side, "HEAD^"]).passes();
        self.git(&["checkout", "-q", &side]).passes();
        repo.stage("other.py", format!("print({})\n", self.told));
        repo.land("other");
        self.git(&["checkout", "-q", "main"]).passes();
        self.git(&["merge", "-q", "--no-edit", &side]).passes();
        self.ran("commit");
        guarded
    }

    fn pushes_are_guarded(&self) -> bool {
        let (before, tip) = (self.repo.id("HEAD"), self.remote_tip());
        let run = self.git(&["push", "-q", "origin", "main"]);
        let guarded = judged(&run, "guarded-push");
        if guarded {
            assert_eq!(self.remote_tip(), tip, "{run}");
            self.log();
            let auto = format!("auto/upgrade-{}", self.told);
            self.git(&["branch", &auto]).passes();
            let main = format!("{auto}:main");
            self.git(&["push", "-q", "--atomic", "origin", &main, &auto]).passes();
        }
        self.ran("push");
        assert_eq!(self.remote_tip(), before);
        guarded
    }

    pub(crate) fn remote_tip(&self) -> String {
        self.repo.world.at("origin.git").id("refs/heads/main")
    }

    /// `hook status` says that all is in force, or that it is not.
    #[track_caller]
    pub(crate) fn status(&self) -> Run {
        self.run("hook", &["status"])
    }
}

/// Whether ours refused, for this reason; a refusal for any other fails the test.
#[track_caller]
fn judged(run: &Run, rule: &str) -> bool {
    let refused = run.all().contains(&format!("error[{rule}]"));
    assert_eq!(refused, run.status != Some(0), "{run}");
    refused
}
