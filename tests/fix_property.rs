//! What `hook fix` proposes, for manifests and locks put together at random: it never leaves more wrong than there was,
//! a lock it writes answers its manifest, and a second run has nothing to do.

// `cfg(test)` tells clippy that helpers outside `#[test]` functions are test code too.
#![cfg(test)]

use std::collections::BTreeMap;
use std::rc::Rc;

use freeze_guard::change::{Edit, propose};
use freeze_guard::check::{Judging, check};
use freeze_guard::policy::{Date, Origin, Policy};
use freeze_guard::report::Report;
use freeze_guard::rule::{Level, RuleId};
use freeze_guard::scope::{Against, Question};
use freeze_guard::source::{Conversion, Entry, Id, Mode, Object, Paths, ReadError, RepoPath, Tree};
use proptest::prelude::*;

/// Files in memory.
#[derive(Clone, Debug, Default)]
struct Files(BTreeMap<RepoPath, Vec<u8>>);

impl Files {
    fn of(files: &[(&str, Option<&str>)]) -> Self {
        let there = files.iter().filter_map(|(path, text)| Some((path, (*text)?)));
        Self(there.map(|(path, text)| (RepoPath::new(path.as_bytes()).unwrap(), text.as_bytes().to_vec())).collect())
    }

    fn object(&self, path: &RepoPath) -> Option<Object> {
        let content = self.0.get(path)?;
        // Any digest will do that tells contents apart: FNV-1a, in both halves.
        let digest = content
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
        let mut raw = [0; 20];
        raw[..8].copy_from_slice(&digest.to_be_bytes());
        raw[8..16].copy_from_slice(&(content.len() as u64).to_be_bytes());
        Some(Object { mode: Mode::File, id: Id::from_bytes(&raw).unwrap() })
    }

    fn apply(&mut self, edits: &[Edit]) {
        for edit in edits {
            assert_eq!(self.0.insert(edit.path.clone(), edit.after.clone()), edit.before, "{}", edit.path);
        }
    }

    fn question(&self) -> Question<'static> {
        let ruling = (Rc::new(Policy::default()), Origin::Default);
        Question::plain("the work tree".to_owned(), Rc::new(self.clone()), Against::Everything(None), ruling)
    }

    fn text(&self, path: &str) -> Option<String> {
        self.0.get(&RepoPath::new(path.as_bytes())?).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }
}

impl Tree for Files {
    fn lookup(&self, paths: &[RepoPath]) -> Result<Vec<Option<Object>>, ReadError> {
        Ok(paths.iter().map(|path| self.object(path)).collect())
    }

