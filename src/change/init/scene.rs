//! What a work tree has that looks like requirements, read once: which file is what by name, which reads which, and what
//! a lock's own comments say of where it came from.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::files::Cache;
use crate::locks::{Tool, Via, annotations, header, is_file};
use crate::policy::{PairRules, Ungoverned};
use crate::requirements::{self, EntryKind};
use crate::source::{Entry, Mode, ReadError, RepoPath, Tree};

/// Inputs of a resolver that are no requirements files.
const PROJECT_FILES: &[&str] = &["pyproject.toml", "setup.py", "setup.cfg"];

/// The files that look like requirements or locks.
pub(super) struct Scene<'t> {
    pub(super) tree: &'t dyn Tree,
    pub(super) cache: Cache,
    /// Every one of them.
    pub(super) files: BTreeMap<RepoPath, Sight>,
    /// Which files each of them reads by `-r` or `-c`.
    pub(super) reads: BTreeMap<RepoPath, BTreeSet<RepoPath>>,
}

/// What stands at a path.
#[derive(Clone)]
pub(super) enum Sight {
    /// A requirements file, read.
    File(Rc<requirements::File>),
    /// A symbolic link, and the path in this tree that it leads to.
    Link(Option<RepoPath>),
    /// A submodule or a directory.
    Odd,
    /// A lock of this tool, in a format that is not covered.
    Foreign(&'static str),
}

/// Where a lock came from, as far as it says so.
pub(super) enum Origin {
    /// It does not say, or what it names is not here.
    Unknown,
    /// This file.
    File(RepoPath),
    /// A project's own metadata, by this tool.
    Project(&'static str),
    /// Several files.
    Several(Vec<RepoPath>),
}

impl<'t> Scene<'t> {
    /// Looks at `tree`.
    pub(super) fn of(tree: &'t dyn Tree) -> Result<Self, ReadError> {
        let mut scene = Self { tree, cache: Cache::default(), files: BTreeMap::new(), reads: BTreeMap::new() };
        let rules = PairRules::default();
        for entry in tree.find(&|path| looks(&rules, path))? {
            let sight = scene.sight(&entry, &rules)?;
            if let Sight::File(file) = &sight {
                scene.reads.insert(entry.path.clone(), read_by(file));
            }
            scene.files.insert(entry.path, sight);
        }
        Ok(scene)
    }

    fn sight(&self, Entry { path, object }: &Entry, rules: &PairRules) -> Result<Sight, ReadError> {
        if let Some(Ungoverned::OtherLock(tool)) = rules.looks_ungoverned(path.as_bytes()) {
            return Ok(Sight::Foreign(tool));
        }
        Ok(match object.mode {
            Mode::File | Mode::Executable => Sight::File(self.cache.file(self.tree, path, &object.id)?),
            Mode::Symlink => {
                let text = self.tree.blob(path, &object.id)?;
                Sight::Link(RepoPath::resolve(path.parent(), &text))
            }
            Mode::Submodule | Mode::Directory => Sight::Odd,
        })
    }

    /// The file at `path`, where it is one that was read.
    pub(super) fn file(&self, path: &RepoPath) -> Option<&requirements::File> {
        match self.files.get(path) {
            Some(Sight::File(file)) => Some(file),
            Some(Sight::Link(_) | Sight::Odd | Sight::Foreign(_)) | None => None,
        }
    }

    /// The tool whose header stands in `path`.
    pub(super) fn writer(&self, path: &RepoPath) -> Option<Tool> {
        Some(header(self.file(path)?)?.tool())
    }

    /// Where the lock at `path` came from.
    pub(super) fn origin(&self, path: &RepoPath) -> Result<Origin, ReadError> {
        let Some(file) = self.file(path) else { return Ok(Origin::Unknown) };
        let header = header(file);
        if header.as_ref().is_some_and(|header| matches!(header.tool(), Tool::Rye | Tool::UvExport)) {
            return Ok(Origin::Project("pyproject.toml"));
        }
        let mut told: BTreeSet<String> = header.iter().flat_map(|header| header.inputs()).map(str::to_owned).collect();
        if told.is_empty() {
            let notes: Vec<_> = annotations(file).collect();
            let sources = notes.iter().flat_map(|entry| &entry.via);
            told.extend(sources.filter_map(|via| match via {
                Via::File(name) => Some((*name).to_owned()),
                Via::Project(_) => Some("pyproject.toml".to_owned()),
                _ => None,
            }));
        }
        let base = |name: &str| name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        if let Some(project) = PROJECT_FILES.iter().find(|project| told.iter().any(|name| base(name) == **project)) {
            return Ok(Origin::Project(project));
        }
        let mut found = BTreeSet::new();
        for name in &told {
            found.extend(self.resolve(path, name)?);
        }
        // An annotation names what a file reads beside the file that reads it.
        let read: BTreeSet<RepoPath> =
            found.iter().filter_map(|file| self.reads.get(file)).flatten().cloned().collect();
        let mut found: Vec<_> = found.into_iter().filter(|file| !read.contains(file)).collect();
        Ok(match (found.pop(), found.is_empty()) {
            (None, _) => Origin::Unknown,
            (Some(file), true) => Origin::File(file),
            (Some(file), false) => Origin::Several(found.into_iter().chain([file]).collect()),
        })
    }

    /// The file that the lock at `lock` calls `name`, relative to a directory that nobody recorded.
    fn resolve(&self, lock: &RepoPath, name: &str) -> Result<Option<RepoPath>, ReadError> {
        let exact = [b"".as_slice(), lock.parent()].map(|directory| RepoPath::resolve(directory, name.as_bytes()));
        for path in exact.into_iter().flatten().filter(|path| path != lock) {
            if self.files.contains_key(&path)
                || self.tree.lookup(std::slice::from_ref(&path))?.iter().any(Option::is_some)
            {
                return Ok(Some(path));
            }
        }
        let mut alike = self.files.keys().filter(|path| *path != lock && is_file(name, path));
        Ok(alike.next().filter(|_| alike.next().is_none()).cloned())
    }
}

/// Whether the file at `path` is worth a look: what the default rule takes, what looks like it, and locks beside that.
fn looks(rules: &PairRules, path: &[u8]) -> bool {
    let as_text = || {
        let stem = path.len().checked_sub(b".lock".len())?;
        let (stem, end) = path.split_at_checked(stem)?;
        end.eq_ignore_ascii_case(b".lock").then(|| [stem, b".txt"].concat())
    };
    let known = |path: &[u8]| rules.wants(path) || rules.looks_ungoverned(path).is_some();
    known(path) || as_text().is_some_and(|path| known(&path))
}

/// The files of the same tree that `file` names by `-r` or `-c`.
fn read_by(file: &requirements::File) -> BTreeSet<RepoPath> {
    let directory = file.source.path().parent();
    let includes = file.entries.iter().filter_map(|entry| match &entry.kind {
        EntryKind::Include(include) => RepoPath::resolve(directory, include.target.as_bytes()),
        EntryKind::Requirement(_) | EntryKind::Options(_) | EntryKind::Invalid => None,
    });
    includes.collect()
}
