//! `hook fix`: what it writes is what the findings propose and nothing else; what it cannot mend it says.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::world::{L, NEW, OLD, R, World};

const HASH: &str = "--hash=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// What `hook fix` makes of a manifest and its lock, which must then be in order, and of a second run: nothing.
#[track_caller]
fn fixed(files: &[(&str, &str)]) -> (String, String) {
    let world = World::new();
    let repo = world.repo_of("plain", files);
    repo.hook(&["fix"]).passes();
    let result = (repo.text(R), repo.text(L));
    repo.hook(&["check", "--worktree"]).passes().no_findings();
    repo.hook(&["fix"]).passes().says("nothing to fix: 1 pair of the work tree in order");
    assert_eq!((repo.text(R), repo.text(L)), result);
    result
}

#[test]
fn pins_come_from_the_lock_and_touch_only_the_specifier() {
    let manifest = "# web\nFlask[async] >=3,<4 ; python_version >= \"3.9\"  # keep\n\nrequests\ntorch (~=2.4)\n";
    let lock = "torch==2.4.1\nflask[async]==3.0.3 ; python_version >= \"3.9\"\nrequests==2.32.3\n";
    let (manifest, lock_after) = fixed(&[(R, manifest), (L, lock)]);
    assert_eq!(
        manifest,
        "# web\nFlask[async] ==3.0.3 ; python_version >= \"3.9\"  # keep\n\nrequests==2.32.3\ntorch (==2.4.1)\n"
    );
    assert_eq!(lock_after, lock);
}

#[test]
fn a_byte_order_mark_and_crlf_stay() {
    let (manifest, lock) =
        fixed(&[(R, "\u{feff}flask>=3\r\nuvloop==0.20.0\r\n"), (L, "\u{feff}# ours\r\nflask==3.0.3\r\n")]);
    assert_eq!(manifest, "\u{feff}flask==3.0.3\r\nuvloop==0.20.0\r\n");
    assert_eq!(lock, "\u{feff}# ours\r\nflask==3.0.3\r\nuvloop==0.20.0\r\n");
    // The lock's own line ends win over its manifest's.
    let (_, lock) = fixed(&[(R, NEW), (L, "flask==3.0.3\r\n")]);
    assert_eq!(lock, NEW.replace('\n', "\r\n"));
}

#[test]
fn a_mirror_keeps_its_header() {
    let manifest = "# edit this one\n\n# web\nflask==3.0.3\n# speed\nuvloop==0.20.0";
    let (_, lock) = fixed(&[(R, manifest), (L, "# written by us\n# do not edit\n\nflask==3.0.2\n")]);
    assert_eq!(lock, "# written by us\n# do not edit\n\n# web\nflask==3.0.3\n# speed\nuvloop==0.20.0\n");
    let (_, lock) = fixed(&[(R, manifest), (L, "flask==3.0.2\n")]);
    assert_eq!(lock, format!("{manifest}\n"));
}

#[test]
fn a_missing_lock_is_written() {
    let (_, lock) = fixed(&[(R, NEW)]);
    assert_eq!(lock, NEW);
    let (_, lock) = fixed(&[(R, &NEW.replace('\n', "\r\n"))]);
    assert_eq!(lock, NEW.replace('\n', "\r\n"));
}

#[test]
fn includes_are_flattened_in_their_places() {
    let files = [
        (R, "flask==3.0.3\n-r base/all.txt\n-c base/limits.txt\n-r base/all.txt\nuvloop==0.20.0\n"),
        ("base/all.txt", "# head\n\n-r more.txt\nrequests==2.32.3"),
        ("base/more.txt", "idna==3.7\n"),
        ("base/limits.txt", "urllib3<3\n"),
    ];
    let (_, lock) = fixed(&files);
    assert_eq!(lock, "flask==3.0.3\nidna==3.7\nrequests==2.32.3\nuvloop==0.20.0\n");
    // A lock that was copied with its includes gets their pins instead, though its requirements are the same.
    let (_, lock) = fixed(&[(R, "-r base.txt\n"), ("base.txt", NEW), (L, "# ours\n-r base.txt\n")]);
    assert_eq!(lock, format!("# ours\n{NEW}"));
}

#[test]
fn a_pin_in_an_included_file_is_written_there() {
    let world = World::new();
    let repo = world.repo_of("plain", &[(R, "-r base.txt\nflask==3.0.3\n"), ("base.txt", "requests>=2\n"), (L, OLD)]);
    repo.hook(&["fix"]).passes().says("git add base.txt`");
    assert_eq!(repo.text("base.txt"), "requests==2.32.3\n");
    assert_eq!((repo.text(R).as_str(), repo.text(L).as_str()), ("-r base.txt\nflask==3.0.3\n", OLD));
}

