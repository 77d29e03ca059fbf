//! The arguments of `hook ci`.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::cli::args::ReportFormat;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Finds its event by itself on GitHub and GitLab; elsewhere --base says what the branch\nholds. Needs the history back to where a pull request left its branch.\nExample: hook ci --base origin/main --label approved-dependency-upgrade"
)]
pub(crate) struct CiArgs {
    /// What the branch holds that the change is for
    #[arg(long, value_name = "REV", allow_hyphen_values = false)]
    pub(crate) base: Option<OsString>,
    /// The change
    #[arg(long, value_name = "REV", requires = "base", allow_hyphen_values = false)]
    pub(crate) head: Option<OsString>,
    /// A label that the pull request bears; may be given several times
    #[arg(long, value_name = "LABEL", requires = "base")]
    pub(crate) label: Vec<String>,
    /// The branch that the change is for [default: the name of --base, else main]
    #[arg(long, value_name = "BRANCH", requires = "base")]
    pub(crate) target: Option<OsString>,
    /// The branch that the change comes from
    #[arg(long, value_name = "BRANCH", requires = "base")]
    pub(crate) source: Option<OsString>,
    /// That branch is another repository's
    #[arg(long, requires = "source")]
    pub(crate) fork: bool,
    /// How to write the findings
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: ReportFormat,
    /// Also write the findings as SARIF to FILE
    #[arg(long, value_name = "FILE")]
    pub(crate) sarif: Option<PathBuf>,
    /// Show notes, and what was judged
    #[arg(short, long)]
    pub(crate) verbose: bool,
}
