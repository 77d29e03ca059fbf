//! A work tree in memory, and what is asked of it.

use std::collections::BTreeMap;
use std::rc::Rc;

use freeze_guard::change::Edit;
use freeze_guard::check::Judging;
use freeze_guard::policy::{Date, Origin, Policy};
use freeze_guard::report::Report;
use freeze_guard::rule::{Level, RuleId};
use freeze_guard::scope::{Against, Question};
use freeze_guard::source::{Conversion, Entry, Id, Mode, Object, Paths, ReadError, RepoPath, Tree};

/// Files in memory; a link is a file of another mode.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files(pub(crate) BTreeMap<RepoPath, (Mode, Vec<u8>)>);

impl Files {
    pub(crate) fn of(files: &[(&str, Option<&str>)]) -> Self {
        let there = files.iter().filter_map(|(path, text)| Some((path, (*text)?)));
        let file = |text: &str| (Mode::File, text.as_bytes().to_vec());
        Self(there.map(|(path, text)| (RepoPath::new(path.as_bytes()).unwrap(), file(text))).collect())
    }

    fn object(&self, path: &RepoPath) -> Option<Object> {
        let (mode, content) = self.0.get(path)?;
        // Any digest will do that tells contents apart: FNV-1a, in both halves.
        let digest = content
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
        let mut raw = [0; 20];
        raw[..8].copy_from_slice(&digest.to_be_bytes());
        raw[8..16].copy_from_slice(&(content.len() as u64).to_be_bytes());
        Some(Object { mode: *mode, id: Id::from_bytes(&raw).unwrap() })
    }

    pub(crate) fn apply(&mut self, edits: &[Edit]) {
        for edit in edits {
            let old = self.0.insert(edit.path.clone(), (Mode::File, edit.after.clone()));
            assert_eq!(old.map(|(_, content)| content), edit.before, "{}", edit.path);
        }
    }

    pub(crate) fn question(&self) -> Question<'static> {
        let ruling = (Rc::new(Policy::default()), Origin::Default);
        Question::plain("the work tree".to_owned(), Rc::new(self.clone()), Against::Everything(None), ruling)
    }

    pub(crate) fn text(&self, path: &str) -> Option<String> {
        self.0.get(&RepoPath::new(path.as_bytes())?).map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned())
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
        self.0
            .get(path)
            .map(|(_, content)| content.clone())
            .ok_or_else(|| ReadError::Missing { what: path.to_string() })
    }

    fn conversions(&self, paths: &[RepoPath]) -> Result<Vec<Vec<Conversion>>, ReadError> {
        Ok(vec![Vec::new(); paths.len()])
    }
}

pub(crate) fn judging() -> Judging {
    Judging { today: Date { year: 2026, month: 11, day: 22 }, paths: Paths::default() }
}

/// Errors, but for hashes: a pin that moved has lost its own, and only a person can say the new one.
pub(crate) fn errors(report: &Report) -> usize {
    let counts = |rule: RuleId| rule != RuleId::Hash;
    report.findings.iter().filter(|finding| finding.level == Level::Error && counts(finding.rule)).count()
}
