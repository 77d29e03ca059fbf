//! What pre-commit and prek give a push hook in place of git's standard input: PRE_COMMIT_* variables, for the first
//! ref that they find something to do for. Read under `--from-env` only, since a variable that leaks from somewhere
//! else must never stand in for what git says.
//!
//! Source: pre-commit 4.7 `commands/hook_impl.py`, which prek 0.5 follows.

use super::Failure;
use freeze_guard::git::{Repository, World};
use freeze_guard::source::{Id, printable};

const FROM: &str = "PRE_COMMIT_FROM_REF";
const TO: &str = "PRE_COMMIT_TO_REF";
const LOCAL: &str = "PRE_COMMIT_LOCAL_BRANCH";
const REMOTE: &str = "PRE_COMMIT_REMOTE_BRANCH";
const NAME: &str = "PRE_COMMIT_REMOTE_NAME";
const URL: &str = "PRE_COMMIT_REMOTE_URL";

/// A push as git would have told it.
pub(crate) struct Told {
    pub(crate) remote: Vec<u8>,
    pub(crate) url: Vec<u8>,
    /// The line for standard input.
    pub(crate) line: Vec<u8>,
}

/// Reads the push from the variables.
pub(crate) fn push(world: &World, repo: &Repository) -> Result<Told, Failure> {
    let (remote, url) = (required(world, NAME)?, required(world, URL)?);
    let (local, target) = (required(world, LOCAL)?, required(world, REMOTE)?);
    if !target.starts_with(b"refs/") {
        return Err(odd(REMOTE, "a full ref name (refs/...)", &target));
    }
    if local == b"(delete)" {
        return Err(odd(LOCAL, "what is pushed", &local));
    }
    let (from, to) = match (text(world, FROM)?, text(world, TO)?) {
        (Some(from), Some(to)) => (id(FROM, from)?, id(TO, to)?),
        (Some(_), None) => return Err(missing(TO)),
        // The whole history is pushed, down to its first commit: prek names only its end, pre-commit not even that.
        (None, to) => {
            let tip = match to {
                Some(to) => id(TO, to)?,
                None => repo.resolve(&local)?.to_string().into_bytes(),
            };
            (vec![b'0'; tip.len()], tip)
        }
    };
    if from.len() != to.len() {
        return Err(odd(FROM, "an id as long as that in PRE_COMMIT_TO_REF", &from));
    }
    let mut line = [local, to, target, from].join(&b' ');
    line.push(b'\n');
    Ok(Told { remote, url, line })
}

fn required(world: &World, name: &str) -> Result<Vec<u8>, Failure> {
    Ok(text(world, name)?.ok_or_else(|| missing(name))?.to_vec())
}

/// A variable that is set to something, which is one line.
fn text<'w>(world: &'w World, name: &str) -> Result<Option<&'w [u8]>, Failure> {
    match world.var(name).map(|value| value.as_encoded_bytes()) {
        None | Some(b"") => Ok(None),
        // Further lines would be further refs.
        Some(value) if value.iter().any(|byte| matches!(byte, b'\n' | b'\r')) => Err(odd(name, "one line", value)),
        value => Ok(value),
    }
}

fn id(name: &str, text: &[u8]) -> Result<Vec<u8>, Failure> {
    let small = !text.iter().any(u8::is_ascii_uppercase);
    match Id::from_hex(text) {
        Some(id) if small && !id.is_zero() => Ok(text.to_vec()),
        _ => Err(odd(name, "the full id of a commit", text)),
    }
}

fn missing(name: &str) -> Failure {
    Failure::new(
        format!("{name} is not set, so there is no telling what is pushed"),
        "pre-commit and prek set it when they run a hook of stage pre-push for `git push`; \
         anywhere else leave `--from-env` out: docs/neighbours.md",
    )
}

fn odd(name: &str, expected: &str, found: &[u8]) -> Failure {
    Failure::new(
        format!("{name} is to hold {expected}, and holds `{}`", printable(found)),
        "pre-commit and prek set it right when they run a hook of stage pre-push for `git push`: docs/neighbours.md",
    )
}
