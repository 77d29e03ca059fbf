//! Each new commit of a push by itself, where the policy asks for it (`push.every-commit`): what one commit broke and a
//! later one mended is found too.
//!
//! git says what each commit touched, which costs no more than its trees; only commits that touch a governed file against
//! every parent are judged, by the parents rule and under the policy that decides over the push.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::files::{self, Cache};
use crate::git::Touched;
use crate::policy::{FREEZE_GUARD_TOML, PYPROJECT_TOML};
use crate::scope::{Against, Commits, Question, Snapshot};
use crate::source::{Id, ReadError, RepoPath, Tree, printable};

/// More commits than these are not asked for all that they touched, only whether they touched what is known to matter.
const WHOLE: usize = 2_000;

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
    let whole = repo.count(span, WHOLE + 1)? <= WHOLE;
    let pathspecs = if whole { Vec::new() } else { governed.pathspecs() };
    let mut questions = Vec::new();
    for touched in repo.touched(span, &pathspecs)? {
        let parents = repo.commit_parents(&touched.id)?;
        if touched.paths.len() < parents.len() || !touched.paths.iter().all(|paths| governed.any(paths)) {
            continue;
        }
        // At the edge of a shallow clone nobody knows what a commit changed.
        if parents.iter().any(|parent| !matches!(repo.kind(parent), Ok(Some(_)))) {
            continue;
        }
        let tree = |id: &Id| -> Result<Snapshot<'r>, ReadError> { Ok(Rc::from(repo.commit_tree(id)?)) };
        let after = tree(&touched.id)?;
        governed.learn(&*after)?;
        let parents = parents.iter().map(tree).collect::<Result<_, _>>()?;
        questions.push(one(question, &touched, after, parents));
    }
    Ok(questions)
}

fn one<'r>(push: &Question<'r>, touched: &Touched, after: Snapshot<'r>, parents: Vec<Snapshot<'r>>) -> Question<'r> {
    let subject: String = printable(&touched.subject).chars().take(60).collect();
    let name = format!("commit {} ({subject})", touched.id.short());
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

    fn pathspecs(&self) -> Vec<Vec<u8>> {
        let literal = |path: &[u8]| [&b":(top,literal)"[..], path].concat();
        let mut pathspecs = self.question.policy.pairs.pathspecs();
        pathspecs.push(b":(top,glob)**/.gitattributes".to_vec());
        pathspecs.extend([FREEZE_GUARD_TOML, PYPROJECT_TOML].map(|name| literal(name.as_bytes())));
        pathspecs.extend(self.included.iter().map(|path| literal(path.as_bytes())));
        pathspecs
    }
}
