//! HEAD and refs. Files are read directly; every other storage (reftable) is asked of the git binary, because gix
//! answers "no such ref" there and a guard must not pass for that reason.
//!
//! Only full names are looked up: a name that does not exist never falls back to a tag or a remote's branch.

use gix::refs::{FullName, FullNameRef, Target};

use super::binary::GitError;
use super::objects::{damaged, from_oid};
use super::open::{Layout, RefStorage};
use super::repository::Repository;
use crate::source::{Id, ReadError, printable};

/// Where HEAD stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// On a branch without a commit.
    Unborn {
        /// The branch's full name, after all symbolic refs.
        name: Vec<u8>,
    },
    /// On a branch.
    Attached {
        /// The branch's full name, after all symbolic refs.
        name: Vec<u8>,
        /// Its commit.
        id: Id,
    },
    /// On no branch.
    Detached {
        /// The commit.
        id: Id,
    },
}

impl Head {
    /// The commit HEAD stands at; `None` when unborn.
    pub fn id(&self) -> Option<Id> {
        match self {
            Self::Unborn { .. } => None,
            Self::Attached { id, .. } | Self::Detached { id } => Some(*id),
        }
    }
}

/// What a ref holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The object it resolves to, tags not peeled.
    pub id: Id,
    /// The name that holds the id, after all symbolic refs; the ref's own name when it is none.
    pub target: Vec<u8>,
}

/// git follows no longer chain of symbolic refs (refs.c, SYMREF_MAXDEPTH).
const MAX_SYMREFS: usize = 5;
/// Looking through more refs takes longer than asking git for its configuration.
const FEW: usize = 100;

/// Whether `name` is a full ref name by the rules of git-check-ref-format(1): `refs/` and at least one component.
pub(super) fn valid_ref_name(name: &[u8]) -> bool {
    name.starts_with(b"refs/") && gix::validate::reference::name(name.into()).is_ok()
}

/// Refs kept in files.
pub(super) struct RefFiles(gix::refs::file::Store);

impl RefFiles {
    /// No namespace, whatever GIT_NAMESPACE says.
    pub(super) fn open(layout: &Layout) -> Self {
        let git_dir = layout.git_dir.clone();
        Self(if layout.git_dir == layout.common_dir {
            gix::refs::file::Store::at(git_dir, layout.hash)
        } else {
            gix::refs::file::Store::for_linked_worktree(git_dir, layout.common_dir.clone(), layout.hash)
        })
    }

    fn find(&self, name: &FullNameRef) -> Result<Option<Target>, ReadError> {
        if self.is_absent(name) {
            return Ok(None);
        }
        let found =
            self.0.try_find(name).map_err(|error| damaged(&format!("ref {}", printable(name.as_bstr())), &error))?;
        // gix also tries refs/tags/<name> and the like.
        Ok(found.filter(|reference| reference.name.as_ref() == name).map(|reference| reference.target))
    }

    /// Whether the ref is surely not there. gix looks in fifteen places before it says so, and a push may bring thousands of
    /// refs that are new.
    fn is_absent(&self, name: &FullNameRef) -> bool {
        let Ok(path) = gix::path::from_bstr(name.as_bstr()) else { return false };
        let dirs = [Some(self.0.git_dir()), self.0.common_dir()];
        let has_file = |dir: &std::path::Path| {
            !dir.join(&*path).symlink_metadata().is_err_and(|error| super::open::is_absent(&error))
        };
        if dirs.into_iter().flatten().any(has_file) {
            return false;
        }
        // A file first, then the packed ones: in that order git moves a ref from one to the other.
        match self.0.cached_packed_buffer() {
            Ok(None) => true,
            Ok(Some(packed)) => {
                let found = packed.try_find(name.as_partial_name());
                found.is_ok_and(|found| found.is_none_or(|found| found.name != name))
            }
            Err(_) => false,
        }
    }

    /// Follows symbolic refs from `target`, which `name` holds.
    fn resolve(&self, name: FullName, target: Target) -> Result<Resolved, ReadError> {
        let (mut at, mut target) = (name, target);
        for _ in 0..=MAX_SYMREFS {
            match target {
                Target::Object(id) => {
                    return Ok(Resolved::Id(Reference { id: from_oid(&id)?, target: at.as_bstr().to_vec() }));
                }
                Target::Symbolic(next) => match self.find(next.as_ref())? {
                    Some(found) => (at, target) = (next, found),
                    None => return Ok(Resolved::Dangling(next.as_bstr().to_vec())),
                },
            }
        }
        Err(ReadError::Failed {
            message: format!("the symbolic ref {} has no end", printable(at.as_bstr())),
            help: "`git symbolic-ref <name>` shows each step; point it at a branch".to_owned(),
        })
    }

