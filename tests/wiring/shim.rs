//! The shim under the real git: it finds its program whatever the names, and refuses at once where it is gone.

use std::ffi::OsStr;
use std::fs;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use freeze_guard::wiring::{self, Edits, Event, State};

use crate::support::{World, bytes, picture, said, script, without_caller};

#[test]
fn any_name_of_clone_and_program_will_do() {
    let names: [&[u8]; 7] = [b"a b", b"it's", b"$HOME `x` \"q\"", b"new\nline", b"end\n", b"gr\xfc\xdfe\xff", b"'\\''"];
    for name in names {
        let world = World::named(&bytes(name), &bytes(&[b"bin ", name].concat()));
        let before = world.picture();
        world.install().unwrap();
        assert!(world.guards().iter().all(|guard| guard.state == State::Current), "{name:?}");
        let output = world.commit();
        assert!(output.status.success(), "{name:?}: {}", said(&output));
        assert!(world.log().starts_with("run\n--shim\n3\n--at\n"), "{name:?}");
        let text = fs::read(world.hook("pre-push")).unwrap();
        let seen = wiring::recognise(&text).unwrap();
        assert_eq!((seen.edits, seen.event), (Edits::Untouched, Event::PrePush));
        world.uninstall().unwrap();
        assert_eq!(world.picture(), before, "{name:?}");
    }
}

#[test]
fn the_program_is_found_without_a_path() {
    let world = World::new();
    world.install().unwrap();
    let git = Command::new("sh").args(["-c", "command -v git"]).output().unwrap().stdout;
    let mut command = Command::new(String::from_utf8(git).unwrap().trim_end());
    command.args(["commit", "-q", "--allow-empty", "-m", "x"]).current_dir(&world.repo).env_clear();
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert!(world.log().contains("pre-commit"));
}

#[test]
fn arguments_and_status_pass_through() {
    let world = World::new();
    world.install().unwrap();
    let output = run(&world, Event::PrePush, &[("PATH", "/usr/bin:/bin")], &["a b", "", "--help"]);
    assert!(output.status.success(), "{}", said(&output));
    let at = world.hook("pre-push");
    assert_eq!(
        world.log(),
        format!("run\n--shim\n3\n--at\n{}\n--caller\nPID\n--chained\n\npre-push\n--\na b\n\n--help\n", at.display())
    );

    world.write_program("#!/bin/sh\nexit 42\n");
    assert_eq!(run(&world, Event::PrePush, &[], &[]).status.code(), Some(42));
    assert!(!world.commit().status.success());
}

