//! Where a pushed commit comes from, by the table of git's own behaviour: git names a branch only where the user did,
//! hands `HEAD` and expressions on as typed, and a name under `refs/heads/` need not be a branch at all
//! (`refs/heads/auto/x~1`).

use super::ScopeError;
use crate::git::{Head, RefUpdate, Repository};
use crate::policy::{Closed, Gate, Permit, Push as PushPolicy, Target, Unfit};
use crate::source::Id;

/// Decides the gate for `update`, which goes to the guarded ref `target`.
///
/// # Errors
/// What the repository cannot answer.
pub(super) fn gate(
    repo: &Repository,
    policy: &PushPolicy,
    update: &RefUpdate,
    target: Target,
) -> Result<Gate, ScopeError> {
    let source = Source { repo, policy, tip: update.local_id, remote: &target.remote };
    match source.unfit(&update.local_ref)? {
        None => Ok(Gate::Allowed(target, Permit::Branch)),
        Some(Unfit::Detached | Unfit::Expression) if source.holder()?.is_some() => {
            let holder = source.holder()?.unwrap_or_default();
            Ok(Gate::Allowed(target, Permit::SameTip(holder)))
        }
        Some(why) => {
            let holders = source.holders(b"refs/heads/")?;
            Ok(Gate::Closed(
                target,
                Closed { why, holders, tip: update.local_id.to_string(), taken: super::taken_names(repo)? },
            ))
        }
    }
}

struct Source<'a> {
    repo: &'a Repository,
    policy: &'a PushPolicy,
    tip: Id,
    remote: &'a [u8],
}

impl Source<'_> {
    /// Why `local_ref` is no allowed source; `None` if it is one.
    fn unfit(&self, local_ref: &[u8]) -> Result<Option<Unfit>, ScopeError> {
        if local_ref == b"HEAD" || local_ref == b"@" {
            return Ok(match self.repo.head()? {
                Head::Attached { name, id } if id == self.tip => self.branch(&name)?,
                Head::Attached { .. } | Head::Unborn { .. } | Head::Detached { .. } => Some(Unfit::Detached),
            });
        }
        // A name counts only if it is a valid ref name and that ref holds exactly what is pushed.
        if !Repository::valid_ref_name(local_ref) {
            return Ok(Some(Unfit::Expression));
        }
        if local_ref.starts_with(b"refs/tags/") {
            return Ok(Some(Unfit::Tag(local_ref.to_owned())));
        }
        if local_ref.starts_with(b"refs/remotes/") {
            return self.remote_branch(local_ref);
        }
        if local_ref.starts_with(b"refs/heads/") {
            return self.branch(local_ref);
        }
        Ok(Some(Unfit::Expression))
    }

    fn branch(&self, name: &[u8]) -> Result<Option<Unfit>, ScopeError> {
        let Some(found) = self.repo.reference(name)?.filter(|found| found.id == self.tip) else {
            return Ok(Some(Unfit::Expression));
        };
        if !self.is_listed(name) {
            return Ok(Some(Unfit::Branch(name.to_owned())));
        }
        if !self.is_listed(&found.target) {
            return Ok(Some(Unfit::SymbolicRef { name: name.to_owned(), target: found.target }));
        }
        Ok(None)
    }

    fn remote_branch(&self, name: &[u8]) -> Result<Option<Unfit>, ScopeError> {
        let unfit = Unfit::RemoteBranch(name.to_owned());
        let listed = self.policy.remote_sources
            && self.as_head(name).is_some_and(|head| self.is_listed(&head))
            && self.repo.reference(name)?.is_some_and(|found| found.id == self.tip);
        Ok((!listed).then_some(unfit))
    }

    /// `refs/remotes/<this remote>/x` as the branch it mirrors, `refs/heads/x`.
    fn as_head(&self, name: &[u8]) -> Option<Vec<u8>> {
        let rest = name.strip_prefix(b"refs/remotes/")?.strip_prefix(self.remote)?.strip_prefix(b"/")?;
        Some([b"refs/heads/", rest].concat())
    }

    /// An allowed branch that points exactly at what is pushed; local ones first.
    fn holder(&self) -> Result<Option<Vec<u8>>, ScopeError> {
        if let Some(name) = self.holders(b"refs/heads/")?.into_iter().next() {
            return Ok(Some(name));
        }
        if !self.policy.remote_sources {
            return Ok(None);
        }
        let prefix = [b"refs/remotes/", self.remote, b"/"].concat();
        Ok(self.holders(&prefix)?.into_iter().next())
    }

    fn holders(&self, prefix: &[u8]) -> Result<Vec<Vec<u8>>, ScopeError> {
        let mut names = Vec::new();
        for (name, found) in self.repo.references(prefix)? {
            let as_head = if prefix == b"refs/heads/" { Some(name.clone()) } else { self.as_head(&name) };
            let listed = as_head.is_some_and(|head| self.is_listed(&head));
            let target_listed = !found.target.starts_with(b"refs/heads/") || self.is_listed(&found.target);
            if listed && target_listed && found.id == self.tip {
                names.push(name);
            }
        }
        Ok(names)
    }

    fn is_listed(&self, name: &[u8]) -> bool {
        self.policy.from.iter().any(|pattern| pattern.matches(name))
    }
}
