//! How a judgement is shown: text, JSON, colour, and what is never let through to a terminal.

use serde_json::Value;

use crate::world::{L, NEW, OLD, R, Run, World};

const ESCAPE: u8 = 0x1b;

/// The keys of an object, sorted.
fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

/// JSON has the promised shape: every key there, no other, counts that add up, findings in order.
#[test]
fn json_shape() {
    let world = World::new();
    let repo = world.project();
    repo.stage(R, "flask==3.0.3\nrequests\nuvloop==0.20.0\n");
    repo.stage("api/requirements.txt", "flask=1\n");
    let run = repo.hook(&["check", "--format", "json"]).exits(1);
    assert!(run.stderr.is_empty(), "{run}");
    let json = run.json();
    assert_eq!(keys(&json), ["counts", "error", "findings", "pairs", "schema_version", "scope", "verdict"]);
    assert_eq!((&json["schema_version"], &json["verdict"]), (&Value::from(1), &Value::from("refuse")));
    assert!(json["error"].is_null());
    assert!(json["scope"].as_str().is_some_and(|scope| !scope.is_empty()), "{run}");
    assert_eq!(keys(&json["counts"]), ["error", "note", "warning"]);
    let findings = json["findings"].as_array().unwrap();
    for level in ["error", "warning", "note"] {
        let number = findings.iter().filter(|finding| finding["level"] == level).count();
        assert_eq!(json["counts"][level], number, "{level}\n{run}");
    }
    let mut order = Vec::new();
    for finding in findings {
        assert_eq!(
            keys(finding),
            ["column", "end_column", "end_line", "help", "level", "line", "message", "path", "rule"],
            "{run}"
        );
        for text in ["rule", "level", "message", "help"] {
            assert!(finding[text].as_str().is_some_and(|text| !text.is_empty()), "{text}\n{run}");
        }
        order.push((
            finding["path"].as_str().map(str::to_owned),
            finding["line"].as_u64(),
            finding["rule"].to_string(),
        ));
    }
    assert!(order.is_sorted(), "{order:?}");
    let rules: Vec<&str> = findings.iter().filter_map(|finding| finding["rule"].as_str()).collect();
    for rule in ["unpinned", "lock-drift", "invalid-line", "lock-missing"] {
        assert!(rules.contains(&rule), "{rule}\n{run}");
    }
}

/// Lines and columns are one-based; columns count characters.
#[test]
fn json_positions() {
    let world = World::new();
    let repo = world.project();
    repo.stage_pair("# ünïcödé\n  requests>=2 # ünïcödé\n");
    let json = repo.hook(&["check", "--format", "json"]).exits(1).json();
    let finding = &json["findings"].as_array().unwrap().iter().find(|finding| finding["path"] == R).unwrap();
    assert_eq!((&finding["rule"], &finding["line"]), (&Value::from("unpinned"), &Value::from(2)), "{finding}");
    assert_eq!((finding["column"].as_u64(), finding["end_line"].as_u64()), (Some(3), Some(2)), "{finding}");
    assert!(finding["end_column"].as_u64().is_some_and(|column| (4..=14).contains(&column)), "{finding}");
}

/// Pass and error have the same shape.
#[test]
fn json_of_a_pass_and_of_an_error() {
    let world = World::new();
    let repo = world.project();
    let json = repo.hook(&["check", "--format", "json"]).passes().json();
    assert_eq!((&json["verdict"], &json["counts"]["error"]), (&Value::from("pass"), &Value::from(0)));
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(0));
    let json = repo.hook(&["check", "--rev", "nowhere", "--format", "json"]).exits(2).json();
    assert_eq!(keys(&json), ["counts", "error", "findings", "pairs", "schema_version", "scope", "verdict"]);
    assert_eq!(json["verdict"], "error");
    assert_eq!(keys(&json["error"]), ["help", "message"]);
    assert!(json["error"]["message"].as_str().unwrap().contains("nowhere"), "{json}");
}

/// The format never changes the verdict, and every snapshot gives its own.
#[test]
fn verdicts_do_not_depend_on_the_format() {
    let world = World::new();
    let repo = world.project();
    repo.stage(R, NEW);
    repo.write(L, NEW);
    let head = repo.id("HEAD");
    let range = format!("{head}..{head}");
    let cases = [
        (vec!["check"], 1),
        (vec!["check", "--staged"], 1),
        (vec!["check", "--worktree"], 0),
        (vec!["check", "--rev", "HEAD"], 0),
        (vec!["check", "--range", &range], 0),
        (vec!["check", "--rev", "nowhere"], 2),
    ];
    for (args, status) in cases {
        for format in ["text", "json"] {
            for extra in [&[][..], &["-v"]] {
                repo.hook(&[&args[..], &["--format", format], extra].concat()).exits(status);
            }
        }
    }
}

/// Text goes to standard output, says where and what to do, and a pass says what was judged.
#[test]
fn text_of_check() {
    let world = World::new();
    let repo = world.project();
    let run = repo.hook(&["check"]).passes();
    assert!(!run.stdout.is_empty() && run.stderr.is_empty(), "{run}");
    repo.stage(R, NEW);
    let run = repo.hook(&["check"]).refused().error("lock-drift").says("requirements.txt:3:1").says("uvloop");
    assert!(run.stdout_text().contains("error[lock-drift]"), "{run}");
}

