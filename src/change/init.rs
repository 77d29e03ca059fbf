//! What `hook init` proposes: the smallest policy that says what a work tree has, and with [`Mode::Adopt`] also what
//! brings it in order: exemptions with reasons, and mirror locks that are missing. No manifest is ever touched, and
//! nothing that stands is overwritten.
//!
//! The policy is read back with the loader before anything else happens with it: one that would not say exactly what was
//! found is not proposed.

mod adopt;
mod cover;
mod differ;
mod draft;
mod found;
mod layout;
mod name;
mod scene;

use std::rc::Rc;

use super::Edit;
use super::Unfixed;
use super::overlay::Overlay;
use crate::check::{Judging, check};
use crate::policy::{FREEZE_GUARD_TOML, Kind, Origin, PYPROJECT_TOML, Pair, Policy};
use crate::report::Report;
use crate::scope::Question;
use crate::source::{ReadError, RepoPath};
pub use differ::Difference;
use differ::differences;
use draft::Draft;
use scene::Scene;

/// How far to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Write the policy.
    Policy,
    /// Write the policy and what brings the repository in order.
    Adopt,
}

/// What a work tree has.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Its pairs, sorted by manifest.
    pub pairs: Vec<Found>,
    /// What looks like requirements or a lock and is no pair, sorted by path.
    pub left: Vec<Left>,
    /// What the default rule makes of it.
    default: Vec<Pair>,
}

/// A pair that was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The file people edit.
    pub manifest: RepoPath,
    /// The file a tool writes.
    pub lock: RepoPath,
    /// How the lock answers the manifest; never `auto`.
    pub kind: Kind,
    /// Whether the lock is there.
    pub state: LockState,
    /// Why it is this kind, for people; printable.
    pub why: String,
    /// Whether the manifest itself is pinned, or should be.
    manifest_pins: bool,
    /// Whether one of the two installs from the tree itself.
    allow_local: bool,
}

/// Whether a lock is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockState {
    /// It is.
    Stands,
    /// It is not, yet.
    Missing,
}

/// A file that is no part of a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Where it stands.
    pub path: RepoPath,
    /// Why.
    pub reason: Reason,
}

/// Why a file is no part of a pair of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A lock of this tool, in a format that is not covered.
    OtherFormat(&'static str),
    /// rye's lock, made from pyproject.toml.
    Rye,
    /// A manifest whose lock would be this file, which is rye's.
    RyeBeside(RepoPath),
    /// A lock that was made from this file, which is no requirements file.
    Project(&'static str),
    /// A lock that was made from all of these.
    Several(Vec<RepoPath>),
    /// It lies in a directory that is not the project's own.
    Aside {
        /// The directory.
        directory: RepoPath,
        /// What it holds.
        what: &'static str,
    },
    /// A link to this file, which is judged by itself.
    Link(RepoPath),
    /// A link, a submodule or a directory.
    NoFile,
    /// This manifest reads it, and it is judged with that.
    ReadBy(RepoPath),
    /// A lock beside which no manifest stands.
    LoneLock,
    /// It constrains and installs nothing, and no manifest reads it.
    Constraints,
    /// Only files that it reads itself read it.
    Circle,
    /// A policy cannot spell its path.
    Unspellable,
}

/// Why there is no proposal.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The work tree could not answer.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// No policy that can be written says what was found.
    #[error("no policy is proposed: {0}")]
    Unfaithful(String),
}

impl InitError {
    /// The next step.
    pub fn help(&self) -> String {
        match self {
            Self::Read(error) => error.help(),
            Self::Unfaithful(_) => {
                "write freeze-guard.toml by hand, with patterns; `hook check --worktree` tries it".to_owned()
            }
        }
    }
}

/// What was found, and what would be written for it.
pub struct Setup<'r> {
    /// What was found.
    pub layout: Layout,
    /// The policy.
    pub policy: Standing,
    /// Missing locks that are left to a person, and why.
    pub unlocked: Vec<Unfixed>,
    /// Exemptions that the policy would need and that are not written, because a policy is there already.
    pub wanted: String,
    overlay: Overlay<'r>,
    /// How the work tree is judged with everything written; `None` where there is nothing to govern.
    pub report: Option<Report>,
}

