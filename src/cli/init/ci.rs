//! `hook init --ci`: writes the job that judges every change on GitHub or GitLab, shows it, or shows how the one that
//! stands differs. Never overwrites: whoever changed the job had a reason.

use std::path::Path;

use super::super::args::{CiArg, InitArgs};
use super::super::output::{err, out};
use super::super::terminal::{Stream, style};
use super::super::world::Surroundings;
use super::super::{Failure, Outcome};
use super::ignored;
use freeze_guard::change::{Edit, Service, listing, place, stands};
use freeze_guard::git::Repository;
use freeze_guard::policy::Push;
use freeze_guard::report::Style;
use freeze_guard::scope::{self, Which};
use freeze_guard::source::{RepoPath, printable_text};

/// GitLab's own file, which includes ours.
const GITLAB_CI: &str = ".gitlab-ci.yml";

pub(super) fn run(service: CiArg, args: &InitArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    let service = match service {
        CiArg::Github => Service::GitHub,
        CiArg::Gitlab => Service::GitLab,
    };
    let repo = world.repository()?;
    let (Some(top), Some(path)) = (repo.work_dir(), service.path()) else {
        return Err(Failure::new(
            "a bare repository has no work tree to write a job in",
            format!("run `hook init --ci {}` in a clone of it, and push what it writes", service.word()),
        ));
    };
    let question = scope::snapshot(&repo, &Which::WorkTree, Vec::new(), None)?;
    let push = &question.policy.push;
    let text = service.job(push, env!("CARGO_PKG_VERSION"));
    let before = stands(top, &path)?;
    let job = Job { service, edit: Edit { path, before, after: text.into_bytes() }, repo: &repo, push };
    let style = style(&world.world, Stream::Out, &world.judging(&repo).paths, false);
    if args.diff {
        return Ok(job.diff(&style));
    }
    if args.dry_run {
        out(&String::from_utf8_lossy(&job.edit.after));
    }
    job.write(top, args.dry_run, &style)
}

/// What is to stand, and where.
struct Job<'a> {
    service: Service,
    edit: Edit,
    repo: &'a Repository,
    push: &'a Push,
}

impl Job<'_> {
    /// Whether what stands says the same. A checkout may have given it other line ends.
    fn same(&self) -> bool {
        let lines = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("\r\n", "\n").into_bytes();
        self.edit.before.as_deref().is_some_and(|before| lines(before) == self.edit.after)
    }

    fn diff(&self, style: &Style) -> Outcome {
        if self.same() {
            out(&self.in_place(style));
            return Outcome::Pass;
        }
        out(&listing(&self.edit, style));
        Outcome::Refuse
    }

    fn write(&self, top: &Path, dry_run: bool, style: &Style) -> Result<Outcome, Failure> {
        // With --dry-run, standard output is the job and nothing else.
        let say = if dry_run { err } else { out };
        let path = style.paths.show(&self.edit.path);
        if self.same() {
            say(&self.in_place(style));
            return Ok(Outcome::Pass);
        }
        if self.edit.before.is_some() {
            let init = format!("hook init --ci {}", self.service.word());
            let word = style.paths.word(&self.edit.path);
            err(&format!(
                "error: {path} is there already, differs from what would be written, and is left as it is\n = help: \
                 `{init} --diff` shows how; to replace it: `rm {word} && {init}`\n"
            ));
            return Ok(Outcome::Refuse);
        }
        if dry_run {
            say(&format!("would write: {path}\nnothing was written\n"));
            return Ok(Outcome::Pass);
        }
        place(top, &self.edit)?;
        say(&self.written(style));
        say(&self.then(top));
        Ok(Outcome::Pass)
    }

    fn in_place(&self, style: &Style) -> String {
        format!("nothing to do: {} stands as it would be written\n", style.paths.show(&self.edit.path))
    }

    fn written(&self, style: &Style) -> String {
        let path = &self.edit.path;
        let mut text = format!("written:\n  ?? {}\n", style.paths.show(path));
        if let Some(hidden) = ignored(std::slice::from_ref(&self.edit), self.repo) {
            text.push_str(&format!(
                "ignored by git, so `git add` leaves it out: {hidden}; `git check-ignore -v` says why\n"
            ));
        }
        let word = style.paths.word(path);
        text.push_str(&format!("stage it: `git add {word}`; take it back: `rm {word}`\n"));
        text
    }

    /// What else it takes until the job guards.
    fn then(&self, top: &Path) -> String {
        let names: Vec<String> = self.push.guard.iter().map(|pattern| printable_text(&pattern.to_string())).collect();
        let guarded = if names.is_empty() { "the branches to guard".to_owned() } else { names.join(", ") };
        match self.service {
            Service::GitHub => format!(
                "then make `dependency-freeze-guard` a required status check of {guarded} in the repository's settings\n"
            ),
            Service::GitLab => {
                let file = self.service.file();
                let told = RepoPath::new(GITLAB_CI.as_bytes()).and_then(|path| stands(top, &path).ok().flatten());
                let includes = told.is_some_and(|text| String::from_utf8_lossy(&text).contains(file));
                let include = if includes {
                    String::new()
                } else {
                    format!("include it in {GITLAB_CI}:\n  include:\n    - local: {file}\n")
                };
                format!(
                    "{include}then let no merge request into {guarded} before its pipeline succeeds: \"Pipelines must succeed\"\n"
                )
            }
        }
    }
}
