//! One requirements file and everything it includes, read inside one snapshot.
//!
//! pip opens an include relative to the file that names it, reads a file twice where it is named twice, and refuses a
//! cycle (pip >= 24.3). Reading a file once is enough here: its entries do not change. What cannot be followed inside
//! the tree is an [`IncludeProblem`] at the line that asks for it.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Cache;
use crate::requirements::{self, EntryKind, Include, IncludeKind, Located, located_in};
use crate::source::{Conversion, Mode, Object, ReadError, RepoPath, Span, Tree};

/// Included files of one root (requirements-format limits).
const MAX_FILES: usize = 64;
/// Includes within includes.
const MAX_DEPTH: usize = 16;

/// A root file and what it includes, the root first.
#[derive(Clone, Debug)]
pub struct Closure {
    /// Every file once, the root first.
    pub nodes: Vec<Node>,
    /// What could not be followed.
    pub problems: Vec<IncludeProblem>,
}

/// One file of a closure.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it stands.
    pub path: RepoPath,
    /// What stands there.
    pub object: Option<Object>,
    /// What it says.
    pub content: Content,
    /// Whether it is reached by `-c` alone, so that its entries constrain and do not install.
    pub constrains_only: bool,
    /// What `.gitattributes` makes of it in a checkout.
    pub conversions: Vec<Conversion>,
}

/// What a path holds.
#[derive(Clone, Debug)]
pub enum Content {
    /// Nothing.
    Absent,
    /// A symlink, a submodule or a directory.
    NotAFile(Mode),
    /// More bytes than are read.
    TooLarge(u64),
    /// A file, read.
    Read(Rc<requirements::File>),
}

/// An include that could not be followed.
#[derive(Clone, Debug)]
pub struct IncludeProblem {
    /// The file that asks.
    pub file: Rc<requirements::File>,
    /// The line that asks.
    pub span: Span,
    /// What it asks for, as written.
    pub target: String,
    /// Why not.
    pub fault: IncludeFault,
    /// The lines that led there, the root's first.
    pub trail: Vec<(Rc<requirements::File>, Span)>,
}

/// Why an include could not be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncludeFault {
    /// Nothing stands there in this snapshot.
    Missing,
    /// It includes itself, directly or through others.
    Cyclic,
    /// It is absolute or leaves the tree.
    Outside,
    /// It is fetched from the network.
    Url,
    /// It is a symlink, a submodule or a directory.
    NotAFile(Mode),
    /// More than 64 files, or deeper than 16.
    TooMany,
    /// It holds `${…}`, which only pip's environment can tell.
    Variable,
    /// `-r` inside a file that `-c` included: pip installs what it names, uv only constrains.
    RequirementUnderConstraint,
}

impl IncludeFault {
    /// Whether entries are missing for it.
    pub fn hides_entries(self) -> bool {
        self != Self::RequirementUnderConstraint
    }
}

impl Closure {
    /// Reads `root` and its includes in `tree`.
    ///
    /// # Errors
    /// What the snapshot cannot answer.
    pub fn load(tree: &dyn Tree, root: &RepoPath, cache: &Cache) -> Result<Self, ReadError> {
        let mut walk =
            Walk { tree, cache, seen: BTreeMap::new(), out: Self { nodes: Vec::new(), problems: Vec::new() } };
        let object = tree.lookup(std::slice::from_ref(root))?.into_iter().next().flatten();
        walk.visit(root, object, &mut Trail::default())?;
        walk.out.ask_conversions(tree)?;
        Ok(walk.out)
    }

    fn ask_conversions(&mut self, tree: &dyn Tree) -> Result<(), ReadError> {
        let is_file = |node: &&mut Node| matches!(node.content, Content::Read(_) | Content::TooLarge(_));
        let files: Vec<&mut Node> = self.nodes.iter_mut().filter(is_file).collect();
        let paths: Vec<RepoPath> = files.iter().map(|node| node.path.clone()).collect();
        for (node, conversions) in files.into_iter().zip(tree.conversions(&paths)?) {
            node.conversions = conversions;
        }
        Ok(())
    }

    /// The file itself.
    pub fn root(&self) -> &Node {
        &self.nodes[0]
    }

    /// The root as read; `None` where it is absent or cannot be read.
    pub fn root_file(&self) -> Option<&requirements::File> {
        match &self.root().content {
            Content::Read(file) => Some(file),
            Content::Absent | Content::NotAFile(_) | Content::TooLarge(_) => None,
        }
    }

    /// Every file that could be read, the root first.
    pub fn files(&self) -> impl Iterator<Item = (&Node, &requirements::File)> {
        self.nodes.iter().filter_map(|node| match &node.content {
            Content::Read(file) => Some((node, &**file)),
            Content::Absent | Content::NotAFile(_) | Content::TooLarge(_) => None,
        })
    }

    /// Everything that would be installed.
    pub fn requirements(&self) -> Vec<Located<'_>> {
        self.located(|node| !node.constrains_only)
    }

    /// Everything that constrains and does not install by itself.
    pub fn constraints(&self) -> Vec<Located<'_>> {
        self.located(|node| node.constrains_only)
    }

    fn located(&self, wanted: impl Fn(&Node) -> bool) -> Vec<Located<'_>> {
        let files = self.files().filter(|(node, _)| wanted(node));
        files.flat_map(|(_, file)| located_in(file)).collect()
    }
}

