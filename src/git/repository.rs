//! The repository a process stands in, and the questions asked of it. Objects and refs are opened on first use: a
//! commit that stages nothing governed reads the index and nothing else.

use std::cell::OnceCell;
use std::ffi::OsString;
use std::path::Path;

use super::World;
use super::binary::GitCommand;
use super::config::Config;
use super::index;
use super::objects::{ObjectKind, Objects};
use super::open::{Layout, OpenError, is_absent};
use super::refs::{RefFiles, unexpected};
use super::tree::CommitTree;
use super::work_tree::WorkTree;
use crate::source::{Id, ReadError, Tree, printable};

/// One repository, opened as git gave it to this process.
pub struct Repository {
    world: World,
    layout: Layout,
    /// As [`Objects::open`] takes it.
    recent: Option<usize>,
    objects: OnceCell<Objects>,
    ref_files: OnceCell<RefFiles>,
    config: OnceCell<Config>,
}

/// Where the other parents of a merge in progress are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeHeads {
    /// pre-merge-commit: MERGE_HEAD is not there yet, git names the heads in `GITHEAD_<id>` variables.
    Environment,
    /// Everywhere else: the lines of the file MERGE_HEAD, if it is there.
    File,
}

impl Repository {
    /// Finds the repository of `world`, as git's hooks are told (GIT_DIR and its companions) or from the working
    /// directory upwards. Reads the repository's own configuration and nothing else.
    pub fn open(world: &World) -> Result<Self, OpenError> {
        Ok(Self {
            layout: Layout::find(world)?,
            recent: None,
            world: world.clone(),
            objects: OnceCell::new(),
            ref_files: OnceCell::new(),
            config: OnceCell::new(),
        })
    }

    /// Keeps `bytes` of what was read last, for whoever is about to read a history.
    #[must_use]
    pub fn keeping(self, bytes: usize) -> Self {
        Self { recent: Some(bytes), objects: OnceCell::new(), ..self }
    }

    /// The top of the work tree, absolute; `None` in a bare repository and in a server's hook.
    pub fn work_dir(&self) -> Option<&Path> {
        self.layout.work_dir.as_deref()
    }

    /// Whether there is no work tree.
    pub fn is_bare(&self) -> bool {
        self.layout.work_dir.is_none()
    }

    /// This work tree's own git directory, absolute.
    pub fn git_dir(&self) -> &Path {
        &self.layout.git_dir
    }

    /// The git directory that linked work trees share, absolute.
    pub fn common_dir(&self) -> &Path {
        &self.layout.common_dir
    }

    /// The directory below the top that the caller stands in, as bytes without a slash at the end; empty at the top.
    /// Paths as typed resolve against it: `RepoPath::resolve(repository.prefix(), typed)`.
    pub fn prefix(&self) -> &[u8] {
        &self.layout.prefix
    }

    /// The world it was opened with.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The tree without entries.
    pub fn empty(&self) -> Box<dyn Tree> {
        Box::new(super::tree::EmptyTree)
    }

