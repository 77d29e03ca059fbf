//! What `.gitattributes` converts, against `git check-attr --cached`; and that every kind of snapshot asks its own.

#![cfg(test)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where its world is broken")]

mod git_support;

use freeze_guard::source::{Attribute, Cause, Conversion, MAX_ATTRIBUTES, MAX_FILE, RepoPath, Tree, Unclear};
use git_support::{Scratch, git_at_least, path};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

thread_local! {
    static SCRATCH: Scratch = Scratch::new();
}

const PATHS: &[&str] =
    &["requirements.txt", "a/requirements.txt", "a/b/Requirements.TXT", "a/b/\u{e4} x.txt", "r.lock"];
const PATTERNS: &[&str] = &[
    "*",
    "*.txt",
    "*.TXT",
    "requirements.txt",
    "/requirements.txt",
    "REQUIREMENTS.txt",
    "a/*",
    "a/**",
    "/a/",
    "A/b/*",
    "**/b/*",
    "**",
    "**/requirements.txt",
    "a/**/*.txt",
    "*/requirements.txt",
    "b",
    "b/*",
    "[a-r]*.txt",
    "[!r]*",
    "[[:alpha:]]*",
    "[r-",
    "r?quirements.*",
    "!requirements.txt",
    "\\!x",
    "\\requirements.txt",
    "requirements.txt/",
    "\"requirements.txt\"",
    "\"a/b/\\303\\244 x.txt\"",
    "\"\u{e4} x.txt\"",
    "\"broken",
    "#r.lock",
    "[attr]m",
    "[attr]n",
    "[attr]filter",
    "[attr]",
    "[attr]-bad",
];
const ASSIGNMENTS: &[&str] = &[
    "filter=x",
    "filter=x",
    "filter",
    "-filter",
    "!filter",
    "filter=",
    "-filter=x",
    "ident",
    "ident",
    "-ident",
    "!ident",
    "ident=x",
    "working-tree-encoding=UTF-16",
    "working-tree-encoding=utf-8",
    "working-tree-encoding",
    "working-tree-encoding=",
    "-working-tree-encoding",
    "!working-tree-encoding",
    "m",
    "m",
    "-m",
    "!m",
    "m=x",
    "n",
    "text",
    "-text",
    "binary",
    "bad@name",
    "-",
];

fn line() -> impl Strategy<Value = String> {
    let pattern = prop_oneof![
        4 => proptest::sample::select(PATTERNS).prop_map(str::to_owned),
        1 => "[abrt*?/.\\\\!\\[\\]-]{1,8}",
    ];
    let assignments =
        proptest::collection::vec((prop_oneof![" ", "\t", "  "], proptest::sample::select(ASSIGNMENTS)), 0..4);
    let frame = (prop_oneof![9 => Just(""), 1 => Just(" ")], prop_oneof![9 => Just("\n"), 1 => Just("\r\n")]);
    (pattern, assignments, frame).prop_map(|(pattern, assignments, (before, after))| {
        let rest: String = assignments.iter().map(|(blank, assignment)| format!("{blank}{assignment}")).collect();
        format!("{before}{pattern}{rest}{after}")
    })
}

fn file() -> impl Strategy<Value = String> {
    proptest::collection::vec(line(), 0..7).prop_map(|lines| lines.concat())
}

/// Stages `content` unconverted.
fn stage(scratch: &Scratch, files: &[(&str, &str)]) {
    let names: Vec<String> = (0..files.len()).map(|number| format!("blob-{number}")).collect();
    for (name, (_, content)) in names.iter().zip(files) {
        scratch.write(name, content);
    }
    let mut args = vec!["hash-object", "-w", "--no-filters"];
    args.extend(names.iter().map(String::as_str));
    let ids = scratch.git(&args);
    let infos: Vec<String> = ids.lines().zip(files).map(|(id, (at, _))| format!("100644,{id},{at}")).collect();
    let mut args = vec!["update-index", "--add"];
    args.extend(infos.iter().flat_map(|info| ["--cacheinfo", info.as_str()]));
    scratch.git(&args);
}

