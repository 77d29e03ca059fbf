//! `install.sh`, with a stand-in for cargo that puts a stand-in for the program in place.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::{World, said, script};

/// A program that logs its arguments beside itself; `status` and `install` end as the files of that name say.
const PROGRAM: &str = "#!/bin/sh\nprintf '<%s>' \"$@\" >>\"${0%/*}/log\"\necho >>\"${0%/*}/log\"\necho \"ran $3\"\n\
    [ ! -f \"${0%/*}/fail-$3\" ]\n";

struct Scene {
    world: World,
    /// A copy of this clone's `install.sh`, in a directory with spaces.
    clone: PathBuf,
    tools: PathBuf,
    root: PathBuf,
}

impl Scene {
    fn new() -> Self {
        let world = World::named(OsStr::new("my repo"), OsStr::new("bin"));
        let clone = world.home.join("freeze guard's clone");
        let tools = world.home.join("tools");
        let root = world.home.join("cargo home");
        fs::create_dir(&clone).unwrap();
        fs::create_dir(&tools).unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::copy(source.join("install.sh"), clone.join("install.sh")).unwrap();
        fs::write(clone.join("Cargo.toml"), "").unwrap();
        script(&world.home.join("program"), PROGRAM);
        let cargo = format!(
            "#!/bin/sh\n{{ pwd -P; printf '<%s>' \"$@\"; }} >'{0}/cargo-log'\n\
             [ \"$6\" = '{0}/cargo home' ] || exit 9\nmkdir -p \"$6/bin\" && cp '{0}/program' \"$6/bin/hook\"\n",
            world.home.display()
        );
        script(&tools.join("cargo"), &cargo);
        for tool in ["git", "sh", "dirname", "sed", "mkdir", "cp"] {
            let found = Command::new("sh").args(["-c", &format!("command -v {tool}")]).output().unwrap().stdout;
            let found = String::from_utf8(found).unwrap();
            std::os::unix::fs::symlink(found.trim_end(), tools.join(tool)).unwrap();
        }
        Self { world, clone, tools, root }
    }

    fn run(&self, directory: &Path, arguments: &[&OsStr]) -> Output {
        let mut command = Command::new(self.clone.join("install.sh"));
        command.args(arguments).current_dir(directory).env_clear();
        command.env("HOME", &self.world.home).env("PATH", &self.tools).env("CARGO_HOME", &self.root);
        command.output().unwrap()
    }

