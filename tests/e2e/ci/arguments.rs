//! Anywhere: the branch, the head, the labels and the source by arguments.

use super::{BEFORE, LABEL, Scene, break_pair};
use crate::world::{NEW, NEWER, R, World};

#[test]
fn a_request_with_dependencies_needs_the_label() {
    let world = World::new();
    let scene = Scene::new(&world);
    let run = scene.clone.hook(&["ci", "--base", "origin/main"]).refused().error("label-missing");
    run.says("main takes dependency changes only from a pull request with the label `approved-dependency-upgrade`")
        .says("changed: requirements.lock, requirements.txt")
        .says("`hook ci --label approved-dependency-upgrade ...`");
    scene.clone.hook(&["ci", "--base", "origin/main", "--label", LABEL]).passes().says("in order: 1 changed pair");
    let other = ["ci", "--base", "origin/main", "--label", "bug", "--label", "Approved-Dependency-Upgrade"];
    scene.clone.hook(&other).refused().error("label-missing");
}

#[test]
fn content_is_judged_whatever_the_label_says() {
    let world = World::new();
    let scene = Scene::new(&world);
    break_pair(&scene.clone);
    let run = scene.clone.hook(&["ci", "--base", "origin/main", "--label", LABEL]).refused();
    run.error("unpinned").error("lock-drift").never_says("label-missing");
}

/// What is judged is what the request changes, not what main changed since.
#[test]
fn a_branch_that_is_merely_behind_needs_no_label() {
    let world = World::new();
    let scene = Scene::new(&world);
    scene.origin.stage_pair(NEWER);
    scene.origin.land("main has other dependencies by now");
    let clone = &scene.clone;
    clone.git(&["fetch", "-q"]).passes();
    clone.git(&["checkout", "-q", "-b", "code", "origin/main~2"]).passes();
    clone.stage_code("only code");
    clone.land("only code");
    clone.hook(&["ci", "--base", "origin/main"]).passes().says("in order: nothing governed changed");
    // The same change on both sides: a merge brings nothing.
    clone.stage_pair(NEWER);
    clone.land("the same dependencies as main");
    clone.hook(&["ci", "--base", "origin/main"]).passes().no_findings();
    // Going back to what it left main with is a change of main by now, but not by a merge.
    clone.stage_pair(BEFORE);
    clone.land("back again");
    clone.hook(&["ci", "--base", "origin/main"]).passes().no_findings();
}

#[test]
fn a_head_by_name_and_a_target_that_is_not_guarded() {
    let world = World::new();
    let scene = Scene::new(&world);
    scene.clone.git(&["checkout", "-q", "main"]).passes();
    scene.clone.hook(&["ci", "--base", "origin/main"]).passes();
    let head = ["ci", "--base", "origin/main", "--head", "origin/feature"];
    scene.clone.hook(&head).refused().error("label-missing");
    let develop = [&head[..], &["--target", "develop"]].concat();
    scene.clone.hook(&develop).passes().says("in order: 1 changed pair");
    scene.clone.git(&["checkout", "-q", "feature"]).passes();
    break_pair(&scene.clone);
    scene.clone.hook(&["ci", "--base", "origin/main", "--target", "develop"]).refused().error("unpinned");
}

#[test]
fn a_source_where_the_policy_asks_for_one() {
    let world = World::new();
    let scene = Scene::new(&world);
    scene.origin.stage("freeze-guard.toml", "[ci]\ncheck-source = true\n");
    scene.origin.land("ask for a source");
    scene.clone.git(&["fetch", "-q"]).passes();
    let base = ["ci", "--base", "origin/main", "--label", LABEL];
    let with = |more: &[&str]| scene.clone.hook(&[&base[..], more].concat());
    with(&["--source", "auto/dependency-upgrade-20261122-001"]).passes();
    with(&["--source", "feature"]).refused().error("guarded-push").says("not from feature");
    with(&["--source", "auto/x", "--fork"]).refused().says("not from auto/x of another repository");
    with(&[]).refused().says("not from a branch that nobody named");
}

/// The policy is main's: a request cannot bring its own label, and to change it needs the old one.
#[test]
fn the_policy_of_the_branch_decides() {
    let world = World::new();
    let scene = Scene::new(&world);
    let clone = &scene.clone;
    clone.stage("freeze-guard.toml", "[ci]\nlabel = \"mine\"\n");
    clone.land("my own label");
    let run = clone.hook(&["ci", "--base", "origin/main", "--label", "mine"]).refused().error("label-missing");
    run.says("dependency changes and a laxer policy").says("ci.label from `approved-dependency-upgrade` to `mine`");
    clone.hook(&["ci", "--base", "origin/main", "--label", LABEL]).passes();
    // Loosening alone is a change, too; tightening is not.
    clone.git(&["checkout", "-q", "-b", "policy", "origin/main"]).passes();
    clone.stage("freeze-guard.toml", "exclude = [\"**\"]\n");
    clone.land("guard nothing");
    clone.hook(&["ci", "--base", "origin/main"]).refused().says("main takes a laxer policy only");
    clone.stage("freeze-guard.toml", "allow-skip = false\n");
    clone.land("be strict");
    clone.hook(&["ci", "--base", "origin/main"]).passes().no_findings();
    clone.stage("freeze-guard.toml", "allow-skip = maybe\n");
    clone.land("nonsense");
    clone.hook(&["ci", "--base", "origin/main", "--label", LABEL]).refused().error("policy-changed");
}

