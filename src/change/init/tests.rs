//! Whatever small tree of requirements files there is: what is proposed is read back as it was meant, is judged as was
//! foretold, touches nothing that stands, and leaves a second run nothing to do.

use std::collections::BTreeMap;
use std::rc::Rc;

use proptest::prelude::*;

use super::{Mode, Setup, Standing, init};
use crate::change::Edit;
use crate::check::{Judging, check};
use crate::policy::{Date, Origin, Policy};
use crate::report::Verdict;
use crate::scope::{Against, Question, read_policy};
use crate::source::{Conversion, Entry, Id, Mode as ObjectMode, Object, Paths, ReadError, RepoPath, Tree};

/// Files in memory; a link is a file of another mode.
#[derive(Clone, Debug, Default)]
struct Memory(BTreeMap<RepoPath, (ObjectMode, Vec<u8>)>);

impl Memory {
    fn object(&self, path: &RepoPath) -> Option<Object> {
        let (mode, content) = self.0.get(path)?;
        // Any digest will do that tells contents apart: FNV-1a, and the length.
        let digest = content
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
        let mut raw = [0; 20];
        raw[..8].copy_from_slice(&digest.to_be_bytes());
        raw[8..16].copy_from_slice(&(content.len() as u64).to_be_bytes());
        Some(Object { mode: *mode, id: Id::from_bytes(&raw).unwrap() })
    }

    fn question(&self) -> Question<'static> {
        let (policy, origin) = read_policy(self).unwrap().unwrap_or_else(|broken| panic!("{broken}"));
        assert!(origin == Origin::Default || policy != Policy::default());
        let ruling = (Rc::new(policy), origin);
        Question::plain("the work tree".to_owned(), Rc::new(self.clone()), Against::Everything(None), ruling)
    }

    fn apply(&mut self, edits: &[Edit]) {
        for edit in edits {
            assert_eq!(edit.before, None, "{} stands", edit.path);
            let old = self.0.insert(edit.path.clone(), (ObjectMode::File, edit.after.clone()));
            assert!(old.is_none(), "{} stands", edit.path);
        }
    }
}

impl Tree for Memory {
    fn lookup(&self, paths: &[RepoPath]) -> Result<Vec<Option<Object>>, ReadError> {
        Ok(paths.iter().map(|path| self.object(path)).collect())
    }

