//! A push: every ref update that goes to a guarded ref, tip against tip.
//!
//! What a push changes on a branch is the difference between the tree the remote holds and the tree it gets; that is
//! exact for fast-forwards, forced updates, merges and reverts, and needs no walk through history.

use std::collections::HashMap;
use std::rc::Rc;

use super::policies::{self, PolicyFiles};
use super::remotes::{Approvers, Remotes};
use super::{Against, Commits, Question, Ruling, ScopeError, Snapshot, source};
use crate::git::{RefUpdate, Repository, Span, parse_push, redact_url};
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
    let remotes = Rc::new(Remotes::new(repo, push.remote, push.url));
    let mut asker = Asker { repo, push, remotes, main: None, policies: HashMap::new() };
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
    remotes: Rc<Remotes<'r>>,
    /// What [`Self::main_ruling`] found.
    main: Option<Option<Ruling>>,
    /// By the blobs that hold them: a push may update thousands of refs.
    policies: HashMap<[Option<Id>; 2], Option<Ruling>>,
}

impl<'r> Asker<'r, '_> {
    fn question(&mut self, update: &RefUpdate) -> Result<Option<Question<'r>>, ScopeError> {
        let base = self.base(update)?;
        let (policy, origin) = self.ruling(update, &base)?;
        let applies = self.covered(&policy);
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
        // One that main holds already may be repaired from an allowed source, and passed over by one.
        let kept = match before.first() {
            Some(base) => PolicyFiles::of(&**base)? == PolicyFiles::of(&*question.after)?,
            None => false,
        };
        if !kept || matches!(question.gate, Gate::Closed(..)) {
            question.unreadable = unreadable_policy(&*question.after)?;
        }
        question.laxer = laxer_than(&question.policy, before.first().map(|base| &**base), &*question.after)?;
        question.against = Against::Parents(before);
        question.approved = Some(Approvers::new(&self.remotes, short(&update.remote_ref)));
        if question.policy.push.every_commit {
            question.commits = Some(Commits { repo: self.repo, span: self.span(update, commit)? });
        }
        Ok(Some(question))
    }

    /// The commits that the ref gets, and the remote's other branches were not seen to have where it has none itself.
    fn span(&self, update: &RefUpdate, tip: Id) -> Result<Span, ScopeError> {
        if !update.remote_id.is_zero() {
            let base = self.repo.peel_to_commit(&update.remote_id)?;
            return Ok(Span { tip, hidden: base.into_iter().collect() });
        }
        let mut hidden = Vec::new();
        for remote in self.remotes.tracking_names() {
            for (_, found) in self.repo.references(&[b"refs/remotes/", remote, b"/"].concat())? {
                hidden.extend(self.repo.peel_to_commit(&found.id)?);
            }
        }
        hidden.sort();
        hidden.dedup();
        Ok(Span { tip, hidden })
    }

    /// Whether the policy covers the remote, by any name that leads to the same URL.
    fn covered(&self, policy: &Policy) -> bool {
        self.remotes.names().any(|name| policy.push.remotes.iter().any(|remote| remote.matches(name, self.push.url)))
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
            let branch = update.remote_ref.strip_prefix(b"refs/heads/");
            return Ok(match branch.map_or(Ok(None), |branch| self.remotes.tracked(branch))? {
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

    /// Whose policy decides: what the ref holds now; for a new or unknown one what the remote's main branch was seen to
    /// hold; for the first branch of all, its own.
    fn ruling(&mut self, update: &RefUpdate, base: &Base<'r>) -> Result<Ruling, ScopeError> {
        if let Base::Tree(tree) = base {
            return Ok(self.policy_of(&**tree)?.unwrap_or_else(defaults));
        }
        // A new ref has no tracking ref of its own, or its base would be known.
        if matches!(base, Base::Unknown)
            && let Some(id) = self.remotes.seen(short(&update.remote_ref))?
        {
            let tree = self.repo.commit_tree(&id)?;
            return Ok(self.policy_of(&*tree)?.unwrap_or_else(defaults));
        }
        if let Some(ruling) = self.main_ruling()? {
            return Ok(ruling);
        }
        // What is pushed decides only over the first branch of all, which nobody could guard before.
        match self.repo.peel_to_commit(&update.local_id) {
            Ok(Some(commit)) if matches!(base, Base::New) && !update.local_id.is_zero() => {
                let tree = self.repo.commit_tree(&commit)?;
                Ok(self.policy_of(&*tree)?.unwrap_or_else(defaults))
            }
            Ok(_) | Err(_) => Ok(defaults()),
        }
    }

    /// The policy that the remote's main branch was seen to hold; looked up once, as a push may create thousands of refs.
    fn main_ruling(&mut self) -> Result<Option<Ruling>, ScopeError> {
        if let Some(known) = &self.main {
            return Ok(known.clone());
        }
        let mut ruling = None;
        for branch in [&b"HEAD"[..], b"main", b"master"] {
            if let Some(id) = self.remotes.seen(branch)? {
                let tree = self.repo.commit_tree(&id)?;
                ruling = Some(self.policy_of(&*tree)?.unwrap_or_else(defaults));
                break;
            }
        }
        self.main = Some(ruling.clone());
        Ok(ruling)
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

/// The first mistake of a policy that nobody could judge by.
fn unreadable_policy(after: &dyn Tree) -> Result<Option<String>, ScopeError> {
    let Err(broken) = policies::read(after)? else { return Ok(None) };
    let first = broken.mistakes.first();
    Ok(Some(first.map_or_else(String::new, |mistake| {
        format!("{}:{}: {}", mistake.place.path, mistake.place.start.line, mistake.message)
    })))
}

/// What `after` makes laxer than `policy`, which `base` holds; nothing where their policy files are the same.
fn laxer_than(policy: &Policy, base: Option<&dyn Tree>, after: &dyn Tree) -> Result<Vec<Laxer>, ScopeError> {
    let Some(base) = base else { return Ok(Vec::new()) };
    if PolicyFiles::of(base)? == PolicyFiles::of(after)? {
        return Ok(Vec::new());
    }
    Ok(match policies::read(after)? {
        Ok((next, _)) => laxer(policy, &next),
        // It is refused as such, whoever brings it.
        Err(_) => Vec::new(),
    })
}

fn defaults() -> Ruling {
    (Rc::new(Policy::default()), Origin::Default)
}
