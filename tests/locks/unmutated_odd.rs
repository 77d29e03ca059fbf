//! No false refusal where the lock was made from more, or from something else, than the manifest's file: standard input,
//! another file on the command line, pyproject.toml, overrides, from another directory, and by other tools.

use crate::judge::{alone, staged, write};
use crate::made::{LOCK, MANIFEST, Pair, STYLES};
use crate::tools::{Call, Tool, compile};
use crate::unmutated::refusals;
use crate::world::World;

const MORE: &str = "typed\npreview>=1\n";
const WEB: &str = "web>=1,<3\ncli\nring-a\n";
const PYPROJECT: &str = "[project]\nname = \"Demo_X\"\nversion = \"1\"\ndependencies = [\"typed\"]\n\n\
                         [project.optional-dependencies]\nx = [\"chain-a\"]\n\n[dependency-groups]\ndev = [\"numlib\"]\n\n\
                         [build-system]\nrequires = []\nbuild-backend = \"none\"\n";

/// `files` with the lock that `tool` makes of them; `None` where it is not there.
#[track_caller]
fn made(tool: Tool, files: &[(&str, &str)], args: &[&str], env: &[(&str, &str)]) -> Option<Pair> {
    tool.path()?;
    let world = World::new();
    let mut pair = Pair::of(files);
    let repo = world.at("made");
    write(&repo, &Pair::default(), &pair);
    let stdin = if args.contains(&"-") { files[0].1 } else { "" };
    let args = [args, &["-o", LOCK]].concat();
    compile(&world, tool, &repo.top, Call { args: &args, stdin, env }).unwrap_or_else(|log| panic!("{log}"));
    pair.files.insert(LOCK.to_owned(), std::fs::read_to_string(repo.path(LOCK)).unwrap());
    Some(pair)
}

/// That lock, judged in every scene.
#[track_caller]
fn passes(tool: Tool, files: &[(&str, &str)], args: &[&str], env: &[(&str, &str)]) {
    let Some(mut pair) = made(tool, files, args, env) else { return };
    let wrong = refusals(&format!("{tool:?} {}", args.join(" ")), &pair);
    let lock = pair.lock();
    assert!(wrong.is_empty(), "{}\n{lock}", wrong.join("\n"));
}

#[test]
fn standard_input() {
    let nested = [
        (MANIFEST, "-r more.in\n-c constraints.txt\nweb>=1,<3\ncli\nring-a\n"),
        ("more.in", MORE),
        ("constraints.txt", "leaf<2\n"),
    ];
    passes(Tool::Uv, &nested, &["-"], &[]);
    passes(Tool::Uv, &nested, &["-", "--generate-hashes", "--annotation-style=line"], &[]);
    passes(Tool::Uv, &[(MANIFEST, WEB)], &["-", "--universal"], &[]);
    passes(Tool::PipCompile, &[(MANIFEST, WEB)], &["-"], &[]);
    passes(Tool::PipCompile, &[(MANIFEST, WEB)], &["-", "--generate-hashes", "--annotation-style=line"], &[]);
}

#[test]
fn a_constraint_on_the_command_line() {
    let files = [(MANIFEST, WEB), ("limits.txt", "leaf<2\n")];
    for tool in Tool::BOTH {
        passes(tool, &files, &[MANIFEST, "-c", "limits.txt"], &[]);
    }
    // From the environment it is in the annotations and nowhere else.
    passes(Tool::Uv, &files, &[MANIFEST], &[("UV_CONSTRAINT", "limits.txt")]);
}

/// What another input asked for cannot be judged by this pair: that is said, once, where it is new, and nothing else is.
#[track_caller]
fn open_where_new(tool: Tool, files: &[(&str, &str)], args: &[&str], open: &[&str]) {
    let Some(pair) = made(tool, files, args, &[]) else { return };
    let world = World::new();
    let repo = world.repo("pair");
    write(&repo, &Pair::default(), &pair);
    let judgement = alone(&repo);
    assert_eq!(judgement.status, Some(0), "{judgement}");
    repo.git(&["add", "--all"]).passes();
    let judgement = staged(&repo);
    assert_eq!(judgement.errors(), ["undecided"], "{judgement}");
    for name in open {
        assert!(judgement.has("error", "undecided", &[name]), "{name}\n{judgement}");
    }
    assert_eq!(judgement.at("error").count(), open.len(), "{judgement}");
    repo.stage("freeze-guard.toml", "undecided = \"note\"\n");
    let judgement = staged(&repo);
    assert_eq!(judgement.status, Some(0), "{judgement}");
}

