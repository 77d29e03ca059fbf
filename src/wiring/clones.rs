//! The list of clones that a user has wired, in a file of the user's data directory. It is a convenience: a hook never
//! reads it, and a list that cannot be read or written is told and is no error.
//!
//! The file is a journal: each entry stands between NUL bytes, an absolute path for a clone that was wired, the same
//! after a minus sign for one that was unwired. A change appends one entry in one write, so that installs in many clones
//! at once lose nothing and wait for nobody, and one that is killed harms no entry but its own.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// A longer file is no list of ours: at 200 bytes an entry it would be of 80,000 installs.
const MOST_BYTES: u64 = 16 << 20;
const REMOVED: u8 = b'-';

/// The list, and where it is kept.
#[derive(Clone, Debug)]
pub struct Clones {
    file: PathBuf,
    paths: BTreeSet<Vec<u8>>,
    /// Entries that name no clone.
    rubbish: BTreeSet<Vec<u8>>,
    /// What `save` has to append.
    journal: Vec<u8>,
}

impl Clones {
    /// Reads the list at `file`; no file is an empty list.
    ///
    /// # Errors
    /// When the file is there and cannot be read, or is no list.
    pub fn load(file: PathBuf) -> io::Result<Self> {
        let (mut paths, mut rubbish) = (BTreeSet::new(), BTreeSet::new());
        for entry in read(&file)?.split(|&byte| byte == 0).filter(|entry| !entry.is_empty()) {
            match entry.strip_prefix(&[REMOVED]) {
                Some(entry) => drop(paths.remove(entry) || rubbish.remove(entry)),
                None if path_from(entry).is_some_and(|path| path.is_absolute()) => drop(paths.insert(entry.to_vec())),
                None => drop(rubbish.insert(entry.to_vec())),
            }
        }
        Ok(Self { file, paths, rubbish, journal: Vec::new() })
    }

    /// The git directories of the clones, sorted.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.paths.iter().filter_map(|bytes| path_from(bytes)).collect()
    }

    /// How many entries name no clone: somebody else wrote there, or a disk lost what we wrote.
    pub fn rubbish(&self) -> usize {
        self.rubbish.len()
    }

    /// Takes those away.
    pub fn drop_rubbish(&mut self) {
        for entry in std::mem::take(&mut self.rubbish) {
            self.note(&[&[REMOVED], &entry]);
        }
    }

    /// Adds `clone`; whether it was new.
    pub fn add(&mut self, clone: &Path) -> bool {
        let bytes = clone.as_os_str().as_encoded_bytes();
        let new = self.paths.insert(bytes.to_vec());
        if new {
            self.note(&[bytes]);
        }
        new
    }

    /// Takes `clone` away; whether it was there.
    pub fn remove(&mut self, clone: &Path) -> bool {
        let bytes = clone.as_os_str().as_encoded_bytes();
        let known = self.paths.remove(bytes);
        if known {
            self.note(&[&[REMOVED], bytes]);
        }
        known
    }

    /// Writes what changed.
    ///
    /// # Errors
    /// When its directory cannot be made, or the file not written.
    pub fn save(&mut self) -> io::Result<()> {
        if self.journal.is_empty() {
            return Ok(());
        }
        if let Some(directory) = self.file.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::OpenOptions::new().append(true).create(true).open(&self.file)?.write_all(&self.journal)?;
        self.journal.clear();
        Ok(())
    }

    /// With a NUL on both sides, so that an entry stands alone after one that was cut short.
    fn note(&mut self, parts: &[&[u8]]) {
        self.journal.push(0);
        parts.iter().for_each(|part| self.journal.extend_from_slice(part));
        self.journal.push(0);
    }
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    match fs::metadata(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return if file.is_symlink() { Err(io::Error::other("it is a link to nothing")) } else { Ok(Vec::new()) };
        }
        Err(error) => return Err(error),
        // To open a pipe would wait for somebody to write to it.
        Ok(found) if !found.is_file() => return Err(io::Error::other("it is not a file")),
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    fs::File::open(file)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::other(format!("it is larger than {} MiB", MOST_BYTES >> 20)));
    }
    Ok(bytes)
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere not every byte string is a path")]
fn path_from(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn path_from(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes).ok().map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_survives_its_file() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("deep/er/clones");
        let mut clones = Clones::load(file.clone()).unwrap();
        assert!(clones.add(Path::new("/b\n c/.git")) && clones.add(Path::new("/a/.git")));
        assert!(!clones.add(Path::new("/a/.git")));
        clones.save().unwrap();
        let mut again = Clones::load(file.clone()).unwrap();
        assert_eq!(again.paths(), [Path::new("/a/.git"), Path::new("/b\n c/.git")]);
        assert!(again.remove(Path::new("/a/.git")) && !again.remove(Path::new("/a/.git")));
        again.save().unwrap();
        assert_eq!(Clones::load(file.clone()).unwrap().paths(), [Path::new("/b\n c/.git")]);
        assert!(again.add(Path::new("/a/.git")));
        again.save().unwrap();
        assert_eq!(Clones::load(file).unwrap().paths().len(), 2);
    }

    #[test]
    fn what_was_cut_short_or_is_no_path_is_left_out() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("clones");
        // As the first version wrote it, then rubbish, then an entry that was cut short.
        fs::write(&file, b"/a/.git\0/b/.git\0\0relative\0-/b/.git\0\xff\0/cut/sho").unwrap();
        let mut clones = Clones::load(file.clone()).unwrap();
        assert_eq!(clones.paths(), [Path::new("/a/.git"), Path::new("/cut/sho")]);
        assert_eq!(clones.rubbish(), 2);
        clones.drop_rubbish();
        clones.save().unwrap();
        assert_eq!(Clones::load(file.clone()).unwrap().rubbish(), 0);
        clones.add(Path::new("/c/.git"));
        clones.save().unwrap();
        let expected = ["/a/.git", "/c/.git", "/cut/sho"].map(Path::new);
        assert_eq!(Clones::load(file).unwrap().paths(), expected);
    }

    #[test]
    fn what_is_no_list_is_refused_at_once() {
        let place = tempfile::tempdir().unwrap();
        assert!(Clones::load(place.path().to_owned()).is_err());
        let file = place.path().join("huge");
        fs::File::create(&file).unwrap().set_len(1 << 40).unwrap();
        assert!(Clones::load(file).unwrap_err().to_string().contains("16 MiB"));
    }

    #[test]
    fn many_at_once_lose_nothing() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("clones");
        std::thread::scope(|scope| {
            for writer in 0..16 {
                let file = file.clone();
                scope.spawn(move || {
                    for number in 0..50 {
                        let mut clones = Clones::load(file.clone()).unwrap();
                        clones.add(Path::new(&format!("/{writer}/{number}")));
                        if number > 0 {
                            clones.remove(Path::new(&format!("/{writer}/{}", number - 1)));
                        }
                        clones.save().unwrap();
                    }
                });
            }
        });
        let left = Clones::load(file).unwrap().paths();
        assert_eq!(left.len(), 16, "{left:?}");
        assert!(left.iter().all(|path| path.ends_with("49")));
    }
}