    /// What the ref `name` says it stands for; `None` where it is no symbolic ref, or not there.
    pub(super) fn symbolic_target(&self, name: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(match self.find(full_name(name)?.as_ref())? {
            Some(Target::Symbolic(next)) => Some(next.as_bstr().to_vec()),
            Some(Target::Object(_)) | None => None,
        })
    }

    fn head(&self) -> Result<Head, ReadError> {
        let name = full_name(b"HEAD")?;
        let no_head = || ReadError::Failed {
            message: "this repository has no HEAD".to_owned(),
            help: "`git symbolic-ref HEAD refs/heads/main` gives it one".to_owned(),
        };
        let target = self.find(name.as_ref())?.ok_or_else(no_head)?;
        Ok(match self.resolve(name, target)? {
            Resolved::Id(Reference { id, target }) if target == b"HEAD" => Head::Detached { id },
            Resolved::Id(Reference { id, target }) => Head::Attached { name: target, id },
            Resolved::Dangling(name) => Head::Unborn { name },
        })
    }

    fn reference(&self, name: &[u8]) -> Result<Option<Reference>, ReadError> {
        let name = full_name(name)?;
        let Some(target) = self.find(name.as_ref())? else { return Ok(None) };
        Ok(self.resolve(name, target)?.found())
    }

    fn references(&self, prefix: &[u8]) -> Result<Vec<(Vec<u8>, Reference)>, ReadError> {
        let mut found = Vec::new();
        self.below(prefix, &mut |reference| {
            let name = reference.name.as_bstr().to_vec();
            if let Some(resolved) = self.resolve(reference.name, reference.target).ok().and_then(Resolved::found) {
                found.push((name, resolved));
            }
            true
        })?;
        Ok(found)
    }

    fn may_have(&self, prefix: &[u8], wanted: &dyn Fn(&[u8]) -> bool) -> Result<bool, ReadError> {
        let (mut count, mut found) = (0, false);
        self.below(prefix, &mut |reference| {
            count += 1;
            found = count > FEW || wanted(reference.name.as_bstr());
            !found
        })?;
        Ok(found)
    }

    /// Shows every ref whose name begins with `prefix`, as long as `each` wants more.
    fn below(&self, prefix: &[u8], each: &mut dyn FnMut(gix::refs::Reference) -> bool) -> Result<(), ReadError> {
        let failed = |error: &dyn std::fmt::Display| damaged("the refs", error);
        // A relative path needs a last component; what is too much is filtered below.
        let directory = prefix.iter().rposition(|&byte| byte == b'/').map_or(&b"refs"[..], |slash| &prefix[..slash]);
        let directory: &gix::path::RelativePath = directory.try_into().map_err(|error: gix::Error| failed(&error))?;
        let platform = self.0.iter().map_err(|error| failed(&error))?;
        for reference in platform.prefixed(directory).map_err(|error| failed(&error))? {
            match reference {
                Ok(reference) => {
                    if reference.name.as_bstr().starts_with(prefix) && !each(reference) {
                        break;
                    }
                }
                Err(error) if is_broken(&error) => {}
                Err(error) => return Err(failed(&error)),
            }
        }
        Ok(())
    }
}

/// One ref that is no ref, or went away since it was listed: git passes over it in a list, and only asking for it by
/// name fails.
fn is_broken(error: &gix::Error) -> bool {
    error.downcast_any_ref::<gix::refs::file::find::ReferenceDecode>().is_some()
        || error.downcast_any_ref::<std::io::Error>().is_some_and(super::open::is_absent)
}

/// The end of a chain of symbolic refs.
enum Resolved {
    Id(Reference),
    /// The name that nobody holds.
    Dangling(Vec<u8>),
}

impl Resolved {
    fn found(self) -> Option<Reference> {
        match self {
            Self::Id(reference) => Some(reference),
            Self::Dangling(_) => None,
        }
    }
}

fn full_name(name: &[u8]) -> Result<FullName, ReadError> {
    let name: &gix::bstr::BStr = name.into();
    FullName::try_from(name).map_err(|error| damaged(&format!("ref {}", printable(name)), &error))
}

