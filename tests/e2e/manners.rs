//! Terminal manners: help that fits and begins with what people need, a word for every mistake, and output that is right
//! on narrow, plain and foreign terminals.

use crate::world::{L, NEW, R, Run, World};

/// The lines that could have been broken before `width` and go beyond it. Usage is one line that is pasted whole.
fn too_wide(text: &str, width: usize) -> Vec<&str> {
    let breakable =
        |line: &&str| line.chars().count() > width && line.trim_start().contains(' ') && !line.starts_with("Usage: ");
    text.lines().filter(breakable).collect()
}

#[test]
fn help_begins_with_the_verbs_of_every_day() {
    let world = World::new();
    let here = world.at("");
    let help = here.hook(&["--help"]).passes().stdout_text();
    let heading = |title: &str| help.find(&format!("\n{title}:\n")).unwrap_or_else(|| panic!("no {title}\n{help}"));
    assert!(heading("Every day") < heading("Set up") && heading("Set up") < heading("Look closer"), "{help}");
    assert!(heading("Look closer") < heading("Options") && heading("Options") < heading("Examples"), "{help}");
    let verbs = here.verbs();
    assert_eq!(verbs[..5], ["check", "fix", "lock", "status", "explain"]);
    for verb in ["install", "init", "uninstall", "ci", "run", "parse", "schema", "completions", "man"] {
        assert!(verbs.iter().any(|known| known == verb), "{verb}");
    }
}

#[test]
fn every_help_fits_and_shows_an_example() {
    let world = World::new();
    let here = world.at("");
    for verb in here.verbs() {
        for (flag, width) in [("--help", 80), ("-h", 80), ("--help", 40)] {
            let run = here.hook_env(&[("COLUMNS", &width.to_string())], &[&verb, flag]).passes();
            let text = run.stdout_text();
            assert_eq!(too_wide(&text, width), [""; 0], "{run}");
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(text.contains("Example: hook ") || text.contains("Examples: hook "), "{run}");
        }
        assert!(too_wide(&here.hook(&[&verb, "--help"]).stdout_text(), 80).is_empty(), "{verb}, piped");
    }
    for width in ["40", "80"] {
        let run = here.hook_env(&[("COLUMNS", width)], &["--help"]).passes();
        assert_eq!(too_wide(&run.stdout_text(), width.parse().unwrap()), [""; 0], "{run}");
    }
    here.hook(&["help", "check"]).passes().says("Usage: hook check");
    here.hook(&["help"]).passes().says("Every day:");
}

#[test]
fn a_wrong_verb_gets_a_suggestion() {
    let world = World::new();
    let here = world.at("");
    let cases = [
        ("chekc", "check"),
        ("instal", "install"),
        ("stauts", "status"),
        ("lint", "check"),
        ("Verify", "check"),
        ("remove", "uninstall"),
        ("compile", "lock"),
    ];
    for (typed, meant) in cases {
        here.hook(&[typed]).could_not_judge().says(&format!("'{meant}'")).says("--help");
    }
    here.hook(&["xyzzy"]).could_not_judge().says("--help");
    here.hook(&["check", "--rnage", "a..b"]).could_not_judge().says("'--range'");
    here.hook(&["explain", "lock-drfit"]).could_not_judge().says("did you mean `lock-drift`?");
}

/// Whatever goes wrong, the last words are what to do.
#[test]
fn every_error_names_the_next_step() {
    let world = World::new();
    let repo = world.project();
    repo.stage(R, NEW);
    let cases: &[&[&str]] = &[
        &["check", "--rev", "nowhere"],
        &["check", "--range", "HEAD"],
        &["check", "--range", "nowhere..HEAD"],
        &["check", "--policy", "nowhere.toml"],
        &["check", "--format", "xml"],
        &["check", "nowhere.txt"],
        &["check", "../outside.txt"],
        &["fix", "nowhere.txt"],
        &["lock", "nowhere.txt"],
        &["parse"],
        &["parse", "nowhere.txt"],
        &["parse", R, "--rev", "nowhere"],
        &["explain", "nowhere"],
        &["run", "nowhere"],
        &["run", "pre-push", "--from-env"],
        &["install", "--via", "pigeon"],
        &["install", "--prune"],
        &["status", "--format", "xml"],
        &["ci", "--base", "nowhere"],
        &["completions", "cmd"],
        &["-C", "nowhere", "check"],
        &["--nowhere"],
    ];
    for args in cases {
        let run = repo.hook(args).exits(2);
        let text = run.all();
        assert!(text.contains(" = help: ") || text.contains("try '--help'"), "no next step\n{run}");
    }
}

