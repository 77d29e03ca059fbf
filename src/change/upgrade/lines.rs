//! The lines of a manifest that an upgrade may edit, and why it leaves others alone. Only a sole exact pin on a name that
//! stands once is edited.

use std::collections::{BTreeMap, BTreeSet};

use super::order::Order;
use crate::files::PairFiles;
use crate::package::PackageName;
use crate::requirements::{Located, RequirementKind, Version, located_in};
use crate::source::RepoPath;

/// A requirement of a manifest that is to move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Its file.
    pub(super) path: RepoPath,
    /// Its package.
    pub(super) name: PackageName,
    /// Its pin.
    pub(super) version: Option<Version>,
    /// Whether its version is edited.
    pub(super) fit: Fit,
}

/// Whether a line's version is edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// It is: while the resolver runs it says this instead.
    Loosened(String),
    /// It is not, for this reason.
    Left(&'static str),
}

/// What an upgrade must not edit.
pub(super) struct Fixed<'f> {
    /// Files that are locks.
    pub(super) locks: &'f BTreeSet<RepoPath>,
    /// Lines that this run has edited already.
    pub(super) done: &'f BTreeSet<(RepoPath, PackageName)>,
}

/// The lines of `files` that `order` is about.
pub(super) fn lines(files: &PairFiles, order: &Order, fixed: &Fixed<'_>) -> Vec<Line> {
    // A constraint is there to hold something.
    let ours = |path: &RepoPath, constrains: bool| !constrains && !fixed.locks.contains(path);
    let of_pair = files.manifest.files().filter(|(node, _)| ours(&node.path, node.constrains_only));
    let of_pair: Vec<_> = of_pair.collect();
    let mut counts: BTreeMap<&PackageName, usize> = BTreeMap::new();
    for (_, file) in &of_pair {
        file.requirements().filter_map(|(_, one)| one.name.as_ref()).for_each(|name| {
            *counts.entry(name).or_default() += 1;
        });
    }
    let mut found = Vec::new();
    for (node, file) in &of_pair {
        for located in located_in(file) {
            let Some(name) = &located.requirement.name else { continue };
            let Some(version) = order.wants(name) else { continue };
            if fixed.done.contains(&(node.path.clone(), name.clone())) {
                continue;
            }
            let several = counts.get(name).is_some_and(|&count| count > 1);
            let fit = match obstacle(&located, several, file.is_plain()) {
                Some(why) => Fit::Left(why),
                None => fit(&located, order, version),
            };
            let version = located.requirement.specifiers.exact().cloned();
            found.push(Line { path: node.path.clone(), name: name.clone(), version, fit });
        }
    }
    found
}

fn fit(located: &Located<'_>, order: &Order, wanted: Option<&Version>) -> Fit {
    let now = located.requirement.specifiers.exact();
    match (wanted, now.and_then(|now| order.reach.loosened(now))) {
        (Some(version), _) => Fit::Loosened(format!("=={version}")),
        (None, Some(text)) => Fit::Loosened(text),
        (None, None) => Fit::Left("its version has a local part, which no resolver moves: name the new one"),
    }
}

/// Why a line cannot be edited.
fn obstacle(located: &Located<'_>, several: bool, plain: bool) -> Option<&'static str> {
    let one = located.requirement;
    if one.kind != RequirementKind::Named || one.editable {
        return Some("it is pinned by a URL or a path: edit it by hand");
    }
    if one.specifiers.exact().is_none() {
        return Some("its line is no exact pin: only the lock moves");
    }
    if several {
        return Some("it stands on several lines: edit them by hand");
    }
    if one.version_span.is_none() || one.specifier_span.is_none() {
        return Some("a continuation runs through its version: edit it by hand");
    }
    (!plain).then_some("only UTF-8 files are edited")
}
