//! Which files are pairs and which are left alone, and why: by the default rule, by names that stand beside each other,
//! and by what a lock says of where it came from.

use std::collections::{BTreeMap, BTreeSet};

use super::name::{self, Part};
use super::scene::{Origin, Scene, Sight};
use super::{Found, Layout, Left, Reason, found};
use crate::locks::Tool;
use crate::policy::PairRules;
use crate::source::{ReadError, RepoPath};

/// The layout of the tree that `scene` shows.
pub(super) fn layout(scene: &Scene<'_>) -> Result<Layout, ReadError> {
    let mut sorting = Sorting { scene, pairs: BTreeSet::new(), left: BTreeMap::new(), default: default_pairs(scene) };
    sorting.foreign();
    sorting.beside();
    sorting.told()?;
    sorting.named_alike();
    sorting.without_lock();
    sorting.read_by_others();
    sorting.rest();
    let pairs: Result<Vec<Found>, ReadError> =
        sorting.pairs.iter().map(|(manifest, lock)| found::look(scene, manifest, lock)).collect();
    let left = sorting.left.into_iter().map(|(path, reason)| Left { path, reason }).collect();
    Ok(Layout { pairs: pairs?, left, default: sorting.default })
}

/// The pairs of the default rule: manifest and lock, there or not.
fn default_pairs(scene: &Scene<'_>) -> Vec<crate::policy::Pair> {
    let rules = PairRules::default();
    let present = scene.files.keys().filter(|path| rules.wants(path.as_bytes())).cloned().collect();
    rules.pairs(&present)
}

struct Sorting<'s, 't> {
    scene: &'s Scene<'t>,
    /// Manifest and lock.
    pairs: BTreeSet<(RepoPath, RepoPath)>,
    left: BTreeMap<RepoPath, Reason>,
    default: Vec<crate::policy::Pair>,
}

impl Sorting<'_, '_> {
    fn is_lock(&self, path: &RepoPath) -> bool {
        self.pairs.iter().any(|(_, lock)| lock == path)
    }

    /// Whether nothing has been said of `path` yet.
    fn is_open(&self, path: &RepoPath) -> bool {
        !self.left.contains_key(path) && !self.pairs.iter().any(|(manifest, lock)| manifest == path || lock == path)
    }

    fn open_files(&self) -> Vec<RepoPath> {
        let taken: BTreeSet<&RepoPath> = self.pairs.iter().flat_map(|(manifest, lock)| [manifest, lock]).collect();
        let open = |path: &&RepoPath| !self.left.contains_key(path) && !taken.contains(path);
        self.scene.files.keys().filter(open).cloned().collect()
    }

    /// The first of `names` that is a file nobody has taken yet.
    fn free(&self, names: impl IntoIterator<Item = RepoPath>) -> Option<RepoPath> {
        names.into_iter().find(|path| self.scene.file(path).is_some() && self.is_open(path))
    }

    fn leave(&mut self, path: &RepoPath, reason: Reason) {
        self.left.insert(path.clone(), reason);
    }

    /// What no pair can be made of, whatever stands beside it.
    fn foreign(&mut self) {
        for (path, sight) in &self.scene.files {
            let reason = match sight {
                Sight::Foreign(tool) => Reason::OtherFormat(tool),
                Sight::Link(Some(target)) if self.scene.file(target).is_some() => Reason::Link(target.clone()),
                Sight::File(_) if self.scene.writer(path) == Some(Tool::Rye) => Reason::Rye,
                Sight::File(_) | Sight::Link(_) | Sight::Odd => continue,
            };
            self.left.insert(path.clone(), reason);
        }
    }

