//! Whether `.gitattributes` converts a file on its way into the work tree. Only files of the same snapshot count, as
//! they do for everybody who checks it out; `info/attributes` and the user's own file are each reader's.
//!
//! Patterns and macros are gix's work. What it or a version of git would read otherwise than the next is not decided.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gix::bstr::ByteSlice;
use gix::glob::pattern::Case;
use gix_attributes::search::{MetadataCollection, Outcome};
use gix_attributes::{Search, StateRef};

use super::objects::damaged;
use crate::source::{
    Attribute, Cause, Conversion, Entry, MAX_ATTRIBUTES, Mode, Object, ReadError, RepoPath, Tree, Unclear,
    attribute_files, printable,
};

/// git passes over longer lines since 2.39.1 and read them before.
const MAX_LINE: usize = 2048;
/// gix takes a pattern that nests deeper than 64 for one that does not match, and is slow to find out.
const MAX_STARS: usize = 12;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// One `.gitattributes` of the snapshot.
struct Source {
    file: Entry,
    content: Result<Vec<u8>, Unclear>,
}

/// git skips a byte order mark in a file and not in a blob, and checks out by either.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Skipped,
    /// The first line then begins with a character that no path has.
    Kept,
}

/// What converts each of `paths` in `tree`.
pub(super) fn conversions(tree: &dyn Tree, paths: &[RepoPath], case: Case) -> Result<Vec<Vec<Conversion>>, ReadError> {
    let sources = read(tree, paths)?;
    let of_path = |path: &RepoPath| {
        let chain: Vec<&Source> = attribute_files(path).iter().filter_map(|file| sources.get(file)).collect();
        decide(path, &chain, case)
    };
    paths.iter().map(of_path).collect()
}

fn read(tree: &dyn Tree, paths: &[RepoPath]) -> Result<BTreeMap<RepoPath, Source>, ReadError> {
    let mut files: Vec<RepoPath> = paths.iter().flat_map(attribute_files).collect();
    files.sort_unstable();
    files.dedup();
    let found = tree.lookup(&files)?;
    let mut sources = BTreeMap::new();
    for (path, object) in files.into_iter().zip(found) {
        let Some(object) = object else { continue };
        if let Some(content) = content(tree, &path, &object)? {
            sources.insert(path.clone(), Source { file: Entry { path, object }, content });
        }
    }
    Ok(sources)
}

/// `None` for what holds no attributes.
fn content(tree: &dyn Tree, path: &RepoPath, object: &Object) -> Result<Option<Result<Vec<u8>, Unclear>>, ReadError> {
    match object.mode {
        Mode::File | Mode::Executable => match tree.blob(path, &object.id) {
            Ok(content) => {
                let size = u64::try_from(content.len()).unwrap_or(u64::MAX);
                let fits = size <= MAX_ATTRIBUTES || !mentions(&content);
                Ok(Some(if fits { Ok(content) } else { Err(Unclear::TooLarge(size)) }))
            }
            Err(ReadError::TooLarge { size, .. }) => Ok(Some(Err(Unclear::TooLarge(size)))),
            Err(error) => Err(error),
        },
        Mode::Symlink => Ok(Some(Err(Unclear::Symlink))),
        Mode::Submodule | Mode::Directory => Ok(None),
    }
}

fn decide(path: &RepoPath, chain: &[&Source], case: Case) -> Result<Vec<Conversion>, ReadError> {
    let unreadable = chain.iter().filter_map(|source| source.content.as_ref().err().map(|why| (*source, *why)));
    let unclear =
        |(source, why): (&Source, Unclear)| Conversion { file: source.file.clone(), cause: Cause::Unclear(why) };
    let mut found: Vec<Conversion> = unreadable.map(unclear).collect();
    let readable: Vec<(&Source, &[u8])> =
        chain.iter().filter_map(|source| Some((*source, source.content.as_deref().ok()?))).collect();
    if !readable.iter().any(|(_, content)| mentions(content)) {
        return Ok(found);
    }
    let odd = readable.iter().filter_map(|(source, content)| Some((*source, Unclear::Line(odd_line(content)?))));
    found.extend(odd.map(unclear));
    if !found.is_empty() {
        return Ok(found);
    }
    found = matching(path, &readable, (case, Mark::Skipped))?;
    if readable.iter().any(|(_, content)| content.starts_with(BOM)) {
        let more = matching(path, &readable, (case, Mark::Kept))?;
        found.extend(more.into_iter().filter(|conversion| !found.contains(conversion)).collect::<Vec<_>>());
    }
    Ok(found)
}

/// Whether one of the attributes could be given: their names cannot be spelt in any other way, macros included.
fn mentions(content: &[u8]) -> bool {
    Attribute::ALL.iter().any(|attribute| content.contains_str(attribute.name()))
}

