//! What moved between two states of a lock: pins that came, went or changed, for a table or a note.

use std::collections::{BTreeMap, BTreeSet};

use super::Contents;
use crate::requirements::{Located, without_credentials};

/// A package whose pins differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PinChange {
    /// Its normalised name, or its URL or path where it has none; not yet made printable.
    pub name: String,
    /// What it was pinned to; several versions (forks) joined with `, `. `None` where it was not there.
    pub from: Option<String>,
    /// What it is pinned to now; `None` where it is gone.
    pub to: Option<String>,
}

/// The packages whose versions or URLs differ, sorted by name. Hashes, extras and markers are not pins.
pub fn pins_changed(before: &Contents<'_>, after: &Contents<'_>) -> Vec<PinChange> {
    let (before, after) = (by_name(before), by_name(after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = names.into_iter().filter(|name| match (before.get(*name), after.get(*name)) {
        (Some(before), Some(after)) => !before.keys().eq(after.keys()),
        (before, after) => before.is_some() != after.is_some(),
    });
    let shown = |pins: &BTreeMap<String, Pins>, name: &String| {
        pins.get(name).map(|pins| pins.values().map(String::as_str).collect::<Vec<_>>().join(", "))
    };
    changed.map(|name| PinChange { name: name.clone(), from: shown(&before, name), to: shown(&after, name) }).collect()
}

/// What one package is pinned to: each pin as it is compared, and as it is shown.
type Pins = BTreeMap<String, String>;

fn by_name(contents: &Contents<'_>) -> BTreeMap<String, Pins> {
    let mut pins: BTreeMap<String, Pins> = BTreeMap::new();
    for located in &contents.requirements {
        let (compared, shown) = pin(located);
        pins.entry(without_credentials(located.label())).or_default().insert(compared, shown);
    }
    pins
}

/// The URL, the version, or what else is asked for.
fn pin(located: &Located<'_>) -> (String, String) {
    let requirement = located.requirement;
    if let Some(url) = &requirement.url {
        let url = without_credentials(url);
        return (url.clone(), url);
    }
    let canonical = requirement.specifiers.canonical();
    let shown = match requirement.specifiers.exact() {
        Some(version) => version.to_string(),
        None if canonical.is_empty() => "any version".to_owned(),
        None => canonical.clone(),
    };
    (canonical, shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requirements::{self, located_in};
    use crate::source::RepoPath;

    fn told(before: &str, after: &str) -> Vec<String> {
        let read = |text: &str| requirements::read(RepoPath::new(b"r.lock").unwrap(), text.as_bytes());
        let (before, after) = (read(before), read(after));
        let contents = |file| Contents { requirements: located_in(file).collect(), ..Contents::default() };
        let show = |change: PinChange| {
            let (from, to) = (change.from.unwrap_or("-".to_owned()), change.to.unwrap_or("-".to_owned()));
            format!("{} {from} {to}", change.name)
        };
        pins_changed(&contents(&before), &contents(&after)).into_iter().map(show).collect()
    }

    #[test]
    fn what_came_went_and_changed() {
        let before = "Foo==1.0\nbar==2.0 # web\nold==1\nsame==1 --hash=sha256:aa\n";
        let after = "same==1.0 ; python_version > '3'\nfoo==1.1\nbar==2\nnew==3\n";
        assert_eq!(told(before, after), ["foo 1.0 1.1", "new - 3", "old 1 -"]);
        assert_eq!(told(before, before), [""; 0]);
    }

    #[test]
    fn forks_urls_and_ranges() {
        let fork = "np==1.26 ; python_version < '3.12'\nnp==2.0 ; python_version >= '3.12'\n";
        assert_eq!(told(fork, "np==2.0\n"), ["np 1.26, 2.0 2.0"]);
        let (old, new) = ("x @ https://u:secret@example.com/x-1.zip\n", "x>=1,<2\n");
        assert_eq!(told(old, new), ["x https://example.com/x-1.zip <2,>=1"]);
        assert_eq!(told("", "x\n"), ["x - any version"]);
    }
}
