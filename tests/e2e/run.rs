//! One finished run of a program, with assertions that show the whole conversation when they fail.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Nothing here takes a second; what takes this long hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a program did.
pub(crate) struct Run {
    what: String,
    pub(crate) status: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    pub(crate) took: Duration,
}

impl Run {
    /// Runs `command` with `stdin`; fails the test if it hangs or anything in it panics.
    #[track_caller]
    pub(crate) fn of(command: &mut Command, stdin: &[u8]) -> Self {
        command.stdout(Stdio::piped());
        Self::with_stdout_as_set(command, stdin)
    }

    /// [`Self::of`], with a standard output that the caller has already chosen; what goes there is not seen.
    #[track_caller]
    pub(crate) fn with_stdout_as_set(command: &mut Command, stdin: &[u8]) -> Self {
        let what = describe(command);
        let started = Instant::now();
        let spawned = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.unwrap_or_else(|error| panic!("cannot run {what}: {error}"));
        let (mut pipe, bytes) = (child.stdin.take().unwrap(), stdin.to_vec());
        // A program may leave its input unread: then the pipe breaks, and that is its right.
        thread::spawn(move || drop(pipe.write_all(&bytes)));
        let stdout = child.stdout.take().map(collect);
        let stderr = collect(child.stderr.take().unwrap());
        let mut wait = |stream: mpsc::Receiver<Vec<u8>>| {
            stream.recv_timeout(PATIENCE).unwrap_or_else(|_| {
                drop(child.kill());
                panic!("{what} hangs");
            })
        };
        let (stdout, stderr) = (stdout.map(&mut wait).unwrap_or_default(), wait(stderr));
        let status = child.wait().unwrap().code();
        let run = Self { what, status, stdout, stderr, took: started.elapsed() };
        assert!(!run.all().contains("panicked at"), "a panic\n{run}");
        run
    }

    /// Standard output as text.
    pub(crate) fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text.
    pub(crate) fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Both streams.
    pub(crate) fn all(&self) -> String {
        self.stdout_text() + &self.stderr_text()
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("not JSON: {error}\n{self}"))
    }

    /// Its status is `status`.
    #[track_caller]
    pub(crate) fn exits(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "expected status {status}\n{self}");
        self
    }

    /// Its status is 0.
    #[track_caller]
    pub(crate) fn passes(self) -> Self {
        self.exits(0)
    }

    /// Its status is 1 (git's own too, when a hook refuses), and it says so.
    #[track_caller]
    pub(crate) fn refused(self) -> Self {
        self.exits(1).says("refused")
    }

    /// Some stream has `text`.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.all().contains(text), "expected {text:?}\n{self}");
        self
    }

    /// Standard error has `text`, standard output has not.
    #[track_caller]
    pub(crate) fn says_on_stderr(self, text: &str) -> Self {
        assert!(self.stderr_text().contains(text), "expected {text:?} on stderr\n{self}");
        assert!(!self.stdout_text().contains(text), "unexpected {text:?} on stdout\n{self}");
        self
    }

    /// No stream has `text`.
    #[track_caller]
    pub(crate) fn never_says(self, text: &str) -> Self {
        assert!(!self.all().contains(text), "unexpected {text:?}\n{self}");
        self
    }

    /// A finding of `rule` at level error, with the step that mends it.
    #[track_caller]
    pub(crate) fn error(self, rule: &str) -> Self {
        self.says(&format!("error[{rule}]")).says("help:")
    }

    /// A finding of `rule` at level warning.
    #[track_caller]
    pub(crate) fn warning(self, rule: &str) -> Self {
        self.says(&format!("warning[{rule}]"))
    }

    /// No finding at all, and no verdict.
    #[track_caller]
    pub(crate) fn no_findings(self) -> Self {
        self.never_says("error[").never_says("warning[").never_says("refused")
    }

    /// Both streams are empty.
    #[track_caller]
    pub(crate) fn silent(self) -> Self {
        assert!(self.stdout.is_empty() && self.stderr.is_empty(), "expected silence\n{self}");
        self
    }

    /// It could not judge: status 2, nothing on standard output, and one message, which is all there is on stderr.
    #[track_caller]
    pub(crate) fn could_not_judge(self) -> Self {
        let run = self.exits(2);
        let messages = run.stderr_text().lines().filter(|line| line.starts_with("error")).count();
        assert_eq!(messages, 1, "expected one line that starts with `error`\n{run}");
        assert!(run.stdout.is_empty(), "expected nothing on stdout\n{run}");
        run
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "$ {}\nstatus {:?} after {:?}", self.what, self.status, self.took)?;
        writeln!(f, "--- stdout\n{}--- stderr\n{}---", self.stdout_text(), self.stderr_text())
    }
}

/// Reads `stream` to its end on a thread of its own.
fn collect(mut stream: impl Read + Send + 'static) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        drop(stream.read_to_end(&mut bytes));
        drop(sender.send(bytes));
    });
    receiver
}

/// `command` as a person would read it.
fn describe(command: &Command) -> String {
    let mut text =
        format!("cd {:?}; {}", command.get_current_dir().unwrap_or(Path::new(".")), quoted(command.get_program()));
    for arg in command.get_args() {
        text.push(' ');
        text.push_str(&quoted(arg));
    }
    text
}

fn quoted(text: &std::ffi::OsStr) -> String {
    let text = text.to_string_lossy();
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./=:@".contains(&byte));
    if plain { text.into_owned() } else { format!("{text:?}") }
}

/// Writes an executable script, by another process: what another test starts meanwhile would hold a file open that is written
/// here, and nobody can run a file that somebody may write to.
pub(crate) fn script(path: &Path, text: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut shell = Command::new("/bin/sh");
    let writer = shell.args(["-c", "cat >\"$0\" && chmod 755 \"$0\""]).arg(path).stdin(Stdio::piped());
    let mut writer = writer.spawn().unwrap();
    writer.stdin.take().unwrap().write_all(text.as_ref()).unwrap();
    assert!(writer.wait().unwrap().success());
}

#[test]
fn a_run_shows_both_streams_and_the_status() {
    let mut command = Command::new("/bin/sh");
    let run =
        Run::of(command.args(["-c", "cat; echo two >&2; exit 3"]), b"one\n").exits(3).says("one").says_on_stderr("two");
    assert_eq!((run.stdout_text().as_str(), run.stderr_text().as_str()), ("one\n", "two\n"));
    assert!(run.to_string().contains("status Some(3)"), "{run}");
}

#[test]
#[should_panic(expected = "a panic")]
fn a_panic_anywhere_fails_the_test() {
    Run::of(Command::new("/bin/sh").args(["-c", "echo \"thread 'main' panicked at src/x.rs\" >&2"]), b"");
}
