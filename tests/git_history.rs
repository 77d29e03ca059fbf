//! A history read by the library and searched by it, against `git rev-list --full-history -- PATHSPECS`: merges, criss-cross,
//! several roots, renames, clashes of files and directories, links and submodules, odd dates; with and without a commit
//! graph, packed and loose, shallow, sha256, and what is damaged or missing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where its world is broken")]

mod git_support;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use freeze_guard::git::{Repository, Tips, Wanted};
use freeze_guard::source::{Id, ReadError};
use git_support::{Scratch, id, path};

/// Small steps of a generator, the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[usize::try_from(self.roll(from.len() as u64)).unwrap()]
    }
}

const PATHS: &[&str] = &[
    "requirements.txt",
    "Requirements.TXT",
    "a/requirements.txt",
    "a/b/requirements.lock",
    "a/b/c/d/dev-requirements.in",
    "a.b/requirements.txt",
    "a-b/requirements.txt",
    "requirements.txt/inside",
    "pyproject.toml",
    "pyproject.toml/below/x",
    "more/base.txt",
    "more",
    "more/base.txt/deep",
    "deps/pins.list",
    "x/deps/pins.list",
    "x-deps/pins.list",
    "code.py",
    "a/code.py",
    "a/b/c/code.py",
    ".gitattributes",
    "a/.gitattributes",
];

fn generated(seed: u64) -> String {
    let (mut dice, mut text) = (Dice(seed), String::new());
    for mark in 1..=80u64 {
        let branch = dice.roll(4);
        let date = 1_700_000_000 + [mark, 5, 1000 - mark, mark / 7][usize::try_from(dice.roll(4)).unwrap()];
        let root = mark == 1 || dice.roll(40) == 0;
        if root {
            let _ = write!(text, "reset refs/heads/b{branch}\n\n");
        }
        let _ = write!(text, "commit refs/heads/b{branch}\nmark :{mark}\ncommitter A <a@example.com> {date} +0000\n");
        text.push_str("data 1\nx\n");
        if !root {
            let from = (mark - 1).saturating_sub(dice.roll(6)).max(1);
            let _ = writeln!(text, "from :{from}");
            for _ in 0..[0, 0, 0, 1, 1, 2][usize::try_from(dice.roll(6)).unwrap()] {
                let other = (mark - 1).saturating_sub(dice.roll(12)).max(1);
                let _ = writeln!(text, "merge :{other}");
            }
        }
        for _ in 0..dice.roll(4) {
            let at = dice.pick(PATHS);
            match dice.roll(9) {
                0 => drop(writeln!(text, "D {at}")),
                1 => drop(writeln!(text, "M 160000 {:040x} {at}", 1 + dice.roll(3))),
                2 => drop(write!(text, "M 120000 inline {at}\ndata 1\n{}\n", dice.roll(3))),
                3 => drop(write!(text, "M 100755 inline {at}\ndata 1\n{}\n", dice.roll(3))),
                4 if !root => drop(writeln!(text, "D {}", dice.pick(&["a", "a/b", "more", "x"]))),
                _ => drop(write!(text, "M 100644 inline {at}\ndata 1\n{}\n", dice.roll(3))),
            }
        }
        text.push('\n');
    }
    text.push_str("reset HEAD\nfrom :80\n\n");
    text
}

fn import(scratch: &Scratch, stream: &str) {
    let world = scratch.world();
    let mut command = Command::new("git");
    command.args(["fast-import", "--quiet", "--force"]).env_clear().envs(&world.env).current_dir(&world.cwd);
    let mut git = command.stdin(Stdio::piped()).spawn().unwrap();
    git.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
    assert!(git.wait().unwrap().success());
}

fn wanted() -> Vec<Vec<Wanted>> {
    let end = |text: &str| Wanted::Ending(text.as_bytes().to_vec());
    vec![
        vec![end("requirements.txt"), end("requirements.lock"), end("requirements.in"), end(".gitattributes")],
        vec![Wanted::At(path("pyproject.toml")), Wanted::At(path("more/base.txt"))],
        vec![end("deps/pins.list")],
        vec![end("/deps/PINS.list"), Wanted::At(path("a/b/c/code.py"))],
        vec![end("")],
        vec![Wanted::At(path("nowhere"))],
    ]
}

