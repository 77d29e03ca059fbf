//! Freeze Guard from the outside: the real binary, the real git, a scrubbed world per test.
//!
//! Tests named `sNN_…` are the acceptance scenarios, by number. Set `FREEZE_GUARD_TEST_GIT` to the directory of another
//! git to run everything with that one; what it is too old for says so and is skipped.

// `cfg(test)` on the modules tells clippy that their helpers are test code too.
#[cfg(test)]
mod commit;
#[cfg(test)]
mod merge;
#[cfg(test)]
mod push;
#[cfg(test)]
mod run;
#[cfg(test)]
mod world;
