//! `hook deploy`: the record of the last good deployment, byte by byte.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::world::{L, NEW, NEWER, OLD, R, World};

const RECORD: &str = "infrastructure/LAST_PROD_DEPLOY.json";

/// The value of a member of the record.
fn member(text: &str, key: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    value[key].as_str().unwrap().to_owned()
}

#[test]
fn a_first_record() {
    let world = World::new();
    let repo = world.project();
    let head = repo.id("HEAD");
    let run = repo.hook(&["deploy", "record"]).passes();
    run.says(&format!("{RECORD}: {}", &head[..10])).says(&format!("`git add {RECORD} && git commit"));
    let text = repo.text(RECORD);
    let at = member(&text, "deployed_at");
    assert_eq!(text, format!("{{\n  \"last_good_sha\": \"{head}\",\n  \"deployed_at\": \"{at}\"\n}}\n"));
    assert!(at.len() == 20 && at.starts_with("20") && &at[10..11] == "T" && at.ends_with('Z'), "{at}");
    let year: i32 = at[..4].parse().unwrap();
    assert!(year >= 2025, "{at}");
    // It stages nothing, and the record itself is free to reach main.
    assert_eq!(repo.git(&["status", "--porcelain"]).passes().stdout_text(), "?? infrastructure/\n");
    let shown = repo.hook(&["deploy", "show"]).passes();
    shown.says(&format!("last good: {} start\n", &head[..10])).says(", just now\n").says("HEAD has the same pins");
}

#[test]
fn everything_else_in_the_record_stays() {
    let world = World::new();
    let repo = world.project();
    let text = |sha: &str, at: &str| {
        format!(
            "{{\r\n    \"environment\" : \"prod\",\r\n\t\"deployed_at\":\"{at}\",\r\n    \"build\": 1.0e3, \"last_good_sha\": \"{sha}\",\r\n    \"notes\": {{\"last_good_sha\": [null]}}\r\n}}"
        )
    };
    repo.write(RECORD, text("old", "never"));
    fs::set_permissions(repo.path(RECORD), fs::Permissions::from_mode(0o640)).unwrap();
    repo.hook(&["deploy", "record", "--sha", "main"]).passes();
    let after = repo.text(RECORD);
    assert_eq!(after, text(&repo.id("HEAD"), &member(&after, "deployed_at")));
    assert_eq!(fs::metadata(repo.path(RECORD)).unwrap().permissions().mode() & 0o777, 0o640);
    let left = fs::read_dir(repo.path("infrastructure")).unwrap().count();
    assert_eq!(left, 1);
}

#[test]
fn a_commit_that_is_not_in_order_is_not_recorded() {
    let world = World::new();
    let repo = world.project();
    repo.stage(R, NEW);
    repo.land("drifts");
    let run = repo.hook(&["deploy", "record"]).exits(1).error("lock-drift");
    run.says("not recorded: the pairs of ").says("nothing was changed");
    assert!(!repo.path("infrastructure").exists());
    repo.hook(&["deploy", "record", "--sha", "HEAD^"]).passes();
    repo.hook(&["deploy", "record", "--sha", "nosuch"]).could_not_judge().says("`nosuch` names no commit here");
    repo.hook(&["deploy", "record", "--sha", "--all"]).exits(2);
}

#[test]
fn what_is_no_record_is_left_alone() {
    let world = World::new();
    let repo = world.project();
    for (text, why) in [
        ("", "it is no JSON: "),
        ("[]", "it is no JSON object"),
        ("{\"last_good_sha\": 1", "it is no JSON: "),
        ("{\"last_good_sha\": \"a\", \"last_good_sha\": \"b\"}", "its `last_good_sha` stands there twice"),
    ] {
        repo.write(RECORD, text);
        let run = repo.hook(&["deploy", "record"]).could_not_judge();
        run.says(&format!("{RECORD} is malformed: {why}")).says("help:");
        assert_eq!(repo.text(RECORD), text);
        repo.hook(&["deploy", "show"]).could_not_judge().says(why);
    }
    for (text, why) in [
        ("{}", "it has no `last_good_sha`"),
        ("{\"last_good_sha\": null}", "its `last_good_sha` is no text"),
        ("{\"last_good_sha\": \"main\"}", "is no full commit id: `main`"),
        ("{\"last_good_sha\": \"0000000000000000000000000000000000000000\"}", "is no full commit id"),
    ] {
        repo.write(RECORD, text);
        repo.hook(&["deploy", "show"]).could_not_judge().says(why);
    }
    let unknown = "1".repeat(40);
    repo.write(RECORD, format!("{{\"last_good_sha\": \"{unknown}\"}}"));
    repo.hook(&["deploy", "show"]).could_not_judge().says("is not in this clone").says("git fetch");
    let tree = repo.id("HEAD^{tree}");
    repo.write(RECORD, format!("{{\"last_good_sha\": \"{tree}\"}}"));
    repo.hook(&["deploy", "show"]).could_not_judge().says("is no commit");
    fs::remove_file(repo.path(RECORD)).unwrap();
    repo.hook(&["deploy", "show"]).could_not_judge().says("there is no record of a deployment").says("help:");
    // Nothing is written through a link.
    let outside = world.path("outside.json");
    fs::write(&outside, "{}").unwrap();
    symlink(&outside, repo.path(RECORD)).unwrap();
    repo.hook(&["deploy", "record"]).could_not_judge().says("no regular file");
    fs::remove_dir_all(repo.path("infrastructure")).unwrap();
    symlink(world.path("."), repo.path("infrastructure")).unwrap();
    repo.hook(&["deploy", "record"]).could_not_judge().says("symbolic link");
    assert_eq!(fs::read_to_string(&outside).unwrap(), "{}");
    repo.inside("sub");
    world.repo_with("bare.git", &["--bare"]).hook(&["deploy", "record"]).exits(2).says("bare");
}

#[test]
fn what_moved_since_is_shown() {
    let world = World::new();
    let repo = world.project();
    repo.write("freeze-guard.toml", "[deploy]\nrecord = \"ops/good.json\"\n");
    repo.stage_pair(NEW);
    repo.land("one more\u{1b}[1m");
    repo.hook(&["deploy", "record"]).passes().says("ops/good.json: ");
    repo.stage(R, NEWER);
    repo.stage(L, NEWER);
    repo.land("newer");
    let run = repo.hook(&["deploy", "show"]).passes();
    let table = "from there to HEAD:\npackage  from    to      kind   why\nuvloop   0.20.0  0.21.0  minor  direct\n";
    run.says(table).says("one more\\u{1b}[1m");
    repo.git(&["rm", "-q", R, L]).passes();
    repo.land("gone");
    repo.hook(&["deploy", "show"]).passes().says("flask     3.0.3   -   removed  removed");
    assert_eq!(OLD.lines().count(), 2);
    // A time that nobody can read is no reason to fail.
    let text = repo.text("ops/good.json");
    repo.write("ops/good.json", text.replace(&member(&text, "deployed_at"), "yesterday"));
    repo.hook(&["deploy", "show"]).passes().says("does not say when");
}
