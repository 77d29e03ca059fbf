//! lefthook writes its hooks anew during a run whenever its configuration has changed, over whatever stands there.

use std::fs::File;
use std::time::{Duration, SystemTime};

use crate::place::{ALL_GUARDED, Manager, Place, place, tools};
use crate::world::{R, World};

/// The commit in which that happens is still judged, status then says that ours is out of force, and installing again
/// puts it back without losing a hook.
#[test]
fn a_configuration_that_changes_puts_ours_out_and_status_says_so() {
    if tools().is_none() {
        return;
    }
    let world = World::new();
    let mut place = place(&world, Manager::Lefthook);
    place.install_theirs();
    place.run("hook", &["install", "--via", "file"]).passes();
    change_configuration(&place, "commit-msg:\n  jobs:\n    - run: \"true\"\n");
    place.repo.stage(R, "flask==9\n");
    let run = place.git(&["commit", "-qm", "manifest alone"]).exits(1).says("error[lock-drift]");
    run.says("another hook manager has just replaced our pre-commit hook").says("`hook install`");
    place.status().exits(1).says("foreign").says("hook install");
    place.run("hook", &["install", "--via", "file"]).passes();
    place.status().passes();
    place.git(&["checkout", "-q", "HEAD", "--", R]).passes();
    place.git(&["commit", "-qm", "their configuration"]).passes();
    assert_eq!(place.story(), ALL_GUARDED);
}

/// As docs/neighbours.md says.
#[test]
fn no_auto_install_leaves_ours_alone() {
    if tools().is_none() {
        return;
    }
    let world = World::new();
    let mut place = place(&world, Manager::Lefthook);
    change_configuration(&place, "no_auto_install: true\n");
    place.install_theirs();
    place.run("hook", &["install", "--via", "file"]).passes();
    change_configuration(&place, "commit-msg:\n  jobs:\n    - run: \"true\"\n");
    place.git(&["commit", "-qm", "their configuration"]).passes().never_says("replaced");
    place.status().passes();
    assert_eq!(place.story(), ALL_GUARDED);
}

/// Adds to the configuration, and stages it.
fn change_configuration(place: &Place<'_>, more: &str) {
    let path = place.repo.path("lefthook.yml");
    let text = std::fs::read_to_string(&path).unwrap();
    place.repo.stage("lefthook.yml", text + more);
    // It compares whole seconds.
    let file = File::options().append(true).open(path).unwrap();
    file.set_modified(SystemTime::now() + Duration::from_secs(5)).unwrap();
}
