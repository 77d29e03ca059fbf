//! What `hook lock` writes always judges fresh: for random manifests, random earlier locks, mirrors and both resolvers.
//! What cannot be resolved leaves the lock as it was.

use std::fs;

use proptest::prelude::*;

use crate::judge::{alone, staged, write};
use crate::made::{LOCK, MANIFEST, Pair, STYLES, Style};
use crate::run::Run;
use crate::tools::{Tool, tool_command};
use crate::world::{BINARY, L, R, Repo, World};

/// Lines that a manifest may have, by package: at most one of each row, so that no name stands there twice.
const LINES: &[&[&str]] = &[
    &["web", "web[socks]>=1,<3", "web[fast,socks]==1.1", "web<2", "web ; python_version >= \"3\""],
    &["core", "core==1.2", "core<2", "Core >= 1.0"],
    &["tools", "tools~=1.0", "tools!=1.5"],
    &["leaf", "leaf<2", "leaf==1.0", "leaf>=1.1 ; sys_platform != \"win32\""],
    &["chain-a", "chain-a==1.0", "Chain_A"],
    &["chain-d", "chain.d==1.0"],
    &["cli", "cli<8.1"],
    &["colors ; sys_platform == \"win32\"", "colors"],
    &["backport ; python_version < \"3.8\""],
    &["preview", "preview>=2.0rc1"],
    &["ring-a", "ring-b"],
    &["selfish[all]", "selfish[x]"],
    &["builder", "setuptools>=70"],
    &["Mixed_Name.Pkg", "mixed-name-pkg==1.0"],
    &["numlib==1.0 ; sys_platform == \"win32\"\nnumlib==2.0 ; sys_platform != \"win32\"", "numlib"],
    // Nothing can answer these.
    &["typed==9"],
];

const CONSTRAINTS: &[&str] = &["leaf<2\n", "core<2\nproxy<2\n", "absent==1\ntools>=1\n"];

/// A manifest, part of it in a nested file, with or without constraints.
fn manifest() -> impl Strategy<Value = Pair> {
    let lines = LINES.iter().map(|row| {
        // The last row cannot be answered, so it is rare.
        let chance = if row[0] == "typed==9" { 0.06 } else { 0.4 };
        proptest::option::weighted(chance, (prop::sample::select(row.to_vec()), any::<bool>()))
    });
    let constraints = proptest::option::weighted(0.3, prop::sample::select(CONSTRAINTS.to_vec()));
    (lines.collect::<Vec<_>>(), constraints).prop_map(|(lines, constraints)| {
        let part = |nested: bool| {
            let lines = lines.iter().flatten().filter(move |(_, in_more)| *in_more == nested);
            lines.map(|(line, _)| format!("{line}\n")).collect::<String>()
        };
        let limits = if constraints.is_some() { "-c constraints.txt\n" } else { "" };
        let own = format!("-r more.in\n{limits}{}", part(false));
        Pair::of(&[(MANIFEST, &own), ("more.in", &part(true)), ("constraints.txt", constraints.unwrap_or_default())])
    })
}

/// `hook lock` with the real tools on the search path and the wheels as their only source.
fn hook_lock(repo: &Repo<'_>, tool: Tool, args: &[&str]) -> Run {
    let program = tool.path().unwrap();
    let mut command = tool_command(repo.world, program.as_os_str().as_ref(), &repo.top);
    let settings: Vec<_> =
        command.get_envs().map(|(name, value)| (name.to_owned(), value.unwrap().to_owned())).collect();
    command = repo.world.command(BINARY, &repo.top);
    let mut path = program.parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(repo.world.search_path());
    command.envs(settings).env("PATH", path);
    let wheels = repo.world.path("wheels");
    command.env("UV_FIND_LINKS", &wheels).env("PIP_FIND_LINKS", &wheels).env("PIP_NO_INDEX", "1");
    Run::of(command.arg("lock").args(args), b"")
}

