//! Where the repository is: as a hook finds it (GIT_DIR and its companions, gitrepository-layout(5)) and as a person in
//! a subdirectory does (discovery). The rules are those of git's setup.c; only the keys that setup.c itself reads are
//! taken from the configuration here.

use std::fs;
use std::path::{Path, PathBuf};

use super::World;
use super::binary::show_path;
use super::settings::{Settings, is_false};

/// Everything later reading needs, as absolute paths.
#[derive(Clone)]
pub(super) struct Layout {
    /// This work tree's own git directory: HEAD, index, MERGE_HEAD.
    pub(super) git_dir: PathBuf,
    /// The directory shared by linked work trees: refs, objects, config.
    pub(super) common_dir: PathBuf,
    pub(super) work_dir: Option<PathBuf>,
    /// The caller's directory below the top: bytes as of `RepoPath::parent`.
    pub(super) prefix: Vec<u8>,
    pub(super) index: PathBuf,
    /// The main store first, then those of GIT_ALTERNATE_OBJECT_DIRECTORIES.
    pub(super) objects: Vec<PathBuf>,
    pub(super) hash: gix::hash::Kind,
    pub(super) ref_storage: RefStorage,
    /// `core.fileMode`: whether the executable bit on disk means anything.
    pub(super) file_mode: bool,
    /// How `.gitattributes` compares paths.
    pub(super) case: gix::glob::pattern::Case,
    /// The remotes that the repository's own configuration names; other scopes may name more.
    pub(super) remotes: Vec<Vec<u8>>,
}

/// Who can read the refs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefStorage {
    /// Loose files and packed-refs.
    Files,
    /// Reftable or anything newer (or HEAD as a link): only the git binary. gix answers "no such ref" there, which would fail open.
    Other,
}

/// Why there is no repository to judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenError {
    /// Neither the working directory nor any directory above it belongs to one.
    NotARepository {
        /// Where the search began.
        from: PathBuf,
    },
    /// GIT_DIR or a `.git` file names something that is no git directory.
    NotAGitDirectory {
        /// What names it: `GIT_DIR`, or the path of the `.git` file.
        named_by: String,
        /// What it names.
        path: PathBuf,
    },
    /// A file of the git directory could not be read or parsed.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A repository format that this program does not know.
    UnsupportedFormat {
        /// The configuration key and its value.
        setting: String,
    },
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotARepository { from } => {
                write!(f, "neither {} nor a directory above it is a git repository", show_path(from))
            }
            Self::NotAGitDirectory { named_by, path } => {
                write!(f, "{named_by} names {}, which is not a git directory", show_path(path))
            }
            Self::Unreadable { path, reason } => write!(f, "cannot read {}: {reason}", show_path(path)),
            Self::UnsupportedFormat { setting } => {
                write!(f, "this repository has {setting}, which this version cannot read")
            }
        }
    }
}

impl std::error::Error for OpenError {}

impl OpenError {
    /// The next step, as a sentence with a command.
    pub fn help(&self) -> String {
        match self {
            Self::NotARepository { .. } => "go to a repository, or name one: `hook -C DIR ...`".to_owned(),
            Self::NotAGitDirectory { named_by, .. } if named_by == "GIT_DIR" => {
                "`unset GIT_DIR`, or set it to what `git rev-parse --absolute-git-dir` prints there".to_owned()
            }
            Self::NotAGitDirectory { .. } => {
                "`git worktree repair` mends a moved work tree, `git submodule update --init` a submodule".to_owned()
            }
            Self::Unreadable { .. } => {
                "`git status` must work here first; it names the line or the permission".to_owned()
            }
            Self::UnsupportedFormat { .. } => "upgrade freeze-guard, and see `git config --local --list`".to_owned(),
        }
    }
}

/// A git directory, and the work tree it suggests by where it was found; both without symbolic links in them.
struct Found {
    git_dir: PathBuf,
    suggested: Option<PathBuf>,
}

