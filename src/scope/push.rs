//! A push: every ref update that goes to a guarded ref, tip against tip.
//!
//! What a push changes on a branch is the difference between the tree the remote holds and the tree it gets; that is
//! exact for fast-forwards, forced updates, merges and reverts, and needs no walk through history.

use std::collections::HashMap;
use std::rc::Rc;

use super::policies::{self, PolicyFiles};
use super::{Against, Approved, Question, Ruling, ScopeError, Snapshot, source};
use crate::git::{RefUpdate, Repository, parse_push, redact_url};
use crate::policy::{Gate, Laxer, OnCreate, Origin, Policy, Target, laxer, short};
use crate::source::{Id, ReadError, Tree, printable};

/// What git gives a pre-push hook.
#[derive(Clone, Debug)]
pub struct Push<'a> {
    /// The remote's name, or the URL as typed.
    pub remote: &'a [u8],
    /// The push URL.
    pub url: &'a [u8],
    /// Everything on standard input.
    pub stdin: &'a [u8],
}

/// The questions of a push; none for refs that are not guarded.
///
/// # Errors
/// What the repository cannot answer, and a standard input that is not a push.
pub fn push<'r>(repo: &'r Repository, push: &Push<'_>) -> Result<Vec<Question<'r>>, ScopeError> {
    let updates = parse_push(push.stdin)?;
    let remotes = repo.remotes();
    let known = remotes.iter().any(|name| name == push.remote);
    let mut asker = Asker { repo, push, known, others: remotes, policies: HashMap::new() };
    let mut questions = Vec::new();
    for update in &updates {
        questions.extend(asker.question(update)?);
    }
    if questions.len() > 1 {
        questions.iter_mut().for_each(|question| question.among_others = true);
    }
    Ok(questions)
}

/// What a guarded ref holds now.
enum Base<'r> {
    Tree(Snapshot<'r>),
    /// It does not exist yet, and no remote-tracking ref remembers it.
    New,
    /// It exists, and what it holds is not in this clone.
    Unknown,
}

struct Asker<'r, 'p> {
    repo: &'r Repository,
    push: &'p Push<'p>,
    /// Whether `$1` is a configured remote and not a URL: only then there are remote-tracking refs.
    known: bool,
    others: Vec<Vec<u8>>,
    /// By the blobs that hold them: a push may update thousands of refs.
    policies: HashMap<[Option<Id>; 2], Option<Ruling>>,
}

