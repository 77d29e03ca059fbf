//! Pushes in odd shapes: everything at once, other servers' refs, remotes by their addresses, clones that lack a part.

use crate::world::{NEW, NEWER, R, Repo, World};

fn tip(origin: &Repo<'_>) -> String {
    origin.id("main")
}

#[test]
fn everything_at_once_holds_main_too() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.branch_with_pair("auto/a", NEWER);
    repo.git(&["checkout", "-q", "main"]).passes();
    repo.stage_pair(NEW);
    repo.land("straight on main");
    repo.git(&["tag", "v1"]).passes();
    let before = tip(&origin);
    for all in [&["--all"][..], &["--mirror"], &["--all", "--follow-tags"], &["--tags", "refs/heads/*:refs/heads/*"]] {
        repo.git(&[&["push", "-q", "origin"], all].concat()).refused().error("guarded-push");
        assert_eq!(tip(&origin), before, "{all:?}");
    }
    // What prunes main deletes it.
    repo.git(&["checkout", "-q", "auto/a"]).passes();
    repo.git(&["branch", "-q", "-D", "main"]).passes();
    let prune = ["push", "-q", "--prune", "origin", "refs/heads/*:refs/heads/*"];
    repo.git(&prune).refused().says("deleting it would let any push create it anew");
    assert_eq!(tip(&origin), before);
}

/// Gerrit takes changes for review at `refs/for/<branch>`, a ref that never exists.
#[test]
fn gerrits_refs_can_be_guarded() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.stage("freeze-guard.toml", "[push]\nguard = [\"main\", \"refs/for/*\"]\non-create = \"check\"\n");
    repo.land("policy");
    repo.git(&["push", "-q", "--no-verify", "origin", "main"]).passes();
    repo.branch_with_pair("feature", NEW);
    repo.git(&["push", "-q", "origin", "HEAD:refs/for/main"]).refused().error("guarded-push").says("refs/for/main");
    assert_eq!(origin.id("refs/for/main"), "");
    repo.git(&["branch", "auto/a"]).passes();
    repo.git(&["push", "-q", "origin", "auto/a:refs/for/main"]).passes();
}

#[test]
fn remotes_by_their_addresses() {
    let world = World::new();
    let (repo, _) = world.project_with_origin();
    repo.stage("freeze-guard.toml", "[push]\nremotes = [\"https://git.example.com/team/*\"]\n");
    repo.land("policy");
    repo.git(&["push", "-q", "--no-verify", "origin", "main"]).passes();
    repo.branch_with_pair("feature", NEW);
    let (old, new) = (repo.id("main"), repo.id("feature"));
    let line = format!("refs/heads/feature {new} refs/heads/main {old}\n");
    let judged = |name: &str, url: &str| repo.hook_fed(line.as_bytes(), &["run", "pre-push", name, url]);
    for url in ["https://git.example.com/team/app.git", "https://ada:secret@git.example.com/team/app.git"] {
        judged("elsewhere", url).refused().error("guarded-push").never_says("secret");
        judged(url, url).refused().error("guarded-push").never_says("secret");
    }
    judged("elsewhere", "https://git.example.com/others/app.git").passes().no_findings();
    // A remote that the patterns do not name is nobody's business; what it took is approved there.
    repo.git(&["push", "-q", "origin", "feature:main"]).passes().no_findings();
    judged("elsewhere", "https://git.example.com/team/app.git").passes().says("stands on origin/main already");
}

/// A clone with `filter`, from which nothing can be fetched any more.
fn partial<'w>(world: &'w World, origin: &Repo<'_>, filter: &str) -> Repo<'w> {
    origin.git(&["config", "uploadpack.allowFilter", "true"]).passes();
    let name = filter.replace(':', "-");
    let url = format!("file://{}", origin.top.display());
    world.at("").git(&["clone", "-q", &format!("--filter={filter}"), &url, &name]).passes();
    let clone = world.at(&name);
    clone.hook(&["install"]).passes();
    clone
}