#[test]
fn a_missing_program_refuses_at_once_and_says_what_to_do() {
    for (event, retry) in [
        (Event::PreCommit, "git commit"),
        (Event::PreMergeCommit, "git merge"),
        (Event::PrePush, "git push"),
        (Event::PreApplypatch, "git am"),
    ] {
        let world = World::new();
        world.install().unwrap();
        fs::remove_file(&world.binary).unwrap();
        let (output, took) = timed(|| run(&world, event, &[("PATH", "/usr/bin:/bin")], &[]));
        assert_eq!(output.status.code(), Some(1));
        assert!(took < Duration::from_secs(1), "{took:?}");
        let text = said(&output);
        assert!(text.contains(&format!("{event} is refused")), "{text}");
        assert!(text.contains("cargo install freeze-guard --locked && hook install"), "{text}");
        assert!(text.contains(&format!("FREEZE_GUARD=0 {retry} ...")), "{text}");
        assert!(text.contains(&format!("rm \"$(git rev-parse --git-path hooks/{event})\"")), "{text}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn git_refuses_the_commit_and_the_push_of_a_clone_without_its_program() {
    let world = World::new();
    world.commit();
    world.ok(&["init", "-q", "--bare", "../remote.git"]);
    world.ok(&["remote", "add", "origin", "../remote.git"]);
    world.install().unwrap();
    fs::remove_file(&world.binary).unwrap();
    let head = world.ok(&["rev-parse", "HEAD"]);
    let (output, took) = timed(|| world.commit());
    assert!(!output.status.success() && took < Duration::from_secs(1), "{took:?} {}", said(&output));
    assert_eq!(world.ok(&["rev-parse", "HEAD"]), head);
    let (output, took) = timed(|| world.run(&["push", "-q", "origin", "main"]));
    assert!(!output.status.success() && took < Duration::from_secs(1), "{took:?} {}", said(&output));
    assert!(said(&output).contains("reinstall"));
    assert_eq!(world.ok(&["ls-remote", "origin"]), "");

    let skipped = world.git().args(["push", "-q", "origin", "main"]).env("FREEZE_GUARD", "0").output().unwrap();
    assert!(skipped.status.success(), "{}", said(&skipped));
    assert_eq!(said(&skipped).lines().filter(|line| line.contains("freeze-guard")).count(), 1);
    assert!(world.ok(&["ls-remote", "origin"]).contains("refs/heads/main"));
}

#[test]
fn the_lines_that_unwire_by_hand_work() {
    for theirs in [false, true] {
        let world = World::named(OsStr::new("it's a repo"), OsStr::new("bin"));
        if theirs {
            script(&world.hook("pre-commit"), "#!/bin/sh\necho theirs >&2\n");
        }
        let before = world.picture().get(&b"pre-commit"[..]).cloned();
        world.install().unwrap();
        fs::remove_file(&world.binary).unwrap();
        let text = said(&world.commit());
        let line = text.lines().find_map(|line| line.trim().strip_prefix("or unwire it:")).unwrap();
        fs::create_dir(world.repo.join("sub")).unwrap();
        let status = Command::new("sh").args(["-c", line]).current_dir(world.repo.join("sub")).status().unwrap();
        assert!(status.success(), "{line}");
        assert_eq!(world.picture().get(&b"pre-commit"[..]).cloned(), before);
        assert!(world.commit().status.success());
    }
}

#[test]
fn skipping_without_the_program_still_runs_the_chained_hook() {
    let world = World::new();
    script(&world.hook("pre-commit"), "#!/bin/sh\necho theirs >&2\nexit ${THEIRS-0}\n");
    world.install().unwrap();
    fs::remove_file(&world.binary).unwrap();
    let commit = |theirs: &str, skip: &str| {
        let mut git = world.git();
        git.args(["commit", "-q", "--allow-empty", "-m", "x"]).env("THEIRS", theirs).env("FREEZE_GUARD", skip);
        git.output().unwrap()
    };
    let passed = commit("0", "0");
    assert!(passed.status.success(), "{}", said(&passed));
    assert_eq!(said(&passed).lines().count(), 2, "{}", said(&passed));
    assert!(said(&passed).ends_with("theirs\n"));
    assert!(!commit("1", "0").status.success());
    assert!(!commit("0", "1").status.success(), "only 0 skips");
    assert!(!commit("0", "").status.success());
}

#[test]
fn with_the_program_there_it_is_asked_even_to_skip() {
    let world = World::new();
    world.install().unwrap();
    world.write_program("#!/bin/sh\nexit 3\n");
    assert_eq!(run(&world, Event::PreCommit, &[("FREEZE_GUARD", "0")], &[]).status.code(), Some(3));
}

/// Whatever stands at the program's path, it passes only by the status that freeze-guard gives.
#[test]
fn what_is_no_freeze_guard_never_passes() {
    let texts: [&[u8]; 6] =
        [b"", b"true\n", b"<html>\n", b"#!/bin/sh\nexit 0\n", b"\x7fELF\0\xff", b"#!/no/such/program\n"];
    for text in texts {
        for event in Event::ALL {
            let world = World::new();
            world.install().unwrap();
            fs::write(&world.binary, text).unwrap();
            let (output, took) = timed(|| run(&world, event, &[("PATH", "/usr/bin:/bin")], &[]));
            let said = said(&output);
            assert!(!output.status.success() && took < Duration::from_secs(1), "{took:?} {event} {text:?}");
            if output.status.code() == Some(1) {
                assert!(said.contains(&format!("freeze-guard: {event} is refused, for ")), "{text:?}: {said}");
                assert!(said.contains("reinstall it:") && said.contains("or skip once:"), "{text:?}: {said}");
            }
        }
    }
    let world = World::new();
    world.install().unwrap();
    fs::copy("/bin/true", &world.binary).unwrap();
    let refused = run(&world, Event::PrePush, &[("PATH", "/usr/bin:/bin")], &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("is no freeze-guard, or none that runs here: /"), "{}", said(&refused));
    let skipped = run(&world, Event::PrePush, &[("PATH", "/usr/bin:/bin"), ("FREEZE_GUARD", "0")], &[]);
    assert!(skipped.status.success() && said(&skipped).contains("is skipped"), "{}", said(&skipped));
}

/// A stranger in the program's place gets nothing of what the chained hooks are to read.
#[test]
fn what_a_stranger_would_read_is_kept_for_the_chained_hooks() {
    for names in [1, 2] {
        let world = World::new();
        let seen = world.home.join("seen");
        let theirs = format!("#!/bin/sh\necho \"theirs $1\" >>'{0}'\ncat >>'{0}'\n", seen.display());
        script(&world.hook("pre-push"), &theirs);
        world.install().unwrap();
        if names == 2 {
            script(&world.hook("pre-push"), &theirs.replace("theirs", "others"));
            world.install().unwrap();
        }
        world.write_program("#!/bin/sh\ncat >/dev/null\n");
        let mut command = Command::new(world.hook("pre-push"));
        command.arg("origin").env_clear().envs([("PATH", "/usr/bin:/bin"), ("FREEZE_GUARD", "0")]);
        let output = crate::support::fed(&mut command, b"refs/heads/main 1 refs/heads/main 0\n");
        assert!(output.status.success(), "{}", said(&output));
        let line = "refs/heads/main 1 refs/heads/main 0\n";
        let expected = format!("theirs origin\n{line}");
        let expected = if names == 2 { expected.clone() + &expected.replace("theirs", "others") } else { expected };
        assert_eq!(fs::read_to_string(&seen).unwrap(), expected);
    }
}

/// Programs called `hook` that never answer are given one second all together, and hide none of ours.
#[test]
fn many_that_hang_cost_one_second() {
    let world = World::new();
    world.install().unwrap();
    let directory = |name: &str, text: &str| {
        let directory = world.home.join(name);
        fs::create_dir(&directory).unwrap();
        script(&directory.join("hook"), text);
        directory.to_str().unwrap().to_owned()
    };
    let hang: Vec<_> = (0..8).map(|n| directory(&format!("hang-{n}"), "#!/bin/sh\nexec sleep 20\n")).collect();
    let ours = directory("ours", &fs::read_to_string(&world.binary).unwrap());
    fs::remove_file(&world.binary).unwrap();
    let path = format!("{}:/usr/bin:/bin", hang.join(":"));
    let (output, took) = timed(|| run(&world, Event::PreCommit, &[("PATH", &path)], &[]));
    assert_eq!(output.status.code(), Some(1));
    assert!(took < Duration::from_secs(4), "{took:?}");
    let path = format!("{}:{ours}:/usr/bin:/bin", hang.join(":"));
    let (output, took) = timed(|| run(&world, Event::PreCommit, &[("PATH", &path)], &[]));
    assert!(output.status.success() && took < Duration::from_secs(4), "{took:?} {}", said(&output));
}

#[test]
fn a_chained_shim_of_ours_does_not_loop_without_the_program() {
    let world = World::new();
    world.install().unwrap();
    fs::copy(world.hook("pre-commit"), world.hook("pre-commit.hook-chained")).unwrap();
    fs::remove_file(&world.binary).unwrap();
    let (output, took) =
        timed(|| run(&world, Event::PreCommit, &[("FREEZE_GUARD", "0"), ("PATH", "/usr/bin:/bin")], &[]));
    assert!(output.status.success() && took < Duration::from_secs(1), "{took:?}");
}

#[test]
fn only_a_program_that_proves_to_be_ours_stands_in() {
    let world = World::new();
    world.install().unwrap();
    let elsewhere = |name: &str, text: &str| {
        let directory = world.home.join(name);
        fs::create_dir(&directory).unwrap();
        script(&directory.join("hook"), text);
        directory.to_str().unwrap().to_owned()
    };
    let ours = elsewhere("ours", &fs::read_to_string(&world.binary).unwrap());
    let theirs = elsewhere("theirs", "#!/bin/sh\necho hook 1.2; touch \"${0%/*}/ran-$1\"\n");
    let silent = elsewhere("silent", "#!/bin/sh\nsleep 20\n");
    fs::remove_file(&world.binary).unwrap();

    let path = format!("/nowhere:{theirs}:{ours}:/usr/bin:/bin");
    let output = run(&world, Event::PreCommit, &[("PATH", &path)], &["x y"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).is_empty(), "{}", said(&output));
    let log = fs::read_to_string(world.home.join("ours/log")).unwrap();
    assert!(log.starts_with("run\n--shim\n3\n--at\n") && log.ends_with("pre-commit\n--\nx y\n"), "{log}");
    assert!(picture(&world.home.join("theirs")).keys().all(|name| name == b"hook" || name == b"ran---version"));

    let (output, took) = timed(|| run(&world, Event::PreCommit, &[("PATH", &format!("{silent}:/usr/bin:/bin"))], &[]));
    assert_eq!(output.status.code(), Some(1));
    assert!(took < Duration::from_secs(3), "{took:?}");
}

#[test]
fn a_program_of_the_repository_never_stands_in() {
    let world = World::new();
    world.install().unwrap();
    fs::copy(&world.binary, world.repo.join("hook")).unwrap();
    fs::remove_file(&world.binary).unwrap();
    for path in [".:/usr/bin:/bin", ":/usr/bin:/bin", "/usr/bin:/bin:"] {
        assert_eq!(run(&world, Event::PreCommit, &[("PATH", path)], &[]).status.code(), Some(1), "{path}");
    }
    assert!(!world.repo.join("log").exists());
}

#[test]
fn a_shim_renamed_by_another_manager_still_works() {
    let world = World::new();
    world.install().unwrap();
    fs::rename(world.hook("pre-commit"), world.hook("pre-commit.legacy")).unwrap();
    script(&world.hook("pre-commit"), "#!/bin/sh\n\"${0%/*}/pre-commit.legacy\" \"$@\"\n");
    assert!(world.commit().status.success());
    assert_eq!(
        world.log(),
        "run\n--shim\n3\n--at\n.git/hooks/pre-commit.legacy\n--caller\nPID\n--chained\n\npre-commit\n--\n"
    );
}

#[test]
fn a_probe_left_in_the_environment_refuses() {
    let world = World::new();
    world.install().unwrap();
    let output = run(&world, Event::PrePush, &[("FREEZE_GUARD_PROBE", "t")], &[]);
    assert_eq!(output.status.code(), Some(97));
    assert_eq!(said(&output), "freeze-guard probe 3 pre-push t\n");
}

#[test]
fn every_sh_reads_the_shim_alike() {
    let world = World::named(OsStr::new("repo"), &bytes(b"b\x1b[31m\nin"));
    world.install().unwrap();
    let ours = world.home.join("ours");
    fs::create_dir(&ours).unwrap();
    script(&ours.join("hook"), "#!/bin/sh\necho freeze-guard 9 \"$@\"\n[ \"$1\" = --version ] || exit 79\n");
    fs::remove_file(&world.binary).unwrap();
    let found = format!("{}:/usr/bin:/bin", ours.display());
    let bare = ("PATH", "/usr/bin:/bin");
    let mut tried = 0;
    for sh in [&["dash"][..], &["bash", "--posix"], &["busybox", "sh"], &["mksh"], &["zsh", "--emulate", "sh"]] {
        let run = |env: &[(&str, &str)]| {
            let mut command = Command::new(sh[0]);
            command.args(&sh[1..]).arg("-u").arg(world.hook("pre-push")).arg("x");
            command.env_clear().envs(env.iter().copied()).output()
        };
        let Ok(refused) = run(&[bare]) else { continue };
        tried += 1;
        assert_eq!(refused.status.code(), Some(1), "{sh:?}");
        let text = said(&refused);
        assert_eq!(text.lines().count(), 4, "{sh:?}: {text}");
        assert!(text.lines().next().unwrap().ends_with("b?[31m?in/hook"), "{sh:?}: {text}");
        assert_eq!(run(&[bare, ("FREEZE_GUARD", "0")]).unwrap().status.code(), Some(0), "{sh:?}");
        assert_eq!(run(&[bare, ("FREEZE_GUARD_PROBE", "t")]).unwrap().status.code(), Some(97), "{sh:?}");
        let stood_in = run(&[("PATH", &found)]).unwrap();
        let at = world.hook("pre-push");
        let expected =
            format!("freeze-guard 9 run --shim 3 --at {} --caller PID --chained  pre-push -- x\n", at.display());
        assert_eq!(stood_in.status.code(), Some(0), "{sh:?}");
        assert_eq!(without_caller(&String::from_utf8_lossy(&stood_in.stdout)), expected, "{sh:?}");
        assert_eq!(said(&stood_in), "", "{sh:?}");
    }
    assert!(tried > 0, "no sh was found");
}

/// Runs a shim as git does, with nothing in the environment but `env`.
fn run(world: &World, event: Event, env: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = Command::new(world.hook(event.name()));
    command.args(arguments).env_clear().envs(env.iter().copied()).current_dir(&world.repo);
    // A shim that was written this moment may still be open in a child that another test is just starting.
    for _ in 0..200 {
        match command.output() {
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => {
                std::thread::sleep(Duration::from_millis(10));
            }
            output => return output.unwrap(),
        }
    }
    panic!("{} stays busy", world.hook(event.name()).display());
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    (work(), start.elapsed())
}
