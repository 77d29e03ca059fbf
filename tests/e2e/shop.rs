//! A repository with an origin, real resolvers and wheels made here: what upgrades and rollbacks are tried in. Nothing
//! comes from a network, and what must be left alone is looked at before and after.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{Run, script};
use crate::wheels;
use crate::world::{Repo, World};

/// A mirror's manifest: every version has a newer one.
pub(crate) const PINS: &str = "# ours\nweb[fast]==1.0  # the site\nchain-a == 1.0 ; python_version > '3'\ncli==8.0\n";

/// The resolvers, by the variable that names each.
pub(crate) const UV: &str = "FREEZE_GUARD_UV";
pub(crate) const PIP_COMPILE: &str = "FREEZE_GUARD_PIP_COMPILE";

/// A repository `project` with hooks, and a bare `origin`.
pub(crate) struct Shop<'w> {
    pub(crate) world: &'w World,
    pub(crate) repo: Repo<'w>,
    pub(crate) origin: Repo<'w>,
    tool: PathBuf,
}

/// What a failed or shown run must leave as it was.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct State(Vec<String>);

impl<'w> Shop<'w> {
    /// One whose `main` has `files`, with only the resolver of `variable` on the search path; `None`, with a word, where
    /// that is not to be had.
    pub(crate) fn new(world: &'w World, variable: &str, files: &[(&str, &str)]) -> Option<Self> {
        let required = |name: &str, value: &str| std::env::var_os(name).is_some_and(|found| found == value);
        let Some(tool) = std::env::var_os(variable).filter(|tool| !tool.is_empty()).map(PathBuf::from) else {
            let required = required("CI", "true") || required("FREEZE_GUARD_REQUIRE_TOOLS", "1");
            assert!(!required, "{variable} names no program, and the tools are required here");
            eprintln!("skipped: {variable} names no program");
            return None;
        };
        wheels::build(&world.path("wheels"));
        std::fs::create_dir(world.path("tmp")).unwrap();
        std::fs::create_dir(world.path("bin")).unwrap();
        let name = tool.file_name().unwrap();
        std::os::unix::fs::symlink(&tool, world.path("bin").join(name)).unwrap();
        let origin = world.repo_with("origin.git", &["--bare"]);
        let repo = world.repo("project");
        // uv reads this beside the files; pip-compile reads pip's variables.
        let wheels = world.path("wheels");
        repo.stage("uv.toml", format!("[pip]\nno-index = true\nfind-links = [{:?}]\n", wheels.to_str().unwrap()));
        files.iter().for_each(|(path, text)| repo.stage(path, text));
        repo.stage("app.py", "print('hello')\n");
        repo.land("start");
        repo.git(&["remote", "add", "origin", "../origin.git"]).passes();
        repo.git(&["push", "-q", "-u", "origin", "main"]).passes();
        repo.hook(&["install"]).passes();
        Some(Self { world, repo, origin, tool })
    }

    /// One whose `main` has a mirror of [`PINS`], and this policy.
    pub(crate) fn mirror(world: &'w World, variable: &str, policy: &str) -> Option<Self> {
        let files = [("requirements.txt", PINS), ("requirements.lock", PINS), ("freeze-guard.toml", policy)];
        Self::new(world, variable, &files)
    }

    /// The binary with `args`, the resolver on its search path.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.repo.hook_command();
        let bin = self.world.path("bin");
        let path = std::env::join_paths([bin].into_iter().chain(std::env::split_paths(&self.world.search_path())));
        command.env("PATH", path.unwrap()).env("TMPDIR", self.world.path("tmp"));
        command.env("UV_PYTHON", self.tool.with_file_name("python")).env("UV_PYTHON_DOWNLOADS", "never");
        command.env("UV_OFFLINE", "1").env("UV_CACHE_DIR", self.world.path("home/.uv"));
        command.env("PIP_CONFIG_FILE", "/dev/null").env("PIP_TOOLS_CACHE_DIR", self.world.path("home/.pip-tools"));
        command.env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", self.world.path("wheels"));
        command.args(args);
        command
    }

    /// A finished run of it.
    pub(crate) fn hook(&self, args: &[&str]) -> Run {
        Run::of(&mut self.command(args), b"")
    }

    /// Puts a program of ours on the search path.
    pub(crate) fn program(&self, name: &str, text: &str) {
        script(&self.world.path("bin").join(name), text);
    }

    /// Everything that a run without a branch must not change.
    pub(crate) fn state(&self) -> State {
        let repo = &self.repo;
        let mut all = vec![
            repo.git(&["for-each-ref"]).passes().stdout_text(),
            repo.git(&["worktree", "list", "--porcelain"]).passes().stdout_text(),
            repo.git(&["status", "--porcelain=v2", "--branch"]).passes().stdout_text(),
            repo.git(&["diff"]).passes().stdout_text(),
            repo.git(&["config", "--local", "--list"]).passes().stdout_text(),
        ];
        for dir in [self.world.path("tmp"), repo.path(".git/worktrees"), repo.path(".git/freeze-guard-sandboxes")] {
            all.extend(names(&dir).into_iter().filter(|name| name != "door"));
        }
        State(all)
    }

    /// What stands in `path` on `branch`.
    pub(crate) fn show(&self, branch: &str, path: &str) -> String {
        self.repo.git(&["show", &format!("{branch}:{path}")]).passes().stdout_text()
    }

    /// The sandbox branches, by name.
    pub(crate) fn branches(&self) -> Vec<String> {
        let text = self.repo.git(&["branch", "--list", "--format=%(refname:short)", "auto/*"]).passes().stdout_text();
        text.lines().map(str::to_owned).collect()
    }

    /// The only sandbox branch, with nothing else left of its sandbox.
    pub(crate) fn branch(&self) -> String {
        let branches = self.branches();
        assert_eq!(branches.len(), 1, "{branches:?}");
        assert!(names(&self.world.path("tmp")).is_empty());
        assert_eq!(self.repo.git(&["worktree", "list"]).passes().stdout_text().lines().count(), 1);
        branches.into_iter().next().unwrap()
    }
}

/// The names in a directory, sorted; none where there is no such directory.
pub(crate) fn names(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).into_iter().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
