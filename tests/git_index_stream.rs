//! The streaming reader of the index against gix, which decodes all of it: the same entries from files that git wrote in
//! every layout and from generated ones, and never an answer where gix has none.
#![allow(clippy::unwrap_used, reason = "a test ends where its world is broken")]

mod git_support;

use std::path::Path;

use freeze_guard::git::{Endings, IndexFile};
use git_support::{Scratch, git_at_least};
use proptest::prelude::*;

/// Path, mode, id, stage, intent-to-add, skip-worktree.
type Row = (Vec<u8>, u32, Vec<u8>, u8, bool, bool);

const ENDS: [&str; 3] = ["requirements.txt", ".lock", "z"];

/// What the stream makes of an index; `None` where it leaves it to others. Checks that its three ways of asking agree.
fn streamed(bytes: &[u8], hash: gix::hash::Kind) -> Option<Vec<Row>> {
    let size = u64::try_from(bytes.len()).unwrap();
    let file = IndexFile::open(bytes, size, hash.len_in_bytes(), Endings::new(&ENDS)).ok();
    let all = file.as_ref().map(|file| file.entries(&|_| true).unwrap());
    // As read by another thread, in pieces that hold no entry, some, and many.
    for chunk in [61, 200, 9000] {
        let ahead = Some(chunk);
        let ends = Endings::new(&ENDS);
        let ahead = IndexFile::open_ahead(bytes, size, hash.len_in_bytes(), ends, ahead).ok();
        assert_eq!(ahead.as_ref().map(|ahead| ahead.entries(&|_| true).unwrap()), all);
        if let (Some(ahead), Some(file), Some(last)) = (&ahead, &file, all.as_ref().and_then(|all| all.last())) {
            assert_eq!(ahead.kept(), file.kept());
            assert!(ahead.at(&last.path).unwrap().contains(last));
        }
    }
    let (file, all) = (file?, all?);
    let kept = all.iter().filter(|entry| entry.mode == 0o040_000 || file.endings().take(&entry.path));
    assert_eq!(file.kept(), kept.cloned().collect::<Vec<_>>());
    // Not every one of a large file: each costs a piece of it.
    for entry in all.iter().step_by(all.len() / 50 + 1) {
        let same = all.iter().filter(|other| other.path == entry.path);
        assert_eq!(file.at(&entry.path).unwrap(), same.cloned().collect::<Vec<_>>());
        for other in [[&entry.path[..], b"\0"].concat(), entry.path[..entry.path.len() - 1].to_vec()] {
            let there = all.iter().filter(|entry| entry.path == other);
            assert_eq!(file.at(&other).unwrap(), there.cloned().collect::<Vec<_>>());
        }
    }
    let row = |entry: freeze_guard::git::IndexEntry| {
        let flags = entry.flags;
        let id = entry.id.as_bytes().to_vec();
        (entry.path, entry.mode, id, flags.stage(), flags.is_intent_to_add(), flags.is_skip_worktree())
    };
    Some(all.into_iter().map(row).collect())
}

/// What gix makes of the index file at `path`.
fn decoded(path: &Path, hash: gix::hash::Kind) -> Option<Vec<Row>> {
    use gix::index::entry::Flags;
    let options = gix::index::decode::Options { thread_limit: Some(1), ..Default::default() };
    let file = gix::index::File::at(path, hash, true, options).ok()?;
    file.verify_entries().ok()?;
    let row = |entry: &gix::index::Entry| {
        let flags = entry.flags;
        (
            entry.path(&file).to_vec(),
            entry.mode.bits(),
            entry.id.as_slice().to_vec(),
            u8::try_from(flags.stage_raw()).unwrap(),
            flags.contains(Flags::INTENT_TO_ADD),
            flags.contains(Flags::SKIP_WORKTREE),
        )
    };
    Some(file.entries().iter().map(row).collect())
}

/// The same for bytes.
fn decoded_bytes(bytes: &[u8], hash: gix::hash::Kind) -> Option<Vec<Row>> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("index");
    std::fs::write(&path, bytes).unwrap();
    decoded(&path, hash)
}

fn assert_streams(scratch: &Scratch, hash: gix::hash::Kind, expected: usize) {
    let path = scratch.repo().join(".git/index");
    let rows = streamed(&std::fs::read(&path).unwrap(), hash).unwrap();
    assert_eq!(Some(&rows), decoded(&path, hash).as_ref());
    assert_eq!(rows.len(), expected);
}

fn many(scratch: &Scratch, count: usize) {
    scratch.write("requirements.txt", "flask==1.0\n");
    scratch.git(&["add", "requirements.txt"]);
    let id = scratch.rev(":requirements.txt");
    let lines: String =
        (0..count).map(|at| format!("100644 {id}\tpkg{}/module-of-some-length/file{at}.py\n", at / 40)).collect();
    scratch.write("../info", lines);
    let info = std::fs::File::open(scratch.root().join("info")).unwrap();
    let world = scratch.world();
    let mut git = std::process::Command::new("git");
    git.args(["update-index", "--index-info"]).env_clear().envs(&world.env).current_dir(&world.cwd).stdin(info);
    assert!(git.status().unwrap().success());
}

