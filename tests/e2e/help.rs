//! The promise that every kind of finding names a command that can be run: each command in a help is really run, in the
//! very state that called for it, and where it claims to mend, the finding is gone.

use std::path::Path;

use crate::world::{BINARY, L, NEW, OLD, R, Repo, Run, World};

/// A state that a rule refuses, or warns of.
struct Case {
    rule: &'static str,
    arrange: fn(&Repo<'_>),
    /// Whether its commands, each alone, leave nothing to refuse.
    mends: bool,
}

const CASES: &[Case] = &[
    Case { rule: "lock-missing", arrange: |repo| drop(repo.git(&["rm", "-q", L]).passes()), mends: true },
    Case { rule: "lock-missing", arrange: |repo| drop(repo.git(&["rm", "-q", "--cached", L]).passes()), mends: true },
    Case { rule: "lock-missing", arrange: |repo| drop(repo.git(&["rm", "-q", R]).passes()), mends: true },
    Case { rule: "lock-missing", arrange: |repo| repo.stage("a b/it's $x/requirements.txt", OLD), mends: true },
    Case { rule: "lock-drift", arrange: |repo| repo.stage(R, NEW), mends: true },
    Case { rule: "lock-drift", arrange: |repo| repo.stage(L, NEW), mends: true },
    Case { rule: "lock-drift", arrange: drift_with_the_lock_in_the_work_tree, mends: true },
    Case { rule: "lock-drift", arrange: drift_of_a_shared_file, mends: true },
    Case { rule: "unpinned", arrange: |repo| repo.stage_pair("flask>=3\n"), mends: false },
    Case { rule: "unpinned", arrange: |repo| repo.stage(R, "flask\nrequests==2.32.3\n"), mends: true },
    Case { rule: "unpinned", arrange: |repo| repo.stage(R, "flask>=3,<4 # web\nrequests==2.32.3"), mends: true },
    Case { rule: "unpinned", arrange: unpinned_in_a_shared_file, mends: true },
    Case { rule: "unpinned", arrange: |repo| repo.stage(R, "flask>=4\nrequests==2.32.3\n"), mends: false },
    Case { rule: "lock-drift", arrange: drift_of_a_lock_with_a_header, mends: true },
    Case { rule: "lock-drift", arrange: drift_of_utf16, mends: true },
    Case {
        rule: "unpinned",
        arrange: |repo| repo.stage_pair("flask @ git+https://github.com/pallets/flask@main\n"),
        mends: false,
    },
    Case {
        rule: "unpinned",
        arrange: |repo| repo.stage_pair("flask @ https://example.com/flask-3.0.3.tar.gz\n"),
        mends: false,
    },
    Case { rule: "unpinned", arrange: |repo| repo.stage_pair("-e ./local\n"), mends: false },
    Case { rule: "invalid-line", arrange: |repo| repo.stage_pair("flask=3.0.3\n"), mends: false },
    Case { rule: "invalid-line", arrange: |repo| repo.stage_pair("flask==3.0.3\0\n"), mends: false },
    Case { rule: "invalid-line", arrange: |repo| repo.stage_pair("--no-such-option\n"), mends: false },
    Case { rule: "include", arrange: |repo| repo.stage(R, "-r nowhere.txt\n"), mends: false },
    Case { rule: "include", arrange: |repo| repo.stage(R, "-r requirements.txt\n"), mends: false },
    Case { rule: "include", arrange: |repo| repo.stage(R, "-r ../outside.txt\n"), mends: false },
    Case { rule: "include", arrange: |repo| repo.stage(R, "-r https://example.com/base.txt\n"), mends: false },
    Case { rule: "include", arrange: a_lock_that_includes, mends: true },
    Case { rule: "duplicate", arrange: |repo| repo.stage_pair("flask==3.0.3\nflask==3.0.2\n"), mends: false },
    Case { rule: "ambiguous-line", arrange: filtered, mends: false },
    Case { rule: "unused-exemption", arrange: unused_exemption, mends: false },
];

fn drift_with_the_lock_in_the_work_tree(repo: &Repo<'_>) {
    repo.stage(R, NEW);
    repo.write(L, NEW);
}

fn drift_of_a_shared_file(repo: &Repo<'_>) {
    repo.stage("deps.txt", NEW);
    repo.stage(R, "-r deps.txt\n");
}

fn filtered(repo: &Repo<'_>) {
    repo.stage("a b/.gitattributes", "requirements.* filter=x\n");
    repo.stage("a b/requirements.txt", OLD);
    repo.stage("a b/requirements.lock", OLD);
}

fn unpinned_in_a_shared_file(repo: &Repo<'_>) {
    repo.stage("deps.txt", "flask\n");
    repo.stage(R, "-r deps.txt\nrequests==2.32.3\n");
}

fn drift_of_a_lock_with_a_header(repo: &Repo<'_>) {
    repo.stage(L, format!("# ours\n\n{OLD}"));
    repo.stage(R, NEW);
}

/// What `hook fix` does not edit: copied as it is.
fn drift_of_utf16(repo: &Repo<'_>) {
    let wide: Vec<u8> = [0xfeff].into_iter().chain(NEW.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    repo.stage(R, wide);
}

fn a_lock_that_includes(repo: &Repo<'_>) {
    repo.stage("deps.txt", OLD);
    repo.stage_pair("-r deps.txt\n");
}

fn unused_exemption(repo: &Repo<'_>) {
    repo.stage("freeze-guard.toml", "[[exempt]]\nrule = \"unpinned\"\npackage = \"torch\"\nreason = \"wheels\"\n");
}

/// The commands between the backticks of `help`: what begins with a program.
fn commands(help: &str) -> Vec<String> {
    let quoted = help.split('`').skip(1).step_by(2);
    let program = |text: &&str| ["git ", "hook ", "cp ", "python "].iter().any(|program| text.starts_with(program));
    quoted.filter(program).map(str::to_owned).collect()
}

/// Runs a command line as the user would, `hook` on the search path.
fn type_in(repo: &Repo<'_>, line: &str) -> Run {
    let mut path = Path::new(BINARY).parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(repo.world.search_path());
    // What a Python or the network would do is not ours to test: the line only has to be one that the shell can read.
    let shell: &[&str] = if line.starts_with("python ") { &["-n", "-c"] } else { &["-c"] };
    Run::of(repo.world.command("sh", &repo.top).env("PATH", path).args(shell).arg(line), b"")
}

/// The helps of the findings of `rule`: of the index, or where only the change itself shows it, of the commit.
#[track_caller]
fn helps(repo: &Repo<'_>, rule: &str) -> Vec<String> {
    let run = repo.hook(&["check", "--format", "json"]);
    let json = run.json();
    let findings = json["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule);
    let mut helps: Vec<String> = findings.map(|finding| finding["help"].as_str().unwrap().to_owned()).collect();
    if helps.is_empty() {
        let run = repo.hook(&["run", "pre-commit"]).error(rule);
        // The finding comes first; what follows may be remarks with helps of their own.
        helps.extend(run.stderr_text().lines().find(|line| line.contains("= help:")).map(str::to_owned));
    }
    helps
}

/// A fresh project in the state of `case`.
fn arranged<'w>(world: &'w World, case: &Case) -> Repo<'w> {
    let repo = world.project();
    (case.arrange)(&repo);
    repo
}

/// What is wrong with the commands of one help, in the state of `case`.
fn faults(case: &Case, help: &str) -> Vec<String> {
    let lines = commands(help);
    if lines.is_empty() {
        return vec![format!("{}: no command in {help:?}", case.rule)];
    }
    let mut faults = Vec::new();
    for line in lines {
        let world = World::new();
        let repo = arranged(&world, case);
        let run = type_in(&repo, &line);
        // A file that the manifest names and nobody has cannot be added before it is written.
        let incomplete = line == "git ls-remote" || line.contains("FILE") || line.contains("nowhere.txt");
        if !incomplete && run.status != Some(0) {
            faults.push(format!("{}: {line}\n{run}", case.rule));
        }
        if case.mends && repo.hook(&["run", "pre-commit"]).status != Some(0) {
            faults.push(format!("{}: {line} does not mend it\n{}", case.rule, repo.hook(&["run", "pre-commit"])));
        }
    }
    faults
}

#[test]
fn every_help_has_a_command_that_runs() {
    let mut all = Vec::new();
    for case in CASES {
        let world = World::new();
        for help in helps(&arranged(&world, case), case.rule) {
            all.extend(faults(case, &help));
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

/// A push that is refused names a command that, typed as it stands, gets the change through or says what to do first.
#[test]
fn the_helps_of_a_push_work() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.stage_pair(NEW);
    repo.land("dependencies");
    let run = repo.git(&["push", "-q", "origin", "main"]).refused().error("guarded-push");
    let lines: Vec<String> =
        run.stderr_text().lines().filter(|line| line.contains("help:")).flat_map(commands).collect();
    let line =
        lines.iter().find(|line| line.contains("git push")).unwrap_or_else(|| panic!("no push in {lines:?}\n{run}"));
    type_in(&repo, line).passes().no_findings();
    assert_eq!(origin.id("main"), repo.id("main"));
}

/// The same where the base is not known: the fetch it names makes it known.
#[test]
fn the_help_of_an_unknown_base_works() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    world.at("").git(&["clone", "-q", "origin.git", "mate"]).passes();
    let mate = world.at("mate");
    mate.stage_code("theirs");
    mate.land("theirs");
    mate.git(&["push", "-q", "origin", "main"]).passes();
    repo.stage_code("mine");
    repo.land("mine");
    let run = repo.git(&["push", "-q", "-f", "origin", "main"]).refused().error("unknown-base");
    let fetch = run.stderr_text().lines().flat_map(commands).find(|line| line.starts_with("git fetch")).unwrap();
    type_in(&repo, &fetch).passes();
    repo.git(&["push", "-q", "-f", "origin", "main"]).passes().silent();
    assert_eq!(origin.id("main"), repo.id("main"));
}
