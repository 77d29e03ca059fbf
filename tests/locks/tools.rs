//! The real uv and pip-compile, run with nothing of the caller's environment and no way to a network.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::Run;
use crate::wheels;
use crate::world::World;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    Uv,
    PipCompile,
}

impl Tool {
    pub(crate) const BOTH: [Self; 2] = [Self::Uv, Self::PipCompile];

    /// Where it is; `None` where nobody says, which is a failure where the tools are required.
    pub(crate) fn path(self) -> Option<PathBuf> {
        let name = match self {
            Self::Uv => "FREEZE_GUARD_UV",
            Self::PipCompile => "FREEZE_GUARD_PIP_COMPILE",
        };
        let set = |name: &str, value: &str| std::env::var_os(name).is_some_and(|found| found == value);
        let path = std::env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from);
        let required = set("CI", "true") || set("FREEZE_GUARD_REQUIRE_TOOLS", "1");
        assert!(path.is_some() || !required, "{name} names no program, and the tools are required here");
        if path.is_none() {
            eprintln!("skipped: {name} names no program, so no lock of {self:?} was judged");
        }
        path
    }
}

/// One run of a tool.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Call<'a> {
    pub(crate) args: &'a [&'a str],
    pub(crate) stdin: &'a str,
    pub(crate) env: &'a [(&'a str, &'a str)],
}

/// Runs `tool` in `directory`, on the wheels alone. What it said, if it failed.
pub(crate) fn compile(world: &World, tool: Tool, directory: &Path, call: Call<'_>) -> Result<(), String> {
    let program = tool.path().ok_or("no such tool")?;
    let mut command = tool_command(world, &program, directory);
    if tool == Tool::Uv {
        command.args(["pip", "compile"]);
    }
    // The wheels by an absolute path would be in the lock, and another one every time.
    let depth = directory.strip_prefix(world.path("")).unwrap().components().count();
    let wheels = format!("{}wheels", "../".repeat(depth));
    command.args(call.args).args(["--no-index", "--find-links", &wheels, "--quiet"]);
    let run = Run::of(command.envs(call.env.iter().copied()), call.stdin.as_bytes());
    if run.status == Some(0) { Ok(()) } else { Err(run.to_string()) }
}

/// `program` in a scrubbed world, with the Python beside it.
pub(crate) fn tool_command(world: &World, program: &Path, directory: &Path) -> Command {
    let wheels = world.path("wheels");
    if !wheels.is_dir() {
        wheels::build(&wheels);
    }
    let mut command = world.command(program, directory);
    command.env("UV_PYTHON", program.with_file_name("python")).env("UV_PYTHON_DOWNLOADS", "never");
    command
        .env("UV_OFFLINE", "1")
        .env("UV_NO_CONFIG", "1")
        .env("UV_CACHE_DIR", world.path("home/.uv"))
        .env("PIP_CONFIG_FILE", "/dev/null");
    // pip-compile writes into the directory of its own temporary files and nowhere else.
    command.env("PIP_TOOLS_CACHE_DIR", world.path("home/.pip-tools"));
    command
}

#[test]
fn both_tools_read_the_wheels() {
    for tool in Tool::BOTH {
        if tool.path().is_none() {
            continue;
        }
        let world = World::new();
        let repo = world.repo("pair");
        repo.write("requirements.in", "web[fast]\nMixed_Name.Pkg\nmodern\n");
        let args = ["requirements.in", "-o", "requirements.txt", "--no-annotate", "--no-header", "--strip-extras"];
        compile(&world, tool, &repo.top, Call { args: &args, ..Call::default() }).unwrap();
        let lock = std::fs::read_to_string(repo.path("requirements.txt")).unwrap();
        let pins: Vec<_> = lock.lines().filter(|line| line.contains("==")).collect();
        let expected =
            ["core==2.0", "leaf==2.0", "mixed-name-pkg==1.0", "modern==1.0", "speedups==1.0", "tools==1.5", "web==2.0"];
        assert_eq!(pins, expected, "{tool:?}\n{lock}");
    }
}

#[test]
fn wheels_are_the_same_bytes_every_time() {
    let (one, two) = (World::new(), World::new());
    for world in [&one, &two] {
        wheels::build(&world.path("wheels"));
    }
    let names = std::fs::read_dir(one.path("wheels")).unwrap().map(|entry| entry.unwrap().file_name());
    let names: Vec<_> = names.collect();
    assert!(names.len() > 30);
    for name in names {
        let read = |world: &World| std::fs::read(world.path("wheels").join(&name)).unwrap();
        assert_eq!(read(&one), read(&two), "{name:?}");
    }
}
