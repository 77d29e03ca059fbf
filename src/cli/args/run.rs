//! The arguments of `hook run`, which git's hooks call and which therefore are read on their own.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Parser;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example: hook run pre-push origin https://example.com/repo.git < ref-updates")]
pub(crate) struct RunArgs {
    /// pre-commit, pre-merge-commit, pre-push, pre-applypatch or pre-receive
    #[arg(value_name = "EVENT")]
    pub(crate) event: String,
    /// Read the push from the PRE_COMMIT_* variables that pre-commit and prek set
    #[arg(long, conflicts_with_all = ["shim", "at"])]
    pub(crate) from_env: bool,
    /// The version of the shim that calls
    #[arg(long, value_name = "N", hide = true)]
    pub(crate) shim: Option<u32>,
    /// Where that shim stands: the hooks chained beside it run too
    #[arg(long, value_name = "PATH", hide = true)]
    pub(crate) at: Option<PathBuf>,
    /// The process that called that shim
    #[arg(long, value_name = "ID", hide = true)]
    pub(crate) caller: Option<u32>,
    /// The names of the hooks chained to it, with a space between
    #[arg(long, value_name = "NAMES", hide = true)]
    pub(crate) chained: Option<String>,
    /// What git passed to the hook
    #[arg(value_name = "ARGS", trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) args: Vec<OsString>,
}

/// `run` as a command of its own.
#[derive(Parser)]
struct RunOnly {
    #[command(flatten)]
    args: RunArgs,
}

/// What `words` say, the program's name first, if they are a call of `run` that needs no explanation.
pub(super) fn alone(words: &[OsString]) -> Option<RunArgs> {
    let words = words.get(1..).filter(|words| words.first().is_some_and(|verb| verb == "run"))?;
    as_by_shims(&words[1..]).or_else(|| RunOnly::try_parse_from(words).ok().map(|run| run.args))
}

/// What a shim says behind `run`, where every word is plainly what it seems: clap, which reads all else, would take
/// longer over it than everything takes that is then done in a small repository.
fn as_by_shims(words: &[OsString]) -> Option<RunArgs> {
    let mut words = words.iter();
    let (mut shim, mut at, mut caller, mut chained) = (None, None, None, None);
    let event = loop {
        let word = words.next()?.to_str()?;
        if !word.starts_with('-') {
            break word.to_owned();
        }
        let value = words.next().filter(|value| !value.as_encoded_bytes().starts_with(b"-"))?;
        let is_new = match word {
            "--shim" => shim.replace(number(value)?).is_none(),
            "--at" if !value.is_empty() => at.replace(PathBuf::from(value)).is_none(),
            "--caller" => caller.replace(number(value)?).is_none(),
            "--chained" => chained.replace(value.to_str()?.to_owned()).is_none(),
            _ => false,
        };
        if !is_new {
            return None;
        }
    };
    if words.next().is_some_and(|word| word != "--") {
        return None;
    }
    Some(RunArgs { event, from_env: false, shim, at, caller, chained, args: words.cloned().collect() })
}

fn number(word: &OsString) -> Option<u32> {
    word.to_str().filter(|word| word.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Args;

    #[test]
    fn shims_are_understood_without_clap() {
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        let shim = "--shim 3 --at .git/hooks/pre-push --caller 7 --chained  pre-push -- origin file:///x";
        assert_eq!(as_by_shims(&words(shim)).map(|args| args.args.len()), Some(2));
        assert!(as_by_shims(&words("pre-commit")).is_some());
        assert!(as_by_shims(&words("pre-commit --from-env")).is_none());
    }

    #[test]
    fn run_is_read_alone_as_it_is_among_the_others() {
        for line in [
            "run pre-commit",
            "run",
            "run --help",
            "run --version",
            "run pre-push -- origin file:///x",
            "run pre-push origin --force",
            "run --from-env pre-push",
            "run --from-env --shim 1 pre-push",
            "run --shim 3 --at .git/hooks/pre-commit --caller 7 --chained  pre-commit --",
            "run --shim x pre-commit",
            "run --no-such pre-commit",
            "run -C . pre-commit",
            "-C . run pre-commit",
            "run --shim 3 --at .git/hooks/pre-push --caller 7 --chained a b pre-push -- origin -x -- y",
            "run --shim 3 --shim 3 pre-commit",
            "run --shim +3 pre-commit",
            "run --shim 99999999999 pre-commit",
            "run --at  pre-commit",
            "run --at -x pre-commit",
            "run --at=x pre-commit",
            "run --chained -- pre-commit",
            "run --caller 007 pre-commit --from-env",
            "run  --",
            "run --shim",
            "run -- pre-commit",
        ] {
            let words: Vec<OsString> = format!("hook {line}").split(' ').map(OsString::from).collect();
            let told = |read: Result<Args, clap::Error>| {
                read.map_or_else(|error| format!("{error}"), |args| format!("{args:?}"))
            };
            assert_eq!(told(Args::read(&words)), told(Args::try_parse_from(&words)), "{line}");
        }
    }
}
