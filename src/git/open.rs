//! Finding and opening the repository: as a hook is started in it, or as a person stands in it.

use std::path::{Path, PathBuf};

use super::binary::os_str;
use super::{Repository, World};
use crate::source::printable;

/// Why there is no repository to work with.
#[derive(Debug)]
pub enum OpenError {
    /// Neither here nor above.
    NotARepository {
        /// Where the search began.
        start: PathBuf,
    },
    /// GIT_DIR names none.
    BadGitDir {
        /// Its value.
        git_dir: PathBuf,
        /// What the reader says.
        reason: String,
    },
    /// GIT_COMMON_DIR points elsewhere than the repository's own files.
    CommonDir,
    /// It is there and cannot be read.
    Unreadable {
        /// The git directory.
        git_dir: PathBuf,
        /// What the reader says.
        reason: String,
    },
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotARepository { start } => write!(f, "{} is in no git repository", shown(start)),
            Self::BadGitDir { git_dir, reason } => {
                write!(f, "GIT_DIR is {}, which is no git directory: {reason}", shown(git_dir))
            }
            Self::CommonDir => f.write_str("GIT_COMMON_DIR is set and differs from the repository's own"),
            Self::Unreadable { git_dir, reason } => {
                write!(f, "the repository in {} cannot be read: {reason}", shown(git_dir))
            }
        }
    }
}

impl std::error::Error for OpenError {}

impl OpenError {
    /// The next step.
    pub fn help(&self) -> String {
        match self {
            Self::NotARepository { .. } => {
                "change into one, name one with `hook -C DIR`, or make one with `git init`".to_owned()
            }
            Self::BadGitDir { .. } => "correct or unset GIT_DIR: `unset GIT_DIR`".to_owned(),
            Self::CommonDir => "unset it: `unset GIT_COMMON_DIR`".to_owned(),
            Self::Unreadable { .. } => "see what git says: `git status`, `git fsck`".to_owned(),
        }
    }
}

fn shown(path: &Path) -> String {
    printable(path.as_os_str().as_encoded_bytes())
}

impl Repository {
    /// Opens the repository that `world` is in: the one of GIT_DIR, as git starts a hook, else the nearest at or above
    /// the working directory.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(world: &World) -> Result<Self, OpenError> {
        let git_dir = match set(world, "GIT_DIR") {
            Some(value) => given(world, &value)?,
            None => discover(world)?,
        };
        let options = gix::open::Options::isolated()
            .open_path_as_is(true)
            .bail_if_untrusted(false)
            .with(gix::sec::Trust::Full)
            .config_overrides(["core.useReplaceRefs=false", "gitoxide.objects.noReplace=true"]);
        let unreadable = |error: &dyn std::fmt::Display| OpenError::Unreadable {
            git_dir: git_dir.clone(),
            reason: printable(one_line(&error.to_string()).as_bytes()),
        };
        let mut repo: gix::Repository = options.open(&git_dir).map_err(|error| unreadable(&error))?.to_thread_local();
        repo.clear_namespace();
        place_work_tree(&mut repo, world).map_err(|error| unreadable(&error))?;
        if let Some(common) = set(world, "GIT_COMMON_DIR") {
            let same = |path: &Path| path.canonicalize().ok();
            if same(&world.cwd.join(common)) != same(repo.common_dir()) {
                return Err(OpenError::CommonDir);
            }
        }
        let top = repo.workdir().map(Path::to_path_buf);
        let index_file = match set(world, "GIT_INDEX_FILE") {
            // git moves to the top of the work tree before it opens a relative one.
            Some(value) => top.as_deref().unwrap_or(&world.cwd).join(value),
            None => repo.git_dir().join("index"),
        };
        let prefix = prefix(world, top.as_deref());
        let backend = repo.config_snapshot().string("extensions.refStorage").map(|value| value.to_string());
        let refs_are_files = backend.is_none_or(|value| value.eq_ignore_ascii_case("files"))
            && set(world, "GIT_REFERENCE_BACKEND").is_none();
        Ok(Self { repo, world: world.clone(), index_file, prefix, refs_are_files })
    }
}

