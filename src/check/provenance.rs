//! Which changed pairs a gate must ask an allowed source for. A client knows the branch that is pushed, and asks for all
//! of them; a server knows only what arrives, and asks for those that stand on none of its allowed branches as they are.

use std::collections::BTreeMap;

use crate::files::{Cache, Judged, PairFiles, Tuple};
use crate::policy::Gate;
use crate::scope::Question;
use crate::source::{ReadError, Tree};

/// The pairs of which no allowed branch holds the very same tuple; behind any other gate than a server's, all.
///
/// # Errors
/// What a snapshot cannot answer.
pub(super) fn to_prove<'j>(
    question: &Question<'_>,
    pairs: &'j [Judged],
    cache: &Cache,
) -> Result<Vec<&'j Judged>, ReadError> {
    let mut open = Vec::new();
    for judged in pairs {
        if !matches!(question.gate, Gate::Received(..)) || !is_held(question, judged, cache)? {
            open.push(judged);
        }
    }
    Ok(open)
}

fn is_held(question: &Question<'_>, judged: &Judged, cache: &Cache) -> Result<bool, ReadError> {
    let tuple = judged.after.tuple();
    for tree in &*question.allowed {
        match holds(&**tree, judged, &tuple, cache) {
            Ok(true) => return Ok(true),
            // What a branch of the server has lost, it holds no more.
            Ok(false) | Err(ReadError::Missing { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

fn holds(tree: &dyn Tree, judged: &Judged, tuple: &Tuple, cache: &Cache) -> Result<bool, ReadError> {
    // Most branches differ in the files themselves, which is told without reading one.
    let paths: Vec<_> = tuple.keys().cloned().collect();
    let found: BTreeMap<_, _> = paths.iter().cloned().zip(tree.lookup(&paths)?).collect();
    if found != *tuple {
        return Ok(false);
    }
    // The same files may be read otherwise: another `.gitattributes` has its word, too.
    Ok(PairFiles::load(tree, &judged.pair, cache)?.tuple() == *tuple)
}