impl Layout {
    /// Finds the repository of `world`.
    pub(super) fn find(world: &World) -> Result<Self, OpenError> {
        let cwd = real(&world.cwd);
        let found = match world.path("GIT_DIR") {
            Some(path) => explicit(world, &cwd, &path)?,
            None => discover(world, &cwd)?,
        };
        let git_dir = found.git_dir;
        let common_dir = common_dir(world, &git_dir)?;
        let settings = Settings::read(&git_dir, &common_dir)?;
        let work_dir = work_dir(world, &git_dir, &settings, found.suggested);
        let top = work_dir.as_deref().filter(|top| cwd.starts_with(top));
        // git goes to the top before it reads a relative GIT_INDEX_FILE.
        let index = match world.var("GIT_INDEX_FILE") {
            Some(path) => top.unwrap_or(&cwd).join(path),
            None => git_dir.join("index"),
        };
        Ok(Self {
            prefix: prefix(world, &cwd, top),
            index,
            objects: object_directories(world, &common_dir),
            hash: settings.hash,
            ref_storage: settings.ref_storage(world, &git_dir),
            file_mode: settings.file_mode,
            case: settings.case,
            remotes: settings.remotes,
            git_dir,
            common_dir,
            work_dir,
        })
    }
}

/// GIT_DIR is set: the work tree is the working directory unless something else is said.
fn explicit(world: &World, cwd: &Path, path: &Path) -> Result<Found, OpenError> {
    let bad = |path: PathBuf| OpenError::NotAGitDirectory { named_by: "GIT_DIR".to_owned(), path };
    let git_dir = if path.is_file() { read_git_file(path)? } else { path.to_owned() };
    if !looks_like_git_dir(world, &git_dir) {
        return Err(bad(path.to_owned()));
    }
    let implicit = world.var("GIT_IMPLICIT_WORK_TREE").is_none_or(|value| !is_false(value.as_encoded_bytes()));
    // A server's hook runs inside the git directory with GIT_DIR=. and has no files to show.
    let git_dir = real(&git_dir);
    let suggested = (implicit && !cwd.starts_with(&git_dir)).then(|| cwd.to_owned());
    Ok(Found { git_dir, suggested })
}

/// The nearest `.git` or bare repository from `cwd`, which has no symbolic links in it, upwards, up to a ceiling or the edge of the file system.
fn discover(world: &World, cwd: &Path) -> Result<Found, OpenError> {
    let ceilings: Vec<PathBuf> = world
        .var("GIT_CEILING_DIRECTORIES")
        .map(|list| std::env::split_paths(list).filter(|path| path.is_absolute()).map(|path| real(&path)).collect())
        .unwrap_or_default();
    let device = device(cwd);
    for directory in cwd.ancestors() {
        let beyond = directory != cwd
            && (ceilings.iter().any(|ceiling| ceiling == directory) || device_changes(world, device, directory));
        if beyond {
            break;
        }
        let dot_git = directory.join(".git");
        let suggested = Some(directory.to_owned());
        if dot_git.is_file() {
            let git_dir = read_git_file(&dot_git)?;
            if !looks_like_git_dir(world, &git_dir) {
                return Err(OpenError::NotAGitDirectory { named_by: show_path(&dot_git), path: git_dir });
            }
            return Ok(Found { git_dir: real(&git_dir), suggested });
        }
        if looks_like_git_dir(world, &dot_git) {
            let git_dir = if dot_git.is_symlink() { real(&dot_git) } else { dot_git };
            return Ok(Found { git_dir, suggested });
        }
        if looks_like_git_dir(world, directory) {
            return Ok(Found { git_dir: directory.to_owned(), suggested: None });
        }
    }
    Err(OpenError::NotARepository { from: cwd.to_owned() })
}

#[cfg(unix)]
fn device(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    path.metadata().ok().map(|data| data.dev())
}

#[cfg(not(unix))]
fn device(_: &Path) -> Option<u64> {
    None
}

fn device_changes(world: &World, start: Option<u64>, directory: &Path) -> bool {
    let across = world.var("GIT_DISCOVERY_ACROSS_FILESYSTEM").is_some_and(|value| !is_false(value.as_encoded_bytes()));
    !across && device(directory) != start
}

/// The path in a `gitdir: PATH` file, which linked work trees and submodules have in place of a `.git` directory.
fn read_git_file(file: &Path) -> Result<PathBuf, OpenError> {
    let unreadable = |reason: String| OpenError::Unreadable { path: file.to_owned(), reason };
    let content = fs::read(file).map_err(|error| unreadable(error.to_string()))?;
    let target = content
        .strip_prefix(b"gitdir: ")
        .map(trim_line_end)
        .filter(|target| !target.is_empty())
        .ok_or_else(|| unreadable("expected one line, `gitdir: PATH`".to_owned()))?;
    Ok(beside(file, target))
}