#[test]
fn another_file_on_the_command_line() {
    for tool in Tool::BOTH {
        let files = [(MANIFEST, WEB), ("dev.in", MORE)];
        open_where_new(tool, &files, &[MANIFEST, "dev.in"], &["typed", "preview"]);
        // With every input named in the manifest there is nothing open.
        let files = [(MANIFEST, "-r dev.in\nweb>=1,<3\ncli\nring-a\n"), ("dev.in", MORE)];
        passes(tool, &files, &[MANIFEST], &[]);
    }
}

#[test]
fn pyproject_beside_the_manifest() {
    let files = [(MANIFEST, WEB), ("pyproject.toml", PYPROJECT)];
    for tool in Tool::BOTH {
        open_where_new(tool, &files, &[MANIFEST, "pyproject.toml", "--extra", "x"], &["typed", "chain-a"]);
    }
    open_where_new(Tool::Uv, &files, &[MANIFEST, "--group", "dev"], &["numlib"]);
}

#[test]
fn overrides() {
    let files = [
        (MANIFEST, "-c constraints.txt\nweb<2\ncli\ncore==1.0\n"),
        ("constraints.txt", "leaf<2\n"),
        ("overrides.txt", "web==2.0\ncore>=1.2\n"),
    ];
    passes(Tool::Uv, &files, &[MANIFEST, "--override", "overrides.txt"], &[]);
    passes(
        Tool::Uv,
        &files,
        &[MANIFEST, "--override", "overrides.txt", "--generate-hashes", "--annotation-style=line"],
        &[],
    );
}

#[test]
fn a_command_of_ones_own() {
    for tool in Tool::BOTH {
        passes(tool, &[(MANIFEST, WEB)], &[MANIFEST], &[("CUSTOM_COMPILE_COMMAND", "make lock")]);
        passes(tool, &[(MANIFEST, WEB)], &[MANIFEST], &[("CUSTOM_COMPILE_COMMAND", "./lock.sh dev.in prod.in")]);
    }
}

/// The directory that the tool ran in is not recorded, and its annotations are as seen from there.
#[test]
fn from_another_directory() {
    for tool in Tool::BOTH.into_iter().filter(|tool| tool.path().is_some()) {
        for (from, to_pair) in
            [("", "backend/"), ("backend", ""), ("frontend", "../backend/"), ("a/b", "../../backend/../backend/")]
        {
            let world = World::new();
            let repo = world.repo("pair");
            for (path, text) in [
                (MANIFEST, "-r reqs/more.in\n-c constraints.txt\nweb\n"),
                ("reqs/more.in", MORE),
                ("constraints.txt", "leaf<2\n"),
            ] {
                repo.write(&format!("backend/{path}"), text);
            }
            repo.write("frontend/app.js", "");
            let (input, output) = (format!("{to_pair}{MANIFEST}"), format!("{to_pair}{LOCK}"));
            let directory = repo.inside(if from.is_empty() { "." } else { from }).top;
            let args = [input.as_str(), "-o", &output];
            compile(&world, tool, &directory, Call { args: &args, ..Call::default() })
                .unwrap_or_else(|log| panic!("{log}"));
            let judgement = alone(&repo);
            assert_eq!(judgement.status, Some(0), "{tool:?} from {from:?}\n{judgement}");
            repo.git(&["add", "--all"]).passes();
            let judgement = staged(&repo);
            assert_eq!(judgement.status, Some(0), "{tool:?} from {from:?}\n{judgement}");
        }
    }
}

