//! `hook upgrade`: an intentional, tested upgrade on a new branch. The caller's own work tree, index and branch stay as
//! they are.

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::PathBuf;

use super::branch::{beginning, halted, opener, push, ready, request, ways};
use super::output::{err, out};
use super::steps::Steps;
use super::terminal::{Stream, style};
use super::world::Surroundings;
use super::{Failure, Outcome, interrupt};
use freeze_guard::change::{
    Asking, Effect, Environment, Order, Reach, Site, Upgraded, Wanted, Way, changes_table, markdown, title, upgrade,
};
use freeze_guard::git::Repository;
use freeze_guard::report::Style;
use freeze_guard::source::{printable_text, shell_line};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Works in a work tree of its own, on a new branch auto/dependency-upgrade-DATE-N.\nWhere anything fails, no branch is left and nothing is changed. Exits 1 then, and\nwith --dry-run when there is something to upgrade.\nExample: hook upgrade flask==3.1.0 --summary pull-request.md"
)]
pub(crate) struct UpgradeArgs {
    /// Only to newer patch releases (1.2.3 to 1.2.4)
    #[arg(long, group = "reach")]
    pub(crate) patch: bool,
    /// Only to newer minor releases (1.2.3 to 1.3)
    #[arg(long, group = "reach")]
    pub(crate) minor: bool,
    /// To the newest releases (the default)
    #[arg(long, group = "reach")]
    pub(crate) latest: bool,
    /// Show what would move and leave no branch; set-up and tests are not run
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Only the pairs of this manifest, lock or directory; may be repeated
    #[arg(long, value_name = "PATH")]
    pub(crate) pair: Vec<OsString>,
    /// Begin the branch at this revision instead of HEAD
    #[arg(long, value_name = "REV")]
    pub(crate) from: Option<OsString>,
    /// Do not hear the variables PIP_* and UV_*
    #[arg(long)]
    pub(crate) isolated: bool,
    /// Write a text for the pull request, in Markdown
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub(crate) summary: Option<PathBuf>,
    /// Push the branch
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) push: bool,
    /// Push it and open a pull request with gh or glab; its approval label is for a person to set
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) pr: bool,
    /// Packages, each alone or with the version it shall have; all where none is given
    #[arg(value_name = "PACKAGE[==VERSION]")]
    pub(crate) packages: Vec<String>,
}

pub(crate) fn run(args: &UpgradeArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    let repo = world.repository()?;
    if repo.is_bare() {
        return Err(freeze_guard::scope::ScopeError::Bare.into());
    }
    let order = order(args, &repo)?;
    if let Some(file) = &args.summary {
        writable(file, world)?;
    }
    if args.push || args.pr {
        let policy = freeze_guard::policy::Policy::default();
        ready(&Way::of(&repo, &policy)?, &world.world, args.pr)?;
    }
    if order.environment == Environment::Heard {
        err(&super::lock::environment(world));
    }
    let style = style(&world.world, Stream::Out, &world.judging(&repo).paths, false);
    let mut steps = Steps::new();
    let stop = interrupt::listen();
    let made = upgrade(
        &repo,
        &order,
        &mut Site {
            today: world.today,
            temp: &std::env::temp_dir(),
            stop: &stop,
            asking: if std::io::stdin().is_terminal() { Asking::Possible } else { Asking::Impossible },
            paths: style.paths.clone(),
            tell: &mut |event| steps.tell(event),
        },
    );
    steps.done();
    match made {
        Ok(made) => Told { args, world, repo: &repo, style: &style }.tell(&made),
        Err(halt) => halted(halt, "upgraded", &style),
    }
}

fn order(args: &UpgradeArgs, repo: &Repository) -> Result<Order, Failure> {
    let package = |text: &String| {
        Wanted::parse(text).ok_or_else(|| {
            Failure::new(
                format!("`{}` is no package", printable_text(text)),
                "name it alone or with one version, as in `hook upgrade flask==3.1.0`",
            )
        })
    };
    let packages = args.packages.iter().map(package).collect::<Result<Vec<_>, _>>()?;
    let reach = match (args.patch, args.minor) {
        (true, _) => Reach::Patch,
        (_, true) => Reach::Minor,
        _ => Reach::Latest,
    };
    Ok(Order {
        packages,
        reach,
        pairs: super::check::paths(&args.pair, repo)?,
        from: args.from.as_ref().map_or(b"HEAD".to_vec(), |from| from.as_encoded_bytes().to_vec()),
        effect: if args.dry_run { Effect::Show } else { Effect::Write },
        environment: if args.isolated { Environment::Cleared } else { Environment::Heard },
    })
}

