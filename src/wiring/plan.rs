//! What installing or uninstalling would change, decided before anything is touched and told in one line per step.

use std::fmt;
use std::path::{Path, PathBuf};

use super::error::WiringError;
use super::files::{self, shown};
use super::manager::{self, Runs};
use super::record::{self, Record};
use super::shim::shim_beside;
use super::slot::{Content, Slot};
use super::step::Step;
use super::twins::{Aside, Twins};
use super::way::Directory;
use super::{ChainedName, Event, SharedRepository, Site};

/// A list of steps, each atomic, and what the reader should know about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub(super) steps: Vec<Step>,
    pub(super) notes: Vec<String>,
    pub(super) left: Vec<String>,
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
    plan.put_in(directory, binary, &Event::ALL)?;
    Ok(plan)
}

/// What would take every shim and every configured hook of ours out of the clone and give back what was there before. One
/// that somebody edited stays, and a note says how to remove it.
///
/// # Errors
/// [`WiringError`] where the hooks directory cannot be looked at.
pub fn plan_uninstall(site: &Site) -> Result<Plan, WiringError> {
    let mut plan = Plan::empty(site);
    plan.take_out(site, &Event::WITH_SERVER)?;
    plan.take_sections_out(site)?;
    Ok(plan)
}

impl Plan {
    pub(super) fn empty(site: &Site) -> Self {
        Self { steps: Vec::new(), notes: Vec::new(), left: Vec::new(), shared: site.shared }
    }

    /// The changes, in the order in which they would be made.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What the reader should know: sentences without a full stop, safe to print.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// What of ours, or of what bears our name, would still be there afterwards: in the same form as [`Self::notes`], each
    /// with the command that takes it away.
    pub fn left(&self) -> &[String] {
        &self.left
    }

    /// Whether there is nothing to change.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Adds what puts shims for `events` into `directory`.
    pub(super) fn put_in(&mut self, directory: &Path, binary: &Path, events: &[Event]) -> Result<(), WiringError> {
        let mut record = Record::read(directory)?;
        record.chained.retain(|name| !events.contains(&name.event()));
        for &event in events {
            let slot = Slot::look(directory, event)?;
            record.chained.extend(self.install(directory, &slot, binary)?);
        }
        // First, so that a killed run is known for what it was.
        let mut first = Vec::new();
        if !self.steps.is_empty() && !directory.exists() {
            record.created = files::missing(directory);
            first.push(Step::CreateDirectory { path: directory.to_owned() });
        }
        first.extend(change(directory, &record)?);
        self.steps.splice(..0, first);
        self.sweep(record::leftovers(directory)?);
        Ok(())
    }

    /// The hooks that are chained then.
    fn install(&mut self, directory: &Path, slot: &Slot, binary: &Path) -> Result<Vec<ChainedName>, WiringError> {
        let event = slot.event;
        let path = directory.join(event.name());
        let mut chained = slot.chained.clone();
        let mut renamed = slot.renamed.clone();
        let stray = slot.stray.map(|name| directory.join(name.to_string()));
        let with = |chained: &[ChainedName]| shim_beside(event, chained, binary);
        match &slot.content {
            Content::Other(what) => return Err(WiringError::NotAFile { path, what }),
            Content::Ours { edits, .. } if !edits.is_as_written() => return Err(WiringError::Edited { hook: path }),
            Content::Ours { bytes, executable: true, .. } if *bytes == with(&chained) && self.is_shared(&path)? => {}
            Content::Ours { .. } | Content::Misplaced(_) => {
                self.steps.push(Step::Replace { event, path, shim: with(&chained) });
            }
            Content::Nothing => match stray.filter(|_| chained.is_empty()) {
                Some(chained) => return Err(WiringError::Stray { hook: path, chained }),
                None => self.steps.push(Step::Write { event, path, shim: with(&chained) }),
            },
            Content::Foreign { bytes, executable } => {
                let name = self.set_aside(directory, slot, &mut chained, &mut renamed)?;
                let aside = directory.join(name.to_string());
                self.notes.extend(remarks(bytes, *executable, &aside));
                self.steps.push(Step::Chain { event, path, chained: aside, shim: with(&chained) });
            }
        }
        self.notes.extend(stray_note(directory, slot));
        self.steps.extend(renamed.into_iter().map(|path| Step::Remove { event, path }));
        self.sweep(slot.unfinished.clone());
        Ok(chained)
    }

    /// Whether the shim has the mode that `core.sharedRepository` wants.
    fn is_shared(&self, path: &Path) -> Result<bool, WiringError> {
        files::is_shared(path, self.shared).map_err(WiringError::io("look at", path))
    }

    /// The name for the hook that has to make room, which joins those that are `chained`. Earlier hooks of its manager leave
    /// them, and so does one that it runs itself: a shim of ours that was `renamed` for that becomes the hook that it ran.
    fn set_aside(
        &mut self,
        directory: &Path,
        slot: &Slot,
        chained: &mut Vec<ChainedName>,
        renamed: &mut Vec<PathBuf>,
    ) -> Result<ChainedName, WiringError> {
        let event = slot.event;
        let path = directory.join(event.name());
        let twins = Twins::of(&path, Aside::all(directory, chained))?;
        if let Some(aside) = twins.same {
            return Ok(aside.name);
        }
        let mut others = twins.others;
        if let Content::Foreign { bytes, .. } = &slot.content {
            for shim in std::mem::take(renamed) {
                match manager::runs(bytes, event, &shim) {
                    Runs::Yes | Runs::IfThere if !others.is_empty() => {
                        let chained = others.remove(0).path;
                        self.steps.push(Step::Restore { event, path: shim, chained });
                    }
                    Runs::Yes => {}
                    Runs::IfThere | Runs::No => renamed.push(shim),
                }
            }
        }
        for older in &twins.older {
            let (older, path) = (shown(&older.path), shown(&path));
            self.notes.push(format!("{older} is of the same manager as {path}: it stays, and nothing runs it"));
        }
        let taken = || WiringError::ChainedTaken { hook: path.clone(), chained: directory.join(first_name(event)) };
        let name = twins.equal.first().map(|aside| aside.name).or(slot.free).ok_or_else(taken)?;
        self.drop_copies(twins.equal, &path);
        *chained = Aside::names(&others);
        chained.push(name);
        Ok(name)
    }

    /// Adds what removes equal copies of the hook at `path`.
    pub(super) fn drop_copies(&mut self, copies: Vec<Aside>, path: &Path) {
        self.steps.extend(copies.into_iter().map(|copy| Step::Drop { path: copy.path, twin: path.to_owned() }));
    }

    pub(super) fn sweep(&mut self, left: impl IntoIterator<Item = PathBuf>) {
        self.steps.extend(left.into_iter().map(|path| Step::Sweep { path }));
    }
}

fn first_name(event: Event) -> String {
    ChainedName::first(event).to_string()
}

/// The step that makes the record of a directory say this, if it does not.
pub(super) fn change(directory: &Path, record: &Record) -> Result<Option<Step>, WiringError> {
    let (before, after) = (Record::text(directory)?, record.to_text());
    let path = Record::path(directory);
    Ok((before != after).then_some(Step::Record { path, before, after }))
}

/// What is said of a file that bears the name of a chained hook and was put there by somebody else.
pub(super) fn stray_note(directory: &Path, slot: &Slot) -> Option<String> {
    let path = directory.join(slot.stray?.to_string());
    Some(format!("{} is not ours: it stays, and nothing runs it", shown(&path)))
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
        self.left.iter().chain(&self.notes).try_for_each(|note| writeln!(f, "note: {note}"))
    }
}
