//! Ctrl-C and its like, for verbs that have something to clean up: the signal is noted, and the verb ends by itself.

use std::sync::Arc;

use super::Outcome;
use freeze_guard::change::Stop;

#[cfg(unix)]
const SIGNALS: &[i32] = &[signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP];
#[cfg(not(unix))]
const SIGNALS: &[i32] = &[signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM];

/// Notes these signals from now on. Where that cannot be had they end the process as ever.
pub(crate) fn listen() -> Stop {
    let stop = Stop::default();
    for &signal in SIGNALS {
        if let Ok(number) = usize::try_from(signal) {
            let _ = signal_hook::flag::register_usize(signal, Arc::clone(&stop.0), number);
        }
    }
    stop
}

/// The status of a process that `signal` ended, as shells count it.
pub(crate) fn interrupted(signal: usize) -> Outcome {
    Outcome::Code(u8::try_from(signal).map_or(1, |signal| signal.saturating_add(128)))
}
