//! `hook lock` where things are odd: links, sparse checkouts, read-only directories, torn locks, other line ends, stamps,
//! and the real resolvers where they are at hand.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use crate::lock::{ANSWER, IN, compiled, hook, resolver, told, tooled, uv_header, writes};
use crate::world::{L, NEW, NEWER, OLD, R, Run, World};

const UV: &str = "uv pip compile requirements.in -o requirements.txt";

/// The stamp line of a lock.
fn stamp(text: &str) -> Option<&str> {
    text.lines().find(|line| line.starts_with("# inputs: sha256:"))
}

#[test]
fn a_stamp_sees_what_annotations_cannot() {
    let world = World::new();
    let repo = compiled(&world, &uv_header(UV));
    resolver(&world, "uv", &writes(ANSWER));
    hook(&repo, &["lock", "--stamp"]).passes().says("wrote 1 lock");
    let stamped = repo.text(R);
    assert!(stamped.starts_with(&format!("{}# inputs: sha256:", uv_header(UV))), "{stamped}");
    assert!(stamped.ends_with(&format!("\n{ANSWER}")), "{stamped}");
    hook(&repo, &["lock"]).passes().says("nothing to lock");
    hook(&repo, &["lock", "--stamp"]).passes().says("nothing to lock");
    // An extra that the lock strips: no annotation tells it.
    repo.write(IN, "flask[async]>=3\nrequests  # spaced\n");
    hook(&repo, &["lock"]).passes().says("no pin moves; hashes, options or comments do");
    let again = repo.text(R);
    assert_ne!(stamp(&again), stamp(&stamped));
    assert_eq!(again.lines().count(), stamped.lines().count());
    // Order, comments and spaces are no input.
    repo.write(IN, "# ours\nRequests\nflask [async] >= 3.0\n");
    hook(&repo, &["lock"]).passes().says("nothing to lock");
    hook(&repo, &["lock", IN]).passes().says("unchanged");
    assert_eq!(repo.text(R), again);
}

#[test]
fn a_stamped_mirror_stays_stamped() {
    let world = World::new();
    let repo = world.repo("plain");
    repo.write(R, OLD);
    repo.hook(&["lock", "--stamp"]).passes();
    let first = repo.text(L);
    assert_eq!(first.split_once('\n').unwrap().1, OLD);
    repo.write(R, NEW);
    repo.hook(&["fix"]).passes();
    let second = repo.text(L);
    assert_ne!(stamp(&first), stamp(&second));
    repo.hook(&["check", "--worktree"]).passes().no_findings();
    repo.hook(&["lock"]).passes().says("nothing to lock");
    // A stamp that cannot be read is made anew, and a second one goes.
    repo.write(L, format!("# inputs: sha256:zz\n# ours\n{second}"));
    repo.hook(&["lock"]).passes();
    assert_eq!(repo.text(L), format!("# ours\n{second}"));
}

#[test]
fn line_ends_of_the_lock_stay() {
    let world = World::new();
    let repo = compiled(&world, &uv_header(UV));
    repo.write(R, repo.text(R).replace('\n', "\r\n"));
    resolver(&world, "uv", &writes(ANSWER));
    hook(&repo, &["lock", "--stamp"]).passes();
    let lock = repo.text(R);
    assert_eq!(lock.matches('\n').count(), lock.matches("\r\n").count());
    assert!(stamp(&lock).is_some());
    hook(&repo, &["lock"]).passes().says("nothing to lock");
}

#[test]
fn a_lock_that_a_merge_tore_gives_its_pins() {
    let world = World::new();
    let repo = compiled(&world, &uv_header(UV));
    let torn = "<<<<<<< HEAD\nflask==3.0.3\n=======\nflask==3.0.2\n>>>>>>> x\nidna==3.7\n    # via flask\n";
    repo.write(R, format!("{}{torn}", uv_header(UV)));
    resolver(&world, "uv", &writes(ANSWER));
    hook(&repo, &["lock"]).passes();
    assert_eq!(told(&world, "seed"), "flask==3.0.3\nidna==3.7\n");
    assert_eq!(repo.text(R), format!("{}{ANSWER}", uv_header(UV)));
}