    fn find(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, ReadError> {
        let paths = self.0.keys().filter(|path| wanted(path.as_bytes()));
        Ok(paths.filter_map(|path| Some(Entry { path: path.clone(), object: self.object(path)? })).collect())
    }

    fn blob(&self, path: &RepoPath, _: &Id) -> Result<Vec<u8>, ReadError> {
        self.0.get(path).cloned().ok_or_else(|| ReadError::Missing { what: path.to_string() })
    }

    fn conversions(&self, paths: &[RepoPath]) -> Result<Vec<Vec<Conversion>>, ReadError> {
        Ok(vec![Vec::new(); paths.len()])
    }
}

fn judging() -> Judging {
    Judging { today: Date { year: 2026, month: 11, day: 22 }, paths: Paths::default() }
}

/// Errors, but for hashes: a pin that moved has lost its own, and only a person can say the new one.
fn errors(report: &Report) -> usize {
    let counts = |rule: RuleId| rule != RuleId::Hash;
    report.findings.iter().filter(|finding| finding.level == Level::Error && counts(finding.rule)).count()
}

/// Runs the fix over `files` and holds what must hold for every input.
fn fixed(mut files: Files) -> (Files, usize) {
    let judging = judging();
    let before = check(&[files.question()], &judging).unwrap();
    let question = files.question();
    let proposal = propose(&question, &judging).unwrap();
    let edits = proposal.edits();
    let foretold = proposal.judge(question, &judging).unwrap();
    files.apply(&edits);
    let after = check(&[files.question()], &judging).unwrap();
    assert_eq!(after.findings, foretold.findings, "what was foretold is not what came");
    assert!(errors(&after) <= errors(&before), "more errors than before: {:#?}", after.findings);
    if edits.iter().any(|edit| edit.path.file_name() == b"requirements.lock") {
        let drift =
            after.findings.iter().find(|finding| matches!(finding.rule, RuleId::LockDrift | RuleId::LockMissing));
        assert!(drift.is_none(), "{drift:#?}");
    }
    let again = propose(&files.question(), &judging).unwrap();
    assert_eq!(again.edits(), [], "a second run changes more");
    (files, errors(&after))
}

const A: &str = "--hash=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "--hash=sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// A requirement that is pinned, or (with `loose`) may be not.
fn requirement(loose: bool) -> impl Strategy<Value = String> {
    let versions: &[&str] =
        if loose { &["==1.0", "==2.0", ">=1", "", "~=1.0,<3", " (>=1)"] } else { &["==1.0", "==2.0"] };
    let tails = [String::new(), format!(" {A}"), format!(" \\\n    {A} \\\n    {B}"), "  # why".to_owned()];
    (
        prop::sample::select(vec!["flask", "Flask", "zope.interface", "uvloop", "idna"]),
        prop::sample::select(vec!["", "", "[async]"]),
        prop::sample::select(versions.to_vec()),
        prop::sample::select(vec![
            "",
            "",
            " ; python_version < \"3.9\"",
            ";python_version>='3.9'",
            " ; os_name == 'é'",
        ]),
        prop::sample::select(tails.to_vec()),
    )
        .prop_map(|(name, extras, version, marker, tail)| format!("{name}{extras}{version}{marker}{tail}"))
}

fn other() -> impl Strategy<Value = String> {
    let lines = [
        "# a comment",
        "",
        "   ",
        "-r more.txt",
        "-c limits.txt",
        "--index-url https://example.com/simple",
        "# é \u{2028}x",
        "--require-hashes",
        "x @ https://example.com/x-1.0.tar.gz",
        "-e ./local",
        "--pre --no-index",
        "flask=1",
        "# via y",
        "-r requirements.txt",
        "<<<<<<< HEAD",
        "=======",
        "idna \\",
        "\t# indented",
    ];
    prop::sample::select(lines.map(str::to_owned).to_vec())
}

fn file(loose: bool) -> impl Strategy<Value = String> {
    let line = prop_oneof![5 => requirement(loose), 2 => other()];
    (prop::collection::vec(line, 0..7), prop::bool::ANY, prop::bool::ANY, prop::bool::weighted(0.1)).prop_map(
        |(lines, crlf, end, mark)| {
            let text = lines.join("\n") + if end { "\n" } else { "" };
            let text = if crlf { text.replace('\n', "\r\n") } else { text };
            if mark { format!("\u{feff}{text}") } else { text }
        },
    )
}

/// Pinned requirements of different names, in some layout: a manifest with nothing wrong in it.
fn sound() -> impl Strategy<Value = String> {
    let heads = ["", "# head\n", "# head\n# more\n\n", "\n# late\n"];
    let lines =
        ["flask==3.0.3", "Idna[x] == 3.7 ; python_version < '3.9'  # why", "uvloop==0.20.0 # why", "# alone", ""];
    (
        prop::sample::select(heads.to_vec()),
        prop::sample::subsequence(lines.to_vec(), 0..5),
        prop::bool::ANY,
        prop::bool::ANY,
    )
        .prop_map(|(head, lines, crlf, end)| {
            let text = format!("{head}{}{}", lines.join("\n"), if end { "\n" } else { "" });
            if crlf { text.replace('\n', "\r\n") } else { text }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_gets_worse(
        manifest in file(true), lock in prop::option::weighted(0.9, file(false)), more in prop::option::of(file(true)),
    ) {
        fixed(Files::of(&[
            ("requirements.txt", Some(&manifest)), ("requirements.lock", lock.as_deref()),
            ("more.txt", more.as_deref()), ("limits.txt", Some("idna<9\n")),
        ]));
    }

    #[test]
    fn a_mirror_of_a_sound_manifest_is_always_in_order(
        manifest in sound(), shared in sound(), head in prop::bool::ANY,
        lock in prop::option::of(prop::collection::vec(requirement(false), 0..4)),
    ) {
        // A name in both files would be a duplicate, which is for a person to mend.
        let shared = shared.replace("flask", "jinja2").replace("Idna", "tqdm").replace("uvloop", "six");
        let manifest = format!("{manifest}\n-r more.txt\n");
        let lock = lock.map(|lines| lines.join("\n"));
        let lock = lock.map(|lock| if head { format!("# ours\n\n{lock}") } else { lock });
        let files = Files::of(&[
            ("requirements.txt", Some(&manifest)), ("requirements.lock", lock.as_deref()), ("more.txt", Some(&shared)),
            ("limits.txt", Some("")),
        ]);
        let (fixed, errors) = fixed(files);
        prop_assert_eq!(errors, 0, "{:?}", fixed);
        if head && lock.is_some() {
            let text = fixed.text("requirements.lock").unwrap();
            prop_assert!(text.starts_with("# ours"), "{}", text);
        }
    }
}
