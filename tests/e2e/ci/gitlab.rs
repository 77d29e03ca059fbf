//! GitLab: pipelines by their predefined variables.

use super::{LABEL, Scene, break_pair};
use crate::world::{NEWER, Run, World};

/// `hook ci` in a merge request's pipeline, as GitLab describes it but for `changes`.
fn request(scene: &Scene<'_>, changes: &[(&str, &str)]) -> Run {
    let (base, head) = (scene.origin.id("feature~1"), scene.origin.id("feature"));
    let mut env = vec![
        ("GITLAB_CI", "true"),
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "feature"),
        ("CI_MERGE_REQUEST_PROJECT_ID", "1"),
        ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "1"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &*base),
        ("CI_COMMIT_SHA", &*head),
    ];
    for (name, value) in changes {
        env.retain(|(known, _)| known != name);
        env.push((name, value));
    }
    scene.clone.hook_env(&env, &["ci"])
}

#[test]
fn a_merge_request() {
    let world = World::new();
    let scene = Scene::new(&world);
    let run = request(&scene, &[]).refused().error("label-missing").says("merge request 7 into main");
    run.says("`glab mr update 7 --label approved-dependency-upgrade`");
    request(&scene, &[("CI_MERGE_REQUEST_LABELS", "bug,approved-dependency-upgrade")]).passes();
    request(&scene, &[("CI_MERGE_REQUEST_LABELS", "not-approved-dependency-upgrade")]).refused();
    // A pipeline for the merged result: the commit of the job is not the head.
    let (target, head) = (scene.origin.id("main"), scene.origin.id("feature"));
    let merged = [
        ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", &*target),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", &*head),
        ("CI_COMMIT_SHA", &*target),
    ];
    request(&scene, &merged).refused().error("label-missing");
}

#[test]
fn a_source_of_another_project() {
    let world = World::new();
    let scene = Scene::new(&world);
    scene.origin.stage("freeze-guard.toml", "[ci]\ncheck-source = true\n");
    scene.origin.land("ask for a source");
    scene.clone.git(&["fetch", "-q"]).passes();
    let base = [("CI_MERGE_REQUEST_LABELS", LABEL), ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "auto/x")];
    request(&scene, &base).passes();
    let fork = [&base[..], &[("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "2")]].concat();
    request(&scene, &fork).refused().error("guarded-push").says("auto/x of another repository");
}

#[test]
fn a_push() {
    let world = World::new();
    let scene = Scene::new(&world);
    scene.origin.stage_pair(NEWER);
    scene.origin.land("new dependencies");
    let push = |scene: &Scene<'_>, more: &[(&str, &str)]| {
        scene.clone.git(&["fetch", "-q"]).passes();
        let (before, after) = (scene.origin.id("main~1"), scene.origin.id("main"));
        let env = [
            ("GITLAB_CI", "true"),
            ("CI_PIPELINE_SOURCE", "push"),
            ("CI_COMMIT_BRANCH", "main"),
            ("CI_COMMIT_BEFORE_SHA", &*before),
            ("CI_COMMIT_SHA", &*after),
        ];
        scene.clone.hook_env(&[&env[..], more].concat(), &["ci"])
    };
    push(&scene, &[]).passes().says("by a push, which shows no labels");
    push(&scene, &[("CI_COMMIT_BEFORE_SHA", &"0".repeat(40))]).passes().says("main is new");
    push(&scene, &[("CI_COMMIT_TAG", "v1")]).passes().says("a tag is no branch");
    push(&scene, &[("CI_PIPELINE_SOURCE", "schedule")]).passes().says("all of HEAD is judged");
    break_pair(&scene.origin);
    push(&scene, &[]).refused().error("unpinned");
}

#[test]
fn variables_that_are_missing() {
    let world = World::new();
    let scene = Scene::new(&world);
    for name in [
        "CI_MERGE_REQUEST_IID",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA",
        "CI_COMMIT_SHA",
        "CI_PIPELINE_SOURCE",
    ] {
        request(&scene, &[(name, "")]).could_not_judge().says(name);
    }
    request(&scene, &[("CI_COMMIT_SHA", &"1".repeat(40))]).could_not_judge().says("`GIT_DEPTH: 0`");
}
