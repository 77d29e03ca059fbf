//! A file whose checkout differs from its blob: what `.gitattributes` converts is refused where it is governed.

use crate::world::{L, NEW, R, Repo, World};

/// Stages `attributes` and a change of the pair. The filters have no driver here: git stages what it finds.
fn with(repo: &Repo<'_>, attributes: &str) {
    repo.stage_pair(NEW);
    repo.stage(".gitattributes", attributes);
}

/// A filter, an encoding or `$Id$` on a manifest, a lock or both is refused, and the finding names file and line.
#[test]
fn a_converted_file_is_refused() {
    for (attributes, said, file) in [
        ("requirements.txt filter=lfs\n", "filter=lfs", R),
        ("*.png filter=lfs\n*.txt working-tree-encoding=UTF-16\n", "working-tree-encoding=UTF-16", R),
        ("*.lock ident\n", "ident", L),
        ("[attr]big filter=lfs -text\n* big\n", "filter=lfs", L),
    ] {
        let world = World::new();
        let repo = world.project();
        with(&repo, attributes);
        let line = attributes.lines().count();
        let run = repo.commit("converted").refused().error("ambiguous-line").says(said).says(file);
        run.says(".gitattributes").says(&format!("line {line}")).says("git check-attr").says("git add .gitattributes");
    }
}

/// What converts something else, or is taken back, says nothing.
#[test]
fn other_attributes_pass() {
    for attributes in [
        "*.png filter=lfs diff=lfs merge=lfs -text\n",
        "* text=auto eol=lf\n",
        "* filter=lfs\n*.txt -filter\n*.lock !filter\n",
        "* working-tree-encoding=utf-8 -ident\n",
        "docs/** filter=lfs\n!*.txt filter=lfs\n",
    ] {
        let world = World::new();
        let repo = world.project();
        with(&repo, attributes);
        repo.commit("other").passes().no_findings();
    }
}

/// The pair stays as it is: turning a filter on changes it all the same, and so does turning it off.
#[test]
fn attributes_alone_change_a_pair() {
    let world = World::new();
    let (repo, origin) = world.project_with_origin();
    repo.stage(".gitattributes", "*.png filter=lfs\n");
    repo.commit("other").passes().no_findings();
    repo.stage(".gitattributes", "*.png filter=lfs\n*.txt filter=lfs\n");
    repo.commit("on").refused().error("ambiguous-line").says("filter=lfs");
    repo.land("on");
    let before = origin.id("main");
    repo.git(&["push", "-q", "origin", "main"]).refused().error("guarded-push").error("ambiguous-line");
    assert_eq!(origin.id("main"), before);
    // What is wrong already does not stop other work.
    repo.stage_code("two");
    repo.commit("code").passes().no_findings();
    repo.stage(".gitattributes", "*.png filter=lfs\n");
    repo.commit("off").passes().no_findings();
}

/// An included file's attributes count, those of its own directory too.
#[test]
fn an_included_file_is_governed() {
    let world = World::new();
    let repo = world.project();
    repo.stage("common/base.txt", NEW);
    repo.stage(R, "-r common/base.txt\n");
    repo.stage(L, NEW);
    repo.commit("share").passes().no_findings();
    repo.stage("common/.gitattributes", "base.txt filter=x\n");
    repo.commit("filter").refused().error("ambiguous-line").says("common/base.txt").says("common/.gitattributes");
}

/// A commit is judged by its own attributes, whatever the index says, and the index by what is staged.
#[test]
fn each_snapshot_has_its_attributes() {
    let world = World::new();
    let repo = world.project();
    repo.stage(".gitattributes", "requirements.txt filter=lfs\n");
    repo.land("on");
    repo.git(&["rm", "-q", ".gitattributes"]).passes();
    repo.hook(&["check"]).passes().no_findings();
    repo.hook(&["check", "--rev", "HEAD"]).refused().error("ambiguous-line").says("filter=lfs");
    repo.hook(&["check", "--rev", "HEAD~1"]).passes().no_findings();
    // The reader's own attributes are not part of what is judged.
    repo.write(".git/info/attributes", "* ident\n");
    repo.write(".gitattributes", "* ident\n");
    repo.hook(&["check"]).passes().no_findings();
    repo.hook(&["check", "--worktree"]).refused().error("ambiguous-line").says("ident");
}

/// What git's versions read differently is refused rather than guessed.
#[test]
fn what_is_unclear_is_refused() {
    let world = World::new();
    let repo = world.project();
    with(&repo, "*.txt filter=x\n* \0\n*.txt -filter\n");
    repo.commit("unclear").refused().error("ambiguous-line").says("line 2").says("git add .gitattributes");
}
