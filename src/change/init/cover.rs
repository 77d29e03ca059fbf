//! The smallest policy that says a layout: the default rule with `exclude` where that is enough, else `[[pair]]` tables,
//! with patterns that go on finding new manifests where they say nothing wrong.
//!
//! Every try is loaded and asked for its pairs; the first that says exactly what was found is taken.

use std::collections::{BTreeMap, BTreeSet};

use super::differ::kind_of;
use super::draft::{Draft, Exclude, Table, lock_pattern, pattern};
use super::scene::Scene;
use super::{Found, InitError, Layout, Left, Reason, name};
use crate::policy::{Kind, Pair, Policy};
use crate::source::{ReadError, RepoPath, printable};

/// A pair as far as a policy decides it: manifest, lock, kind, whether the manifest pins, whether local paths pass.
type Said = (RepoPath, RepoPath, &'static str, bool, bool);

/// How exactly `exclude` is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Width {
    /// Directories.
    Directories,
    /// Files.
    Files,
}

/// Manifests of the default rule, with their locks, as patterns.
const PATTERNS: [(&str, &str, Kind); 2] = [
    ("**/requirements.in", "requirements.txt", Kind::Compiled),
    ("**/requirements.txt", "requirements.lock", Kind::Auto),
];

/// Which of [`PATTERNS`] to use, in the order of tries.
const TRIES: [&[usize]; 4] = [&[0, 1], &[1], &[0], &[]];

/// The policy for `layout`; a pair that no policy can spell is left out of the layout.
pub(super) fn cover(scene: &Scene<'_>, layout: &mut Layout) -> Result<Draft, InitError> {
    if let Some(draft) = tries(scene, layout)? {
        return Ok(draft);
    }
    // What the default rule has as it is wanted may still be found by a pattern, whatever its path.
    let wanted = layout.pairs.iter().map(said).collect();
    let covered = covered(scene, layout, &wanted)?;
    leave_out(layout, |found| !is_spelled(found) && !covered.contains(&said(found)));
    if let Some(draft) = tries(scene, layout)? {
        return Ok(draft);
    }
    leave_out(layout, |found| !is_spelled(found));
    match tries(scene, layout)? {
        Some(draft) => Ok(draft),
        None => Err(InitError::Unfaithful("the paths that were found cannot be written as one".to_owned())),
    }
}

fn is_spelled(found: &Found) -> bool {
    [&found.manifest, &found.lock].iter().all(|path| std::str::from_utf8(path.as_bytes()).is_ok())
}

/// Moves the pairs that `unwanted` names to what is left.
fn leave_out(layout: &mut Layout, unwanted: impl Fn(&Found) -> bool) {
    let (odd, pairs): (Vec<_>, Vec<_>) = layout.pairs.drain(..).partition(unwanted);
    layout.pairs = pairs;
    layout.left.extend(odd.into_iter().map(|found| Left { path: found.manifest, reason: Reason::Unspellable }));
    layout.left.sort_by(|left, right| left.path.cmp(&right.path));
}

fn tries(scene: &Scene<'_>, layout: &Layout) -> Result<Option<Draft>, InitError> {
    let wanted: BTreeSet<Said> = layout.pairs.iter().map(said).collect();
    let covered = covered(scene, layout, &wanted)?;
    let present: BTreeSet<RepoPath> = scene.files.keys().chain(wanted.iter().map(|said| &said.0)).cloned().collect();
    let mut last = None;
    for tables in std::iter::once(None).chain(TRIES.iter().map(Some)) {
        if tables.is_none() && covered.len() < wanted.len() {
            continue;
        }
        for width in [Width::Directories, Width::Files] {
            let excludes = excludes(layout, width, tables.is_none_or(|tables| !tables.is_empty()));
            let tables = tables.map(|tables| self::tables(layout, &covered, tables)).unwrap_or_default();
            let draft = Draft { excludes, tables, exemptions: Vec::new() };
            match draft.load() {
                Ok(policy) if says(scene, &policy, &present)? == wanted => return Ok(Some(draft)),
                Ok(_) => {}
                Err(error) => last = Some(error),
            }
        }
    }
    // Too large is not mended by leaving pairs out.
    match last {
        Some(error) if layout.pairs.iter().all(is_spelled) => Err(error),
        Some(_) | None => Ok(None),
    }
}

fn said(found: &Found) -> Said {
    (found.manifest.clone(), found.lock.clone(), found.kind_name(), found.manifest_pins(), found.allow_local)
}

fn said_of(scene: &Scene<'_>, pair: &Pair) -> Result<Said, ReadError> {
    let kind = kind_of(scene, pair)?;
    Ok((pair.manifest.clone(), pair.lock.clone(), kind, pair.manifest_pins, pair.allow_local))
}

/// What `policy` makes of the files that are `present`.
fn says(scene: &Scene<'_>, policy: &Policy, present: &BTreeSet<RepoPath>) -> Result<BTreeSet<Said>, ReadError> {
    policy.pairs.pairs(present).iter().map(|pair| said_of(scene, pair)).collect()
}

/// The wanted pairs that the default rule has as they are wanted.
fn covered(scene: &Scene<'_>, layout: &Layout, wanted: &BTreeSet<Said>) -> Result<BTreeSet<Said>, ReadError> {
    let default: Result<BTreeSet<Said>, _> = layout.default.iter().map(|pair| said_of(scene, pair)).collect();
    Ok(default?.intersection(wanted).cloned().collect())
}

