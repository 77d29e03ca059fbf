//! The import table of the design, enforced: who may know whom, who may print, who may touch the world.
//!
//! It reads the sources as text: comments and literals are blanked, then every `crate::x` and `freeze_guard::x` counts as
//! an import of `x`, in a `use`, a group or a path.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const NOUNS: &[&str] = &["source", "package", "rule", "finding"];

/// Module, and what it may import besides itself.
const TABLE: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("package", &[]),
    ("rule", &[]),
    ("finding", &["source", "rule"]),
    ("git", &["source"]),
    ("requirements", &["source", "package"]),
    ("locks", &["source", "package", "requirements"]),
    ("policy", &["source", "package", "rule"]),
    ("scope", &["source", "git", "policy"]),
    ("files", &["source", "finding", "requirements", "locks", "policy", "package", "rule"]),
    ("rules", &["source", "package", "rule", "finding", "requirements", "locks", "policy", "files"]),
    ("report", NOUNS),
    (
        "check",
        &[
            "source",
            "package",
            "rule",
            "finding",
            "git",
            "requirements",
            "locks",
            "policy",
            "scope",
            "files",
            "rules",
            "report",
        ],
    ),
    ("audit", &["source", "finding", "package", "rule", "git", "policy", "scope", "files", "check", "report"]),
    (
        "change",
        &[
            "source",
            "package",
            "rule",
            "finding",
            "git",
            "requirements",
            "locks",
            "policy",
            "scope",
            "files",
            "rules",
            "report",
            "check",
        ],
    ),
    ("wiring", &["source", "git"]),
];

/// The binary: it may import the library's public face, and only it prints and asks the process for anything.
const BINARY: &[&str] = &["main", "cli"];

/// What only some modules may write down, outside tests.
const RESERVED: &[(&str, &[&str])] = &[
    ("println!", BINARY),
    ("print!", BINARY),
    ("eprintln!", BINARY),
    ("eprint!", BINARY),
    ("dbg!", &[]),
    ("env::args", BINARY),
    ("env::current_exe", BINARY),
    ("env::temp_dir", BINARY),
    ("env::home_dir", BINARY),
    ("env::var", BINARY),
    ("env::current_dir", BINARY),
    ("io::stdin", BINARY),
    ("io::stdout", BINARY),
    ("io::stderr", BINARY),
    ("process::exit", BINARY),
    ("SystemTime::now", BINARY),
    ("Instant::now", BINARY),
    ("clap::", BINARY),
    ("gix::", &["git"]),
    ("gix_attributes::", &["git"]),
];

/// One source file.
struct Source {
    path: PathBuf,
    module: String,
    /// Comments and literals blanked.
    code: String,
}

/// Every file of `src`, but lib.rs.
fn sources() -> Vec<Source> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut pending, mut found) = (vec![src.clone()], Vec::new());
    while let Some(dir) = pending.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let relative = path.strip_prefix(&src).unwrap().to_path_buf();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && relative != Path::new("lib.rs") {
                let first = relative.components().next().unwrap().as_os_str().to_str().unwrap();
                let module = first.strip_suffix(".rs").unwrap_or(first).to_owned();
                found.push(Source { code: blank(&fs::read_to_string(&path).unwrap()), path: relative, module });
            }
        }
    }
    found
}

