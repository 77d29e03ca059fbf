//! Pins for a manifest from its lock: only the specifier's bytes change.
//!
//! A file may belong to several pairs; where their locks disagree about a version nobody is asked and nothing is
//! written.

use std::collections::{BTreeMap, BTreeSet};

use crate::change::bench::Bench;
use crate::files::PairFiles;
use crate::finding::Place;
use crate::policy::Pair;
use crate::requirements::{self, Located};
use crate::rule::RuleId;
use crate::rules::{Loose, NoPin, loose_in_manifest};
use crate::source::{ReadError, RepoPath, SourceFile, Span, printable_text};

/// A UTF-8 byte order mark, which is no part of a file's text.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// One requirement that wants a pin.
struct Wanted {
    label: String,
    place: Place,
    specifiers: Option<Span>,
    /// What the locks say: `==1.2.3`, or why not.
    answers: BTreeSet<Result<String, NoPin>>,
}

/// The requirements of one file, by where they stand.
type Wishes = BTreeMap<RepoPath, BTreeMap<Span, Wanted>>;

/// Pins what the locks of `pairs` can pin.
pub(super) fn pin(pairs: &[(Pair, PairFiles)], bench: &mut Bench<'_, '_>) -> Result<(), ReadError> {
    let mut wishes = Wishes::new();
    for (pair, files) in pairs.iter().filter(|(pair, _)| pair.manifest_pins) {
        let context = bench.context(pair, files);
        for Loose { located, pin, .. } in loose_in_manifest(&context) {
            if bench.asks(RuleId::Unpinned, located.requirement.name.as_ref()) {
                wish(&mut wishes, &located, pin);
            }
        }
    }
    for (path, wanted) in wishes {
        edit(&path, wanted, bench)?;
    }
    Ok(())
}

fn wish(wishes: &mut Wishes, located: &Located<'_>, answer: Result<String, NoPin>) {
    let of_file = wishes.entry(located.file.path().clone()).or_default();
    let wanted = of_file.entry(located.entry.span).or_insert_with(|| Wanted {
        label: printable_text(located.label()),
        place: Place::of(located.file, located.span()),
        specifiers: located.requirement.specifier_span,
        answers: BTreeSet::new(),
    });
    wanted.answers.insert(answer);
}

fn edit(path: &RepoPath, wanted: BTreeMap<Span, Wanted>, bench: &mut Bench<'_, '_>) -> Result<(), ReadError> {
    let bytes = bench.overlay.bytes(path)?.unwrap_or_default();
    let mark = if bytes.starts_with(MARK) { MARK.len() } else { 0 };
    let plain = same_bytes(&requirements::read(path.clone(), &bytes).source, &bytes);
    let mut text = bytes.clone();
    // From the end, so that the places before stay where they are.
    for Wanted { label, place, specifiers, answers } in wanted.into_values().rev() {
        let several = answers.len() > 1;
        // What no lock can pin has its reason in the finding already.
        let Some(pin) = answers.into_iter().find_map(Result::ok) else { continue };
        let spot = specifiers.map(|span| span.start + mark..span.end + mark);
        match spot.filter(|spot| plain && text.get(spot.clone()).is_some()) {
            _ if several => {
                bench.leave(place, format!("{label} is not pinned: the locks of this file disagree about it"))
            }
            Some(spot) => drop(text.splice(spot, pin.into_bytes())),
            None => bench.leave(place, format!("{label} is not pinned: only UTF-8 files are edited")),
        }
    }
    if text != bytes {
        bench.overlay.put(path, text)?;
    }
    Ok(())
}

/// Whether `bytes` are the text of `file`, a UTF-8 byte order mark apart.
fn same_bytes(file: &SourceFile, bytes: &[u8]) -> bool {
    file.text().as_bytes() == bytes.strip_prefix(MARK).unwrap_or(bytes)
}
