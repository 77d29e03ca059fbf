//! Changes in odd shapes: pairs that go or move, what a manifest includes, ids of another length, names that are no text.

use serde_json::json;

use super::{LABEL, Scene, github};
use crate::world::{L, NEW, NEWER, OLD, R, Repo, World};

/// What `hook ci` says of `feature` against main, with and without the label.
fn judged(repo: &Repo<'_>) -> (Option<i32>, Option<i32>) {
    let args = ["ci", "--base", "main", "--head", "feature"];
    (repo.hook(&args).status, repo.hook(&[&args[..], &["--label", LABEL]].concat()).status)
}

fn on_feature(repo: &Repo<'_>, change: impl FnOnce(&Repo<'_>)) -> (Option<i32>, Option<i32>) {
    repo.git(&["checkout", "-q", "-f", "-B", "feature", "main"]).passes();
    change(repo);
    repo.land("the change");
    judged(repo)
}

const NEEDS_LABEL: (Option<i32>, Option<i32>) = (Some(1), Some(0));
const REFUSED: (Option<i32>, Option<i32>) = (Some(1), Some(1));
const FREE: (Option<i32>, Option<i32>) = (Some(0), Some(0));

#[test]
fn pairs_that_come_go_and_move() {
    let world = World::new();
    let repo = world.repo("plain");
    repo.seed();
    let gone = on_feature(&repo, |repo| drop(repo.git(&["rm", "-q", R, L]).passes()));
    assert_eq!(gone, NEEDS_LABEL, "a pair that goes");
    assert_eq!(on_feature(&repo, |repo| drop(repo.git(&["rm", "-q", L]).passes())), REFUSED, "its lock alone");
    assert_eq!(on_feature(&repo, |repo| drop(repo.git(&["rm", "-q", R]).passes())), REFUSED, "its manifest alone");
    let moved = on_feature(&repo, |repo| {
        std::fs::create_dir(repo.path("api")).unwrap();
        repo.git(&["mv", R, L, "api"]).passes();
    });
    assert_eq!(moved, NEEDS_LABEL, "a pair that moves");
    let new = on_feature(&repo, |repo| {
        repo.stage("api/requirements.txt", OLD);
        repo.stage("api/requirements.lock", OLD);
    });
    assert_eq!(new, NEEDS_LABEL, "a new pair");
    assert_eq!(on_feature(&repo, |repo| repo.stage("notes.txt", "flask>=1\n")), FREE, "no pair");
    let mode = on_feature(&repo, |repo| drop(repo.git(&["update-index", "--chmod=+x", R]).passes()));
    assert_eq!(mode, NEEDS_LABEL, "a mode");
    let submodule = on_feature(&repo, |repo| {
        let id = repo.id("HEAD");
        repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{id},{R}")]).passes();
    });
    assert_eq!(submodule, REFUSED, "a submodule in a manifest's place");
}

#[test]
fn what_a_manifest_includes_and_how_it_is_read() {
    let world = World::new();
    let repo = world.repo("plain");
    repo.stage("base.txt", OLD);
    repo.stage(R, "-r base.txt\n");
    repo.stage(L, OLD);
    repo.land("start");
    assert_eq!(on_feature(&repo, |repo| repo.stage("base.txt", NEW)), REFUSED, "the included file alone");
    let both = on_feature(&repo, |repo| {
        repo.stage("base.txt", NEW);
        repo.stage(L, NEW);
    });
    assert_eq!(both, NEEDS_LABEL, "with its lock");
    let attributes = on_feature(&repo, |repo| repo.stage(".gitattributes", "base.txt working-tree-encoding=UTF-16\n"));
    assert_eq!(attributes, REFUSED, "an attribute");
    assert_eq!(on_feature(&repo, |repo| repo.stage(".gitattributes", "*.py text\n")), FREE, "another attribute");
}

#[test]
fn a_policy_that_moves_to_another_file() {
    let world = World::new();
    let repo = world.repo("plain");
    repo.seed();
    repo.stage("freeze-guard.toml", "allow-skip = false\n");
    repo.land("policy");
    let same = on_feature(&repo, |repo| {
        repo.git(&["rm", "-q", "freeze-guard.toml"]).passes();
        repo.stage("pyproject.toml", "[tool.freeze-guard]\nallow-skip = false\n");
    });
    assert_eq!(same, FREE, "the same in pyproject.toml");
    let laxer = on_feature(&repo, |repo| {
        repo.git(&["rm", "-q", "freeze-guard.toml"]).passes();
        repo.stage("pyproject.toml", "[tool.freeze-guard]\n");
    });
    assert_eq!(laxer, NEEDS_LABEL, "laxer there");
    assert_eq!(on_feature(&repo, |repo| drop(repo.git(&["rm", "-q", "freeze-guard.toml"]).passes())), NEEDS_LABEL);
    let both = on_feature(&repo, |repo| repo.stage("pyproject.toml", "[tool.freeze-guard]\nallow-skip = false\n"));
    assert_eq!(both, REFUSED, "two of them");
}

#[test]
fn ids_of_sixty_four_digits() {
    let world = World::new();
    let repo = world.repo_with("plain", &["--object-format=sha256"]);
    repo.seed();
    repo.branch_with_pair("feature", NEW);
    assert_eq!(judged(&repo), NEEDS_LABEL);
    let zero = "0".repeat(64);
    let event = json!({"ref": "refs/heads/main", "before": zero, "after": repo.id("main")});
    github(&repo, "push", &event, &[]).passes().says("main is new");
    let event = json!({"ref": "refs/heads/main", "before": repo.id("main"), "after": repo.id("feature")});
    github(&repo, "push", &event, &[]).passes().says("in order: 1 changed pair");
}

/// Reverting what main took in the meantime is a change; taking main in is none.
#[test]
fn merges_of_main_and_reverts() {
    let world = World::new();
    let scene = Scene::new(&world);
    let (origin, clone) = (&scene.origin, &scene.clone);
    origin.stage_pair(NEWER);
    origin.land("main's own");
    clone.git(&["fetch", "-q"]).passes();
    clone.git(&["checkout", "-q", "-B", "topic", "origin/main~1"]).passes();
    clone.stage_code("topic");
    clone.land("topic");
    clone.git(&["merge", "-q", "--no-verify", "--no-edit", "origin/main"]).passes();
    clone.hook(&["ci", "--base", "origin/main"]).passes().says("nothing governed changed");
    clone.stage_pair(OLD);
    clone.land("back to what it was");
    clone.hook(&["ci", "--base", "origin/main"]).refused().error("label-missing");
}

/// Without the blobs of what nobody changed, and offline.
#[test]
fn a_partial_clone() {
    let world = World::new();
    let scene = Scene::new(&world);
    scene.origin.git(&["config", "uploadpack.allowFilter", "true"]).passes();
    let url = format!("file://{}", scene.origin.top.display());
    for filter in ["blob:none", "tree:0"] {
        let name = filter.replace(':', "-");
        world.at("").git(&["clone", "-q", "--no-checkout", &format!("--filter={filter}"), &url, &name]).passes();
        let clone = world.at(&name);
        let run = clone.hook(&["ci", "--base", "origin/main", "--head", "origin/feature"]);
        assert_eq!(run.status, Some(2), "{run}");
        assert!(run.all().contains("git "), "a command brings what is missing\n{run}");
    }
}
