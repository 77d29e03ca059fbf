//! Which pairs there are to judge: all of a snapshot, or those whose tuple differs from that pair in every parent.

use std::collections::BTreeSet;

use super::{Cache, PairFiles};
use crate::policy::{Pair, Policy};
use crate::source::{Mode, Object, ReadError, RepoPath, Tree, attribute_files};

/// A pair to judge.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The pair.
    pub pair: Pair,
    /// What it holds now.
    pub after: PairFiles,
    /// Its governed files that differ from the first parent, sorted.
    pub changed: Vec<RepoPath>,
    /// What it held before.
    pub before: Before,
    /// The pair of a parent whose manifest is this pair's lock now.
    pub displaced: Option<Box<Displaced>>,
}

/// What a pair held in the states that it is compared with.
#[derive(Clone, Debug)]
pub enum Before {
    /// It is judged by itself, or did not change.
    Unasked,
    /// In each of them that had it; none: the pair is new.
    Sides(Vec<PairFiles>),
}

impl Before {
    /// The sides that there are.
    pub fn sides(&self) -> &[PairFiles] {
        match self {
            Self::Unasked => &[],
            Self::Sides(sides) => sides,
        }
    }
}

/// A pair that is none any more, because its manifest is another pair's lock now.
#[derive(Clone, Debug)]
pub struct Displaced {
    /// The pair.
    pub pair: Pair,
    /// What it held.
    pub files: PairFiles,
}

/// How far to look for pairs that only a parent has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Beside the files that are there now: enough to see a manifest or a lock go, without walking a parent's tree.
    Beside,
    /// Everywhere: a pair that is gone altogether counts as changed too.
    Whole,
}

/// Every pair of `after`, and those that are gone from it since `last` with only one of their files.
///
/// # Errors
/// What a snapshot cannot answer.
pub fn every(
    after: &dyn Tree,
    last: Option<&dyn Tree>,
    policy: &Policy,
    cache: &Cache,
) -> Result<Vec<Judged>, ReadError> {
    let now = present(after, policy)?;
    let mut pairs = policy.pairs.pairs(&now);
    if let Some(last) = last {
        add_gone(&mut pairs, policy.pairs.pairs(&beside(last, policy, &now)?));
    }
    pairs.into_iter().map(|pair| judged(after, last, pair, cache)).collect()
}

fn judged(after: &dyn Tree, last: Option<&dyn Tree>, pair: Pair, cache: &Cache) -> Result<Judged, ReadError> {
    let after = PairFiles::load(after, &pair, cache)?;
    let last = last.map(|last| PairFiles::load(last, &pair, cache)).transpose()?;
    let before = match last {
        Some(last) if last.tuple() != after.tuple() => {
            Before::Sides(Vec::from_iter((!last.is_absent()).then_some(last)))
        }
        Some(_) | None => Before::Unasked,
    };
    Ok(Judged { pair, after, changed: Vec::new(), before, displaced: None })
}

/// The pairs whose tuple in `after` equals that pair's tuple in none of `parents`.
///
/// # Errors
/// What a snapshot cannot answer.
pub fn changed(
    after: &dyn Tree,
    parents: &[&dyn Tree],
    policy: &Policy,
    (depth, cache): (Depth, &Cache),
) -> Result<Vec<Judged>, ReadError> {
    let now = present(after, policy)?;
    let mut pairs = policy.pairs.pairs(&now);
    let mut before = Vec::new();
    for parent in parents {
        let then = match depth {
            Depth::Whole => present(*parent, policy)?,
            Depth::Beside if policy.pairs.has_distant_locks() => present(*parent, policy)?,
            Depth::Beside => beside(*parent, policy, &now)?,
        };
        let then = policy.pairs.pairs(&then);
        before.push((*parent, then.clone()));
        add_gone(&mut pairs, then);
    }
    let mut found = Vec::new();
    for pair in pairs {
        if !surely_same(after, parents, &pair, cache)? {
            found.extend(compare(after, parents, pair, cache)?);
        }
    }
    for judged in &mut found {
        judged.displaced = displaced(&judged.pair, &before, cache)?;
    }
    Ok(found)
}

/// The pair of the first parent whose manifest is the lock of `pair` now, where that parent does not have `pair`.
fn displaced(
    pair: &Pair,
    before: &[(&dyn Tree, Vec<Pair>)],
    cache: &Cache,
) -> Result<Option<Box<Displaced>>, ReadError> {
    let Some((parent, then)) = before.first() else { return Ok(None) };
    let same = |then: &Pair| then.manifest == pair.manifest && then.lock == pair.lock;
    let Some(gone) = then.iter().find(|then| then.manifest == pair.lock).filter(|_| !then.iter().any(same)) else {
        return Ok(None);
    };
    let files = PairFiles::load(*parent, gone, cache)?;
    Ok(Some(Box::new(Displaced { pair: gone.clone(), files })))
}

/// A pair that only the parent has counts, unless its files have their place in another pair now.
fn add_gone(pairs: &mut Vec<Pair>, then: Vec<Pair>) {
    for pair in then {
        let holds = |now: &Pair| [&now.manifest, &now.lock].contains(&&pair.manifest) || now.manifest == pair.lock;
        if !pairs.iter().any(holds) {
            pairs.push(pair);
        }
    }
}

