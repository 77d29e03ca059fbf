//! What a process was given, seen from another work tree, and the programs that can be found in it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::World;
use super::binary::LOCAL;

impl World {
    /// This world as seen from `directory`, the top of another work tree of the same repository: what tied it to this work
    /// tree is gone, configuration given by variables stays.
    pub fn in_work_tree(&self, directory: &Path) -> Self {
        let kept = |name: &OsStr| {
            let configures = name.as_encoded_bytes().starts_with(b"GIT_CONFIG_");
            let tied = LOCAL.iter().any(|local| name == OsStr::new(local)) && !configures;
            !tied && name != OsStr::new("PWD") && name != OsStr::new("OLDPWD")
        };
        let env = self.env.iter().filter(|(name, _)| kept(name));
        Self { env: env.map(|(name, value)| (name.clone(), value.clone())).collect(), cwd: directory.to_owned() }
    }

    /// The first executable `name` in an absolute directory of PATH. A relative one would let a repository bring its own.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        let path = self.var("PATH").unwrap_or(OsStr::new("/usr/bin:/bin"));
        let name = format!("{name}{}", if cfg!(windows) { ".exe" } else { "" });
        std::env::split_paths(path)
            .filter(|directory| directory.is_absolute())
            .map(|directory| directory.join(&name))
            .find(|candidate| is_executable(candidate))
    }
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}