    fn calls(&self) -> Vec<String> {
        let log = self.root.join("bin/log");
        let text = fs::read_to_string(&log).unwrap_or_default();
        fs::remove_file(&log).ok();
        text.lines().map(str::to_owned).collect()
    }
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn it_builds_wires_and_shows_the_current_clone() {
    let scene = Scene::new();
    let repo = scene.world.repo.join("sub");
    fs::create_dir(&repo).unwrap();
    let output = scene.run(&repo, &[]);
    assert!(output.status.success(), "{}{}", out(&output), said(&output));
    let repo = repo.display();
    let expected = ["install", "status", "check"].map(|verb| format!("<-C><{repo}><{verb}>"));
    assert_eq!(scene.calls(), expected);
    let (clone, root) = (scene.clone.display(), scene.root.display());
    let built = fs::read_to_string(scene.world.home.join("cargo-log")).unwrap();
    assert_eq!(built, format!("{clone}\n<install><--locked><--path><{clone}><--root><{root}>"));
    assert!(out(&output).contains(&format!("installed {root}/bin/hook")));
    assert!(out(&output).contains("is not on your PATH"));
}

#[test]
fn a_named_clone_and_a_history() {
    let scene = Scene::new();
    scene.world.commit();
    let output = scene.run(&scene.world.home, &[OsStr::new("../my repo")]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(scene.calls().last().unwrap(), "<-C><../my repo><check><--rev><HEAD>");
}

#[test]
fn elsewhere_it_takes_its_own_clone() {
    let scene = Scene::new();
    let status = scene.world.git_in(&scene.clone).args(["init", "-q"]).status().unwrap();
    assert!(status.success());
    assert!(scene.run(&scene.world.home, &[]).status.success());
    assert!(scene.calls()[0].contains("freeze guard's clone"));
}

#[test]
fn without_rust_it_says_so_in_one_line() {
    let scene = Scene::new();
    fs::remove_file(scene.tools.join("cargo")).unwrap();
    let output = scene.run(&scene.world.repo, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(said(&output).lines().count(), 1);
    assert!(said(&output).contains("https://rustup.rs"), "{}", said(&output));
    assert!(out(&output).is_empty());
}

#[test]
fn a_failing_status_or_check_does_not_hide_the_rest() {
    let scene = Scene::new();
    scene.run(&scene.world.repo, &[]);
    scene.calls();
    fs::write(scene.root.join("bin/fail-check"), "").unwrap();
    let output = scene.run(&scene.world.repo, &[]);
    assert!(output.status.success(), "a pair in disorder is the project's matter: {}", said(&output));
    fs::write(scene.root.join("bin/fail-status"), "").unwrap();
    let output = scene.run(&scene.world.repo, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(out(&output).contains("ran check"));
    fs::write(scene.root.join("bin/fail-install"), "").unwrap();
    let output = scene.run(&scene.world.repo, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("not wired") && !out(&output).contains("ran check"));
}

#[test]
fn wrong_arguments_and_places_build_nothing() {
    let scene = Scene::new();
    let two = [OsStr::new("a"), OsStr::new("b")];
    assert_eq!(scene.run(&scene.world.repo, &two).status.code(), Some(2));
    assert_eq!(scene.run(&scene.world.repo, &[OsStr::new("--force")]).status.code(), Some(2));
    let output = scene.run(&scene.world.repo, &[OsStr::new("/nowhere")]);
    assert!(output.status.code() == Some(1) && said(&output).contains("there is no directory"));
    let output = scene.run(&scene.world.home, &[scene.world.home.as_os_str()]);
    assert!(output.status.code() == Some(1) && said(&output).contains("not a git repository"));
    assert!(!scene.world.home.join("cargo-log").exists());
    assert!(scene.run(&scene.world.home, &[OsStr::new("--help")]).status.success());
}

/// A compiler for `x86_64-unknown-linux-gnu` that links whatever stands on the line `targets`.
fn compiler(scene: &Scene, targets: &str) {
    let rustc = format!(
        "#!/bin/sh\n[ \"$1\" = -vV ] && {{ echo 'host: x86_64-unknown-linux-gnu'; exit; }}\n\
         case ' {targets} ' in *\" $2 \"*) ;; *) exit 1 ;; esac\n\
         while [ \"$1\" != -o ]; do shift; done\nprintf '#!/bin/sh\\n' >\"$2\" && chmod +x \"$2\"\n"
    );
    script(&scene.tools.join("rustc"), &rustc);
    for tool in ["mktemp", "rm", "mv", "chmod"] {
        let found = Command::new("sh").args(["-c", &format!("command -v {tool}")]).output().unwrap().stdout;
        let _ = std::os::unix::fs::symlink(String::from_utf8(found).unwrap().trim_end(), scene.tools.join(tool));
    }
}

#[test]
fn the_c_library_is_inside_where_one_can_be_linked() {
    let (musl, glibc) = ("x86_64-unknown-linux-musl", "x86_64-unknown-linux-gnu");
    for (linked, expected) in
        [(format!("{glibc} {musl}"), Some(musl)), (glibc.to_owned(), Some(glibc)), (String::new(), None)]
    {
        let scene = Scene::new();
        compiler(&scene, &linked);
        let output = scene.run(&scene.world.repo, &[]);
        assert!(output.status.success(), "{linked}: {}{}", out(&output), said(&output));
        let built = fs::read_to_string(scene.world.home.join("cargo-log")).unwrap();
        let target = built.split_once("<--target><").map(|(_, rest)| rest.split('>').next().unwrap());
        assert_eq!(target, expected, "{built}");
        assert_eq!(built.contains("relocation-model=static"), expected.is_some(), "{built}");
        // The copy took the program's place.
        let bin: Vec<_> =
            fs::read_dir(scene.root.join("bin")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(bin.contains(&"hook".into()) && !bin.contains(&"hook.new".into()), "{bin:?}");
    }
}
