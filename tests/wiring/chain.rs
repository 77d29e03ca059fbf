//! The chained hook: run with what git gave us, whatever it does with it; never in a circle, never one git ignores.

use std::ffi::OsString;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::symlink;
use std::path::Path;

use freeze_guard::wiring::chain::{ChainCall, ChainOutcome, chained_beside, run_chained};
use freeze_guard::wiring::{Caller, ChainOrder, ChainedName, Event, PASSED};

use crate::support::{World, again, bytes, said, script, set_mode};

struct Scene {
    world: World,
    env: Vec<(OsString, OsString)>,
    event: Event,
    chained: Vec<ChainedName>,
    caller: Caller,
    args: Vec<OsString>,
}

impl Scene {
    /// A clone with a chained hook of this text for pre-push; in the text, `OUT` is a file.
    fn new(text: &str) -> Self {
        let world = World::new();
        let out = world.home.join("out");
        script(&world.hook("pre-push.hook-chained"), &text.replace("OUT", out.to_str().unwrap()));
        let env = vec![("PATH".into(), "/usr/bin:/bin".into()), ("KEPT".into(), bytes(b"gr\xfc\xdfe"))];
        let event = Event::PrePush;
        Self { world, env, event, chained: vec![ChainedName::first(event)], caller: Caller::Other, args: Vec::new() }
    }

    fn run(&self, stdin: Option<&[u8]>) -> ChainOutcome {
        self.run_at(Path::new(".git/hooks/pre-push"), stdin).unwrap()
    }

    fn run_at(&self, shim: &Path, stdin: Option<&[u8]>) -> Result<ChainOutcome, String> {
        let (event, args, env, cwd) = (self.event, &self.args[..], &self.env[..], &*self.world.repo);
        let (chained, caller) = (&self.chained[..], self.caller);
        run_chained(&ChainCall { event, shim, caller, chained, args, stdin, env, cwd })
            .map_err(|error| format!("{error}; {}", error.help()))
    }

    fn out(&self) -> Vec<u8> {
        fs::read(self.world.home.join("out")).unwrap_or_default()
    }
}

fn push_lines(count: usize) -> Vec<u8> {
    (0..count).flat_map(|n| format!("refs/heads/b{n} {n:040} refs/heads/b{n} {:040}\n", 0).into_bytes()).collect()
}

#[test]
fn stdin_is_replayed_whether_or_not_it_is_read() {
    let lines = push_lines(30_000);
    let all = Scene::new("#!/bin/sh\ncat >OUT\n");
    assert_eq!(all.run(Some(&lines)), ChainOutcome::Exited(0));
    assert_eq!(all.out(), lines);

    let part = Scene::new("#!/bin/sh\nread -r line; echo \"$line\" >OUT; exit 3\n");
    assert_eq!(part.run(Some(&lines)), ChainOutcome::Exited(3));
    assert_eq!(part.out(), push_lines(1));

    assert_eq!(Scene::new("#!/bin/sh\nexit 0\n").run(Some(&lines)), ChainOutcome::Exited(0));
    assert_eq!(Scene::new("#!/bin/sh\nexec <&-\nsleep 0.1\nexit 4\n").run(Some(&lines)), ChainOutcome::Exited(4));
    let empty = Scene::new("#!/bin/sh\ncat >OUT; echo end >>OUT\n");
    assert_eq!(empty.run(Some(b"")), ChainOutcome::Exited(0));
    assert_eq!(empty.out(), b"end\n");
}

#[test]
fn arguments_environment_and_directory_are_gits() {
    let mut scene =
        Scene::new("#!/bin/sh\nprintf '<%s>' \"$0\" \"$@\" \"$KEPT\" \"$(pwd -P)\" \"${HOME-none}\" >OUT\n");
    scene.args = vec!["origin".into(), bytes(b"/a b/\xff"), "".into()];
    assert_eq!(scene.run(None).code(), 0);
    let mut expected = b"<.git/hooks/pre-push.hook-chained><origin></a b/\xff><><gr\xfc\xdfe><".to_vec();
    expected.extend_from_slice(scene.world.repo.as_os_str().as_encoded_bytes());
    expected.extend_from_slice(b"><none>");
    assert_eq!(String::from_utf8_lossy(&scene.out()), String::from_utf8_lossy(&expected));
}

#[test]
fn exit_codes_and_signals() {
    assert_eq!(Scene::new("#!/bin/sh\nexit 42\n").run(None).code(), 42);
    assert_eq!(Scene::new("#!/bin/sh\nkill -TERM $$\n").run(None), ChainOutcome::Exited(143));
    assert_eq!(Scene::new("exit 5\n").run(None), ChainOutcome::Exited(5), "no #!: run by sh");
    assert_eq!(Scene::new("").run(None), ChainOutcome::Exited(0), "empty: run by sh");
}

#[test]
fn what_git_would_not_run_is_not_run() {
    let scene = Scene::new("#!/bin/sh\nexit 1\n");
    let path = scene.world.hook("pre-push.hook-chained");
    set_mode(&path, 0o644);
    assert_eq!(scene.run(None), ChainOutcome::Ignored);
    fs::remove_file(&path).unwrap();
    assert_eq!(scene.run(None), ChainOutcome::Absent);
    symlink("nothing", &path).unwrap();
    assert_eq!(scene.run(None), ChainOutcome::Ignored);
}