/// What the library finds.
fn found(repository: &Repository, tips: &Tips, wanted: &[Wanted]) -> Result<BTreeSet<Id>, ReadError> {
    let mut walk = repository.walk(tips)?;
    let mut order = Vec::new();
    while let Some(at) = walk.advance()? {
        order.push(at);
    }
    let commits = walk.into_commits();
    assert_eq!(order.len(), commits.len());
    let mut differ = repository.differ(wanted.to_vec())?;
    let mut found = BTreeSet::new();
    for at in order {
        let tree = commits.tree(at).unwrap();
        let parents = commits.parents(at);
        let mut touches = parents.is_empty() && differ.differ(Some(&tree), None)?;
        for &parent in parents {
            touches |= differ.differ(Some(&tree), commits.tree(parent).as_ref())?;
        }
        if touches {
            found.insert(commits.id(at).unwrap());
        }
    }
    Ok(found)
}

/// What is wanted as git is asked for it (gitglossary(7), "pathspec").
fn pathspec(wanted: &Wanted) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    match wanted {
        Wanted::At(path) => format!(":(top,literal){}", text(path.as_bytes())),
        Wanted::Ending(end) => {
            let escape =
                |char| if matches!(char, '*' | '?' | '[' | '\\') { format!("\\{char}") } else { char.to_string() };
            format!(":(top,icase)*{}", text(end).chars().map(escape).collect::<String>())
        }
    }
}

/// What git finds.
fn expected(scratch: &Scratch, tips: &[&str], wanted: &[Wanted]) -> BTreeSet<Id> {
    let specs: Vec<String> = wanted.iter().map(pathspec).collect();
    let mut args = vec!["rev-list", "--full-history"];
    args.extend(tips);
    args.push("--");
    args.extend(specs.iter().map(String::as_str));
    let world = scratch.world_with(&[("GIT_NO_REPLACE_OBJECTS", "1")]);
    scratch.git_in(&world, &args).lines().map(id).collect()
}

fn agrees(scratch: &Scratch, what: &str) -> usize {
    let repository = scratch.open().keeping(1 << 16);
    let mut touching = 0;
    for (at, wanted) in wanted().iter().enumerate() {
        let (found, expected) =
            (found(&repository, &Tips::All, wanted).unwrap(), expected(scratch, &["--all", "HEAD"], wanted));
        assert_eq!(found, expected, "{what}: search {at}");
        touching += found.len();
    }
    touching
}

#[test]
fn generated_histories_are_searched_as_git_searches_them() {
    for seed in 0..12 {
        let scratch = Scratch::new();
        import(&scratch, &generated(seed));
        assert!(agrees(&scratch, &format!("seed {seed}")) > 30, "seed {seed} touches too little");
        let tip = [Tips::Revision(b"b1~3".to_vec()), Tips::Revision(b"b2".to_vec())];
        for (tips, spec) in tip.iter().zip(["b1~3", "b2"]) {
            if scratch.try_git(&scratch.world(), &["rev-parse", "--quiet", "--verify", spec]).status.success() {
                let wanted = &wanted()[0];
                assert_eq!(found(&scratch.open(), tips, wanted).unwrap(), expected(&scratch, &[spec], wanted));
            }
        }
    }
}

