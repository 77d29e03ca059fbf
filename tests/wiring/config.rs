//! The way a clone is wired: when `auto` takes git's configuration, one way per event, and a configuration that survives
//! any kill. No git new enough is needed here; the hooks themselves are run by the end-to-end tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use freeze_guard::wiring::{
    self, Directory, GitVersion, KnownGit, Plan, Site, State, Step, Via, Way, WiringError, Wish, plan_wiring,
};

use crate::support::{World, again, picture, said, script, set_mode};

const NEW: GitVersion = GitVersion { major: 2, minor: 54 };
const OLD: GitVersion = GitVersion { major: 2, minor: 47 };

/// The clone as a git of this version sees it.
fn site(world: &World, git: GitVersion) -> Site {
    Site { git: Some(git), ..world.site() }
}

fn plan(world: &World, via: Via, git: GitVersion, others: &[GitVersion]) -> Result<Plan, WiringError> {
    let gits: Vec<_> = others.iter().map(|&version| known(Some(version))).collect();
    plan_wiring(&site(world, git), &Wish { binary: &world.binary, via, directory: Directory::Own, gits: &gits })
}

fn known(version: Option<GitVersion>) -> KnownGit {
    KnownGit { path: PathBuf::from("/opt/some/git"), version }
}

fn configures(plan: &Plan) -> bool {
    plan.steps().iter().any(|step| matches!(step, Step::Configure { .. }))
}

fn config(world: &World) -> Vec<u8> {
    fs::read(world.repo.join(".git/config")).unwrap()
}

/// Which way each event is wired for a new git, if all agree.
fn way(world: &World) -> Option<Way> {
    let guards = wiring::inspect(&site(world, NEW), &world.binary).unwrap();
    assert!(guards.iter().all(|guard| guard.state == State::Current), "{guards:?}");
    guards.iter().all(|guard| guard.way == guards[0].way).then_some(guards[0].way)
}

#[test]
fn auto_takes_files_where_nothing_is_in_the_way() {
    let world = World::new();
    assert!(!configures(&plan(&world, Via::Auto, NEW, &[NEW]).unwrap()));
    assert!(!configures(&plan(&world, Via::Auto, OLD, &[]).unwrap()));
}

#[test]
fn auto_takes_the_configuration_beside_others_if_every_git_reads_it() {
    let foreign = World::new();
    script(&foreign.hook("pre-push"), "#!/bin/sh\n");
    let husky = World::new();
    fs::create_dir_all(husky.repo.join(".husky/_")).unwrap();
    husky.ok(&["config", "core.hooksPath", ".husky/_"]);
    for world in [&foreign, &husky] {
        assert!(configures(&plan(world, Via::Auto, NEW, &[NEW, NEW]).unwrap()));
        for (git, others) in [(OLD, &[][..]), (NEW, &[NEW, OLD][..]), (OLD, &[NEW][..])] {
            match plan(world, Via::Auto, git, others) {
                Ok(plan) => assert!(!configures(&plan), "{plan}"),
                Err(error) => assert!(matches!(error, WiringError::Obstacle(_)), "{error}"),
            }
        }
        let unknown = [known(None)];
        let wish = Wish { binary: &world.binary, via: Via::Auto, directory: Directory::Own, gits: &unknown };
        assert!(!plan_wiring(&site(world, NEW), &wish).is_ok_and(|plan| configures(&plan)));
    }
}

#[test]
fn auto_keeps_the_way_that_is() {
    let world = World::new();
    script(&world.hook("pre-push"), "#!/bin/sh\n");
    wiring::apply(plan(&world, Via::File, NEW, &[]).unwrap()).unwrap();
    assert!(plan(&world, Via::Auto, NEW, &[NEW]).unwrap().is_empty());
    wiring::apply(plan(&world, Via::Config, NEW, &[]).unwrap()).unwrap();
    assert!(plan(&world, Via::Auto, NEW, &[NEW]).unwrap().is_empty());
    // Somebody chose that; an older git is told of, and changes nothing.
    let kept = plan(&world, Via::Auto, NEW, &[OLD]).unwrap();
    assert!(kept.is_empty() && kept.notes().iter().any(|note| note.contains("are unknown to")), "{kept}");
    let error = plan(&world, Via::Auto, OLD, &[]).unwrap_err();
    assert!(matches!(error, WiringError::TooOld(_)), "{error}");
    assert_eq!(way(&world), Some(Way::Config));
    // And the other way: a hook that came since is chained, as the others are.
    wiring::apply(plan(&world, Via::File, NEW, &[]).unwrap()).unwrap();
    script(&world.hook("pre-commit"), "#!/bin/sh\n");
    assert!(!configures(&plan(&world, Via::Auto, NEW, &[NEW]).unwrap()));
}

