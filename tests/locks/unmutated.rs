//! No false refusal: what the tools write passes as it is, whatever goes in and whichever options they are given. As a
//! work tree with nothing before it, as the first commit, and as a change of an earlier lock.

use crate::judge::{Judgement, alone, staged, write};
use crate::made::{LOCK, MANIFEST, Pair, Style};
use crate::tools::Tool;
use crate::world::World;

/// What goes into a lock.
struct Input {
    name: &'static str,
    files: &'static [(&'static str, &'static str)],
}

const fn input(name: &'static str, files: &'static [(&'static str, &'static str)]) -> Input {
    Input { name, files }
}

const INPUTS: &[Input] = &[
    input("pins", &[(MANIFEST, "web==2.0\ncli==8.1\nMixed_Name.Pkg==1.0\n")]),
    input("arbitrary equality", &[(MANIFEST, "web===2.0\n")]),
    input("ranges", &[(MANIFEST, "web>=1,<2\ncore~=1.0\ntools!=1.5\nleaf\nchain-a >1\n")]),
    input("prereleases", &[(MANIFEST, "preview>=2.0rc1\n")]),
    input("extras", &[(MANIFEST, "web[socks,fast]>=1\nselfish[all]\n")]),
    input("a marker that holds", &[(MANIFEST, "leaf ; python_version >= \"3.8\"\ncore;python_version>'3'\n")]),
    input("a marker that does not", &[(MANIFEST, "core\nbackport ; python_version < \"3.8\"\n")]),
    input(
        "markers of platforms",
        &[(MANIFEST, "colors ; sys_platform == \"win32\"\nleaf ; sys_platform != \"win32\"\n")],
    ),
    input("a marker of a needed package", &[(MANIFEST, "cli\ncolors>=0.4.5 ; sys_platform == \"win32\"\n")]),
    input(
        "a fork by platform",
        &[(MANIFEST, "numlib==1.0 ; sys_platform == \"win32\"\nnumlib==2.0 ; sys_platform != \"win32\"\n")],
    ),
    input(
        "a fork by Python",
        &[(MANIFEST, "numlib==1.0 ; python_version < \"3.8\"\nnumlib==2.0 ; python_version >= \"3.8\"\n")],
    ),
    input("a cycle", &[(MANIFEST, "ring-a\n")]),
    input("both of a cycle", &[(MANIFEST, "ring-a\nring-b\n")]),
    input("direct and transitive", &[(MANIFEST, "web\ncore\nleaf\nchain-a\nchain-d\n")]),
    input("unsafe", &[(MANIFEST, "builder\nsetuptools>=70\n")]),
    input("unsafe, needed only", &[(MANIFEST, "builder\nweb\n")]),
    input(
        "nested",
        &[(MANIFEST, "-r more.in\nweb\n"), ("more.in", "-r deep/er.in\ncli\n"), ("deep/er.in", "chain-a\n")],
    ),
    input(
        "only nested",
        &[(MANIFEST, "-r reqs/base.in\n"), ("reqs/base.in", "-r ../reqs/web.in\n"), ("reqs/web.in", "web\n")],
    ),
    input(
        "constrained",
        &[(MANIFEST, "-c constraints.txt\nweb\n"), ("constraints.txt", "leaf<2\ncore==1.0\nabsent==1\nweb<3\n")],
    ),
    input(
        "constrained where nested",
        &[(MANIFEST, "-r more.in\nweb\n"), ("more.in", "-c limits/all.txt\ncli\n"), ("limits/all.txt", "leaf<2\n")],
    ),
    input(
        "constrained by markers",
        &[
            (MANIFEST, "-c c.txt\nweb\n"),
            ("c.txt", "leaf<2 ; python_version >= \"3\"\ncore<2 ; python_version < \"3\"\n"),
        ],
    ),
    input(
        "comments",
        &[(
            MANIFEST,
            "# what we need
web>=1  # the web


cli # and that
",
        )],
    ),
    input("CRLF", &[(MANIFEST, "web\r\ncli\r\n")]),
    input("nothing", &[(MANIFEST, "# nothing yet\n")]),
];

/// Everything at once.
const ALL: Input = input(
    "all",
    &[
        (
            MANIFEST,
            "-r more.in\n-c constraints.txt\nweb[socks]>=1,<3\ncli\nbuilder\nsetuptools>=70\nselfish[all]\nring-a\n\
             Mixed_Name.Pkg==1.0\nnumlib==1.0 ; sys_platform == \"win32\"\nnumlib==2.0 ; sys_platform != \"win32\"\n",
        ),
        ("more.in", "typed\npreview>=1\nbackport ; python_version < \"3.8\"\n"),
        ("constraints.txt", "leaf<2\nproxy<3\n"),
    ],
);

const UV: &[&[&str]] = &[
    &[],
    &["--annotation-style=line"],
    &["--generate-hashes"],
    &["--annotation-style=line", "--generate-hashes"],
    &["--no-annotate"],
    &["--no-header"],
    &["--no-header", "--no-annotate"],
    &["--no-strip-extras"],
    &["--no-strip-markers"],
    &["--universal"],
    &["--universal", "--annotation-style=line", "--generate-hashes", "--no-strip-extras"],
    &["--universal", "--no-annotate", "--no-header"],
    &["--custom-compile-command", "make lock"],
    &["--custom-compile-command", "./lock.sh requirements other.in", "--generate-hashes"],
    &["--emit-find-links", "--emit-index-url", "--index-url", "https://packages.example.com/simple"],
    &["--emit-marker-expression"],
    &["--emit-index-annotation"],
    &["--emit-build-options", "--only-binary", "core"],
    &["--no-deps"],
    &["--no-emit-package", "leaf"],
    &["--no-emit-package", "cli", "--no-emit-package", "web"],
    &["--python-version", "3.12"],
    &["--python-platform", "windows"],
    &["--prerelease", "allow"],
    &["--resolution", "lowest-direct"],
];

