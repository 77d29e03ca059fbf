//! How a lock is made again: `hook fix` copies a mirror, `hook lock` has a resolver write a compiled one. Hints and the
//! commands themselves ask here, so that no hint promises what a command then declines.

use super::Context;
use super::kind::JudgedAs;
use crate::policy::Kind;
use crate::requirements;

/// How a lock is made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remake {
    /// It mirrors its manifest: `hook fix` and `hook lock` write it.
    Mirror,
    /// A resolver writes it, or the command of the policy: `hook lock` runs that.
    Resolve,
    /// Only this line for a POSIX shell does, where it is run.
    Freeze(String),
}

/// How the lock of this pair is made again. A command of the policy goes before everything; a lock that is missing
/// counts as a mirror where the pair does not say otherwise and its manifest is no `.in` file.
pub fn remake(context: &Context<'_>) -> Remake {
    if context.policy.lock.command.is_some() {
        return Remake::Resolve;
    }
    let source = context.pair.manifest.as_bytes().to_ascii_lowercase().ends_with(b".in");
    let compiled = context.judged_as().map_or(source, JudgedAs::is_compiled);
    match context.pair.kind {
        Kind::Mirror => Remake::Mirror,
        Kind::Freeze => Remake::Freeze(format!("python -m pip freeze > {}", context.paths.word(&context.pair.lock))),
        Kind::Compiled => Remake::Resolve,
        Kind::Auto if compiled => Remake::Resolve,
        Kind::Auto => Remake::Mirror,
    }
}

/// The line that makes the lock and stages both files, in backticks.
pub(super) fn line(context: &Context<'_>) -> String {
    let (manifest, lock) = (context.paths.word(&context.pair.manifest), context.paths.word(&context.pair.lock));
    let copied = context.after.manifest.files().all(|(_, file)| file.is_plain())
        && context.after.lock.root_file().is_none_or(requirements::File::is_plain);
    match remake(context) {
        Remake::Resolve => format!("`hook lock --stage {manifest}`"),
        Remake::Freeze(command) => format!("`{command} && git add {manifest} {lock}`"),
        Remake::Mirror if copied => format!("`hook fix {manifest} && git add {manifest} {lock}`"),
        // Bytes that `hook fix` does not edit can still be copied as they are.
        Remake::Mirror => format!("`cp {manifest} {lock} && git add {manifest} {lock}`"),
    }
}
