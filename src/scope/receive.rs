//! A push that has arrived at a server: every update of a guarded ref, tip against tip, before git accepts it.
//!
//! A server never learns from which branch a push was made. What changed must therefore stand, as it arrives, on an
//! allowed branch that the server holds or that arrives with the same push ([`super::tips`]); that admits squashes and
//! merges. Whose policy decides: that which the guarded ref holds now, so that no push brings its own.

use std::collections::HashMap;
use std::rc::Rc;

use super::policies::{self, PolicyFiles};
use super::tips::Tips;
use super::{Against, Commits, Question, Ruling, ScopeError, Snapshot};
use crate::git::{ObjectKind, Placed, Received, RefsNow, Repository, Span, parse_received};
use crate::policy::{Arrival, Arriving, Gate, OnCreate, Origin, Policy, Target, laxer, short};
use crate::source::{Object, ReadError, Tree, printable};

/// What the pusher's commands call the server: it cannot know better.
const REMOTE: &[u8] = b"origin";

/// The questions of a push that has arrived, from what git writes to a pre-receive hook; none for refs that are not
/// guarded.
///
/// # Errors
/// What the repository cannot answer, and a standard input that is not such a push.
pub fn receive<'r>(repo: &'r Repository, stdin: &[u8]) -> Result<Vec<Question<'r>>, ScopeError> {
    let received = parse_received(stdin)?;
    let space = repo.namespace()?;
    let mut updates = Vec::new();
    for received in received {
        let sent = Placed::of(&[&*space, &received.name].concat());
        updates.push(Update { received, sent });
    }
    let refs = RefsNow::of(repo);
    let tips = Tips::of(repo, &refs, &updates);
    let mut asker = Asker { repo, refs: &refs, tips, mains: HashMap::new(), policies: HashMap::new() };
    let mut questions = Vec::new();
    for update in &updates {
        questions.extend(asker.question(update)?);
    }
    if questions.len() > 1 {
        questions.iter_mut().for_each(|question| question.among_others = true);
    }
    Ok(questions)
}

/// One line of the push, and where its ref has its place.
pub(super) struct Update {
    pub(super) received: Received,
    pub(super) sent: Placed,
}

/// What a guarded ref holds now.
enum Base<'r> {
    Tree(Snapshot<'r>),
    New,
    /// Something that has no tree: a tag of a blob, say.
    NoCommit,
}

/// A policy that is in force, and why another could not be.
#[derive(Clone)]
struct Ruled {
    policy: Rc<Policy>,
    origin: Origin,
    /// The first mistake of the one that stands there; the defaults decide then.
    broken: Option<String>,
}

type Key = [Option<Object>; 2];