#[test]
fn what_cannot_be_started_is_an_error() {
    let scene = Scene::new("#!/no/such/interpreter\n");
    let error = scene.run_at(&scene.world.hook("pre-push"), Some(b"x")).unwrap_err();
    assert!(error.contains("cannot run") && error.contains("chmod -x"), "{error}");
    let path = scene.world.hook("pre-push.hook-chained");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(scene.run_at(&scene.world.hook("pre-push"), None).is_err());
}

#[test]
fn our_own_shim_is_never_run() {
    let scene = Scene::new("");
    scene.world.install().unwrap_err();
    let path = scene.world.hook("pre-push.hook-chained");
    fs::remove_file(&path).unwrap();
    scene.world.install().unwrap();
    fs::copy(scene.world.hook("pre-push"), &path).unwrap();
    assert_eq!(scene.run(None), ChainOutcome::OwnShim);
    fs::remove_file(&path).unwrap();
    symlink("pre-push", &path).unwrap();
    assert_eq!(scene.run(None), ChainOutcome::OwnShim);
    assert!(scene.world.log().is_empty());
}

#[test]
fn a_hook_that_was_a_link_to_another_event_runs_what_it_meant() {
    let world = World::new();
    script(&world.hook("pre-commit"), "#!/bin/sh\nexit 7\n");
    symlink("pre-commit", world.hook("pre-merge-commit")).unwrap();
    world.install().unwrap();
    let mut scene = Scene::new("");
    scene.world = world;
    scene.event = Event::PreMergeCommit;
    scene.chained = vec![ChainedName::first(scene.event)];
    let outcome = scene.run_at(Path::new(".git/hooks/pre-merge-commit"), None).unwrap();
    assert_eq!(outcome, ChainOutcome::Exited(7));
}

#[test]
fn a_chained_hook_that_calls_us_back_is_not_run_again() {
    let mut scene = Scene::new("#!/bin/sh\nprintf %s \"$FREEZE_GUARD_CHAIN\" >OUT\n");
    assert_eq!(scene.run(None), ChainOutcome::Exited(0));
    let marker = bytes(&scene.out());
    assert_eq!(marker, scene.world.hook("pre-push.hook-chained").into_os_string());
    scene.env.push(("FREEZE_GUARD_CHAIN".into(), marker));
    assert_eq!(scene.run(None), ChainOutcome::Running);
    let renamed = scene.world.hook("../hooks/pre-push.legacy");
    assert_eq!(scene.run_at(&renamed, None), Ok(ChainOutcome::Running));
    scene.env.pop();
    scene.env.push(("FREEZE_GUARD_CHAIN".into(), "/another/clone/pre-push.hook-chained".into()));
    assert_eq!(scene.run(None), ChainOutcome::Exited(0));
}

/// A git that the chained hook starts, which runs that hook anew, until it is plain that this has no end.
#[test]
fn what_git_starts_within_runs_again_but_not_for_ever() {
    let mut scene = Scene::new("#!/bin/sh\nprintf %s \"$FREEZE_GUARD_DEPTH\" >OUT\n");
    scene.env.push(("FREEZE_GUARD_CHAIN".into(), scene.world.hook("pre-push.hook-chained").into()));
    scene.caller = Caller::Git;
    let mut depth = Vec::new();
    let error = loop {
        scene.env.push(("FREEZE_GUARD_DEPTH".into(), bytes(&depth)));
        match scene.run_at(&scene.world.hook("pre-push"), None) {
            Ok(outcome) => assert_eq!(outcome, ChainOutcome::Exited(0)),
            Err(error) => break error,
        }
        scene.env.pop();
        depth = scene.out();
    };
    assert_eq!(depth, b"16");
    assert!(error.contains("over and over") && error.contains("grep -n git"), "{error}");
    scene.caller = Caller::Unknown;
    assert_eq!(scene.run(None), ChainOutcome::Running, "where it cannot be told, it ends");
}

#[test]
fn several_run_in_their_order_until_one_refuses() {
    let mut scene = Scene::new("#!/bin/sh\necho first >>OUT; cat >>OUT; exit ${FIRST-0}\n");
    let out = scene.world.home.join("out");
    let name = ChainedName::first(Event::PrePush);
    let text = format!("#!/bin/sh\necho second >>'{0}'; cat >>'{0}'; exit 5\n", out.display());
    script(&scene.world.hook("pre-push.hook-chained-2"), &text);
    scene.chained = vec![name, name.next().unwrap(), name.next().unwrap().next().unwrap()];
    assert_eq!(scene.run(Some(b"line\n")), ChainOutcome::Exited(5));
    assert_eq!(scene.out(), b"first\nline\nsecond\nline\n");
    fs::remove_file(&out).unwrap();
    scene.env.push(("FIRST".into(), "4".into()));
    assert_eq!(scene.run(Some(b"line\n")), ChainOutcome::Exited(4));
    assert_eq!(scene.out(), b"first\nline\n");
    set_mode(&scene.world.hook("pre-push.hook-chained"), 0o644);
    assert_eq!(scene.run(Some(b"")), ChainOutcome::Exited(5));
    scene.chained.clear();
    assert_eq!(scene.run(Some(b"")), ChainOutcome::Absent);
}

