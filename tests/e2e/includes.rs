//! What a manifest includes belongs to its pair: a shared file, a constraint, a mode, cannot slip by.

use std::os::unix::fs::symlink;

use crate::world::{L, NEW, OLD, R, Repo, World};

/// A project whose manifest is `-r deps.txt` and one pin of its own; the lock mirrors both.
fn sharing(world: &World) -> (Repo<'_>, Repo<'_>) {
    let (repo, origin) = world.project_with_origin();
    repo.stage("deps.txt", "requests==2.32.3\n");
    repo.stage(R, "-r deps.txt\nflask==3.0.3\n");
    repo.land("share");
    repo.git(&["push", "-q", "--no-verify", "origin", "main"]).passes();
    (repo, origin)
}

/// The shared file changed without the lock: refused at commit, and at push.
#[test]
fn a_shared_file_belongs_to_the_pair() {
    let world = World::new();
    let (repo, origin) = sharing(&world);
    repo.hook(&["check"]).passes();
    repo.stage("deps.txt", "requests==2.32.4\n");
    repo.commit("shared").refused().error("lock-drift").says("requests").says("deps.txt").says(L);
    repo.stage(L, "flask==3.0.3\nrequests==2.32.4\n");
    repo.commit("shared and lock").passes().no_findings();
    repo.stage("deps.txt", "requests==2.32.5\n");
    repo.land("shared only");
    let before = origin.id("main");
    repo.git(&["push", "-q", "origin", "main"]).refused().error("guarded-push");
    repo.git(&["branch", "-q", "auto/x"]).passes();
    repo.git(&["push", "-q", "origin", "auto/x:main"]).refused().error("lock-drift");
    assert_eq!(origin.id("main"), before);
}

/// The same for a shared file two levels down, and in another directory.
#[test]
fn a_shared_file_of_a_shared_file() {
    let world = World::new();
    let repo = world.project();
    repo.stage("common/base.txt", "requests==2.32.3\n");
    repo.stage("common/web.txt", "-r base.txt\nflask==3.0.3\n");
    repo.stage("api/requirements.txt", "-r ../common/web.txt\n");
    repo.stage("api/requirements.lock", OLD);
    repo.commit("api").passes().no_findings();
    repo.stage("common/base.txt", "requests==2.32.4\n");
    repo.commit("base").refused().error("lock-drift").says("common/base.txt").says("api/requirements.lock");
}

/// A constraint file belongs to the pair too: changing it changes what is judged.
#[test]
fn a_constraint_file_belongs_to_the_pair() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.stage("limits.txt", "requests<3\n");
    repo.stage(R, format!("-c limits.txt\n{OLD}"));
    repo.land("limits");
    repo.git(&["push", "-q", "--no-verify", "origin", "main"]).passes();
    repo.stage("limits.txt", "requests<4\n");
    repo.land("wider");
    repo.git(&["push", "-q", "origin", "main"]).refused().error("guarded-push");
    assert_eq!(origin.id("main"), repo.id("main~1"));
}

/// A manifest or an included file turned into a symlink is a finding, whatever it points at.
#[test]
fn a_symlink_is_not_a_manifest() {
    let world = World::new();
    let repo = world.project();
    repo.stage("real.txt", OLD);
    std::fs::remove_file(repo.path(R)).unwrap();
    symlink("real.txt", repo.path(R)).unwrap();
    repo.git(&["add", R]).passes();
    let run = repo.commit("link").refused().says(R).says("symlink").says("help:");
    assert!(run.stderr_text().contains("error["), "{run}");
    // A lock, likewise.
    repo.git(&["reset", "-q", "--hard"]).passes();
    std::fs::remove_file(repo.path(L)).unwrap();
    symlink("requirements.txt", repo.path(L)).unwrap();
    repo.git(&["add", L]).passes();
    repo.commit("link").refused().says(L).says("symlink");
}

/// The same content under another mode is another tuple: a push of it is a dependency change.
#[test]
fn an_included_file_turned_into_a_symlink() {
    let world = World::new();
    let (repo, origin) = sharing(&world);
    repo.stage("other.txt", "requests==2.32.3\n");
    std::fs::remove_file(repo.path("deps.txt")).unwrap();
    symlink("other.txt", repo.path("deps.txt")).unwrap();
    repo.git(&["add", "deps.txt"]).passes();
    repo.commit("link").refused().says("deps.txt").says("symlink");
    repo.land("link");
    repo.git(&["push", "-q", "origin", "main"]).refused().error("guarded-push");
    assert_eq!(origin.id("main"), repo.id("main~1"));
}

/// A submodule in the manifest's place is a finding.
#[test]
fn a_submodule_is_not_a_manifest() {
    let world = World::new();
    let repo = world.project();
    let entry = format!("160000,{},{R}", repo.id("HEAD"));
    repo.git(&["rm", "-q", "--cached", R]).passes();
    repo.git(&["update-index", "--add", "--cacheinfo", &entry]).passes();
    repo.commit("submodule").refused().says(R).says("submodule");
}

/// Missing, cyclic, outside the tree, a URL: each is an `include` finding at its line.
#[test]
fn includes_that_cannot_be_followed() {
    let cases = [
        ("-r nowhere.txt\n", "nowhere.txt"),
        ("-r requirements.txt\n", R),
        ("-r loop.txt\n", "loop.txt"),
        ("-r ../outside.txt\n", "../outside.txt"),
        ("-r /etc/requirements.txt\n", "/etc/requirements.txt"),
        ("-r https://example.com/base.txt\n", "https://example.com/base.txt"),
        ("-c file:///etc/limits.txt\n", "file:///etc/limits.txt"),
        ("-r nowhere\u{2f}\u{2e}\u{2e}\u{2f}..\u{2f}x.txt\n", "x.txt"),
    ];
    for (line, names) in cases {
        let world = World::new();
        let repo = world.project();
        world.at("").write("outside.txt", OLD);
        repo.stage("loop.txt", "-r requirements.txt\n");
        repo.stage(R, format!("{OLD}{line}"));
        repo.commit("include").refused().error("include").says("requirements.txt:3").says(names);
    }
}

/// An include is read from the snapshot that is judged, not from the disk.
#[test]
fn an_include_is_read_from_the_index() {
    let world = World::new();
    let repo = world.project();
    repo.write("deps.txt", "uvloop==0.20.0\n");
    repo.stage(R, format!("-r deps.txt\n{OLD}"));
    repo.stage(L, NEW);
    repo.commit("not staged").refused().error("include").says("deps.txt");
    repo.git(&["add", "deps.txt"]).passes();
    repo.write("deps.txt", "something==9\n");
    repo.commit("staged").passes().no_findings();
}
