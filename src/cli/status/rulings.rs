//! Which policy judges what: a commit by the one that is staged, a push to a branch by the one that the branch holds now.

use crate::cli::Failure;
use crate::cli::install::ungoverned_paths;
use freeze_guard::git::Repository;
use freeze_guard::policy::{Origin, Policy};
use freeze_guard::report::plural;
use freeze_guard::scope;
use freeze_guard::source::{ReadError, RepoPath, Tree, printable, printable_text};

/// The policies in force.
pub(super) struct Rulings {
    /// For commits.
    pub(super) commit: Ruling,
    /// How many pairs are staged, or why they cannot be counted now, as in the middle of a merge.
    pub(super) pairs: Result<usize, String>,
    /// Staged files that look like requirements or locks and are not governed.
    pub(super) ungoverned: Vec<RepoPath>,
    /// For pushes, one for each branch of a remote that is known here and guarded, or a remote's default branch.
    pub(super) pushes: Vec<PushRuling>,
}

/// One policy.
pub(super) struct Ruling {
    /// Where it was read.
    pub(super) origin: Origin,
    /// Why it could not be.
    pub(super) error: Option<String>,
    /// Whether it refuses or passes what it cannot judge; the defaults where it could not be read.
    pub(super) policy: Policy,
}

/// The policy for pushes to one branch.
pub(super) struct PushRuling {
    pub(super) remote: String,
    pub(super) branch: String,
    pub(super) ruling: Ruling,
    pub(super) guarded: bool,
    pub(super) is_default: bool,
}

impl Ruling {
    /// Of a snapshot that gives no answer.
    pub(super) fn unread(error: &ReadError) -> Self {
        let error = Some(printable_text(&error.to_string()));
        Self { origin: Origin::Default, error, policy: Policy::default() }
    }
}

impl Rulings {
    /// Whether every policy can be read, and every default branch is guarded.
    pub(super) fn in_force(&self) -> bool {
        self.first_gap().is_none()
    }

    /// Why not, in one line.
    pub(super) fn first_gap(&self) -> Option<String> {
        let commit = self.commit.error.as_ref().map(|error| format!("the policy for commits cannot be read: {error}"));
        let push = || {
            self.pushes.iter().find_map(|push| {
                let name = format!("{}/{}", push.remote, push.branch);
                match &push.ruling.error {
                    Some(error) => Some(format!("the policy that {name} holds cannot be read: {error}")),
                    None if push.is_default && !push.guarded => {
                        Some(format!("{name}, the remote's default branch, is not guarded"))
                    }
                    None => None,
                }
            })
        };
        commit.or_else(push)
    }
}

pub(super) fn rulings(repo: &Repository) -> Result<Rulings, Failure> {
    let staged = if repo.is_bare() { repo.empty() } else { repo.index()? };
    let commit = ruling(&*staged).unwrap_or_else(|error| Ruling::unread(&error));
    let pairs = scope::pairs(&*staged, &commit.policy).map(|pairs| pairs.len());
    let pairs = pairs.map_err(|error| printable_text(&error.to_string()));
    let ungoverned = ungoverned_paths(&*staged, &commit.policy).unwrap_or_default();
    let pushes = pushes(repo, &commit.policy)?;
    Ok(Rulings { commit, pairs, ungoverned, pushes })
}

pub(super) fn ruling(tree: &dyn Tree) -> Result<Ruling, ReadError> {
    Ok(match scope::read_policy(tree)? {
        Ok((policy, origin)) => Ruling { origin, error: None, policy },
        Err(broken) => {
            let first = broken.mistakes.first().map(|mistake| mistake.message.clone()).unwrap_or_default();
            let error = Some(format!("{}, first: {first}", plural(broken.mistakes.len(), "mistake")));
            Ruling { origin: Origin::Default, error, policy: Policy::default() }
        }
    })
}

fn pushes(repo: &Repository, staged: &Policy) -> Result<Vec<PushRuling>, Failure> {
    let mut found = Vec::new();
    for remote in repo.remotes() {
        let prefix = [b"refs/remotes/", &*remote, b"/"].concat();
        let default = repo.reference(&[&*prefix, b"HEAD"].concat())?.map(|head| head.target);
        for (name, reference) in repo.references(&prefix)? {
            let Some(branch) = name.strip_prefix(&*prefix).filter(|branch| *branch != b"HEAD") else { continue };
            let is_default = default.as_deref() == Some(&*name);
            let full = [b"refs/heads/", branch].concat();
            // The branch's own policy decides; it is read only where somebody's policy guards such a name.
            if !is_default && !staged.push.guards(&full) {
                continue;
            }
            let ruling = match repo.commit_tree(&reference.id).and_then(|tree| ruling(&*tree)) {
                Ok(ruling) => ruling,
                Err(error) => Ruling::unread(&error),
            };
            let guarded = ruling.policy.push.guards(&full);
            let (remote, branch) = (printable(&remote), printable(branch));
            found.push(PushRuling { remote, branch, ruling, guarded, is_default });
        }
    }
    Ok(found)
}