    /// What is staged: the index file that GIT_INDEX_FILE names, or the usual one. No such file is an empty index.
    /// Intent-to-add entries are absent; an unmerged entry that is asked for is an error.
    pub fn index(&self) -> Result<Box<dyn Tree + '_>, ReadError> {
        index::read(self).map(|index| index as Box<dyn Tree>)
    }

    /// The tree of `commit`, annotated tags peeled.
    pub fn commit_tree(&self, commit: &Id) -> Result<Box<dyn Tree + '_>, ReadError> {
        let objects = self.objects()?;
        let root = objects.commit_behind(commit)?.tree;
        Ok(Box::new(CommitTree::new(objects, root, &self.layout)))
    }

    /// The files on disk, as they are: no filters, no line ending conversion.
    pub fn work_tree(&self) -> Result<Box<dyn Tree + '_>, ReadError> {
        WorkTree::new(self).map(|tree| Box::new(tree) as Box<dyn Tree>)
    }

    /// What `id` is; `None` when it is not in this clone.
    pub fn kind(&self, id: &Id) -> Result<Option<ObjectKind>, ReadError> {
        Ok(self.objects()?.header(id)?.map(|(kind, _)| kind))
    }

    /// `id`, or what it leads to through annotated tags; `None` when that is not a commit.
    pub fn peel_to_commit(&self, id: &Id) -> Result<Option<Id>, ReadError> {
        self.objects()?.peel_to_commit(id)
    }

    /// The parents recorded in `commit`, in order. At the edge of a shallow clone they are named and not here.
    pub fn commit_parents(&self, commit: &Id) -> Result<Vec<Id>, ReadError> {
        Ok(self.objects()?.commit_behind(commit)?.parents)
    }

    /// The parents of the commit being made: HEAD, unless unborn, and the other heads of a merge.
    pub fn pending_parents(&self, heads: MergeHeads) -> Result<Vec<Id>, ReadError> {
        let mut parents: Vec<Id> = self.head()?.id().into_iter().collect();
        let others = match heads {
            MergeHeads::Environment => self.merge_heads_from_env()?,
            MergeHeads::File => self.merge_heads_from_file()?,
        };
        for head in others {
            if !parents.contains(&head) {
                parents.push(head);
            }
        }
        Ok(parents)
    }

    /// The ids in the names of `GITHEAD_<id>` variables.
    pub fn merge_heads_from_env(&self) -> Result<Vec<Id>, ReadError> {
        let names = self.world.env.keys().filter_map(|name| name.as_encoded_bytes().strip_prefix(b"GITHEAD_"));
        names.map(|hex| Id::from_hex(hex).ok_or_else(|| not_an_id("a GITHEAD_ variable", hex))).collect()
    }

    /// The ids in the file MERGE_HEAD, one on each line; none when no merge is in progress.
    pub fn merge_heads_from_file(&self) -> Result<Vec<Id>, ReadError> {
        let path = self.layout.git_dir.join("MERGE_HEAD");
        let content = match std::fs::read(&path) {
            Ok(content) => content,
            Err(error) if is_absent(&error) => return Ok(Vec::new()),
            Err(error) => return Err(super::objects::damaged("MERGE_HEAD", &error)),
        };
        let lines = content.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
        lines.map(|line| Id::from_hex(line).ok_or_else(|| not_an_id("MERGE_HEAD", line))).collect()
    }

    /// Whether the running `git am` is in truth the apply backend of a rebase.
    pub fn rebasing_with_apply(&self) -> bool {
        self.layout.git_dir.join("rebase-apply").join("rebasing").exists()
    }

    /// The commit that a person means by `spec` (gitrevisions(7)).
    pub fn resolve(&self, spec: &[u8]) -> Result<Id, ReadError> {
        let no_commit = |reason: String| ReadError::Failed {
            message: format!("`{}` names no commit here{reason}", printable(spec)),
            help: "`git log --oneline --all` shows what there is".to_owned(),
        };
        let git = self.git().args(["-c", "core.disambiguate=committish", "rev-parse", "--verify", "--quiet"]);
        // Not `spec^{commit}`: a search by message (`:/text`) would take the suffix for text.
        let output = git.arg("--end-of-options").arg(os_string(spec)?).run();
        let output = output.map_err(|error| match error.status() {
            Some(_) => no_commit(String::new()),
            None => error.into(),
        })?;
        // git before 2.30 prints the option too.
        let line = output.stdout.trim_ascii_end().rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
        let id = Id::from_hex(line).ok_or_else(|| unexpected("git rev-parse", line))?;
        self.peel_to_commit(&id)?.ok_or_else(|| no_commit(format!(": {} is none", id.short())))
    }

    /// The commits of `range` (`A..B`), newest first, at most `limit`. Ask for one more than you accept to see whether
    /// there are more.
    pub fn rev_list(&self, range: &[u8], limit: usize) -> Result<Vec<Id>, ReadError> {
        let git = self.git().arg("rev-list").arg(format!("--max-count={limit}"));
        let output = git.arg("--end-of-options").arg(os_string(range)?).arg("--").run()?;
        let lines = output.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| Id::from_hex(line).ok_or_else(|| unexpected("git rev-list", line))).collect()
    }

    /// A call of the git binary in this repository.
    pub fn git(&self) -> GitCommand {
        GitCommand::new(&self.world)
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(super) fn objects(&self) -> Result<&Objects, ReadError> {
        match self.objects.get() {
            Some(objects) => Ok(objects),
            None => {
                let objects = Objects::open(&self.layout, self.recent)?;
                Ok(self.objects.get_or_init(|| objects))
            }
        }
    }

    pub(super) fn ref_files(&self) -> &RefFiles {
        self.ref_files.get_or_init(|| RefFiles::open(&self.layout))
    }

    pub(super) fn config_list(&self) -> &Config {
        self.config.get_or_init(|| Config::read(self))
    }
}

fn not_an_id(place: &str, text: &[u8]) -> ReadError {
    ReadError::Failed {
        message: format!("{place} should hold a commit id, and holds `{}`", printable(text)),
        help: "`git merge --abort` leaves a merge that cannot be read; then merge again".to_owned(),
    }
}

/// An argument for git. Bytes are kept where the system allows it.
pub(super) fn os_string(bytes: &[u8]) -> Result<OsString, ReadError> {
    let path = gix::path::from_byte_slice(bytes).ok().filter(|_| !bytes.contains(&0));
    path.map(|path| path.as_os_str().to_owned()).ok_or_else(|| ReadError::Failed {
        message: format!("`{}` cannot be passed to git", printable(bytes)),
        help: "use a name without NUL bytes, and on Windows in UTF-8".to_owned(),
    })
}