#[test]
fn packs_a_commit_graph_and_its_chain_change_nothing() {
    let scratch = Scratch::new();
    import(&scratch, &generated(21));
    scratch.git(&["repack", "-adfq", "--depth=50", "--window=50"]);
    let before = agrees(&scratch, "packed");
    scratch.git(&["commit-graph", "write", "--reachable", "--split"]);
    scratch.git(&["checkout", "-q", "-f", "--detach", "b1"]);
    scratch.add("more/base.txt", "beyond the graph\n");
    scratch.commit("beyond the graph");
    scratch.git(&["branch", "beyond"]);
    assert!(agrees(&scratch, "beyond the graph") > before);
    scratch.git(&["commit-graph", "write", "--reachable", "--split=no-merge"]);
    agrees(&scratch, "a chain of graphs");
    scratch.git(&["commit-graph", "write", "--reachable"]);
    agrees(&scratch, "one graph");
    let graph = scratch.repo().join(".git/objects/info/commit-graph");
    let whole = std::fs::read(&graph).unwrap();
    std::fs::remove_file(&graph).unwrap();
    for end in [0, 7, 100, whole.len() / 2, whole.len() - 3] {
        std::fs::write(&graph, &whole[..end]).unwrap();
        let repository = scratch.open();
        let wanted = &wanted()[0];
        std::fs::write(&graph, &whole[..end]).unwrap();
        let found = found(&repository, &Tips::All, wanted).unwrap();
        std::fs::remove_file(&graph).unwrap();
        assert_eq!(found, expected(&scratch, &["--all", "HEAD"], wanted), "a graph of {end} bytes");
    }
}

#[test]
fn a_shallow_clone_ends_where_git_says() {
    let scratch = Scratch::new();
    import(&scratch, &generated(33));
    let url = format!("file://{}", scratch.repo().display());
    let clone = Scratch::empty();
    for depth in ["1", "2", "5", "9"] {
        let _ = std::fs::remove_dir_all(clone.repo());
        std::fs::create_dir_all(clone.repo()).unwrap();
        clone.git(&["clone", "-q", "--no-checkout", "--no-single-branch", "--depth", depth, &url, "."]);
        agrees(&clone, &format!("depth {depth}"));
    }
}

#[test]
fn longer_ids_and_tags_of_anything() {
    let scratch = Scratch::init(&["--object-format=sha256"]);
    for (at, text) in ["one", "two", "three"].iter().enumerate() {
        scratch.add("requirements.txt", text);
        scratch.add("code.py", at.to_string());
        scratch.commit(text);
        scratch.add("code.py", "between");
        scratch.commit("between");
    }
    scratch.git(&["tag", "-a", "-m", "t", "of-a-tree", "HEAD^{tree}"]);
    scratch.git(&["tag", "of-a-blob", "HEAD:code.py"]);
    scratch.git(&["tag", "-a", "-m", "t", "of-a-commit", "HEAD~2"]);
    scratch.git(&["tag", "-a", "-m", "t", "of-a-tag", "of-a-commit"]);
    assert!(agrees(&scratch, "sha256") > 3);
    scratch.git(&["commit-graph", "write", "--reachable"]);
    agrees(&scratch, "sha256 with a graph");
    let one = found(&scratch.open(), &Tips::Revision(b"of-a-tag".to_vec()), &wanted()[0]).unwrap();
    assert_eq!(one.len(), 2);
}

#[test]
fn replaced_and_grafted_commits_are_read_as_they_are() {
    let scratch = Scratch::new();
    import(&scratch, &generated(5));
    let (two, one) = (scratch.rev("HEAD"), scratch.rev("HEAD~1"));
    let tree = scratch.git(&["rev-parse", "HEAD~3^{tree}"]);
    let other = scratch.git(&["commit-tree", "-m", "x", &tree]);
    scratch.git(&["replace", &one.to_string(), &other]);
    scratch.git(&["replace", "--graft", &two.to_string()]);
    // The replacements are refs themselves, and so are part of everything.
    agrees(&scratch, "replaced");
}

