//! What a person asks for: the index, the work tree, a revision, or every commit of a range.

use std::rc::Rc;

use super::{Against, Question, ScopeError, Snapshot, policies};
use crate::git::{Head, Repository};
use crate::policy::{Origin, Policy};
use crate::source::{Id, ReadError, RepoPath};

/// The longest range that is judged commit by commit.
const MAX_RANGE: usize = 100_000;

/// Which snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// What would be committed.
    Staged,
    /// What lies on disk.
    WorkTree,
    /// A revision, as git's `rev-parse` reads it.
    Revision(Vec<u8>),
}

/// The question whether a snapshot is in order: all of it, or only the pairs that `paths` belong to. `policy` replaces
/// the snapshot's own, to try one.
///
/// # Errors
/// What the repository cannot answer, and a policy that cannot be read.
pub fn snapshot<'r>(
    repo: &'r Repository,
    which: &Which,
    paths: Vec<RepoPath>,
    policy: Option<(Policy, Origin)>,
) -> Result<Question<'r>, ScopeError> {
    let (name, after): (String, Snapshot<'r>) = match which {
        Which::Staged | Which::WorkTree if repo.is_bare() => return Err(ScopeError::Bare),
        Which::Staged => ("the index".to_owned(), Rc::from(repo.index()?)),
        Which::WorkTree => ("the work tree".to_owned(), Rc::from(repo.work_tree()?)),
        Which::Revision(spec) => {
            let id = repo.resolve(spec)?;
            (crate::source::printable(spec), Rc::from(repo.commit_tree(&id)?))
        }
    };
    let (policy, origin) = match policy {
        Some(given) => given,
        None => policies::read(&*after)?.map_err(ScopeError::Policy)?,
    };
    for path in &paths {
        if after.find(&|at| RepoPath::new(at).is_some_and(|at| at.is_at_or_below(path)))?.is_empty() {
            return Err(ScopeError::NoSuchPath(path.clone()));
        }
    }
    let against = match which {
        _ if !paths.is_empty() => Against::Paths(paths),
        Which::Staged | Which::WorkTree => Against::Everything(last_commit(repo)?),
        Which::Revision(_) => Against::Everything(None),
    };
    let work_tree = match which {
        Which::Staged => Some(repo),
        Which::WorkTree | Which::Revision(_) => None,
    };
    let question = Question::plain(name, after, against, (Rc::new(policy), origin));
    Ok(Question { work_tree, ..question })
}

/// The tree of HEAD; `None` while there is no commit.
fn last_commit(repo: &Repository) -> Result<Option<Snapshot<'_>>, ScopeError> {
    Ok(match repo.head()? {
        Head::Unborn { .. } => None,
        Head::Attached { id, .. } | Head::Detached { id } => Some(Rc::from(repo.commit_tree(&id)?)),
    })
}

/// One question for every commit of `range` (as `git rev-list` reads it), oldest first, each by the parents rule and
/// under its own policy.
///
/// # Errors
/// What the repository cannot answer, and a policy that cannot be read.
pub fn range<'r>(repo: &'r Repository, range: &[u8]) -> Result<Vec<Question<'r>>, ScopeError> {
    if !range.windows(2).any(|two| two == b"..") {
        return Err(ScopeError::NotARange(range.to_vec()));
    }
    let ids = repo.rev_list(range, MAX_RANGE + 1)?;
    if ids.len() > MAX_RANGE {
        return Err(ScopeError::RangeTooLong(MAX_RANGE));
    }
    ids.iter().rev().map(|id| past_commit(repo, id, &|id| Ok(Rc::from(repo.commit_tree(id)?)))).collect()
}

/// The question whether the commit `id` is in order, by the parents rule and under its own policy. `tree` makes the
/// snapshots.
///
/// # Errors
/// As [`range`].
pub fn past_commit<'r>(
    repo: &'r Repository,
    id: &Id,
    tree: &dyn Fn(&Id) -> Result<Snapshot<'r>, ReadError>,
) -> Result<Question<'r>, ScopeError> {
    let after: Snapshot<'r> = tree(id)?;
    let mut parents: Vec<Snapshot<'r>> = Vec::new();
    for parent in repo.commit_parents(id)? {
        parents.push(tree(&parent)?);
    }
    let (policy, origin, against) = match policies::read(&*after)? {
        Ok((policy, origin)) => (policy, origin, Against::Parents(parents)),
        Err(broken) => (Policy::default(), Origin::Default, Against::Broken(parents, broken)),
    };
    let name = format!("commit {}", id.short());
    let question = Question::plain(name, after, against, (Rc::new(policy), origin));
    Ok(Question { among_others: true, ..question })
}
