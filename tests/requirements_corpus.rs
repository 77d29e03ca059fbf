//! Real files: every lock and manifest of the corpus reads without a line that pip could not read. Skipped where the
//! corpus is not there.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of tests: a failed test is the message"
)]

use std::path::{Path, PathBuf};

use freeze_guard::requirements::{File, ProblemKind, read};
use freeze_guard::source::RepoPath;

fn files(directory: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|extension| extension != "md") {
            out.push(path);
        }
    }
}

fn corpus() -> Vec<(PathBuf, File)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if !root.is_dir() {
        eprintln!("skipped: there is no corpus beside this repository");
        return Vec::new();
    }
    let mut paths = Vec::new();
    files(&root, &mut paths);
    let path = || RepoPath::new(b"requirements.txt").unwrap();
    paths.into_iter().map(|file| (file.clone(), read(path(), &std::fs::read(&file).unwrap()))).collect()
}

#[test]
fn nothing_real_is_invalid() {
    for (path, file) in corpus() {
        let bad: Vec<_> = file.problems.iter().filter(|problem| problem.kind == ProblemKind::Invalid).collect();
        assert!(bad.is_empty(), "{path:?}: {bad:?}");
        let odd: Vec<_> = file.problems.iter().map(|problem| (problem.kind, &problem.message)).collect();
        assert!(odd.is_empty(), "{path:?}: {odd:?}");
    }
}

#[test]
fn generated_locks_are_pinned() {
    for (path, file) in corpus() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("out-") {
            continue;
        }
        assert!(file.requirements().count() > 2, "{path:?}");
        for (entry, requirement) in file.requirements() {
            let pinned = requirement.pin(&[]) == freeze_guard::requirements::Pin::Pinned;
            assert!(pinned, "{path:?}: {}", entry.text(&file.source));
            let hashed = name.contains("hash") || name.contains("unsafe");
            assert_eq!(!requirement.hashes.is_empty(), hashed, "{path:?}: {}", entry.text(&file.source));
        }
    }
}
