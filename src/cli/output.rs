//! Writing to the standard streams: a reader that has gone away is not an error of ours; a disk that is full is, and is
//! remembered, so that no verb can end as if it had said what it could not.

use std::io::{self, Write as _};
use std::sync::OnceLock;

use super::args::ReportFormat;
use freeze_guard::git::OpenError;
use freeze_guard::report::{github_error, json_error, sarif_error};
use freeze_guard::scope::ScopeError;
use freeze_guard::source::ReadError;

/// Writes to standard output.
pub(crate) fn out(text: &str) {
    out_bytes(text.as_bytes());
}

/// The same for what is generated as bytes.
pub(crate) fn out_bytes(bytes: &[u8]) {
    let mut stream = io::stdout().lock();
    match stream.write_all(bytes).and_then(|()| stream.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => drop(LOST.set(error.to_string())),
        Err(_) | Ok(()) => {}
    }
}

/// Standard output is one for the whole process, and so is what became of it.
static LOST: OnceLock<String> = OnceLock::new();

/// Why something did not reach standard output, if anything did not.
pub(crate) fn lost() -> Option<Failure> {
    let why = LOST.get()?;
    Some(Failure::new(format!("standard output cannot be written: {why}"), "see where it goes: `df -h .`"))
}

/// Writes to standard error.
pub(crate) fn err(text: &str) {
    let mut stream = io::stderr().lock();
    let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
}

/// Why nothing could be judged or done: one message, one next step.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    help: String,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }

    /// Writes it where the format's reader looks: text to standard error, all else to standard output.
    pub(crate) fn show(&self, format: ReportFormat) {
        match format {
            ReportFormat::Text => err(&self.text()),
            ReportFormat::Json => out(&json_error(&self.message, &self.help)),
            ReportFormat::Sarif => out(&sarif_error(&self.message, &self.help)),
            ReportFormat::Github => out(&github_error(&self.message, &self.help)),
        }
    }

    /// Only what is wrong, in one line, for a list of many.
    pub(crate) fn line(&self) -> String {
        self.message.lines().next().unwrap_or_default().to_owned()
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        let message = self.message.trim_end();
        if self.help.is_empty() {
            format!("error: {message}\n")
        } else {
            format!("error: {message}\n = help: {}\n", self.help)
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        Self::new(error.to_string(), error.help())
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::new(error.to_string(), error.help())
    }
}

impl From<ScopeError> for Failure {
    fn from(error: ScopeError) -> Self {
        match error {
            ScopeError::Read(error) => error.into(),
            ScopeError::Policy(broken) => Self::new(
                format!("the policy cannot be read\n{broken}"),
                "correct it, stage it, and run `hook check` again; every key is in docs/policy.md",
            ),
            ScopeError::PushLine(error) => Self::new(error.to_string(), error.help()),
            ScopeError::ReceivedLine(error) => Self::new(error.to_string(), error.help()),
            ScopeError::NoSuchPath(path) => {
                Self::new(format!("there is no {path} in what is judged"), "`git ls-files` lists what is staged")
            }
            ScopeError::NotARange(range) => Self::new(
                format!("`{}` is no range", freeze_guard::source::printable(&range)),
                "name one as in `hook check --range origin/main..HEAD`",
            ),
            ScopeError::RangeTooLong(most) => {
                Self::new(format!("the range has more than {most} commits"), "judge a shorter one")
            }
            ScopeError::TooShallow => Self::new(
                "this clone is shallow: where the request left its branch is not in it",
                "`git fetch --unshallow` brings the whole history",
            ),
            ScopeError::Bare => {
                Self::new("a bare repository has no work tree to judge", "judge a revision: `hook check --rev HEAD`")
            }
        }
    }
}
