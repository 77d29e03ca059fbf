//! Where a clone's hooks are, as git resolves it, and whether that place is ours to write.

use std::path::{Path, PathBuf};

use super::WiringError;
use crate::git::Repository;

/// The hooks directory of a clone.
#[derive(Clone, Debug)]
pub struct Site {
    /// Absolute; it need not exist yet.
    pub hooks: PathBuf,
}

/// How another hooks directory calls us.
const LINE: &str = "add this line to the hooks there instead: `hook run pre-commit \"$@\"` (likewise pre-merge-commit, \
                    pre-applypatch, pre-push)";

impl Site {
    /// Asks git.
    ///
    /// # Errors
    /// Where `core.hooksPath` or a link leads to a place that is not this clone's own hooks directory.
    pub fn of(repo: &Repository) -> Result<Self, WiringError> {
        let default = repo.common_dir().join("hooks");
        match configured(repo)? {
            None => {}
            Some((scope, value)) => check(repo, &default, &scope, value)?,
        }
        let real = default.canonicalize().unwrap_or_else(|_| default.clone());
        let inside = [Some(repo.common_dir()), repo.work_dir()].into_iter().flatten().any(|place| {
            let place = place.canonicalize();
            place.is_ok_and(|place| real.starts_with(place))
        });
        if real.exists() && !inside {
            return Err(WiringError::LinkedAway(real));
        }
        Ok(Self { hooks: absolute(repo, &default) })
    }
}

fn absolute(repo: &Repository, path: &Path) -> PathBuf {
    if path.is_absolute() { path.to_path_buf() } else { repo.git_dir().join(path) }
}

/// The scope and value of `core.hooksPath`.
fn configured(repo: &Repository) -> Result<Option<(String, Vec<u8>)>, WiringError> {
    let answer = repo.git().args(["config", "--show-scope", "--null", "--get", "core.hooksPath"]).run();
    let answer = match answer {
        Ok(answer) => answer.stdout,
        Err(error) if error.status() == Some(1) => return Ok(None),
        Err(error) => return Err(WiringError::Git(error.to_string())),
    };
    let mut fields = answer.split(|&byte| byte == 0);
    let scope = String::from_utf8_lossy(fields.next().unwrap_or_default()).into_owned();
    Ok(Some((scope, fields.next().unwrap_or_default().to_vec())))
}

fn check(repo: &Repository, default: &Path, scope: &str, value: Vec<u8>) -> Result<(), WiringError> {
    let own = matches!(scope, "local" | "worktree");
    let unset = format!("`git config --{} --unset core.hooksPath`", if own { scope } else { "global" });
    if value.is_empty() || value == b"." {
        let why = "git runs no hook from there";
        return Err(WiringError::HooksPath { value, why, help: format!("unset it: {unset}") });
    }
    let resolved = repo.git().args(["rev-parse", "--git-path", "hooks"]).run();
    let resolved = resolved.map_err(|error| WiringError::Git(error.to_string()))?.stdout;
    let resolved = crate::git::path_of(resolved.strip_suffix(b"\n").unwrap_or(&resolved));
    let base = &repo.world().cwd;
    let real = |path: &Path| base.join(path).canonicalize().unwrap_or_else(|_| base.join(path));
    if real(&resolved) == real(default) {
        return Ok(());
    }
    let (why, help) = if own {
        ("another tool owns the hooks of this clone", format!("{LINE}, or unset it: {unset}"))
    } else {
        (
            "the hooks of all your clones are there",
            format!("{LINE}, or give this clone its own: `git config --local core.hooksPath .git/hooks`"),
        )
    };
    Err(WiringError::HooksPath { value, why, help })
}
