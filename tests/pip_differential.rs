//! Our reading against real pip's: what pip accepts we read alike, what pip refuses is invalid to us, but for the
//! differences of requirements-format section 6.4.
//!
//! Runs where `FREEZE_GUARD_PIP_PYTHON` names a Python whose pip is 26.3; `FREEZE_GUARD_CASES` files (20,000 without),
//! from `FREEZE_GUARD_SEED` on. Says so where it is skipped.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of tests: a failed test is the message"
)]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use freeze_guard::requirements::{
    Entry, EntryKind, File, IncludeKind, ProblemKind, Requirement, RequirementKind, read,
};
use freeze_guard::source::RepoPath;
use serde_json::{Value, json};

#[path = "oracle/generate.rs"]
mod generate;

const BATCH: usize = 2_000;

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().map_or(default, |value| value.parse().expect("a number"))
}

#[test]
fn generated_files_read_as_pip_reads_them() {
    let Ok(python) = std::env::var("FREEZE_GUARD_PIP_PYTHON") else {
        eprintln!("skipped: FREEZE_GUARD_PIP_PYTHON names no Python with pip 26.3, so nothing was compared with pip");
        return;
    };
    let version = Command::new(&python).args(["-m", "pip", "--version"]).output().expect("the Python runs").stdout;
    assert!(version.starts_with(b"pip 26.3 "), "the oracle wants pip 26.3: {}", String::from_utf8_lossy(&version));
    let (cases, seed) = (number("FREEZE_GUARD_CASES", 20_000), number("FREEZE_GUARD_SEED", 1));
    let mut failures = Vec::new();
    let mut compared = Totals::default();
    for start in (0..cases).step_by(BATCH) {
        let files: Vec<Vec<u8>> =
            (start..cases.min(start + BATCH)).map(|n| generate::file((seed + n) as u64)).collect();
        for (n, (bytes, pip)) in files.iter().zip(ask(&python, &files)).enumerate() {
            if let Err(why) = compare(bytes, &pip, &mut compared) {
                failures.push(format!(
                    "seed {}: {why}\n  file: {:?}",
                    seed + start + n,
                    String::from_utf8_lossy(bytes)
                ));
            }
        }
    }
    eprintln!(
        "{cases} files: {} entries equal, {} refused by both, {} known differences",
        compared.equal, compared.refused, compared.known
    );
    assert!(cases < 1_000 || compared.equal > cases && compared.refused > cases / 4, "the generator lost its way");
    assert!(failures.is_empty(), "{} differences\n{}", failures.len(), failures[..failures.len().min(25)].join("\n"));
}

#[test]
fn corpus_reads_as_pip_reads_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let (Ok(python), true) = (std::env::var("FREEZE_GUARD_PIP_PYTHON"), root.is_dir()) else {
        eprintln!("skipped: no Python with pip 26.3 named, or no corpus here");
        return;
    };
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 20);
    let mut compared = Totals::default();
    for (bytes, pip) in files.iter().zip(ask(&python, &files)) {
        compare(bytes, &pip, &mut compared).unwrap_or_else(|why| panic!("{why}\n{}", String::from_utf8_lossy(bytes)));
    }
}

fn collect(directory: &Path, out: &mut Vec<Vec<u8>>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => collect(&path, out),
            false if path.extension().is_some_and(|extension| extension == "md") => {}
            false => out.push(std::fs::read(path).unwrap()),
        }
    }
}

/// pip's answers, one per file.
fn ask(python: &str, files: &[Vec<u8>]) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/pip_read.py");
    let mut child =
        Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the oracle runs");
    let mut stdin = child.stdin.take().unwrap();
    let questions: Vec<String> =
        files.iter().enumerate().map(|(id, bytes)| json!({"id": id, "hex": hex(bytes)}).to_string()).collect();
    let writer = std::thread::spawn(move || questions.iter().try_for_each(|question| writeln!(stdin, "{question}")));
    let answers = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
        .collect();
    writer.join().unwrap().expect("the oracle reads all files");
    assert!(child.wait().unwrap().success());
    answers
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Default)]
struct Totals {
    equal: usize,
    refused: usize,
    known: usize,
}

