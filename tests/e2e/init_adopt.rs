//! `hook init --adopt`: one run brings a repository in order or says what a person has to do; no manifest is touched and
//! a second run has nothing to write.

use std::collections::BTreeMap;
use std::fs;

use crate::init::{POLICY, by_uv, policy};
use crate::world::{L, NEW, OLD, R, Repo, World};

/// Every file of the work tree, `.git` apart.
fn all(repo: &Repo<'_>) -> BTreeMap<String, Vec<u8>> {
    let listed = repo.git(&["ls-files", "-z", "--cached", "--others"]).passes().stdout_text();
    let paths = listed.split('\0').filter(|path| !path.is_empty());
    paths.map(|path| (path.to_owned(), fs::read(repo.path(path)).unwrap())).collect()
}

/// Adopts, and holds what must hold always; `status` is what it exits with. The files that are new.
#[track_caller]
fn adopted(repo: &Repo<'_>, status: i32) -> Vec<String> {
    let before = all(repo);
    let run = repo.hook(&["init", "--adopt"]).exits(status);
    let after = all(repo);
    for (path, content) in &before {
        assert_eq!(after.get(path), Some(content), "{path} changed\n{run}");
    }
    let new: Vec<String> = after.keys().filter(|path| !before.contains_key(*path)).cloned().collect();
    let run = new.iter().fold(run, |run, path| run.says(&format!("?? {path}")));
    repo.hook(&["check", "--worktree"]).exits(status);
    let again = repo.hook(&["init", "--adopt"]).exits(status);
    let again = again.says(if status == 0 { "nothing to do" } else { "nothing more to write" });
    assert_eq!(all(repo), after, "{again}");
    if status == 0 {
        run.says("in order: ").never_says("left to");
        // What was written is what a commit wants.
        repo.git(&["add", "-A"]).passes();
        repo.hook(&["check", "--staged"]).passes();
    } else {
        run.says("left to mend by hand");
    }
    new
}

#[test]
fn missing_mirror_locks_are_copied() {
    let world = World::new();
    let tree = [
        (R, OLD),
        ("api/requirements.txt", NEW),
        ("requirements/base.txt", OLD),
        ("requirements/prod.txt", "-r base.txt\nidna==3.7\n"),
    ];
    let repo = world.repo_of("plain", &tree);
    let new = adopted(&repo, 0);
    assert_eq!(new, ["api/requirements.lock", POLICY, L, "requirements/prod.lock"]);
    assert_eq!(fs::read_to_string(repo.path(L)).unwrap(), OLD);
    assert_eq!(fs::read_to_string(repo.path("requirements/prod.lock")).unwrap(), format!("{OLD}idna==3.7\n"));
    let text = policy(&repo);
    assert!(
        text.contains("manifest = \"requirements/prod.txt\"") && text.contains("manifest = \"**/requirements.txt\""),
        "{text}"
    );
    // A manifest that comes later is found by the pattern.
    repo.write("new/requirements.txt", OLD);
    repo.hook(&["check", "--worktree"]).exits(1).error("lock-missing").says("new/requirements.txt");
}

#[test]
fn what_is_not_the_projects_is_excluded() {
    let world = World::new();
    let repo = world.repo_of(
        "plain",
        &[
            (R, OLD),
            ("docs/requirements.txt", "sphinx\n"),
            ("tests/data/a/requirements.txt", "x\n"),
            ("examples/b/requirements.txt", "y>1\n"),
        ],
    );
    assert_eq!(adopted(&repo, 0), [POLICY, L]);
    let text = policy(&repo);
    for pattern in ["\"docs/**\"", "\"tests/data/**\"", "\"examples/**\""] {
        assert!(text.contains(pattern), "{text}");
    }
    assert!(!text.contains("[[pair]]"), "{text}");
    repo.hook(&["install"]).passes().never_says("not governed");
}

#[test]
fn what_a_lock_already_had_is_exempted_with_a_true_reason() {
    let world = World::new();
    let hash = format!("--hash=sha256:{}", "a".repeat(64));
    let text = format!(
        "flask>=3\nrequests\nidna==3.7\nidna==3.6\ntorch @ git+https://github.com/pytorch/pytorch@main\nsix==1.16.0 {hash}\n"
    );
    let repo = world.repo_of("plain", &[(R, &text), (L, &text)]);
    assert_eq!(adopted(&repo, 0), [POLICY]);
    let text = policy(&repo);
    let today = text.lines().find_map(|line| Some(line.split_once("was a range when Freeze Guard came (")?.1)).unwrap();
    let day = today.split(')').next().unwrap();
    assert!(day.len() == 10 && day.starts_with("20"), "{day}");
    for (package, rule, reason) in [
        ("flask", "unpinned", "was a range"),
        ("requests", "unpinned", "had no version"),
        ("torch", "unpinned", "named no commit"),
        ("idna", "duplicate", "was listed twice"),
        ("flask", "hash", "lacked a good hash"),
    ] {
        let tables: Vec<_> = text.split("[[exempt]]").collect();
        let found = tables.iter().any(|table| {
            table.contains(&format!("\"{package}\""))
                && table.contains(&format!("\"{rule}\""))
                && table.contains(&format!("\"{reason} when Freeze Guard came ({day}): "))
        });
        assert!(found, "{rule} {package}: {text}");
    }
    assert!(!text.contains("package = \"six\""), "{text}");
}