#[test]
fn versions_two_to_four_over_many_fillings_of_the_buffer() {
    let scratch = Scratch::new();
    many(&scratch, 6000);
    for version in ["2", "4", "3"] {
        scratch.git(&["update-index", "--index-version", version]);
        scratch.git(&["update-index", "--force-write-index"]);
        assert_streams(&scratch, gix::hash::Kind::Sha1, 6001);
    }
}

#[test]
fn every_flag_that_git_writes() {
    let scratch = Scratch::new();
    many(&scratch, 30);
    scratch.write("new.txt", "x\n");
    scratch.git(&["add", "--intent-to-add", "new.txt"]);
    scratch.git(&["update-index", "--skip-worktree", "requirements.txt"]);
    scratch.git(&["update-index", "--assume-unchanged", "pkg0/module-of-some-length/file3.py"]);
    let long = format!("{}z", "long-directory/".repeat(400));
    scratch.git(&[
        "update-index",
        "--add",
        "--cacheinfo",
        &format!("100755,{},{long}", scratch.rev(":requirements.txt")),
    ]);
    for version in ["3", "4"] {
        scratch.git(&["update-index", "--index-version", version]);
        scratch.git(&["update-index", "--force-write-index"]);
        assert_streams(&scratch, gix::hash::Kind::Sha1, 33);
    }
}

#[test]
fn the_extensions_of_large_indexes_and_offset_tables() {
    let scratch = Scratch::new();
    scratch.git(&["config", "index.threads", "4"]);
    many(&scratch, 25_000);
    for version in ["2", "4"] {
        scratch.git(&["update-index", "--index-version", version]);
        scratch.git(&["update-index", "--untracked-cache", "--force-write-index"]);
        let bytes = std::fs::read(scratch.repo().join(".git/index")).unwrap();
        assert!(bytes.windows(4).any(|four| four == b"IEOT"), "the offset table must be there");
        assert_streams(&scratch, gix::hash::Kind::Sha1, 25_001);
    }
}

#[test]
fn sparse_directories_and_both_hashes() {
    for (format, hash) in [("sha1", gix::hash::Kind::Sha1), ("sha256", gix::hash::Kind::Sha256)] {
        if hash == gix::hash::Kind::Sha256 && !git_at_least(2, 29) {
            return;
        }
        let scratch = Scratch::init(&[&format!("--object-format={format}")]);
        for path in ["a/x", "b/x", "b/y", "c/d/x", "top"] {
            scratch.add(path, path);
        }
        assert_streams(&scratch, hash, 5);
        scratch.commit("one");
        scratch.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "a"]);
        assert_streams(&scratch, hash, 4);
    }
}

#[test]
fn a_split_index_is_left_to_others() {
    let scratch = Scratch::new();
    many(&scratch, 30);
    scratch.git(&["update-index", "--split-index"]);
    let bytes = std::fs::read(scratch.repo().join(".git/index")).unwrap();
    assert_eq!(streamed(&bytes, gix::hash::Kind::Sha1), None);
}

#[test]
fn paths_longer_than_the_buffer() {
    for version in [2, 4] {
        let long = [vec![b'p'; 400_000], b"/requirements.txt".to_vec()].concat();
        let rows = vec![row(b"a"), row(&long), row(&[&long[..], b".z"].concat()), row(b"q")];
        let bytes = written(&rows, version, 20, &[]);
        assert_eq!(streamed(&bytes, gix::hash::Kind::Sha1), Some(rows));
    }
}

#[test]
fn what_changes_the_meaning_of_entries_or_does_not_fit_is_left_to_others() {
    let rows = vec![row(b"a"), row(b"b")];
    for (extension, read) in [
        (&b"TREE\0\0\0\0"[..], true),
        (b"XYZW\0\0\0\x03abc", true),
        (b"sdir\0\0\0\0", true),
        (b"sdir\0\0\0\x01a", false),
        (b"link\0\0\0\0", false),
        (b"wxyz\0\0\0\0", false),
        (b"TREE\0\0\0\x01", false),
        (b"TREE\xff\xff\xff\xff", false),
        (b"TREE", false),
    ] {
        let bytes = written(&rows, 2, 20, extension);
        assert_eq!(streamed(&bytes, gix::hash::Kind::Sha1).is_some(), read, "{extension:?}");
    }
    for wrong in [vec![row(b"b"), row(b"a")], vec![row(b"a"), row(b"a")], vec![row(b"")]] {
        for version in [2, 4] {
            assert_eq!(streamed(&written(&wrong, version, 20, &[]), gix::hash::Kind::Sha1), None);
        }
    }
    let mut odd = row(b"a");
    odd.1 = 0o100_600;
    assert_eq!(streamed(&written(&[odd], 2, 20, &[]), gix::hash::Kind::Sha1), None);
}

