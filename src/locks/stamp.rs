//! The stamp: one comment line beside a lock's header, `# inputs: sha256:HEX`, a digest of what the lock was made from.
//!
//! It sees what annotations cannot: extras, markers, options and the resolver's flags. Order, comments, spaces and the
//! names of files do not change it. It proves nothing about the pins, and anyone can write it (lock-formats, section 9).

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::command::{Argument, Command, command};
use super::{Contents, OptionLine};
use crate::requirements::{self, Located, Requirement, without_credentials};
use crate::source::{SourceFile, Span};

/// Written into the digest: one that is computed otherwise is another.
const SCHEMA: u32 = 1;

/// What the stamp line begins with, `#` apart.
const LABEL: &str = "inputs:";

/// The SHA-256 of normalised inputs; shown as `sha256:HEX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest([u8; 32]);

/// A stamp that stands in a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StampLine {
    /// The comment, from its `#` to the end of the line.
    pub span: Span,
    /// What it says; `None` where that is no digest, or where it is the second of two.
    pub digest: Option<Digest>,
}

/// What the stamp of a lock says about its inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StampVerdict {
    /// There is none.
    Absent,
    /// The lock was made from these inputs.
    Valid,
    /// The lock was made from other inputs.
    Wrong {
        /// The stamp's comment in the lock.
        span: Span,
    },
    /// What stands there cannot be read, or there are two.
    Malformed {
        /// The stamp's comment in the lock.
        span: Span,
    },
}

/// The digest of what a lock is made from: all that its manifest asks for, and the resolver's command.
pub fn digest(asked: &Contents<'_>, command: Option<&Command>) -> Digest {
    Digest(Sha256::digest(inputs(asked, command).to_string()).into())
}

/// The stamp of `lock`: it stands before the first entry.
pub fn read(lock: &requirements::File) -> Option<StampLine> {
    let mut found = lines(lock);
    let (span, value) = found.next()?;
    match found.next() {
        None => Some(StampLine { span, digest: Digest::parse(value) }),
        Some((span, _)) => Some(StampLine { span, digest: None }),
    }
}

/// The comments before the first entry that are stamps, each with what it says.
fn lines(lock: &requirements::File) -> impl Iterator<Item = (Span, &str)> {
    let first = lock.entries.first().map_or(usize::MAX, |entry| entry.line);
    let own = lock.comments.iter().filter(move |comment| comment.own_line && comment.line < first);
    own.filter_map(|comment| Some((comment.span, label(lock.comment_text(comment))?)))
}

/// Compares the stamp of `lock` with what its manifest asks for.
pub fn verdict(lock: &requirements::File, asked: &Contents<'_>) -> StampVerdict {
    let Some(StampLine { span, digest: found }) = read(lock) else { return StampVerdict::Absent };
    match found {
        None => StampVerdict::Malformed { span },
        Some(found) if found == digest(asked, command(lock).as_ref()) => StampVerdict::Valid,
        Some(_) => StampVerdict::Wrong { span },
    }
}

impl Digest {
    /// Reads `sha256:` and 64 lower-case digits.
    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("sha256:").filter(|digits| digits.len() == 64)?;
        let digit = |byte: u8| (byte as char).to_digit(16).filter(|_| !byte.is_ascii_uppercase());
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
            *byte = u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok()?;
        }
        Some(Self(bytes))
    }

    /// The comment that carries it, without a line break.
    pub fn line(&self) -> String {
        format!("# {LABEL} {self}")
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What a comment says after the label; `None` if it is no stamp. A comment of a person's may well begin with `inputs:`.
fn label(comment: &str) -> Option<&str> {
    let value = comment.trim_start_matches('#').trim_start().strip_prefix(LABEL)?.trim();
    value.to_ascii_lowercase().starts_with("sha").then_some(value)
}

/// What is digested, in one order and one spelling: serde_json writes keys sorted and nothing between.
fn inputs(asked: &Contents<'_>, command: Option<&Command>) -> Value {
    let requirements = |list: &[Located<'_>]| set(list.iter().map(|located| requirement(located.requirement)));
    json!({
        "schema": SCHEMA,
        "requirements": requirements(&asked.requirements),
        "constraints": requirements(&asked.constraints),
        "options": set(asked.options.iter().map(option)),
        "command": command.map(flags),
    })
}

/// `values` sorted, each once.
fn set(values: impl Iterator<Item = Value>) -> Value {
    let mut values: Vec<_> = values.collect();
    values.sort_by_cached_key(Value::to_string);
    values.dedup();
    values.into()
}

fn requirement(asked: &Requirement) -> Value {
    let extras: Vec<_> = asked.extras.iter().map(|extra| extra.as_str()).collect();
    let hashes: Vec<_> = asked.hashes.iter().map(ToString::to_string).collect();
    let settings: BTreeSet<_> = asked.config_settings.iter().collect();
    json!({
        "name": asked.name.as_ref().map(|name| name.as_str()),
        "extras": extras,
        "specifiers": asked.specifiers.canonical(),
        "marker": asked.marker.as_ref().map(|marker| marker.canonical()),
        "url": asked.url.as_deref().map(without_credentials),
        "editable": asked.editable,
        "hashes": hashes,
        "settings": settings,
    })
}

fn option(line: &OptionLine<'_>) -> Value {
    json!([line.option.name, line.option.value.as_deref().map(without_credentials)])
}

/// The command's tool and flags: files are named by what asks for them, not by where they lie, and the output not at all.
fn flags(command: &Command) -> Value {
    let flag = |argument: &Argument| match argument {
        Argument::Flag(name) => Some(json!([name])),
        Argument::Value(name, value) => Some(json!([name, without_credentials(value)])),
        Argument::Path(name, _) if name == "--output-file" => None,
        Argument::Path(name, _) => Some(json!([name, null])),
        // A custom command has nothing but words.
        Argument::File(word) if command.custom => Some(json!([null, word])),
        Argument::File(_) => None,
    };
    json!({ "tool": command.tool.name(), "python": command.python, "flags": set(command.arguments.iter().filter_map(flag)) })
}

/// The text of `lock` with the stamp line of `digest` right below its header, and no other.
pub fn stamped(lock: &requirements::File, digest: &Digest) -> String {
    below_header(&SourceFile::new(lock.source.path().clone(), unstamped(lock)), &digest.line())
}

/// The text of `lock` without its stamp.
pub fn unstamped(lock: &requirements::File) -> String {
    let source = &lock.source;
    let (mut out, mut at) = (String::new(), 0);
    for (span, _) in lines(lock) {
        let line = source.position(span.start).line;
        let next = if line < source.line_count() { source.line_span(line + 1).start } else { source.text().len() };
        out.push_str(source.text().get(at..source.line_span(line).start).unwrap_or_default());
        at = next;
    }
    out.push_str(source.text().get(at..).unwrap_or_default());
    out
}

/// The text of `lock` with `line` behind the comment block that it begins with.
fn below_header(lock: &SourceFile, line: &str) -> String {
    let text = lock.text();
    let first = lock.line_span(1);
    let feed = if text.get(first.end..).is_some_and(|rest| rest.starts_with("\r\n")) { "\r\n" } else { "\n" };
    let is_comment = |number: &usize| lock.line(*number).trim_start().starts_with('#');
    let Some(last) = (1..=lock.line_count()).take_while(is_comment).last() else {
        return format!("{line}{feed}{text}");
    };
    let (before, after) = text.split_at(lock.line_span(last).end.min(text.len()));
    let after = if after.is_empty() { feed } else { after };
    format!("{before}{feed}{line}{after}")
}

#[cfg(test)]
mod tests;
