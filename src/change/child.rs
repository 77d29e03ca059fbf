//! Children of a long verb: started in a process group of their own, watched, and ended with all their descendants when
//! the person who waits asks for it. What they say is kept from its end, however long it is.

use std::io::{self, PipeReader, Read as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use crate::source::{printable, printable_text};

/// So many lines of what a failed program said are told.
const TOLD: usize = 12;
/// So many bytes of what a program says are kept.
const KEPT: usize = 64 * 1024;
/// Between two looks at a child.
const PAUSE: Duration = Duration::from_millis(20);
/// So many pauses a child has to end by itself when it is asked to.
const GRACE: usize = 150;

/// Whether a long verb shall end: the number of the signal that said so, 0 while none did.
#[derive(Clone, Debug, Default)]
pub struct Stop(pub Arc<AtomicUsize>);

impl Stop {
    /// The signal, where one came.
    pub fn signal(&self) -> Option<usize> {
        Some(self.0.load(Ordering::SeqCst)).filter(|&signal| signal != 0)
    }
}

/// Who else hears the signals of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// The child is alone with its descendants: no key reaches it, and ending it ends them all.
    Own,
    /// It shares ours, since it may have to ask the person at the terminal for a passphrase.
    Shared,
}

/// Why a program did not do its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    /// How it ended.
    pub(super) why: String,
    /// The lines that it said, made printable, from the end so many bytes as are kept.
    pub(super) said: Vec<String>,
}

/// The last of `lines`: so many as a report shows.
pub(super) fn last(mut lines: Vec<String>) -> Vec<String> {
    lines.split_off(lines.len().saturating_sub(TOLD))
}

/// `lines` without the frames of Python's tracebacks; the exceptions stay.
pub(super) fn without_frames(lines: Vec<String>) -> Vec<String> {
    let mut inside = false;
    let kept = |line: &String| {
        if line.starts_with("Traceback (most recent call last):") {
            inside = true;
            return false;
        }
        inside &= line.starts_with(' ');
        !inside
            && !line.starts_with("The above exception was the direct cause")
            && !line.starts_with("During handling of")
    };
    lines.into_iter().filter(kept).collect()
}

/// Runs `command`, called `name`, to its end; its standard input is empty.
pub(super) fn run(mut command: Command, name: &str, (stop, group): (&Stop, Group)) -> Result<(), Trouble> {
    let plain = |why: String| Trouble { why, said: Vec::new() };
    let start = |error: io::Error| plain(format!("{name} cannot be started: {}", printable_text(&error.to_string())));
    if stop.signal().is_some() {
        return Err(plain("it was interrupted".to_owned()));
    }
    let (reader, writer) = io::pipe().map_err(start)?;
    command.stdin(Stdio::null()).stdout(writer.try_clone().map_err(start)?).stderr(writer);
    if group == Group::Own {
        alone(&mut command);
    }
    let mut child = command.spawn().map_err(start)?;
    // It holds the ends of the pipe that are to be written to.
    drop(command);
    let said = Said::of(reader);
    let ended = wait(&mut child, stop, group);
    let said = said.lines();
    match ended {
        Ok(Some(status)) if status.success() && stop.signal().is_none() => Ok(()),
        _ if stop.signal().is_some() => Err(Trouble { why: format!("{name} was interrupted"), said }),
        Ok(Some(status)) => Err(Trouble { why: how(name, status), said }),
        Ok(None) => Err(Trouble { why: format!("{name} was interrupted"), said }),
        Err(error) => Err(Trouble { why: format!("{name} cannot be waited for: {error}"), said }),
    }
}

fn how(name: &str, status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("{name} failed with status {code}"),
        None => format!("{name} was ended by a signal"),
    }
}

/// The status of `child`; `None` where it had to be ended.
fn wait(child: &mut Child, stop: &Stop, group: Group) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if stop.signal().is_some() {
            break;
        }
        thread::sleep(PAUSE);
    }
    end(child, group, Force::Ask);
    for _ in 0..GRACE {
        if child.try_wait()?.is_some() {
            break;
        }
        thread::sleep(PAUSE);
    }
    // Descendants may outlive the one that was asked first.
    end(child, group, Force::Kill);
    child.wait()?;
    Ok(None)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Force {
    Ask,
    Kill,
}

#[cfg(unix)]
fn alone(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(not(unix))]
fn alone(_: &mut Command) {}

