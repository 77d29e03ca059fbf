//! Which of the commits that one has and others have not change something that is wanted. git lists them, for it knows
//! best what the others have; their trees are compared here, by several threads.

use std::thread;

use crate::git::World;
use crate::git::history::Span;
use crate::git::refs::unexpected;
use crate::git::repository::Repository;
use crate::git::wanted::Wanted;
use crate::source::{Id, ReadError};

/// How many bytes of the objects that were read last a thread keeps.
const RECENT: usize = 1024 * 1024;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touching {
    /// How many commits there are.
    pub commits: usize,
    /// Those that differ from every parent in what is wanted, in the order of `git rev-list`: newest first. None where
    /// nothing was compared.
    pub touching: Vec<Id>,
}

/// A commit, its tree and its parents, as git lists them: without those that a shallow clone does not have.
struct Listed {
    id: Id,
    tree: Id,
    parents: Vec<Id>,
}

impl Repository {
    /// Looks for commits of `span` that change something `wanted`; compares nothing unless there are more commits than
    /// `more_than`. Reads trees and no file.
    ///
    /// # Errors
    /// When git cannot list the commits, or a tree is not here.
    pub fn touching(&self, span: &Span, wanted: &[Wanted], more_than: usize) -> Result<Touching, ReadError> {
        let listed = self.list(span)?;
        let commits = listed.len();
        if commits <= more_than {
            return Ok(Touching { commits, touching: Vec::new() });
        }
        let mut by_id: Vec<&Listed> = listed.iter().collect();
        by_id.sort_unstable_by_key(|one| one.id);
        let (newer, older) = listed.split_at(commits / 2);
        let touching = thread::scope(|scope| -> Result<_, ReadError> {
            let (world, by_id) = (self.world(), by_id.as_slice());
            let second = thread::Builder::new().spawn_scoped(scope, || compare(world, older, by_id, wanted));
            let mut touching = compare(world, newer, by_id, wanted)?;
            let second = second.ok().and_then(|thread| thread.join().ok());
            // Without a second thread it is compared here.
            touching.extend(second.unwrap_or_else(|| compare(world, older, by_id, wanted))?);
            Ok(touching)
        })?;
        Ok(Touching { commits, touching })
    }

    fn list(&self, span: &Span) -> Result<Vec<Listed>, ReadError> {
        let git = self.git().args(["rev-list", "--format=tformat:%T %P", "--encoding=UTF-8"]);
        let output = git.args(span.args()).arg("--").run()?.stdout;
        let mut lines = output.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
        let mut listed = Vec::new();
        while let Some(line) = lines.next() {
            let odd = || unexpected("git rev-list", line);
            let id = line.strip_prefix(b"commit ").and_then(Id::from_hex).ok_or_else(odd)?;
            let mut words =
                lines.next().unwrap_or_default().split(|&byte| byte == b' ').filter(|word| !word.is_empty());
            let tree = words.next().and_then(Id::from_hex).ok_or_else(odd)?;
            let parents = words.map(Id::from_hex).collect::<Option<_>>().ok_or_else(odd)?;
            listed.push(Listed { id, tree, parents });
        }
        Ok(listed)
    }
}

/// One thread, with a repository of its own: those of `some` that differ from every parent.
fn compare(world: &World, some: &[Listed], by_id: &[&Listed], wanted: &[Wanted]) -> Result<Vec<Id>, ReadError> {
    let repo = Repository::open(world)
        .map_err(|error| ReadError::Failed { message: error.to_string(), help: error.help() })?
        .keeping(RECENT);
    let mut differ = repo.differ(wanted.to_vec())?;
    let mut found = Vec::new();
    for one in some {
        let mut differs = !one.parents.is_empty() || differ.differ(Some(&one.tree), None)?;
        for parent in &one.parents {
            let theirs = match by_id.binary_search_by_key(parent, |other| other.id) {
                Ok(at) => by_id[at].tree,
                Err(_) => repo.objects()?.commit(parent)?.tree,
            };
            differs = differs && differ.differ(Some(&one.tree), Some(&theirs))?;
        }
        found.extend(differs.then_some(one.id));
    }
    Ok(found)
}
