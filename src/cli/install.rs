//! `hook install`: wires this clone, then says in what state its pairs are.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::args::{InstallArgs, ViaArg};
use super::children::Children;
use super::output::out;
use super::world::Surroundings;
use super::{Failure, Outcome, clones, gits, server};
use freeze_guard::check::check;
use freeze_guard::git::{GitError, Repository};
use freeze_guard::policy::Policy;
use freeze_guard::report::plural;
use freeze_guard::rule::{Level, RuleId};
use freeze_guard::scope::{self, ScopeError, Which};
use freeze_guard::source::{Paths, ReadError, RepoPath, Tree, printable, shell_word};
use freeze_guard::wiring::{
    Directory, Done, Established, GitVersion, KnownGit, Plan, Reach, Site, SiteError, Via, WiringError, Wish, apply,
    establish, plan_install, plan_wiring,
};

/// More files than this are counted, not named.
const NAMED: usize = 5;

impl From<SiteError> for Failure {
    fn from(error: SiteError) -> Self {
        Self::new(error.to_string(), error.help())
    }
}

impl From<WiringError> for Failure {
    fn from(error: WiringError) -> Self {
        Self::new(error.to_string(), error.help())
    }
}

/// The binary that shims call: this one.
pub(crate) fn binary() -> Result<PathBuf, Failure> {
    std::env::current_exe().map_err(|error| {
        Failure::new(format!("the path of this program cannot be told: {error}"), "start it by its full path")
    })
}

/// Where the hooks of `repo` live.
pub(crate) fn site(repo: &Repository) -> Result<Site, Failure> {
    let unstarted = RefCell::new(None);
    let ask = |words: &[&OsStr]| {
        repo.git().args(words).run().map(|output| output.stdout).map_err(|error| {
            let message = error.to_string();
            if matches!(error, GitError::NotFound | GitError::Start { .. }) {
                unstarted.replace(Some(error));
            }
            message
        })
    };
    Site::discover(&ask).map_err(|error| match unstarted.take() {
        // There is nothing else to be said.
        Some(git) => Failure::new(format!("git could not say where the hooks of this clone live: {git}"), git.help()),
        None => error.seen_from(repo.work_dir().unwrap_or(repo.common_dir())).into(),
    })
}

pub(crate) fn run(args: &InstallArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    if args.all {
        return clones::install_all(args, world);
    }
    if let Some(directory) = &args.template {
        return template(&world.world.cwd.join(directory), args);
    }
    let repo = world.repository()?;
    let site = site(&repo)?;
    let binary = binary()?;
    if args.server {
        return server::install(args, &repo, &site, &binary);
    }
    let gits = gits::known(&world.world, &site);
    let plan = plan_wiring(&site, &wish(args, &binary, &gits)).map_err(|error| with_config(error, &site))?;
    if args.dry_run {
        out(&planned(&plan, "nothing to do: everything is in place"));
        return Ok(Outcome::Pass);
    }
    let done = apply(plan)?;
    out(&told(&done, "nothing to do: everything was in place"));
    clones::enlist(&repo);
    // Asked anew, as the configuration may have changed.
    let all = establish(&self::site(&repo)?, &binary, None, &Children { repo: &repo })?;
    let reached = all_reached(&all, "hook status") && done.left.is_empty();
    // Without a work tree only pushes are judged.
    if repo.is_bare() {
        out(server::BARE);
    } else {
        // What is staged may be unreadable, as in the middle of a merge; the hooks are wired all the same.
        let text =
            pairs(&repo, world).unwrap_or_else(|failure| format!("the pairs cannot be shown: {}", failure.text()));
        out(&text);
    }
    Ok(if reached { Outcome::Pass } else { Outcome::Refuse })
}

/// Shims for every clone that git makes from the template directory from now on.
fn template(directory: &Path, args: &InstallArgs) -> Result<Outcome, Failure> {
    let plan = plan_install(&Site::template(directory), &binary()?)?;
    if args.dry_run {
        out(&planned(&plan, "nothing to do: everything is in place"));
        return Ok(Outcome::Pass);
    }
    out(&told(&apply(plan)?, "nothing to do: everything was in place"));
    let shown = printable(directory.as_os_str().as_encoded_bytes());
    let word = shell_word(&shown);
    out(&format!("for new clones to take them: `git config --global init.templateDir {word}`\n"));
    Ok(Outcome::Pass)
}

fn wish<'a>(args: &InstallArgs, binary: &'a Path, gits: &'a [KnownGit]) -> Wish<'a> {
    let via = match args.via {
        ViaArg::Auto => Via::Auto,
        ViaArg::File => Via::File,
        ViaArg::Config => Via::Config,
    };
    Wish { binary, via, directory: if args.hooks_path { Directory::HooksPath } else { Directory::Own }, gits }
}

