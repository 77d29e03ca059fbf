//! What is asked: which snapshot is judged against which, under whose policy, behind which gate.
//!
//! Each occasion has its file and answers with [`Question`]s; what comes after treats them all alike.

mod ci;
mod commit;
mod policies;
mod push;
mod receive;
mod remotes;
mod snapshot;
mod source;
mod tips;

use std::rc::Rc;

pub use ci::{Change, ChangeKind, ci};
pub use commit::{CommitEvent, commit};
pub use policies::{PolicyFiles, read as read_policy};
pub use push::{Push, push};
pub use receive::receive;
pub use remotes::Approvers;
pub use snapshot::{Which, past_commit, range, snapshot};

use crate::git::{Head, PushLineError, ReceivedLineError, Repository};
use crate::policy::{Broken, Gate, Laxer, Origin, Pair, Policy};
use crate::source::{ReadError, RepoPath, Tree};

/// A snapshot that several questions may share.
pub type Snapshot<'r> = Rc<dyn Tree + 'r>;

/// One thing to judge.
pub struct Question<'r> {
    /// What people would call it: `the commit`, `main -> origin main`, `HEAD`.
    pub name: String,
    /// Whether its findings say its name, because there are others beside it.
    pub among_others: bool,
    /// The state that is judged.
    pub after: Snapshot<'r>,
    /// What it is compared with.
    pub against: Against<'r>,
    /// The policy that decides.
    pub policy: Rc<Policy>,
    /// Where that policy was read.
    pub origin: Origin,
    /// What stands between the change and where it goes.
    pub gate: Gate,
    /// What the change makes laxer in the policy of the guarded ref.
    pub laxer: Vec<Laxer>,
    /// The first mistake of the policy that the guarded ref would hold, where it cannot be read.
    pub unreadable: Option<String>,
    /// What other remotes hold on the same branch; a pair that equals one of them is already approved.
    pub approved: Option<Approvers<'r>>,
    /// On a server: what stands on allowed branches; a pair that equals one of them comes from an allowed source.
    pub allowed: Rc<Vec<Snapshot<'r>>>,
    /// Whose work tree a help line may look into, whether `git add` would mend what is wrong. It is opened only then:
    /// that costs a second look at the index.
    pub work_tree: Option<&'r Repository>,
    /// A word for people when a governed pair changed and passed.
    pub remark: Remark,
    /// Where each new commit is judged besides: which they are.
    pub commits: Option<Commits<'r>>,
}

/// New commits that are judged one by one.
pub struct Commits<'r> {
    /// Where they are.
    pub repo: &'r Repository,
    /// Which.
    pub span: crate::git::Span,
}

impl<'r> Question<'r> {
    /// A question alone, behind no gate, about which nothing more is to be said.
    pub fn plain(name: String, after: Snapshot<'r>, against: Against<'r>, (policy, origin): Ruling) -> Self {
        Self {
            name,
            among_others: false,
            after,
            against,
            policy,
            origin,
            gate: Gate::Open,
            laxer: Vec::new(),
            unreadable: None,
            approved: None,
            allowed: Rc::default(),
            work_tree: None,
            remark: Remark::Silent,
            commits: None,
        }
    }
}

/// A policy, and where it was read.
pub type Ruling = (Rc<Policy>, Origin);

/// What a question compares with.
pub enum Against<'r> {
    /// Nothing: every pair is judged, and those that only the last commit has, where it is given.
    Everything(Option<Snapshot<'r>>),
    /// Only these manifests or locks, wherever they changed.
    Paths(Vec<RepoPath>),
    /// The pairs that differ from every one of these; an empty list means all, as for a first commit.
    Parents(Vec<Snapshot<'r>>),
    /// The same, under a policy that was broken before this change: nothing may have changed.
    Broken(Vec<Snapshot<'r>>, Broken),
}

/// What another remote holds.
pub struct Approved<'r> {
    /// The remote-tracking ref, as people write it.
    pub name: String,
    /// Its tree.
    pub tree: Snapshot<'r>,
}

/// A word for people when a governed pair changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// None.
    Silent,
    /// The commit stands on a guarded branch and will have to be pushed from an allowed one.
    OnGuardedBranch {
        /// Its full name.
        name: Vec<u8>,
    },
}

/// Why there is no question.
#[derive(Debug)]
pub enum ScopeError {
    /// The repository could not answer.
    Read(ReadError),
    /// The policy that decides cannot be read.
    Policy(Broken),
    /// Standard input is not what git sends to a push hook.
    PushLine(PushLineError),
    /// Standard input is not what git sends to a server's hook.
    ReceivedLine(ReceivedLineError),
    /// A path where nothing stands.
    NoSuchPath(RepoPath),
    /// A range without `..`, which would mean a whole history.
    NotARange(Vec<u8>),
    /// A range of more commits than this.
    RangeTooLong(usize),
    /// There is no work tree to judge.
    Bare,
    /// A shallow clone, which does not reach back to where a request left its branch.
    TooShallow,
}

impl From<ReadError> for ScopeError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl From<ReceivedLineError> for ScopeError {
    fn from(error: ReceivedLineError) -> Self {
        Self::ReceivedLine(error)
    }
}

impl From<PushLineError> for ScopeError {
    fn from(error: PushLineError) -> Self {
        Self::PushLine(error)
    }
}

/// The pairs that `policy` sees in `tree`.
///
/// # Errors
/// What the snapshot cannot answer.
pub fn pairs(tree: &dyn Tree, policy: &Policy) -> Result<Vec<Pair>, ReadError> {
    let found = tree.find_ending(&policy.pairs.ends(), &|path| policy.pairs.wants(path))?;
    let present = found.into_iter().map(|entry| entry.path).collect();
    Ok(policy.pairs.pairs(&present))
}

/// Whether the policy of HEAD lets a commit skip the guard; one that cannot be read forbids nothing.
pub fn commit_may_skip(repo: &Repository) -> bool {
    let id = match repo.head() {
        Ok(Head::Attached { id, .. } | Head::Detached { id }) => id,
        Ok(Head::Unborn { .. }) | Err(_) => return true,
    };
    let policy = repo.commit_tree(&id).and_then(|tree| policies::read(&*tree));
    policy.ok().and_then(Result::ok).is_none_or(|(policy, _)| policy.allow_skip)
}

/// Whether every policy that decides over a push lets it skip the guard.
pub fn push_may_skip(questions: &Result<Vec<Question<'_>>, ScopeError>) -> bool {
    questions.as_ref().map_or(true, |questions| questions.iter().all(|question| question.policy.allow_skip))
}

/// The full names of refs under `auto/`, local and remote-tracking: what a new sandbox branch must not be called.
pub(crate) fn taken_names(repo: &Repository) -> Result<Vec<Vec<u8>>, ReadError> {
    let mut names = Vec::new();
    for prefix in [&b"refs/heads/"[..], b"refs/remotes/"] {
        let found = repo.references(prefix)?.into_iter().map(|(name, _)| name);
        names.extend(found.filter(|name| name.windows(5).any(|five| five == b"auto/")));
    }
    Ok(names)
}