#[test]
fn hashes_of_unchanged_pins_stay() {
    let other = HASH.replace('a', "b").replace("--hbsh=shb", "--hash=sha");
    let lock = format!("# ours\nflask==3.0.3 \\\n    {HASH} \\\n    {other}\nidna==3.6 {HASH}\n");
    // The marker is new and the version is not: its hashes still hold.
    let manifest = format!("flask==3.0.3  # web\nidna==3.6 ; python_version < \"4\"\nuvloop==0.20.0 {HASH}\n");
    let world = World::new();
    let repo = world.repo_of("plain", &[(R, &manifest), (L, &lock)]);
    repo.hook(&["fix"]);
    let wanted = format!(
        "# ours\nflask==3.0.3 \\\n    {HASH} \\\n    {other}  # web\n\
         idna==3.6 ; python_version < \"4\" \\\n    {HASH}\nuvloop==0.20.0 {HASH}\n"
    );
    assert_eq!(repo.text(L), wanted);
    // A pin that moved loses its hash, and says what is missing.
    repo.write(L, format!("flask==3.0.3 {HASH}\nidna==3.6 {HASH}\n"));
    repo.write(R, "flask==3.0.3\nidna==3.7\n");
    repo.hook(&["fix"]).exits(1).error("hash").says("idna has no hash").says("left to mend by hand: 1 error");
    assert_eq!(repo.text(L), format!("flask==3.0.3 {HASH}\nidna==3.7\n"));
}

#[test]
fn the_conflict_markers_of_a_merge_go() {
    let torn = "# ours\nflask==3.0.3\n<<<<<<< HEAD\nrequests==2.32.3\n=======\nrequests==2.32.2\n>>>>>>> x\n";
    let (_, lock) = fixed(&[(R, NEW), (L, torn)]);
    assert_eq!(lock, format!("# ours\n{NEW}"));
}

#[test]
fn a_dry_run_shows_all_and_writes_nothing() {
    let world = World::new();
    let repo = world.repo_of("plain", &[(R, "flask>=3\nrequests==2.32.3\n"), (L, OLD), ("api/requirements.txt", NEW)]);
    let run = repo.hook(&["fix", "--dry-run"]).exits(1);
    let shown = "--- (no file)\n+++ api/requirements.lock\n@@ -0,0 +1,3 @@\n+flask==3.0.3\n+requests==2.32.3\n\
                 +uvloop==0.20.0\n--- requirements.txt\n+++ requirements.txt\n@@ -1,2 +1,2 @@\n-flask>=3\n\
                 +flask==3.0.3\n requests==2.32.3\nwould change 2 files; nothing was written\n";
    assert_eq!(run.stdout_text(), shown);
    assert_eq!(repo.text(R), "flask>=3\nrequests==2.32.3\n");
    assert!(!repo.path("api/requirements.lock").exists());
    let run = repo.hook(&["fix"]).passes();
    let tail = "changed 2 files; nothing is staged yet: `git add api/requirements.lock requirements.txt`\n";
    assert_eq!(run.stdout_text(), shown.replace("would change 2 files; nothing was written\n", tail));
    assert_eq!(repo.git(&["diff", "--cached", "--name-only"]).passes().stdout_text(), "");
    let names = repo.git(&["status", "--porcelain", "-uall"]).passes().stdout_text();
    assert_eq!(names.lines().count(), 4, "{names}");
}

#[test]
fn only_the_pairs_that_are_named() {
    let world = World::new();
    let repo = world.repo_of("plain", &[(R, NEW), ("api/requirements.txt", NEW)]);
    repo.inside("api").hook(&["fix", "requirements.txt"]).passes().says("+++ requirements.lock").says("1 file");
    assert!(!repo.path(L).exists());
    assert_eq!(repo.text("api/requirements.lock"), NEW);
    repo.hook(&["fix", "nowhere.txt"]).exits(2).says("nowhere.txt");
    repo.hook(&["fix", "../outside.txt"]).exits(2).says("outside.txt");
}

