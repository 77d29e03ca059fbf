//! A compiled or frozen lock, put to the proof against its manifest (lock-formats section 4).

use std::collections::HashMap;

use super::header::{Header, Tool, header};
use super::undecided::Undecided;
use super::via::annotations;
use super::{Annotated, Contents, Drift, graph, satisfaction};
use crate::package::PackageName;
use crate::requirements::{Located, Tri};

/// What came of the proof, layer by layer.
#[derive(Clone, Debug, Default)]
pub struct Proof<'a> {
    /// Was it made from this manifest: annotations and headers that name another one, one line per file.
    pub identity: Vec<String>,
    /// Annotations whose constraint nothing backs any more, though the pins still fit.
    pub provenance: Vec<Drift<'a>>,
    /// Is every requirement met, and every entry explained.
    pub satisfaction: Vec<Drift<'a>>,
    /// What offline evidence does not decide.
    pub undecided: Vec<Undecided<'a>>,
}

/// A lock, ready for look-ups.
pub(super) struct Lock<'a> {
    pub(super) header: Option<Header>,
    pub(super) entries: Vec<Annotated<'a>>,
    /// Whether any entry has an extra.
    pub(super) keeps_extras: bool,
    by_name: HashMap<&'a str, Vec<usize>>,
    with_url: Vec<usize>,
    left_out: Vec<PackageName>,
}

/// Whether annotations count: a freeze has none, and what looks like one there is a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Satisfaction only.
    Pins,
    /// Annotations and header too, where there are any.
    Provenance,
}

/// Puts `lock` to the proof against `manifest`.
pub fn prove<'a>(manifest: &Contents<'a>, lock: &Contents<'a>, depth: Depth) -> Proof<'a> {
    let mut proof = Proof::default();
    let lock = Lock::new(lock, depth);
    satisfaction::satisfaction(manifest, &lock, &mut proof);
    if depth == Depth::Provenance {
        graph::explain(manifest, &lock, &mut proof);
    }
    proof
}

impl<'a> Lock<'a> {
    fn new(contents: &Contents<'a>, depth: Depth) -> Self {
        let header = contents.files.first().and_then(|file| header(file)).filter(|_| depth == Depth::Provenance);
        let entries: Vec<_> = contents.files.iter().flat_map(|file| annotations(file)).collect();
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::with_capacity(entries.len());
        let mut with_url = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            if let Some(name) = &entry.located.requirement.name {
                by_name.entry(name.as_str()).or_default().push(at);
            }
            if entry.located.requirement.url.is_some() {
                with_url.push(at);
            }
        }
        let keeps_extras = entries.iter().any(|entry| !entry.located.requirement.extras.is_empty());
        let left_out = contents.left_out.iter().filter_map(|name| PackageName::new(name)).collect();
        Self { header, entries, keeps_extras, by_name, with_url, left_out }
    }

    /// The entries of this name.
    pub(super) fn named(&self, name: &PackageName) -> impl Iterator<Item = usize> {
        self.by_name.get(name.as_str()).into_iter().flatten().copied()
    }

    /// The entries that may answer `asked`: of its name, or from its place where one of the two has no name.
    pub(super) fn answers<'s>(&'s self, asked: &'s Located<'a>) -> impl Iterator<Item = &'s Annotated<'a>> {
        let requirement = asked.requirement;
        let by_name = requirement.name.as_ref().into_iter().flat_map(|name| self.named(name));
        let urls: &[usize] = if requirement.url.is_some() { &self.with_url } else { &[] };
        let by_place = urls.iter().copied().filter(move |at| {
            let held = self.entries.get(*at).map(|entry| entry.located.requirement);
            held.is_some_and(|held| {
                (requirement.name.is_none() || held.name.is_none()) && requirement.same_url(held) != Tri::No
            })
        });
        by_name.chain(by_place).filter_map(|at| self.entries.get(at))
    }

    /// Whether a tool left `name` out on purpose: the tools' own list of unsafe packages, or a name that the header's
    /// command excludes. `Unknown` where only a comment says so.
    pub(super) fn left_out(&self, name: Option<&PackageName>) -> Tri {
        const UNSAFE: &[&str] = &["pip", "setuptools", "distribute"];
        let Some(name) = name.filter(|name| self.left_out.contains(name)) else { return Tri::No };
        if UNSAFE.contains(&name.as_str()) {
            return Tri::Yes;
        }
        match &self.header {
            None => Tri::Unknown,
            Some(header) if header.is_custom() => Tri::Unknown,
            Some(header) => Tri::from_bool(header.excludes(name)),
        }
    }

    /// Whether a comment says that `name` was left out, for whatever reason.
    pub(super) fn is_left_out(&self, name: &PackageName) -> bool {
        self.left_out.contains(name)
    }

    /// Whether the header's command names `path`.
    pub(super) fn header_names(&self, path: &str) -> bool {
        self.header.as_ref().is_some_and(|header| header.names(path))
    }

    /// Whether the header tells how the lock was made: one of the tools' own commands, from files.
    pub(super) fn tells_inputs(&self) -> bool {
        self.header.as_ref().is_some_and(|header| !header.is_custom() && !header.reads_stdin())
    }

    /// Whether the tool names parents only, so that what has no annotation is asked for directly.
    pub(super) fn names_parents_only(&self) -> bool {
        self.header.as_ref().is_some_and(|header| matches!(header.tool(), Tool::Rye | Tool::UvExport))
    }
}
