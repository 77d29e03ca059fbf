//! What `hook fix` proposes for the work tree: pins from the lock for requirements that have none, and mirrors in step
//! with their manifests. Compiled and frozen locks are left to the tools that write them.
//!
//! Every proposal is judged by the rules before it is made: what they would still refuse is not written.

mod pins;

use super::bench::{Bench, Proposal};
use super::mirror::{self, Stamp};
use crate::check::{Judging, pairs};
use crate::files::{Cache, PairFiles};
use crate::finding::Place;
use crate::policy::Pair;
use crate::rules::{Remake, remake};
use crate::scope::Question;
use crate::source::ReadError;

/// What can be mended of the pairs of `question`, a question about the work tree.
///
/// # Errors
/// What the snapshot cannot answer.
pub fn propose<'r>(question: &Question<'r>, judging: &Judging) -> Result<Proposal<'r>, ReadError> {
    let cache = Cache::default();
    let judged = pairs(question, &cache)?;
    let mut bench = Bench::new(question, judging, cache);
    pins::pin(&judged, &mut bench)?;
    for judged in &judged {
        sync(&judged.pair, &mut bench)?;
    }
    Ok(bench.done())
}

/// Writes the lock of `pair` anew if it is a mirror and a rule asks for it: a lock which merely differs in order or
/// comments is left alone.
fn sync(pair: &Pair, bench: &mut Bench<'_, '_>) -> Result<(), ReadError> {
    let files = PairFiles::load(&bench.overlay, pair, &bench.cache)?;
    let context = bench.context(pair, &files);
    if files.manifest.root_file().is_none() || !mirror::needed(&context, bench) {
        return Ok(());
    }
    let refused = match remake(&context) {
        Remake::Command(command) => Err(format!("`{command}` writes it")),
        Remake::Mirror => mirror::put(pair, Stamp::Keep, bench)?,
    };
    if let Err(why) = refused {
        let lock = bench.judging.paths.show(&pair.lock);
        bench.leave(Place::File(pair.lock.clone()), format!("{lock} is not written: {why}"));
    }
    Ok(())
}
