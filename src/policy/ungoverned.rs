//! Files that look as if they decided what is installed and that no pair governs: `install`, `status` and `init` name
//! them, so that nobody believes them frozen. By name alone; nothing here is ever refused.

use super::pairs::{PairRules, Rules};

/// Why a file that no pair governs is worth a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ungoverned {
    /// It looks like a requirements or constraints file: a `[[pair]]` could govern it.
    Requirements,
    /// It is a lock in a format that is not covered; the tool that writes it.
    OtherLock(&'static str),
}

/// Locks of other tools: the file's name, the tool's.
const OTHER_LOCKS: &[(&str, &str)] = &[
    ("uv.lock", "uv"),
    ("poetry.lock", "Poetry"),
    ("pdm.lock", "PDM"),
    ("pipfile.lock", "Pipenv"),
    ("pixi.lock", "pixi"),
    ("conda-lock.yml", "conda-lock"),
];

/// Words that a requirements file's name holds.
const WORDS: &[&str] = &["requirements", "requirement", "constraints", "constraint", "reqs"];

/// Directories whose `.txt` and `.in` files are requirements files.
const DIRECTORIES: &[&str] = &["requirements", "constraints", "reqs"];

impl PairRules {
    /// Whether the file at `path` looks governed and is not. The caller leaves out the files of [`PairRules::pairs`] and
    /// what they include; manifests that `exclude` names and names that [`PairRules::wants`] answer `None` by
    /// themselves, but for a `requirements.in` that has no `requirements.txt` beside it.
    pub fn looks_ungoverned(&self, path: &[u8]) -> Option<Ungoverned> {
        let path_text = String::from_utf8_lossy(path).to_ascii_lowercase();
        let (parent, name) = path_text.rsplit_once('/').unwrap_or(("", &path_text));
        let found = other_lock(name).or_else(|| is_requirements(parent, name).then_some(Ungoverned::Requirements))?;
        let lone_source = self.rules == Rules::Default && name == "requirements.in";
        (!self.excluded(path) && (lone_source || !self.wants(path))).then_some(found)
    }
}

fn other_lock(name: &str) -> Option<Ungoverned> {
    let known = OTHER_LOCKS.iter().find(|(lock, _)| *lock == name).map(|&(_, tool)| Ungoverned::OtherLock(tool));
    let is_pylock = || name == "pylock.toml" || (name.starts_with("pylock.") && name.ends_with(".toml"));
    known.or_else(|| is_pylock().then_some(Ungoverned::OtherLock("PEP 751 (pylock)")))
}

fn is_requirements(parent: &str, name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".txt").or_else(|| name.strip_suffix(".in")) else { return false };
    let directory = parent.rsplit('/').next().unwrap_or_default();
    DIRECTORIES.contains(&directory) || stem.split(['-', '_', '.', ' ']).any(|word| WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_and_other_locks_are_named_and_nothing_else() {
        let requirements = Some(Ungoverned::Requirements);
        let cases: &[(&[u8], Option<Ungoverned>)] = &[
            (b"requirements-dev.txt", requirements),
            (b"a/dev_requirements.txt", requirements),
            (b"a/Requirements.Dev.TXT", requirements),
            (b"requirements/base.txt", requirements),
            (b"requirements/base.in", requirements),
            (b"constraints.txt", requirements),
            (b"requirements.in", requirements),
            (b"requirements-\xff.txt", requirements),
            (b"requirements.txt", None),
            (b"a/requirements.lock", None),
            (b"requirements-dev.md", None),
            (b"MANIFEST.in", None),
            (b"notes.txt", None),
            (b"requirements/notes/a.txt", None),
            (b"requirements", None),
            (b"uv.lock", Some(Ungoverned::OtherLock("uv"))),
            (b"a/Pipfile.lock", Some(Ungoverned::OtherLock("Pipenv"))),
            (b"pylock.dev.toml", Some(Ungoverned::OtherLock("PEP 751 (pylock)"))),
            (b"Cargo.lock", None),
        ];
        for (path, expected) in cases {
            let found = PairRules::default().looks_ungoverned(path);
            assert_eq!(found, *expected, "{}", crate::source::printable(path));
        }
    }
}
