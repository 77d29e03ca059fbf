//! Reads the commits of a history, the newest first as `git rev-list` does, for that is about the order of a pack. Takes
//! from the commit graph what it holds; a shallow clone ends where git says that it does.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use super::Tips;
use super::commits::{At, Commits};
use crate::git::ObjectKind;
use crate::git::objects::{Objects, damaged, from_oid, not_a_commit};
use crate::git::open::is_absent;
use crate::git::refs::unexpected;
use crate::git::repository::Repository;
use crate::source::{Id, ReadError};

/// What the walk keeps of packs.
const RECENT: usize = 1 << 20;

/// A history that is being read.
pub struct Walk {
    objects: Objects,
    graph: Option<gix::commitgraph::Graph>,
    /// Commits whose parents git acts as if there were none.
    edge: HashSet<Id>,
    commits: Commits,
    /// Commits that are known and whose parents are not.
    pending: BinaryHeap<Pending>,
    buffer: Vec<u8>,
}

/// The newest is the greatest, and of two of one second the one that was seen first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Pending {
    seconds: u64,
    at: Reverse<At>,
    parents: Vec<Id>,
}

/// What a walk needs of a commit.
struct Head {
    tree: Id,
    parents: Vec<Id>,
    seconds: u64,
}

impl Repository {
    /// Begins to read the history of `tips`.
    ///
    /// # Errors
    /// When there is no such revision, or the repository cannot be read.
    pub fn walk(&self, tips: &Tips) -> Result<Walk, ReadError> {
        let objects = Objects::open(self.layout(), Some(RECENT))?;
        let edge = self.shallow()?;
        // A graph knows parents that a shallow clone has not.
        let graph = if edge.is_empty() { self.commit_graph() } else { None };
        let commits = Commits::new(objects.hash().len_in_bytes());
        let mut walk = Walk { objects, graph, edge, commits, pending: BinaryHeap::new(), buffer: Vec::new() };
        for tip in self.tips(tips)? {
            walk.meet(&tip)?;
        }
        Ok(walk)
    }

    /// The commits that `tips` names.
    fn tips(&self, tips: &Tips) -> Result<Vec<Id>, ReadError> {
        let Tips::All = tips else {
            let Tips::Revision(spec) = tips else { return Ok(Vec::new()) };
            return Ok(vec![self.resolve(spec)?]);
        };
        let git = self.git().args(["rev-list", "--no-walk", "--exclude=refs/stash", "--exclude=refs/notes/*"]);
        let output = git.args(["--all", "HEAD", "--"]).run()?.stdout;
        let lines = output.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| Id::from_hex(line).ok_or_else(|| unexpected("git rev-list", line))).collect()
    }

    /// The commits at which a shallow clone ends (gitrepository-layout(5), "shallow").
    fn shallow(&self) -> Result<HashSet<Id>, ReadError> {
        let content = match std::fs::read(self.common_dir().join("shallow")) {
            Ok(content) => content,
            Err(error) if is_absent(&error) => return Ok(HashSet::new()),
            Err(error) => return Err(damaged("the file `shallow` of the git directory", &error)),
        };
        let lines = content.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
        lines.map(|line| Id::from_hex(line).ok_or_else(|| unexpected("the file `shallow`", line))).collect()
    }

    /// The commit graph, unless git is told to do without; one that cannot be read is none, as for git.
    fn commit_graph(&self) -> Option<gix::commitgraph::Graph> {
        let info = self.layout().objects.first()?.join("info");
        let path = match info.join("commit-graphs") {
            chain if chain.join("commit-graph-chain").is_file() => chain,
            _ => info.join("commit-graph"),
        };
        if !path.exists() || self.config("core.commitGraph").is_some_and(|value| is_off(&value)) {
            return None;
        }
        gix::commitgraph::Graph::at(&path, self.layout().hash, None).ok()
    }
}

fn is_off(value: &[u8]) -> bool {
    [&b"false"[..], b"no", b"off", b"0", b""].iter().any(|off| value.eq_ignore_ascii_case(off))
}

