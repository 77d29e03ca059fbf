//! Whose policy decides at the server, and that no push brings its own.

use super::{Repo, accepted, refused, server};
use crate::world::{NEW, NEWER, OLD, R, World};

const FILE: &str = "freeze-guard.toml";

fn land_policy(clone: &Repo<'_>, text: &str) {
    clone.stage(FILE, text);
    clone.land("policy");
}

/// What loosens the policy needs a branch that holds that policy; what tightens it is free; and the push that loosens it
/// is judged by what was there before.
#[test]
fn s48_a_laxer_policy() {
    let world = World::new();
    let (clone, server) = server(&world);
    let lax = "[rules]\nunpinned = \"off\"\n";
    land_policy(&clone, lax);
    refused(&clone, &server, &["main"], "policy-changed").says("rules.unpinned").says("git push --atomic origin auto/");
    // Together with what it would let pass, even from an allowed branch.
    clone.stage_pair("flask>=3\nrequests==2.32.3\n");
    clone.land("loose");
    refused(&clone, &server, &["main:auto/x", "main"], "unpinned").never_says("policy-changed");
    clone.git(&["reset", "-q", "--hard", "HEAD~"]).passes();
    accepted(&clone, &["main:auto/policy"]);
    accepted(&clone, &["main"]);
    // Now it is in force.
    clone.stage_pair("flask>=3\nrequests==2.32.3\n");
    clone.land("loose");
    accepted(&clone, &["main:auto/loose", "main"]);
    land_policy(&clone, "");
    accepted(&clone, &["main"]);
    clone.git(&["rm", "-q", FILE]).passes();
    clone.land("no policy, which says the same");
    accepted(&clone, &["main"]);
}

/// The same in pyproject.toml, where only the table counts: the rest of the file may differ from the branch's.
#[test]
fn s48_a_laxer_policy_in_pyproject() {
    let world = World::new();
    let (clone, server) = server(&world);
    let table = "[tool.freeze-guard.rules]\nunpinned = \"warning\"\n";
    clone.stage("pyproject.toml", "[project]\nname = \"x\"\n");
    clone.land("project");
    accepted(&clone, &["main"]);
    clone.stage("pyproject.toml", format!("[project]\nname = \"y\"\n{table}"));
    clone.land("and policy");
    refused(&clone, &server, &["main"], "policy-changed");
    clone.git(&["checkout", "-q", "-b", "auto/policy", "HEAD~"]).passes();
    clone.stage("pyproject.toml", format!("[project]\nname = \"x\"\n{table}"));
    clone.land("policy alone");
    accepted(&clone, &["auto/policy"]);
    accepted(&clone, &["main"]);
}

/// Who may bring changes is what main says now, not what arrives says.
#[test]
fn s48_a_push_that_names_its_own_sources() {
    let world = World::new();
    let (clone, server) = server(&world);
    land_policy(&clone, "[push]\nfrom = [\"auto/*\", \"feature\"]\n");
    clone.stage_pair(NEW);
    clone.land("dependencies");
    refused(&clone, &server, &["main:feature", "main"], "guarded-push").error("policy-changed");
    clone.git(&["reset", "-q", "--hard", "HEAD~"]).passes();
    accepted(&clone, &["main:auto/policy", "main"]);
    clone.stage_pair(NEW);
    clone.land("dependencies");
    accepted(&clone, &["main:feature", "main"]);
    // No sandbox branch would do: the help names what does.
    land_policy(&clone, "[push]\nfrom = [\"feature\"]\n");
    accepted(&clone, &["main"]);
    clone.stage_pair(NEWER);
    clone.land("newer");
    refused(&clone, &server, &["main"], "guarded-push").says("named as feature").never_says("auto/");
}

