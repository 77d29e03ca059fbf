//! What the process was given, taken in once: environment, working directory, the day.

use std::path::Path;

use jiff::Timestamp;

use super::Failure;
use freeze_guard::check::Judging;
use freeze_guard::git::{Repository, World};
use freeze_guard::policy::Date;
use freeze_guard::source::Paths;

/// The world a verb runs in.
pub(crate) struct Surroundings {
    /// Environment and working directory.
    pub(crate) world: World,
    /// The day, in UTC.
    pub(crate) today: Date,
    /// The moment, in whole seconds.
    pub(crate) now: Timestamp,
}

impl Surroundings {
    /// Takes it in, as seen from `directory` where one is given.
    pub(crate) fn take(directory: Option<&Path>) -> Result<Self, Failure> {
        let here = std::env::current_dir().map_err(|error| {
            Failure::new(format!("the working directory cannot be read: {error}"), "change to a directory that exists")
        })?;
        let cwd = match directory {
            Some(directory) => {
                let cwd = here.join(directory);
                if !cwd.is_dir() {
                    return Err(Failure::new(
                        format!(
                            "there is no directory {}",
                            freeze_guard::source::printable(directory.as_os_str().as_encoded_bytes())
                        ),
                        "name one that exists after `-C`",
                    ));
                }
                cwd
            }
            None => here,
        };
        Ok(Self { world: World { env: std::env::vars_os().collect(), cwd }, today: today(), now: now() })
    }

    /// The repository that the world is in.
    pub(crate) fn repository(&self) -> Result<Repository, Failure> {
        Ok(Repository::open(&self.world)?)
    }

    /// What a judgement in `repo` depends on.
    pub(crate) fn judging(&self, repo: &Repository) -> Judging {
        Judging { today: self.today, paths: Paths { directory: repo.prefix().to_vec() } }
    }
}

fn today() -> Date {
    Date::from_unix(seconds())
}

fn now() -> Timestamp {
    i64::try_from(seconds()).ok().and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or_default()
}

fn seconds() -> u64 {
    // A clock before 1970 is no clock; exemptions then count as they did at the start of it.
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs()
}