/// What git would do, by its own account of the attributes (convert.c).
fn by_git(scratch: &Scratch) -> Vec<(String, &'static str)> {
    let names = Attribute::ALL.map(Attribute::name);
    let mut args = vec!["check-attr", "--cached", "-z"];
    args.extend(names);
    args.push("--");
    args.extend(PATHS);
    let world = scratch.world_with(&[("GIT_ATTR_NOSYSTEM", "1")]);
    let output = scratch.git_in(&world, &args);
    let fields: Vec<&str> = output.split('\0').collect();
    let mut found = Vec::new();
    for fields in fields.chunks_exact(3) {
        let converts = match (fields[1], fields[2]) {
            (_, "unset" | "unspecified") => false,
            ("filter", value) => value != "set",
            ("ident", value) => value == "set",
            (_, value) => !matches!(value, "" | "utf-8"),
        };
        let name = names.into_iter().find(|name| *name == fields[1]).unwrap();
        found.extend(converts.then(|| (fields[0].to_owned(), name)));
    }
    found.sort_unstable();
    found
}

fn ask(tree: &dyn Tree, paths: &[&str]) -> Vec<Vec<Conversion>> {
    let paths: Vec<RepoPath> = paths.iter().map(|text| path(text)).collect();
    tree.conversions(&paths).unwrap()
}

fn by_us(scratch: &Scratch) -> Vec<(String, &'static str)> {
    let repository = scratch.open();
    let index = repository.index().unwrap();
    let mut found = Vec::new();
    for (path, conversions) in PATHS.iter().zip(ask(&*index, PATHS)) {
        for conversion in conversions {
            let Cause::Attribute { attribute, .. } = conversion.cause else { panic!("{conversion:?}") };
            found.push(((*path).to_owned(), attribute.name()));
        }
    }
    found.sort_unstable();
    found
}

#[test]
fn agrees_with_check_attr() {
    let [sensitive, folding] = [Scratch::new(), Scratch::new()];
    sensitive.git(&["config", "core.ignorecase", "false"]);
    folding.git(&["config", "core.ignorecase", "true"]);
    let config = ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() };
    let mut converted = 0;
    let agrees = |(files, ignore_case): ((String, String, String), bool)| {
        let scratch = if ignore_case { &folding } else { &sensitive };
        let at = [".gitattributes", "a/.gitattributes", "a/b/.gitattributes"];
        stage(scratch, &[(at[0], &files.0), (at[1], &files.1), (at[2], &files.2)]);
        let by_git = by_git(scratch);
        converted += by_git.len();
        prop_assert_eq!(by_us(scratch), by_git);
        Ok(())
    };
    let agrees = std::cell::RefCell::new(agrees);
    let mut runner = TestRunner::new(config);
    let inputs = ((file(), file(), file()), any::<bool>());
    runner.run(&inputs, |input| (agrees.borrow_mut())(input)).unwrap();
    assert!(converted > 100, "only {converted} conversions: the inputs show nothing");
}

/// Patterns that make a matcher go back, on a path that almost fits, as often as may be.
#[test]
fn no_pattern_takes_long() {
    let scratch = Scratch::new();
    let deep = format!("{}requirements.txt", "a/".repeat(60));
    let long = format!("{}.txt", "a".repeat(200));
    let patterns = [
        format!("{}b", "**/a/".repeat(6)),
        format!("{}b", "*a".repeat(12)),
        format!("/{}b", "**/*a/".repeat(4)),
        format!("{}b/**", "**/a*".repeat(3)),
        format!("{}b", "a**/".repeat(6)),
    ];
    for pattern in patterns {
        scratch.write(".gitattributes", format!("{pattern} filter=x\n").repeat(2000));
        let repository = scratch.open();
        let start = std::time::Instant::now();
        assert_eq!(ask(&*repository.work_tree().unwrap(), &[&deep, &long]), [[], []], "{pattern}");
        assert!(start.elapsed().as_secs() < 5, "{pattern} took {:?}", start.elapsed());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]
    /// Whatever stands there, there is an answer.
    #[test]
    fn any_bytes_have_an_answer(
        content in proptest::collection::vec(
            prop_oneof![
                Just(b" filter=x".to_vec()), Just(b"\n[attr]m".to_vec()), Just(b"\xef\xbb\xbf".to_vec()),
                proptest::sample::select(b"\"\\0137xuU*?[]/!-=#m \t\r\n".as_slice()).prop_map(|byte| vec![byte]),
                any::<u8>().prop_map(|byte| vec![byte]),
            ],
            0..40,
        ),
    ) {
        SCRATCH.with(|scratch| {
            scratch.write(".gitattributes", content.concat());
            scratch.write("a/.gitattributes", content.concat());
            ask(&*scratch.open().work_tree().unwrap(), PATHS);
        });
    }
}