/// `text` with comments, strings and character literals turned into spaces; lines stay where they are.
fn blank(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = literal_end(&chars, at);
        if end > at {
            out.extend(chars[at..end].iter().map(|&char| if char == '\n' { '\n' } else { ' ' }));
            at = end;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out
}

/// Where the comment or literal that starts at `at` ends; `at` if none starts there.
fn literal_end(chars: &[char], at: usize) -> usize {
    let next = |offset: usize| chars.get(at + offset).copied().unwrap_or('\0');
    let before = at.checked_sub(1).map_or(' ', |before| chars[before]);
    match chars[at] {
        '/' if next(1) == '/' => find(chars, at, |rest| rest[0] == '\n'),
        '/' if next(1) == '*' => find(chars, at + 2, |rest| rest.starts_with(&['*', '/'])) + 2,
        '"' => string_end(chars, at + 1),
        'r' if (next(1) == '"' || next(1) == '#') && !(before.is_alphanumeric() && before != 'b') && before != '_' => {
            let hashes = chars[at + 1..].iter().take_while(|&&char| char == '#').count();
            if chars.get(at + 1 + hashes) != Some(&'"') {
                return at;
            }
            let mut close = vec!['"'];
            close.resize(hashes + 1, '#');
            find(chars, at + 2 + hashes, |rest| rest.starts_with(&close)) + close.len()
        }
        '\'' if next(1) == '\\' => find(chars, at + 3, |rest| rest[0] == '\'') + 1,
        '\'' if next(2) == '\'' => at + 3,
        _ => at,
    }
    .min(chars.len())
}

fn string_end(chars: &[char], mut at: usize) -> usize {
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

fn find(chars: &[char], from: usize, stop: impl Fn(&[char]) -> bool) -> usize {
    (from..chars.len()).find(|&at| stop(&chars[at..])).unwrap_or(chars.len())
}

/// The first components of every path in `code` that starts with `root`, groups included.
fn imported(code: &str, root: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices(root) {
        if code[..at].ends_with(|char: char| char.is_alphanumeric() || char == '_') {
            continue;
        }
        let rest = code[at + root.len()..].trim_start();
        match rest.strip_prefix('{') {
            Some(group) => found.extend(group_heads(group)),
            None => found.extend([word(rest)]),
        }
    }
    found.remove("");
    found
}

/// The first words of the items of a group, up to its closing brace.
fn group_heads(group: &str) -> Vec<String> {
    let (mut depth, mut heads, mut fresh) = (1, Vec::new(), true);
    for (at, char) in group.char_indices() {
        match char {
            '{' => depth += 1,
            '}' if depth == 1 => break,
            '}' => depth -= 1,
            ',' if depth == 1 => fresh = true,
            _ if fresh && !char.is_whitespace() => {
                heads.push(word(&group[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    heads
}

fn word(text: &str) -> String {
    text.chars().take_while(|&char| char.is_alphanumeric() || char == '_').collect()
}

/// `code` without its `#[cfg(test)] mod …` blocks.
fn without_tests(code: &str) -> String {
    let mut out = code.to_owned();
    while let Some(start) = out.find("#[cfg(test)]") {
        let Some(open) = out[start..].find(['{', ';']).map(|at| start + at) else { break };
        let (mut depth, mut end) = (0, open + 1);
        if out[open..].starts_with('{') {
            for (at, char) in out[open..].char_indices() {
                depth += i32::from(char == '{') - i32::from(char == '}');
                end = open + at + 1;
                if depth == 0 {
                    break;
                }
            }
        }
        out.replace_range(start..end, "");
    }
    out
}

/// Every breach of the table in `code`, as seen from `module`.
fn breaches(module: &str, code: &str) -> Vec<String> {
    let known: BTreeMap<&str, &[&str]> = TABLE.iter().copied().collect();
    let mut imports = imported(code, "crate::");
    imports.extend(imported(code, "freeze_guard::"));
    imports.extend(imported(code, "super::super::").into_iter().filter(|name| known.contains_key(name.as_str())));
    let mut found: Vec<String> = Vec::new();
    if !BINARY.contains(&module) {
        match known.get(module) {
            None => found.push(format!("{module} is not in the table")),
            Some(allowed) => {
                let fine = |name: &&String| name.as_str() == module || allowed.contains(&name.as_str());
                found.extend(imports.iter().filter(|name| !fine(name)).map(|name| format!("{module} imports {name}")));
            }
        }
    }
    let product = without_tests(code);
    for (text, allowed) in RESERVED {
        let hit = |at: usize| !product[..at].ends_with(|char: char| char.is_alphanumeric() || char == '_');
        if !allowed.contains(&module) && product.match_indices(text).any(|(at, _)| hit(at)) {
            found.push(format!("{module} has {text}"));
        }
    }
    found
}

/// Whether a file holds only tests: `tests.rs`, or below a folder of that name.
fn is_test_file(path: &Path) -> bool {
    path.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")))
}

#[test]
fn imports_follow_the_table() {
    let sources = sources();
    assert!(sources.len() >= 5, "the sources were not found");
    let mut all = Vec::new();
    for source in &sources {
        let code = if is_test_file(&source.path) {
            format!("#[cfg(test)] mod t {{ {} }}", source.code)
        } else {
            source.code.clone()
        };
        all.extend(
            breaches(&source.module, &code).into_iter().map(|what| format!("src/{}: {what}", source.path.display())),
        );
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn every_module_is_declared_and_in_the_table() {
    let lib = blank(&fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap());
    for line in lib.lines().filter(|line| line.contains("mod ")) {
        let name = line.trim().trim_start_matches("pub ").trim_start_matches("mod ").trim_end_matches(';');
        assert!(
            TABLE.iter().any(|(module, _)| *module == name),
            "src/lib.rs declares {name}, which has no row in the table"
        );
    }
}

#[test]
fn the_table_has_no_cycle() {
    for (number, (module, allowed)) in TABLE.iter().enumerate() {
        for import in *allowed {
            let above = TABLE[..number].iter().any(|(other, _)| other == import);
            assert!(above, "{module} may import {import}, which stands below it");
        }
    }
}

#[test]
fn a_breach_is_seen() {
    let cases = [
        ("source", "use crate::git::Repository;", "source imports git"),
        ("rules", "use crate::{\n    finding::Finding,\n    wiring::{Plan, Shim},\n};", "rules imports wiring"),
        ("policy", "fn f() -> freeze_guard::requirements::File { todo() }", "policy imports requirements"),
        ("git", "use super::super::policy;", "git imports policy"),
        ("nonsense", "fn f() {}", "nonsense is not in the table"),
        ("check", "fn f() { println!(\"x\") }", "check has println!"),
        ("wiring", "fn f() { std::env::vars_os(); }", "wiring has env::var"),
        ("scope", "fn f(repo: &gix::Repository) {}", "scope has gix::"),
    ];
    for (module, code, expected) in cases {
        assert_eq!(breaches(module, &blank(code)), [expected], "{code}");
    }
}

#[test]
fn what_is_no_breach_is_not_seen() {
    let cases = [
        ("source", "/// See [`crate::git`].\n//! crate::git\n/* crate::git */ fn f() {}"),
        (
            "source",
            "const X: &str = \"crate::git \\\" println!\"; const Y: char = '\"'; const Z: char = '\\''; fn f<'a>(x: &'a str) {}",
        ),
        ("source", "const X: &str = r#\"crate::git \"quoted\" std::env\"#;"),
        ("source", "#[cfg(test)]\nmod tests {\n    fn f() { println!(\"{}\", std::env::temp_dir()) }\n}\n"),
        ("git", "use crate::source::{RepoPath, Tree};\nuse crate::git::refs;\nmod x { use my_gix::y; }"),
        ("cli", "use freeze_guard::{check, wiring};\nfn f() { eprintln!(\"x\"); std::process::exit(1) }"),
    ];
    for (module, code) in cases {
        assert_eq!(breaches(module, &blank(code)), Vec::<String>::new(), "{code}");
    }
}