struct Asker<'r, 'p> {
    repo: &'r Repository,
    refs: &'p RefsNow<'r>,
    tips: Tips<'r, 'p>,
    /// What [`Self::main`] found, by namespace.
    mains: HashMap<Vec<u8>, (Ruled, Option<Snapshot<'r>>)>,
    /// By what holds them: a push may update thousands of refs.
    policies: HashMap<Key, Ruled>,
}

impl<'r> Asker<'r, '_> {
    fn question(&mut self, update: &Update) -> Result<Option<Question<'r>>, ScopeError> {
        let base = self.base(update)?;
        let ruled = match &base {
            Base::Tree(tree) => self.ruled(&**tree)?,
            Base::New => self.main(&update.sent.space)?.0,
            Base::NoCommit => Ruled::defaults(),
        };
        let creates = matches!(base, Base::New) && !update.received.new.is_zero();
        if creates && ruled.policy.push.on_create == OnCreate::Allow {
            return Ok(None);
        }
        // An update of a symbolic ref changes what that one stands for.
        let changed = Placed::of(&self.refs.final_name(&update.sent.stored())?);
        if !self.is_guarded(&ruled, [&update.sent, &changed])? {
            return Ok(None);
        }
        let name = printable(short(&changed.name));
        let (after, against) = (Rc::from(self.repo.empty()), Against::Parents(Vec::new()));
        let mut question = Question::plain(name, after, against, ruled.ruling());
        let arrival = match self.no_commit(update, &changed)? {
            Some(arrival) => arrival,
            None => Arrival::Commit(self.compare(&mut question, update, (base, &ruled))?),
        };
        let target = Target { remote: REMOTE.to_vec(), reference: changed.name, source: Vec::new() };
        question.gate = Gate::Received(target, arrival);
        Ok(Some(question))
    }

    /// Fills in what a commit is held against: what was there, what stands on allowed branches, and the policy.
    fn compare(
        &mut self,
        question: &mut Question<'r>,
        update: &Update,
        (base, ruled): (Base<'r>, &Ruled),
    ) -> Result<Arriving, ScopeError> {
        let (new, space) = (&update.received.new, &update.sent.space);
        question.after = Rc::from(self.repo.commit_tree(new)?);
        question.allowed = self.tips.allowed(space, &ruled.policy)?;
        let compared = match base {
            Base::Tree(tree) => {
                question.against = Against::Parents(vec![Rc::clone(&tree)]);
                if ruled.policy.push.every_commit {
                    let hidden = self.repo.peel_to_commit(&update.received.old)?.into_iter().collect();
                    question.commits = Some(Commits { repo: self.repo, span: Span { tip: *new, hidden } });
                }
                Some(tree)
            }
            // All of it is judged, but what main holds may stand elsewhere, too.
            Base::New => {
                let (_, main) = self.main(space)?;
                Rc::make_mut(&mut question.allowed).extend(main.clone());
                main
            }
            Base::NoCommit => None,
        };
        let untold = self.judge_policy(question, compared.as_deref(), ruled)?;
        Ok(Arriving { tip: new.to_string(), taken: self.tips.names(space), untold })
    }

    fn is_guarded(&mut self, ruled: &Ruled, [sent, changed]: [&Placed; 2]) -> Result<bool, ScopeError> {
        let mut names = vec![sent.name.clone(), changed.name.clone()];
        if self.repo.folds_case() {
            // There, one name in other letters is the same file.
            names.push(changed.name.to_ascii_lowercase());
        }
        let guards = |policy: &Policy| names.iter().any(|name| policy.push.guards(name));
        // Where its own list cannot be read, main's counts too.
        Ok(guards(&ruled.policy) || (ruled.broken.is_some() && guards(&self.main(&sent.space)?.0.policy)))
    }

    /// What a guarded ref never takes.
    fn no_commit(&self, update: &Update, changed: &Placed) -> Result<Option<Arrival>, ScopeError> {
        let new = update.received.new;
        if new.is_zero() {
            return Ok(Some(Arrival::Deletion { stored: changed.stored() }));
        }
        let what = match self.repo.kind(&new)? {
            Some(ObjectKind::Commit) => return Ok(None),
            Some(ObjectKind::Blob) => "a blob",
            Some(ObjectKind::Tree) => "a tree",
            // Among tags it has its place, if a commit is behind it.
            Some(ObjectKind::Tag) if changed.name.starts_with(b"refs/tags/") => {
                match self.repo.peel_to_commit(&new)? {
                    Some(_) => return Ok(None),
                    None => "a tag of something that is no commit",
                }
            }
            Some(ObjectKind::Tag) => "an annotated tag",
            None => return Err(ReadError::Missing { what: format!("the pushed object {}", new.short()) }.into()),
        };
        Ok(Some(Arrival::NotACommit(what)))
    }

    /// Fills in what the push does to the policy, and gives back why nobody could tell, if that is so.
    fn judge_policy(
        &mut self,
        question: &mut Question<'r>,
        base: Option<&(dyn Tree + 'r)>,
        ruled: &Ruled,
    ) -> Result<Option<String>, ScopeError> {
        let after = Rc::clone(&question.after);
        let kept = match base {
            Some(base) => PolicyFiles::of(base)? == PolicyFiles::of(&*after)?,
            None => false,
        };
        if kept && ruled.broken.is_none() {
            return Ok(None);
        }
        let next = self.ruled(&*after)?;
        if !kept && next.broken.is_some() {
            question.unreadable = next.broken;
            return Ok(None);
        }
        let changes = laxer(&ruled.policy, &next.policy);
        if ruled.broken.is_none() && changes.is_empty() || self.is_allowed(question, &next)? {
            return Ok(None);
        }
        question.laxer = changes;
        Ok(ruled.broken.clone())
    }

    /// Whether the policy of what arrives stands on an allowed branch, too: by the same files or by the same meaning,
    /// since pyproject.toml holds much besides.
    fn is_allowed(&mut self, question: &Question<'r>, next: &Ruled) -> Result<bool, ScopeError> {
        let files = PolicyFiles::of(&*question.after)?;
        for tip in &*question.allowed {
            let theirs = match PolicyFiles::of(&**tip) {
                Ok(theirs) => theirs,
                Err(ReadError::Missing { .. }) => continue,
                Err(error) => return Err(error.into()),
            };
            if theirs == files {
                return Ok(true);
            }
            let theirs = self.ruled(&**tip)?;
            if theirs.broken.is_none() && next.broken.is_none() && theirs.policy == next.policy {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// git holds what the sender says against the ref, so that may be believed; but not of a deletion, which goes through
    /// where the sender names an object that nobody has.
    fn base(&self, update: &Update) -> Result<Base<'r>, ScopeError> {
        let Received { old, new, .. } = update.received;
        let now = match new.is_zero() {
            true => self.refs.get(&update.sent.stored())?.map(|now| now.id),
            false => Some(old).filter(|old| !old.is_zero()),
        };
        let Some(now) = now else { return Ok(Base::New) };
        Ok(match self.repo.peel_to_commit(&now)? {
            Some(commit) => Base::Tree(Rc::from(self.repo.commit_tree(&commit)?)),
            None => Base::NoCommit,
        })
    }

    /// What the namespace's main branch holds and says: it decides over a ref that holds nothing yet.
    fn main(&mut self, space: &[u8]) -> Result<(Ruled, Option<Snapshot<'r>>), ScopeError> {
        if let Some(known) = self.mains.get(space) {
            return Ok(known.clone());
        }
        let branches = [&b"refs/heads/main"[..], b"refs/heads/master"].map(|name| [space, name].concat());
        let mut found = (Ruled::defaults(), None);
        for name in self.repo.default_branch(space)?.into_iter().chain(branches) {
            let Some(reference) = self.repo.reference(&name)? else { continue };
            let Some(commit) = self.repo.peel_to_commit(&reference.id)? else { continue };
            let tree: Snapshot<'r> = Rc::from(self.repo.commit_tree(&commit)?);
            found = (self.ruled(&*tree)?, Some(tree));
            break;
        }
        self.mains.insert(space.to_vec(), found.clone());
        Ok(found)
    }

    /// The policy that decides where `tree` stands.
    fn ruled(&mut self, tree: &dyn Tree) -> Result<Ruled, ScopeError> {
        let files = PolicyFiles::of(tree)?;
        let key = [files.freeze_guard, files.pyproject];
        if let Some(known) = self.policies.get(&key) {
            return Ok(known.clone());
        }
        let ruled = match policies::read(tree)? {
            Ok((policy, origin)) => Ruled { policy: Rc::new(policy), origin, broken: None },
            Err(broken) => Ruled { broken: Some(policies::first_mistake(&broken)), ..Ruled::defaults() },
        };
        self.policies.insert(key, ruled.clone());
        Ok(ruled)
    }
}

impl Ruled {
    fn defaults() -> Self {
        Self { policy: Rc::new(Policy::default()), origin: Origin::Default, broken: None }
    }

    fn ruling(&self) -> Ruling {
        (Rc::clone(&self.policy), self.origin.clone())
    }
}