#[test]
fn nothing_is_written_through_a_link() {
    let world = World::new();
    let repo = compiled(&world, &uv_header(UV));
    resolver(&world, "uv", &writes(ANSWER));
    let outside = world.path("outside.txt");
    fs::rename(repo.path(R), &outside).unwrap();
    symlink(&outside, repo.path(R)).unwrap();
    let before = fs::read_to_string(&outside).unwrap();
    hook(&repo, &["lock", IN]).exits(1).says("not written: what stands there is no file that can be read");
    fs::remove_file(repo.path(R)).unwrap();
    fs::rename(repo.path(IN), repo.path("real.in")).unwrap();
    symlink("real.in", repo.path(IN)).unwrap();
    repo.write(R, &before);
    hook(&repo, &["lock", IN]).exits(1).says("its manifest requirements.in is not there, or no file");
    assert!(told(&world, "words").is_empty());
    assert_eq!(fs::read_to_string(&outside).unwrap(), before);
}

#[test]
fn what_is_not_on_disk_is_not_compiled() {
    let world = World::new();
    let repo = world.repo("plain");
    repo.stage("api/requirements.in", "flask>=3\n-c ../limits/all.txt\n");
    repo.stage("api/requirements.txt", format!("{}idna==3.7\n    # via flask\n", uv_header(UV)));
    repo.stage("limits/all.txt", "idna<4\n");
    repo.land("start");
    resolver(&world, "uv", &writes(ANSWER));
    repo.git(&["sparse-checkout", "set", "api"]).passes();
    let run = hook(&repo, &["lock"]).exits(1);
    run.says("limits/all.txt is not on disk: in a sparse checkout, `git sparse-checkout add`");
    assert!(told(&world, "words").is_empty());
}

#[test]
fn a_directory_that_cannot_be_written_loses_nothing() {
    let world = World::new();
    let repo = compiled(&world, &uv_header(UV));
    let before = repo.text(R);
    resolver(&world, "uv", &format!("chmod 555 .\n{}", writes(ANSWER)));
    let run = hook(&repo, &["lock", "--stage"]);
    fs::set_permissions(&repo.top, fs::Permissions::from_mode(0o755)).unwrap();
    if run.status == Some(0) {
        eprintln!("skipped: this user may write where nobody may");
        return;
    }
    run.exits(2).says("nothing was changed");
    assert_eq!(repo.text(R), before);
    assert_eq!(repo.git(&["diff", "--cached", "--name-only"]).passes().stdout_text(), "");
}

#[test]
fn a_manifest_that_changes_meanwhile_is_not_answered() {
    let world = World::new();
    let repo = compiled(&world, &uv_header(UV));
    resolver(&world, "uv", &format!("echo idna >> requirements.in\n{}", writes(ANSWER)));
    let before = repo.text(R);
    hook(&repo, &["lock"]).exits(1).says("its files changed meanwhile: run `hook lock` again");
    assert_eq!(repo.text(R), before);
    resolver(&world, "uv", &format!("echo mine > requirements.txt\n{}", writes(ANSWER)));
    repo.write(IN, "flask>=3\nrequests\n");
    hook(&repo, &["lock"]).exits(1).says("its files changed meanwhile");
    assert_eq!(repo.text(R), "mine\n");
}

#[test]
fn odd_names_and_places() {
    let world = World::new();
    let repo = world.repo("plain");
    let dir = "a\nb [x] 'q' $(touch owned)";
    repo.write(&format!("{dir}/requirements.in"), "flask>=3\n");
    repo.write(&format!("{dir}/requirements.txt"), "");
    resolver(&world, "uv", &writes("flask==3.0.3\n    # via -r requirements.in\n"));
    hook(&repo, &["lock", "--stage"]).passes().says("\\u{a}b [x]");
    let staged =
        repo.git(&["-c", "core.quotepath=off", "diff", "--cached", "--name-only", "-z"]).passes().stdout_text();
    assert_eq!(staged, format!("{dir}/requirements.in\0{dir}/requirements.txt\0"));
    hook(&repo, &["check"]).passes().no_findings();
    assert!(!repo.path("owned").exists());
    repo.inside(dir).hook(&["lock", IN, "--dry-run"]);
    // From a subdirectory paths are read and written as seen from there.
    hook(&repo.inside("sub"), &["lock", "--dry-run", "../nowhere.in"]).exits(2).says("nowhere.in");
}

