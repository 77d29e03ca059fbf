//! The text of a mirror: the lock's header, then the manifest line by line, its includes in their places, with the
//! hashes that the lock had for pins that did not change.

use std::collections::{BTreeMap, BTreeSet};

use crate::files::{Closure, Content};
use crate::locks::unstamped;
use crate::requirements::{Entry, EntryKind, File, Include, IncludeKind, Located, Requirement, Tri};
use crate::rules::Context;
use crate::source::{RepoPath, SourceFile, Span};

/// A UTF-8 byte order mark.
pub(super) const MARK: &[u8] = b"\xef\xbb\xbf";

/// What the lock of `context` should hold; `lock_bytes` is what it holds now. Or why that cannot be told.
pub(in crate::change) fn mirror_text(context: &Context<'_>, lock_bytes: Option<&[u8]>) -> Result<Vec<u8>, String> {
    let lock = context.after.lock.root_file();
    // A stamp is no header: it is written anew, or not.
    let bare = lock.map(|lock| SourceFile::new(lock.source.path().clone(), unstamped(lock)));
    let head = bare.as_ref().map(Head::of).unwrap_or_default();
    let held = context.lock();
    let mut body = Body { closure: &context.after.manifest, held: BTreeMap::new(), done: BTreeSet::new() };
    for located in &held.requirements {
        body.held.entry(located.label().to_owned()).or_default().push(*located);
    }
    let manifest = body.file(&context.pair.manifest, head.is_empty())?;
    let strict = if only_lock_requires_hashes(context) { "--require-hashes\n" } else { "" };
    let rest = format!("{strict}{manifest}");
    let first = rest.lines().next().map(str::trim);
    let gap = match first {
        Some("") => "",
        // A comment right behind the header would be taken for a part of it the next time.
        Some(first) if first.starts_with('#') && head.gap.is_empty() && !head.is_empty() => "\n",
        Some(_) | None => head.gap.as_str(),
    };
    let text = format!("{}{gap}{rest}", head.text).replace("\r\n", "\n");
    let feed = match lock.filter(|lock| !lock.source.text().is_empty()) {
        Some(lock) => line_feed(&lock.source),
        None => context.after.manifest.root_file().map_or("\n", |manifest| line_feed(&manifest.source)),
    };
    let mark = if lock_bytes.is_some_and(|bytes| bytes.starts_with(MARK)) { MARK } else { b"" };
    Ok([mark, text.replace('\n', feed).as_bytes()].concat())
}

/// How the first line of `file` ends.
fn line_feed(file: &SourceFile) -> &'static str {
    if file.text().get(file.line_span(1).end..).is_some_and(|rest| rest.starts_with("\r\n")) { "\r\n" } else { "\n" }
}

