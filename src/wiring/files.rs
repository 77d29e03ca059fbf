//! What stands at a place in a hooks directory, looked at without following links by accident; and files written so that
//! at every moment either the old one or the new one is there, whole.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::source::{path_word, printable};

use super::Event;
use super::SharedRepository;

/// A shim is smaller than this by far, paths included; of a larger file the beginning is enough to know it is none.
const READ_AT_MOST: u64 = 64 * 1024;

/// What stands where a hook would.
#[derive(Debug)]
pub(super) enum Found {
    Nothing,
    /// A file, or a link to one.
    Hook(Hook),
    /// A link to nothing: for git, no hook.
    DanglingLink,
    /// A directory, a socket and the like, in words.
    Other(&'static str),
}

#[derive(Debug)]
pub(super) struct Hook {
    /// The content, or of a large file its beginning.
    pub(super) bytes: Vec<u8>,
    pub(super) executable: bool,
    pub(super) link: bool,
}

/// What stands at `path`.
pub(super) fn look(path: &Path) -> io::Result<Found> {
    let itself = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(error),
    };
    let link = itself.is_symlink();
    let target = match fs::metadata(path) {
        Ok(target) => target,
        // Dangling, or a loop of links: git sees no hook either.
        Err(_) if link => return Ok(Found::DanglingLink),
        Err(error) => return Err(error),
    };
    if target.is_dir() {
        return Ok(Found::Other("a directory"));
    }
    if !target.is_file() {
        return Ok(Found::Other("a device, pipe or socket"));
    }
    let mut bytes = Vec::new();
    // A hook may be executable without being readable; then it is just not ours.
    if let Ok(file) = File::open(path) {
        file.take(READ_AT_MOST).read_to_end(&mut bytes)?;
    }
    Ok(Found::Hook(Hook { bytes, executable: is_executable(&target), link }))
}

/// Whether anything at all, a dangling link included, stands at `path`.
pub(super) fn is_taken(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
pub(super) fn is_executable(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o111 != 0
}

/// Git asks nobody there, either.
#[cfg(not(unix))]
pub(super) fn is_executable(_: &Metadata) -> bool {
    true
}

/// Whether both names are one file (or one link): the state between the two halves of moving a hook aside.
#[cfg(unix)]
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (fs::symlink_metadata(one), fs::symlink_metadata(other)) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
pub(super) fn is_same(_: &Path, _: &Path) -> bool {
    false
}

/// What the name of a file starts with that is being written for `event`.
pub(super) fn unfinished_prefix(event: Event) -> String {
    format!("{event}.hook-new-")
}

/// How many random letters and digits end the name of a file that is being written.
const RANDOM: usize = 6;

/// Whether the name is `prefix` with such an end: no file of ours that is being written has another.
pub(super) fn has_random_end(path: &Path, prefix: &str) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    let end = name.strip_prefix(prefix.as_bytes());
    end.is_some_and(|end| end.len() == RANDOM && end.iter().all(u8::is_ascii_alphanumeric))
}

/// Mode bits of a new file before the umask is taken off, which saves asking for it.
pub(super) const EXECUTABLE: u32 = 0o777;
pub(super) const READABLE: u32 = 0o666;

/// A new file in `directory`, gone again unless it is persisted.
pub(super) fn new_file(directory: &Path, prefix: &str, mode: u32) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix).rand_bytes(RANDOM);
    let open = initial_permissions(mode);
    if let Some(permissions) = &open {
        builder.permissions(permissions.clone());
    }
    builder.tempfile_in(directory)
}

/// What stands in `directory`; nothing where it is not there.
pub(super) fn list(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(error),
    };
    entries.map(|entry| Ok(entry?.path())).collect()
}

/// Whether both are there, files and no links, of the same content.
pub(super) fn is_equal(one: &Path, other: &Path) -> io::Result<bool> {
    let (Ok(first), Ok(second)) = (fs::symlink_metadata(one), fs::symlink_metadata(other)) else { return Ok(false) };
    Ok(first.is_file() && second.is_file() && first.len() == second.len() && fs::read(one)? == fs::read(other)?)
}

