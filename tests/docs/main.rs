//! The documentation against the program and against itself: every example is run, every link leads somewhere, every
//! picture shows what the program prints today.
//!
//! Three comments in a page, none of which a reader sees, say what a `console` block needs:
//!
//! - `<!-- scenario: NAME -->` begins anew, in a world of [`scenarios`]; the blocks after it go on from one another.
//! - `<!-- setup: COMMANDS -->` runs what the reader need not see.
//! - `<!-- not run: WHERE -->` leaves the next block to another test, which the list in [`consoles`] names too.
//!
//! `FREEZE_GUARD_UPDATE_DOCS=1` writes what the program prints into the pages and pictures instead of comparing it.

// `cfg(test)` tells clippy that helpers outside `#[test]` functions are test code too.
#![cfg(test)]
// The examples use GNU's `sed -i`.
#![cfg(target_os = "linux")]

mod consoles;
mod links;
mod page;
mod pictures;
mod rules;
mod scenarios;
mod session;

#[path = "../e2e/run.rs"]
#[allow(dead_code, reason = "the end-to-end tests use the rest of it")]
mod run;
#[path = "../e2e/world.rs"]
#[allow(dead_code, reason = "the end-to-end tests use the rest of it")]
mod world;

/// The variable that asks for the pages to be written.
pub(crate) const UPDATE: &str = "FREEZE_GUARD_UPDATE_DOCS";

/// Whether the pages are to be written instead of compared.
pub(crate) fn updates() -> bool {
    std::env::var_os(UPDATE).is_some()
}