#[test]
fn the_chained_hook_is_beside_the_shim() {
    let beside = |shim: &str| chained_beside(Path::new(shim), ChainedName::first(Event::PreCommit));
    assert_eq!(beside(".git/hooks/pre-commit"), Path::new(".git/hooks/pre-commit.hook-chained"));
    assert_eq!(beside("/x/pre-commit.legacy"), Path::new("/x/pre-commit.hook-chained"));
    assert_eq!(beside("pre-commit"), Path::new("./pre-commit.hook-chained"));
}

/// A program that logs and runs the chained hook through the library: before its own line on commit, after it on push.
pub(crate) fn with_real_program(world: &World) {
    let line: Vec<_> = again("chain::as_program").into_iter().map(|part| part.into_string().unwrap()).collect();
    let text = format!(
        "#!/bin/sh\nWIRING_AT=$5 WIRING_NAMES=$9 WIRING_EVENT=${{10}} WIRING_ONE=${{12-}}\n\
         export WIRING_AT WIRING_NAMES WIRING_EVENT WIRING_ONE\nexec '{}' >/dev/null\n",
        line.join("' '")
    );
    world.write_program(&text);
}

#[test]
fn both_run_and_the_first_refusal_counts() {
    let world = World::new();
    let theirs = "#!/bin/sh\necho theirs >&2\nexit ${THEIRS-0}\n";
    script(&world.hook("pre-commit"), theirs);
    let before = world.picture();
    world.install().unwrap();
    with_real_program(&world);
    let commit = |ours: &str, theirs: &str| {
        let mut git = world.git();
        git.args(["commit", "-q", "--allow-empty", "-m", "x"]).env("OURS", ours).env("THEIRS", theirs);
        git.output().unwrap()
    };
    let output = commit("0", "0");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(said(&output), "theirs\nours\n");
    let output = commit("0", "1");
    assert!(!output.status.success());
    assert_eq!(said(&output), "theirs\n");
    assert!(!commit("1", "0").status.success());
    world.uninstall().unwrap();
    assert_eq!(world.picture(), before);
    assert_eq!(said(&commit("1", "0")), "theirs\n");
}

#[test]
fn a_push_is_judged_first_and_then_handed_on_whole() {
    let world = World::new();
    world.commit();
    world.ok(&["init", "-q", "--bare", "../remote.git"]);
    world.ok(&["remote", "add", "origin", "../remote.git"]);
    let seen = world.home.join("seen");
    script(&world.hook("pre-push"), &format!("#!/bin/sh\necho \"theirs $1\" >&2\ncat >'{}'\n", seen.display()));
    world.install().unwrap();
    with_real_program(&world);
    let push = |ours: &str| world.git().args(["push", "-q", "origin", "main"]).env("OURS", ours).output().unwrap();
    let refused = push("1");
    assert!(!refused.status.success());
    assert!(said(&refused).starts_with("ours\n") && !said(&refused).contains("theirs"), "{}", said(&refused));
    assert!(!seen.exists());
    let output = push("0");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(said(&output), "ours\ntheirs origin\n");
    let id = world.ok(&["rev-parse", "main"]);
    let line = format!("refs/heads/main {} refs/heads/main {}\n", id.trim_end(), "0".repeat(40));
    assert_eq!(fs::read_to_string(&seen).unwrap(), line);
}

/// Not a test: what the stand-in of `with_real_program` runs, as the program would.
#[test]
fn as_program() {
    let Some(at) = std::env::var_os("WIRING_AT") else { return };
    let event = Event::parse(std::env::var_os("WIRING_EVENT").unwrap()).unwrap();
    let args: Vec<_> = std::env::var_os("WIRING_ONE").into_iter().collect();
    let env: Vec<_> = std::env::vars_os().collect();
    let cwd = std::env::current_dir().unwrap();
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input).unwrap();
    let chain = || {
        let chained = ChainedName::parse_list(&std::env::var("WIRING_NAMES").unwrap()).unwrap();
        let (shim, chained, caller, stdin) = (Path::new(&at), &chained[..], Caller::Git, Some(&input[..]));
        let call = ChainCall { event, shim, caller, chained, args: &args, stdin, env: &env, cwd: &cwd };
        run_chained(&call).unwrap().code()
    };
    let ours = || {
        eprintln!("ours");
        i32::from(std::env::var_os("OURS").is_some_and(|value| value == "1"))
    };
    let code = match event.chain_order() {
        ChainOrder::Before => Some(chain()).filter(|&code| code != 0).unwrap_or_else(ours),
        ChainOrder::After => Some(ours()).filter(|&code| code != 0).unwrap_or_else(chain),
    };
    std::process::exit(if code == 0 { i32::from(PASSED) } else { code });
}