#[test]
fn a_broken_policy_can_be_repaired_with_the_label_only() {
    let world = World::new();
    let scene = Scene::new(&world);
    scene.origin.stage("freeze-guard.toml", "nonsense = 1\n");
    scene.origin.land("broken policy");
    let clone = &scene.clone;
    clone.git(&["fetch", "-q"]).passes();
    clone.git(&["checkout", "-q", "-b", "repair", "origin/main"]).passes();
    clone.stage("freeze-guard.toml", "allow-skip = false\n");
    clone.land("repair");
    let run = clone.hook(&["ci", "--base", "origin/main"]).refused().error("label-missing");
    run.says("while its policy cannot be read (freeze-guard.toml:1: unknown key `nonsense`)");
    clone.hook(&["ci", "--base", "origin/main", "--label", LABEL]).passes();
    clone.git(&["checkout", "-q", "-b", "code", "origin/main"]).passes();
    clone.stage_code("only code");
    clone.land("only code");
    clone.hook(&["ci", "--base", "origin/main"]).refused().error("label-missing");
}

#[test]
fn two_merge_bases() {
    let world = World::new();
    let repo = world.repo("plain");
    repo.seed();
    repo.git(&["branch", "feature"]).passes();
    repo.stage_code("on main");
    repo.land("on main");
    repo.git(&["checkout", "-q", "feature"]).passes();
    repo.stage_pair(NEW);
    repo.land("on feature");
    let (main, feature) = (repo.id("main"), repo.id("feature"));
    repo.git(&["merge", "-q", "--no-verify", "--no-edit", &main]).passes();
    repo.git(&["checkout", "-q", "main"]).passes();
    repo.git(&["merge", "-q", "--no-verify", "--no-edit", &feature]).passes();
    assert_eq!(repo.git(&["merge-base", "--all", "main", "feature"]).stdout_text().lines().count(), 2);
    repo.hook(&["ci", "--base", "main", "--head", "feature"]).passes().no_findings();
    // What goes back to one of the two bases is a change against the other.
    repo.git(&["checkout", "-q", "feature"]).passes();
    repo.stage_pair(BEFORE);
    repo.land("undo it");
    repo.hook(&["ci", "--base", "main", "--head", "feature"]).refused().error("label-missing");
}

#[test]
fn histories_that_have_nothing_in_common() {
    let world = World::new();
    let repo = world.repo("plain");
    repo.seed();
    repo.git(&["checkout", "-q", "--orphan", "other"]).passes();
    repo.stage_pair(NEW);
    repo.land("another start");
    repo.hook(&["ci", "--base", "main"]).refused().error("label-missing");
    repo.hook(&["ci", "--base", "main", "--label", LABEL]).passes();
}

#[test]
fn a_shallow_clone_says_what_to_fetch() {
    let world = World::new();
    let scene = Scene::new(&world);
    let url = format!("file://{}", scene.origin.top.display());
    world.at("").git(&["clone", "-q", "--depth=1", "--no-single-branch", &url, "shallow"]).passes();
    let shallow = world.at("shallow");
    let args = ["ci", "--base", "origin/main", "--head", "origin/feature"];
    let run = shallow.hook(&args).could_not_judge();
    run.says("where the request left its branch is not in this checkout")
        .says("`git fetch --no-tags --unshallow origin main`");
    shallow.git(&["fetch", "-q", "--no-tags", "--unshallow", "origin", "main"]).passes();
    shallow.hook(&args).refused().error("label-missing");
}

#[test]
fn nonsense_is_answered() {
    let world = World::new();
    let scene = Scene::new(&world);
    let clone = &scene.clone;
    clone.hook(&["ci"]).could_not_judge().says("`hook ci --base origin/main`");
    clone.hook(&["ci", "--base", "nowhere"]).could_not_judge().says("`nowhere` names no commit here");
    clone.hook(&["ci", "--label", "x"]).exits(2).says("--base");
    clone.hook(&["ci", "--base", "main", "--fork"]).exits(2).says("--source");
    world.at("home").hook(&["ci", "--base", "main"]).could_not_judge();
    let json = clone.hook(&["ci", "--base", "origin/main", "--format", "json"]).exits(1).json();
    assert_eq!(json["verdict"], "refuse");
    assert_eq!(json["findings"][0]["rule"], "label-missing");
    assert_eq!(clone.hook(&["ci", "--base", "x", "--format", "json"]).exits(2).json()["verdict"], "error");
    assert!(clone.path(R).exists());
}