/// The tables for what the patterns numbered `patterns` do not find.
fn tables(layout: &Layout, covered: &BTreeSet<Said>, patterns: &[usize]) -> Vec<Table> {
    let used = |(manifest, lock, ..): &&(&str, &str, Kind)| {
        let name = manifest.rsplit('/').next().unwrap_or_default().as_bytes();
        covered.iter().any(|said| said.0.file_name() == name && said.1.file_name() == lock.as_bytes())
    };
    let patterns: Vec<_> = patterns.iter().filter_map(|at| PATTERNS.get(*at)).filter(used).collect();
    let found = |found: &&Found| {
        let by_pattern = patterns.iter().any(|(manifest, lock, ..)| {
            let name = manifest.rsplit('/').next().unwrap_or_default().as_bytes();
            found.manifest.file_name() == name && found.lock.file_name() == lock.as_bytes()
        });
        !(by_pattern && covered.contains(&said(found)))
    };
    let mut tables: Vec<_> = layout.pairs.iter().filter(found).map(named).collect();
    tables.extend(patterns.iter().map(|(manifest, lock, kind)| Table {
        manifest: (*manifest).to_owned(),
        lock: (*lock).to_owned(),
        kind: *kind,
        why: meaning(*kind).to_owned(),
        manifest_pins: None,
        allow_local: false,
    }));
    tables
}

fn named(found: &Found) -> Table {
    let usual = !found.manifest.as_bytes().ends_with(b".in");
    let pins = found.manifest_pins();
    Table {
        manifest: pattern(found.manifest.as_bytes()),
        lock: lock_pattern(&found.manifest, &found.lock),
        kind: found.kind,
        why: meaning(found.kind).to_owned(),
        manifest_pins: (pins != usual).then_some(pins),
        allow_local: found.allow_local,
    }
}

/// What a kind means, for whoever reads the policy later.
fn meaning(kind: Kind) -> &'static str {
    match kind {
        Kind::Mirror => "the lock holds what the manifest holds",
        Kind::Compiled => "a resolver writes the lock: the manifest's requirements and all they need",
        Kind::Freeze => "the lock holds everything installed; \"mirror\" would want it equal to the manifest",
        Kind::Auto => "compiled where a tool's header or `# via` is there, else a mirror",
    }
}

/// What `exclude` names: directories that are not the project's own, and, where the default rule or a pattern would take
/// them, files that are no manifests.
fn excludes(layout: &Layout, width: Width, taken: bool) -> Vec<Exclude> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for Left { path, reason } in &layout.left {
        let Reason::Aside { directory, what } = reason else { continue };
        let at = match width {
            Width::Directories => format!("{}/**", pattern(directory.as_bytes())),
            Width::Files => pattern(path.as_bytes()),
        };
        found.insert(at, (*what).to_owned());
    }
    let manifests: BTreeSet<&RepoPath> = layout.pairs.iter().map(|found| &found.manifest).collect();
    for Pair { manifest, lock, .. } in layout.default.iter().filter(|pair| taken && !manifests.contains(&pair.manifest))
    {
        let left = layout.left.iter().find(|left| left.path == *manifest).map(|left| &left.reason);
        let why = match (left, layout.pairs.iter().find(|found| found.lock == *manifest)) {
            (Some(Reason::Aside { .. }), _) => continue,
            (Some(reason), _) => reason.text(),
            (None, Some(found)) => format!("the lock of {}", found.manifest),
            (None, None) => "no manifest".to_owned(),
        };
        // Without its .in file the default rule takes a .txt for a manifest.
        if name::part(manifest) == name::Part::Source && !manifests.contains(lock) {
            found.insert(pattern(lock.as_bytes()), format!("the lock of {manifest}"));
        }
        found.insert(pattern(manifest.as_bytes()), why);
    }
    found.into_iter().map(|(pattern, why)| Exclude { pattern, why }).collect()
}

impl Found {
    /// Whether the manifest must be pinned: never asked of a `.in` file by itself.
    fn manifest_pins(&self) -> bool {
        self.manifest_pins && !self.manifest.as_bytes().ends_with(b".in")
    }
}

impl Reason {
    /// Why, for people; printable.
    pub fn text(&self) -> String {
        let show = |path: &RepoPath| printable(path.as_bytes());
        match self {
            Self::OtherFormat(tool) => format!("a lock of {tool}, whose format is not covered yet"),
            Self::Rye => "rye's lock, made from pyproject.toml: as a pair that is not covered yet".to_owned(),
            Self::RyeBeside(lock) => format!("its lock would be {}, which is rye's", show(lock)),
            Self::Project(file) => format!("made from {file}: as a pair that is not covered yet"),
            Self::Several(files) => {
                let names: Vec<_> = files.iter().map(show).collect();
                format!("made from {}: a pair has one manifest; let one of them read the others", names.join(", "))
            }
            Self::Aside { directory, what } => format!("excluded: {what}, in {}", show(directory)),
            Self::Link(target) => format!("a link to {}", show(target)),
            Self::NoFile => "a link, a submodule or a directory".to_owned(),
            Self::ReadBy(manifest) => format!("read by {}, and judged with it", show(manifest)),
            Self::LoneLock => "no manifest stands beside it".to_owned(),
            Self::Constraints => "constrains and installs nothing; no manifest reads it".to_owned(),
            Self::Circle => "read only by what it reads itself".to_owned(),
            Self::Unspellable => "a policy cannot spell its path: it is not UTF-8; rename it".to_owned(),
        }
    }
}