/// An earlier lock of `style` for `before`; then `after` is asked for, and the lock made anew.
fn compiled(style: &Style, before: &Pair, after: &Pair) -> Result<(), TestCaseError> {
    let world = World::new();
    // Of what cannot be resolved there is no earlier lock.
    let Ok(mut made) = style.make(&world, before) else { return Ok(()) };
    // Where to look is the caller's to say, never the lock's.
    if style.tool == Tool::PipCompile {
        let header = made.lock();
        *header = header.replacen(" --find-links=../wheels", "", 1).replacen(" --no-index", "", 1);
    }
    let repo = world.repo("pair");
    write(&repo, &Pair::default(), &made);
    // A directory to look in that appears is a change of its own, and the wheels are not where the lock says.
    repo.write("freeze-guard.toml", "[rules]\nindex-changed = \"off\"\n");
    repo.git(&["add", "--all"]).passes();
    repo.land("start");
    let mut asked = after.clone();
    asked.files.insert(LOCK.to_owned(), made.files[LOCK].clone());
    write(&repo, &made, &asked);
    let run = hook_lock(&repo, style.tool, &[MANIFEST]);
    let lock = fs::read_to_string(repo.path(LOCK)).unwrap();
    let shown = || format!("{}\n{asked:#?}\n{run}\n{lock}", style.name);
    if style.make(&world, &asked).is_err() {
        prop_assert_eq!(run.status, Some(1), "{}", shown());
        prop_assert_eq!(&lock, &made.files[LOCK], "a lock was written that nothing answers: {}", shown());
        return Ok(());
    }
    prop_assert_eq!(run.status, Some(0), "{}", shown());
    repo.git(&["add", "--all"]).passes();
    let change = staged(&repo);
    prop_assert_eq!(change.status, Some(0), "as a change: {}\n{}", change, shown());
    let apart = world.repo("apart");
    let mut answered = asked.clone();
    answered.files.insert(LOCK.to_owned(), lock.clone());
    write(&apart, &Pair::default(), &answered);
    let fresh = alone(&apart);
    prop_assert_eq!(fresh.status, Some(0), "alone: {}\n{}", fresh, shown());
    prop_assert!(!fresh.findings.iter().any(|finding| finding.rule == "lock-drift"), "alone: {}\n{}", fresh, shown());
    let again = hook_lock(&repo, style.tool, &[MANIFEST]);
    let second = fs::read_to_string(repo.path(LOCK)).unwrap();
    prop_assert_eq!(second, lock.clone(), "a second run changes it again: {}\n{}", again, shown());
    Ok(())
}

fn styles_of(tool: Tool) -> Vec<Style> {
    STYLES.iter().filter(|style| style.tool == tool).copied().collect()
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 60, ..ProptestConfig::default() }
}

#[test]
fn what_uv_locks_is_fresh() {
    if Tool::Uv.path().is_none() {
        return;
    }
    let inputs = (prop::sample::select(styles_of(Tool::Uv)), manifest(), manifest());
    proptest!(config(32), |((style, before, after) in inputs)| compiled(&style, &before, &after)?);
}

#[test]
fn what_pip_compile_locks_is_fresh() {
    if Tool::PipCompile.path().is_none() {
        return;
    }
    let inputs = (prop::sample::select(styles_of(Tool::PipCompile)), manifest(), manifest());
    proptest!(config(8), |((style, before, after) in inputs)| compiled(&style, &before, &after)?);
}

/// Pins for a mirror, with what a mirror keeps: extras, markers, hashes, options.
const PINS: &[&[&str]] = &[
    &["flask==3.0.3", "Flask==3.0.2", "flask [async] == 3.0.3"],
    &["requests[socks]==2.32.3", "requests==2.31.0  # pinned for the proxy"],
    &["uvloop==0.20.0 ; sys_platform != \"win32\"", "uvloop==0.21.0"],
    &["numpy==1.26.4 ; python_version < \"3.10\"\nnumpy==2.1.0 ; python_version >= \"3.10\""],
    &["--no-binary numpy"],
    &["pandas==2.2.2", "pandas==2.2.3"],
    &["torch===2.4.0"],
];

fn mirror() -> impl Strategy<Value = String> {
    let lines = PINS.iter().map(|row| proptest::option::of(prop::sample::select(row.to_vec())));
    let lines = lines.collect::<Vec<_>>().prop_map(|lines| lines.into_iter().flatten().collect::<Vec<_>>());
    lines.prop_shuffle().prop_map(|lines| lines.iter().map(|line| format!("{line}\n")).collect())
}

#[test]
fn what_is_mirrored_is_fresh() {
    let head = prop::sample::select(vec!["", "# Must match requirements.txt exactly.\n\n"]);
    let inputs = (mirror(), proptest::option::of((mirror(), head)));
    proptest!(config(48), |((asked, before) in inputs)| {
        let world = World::new();
        let repo = world.repo("project");
        if let Some((text, head)) = &before {
            repo.stage(R, text);
            repo.stage(L, format!("{head}{text}"));
            repo.land("start");
        }
        repo.write(R, &asked);
        let run = repo.hook(&["lock", R]);
        prop_assert_eq!(run.status, Some(0), "{:?}\n{}\n{}", before, asked, run);
        let lock = fs::read_to_string(repo.path(L)).unwrap();
        let head = before.as_ref().map_or("", |(_, head)| head);
        prop_assert!(lock.starts_with(head), "the header is gone: {}", lock);
        repo.git(&["add", "--all"]).passes();
        let judgement = staged(&repo);
        prop_assert_eq!(judgement.status, Some(0), "{:?}\n{}\n{}\n{}", before, asked, lock, judgement);
        let judgement = alone(&repo);
        prop_assert!(!judgement.findings.iter().any(|finding| finding.rule == "lock-drift"), "{}\n{}", lock, judgement);
    });
}