/// Where the hooks directory is not ours to write to, git's configuration may be.
fn with_config(error: WiringError, site: &Site) -> Failure {
    let mut help = error.help();
    if matches!(error, WiringError::Obstacle(_)) && site.git.is_some_and(GitVersion::has_config_hooks) {
        help.push_str("; or wire by git's configuration, which older gits ignore: `hook install --via config`");
    }
    Failure::new(error.to_string(), help)
}

/// Whether every event is guarded now; says which is not, and which command tells more.
pub(crate) fn all_reached(all: &[Established], status: &str) -> bool {
    let mut reached = true;
    for one in all.iter().filter(|one| !one.is_in_force()) {
        let why = match &one.reach {
            Reach::NotReached { why } => why.clone(),
            Reach::NotTried { .. } | Reach::Reached => format!("`{status}` says what stands there"),
        };
        reached = false;
        out(&format!("{}: git does not reach it: {why}\n", one.guard.event.name()));
    }
    reached
}

/// A plan, one line per step.
pub(crate) fn planned(plan: &Plan, nothing: &str) -> String {
    let notes = [plan.left(), plan.notes()].concat();
    lines(plan.steps().iter().map(|step| format!("would {step}\n")), &notes, nothing)
}

/// What was done, one line per step.
pub(crate) fn told(done: &Done, nothing: &str) -> String {
    let notes = [&*done.left, &*done.notes].concat();
    lines(done.steps.iter().map(|step| format!("{}\n", step.past())), &notes, nothing)
}

fn lines(steps: impl Iterator<Item = String>, notes: &[String], nothing: &str) -> String {
    let mut text: String = steps.collect();
    if text.is_empty() {
        text = format!("{nothing}\n");
    }
    notes.iter().for_each(|note| text.push_str(&format!("note: {note}\n")));
    text
}

/// One line per pair: its state, and what to do about it.
fn pairs(repo: &Repository, world: &Surroundings) -> Result<String, Failure> {
    let judging = world.judging(repo);
    let question = match scope::snapshot(repo, &Which::Staged, Vec::new(), None) {
        Ok(question) => question,
        Err(ScopeError::Policy(broken)) => {
            return Ok(format!(
                "the policy cannot be read; `hook check` says why: {}\n",
                plural(broken.mistakes.len(), "mistake")
            ));
        }
        Err(error) => return Err(error.into()),
    };
    let mut text = String::new();
    let policy = std::rc::Rc::clone(&question.policy);
    let pairs = scope::pairs(&*question.after, &policy)?;
    if pairs.is_empty() {
        text.push_str("no pair yet: add a requirements.txt, and its lock beside it as requirements.lock\n");
    }
    for pair in pairs {
        let one = scope::snapshot(repo, &Which::Staged, vec![pair.manifest.clone()], None)?;
        let report = check(&[one], &judging)?;
        let manifest = judging.paths.show(&pair.manifest);
        let worst = report.findings.iter().find(|finding| finding.level == Level::Error);
        text.push_str(&match worst {
            None => format!("{manifest}, {}: in order\n", judging.paths.show(&pair.lock)),
            Some(finding) => {
                let count = plural(report.counts().error, "error");
                let leave = exclude_hint(finding.rule, &manifest);
                format!("{manifest}: {count}; {}\n = help: {}{leave}\n", finding.message, finding.help)
            }
        });
    }
    text.push_str(&ungoverned_line(&ungoverned_paths(&*question.after, &policy)?, &judging.paths));
    Ok(text)
}

fn exclude_hint(rule: RuleId, manifest: &str) -> String {
    match rule {
        RuleId::LockMissing | RuleId::Unpinned => {
            format!("; or leave it alone: `exclude = [\"{manifest}\"]` in freeze-guard.toml")
        }
        _ => String::new(),
    }
}

/// Files that look like requirements or locks and are not governed.
pub(crate) fn ungoverned_paths(tree: &dyn Tree, policy: &Policy) -> Result<Vec<RepoPath>, ReadError> {
    let found = tree.find(&|path| policy.pairs.looks_ungoverned(path).is_some())?;
    Ok(found.into_iter().map(|entry| entry.path).collect())
}

/// The same for people; nothing where there are none.
pub(crate) fn ungoverned_line(found: &[RepoPath], paths: &Paths) -> String {
    if found.is_empty() {
        return String::new();
    }
    let names: Vec<_> = found.iter().take(NAMED).map(|path| paths.show(path)).collect();
    let more = match found.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("not governed: {}{more}\n", names.join(", "))
}
