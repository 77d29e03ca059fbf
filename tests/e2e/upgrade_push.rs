//! `hook upgrade --summary`, `--push` and `--pr`: what reaches the remote, and what is left to a person.

use std::fs;

use crate::shop::{Shop, UV};
use crate::world::{Run, World};

/// A `gh` or `glab` that notes how it was called, and what the pull request says.
fn opener(shop: &Shop<'_>, name: &str, status: u8) {
    let seen = shop.world.path("called");
    let text = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" > '{0}'\nfor last; do :; done\n[ -f \"$last\" ] && cat \"$last\" >> '{0}'\nexit {status}\n",
        seen.display()
    );
    shop.program(name, &text);
}

fn called(world: &World) -> String {
    fs::read_to_string(world.path("called")).unwrap_or_default()
}

#[test]
fn a_summary_for_the_pull_request() {
    let world = World::new();
    let Some(shop) = Shop::mirror(&world, UV, "[upgrade]\ntest = [\"true\"]\n") else { return };
    let run = shop.hook(&["upgrade", "cli", "--summary", "pr.md"]).passes();
    run.says("--title 'Upgrade cli from 8.0 to 8.1' --body-file pr.md");
    let wanted = "# Upgrade cli from 8.0 to 8.1\n\n## requirements.txt\n\n| package | from | to | kind | why |\n\
                  |---|---|---|---|---|\n| cli | 8.0 | 8.1 | minor | direct |\n\n## Checked\n\n\
                  - the new locks answer their manifests: `hook check`\n- passed: `true`\n";
    assert_eq!(shop.repo.text("pr.md"), wanted);
}

#[test]
fn pushing_takes_the_branch_and_never_main() {
    let world = World::new();
    let Some(shop) = Shop::mirror(&world, UV, "") else { return };
    let main = shop.origin.id("main");
    let run = shop.hook(&["upgrade", "--push"]).passes();
    let branch = shop.branch();
    run.says(&format!("pushed {branch}\n")).says("gh pr create");
    assert_eq!((shop.origin.id(&branch), shop.origin.id("main")), (shop.repo.id(&branch), main));
    // One that cannot be pushed is not lost.
    shop.repo.git(&["remote", "set-url", "--push", "origin", "../gone.git"]).passes();
    let run = shop.hook(&["upgrade", "--push", "cli"]).exits(1).says("is made and not pushed; again: git push");
    assert_eq!(shop.branches().len(), 2, "{run}");
}

#[test]
fn a_pull_request_is_opened_without_its_label() {
    let world = World::new();
    let Some(shop) = Shop::mirror(&world, UV, "") else { return };
    opener(&shop, "gh", 0);
    shop.hook(&["upgrade", "--pr", "cli"]).passes();
    let branch = shop.branch();
    let told = called(&world);
    let words =
        format!("pr\ncreate\n--base\nmain\n--head\n{branch}\n--title\nUpgrade cli from 8.0 to 8.1\n--body-file\n");
    assert!(told.starts_with(&words) && told.contains("| cli | 8.0 | 8.1 | minor | direct |"), "{told}");
    assert!(!told.contains("label"), "{told}");
    assert_eq!(shop.origin.id(&branch), shop.repo.id(&branch));
    opener(&shop, "gh", 4);
    shop.hook(&["upgrade", "--pr", "web"]).exits(1).says("is pushed, but no pull request is open; again: gh pr create");
    // Where the remote's address says GitLab, gh is of no use.
    let world = World::new();
    let Some(shop) = Shop::mirror(&world, UV, "") else { return };
    let url = world.path("gitlab.git");
    fs::rename(&shop.origin.top, &url).unwrap();
    shop.repo.git(&["remote", "set-url", "origin", url.to_str().unwrap()]).passes();
    opener(&shop, "gh", 0);
    Run::of(&mut shop.command(&["upgrade", "--pr"]), b"").could_not_judge().says("neither gh nor glab");
    opener(&shop, "glab", 0);
    shop.hook(&["upgrade", "--pr", "cli"]).passes();
    assert!(called(&world).starts_with("mr\ncreate\n--yes\n--target-branch\nmain\n--source-branch\nauto/"));
}
