//! Replacing git's configuration of a clone as git itself does: whole, under `config.lock`, and only if it still is what
//! the plan was made from.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::Event;
use super::config::edit;
use super::error::WiringError;
use super::files::{self, Mode, has_random_end, is_same, mode_of, set_mode, sync_directory};

/// What the name of an unfinished configuration of ours starts with.
const UNFINISHED: &str = "config.hook-new-";

/// The mode before it gets that of the configuration, which may name passwords.
const OWN: u32 = 0o600;

/// The configuration's text; none is an empty one.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, WiringError> {
    match fs::read(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(WiringError::io("read", path)(error)),
    }
}

/// Replaces the configuration at `path`, which is `before`, by `after`.
pub(super) fn replace(path: &Path, before: &[u8], after: &[u8], watch: &mut dyn FnMut()) -> Result<(), WiringError> {
    // As git does, so that a configuration that is a link stays one.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let directory = path.parent().unwrap_or(path);
    let file = write_beside(path, directory, after).map_err(WiringError::io("write beside", path))?;
    watch();
    let lock = Lock::take(path, file.path())?;
    watch();
    if read(path)? != before {
        return Err(WiringError::ConfigChanged { path: path.clone() });
    }
    fs::rename(&lock.path, path).map_err(WiringError::io("replace", path))?;
    lock.done();
    sync_directory(directory);
    Ok(())
}

fn write_beside(path: &Path, directory: &Path, text: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    let mut file = files::new_file(directory, UNFINISHED, OWN)?;
    file.write_all(text)?;
    set_mode(file.as_file(), mode_of(path).unwrap_or(Mode::Exact(0o644)))?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// `config.lock`, gone again when dropped unless it became the configuration.
struct Lock {
    path: PathBuf,
    held: bool,
}

impl Lock {
    /// Gives the whole new text that name, which no two processes can do at once. Killed here, it leaves the name as the
    /// second one of an unfinished text of ours, and that is how it is told from anybody else's.
    fn take(config: &Path, text: &Path) -> Result<Self, WiringError> {
        let path = lock_of(config);
        let made = match fs::hard_link(text, &path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => copy_new(text, &path),
            other => other,
        };
        match made {
            Ok(()) => Ok(Self { path, held: true }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(WiringError::ConfigLocked { path }),
            Err(error) => Err(WiringError::io("write", &path)(error)),
        }
    }

    fn done(mut self) {
        self.held = false;
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if self.held {
            fs::remove_file(&self.path).ok();
        }
    }
}

/// Where the file system has no hard links.
fn copy_new(text: &Path, lock: &Path) -> io::Result<()> {
    let mut file = fs::File::create_new(lock)?;
    file.write_all(&fs::read(text)?)?;
    set_mode(&file, mode_of(text)?)?;
    file.sync_all()
}

fn lock_of(config: &Path) -> PathBuf {
    let mut path = config.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}

/// What killed runs left beside the configuration: texts that were being written, and before them the lock. A text is
/// known for ours if nothing is in it but what the configuration says, and sections of ours.
pub(super) fn leftovers(config: &Path) -> Result<Vec<PathBuf>, WiringError> {
    let directory = config.parent().unwrap_or(config);
    let is_ours = |path: &Path| -> Result<bool, WiringError> {
        let now = edit(&read(config)?, &Event::ALL, &[]);
        let text = read(path)?;
        Ok(now.is_some_and(|now| is_begun(&now, &text)))
    };
    let mut found = Vec::new();
    for path in files::list(directory).map_err(WiringError::io("list", directory))? {
        let is_file = || fs::symlink_metadata(&path).is_ok_and(|found| found.is_file());
        if has_random_end(&path, UNFINISHED) && is_file() && is_ours(&path)? {
            found.push(path);
        }
    }
    let lock = lock_of(config);
    if found.iter().any(|text| is_same(text, &lock)) {
        found.insert(0, lock);
    }
    Ok(found)
}

/// Whether `text` is what `now`, which has no section of ours, becomes with such sections, perhaps cut short anywhere.
fn is_begun(now: &[u8], text: &[u8]) -> bool {
    let mut whole = text;
    for _ in 0..MOST_LINES {
        let cut = text.get(whole.len()..).unwrap_or_default();
        if let Some(theirs) = edit(whole, &Event::ALL, &[]) {
            // One newline at the end may be ours.
            let fits = now.starts_with(&theirs) || theirs.strip_suffix(b"\n").is_some_and(|theirs| theirs == now);
            let goes_on = now.get(theirs.len()..).is_some_and(|rest| rest.starts_with(cut));
            let in_ours = theirs.len() != whole.len() || cut.starts_with(HEADER) || HEADER.starts_with(cut);
            return fits && (goes_on || in_ours);
        }
        // Up to the last line that makes sense.
        let line = whole.strip_suffix(b"\n").unwrap_or(whole);
        whole = whole.get(..line.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1)).unwrap_or_default();
    }
    false
}

/// What every section of ours begins with.
const HEADER: &[u8] = b"[hook \"hook-pre-";
/// No value goes over more lines than this.
const MOST_LINES: usize = 100;
