//! The SYSTEM CORRECTION EVENT: when, from what, to what, why, which pins. One entry more at the end of the log that the
//! policy names, and in the commit's message.

use std::fs;
use std::path::Path;

use super::{Back, Doubt};
use crate::change::Edit;
use crate::change::halt::Halt;
use crate::change::upgrade::{Change, marked};
use crate::change::write::{make_way, on_disk, write};
use crate::finding::Finding;
use crate::source::{Id, RepoPath, printable_text};

/// What stands above the first event.
const HEAD: &str = "# Corrections\n";

/// A correction.
pub(super) struct Correction<'c> {
    pub(super) back: &'c Back,
    pub(super) bad: Id,
    pub(super) good: Id,
    pub(super) changes: &'c [Change],
    pub(super) forced: &'c [Finding],
}

impl Correction<'_> {
    /// Its fields, each with its name.
    fn fields(&self) -> Vec<(&'static str, String)> {
        let reason = self.back.reason.trim();
        let mut fields = vec![
            ("time", self.back.now.to_string()),
            ("bad", self.bad.to_string()),
            ("good", self.good.to_string()),
            ("reason", if reason.is_empty() { "not given".to_owned() } else { printable_text(reason) }),
        ];
        if self.back.doubt == Doubt::Record && !self.forced.is_empty() {
            let told: Vec<_> =
                self.forced.iter().map(|finding| format!("{}: {}", finding.rule, finding.message)).collect();
            fields.push(("forced", format!("although the rules refuse it: {}", told.join("; "))));
        }
        let pins: Vec<_> = self.changes.iter().map(pin).collect();
        fields.push(("pins", if pins.is_empty() { "none changed".to_owned() } else { pins.join(", ") }));
        fields
    }

    /// As plain text, for a commit's message.
    pub(super) fn plain(&self) -> String {
        let lines: String = self.fields().iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        format!("SYSTEM CORRECTION EVENT\n{lines}")
    }

    /// As Markdown, for the log.
    fn entry(&self) -> String {
        let lines: String =
            self.fields().iter().map(|(name, value)| format!("- {name}: {}\n", marked(value))).collect();
        format!("\n## SYSTEM CORRECTION EVENT\n\n{lines}")
    }

    /// Writes it behind what stands in `log` below `top`.
    pub(super) fn append(&self, top: &Path, log: &RepoPath) -> Result<(), Halt> {
        let at = on_disk(top, log).filter(|at| at.symlink_metadata().is_ok_and(|data| data.is_file()));
        let before =
            at.map(fs::read).transpose().map_err(|error| Halt::failed(format!("{log} cannot be read: {error}")))?;
        let mut after = before.clone().unwrap_or_else(|| HEAD.as_bytes().to_vec());
        let mut entry = self.entry();
        if after.windows(2).any(|two| two == b"\r\n") {
            entry = entry.replace('\n', "\r\n");
        }
        if !after.is_empty() && !after.ends_with(b"\n") {
            after.push(b'\n');
        }
        after.extend(entry.as_bytes());
        make_way(top, log)?;
        write(top, &[Edit { path: log.clone(), before, after }])?;
        Ok(())
    }
}

/// One pin, as in `flask 3.1.0 to 3.0.3`.
fn pin(change: &Change) -> String {
    let text = |text: &Option<String>| text.as_ref().map_or("absent".to_owned(), |text| printable_text(text));
    format!("{} {} to {}", printable_text(&change.name), text(&change.from), text(&change.to))
}
