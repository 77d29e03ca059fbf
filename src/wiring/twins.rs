//! Hooks that were set aside, compared with the one that stands in their place now: managers write theirs anew, and such a
//! hook must neither run twice nor be kept twice.

use std::path::{Path, PathBuf};

use super::ChainedName;
use super::error::WiringError;
use super::files::{self, Found, is_same};
use super::manager::Manager;

/// A hook that was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Aside {
    pub(super) name: ChainedName,
    pub(super) path: PathBuf,
}

impl Aside {
    pub(super) fn all(directory: &Path, names: &[ChainedName]) -> Vec<Self> {
        names.iter().map(|&name| Self { name, path: directory.join(name.to_string()) }).collect()
    }

    pub(super) fn names(all: &[Self]) -> Vec<ChainedName> {
        all.iter().map(|aside| aside.name).collect()
    }
}

/// The hooks that were set aside, by what they are to the one in their place.
#[derive(Debug, Default)]
pub(super) struct Twins {
    /// The very file: an interrupted run gave it its second name.
    pub(super) same: Option<Aside>,
    /// Equal copies.
    pub(super) equal: Vec<Aside>,
    /// Of the same manager.
    pub(super) older: Vec<Aside>,
    /// Hooks of their own.
    pub(super) others: Vec<Aside>,
}

impl Twins {
    pub(super) fn of(hook: &Path, asides: Vec<Aside>) -> Result<Self, WiringError> {
        let bytes = |path: &Path| -> Result<Vec<u8>, WiringError> {
            match files::look(path).map_err(WiringError::io("look at", path))? {
                Found::Hook(hook) => Ok(hook.bytes),
                _ => Ok(Vec::new()),
            }
        };
        let theirs = bytes(hook)?;
        let mut twins = Self::default();
        for aside in asides {
            if is_same(hook, &aside.path) {
                twins.same = Some(aside);
            } else if files::is_equal(hook, &aside.path).map_err(WiringError::io("read", &aside.path))? {
                twins.equal.push(aside);
            } else if Manager::of(&theirs)
                .is_some_and(|manager| bytes(&aside.path).is_ok_and(|older| Manager::of(&older) == Some(manager)))
            {
                twins.older.push(aside);
            } else {
                twins.others.push(aside);
            }
        }
        Ok(twins)
    }
}
