//! Files made to break readers, through the real binary: it says what is wrong, in time, and neither panics nor dies.

use std::time::Duration;

use crate::world::{L, OLD, R, Repo, World};

/// Far more than a debug build needs on a busy machine, far less than a hang.
const BOUND: Duration = Duration::from_secs(30);

/// Larger files are not read (bytes).
const LARGEST: usize = 16 << 20;

/// `content` is read as a file with one reason, refused by `check` and by a commit, each with `message`.
#[track_caller]
fn refused(repo: &Repo<'_>, content: &[u8], message: &str) {
    let parse = repo.hook_fed(content, &["parse", "-"]).passes().says("error[invalid-line]").says(message);
    let json = repo.hook_fed(content, &["parse", "-", "--format", "json"]).passes();
    assert_eq!(json.json()["findings"][0]["rule"], "invalid-line", "{json}");
    let before = repo.id("HEAD");
    repo.stage(R, content);
    repo.stage(L, content);
    let check = repo.hook(&["check"]).refused().error("invalid-line").says(message);
    let commit = repo.commit("malice").refused().says(message);
    assert_eq!(repo.id("HEAD"), before);
    for run in [parse, json, check, commit] {
        assert!(run.took < BOUND, "{:?}\n{run}", run.took);
    }
}

/// `content` is odd, but can be read; it is the same in manifest and lock, and passes.
#[track_caller]
fn passes(repo: &Repo<'_>, content: &str) {
    let parse = repo.hook_fed(content.as_bytes(), &["parse", "-"]).passes().never_says("error[");
    repo.stage_pair(content);
    let check = repo.hook(&["check"]).passes();
    let commit = repo.commit("odd").passes();
    for run in [parse, check, commit] {
        assert!(run.took < BOUND, "{:?}\n{run}", run.took);
    }
}

/// A marker whose decision takes time exponential in `clauses` where nobody stops it.
fn exponential(clauses: usize, letter: char) -> String {
    let clause = |n: usize| format!("(os_name == '{letter}{n}' or platform_machine == '{letter}{n}')");
    (0..clauses).map(clause).collect::<Vec<_>>().join(" and ")
}

#[test]
fn parentheses_that_overflow_the_stack() {
    let world = World::new();
    let repo = world.project();
    let nested = |inner: &str| format!("foo==1 ; {}{inner}{}\n", "(".repeat(20_000), ")".repeat(20_000));
    refused(&repo, nested("os_name == 'a'").as_bytes(), "nested more than 40 deep");
    refused(&repo, nested("").as_bytes(), "nested more than 40 deep");
    refused(&repo, format!("foo==1 ; {}", "(".repeat(500_000)).as_bytes(), "nested more than 40 deep");
}

#[test]
fn markers_that_take_forever() {
    let world = World::new();
    let repo = world.project();
    passes(&repo, &format!("foo==1 ; {}\n", exponential(22, 'a')));
    passes(&repo, &format!("foo==1 ; {}\n", exponential(32, 'b')));
    refused(&repo, format!("foo==1 ; {}\n", exponential(2_000, 'a')).as_bytes(), "more than 64 comparisons");
    // The same name twice: whether both ever apply cannot be decided, and that is said, not guessed.
    repo.stage_pair(&format!("foo==1 ; {}\nfoo==2 ; {}\n", exponential(22, 'a'), exponential(22, 'b')));
    let run = repo.hook(&["check"]).refused().error("duplicate");
    assert!(run.took < BOUND, "{:?}\n{run}", run.took);
    // A manifest and a lock that mean the same, perhaps.
    repo.stage(R, format!("foo==1 ; {}\n", exponential(22, 'a')));
    repo.stage(L, format!("foo==1 ; {}\n", exponential(23, 'a')));
    let run = repo.commit("perhaps").refused().error("lock-drift");
    assert!(run.took < BOUND, "{:?}\n{run}", run.took);
}

#[test]
fn numbers_at_the_edge_of_64_bits() {
    let world = World::new();
    let repo = world.project();
    let max = u64::MAX;
    passes(&repo, &format!("foo=={max}\nbar=={max}!{max}.{max}a{max}.post{max}.dev{max}\n"));
    passes(&repo, &format!("foo==1 ; python_version > '3.{max}'\nbar==2 ; python_version == '{max}.*'\n"));
    refused(&repo, format!("foo=={max}0\n").as_bytes(), "beyond 64 bits");
    refused(&repo, format!("foo>=1!{max}1.0\n").as_bytes(), "beyond 64 bits");
    repo.stage_pair(&format!("foo~={max}.{max}\nbar=={max}.*\nbaz<{max}.dev{max}\n"));
    repo.hook(&["check"]).refused().error("unpinned").never_says("error[invalid-line]");
}

/// What panics in the crate that others read requirements with.
#[test]
fn text_that_panics_elsewhere() {
    let world = World::new();
    let repo = world.project();
    for (line, message) in [
        ("foo ; os_name == \"x\" é", "found `é` (U+00E9)"),
        ("foo ; os_name == 'x' \u{1f600}", "U+1F600"),
        ("foo- ==1", "ends with `-`"),
        ("1. >= 1", "ends with `.`"),
        ("foo_[x]", "ends with `_`"),
        ("foo[a-]==1", "ends with `-`"),
        ("foo[a é]==1", "U+00E9"),
    ] {
        refused(&repo, format!("{OLD}{line}\n").as_bytes(), message);
    }
}

#[test]
fn sixteen_mebibytes_of_junk() {
    let world = World::new();
    let repo = world.project();
    // Xorshift: bytes that no compressor and no reader makes anything of.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let noise: Vec<u8> = std::iter::repeat_with(next).flatten().take(LARGEST).collect();
    // A quarter of it through git, for a debug build takes its time.
    refused(&repo, &noise[..LARGEST / 4], "cannot be read");
    refused(&repo, &b"foo ; (((((((((((((((((((((((((\n".repeat(LARGEST / 4 / 32), "1000 problems");
    for (bytes, message) in [
        (noise, "cannot be read"),
        (b"x".repeat(LARGEST), "more than 1048576 bytes"),
        (b"\n".repeat(LARGEST), "1000000 lines"),
        (b"x".repeat(LARGEST + 1), "16777217 bytes"),
    ] {
        let run = repo.hook_fed(&bytes, &["parse", "-"]).passes().error("invalid-line").says(message);
        assert!(run.took < BOUND, "{:?}\n{run}", run.took);
    }
}