/// Our own words are ASCII, whatever the locale: without UTF-8 nothing turns into rubbish.
#[test]
fn nothing_but_ascii_without_a_reason() {
    let world = World::new();
    let repo = world.project();
    let long = format!("flask==3.0.3\nrequests @ https://example.com/{}.whl\n", "x".repeat(300));
    repo.stage_pair(&long);
    repo.stage("freeze-guard.toml", "[[exempt]]\nrule = \"unpinned\"\npackage = \"flask\"\nreason = \"x\"\n");
    for args in [&["check", "-v"][..], &["parse", R], &["status"], &["explain", "lock-drift"], &["--help"], &["init"]] {
        for locale in [&[("LC_ALL", "C")][..], &[("LC_ALL", ""), ("LANG", "C.UTF-8")]] {
            let run = repo.hook_env(locale, args);
            assert!(run.all().is_ascii(), "{run}");
        }
    }
    // What stands in a file is shown as it stands there.
    repo.stage_pair("# ünïcödé\nrequests>=2 # ünïcödé\n");
    repo.hook(&["check"]).exits(1).says("requests>=2 # ünïcödé");
}

/// The same by the sources: no literal that people see has anything else.
#[test]
fn our_own_words_are_ascii() {
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let program = text.split("#[cfg(test)]").next().unwrap_or_default();
            let code = program.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
            for (number, line) in code {
                assert!(line.is_ascii() || path.ends_with("tests.rs"), "{}:{}: {line}", path.display(), number + 1);
            }
            seen += 1;
        }
    }
    assert!(seen > 100);
}

/// On a narrow terminal a line is cut, so that the caret stands under what it means.
#[test]
fn carets_on_a_narrow_terminal() {
    let world = World::new();
    let repo = world.project();
    let wide = format!("flask==3.0.3 {}; python_version>'3' # end\nrequests>=2\n", " ".repeat(60));
    repo.stage_pair(&wide);
    repo.stage(L, format!("{wide}uvloop==0.20.0 ; python_version > '3.8' and sys_platform != 'win32'\n"));
    for columns in [40, 60, 200] {
        let run = repo.hook_env(&[("COLUMNS", &columns.to_string())], &["check"]).exits(1);
        let text = run.stdout_text();
        let shown: Vec<&str> = text.lines().filter(|line| line.contains(" | ") && !line.contains('^')).collect();
        assert!(!shown.is_empty() && shown.iter().all(|line| line.chars().count() <= columns), "{run}");
        let pairs = text.lines().zip(text.lines().skip(1)).filter(|(_, under)| under.contains("| "));
        let marked: Vec<String> = pairs
            .filter_map(|(line, under)| {
                let (start, end) = (under.find('^')?, under.rfind('^')? + 1);
                Some(line.get(start..end.min(line.len())).unwrap_or_default().to_owned())
            })
            .collect();
        assert!(marked.iter().any(|mark| mark.starts_with("requests")), "{marked:?}\n{run}");
        assert!(marked.iter().any(|mark| mark.starts_with("uvloop==0.20.0")), "{marked:?}\n{run}");
    }
}

/// Nothing is asked: with a terminal as standard input every hook ends by itself.
#[test]
fn a_hook_asks_nothing() {
    let world = World::new();
    let repo = world.project();
    repo.stage(R, NEW);
    let ends = |command: &str, status: i32| repo.on_a_terminal(&[], command).map(|run: Run| run.exits(status));
    if ends("run pre-commit", 1).is_some() {
        ends("run pre-push origin https://example.com/x.git", 2).unwrap().says("git push --dry-run");
        for verb in ["status", "check --worktree", "uninstall --dry-run", "init --dry-run"] {
            assert!(repo.on_a_terminal(&[], verb).is_some());
        }
    }
}

/// A dumb terminal gets neither colour nor cursor movement.
#[test]
fn a_dumb_terminal() {
    let world = World::new();
    let repo = world.project();
    repo.stage(R, NEW);
    for command in ["check", "status", "--help", "install --all", "lock --dry-run"] {
        let Some(run) = repo.on_a_terminal(&[("TERM", "dumb")], command) else { return };
        assert!(!run.stdout.contains(&0x1b), "{run}");
    }
}