/// The line git would send, with the origin away: nothing can be fetched while it is judged.
fn offline(clone: &Repo<'_>, origin: &Repo<'_>, local: &str) -> crate::world::Run {
    let (old, new) = (clone.id("origin/main"), clone.id(local));
    let line = format!("refs/heads/{local} {new} refs/heads/main {old}\n");
    let away = origin.top.with_extension("away");
    std::fs::rename(&origin.top, &away).unwrap();
    let run = clone.hook_fed(line.as_bytes(), &["run", "pre-push", "origin", "https://example.com/o.git"]);
    std::fs::rename(&away, &origin.top).unwrap();
    run
}

#[test]
fn s43_partial_clones_judge_what_they_have() {
    let world = World::new();
    let (_, origin) = world.project_with_origin();
    let clone = partial(&world, &origin, "blob:none");
    clone.git(&["checkout", "-q", "-b", "feature"]).passes();
    clone.stage_code("code");
    clone.land("code");
    clone.git(&["push", "-q", "origin", "feature:main"]).passes().no_findings();
    clone.stage_pair(NEW);
    clone.land("dependencies");
    let before = tip(&origin);
    clone.git(&["push", "-q", "origin", "feature:main"]).refused().error("guarded-push");
    offline(&clone, &origin, "feature").refused().error("guarded-push");
    clone.git(&["branch", "auto/a"]).passes();
    clone.git(&["push", "-q", "origin", "auto/a:main"]).passes();
    assert_ne!(tip(&origin), before);
}

#[test]
fn s43_without_trees_it_refuses_and_says_what_to_fetch() {
    let world = World::new();
    let (project, origin) = world.project_with_origin();
    project.stage_code("main goes on");
    project.land("main goes on");
    project.git(&["push", "-q", "origin", "main"]).passes();
    let clone = partial(&world, &origin, "tree:0");
    clone.git(&["checkout", "-q", "-b", "feature"]).passes();
    clone.stage(R, NEW);
    clone.land("dependencies");
    // Another commit of main, of which only the commit is here.
    let (old, new) = (clone.id("origin/main~1"), clone.id("feature"));
    let line = format!("refs/heads/feature {new} refs/heads/main {old}\n");
    let away = origin.top.with_extension("away");
    std::fs::rename(&origin.top, &away).unwrap();
    let url = "https://example.com/o.git";
    let run = clone.hook_fed(line.as_bytes(), &["run", "pre-push", "origin", url]).exits(2);
    std::fs::rename(&away, &origin.top).unwrap();
    let run = run.says("could be judged").says("help:");
    // The command that it shows brings what is missing; then it is judged.
    let text = run.all();
    let command = text.split('`').find(|part| part.starts_with("git ")).unwrap_or_else(|| panic!("no command\n{run}"));
    crate::run::Run::of(clone.world.command("sh", &clone.top).args(["-c", command]), b"").passes();
    clone.hook_fed(line.as_bytes(), &["run", "pre-push", "origin", url]).refused().error("guarded-push");
}

#[test]
fn s43_a_shallow_clone() {
    let world = World::new();
    let (project, origin) = world.project_with_origin();
    project.stage_code("main goes on");
    project.land("main goes on");
    project.git(&["push", "-q", "origin", "main"]).passes();
    let url = format!("file://{}", origin.top.display());
    world.at("").git(&["clone", "-q", "--depth=1", &url, "shallow"]).passes();
    let clone = world.at("shallow");
    clone.hook(&["install"]).passes();
    clone.stage_code("code");
    clone.land("code");
    clone.git(&["push", "-q", "origin", "main"]).passes().no_findings();
    clone.stage_pair(NEW);
    clone.land("dependencies");
    clone.git(&["push", "-q", "origin", "main"]).refused().error("guarded-push");
}