#[test]
fn from_one_way_to_the_other_and_back_without_a_trace() {
    let world = World::new();
    script(&world.hook("pre-push"), "#!/bin/sh\n");
    set_mode(&world.repo.join(".git/config"), 0o640);
    let (hooks, before) = (world.picture(), config(&world));
    wiring::apply(plan(&world, Via::File, NEW, &[]).unwrap()).unwrap();
    let shims = world.picture();
    let notes = wiring::apply(plan(&world, Via::Config, NEW, &[OLD]).unwrap()).unwrap().notes;
    assert!(notes.iter().any(|note| note.contains("are unknown to /opt/some/git")), "{notes:?}");
    assert!(notes.iter().any(|note| note.contains("even where our check refuses")), "{notes:?}");
    assert_eq!((way(&world), world.picture()), (Some(Way::Config), hooks.clone()));
    assert_eq!(crate::support::mode(&world.repo.join(".git/config")), 0o640);
    wiring::apply(plan(&world, Via::File, NEW, &[]).unwrap()).unwrap();
    assert_eq!((way(&world), world.picture(), config(&world)), (Some(Way::File), shims, before.clone()));
    wiring::apply(plan(&world, Via::Config, NEW, &[]).unwrap()).unwrap();
    wiring::apply(wiring::plan_uninstall(&world.site()).unwrap()).unwrap();
    assert_eq!((world.picture(), config(&world)), (hooks, before));
}

#[test]
fn both_ways_at_once_are_seen_and_mended() {
    let world = World::new();
    wiring::apply(plan(&world, Via::Config, NEW, &[]).unwrap()).unwrap();
    world.install().unwrap();
    assert_eq!(way(&world), Some(Way::Both));
    wiring::apply(plan(&world, Via::Auto, NEW, &[NEW]).unwrap()).unwrap();
    assert_eq!(way(&world), Some(Way::Config));
}

#[test]
fn awkward_programs_are_read_back_by_git() {
    let names: [&[u8]; 5] = [b"it's \"q\"", b"$HOME `x` \\", b"new\nline", b"tab\t#;", b"gr\xfc\xdfe\xff"];
    for name in names {
        let world = World::named(&crate::support::bytes(b"repo"), &crate::support::bytes(name));
        wiring::apply(plan(&world, Via::Config, NEW, &[]).unwrap()).unwrap();
        assert_eq!(way(&world), Some(Way::Config), "{name:?}");
    }
}

/// However people wrote it, git reads the same as before in what is theirs.
#[test]
fn awkward_configurations_keep_their_meaning() {
    let texts: [&[u8]; 8] = [
        b"[user]\n\tname = A",
        b"[user]\r\n\tname = A\r\n",
        b"[user] name = A # \\\n[alias]\n\tx = \"a \\\n[hook \\\"hook-pre-push\\\"]\"\n",
        b"[user]\n\tname = A\\\n",
        b"[user]\n\tname = A\\",
        b"[a][b] c = 1 ; [hook \"hook-pre-push\"]\n[user \"x\"]name=A\n",
        b"# [hook \"hook-pre-push\"]\n[HOOK \"hook-PRE-push\"]\n\tcommand = theirs\n\tevent = post-commit\n",
        b"[user]\n\tname = gr\xfc\xdfe\n\n\n",
    ];
    for text in texts {
        let world = World::new();
        let path = world.repo.join(".git/config");
        let text = [b"\xef\xbb\xbf[core]\n\trepositoryformatversion = 0\n", text].concat();
        for text in [&text[..], text.trim_ascii_end()] {
            fs::write(&path, text).unwrap();
            let theirs = || {
                let list = world.run(&["config", "--local", "--null", "--list"]);
                assert!(list.status.success(), "{}: {}", String::from_utf8_lossy(text), said(&list));
                let list = String::from_utf8_lossy(&list.stdout).into_owned();
                let ours = |item: &&str| !item.starts_with("hook.hook-pre-");
                list.split('\0').filter(ours).map(str::to_owned).collect::<Vec<_>>()
            };
            let before = theirs();
            wiring::apply(plan(&world, Via::Config, NEW, &[]).unwrap()).unwrap();
            assert_eq!(way(&world), Some(Way::Config), "{}", String::from_utf8_lossy(text));
            assert_eq!(theirs(), before);
            world.uninstall().unwrap();
            assert_eq!(theirs(), before);
            assert_eq!(config(&world), text);
        }
    }
}