#[test]
fn other_names() {
    for tool in Tool::BOTH.into_iter().filter(|tool| tool.path().is_some()) {
        let world = World::new();
        let repo = world.repo("pair");
        repo.write("freeze-guard.toml", "[[pair]]\nmanifest = \"reqs/prod.in\"\nlock = \"locks/prod.lock\"\n");
        repo.write("reqs/prod.in", "-r base.in\nweb\n");
        repo.write("reqs/base.in", MORE);
        repo.write("locks/readme", "");
        let args = ["reqs/prod.in", "-o", "locks/prod.lock"];
        compile(&world, tool, &repo.top, Call { args: &args, ..Call::default() }).unwrap();
        let judgement = alone(&repo);
        assert_eq!(judgement.status, Some(0), "{tool:?}\n{judgement}");
    }
}

/// The same inputs locked by another tool or with other options: nothing that counts changes, unless something is lost.
#[test]
fn another_style_of_the_same_lock() {
    let world = World::new();
    let files = Pair::of(&[
        (MANIFEST, "-r more.in\n-c constraints.txt\nweb[socks]\ncli\nring-a\n"),
        ("more.in", MORE),
        ("constraints.txt", "leaf<2\n"),
    ]);
    let styles = STYLES.iter().filter(|style| style.tool.path().is_some());
    let locks: Vec<_> = styles.map(|style| (style, style.make(&world, &files).unwrap())).collect();
    let mut wrong = Vec::new();
    for (one, before) in &locks {
        for (other, after) in &locks {
            // A directory to look in that appears, and hashes that go, are changes that count.
            let finds = |pair: &Pair| pair.files.get(LOCK).is_some_and(|lock| lock.contains("--find-links ."));
            if before == after || (finds(after) && !finds(before)) || (one.is_hashed() && !other.is_hashed()) {
                continue;
            }
            let world = World::new();
            let repo = world.repo("pair");
            write(&repo, &Pair::default(), before);
            repo.git(&["add", "--all"]).passes();
            repo.land("start");
            write(&repo, before, after);
            repo.git(&["add", "--all"]).passes();
            let judgement = staged(&repo);
            if judgement.status != Some(0) {
                wrong.push(format!("{} to {}: {}", one.name, other.name, judgement.summary()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const RYE: &str = "# generated by rye
# use `rye lock` or `rye sync` to update this lockfile
#
# last locked with the following flags:
#   pre: false
#   features: []
#   all-features: false
#   with-sources: false
#   generate-hashes: false
#   universal: false

flask==3.0.3
jinja2==3.1.6
    # via flask
markupsafe==3.0.2
    # via jinja2
    # via werkzeug
werkzeug==3.0.4
    # via flask
";

const UV_EXPORT: &str = "# This file was autogenerated by uv via the following command:
#    uv export --no-dev --no-emit-project -o requirements.txt
flask==3.0.3
    # via demo
jinja2==3.1.6
    # via flask
markupsafe==3.0.2 ; sys_platform != 'emscripten'
    # via
    #   jinja2
    #   werkzeug
werkzeug==3.0.4
    # via flask
";

const OLD_PIP_COMPILE: &str = "#
# This file is autogenerated by pip-compile
# To update, run:
#
#    pip-compile requirements.in
#
flask==3.0.3              # via -r requirements.in (line 1)
jinja2==3.1.6             # via flask
markupsafe==3.0.2         # via jinja2, werkzeug
werkzeug==3.0.4           # via flask
";

const FREEZE: &str = "Flask==3.0.3\nJinja2==3.1.6\nMarkupSafe==3.0.2\nWerkzeug==3.0.4\n";

#[test]
fn other_tools() {
    for (name, lock) in
        [("rye", RYE), ("uv export", UV_EXPORT), ("an old pip-compile", OLD_PIP_COMPILE), ("pip freeze", FREEZE)]
    {
        let pair = Pair::of(&[(MANIFEST, "flask\n"), (LOCK, lock)]);
        let wrong = refusals(name, &pair);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        // And what they prove they prove: a direct pin that is not there is missing.
        let world = World::new();
        let repo = world.repo("pair");
        write(&repo, &Pair::default(), &Pair::of(&[(MANIFEST, "flask\nghost\n"), (LOCK, lock)]));
        let judgement = alone(&repo);
        assert!(judgement.has("error", "lock-drift", &["ghost"]), "{name}\n{judgement}");
    }
}
