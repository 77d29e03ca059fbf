//! What CI reads: `hook check --format sarif` and `--format github`, on hostile paths and lines, and on errors.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use serde_json::Value;

use crate::world::{L, NEW, OLD, R, Repo, Run, World};

const HOSTILE: &[u8] = b"d\xc3\xa9p ,%0A::error::x\n\xff/requirements.txt";

/// Stages a lone manifest at a path of any bytes; `None` where the file system takes no such name.
fn stage_hostile(repo: &Repo<'_>) -> Option<()> {
    let path = repo.path(OsStr::from_bytes(HOSTILE));
    std::fs::create_dir_all(path.parent().unwrap()).ok()?;
    std::fs::write(path, "flask\n  ##[set-env name=PATH]x ::error::y %0A\n").ok()?;
    repo.git(&["add", "-A"]).passes();
    Some(())
}

fn sarif(run: &Run) -> Value {
    assert!(run.stderr.is_empty(), "{run}");
    let log = run.json();
    assert_eq!((&log["version"], log["runs"].as_array().map(Vec::len)), (&"2.1.0".into(), Some(1)), "{run}");
    log["runs"][0].clone()
}

/// A finding stands at its line, under the rule that the log describes, in both formats.
#[test]
fn a_drift_in_both_formats() {
    let world = World::new();
    let repo = world.project();
    repo.stage(R, NEW);
    let run = sarif(&repo.hook(&["check", "--format", "sarif"]).exits(1));
    let result = &run["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&"lock-drift".into(), &"error".into()), "{result}");
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(run["tool"]["driver"]["rules"][index]["id"], "lock-drift");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!((&place["artifactLocation"]["uri"], &place["region"]["startLine"]), (&R.into(), &3.into()));
    assert!(result["message"]["text"].as_str().unwrap().contains("\nhelp: "), "{result}");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    let text = repo.hook(&["check", "--format", "github"]).exits(1).stdout_text();
    let head = "::error file=requirements.txt,line=3,endLine=3,col=1,endColumn=";
    assert!(text.starts_with(head) && text.contains(",title=freeze-guard%3A lock-drift::"), "{text}");
    assert!(text.contains("%0Ahelp: ") && text.lines().count() == 1, "{text}");
}

/// A pass is an empty log, and no annotation.
#[test]
fn a_pass_in_both_formats() {
    let world = World::new();
    let repo = world.project();
    let run = sarif(&repo.hook(&["check", "--format", "sarif"]).passes());
    assert_eq!(run["results"], serde_json::json!([]));
    repo.hook(&["check", "--format", "github"]).passes().silent();
}

/// Status and place of an error are kept in every format, and what it says can be read by the format's reader.
#[test]
fn an_error_in_both_formats() {
    let world = World::new();
    let repo = world.project();
    let run = sarif(&repo.hook(&["check", "--rev", "no\n::error::where", "--format", "sarif"]).exits(2));
    let invocation = &run["invocations"][0];
    assert_eq!((&invocation["executionSuccessful"], &run["results"]), (&false.into(), &serde_json::json!([])));
    let text = invocation["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert!(text.contains("where") && text.contains("\nhelp: "), "{text}");
    let run = repo.hook(&["check", "--rev", "no\n::error::where", "--format", "github"]).exits(2);
    let text = run.stdout_text();
    assert!(text.starts_with("::error title=freeze-guard::") && text.lines().count() == 1, "{run}");
    repo.stage("freeze-guard.toml", "[push]\nguard = 3\nfrom = 4\n");
    let run = repo.hook(&["check", "--format", "github"]).exits(2);
    assert!(run.stdout_text().contains("%0A") && run.stdout_text().lines().count() == 1, "{run}");
    let elsewhere = world.at(".");
    elsewhere.hook(&["check", "--format", "github"]).exits(2).says("::error title=freeze-guard::");
    sarif(&elsewhere.hook(&["check", "--format", "sarif"]).exits(2));
}

/// A path of any bytes: encoded in the log, escaped in the annotation; no line of a file is a command.
#[test]
fn hostile_paths_and_lines() {
    let world = World::new();
    let repo = world.project();
    let Some(()) = stage_hostile(&repo) else {
        return eprintln!("skipped: this file system takes no name that is not UTF-8");
    };
    let run = sarif(&repo.hook(&["check", "--format", "sarif"]).exits(1));
    let uri = "d%C3%A9p%20%2C%250A%3A%3Aerror%3A%3Ax%0A%FF/requirements.txt";
    let results = run["results"].as_array().unwrap();
    assert!(results.len() >= 2, "{run}");
    for result in results {
        assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], uri, "{result}");
    }
    let run = repo.hook(&["check", "--format", "github"]).exits(1);
    let file = "file=dép %2C%250A%3A%3Aerror%3A%3Ax\\u{a}\\xff/requirements.txt,";
    for line in run.stdout_text().lines() {
        let rest = line.strip_prefix("::error ").unwrap_or_else(|| panic!("{run}"));
        assert!(rest.starts_with(file), "{run}");
        let (properties, _) = rest.split_once("::").unwrap();
        assert!(properties.split(',').all(|property| property.contains('=')), "{run}");
        assert_eq!(properties.matches("title=freeze-guard%3A ").count(), 1, "{run}");
    }
}

/// The fingerprint of a finding is that of the same line further down.
#[test]
fn fingerprints_outlive_moved_lines() {
    let world = World::new();
    let repo = world.project();
    let print = |content: &str| {
        repo.stage_pair(content);
        let run = sarif(&repo.hook(&["check", "--format", "sarif"]).exits(1));
        run["results"][0]["partialFingerprints"].clone()
    };
    let first = print(&format!("{OLD}uvloop\n"));
    assert!(first.as_object().is_some_and(|prints| prints.len() == 1), "{first}");
    assert_eq!(first, print(&format!("# one more\n{OLD}\nuvloop\n")));
    assert_ne!(first, print(&format!("{OLD}uvicorn\n")));
}

/// Every format gives the verdict of every other, also where a level is lowered.
#[test]
fn levels_and_status() {
    let world = World::new();
    let repo = world.project();
    repo.stage("freeze-guard.toml", "[rules]\nlock-drift = \"warning\"\n");
    repo.stage(R, NEW);
    let text = repo.hook(&["check", "--format", "github"]).passes().stdout_text();
    assert!(text.lines().all(|line| line.starts_with("::warning file=")) && !text.is_empty(), "{text}");
    let run = sarif(&repo.hook(&["check", "--format", "sarif"]).passes());
    assert_eq!((&run["results"][0]["level"], &run["invocations"][0]["exitCode"]), (&"warning".into(), &0.into()));
    repo.stage(L, "flask\n");
    for format in ["text", "json", "sarif", "github"] {
        repo.hook(&["check", "--format", format]).exits(1);
    }
    // What only `check` writes is no format of the others.
    for args in [["parse", R, "--format", "sarif"].as_slice(), &["status", "--format", "github"]] {
        repo.hook(args).exits(2).says_on_stderr("invalid value");
    }
}
