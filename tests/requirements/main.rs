//! The requirements reader as its users see it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of tests: a failed test is the message"
)]

mod invariants;
mod malice;
mod meaning;
mod regressions;
mod rows;
mod table;
mod total;

use freeze_guard::requirements::{Entry, EntryKind, File, IncludeKind, Pin, ProblemKind, RequirementKind, read};
use freeze_guard::source::RepoPath;

/// Reads `bytes`.
fn file(bytes: impl AsRef<[u8]>) -> File {
    read(RepoPath::new(b"requirements.txt").unwrap(), bytes.as_ref())
}

/// What was read, one entry after the other: kind, `-e`, name, extras, specifiers, URL, marker, number of hashes, and
/// `!` for a pin.
fn reading(file: &File) -> String {
    file.entries.iter().map(entry).collect::<Vec<_>>().join(" | ")
}

fn entry(entry: &Entry) -> String {
    match &entry.kind {
        EntryKind::Invalid => "invalid".to_owned(),
        EntryKind::Include(include) => {
            let option = if include.kind == IncludeKind::Requirement { "-r" } else { "-c" };
            format!("{option} {}", include.target)
        }
        EntryKind::Options(options) => {
            let shown = options.iter().map(|option| match &option.value {
                Some(value) => format!("{}={value}", option.name),
                None => option.name.to_owned(),
            });
            format!("options {}", shown.collect::<Vec<_>>().join(" "))
        }
        EntryKind::Requirement(requirement) => {
            let mut out = match requirement.kind {
                RequirementKind::Named => "named",
                RequirementKind::Url => "url",
                RequirementKind::Vcs => "vcs",
                RequirementKind::Path => "path",
                RequirementKind::Archive => "archive",
            }
            .to_owned();
            out.push_str(if requirement.editable { " -e " } else { " " });
            out.push_str(requirement.name.as_ref().map_or("?", |name| name.as_str()));
            if !requirement.extras.is_empty() {
                let extras: Vec<&str> = requirement.extras.iter().map(|extra| extra.as_str()).collect();
                out.push_str(&format!("[{}]", extras.join(",")));
            }
            out.push_str(&requirement.specifiers.to_string());
            out.push_str(&requirement.url.as_ref().map_or(String::new(), |url| format!(" @ {url}")));
            out.push_str(
                &requirement.marker.as_ref().map_or(String::new(), |marker| format!(" ; {}", marker.canonical())),
            );
            if !requirement.hashes.is_empty() {
                out.push_str(&format!(" #{}", requirement.hashes.len()));
            }
            let hosts = ["h".to_owned(), "github.com".to_owned()];
            out.push_str(if requirement.pin(&hosts) == Pin::Pinned { " !" } else { "" });
            out
        }
    }
}

/// The problems' kinds, in their order.
fn problems(file: &File) -> String {
    let letter = |kind| match kind {
        ProblemKind::Invalid => 'I',
        ProblemKind::Ambiguous => 'A',
        ProblemKind::Odd => 'O',
        ProblemKind::Hash => 'H',
    };
    file.problems.iter().map(|problem| letter(problem.kind)).collect()
}
