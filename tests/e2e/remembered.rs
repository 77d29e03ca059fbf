//! What a hook remembers in the user's cache directory: which large files include nothing. Whatever stands there, no
//! answer changes, and nothing is said about it.

use std::fs;
use std::path::PathBuf;

use crate::world::{L, R, Repo, World};

/// Enough pins for a file that is worth remembering.
fn pins(version: &str) -> String {
    (100..700).map(|number| format!("package-{number}=={version}\n")).collect()
}

fn memory(world: &World) -> PathBuf {
    world.path("home/.cache/freeze-guard/plain")
}

/// A project whose pair is large.
fn large(world: &World) -> Repo<'_> {
    let repo = world.project();
    repo.stage_pair(&pins("1.0"));
    repo.land("many");
    repo
}

/// One more commit of code passes, and one of the manifest alone is refused.
fn judges(repo: &Repo<'_>, version: &str) {
    repo.stage_code(version);
    let run = repo.commit("code").passes();
    assert_eq!(run.stderr_text(), "");
    repo.stage(R, pins(version));
    repo.commit("manifest alone").refused().error("lock-drift");
    repo.git(&["reset", "-q", "--hard"]).passes();
}

#[test]
fn large_files_are_remembered_by_their_ids_and_small_ones_not() {
    let world = World::new();
    let repo = large(&world);
    repo.stage("small/requirements.txt", "flask==3.0.3\n");
    repo.stage("small/requirements.lock", "flask==3.0.3\n");
    repo.land("small");
    repo.stage_code("one");
    repo.commit("code").passes();
    let kept = fs::read_to_string(memory(&world)).unwrap();
    let ids: Vec<_> = kept.lines().skip(1).collect();
    assert_eq!(ids, [repo.id(&format!("HEAD:{L}"))], "manifest and lock are one blob");
    judges(&repo, "2.0");
    assert_eq!(fs::read_to_string(memory(&world)).unwrap(), kept);
    assert_eq!(fs::read_dir(memory(&world).parent().unwrap()).unwrap().count(), 1, "no leftovers");
}

#[test]
fn a_large_file_that_includes_another_is_followed_every_time() {
    let world = World::new();
    let repo = large(&world);
    repo.stage("deps.txt", "requests==2.32.3\n");
    repo.stage(R, format!("{}-r deps.txt\n", pins("1.0")));
    repo.stage(L, format!("{}requests==2.32.3\n", pins("1.0")));
    repo.land("include");
    for code in ["one", "two"] {
        repo.stage_code(code);
        repo.commit("code").passes();
    }
    let kept = fs::read_to_string(memory(&world)).unwrap_or_default();
    assert!(!kept.contains(&repo.id(&format!("HEAD:{R}"))), "{kept}");
    repo.stage("deps.txt", "requests==2.32.4\n");
    repo.commit("deps").refused().error("lock-drift").says("deps.txt");
}

#[test]
fn a_memory_that_is_none_changes_nothing() {
    let world = World::new();
    let repo = large(&world);
    let file = memory(&world);
    judges(&repo, "2.0");
    let whole = fs::read(&file).unwrap();
    let wrong: [&[u8]; 5] =
        [b"", b"\xff\xfe\0", &whole[..whole.len() - 1], &whole[whole.len() / 2..], &[b'a'; 1 << 20]];
    for (number, bytes) in wrong.into_iter().enumerate() {
        fs::write(&file, bytes).unwrap();
        judges(&repo, &format!("3.{number}"));
    }
    // In its place a directory, then a file where its directory should be.
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    judges(&repo, "4.0");
    assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "no leftovers");
    fs::remove_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file.parent().unwrap(), "").unwrap();
    judges(&repo, "5.0");
}