/// A lock may be stricter than its manifest, and stays so.
fn only_lock_requires_hashes(context: &Context<'_>) -> bool {
    let strict =
        |options: &[crate::locks::OptionLine<'_>]| options.iter().any(|line| line.option.name == "--require-hashes");
    strict(&context.lock().options) && !strict(&context.manifest().options)
}

/// The comment block that a file begins with, up to the first line that is none.
#[derive(Default)]
struct Head {
    /// Its lines, each with its line break.
    text: String,
    /// The blank lines behind it.
    gap: String,
    /// Where the rest begins, blank lines passed.
    rest: usize,
}

impl Head {
    fn of(file: &SourceFile) -> Self {
        let is_comment = |line: &usize| file.line(*line).trim_start().starts_with('#');
        let is_blank = |line: &usize| file.line(*line).trim().is_empty();
        let comments = (1..=file.line_count()).take_while(is_comment).count();
        if comments == 0 {
            return Self::default();
        }
        let blank = (comments + 1..=file.line_count()).take_while(is_blank).count();
        let start = |line: usize| if line > file.line_count() { file.text().len() } else { file.line_span(line).start };
        let mut text = file.text().get(..start(comments + 1)).unwrap_or_default().to_owned();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        let rest = start(comments + blank + 1);
        let gap = file.text().get(start(comments + 1)..rest).unwrap_or_default().to_owned();
        Self { text, gap, rest }
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// What follows the header.
struct Body<'a> {
    closure: &'a Closure,
    /// What the lock holds, by name.
    held: BTreeMap<String, Vec<Located<'a>>>,
    /// Files that were written out already; a second time adds nothing.
    done: BTreeSet<RepoPath>,
}

impl<'a> Body<'a> {
    /// The lines of the file at `path`, with its own header or without.
    fn file(&mut self, path: &RepoPath, with_head: bool) -> Result<String, String> {
        let node = self.closure.nodes.iter().find(|node| node.path == *path);
        let Some(Content::Read(file)) = node.map(|node| &node.content) else {
            return Err(format!("{path} cannot be read"));
        };
        self.done.insert(path.clone());
        let source = &file.source;
        let mut at = if with_head { 0 } else { Head::of(source).rest };
        let mut out = String::new();
        for entry in &file.entries {
            let Some((span, text)) = self.replacement(file, entry)? else { continue };
            out.push_str(source.text().get(at..span.start).unwrap_or_default());
            out.push_str(&text);
            at = span.end.max(at);
        }
        out.push_str(source.text().get(at..).unwrap_or_default());
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        Ok(out)
    }

    /// What stands in the lock in the place of `entry`; `None` where it is copied as it is.
    fn replacement(&mut self, file: &File, entry: &Entry) -> Result<Option<(Span, String)>, String> {
        match &entry.kind {
            EntryKind::Include(include) => self.include(file, entry, include),
            EntryKind::Requirement(asked) => Ok(self.with_hashes(file, entry, asked).map(|text| (entry.span, text))),
            EntryKind::Options(_) | EntryKind::Invalid => Ok(None),
        }
    }

    /// What `-r` includes stands in its place; `-c` goes, since a lock must hold every pin itself.
    fn include(&mut self, file: &File, entry: &Entry, include: &Include) -> Result<Option<(Span, String)>, String> {
        let lines = whole_lines(&file.source, entry.span);
        if include.kind == IncludeKind::Constraint {
            return Ok(Some((lines, String::new())));
        }
        let target = RepoPath::resolve(file.source.path().parent(), include.target.as_bytes());
        let target = target.ok_or_else(|| format!("{} includes what cannot be followed", file.source.path()))?;
        let text = if self.done.contains(&target) { String::new() } else { self.file(&target, false)? };
        Ok(Some((lines, text)))
    }

    /// `entry` with the hashes that only the lock has for the same version; `None` where there are none.
    fn with_hashes(&self, file: &File, entry: &Entry, asked: &Requirement) -> Option<String> {
        let held = self.held.get(Located { file: &file.source, entry, requirement: asked }.label())?;
        let same = |held: &&Located<'a>| {
            let held = held.requirement;
            let exact = asked.specifiers.exact().is_some() || asked.url.is_some();
            exact
                && held.specifiers == asked.specifiers
                && held.url == asked.url
                && !held.hashes.is_subset(&asked.hashes)
        };
        let held = held.iter().filter(same).max_by_key(|held| answers(asked, held.requirement))?;
        if answers(asked, held.requirement) {
            return text_of(held.file, held.entry.span);
        }
        let mut text = text_of(&file.source, entry.span)?;
        for hash in held.requirement.hashes.difference(&asked.hashes) {
            text.push_str(&format!(" \\\n    --hash={hash}"));
        }
        Some(text)
    }
}

/// Whether the lock's entry can stay as it is.
fn answers(asked: &Requirement, held: &Requirement) -> bool {
    let marker = match (&asked.marker, &held.marker) {
        (None, None) => true,
        (Some(asked), Some(held)) => asked.equivalent(held) == Tri::Yes,
        (Some(_), None) | (None, Some(_)) => false,
    };
    marker && asked.editable == held.editable && asked.extras == held.extras && asked.hashes.is_subset(&held.hashes)
}

fn text_of(file: &SourceFile, span: Span) -> Option<String> {
    file.text().get(span.start..span.end).map(str::to_owned)
}

/// The physical lines that `span` touches, the last one's break included.
fn whole_lines(file: &SourceFile, span: Span) -> Span {
    let first = file.position(span.start).line;
    let last = file.position(span.end).line;
    let end = if last >= file.line_count() { file.text().len() } else { file.line_span(last + 1).start };
    Span::new(file.line_span(first).start, end)
}