/// A policy that nobody can read is never taken; where one stands already, an allowed branch can mend it, and nothing else
/// passes until then.
#[test]
fn s48_a_broken_policy() {
    let world = World::new();
    let (clone, server) = server(&world);
    land_policy(&clone, "[push]\nguard = \"main\n");
    refused(&clone, &server, &["main:auto/x", "main"], "policy-changed")
        .says("cannot be read")
        .says("freeze-guard.toml:2");
    // By hand, past the guard.
    accepted(&clone, &["main:feature"]);
    server.git(&["update-ref", "refs/heads/main", "refs/heads/feature"]).passes();
    clone.stage_code("two");
    clone.land("code");
    refused(&clone, &server, &["main"], "policy-changed").says("until it is mended");
    clone.stage_pair(NEW);
    clone.land("dependencies");
    refused(&clone, &server, &["main"], "policy-changed").error("guarded-push");
    clone.git(&["reset", "-q", "--hard", "HEAD~"]).passes();
    land_policy(&clone, "[push]\nguard = [\"main\"]\n");
    refused(&clone, &server, &["main"], "policy-changed");
    accepted(&clone, &["main:auto/mend"]);
    accepted(&clone, &["main"]);
    assert_eq!(server.id("main"), clone.id("main"));
}

/// A guarded branch that is new: by main's policy, which lets it pass or has it judged.
#[test]
fn s48_a_new_guarded_branch() {
    let world = World::new();
    let (clone, server) = server(&world);
    land_policy(&clone, "[push]\nguard = [\"main\", \"master\", \"release/*\"]\n");
    accepted(&clone, &["main"]);
    clone.git(&["checkout", "-q", "-b", "work"]).passes();
    clone.stage_pair(NEW);
    clone.land("dependencies");
    accepted(&clone, &["work:release/1"]);
    // From then on its own policy decides.
    clone.stage_pair(NEWER);
    clone.land("newer");
    refused(&clone, &server, &["work:release/1"], "guarded-push");

    clone.git(&["checkout", "-q", "main"]).passes();
    land_policy(&clone, "[push]\nguard = [\"main\", \"master\", \"release/*\"]\non-create = \"check\"\n");
    accepted(&clone, &["main"]);
    refused(&clone, &server, &["work:release/2"], "guarded-push");
    // What main holds may stand elsewhere, too.
    accepted(&clone, &["main:release/2"]);
    accepted(&clone, &["work:auto/x", "work:release/3"]);
    clone.git(&["checkout", "-q", "-b", "bad", "main"]).passes();
    clone.stage(R, OLD.replace("==3.0.3", ">=3"));
    clone.land("bad");
    refused(&clone, &server, &["bad:auto/bad", "bad:release/4"], "unpinned");
}

/// Where the policy asks for it, what one commit of the push broke counts though a later one mended it: also among objects
/// that git has not taken yet.
#[test]
fn s48_every_commit() {
    let world = World::new();
    let (clone, server) = server(&world);
    clone.stage(FILE, "[push]\nevery-commit = true\n");
    clone.land("policy");
    accepted(&clone, &["main"]);
    clone.stage(R, NEW);
    clone.land("manifest only");
    clone.stage_pair(NEW);
    clone.land("and its lock");
    for limit in ["1", "1000"] {
        server.git(&["config", "receive.unpackLimit", limit]).passes();
        refused(&clone, &server, &["main:auto/x", "main"], "lock-drift")
            .says("(manifest only)")
            .never_says("guarded-push");
    }
    clone.git(&["reset", "-q", "--soft", "HEAD~2"]).passes();
    clone.land("both at once");
    accepted(&clone, &["main:auto/x", "main"]);
}

/// `allow-skip` is about clones; the server honours nobody's FREEZE_GUARD=0, whatever the policy says.
#[test]
fn s48_allow_skip_is_not_for_servers() {
    let world = World::new();
    let (clone, server) = server(&world);
    land_policy(&clone, "allow-skip = true\n");
    accepted(&clone, &["main"]);
    clone.stage_pair(NEW);
    clone.land("dependencies");
    let before = server.id("main");
    clone.git_env(&[("FREEZE_GUARD", "0")], &["push", "-q", "origin", "main"]).refused().error("guarded-push");
    assert_eq!(server.id("main"), before);
}
