//! lefthook writes its hooks anew during a run whenever its configuration has changed, over whatever stands there.

use crate::place::{ALL_GUARDED, Manager, place, tools};
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
    let text = std::fs::read_to_string(place.repo.path("lefthook.yml")).unwrap();
    place.repo.stage("lefthook.yml", text + "commit-msg:\n  jobs:\n    - run: \"true\"\n");
    place.repo.stage(R, "flask==9\n");
    place.git(&["commit", "-qm", "manifest alone"]).exits(1).says("error[lock-drift]");
    place.status().exits(1).says("foreign").says("hook install");
    place.run("hook", &["install", "--via", "file"]).passes();
    place.status().passes();
    place.git(&["checkout", "-q", "HEAD", "--", R]).passes();
    place.git(&["commit", "-qm", "their configuration"]).passes();
    assert_eq!(place.story(), ALL_GUARDED);
}
