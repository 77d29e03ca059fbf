//! Who started a hook: git, for an operation of its own, or a program that calls the hooks of others. Only the second can
//! lead in a circle; what git starts within a hook (a push of notes from pre-push, say) is a new operation, whose hooks
//! all have to run.

use std::ffi::OsStr;
use std::path::Path;

/// Who started a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Git itself.
    Git,
    /// Another program: a hook, or a hook manager.
    Other,
    /// This system does not say.
    Unknown,
}

/// The names of processes that are git, and run hooks; Linux cuts them at 15 bytes.
const GITS: [&str; 4] = ["git", "git.exe", "git-receive-pac", "git-receive-pack"];

impl Caller {
    /// Who the running process `id` is; `exec_path` is `GIT_EXEC_PATH`, with which git tells hooks where it stands.
    pub fn of(id: u32, exec_path: Option<&OsStr>) -> Self {
        match name_of(id) {
            Some(name) if GITS.contains(&name.as_str()) || is_file_of_git(id, exec_path) => Self::Git,
            Some(_) => Self::Other,
            None => Self::Unknown,
        }
    }
}

#[cfg(unix)]
fn name_of(id: u32) -> Option<String> {
    if let Ok(name) = std::fs::read(format!("/proc/{id}/comm")) {
        return Some(String::from_utf8_lossy(name.trim_ascii_end()).into_owned());
    }
    let ps = ["/bin/ps", "/usr/bin/ps"].into_iter().find(|path| Path::new(path).exists())?;
    let told = std::process::Command::new(ps).args(["-o", "comm=", "-p", &id.to_string()]).output().ok()?;
    let text = String::from_utf8_lossy(told.stdout.trim_ascii()).into_owned();
    let name = Path::new(&text).file_name()?.to_string_lossy().into_owned();
    told.status.success().then_some(name)
}

#[cfg(not(unix))]
fn name_of(_: u32) -> Option<String> {
    None
}

/// A git whose file was renamed, as wrappers do, is still the one that it says it is.
#[cfg(unix)]
fn is_file_of_git(id: u32, exec_path: Option<&OsStr>) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let identity = |path: &Path| std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()));
    let Some(git) = exec_path.and_then(|directory| identity(&Path::new(directory).join("git"))) else { return false };
    identity(Path::new(&format!("/proc/{id}/exe"))) == Some(git)
}

#[cfg(not(unix))]
fn is_file_of_git(_: u32, _: Option<&OsStr>) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_is_not_git_is_told_from_none() {
        assert_eq!(Caller::of(std::process::id(), None), Caller::Other);
        assert_eq!(Caller::of(u32::MAX, None), Caller::Unknown);
    }
}