fn compare(bytes: &[u8], pip: &Value, totals: &mut Totals) -> Result<(), String> {
    let ours = read(RepoPath::new(b"requirements.txt").unwrap(), bytes);
    let theirs = pip["entries"].as_array().unwrap();
    let error = pip["error"].as_str();
    if ours.entries.is_empty() && unreadable(&ours) {
        totals.refused += 1;
        // pip decodes more encodings than can be checked, and native UTF-16 swallows a second byte order mark.
        let declared = ours.problems.iter().any(|problem| {
            problem.message.contains("declares the encoding") || problem.message.contains("second byte order mark")
        });
        return if error.is_some() && theirs.is_empty() || declared {
            Ok(())
        } else {
            Err(format!("pip reads the file: {theirs:?}"))
        };
    }
    if let Some(error) = error {
        return Err(format!("pip cannot decode the file: {error}"));
    }
    if ours.entries.len() != theirs.len() {
        return Err(format!("{} entries here, {} for pip", ours.entries.len(), theirs.len()));
    }
    for (our, entry) in ours.entries.iter().zip(theirs) {
        if our.line as u64 != entry["line"] {
            return Err(format!("line {} here, pip's {entry}", our.line));
        }
        match (&our.kind, entry["kind"] == "invalid") {
            (EntryKind::Invalid, true) => totals.refused += 1,
            // pip asks the disk whether a path exists, and fails later on an include without a name.
            (EntryKind::Invalid, false) if entry["kind"] == "path" || entry["url"] == "" => totals.known += 1,
            (EntryKind::Invalid, false) => {
                known_refusal(&ours, our).map_err(|why| format!("we refuse ({why}), pip reads {entry}"))?;
                totals.known += 1;
            }
            (EntryKind::Requirement(requirement), true) if requirement.kind == RequirementKind::Path => {
                totals.known += 1
            }
            (_, true) => return Err(format!("pip refuses {:?}: {}", our.text(&ours.source), entry["error"])),
            // `a@b/../dir` is a directory if the disk has it.
            (EntryKind::Requirement(requirement), false)
                if requirement.written_name.is_some()
                    && requirement.kind == RequirementKind::Path
                    && entry["name"].is_null() =>
            {
                totals.known += 1;
            }
            (_, false) => {
                same(our, entry)?;
                totals.equal += 1;
            }
        }
    }
    Ok(())
}

fn unreadable(file: &File) -> bool {
    let messages = ["cannot be read", "declares the encoding", "byte order mark", "and bytes "];
    file.problems.iter().any(|problem| messages.iter().any(|text| problem.message.contains(text)))
}

/// The differences of section 6.4 where we refuse what pip reads.
fn known_refusal(file: &File, entry: &Entry) -> Result<(), String> {
    let within = |problem: &&freeze_guard::requirements::Problem| {
        problem.kind == ProblemKind::Invalid
            && problem.span.start >= entry.span.start
            && problem.span.end <= entry.span.end
    };
    let Some(problem) = file.problems.iter().find(within) else { return Err("without a problem".to_owned()) };
    let text = &file.source.text()[problem.span.start..];
    let known = [
        "ends with `_`",
        "a backslash in a marker's string",
        "beyond 64 bits",
        "NUL character",
        "a tab inside a URL",
        "a control character before a URL",
    ];
    let space = text.starts_with(|char: char| !char.is_ascii() && char.is_whitespace() || char == '\u{1f}');
    if known.iter().any(|part| problem.message.contains(part)) || space { Ok(()) } else { Err(problem.message.clone()) }
}

