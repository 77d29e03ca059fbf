//! The gits of this machine that may run in a clone: those on the search path, and those that systems and editors bring.
//! A hook in git's configuration guards only what a git new enough does.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use freeze_guard::git::World;
use freeze_guard::wiring::{GitVersion, KnownGit, Site};

/// Where gits stand that programs with a window use, whatever the search path says.
const KNOWN: &[&str] = &[
    "/usr/bin/git",
    "/usr/local/bin/git",
    "/opt/homebrew/bin/git",
    "/opt/local/bin/git",
    "/home/linuxbrew/.linuxbrew/bin/git",
    "/Library/Developer/CommandLineTools/usr/bin/git",
    "/Applications/Xcode.app/Contents/Developer/usr/bin/git",
    "/Applications/GitHub Desktop.app/Contents/Resources/app/git/bin/git",
    "/Applications/Fork.app/Contents/Resources/git-instance/bin/git",
    "C:\\Program Files\\Git\\cmd\\git.exe",
    "C:\\Program Files\\Microsoft Visual Studio\\2022\\Community\\Common7\\IDE\\CommonExtensions\\Microsoft\\TeamFoundation\\Team Explorer\\Git\\cmd\\git.exe",
];

/// Each git once, with its version; none where the git in use has no such hooks and the others do not matter. (On some
/// systems asking a git that is only a stand-in for one opens a window.)
pub(crate) fn known(world: &World, site: &Site) -> Vec<KnownGit> {
    if !site.git.is_some_and(GitVersion::has_config_hooks) {
        return Vec::new();
    }
    let name = if cfg!(windows) { "git.exe" } else { "git" };
    let path = world.var("PATH").unwrap_or(OsStr::new("/usr/bin:/bin"));
    let on_path = std::env::split_paths(path).filter(|directory| directory.is_absolute());
    let mut seen: Vec<PathBuf> = Vec::new();
    let mut found = Vec::new();
    for path in on_path.map(|directory| directory.join(name)).chain(KNOWN.iter().map(PathBuf::from)) {
        let Ok(real) = path.canonicalize() else { continue };
        if real.is_file() && !seen.contains(&real) {
            seen.push(real);
            found.push(KnownGit { version: version(&path, world), path });
        }
    }
    found
}

fn version(git: &Path, world: &World) -> Option<GitVersion> {
    let mut command = Command::new(git);
    command.arg("--version").env_clear().envs(&world.env).stdin(Stdio::null());
    GitVersion::parse(&command.output().ok()?.stdout)
}
