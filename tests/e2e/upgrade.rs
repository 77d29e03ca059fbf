//! `hook upgrade` of mirrors: what moves and what stays as it is, on a branch of its own; and what is left where it fails.

use crate::shop::{PINS, PIP_COMPILE, Shop, UV};
use crate::world::{L, R, Run, World};

/// [`PINS`] with the newest of all.
const NEWEST: &str = "# ours\nweb[fast]==2.0  # the site\nchain-a == 2.0 ; python_version > '3'\ncli==8.1\n";

#[test]
fn a_mirror_moves_on_a_branch_of_its_own() {
    for tool in [UV, PIP_COMPILE] {
        let world = World::new();
        let Some(shop) =
            Shop::mirror(&world, tool, "[upgrade]\ntest = [\"sh\", \"-c\", \"grep -q web.*2.0 requirements.lock\"]\n")
        else {
            continue;
        };
        let repo = &shop.repo;
        let before = (repo.id("HEAD"), repo.git(&["status", "--porcelain"]).stdout_text());
        let run = shop.hook(&["upgrade"]).passes();
        let branch = shop.branch();
        assert!(branch.starts_with("auto/dependency-upgrade-20") && branch.ends_with("-001"), "{branch}");
        let table = "package  from  to   kind   why\nchain-a  1.0   2.0  major  direct\ncli      8.0   8.1  minor  direct\n\
                     web      1.0   2.0  major  direct\n";
        let run = run.says(table).says(&format!("{branch}, made from main (")).says("tested: sh -c ");
        let run = run.says(&format!("git push --set-upstream origin {branch}\n"));
        let run = run.says(&format!("git push --atomic origin {branch} {branch}:main\n"));
        run.says(&format!("gh pr create --base main --head {branch} --fill")).says("approved-dependency-upgrade");
        assert_eq!((shop.show(&branch, R), shop.show(&branch, L)), (NEWEST.to_owned(), NEWEST.to_owned()));
        // One commit on top, of the two files, with the table in its message.
        assert_eq!(repo.id(&format!("{branch}^")), before.0);
        let commit = repo.git(&["show", "--format=%s%n%b", "--name-only", &branch]).passes().stdout_text();
        assert!(commit.starts_with("Upgrade chain-a, cli, web\n") && commit.contains(table), "{commit}");
        assert!(commit.ends_with("\nrequirements.lock\nrequirements.txt\n"), "{commit}");
        // The caller's own place is as it was.
        assert_eq!((repo.id("HEAD"), repo.git(&["status", "--porcelain"]).stdout_text()), before);
        assert_eq!(repo.text(R), PINS);
        // The guard takes the branch, and the branch to main.
        repo.git(&["push", "--atomic", "origin", &branch, &format!("{branch}:main")]).passes();
        assert_eq!(shop.origin.id("main"), repo.id(&branch));
    }
}

#[test]
fn only_what_is_named_and_only_so_far() {
    let world = World::new();
    let Some(shop) = Shop::mirror(&world, UV, "") else { return };
    let before = shop.state();
    shop.hook(&["upgrade", "--dry-run", "web==1.1"])
        .exits(1)
        .says("web      1.0   1.1  minor  direct")
        .never_says("cli");
    shop.hook(&["upgrade", "--dry-run", "--minor"])
        .exits(1)
        .says("web      1.0   1.1")
        .says("cli ")
        .never_says("chain-a  1");
    let run = shop.hook(&["upgrade", "--dry-run", "--patch"]).passes().says("nothing to upgrade");
    run.says("web 1.0 (2.0 is out): --patch");
    shop.hook(&["upgrade", "--dry-run", "cli"]).exits(1).says("cli      8.0   8.1  minor  direct").never_says("web ");
    shop.hook(&["upgrade", "web==1.0"]).passes().says("nothing to upgrade");
    shop.hook(&["upgrade", "--dry-run", "WEB"]).exits(1).says("web ").says("would make a branch; nothing was changed");
    assert_eq!(shop.state(), before);
}

