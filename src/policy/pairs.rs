//! Which files of a snapshot are manifests and which locks answer them: the default rule, or the policy's `[[pair]]`
//! tables in its place.
//!
//! With `[[pair]]` tables a manifest belongs to the tables that name it, else to the first table whose pattern matches
//! it. `exclude` leaves alone what the default rule or a pattern finds, never what a table names.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::RepoPath;

use super::glob::Glob;
use super::listed::{Listed, Lock, Manifest};
use super::words;

words! {
    /// How a lock answers its manifest.
    Kind {
        /// Compiled iff a tool's header or any `# via` is in the lock or the manifest is a `.in` file, else mirror.
        Auto = "auto",
        /// The same requirements, in any order.
        Mirror = "mirror",
        /// What a resolver wrote: the manifest's requirements and everything they need.
        Compiled = "compiled",
        /// What `pip freeze` wrote: everything installed, and the manifest's requirements among it.
        Freeze = "freeze",
    }
}

/// One manifest and its lock. Either may be absent from the snapshot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// The file people edit.
    pub manifest: RepoPath,
    /// The file a tool writes.
    pub lock: RepoPath,
    /// How the lock answers the manifest.
    pub kind: Kind,
    /// Whether the manifest's own requirements must be pinned.
    pub manifest_pins: bool,
    /// Whether every requirement of the lock must have a hash.
    pub require_hashes: bool,
    /// Whether `-e .` and other paths inside the tree are allowed.
    pub allow_local: bool,
    /// Whether the default rule matched manifest or lock only when it ignored case, as in `Requirements.TXT`.
    pub odd_spelling: bool,
    /// Whether the policy names the pair's manifest without a wildcard: it is then always listed and must exist.
    pub named: bool,
}

/// Which files are pairs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairRules {
    pub(super) exclude: Vec<Glob>,
    pub(super) rules: Rules,
}

/// The default rule or the policy's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rules {
    Default,
    Listed(Listed),
}

impl Default for PairRules {
    fn default() -> Self {
        Self { exclude: Vec::new(), rules: Rules::Default }
    }
}

/// The file names of the default rule.
const MANIFEST: &[u8] = b"requirements.txt";
const SOURCE: &[u8] = b"requirements.in";
const LOCK: &[u8] = b"requirements.lock";

impl PairRules {
    /// Whether a file at `path` could be a manifest or a lock of any pair: what a snapshot is asked for. It may answer
    /// true for more than [`Self::pairs`] takes, never for less. Costs a look at the path's end for nearly every path.
    pub fn wants(&self, path: &[u8]) -> bool {
        match &self.rules {
            Rules::Default => [MANIFEST, LOCK, SOURCE].iter().any(|name| ends_with_name(path, name)),
            Rules::Listed(listed) => listed.wants(path),
        }
    }

    /// How every path ends that [`Self::wants`], ASCII case ignored: what a snapshot can pass over the others by.
    pub fn ends(&self) -> Vec<&[u8]> {
        match &self.rules {
            Rules::Default => vec![MANIFEST, LOCK, SOURCE],
            Rules::Listed(listed) => listed.ends(),
        }
    }

    /// The pairs of a snapshot in which, of the paths that [`Self::wants`], exactly `present` exist; sorted by manifest,
    /// then lock. A lock alone is nobody's pair; a pair that the policy names is always there, present or not.
    pub fn pairs(&self, present: &BTreeSet<RepoPath>) -> Vec<Pair> {
        let mut pairs = match &self.rules {
            Rules::Default => self.default_pairs(present),
            Rules::Listed(listed) => self.listed_pairs(listed, present),
        };
        pairs.sort();
        pairs.dedup_by(|later, kept| (&later.manifest, &later.lock) == (&kept.manifest, &kept.lock));
        pairs
    }

    /// Where the other half of a pair may stand whose one half is in `present`: what to look up in a parent to see that
    /// a manifest or a lock went away, without listing that parent.
    pub fn companions(&self, present: &BTreeSet<RepoPath>) -> BTreeSet<RepoPath> {
        let mut paths = present.clone();
        for path in present {
            let name = path.file_name();
            let stem = name.iter().rposition(|&byte| byte == b'.').map_or(name, |dot| name.split_at(dot).0);
            let swapped = [&b".txt"[..], b".in", b".lock"].map(|end| [stem, end].concat());
            let usual = [MANIFEST, SOURCE, LOCK].map(<[u8]>::to_vec);
            paths.extend(swapped.iter().chain(&usual).filter_map(|name| path.sibling(name)));
        }
        if let Rules::Listed(listed) = &self.rules {
            paths.extend(listed.names.iter().cloned());
        }
        paths.retain(|path| self.wants(path.as_bytes()));
        paths
    }

