//! GitHub: events as its documentation describes them, in the checkouts that actions/checkout makes.

use serde_json::{Value, json};

use super::{LABEL, Scene, break_pair, github};
use crate::world::{NEW, NEWER, Repo, World};

const ZERO: &str = "0000000000000000000000000000000000000000";

#[test]
fn a_pull_request() {
    let world = World::new();
    let scene = Scene::new(&world);
    let run = scene.github("pull_request", &scene.event(&["bug"])).refused().error("label-missing");
    run.says("pull request 12 into main")
        .says("labels: `bug`")
        .says("gh pr edit 12 --add-label approved-dependency-upgrade");
    scene.github("pull_request", &scene.event(&["bug", LABEL])).passes().says("in order: 1 changed pair");
    scene.github("pull_request_target", &scene.event(&[])).refused();
}

/// The merge commit that GitHub checks out by default, with its whole history.
#[test]
fn the_merge_commit_is_not_the_head() {
    let world = World::new();
    let scene = Scene::new(&world);
    let clone = &scene.clone;
    clone.git(&["checkout", "-q", "--detach", "origin/main"]).passes();
    clone.git(&["merge", "-q", "--no-verify", "--no-edit", "origin/feature"]).passes();
    scene.github("pull_request", &scene.event(&[])).refused().error("label-missing");
}

#[test]
fn a_checkout_that_is_too_shallow() {
    let world = World::new();
    let scene = Scene::new(&world);
    let origin = &scene.origin;
    origin.git(&["update-ref", "refs/pull/12/head", "feature"]).passes();
    origin.git(&["checkout", "-q", "--detach", "main"]).passes();
    origin.git(&["merge", "-q", "--no-verify", "--no-edit", "feature"]).passes();
    origin.git(&["update-ref", "refs/pull/12/merge", "HEAD"]).passes();
    origin.git(&["checkout", "-q", "main"]).passes();
    // As actions/checkout does without `fetch-depth: 0`.
    let runner = world.repo("runner");
    runner.git(&["remote", "add", "origin", &format!("file://{}", origin.top.display())]).passes();
    let merge = "+refs/pull/12/merge:refs/remotes/pull/12/merge";
    runner.git(&["fetch", "-q", "--no-tags", "--depth=1", "origin", merge]).passes();
    runner.git(&["checkout", "-q", "--force", "refs/remotes/pull/12/merge"]).passes();
    let run = github(&runner, "pull_request", &scene.event(&[]), &[]).could_not_judge();
    let run = run.says("is not in this checkout").says("`fetch-depth: 0`");
    // The command that it shows brings what is missing.
    let text = run.stderr_text();
    let command = text.split('`').find(|part| part.starts_with("git fetch")).unwrap();
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    runner.git(&words).passes();
    github(&runner, "pull_request", &scene.event(&[]), &[]).refused().error("label-missing");
}

#[test]
fn a_fork_is_never_a_sandbox_branch() {
    let world = World::new();
    let scene = Scene::new(&world);
    scene.origin.stage("freeze-guard.toml", "[ci]\ncheck-source = true\n");
    scene.origin.land("ask for a source");
    scene.clone.git(&["fetch", "-q"]).passes();
    let mut event = scene.event(&[LABEL]);
    event["pull_request"]["head"]["ref"] = json!("auto/x");
    scene.github("pull_request", &event).passes();
    // GitHub's names know no case.
    event["pull_request"]["head"]["repo"]["full_name"] = json!("Team/App");
    scene.github("pull_request", &event).passes();
    for repo in [json!({"full_name": "mallory/app"}), Value::Null, json!({})] {
        event["pull_request"]["head"]["repo"] = repo;
        scene.github("pull_request", &event).refused().error("guarded-push").says("auto/x of another repository");
    }
}

/// What main holds by now counts, where the checkout knows it: its policy may have become stricter since the event.
#[test]
fn main_went_on_since_the_event() {
    let world = World::new();
    let scene = Scene::new(&world);
    let event = scene.event(&[LABEL]);
    scene.origin.stage("freeze-guard.toml", "[[pair]]\nmanifest = \"requirements.txt\"\nrequire-hashes = true\n");
    scene.origin.land("hashes from now on");
    scene.github("pull_request", &event).passes();
    scene.clone.git(&["fetch", "-q"]).passes();
    scene.github("pull_request", &event).refused().error("hash");
}

