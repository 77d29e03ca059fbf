//! Freeze Guard beside other hook managers, for real: pre-commit, prek, lefthook and husky, each with its own binary,
//! in scratch clones of a scrubbed world.
//!
//! `FREEZE_GUARD_NEIGHBOURS` names a directory with `bin/pre-commit`, `bin/prek`, `bin/lefthook`, `bin/husky` and
//! `bin/node`, as `.ci/run` makes one; without it everything here says that it is skipped.

#![cfg(test)]

mod beside;
mod called;
mod place;
mod rewritten;

#[path = "../e2e/run.rs"]
#[allow(dead_code, reason = "the end-to-end tests use the rest of it")]
mod run;
#[path = "../e2e/world.rs"]
#[allow(dead_code, reason = "the end-to-end tests use the rest of it")]
mod world;
