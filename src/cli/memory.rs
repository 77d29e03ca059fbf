//! What one hook knows of blobs and the next would have to find out again: a file in the user's cache directory. It may
//! be missing, old, in the way or not writable; then everything is read, as it was the first time.

use std::fs;
use std::path::PathBuf;

use freeze_guard::files::Plain;

/// Larger is none of ours.
const MOST_BYTES: u64 = 64 * 1024;

/// Where it is kept; `None` where the platform names no home.
pub(crate) struct Memory(Option<PathBuf>);

pub(crate) fn open() -> Memory {
    let place = directories::ProjectDirs::from("", "", "freeze-guard");
    Memory(place.map(|place| place.cache_dir().join("plain")))
}

impl Memory {
    /// What is known.
    pub(crate) fn plain(&self) -> Plain {
        let small = self.0.as_ref().filter(|file| file.metadata().is_ok_and(|data| data.len() <= MOST_BYTES));
        small.and_then(|file| fs::read_to_string(file).ok()).map_or_else(Plain::default, |text| Plain::parse(&text))
    }

    /// Remembers `plain`, if it is more than was known. Two hooks at once lose nothing but what one of them learnt.
    pub(crate) fn keep(&self, plain: &Plain) {
        let (Some(file), Some(text)) = (&self.0, plain.to_text()) else { return };
        let Some(directory) = file.parent() else { return };
        let new = file.with_extension(std::process::id().to_string());
        let written =
            fs::create_dir_all(directory).and_then(|()| fs::write(&new, text)).and_then(|()| fs::rename(&new, file));
        if written.is_err() {
            let _ = fs::remove_file(&new);
        }
    }
}
