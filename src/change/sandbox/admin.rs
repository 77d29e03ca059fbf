//! What a sandbox needs of the repository itself: its list of work trees, its refs, and that nothing of a sandbox stays in
//! either, whatever state its process left behind.

use std::path::Path;

use super::marker::{Left, Noted};
use crate::change::child::{self, Group, Stop};
use crate::git::{GitCommand, Repository};
use crate::source::Id;

/// The repository's own affairs: work trees and refs, whichever work tree and index the caller stands in.
pub(super) struct Admin<'r> {
    pub(super) repo: &'r Repository,
}

impl Admin<'_> {
    /// A call about the repository, not about one of its work trees.
    pub(super) fn git(&self) -> GitCommand {
        let common = self.repo.common_dir();
        self.repo.git().elsewhere(common).env("GIT_DIR", common.as_os_str())
    }

    fn quietly(&self, git: GitCommand) -> bool {
        // Whoever is impatient must not end what cleans up.
        git.by_hand().is_ok_and(|git| child::run(git, "git", (&Stop::default(), Group::Own)).is_ok())
    }

    /// What a killed run left. A branch that has a commit holds work that passed: it stays.
    pub(super) fn clear(&self, left: &Left) {
        let Some(noted) = &left.noted else { return };
        self.remove(noted);
        if let Some(branch) = &noted.branch {
            self.delete(branch, Some(&noted.base));
        }
        if let Some(room) = noted.top.parent().filter(|room| is_ours(room)) {
            erase(room);
        }
    }

    /// Removes the work tree, by git and then by hand.
    pub(super) fn remove(&self, noted: &Noted) {
        let git = || self.git().args(["worktree", "remove", "--force", "--force"]).arg(noted.top.as_os_str());
        if self.quietly(git()) && !noted.top.exists() {
            return;
        }
        erase(&noted.top);
        // What `git worktree add` had only begun is no work tree to git; `prune` would take those of others along.
        let lists = std::fs::read_dir(self.repo.common_dir().join("worktrees")).into_iter().flatten().flatten();
        for entry in lists {
            let of = std::fs::read(entry.path().join("gitdir")).unwrap_or_default();
            let wanted = noted.top.join(".git");
            if of.trim_ascii_end() == wanted.as_os_str().as_encoded_bytes() {
                erase(&entry.path());
            }
        }
    }

    /// Deletes the branch, if it is at `only` where that is given.
    pub(super) fn delete(&self, branch: &str, only: Option<&Id>) {
        let git = self.git().args(["update-ref", "-d"]).arg(format!("refs/heads/{branch}"));
        self.quietly(match only {
            Some(id) => git.arg(id.to_string()),
            None => git,
        });
    }
}

/// Removes a directory, even one where something that ran there took its own permission to do so away.
pub(super) fn erase(place: &Path) {
    if std::fs::remove_dir_all(place).is_ok() {
        return;
    }
    let mut pending = vec![place.to_owned()];
    while let Some(at) = pending.pop() {
        if !std::fs::symlink_metadata(&at).is_ok_and(|data| data.is_dir()) {
            continue;
        }
        allow(&at);
        pending.extend(std::fs::read_dir(&at).into_iter().flatten().flatten().map(|entry| entry.path()));
    }
    drop(std::fs::remove_dir_all(place));
}

#[cfg(unix)]
fn allow(place: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    drop(std::fs::set_permissions(place, std::fs::Permissions::from_mode(0o700)));
}

#[cfg(not(unix))]
fn allow(_: &Path) {}

/// Whether a directory is one that we made.
fn is_ours(room: &Path) -> bool {
    room.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"freeze-guard-"))
}
