//! Which commits of a span change something at wanted paths, against what `git ls-tree` lists of each commit and its parents.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where its world is broken")]

mod git_support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use freeze_guard::git::{Span, Touching, Wanted};
use freeze_guard::source::{Id, ReadError};
use git_support::{Scratch, id, path};
use proptest::prelude::*;

const ENDS: [&[u8]; 2] = [b"requirements.txt", b".lock"];
const WHOLE: [&str; 3] = ["freeze-guard.toml", "a/deps.txt", "a/b/c"];
const PATHS: [&str; 12] = [
    "requirements.txt",
    "a/Requirements.TXT",
    "a/b/dev-requirements.txt",
    "z/z/z/x.lock",
    "freeze-guard.toml",
    "a/deps.txt",
    "a/b/c",
    "deps.txt",
    "b/deps.txt",
    "a/b/c.py",
    "a/freeze-guard.toml",
    "requirements.txt.bak",
];

fn is_wanted(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    WHOLE.contains(&path) || lower.ends_with("requirements.txt") || lower.ends_with(".lock")
}

fn touching(scratch: &Scratch, span: &Span, more_than: usize) -> Result<Touching, ReadError> {
    let ends = ENDS.map(|end| Wanted::Ending(end.to_vec()));
    let wanted: Vec<_> = ends.into_iter().chain(WHOLE.map(|text| Wanted::At(path(text)))).collect();
    scratch.open().touching(span, &wanted, more_than)
}

/// One commit of a generated history: which of the commits before it are its parents, and what it holds.
#[derive(Clone, Debug)]
struct Made {
    parents: Vec<prop::sample::Index>,
    /// By number in [`PATHS`]: the content, or a mode of its own.
    files: BTreeMap<usize, u8>,
    /// Files that it has from its first parent.
    inherits: bool,
}

fn made() -> impl Strategy<Value = Made> {
    let files = prop::collection::btree_map(0..PATHS.len(), 0u8..6, 0..4);
    let parents = prop::collection::vec(any::<prop::sample::Index>(), 0..4);
    (parents, files, prop::bool::weighted(0.8)).prop_map(|(parents, files, inherits)| Made { parents, files, inherits })
}

/// Writes the history with fast-import; the last commit is `main`, and so are others by number.
fn import(scratch: &Scratch, history: &[Made]) {
    let mut stream = String::from("feature done\n");
    for (number, made) in history.iter().enumerate() {
        let parents: BTreeSet<usize> =
            if number == 0 { BTreeSet::new() } else { made.parents.iter().map(|at| at.index(number)).collect() };
        let _ = write!(
            stream,
            "commit refs/heads/b{number}\nmark :{}\ncommitter A <a@example.com> {} +0000\ndata 0\n",
            number + 1,
            1_000_000 + number * 7 % 50
        );
        for (at, parent) in parents.iter().enumerate() {
            let _ = writeln!(stream, "{} :{}", if at == 0 { "from" } else { "merge" }, parent + 1);
        }
        if !made.inherits {
            stream.push_str("deleteall\n");
        }
        for (file, content) in &made.files {
            let path = PATHS[*file];
            let _ = match content {
                0 => writeln!(stream, "D {path}"),
                1 => writeln!(stream, "M 160000 {} {path}", "1234567890".repeat(4)),
                2 => writeln!(stream, "M 120000 inline {path}\ndata 1\nx"),
                3 => writeln!(stream, "M 100755 inline {path}\ndata 1\nx"),
                other => writeln!(stream, "M 100644 inline {path}\ndata 1\n{other}"),
            };
        }
    }
    stream.push_str("done\n");
    scratch.git_fed(stream.as_bytes(), &["fast-import", "--quiet", "--force"]);
}

/// What a commit holds at the wanted paths.
fn held(scratch: &Scratch, commit: &str) -> Vec<String> {
    let all = scratch.git(&["ls-tree", "-r", "-z", commit]);
    let wanted = all.split('\0').filter(|line| line.split_once('\t').is_some_and(|(_, path)| is_wanted(path)));
    wanted.map(str::to_owned).collect()
}