impl Repository {
    /// Whether `name` is a full ref name by the rules of git-check-ref-format(1): `refs/` and at least one component.
    pub fn valid_ref_name(name: &[u8]) -> bool {
        valid_ref_name(name)
    }

    /// Whether refs are read here, and not asked of the git binary.
    pub(super) fn refs_are_files(&self) -> bool {
        self.layout().ref_storage == RefStorage::Files
    }

    /// Where HEAD of this work tree stands.
    pub fn head(&self) -> Result<Head, ReadError> {
        match self.layout().ref_storage {
            RefStorage::Files => self.ref_files().head(),
            RefStorage::Other => self.head_by_git(),
        }
    }

    /// The ref `full_name`; `None` when it does not exist, dangles, or is no full ref name.
    pub fn reference(&self, full_name: &[u8]) -> Result<Option<Reference>, ReadError> {
        if !valid_ref_name(full_name) {
            return Ok(None);
        }
        match self.layout().ref_storage {
            RefStorage::Files => self.ref_files().reference(full_name),
            RefStorage::Other => {
                let refs = self.refs_by_git(full_name)?;
                Ok(refs.into_iter().find(|(name, _)| name == full_name).map(|(_, reference)| reference))
            }
        }
    }

    /// All refs whose full name begins with `prefix` (`refs/heads/auto/`), by name. Broken and dangling ones are left
    /// out, as git leaves them out of its lists.
    pub fn references(&self, prefix: &[u8]) -> Result<Vec<(Vec<u8>, Reference)>, ReadError> {
        match self.layout().ref_storage {
            RefStorage::Files => self.ref_files().references(prefix),
            RefStorage::Other => {
                let end = prefix.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
                let mut refs = self.refs_by_git(&prefix[..end])?;
                refs.retain(|(name, _)| name.starts_with(prefix));
                Ok(refs)
            }
        }
    }

    /// Whether a ref below `prefix` (`refs/remotes/`) could be `wanted`, by a look that errs towards yes where there are
    /// many refs, or only git can list them.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn may_have_reference(&self, prefix: &[u8], wanted: &dyn Fn(&[u8]) -> bool) -> Result<bool, ReadError> {
        match self.layout().ref_storage {
            RefStorage::Files => self.ref_files().may_have(prefix, wanted),
            RefStorage::Other => Ok(true),
        }
    }

    /// Every ref at or below `pattern`, which is a full name or a directory of refs.
    fn refs_by_git(&self, pattern: &[u8]) -> Result<Vec<(Vec<u8>, Reference)>, ReadError> {
        let mut git = self.git().args(["for-each-ref", "--format=%(objectname) %(refname) %(symref)"]);
        if !pattern.is_empty() {
            git = git.arg(super::repository::os_string(pattern)?);
        }
        let output = git.run()?;
        let mut refs = Vec::new();
        for line in output.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            let mut fields = line.splitn(3, |&byte| byte == b' ');
            let parsed = fields.next().and_then(Id::from_hex).zip(fields.next()).zip(fields.next());
            let ((id, name), target) = parsed.ok_or_else(|| unexpected("git for-each-ref", line))?;
            let target = if target.is_empty() { name } else { target };
            refs.push((name.to_vec(), Reference { id, target: target.to_vec() }));
        }
        Ok(refs)
    }

    fn head_by_git(&self) -> Result<Head, ReadError> {
        match self.git().args(["symbolic-ref", "--quiet", "HEAD"]).run() {
            Ok(output) => {
                let name = output.stdout.trim_ascii_end().to_vec();
                Ok(match self.reference(&name)? {
                    Some(Reference { id, target }) => Head::Attached { name: target, id },
                    None => Head::Unborn { name },
                })
            }
            Err(GitError::Failed { status: Some(1), .. }) => {
                let output = self.git().args(["rev-parse", "--verify", "--quiet", "HEAD"]).run()?;
                let id = Id::from_hex(output.stdout.trim_ascii_end());
                Ok(Head::Detached { id: id.ok_or_else(|| unexpected("git rev-parse HEAD", &output.stdout))? })
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// git answered in a form that this program does not know.
pub(super) fn unexpected(command: &str, answer: &[u8]) -> ReadError {
    ReadError::Failed {
        message: format!("`{command}` answered `{}`, which is not its usual form", printable(answer.trim_ascii_end())),
        help: "`git --version` should be 2.30 or newer; if it is, please report this".to_owned(),
    }
}
