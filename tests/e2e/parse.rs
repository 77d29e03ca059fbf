//! `hook parse`: what the tool sees in a file, entry by entry, as a table and as JSON; from disk, a revision, a pipe.

use serde_json::{Value, json};

use crate::world::{L, NEW, OLD, R, World};

const DIGEST: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// One line of every kind.
fn every_kind() -> String {
    format!(
        "--index-url https://example.com/simple\n-r base.txt\n-c limits.txt\n\
         Foo_Bar[B,a] == 1.0 ; python_version < '3.9' \\\n    --hash=sha256:{DIGEST}\n\
         foo>=1,<2 ; os_name == 'nt'  # why\n\
         bar @ https://example.com/bar-1.0.zip\n\
         git+https://github.com/a/b@{}#egg=b\n\
         ./dir\n./foo-1.0.tar.gz\n-e ./src\nfoo=1\n",
        &DIGEST[..40],
    )
}

#[test]
fn json_of_every_kind() {
    let world = World::new();
    let repo = world.repo("plain");
    repo.write(R, every_kind());
    let run = repo.hook(&["parse", R, "--format", "json"]).passes();
    let json = run.json();
    assert_eq!((&json["schema_version"], &json["path"], &json["encoding"]), (&json!(1), &json!(R), &json!("utf-8")));
    let entries = json["entries"].as_array().unwrap();
    let kinds: Vec<&Value> = entries.iter().map(|entry| &entry["kind"]).collect();
    let expected =
        ["option", "include", "constraint", "named", "named", "url", "vcs", "path", "archive", "editable", "invalid"];
    assert_eq!(kinds, expected, "{run}");
    let lines: Vec<u64> = entries.iter().filter_map(|entry| entry["line"].as_u64()).collect();
    assert_eq!(lines, [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12], "{run}");
    let pinned: Vec<u64> =
        entries.iter().filter(|entry| entry["pinned"] == true).filter_map(|entry| entry["line"].as_u64()).collect();
    assert_eq!(pinned, [4, 8], "{run}");
    let text = format!("Foo_Bar[B,a] == 1.0 ; python_version < '3.9'     --hash=sha256:{DIGEST}");
    let whole = json!({
        "line": 4, "kind": "named", "name": "foo-bar", "extras": ["a", "b"], "specifier": "==1.0", "url": null,
        "marker": "python_version < '3.9'", "hashes": [format!("sha256:{DIGEST}")], "pinned": true, "text": text,
    });
    assert_eq!(entries[3], whole, "{run}");
    assert_eq!(entries[5]["url"], "https://example.com/bar-1.0.zip", "{run}");
    assert_eq!((&entries[10]["name"], &entries[10]["marker"]), (&Value::Null, &Value::Null), "{run}");
    let findings = json["findings"].as_array().unwrap();
    assert!(findings.iter().any(|finding| finding["rule"] == "invalid-line" && finding["line"] == 12), "{run}");
}

#[test]
fn the_table_has_a_row_for_each_entry() {
    let world = World::new();
    let repo = world.repo("plain");
    repo.write(R, every_kind());
    let run = repo.hook(&["parse", R]).passes().error("invalid-line").says("requirements.txt, utf-8");
    let text = run.stdout_text();
    let row = |line: usize| -> Vec<&str> {
        let first = |row: &&str| row.split_whitespace().next() == Some(&line.to_string());
        text.lines().find(first).unwrap_or_else(|| panic!("no row {line}\n{run}")).split_whitespace().collect()
    };
    assert_eq!(row(2), ["2", "include", "-", "-", "-r", "base.txt"]);
    assert_eq!(row(4)[..5], ["4", "named", "foo-bar[a,b]", "yes", "==1.0"]);
    assert_eq!(row(6)[..5], ["6", "named", "foo", "no", ">=1,<2"]);
    assert_eq!(row(12), ["12", "invalid", "-", "-", "foo=1"]);
    assert!(run.stderr.is_empty(), "{run}");
}

/// From disk, from a pipe, from a revision: the same file reads the same, and a revision is not the disk.
#[test]
fn disk_pipe_and_revision() {
    let world = World::new();
    let repo = world.project();
    let count = |json: Value| json["entries"].as_array().unwrap().len();
    repo.write(R, NEW);
    assert_eq!(count(repo.hook(&["parse", R, "--format", "json"]).passes().json()), 3);
    assert_eq!(count(repo.hook(&["parse", R, "--rev", "HEAD", "--format", "json"]).passes().json()), 2);
    assert_eq!(count(repo.hook(&["parse", R, "--rev", &repo.id("main"), "--format", "json"]).passes().json()), 2);
    let piped = repo.hook_fed(OLD.as_bytes(), &["parse", "-", "--format", "json"]).passes().json();
    assert_eq!(piped["entries"], repo.hook(&["parse", L, "--format", "json"]).passes().json()["entries"]);
    assert_eq!(piped["path"], "-");
    assert_eq!(count(repo.hook_fed(b"", &["parse", "-", "--format", "json"]).passes().json()), 0);
    let inside = repo.inside("sub");
    assert_eq!(
        inside.hook(&["parse", "../requirements.txt", "--rev", "HEAD", "--format", "json"]).passes().json()["path"],
        R
    );
    repo.hook(&["-C", "sub", "parse", "../requirements.txt"]).passes().says("uvloop");
}

/// There is nothing to read: status 2, and the name that was asked for.
#[test]
fn nothing_to_read() {
    let world = World::new();
    let repo = world.project();
    repo.inside("sub");
    repo.hook(&["parse", "missing.txt"]).could_not_judge().says("missing.txt");
    repo.hook(&["parse", "sub"]).could_not_judge().says("sub");
    repo.hook(&["parse", R, "--rev", "nowhere"]).could_not_judge().says("nowhere");
    repo.hook(&["parse", "missing.txt", "--rev", "HEAD"]).could_not_judge().says("missing.txt");
    repo.hook(&["parse", "sub", "--rev", "HEAD"]).could_not_judge().says("sub");
    repo.hook(&["parse", "../outside.txt", "--rev", "HEAD"]).could_not_judge().says("outside.txt");
    world.at("").hook(&["parse", "requirements.txt", "--rev", "HEAD"]).could_not_judge().says("repository");
    let json = repo.hook(&["parse", "missing.txt", "--format", "json"]).exits(2).json();
    assert!(json["error"]["message"].as_str().unwrap().contains("missing.txt"), "{json}");
}

/// Outside of a repository a file is read all the same: nothing is judged.
#[test]
fn no_repository_is_needed() {
    let world = World::new();
    let nowhere = world.at("nowhere");
    nowhere.write("deps.txt", OLD);
    nowhere.hook(&["parse", "deps.txt"]).passes().says("flask").says("requests");
}