#[test]
fn an_order_that_means_nothing() {
    let world = World::new();
    let Some(shop) = Shop::mirror(&world, UV, "") else { return };
    let before = shop.state();
    shop.hook(&["upgrade", "nosuch"]).exits(2).says("no pair has nosuch").says("help:");
    shop.hook(&["upgrade", "web>=1"]).could_not_judge().says("`web>=1` is no package").says("help:");
    shop.hook(&["upgrade", "--pair", "api"]).exits(2).says("help:");
    shop.hook(&["upgrade", "--pair", "app.py"]).exits(2).says("no pair is at app.py").says("requirements.txt");
    shop.hook(&["upgrade", "--from", "nosuch"]).could_not_judge().says("`nosuch` names no commit here");
    shop.hook(&["upgrade", "--minor", "--patch"]).exits(2).says("cannot be used with");
    shop.hook(&["upgrade", "--summary", "no/such.md"]).could_not_judge().says("no/such.md cannot be written");
    shop.repo.git(&["remote", "remove", "origin"]).passes();
    shop.hook(&["upgrade", "--push"]).could_not_judge().says("there is no remote to push to");
    shop.repo.git(&["remote", "add", "origin", "../origin.git"]).passes();
    shop.hook(&["upgrade", "--pr"]).could_not_judge().says("neither gh nor glab");
    shop.repo.git(&["fetch", "-q"]).passes();
    shop.repo.git(&["branch", "-q", "-u", "origin/main"]).passes();
    assert_eq!(shop.state(), before);
    world.repo_with("bare.git", &["--bare"]).hook(&["upgrade"]).exits(2).says("bare");
    world.repo("empty").hook(&["upgrade"]).could_not_judge().says("`HEAD` names no commit");
    let plain = world.repo("plain");
    plain.stage("app.py", "");
    plain.land("start");
    plain.hook(&["upgrade"]).could_not_judge().says("no governed pair").says("hook init");
}

#[test]
fn what_cannot_be_is_reported_and_leaves_nothing() {
    for tool in [UV, PIP_COMPILE] {
        let world = World::new();
        let Some(shop) = Shop::mirror(&world, tool, "") else { continue };
        let before = shop.state();
        let run = shop.hook(&["upgrade", "web==9.9"]).exits(1);
        let run = run.says("not upgraded: requirements.txt cannot be upgraded: ").says("  | ").says("web");
        run.says("nothing was changed, and no branch is left").never_says("panicked");
        assert_eq!(shop.state(), before);
    }
}

#[test]
fn a_newest_that_cannot_be_had_is_held_back_by_name() {
    for tool in [UV, PIP_COMPILE] {
        let world = World::new();
        let pins = "grip==1.0\nleaf==2.0\ncli==8.0\n";
        let Some(shop) = Shop::new(&world, tool, &[(R, pins), (L, pins)]) else { continue };
        let run = shop.hook(&["upgrade"]).passes();
        let run = run.says("grip     1.0   1.1  minor  direct").says("held back:\n  grip 1.1 (2.0 is out): ");
        assert!(run.stdout_text().contains("leaf"), "{run}");
        let message = shop.repo.git(&["log", "-1", "--format=%b", &shop.branch()]).passes().stdout_text();
        assert!(message.contains("Held back:\n- grip 1.1 (2.0 is out): "), "{message}");
    }
}

#[test]
fn failing_commands_leave_nothing() {
    for (policy, said) in [
        ("setup = [\"false\"]", "not upgraded: the set-up failed: false failed with status 1\n"),
        (
            "test = [\"sh\", \"-c\", \"echo one; echo two >&2; exit 3\"]",
            "the test failed: sh failed with status 3\n  | one\n  | two\n",
        ),
        ("test = [\"./nosuch\"]", "nosuch cannot be started"),
        ("test = [\"nosuch\"]", "nosuch is not on PATH"),
        (
            "test = [\"sh\", \"-c\", \"echo x >> requirements.lock; git add -A\"]",
            "set-up or test changed what was to be committed",
        ),
        ("command = [\"false\"]", "the upgrade failed: false failed with status 1"),
        ("command = [\"sh\", \"-c\", \"echo nosuch==1 >> requirements.txt\"]", "the rules refuse the upgraded set"),
    ] {
        let world = World::new();
        let Some(shop) = Shop::mirror(&world, UV, &format!("[upgrade]\n{policy}\n")) else { return };
        let before = shop.state();
        shop.hook(&["upgrade"])
            .exits(1)
            .says(said)
            .says("running: ")
            .says("nothing was changed, and no branch is left");
        assert_eq!(shop.state(), before, "{policy}");
        // What is only shown runs none of it, but for what stands in the resolver's place.
        if !policy.starts_with("command") {
            shop.hook(&["upgrade", "--dry-run"]).exits(1).says("web ").never_says("running: ");
            assert_eq!(shop.state(), before, "{policy}");
        }
    }
}