#[cfg(unix)]
fn end(child: &mut Child, group: Group, force: Force) {
    use rustix::process::{Pid, Signal, kill_process, kill_process_group};
    let signal = if force == Force::Ask { Signal::TERM } else { Signal::KILL };
    let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else { return };
    let ended = matches!(child.try_wait(), Ok(Some(_)));
    // A group outlives its first process, so its number cannot be another's; a process that ended has none any more.
    let _ = match group {
        Group::Own => kill_process_group(pid, signal),
        Group::Shared if !ended => kill_process(pid, signal),
        Group::Shared => Ok(()),
    };
}

#[cfg(not(unix))]
fn end(child: &mut Child, _: Group, _: Force) {
    drop(child.kill());
}

/// What a child says, from its end.
struct Said {
    kept: Arc<Mutex<Vec<u8>>>,
    done: mpsc::Receiver<()>,
}

impl Said {
    fn of(mut reader: PipeReader) -> Self {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let (sender, done) = mpsc::channel();
        let ours = Arc::clone(&kept);
        thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count) = reader.read(&mut buffer) {
                if count == 0 {
                    break;
                }
                let Ok(mut kept) = ours.lock() else { break };
                kept.extend_from_slice(&buffer[..count]);
                let old = kept.len().saturating_sub(KEPT);
                kept.drain(..old);
            }
            let _ = sender.send(());
        });
        Self { kept, done }
    }

    /// Its lines. A descendant that still holds the pipe is not waited for long.
    fn lines(self) -> Vec<String> {
        let _ = self.done.recv_timeout(PAUSE * 50);
        let kept = self.kept.lock().map(|kept| kept.clone()).unwrap_or_default();
        let lines: Vec<_> = kept.split(|&byte| byte == b'\n').map(|line| printable(line.trim_ascii_end())).collect();
        lines.into_iter().filter(|line| !line.is_empty()).collect()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(text: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", text]);
        command
    }

    #[test]
    fn the_last_lines_are_told() {
        let text = "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do echo line $i; done; printf '\\033[1mend' >&2; exit 3";
        let trouble = run(shell(text), "it", (&Stop::default(), Group::Own)).unwrap_err();
        assert_eq!(trouble.why, "it failed with status 3");
        assert_eq!(trouble.said.len(), 15);
        let told = last(trouble.said);
        assert_eq!((told.len(), told[11].as_str()), (12, "\\u{1b}[1mend"));
        assert_eq!(run(shell("true"), "it", (&Stop::default(), Group::Own)), Ok(()));
    }

    #[test]
    fn frames_are_left_out() {
        let said = "ERROR: no\nTraceback (most recent call last):\n  File x\n    y()\nmod.Error: why\nThe above exception was the direct cause of the following exception:\nTraceback (most recent call last):\n  File z\nOther: end";
        let said = without_frames(said.lines().map(str::to_owned).collect());
        assert_eq!(said, ["ERROR: no", "mod.Error: why", "Other: end"]);
    }

    #[test]
    fn a_descendant_that_holds_the_pipe_is_not_waited_for() {
        let text = "echo said; sleep 600 & echo $! >&2; exit 1";
        let trouble = run(shell(text), "it", (&Stop::default(), Group::Own)).unwrap_err();
        assert_eq!(trouble.said[0], "said");
        drop(Command::new("kill").arg(&trouble.said[1]).status());
    }

    #[test]
    fn an_interrupted_child_takes_its_descendants_along() {
        let dir = tempfile::tempdir().unwrap();
        let (stop, file) = (Stop::default(), dir.path().join("pid"));
        let text = format!("trap '' TERM; sleep 600 & echo $! > '{}'; wait; sleep 600", file.display());
        let asked = stop.clone();
        let waiting = thread::spawn(move || run(shell(&text), "it", (&asked, Group::Own)));
        let pid = loop {
            match std::fs::read_to_string(&file) {
                Ok(pid) if pid.ends_with('\n') => break pid.trim().to_owned(),
                _ => thread::sleep(PAUSE),
            }
        };
        stop.0.store(15, Ordering::SeqCst);
        assert_eq!(waiting.join().unwrap().unwrap_err().why, "it was interrupted");
        let gone = || !Command::new("kill").args(["-0", &pid]).stderr(Stdio::null()).status().unwrap().success();
        let zombie = || std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| stat.contains(") Z "));
        assert!((0..100).any(|_| gone() || zombie() || {
            thread::sleep(PAUSE);
            false
        }));
    }
}
