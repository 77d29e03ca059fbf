//! The arguments of every verb, as clap reads them.

mod run;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::audit::AuditArgs;
use super::ci::CiArgs;
use super::deploy::DeployArgs;
use super::rollback::RollbackArgs;
use super::upgrade::UpgradeArgs;
pub(crate) use run::RunArgs;

/// Keeps a Python project's dependencies frozen.
#[derive(Debug, Parser)]
#[command(
    name = "hook",
    display_name = "freeze-guard",
    version,
    about = "Keeps a Python project's dependencies frozen: a requirements file reaches a commit only with the lock \
             that matches it, and main only from an auto/* branch.",
    after_help = "Examples:\n\
                  \u{20} hook init --adopt     write the policy and the locks that are missing\n\
                  \u{20} hook install          wire this clone\n\
                  \u{20} hook check            judge what is staged\n\
                  \u{20} hook check --help     what a verb does, and an example",
    max_term_width = 80,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
pub(crate) struct Args {
    /// Run as if started in DIR
    #[arg(short = 'C', value_name = "DIR", global = false)]
    pub(crate) directory: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

impl Args {
    /// Reads `words`, the program's name first. What git's hooks call is read without building all the other verbs, which
    /// would take as long as judging; only what that does not understand is worth it.
    ///
    /// # Errors
    /// What clap has to say, help and version too.
    pub(crate) fn read(words: &[OsString]) -> Result<Self, clap::Error> {
        match run::alone(words) {
            Some(run) => Ok(Self { directory: None, verb: Verb::Run(run) }),
            None => Self::try_parse_from(words),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Wire the hooks of this clone
    Install(InstallArgs),
    /// Judge what is staged, on disk, in a revision or in a range
    Check(CheckArgs),
    /// Pin from the lock and bring mirrors in step with their manifests
    Fix(FixArgs),
    /// Make locks anew, show what moves, and judge them
    Lock(LockArgs),
    /// Upgrade dependencies on a new sandbox branch, tested and judged
    Upgrade(UpgradeArgs),
    /// Bring back the last good dependencies on a new sandbox branch
    Rollback(RollbackArgs),
    /// Write down or show the last good deployment
    Deploy(DeployArgs),
    /// Write the policy for the requirements files that are here
    Init(InitArgs),
    /// Show whether this clone's hooks are in force
    Status(StatusArgs),
    /// Say what a rule wants, with an example and the repair
    Explain(ExplainArgs),
    /// Judge the change that a CI job is about
    Ci(CiArgs),
    /// Judge a history: who broke the policy, and is it still broken
    Audit(AuditArgs),
    /// Show how a requirements file is read
    Parse(ParseArgs),
    /// Unwire the hooks of this clone and restore what was there
    Uninstall(UninstallArgs),
    /// What git's hooks call: judge the commit or push being made
    Run(RunArgs),
    /// Print the script that completes this command line in a shell
    Completions(CompletionsArgs),
    /// Print the JSON Schema of the policy, for editors
    #[command(after_help = "Example: hook schema >freeze-guard.schema.json")]
    Schema,
    /// Print the manual page
    #[command(after_help = "Example: hook man | man -l -")]
    Man,
}

impl Verb {
    /// The format that an error must keep to.
    pub(crate) fn format(&self) -> ReportFormat {
        match self {
            Self::Check(args) => args.format,
            Self::Parse(args) => args.format.into(),
            Self::Status(args) => args.format.into(),
            Self::Ci(args) => args.format,
            Self::Audit(args) => args.format.into(),
            Self::Install(_)
            | Self::Fix(_)
            | Self::Lock(_)
            | Self::Upgrade(_)
            | Self::Rollback(_)
            | Self::Deploy(_)
            | Self::Init(_)
            | Self::Explain(_)
            | Self::Uninstall(_)
            | Self::Run(_)
            | Self::Completions(_)
            | Self::Schema
            | Self::Man => ReportFormat::Text,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For scripts
    Json,
}

/// How a judgement is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people
    Text,
    /// For scripts
    Json,
    /// For code scanning, as SARIF 2.1.0
    Sarif,
    /// For a job of GitHub Actions: one annotation per finding
    Github,
}

impl From<Format> for ReportFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => Self::Text,
            Format::Json => Self::Json,
        }
    }
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example: hook check --range origin/main..HEAD")]
pub(crate) struct CheckArgs {
    /// Judge what would be committed (the default)
    #[arg(long, group = "what")]
    pub(crate) staged: bool,
    /// Judge what lies on disk
    #[arg(long, group = "what")]
    pub(crate) worktree: bool,
    /// Judge a revision
    #[arg(long, value_name = "REV", group = "what", allow_hyphen_values = false)]
    pub(crate) rev: Option<OsString>,
    /// Judge each commit of a range against its parents
    #[arg(long, value_name = "A..B", group = "what", conflicts_with = "paths")]
    pub(crate) range: Option<OsString>,
    /// Try this policy file instead of the snapshot's own
    #[arg(long, value_name = "FILE", conflicts_with = "range")]
    pub(crate) policy: Option<PathBuf>,
    /// How to write the findings
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: ReportFormat,
    /// Show notes, and what was judged
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// Only the pairs that these files belong to
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<OsString>,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Works on the files on disk and stages nothing. Exits 1 when errors are left, or with --dry-run when there \
                  is something to change.\nExample: hook fix && git add requirements.txt requirements.lock"
)]
pub(crate) struct FixArgs {
    /// Show what would be changed and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Only the pairs that these files belong to
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<OsString>,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "A mirror is copied from its manifest; a compiled lock is made by the policy's `[lock] command`, else by \
                  the resolver of its header. Exits 1 when a lock could not be made or errors are left, or with --dry-run \
                  when there is something to write.\nExample: hook lock requirements.txt --stage"
)]
pub(crate) struct LockArgs {
    /// Write a digest of the inputs beside the header; a lock that has one keeps one
    #[arg(long)]
    pub(crate) stamp: bool,
    /// Stage manifest, what it includes, and lock of each pair, if all is in order
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) stage: bool,
    /// Show what would be written and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Only the pairs that these files belong to, whether or not they need it
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<OsString>,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Shows which files are pairs and which are not. Writes new files only, never a manifest, and stages \
                  nothing. Exits 1 when a policy is there and says otherwise, with --adopt when errors are left, with --ci \
                   when another job is there.\nExample: \
                  hook init --dry-run"
)]
pub(crate) struct InitArgs {
    /// Also bring the pairs in order: missing mirror locks, exemptions with reasons
    #[arg(long)]
    pub(crate) adopt: bool,
    /// Show the policy and what else would be written, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Write the job that judges every change there, and not the policy
    #[arg(long, value_enum, value_name = "SERVICE", conflicts_with = "adopt")]
    pub(crate) ci: Option<CiArg>,
    /// Show how the job that stands differs from what would be written
    #[arg(long, requires = "ci", conflicts_with = "dry_run")]
    pub(crate) diff: bool,
}