/// A name, files, and what is said of them.
type Case = (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);

#[test]
fn what_only_a_person_can_mend_is_said() {
    let world = World::new();
    let cases: &[Case] = &[
        (
            "ranges",
            &[(R, "flask>=3\n")],
            &["requirements.lock is not written: a resolver has to write it: `hook lock requirements.txt`"],
        ),
        ("source", &[("requirements/a.in", "flask\n")], &["`hook lock requirements/a.in`"]),
        ("drift", &[(R, NEW), (L, OLD)], &["error[lock-drift]", "hook fix requirements.txt"]),
        ("fixable", &[(R, "flask>=3\nrequests==2.32.3\n"), (L, OLD)], &["error[unpinned]", "hook fix"]),
        ("gone", &[(R, "-r nowhere.txt\nflask==3.0.3\n")], &["error[include]", "reads what cannot be read"]),
        ("broken", &[(R, "flask=3\n")], &["error[invalid-line]", "has a line that cannot be read"]),
    ];
    for (name, files, says) in cases {
        let repo = world.repo_of(name, files);
        let run = repo.hook(&["init", "--adopt", "--dry-run"]).exits(1);
        says.iter().fold(run, |run, text| run.says(text));
        assert_eq!(adopted(&repo, 1), [POLICY], "{name}");
        let text = policy(&repo);
        assert!(!text.contains("[[exempt]]"), "{text}");
    }
}

#[test]
fn a_compiled_layout_is_in_order_at_once() {
    let world = World::new();
    let repo =
        world.repo_of("ranges", &[(R, "flask>=3\n-e .\n"), (L, &format!("{}-e .\n    # via -r {R}\n", by_uv(R, L)))]);
    assert_eq!(adopted(&repo, 0), [POLICY]);
    let text = policy(&repo);
    assert!(text.contains("manifest-pins = false") && text.contains("allow-local = true"), "{text}");
}

#[test]
fn a_policy_that_stands_decides_and_stays() {
    let world = World::new();
    let mine = "exclude = [\"api/**\"]\n";
    let repo = world.repo_of("plain", &[(R, OLD), ("api/requirements.txt", "x\n"), (POLICY, mine)]);
    assert_eq!(adopted(&repo, 0), [L]);
    assert_eq!(policy(&repo), mine);
    // Exemptions that it would need are shown, not written.
    let repo =
        world.repo_of("ranges", &[(R, "flask>=3\n"), (L, "flask>=3\n"), ("pyproject.toml", "[tool.freeze-guard]\n")]);
    let run = repo.hook(&["init", "--adopt"]).exits(1).says("add to the policy").says("[[tool.freeze-guard.exempt]]");
    run.says("was a range when Freeze Guard came").says("error[unpinned]");
    assert!(!repo.path(POLICY).exists());
}

#[test]
fn nothing_is_written_where_something_cannot_be() {
    let world = World::new();
    let repo = world.repo_of("plain", &[(R, OLD), ("api/requirements.txt", OLD), ("api/requirements.lock/x", "")]);
    let run = repo.hook(&["init", "--adopt"]).exits(2).says("is not written");
    assert!(!repo.path(POLICY).exists() && !repo.path(L).exists(), "{run}");
}

#[test]
fn from_a_subdirectory_and_in_a_fresh_or_a_seeded_repository() {
    let world = World::new();
    let repo = world.repo("seeded");
    repo.stage(R, OLD);
    repo.land("start");
    let sub = repo.inside("src/deep");
    sub.hook(&["init", "--adopt"]).passes().says("?? ../../freeze-guard.toml").says("git add ../../freeze-guard.toml");
    assert!(repo.path(POLICY).exists() && repo.path(L).exists());
    sub.hook(&["check", "--worktree"]).passes();
    repo.git(&["add", "-A"]).passes();
    repo.hook(&["install"]).passes();
    repo.commit("adopted").passes();
}

#[test]
fn a_lock_that_git_ignores_is_named() {
    let world = World::new();
    let repo = world.repo_of("plain", &[("a b/requirements.txt", OLD), (".gitignore", "*.lock\n")]);
    let run = repo.inside("a b").hook(&["init", "--adopt"]).passes();
    run.says("ignored by git, so `git add` leaves it out: requirements.lock").never_says("leaves it out: ../freeze");
}