    fn find(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, ReadError> {
        let paths = self.0.keys().filter(|path| wanted(path.as_bytes()));
        Ok(paths.filter_map(|path| Some(Entry { path: path.clone(), object: self.object(path)? })).collect())
    }

    fn blob(&self, path: &RepoPath, _: &Id) -> Result<Vec<u8>, ReadError> {
        let content = self.0.get(path).map(|(_, content)| content.clone());
        content.ok_or_else(|| ReadError::Missing { what: path.to_string() })
    }

    fn conversions(&self, paths: &[RepoPath]) -> Result<Vec<Vec<Conversion>>, ReadError> {
        Ok(vec![Vec::new(); paths.len()])
    }
}

fn judging() -> Judging {
    Judging { today: Date { year: 2026, month: 11, day: 23 }, paths: Paths::default() }
}

/// Runs it over `files` and holds what must hold for every tree; what it came to, and the files then.
fn set_up(files: &Memory, mode: Mode) -> (Setup<'static>, Memory) {
    // So small a tree has no layout that cannot be said: what cannot be spelled is left out.
    let setup = init(files.question(), mode, &judging()).unwrap();
    let mut then = files.clone();
    then.apply(&setup.edits());
    let Standing::New(text) = &setup.policy else {
        assert_eq!((&setup.policy, setup.edits().len()), (&Standing::Nothing, 0));
        return (setup, then);
    };
    let question = then.question();
    let governed = crate::scope::pairs(&*question.after, &question.policy).unwrap();
    let said: Vec<_> = governed.iter().map(|pair| (&pair.manifest, &pair.lock)).collect();
    let found: Vec<_> = setup.layout.pairs.iter().map(|found| (&found.manifest, &found.lock)).collect();
    assert_eq!(said, found, "{text}");
    let report = check(&[question], &judging()).unwrap();
    assert_eq!(report.findings, setup.report.as_ref().unwrap().findings, "what was foretold is not what came\n{text}");
    let again = init(then.question(), mode, &judging()).unwrap();
    assert_eq!(again.edits(), [], "a second run writes more\n{text}");
    assert_eq!(again.wanted, "", "{text}");
    if mode == Mode::Policy {
        assert!(matches!(&again.policy, Standing::Old(_, differences) if differences.is_empty()), "{:?}", again.policy);
    }
    (setup, then)
}

fn path() -> impl Strategy<Value = Vec<u8>> {
    let directories: [&[u8]; 12] = [
        b"",
        b"",
        b"",
        b"a/",
        b"requirements/",
        b"requirements/",
        b"docs/",
        b"tests/x/",
        b"a b*/",
        b"n\nx/",
        b"\xff/",
        b"?/",
    ];
    let names: [&[u8]; 20] = [
        b"requirements.txt",
        b"requirements.txt",
        b"requirements.in",
        b"requirements.lock",
        b"Requirements.TXT",
        b"dev-requirements.txt",
        b"dev-requirements.in",
        b"dev-requirements.lock",
        b"base.txt",
        b"base.in",
        b"base.lock",
        b"requirements-lock.txt",
        b"requirements.lock.txt",
        b"constraints.txt",
        b"constraints.in",
        b"uv.lock",
        b"requirements-\xfe.txt",
        b"requirements.\xfe.lock",
        b"requirements .txt",
        b"prod.txt",
    ];
    (prop::sample::select(directories.to_vec()), prop::sample::select(names.to_vec()))
        .prop_map(|(directory, name)| [directory, name].concat())
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let heads = [
        "",
        "",
        "",
        "",
        "# This file was autogenerated by uv via the following command:\n#    uv pip compile requirements.in -o x.txt\n",
        "# This file was autogenerated by uv via the following command:\n#    uv pip compile pyproject.toml\n",
        "#\n# This file is autogenerated by pip-compile with Python 3.11\n# by the following command:\n#\n#    pip-compile a/base.in base.in\n#\n",
        "# generated by rye\n",
    ];
    let lines = [
        "flask==3.0.3",
        "flask==3.0.3",
        "idna==3.7",
        "idna==3.7",
        "torch>=2",
        "six",
        "idna==3.6",
        "-r base.txt",
        "-r ../requirements.txt",
        "-r requirements.txt",
        "-c constraints.txt",
        "-e .",
        "-r base.in",
        "flask==3.0.3\n    # via -r requirements.in",
        "idna==3.7\n    # via flask",
        "flask=3",
        "x @ git+https://github.com/a/x@main",
        "six==1.16.0 --hash=sha256:00",
        "-r nowhere.txt",
        "${X}",
        "--index-url https://example.com/simple",
        "./local",
        "\u{feff}a==1",
        "a==1 \\",
    ];
    (
        prop::sample::select(heads.to_vec()),
        prop::collection::vec(prop::sample::select(lines.to_vec()), 0..5),
        prop::bool::weighted(0.05),
    )
        .prop_map(|(head, lines, wide)| {
            let text = format!("{head}{}\n", lines.join("\n"));
            if wide {
                [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
            } else {
                text.into_bytes()
            }
        })
}

fn tree() -> impl Strategy<Value = Memory> {
    let link = prop_oneof![Just("requirements.txt"), Just("../requirements.txt"), Just("/etc/x"), Just("self")];
    let content = prop_oneof![
        15 => text().prop_map(|text| (ObjectMode::File, text)),
        1 => link.prop_map(|to| (ObjectMode::Symlink, to.as_bytes().to_vec())),
        1 => Just((ObjectMode::Submodule, Vec::new())),
    ];
    prop::collection::btree_map(path(), content, 0..7).prop_map(|files| {
        Memory(files.into_iter().map(|(path, content)| (RepoPath::new(&path).unwrap(), content)).collect())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_as_it_was_meant(files in tree()) {
        set_up(&files, Mode::Policy);
    }

    #[test]
    fn adopting_never_overwrites_and_comes_to_an_end(files in tree()) {
        set_up(&files, Mode::Adopt);
    }

    #[test]
    fn pinned_manifests_are_in_order_once_adopted(paths in prop::collection::btree_set(path(), 1..5)) {
        let text = |path: &[u8]| if path.ends_with(b".in") { "" } else { "flask==3.0.3\n" };
        let files = paths.iter().filter(|path| path.ends_with(b".txt") && !path.contains(&0xfe));
        let files = Memory(files.map(|path| (RepoPath::new(path).unwrap(), (ObjectMode::File, text(path).into()))).collect());
        let (setup, _) = set_up(&files, Mode::Adopt);
        let Some(report) = setup.report else { return Ok(()) };
        prop_assert_eq!(report.verdict(), Verdict::Pass, "{:?}", report.findings);
    }
}
