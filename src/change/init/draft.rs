//! A policy in the making, and its text: every key with a comment, every value in a form that TOML and the policy's
//! patterns read back as it was meant.

use std::fmt::Write as _;

use super::InitError;
use crate::package::PackageName;
use crate::policy::{self, Files, Kind, Policy};
use crate::rule::RuleId;
use crate::source::{RepoPath, is_deceptive, printable_text};

/// What a policy will say.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) excludes: Vec<Exclude>,
    /// `[[pair]]` tables; none: the default rule.
    pub(super) tables: Vec<Table>,
    pub(super) exemptions: Vec<Exempt>,
}

/// An entry of `exclude`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exclude {
    pub(super) pattern: String,
    pub(super) why: String,
}

/// A `[[pair]]`.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) manifest: String,
    pub(super) lock: String,
    pub(super) kind: Kind,
    pub(super) why: String,
    pub(super) manifest_pins: Option<bool>,
    pub(super) allow_local: bool,
}

/// An `[[exempt]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exempt {
    pub(super) rule: RuleId,
    pub(super) package: PackageName,
    pub(super) reason: String,
}

impl Draft {
    /// Adds exemptions, each rule and package once.
    pub(super) fn exempt(&mut self, more: Vec<Exempt>) {
        for exempt in more {
            let known = |other: &Exempt| (other.rule, &other.package) == (exempt.rule, &exempt.package);
            if !self.exemptions.iter().any(known) {
                self.exemptions.push(exempt);
            }
        }
    }

    /// The whole file.
    pub(super) fn text(&self) -> String {
        let mut text = format!("#:schema {}\n", policy::SCHEMA);
        text.push_str("# Freeze Guard's policy, first written by `hook init`.\n");
        if self.tables.is_empty() {
            text.push_str(
                "# The default rule holds: requirements.lock answers every requirements.txt beside it; where\n",
            );
            text.push_str("# requirements.in stands beside that, requirements.txt is its lock.\n");
        }
        text.push('\n');
        line(&mut text, "requires = \">=0.1\"", "which versions of `hook` may judge by this file");
        if !self.excludes.is_empty() {
            text.push_str("exclude = [  # left alone by the default rule and by patterns\n");
            self.excludes
                .iter()
                .for_each(|exclude| line(&mut text, &format!("  {},", quoted(&exclude.pattern)), &exclude.why));
            text.push_str("]\n");
        }
        if !self.tables.is_empty() {
            text.push_str("\n# Any [[pair]] replaces the default rule: a manifest that no table names or matches is not governed.\n");
        }
        for (at, table) in self.tables.iter().enumerate() {
            text.push_str(if at == 0 { "" } else { "\n" });
            write_table(&mut text, table);
        }
        text.push_str(&self.exemptions(""));
        text
    }

    /// The `[[exempt]]` tables alone, below the table `above`, as in `tool.freeze-guard.`.
    pub(super) fn exemptions(&self, above: &str) -> String {
        let mut text = String::new();
        for exempt in &self.exemptions {
            text.push_str(&format!("\n[[{above}exempt]]\n"));
            line(&mut text, &format!("rule = {}", quoted(exempt.rule.code())), "the one rule that does not ask");
            line(&mut text, &format!("package = {}", quoted(exempt.package.as_str())), "for this package");
            line(&mut text, &format!("reason = {}", quoted(&exempt.reason)), "delete the table once that is done");
        }
        text
    }

    /// The policy, read back as any other.
    pub(super) fn load(&self) -> Result<Policy, InitError> {
        let text = self.text();
        let files = Files { freeze_guard: Some(text.as_bytes()), pyproject: None, version: env!("CARGO_PKG_VERSION") };
        match policy::load(files) {
            Ok((policy, _)) => Ok(policy),
            Err(broken) => {
                let first = broken.mistakes.first().map(|mistake| printable_text(&mistake.message));
                Err(InitError::Unfaithful(first.unwrap_or_else(|| "it would not be read".to_owned())))
            }
        }
    }
}

fn write_table(text: &mut String, table: &Table) {
    text.push_str("[[pair]]\n");
    line(text, &format!("manifest = {}", quoted(&table.manifest)), "the file people edit");
    line(text, &format!("lock = {}", quoted(&table.lock)), "the file a tool writes");
    line(text, &format!("kind = \"{}\"", table.kind), &table.why);
    match table.manifest_pins {
        Some(true) => line(text, "manifest-pins = true", "the manifest itself must be pinned"),
        Some(false) => line(text, "manifest-pins = false", "the manifest gives ranges, the lock pins them"),
        None => {}
    }
    if table.allow_local {
        line(text, "allow-local = true", "it installs from this repository, as `-e .` does");
    }
}

/// One line with its comment.
fn line(text: &mut String, what: &str, why: &str) {
    let _ = writeln!(text, "{what}  # {}", printable_text(why));
}

/// A TOML string.
fn quoted(value: &str) -> String {
    let mut out = String::from("\"");
    for char in value.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            _ if is_deceptive(char) => {
                let _ = write!(out, "\\U{:08X}", u32::from(char));
            }
            _ => out.push(char),
        }
    }
    out.push('"');
    out
}

/// `path` as a pattern that means this path; a byte that no text has as `?`.
pub(super) fn pattern(path: &[u8]) -> String {
    let mut out = String::new();
    for chunk in path.utf8_chunks() {
        for char in chunk.valid().chars() {
            if matches!(char, '*' | '?' | '[' | ']' | '{' | '}' | '\\') {
                out.push('\\');
            }
            out.push(char);
        }
        out.extend(chunk.invalid().iter().map(|_| '?'));
    }
    out
}

/// The lock of `manifest` as its table spells it: its path, or for a manifest that is only a pattern its name.
pub(super) fn lock_pattern(manifest: &RepoPath, lock: &RepoPath) -> String {
    let spelled = std::str::from_utf8(manifest.as_bytes()).is_ok();
    if spelled || manifest.parent() != lock.parent() { pattern(lock.as_bytes()) } else { pattern(lock.file_name()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_read_back() {
        for value in ["a b", "a\"b\\c", "a\nb\t\u{7f}", "ü\u{202e}x", "{a}*?[b]"] {
            let document: toml::Table = format!("x = {}  # why\n", quoted(value)).parse().unwrap();
            assert_eq!(document["x"].as_str(), Some(value));
        }
        assert_eq!(pattern(b"a*/\xff\xfe[x]\\"), "a\\*/??\\[x\\]\\\\");
    }
}