/// The first line (one-based) that not everybody reads alike, or that takes long to match.
fn odd_line(content: &[u8]) -> Option<usize> {
    let odd = |line: &[u8]| {
        // In a blob git stops at a NUL, in a file it only ends the line there.
        let split = line.contains(&0) || line.len() >= MAX_LINE;
        let deep = line.iter().filter(|&&byte| byte == b'*').count() > MAX_STARS;
        // Reserved since git 2.43: the whole line is then passed over.
        let reserved = line.contains_str("builtin_");
        // git allows blanks in a macro's name that is quoted.
        let pattern = line.trim_start_with(|char| matches!(char, ' ' | '\t' | '\r'));
        let quoted_macro = pattern.starts_with(b"\"[") || pattern.starts_with(b"\"\\1");
        split || deep || reserved || quoted_macro
    };
    let content = content.strip_prefix(BOM).unwrap_or(content);
    content.split(|&byte| byte == b'\n').position(odd).map(|at| at + 1)
}

/// What gix finds for `path`.
fn matching(
    path: &RepoPath,
    sources: &[(&Source, &[u8])],
    (case, mark): (Case, Mark),
) -> Result<Vec<Conversion>, ReadError> {
    let (mut search, mut known) = (Search::default(), MetadataCollection::default());
    let mut places = Vec::new();
    for (source, content) in sources {
        let at = place(&source.file.path)?;
        let top = source.file.path.parent().is_empty();
        search
            .add_patterns_buffer(&lines(content, mark), at.clone(), Some(Path::new("")), &mut known, top)
            .map_err(|error| damaged(&source.file.path.to_string(), &error))?;
        places.push((at, *source, *content));
    }
    let mut outcome = Outcome::default();
    outcome.initialize_with_selection(&known, Attribute::ALL.map(Attribute::name));
    search.pattern_matching_relative_path(path.as_bytes().as_bstr(), case, Some(false), &mut outcome);
    let mut found = Vec::new();
    for (attribute, matched) in Attribute::ALL.into_iter().zip(outcome.iter_selected()) {
        let Some(assignment) = converts(attribute, matched.assignment.state) else { continue };
        let place = places.iter().find(|(at, ..)| Some(at.as_path()) == matched.location.source);
        let Some((_, source, content)) = place else { continue };
        // One line stands before the first.
        let line = matched.location.sequence_number.saturating_sub(1);
        let text = content.split(|&byte| byte == b'\n').nth(line.saturating_sub(1)).unwrap_or_default();
        let text = text.strip_prefix(BOM).unwrap_or(text).trim_ascii_end().to_str_lossy().into_owned();
        let cause = Cause::Attribute { attribute, assignment, line, text };
        found.push(Conversion { file: source.file.clone(), cause });
    }
    Ok(found)
}

fn place(path: &RepoPath) -> Result<PathBuf, ReadError> {
    gix::path::from_byte_slice(path.as_bytes()).map(Path::to_owned).map_err(|error| damaged(&path.to_string(), &error))
}

/// `content` behind a comment line: at the start gix would take more for a byte order mark than git does.
fn lines(content: &[u8], mark: Mark) -> Vec<u8> {
    match (content.strip_prefix(BOM), mark) {
        (Some(rest), Mark::Kept) => [b"#\n#", rest].concat(),
        (rest, _) => [b"#\n", rest.unwrap_or(content)].concat(),
    }
}

/// The assignment as git would write it, if it makes git convert (convert.c); an encoding must have a value, and git
/// stops where it has none.
fn converts(attribute: Attribute, state: StateRef<'_>) -> Option<String> {
    let name = attribute.name();
    match (attribute, state) {
        (Attribute::Ident | Attribute::WorkingTreeEncoding, StateRef::Set) => Some(name.to_owned()),
        (Attribute::Filter, StateRef::Value(value)) => Some(format!("{name}={}", printable(value.as_bstr()))),
        (Attribute::WorkingTreeEncoding, StateRef::Value(value)) => {
            let same = value.as_bstr().is_empty() || is_utf8(value.as_bstr());
            (!same).then(|| format!("{name}={}", printable(value.as_bstr())))
        }
        (Attribute::Filter, StateRef::Set)
        | (Attribute::Ident, StateRef::Value(_))
        | (_, StateRef::Unset | StateRef::Unspecified) => None,
    }
}

/// The encoding of blobs, for which git does nothing.
fn is_utf8(value: &[u8]) -> bool {
    value.eq_ignore_ascii_case(b"utf-8") || value.eq_ignore_ascii_case(b"utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_decided_is_odd() {
        let long = [b"a\n* ".as_slice(), &[b'x'; MAX_LINE]].concat();
        for (content, line) in [
            (b"a filter=x\n* \0-filter\n".as_slice(), 2),
            (&long, 2),
            (b"\"[attr] lfs\" filter=x\n", 1),
            (b"\n\n  \"\\133attr] lfs\" filter=x\n", 3),
            (b"a builtin_mode filter=x", 1),
            ([b"**/".as_slice(); 13].concat().as_slice(), 1),
        ] {
            assert_eq!(odd_line(content), Some(line), "{}", printable(content));
        }
        assert_eq!(odd_line(b"\xef\xbb\xbf*.png filter=lfs -text\r\n\"a b\" -ident\n[attr]x ident\n"), None);
    }
}