fn present(tree: &dyn Tree, policy: &Policy) -> Result<BTreeSet<RepoPath>, ReadError> {
    let entries = tree.find_ending(&policy.pairs.ends(), &|path| policy.pairs.wants(path))?;
    Ok(entries.into_iter().map(|entry| entry.path).collect())
}

fn beside(parent: &dyn Tree, policy: &Policy, now: &BTreeSet<RepoPath>) -> Result<BTreeSet<RepoPath>, ReadError> {
    let paths: Vec<_> = policy.pairs.companions(now).into_iter().collect();
    let found = parent.lookup(&paths)?;
    Ok(paths.into_iter().zip(found).filter(|(_, object)| object.is_some()).map(|(path, _)| path).collect())
}

/// Whether manifest and lock are the same in some parent and neither includes anything: the usual case, settled without
/// reading a line. Another `.gitattributes` beside or above them may convert them, which only a comparison tells.
fn surely_same(after: &dyn Tree, parents: &[&dyn Tree], pair: &Pair, cache: &Cache) -> Result<bool, ReadError> {
    let mut paths = vec![pair.manifest.clone(), pair.lock.clone()];
    paths.extend(attribute_files(&pair.manifest));
    paths.extend(attribute_files(&pair.lock));
    let now = after.lookup(&paths)?;
    for parent in parents {
        if parent.lookup(&paths)? != now {
            continue;
        }
        for (path, object) in paths.iter().zip(now).take(2) {
            if may_include(after, path, object, cache)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    Ok(false)
}

/// Whether the file could hold a `-r` or `-c`, by a look that may err towards yes.
fn may_include(tree: &dyn Tree, path: &RepoPath, object: Option<Object>, cache: &Cache) -> Result<bool, ReadError> {
    let Some(Object { mode: Mode::File | Mode::Executable, id }) = object else { return Ok(false) };
    if cache.plain.borrow().knows(&id) {
        return Ok(false);
    }
    match tree.blob(path, &id) {
        Ok(bytes) => {
            let found = looks_including(&bytes);
            if !found {
                cache.plain.borrow_mut().learn(&id, bytes.len());
            }
            Ok(found)
        }
        // Too large to be read is the same on both sides, and was refused when it came.
        Err(ReadError::TooLarge { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// An option is a word that begins with a dash. What spells `-r` or `-c` in other ways, with quotes, a continuation or
/// another encoding, is taken for one, too.
fn looks_including(bytes: &[u8]) -> bool {
    if bytes.contains(&0) || coded(bytes) || bytes.iter().take(3).any(|byte| *byte >= 0x80) {
        return true;
    }
    bytes.windows(2).enumerate().any(|(at, two)| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let starts = before.is_none_or(|before| !before.is_ascii_alphanumeric());
        starts && matches!(two, [b'-', b'r' | b'c' | b'\'' | b'"' | b'\\'])
    })
}

fn coded(bytes: &[u8]) -> bool {
    bytes.split(|&byte| byte == b'\n').take(2).any(|line| line.windows(6).any(|six| six == b"coding"))
}

/// Begins to read what the parents hold in place of the pair's files, while those are read.
fn read_ahead(after: &dyn Tree, parents: &[&dyn Tree], pair: &Pair, cache: &Cache) -> Result<(), ReadError> {
    let paths = [pair.manifest.clone(), pair.lock.clone()];
    let now = after.lookup(&paths)?;
    for parent in parents {
        for ((path, then), now) in paths.iter().zip(parent.lookup(&paths)?).zip(&now) {
            if let Some(Object { mode: Mode::File | Mode::Executable, id }) = then
                && now.is_some_and(|now| now.id != id)
                && !cache.has(path, &id)
            {
                parent.read_ahead(&id);
            }
        }
    }
    Ok(())
}

fn compare(after: &dyn Tree, parents: &[&dyn Tree], pair: Pair, cache: &Cache) -> Result<Option<Judged>, ReadError> {
    read_ahead(after, parents, &pair, cache)?;
    let now = PairFiles::load(after, &pair, cache)?;
    let tuple = now.tuple();
    let mut changed = None;
    let mut sides = Vec::new();
    for parent in parents {
        let side = PairFiles::load(*parent, &pair, cache)?;
        let before = side.tuple();
        if before == tuple {
            return Ok(None);
        }
        let differs = |path: &&RepoPath| before.get(*path) != tuple.get(*path);
        let paths = || before.keys().chain(tuple.keys()).collect::<BTreeSet<_>>();
        changed.get_or_insert_with(|| paths().into_iter().filter(differs).cloned().collect());
        if !side.is_absent() {
            sides.push(side);
        }
    }
    if parents.is_empty() && now.is_absent() && !pair.named {
        return Ok(None);
    }
    let changed = changed
        .unwrap_or_else(|| tuple.iter().filter(|(_, object)| object.is_some()).map(|(path, _)| path.clone()).collect());
    Ok(Some(Judged { pair, after: now, changed, before: Before::Sides(sides), displaced: None }))
}