    /// Whether a lock may stand elsewhere than [`Self::companions`] looks: where a pattern fills its path.
    pub fn has_distant_locks(&self) -> bool {
        match &self.rules {
            Rules::Default => false,
            Rules::Listed(listed) => {
                listed.rules.iter().any(|rule| !matches!(rule.lock, Lock::Named(_) | Lock::Derived(_)))
            }
        }
    }

    /// Whether `exclude` leaves this manifest alone.
    pub(super) fn excluded(&self, path: &[u8]) -> bool {
        self.exclude.iter().any(|glob| glob.matches(path))
    }

    fn default_pairs(&self, present: &BTreeSet<RepoPath>) -> Vec<Pair> {
        let mut directories: BTreeMap<&[u8], Directory<'_>> = BTreeMap::new();
        for path in present {
            let name = path.file_name();
            let is = |known: &[u8]| name.eq_ignore_ascii_case(known);
            let directory = directories.entry(path.parent()).or_default();
            if is(MANIFEST) {
                directory.manifests.push(path);
            } else if is(LOCK) {
                directory.locks.push(path);
            } else if is(SOURCE) && !self.excluded(path.as_bytes()) {
                directory.sources.push(path);
            }
        }
        directories.values().flat_map(|directory| directory.pairs(|path| self.excluded(path))).collect()
    }

    fn listed_pairs(&self, listed: &Listed, present: &BTreeSet<RepoPath>) -> Vec<Pair> {
        let mut named = BTreeSet::new();
        let mut pairs = Vec::new();
        for rule in &listed.rules {
            if let (Manifest::Named(manifest), Lock::Named(lock)) = (&rule.manifest, &rule.lock) {
                named.insert(manifest);
                pairs.push(rule.pair(manifest.clone(), lock.clone()));
            }
        }
        for path in present.iter().filter(|path| !named.contains(path) && !self.excluded(path.as_bytes())) {
            let first = listed.rules.iter().find_map(|rule| Some((rule, rule.lock_of(path)?)));
            if let Some((rule, lock)) = first {
                pairs.push(rule.pair(path.clone(), lock));
            }
        }
        pairs
    }
}

/// What one directory holds of the default rule's files, in any spelling.
#[derive(Default)]
struct Directory<'a> {
    manifests: Vec<&'a RepoPath>,
    sources: Vec<&'a RepoPath>,
    locks: Vec<&'a RepoPath>,
}

impl Directory<'_> {
    /// Where there are sources each is paired with each `.txt`: on a file system that ignores case they are one file,
    /// elsewhere nothing is left unjudged.
    fn pairs(&self, excluded: impl Fn(&[u8]) -> bool) -> Vec<Pair> {
        if !self.sources.is_empty() {
            let pairs = |source: &RepoPath| -> Vec<Pair> {
                self.manifests.iter().map(|lock| default_pair(source, (*lock).clone())).collect()
            };
            return self.sources.iter().flat_map(|source| pairs(source)).collect();
        }
        let exact = self.locks.iter().find(|lock| lock.file_name() == LOCK);
        let lock = exact.or(self.locks.first()).map(|lock| (*lock).clone());
        let manifests = self.manifests.iter().filter(|manifest| !excluded(manifest.as_bytes()));
        manifests
            .filter_map(|manifest| {
                let lock = lock.clone().or_else(|| manifest.sibling(LOCK))?;
                Some(default_pair(manifest, lock))
            })
            .collect()
    }
}

/// A pair of the default rule; a source need not pin.
fn default_pair(manifest: &RepoPath, lock: RepoPath) -> Pair {
    let is_exact = |path: &RepoPath| [MANIFEST, SOURCE, LOCK].contains(&path.file_name());
    Pair {
        odd_spelling: !is_exact(manifest) || !is_exact(&lock),
        manifest: manifest.clone(),
        lock,
        kind: Kind::Auto,
        manifest_pins: !manifest.file_name().eq_ignore_ascii_case(SOURCE),
        require_hashes: false,
        allow_local: false,
        named: false,
    }
}

/// Whether the last component of `path` is `name`, ASCII case ignored. The last byte first: it rejects most paths.
fn ends_with_name(path: &[u8], name: &[u8]) -> bool {
    let same_end = matches!((path.last(), name.last()), (Some(a), Some(b)) if a.eq_ignore_ascii_case(b));
    same_end
        && path.len().checked_sub(name.len()).is_some_and(|at| {
            let (before, end) = path.split_at(at);
            matches!(before.last(), None | Some(b'/')) && end.eq_ignore_ascii_case(name)
        })
}
