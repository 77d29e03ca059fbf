//! Each new commit of a push by itself, where the policy asks for it (`push.every-commit`): what one commit broke and a
//! later one mended is found too.
//!
//! What each commit touched costs no more than its trees; only commits that touch a governed file against every parent are
//! judged, by the parents rule and under the policy that decides over the push.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::files::{self, Cache};
use crate::git::{Repository, Span, Wanted};
use crate::policy::{FREEZE_GUARD_TOML, PYPROJECT_TOML};
use crate::scope::{Against, Commits, Question, Snapshot};
use crate::source::{Id, ReadError, RepoPath, Tree, printable};

/// More commits than these are not asked for all that they touched, only whether they touched what is known to matter.
const WHOLE: usize = 2_000;

/// A commit that may matter.
struct New {
    id: Id,
    subject: Vec<u8>,
    /// For each parent from which it differs, the paths that differ; nothing where only what matters was looked for.
    paths: Option<Vec<Vec<Vec<u8>>>>,
}

/// One question for each new commit that may have changed a pair, oldest first.
///
/// # Errors
/// What git or a snapshot cannot answer.
pub(super) fn questions<'r>(question: &Question<'r>, cache: &Cache) -> Result<Vec<Question<'r>>, ReadError> {
    let Some(Commits { repo, span }) = &question.commits else { return Ok(Vec::new()) };
    let mut governed = Governed { question, cache, included: BTreeSet::new() };
    governed.learn(&*question.after)?;
    if let Against::Parents(bases) = &question.against {
        bases.iter().try_for_each(|base| governed.learn(&**base))?;
    }
    let mut questions = Vec::new();
    for new in governed.commits(repo, span)? {
        let parents = repo.commit_parents(&new.id)?;
        if new
            .paths
            .as_ref()
            .is_some_and(|all| all.len() < parents.len() || !all.iter().all(|paths| governed.any(paths)))
        {
            continue;
        }
        // At the edge of a shallow clone nobody knows what a commit changed.
        if parents.iter().any(|parent| !matches!(repo.kind(parent), Ok(Some(_)))) {
            continue;
        }
        let tree = |id: &Id| -> Result<Snapshot<'r>, ReadError> { Ok(Rc::from(repo.commit_tree(id)?)) };
        let after = tree(&new.id)?;
        governed.learn(&*after)?;
        let parents = parents.iter().map(tree).collect::<Result<_, _>>()?;
        questions.push(one(question, &new, after, parents));
    }
    Ok(questions)
}

fn one<'r>(push: &Question<'r>, new: &New, after: Snapshot<'r>, parents: Vec<Snapshot<'r>>) -> Question<'r> {
    let subject: String = printable(&new.subject).chars().take(60).collect();
    let name = format!("commit {} ({subject})", new.id.short());
    let ruling = (Rc::clone(&push.policy), push.origin.clone());
    let question = Question::plain(name, after, Against::Parents(parents), ruling);
    Question { among_others: true, ..question }
}

/// Which paths matter: what could be of a pair by its name, and what pairs were seen to include.
struct Governed<'q, 'r> {
    question: &'q Question<'r>,
    cache: &'q Cache,
    included: BTreeSet<RepoPath>,
}

impl Governed<'_, '_> {
    /// Adds what the pairs of `tree` include.
    fn learn(&mut self, tree: &dyn Tree) -> Result<(), ReadError> {
        for judged in files::every(tree, None, &self.question.policy, self.cache)? {
            self.included.extend(judged.after.tuple().into_keys());
        }
        Ok(())
    }

    fn any(&self, paths: &[Vec<u8>]) -> bool {
        paths.iter().any(|path| {
            let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
            self.question.policy.pairs.wants(path)
                || name == b".gitattributes"
                || RepoPath::new(path).is_some_and(|path| self.included.contains(&path))
        })
    }

    /// The commits of `span` that may matter, oldest first.
    fn commits(&self, repo: &Repository, span: &Span) -> Result<Vec<New>, ReadError> {
        let found = repo.touching(span, &self.wanted(), WHOLE)?;
        if found.commits <= WHOLE {
            let touched = repo.touched(span)?.into_iter();
            return Ok(touched.map(|one| New { id: one.id, subject: one.subject, paths: Some(one.paths) }).collect());
        }
        let oldest_first = found.touching.into_iter().rev();
        oldest_first.map(|id| Ok(New { id, subject: repo.made(&id)?.subject, paths: None })).collect()
    }

    fn wanted(&self) -> Vec<Wanted> {
        let policies =
            [FREEZE_GUARD_TOML, PYPROJECT_TOML].into_iter().filter_map(|name| RepoPath::new(name.as_bytes()));
        let paths = policies.chain(self.included.iter().cloned()).map(Wanted::At);
        let ends = self.question.policy.pairs.ends().into_iter().chain([b".gitattributes".as_slice()]);
        ends.map(|end| Wanted::Ending(end.to_vec())).chain(paths).collect()
    }
}
