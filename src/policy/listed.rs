//! `[[pair]]` tables: a manifest, by name or pattern, and how its lock's path follows from it.

use crate::source::{RepoPath, printable_text};

use super::glob::Glob;
use super::mistake::Wrong;
use super::pairs::{Kind, Pair};

/// The `[[pair]]` tables of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    /// In the order of the file.
    pub(super) rules: Vec<PairRule>,
    /// Every path that a table names, manifest or lock, sorted.
    pub(super) names: Vec<RepoPath>,
    /// The last bytes of `names`: rejects most paths of a tree at once.
    ends: Vec<u8>,
    /// The tables that are patterns, again: they alone are asked for every path.
    patterns: Vec<PairRule>,
}

impl Listed {
    pub(super) fn new(rules: Vec<PairRule>) -> Self {
        let mut names = Vec::new();
        for rule in &rules {
            if let (Manifest::Named(manifest), Lock::Named(lock)) = (&rule.manifest, &rule.lock) {
                names.extend([manifest.clone(), lock.clone()]);
            }
        }
        names.sort();
        names.dedup();
        let mut ends: Vec<u8> = names.iter().filter_map(|name| name.as_bytes().last().copied()).collect();
        ends.sort_unstable();
        ends.dedup();
        let is_pattern = |rule: &&PairRule| matches!(rule.manifest, Manifest::Pattern(_));
        let patterns = rules.iter().filter(is_pattern).cloned().collect();
        Self { rules, names, ends, patterns }
    }

    /// Whether `path` could be a manifest or a lock of any table.
    pub(super) fn wants(&self, path: &[u8]) -> bool {
        let may_be_named = path.last().is_some_and(|end| self.ends.contains(end));
        (may_be_named && self.names.binary_search_by(|name| name.as_bytes().cmp(path)).is_ok())
            || self.patterns.iter().any(|rule| rule.is_manifest(path) || rule.may_be_lock(path))
    }

    /// How every path ends that is wanted.
    pub(super) fn ends(&self) -> Vec<&[u8]> {
        let patterns = self.patterns.iter().flat_map(|rule| [rule.manifest.end(), rule.lock.end()]);
        self.names.iter().map(RepoPath::as_bytes).chain(patterns).collect()
    }
}

/// One `[[pair]]` table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PairRule {
    pub(super) manifest: Manifest,
    pub(super) lock: Lock,
    pub(super) kind: Kind,
    /// `None`: true, but false for a `.in` file.
    pub(super) manifest_pins: Option<bool>,
    pub(super) require_hashes: bool,
    pub(super) allow_local: bool,
}

/// Which manifests a table is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Manifest {
    Named(RepoPath),
    Pattern(Glob),
}

/// Where the lock of a manifest stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lock {
    /// At this path; only for a named manifest.
    Named(RepoPath),
    /// Beside the manifest, its name's end exchanged.
    Derived(Derived),
    /// Beside the manifest; the wildcards are those of the manifest's name.
    Beside(Glob),
    /// The wildcards are those of the manifest.
    Filled(Glob),
}

/// How a lock's name follows from its manifest's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Derived {
    /// `.txt` becomes `.lock`.
    TxtToLock,
    /// `.in` becomes `.txt`.
    InToTxt,
}

impl Derived {
    fn ends(self) -> (&'static [u8], &'static [u8]) {
        match self {
            Self::TxtToLock => (b".txt", b".lock"),
            Self::InToTxt => (b".in", b".txt"),
        }
    }

    /// The change that `ends_with` allows: whether the manifest's name ends with the bytes.
    fn of(ends_with: impl Fn(&[u8]) -> bool) -> Option<Self> {
        [Self::TxtToLock, Self::InToTxt].into_iter().find(|derived| ends_with(derived.ends().0))
    }

    /// `path` with its end exchanged; `None` where it does not end so or nothing stands before the end.
    fn lock(self, path: &[u8]) -> Option<RepoPath> {
        let (from, to) = self.ends();
        let stem = path.strip_suffix(from).filter(|stem| !matches!(stem.last(), None | Some(b'/')))?;
        RepoPath::new(&[stem, to].concat())
    }

    /// Whether `path` is the lock of a manifest that `is_manifest` takes.
    fn is_lock(self, path: &[u8], is_manifest: impl Fn(&[u8]) -> bool) -> bool {
        let (from, to) = self.ends();
        path.strip_suffix(to).is_some_and(|stem| is_manifest(&[stem, from].concat()))
    }
}

impl Manifest {
    pub(super) fn new(text: &str) -> Result<Self, Wrong> {
        let glob = Glob::new(text)?;
        Ok(match glob.plain() {
            Some(path) => Self::Named(path),
            None => Self::Pattern(glob),
        })
    }

    /// How its path ends.
    fn end(&self) -> &[u8] {
        match self {
            Self::Named(path) => path.as_bytes(),
            Self::Pattern(glob) => glob.tail(),
        }
    }
}

impl Lock {
    /// How its path ends.
    fn end(&self) -> &[u8] {
        match self {
            Self::Named(path) => path.as_bytes(),
            Self::Derived(derived) => derived.ends().1,
            Self::Beside(glob) | Self::Filled(glob) => glob.tail(),
        }
    }

    /// The lock of `manifest`, as written or, where nothing is written, by the manifest's ending.
    pub(super) fn new(manifest: &Manifest, written: Option<&str>) -> Result<Self, Wrong> {
        let Some(text) = written else { return Self::derived(manifest) };
        let lock = Glob::new(text)?;
        match manifest {
            Manifest::Named(manifest) => match lock.plain() {
                Some(path) if path == *manifest => Err(own_lock()),
                Some(path) => Ok(Self::Named(path)),
                None => Err(Wrong::new(
                    "the lock is a pattern, but the manifest is one file",
                    format!("write the lock's path, or a pattern for both; `{}`", sample()),
                )),
            },
            Manifest::Pattern(manifest) if manifest == &lock => Err(own_lock()),
            Manifest::Pattern(manifest) => Self::of_pattern(manifest, lock),
        }
    }