/// A new executable file beside the hook of `event`, on disk with all of `bytes`, gone again unless it is persisted.
pub(super) fn prepare(directory: &Path, event: Event, bytes: &[u8], mode: Mode) -> io::Result<NamedTempFile> {
    let mut file = new_file(directory, &unfinished_prefix(event), EXECUTABLE)?;
    file.write_all(bytes)?;
    set_mode(file.as_file(), mode)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Which mode a file gets.
#[derive(Clone, Copy)]
pub(super) enum Mode {
    /// Executable for whom the umask and `core.sharedRepository` allow.
    Shim(SharedRepository),
    /// The same for a file that is only read.
    Plain(SharedRepository),
    /// Exactly these bits.
    Exact(u32),
}

#[cfg(unix)]
fn initial_permissions(mode: u32) -> Option<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn initial_permissions(_: u32) -> Option<fs::Permissions> {
    None
}

#[cfg(unix)]
pub(super) fn set_mode(file: &File, mode: Mode) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let now = file.metadata()?.permissions().mode() & 0o7777;
    let wanted = match mode {
        Mode::Shim(shared) => shared.file_mode(now | 0o700),
        Mode::Plain(shared) => shared.file_mode(now),
        Mode::Exact(bits) => bits & 0o7777,
    };
    if wanted == now { Ok(()) } else { file.set_permissions(fs::Permissions::from_mode(wanted)) }
}

#[cfg(not(unix))]
pub(super) fn set_mode(_: &File, _: Mode) -> io::Result<()> {
    Ok(())
}

/// Whether the shim at `path` has the mode that `core.sharedRepository` wants, as it may have been set since.
#[cfg(unix)]
pub(super) fn is_shared(path: &Path, shared: SharedRepository) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    let now = fs::metadata(path)?.permissions().mode() & 0o7777;
    Ok(shared.file_mode(now | 0o700) == now)
}

#[cfg(not(unix))]
pub(super) fn is_shared(_: &Path, _: SharedRepository) -> io::Result<bool> {
    Ok(true)
}

/// The mode of the file at `path`, to give it back later.
#[cfg(unix)]
pub(super) fn mode_of(path: &Path) -> io::Result<Mode> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(Mode::Exact(fs::metadata(path)?.permissions().mode()))
}

#[cfg(not(unix))]
pub(super) fn mode_of(_: &Path) -> io::Result<Mode> {
    Ok(Mode::Shim(SharedRepository::Umask))
}

/// How many directories making `path` makes: itself, and those around it that are not there.
pub(super) fn missing(path: &Path) -> usize {
    path.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).count()
}

/// Removes the directory and so many more around it, as far as they are empty; how many that were.
pub(super) fn remove_directories(path: &Path, most: usize) -> io::Result<usize> {
    let mut removed = 0;
    for path in path.ancestors().take(most) {
        match fs::remove_dir(path) {
            Ok(()) => removed += 1,
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => break,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(removed)
}

/// Makes the directory and its parents, and opens it to whom `core.sharedRepository` names.
pub(super) fn create_directory(path: &Path, shared: SharedRepository) -> io::Result<()> {
    fs::create_dir_all(path)?;
    share_directory(path, shared)
}

#[cfg(unix)]
fn share_directory(path: &Path, shared: SharedRepository) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let now = fs::metadata(path)?.permissions().mode() & 0o7777;
    let wanted = shared.directory_mode(now);
    if wanted == now { Ok(()) } else { fs::set_permissions(path, fs::Permissions::from_mode(wanted)) }
}

#[cfg(not(unix))]
fn share_directory(_: &Path, _: SharedRepository) -> io::Result<()> {
    Ok(())
}

/// Brings a rename to the disk, where the system can; a file system that cannot loses nothing else by it.
pub(super) fn sync_directory(path: &Path) {
    if let Ok(directory) = File::open(path) {
        directory.sync_all().ok();
    }
}

/// A path for people.
pub(super) fn shown(path: &Path) -> String {
    printable(path.as_os_str().as_encoded_bytes())
}

/// A path as one word of a command that people may copy; quoted only where sh needs it.
pub(super) fn command_word(path: &Path) -> String {
    path_word(path.as_os_str().as_encoded_bytes())
}