/// Nothing to judge: status 0, and it says so.
#[test]
fn nothing_to_judge() {
    let world = World::new();
    let repo = world.repo("empty");
    for args in [&["check"][..], &["check", "--worktree"]] {
        let run = repo.hook(args).passes();
        assert!(!run.stdout.is_empty(), "{run}");
    }
    let json = repo.hook(&["check", "--format", "json"]).passes().json();
    assert_eq!(json["verdict"], "pass");
}

/// `--range` judges every commit by its own parents and policy.
#[test]
fn ranges() {
    let world = World::new();
    let repo = world.project();
    let start = repo.id("HEAD");
    repo.stage(R, NEW);
    repo.land("bad");
    let bad = repo.id("HEAD");
    repo.stage(L, NEW);
    repo.land("mended");
    repo.hook(&["check", "--rev", "HEAD"]).passes();
    let run = repo.hook(&["check", "--range", &format!("{start}..HEAD")]).refused().error("lock-drift");
    run.says(&bad[..7]);
    repo.hook(&["check", "--range", &format!("{bad}..HEAD")]).passes();
}

/// Colour only on a terminal; NO_COLOR switches it off, CLICOLOR_FORCE on; JSON has none.
#[test]
fn colour() {
    let world = World::new();
    let repo = world.project();
    repo.stage(R, NEW);
    let coloured = |run: &Run| run.stdout.contains(&ESCAPE) || run.stderr.contains(&ESCAPE);
    let force = [("CLICOLOR_FORCE", "1")];
    assert!(!coloured(&repo.hook(&["check"])));
    assert!(coloured(&repo.hook_env(&force, &["check"])));
    assert!(!coloured(&repo.hook_env(&force, &["check", "--format", "json"])));
    assert!(!coloured(&repo.hook_env(&[("NO_COLOR", "1")], &["check"])));
    assert!(!coloured(&repo.commit("not a terminal")));
    assert!(coloured(&repo.git_env(&force, &["commit", "-q", "-m", "forced"])));
    if let Some(run) = repo.on_a_terminal(&[], "check") {
        assert!(coloured(&run.exits(1)));
        assert!(!coloured(&repo.on_a_terminal(&[("NO_COLOR", "1")], "check").unwrap().exits(1)));
        assert!(!coloured(&repo.on_a_terminal(&[("TERM", "dumb")], "check").unwrap().exits(1)));
        assert!(!coloured(&repo.on_a_terminal(&[], "check --format json").unwrap().exits(1)));
    }
}

/// Nothing that moves or hides text gets through, in no format.
#[track_caller]
fn harmless(run: Run) -> Run {
    let text = run.all();
    let bad = text.chars().find(|&char| {
        (char.is_control() && char != '\n')
            || matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    });
    assert_eq!(bad, None, "{run}");
    run
}

/// Control and bidirectional characters of paths and of file text are escaped.
#[test]
fn escaping_of_paths_and_text() {
    let world = World::new();
    let repo = world.project();
    repo.stage("a\x1b[31m\u{202e}b\n/requirements.txt", OLD);
    repo.stage_pair("flask==3.0.3\nre\u{202e}quests==2\x1b[2J.32\nuv\u{200b}loop==0.20.0\n");
    for format in ["text", "json"] {
        let run = harmless(repo.hook(&["check", "--format", format]).exits(1));
        let text = run.stdout_text();
        assert!(text.contains("202e") && text.contains("1b"), "escaped, not dropped\n{run}");
    }
    harmless(repo.commit("deceit").refused());
}

/// The same for refs and remotes.
#[test]
fn escaping_of_refs_and_remotes() {
    let world = World::new();
    let (repo, _origin) = world.project_with_origin();
    let before = repo.id("main");
    repo.stage_pair(NEW);
    repo.land("dependencies");
    let line = format!("refs/heads/\u{202e}x {} refs/heads/main {before}\n", repo.id("main"));
    harmless(repo.hook_fed(line.as_bytes(), &["run", "pre-push", "o\x1b[31m", "u\u{202e}\x07"]).refused());
    harmless(repo.hook_fed(b"hel\x1b[31mlo\x07\n", &["run", "pre-push", "origin", "x"]).exits(2));
}

/// The same for a policy, its values and its keys.
#[test]
fn escaping_of_the_policy() {
    let world = World::new();
    let repo = world.project();
    repo.stage("freeze-guard.toml", "\"ke\\u001b[31my\u{202e}\" = 1\n[rules]\n\"un\\u202epinned\" = \"\\u0007\"\n");
    harmless(repo.commit("policy").exits(1));
    harmless(repo.hook(&["check"]).exits(2));
    harmless(repo.hook(&["check", "--format", "json"]).exits(2));
}

/// Every rule has a page, and the page names it.
#[test]
fn explain() {
    let world = World::new();
    let nowhere = world.at("");
    let rules = [
        "unpinned",
        "lock-missing",
        "lock-drift",
        "invalid-line",
        "include",
        "duplicate",
        "guarded-push",
        "unknown-base",
        "unused-exemption",
    ];
    for rule in rules {
        let run = nowhere.hook(&["explain", rule]).passes().says(rule).never_says("<!--");
        assert!(run.stderr.is_empty() && run.stdout_text().lines().count() > 3, "{run}");
    }
    nowhere.hook(&["--version"]).passes().says("freeze-guard");
    nowhere.hook(&["--help"]).passes().says("install");
}