/// Which files lead to the one being read, and whether the last step was `-c`.
#[derive(Clone, Default)]
struct Trail {
    paths: Vec<RepoPath>,
    lines: Vec<(Rc<requirements::File>, Span)>,
    constraint: bool,
}

struct Walk<'a> {
    tree: &'a dyn Tree,
    cache: &'a Cache,
    /// Where each path stands among the nodes.
    seen: BTreeMap<RepoPath, usize>,
    out: Closure,
}

impl Walk<'_> {
    fn visit(&mut self, path: &RepoPath, object: Option<Object>, trail: &mut Trail) -> Result<(), ReadError> {
        let content = match object {
            None => Content::Absent,
            Some(Object { mode: Mode::File | Mode::Executable, id }) => match self.cache.file(self.tree, path, &id) {
                Ok(file) => Content::Read(file),
                Err(ReadError::TooLarge { size, .. }) => Content::TooLarge(size),
                Err(error) => return Err(error),
            },
            Some(Object { mode, .. }) => Content::NotAFile(mode),
        };
        self.seen.insert(path.clone(), self.out.nodes.len());
        let read = match &content {
            Content::Read(file) => Some(Rc::clone(file)),
            Content::Absent | Content::NotAFile(_) | Content::TooLarge(_) => None,
        };
        let constrains_only = trail.constraint;
        self.out.nodes.push(Node { path: path.clone(), object, content, constrains_only, conversions: Vec::new() });
        match read {
            Some(file) => self.follow_all(&file, trail),
            None => Ok(()),
        }
    }

    fn follow_all(&mut self, file: &Rc<requirements::File>, trail: &mut Trail) -> Result<(), ReadError> {
        trail.paths.push(file.source.path().clone());
        for entry in &file.entries {
            let EntryKind::Include(include) = &entry.kind else { continue };
            trail.lines.push((Rc::clone(file), entry.span));
            let followed = self.follow(file.source.path(), include, trail);
            trail.lines.pop();
            if let Err(fault) = followed? {
                let (file, span, target) = (Rc::clone(file), entry.span, include.target.clone());
                self.out.problems.push(IncludeProblem { file, span, target, fault, trail: trail.lines.clone() });
            }
        }
        trail.paths.pop();
        Ok(())
    }

    fn follow(
        &mut self,
        from: &RepoPath,
        include: &Include,
        trail: &mut Trail,
    ) -> Result<Result<(), IncludeFault>, ReadError> {
        let path = match target_path(from, &include.target) {
            Ok(path) => path,
            Err(fault) => return Ok(Err(fault)),
        };
        if trail.paths.contains(&path) {
            return Ok(Err(IncludeFault::Cyclic));
        }
        let constraint = include.kind == IncludeKind::Constraint;
        let mixed = trail.constraint && !constraint;
        if let Some(&at) = self.seen.get(&path) {
            return self.revisit(at, constraint, trail).map(Ok);
        }
        if self.out.nodes.len() > MAX_FILES || trail.paths.len() >= MAX_DEPTH {
            return Ok(Err(IncludeFault::TooMany));
        }
        let object = self.tree.lookup(std::slice::from_ref(&path))?.into_iter().next().flatten();
        let before = std::mem::replace(&mut trail.constraint, constraint);
        let visited = self.visit(&path, object, trail);
        trail.constraint = before;
        visited?;
        Ok(match object {
            None => Err(IncludeFault::Missing),
            Some(Object { mode: Mode::File | Mode::Executable, .. }) if mixed => {
                Err(IncludeFault::RequirementUnderConstraint)
            }
            Some(Object { mode: Mode::File | Mode::Executable, .. }) => Ok(()),
            Some(Object { mode, .. }) => Err(IncludeFault::NotAFile(mode)),
        })
    }

    /// A file seen before: what `-c` reached first and `-r` reaches now does install, and so does what it includes.
    fn revisit(&mut self, at: usize, constraint: bool, trail: &mut Trail) -> Result<(), ReadError> {
        let node = &mut self.out.nodes[at];
        if constraint || !node.constrains_only {
            return Ok(());
        }
        node.constrains_only = false;
        let Content::Read(file) = &node.content else { return Ok(()) };
        let file = Rc::clone(file);
        let problems = self.out.problems.len();
        let result = self.follow_all(&file, trail);
        self.out.problems.truncate(problems);
        result
    }
}

fn target_path(from: &RepoPath, target: &str) -> Result<RepoPath, IncludeFault> {
    let scheme = target.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    if matches!(scheme.as_deref(), Some("http" | "https" | "file")) {
        return Err(IncludeFault::Url);
    }
    if target.contains("${") {
        return Err(IncludeFault::Variable);
    }
    if target.contains('\\') {
        return Err(IncludeFault::Outside);
    }
    RepoPath::resolve(from.parent(), target.as_bytes()).ok_or(IncludeFault::Outside)
}
