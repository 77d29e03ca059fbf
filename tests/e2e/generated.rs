//! `hook completions` and `hook man`: what is generated is what shells and man accept, and names every verb.

use std::path::PathBuf;
use std::process::Stdio;

use crate::run::Run;
use crate::world::World;

const VERBS: &[&str] = &[
    "audit",
    "install",
    "check",
    "fix",
    "lock",
    "upgrade",
    "rollback",
    "deploy",
    "init",
    "status",
    "explain",
    "ci",
    "parse",
    "uninstall",
    "run",
    "completions",
    "schema",
    "man",
];

/// A program of this machine, which a world does not hide: it is asked to read a file only.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path).map(|dir| dir.join(program)).find(|file| file.is_file());
    if found.is_none() {
        eprintln!("skipped: there is no {program} here");
    }
    found
}

#[test]
fn completions_are_what_their_shell_reads() {
    let world = World::new();
    let repo = world.at("home");
    for (shell, program, check) in [
        ("bash", "bash", &["-n"][..]),
        ("zsh", "zsh", &["-n"]),
        ("fish", "fish", &["--no-execute"]),
        ("powershell", "pwsh", &["-NoProfile", "-File"]),
        ("elvish", "elvish", &["-compileonly"]),
    ] {
        let run = repo.hook(&["completions", shell]).passes();
        let script = run.stdout_text();
        for verb in VERBS {
            assert!(script.contains(verb), "{shell} does not know {verb}");
        }
        let file = repo.path(format!("hook.{shell}"));
        std::fs::write(&file, &script).unwrap();
        if let Some(program) = find(program) {
            Run::of(world.command(program, &repo.top).args(check).arg(&file), b"").passes().silent();
        }
    }
    repo.hook(&["completions", "tcsh"]).exits(2).says("bash, elvish, fish, powershell, zsh");
}

/// In bash, the script really completes: after `hook sta` comes `status`.
#[test]
fn bash_completes_a_verb() {
    let Some(bash) = find("bash") else { return };
    let world = World::new();
    let repo = world.at("home");
    let script = repo.hook(&["completions", "bash"]).passes().stdout_text();
    let ask = "\nCOMP_WORDS=(hook sta) COMP_CWORD=1\n_hook hook sta hook\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
    let run = Run::of(world.command(bash, &repo.top).arg("-c").arg(script + ask), b"").passes();
    assert_eq!(run.stdout_text(), "status\n");
}

#[test]
fn the_manual_page_renders_without_a_warning() {
    let world = World::new();
    let repo = world.at("home");
    let run = repo.hook(&["man"]).passes();
    assert!(run.stderr.is_empty(), "{run}");
    let file = repo.path("hook.1");
    std::fs::write(&file, &run.stdout).unwrap();
    if let Some(groff) = find("groff") {
        let args = ["-man", "-Tutf8", "-ww", "-rLL=100n", "-P-cbou"];
        let page = Run::of(world.command(groff, &repo.top).args(args).arg(&file), b"").passes();
        assert!(page.stderr.is_empty(), "{page}");
        let text = page.stdout_text();
        for verb in VERBS {
            assert!(text.contains(&format!("hook {verb}")), "no {verb} in\n{text}");
        }
        for word in ["HOOK(1)", "SYNOPSIS", "--from-env", "--range A..B", "EXIT STATUS", "FREEZE_GUARD"] {
            assert!(text.contains(word), "no {word} in\n{text}");
        }
        // What only shims say is not for people.
        assert!(!text.contains("--shim"), "{text}");
    }
    if let Some(man) = find("man") {
        let rendered = Run::of(world.command(man, &repo.top).args(["--warnings", "-l"]).arg(&file), b"");
        assert!(rendered.stderr.is_empty(), "{rendered}");
    }
}

/// Also where there is no repository: it is the file that is published.
#[test]
fn the_schema() {
    let world = World::new();
    let run = world.at("home").hook(&["schema"]).passes();
    assert_eq!(run.stdout_text(), include_str!("../../docs/freeze-guard.schema.json"));
    assert_eq!(run.stderr_text(), "");
}

/// Whoever reads only the beginning is no error.
#[test]
fn a_pipe_that_closes_is_fine() {
    let world = World::new();
    let repo = world.at("home");
    for args in [&["man"][..], &["schema"], &["completions", "bash"]] {
        let mut child = repo.hook_command().args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    }
}

/// The list above is that of the help.
#[test]
fn every_verb_is_named() {
    let world = World::new();
    let (mut shown, mut named) = (world.at("home").verbs(), VERBS.to_vec());
    shown.sort_unstable();
    named.sort_unstable();
    assert_eq!(shown, named);
}
