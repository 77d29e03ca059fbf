//! From the bytes of a snapshot's two files to one [`Policy`], or to everything that is wrong with them.
//!
//! `requires` is read before anything else, so that an old binary says "upgrade" and not "unknown key". Whether
//! pyproject.toml speaks of us at all is asked of its bytes first, TOML's escapes undone: one that does not cannot hold a
//! policy, broken or not, and is not parsed; a broken one that does is refused, for nobody can tell what it asks.

use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::source::{MAX_FILE, RepoPath, Span, printable_text};

use super::mistake::{Broken, Mistake, Mistakes, Place, Text, Wrong, place_in_bytes};
use super::reader::{Reader, shorten, span};
use super::{Policy, sections, shapes};

/// Where a policy of its own stands.
pub const FREEZE_GUARD_TOML: &str = "freeze-guard.toml";

/// Where a policy may stand as `[tool.freeze-guard]`.
pub const PYPROJECT_TOML: &str = "pyproject.toml";

/// Our table in pyproject.toml.
const TABLE: &str = "freeze-guard";

/// Above this size only the first syntax error is reported (bytes): finding them all costs memory for each.
const MOST_RECOVERED: usize = 256 * 1024;

/// Where a policy comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nowhere: the defaults.
    Default,
    /// This file.
    File(RepoPath),
}

/// The two files of a snapshot that may hold a policy; `None` where absent.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a> {
    /// `freeze-guard.toml` at the top.
    pub freeze_guard: Option<&'a [u8]>,
    /// `pyproject.toml` at the top.
    pub pyproject: Option<&'a [u8]>,
    /// This tool's version, for `requires`.
    pub version: &'a str,
}

/// What the two files of a snapshot say.
///
/// # Errors
/// All mistakes of the file that holds the policy; one where both files hold one.
pub fn load(files: Files<'_>) -> Result<(Policy, Origin), Broken> {
    let own = constant(FREEZE_GUARD_TOML);
    let shared = constant(PYPROJECT_TOML);
    let pyproject = files.pyproject.filter(|bytes| mentions_us(bytes));
    if let Some(bytes) = files.freeze_guard {
        // A pyproject.toml that cannot be read holds no second policy that anybody could follow.
        if let Some(place) = pyproject.and_then(|bytes| second_policy(&shared, bytes)) {
            return Err(twice(place).into());
        }
        let text = text_of(&own, bytes)?;
        let table = parse(&own, text)?;
        return Ok((read(Text::new(own.clone(), text), table.get_ref(), files.version)?, Origin::File(own)));
    }
    let Some(bytes) = pyproject else { return Ok((Policy::default(), Origin::Default)) };
    let text = text_of(&shared, bytes)?;
    let document = parse(&shared, text)?;
    match our_table(document.get_ref()) {
        None => Ok((Policy::default(), Origin::Default)),
        Some((_, value)) => match value.get_ref().as_table() {
            Some(table) => Ok((read(Text::new(shared.clone(), text), table, files.version)?, Origin::File(shared))),
            None => {
                let place = Text::new(shared, text).place(span(value.span()));
                let message = "`tool.freeze-guard` must be a table".to_owned();
                Err(Mistake { place, message, help: "write it as `[tool.freeze-guard]`".to_owned() }.into())
            }
        },
    }
}

/// A path that is a constant of this program.
pub(super) fn constant(path: &'static str) -> RepoPath {
    match RepoPath::new(path.as_bytes()) {
        Some(path) => path,
        None => unreachable!("{path} is a constant and a path; a test reads each"),
    }
}

/// The specifiers of `requires`. Digits are bounded because `pep440_rs` computes with them near the limit of `u64`.
pub(super) fn specifiers(text: &str) -> Result<VersionSpecifiers, Wrong> {
    let wrong = |why: &str| {
        Wrong::new(
            format!("`{}` is not a version specifier: {why}", shorten(text)),
            "write which versions of this tool may judge by this policy, like `requires = \">=0.1\"`",
        )
    };
    if text.len() > 200 || text.split(|char: char| !char.is_ascii_digit()).any(|digits| digits.len() > 9) {
        return Err(wrong("it is too long"));
    }
    if !text.is_ascii() {
        return Err(wrong("it holds a character that no version has"));
    }
    let first_line = |error: String| printable_text(error.lines().next().unwrap_or_default());
    VersionSpecifiers::from_str(text).map_err(|error| wrong(&first_line(error.to_string())))
}

/// Whether a pyproject.toml could hold our table: its name is there, as it is or with TOML's escapes undone.
fn mentions_us(bytes: &[u8]) -> bool {
    let holds = |bytes: &[u8]| bytes.windows(TABLE.len()).any(|window| window == TABLE.as_bytes());
    let has_escape = || bytes.windows(2).any(|two| matches!(two, [b'\\', b'u' | b'U' | b'x']));
    holds(bytes) || (has_escape() && holds(&unescaped(bytes)))
}