#[test]
fn a_dirty_tree_a_detached_head_and_a_leaked_environment() {
    let world = World::new();
    let Some(shop) = Shop::mirror(&world, UV, "") else { return };
    let repo = &shop.repo;
    repo.write(R, "broken=1\n");
    repo.stage(L, "staged==1\n");
    repo.write("new.txt", "untracked\n");
    repo.git(&["checkout", "-q", "--detach"]).passes();
    let dirty = |shop: &Shop<'_>| {
        let status = shop.repo.git(&["status", "--porcelain=v2", "--branch"]).passes().stdout_text();
        (status, shop.repo.text(R), shop.repo.text(L), shop.repo.git(&["diff", "--cached"]).passes().stdout_text())
    };
    let before = dirty(&shop);
    let git_dir = repo.path(".git");
    let mut command = shop.command(&["upgrade"]);
    command.env("GIT_DIR", &git_dir).env("GIT_WORK_TREE", &repo.top).env("GIT_INDEX_FILE", git_dir.join("index"));
    command.env("GIT_PREFIX", "sub/");
    Run::of(&mut command, b"").passes().says(", made from HEAD (");
    assert_eq!(dirty(&shop), before);
    assert_eq!(shop.show(&shop.branch(), R), NEWEST);
}

#[test]
fn a_sparse_work_tree_and_a_set_up_that_locks_itself_out() {
    let world = World::new();
    let policy = "[upgrade]\nsetup = [\"sh\", \"-c\", \"mkdir -p a/b && touch a/b/c && chmod 555 a/b a\"]\n";
    let Some(shop) = Shop::mirror(&world, UV, policy) else { return };
    let repo = &shop.repo;
    repo.stage("web/app.py", "");
    repo.stage("api/requirements.txt", "cli==8.0\n");
    repo.stage("api/requirements.lock", "cli==8.0\n");
    repo.land("more");
    repo.git(&["sparse-checkout", "set", "web"]).passes();
    let before = (repo.git(&["status", "--porcelain"]).stdout_text(), repo.git(&["config", "--list"]).stdout_text());
    shop.hook(&["upgrade", "cli"]).passes().says("api/requirements.txt:\n");
    assert_eq!(shop.show(&shop.branch(), "api/requirements.lock"), "cli==8.1\n");
    assert_eq!(
        (repo.git(&["status", "--porcelain"]).stdout_text(), repo.git(&["config", "--list"]).stdout_text()),
        before
    );
}

#[test]
fn numbers_count_what_is_here_and_on_remotes() {
    let world = World::new();
    let Some(shop) = Shop::mirror(&world, UV, "") else { return };
    let repo = &shop.repo;
    shop.hook(&["upgrade", "cli"]).passes();
    let first = shop.branch();
    let day = first.strip_suffix("001").unwrap();
    repo.git(&["update-ref", &format!("refs/remotes/other/{day}006"), "HEAD"]).passes();
    repo.git(&["branch", "auto/dependency-upgrade-20200101-099"]).passes();
    shop.hook(&["upgrade", "web"]).passes().says(&format!("{day}007"));
    // A branch called `auto` leaves no room for one below it; nothing is left of the attempt.
    let world = World::new();
    let Some(shop) = Shop::mirror(&world, UV, "") else { return };
    shop.repo.git(&["branch", "auto"]).passes();
    let before = shop.state();
    shop.hook(&["upgrade"]).exits(1).says("the sandbox cannot be made").says("auto");
    assert_eq!(shop.state(), before);
}

#[test]
fn nothing_is_made_on_a_guarded_branch_or_one_that_brings_nothing() {
    let world = World::new();
    let Some(shop) = Shop::mirror(&world, UV, "[push]\nguard = [\"main\", \"auto/dependency-*\"]\n") else { return };
    shop.hook(&["upgrade"]).could_not_judge().says("are guarded").says("help:");
    let world = World::new();
    let Some(shop) = Shop::mirror(&world, UV, "[push]\nfrom = [\"bot/*\"]\n") else { return };
    shop.hook(&["upgrade"]).could_not_judge().says("may bring no dependency changes; those that may: bot/*");
    let policy = "[push]\nfrom = [\"bot/*\"]\n[upgrade]\nbranch = \"bot/deps\"\n";
    let world = World::new();
    let Some(shop) = Shop::mirror(&world, UV, policy) else { return };
    shop.hook(&["upgrade"]).passes().says("bot/deps-20");
}