#[test]
fn without_a_repository_or_a_manifest() {
    let world = World::new();
    let plain = world.path("nothing");
    fs::create_dir(&plain).unwrap();
    Run::of(world.command(crate::world::BINARY, &plain).arg("lock"), b"").exits(2).says("help:");
    world.repo_with("bare.git", &["--bare"]).hook(&["lock"]).exits(2).says("bare");
    let repo = world.project();
    fs::remove_file(repo.path(R)).unwrap();
    repo.hook(&["lock"]).exits(1).error("lock-missing").says("nothing was changed");
    repo.hook(&["lock", L]).passes().says("nothing to lock: no governed pair there");
    repo.write(R, "flask=3\n");
    repo.hook(&["lock"]).exits(1).error("invalid-line");
    repo.hook(&["lock", R]).exits(1).says("requirements.txt has a line that cannot be read");
    repo.write(R, "-r gone.txt\n");
    repo.hook(&["lock", R]).exits(1).says("an include of requirements.txt cannot be followed");
    assert_eq!(repo.text(L), OLD);
    repo.write("freeze-guard.toml", "nonsense = 1\n");
    repo.hook(&["lock"]).exits(2).says("nonsense");
}

#[test]
fn staging_takes_the_pair_and_nothing_else() {
    let world = World::new();
    let repo = world.project();
    repo.write(R, NEWER);
    repo.write("app.py", "print('more')\n");
    repo.write("other.txt", "new\n");
    repo.hook(&["lock", "--stage"]).passes().says("wrote 1 lock; staged: requirements.lock requirements.txt");
    assert_eq!(
        repo.git(&["diff", "--cached", "--name-only"]).passes().stdout_text(),
        "requirements.lock\nrequirements.txt\n"
    );
    repo.commit("dependencies").passes();
    // What the manifest includes was judged with it.
    repo.write("web/requirements.txt", "-r base.txt\n");
    repo.write("web/base.txt", NEW);
    repo.hook(&["lock", "--stage"]).passes();
    repo.commit("includes").passes();
    // An ignored lock cannot be staged, and git's own word is shown.
    repo.write(".gitignore", "api/*.lock\n");
    repo.write("api/requirements.txt", NEW);
    repo.hook(&["lock", "api/requirements.txt", "--stage"]).exits(2).says("the locks are written and not staged");
    assert_eq!(repo.text("api/requirements.lock"), NEW);
}

#[test]
fn the_environment_that_decides_along_is_named() {
    let world = World::new();
    let repo = compiled(&world, &uv_header(UV));
    resolver(
        &world,
        "uv",
        &format!("printenv UV_INDEX_URL >> '{}'\n{}", world.path("heard").display(), writes(ANSWER)),
    );
    let run =
        Run::of(tooled(&repo).env("UV_INDEX_URL", "https://u:secret@example.com/simple").arg("lock"), b"").passes();
    run.says_on_stderr("note: the environment decides along: UV_INDEX_URL\n").never_says("secret");
    assert_eq!(told(&world, "heard"), "https://u:secret@example.com/simple\n");
}

#[test]
fn a_lock_without_a_header_keeps_its_shape() {
    let world = World::new();
    let repo = world.repo("plain");
    let hash = "--hash=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    repo.write(IN, "flask>=3\nidna\n");
    repo.write(R, format!("flask==3.0.3 \\\n    {hash}\n"));
    let answer = format!("flask==3.0.3 \\\n    {hash}\nidna==3.7 \\\n    {hash}\n");
    resolver(&world, "uv", &writes(&answer));
    hook(&repo, &["lock"]).passes();
    assert_eq!(
        told(&world, "words"),
        "pip\ncompile\n--no-header\n--generate-hashes\n--no-annotate\n--output-file=OUT\n--\nrequirements.in\n"
    );
    assert_eq!(repo.text(R), answer);
}

