//! A commit that is about to be made: the index against every parent it will have.
//!
//! Parents: HEAD (none while it is unborn), and while merging the other tips. git names those in the environment as
//! `GITHEAD_<id>` before MERGE_HEAD exists (pre-merge-commit), and in MERGE_HEAD afterwards.

use std::rc::Rc;

use super::policies::{self, PolicyFiles};
use super::{Against, Question, Remark, ScopeError, Snapshot};
use crate::git::{Head, Repository};
use crate::policy::Policy;

/// Which hook asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitEvent {
    /// `pre-commit`
    Commit,
    /// `pre-merge-commit`
    Merge,
    /// `pre-applypatch`
    ApplyPatch,
}

/// The question that a commit hook asks; `None` where there is nothing to ask.
///
/// # Errors
/// What the repository cannot answer, and a policy that this commit breaks.
pub fn commit(repo: &Repository, event: CommitEvent) -> Result<Option<Question<'_>>, ScopeError> {
    // A rebase by patches replays commits that were judged when they were made.
    if event == CommitEvent::ApplyPatch && repo.rebasing_with_apply() {
        return Ok(None);
    }
    if repo.is_bare() {
        return Err(ScopeError::Bare);
    }
    let head = repo.head()?;
    let after: Snapshot<'_> = Rc::from(repo.index()?);
    let parents = parents(repo, &head, event)?;
    let (policy, origin, against) = match policies::read(&*after)? {
        Ok((policy, origin)) => (policy, origin, Against::Parents(parents)),
        Err(broken) => {
            let staged = PolicyFiles::of(&*after)?;
            let inherited = match parents.first() {
                Some(head) => PolicyFiles::of(&**head)? == staged,
                None => false,
            };
            if !inherited {
                return Err(ScopeError::Policy(broken));
            }
            (Policy::default(), crate::policy::Origin::Default, Against::Broken(parents, broken))
        }
    };
    let remark = remark(&head, &policy);
    let question = Question::plain("the commit".to_owned(), after, against, (Rc::new(policy), origin));
    Ok(Some(Question { work_tree: Some(repo), remark, ..question }))
}

fn parents<'r>(repo: &'r Repository, head: &Head, event: CommitEvent) -> Result<Vec<Snapshot<'r>>, ScopeError> {
    let mut ids = Vec::new();
    match head {
        Head::Unborn { .. } => {}
        Head::Attached { id, .. } | Head::Detached { id } => ids.push(*id),
    }
    match event {
        CommitEvent::Commit => ids.extend(repo.merge_heads_from_file()?),
        CommitEvent::Merge => ids.extend(repo.merge_heads_from_env()?),
        CommitEvent::ApplyPatch => {}
    }
    ids.iter().map(|id| Ok(Rc::from(repo.commit_tree(id)?))).collect()
}

fn remark(head: &Head, policy: &Policy) -> Remark {
    let Head::Attached { name, .. } = head else { return Remark::Silent };
    let listed = |patterns: &[crate::policy::RefPattern]| patterns.iter().any(|pattern| pattern.matches(name));
    if listed(&policy.push.guard) && !listed(&policy.push.from) {
        return Remark::OnGuardedBranch { name: name.clone() };
    }
    Remark::Silent
}