impl Walk {
    /// Reads on: the next commit, whose parents are among [`Self::commits`] by now; `None` at the end.
    ///
    /// # Errors
    /// When a commit is missing or damaged.
    pub fn advance(&mut self) -> Result<Option<At>, ReadError> {
        let Some(Pending { at: Reverse(at), parents, .. }) = self.pending.pop() else { return Ok(None) };
        let mut places = Vec::with_capacity(parents.len());
        for parent in &parents {
            places.push(self.meet(parent)?);
        }
        self.commits.set_parents(at, &places);
        Ok(Some(at))
    }

    /// The commits that were met so far.
    pub fn commits(&self) -> &Commits {
        &self.commits
    }

    /// What remains once all is read.
    pub fn into_commits(self) -> Commits {
        self.commits
    }

    fn meet(&mut self, id: &Id) -> Result<At, ReadError> {
        if let Some(at) = self.commits.find(id) {
            return Ok(at);
        }
        let mut head = match self.in_graph(id) {
            Some(head) => head,
            None => self.read(id)?,
        };
        if self.edge.contains(id) {
            head.parents.clear();
        }
        let at = self.commits.add(id, &head.tree).ok_or_else(|| damaged(&name(id), &"its tree has an odd id"))?;
        self.pending.push(Pending { seconds: head.seconds, at: Reverse(at), parents: head.parents });
        Ok(at)
    }

    /// What the graph says; `None` where it does not know the commit, or is damaged there.
    fn in_graph(&self, id: &Id) -> Option<Head> {
        let graph = self.graph.as_ref()?;
        let commit = graph.commit_by_id(gix::ObjectId::try_from(id.as_bytes()).ok()?)?;
        let mut parents = Vec::new();
        for parent in commit.iter_parents() {
            let place = parent.ok().filter(|place| place.0 < graph.num_commits())?;
            parents.push(from_oid(graph.id_at(place)).ok()?);
        }
        Some(Head { tree: from_oid(commit.root_tree_id()).ok()?, parents, seconds: commit.committer_timestamp() })
    }

    fn read(&mut self, id: &Id) -> Result<Head, ReadError> {
        match self.objects.read(id, &mut self.buffer)? {
            Some(ObjectKind::Commit) => {}
            Some(kind) => return Err(not_a_commit(id, kind)),
            None => return Err(ReadError::Missing { what: name(id) }),
        }
        head(&self.buffer).ok_or_else(|| damaged(&name(id), &"it does not begin with a tree and parents"))
    }
}

fn name(id: &Id) -> String {
    format!("commit {}", id.short())
}

/// Takes the head of a commit apart. Only what git itself insists on: old histories hold odd authors and dates.
fn head(data: &[u8]) -> Option<Head> {
    let mut lines = data.split(|&byte| byte == b'\n');
    let tree = Id::from_hex(lines.next()?.strip_prefix(b"tree ")?)?;
    let (mut parents, mut seconds) = (Vec::new(), 0);
    for line in lines.take_while(|line| !line.is_empty()) {
        if let Some(parent) = line.strip_prefix(b"parent ") {
            parents.push(Id::from_hex(parent)?);
        } else if let Some(committer) = line.strip_prefix(b"committer ") {
            let when = committer.rsplit(|&byte| byte == b'>').next().unwrap_or_default();
            let when = std::str::from_utf8(when).ok().and_then(|when| when.split_ascii_whitespace().next());
            seconds = when.and_then(|when| when.parse().ok()).unwrap_or_default();
            break;
        }
    }
    Some(Head { tree, parents, seconds })
}

#[cfg(test)]
mod tests {
    use super::head;

    #[test]
    fn a_head_is_read_however_odd_the_people_are() {
        let id = "0123456789012345678901234567890123456789";
        let odd = format!("tree {id}\nparent {id}\nparent {id}\nauthor\ncommitter A > <b> 12 +0000\n\nparent x\n");
        let full = head(odd.as_bytes()).unwrap();
        assert_eq!((full.parents.len(), full.seconds), (2, 12));
        let bare = head(format!("tree {id}\n\nparent {id}\n").as_bytes()).unwrap();
        assert_eq!((bare.parents.len(), bare.seconds), (0, 0));
        assert!(head(format!("tree {id}\nparent x\n").as_bytes()).is_none());
        assert!(head(b"").is_none() && head(b"parent x").is_none());
    }
}