const PIP_COMPILE: &[&[&str]] = &[
    &["--no-strip-extras"],
    &["--strip-extras", "--annotation-style=line"],
    &["--strip-extras", "--generate-hashes"],
    &["--no-strip-extras", "--annotation-style=line", "--generate-hashes"],
    &["--no-annotate"],
    &["--no-annotate", "--generate-hashes"],
    &["--no-header"],
    &["--no-header", "--no-annotate", "--strip-extras"],
    &["--allow-unsafe"],
    &["--allow-unsafe", "--generate-hashes"],
    &["--allow-unsafe", "--annotation-style=line", "--no-header"],
    &["--no-emit-options", "--no-emit-find-links"],
    &["--no-emit-trusted-host", "--trusted-host", "packages.example.com"],
    &["--trusted-host", "packages.example.com"],
    &["--unsafe-package", "leaf"],
    &["--newline", "crlf"],
    &["--pre"],
];

/// Judges `pair` in every scene; what goes wrong.
pub(crate) fn refusals(name: &str, pair: &Pair) -> Vec<String> {
    let world = World::new();
    let mut wrong = Vec::new();
    let mut must_pass = |scene: &str, judgement: Judgement| {
        if judgement.status != Some(0) {
            let files: String = pair.files.iter().map(|(path, text)| format!("    == {path}\n{text}")).collect();
            let files = if std::env::var_os("FREEZE_GUARD_SHOW").is_some() { files } else { String::new() };
            wrong.push(format!("{name} / {scene}: {}\n{files}", judgement.summary()));
        }
    };
    let repo = world.repo("pair");
    write(&repo, &Pair::default(), pair);
    must_pass("alone", alone(&repo));
    repo.git(&["add", "--all"]).passes();
    must_pass("as the first commit", staged(&repo));
    // The same lock in place of another that had less in it, of the same kind.
    let lock = pair.files.get(LOCK).map_or("", String::as_str);
    let head: String =
        lock.lines().take_while(|line| line.starts_with(['#', '-'])).map(|line| format!("{line}\n")).collect();
    let annotation = if lock.contains("# via") { "    # via -r requirements.in\n" } else { "" };
    let mut before = pair.clone();
    before.files.insert(MANIFEST.to_owned(), "earlier==1.0\n".to_owned());
    before.files.insert(LOCK.to_owned(), format!("{head}earlier==1.0\n{annotation}"));
    let changed = world.repo("changed");
    write(&changed, &Pair::default(), &before);
    changed.git(&["add", "--all"]).passes();
    changed.land("start");
    write(&changed, &before, pair);
    changed.git(&["add", "--all"]).passes();
    must_pass("as a change", staged(&changed));
    wrong
}

/// Makes the lock of every input with every list of options.
fn judge(tool: Tool, inputs: &[Input], options: &[&'static [&'static str]]) {
    if tool.path().is_none() {
        return;
    }
    let world = World::new();
    let mut wrong = Vec::new();
    for input in inputs {
        for options in options {
            let style = Style { name: "", tool, options };
            let name = format!("{} / {tool:?} {}", input.name, options.join(" "));
            match style.make(&world, &Pair::of(input.files)) {
                Ok(pair) => wrong.extend(refusals(&name, &pair)),
                Err(log) => wrong.push(format!("{name}: no lock was made: {log}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_input_of_uv() {
    judge(Tool::Uv, INPUTS, &[UV[0], UV[3], UV[7], UV[10]]);
}

#[test]
fn every_input_of_uv_with_less_evidence() {
    judge(Tool::Uv, INPUTS, &[UV[4], UV[5], UV[6], UV[11]]);
}

#[test]
fn every_option_of_uv() {
    judge(Tool::Uv, &[ALL], UV);
}

// No version of a package in two marked lines fits pip-compile's own environment alone; it takes the line that holds.
#[test]
fn every_input_of_pip_compile() {
    judge(Tool::PipCompile, INPUTS, &[PIP_COMPILE[0], PIP_COMPILE[2]]);
}

#[test]
fn every_input_of_pip_compile_with_less_evidence() {
    judge(Tool::PipCompile, INPUTS, &[PIP_COMPILE[7], PIP_COMPILE[10]]);
}

#[test]
fn every_option_of_pip_compile() {
    judge(Tool::PipCompile, &[ALL], PIP_COMPILE);
}

/// pip and the resolvers join two lines of one name; the rule against it is about the manifest alone.
#[test]
fn a_name_twice_in_the_manifest_is_no_fault_of_the_lock() {
    let twice = [
        input("a range twice", &[(MANIFEST, "leaf>=1\nleaf<2\n")]),
        input("extras twice", &[(MANIFEST, "web[socks]>=1\nweb[fast]<3\nselfish[x]\n")]),
        input(
            "nested twice",
            &[(MANIFEST, "-r a.in\n-r b.in\n"), ("a.in", "web>=1\nleaf\n"), ("b.in", "web<3\ncli\n")],
        ),
    ];
    for tool in Tool::BOTH.into_iter().filter(|tool| tool.path().is_some()) {
        for input in &twice {
            let world = World::new();
            let pair = Style { name: "", tool, options: &[] }.make(&world, &Pair::of(input.files)).unwrap();
            let repo = world.repo("pair");
            write(&repo, &Pair::default(), &pair);
            repo.write("freeze-guard.toml", "[rules]\nduplicate = \"off\"\n");
            let judgement = alone(&repo);
            assert_eq!(judgement.status, Some(0), "{} / {tool:?}\n{judgement}", input.name);
        }
    }
}
