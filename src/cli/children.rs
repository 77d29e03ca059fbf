//! The children that establish whether hooks are in force: git in a clone, and what a hook says it runs, which is given a
//! few seconds to answer.

use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use freeze_guard::git::Repository;
use freeze_guard::wiring::{Outside, Variable};

/// Our own program says its version in milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);
const SHORTLY: Duration = Duration::from_millis(500);
/// More than this is no answer.
const MOST_BYTES: u64 = 64 * 1024;

/// Children of this process, as seen from `repo`.
pub(crate) struct Children<'a> {
    pub(crate) repo: &'a Repository,
}

impl Outside for Children<'_> {
    fn git(
        &self,
        directory: Option<&Path>,
        arguments: &[&OsStr],
        variable: Option<Variable<'_>>,
    ) -> Result<Output, String> {
        let mut git = self.repo.git();
        if let Some(directory) = directory {
            git = git.elsewhere(directory);
        }
        if let Some((name, value)) = variable {
            git = git.env(name, value);
        }
        git.args(arguments).run_whatever().map_err(|error| error.to_string())
    }

    fn program(&self, program: &Path, arguments: &[&OsStr], variable: Option<Variable<'_>>) -> Result<Output, String> {
        let mut command = Command::new(program);
        let world = self.repo.world();
        command.args(arguments).env_clear().envs(&world.env).envs(variable).current_dir(&world.cwd);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        let said = [child.stdout.take().map(collect), child.stderr.take().map(collect)];
        let status = wait(&mut child)?;
        // A child of that child may hold a stream open.
        let [stdout, stderr] =
            said.map(|stream| stream.and_then(|it| it.recv_timeout(SHORTLY).ok()).unwrap_or_default());
        Ok(Output { status, stdout, stderr })
    }
}

/// Reads the beginning of `stream` on a thread of its own, which ends with the child.
fn collect(stream: impl Read + Send + 'static) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if stream.take(MOST_BYTES).read_to_end(&mut bytes).is_ok() {
            sender.send(bytes).ok();
        }
    });
    receiver
}

fn wait(child: &mut Child) -> Result<ExitStatus, String> {
    let started = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if started.elapsed() < PATIENCE => thread::sleep(Duration::from_millis(2)),
            Ok(None) => {
                child.kill().and_then(|()| child.wait()).ok();
                return Err(format!("it does not end within {} seconds", PATIENCE.as_secs()));
            }
            Err(error) => return Err(error.to_string()),
        }
    }
}
