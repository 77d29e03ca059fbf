//! What says that a sandbox is there: a file in the git directory that names it and is locked as long as its process
//! lives. The system lets go of the lock however that process ends, so a marker without a lock is a killed run's.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use fs4::{FileExt, TryLockError};
use serde::{Deserialize, Serialize};

use crate::change::child::Stop;
use crate::change::halt::{Halt, go_on};
use crate::change::write::native;
use crate::source::{Id, printable};

/// The directory of the markers, below the git directory that work trees share.
const PLACE: &str = "freeze-guard-sandboxes";
/// The file that is locked while markers are looked through and numbers given.
const DOOR: &str = "door";

/// Between two looks at a door that is held.
const PAUSE: Duration = Duration::from_millis(20);

/// A sandbox, as its marker names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Noted {
    /// The top of its work tree.
    pub(super) top: PathBuf,
    /// Its branch, without `refs/heads/`.
    pub(super) branch: Option<String>,
    /// The commit that it began at.
    pub(super) base: Id,
}

/// A marker's content.
#[derive(Serialize, Deserialize)]
struct Content {
    /// Bytes of the path: it need not be text.
    top: Vec<u8>,
    branch: Option<String>,
    base: String,
}

/// One process at a time: who holds it may look at markers and make one.
pub(super) struct Door {
    place: PathBuf,
    _held: File,
}

/// The marker of a sandbox of this process.
pub(super) struct Marker {
    path: PathBuf,
    _held: File,
}

/// The marker of a process that is no more.
pub(super) struct Left {
    path: PathBuf,
    /// What it names; `None` where it was killed before that was written.
    pub(super) noted: Option<Noted>,
    _held: File,
}

impl Door {
    /// Waits until nobody else holds it.
    pub(super) fn open(common: &Path, stop: &Stop) -> Result<Self, Halt> {
        let place = common.join(PLACE);
        let open = || {
            fs::create_dir_all(&place)?;
            File::options().create(true).append(true).open(place.join(DOOR))
        };
        let held = open().map_err(|error| unwritable(&place, &error))?;
        // A system call that waits would not hear a signal.
        loop {
            match FileExt::try_lock(&held) {
                Ok(()) => return Ok(Self { place, _held: held }),
                Err(TryLockError::WouldBlock) => go_on(stop)?,
                Err(TryLockError::Error(error)) => return Err(unwritable(&place, &error)),
            }
            thread::sleep(PAUSE);
        }
    }

    /// The markers whose processes are gone.
    pub(super) fn leftovers(&self) -> Vec<Left> {
        let entries = fs::read_dir(&self.place).into_iter().flatten().flatten();
        entries.filter(|entry| entry.file_name() != DOOR).filter_map(|entry| left(entry.path())).collect()
    }

    /// A marker for `noted`.
    pub(super) fn mark(&self, noted: &Noted) -> Result<Marker, Halt> {
        let write = || {
            let mut file = tempfile::Builder::new().prefix("at-").tempfile_in(&self.place)?;
            FileExt::lock(file.as_file())?;
            let content = Content {
                top: noted.top.as_os_str().as_encoded_bytes().to_vec(),
                branch: noted.branch.clone(),
                base: noted.base.to_string(),
            };
            file.write_all(&serde_json::to_vec(&content)?)?;
            file.as_file().sync_all()?;
            Ok(file.keep()?)
        };
        let (held, path) = write().map_err(|error| unwritable(&self.place, &error))?;
        Ok(Marker { path, _held: held })
    }
}

impl Marker {
    /// The sandbox is gone.
    pub(super) fn forget(self) {
        drop(fs::remove_file(&self.path));
    }
}

impl Left {
    /// What it left, for a person.
    pub(super) fn show(&self) -> String {
        match &self.noted {
            Some(Noted { branch: Some(branch), .. }) => printable(branch.as_bytes()),
            Some(noted) => printable(noted.top.as_os_str().as_encoded_bytes()),
            None => "a marker".to_owned(),
        }
    }

    /// What it left is gone.
    pub(super) fn forget(self) {
        drop(fs::remove_file(&self.path));
    }
}

fn left(path: PathBuf) -> Option<Left> {
    let mut held = File::options().read(true).write(true).open(&path).ok()?;
    FileExt::try_lock(&held).ok()?;
    let mut bytes = Vec::new();
    held.read_to_end(&mut bytes).ok()?;
    Some(Left { noted: read(&bytes), path, _held: held })
}

fn read(bytes: &[u8]) -> Option<Noted> {
    let Content { top, branch, base } = serde_json::from_slice(bytes).ok()?;
    Some(Noted { top: PathBuf::from(native(&top)?), branch, base: Id::from_hex(base.as_bytes())? })
}

fn unwritable(place: &Path, error: &io::Error) -> Halt {
    Halt::cannot(
        format!("{} cannot be written: {error}", printable(place.as_os_str().as_encoded_bytes())),
        "see who may write there with `ls -ld`, then run the command again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_without_its_process_is_a_leftover() {
        let dir = tempfile::tempdir().unwrap();
        let noted = Noted {
            top: dir.path().join("x"),
            branch: Some("auto/x".to_owned()),
            base: Id::from_hex(&[b'1'; 40]).unwrap(),
        };
        let marker = Door::open(dir.path(), &Stop::default()).unwrap().mark(&noted).unwrap();
        assert!(Door::open(dir.path(), &Stop::default()).unwrap().leftovers().is_empty());
        // Its file alone stays, as after SIGKILL.
        drop(marker);
        fs::write(dir.path().join(PLACE).join("at-torn"), "{").unwrap();
        let mut found: Vec<_> = Door::open(dir.path(), &Stop::default()).unwrap().leftovers();
        found.sort_by_key(|left| left.noted.is_none());
        assert_eq!(found.iter().map(|left| left.noted.clone()).collect::<Vec<_>>(), [Some(noted), None]);
        found.into_iter().for_each(Left::forget);
        assert!(Door::open(dir.path(), &Stop::default()).unwrap().leftovers().is_empty());
    }
}
