//! The keys of the repository's own configuration that decide how it is read. Includes are not followed: git does not
//! follow them for these keys either.

use std::fs;
use std::path::{Path, PathBuf};

use gix::glob::pattern::Case;

use super::World;
use super::open::{OpenError, RefStorage, is_absent};
use crate::source::{printable, printable_text};

/// What the configuration says of the repository itself.
pub(super) struct Settings {
    pub(super) hash: gix::hash::Kind,
    ref_storage: Option<Vec<u8>>,
    pub(super) bare: bool,
    pub(super) work_tree: Option<PathBuf>,
    pub(super) file_mode: bool,
    pub(super) case: Case,
    /// The remotes that this file alone configures; there may be more elsewhere.
    pub(super) remotes: Vec<Vec<u8>>,
}

impl Settings {
    pub(super) fn read(git_dir: &Path, common_dir: &Path) -> Result<Self, OpenError> {
        let common = read_config(&common_dir.join("config"))?;
        let version = value(&common, "core.repositoryformatversion").unwrap_or_else(|| b"0".to_vec());
        if !matches!(version.trim_ascii(), b"0" | b"1") {
            return Err(unsupported("core.repositoryFormatVersion", &version));
        }
        let hash = match value(&common, "extensions.objectformat").map(|format| format.to_ascii_lowercase()) {
            None => gix::hash::Kind::Sha1,
            Some(format) if format == b"sha1" => gix::hash::Kind::Sha1,
            Some(format) if format == b"sha256" => gix::hash::Kind::Sha256,
            Some(format) => return Err(unsupported("extensions.objectFormat", &format)),
        };
        let per_work_tree = is_set(&common, "extensions.worktreeconfig")
            .then(|| read_config(&git_dir.join("config.worktree")))
            .transpose()?;
        // Without a configuration per work tree, bare and worktree of the common one speak of the main work tree only.
        let main = git_dir == common_dir || per_work_tree.is_some();
        let own = |key: &str| {
            let special = per_work_tree.as_ref().and_then(|config| value(config, key));
            special.or_else(|| main.then(|| value(&common, key)).flatten())
        };
        let work_tree =
            own("core.worktree").and_then(|path| gix::path::from_byte_slice(&path).ok().map(Path::to_owned));
        Ok(Self {
            hash,
            ref_storage: value(&common, "extensions.refstorage"),
            bare: own("core.bare").is_some_and(|bare| !is_false(&bare)),
            work_tree,
            file_mode: value(&common, "core.filemode").is_none_or(|mode| !is_false(&mode)),
            case: if is_set(&common, "core.ignorecase") { Case::Fold } else { Case::Sensitive },
            remotes: remotes(&common),
        })
    }

    /// Who can read the refs of the work tree at `git_dir`.
    pub(super) fn ref_storage(&self, world: &World, git_dir: &Path) -> RefStorage {
        let backend = world.var("GIT_REFERENCE_BACKEND").map(|value| value.as_encoded_bytes());
        // With core.preferSymlinkRefs HEAD is a link, and reading through it would lose the branch's name.
        let linked_head = fs::symlink_metadata(git_dir.join("HEAD")).is_ok_and(|data| data.is_symlink());
        match backend.or(self.ref_storage.as_deref()) {
            None | Some(b"files") if !linked_head => RefStorage::Files,
            None | Some(_) => RefStorage::Other,
        }
    }
}

fn unsupported(key: &str, value: &[u8]) -> OpenError {
    OpenError::UnsupportedFormat { setting: format!("{key} = {}", printable(value)) }
}

fn read_config(path: &Path) -> Result<gix::config::File, OpenError> {
    let meta = gix::config::file::Metadata::from(gix::config::Source::Local);
    let unreadable = |reason: String| OpenError::Unreadable { path: path.to_owned(), reason };
    let content = match fs::read(path) {
        Ok(content) => content,
        Err(error) if is_absent(&error) => return Ok(gix::config::File::new(meta)),
        Err(error) => return Err(unreadable(error.to_string())),
    };
    gix::config::File::from_bytes_no_includes(&content, meta, gix::config::file::init::Options::default())
        .map_err(|error| unreadable(printable_text(format!("{error:#}").lines().next().unwrap_or_default())))
}

/// The names of the remotes that have an address.
fn remotes(config: &gix::config::File) -> Vec<Vec<u8>> {
    let sections = config.sections_by_name("remote").into_iter().flatten();
    let with_address =
        sections.filter(|section| section.contains_value_name("url") || section.contains_value_name("pushurl"));
    with_address.filter_map(|section| Some(section.header().subsection_name()?.to_vec())).collect()
}

/// The last value of `key`; a key without a value is `true`.
fn value(config: &gix::config::File, key: &str) -> Option<Vec<u8>> {
    config.string_implicit(key).map(|value| value.map_or_else(|| b"true".to_vec(), Into::into))
}

fn is_set(config: &gix::config::File, key: &str) -> bool {
    value(config, key).is_some_and(|value| !is_false(&value))
}

/// git's spellings of false.
pub(super) fn is_false(value: &[u8]) -> bool {
    matches!(value.to_ascii_lowercase().as_slice(), b"" | b"0" | b"false" | b"no" | b"off")
}
