//! docs/bots.md: with its line in the policy a bot's branch is a source like any other, and `hook lock` brings its lock in
//! step.

use crate::world::{L, NEW, NEWER, OLD, R, World};

/// The first example of a language in the page.
fn example(language: &str) -> String {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/bots.md")).unwrap();
    let block = page.split(&format!("```{language}\n")).nth(1).unwrap();
    block.split("```").next().unwrap().to_owned()
}

#[test]
fn a_bots_branch_with_the_lines_of_the_page() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    for (branch, text) in [("dependabot/pip/uvloop-0.20.0", NEW), ("renovate/uvloop-0.x", NEWER)] {
        repo.git(&["checkout", "-q", "-b", branch, "main"]).passes();
        repo.stage(R, text);
        repo.commit("the bot knows no lock").refused().error("lock-drift");
        repo.land("the bot has no hooks");
        let to_main = ["push", "-q", "origin", &format!("{branch}:main")];
        let before = repo.git(&to_main).refused().error("lock-drift");
        repo.git(&["checkout", "-q", "main"]).passes();
        if branch.starts_with("dependabot") {
            before.error("guarded-push");
            repo.git(&["checkout", "-q", "-b", "auto/policy"]).passes();
            repo.stage("freeze-guard.toml", example("toml"));
            repo.commit("the bots' branches").passes();
            repo.git(&["push", "-q", "origin", "auto/policy:main"]).passes();
            repo.git(&["checkout", "-q", "main"]).passes();
            repo.git(&["merge", "-q", "--ff-only", "auto/policy"]).passes();
        }
        repo.git(&["checkout", "-q", branch]).passes();
        repo.git(&["rebase", "-q", "main"]).passes();
        repo.git(&to_main).refused().error("lock-drift").never_says("guarded-push");
        // As the page says.
        for line in example("sh").lines() {
            let words: Vec<&str> = line.split(' ').collect();
            match words[0] {
                "hook" => drop(repo.hook(&words[1..]).passes()),
                "git" if words[1] == "commit" => drop(repo.commit("Lock").passes()),
                "git" => drop(repo.git(&["push", "-q", "origin", branch]).passes()),
                other => panic!("{other}"),
            }
        }
        assert_eq!((repo.text(R).as_str(), repo.text(L).as_str()), (text, text));
        repo.git(&to_main).passes();
        assert_eq!(origin.id("main"), repo.id("HEAD"));
        repo.git(&["checkout", "-q", "main"]).passes();
        repo.git(&["merge", "-q", "--ff-only", branch]).passes();
    }
    assert_ne!(OLD, repo.text(R));
}
