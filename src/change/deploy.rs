//! The record of the last good deployment: which commit stood the test of production, and since when. A pipeline writes
//! it after a deployment; a rollback goes back to it.

mod json;

use std::fs;
use std::path::Path;

use jiff::Timestamp;

use super::Edit;
use super::halt::{Failed, Halt};
use super::upgrade::{Change, changes};
use super::write::{make_way, on_disk, write};
use crate::check::{Judging, check};
use crate::git::Repository;
use crate::policy::Policy;
use crate::report::Verdict;
use crate::scope::{self, Which};
use crate::source::{Id, MAX_FILE, Mode, Object, ReadError, RepoPath, Tree, printable_text};
use json::Members;

/// The member that holds the commit.
const SHA: &str = "last_good_sha";
/// The member that holds the time.
const AT: &str = "deployed_at";

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The file.
    pub path: RepoPath,
    /// The last good commit.
    pub commit: Id,
    /// Since when it is deployed; `None` where that is not said.
    pub at: Option<Timestamp>,
}

/// What `hook deploy show` tells.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The record.
    pub record: Record,
    /// The first line of the commit's message, made printable.
    pub subject: String,
    /// What moved since, up to `HEAD`.
    pub changes: Vec<Change>,
}

/// Records that `spec` is deployed and good since `now`; the file and the commit.
///
/// # Errors
/// [`Halt::Failed`] where the commit's pairs are not in order; then nothing is written.
pub fn deployed(repo: &Repository, spec: &[u8], now: Timestamp, judging: &Judging) -> Result<Record, Halt> {
    let top = repo.work_dir().ok_or(scope::ScopeError::Bare)?;
    let commit = repo.resolve(spec)?;
    let question = scope::snapshot(repo, &Which::Revision(commit.to_string().into_bytes()), Vec::new(), None)?;
    let report = check(&[question], judging)?;
    if report.verdict() == Verdict::Refuse {
        let why = format!("the pairs of {} are not in order", commit.short());
        return Err(Failed { why, said: Vec::new(), findings: report.findings }.into());
    }
    let path = policy(repo)?.deploy.record;
    let before = file(top, &path)?;
    let at = now.to_string();
    let sha = commit.to_string();
    let text = match &before {
        Some(bytes) => text(&path, bytes)?.to_owned(),
        None => "{}\n".to_owned(),
    };
    let after = Members::of(&text).and_then(|members| members.with(&[(SHA, &sha), (AT, &at)]));
    let after = after.map_err(|why| malformed(&path, &why))?.into_bytes();
    make_way(top, &path)?;
    write(top, &[Edit { path: path.clone(), before, after }])?;
    Ok(Record { path, commit, at: Some(now) })
}

/// What the record says, and how `HEAD` differs from it.
///
/// # Errors
/// No record, one that cannot be read, a commit that is not here.
pub fn show(repo: &Repository) -> Result<Shown, Halt> {
    let record = recorded(repo, &policy(repo)?, None)?;
    let head = repo.resolve(b"HEAD")?;
    let tree = repo.commit_tree(&head)?;
    let (policy, _) = scope::read_policy(&*tree)?.map_err(scope::ScopeError::Policy)?;
    let (changes, _) = changes(&*repo.commit_tree(&record.commit)?, &*tree, &policy)?;
    let output = repo.git().args(["log", "-1", "--format=%s"]).arg(record.commit.to_string()).run()?;
    let subject = crate::source::printable(output.stdout.trim_ascii_end());
    Ok(Shown { record, subject, changes })
}

/// The policy on disk, which names the files there.
fn policy(repo: &Repository) -> Result<Policy, Halt> {
    let tree = repo.work_tree()?;
    let (policy, _) = scope::read_policy(&*tree)?.map_err(scope::ScopeError::Policy)?;
    Ok(policy)
}

/// The record that `policy` names: as it lies on disk, else as `base` holds it.
pub(super) fn recorded(repo: &Repository, policy: &Policy, base: Option<&dyn Tree>) -> Result<Record, Halt> {
    let top = repo.work_dir().ok_or(scope::ScopeError::Bare)?;
    let path = policy.deploy.record.clone();
    let bytes = match (file(top, &path)?, base) {
        (Some(bytes), _) => Some(bytes),
        (None, Some(tree)) => in_tree(tree, &path)?,
        (None, None) => None,
    };
    let bytes = bytes.ok_or_else(|| {
        let help =
            "`hook deploy record --sha SHA` writes it after a good deployment; `hook rollback --to SHA` needs none";
        Halt::cannot(format!("there is no record of a deployment: {path} is missing"), help)
    })?;
    let members = Members::of(text(&path, &bytes)?).map_err(|why| malformed(&path, &why))?;
    let sha = members.string(SHA).map_err(|why| malformed(&path, &why))?;
    let sha = sha.ok_or_else(|| malformed(&path, &format!("it has no `{SHA}`")))?;
    let commit = Id::from_hex(sha.as_bytes()).filter(|id| !id.is_zero());
    let commit = commit
        .ok_or_else(|| malformed(&path, &format!("its `{SHA}` is no full commit id: `{}`", printable_text(&sha))))?;
    if repo.kind(&commit)?.is_none() {
        return Err(Halt::cannot(
            format!("{}, the last good commit of {path}, is not in this clone", commit.short()),
            "`git fetch --all` may bring it; `hook rollback --to SHA` names another",
        ));
    }
    let commit = repo.peel_to_commit(&commit)?.ok_or_else(|| malformed(&path, &format!("its `{SHA}` is no commit")))?;
    let at = members.string(AT).ok().flatten().and_then(|at| at.parse().ok());
    Ok(Record { path, commit, at })
}

fn malformed(path: &RepoPath, why: &str) -> Halt {
    Halt::cannot(
        format!("{path} is malformed: {why}"),
        format!("`git log -p -- {path}` shows what it was; it is one JSON object with `{SHA}` and `{AT}`"),
    )
}

fn text<'b>(path: &RepoPath, bytes: &'b [u8]) -> Result<&'b str, Halt> {
    std::str::from_utf8(bytes).map_err(|_| malformed(path, "it is not UTF-8"))
}

/// The regular file at `path` below `top`.
fn file(top: &Path, path: &RepoPath) -> Result<Option<Vec<u8>>, Halt> {
    let Some(at) = on_disk(top, path) else { return Ok(None) };
    let unreadable = |why: String| Halt::cannot(format!("{path} cannot be read: {why}"), "put a regular file there");
    match fs::symlink_metadata(&at) {
        Ok(data) if data.is_file() && data.len() <= MAX_FILE => {
            fs::read(&at).map(Some).map_err(|error| unreadable(error.to_string()))
        }
        Ok(data) if data.is_file() => Err(unreadable(format!("it has {} bytes", data.len()))),
        Ok(_) => Err(unreadable("it is no regular file".to_owned())),
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(unreadable(error.to_string())),
    }
}

fn in_tree(tree: &dyn Tree, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
    match tree.lookup(std::slice::from_ref(path))?.into_iter().next().flatten() {
        Some(Object { mode: Mode::File | Mode::Executable, id }) => tree.blob(path, &id).map(Some),
        Some(_) | None => Ok(None),
    }
}
