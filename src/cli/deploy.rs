//! `hook deploy`: the record of the last good deployment, written by a pipeline and read by people.

use std::ffi::OsString;

use jiff::Timestamp;

use super::branch::told;
use super::output::out;
use super::terminal::{Stream, style};
use super::world::Surroundings;
use super::{Failure, Outcome};
use freeze_guard::change::{Shown, changes_table, deployed, show};
use freeze_guard::report::Style;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example: hook deploy record --sha \"$GITHUB_SHA\"")]
pub(crate) struct DeployArgs {
    #[command(subcommand)]
    pub(crate) verb: DeployVerb,
}

#[derive(Debug, clap::Subcommand)]
pub(crate) enum DeployVerb {
    /// Write down that a commit is deployed and good
    Record(RecordArgs),
    /// Show the last good commit, its age, and what moved since
    Show,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Writes last_good_sha and deployed_at into the file that `[deploy] record` of the\npolicy names; every other byte of it stays. Exits 1 when the commit's pairs are\nnot in order. Commits nothing.\nExample: hook deploy record --sha \"$GITHUB_SHA\""
)]
pub(crate) struct RecordArgs {
    /// The commit instead of HEAD
    #[arg(long, value_name = "SHA")]
    pub(crate) sha: Option<OsString>,
}

pub(crate) fn run(args: &DeployArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    let repo = world.repository()?;
    let style = style(&world.world, Stream::Out, &world.judging(&repo).paths, false);
    match &args.verb {
        DeployVerb::Record(args) => {
            let spec = args.sha.as_ref().map_or(b"HEAD".as_slice(), |sha| sha.as_encoded_bytes());
            match deployed(&repo, spec, world.now, &world.judging(&repo)) {
                Err(halt) => told(halt, "recorded", "nothing was changed\n", &style),
                Ok(record) => {
                    let (path, word) = (style.paths.show(&record.path), style.paths.word(&record.path));
                    out(&format!("{path}: {} is good since {}\n", record.commit.short(), world.now));
                    out(&format!("commit it: `git add {word} && git commit -m 'Record the deployment' -- {word}`\n"));
                    Ok(Outcome::Pass)
                }
            }
        }
        DeployVerb::Show => match show(&repo) {
            Err(halt) => told(halt, "shown", "", &style),
            Ok(shown) => {
                out(&text(&shown, world.now, &style));
                Ok(Outcome::Pass)
            }
        },
    }
}

fn text(shown: &Shown, now: Timestamp, style: &Style) -> String {
    let record = &shown.record;
    let path = style.paths.show(&record.path);
    let mut text = format!("last good: {} {}\nrecorded:  {path}\n", record.commit.short(), shown.subject);
    text.push_str(&match record.at {
        Some(at) => format!("deployed:  {at}, {}\n", age(at, now)),
        None => "deployed:  the record does not say when\n".to_owned(),
    });
    if shown.changes.is_empty() {
        text.push_str("\nHEAD has the same pins\n");
    } else {
        text.push_str(&format!("\nfrom there to HEAD:\n{}", changes_table(&shown.changes, style)));
    }
    text
}

/// How long ago, in words.
fn age(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second().saturating_sub(at.as_second());
    let of = |count: i64, unit: &str| format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" });
    match seconds {
        ..0 => "which is yet to come: a clock is wrong".to_owned(),
        0..60 => "just now".to_owned(),
        60..3600 => of(seconds / 60, "minute"),
        3600..86_400 => of(seconds / 3600, "hour"),
        _ => of(seconds / 86_400, "day"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_in_words() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        for (at, told) in [
            (1_000_000, "just now"),
            (999_940, "1 minute ago"),
            (1_000_000 - 7200, "2 hours ago"),
            (1_000_000 - 86_400, "1 day ago"),
            (0, "11 days ago"),
            (1_000_001, "which is yet to come: a clock is wrong"),
        ] {
            assert_eq!(age(Timestamp::from_second(at).unwrap(), now), told);
        }
    }
}