fn same(our: &Entry, pip: &Value) -> Result<(), String> {
    let told = match &our.kind {
        EntryKind::Requirement(requirement) => return same_requirement(requirement, pip),
        EntryKind::Include(include) => {
            let kind = if include.kind == IncludeKind::Requirement { "include" } else { "constraint" };
            json!({"line": our.line, "kind": kind, "url": include.target})
        }
        EntryKind::Options(options) => {
            let uncompared = ["--no-binary", "--only-binary", "--all-releases", "--only-final"];
            let mut list: Vec<(&str, Option<&str>)> = Vec::new();
            for option in options.iter().filter(|option| !uncompared.contains(&option.name)) {
                if option.name == "--index-url" || option.value.is_none() {
                    list.retain(|(name, _)| *name != option.name);
                }
                list.push((option.name, option.value.as_deref()));
            }
            // An empty index URL is none to pip.
            list.retain(|(name, value)| *name != "--index-url" || *value != Some(""));
            list.sort();
            let mut theirs: Vec<(&str, Option<&str>)> = pip["options"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str()))
                .collect();
            theirs.retain(|(name, value)| *name != "--index-url" || *value != Some(""));
            theirs.sort();
            return if pip["kind"] == "option" && list == theirs {
                Ok(())
            } else {
                Err(format!("options {list:?}, pip {pip}"))
            };
        }
        EntryKind::Invalid => json!(null),
    };
    if told == *pip { Ok(()) } else { Err(format!("{told} here, pip {pip}")) }
}

fn same_requirement(our: &Requirement, pip: &Value) -> Result<(), String> {
    let kind = match our.kind {
        RequirementKind::Named => "named",
        RequirementKind::Url => "url",
        RequirementKind::Vcs => "vcs",
        RequirementKind::Path => "path",
        RequirementKind::Archive => "archive",
    };
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let specifier = texts(&pip["specifier"]);
    let same_specifiers = if our.written_name.is_some() {
        let written: Vec<String> =
            our.written_specifiers.split(',').map(|part| part.replace([' ', '\t'], "")).collect();
        let reread = read(RepoPath::new(b"r").unwrap(), format!("x ({} )", specifier.join(",")).as_bytes());
        let reread = reread.requirements().next().map(|(_, requirement)| requirement.specifiers.clone());
        specifier.iter().all(|one| written.contains(one)) && reread.as_ref() == Some(&our.specifiers)
    } else {
        our.specifiers.to_string() == specifier.join(",")
    };
    let checks = [
        ("kind", pip["kind"] == kind),
        ("editable", pip["editable"] == our.editable),
        ("name", pip["name"].as_str() == our.name.as_ref().map(|name| name.as_str())),
        ("extras", texts(&pip["extras"]) == our.extras.iter().map(|extra| extra.as_str()).collect::<Vec<_>>()),
        ("specifier", same_specifiers),
        ("marker", pip["marker"].as_str() == our.marker.as_ref().map(|marker| marker.canonical())),
        ("hashes", texts(&pip["hashes"]) == our.hashes.iter().map(ToString::to_string).collect::<Vec<_>>()),
        ("url", same_url(our, pip["url"].as_str())),
    ];
    match checks.iter().find(|(_, same)| !same) {
        None => Ok(()),
        Some((what, _)) => Err(format!("{what} differs: {our:?}\n  pip {pip}")),
    }
}

fn same_url(our: &Requirement, pip: Option<&str>) -> bool {
    match (our.url.as_deref(), pip.map(|url| url.trim_start_matches(|char| char <= ' '))) {
        (None, None) => true,
        (Some(_), Some("file")) => our.is_local(),
        // pip completes `git:` to `git+git:` after `-e`.
        (Some(ours), Some(theirs)) => {
            ours == theirs
                || our.editable && theirs.strip_prefix("git+") == Some(ours)
                || our.editable && theirs.strip_prefix("svn+") == Some(ours)
        }
        _ => false,
    }
}