fn push(origin: &Repo<'_>, before: &str, after: &str) -> Value {
    let before = if before == ZERO { ZERO.to_owned() } else { origin.id(before) };
    json!({"ref": "refs/heads/main", "before": before, "after": origin.id(after), "created": before == ZERO})
}

#[test]
fn a_push_and_a_merge_queue_show_no_labels() {
    let world = World::new();
    let scene = Scene::new(&world);
    let (origin, clone) = (&scene.origin, &scene.clone);
    origin.stage_pair(NEWER);
    origin.land("new dependencies");
    clone.git(&["fetch", "-q"]).passes();
    let run = scene.github("push", &push(origin, "main~1", "main")).passes();
    run.says("by a push, which shows no labels").says("in order: 1 changed pair");
    let queue = json!({"action": "checks_requested", "merge_group": {
        "head_sha": origin.id("main"), "head_ref": "refs/heads/gh-readonly-queue/main/pr-12-abc",
        "base_sha": origin.id("main~1"), "base_ref": "refs/heads/main"}});
    scene.github("merge_group", &queue).passes().says("by a merge queue, which shows no labels");
    break_pair(origin);
    clone.git(&["fetch", "-q"]).passes();
    scene.github("push", &push(origin, "main~1", "main")).refused().error("unpinned").error("lock-drift");
    // Over what was there before, and is gone from every branch.
    let mut forced = push(origin, "main~1", "main");
    forced["before"] = json!("1111111111111111111111111111111111111111");
    let run = scene.github("push", &forced).could_not_judge();
    run.says("what main held before (1111111111) is not in this checkout").says("`git fetch --no-tags origin 1111");
}

#[test]
fn pushes_that_change_no_branch() {
    let world = World::new();
    let scene = Scene::new(&world);
    let mut event = push(&scene.origin, "main~1", "main");
    event["ref"] = json!("refs/tags/v1");
    scene.github("push", &event).passes().says("refs/tags/v1 is no branch");
    let mut event = push(&scene.origin, "main~1", "main");
    event["after"] = json!(ZERO);
    scene.github("push", &event).passes().says("main was deleted");
    scene.github("push", &push(&scene.origin, ZERO, "main")).passes().says("main is new: all of HEAD is judged");
    scene.github("schedule", &json!({})).passes().says("all of HEAD is judged");
    break_pair(&scene.clone);
    scene.github("workflow_dispatch", &json!({})).refused().error("unpinned");
}

/// Whoever opens a request chooses title, labels and branch; none of it may act.
#[test]
fn hostile_words_stay_words() {
    let world = World::new();
    let scene = Scene::new(&world);
    let nasty = "x\n::error file=a::b%0A\u{1b}[31m\u{202e}|<img src=x>";
    let mut event = scene.event(&[nasty, "::set-env name=A::b"]);
    event["pull_request"]["title"] = json!(nasty);
    event["pull_request"]["head"]["ref"] = json!("feature\n::warning::x");
    let run = scene.github("pull_request", &event).refused().error("label-missing");
    assert!(!run.all().lines().any(|line| line.trim_start().starts_with("::error file=a")), "{run}");
    assert!(!run.all().lines().any(|line| line.trim_start().starts_with("::warning::x")), "{run}");
    assert!(!run.all().contains('\u{1b}') && !run.all().contains('\u{202e}'), "{run}");
    // A label that only looks like the one that counts.
    for label in ["approved-dependency-upgrade\n", "approved\u{ad}-dependency-upgrade", " approved-dependency-upgrade"]
    {
        scene.github("pull_request", &scene.event(&[label])).refused().error("label-missing");
    }
}