/// The commits that git lists for `args` and that differ from every parent; and how many it lists.
fn expected(scratch: &Scratch, args: &[&str]) -> (usize, Vec<Id>) {
    let mut all = vec!["rev-list", "--parents"];
    all.extend(args);
    let listed = scratch.git(&all);
    let mut touching = Vec::new();
    for line in listed.lines() {
        let mut words = line.split(' ');
        let commit = words.next().unwrap();
        let own = held(scratch, commit);
        let parents: Vec<_> = words.map(|parent| held(scratch, parent)).collect();
        let differs = if parents.is_empty() { !own.is_empty() } else { !parents.contains(&own) };
        touching.extend(differs.then(|| id(commit)));
    }
    (listed.lines().count(), touching)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_is_searched_as_its_listings_say(
        history in prop::collection::vec(made(), 1..14),
        hidden in any::<prop::sample::Index>(),
        pack in any::<bool>(),
    ) {
        let scratch = Scratch::new();
        import(&scratch, &history);
        let tip = format!("b{}", history.len() - 1);
        scratch.git(&["symbolic-ref", "HEAD", &format!("refs/heads/{tip}")]);
        if pack {
            scratch.git(&["repack", "-adq", "--depth=50"]);
        }
        let span = Span { tip: scratch.rev(&tip), hidden: Vec::new() };
        let (commits, found) = expected(&scratch, &[&tip]);
        prop_assert_eq!(touching(&scratch, &span, 0).unwrap(), Touching { commits, touching: found });
        let hidden = format!("b{}", hidden.index(history.len()));
        let span = Span { tip: scratch.rev(&tip), hidden: vec![scratch.rev(&hidden)] };
        let (commits, found) = expected(&scratch, &[&tip, &format!("^{hidden}")]);
        prop_assert_eq!(touching(&scratch, &span, 0).unwrap(), Touching { commits, touching: found });
    }
}

/// As many commits as take several turns of each thread, and the limit below which nothing is looked at.
#[test]
fn a_long_history_in_several_threads() {
    let scratch = Scratch::new();
    let mut stream = String::from("feature done\n");
    for number in 0..5_000 {
        let _ = write!(stream, "commit refs/heads/main\ncommitter A <a@example.com> {number} +0000\ndata 0\n");
        let _ = writeln!(stream, "M 100644 inline d{}/f.py\ndata 4\n{number:04}", number % 30);
        if number % 700 == 0 {
            let _ = writeln!(stream, "M 100644 inline a/b/requirements.txt\ndata 4\n{number:04}");
        }
    }
    stream.push_str("done\n");
    scratch.git_fed(stream.as_bytes(), &["fast-import", "--quiet"]);
    let newest_first: Vec<Id> = (0..5_000)
        .rev()
        .filter(|number| number % 700 == 0)
        .map(|number| scratch.rev(&format!("main~{}", 4_999 - number)))
        .collect();
    let whole = Span { tip: scratch.rev("main"), hidden: Vec::new() };
    let expected = Touching { commits: 5_000, touching: newest_first.clone() };
    assert_eq!(touching(&scratch, &whole, 0).unwrap(), expected);
    let span = Span { hidden: vec![scratch.rev("main~3000")], ..whole };
    let mut expected = Touching { commits: 3_000, touching: newest_first[..5].to_vec() };
    assert_eq!(touching(&scratch, &span, 2_999).unwrap(), expected);
    expected.touching.clear();
    assert_eq!(touching(&scratch, &span, 3_000).unwrap(), expected);
}

#[test]
fn what_is_not_here_is_an_error_that_names_it() {
    let scratch = Scratch::new();
    scratch.add("a/requirements.txt", "flask==1.0\n");
    scratch.commit("one");
    scratch.add("a/requirements.txt", "flask==1.1\n");
    scratch.commit("two");
    let tree = scratch.rev("HEAD~1:a").to_string();
    std::fs::remove_file(scratch.repo().join(format!(".git/objects/{}/{}", &tree[..2], &tree[2..]))).unwrap();
    let span = Span { tip: scratch.rev("HEAD"), hidden: Vec::new() };
    let error = touching(&scratch, &span, 0).unwrap_err();
    assert!(matches!(&error, ReadError::Missing { what } if what.contains(&tree[..7])), "{error}");
    let span = Span { tip: id(&"1".repeat(40)), hidden: Vec::new() };
    assert!(touching(&scratch, &span, 0).is_err());
}
