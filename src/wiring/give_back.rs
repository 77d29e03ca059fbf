//! The half of a plan that takes our shims away and gives every hook that was set aside its place back, or one where it is
//! run: what was there before, as far as others left room for it.

use std::path::{Path, PathBuf};

use super::error::WiringError;
use super::files::{self, Found, command_word, shown};
use super::layout::real_directory;
use super::manager::Manager;
use super::plan::{Plan, change, stray_note};
use super::record::{self, Record};
use super::slot::{Content, Slot};
use super::step::Step;
use super::twins::{Aside, Twins};
use super::way::Directory;
use super::{ChainedName, Event, Site};

impl Plan {
    /// Adds what takes the shims of a clone away.
    pub(super) fn take_shims_out(&mut self, site: &Site) -> Result<(), WiringError> {
        self.take_out(site, &Event::ALL)
    }

    /// Adds what takes our shims for `events` away.
    pub(super) fn take_out(&mut self, site: &Site, events: &[Event]) -> Result<(), WiringError> {
        let mut directories = vec![site.default_dir.as_path()];
        // Where core.hooksPath came later, the default directory may still hold what we wrote.
        if let Ok(directory) = site.shim_dir(Directory::Own)
            && real_directory(directory) != real_directory(&site.default_dir)
        {
            directories.push(directory);
        }
        directories.into_iter().try_for_each(|directory| self.take_out_of(directory, events))
    }

    fn take_out_of(&mut self, directory: &Path, events: &[Event]) -> Result<(), WiringError> {
        let before = Record::read(directory)?;
        let (mut chained, mut needed) = (Vec::new(), false);
        for event in Event::WITH_SERVER {
            let slot = Slot::look(directory, event)?;
            if events.contains(&event) {
                chained.extend(self.uninstall(directory, &slot)?);
            } else {
                needed |= slot.is_ours();
                chained.extend(before.chained.iter().filter(|name| name.event() == event));
            }
        }
        let created = if needed || !chained.is_empty() { before.created } else { 0 };
        self.steps.extend(change(directory, &Record { created, chained })?);
        self.sweep(record::leftovers(directory)?);
        if created < before.created {
            self.steps.push(Step::RemoveDirectory { path: directory.to_owned(), most: before.created });
        }
        Ok(())
    }

    /// The hooks that stay set aside.
    fn uninstall(&mut self, directory: &Path, slot: &Slot) -> Result<Vec<ChainedName>, WiringError> {
        let event = slot.event;
        let path = directory.join(event.name());
        let mut rest = Aside::all(directory, &slot.chained);
        let mut renamed = slot.renamed.clone();
        match &slot.content {
            Content::Ours { edits, .. } if !edits.is_as_written() => {
                self.left.push(edited_note(&path, rest.last()));
                return Ok(slot.chained.clone());
            }
            Content::Ours { .. } | Content::Misplaced(_) | Content::Nothing => match rest.pop() {
                Some(Aside { path: chained, .. }) => {
                    self.give_to_manager_of(&chained, event, &mut rest)?;
                    self.steps.push(Step::Restore { event, path, chained });
                }
                None if matches!(slot.content, Content::Nothing) => self.notes.extend(stray_note(directory, slot)),
                None => self.steps.push(Step::Remove { event, path }),
            },
            Content::Foreign { .. } | Content::Other(_) => rest = self.give_to(event, &path, rest, &mut renamed)?,
        }
        self.steps.extend(renamed.into_iter().map(|path| Step::Remove { event, path }));
        self.notes.extend(
            rest.iter().map(|aside| {
                format!("{} stays, and nothing runs it: another hook has its place now", shown(&aside.path))
            }),
        );
        // Last, for until then it shows that a run was interrupted.
        self.sweep(slot.unfinished.clone());
        Ok(Aside::names(&rest))
    }

    /// Gives the first of `rest` to the hook at `path`, where that found a shim of ours and `renamed` it: as if it had found
    /// what we found. What stays of `rest`.
    fn give_to(
        &mut self,
        event: Event,
        path: &Path,
        rest: Vec<Aside>,
        renamed: &mut Vec<PathBuf>,
    ) -> Result<Vec<Aside>, WiringError> {
        let Twins { same, equal, older, mut others } = Twins::of(path, rest)?;
        // An interrupted install: the hook has two names, and one is ours.
        self.steps.extend(same.map(|aside| Step::Sweep { path: aside.path }));
        self.drop_copies(equal, path);
        if !others.is_empty() && !renamed.is_empty() {
            let (path, chained) = (renamed.remove(0), others.remove(0).path);
            self.steps.push(Step::Restore { event, path, chained });
        }
        Ok([others, older].concat())
    }

    /// Gives the first of `rest` to the manager of the hook `front`, if that would have kept what it found and run it.
    fn give_to_manager_of(&mut self, front: &Path, event: Event, rest: &mut Vec<Aside>) -> Result<(), WiringError> {
        let Found::Hook(hook) = files::look(front).map_err(WiringError::io("look at", front))? else { return Ok(()) };
        let Some(legacy) = Manager::of(&hook.bytes).and_then(|manager| manager.legacy(event)) else { return Ok(()) };
        let path = front.with_file_name(legacy);
        let others = Twins::of(front, rest.clone())?.others;
        if let Some(first) = others.into_iter().next()
            && !files::is_taken(&path).map_err(WiringError::io("look at", &path))?
        {
            rest.retain(|aside| *aside != first);
            self.steps.push(Step::Restore { event, path, chained: first.path });
        }
        Ok(())
    }
}

fn edited_note(path: &Path, chained: Option<&Aside>) -> String {
    let command = by_hand(path, chained.map(|aside| &aside.path));
    format!(
        "{} says that it is a Freeze Guard shim and was edited, or is of a version unknown here, so it stays; remove it \
         with `{command}`",
        shown(path)
    )
}

/// How a person removes a shim.
fn by_hand(path: &Path, chained: Option<&PathBuf>) -> String {
    match chained {
        Some(chained) => format!("mv {} {}", command_word(chained), command_word(path)),
        None => format!("rm {}", command_word(path)),
    }
}