/// `target`, a path in git's spelling, as seen from the directory of `file`.
fn beside(file: &Path, target: &[u8]) -> PathBuf {
    let target = gix::path::from_byte_slice(target).unwrap_or(Path::new(""));
    file.parent().unwrap_or(Path::new("")).join(target)
}

fn trim_line_end(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r')).map_or(0, |last| last + 1);
    &line[..end]
}

/// What git asks of a git directory: HEAD, and objects and refs in the common one.
fn looks_like_git_dir(world: &World, path: &Path) -> bool {
    let Ok(common) = common_dir(world, path) else { return false };
    let objects = world.path("GIT_OBJECT_DIRECTORY").unwrap_or_else(|| common.join("objects"));
    fs::symlink_metadata(path.join("HEAD")).is_ok() && objects.is_dir() && common.join("refs").is_dir()
}

fn common_dir(world: &World, git_dir: &Path) -> Result<PathBuf, OpenError> {
    if let Some(path) = world.path("GIT_COMMON_DIR") {
        return Ok(real(&path));
    }
    let file = git_dir.join("commondir");
    match fs::read(&file) {
        Ok(content) => Ok(real(&beside(&file, trim_line_end(&content)))),
        Err(error) if is_absent(&error) => Ok(git_dir.to_owned()),
        Err(error) => Err(OpenError::Unreadable { path: file, reason: error.to_string() }),
    }
}

/// The order of git's setup.c: GIT_WORK_TREE, bare, core.worktree, then where the git directory was found.
fn work_dir(world: &World, git_dir: &Path, settings: &Settings, suggested: Option<PathBuf>) -> Option<PathBuf> {
    let configured = || settings.work_tree.as_ref().map(|path| real(&git_dir.join(path)));
    match world.path("GIT_WORK_TREE") {
        Some(path) => Some(real(&path)),
        None if settings.bare => None,
        None => configured().or(suggested),
    }
}

fn prefix(world: &World, cwd: &Path, top: Option<&Path>) -> Vec<u8> {
    let Some(below) = top.and_then(|top| cwd.strip_prefix(top).ok()) else { return Vec::new() };
    let below = gix::path::into_bstr(below).map(|bytes| gix::path::to_unix_separators_on_windows(bytes).into_owned());
    let below: Vec<u8> = below.map(Into::into).unwrap_or_default();
    // git itself goes to the top before a hook or an alias runs, and says where the caller was.
    match world.var("GIT_PREFIX") {
        Some(given) if below.is_empty() => {
            let given = given.as_encoded_bytes();
            given.strip_suffix(b"/").unwrap_or(given).to_vec()
        }
        _ => below,
    }
}

fn object_directories(world: &World, common_dir: &Path) -> Vec<PathBuf> {
    let main = world.path("GIT_OBJECT_DIRECTORY").unwrap_or_else(|| common_dir.join("objects"));
    let mut directories = vec![main];
    let Some(list) = world.var("GIT_ALTERNATE_OBJECT_DIRECTORIES") else { return directories };
    let separator = if cfg!(windows) { b';' } else { b':' };
    let mut rest = list.as_encoded_bytes();
    while !rest.is_empty() {
        // An entry that begins with a quote is quoted as C strings are, and may hold the separator.
        let quoted = rest.starts_with(b"\"").then(|| gix::quote::ansi_c::undo(rest.into()).ok()).flatten();
        let (entry, used) = match quoted {
            Some((entry, used)) => (entry.into_owned().into(), used),
            None => {
                let end = rest.iter().position(|&byte| byte == separator).unwrap_or(rest.len());
                (rest[..end].to_vec(), end)
            }
        };
        if let Ok(path) = gix::path::from_byte_slice(&entry).map(|path| world.cwd.join(path))
            && !entry.is_empty()
        {
            directories.push(path);
        }
        rest = rest.get(used..).unwrap_or_default();
        rest = rest.strip_prefix(&[separator]).unwrap_or(rest);
    }
    directories
}

/// Nothing at that path, whatever stands above it.
pub(super) fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}

/// Symbolic links resolved where the path exists.
fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