/// A file that could not be written in the end would cost the whole run.
fn writable(file: &std::path::Path, world: &Surroundings) -> Result<(), Failure> {
    let at = world.world.cwd.join(file);
    let fine = !at.is_dir() && at.parent().is_some_and(std::path::Path::is_dir);
    fine.then_some(()).ok_or_else(|| {
        let shown = freeze_guard::source::printable(file.as_os_str().as_encoded_bytes());
        Failure::new(format!("{shown} cannot be written"), "name a file in a directory that exists after `--summary`")
    })
}

/// What the person who asked is told.
struct Told<'t> {
    args: &'t UpgradeArgs,
    world: &'t Surroundings,
    repo: &'t Repository,
    style: &'t Style,
}

impl Told<'_> {
    fn tell(&self, made: &Upgraded) -> Result<Outcome, Failure> {
        let Some(branch) = &made.branch else { return Ok(self.without_branch(made)) };
        let beginning = beginning(self.repo, &made.base, self.args.from.as_ref());
        out(&format!("{branch}, made from {beginning}\n\n{}{}", changes_table(&made.changes, self.style), held(made)));
        match made.tested.as_slice() {
            [] => out("\nnot tested: the policy names no `[upgrade] test`\n"),
            tested => out(&format!("\ntested: {}\n", tested.join("; "))),
        }
        let title = title("Upgrade", &made.changes);
        let text = markdown(&title, &made.changes, &made.held, &made.tested);
        if let Some(file) = &self.args.summary {
            std::fs::write(self.world.world.cwd.join(file), &text).map_err(|error| {
                let shown = freeze_guard::source::printable(file.as_os_str().as_encoded_bytes());
                Failure::new(
                    format!("{branch} is made, but {shown} cannot be written: {error}"),
                    "`git show` has the table too",
                )
            })?;
        }
        let way = Way::of(self.repo, &made.policy)?;
        if self.args.push || self.args.pr {
            return self.sent(&way, branch, (&title, &text));
        }
        out(&format!("\n{}", ways(&way, branch, &self.by_hand(&way, branch, &title), &made.policy.ci.label)));
        Ok(Outcome::Pass)
    }

    /// The command that opens the pull request.
    fn by_hand(&self, way: &Way, branch: &str, title: &str) -> String {
        let forge = opener(way, &self.world.world).map_or(way.forge, |opener| opener.forge);
        let file = self.args.summary.as_ref().map(|file| file.to_string_lossy().into_owned());
        match (file, forge) {
            (Some(file), freeze_guard::change::Forge::GitHub | freeze_guard::change::Forge::Unknown) => {
                shell_line(&way.request(forge, branch, (title, &file)))
            }
            (_, forge) => way.filled(forge, branch),
        }
    }

    /// Pushes, and opens the pull request where that is asked for. The branch stays whatever comes of it.
    fn sent(&self, way: &Way, branch: &str, (title, text): (&str, &str)) -> Result<Outcome, Failure> {
        if !push(self.repo, way, branch)? {
            out(&format!("\n{branch} is made and not pushed; again: {}\n", way.push(branch)));
            return Ok(Outcome::Refuse);
        }
        out(&format!("\npushed {branch}\n"));
        if !self.args.pr {
            out(&format!("pull request: {}\n", self.by_hand(way, branch, title)));
            return Ok(Outcome::Pass);
        }
        let failed = |why: String| {
            Failure::new(
                format!("{branch} is pushed, but no pull request is open: {why}"),
                way.filled(way.forge, branch),
            )
        };
        let opener = opener(way, &self.world.world).ok_or_else(|| failed("neither gh nor glab is there".to_owned()))?;
        let file = tempfile::NamedTempFile::new().map_err(|error| failed(error.to_string()))?;
        std::fs::write(file.path(), text).map_err(|error| failed(error.to_string()))?;
        let path = file.path().to_string_lossy().into_owned();
        let body = if opener.forge == freeze_guard::change::Forge::GitLab { text } else { path.as_str() };
        if !request(&opener, &way.request(opener.forge, branch, (title, body)), &self.world.world) {
            out(&format!(
                "{branch} is pushed, but no pull request is open; again: {}\n",
                way.filled(opener.forge, branch)
            ));
            return Ok(Outcome::Refuse);
        }
        Ok(Outcome::Pass)
    }

    fn without_branch(&self, made: &Upgraded) -> Outcome {
        if made.changes.is_empty() {
            out(&format!("{}nothing to upgrade; nothing was changed\n", held(made).trim_start()));
            return Outcome::Pass;
        }
        out(&format!("{}{}", changes_table(&made.changes, self.style), held(made)));
        out("\nwould make a branch; nothing was changed\n");
        Outcome::Refuse
    }
}

/// What is held back, as a paragraph.
fn held(made: &Upgraded) -> String {
    let mut text = String::new();
    if !made.held.is_empty() {
        text.push_str("\nheld back:\n");
        made.held.iter().for_each(|held| text.push_str(&format!("  {}\n", held.line())));
    }
    text
}
