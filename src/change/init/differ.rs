//! How a policy that stands differs from what was found: pair by pair, and by the kind that decides over each.

use super::scene::Scene;
use super::{Found, Layout, name};
use crate::policy::{Kind, Pair, Policy};
use crate::rules::JudgedAs;
use crate::scope::pairs;
use crate::source::{Mode, ReadError, RepoPath};

/// How a policy that stands differs from what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// It does not govern this pair: manifest, lock, kind.
    Missing(RepoPath, RepoPath, &'static str),
    /// It governs this pair, which was not recognised.
    Extra(RepoPath, RepoPath, &'static str),
    /// It governs this pair as the first kind, and the second was recognised.
    Kind(RepoPath, &'static str, &'static str),
}

/// The kind that decides over `pair`, by its word or by its lock.
pub(super) fn kind_of(scene: &Scene<'_>, pair: &Pair) -> Result<&'static str, ReadError> {
    let lock = scene.tree.lookup(std::slice::from_ref(&pair.lock))?.into_iter().next().flatten();
    let file = match lock {
        Some(object) if scene.file(&pair.lock).is_none() && matches!(object.mode, Mode::File | Mode::Executable) => {
            Some(scene.cache.file(scene.tree, &pair.lock, &object.id)?)
        }
        _ => None,
    };
    let file = scene.file(&pair.lock).or(file.as_deref());
    Ok(match (file, pair.kind) {
        (Some(file), _) => JudgedAs::of(pair, file).name(),
        (None, Kind::Auto) if name::part(&pair.manifest) == name::Part::Source => "compiled",
        (None, Kind::Auto | Kind::Mirror) => "mirror",
        (None, Kind::Compiled) => "compiled",
        (None, Kind::Freeze) => "freeze",
    })
}

/// How `policy` differs from `layout`.
pub(super) fn differences(scene: &Scene<'_>, layout: &Layout, policy: &Policy) -> Result<Vec<Difference>, ReadError> {
    let governed = pairs(scene.tree, policy)?;
    let mut differences = Vec::new();
    for found in &layout.pairs {
        let same = |pair: &&Pair| pair.manifest == found.manifest && pair.lock == found.lock;
        let kind = found.kind_name();
        match governed.iter().find(same) {
            None => differences.push(Difference::Missing(found.manifest.clone(), found.lock.clone(), kind)),
            Some(pair) => {
                let stands = kind_of(scene, pair)?;
                if stands != kind {
                    differences.push(Difference::Kind(found.manifest.clone(), stands, kind));
                }
            }
        }
    }
    for pair in &governed {
        let same = |found: &Found| pair.manifest == found.manifest && pair.lock == found.lock;
        if !layout.pairs.iter().any(same) {
            let kind = kind_of(scene, pair)?;
            differences.push(Difference::Extra(pair.manifest.clone(), pair.lock.clone(), kind));
        }
    }
    Ok(differences)
}