/// Whose CI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CiArg {
    /// GitHub Actions: .github/workflows/dependency_freeze_guard.yml
    Github,
    /// GitLab CI: .gitlab/dependency-freeze-guard.gitlab-ci.yml
    Gitlab,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example: hook parse requirements.txt --rev origin/main")]
pub(crate) struct ParseArgs {
    /// The file, or - for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: OsString,
    /// Read it from a revision
    #[arg(long, value_name = "REV")]
    pub(crate) rev: Option<OsString>,
    /// How to write what was read
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example: hook install --dry-run")]
pub(crate) struct InstallArgs {
    /// Print what would be done and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Wire every clone anew that was wired on this machine
    #[arg(long, conflicts_with_all = ["via", "hooks_path", "template"])]
    pub(crate) all: bool,
    /// Drop clones that are gone from the list of those
    #[arg(long, requires = "all")]
    pub(crate) prune: bool,
    /// Wire by files in the hooks directory, or by git's configuration (git 2.54)
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) via: ViaArg,
    /// Write into the directory in the work tree that core.hooksPath names
    #[arg(long)]
    pub(crate) hooks_path: bool,
    /// Wire a template directory instead: what git init and git clone copy into new clones
    #[arg(long, value_name = "DIR", conflicts_with_all = ["via", "hooks_path"])]
    pub(crate) template: Option<PathBuf>,
    /// Wire a repository that people push to: judge every push that arrives
    #[arg(long, conflicts_with_all = ["all", "via", "hooks_path", "template"])]
    pub(crate) server: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ViaArg {
    /// Files, unless another hook or core.hooksPath is in the way and every git here is new enough
    Auto,
    /// Files in the hooks directory
    File,
    /// Sections of this clone's git configuration
    Config,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example: hook uninstall --dry-run")]
pub(crate) struct UninstallArgs {
    /// Print what would be done and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Unwire a template directory instead
    #[arg(long, value_name = "DIR")]
    pub(crate) template: Option<PathBuf>,
    /// Unwire only what judges pushes that arrive
    #[arg(long, conflicts_with = "template")]
    pub(crate) server: bool,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exits 1 when an event is not guarded, here or in a linked worktree, when a policy cannot be read, or when \
                  a remote's default branch is not guarded.\nExample: hook status --format json"
)]
pub(crate) struct StatusArgs {
    /// How to write it
    #[arg(long, value_enum, default_value = "text", conflicts_with = "all")]
    pub(crate) format: Format,
    /// Show only what judges pushes that arrive here
    #[arg(long, conflicts_with = "all")]
    pub(crate) server: bool,
    /// Show every clone that was wired on this machine
    #[arg(long)]
    pub(crate) all: bool,
    /// Drop clones that are gone from that list
    #[arg(long, requires = "all")]
    pub(crate) prune: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example: hook explain lock-drift")]
pub(crate) struct ExplainArgs {
    /// The rule's code, as a finding shows it in brackets; all rules where none is given
    #[arg(value_name = "RULE")]
    pub(crate) rule: Option<String>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example: hook completions bash >~/.local/share/bash-completion/completions/hook")]
pub(crate) struct CompletionsArgs {
    /// Which shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}