#[test]
fn events_that_cannot_be_read() {
    let world = World::new();
    let scene = Scene::new(&world);
    let good = scene.event(&[]);
    for at in ["/pull_request/base/sha", "/pull_request/head/sha", "/pull_request/base/ref", "/pull_request/labels"] {
        let mut event = good.clone();
        *event.pointer_mut(at).unwrap() = Value::Null;
        let field = at.rsplit('/').next().unwrap();
        scene.github("pull_request", &event).could_not_judge().says(field);
        *event.pointer_mut(at).unwrap() = json!("--upload-pack=x");
        scene.github("pull_request", &event).exits(2);
    }
    for event in [Value::Null, json!([]), json!("x"), json!({"pull_request": []})] {
        scene.github("pull_request", &event).could_not_judge();
        scene.github("push", &event).could_not_judge();
        scene.github("merge_group", &event).could_not_judge();
    }
    let env = |env: &[(&str, &str)]| scene.clone.hook_env(&[&[("GITHUB_ACTIONS", "true")], env].concat(), &["ci"]);
    env(&[]).could_not_judge().says("GITHUB_EVENT_NAME");
    env(&[("GITHUB_EVENT_NAME", "push")]).could_not_judge().says("GITHUB_EVENT_PATH");
    env(&[("GITHUB_EVENT_NAME", "push"), ("GITHUB_EVENT_PATH", "/nowhere")]).could_not_judge().says("cannot be read");
    std::fs::write(world.path("bad.json"), b"\xff\xfe{").unwrap();
    let bad = world.path("bad.json");
    env(&[("GITHUB_EVENT_NAME", "push"), ("GITHUB_EVENT_PATH", bad.to_str().unwrap())]).could_not_judge();
}

/// The arguments count before the environment: a step may judge another pair of commits.
#[test]
fn arguments_come_first() {
    let world = World::new();
    let scene = Scene::new(&world);
    let args = ["--base", "origin/main", "--head", "origin/main"];
    github(&scene.clone, "pull_request", &scene.event(&[]), &args).passes();
    scene.origin.branch_with_pair("auto/x", NEW);
    scene.clone.git(&["fetch", "-q"]).passes();
    github(&scene.clone, "push", &json!({}), &["--base", "origin/main", "--head", "origin/auto/x"]).refused();
}

/// On the lines of the change, on the job's page, and as SARIF where that is asked for.
#[test]
fn findings_are_shown_where_people_look() {
    let world = World::new();
    let scene = Scene::new(&world);
    let clone = &scene.clone;
    break_pair(clone);
    clone.git(&["push", "-q", "origin", "feature"]).passes();
    let file = world.path("event.json");
    std::fs::write(&file, scene.event(&[]).to_string()).unwrap();
    let (page, sarif) = (world.path("summary.md"), world.path("findings.sarif"));
    std::fs::write(&page, "# before\n").unwrap();
    let env = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "pull_request"),
        ("GITHUB_EVENT_PATH", file.to_str().unwrap()),
        ("GITHUB_STEP_SUMMARY", page.to_str().unwrap()),
    ];
    let run = clone.hook_env(&env, &["ci", "--sarif", sarif.to_str().unwrap()]).refused().error("unpinned");
    let run = run.says("::error file=requirements.txt,line=2,").says("::error title=freeze-guard%3A label-missing::");
    let text = run.stdout_text();
    assert!(text.starts_with("::stop-commands::"), "{run}");
    let token = text.lines().next().unwrap().trim_start_matches("::stop-commands::").to_owned();
    assert!(text.contains(&format!("\n::{token}::\n")), "{run}");
    let page = std::fs::read_to_string(&page).unwrap();
    assert!(page.starts_with("# before\n") && page.contains("unpinned") && page.contains("pull request 12"), "{page}");
    let sarif: Value = serde_json::from_slice(&std::fs::read(&sarif).unwrap()).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert!(sarif["runs"][0]["results"].as_array().unwrap().len() >= 3, "{sarif}");
    // What cannot be written besides changes no verdict; what was asked for is an error.
    let lost = [&env[..3], &[("GITHUB_STEP_SUMMARY", "/nowhere/page")]].concat();
    clone.hook_env(&lost, &["ci"]).refused().says_on_stderr("summary cannot be written");
    clone.hook_env(&env, &["ci", "--sarif", "/nowhere/x"]).exits(2).says("cannot be written");
}
