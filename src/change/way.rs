//! The way of a sandbox branch from here to where it is wanted: which remote, which guarded branch, and the commands.

use crate::git::{Head, Repository};
use crate::policy::{Policy, short};
use crate::source::{ReadError, printable, shell_word};

use super::halt::Halt;

/// Where a branch goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The remote; `None` where none is configured.
    pub remote: Option<String>,
    /// The branch that takes it in the end, as people write it.
    pub target: String,
    /// Who hosts the remote.
    pub forge: Forge,
}

/// Who hosts a remote, as far as its address tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forge {
    /// GitHub: `gh`.
    GitHub,
    /// GitLab: `glab`.
    GitLab,
    /// It does not say.
    Unknown,
}

impl Way {
    /// The way from `repo`, as its configuration and the remote's own default branch tell.
    ///
    /// # Errors
    /// What the repository cannot answer.
    pub fn of(repo: &Repository, policy: &Policy) -> Result<Self, ReadError> {
        let remote = remote(repo)?;
        let url = remote.as_ref().map(|name| repo.remote_urls(name)).and_then(|urls| urls.push.into_iter().next());
        let url = url.unwrap_or_default().to_ascii_lowercase();
        let has = |name: &[u8]| url.windows(name.len()).any(|part| part == name);
        let forge = match (has(b"github"), has(b"gitlab")) {
            (true, _) => Forge::GitHub,
            (_, true) => Forge::GitLab,
            _ => Forge::Unknown,
        };
        let target = target(repo, remote.as_deref(), policy)?;
        Ok(Self { remote: remote.map(|name| printable(&name)), target, forge })
    }

    fn remote(&self) -> String {
        shell_word(self.remote.as_deref().unwrap_or("origin")).into_owned()
    }

    /// The command that pushes `branch`, for a pull request.
    pub fn push(&self, branch: &str) -> String {
        format!("git push --set-upstream {} {}", self.remote(), shell_word(branch))
    }

    /// The command that pushes `branch` and takes it into the target in one go.
    pub fn straight(&self, branch: &str) -> String {
        let (branch, target) = (shell_word(branch), shell_word(&self.target));
        format!("git push --atomic {} {branch} {branch}:{target}", self.remote())
    }

    /// The words of the command that opens a pull request; `body` is a file, or its text for GitLab.
    pub fn request(&self, forge: Forge, branch: &str, (title, body): (&str, &str)) -> Vec<String> {
        let words: Vec<&str> = match forge {
            Forge::GitLab => vec![
                "glab",
                "mr",
                "create",
                "--yes",
                "--target-branch",
                &self.target,
                "--source-branch",
                branch,
                "--title",
                title,
                "--description",
                body,
            ],
            Forge::GitHub | Forge::Unknown => {
                vec![
                    "gh",
                    "pr",
                    "create",
                    "--base",
                    &self.target,
                    "--head",
                    branch,
                    "--title",
                    title,
                    "--body-file",
                    body,
                ]
            }
        };
        words.into_iter().map(str::to_owned).collect()
    }
}

impl Way {
    /// The line that opens a pull request with what the commit says.
    pub fn filled(&self, forge: Forge, branch: &str) -> String {
        let (target, branch) = (shell_word(&self.target), shell_word(branch));
        match forge {
            Forge::GitLab => format!("glab mr create --target-branch {target} --source-branch {branch} --fill"),
            Forge::GitHub | Forge::Unknown => format!("gh pr create --base {target} --head {branch} --fill"),
        }
    }
}

/// Where git would push by itself, else `origin`, else the only remote.
fn remote(repo: &Repository) -> Result<Option<Vec<u8>>, ReadError> {
    let names = repo.remotes();
    let of_branch = match repo.head()? {
        Head::Attached { name, .. } | Head::Unborn { name } => {
            let short = std::str::from_utf8(short(&name)).unwrap_or_default().to_owned();
            let key = |last: &str| repo.config(&format!("branch.{short}.{last}"));
            key("pushRemote").or_else(|| repo.config("remote.pushDefault")).or_else(|| key("remote"))
        }
        Head::Detached { .. } => repo.config("remote.pushDefault"),
    };
    let known = of_branch.filter(|name| names.contains(name));
    let origin = || names.iter().find(|name| name.as_slice() == b"origin").cloned();
    Ok(known.or_else(origin).or_else(|| names.first().filter(|_| names.len() == 1).cloned()))
}

/// The remote's default branch, else the first guarded one that is there, else `main`.
fn target(repo: &Repository, remote: Option<&[u8]>, policy: &Policy) -> Result<String, ReadError> {
    if let Some(remote) = remote {
        let place = [b"refs/remotes/", remote, b"/"].concat();
        let head = repo.reference(&[place.as_slice(), b"HEAD"].concat())?;
        if let Some(name) = head.and_then(|head| head.target.strip_prefix(place.as_slice()).map(<[u8]>::to_vec)) {
            return Ok(printable(&name));
        }
    }
    let places = remote.map(|remote| [b"refs/remotes/", remote, b"/"].concat()).into_iter();
    for place in places.chain([b"refs/heads/".to_vec()]) {
        for (name, _) in repo.references(&place)? {
            let branch = name.strip_prefix(place.as_slice()).unwrap_or_default();
            if policy.push.guards(&[b"refs/heads/", branch].concat()) {
                return Ok(printable(branch));
            }
        }
    }
    Ok("main".to_owned())
}

/// Refuses a prefix for sandbox branches that could bring nothing anywhere: no work is begun that cannot end well, and
/// none on a guarded branch.
pub(super) fn may_bring(policy: &Policy, prefix: &str) -> Result<(), Halt> {
    let name = format!("refs/heads/{prefix}-20260101-001");
    let from: Vec<_> = policy.push.from.iter().map(ToString::to_string).collect();
    if policy.push.guards(name.as_bytes()) {
        return Err(Halt::cannot(
            format!("branches named {prefix}-... are guarded: no upgrade is made on one"),
            "name another beginning as `branch` below `[upgrade]` of the policy",
        ));
    }
    if !policy.push.allows_from(name.as_bytes()) {
        return Err(Halt::cannot(
            format!("branches named {prefix}-... may bring no dependency changes; those that may: {}", from.join(", ")),
            "name such a beginning as `branch` below `[upgrade]` of the policy",
        ));
    }
    Ok(())
}
