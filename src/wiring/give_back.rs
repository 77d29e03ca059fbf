//! The half of a plan that takes our shims away and gives every hook that was set aside its place back, or one where it is
//! run: what was there before, as far as others left room for it.

use std::path::{Path, PathBuf};

use super::error::WiringError;
use super::files::{self, Found, command_word, is_same, shown};
use super::layout::real_directory;
use super::manager::Manager;
use super::plan::{Plan, change, stray_note};
use super::record::{self, Record};
use super::shim::Edits;
use super::slot::{Content, Slot};
use super::step::Step;
use super::way::Directory;
use super::{ChainedName, Event, Site};

impl Plan {
    /// Adds what takes our shims away.
    pub(super) fn take_shims_out(&mut self, site: &Site) -> Result<(), WiringError> {
        let mut directories = vec![site.default_dir.as_path()];
        // Where core.hooksPath came later, the default directory may still hold what we wrote.
        if let Ok(directory) = site.shim_dir(Directory::Own)
            && real_directory(directory) != real_directory(&site.default_dir)
        {
            directories.push(directory);
        }
        directories.into_iter().try_for_each(|directory| self.take_out_of(directory))
    }

    fn take_out_of(&mut self, directory: &Path) -> Result<(), WiringError> {
        let before = Record::read(directory)?;
        let mut after = Record { chained: Vec::new(), ..before };
        for event in Event::ALL {
            let slot = Slot::look(directory, event)?;
            after.chained.extend(self.uninstall(directory, &slot)?);
        }
        if after.chained.is_empty() {
            after.created = 0;
        }
        self.steps.extend(change(directory, &after)?);
        self.sweep(record::leftovers(directory)?);
        if after.created < before.created {
            self.steps.push(Step::RemoveDirectory { path: directory.to_owned(), most: before.created });
        }
        Ok(())
    }

    /// The hooks that stay set aside.
    fn uninstall(&mut self, directory: &Path, slot: &Slot) -> Result<Vec<ChainedName>, WiringError> {
        let event = slot.event;
        let path = directory.join(event.name());
        let mut rest: Vec<_> = slot.chained.iter().map(|name| (*name, directory.join(name.to_string()))).collect();
        let mut renamed = slot.renamed.clone();
        match &slot.content {
            Content::Ours { edits: Edits::Edited, .. } => {
                let command = by_hand(&path, rest.last().map(|(_, chained)| chained));
                let path = shown(&path);
                let note =
                    format!("{path} is a Freeze Guard shim that was edited, so it stays; remove it with `{command}`");
                self.notes.push(note);
                return Ok(slot.chained.clone());
            }
            Content::Ours { .. } | Content::Misplaced(_) | Content::Nothing => match rest.pop() {
                Some((_, chained)) => {
                    self.give_back_beside(&chained, event, &mut rest)?;
                    self.steps.push(Step::Restore { event, path, chained });
                }
                None if matches!(slot.content, Content::Nothing) => self.notes.extend(stray_note(directory, slot)),
                None => self.steps.push(Step::Remove { event, path }),
            },
            Content::Foreign { .. } | Content::Other(_) => {
                // An interrupted install: the hook has two names, and one is ours.
                if let Some(at) = rest.iter().position(|(_, chained)| is_same(&path, chained)) {
                    self.steps.push(Step::Sweep { path: rest.remove(at).1 });
                }
                // As if their manager had found there what we found.
                if let (Some(shim), false) = (renamed.pop(), rest.is_empty()) {
                    let chained = rest.remove(0).1;
                    self.steps.push(Step::Restore { event, path: shim, chained });
                } else {
                    renamed.clone_from(&slot.renamed);
                }
            }
        }
        self.steps.extend(renamed.into_iter().map(|path| Step::Remove { event, path }));
        for (_, chained) in &rest {
            let note = format!(
                "{} stays, and nothing runs it: another hook has its place now; to add it there, see what it does",
                shown(chained)
            );
            self.notes.push(note);
        }
        // Last, for until then it shows that a run was interrupted.
        self.sweep(slot.unfinished.clone());
        Ok(rest.into_iter().map(|(name, _)| name).collect())
    }

    /// Gives the first of `rest` to the manager of the hook `front`, if that would have kept what it found and run it.
    fn give_back_beside(
        &mut self,
        front: &Path,
        event: Event,
        rest: &mut Vec<(ChainedName, PathBuf)>,
    ) -> Result<(), WiringError> {
        let Found::Hook(hook) = files::look(front).map_err(WiringError::io("look at", front))? else { return Ok(()) };
        let Some(legacy) = Manager::of(&hook.bytes).and_then(|manager| manager.legacy(event)) else { return Ok(()) };
        let path = front.with_file_name(legacy);
        if !rest.is_empty() && !files::is_taken(&path).map_err(WiringError::io("look at", &path))? {
            let chained = rest.remove(0).1;
            self.steps.push(Step::Restore { event, path, chained });
        }
        Ok(())
    }
}

/// How a person removes a shim.
fn by_hand(path: &Path, chained: Option<&PathBuf>) -> String {
    match chained {
        Some(chained) => format!("mv {} {}", command_word(chained), command_word(path)),
        None => format!("rm {}", command_word(path)),
    }
}
