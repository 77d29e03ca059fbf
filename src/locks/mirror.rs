//! The mirror rule: manifest and lock hold equal sets of (name, extras, version, marker, url) and of option lines.
//!
//! Order, case, spaces and comments are free. The lock may add hashes and never loses one; it may strip extras, as
//! pip-compile and uv do.

use std::collections::HashMap;

use super::{Contents, Drift, OptionLine};
use crate::requirements::{Located, Requirement, Tri};
use crate::source::printable_text;

/// Every difference, in the order of the manifest, then of the lock.
pub fn mirror<'a>(manifest: &Contents<'a>, lock: &Contents<'a>) -> Vec<Drift<'a>> {
    let mut answers = by_label(&lock.requirements);
    let mut drift = Vec::new();
    let mut unmatched = Vec::new();
    for asked in &manifest.requirements {
        let candidates = answers.entry(asked.label()).or_default();
        match candidates.iter().position(|held| difference(asked.requirement, held.requirement).is_none()) {
            Some(at) => drop(candidates.remove(at)),
            None => unmatched.push(asked),
        }
    }
    for asked in unmatched {
        let candidates = answers.entry(asked.label()).or_default();
        if candidates.is_empty() {
            drift.push(Drift::Missing(*asked));
            continue;
        }
        let held = candidates.remove(0);
        let how = difference(asked.requirement, held.requirement).unwrap_or_default();
        drift.push(Drift::Different { manifest: *asked, lock: held, how });
    }
    let left: Vec<_> = answers.into_values().flatten().collect();
    let in_order = lock.requirements.iter().filter(|held| left.iter().any(|other| same_place(held, other)));
    drift.extend(in_order.map(|held| Drift::Extra(*held)));
    drift.extend(options(manifest, lock));
    drift
}

fn by_label<'r, 'a>(requirements: &'r [Located<'a>]) -> HashMap<&'r str, Vec<Located<'a>>> {
    let mut map: HashMap<&str, Vec<Located<'a>>> = HashMap::with_capacity(requirements.len());
    for located in requirements {
        map.entry(located.label()).or_default().push(*located);
    }
    map
}

fn same_place(left: &Located<'_>, right: &Located<'_>) -> bool {
    std::ptr::eq(left.entry, right.entry)
}

/// In what `lock` differs from `manifest`; `None` if it answers.
fn difference(manifest: &Requirement, lock: &Requirement) -> Option<String> {
    let quote = printable_text;
    if manifest.specifiers != lock.specifiers {
        let (asked, held) = (manifest.specifiers.to_string(), lock.specifiers.to_string());
        return Some(format!("{} in the manifest, {} in the lock", shown(&asked), shown(&held)));
    }
    if !same_url(manifest, lock) {
        return Some("the URL differs".to_owned());
    }
    if manifest.editable != lock.editable {
        return Some("only one of the two is editable (-e)".to_owned());
    }
    if manifest.extras != lock.extras && !lock.extras.is_empty() {
        return Some("the extras differ".to_owned());
    }
    match (&manifest.marker, &lock.marker) {
        (None, None) => {}
        (Some(asked), Some(held)) if asked.equivalent(held) == Tri::Yes => {}
        (Some(asked), Some(held)) if asked.equivalent(held) == Tri::Unknown => {
            return Some(format!(
                "whether the markers `{}` and `{}` mean the same cannot be decided",
                quote(asked.text()),
                quote(held.text())
            ));
        }
        _ => return Some("the markers differ".to_owned()),
    }
    (!manifest.hashes.is_subset(&lock.hashes)).then(|| "the lock lost a hash of the manifest".to_owned())
}

fn same_url(manifest: &Requirement, lock: &Requirement) -> bool {
    match (&manifest.url, &lock.url) {
        (None, None) => true,
        (Some(asked), Some(held)) => asked == held || manifest.same_url(lock) == Tri::Yes,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn shown(specifiers: &str) -> String {
    if specifiers.is_empty() { "no version".to_owned() } else { printable_text(specifiers) }
}

fn options<'a>(manifest: &Contents<'a>, lock: &Contents<'a>) -> Vec<Drift<'a>> {
    let lacks = |list: &[OptionLine<'_>], line: &OptionLine<'_>| !list.iter().any(|other| other.option == line.option);
    // A lock may be stricter than its manifest: hashes are its to add.
    let adds_hashes = |line: &OptionLine<'_>| line.option.name == "--require-hashes";
    let missing = manifest.options.iter().filter(|line| lacks(&lock.options, line));
    let extra = lock.options.iter().filter(|line| lacks(&manifest.options, line) && !adds_hashes(line));
    missing.map(|line| Drift::OptionMissing(*line)).chain(extra.map(|line| Drift::OptionExtra(*line))).collect()
}