#[test]
fn then_the_commit_passes() {
    let world = World::new();
    let repo = world.project();
    repo.stage(R, "flask>=3\nrequests==2.32.3\nuvloop==0.20.0\n");
    let run = repo.commit("dependencies").refused();
    run.error("unpinned").error("lock-drift").says("`flask==3.0.3`").says("`hook fix requirements.txt && git add");
    repo.hook(&["fix"]).passes().says("git add requirements.lock requirements.txt`");
    repo.git(&["add", R, L]).passes();
    repo.commit("dependencies").passes().no_findings();
    assert_eq!((repo.text(R).as_str(), repo.text(L).as_str()), (NEW, NEW));
}

#[test]
fn what_is_left_has_its_reason() {
    let forks = "flask==3.0.3 ; python_version < \"3.9\"\nflask==3.1.0 ; python_version >= \"3.9\"\n";
    let cases: &[(&str, &str, &str)] = &[
        ("flask>=3\n", "requests==2.32.3\n", "name one version, as in `flask==1.2.3`"),
        ("flask>=3.1\n", "flask==3.0.3\n", "the lock has ==3.0.3, which this line does not admit; name one version"),
        ("flask>=3\n", "flask>=3\n", "name one version, as in `flask==1.2.3`"),
        ("flask>=3\n", forks, "the lock has several entries of it"),
        ("flask>=3\n", "flask==3.0.3 ; python_version < \"3.9\"\n", "the lock has it for another environment marker"),
        ("flask>=3, \\\n  <4\n", "flask==3.0.3\n", "a continuation runs through its version"),
        ("flask>=3\nuvloop==0.20.0\n", "idna==3.7\n", "requirements.lock is not written: flask in requirements.txt is"),
        ("-r gone.txt\n", "", "include"),
        ("flask==3.x\n", "", "invalid-line"),
        ("flask==3.0.3\n", "# autogenerated by uv\nflask==3.0.2\n", "`hook lock requirements.txt` makes it anew"),
    ];
    for (manifest, lock, reason) in cases {
        let world = World::new();
        let repo = world.repo_of("plain", &[(R, manifest), (L, lock)]);
        repo.hook(&["fix"]).exits(1).says(reason).says("nothing was changed").says("left to mend by hand");
        assert_eq!((repo.text(R).as_str(), repo.text(L).as_str()), (*manifest, *lock));
    }
}

#[test]
fn locks_that_disagree_pin_nothing() {
    let world = World::new();
    let policy = "[[pair]]\nmanifest = \"requirements.txt\"\nlock = \"a.lock\"\n\n\
                  [[pair]]\nmanifest = \"requirements.txt\"\nlock = \"b.lock\"\n";
    let files = [("freeze-guard.toml", policy), (R, "flask>=3\n"), ("a.lock", "flask==3.0.3\n")];
    let repo = world.repo_of("plain", &files);
    repo.write("b.lock", "flask==3.0.2\n");
    repo.hook(&["fix"]).exits(1).says("the locks of this file disagree about it").says("nothing was changed");
    repo.write("b.lock", "flask==3.0.3\n");
    repo.hook(&["fix"]).passes();
    assert_eq!(repo.text(R), "flask==3.0.3\n");
}

#[test]
fn a_lock_of_two_manifests_is_nobodys_mirror() {
    let world = World::new();
    let policy = "[[pair]]\nmanifest = \"requirements.txt\"\nlock = \"a.lock\"\n\n\
                  [[pair]]\nmanifest = \"other.txt\"\nlock = \"a.lock\"\n";
    let repo = world.repo_of("plain", &[("freeze-guard.toml", policy), (R, NEW), ("other.txt", OLD), ("a.lock", OLD)]);
    for args in [&["fix"][..], &["fix", R]] {
        repo.hook(args).exits(1).says("a.lock is not written: it is the lock of several manifests");
    }
    assert_eq!(repo.text("a.lock"), OLD);
}

#[test]
fn the_policy_is_heard() {
    let world = World::new();
    let exempt = "[[exempt]]\nrule = \"unpinned\"\npackage = \"torch\"\nreason = \"wheels\"\n";
    let repo = world
        .repo_of("plain", &[("freeze-guard.toml", exempt), (R, "torch>=2\nflask==3.0.3\n"), (L, "torch==2.4.1\n")]);
    repo.hook(&["fix"]).passes();
    assert_eq!((repo.text(R), repo.text(L)), ("torch>=2\nflask==3.0.3\n".into(), "torch>=2\nflask==3.0.3\n".into()));
    repo.write("freeze-guard.toml", "[rules]\nunpinned = \"off\"\nlock-drift = \"off\"\n");
    repo.write(R, "flask>=3\n");
    repo.hook(&["fix"]).passes().says("nothing to fix");
    repo.write("freeze-guard.toml", "[lock]\ncommand = [\"make\", \"lock\"]\n");
    repo.write(R, "torch==2.4.1\nflask==3.0.3\n");
    repo.hook(&["fix"]).exits(1).says("requirements.lock is not written: `hook lock requirements.txt` makes it anew");
    repo.write("freeze-guard.toml", "nonsense = 1\n");
    repo.hook(&["fix"]).exits(2).says("nonsense");
}