/// A wheel that holds nothing but its name, its version and what it needs.
fn wheel(python: &Path, dir: &Path, world: &World, (name, version, needs): (&str, &str, &str)) {
    let make = "import sys, zipfile\nd, n, v, needs = sys.argv[1:]\nz = zipfile.ZipFile(f'{d}/{n}-{v}-py3-none-any.whl', 'w')\n\
                def put(p, t): z.writestr(zipfile.ZipInfo(p), t)\ni = f'{n}-{v}.dist-info/'\n\
                put(i + 'METADATA', f'Metadata-Version: 2.1\\nName: {n}\\nVersion: {v}\\n' + (f'Requires-Dist: {needs}\\n' if needs else ''))\n\
                put(i + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')\nput(i + 'RECORD', '')\nz.close()\n";
    let mut command = world.command(python, dir);
    Run::of(command.arg("-c").arg(make).arg(dir).args([name, version, needs]), b"").passes();
}

/// The real tools, where the caller names them: what they write is judged in order, keeps its pins, and says what it was
/// called with, not what we called it with.
#[test]
fn the_real_resolvers() {
    for (variable, command) in [
        ("FREEZE_GUARD_UV", "uv pip compile --generate-hashes api/requirements.in -o api/requirements.txt"),
        (
            "FREEZE_GUARD_PIP_COMPILE",
            "pip-compile --generate-hashes --no-emit-find-links --output-file=api/requirements.txt --strip-extras api/requirements.in",
        ),
    ] {
        let Some(tool) = std::env::var_os(variable) else {
            eprintln!("skipped: {variable} names no tool");
            continue;
        };
        let python = std::env::split_paths(&std::env::var_os("PATH").unwrap())
            .map(|dir| dir.join("python3"))
            .find(|python| python.is_file())
            .unwrap();
        let world = World::new();
        let repo = world.repo("plain");
        let wheels = world.path("wheels");
        fs::create_dir(&wheels).unwrap();
        for one in [("alpha", "1.0", "beta"), ("beta", "1.0", ""), ("beta", "2.0", ""), ("gamma", "1.0", "")] {
            wheel(&python, &wheels, &world, one);
        }
        let header = match variable {
            "FREEZE_GUARD_UV" => uv_header(command),
            _ => format!(
                "#\n# This file is autogenerated by pip-compile with Python 3.11\n# by the following command:\n#\n#    {command}\n#\n"
            ),
        };
        repo.write("api/requirements.in", "alpha\nGamma>=1\n-c limits.txt\n");
        repo.write("api/limits.txt", "beta<3\n");
        // uv reads what stands beside the files; pip-compile reads pip's environment.
        repo.write("uv.toml", format!("[pip]\nno-index = true\nfind-links = [{:?}]\n", wheels.to_str().unwrap()));
        repo.write(
            "api/requirements.txt",
            format!("{header}alpha==1.0\n    # via -r api/requirements.in\nbeta==1.0\n    # via alpha\n"),
        );
        let tools = std::path::PathBuf::from(&tool).parent().unwrap().to_path_buf();
        let run = |args: &[&str]| {
            let mut hook = repo.hook_command();
            let path =
                std::env::join_paths([tools.clone()].into_iter().chain(std::env::split_paths(&world.search_path())))
                    .unwrap();
            let hook = hook.env("PATH", path).env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", &wheels);
            Run::of(hook.args(args), b"")
        };
        let made = run(&["lock", "--stamp", "--stage"]).passes();
        made.says("gamma    -     1.0  direct").never_says("beta ");
        let lock = repo.text("api/requirements.txt");
        assert!(
            lock.contains(&format!("#    {command}\n")) && lock.contains("beta==1.0 \\\n    --hash=sha256:"),
            "{lock}"
        );
        assert!(!lock.contains("hook-lock"), "{lock}");
        run(&["check"]).passes().no_findings();
        run(&["lock", "api"]).passes().says("unchanged");
        repo.write("api/requirements.in", "alpha\nnosuch\n");
        run(&["lock"]).exits(1).says("not written: ").says("nosuch");
        assert_eq!(repo.text("api/requirements.txt"), lock);
    }
}
