//! The tips of allowed branches on a server: those that it holds and that this push leaves as they are, and those that
//! arrive with it.
//!
//! A branch that the same push deletes or moves counts by its new value only. One that arrives counts before git has
//! accepted it: pre-receive is asked once for the whole push.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::receive::Update;
use super::{ScopeError, Snapshot};
use crate::git::{ObjectKind, Placed, Received, Reference, RefsNow, Repository};
use crate::policy::Policy;
use crate::source::{Id, ReadError};

/// Every ref that could be an allowed branch, by namespace.
pub(super) struct Tips<'r, 'p> {
    repo: &'r Repository,
    refs: &'p RefsNow<'r>,
    updates: &'p [Update],
    arriving: OnceCell<bool>,
    /// By what their names begin with.
    standing: HashMap<Vec<u8>, Rc<Vec<Tip>>>,
    allowed: HashMap<Asked, Rc<Vec<Snapshot<'r>>>>,
    trees: HashMap<Id, Option<Snapshot<'r>>>,
}

/// A namespace, and the patterns of a policy.
type Asked = (Vec<u8>, Vec<String>);

/// A ref that this push leaves as it is.
struct Tip {
    at: Placed,
    /// What it stands for, if it is symbolic; else itself.
    stands_for: Placed,
    id: Id,
}

impl<'r, 'p> Tips<'r, 'p> {
    /// Of a push with these updates. Reads nothing yet.
    pub(super) fn of(repo: &'r Repository, refs: &'p RefsNow<'r>, updates: &'p [Update]) -> Self {
        let arriving = OnceCell::new();
        let (standing, allowed, trees) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { repo, refs, updates, arriving, standing, allowed, trees }
    }

    /// The trees of the branches of `space` that may bring dependency changes by `policy`; those that arrive come first.
    ///
    /// # Errors
    /// What the repository cannot answer.
    pub(super) fn allowed(&mut self, space: &[u8], policy: &Policy) -> Result<Rc<Vec<Snapshot<'r>>>, ScopeError> {
        let key = (space.to_vec(), policy.push.from.iter().map(|pattern| pattern.full().to_owned()).collect());
        if let Some(known) = self.allowed.get(&key) {
            return Ok(Rc::clone(known));
        }
        let trees = Rc::new(self.find(space, policy)?);
        self.allowed.insert(key, Rc::clone(&trees));
        Ok(trees)
    }

    fn find(&mut self, space: &[u8], policy: &Policy) -> Result<Vec<Snapshot<'r>>, ScopeError> {
        let listed = |at: &Placed| at.space == space && policy.push.allows_from(&at.name);
        let mut ids: Vec<Id> = Vec::new();
        for update in self.updates.iter().filter(|update| listed(&update.sent)) {
            if !self.arriving_count()? {
                break;
            }
            // A name that stands for another branch brings what that one may.
            let stands_for = Placed::of(&self.refs.final_name(&update.sent.stored())?);
            if listed(&stands_for) && self.will_be_taken(update)? {
                ids.push(update.received.new);
            }
        }
        let standing = self.standing(space, policy)?;
        ids.extend(standing.iter().filter(|tip| listed(&tip.at) && listed(&tip.stands_for)).map(|tip| tip.id));
        let mut seen = HashSet::new();
        ids.retain(|id| seen.insert(*id));
        let mut trees = Vec::new();
        for id in ids {
            trees.extend(self.tree(id)?);
        }
        Ok(trees)
    }

    /// Whether branches that arrive count: not where whoever runs the server says so, because something else may stop them
    /// after us.
    fn arriving_count(&self) -> Result<bool, ScopeError> {
        if let Some(count) = self.arriving.get() {
            return Ok(*count);
        }
        let count = self.repo.config_switch("freeze-guard.arriving")?.unwrap_or(true);
        Ok(*self.arriving.get_or_init(|| count))
    }

    /// Whether git would take the update, as far as that can be told before: a branch takes commits, and the sender has
    /// to know what it holds.
    fn will_be_taken(&self, update: &Update) -> Result<bool, ScopeError> {
        let Received { old, new, .. } = &update.received;
        let now = self.refs.get(&update.sent.stored())?;
        let known = now.map_or(old.is_zero(), |now| now.id == *old);
        let fits = match self.repo.kind(new)? {
            Some(ObjectKind::Commit) => true,
            Some(ObjectKind::Tag) => update.sent.name.starts_with(b"refs/tags/"),
            Some(ObjectKind::Blob | ObjectKind::Tree) | None => false,
        };
        Ok(known && fits)
    }

    /// Full names in `space` that a new branch must not have, as far as they were looked at.
    pub(super) fn names(&self, space: &[u8]) -> Vec<Vec<u8>> {
        let standing = self.standing.values().flat_map(|tips| tips.iter().map(|tip| &tip.at));
        let sent = self.updates.iter().map(|update| &update.sent);
        standing.chain(sent).filter(|at| at.space == space).map(|at| at.name.clone()).collect()
    }

    /// The refs of `space` that this push does not touch.
    fn standing(&mut self, space: &[u8], policy: &Policy) -> Result<Rc<Vec<Tip>>, ScopeError> {
        // Tags and the like are looked through only where the policy names such refs.
        let only_heads = policy.push.from.iter().all(|pattern| pattern.full().starts_with("refs/heads/"));
        let prefix = [space, if only_heads { b"refs/heads/" } else { b"refs/" }].concat();
        if let Some(known) = self.standing.get(&prefix) {
            return Ok(Rc::clone(known));
        }
        let mut moved = HashSet::new();
        for update in self.updates {
            // One that is not there yet moves nothing that is.
            moved.extend(self.refs.get(&update.sent.stored())?.map(|now| now.target));
        }
        let mut tips = Vec::new();
        for (stored, Reference { id, target }) in self.repo.references(&prefix)? {
            if moved.contains(&target) {
                continue;
            }
            tips.push(Tip { at: Placed::of(&stored), stands_for: Placed::of(&target), id });
        }
        let tips = Rc::new(tips);
        self.standing.insert(prefix, Rc::clone(&tips));
        Ok(tips)
    }

    /// The tree of a tip; `None` where it is not here or no commit is behind it: then it allows nothing.
    fn tree(&mut self, id: Id) -> Result<Option<Snapshot<'r>>, ScopeError> {
        if let Some(known) = self.trees.get(&id) {
            return Ok(known.clone());
        }
        let tree = match self.repo.commit_tree(&id) {
            Ok(tree) => Some(Rc::from(tree)),
            Err(ReadError::Missing { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        self.trees.insert(id, tree.clone());
        Ok(tree)
    }
}