/// `bytes` with every `\xHH`, `\uHHHH` and `\UHHHHHHHH` that stands for an ASCII character replaced by it.
fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        let digits = match (byte, after.first()) {
            (b'\\', Some(b'x')) => 2,
            (b'\\', Some(b'u')) => 4,
            (b'\\', Some(b'U')) => 8,
            _ => 0,
        };
        let hex = after.get(1..=digits).filter(|_| digits > 0).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(decoded) => {
                out.push(decoded);
                rest = after.get(digits + 1..).unwrap_or_default();
            }
            None => {
                out.push(byte);
                rest = after;
            }
        }
    }
    out
}

/// Where pyproject.toml holds our table, if it can be read and does.
fn second_policy(path: &RepoPath, bytes: &[u8]) -> Option<Place> {
    let text = text_of(path, bytes).ok()?;
    let document = DeTable::parse(text).ok()?;
    let (key, _) = our_table(document.get_ref())?;
    Some(Text::new(path.clone(), text).place(key))
}

fn twice(place: Place) -> Mistake {
    Mistake {
        place,
        message: format!("the policy is written twice: here and in {FREEZE_GUARD_TOML}"),
        help: format!("keep one of them: remove [tool.freeze-guard] here, or `git rm {FREEZE_GUARD_TOML}`"),
    }
}

/// `tool.freeze-guard`: the place of its key, and its value.
fn our_table<'t>(document: &'t DeTable<'t>) -> Option<(Span, &'t Spanned<DeValue<'t>>)> {
    let (key, value) = document.get("tool")?.get_ref().as_table()?.get_key_value(TABLE)?;
    Some((span(key.span()), value))
}

/// The text of a file, or the one thing wrong with it.
fn text_of<'a>(path: &RepoPath, bytes: &'a [u8]) -> Result<&'a str, Broken> {
    let broken = |place: Place, message: String, help: &str| {
        Err(Broken::from(Mistake { place, message, help: help.to_owned() }))
    };
    if u64::try_from(bytes.len()).is_ok_and(|len| len > MAX_FILE) {
        let message = format!("{path} has {} bytes; files above {MAX_FILE} bytes are not read", bytes.len());
        return broken(Place::whole(path.clone()), message, "a policy is a few lines: remove the rest");
    }
    if bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
        let help = "save the file as UTF-8 without a byte order mark";
        return broken(Place::whole(path.clone()), format!("{path} begins with a byte order mark"), help);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => {
            let place = place_in_bytes(path.clone(), bytes, error.valid_up_to());
            broken(place, format!("{path} is not UTF-8"), "save the file as UTF-8")
        }
    }
}

/// The document, or its syntax errors: the first of each line, since what follows it is mostly its echo.
fn parse<'a>(path: &RepoPath, text: &'a str) -> Result<Spanned<DeTable<'a>>, Broken> {
    let first = match DeTable::parse(text) {
        Ok(table) => return Ok(table),
        Err(first) => first,
    };
    let errors = if text.len() > MOST_RECOVERED { vec![first] } else { DeTable::parse_recoverable(text).1 };
    let text = Text::new(path.clone(), text);
    let mut mistakes = Mistakes::default();
    let mut spans: Vec<_> = errors.iter().map(|error| (error.span().unwrap_or(0..0), error.message())).collect();
    spans.sort_by_key(|(span, _)| (span.start, span.end));
    let mut last_line = 0;
    for (at, message) in spans {
        if mistakes.has_room() {
            let place = text.place(span(at));
            if place.start.line > last_line {
                last_line = place.start.line;
                let message = format!("this is not TOML: {}", printable_text(message));
                mistakes.add(place, Wrong::new(message, "correct the line; https://toml.io shows how TOML is written"));
            }
        }
    }
    Err(mistakes.into_broken())
}

/// The policy of `table`.
fn read(text: Text<'_>, table: &DeTable<'_>, version: &str) -> Result<Policy, Broken> {
    if let Some(mistake) = unmet(&text, table, version) {
        return Err(mistake.into());
    }
    let mut reader = Reader { text, mistakes: Mistakes::default(), shapes: shapes::ALL };
    let policy = sections::policy(&mut reader, table);
    if reader.mistakes.is_empty() { Ok(policy) } else { Err(reader.mistakes.into_broken()) }
}

/// The mistake of a `requires` that this version does not meet. A malformed one is left to [`sections`].
fn unmet(text: &Text<'_>, table: &DeTable<'_>, version: &str) -> Option<Mistake> {
    let value = table.get("requires")?;
    let wanted = specifiers(value.get_ref().as_str()?).ok()?;
    let met = Version::from_str(version).is_ok_and(|version| wanted.contains(&version));
    (!met).then(|| Mistake {
        place: text.place(span(value.span())),
        message: format!("this policy needs hook {wanted}, this is {}", printable_text(version)),
        help: "upgrade with `cargo install freeze-guard --locked`".to_owned(),
    })
}
