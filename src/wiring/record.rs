//! What we did in a hooks directory that no shim tells: the file `freeze-guard.record` in it names the hooks that were set
//! aside, so that they are known for ours to run and to give back after another manager has overwritten the shim that
//! names them, and says whether the directory itself is ours. It stands there only where there is something to tell.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::error::WiringError;
use super::files::{self, Found, Mode, has_random_end, set_mode, sync_directory};
use super::{ChainedName, SharedRepository};

const NAME: &str = "freeze-guard.record";
/// What the name of an unfinished one starts with.
const UNFINISHED: &str = "freeze-guard.record.hook-new-";
const HEADER: &str = "# Kept by `hook install`: what `hook uninstall` has to give back here.\n";

/// What one directory's record says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    /// How many directories we made for it: itself, the one around it, and so on.
    pub(super) created: usize,
    /// The hooks that were set aside, in the order in which they run.
    pub(super) chained: Vec<ChainedName>,
}

impl Record {
    /// Where it stands.
    pub(super) fn path(directory: &Path) -> PathBuf {
        directory.join(NAME)
    }

    /// What it says; nothing where there is none, or a file of that name which is not ours.
    pub(super) fn read(directory: &Path) -> Result<Self, WiringError> {
        Ok(Self::text(directory)?.map(|text| Self::parse(&text)).unwrap_or_default())
    }

    /// Its text, if it is there and ours.
    pub(super) fn text(directory: &Path) -> Result<Option<Vec<u8>>, WiringError> {
        let path = Self::path(directory);
        match files::look(&path) {
            Ok(Found::Hook(file)) if !file.link && file.bytes.starts_with(HEADER.as_bytes()) => Ok(Some(file.bytes)),
            Ok(_) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(None),
            Err(error) => Err(WiringError::io("read", &path)(error)),
        }
    }

    fn parse(text: &[u8]) -> Self {
        let mut record = Self::default();
        for line in String::from_utf8_lossy(text).lines() {
            match line.split_once(' ') {
                Some(("created", number)) => record.created = number.parse().unwrap_or_default(),
                Some(("chained", name)) => record.chained.extend(ChainedName::parse(name)),
                _ => {}
            }
        }
        record
    }

    /// The text that says this; `None` where there is nothing to say.
    pub(super) fn to_text(&self) -> Option<Vec<u8>> {
        if *self == Self::default() {
            return None;
        }
        let mut text = HEADER.to_owned();
        if self.created > 0 {
            text.push_str(&format!("created {}\n", self.created));
        }
        self.chained.iter().for_each(|name| text.push_str(&format!("chained {name}\n")));
        Some(text.into_bytes())
    }
}

/// One change of a record's text.
#[derive(Clone, Copy)]
pub(super) struct Change<'a> {
    pub(super) path: &'a Path,
    /// `None` where there is none.
    pub(super) before: Option<&'a [u8]>,
    pub(super) after: Option<&'a [u8]>,
    pub(super) shared: SharedRepository,
}

impl Change<'_> {
    /// Makes it, if the record still is what the plan was made from.
    pub(super) fn make(&self, watch: &mut dyn FnMut()) -> Result<(), WiringError> {
        let path = self.path;
        let directory = path.parent().unwrap_or(path);
        if Record::text(directory)?.as_deref() != self.before {
            return Err(WiringError::ConfigChanged { path: path.to_owned() });
        }
        match self.after {
            None => fs::remove_file(path).map_err(WiringError::io("remove", path))?,
            Some(text) => {
                let file = self.write(directory, text).map_err(WiringError::io("write beside", path))?;
                watch();
                let written = match self.before {
                    Some(_) => file.persist(path).map(drop),
                    None => file.persist_noclobber(path).map(drop),
                };
                written.map_err(|error| WiringError::io("write", path)(error.error))?;
            }
        }
        sync_directory(directory);
        Ok(())
    }

    fn write(&self, directory: &Path, text: &[u8]) -> io::Result<tempfile::NamedTempFile> {
        let mut file = files::new_file(directory, UNFINISHED, files::READABLE)?;
        file.write_all(text)?;
        set_mode(file.as_file(), Mode::Plain(self.shared))?;
        file.as_file().sync_all()?;
        Ok(file)
    }
}

/// What killed runs left of records that were being written.
pub(super) fn leftovers(directory: &Path) -> Result<Vec<PathBuf>, WiringError> {
    let mut found = Vec::new();
    for path in files::list(directory).map_err(WiringError::io("list", directory))? {
        if has_random_end(&path, UNFINISHED)
            && let Found::Hook(file) = files::look(&path).map_err(WiringError::io("look at", &path))?
            && !file.link
            && (file.bytes.starts_with(HEADER.as_bytes()) || HEADER.as_bytes().starts_with(&file.bytes))
        {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::Event;
    use super::*;

    #[test]
    fn a_record_reads_as_it_is_written() {
        assert_eq!(Record::default().to_text(), None);
        let first = ChainedName::first(Event::PrePush);
        for record in [
            Record { created: 2, chained: Vec::new() },
            Record { created: 0, chained: vec![first, first.next().unwrap(), ChainedName::first(Event::PreCommit)] },
        ] {
            assert_eq!(Record::parse(&record.to_text().unwrap()), record);
        }
        assert_eq!(Record::parse(b"chained ../x\nchained\ncreated many\nmore\n\xff"), Record::default());
    }
}