#[test]
fn other_encodings_are_not_edited() {
    let world = World::new();
    let repo = world.repo("plain");
    let wide: Vec<u8> =
        [0xfeff].into_iter().chain("flask==3.0.3\n".encode_utf16()).flat_map(u16::to_le_bytes).collect();
    repo.write(R, &wide);
    repo.hook(&["fix"]).exits(1).says("requirements.txt is utf-16-le, and only UTF-8 files are edited");
    assert!(!repo.path(L).exists());
    // Copied it would be read alike, so that is what the finding says.
    repo.hook(&["check", "--worktree"]).exits(1).says("`cp requirements.txt requirements.lock && git add");
    let wide: Vec<u8> = [0xfeff].into_iter().chain("flask>=3\n".encode_utf16()).flat_map(u16::to_le_bytes).collect();
    repo.write(R, &wide);
    repo.write(L, "flask==3.0.3\n");
    repo.hook(&["fix"]).exits(1).says("flask is not pinned: only UTF-8 files are edited");
    assert_eq!(fs::read(repo.path(R)).unwrap(), wide);
}

#[test]
fn nothing_is_written_through_a_link_or_into_git() {
    let world = World::new();
    let outside = world.path("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("x.lock"), "flask==3.0.2\n").unwrap();
    let policy = |lock: &str| format!("[[pair]]\nmanifest = \"requirements.txt\"\nlock = \"{lock}\"\n");
    let repo = world.repo_of("plain", &[(R, "flask==3.0.3\n")]);
    symlink(&outside, repo.path("away")).unwrap();
    symlink(outside.join("x.lock"), repo.path("link.lock")).unwrap();
    for lock in ["away/x.lock", "away/new.lock", "link.lock", ".git/hooks/post-checkout", "no/where.lock"] {
        repo.write("freeze-guard.toml", policy(lock));
        let run = repo.hook(&["fix"]);
        assert!(matches!(run.status, Some(1 | 2)), "{run}");
        let said = if lock == "link.lock" { "link.lock is a symlink" } else { "is not written" };
        run.says(said).never_says("changed 1 file");
    }
    assert_eq!(fs::read_to_string(outside.join("x.lock")).unwrap(), "flask==3.0.2\n");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
    assert!(!repo.path(".git/hooks/post-checkout").exists());
}

#[test]
fn both_files_or_neither() {
    let world = World::new();
    let policy = "[[pair]]\nmanifest = \"requirements.txt\"\nlock = \"locks/a.lock\"\n";
    let repo = world.repo_of(
        "plain",
        &[("freeze-guard.toml", policy), (R, "flask>=3\nidna==3.7\n"), ("locks/a.lock", "flask==3.0.3\n")],
    );
    fs::set_permissions(repo.path("locks"), fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(repo.path("locks/probe"), "").is_ok() {
        eprintln!("skipped: this user may write where nobody may");
    } else {
        repo.hook(&["fix"]).exits(2).says("nothing was changed");
        assert_eq!(repo.text(R), "flask>=3\nidna==3.7\n");
        assert_eq!(repo.text("locks/a.lock"), "flask==3.0.3\n");
    }
    fs::set_permissions(repo.path("locks"), fs::Permissions::from_mode(0o755)).unwrap();
    repo.hook(&["fix"]).passes();
    assert_eq!(repo.text("locks/a.lock"), "flask==3.0.3\nidna==3.7\n");
}

#[test]
fn nothing_to_fix_is_said() {
    let world = World::new();
    let repo = world.repo("plain");
    repo.hook(&["fix"]).passes().says("nothing to fix: no governed pair in the work tree");
    let bare = world.repo_with("bare.git", &["--bare"]);
    bare.hook(&["fix"]).exits(2).says("bare");
    // A lock alone after its manifest went is a person's to decide.
    let repo = world.project();
    fs::remove_file(repo.path(R)).unwrap();
    repo.hook(&["fix"]).exits(1).error("lock-missing").says("nothing was changed");
}
