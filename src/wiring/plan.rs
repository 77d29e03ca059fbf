//! What installing or uninstalling would change, decided before anything is touched and told in one line per step.

use std::fmt;
use std::path::{Path, PathBuf};

use super::error::WiringError;
use super::files::{command_word, is_same, shown};
use super::layout::real_directory;
use super::shim::{Edits, shim_beside};
use super::slot::{Content, Slot};
use super::step::Step;
use super::way::Directory;
use super::{Event, SharedRepository, Site};

/// A list of steps, each atomic, and what the reader should know about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub(super) steps: Vec<Step>,
    pub(super) notes: Vec<String>,
    pub(super) shared: SharedRepository,
}

/// What would wire every event of the clone by shims to the program at the absolute path `binary`; empty if all is as it should.
///
/// # Errors
/// [`WiringError`] where git would not look for hooks, or something is in the way that must not be overwritten.
pub fn plan_install(site: &Site, binary: &Path) -> Result<Plan, WiringError> {
    plan_files(site, binary, Directory::Own)
}

/// [`plan_install`], into a directory of this kind.
pub(super) fn plan_files(site: &Site, binary: &Path, directory: Directory) -> Result<Plan, WiringError> {
    if !binary.is_absolute() {
        return Err(WiringError::Relative { path: binary.to_owned() });
    }
    let directory = site.shim_dir(directory).map_err(WiringError::Obstacle)?;
    let mut plan = Plan::empty(site);
    plan.notes.extend(site.caution());
    for event in Event::ALL {
        let slot = Slot::look(directory, event)?;
        plan.install(directory, &slot, binary)?;
    }
    if !plan.steps.is_empty() && !directory.exists() {
        plan.steps.insert(0, Step::CreateDirectory { path: directory.to_owned() });
    }
    Ok(plan)
}

/// What would take every shim and every configured hook of ours out of the clone and give back what was there before. One
/// that somebody edited stays, and a note says how to remove it.
///
/// # Errors
/// [`WiringError`] where the hooks directory cannot be looked at.
pub fn plan_uninstall(site: &Site) -> Result<Plan, WiringError> {
    let mut plan = Plan::empty(site);
    plan.take_shims_out(site)?;
    plan.take_server_out(site)?;
    plan.take_sections_out(site)?;
    Ok(plan)
}

impl Plan {
    pub(super) fn empty(site: &Site) -> Self {
        Self { steps: Vec::new(), notes: Vec::new(), shared: site.shared }
    }

    /// The changes, in the order in which they would be made.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What the reader should know: sentences without a full stop, safe to print.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Whether there is nothing to change.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Adds what takes our shims away.
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
        for directory in directories {
            for &event in events {
                let slot = Slot::look(directory, event)?;
                self.uninstall(directory, &slot);
            }
        }
        Ok(())
    }

    pub(super) fn install(&mut self, directory: &Path, slot: &Slot, binary: &Path) -> Result<(), WiringError> {
        let event = slot.event;
        let (path, chained) = (directory.join(event.name()), directory.join(slot.chained.to_string()));
        let shim = shim_beside(slot.chained, binary);
        let step = match &slot.content {
            Content::Other(what) => return Err(WiringError::NotAFile { path, what }),
            Content::Ours { edits: Edits::Edited, .. } => return Err(WiringError::Edited { hook: path }),
            Content::Ours { bytes, executable: true, .. } if *bytes == shim => None,
            Content::Ours { .. } | Content::Misplaced(_) => Some(Step::Replace { event, path, shim }),
            Content::Nothing if !slot.chained_taken => Some(Step::Write { event, path, shim }),
            // The hook was moved, and the run killed before the shim came.
            Content::Nothing if !slot.unfinished.is_empty() => Some(Step::Write { event, path, shim }),
            Content::Nothing => return Err(WiringError::Stray { hook: path, chained }),
            Content::Foreign { bytes, executable } => {
                let name = match slot.chained_taken && !is_same(&path, &chained) {
                    false => slot.chained,
                    true => {
                        self.notes.push(format!("{} is not ours: it stays, and nothing runs it", shown(&chained)));
                        slot.free.ok_or_else(|| WiringError::ChainedTaken { hook: path.clone(), chained })?
                    }
                };
                let chained = directory.join(name.to_string());
                self.notes.extend(remarks(bytes, *executable, &chained));
                Some(Step::Chain { event, path, chained, shim: shim_beside(name, binary) })
            }
        };
        self.steps.extend(step);
        self.sweep(slot);
        Ok(())
    }

    pub(super) fn uninstall(&mut self, directory: &Path, slot: &Slot) {
        let event = slot.event;
        let (path, chained) = (directory.join(event.name()), directory.join(slot.chained.to_string()));
        match slot.content {
            Content::Ours { edits: Edits::Edited, .. } => self.notes.push(format!(
                "{} is a Freeze Guard shim that was edited, so it stays; remove it with `{}`",
                shown(&path),
                by_hand(&path, slot.chained_taken.then_some(&chained))
            )),
            Content::Ours { .. } | Content::Misplaced(_) if slot.chained_taken => {
                self.steps.push(Step::Restore { event, path, chained })
            }
            Content::Ours { .. } | Content::Misplaced(_) => self.steps.push(Step::Remove { event, path }),
            Content::Nothing if slot.chained_taken && !slot.unfinished.is_empty() => {
                self.steps.push(Step::Restore { event, path, chained });
            }
            // An interrupted install: the hook has two names, and one is ours.
            Content::Foreign { .. } if slot.chained_taken && is_same(&path, &chained) => {
                self.steps.push(Step::Sweep { path: chained });
            }
            Content::Nothing if slot.chained_taken => self.notes.push(format!(
                "{} stays, for no shim says whose it is; to have it run again: `mv {} {}`",
                shown(&chained),
                command_word(&chained),
                command_word(&path)
            )),
            Content::Nothing | Content::Foreign { .. } | Content::Other(_) => {}
        }
        // Last, for until then it shows that a run was interrupted.
        self.sweep(slot);
    }

    fn sweep(&mut self, slot: &Slot) {
        self.steps.extend(slot.unfinished.iter().map(|path| Step::Sweep { path: path.clone() }));
    }
}

/// How a person removes a shim.
fn by_hand(path: &Path, chained: Option<&PathBuf>) -> String {
    match chained {
        Some(chained) => format!("mv {} {}", command_word(chained), command_word(path)),
        None => format!("rm {}", command_word(path)),
    }
}

/// What may not go on as before for a hook that is renamed.
fn remarks(bytes: &[u8], executable: bool, chained: &Path) -> Option<String> {
    let mentions = |what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
    let name = shown(chained);
    if !executable {
        return Some(format!("{name} is kept as it is; git did not run it before, and it does not run now"));
    }
    let script = !bytes.contains(&0);
    let clue =
        ["$0", "${0", "basename", "dirname", "BASH_SOURCE"].into_iter().find(|clue| mentions(clue.as_bytes()))?;
    script.then(|| {
        format!("{name} mentions {clue}: it stays in its directory, but check that it does not depend on its own name")
    })
}

/// One line per step, then one per note; a single line if there is nothing to do.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            writeln!(f, "nothing to change")?;
        }
        self.steps.iter().try_for_each(|step| writeln!(f, "{step}"))?;
        self.notes.iter().try_for_each(|note| writeln!(f, "note: {note}"))
    }
}