fn row(path: &[u8]) -> Row {
    (path.to_vec(), 0o100_644, vec![7; 20], 0, false, false)
}

/// An index file of `rows`, as gitformat-index(5) has it; a checksum of zeros, as with `index.skipHash`.
fn written(rows: &[Row], version: u32, hash: usize, extensions: &[u8]) -> Vec<u8> {
    let mut file = b"DIRC".to_vec();
    file.extend(version.to_be_bytes());
    file.extend(u32::try_from(rows.len()).unwrap().to_be_bytes());
    let mut before: &[u8] = b"";
    for (path, mode, id, stage, intent, skip) in rows {
        let start = file.len();
        file.extend([0x65; 24]);
        file.extend(mode.to_be_bytes());
        file.extend([3; 12]);
        file.extend(id);
        let extended = u16::from(*intent) << 13 | u16::from(*skip) << 14;
        let length = u16::try_from(path.len().min(0xfff)).unwrap();
        file.extend((length | u16::from(*stage) << 12 | u16::from(extended != 0) << 14).to_be_bytes());
        if extended != 0 {
            file.extend(extended.to_be_bytes());
        }
        if version == 4 {
            let shared = before.iter().zip(path).take_while(|(one, other)| one == other).count();
            file.extend(variable(before.len() - shared));
            file.extend(&path[shared..]);
            file.push(0);
        } else {
            file.extend(path);
            let size = (file.len() - start + 8) & !7;
            file.resize(start + size, 0);
        }
        before = path;
    }
    file.extend(extensions);
    file.extend(vec![0; hash]);
    file
}

fn variable(mut value: usize) -> Vec<u8> {
    let mut bytes = vec![u8::try_from(value & 0x7f).unwrap()];
    loop {
        value >>= 7;
        if value == 0 {
            bytes.reverse();
            return bytes;
        }
        value -= 1;
        bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
    }
}

fn rows(hash: usize) -> impl Strategy<Value = Vec<Row>> {
    let part = prop_oneof![8 => "[a-c]{1,3}", 1 => "[a-z]{120,300}", 2 => Just("requirements.txt".to_owned())];
    let path = prop_oneof![
        30 => prop::collection::vec(part, 1..4).prop_map(|parts| parts.join("/").into_bytes()),
        2 => (4080usize..4110).prop_map(|length| vec![b'l'; length]),
        1 => prop::collection::vec(1u8.., 1..20),
    ];
    let mode = prop_oneof![4 => Just(0o100_644u32), 1 => Just(0o100_755), 1 => Just(0o120_000), 1 => Just(0o160_000),
        1 => Just(0o040_000)];
    let stages = prop_oneof![9 => Just(vec![0u8]), 1 => prop::sample::subsequence(vec![1, 2, 3], 1..=3)];
    let one = (
        path,
        mode,
        prop::collection::vec(any::<u8>(), hash),
        stages,
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.1),
    );
    // The generated ones repeat, so that one window is not enough.
    (prop::collection::vec(one, 0..60), 1usize..40).prop_map(|(some, times)| {
        let mut rows = Vec::new();
        for time in 0..times {
            for (path, mode, id, stages, intent, skip) in &some {
                let path = if time == 0 { path.clone() } else { [path, format!("-{time}").as_bytes()].concat() };
                rows.extend(stages.iter().map(|&stage| (path.clone(), *mode, id.clone(), stage, *intent, *skip)));
            }
        }
        rows.sort_by(|one, other| (&one.0, one.3).cmp(&(&other.0, other.3)));
        rows.dedup_by(|one, other| (&one.0, one.3) == (&other.0, other.3));
        rows
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever git could write, both read alike; damaged, the stream has the answer of gix or none.
    #[test]
    fn generated_indexes_read_alike(
        (hash, rows) in prop_oneof![Just(20usize), Just(32)].prop_flat_map(|hash| (Just(hash), rows(hash))),
        version in 2u32..=4,
        extension in prop::sample::select(vec![&b""[..], b"TREE\0\0\0\0", b"sdir\0\0\0\0", b"EXTN\0\0\0\x02ab"]),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in 0usize..64,
    ) {
        let kind = if hash == 20 { gix::hash::Kind::Sha1 } else { gix::hash::Kind::Sha256 };
        let mut bytes = written(&rows, version, hash, extension);
        prop_assert!(streamed(&bytes, kind).as_ref() == Some(&rows), "the stream differs");
        // gix 0.90 does not skip the padding after a path whose length the flags cannot tell.
        let gix_reads = |rows: &[Row]| version == 4 || rows.iter().all(|(path, ..)| path.len() < 0xfff);
        prop_assert!(!gix_reads(&rows) || decoded_bytes(&bytes, kind).as_ref() == Some(&rows), "gix differs");
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len() - if cut < 48 { 0 } else { cut.min(bytes.len()) });
        if let Some(rows) = streamed(&bytes, kind) {
            prop_assert!(!gix_reads(&rows) || decoded_bytes(&bytes, kind) == Some(rows), "damaged, they differ");
        }
    }
}