/// (`assignment`, file, line) of what converts `requirements.txt`.
fn told(tree: &dyn Tree) -> Vec<(String, String, usize)> {
    let conversions = ask(tree, &["requirements.txt"]).remove(0);
    let told = |conversion: Conversion| match conversion.cause {
        Cause::Attribute { assignment, line, .. } => (assignment, conversion.file.path.to_string(), line),
        Cause::Unclear(why) => panic!("{why:?}"),
    };
    conversions.into_iter().map(told).collect()
}

#[test]
fn each_snapshot_asks_its_own_files() {
    let scratch = Scratch::new();
    scratch.add(".gitattributes", "*.png filter=one\n\nrequirements.txt filter=one\n");
    let one = scratch.commit("one");
    scratch.add(".gitattributes", "requirements.txt ident\n");
    scratch.write(".gitattributes", "\u{feff}requirements.txt filter=three\n");
    // Each reader's own, and not what a commit brings.
    std::fs::write(scratch.repo().join(".git/info/attributes"), "* filter=own\n").unwrap();
    let repository = scratch.open();
    let told_of = |assignment: &str, line| vec![(assignment.to_owned(), ".gitattributes".to_owned(), line)];
    assert_eq!(told(&*repository.commit_tree(&one).unwrap()), told_of("filter=one", 3));
    assert_eq!(told(&*repository.index().unwrap()), told_of("ident", 1));
    assert_eq!(told(&*repository.work_tree().unwrap()), told_of("filter=three", 1));
    assert_eq!(told(&*repository.empty()), []);
}

#[test]
fn what_cannot_be_decided_is_said() {
    let scratch = Scratch::new();
    let why = |content: &[u8]| {
        scratch.add(".gitattributes", content);
        let repository = scratch.open();
        let found = ask(&*repository.index().unwrap(), &["requirements.txt"]).remove(0);
        found.into_iter().map(|conversion| conversion.cause).collect::<Vec<_>>()
    };
    let size = MAX_FILE + 1;
    assert_eq!(why(&vec![b'\n'; usize::try_from(size).unwrap()]), [Cause::Unclear(Unclear::TooLarge(size))]);
    assert_eq!(why(b"* filter=x\n* \0\n* -filter\n"), [Cause::Unclear(Unclear::Line(2))]);
    let large = [b"* filter=x\n".as_slice(), &vec![b'\n'; usize::try_from(MAX_ATTRIBUTES).unwrap()]].concat();
    assert_eq!(why(&large), [Cause::Unclear(Unclear::TooLarge(MAX_ATTRIBUTES + 11))]);
    // Nothing to decide where none of the attributes is named.
    assert_eq!(why(b"* text=auto\n* \0\n"), []);
    assert_eq!(why(&large[11..]), []);
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed() {
    if !git_at_least(2, 32) {
        return;
    }
    let scratch = Scratch::new();
    std::os::unix::fs::symlink("elsewhere", scratch.repo().join(".gitattributes")).unwrap();
    scratch.git(&["add", ".gitattributes"]);
    let repository = scratch.open();
    let found = ask(&*repository.index().unwrap(), &["requirements.txt"]).remove(0);
    assert_eq!(found.first().map(|conversion| &conversion.cause), Some(&Cause::Unclear(Unclear::Symlink)));
}