/// Whether there is a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is none, and nothing that it could govern.
    Nothing,
    /// This is the new one.
    New(String),
    /// This file holds it, and it differs from what would be written in these points.
    Old(RepoPath, Vec<Difference>),
}

impl Setup<'_> {
    /// The files that would be written, sorted by path; none of them is there yet.
    pub fn edits(&self) -> Vec<Edit> {
        self.overlay.edits()
    }
}

/// What `hook init` would do about the work tree of `question`, which asks about everything.
///
/// # Errors
/// What the work tree cannot answer, and a layout that no policy can say.
pub fn init<'r>(question: Question<'r>, mode: Mode, judging: &Judging) -> Result<Setup<'r>, InitError> {
    let tree = Rc::clone(&question.after);
    let scene = Scene::of(&*tree)?;
    let mut layout = layout::layout(&scene)?;
    let overlay = Overlay::new(Rc::clone(&question.after));
    let setup = |layout, policy| Setup {
        layout,
        policy,
        unlocked: Vec::new(),
        wanted: String::new(),
        overlay: overlay.clone(),
        report: None,
    };
    match question.origin.clone() {
        Origin::File(path) => {
            let differences = match mode {
                Mode::Adopt => Vec::new(),
                Mode::Policy => {
                    // What no policy can say is not missing in this one.
                    drop(cover::cover(&scene, &mut layout));
                    differences(&scene, &layout, &question.policy)?
                }
            };
            old(setup(layout, Standing::Old(path, differences)), question, mode, judging)
        }
        Origin::Default if layout.pairs.is_empty() => Ok(setup(layout, Standing::Nothing)),
        Origin::Default => {
            let draft = cover::cover(&scene, &mut layout)?;
            if layout.pairs.is_empty() {
                return Ok(setup(layout, Standing::Nothing));
            }
            new(setup(layout, Standing::Nothing), draft, question, mode, judging)
        }
    }
}

fn new<'r>(
    mut setup: Setup<'r>,
    mut draft: Draft,
    question: Question<'r>,
    mode: Mode,
    judging: &Judging,
) -> Result<Setup<'r>, InitError> {
    let path = RepoPath::new(FREEZE_GUARD_TOML.as_bytes());
    let path = path.ok_or_else(|| InitError::Unfaithful(format!("{FREEZE_GUARD_TOML} is no path")))?;
    let mut question = under(question, draft.load()?, &path);
    if mode == Mode::Adopt {
        setup.unlocked = adopt::lock(&question, &mut setup.overlay, judging)?;
        for _ in 0..adopt::ROUNDS {
            let exemptions = adopt::exemptions(&question, &setup.overlay, judging)?;
            if exemptions.is_empty() {
                break;
            }
            draft.exempt(exemptions);
            question = under(question, draft.load()?, &path);
        }
    }
    setup.overlay.put(&path, draft.text().into_bytes())?;
    setup.policy = Standing::New(draft.text());
    finish(setup, question, judging)
}

fn old<'r>(
    mut setup: Setup<'r>,
    question: Question<'r>,
    mode: Mode,
    judging: &Judging,
) -> Result<Setup<'r>, InitError> {
    if mode == Mode::Adopt {
        setup.unlocked = adopt::lock(&question, &mut setup.overlay, judging)?;
        let mut draft = Draft::default();
        draft.exempt(adopt::exemptions(&question, &setup.overlay, judging)?);
        let shared = matches!(&setup.policy, Standing::Old(path, _) if path.as_bytes() == PYPROJECT_TOML.as_bytes());
        setup.wanted = draft.exemptions(if shared { "tool.freeze-guard." } else { "" });
    }
    finish(setup, question, judging)
}

fn finish<'r>(mut setup: Setup<'r>, question: Question<'r>, judging: &Judging) -> Result<Setup<'r>, InitError> {
    let question = Question { after: Rc::new(setup.overlay.clone()), ..question };
    setup.report = Some(check(&[question], judging)?);
    Ok(setup)
}

fn under<'r>(question: Question<'r>, policy: Policy, path: &RepoPath) -> Question<'r> {
    Question { policy: Rc::new(policy), origin: Origin::File(path.clone()), ..question }
}

impl Found {
    /// Its kind, as a policy writes it.
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            Kind::Mirror | Kind::Auto => "mirror",
            Kind::Compiled => "compiled",
            Kind::Freeze => "freeze",
        }
    }
}