    /// `x.in` with `x.txt`, else with `x.lock`; and whatever else the default rule finds.
    fn beside(&mut self) {
        for pair in self.default.clone() {
            let known = |path: &RepoPath| self.left.contains_key(path);
            if self.scene.files.contains_key(&pair.lock) && !known(&pair.lock) && !known(&pair.manifest) {
                self.pairs.insert((pair.manifest, pair.lock));
            } else if self.left.get(&pair.lock) == Some(&Reason::Rye) && !known(&pair.manifest) {
                self.leave(&pair.manifest, Reason::RyeBeside(pair.lock));
            }
        }
        for path in self.open_files() {
            let ends = [b".txt".as_slice(), b".lock"].into_iter().filter_map(|end| name::with_end(&path, end));
            if name::part(&path) == Part::Source
                && let Some(lock) = self.free(ends)
            {
                self.pairs.insert((path, lock));
            }
        }
    }

    /// Locks that say where they came from.
    fn told(&mut self) -> Result<(), ReadError> {
        for path in self.open_files() {
            if !self.is_open(&path) {
                continue;
            }
            let reason = match self.scene.origin(&path)? {
                Origin::Unknown => continue,
                Origin::File(manifest) if self.is_lock(&manifest) || self.left.contains_key(&manifest) => continue,
                Origin::File(manifest) => {
                    self.pairs.insert((manifest, path));
                    continue;
                }
                Origin::Project(project) => Reason::Project(project),
                Origin::Several(files) => Reason::Several(files),
            };
            self.leave(&path, reason);
        }
        Ok(())
    }

    /// `x.txt` with `x.lock`, `x-lock.txt` and the like.
    fn named_alike(&mut self) {
        for path in self.open_files() {
            if name::part(&path) == Part::Text
                && self.is_open(&path)
                && let Some(lock) = self.free(name::lock_names(&path))
            {
                self.pairs.insert((path, lock));
            }
        }
    }

    /// What has no lock yet: what the default rule takes, and every other file that no file reads.
    fn without_lock(&mut self) {
        let open = self.open_files();
        let is_own = |path: &RepoPath| name::aside(path).is_none();
        let readers = self.scene.reads.iter().filter(|(reader, _)| is_own(reader) && !self.is_lock(reader));
        let read: BTreeSet<&RepoPath> = readers.flat_map(|(_, read)| read).collect();
        let mut missing = Vec::new();
        for path in open {
            let default = self.default.iter().find(|pair| pair.manifest == path);
            let own_end: &[u8] = match name::part(&path) {
                Part::Text => b".lock",
                Part::Source => b".txt",
                Part::Lock | Part::Constraints => continue,
            };
            if let Some((directory, what)) = name::aside(&path) {
                self.left.insert(path, Reason::Aside { directory, what });
            } else if let Some(pair) = default {
                missing.push((path, pair.lock.clone()));
            } else if let (false, Some(_), Some(lock)) =
                (read.contains(&path), self.scene.file(&path), name::with_end(&path, own_end))
            {
                missing.push((path, lock));
            }
        }
        self.pairs.extend(missing);
    }

    /// What a manifest reads is judged with it.
    fn read_by_others(&mut self) {
        let mut reached: BTreeMap<RepoPath, RepoPath> = BTreeMap::new();
        for (manifest, _) in &self.pairs {
            let mut ahead = vec![manifest];
            while let Some(path) = ahead.pop() {
                for read in self.scene.reads.get(path).into_iter().flatten() {
                    if reached.insert(read.clone(), manifest.clone()).is_none() {
                        ahead.push(read);
                    }
                }
            }
        }
        for path in self.open_files() {
            if let Some(manifest) = reached.get(&path) {
                self.leave(&path, Reason::ReadBy(manifest.clone()));
            }
        }
    }

    fn rest(&mut self) {
        for path in self.open_files() {
            let reason = match (name::aside(&path), name::part(&path), self.scene.files.get(&path)) {
                (_, _, Some(Sight::Link(_) | Sight::Odd)) => Reason::NoFile,
                (Some((directory, what)), ..) => Reason::Aside { directory, what },
                (None, Part::Lock, _) => Reason::LoneLock,
                (None, Part::Constraints, _) => Reason::Constraints,
                (None, Part::Source | Part::Text, _) => Reason::Circle,
            };
            self.leave(&path, reason);
        }
    }
}
