//! The remotes that a push concerns, and what their branches were seen to hold. Only git knows its whole configuration,
//! and asking it takes longer than judging, so that it is asked for what nothing else can tell.

use std::cell::OnceCell;
use std::rc::Rc;

use super::Approved;
use crate::git::Repository;
use crate::source::{Id, ReadError, printable};

/// The remote of a push, and the others.
pub(super) struct Remotes<'r> {
    repo: &'r Repository,
    /// The remote's name, or the URL as typed.
    name: Vec<u8>,
    url: Vec<u8>,
    listed: OnceCell<Listed>,
}

/// What the configuration says of remotes.
struct Listed {
    /// Whether the push names a configured one.
    known: bool,
    /// Those that lead to the URL of the push.
    same: Vec<Vec<u8>>,
    /// Those that lead elsewhere.
    others: Vec<Vec<u8>>,
}

impl<'r> Remotes<'r> {
    pub(super) fn new(repo: &'r Repository, name: &[u8], url: &[u8]) -> Self {
        Self { repo, name: name.to_vec(), url: url.to_vec(), listed: OnceCell::new() }
    }

    fn listed(&self) -> &Listed {
        self.listed.get_or_init(|| {
            let remotes = self.repo.remotes();
            let known = remotes.contains(&self.name);
            let (same, mut others): (Vec<_>, Vec<_>) =
                remotes.into_iter().partition(|name| self.leads_to(name, &self.url));
            // This very repository can approve nothing that it pushes itself.
            others.retain(|name| !self.leads_to(name, b"."));
            Listed { known, same, others }
        })
    }

    /// The name of the push, if it is a configured remote and no URL: only then there are remote-tracking refs.
    fn known(&self) -> Option<&[u8]> {
        (self.repo.has_own_remote(&self.name) || self.listed().known).then_some(&self.name)
    }

    /// Every name that leads to the URL of the push, what the push says first; asked for one by one.
    pub(super) fn names(&self) -> impl Iterator<Item = &[u8]> {
        std::iter::once_with(|| Some(&*self.name)).chain(self.others_like_it().map(Some)).flatten()
    }

    /// The same without what the push says, where that is a URL.
    pub(super) fn tracking_names(&self) -> impl Iterator<Item = &[u8]> {
        std::iter::once_with(|| self.known()).chain(self.others_like_it().map(Some)).flatten()
    }

    fn others_like_it(&self) -> impl Iterator<Item = &[u8]> {
        std::iter::once_with(|| self.listed().same.iter().map(Vec::as_slice)).flatten()
    }

    /// Whether the configured remote `name` fetches from or pushes to `url`.
    fn leads_to(&self, name: &[u8], url: &[u8]) -> bool {
        let urls = self.repo.remote_urls(name);
        let mut all = urls.fetch.iter().chain(&urls.push);
        all.any(|one| one == url || self.same_place(one, url))
    }

    /// Whether two URLs are paths to one directory, as git reads them from the top of the work tree.
    fn same_place(&self, left: &[u8], right: &[u8]) -> bool {
        let base = self.repo.work_dir().unwrap_or_else(|| self.repo.git_dir());
        let real = |url: &[u8]| {
            let path = std::str::from_utf8(url.strip_prefix(b"file://").unwrap_or(url)).ok()?;
            base.join(path).canonicalize().ok()
        };
        real(left).is_some_and(|left| real(right) == Some(left))
    }

    /// What the remote-tracking ref of `branch` holds, under the name of the push alone.
    pub(super) fn tracked(&self, branch: &[u8]) -> Result<Option<Id>, ReadError> {
        match self.tracked_as(&self.name, branch)? {
            Some(id) => Ok(self.known().map(|_| id)),
            None => Ok(None),
        }
    }

    /// What a branch of the remote was last seen to hold, under any of its names.
    pub(super) fn seen(&self, branch: &[u8]) -> Result<Option<Id>, ReadError> {
        if let Some(id) = self.tracked(branch)? {
            return Ok(Some(id));
        }
        if !self.may_be_elsewhere(branch)? {
            return Ok(None);
        }
        for name in self.others_like_it() {
            if let Some(id) = self.tracked_as(name, branch)? {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// Whether there could be a remote-tracking ref of `branch` under another name than that of the push.
    fn may_be_elsewhere(&self, branch: &[u8]) -> Result<bool, ReadError> {
        let own = tracking_ref(&self.name, branch);
        let end = [b"/", branch].concat();
        self.repo.may_have_reference(b"refs/remotes/", &|name| name != own && name.ends_with(&end))
    }

    fn tracked_as(&self, name: &[u8], branch: &[u8]) -> Result<Option<Id>, ReadError> {
        match self.repo.reference(&tracking_ref(name, branch))? {
            Some(found) => self.repo.peel_to_commit(&found.id),
            None => Ok(None),
        }
    }
}

fn tracking_ref(name: &[u8], branch: &[u8]) -> Vec<u8> {
    [b"refs/remotes/", name, b"/", branch].concat()
}

/// What other remotes hold on the same branch.
pub struct Approvers<'r> {
    remotes: Rc<Remotes<'r>>,
    branch: Vec<u8>,
}

impl<'r> Approvers<'r> {
    pub(super) fn new(remotes: &Rc<Remotes<'r>>, branch: &[u8]) -> Self {
        Self { remotes: Rc::clone(remotes), branch: branch.to_vec() }
    }

    /// Each remote's, in the order of the configuration.
    ///
    /// # Errors
    /// What the repository cannot answer.
    pub fn all(&self) -> Result<Vec<Approved<'r>>, ReadError> {
        let repo = self.remotes.repo;
        if !self.remotes.may_be_elsewhere(&self.branch)? {
            return Ok(Vec::new());
        }
        let mut approved = Vec::new();
        for remote in &self.remotes.listed().others {
            if let Some(id) = self.remotes.tracked_as(remote, &self.branch)? {
                let name = format!("{}/{}", printable(remote), printable(&self.branch));
                // An approval that cannot be read is no approval, and no reason to refuse either.
                if let Ok(tree) = repo.commit_tree(&id) {
                    approved.push(Approved { name, tree: Rc::from(tree) });
                }
            }
        }
        Ok(approved)
    }
}
