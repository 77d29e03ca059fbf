//! `hook upgrade` that is interrupted at each of its steps: its children end, and nothing is left. What a killed one
//! leaves is cleaned up by the next.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::run::script;
use crate::shop::{Shop, UV};
use crate::world::{Run, World};

/// Where an upgrade is made to hang.
#[derive(Clone, Copy, Debug)]
enum Step {
    Checkout,
    Resolving,
    Setup,
    Testing,
    Committing,
}

const STEPS: [Step; 5] = [Step::Checkout, Step::Resolving, Step::Setup, Step::Testing, Step::Committing];

/// A project whose upgrade hangs at `step`, in a descendant whose number it writes into `pid`.
fn hanging<'w>(world: &'w World, step: Step) -> Option<Shop<'w>> {
    let hang = format!("sleep 600 & echo $! > '{0}.new'; mv '{0}.new' '{0}'; wait $!", world.path("pid").display());
    let program = world.path("hang");
    script(&program, format!("#!/bin/sh\n{hang}\n"));
    let policy = match step {
        Step::Setup => format!("[upgrade]\nsetup = [{program:?}]\n"),
        Step::Testing => format!("[upgrade]\ntest = [{program:?}]\n"),
        Step::Checkout | Step::Resolving | Step::Committing => String::new(),
    };
    let shop = Shop::mirror(world, UV, &policy)?;
    match step {
        Step::Setup | Step::Testing => {}
        Step::Committing => script(&shop.repo.path(".git/hooks/commit-msg"), format!("#!/bin/sh\n{hang}\n")),
        Step::Resolving => {
            fs::remove_file(world.path("bin/uv")).unwrap();
            shop.program("uv", &format!("#!/bin/sh\n{hang}\n"));
        }
        Step::Checkout => {
            shop.repo.stage(".gitattributes", "app.py filter=slow\n");
            shop.repo.land("a filter");
            shop.repo.git(&["config", "filter.slow.smudge", program.to_str().unwrap()]).passes();
        }
    }
    Some(shop)
}

/// Starts it and waits until it hangs; the number of the descendant.
fn started(shop: &Shop<'_>) -> (Child, String) {
    let mut command = shop.command(&["upgrade"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    for _ in 0..6000 {
        if let Ok(pid) = fs::read_to_string(shop.world.path("pid")) {
            return (child, pid.trim().to_owned());
        }
        if child.try_wait().unwrap().is_some() {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().unwrap();
    panic!("it never hung\n{}", String::from_utf8_lossy(&output.stderr));
}

fn kill(signal: &str, pid: &str) {
    Run::of(Command::new("kill").args([signal, pid]), b"").passes();
}

/// Whether a process ends within a while; one that nobody waited for counts as ended.
fn ends(pid: &str) -> bool {
    let runs = || {
        let stat = fs::read_to_string(Path::new("/proc").join(pid).join("stat"));
        match stat {
            Ok(stat) => !stat.contains(") Z "),
            Err(_) => Command::new("kill").args(["-0", pid]).stderr(Stdio::null()).status().unwrap().success(),
        }
    };
    (0..1000).any(|_| {
        !runs() || {
            thread::sleep(Duration::from_millis(10));
            false
        }
    })
}

#[test]
fn an_interrupted_upgrade_leaves_nothing() {
    for (number, step) in STEPS.into_iter().enumerate() {
        let world = World::new();
        let Some(shop) = hanging(&world, step) else { return };
        let before = shop.state();
        let (child, pid) = started(&shop);
        let (signal, status) = [("-INT", 130), ("-TERM", 143), ("-HUP", 129)][number % 3];
        kill(signal, &child.id().to_string());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(status), "{step:?}\n{said}");
        assert!(said.ends_with("interrupted: nothing was changed, and no branch is left\n"), "{said}");
        assert!(ends(&pid), "{step:?}: {pid} still runs");
        assert_eq!(shop.state(), before, "{step:?}");
    }
}

#[test]
fn what_a_killed_upgrade_left_is_cleaned_up_by_the_next() {
    for step in STEPS {
        let world = World::new();
        let Some(shop) = hanging(&world, step) else { return };
        let before = shop.state();
        let (mut child, pid) = started(&shop);
        child.kill().unwrap();
        child.wait().unwrap();
        kill("-KILL", &pid);
        assert!(ends(&pid));
        // git may still be at work on what failed under it.
        let quiet = || {
            fs::read_dir(shop.repo.path(".git/worktrees"))
                .into_iter()
                .flatten()
                .flatten()
                .all(|entry| !entry.path().join("index.lock").exists())
        };
        assert!((0..1000).any(|_| quiet() || {
            thread::sleep(Duration::from_millis(10));
            false
        }));
        assert_ne!(shop.state(), before, "{step:?}");
        script(&world.path("hang"), "#!/bin/sh\nexec cat\n");
        let run = shop.hook(&["upgrade", "nosuch"]).exits(2);
        run.says("note: cleaning up after a run that was killed: auto/dependency-upgrade-");
        assert_eq!(shop.state(), before, "{step:?}");
    }
}

/// One that is at work keeps its sandbox, and the next one gets another number.
#[test]
fn two_at_a_time() {
    let world = World::new();
    let Some(shop) = hanging(&world, Step::Testing) else { return };
    let (child, pid) = started(&shop);
    shop.hook(&["upgrade", "--dry-run"]).exits(1).never_says("cleaning up");
    shop.repo.write("freeze-guard.toml", "");
    let first = shop.branches();
    shop.repo.git(&["commit", "-q", "--no-verify", "-am", "no test"]).passes();
    shop.hook(&["upgrade", "cli"]).passes().says("-002, made from main");
    kill("-TERM", &child.id().to_string());
    child.wait_with_output().unwrap();
    assert!(ends(&pid));
    assert!(first[0].ends_with("-001") && shop.branch().ends_with("-002"));
}

#[test]
fn a_lock_that_is_being_made_is_interrupted_too() {
    let world = World::new();
    let Some(shop) = hanging(&world, Step::Resolving) else { return };
    shop.repo.write("requirements.in", "cli\n");
    let lock = shop.repo.text("requirements.txt");
    let mut command = shop.command(&["lock", "requirements.in"]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let pid = world.path("pid");
    assert!((0..1000).any(|_| pid.exists() || {
        thread::sleep(Duration::from_millis(10));
        false
    }));
    kill("-INT", &child.id().to_string());
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
    assert!(ends(fs::read_to_string(pid).unwrap().trim()));
    assert_eq!(shop.repo.text("requirements.txt"), lock);
    let left = crate::shop::names(&shop.repo.path(".git"));
    assert!(!left.iter().any(|name| name.starts_with("hook-")), "{left:?}");
}
