//! What `hook ci` writes: the report for whoever reads the job's log, and in GitHub Actions annotations on the lines of
//! the change and a summary on the job's page besides.

use std::io::Write as _;
use std::path::Path;

use super::CiArgs;
use super::event::Service;
use crate::cli::Failure;
use crate::cli::args::ReportFormat;
use crate::cli::output::{err, out};
use crate::cli::terminal::{Stream, style};
use crate::cli::world::Surroundings;
use freeze_guard::git::Repository;
use freeze_guard::report::{Report, Verdict, fenced, github, json, plural, sarif, summary, text};
use freeze_guard::source::printable;

/// Writes the report; `said` says in a line what was judged.
pub(super) fn show(
    args: &CiArgs,
    (world, service): (&Surroundings, Service),
    repo: &Repository,
    (report, said): (&Report, &str),
) -> Result<(), Failure> {
    match args.format {
        ReportFormat::Json => out(&json(report)),
        ReportFormat::Sarif => out(&sarif(report)),
        ReportFormat::Github => out(&github(report)),
        ReportFormat::Text => {
            let style = style(&world.world, Stream::Out, &world.judging(repo).paths, args.verbose);
            let text = format!("{said}{}{}", text(report, &style), closing(report));
            if service == Service::GitHub {
                out(&fenced(&text));
                out(&github(report));
            } else {
                out(&text);
            }
        }
    }
    if service == Service::GitHub {
        summarise(world, report, said);
    }
    args.sarif.as_ref().map_or(Ok(()), |file| write(&world.world.cwd.join(file), &sarif(report)))
}

/// What there is to say where nothing is wrong.
fn closing(report: &Report) -> String {
    match (report.verdict(), report.pairs.len()) {
        (Verdict::Refuse, _) => String::new(),
        (Verdict::Pass, 0) => "in order: nothing governed changed\n".to_owned(),
        (Verdict::Pass, count) => format!("in order: {}\n", plural(count, "changed pair")),
    }
}

/// Appends to the file that GitHub shows on the job's page. A page that cannot be written changes no verdict.
fn summarise(world: &Surroundings, report: &Report, said: &str) {
    let Some(path) = world.world.var("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else { return };
    let page = summary(report, said.trim_end());
    let file = std::fs::OpenOptions::new().append(true).create(true).open(world.world.cwd.join(path));
    if let Err(error) = file.and_then(|mut file| file.write_all(page.as_bytes())) {
        err(&format!("freeze-guard: the job's summary cannot be written: {error}\n"));
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| {
        let shown = printable(path.as_os_str().as_encoded_bytes());
        Failure::new(
            format!("{shown} cannot be written: {error}"),
            "name a file in a directory that exists after `--sarif`",
        )
    })
}