#[test]
fn what_is_missing_or_damaged_is_named() {
    let scratch = Scratch::new();
    for text in ["one", "two"] {
        scratch.add("a/requirements.txt", text);
        scratch.commit(text);
    }
    let object = |spec: &str| {
        let id = scratch.git(&["rev-parse", spec]);
        let file = scratch.repo().join(format!(".git/objects/{}/{}", &id[..2], &id[2..]));
        (id, file)
    };
    for (spec, what) in [("HEAD~1:a", "tree "), ("HEAD~1^{tree}", "tree "), ("HEAD~1", "commit ")] {
        let (id, file) = object(spec);
        let kept = std::fs::read(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        let error = found(&scratch.open(), &Tips::Revision(b"HEAD".to_vec()), &wanted()[0]).unwrap_err();
        assert!(error.to_string().contains(&format!("{what}{}", &id[..10])), "{error}");
        assert!(error.help().contains("git fetch"), "{}", error.help());
        std::fs::write(&file, b"nonsense").unwrap();
        let error = found(&scratch.open(), &Tips::Revision(b"HEAD".to_vec()), &wanted()[0]).unwrap_err();
        assert!(error.to_string().contains(&id[..10]) && error.help().contains("git fsck"), "{error}");
        std::fs::remove_file(&file).unwrap();
        std::fs::write(&file, kept).unwrap();
    }
    let blob = scratch.git(&["rev-parse", "HEAD:a/requirements.txt"]);
    let odd = scratch.repo().join("odd");
    std::fs::write(&odd, format!("tree {blob}\nauthor\ncommitter\n\nodd\n")).unwrap();
    let odd = scratch.git(&["hash-object", "-t", "commit", "-w", "--literally", "odd"]);
    let error = found(&scratch.open(), &Tips::Revision(odd.into_bytes()), &wanted()[0]).unwrap_err();
    assert!(error.to_string().contains("it is a blob"), "{error}");
}

#[test]
fn trees_out_of_order_or_with_a_name_twice_hide_nothing() {
    let scratch = Scratch::new();
    scratch.add("one", "1");
    scratch.commit("one");
    let blobs = ["1", "2"].map(|text| {
        scratch.write("blob", text);
        id(&scratch.git(&["hash-object", "-w", "blob"]))
    });
    let commit = |entries: &[(&str, usize)], parent: &str| {
        let mut tree = Vec::new();
        for (name, blob) in entries {
            tree.extend([b"100644 ", name.as_bytes(), b"\0", blobs[*blob].as_bytes()].concat());
        }
        std::fs::write(scratch.repo().join("tree"), tree).unwrap();
        let tree = scratch.git(&["hash-object", "-t", "tree", "-w", "--literally", "tree"]);
        scratch.git(&["commit-tree", "-m", "x", "-p", parent, &tree])
    };
    let name = "requirements.txt";
    let first = commit(&[("z", 0), (name, 0)], "HEAD");
    let same = commit(&[("z", 1), (name, 0)], &first);
    let moved = commit(&[(name, 1), ("z", 1)], &same);
    let twice = commit(&[(name, 1), (name, 0), ("z", 1)], &moved);
    let other = commit(&[(name, 0), (name, 0), ("z", 1)], &twice);
    let found = found(&scratch.open(), &Tips::Revision(other.clone().into_bytes()), &wanted()[0]).unwrap();
    assert!([&first, &moved, &twice, &other].iter().all(|one| found.contains(&id(one))), "{found:?}");
    assert!(!found.contains(&id(&same)));
}

#[test]
fn trees_deeper_than_a_stack_end_in_an_answer() {
    let scratch = Scratch::new();
    let tree = |names: &str| {
        scratch.write("listing", names);
        let world = scratch.world();
        let mut command = Command::new("git");
        command.arg("mktree").env_clear().envs(&world.env).current_dir(&world.cwd);
        let listing = std::fs::File::open(scratch.repo().join("listing")).unwrap();
        let output = command.stdin(Stdio::from(listing)).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    scratch.write("blob", "x");
    let blob = scratch.git(&["hash-object", "-w", "blob"]);
    let mut deep = tree(&format!("100644 blob {blob}\trequirements.txt\n"));
    for _ in 0..400 {
        deep = tree(&format!("040000 tree {deep}\td\n"));
    }
    let commit = scratch.git(&["commit-tree", "-m", "deep", &deep]);
    let found = found(&scratch.open(), &Tips::Revision(commit.clone().into_bytes()), &wanted()[0]).unwrap();
    assert_eq!(found, BTreeSet::from([id(&commit)]));
}