/// The variable's value, where it is set and not empty.
fn set(world: &World, name: &str) -> Option<PathBuf> {
    world.var(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn given(world: &World, value: &Path) -> Result<PathBuf, OpenError> {
    let bad = |reason: String| OpenError::BadGitDir { git_dir: value.to_path_buf(), reason };
    let path = world.cwd.join(value).canonicalize().map_err(|error| bad(error.to_string()))?;
    // GIT_DIR may name a file that points on, as a submodule's or a worktree's `.git` does.
    if path.is_file() {
        return gix::discover::path::from_gitdir_file(&path).map_err(|error| bad(one_line(&error.to_string())));
    }
    if !path.join("HEAD").exists() && !path.join("HEAD").is_symlink() {
        return Err(bad("it has no HEAD".to_owned()));
    }
    Ok(path)
}

fn discover(world: &World) -> Result<PathBuf, OpenError> {
    let not_here = || OpenError::NotARepository { start: world.cwd.clone() };
    let separator = if cfg!(windows) { b';' } else { b':' };
    let ceilings = world.var("GIT_CEILING_DIRECTORIES").map(|list| {
        let list = list.as_encoded_bytes().split(|&byte| byte == separator);
        list.filter(|one| !one.is_empty()).map(|one| PathBuf::from(os_str(one))).collect()
    });
    let options = gix::discover::upwards::Options {
        ceiling_dirs: ceilings.unwrap_or_default(),
        match_ceiling_dir_or_error: false,
        cross_fs: world.var("GIT_DISCOVERY_ACROSS_FILESYSTEM").is_some(),
        ..Default::default()
    };
    let (path, _) = gix::discover::upwards_opts(&world.cwd, options).map_err(|_| not_here())?;
    let (git_dir, _) = path.into_repository_and_work_tree_directories();
    git_dir.canonicalize().map_err(|_| not_here())
}

/// git starts a hook at the top of the work tree, whatever the git directory is called and wherever it lies.
fn place_work_tree(repo: &mut gix::Repository, world: &World) -> gix::Result<()> {
    if set(world, "GIT_DIR").is_none() && repo.workdir().is_some() {
        return Ok(());
    }
    let config = repo.config_snapshot();
    let bare = config.boolean("core.bare").unwrap_or(false);
    let configured = config.string("core.worktree").is_some();
    let implicit = world.var("GIT_IMPLICIT_WORK_TREE").is_none_or(|value| value != "0");
    let work_tree = match set(world, "GIT_WORK_TREE") {
        Some(value) => Some(world.cwd.join(value)),
        None if configured => return Ok(()),
        None if set(world, "GIT_DIR").is_some() && !bare && implicit => Some(world.cwd.clone()),
        None => return Ok(()),
    };
    let work_tree = work_tree.map(|path| path.canonicalize().unwrap_or(path));
    repo.set_workdir(work_tree)?;
    Ok(())
}

/// Where the caller stands, relative to the top: GIT_PREFIX in a hook, else by comparing directories.
fn prefix(world: &World, top: Option<&Path>) -> Vec<u8> {
    if let Some(prefix) = world.var("GIT_PREFIX") {
        return trimmed(prefix.as_encoded_bytes());
    }
    let (Some(top), Ok(cwd)) = (top.and_then(|top| top.canonicalize().ok()), world.cwd.canonicalize()) else {
        return Vec::new();
    };
    let Ok(relative) = cwd.strip_prefix(top) else { return Vec::new() };
    let bytes = relative.as_os_str().as_encoded_bytes();
    if cfg!(windows) {
        bytes.iter().map(|&byte| if byte == b'\\' { b'/' } else { byte }).collect()
    } else {
        bytes.to_vec()
    }
}

fn trimmed(prefix: &[u8]) -> Vec<u8> {
    prefix.strip_suffix(b"/").unwrap_or(prefix).to_vec()
}

/// Library errors may span lines; a message is one.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