impl<'r> Asker<'r, '_> {
    fn question(&mut self, update: &RefUpdate) -> Result<Option<Question<'r>>, ScopeError> {
        let base = self.base(update)?;
        let (policy, origin) = self.ruling(update, &base)?;
        let applies = policy.push.remotes.iter().any(|remote| remote.matches(self.push.remote, self.push.url));
        if !applies || !policy.push.guard.iter().any(|pattern| pattern.matches(&update.remote_ref)) {
            return Ok(None);
        }
        let (after, against) = (Rc::from(self.repo.empty()), Against::Parents(Vec::new()));
        let mut question = Question::plain(self.name(update), after, against, (policy, origin));
        let target = self.target(update);
        if update.local_id.is_zero() {
            question.gate = Gate::Deletion(target);
            return Ok(Some(question));
        }
        let before = match base {
            Base::Tree(tree) => vec![tree],
            Base::New if question.policy.push.on_create == OnCreate::Allow => return Ok(None),
            Base::New => Vec::new(),
            Base::Unknown => {
                question.gate = Gate::UnknownBase(target);
                return Ok(Some(question));
            }
        };
        let Some(commit) = self.repo.peel_to_commit(&update.local_id)? else {
            question.gate = Gate::NotACommit(target, self.kind(&update.local_id)?);
            return Ok(Some(question));
        };
        question.gate = source::gate(self.repo, &question.policy.push, update, target)?;
        question.after = Rc::from(self.repo.commit_tree(&commit)?);
        question.laxer = laxer_than(&question.policy, before.first().map(|base| &**base), &*question.after)?;
        question.against = Against::Parents(before);
        question.approved = self.approved(update)?;
        Ok(Some(question))
    }

    fn kind(&self, id: &Id) -> Result<&'static str, ScopeError> {
        use crate::git::ObjectKind;
        Ok(match self.repo.kind(id)? {
            Some(ObjectKind::Blob) => "a blob",
            Some(ObjectKind::Tree) => "a tree",
            Some(ObjectKind::Tag) => "a tag of something that is no commit",
            Some(ObjectKind::Commit) => "a commit",
            None => return Err(ReadError::Missing { what: format!("the pushed object {}", id.short()) }.into()),
        })
    }

    fn base(&self, update: &RefUpdate) -> Result<Base<'r>, ScopeError> {
        if update.remote_id.is_zero() {
            return Ok(match self.tracking(&update.remote_ref)? {
                Some(id) => Base::Tree(Rc::from(self.repo.commit_tree(&id)?)),
                None => Base::New,
            });
        }
        if self.repo.kind(&update.remote_id)?.is_none() {
            return Ok(Base::Unknown);
        }
        match self.repo.peel_to_commit(&update.remote_id)? {
            Some(commit) => Ok(Base::Tree(Rc::from(self.repo.commit_tree(&commit)?))),
            None => Ok(Base::New),
        }
    }

    /// What the remote-tracking ref of `reference` holds.
    fn tracking(&self, reference: &[u8]) -> Result<Option<Id>, ScopeError> {
        let Some(branch) = reference.strip_prefix(b"refs/heads/").filter(|_| self.known) else { return Ok(None) };
        self.tracked(self.push.remote, branch)
    }

    fn tracked(&self, remote: &[u8], branch: &[u8]) -> Result<Option<Id>, ScopeError> {
        let name = [b"refs/remotes/", remote, b"/", branch].concat();
        match self.repo.reference(&name)? {
            Some(found) => Ok(self.repo.peel_to_commit(&found.id)?),
            None => Ok(None),
        }
    }

    /// Whose policy decides: what the ref holds now; for a new or unknown one what the remote's main branch was seen to
    /// hold; for the first branch of all, its own.
    fn ruling(&mut self, update: &RefUpdate, base: &Base<'r>) -> Result<Ruling, ScopeError> {
        if let Base::Tree(tree) = base {
            return Ok(self.policy_of(&**tree)?.unwrap_or_else(defaults));
        }
        for branch in [short(&update.remote_ref), b"HEAD", b"main", b"master"] {
            let tracked = if self.known { self.tracked(self.push.remote, branch)? } else { None };
            if let Some(id) = tracked {
                let tree = self.repo.commit_tree(&id)?;
                return Ok(self.policy_of(&*tree)?.unwrap_or_else(defaults));
            }
        }
        match self.repo.peel_to_commit(&update.local_id) {
            Ok(Some(commit)) if !update.local_id.is_zero() => {
                let tree = self.repo.commit_tree(&commit)?;
                Ok(self.policy_of(&*tree)?.unwrap_or_else(defaults))
            }
            Ok(_) | Err(_) => Ok(defaults()),
        }
    }

    /// The policy of a tree; `None` where it cannot be read, so that the defaults decide.
    fn policy_of(&mut self, tree: &dyn Tree) -> Result<Option<Ruling>, ScopeError> {
        let files = PolicyFiles::of(tree)?;
        let key = [files.freeze_guard.map(|object| object.id), files.pyproject.map(|object| object.id)];
        if let Some(known) = self.policies.get(&key) {
            return Ok(known.clone());
        }
        let ruling = policies::read(tree)?.ok().map(|(policy, origin)| (Rc::new(policy), origin));
        self.policies.insert(key, ruling.clone());
        Ok(ruling)
    }

    fn approved(&self, update: &RefUpdate) -> Result<Vec<Approved<'r>>, ScopeError> {
        let mut approved = Vec::new();
        for remote in self.others.iter().filter(|remote| *remote != self.push.remote) {
            if let Some(id) = self.tracked(remote, short(&update.remote_ref))? {
                let name = format!("{}/{}", printable(remote), printable(short(&update.remote_ref)));
                // An approval that cannot be read is no approval, and no reason to refuse either.
                if let Ok(tree) = self.repo.commit_tree(&id) {
                    approved.push(Approved { name, tree: Rc::from(tree) });
                }
            }
        }
        Ok(approved)
    }

    fn target(&self, update: &RefUpdate) -> Target {
        Target {
            remote: redact_url(self.push.remote),
            reference: update.remote_ref.clone(),
            source: update.local_ref.clone(),
        }
    }

    fn name(&self, update: &RefUpdate) -> String {
        let remote = printable(&redact_url(self.push.remote));
        format!("{} -> {remote} {}", printable(short(&update.local_ref)), printable(short(&update.remote_ref)))
    }
}

/// What `after` makes laxer than `policy`, which `base` holds; nothing where their policy files are the same.
fn laxer_than(policy: &Policy, base: Option<&dyn Tree>, after: &dyn Tree) -> Result<Vec<Laxer>, ScopeError> {
    let Some(base) = base else { return Ok(Vec::new()) };
    if PolicyFiles::of(base)? == PolicyFiles::of(after)? {
        return Ok(Vec::new());
    }
    Ok(match policies::read(after)? {
        Ok((next, _)) => laxer(policy, &next),
        // Where it cannot be read the defaults decide, whatever it said before.
        Err(_) => vec![Laxer {
            key: "the policy".to_owned(),
            before: "readable".to_owned(),
            after: "cannot be read".to_owned(),
        }],
    })
}

fn defaults() -> Ruling {
    (Rc::new(Policy::default()), Origin::Default)
}