    fn derived(manifest: &Manifest) -> Result<Self, Wrong> {
        let lock = match manifest {
            Manifest::Named(path) => Derived::of(|end| path.as_bytes().ends_with(end))
                .and_then(|derived| derived.lock(path.as_bytes()))
                .map(Self::Named),
            Manifest::Pattern(glob) => Derived::of(|end| glob.ends_with(end)).map(Self::Derived),
        };
        lock.ok_or_else(|| {
            Wrong::new(
                "this pair needs a `lock`: only for a `.txt` or a `.in` manifest its name follows",
                "add `lock = \"...\"`: the lock's path, or for a pattern its file name beside each manifest",
            )
        })
    }

    fn of_pattern(manifest: &Glob, lock: Glob) -> Result<Self, Wrong> {
        let is_name = !lock.text().contains('/');
        let (expected, of) =
            if is_name { (manifest.wilds_of_name(), "manifest's file name") } else { (manifest.wilds(), "manifest") };
        let none = lock.wilds().is_empty();
        if is_name && (none || lock.wilds() == expected) {
            return Ok(Self::Beside(lock));
        }
        if !is_name && !none && lock.wilds() == expected {
            return Ok(Self::Filled(lock));
        }
        let lock = printable_text(lock.text());
        Err(if none {
            Wrong::new(
                format!("the manifest is a pattern, but every manifest would have the same lock `{lock}`"),
                "write a file name without `/` for a lock beside each manifest, or repeat the manifest's wildcards",
            )
        } else {
            Wrong::new(
                format!("the wildcards of the lock `{lock}` are not those of the {of}, in the same order"),
                format!("repeat them, as in `{}`", sample()),
            )
        })
    }
}

fn own_lock() -> Wrong {
    Wrong::new("the manifest and its lock are the same file", "name the file that a tool writes as the `lock`")
}

fn sample() -> &'static str {
    "manifest = \"services/*/requirements.txt\", lock = \"locks/*.lock\""
}

/// A path as a pattern that matches nothing else.
fn escaped(path: &RepoPath) -> String {
    let mut text = String::new();
    for char in String::from_utf8_lossy(path.as_bytes()).chars() {
        if matches!(char, '*' | '?' | '[' | ']' | '{' | '}' | '\\') {
            text.push('\\');
        }
        text.push(char);
    }
    text
}

impl PairRule {
    /// Manifest and lock as one would write them: two tables with equal keys are the same pair.
    pub(super) fn key(&self) -> (String, String) {
        let manifest = match &self.manifest {
            Manifest::Named(path) => escaped(path),
            Manifest::Pattern(glob) => glob.text().to_owned(),
        };
        let lock = match &self.lock {
            Lock::Named(path) => escaped(path),
            Lock::Filled(glob) => glob.text().to_owned(),
            Lock::Beside(glob) => format!("{} beside it", glob.text()),
            Lock::Derived(Derived::TxtToLock) => ".lock beside it".to_owned(),
            Lock::Derived(Derived::InToTxt) => ".txt beside it".to_owned(),
        };
        (manifest, lock)
    }

    /// The pair of `manifest` and `lock` by this table.
    pub(super) fn pair(&self, manifest: RepoPath, lock: RepoPath) -> Pair {
        Pair {
            manifest_pins: self.manifest_pins.unwrap_or(!manifest.as_bytes().ends_with(b".in")),
            named: matches!(self.manifest, Manifest::Named(_)),
            manifest,
            lock,
            kind: self.kind,
            require_hashes: self.require_hashes,
            allow_local: self.allow_local,
            odd_spelling: false,
        }
    }

    /// Whether `path` is a manifest of this table.
    pub(super) fn is_manifest(&self, path: &[u8]) -> bool {
        match &self.manifest {
            Manifest::Named(manifest) => manifest.as_bytes() == path,
            Manifest::Pattern(glob) => glob.matches(path),
        }
    }

    fn may_be_lock(&self, path: &[u8]) -> bool {
        match &self.lock {
            Lock::Named(lock) => lock.as_bytes() == path,
            Lock::Derived(derived) => derived.is_lock(path, |manifest| self.is_manifest(manifest)),
            Lock::Filled(glob) => glob.matches(path),
            Lock::Beside(glob) if !glob.may_match(path) => false,
            Lock::Beside(glob) => {
                let name = path.iter().rposition(|&byte| byte == b'/').map_or(path, |slash| &path[slash + 1..]);
                glob.matches(name)
            }
        }
    }

    /// The lock of `path` where this table's pattern takes it for a manifest. A file is never its own lock: a pattern
    /// like `reqs/*` also matches the locks beside its manifests.
    pub(super) fn lock_of(&self, path: &RepoPath) -> Option<RepoPath> {
        let Manifest::Pattern(manifest) = &self.manifest else { return None };
        let values = manifest.captures(path.as_bytes())?;
        let lock = match &self.lock {
            Lock::Named(lock) => Some(lock.clone()),
            Lock::Derived(derived) => derived.lock(path.as_bytes()),
            Lock::Filled(glob) => RepoPath::new(&glob.fill(&values)),
            Lock::Beside(glob) => {
                let own = values.len().saturating_sub(glob.wilds().len());
                path.sibling(&glob.fill(values.get(own..).unwrap_or_default()))
            }
        };
        lock.filter(|lock| lock != path)
    }
}