#[test]
fn a_configuration_that_changed_after_the_plan_is_left() {
    let world = World::new();
    let plan = plan(&world, Via::Config, NEW, &[]).unwrap();
    world.ok(&["config", "user.name", "B"]);
    let before = picture(&world.repo.join(".git"));
    let error = wiring::apply(plan).unwrap_err();
    assert!(matches!(error, WiringError::ConfigChanged { .. }), "{error}");
    assert_eq!(picture(&world.repo.join(".git")), before);
}

/// Only what a killed run of ours left is removed.
#[test]
fn a_strangers_file_of_a_similar_name_stays() {
    let world = World::new();
    let git = world.repo.join(".git");
    let ours = [config(&world), b"\n".to_vec(), config(&world)[..20].to_vec()];
    for (text, name) in ours.iter().zip(["aB3xYz", "aB3xY1", "aB3xY2"]) {
        fs::write(git.join(format!("config.hook-new-{name}")), text).unwrap();
    }
    let before = picture(&git);
    for name in ["config.hook-new-notes", "config.hook-new-aB3xY4", "config.hook-new-"] {
        fs::write(git.join(name), "[mine]\n\tpassword = x\n").unwrap();
    }
    wiring::apply(plan(&world, Via::Config, NEW, &[]).unwrap()).unwrap();
    world.uninstall().unwrap();
    let after = picture(&git);
    assert_eq!(after.len(), before.len() - 2 + 3, "{:?}", after.keys());
}

#[test]
fn a_configuration_that_is_a_link_stays_one() {
    let world = World::new();
    let (link, real) = (world.repo.join(".git/config"), world.home.join("config"));
    fs::rename(&link, &real).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let before = fs::read(&real).unwrap();
    wiring::apply(plan(&world, Via::Config, NEW, &[]).unwrap()).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(way(&world), Some(Way::Config));
    world.uninstall().unwrap();
    assert_eq!(fs::read(&real).unwrap(), before);
}

/// Killed after its first change, its second and so on: git reads the configuration, and the next run finishes or takes
/// back.
#[test]
fn a_killed_writer_of_the_configuration() {
    let mut changes = 0;
    for number in 1.. {
        let world = World::new();
        script(&world.hook("pre-commit"), "#!/bin/sh\nexit 0\n");
        let (hooks, before) = (world.picture(), config(&world));
        wiring::apply(plan(&world, Via::File, NEW, &[]).unwrap()).unwrap();
        let line = again("config::as_victim");
        let mut victim = Command::new(&line[0]);
        victim.args(&line[1..]).env("WIRING_KILL", number.to_string()).env("HOME", &world.home);
        victim.env("WIRING_REPO", &world.repo).env("WIRING_BINARY", &world.binary);
        let output = victim.output().unwrap();
        if output.status.success() {
            break;
        }
        changes = number;
        assert!(output.status.code().is_none(), "{number}: not killed, but failed: {}", said(&output));
        assert!(world.commit().status.success(), "{number}");
        wiring::inspect(&site(&world, NEW), &world.binary).unwrap().iter().for_each(|guard| {
            assert!(guard.state.is_as_written(), "{number}: {guard:?}");
        });
        if number % 2 == 0 {
            wiring::apply(plan(&world, Via::Config, NEW, &[]).unwrap()).unwrap();
            assert_eq!(way(&world), Some(Way::Config), "{number}");
        }
        world.uninstall().unwrap();
        assert_eq!((world.picture(), config(&world)), (hooks, before), "{number}");
        let left: Vec<_> =
            picture(&world.repo.join(".git")).into_keys().filter(|name| name.starts_with(b"config")).collect();
        assert_eq!(left, [b"config"], "{number}");
        world.ok(&["config", "user.name", "still writable"]);
    }
    // The text, its lock, the rename, then four shims.
    assert!(changes >= 7, "{changes}");
}

/// Not a test by itself: the process that the one above has killed.
#[test]
fn as_victim() {
    let Some(repo) = std::env::var_os("WIRING_REPO") else { return };
    let binary = PathBuf::from(std::env::var_os("WIRING_BINARY").unwrap());
    let number: usize = std::env::var("WIRING_KILL").unwrap().parse().unwrap();
    let site = Site { git: Some(NEW), ..World::new().site_in(Path::new(&repo)) };
    let wish = Wish { binary: &binary, via: Via::Config, directory: Directory::Own, gits: &[] };
    let mut changes = 0;
    let mut watch = || {
        changes += 1;
        if changes == number {
            // As by SIGKILL: nothing is unwound, nothing cleaned up.
            std::process::abort();
        }
    };
    wiring::apply_watched(plan_wiring(&site, &wish).unwrap(), &mut watch).unwrap();
}
