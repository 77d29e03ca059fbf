//! The judging of locks, proved against the tools that write them: locks made here by the real uv and pip-compile from
//! small wheels built here, judged as they are, then mutated, each mutation with the verdict that the facts ask for.
//!
//! `FREEZE_GUARD_UV` and `FREEZE_GUARD_PIP_COMPILE` name the tools; without them what needs them says so and is skipped,
//! but not with `CI=true` or `FREEZE_GUARD_REQUIRE_TOOLS=1`.

// `cfg(test)` tells clippy that helpers outside `#[test]` functions are test code too.
#![cfg(test)]

mod generated;
mod judge;
mod lock_command;
mod made;
mod mutate;
mod mutations;
mod mutations_dialect;
mod mutations_integrity;
mod mutations_manifest;
mod mutations_mirror;
mod mutations_pin;
mod mutations_via;
#[allow(dead_code, reason = "shared with the scenarios, which use more of it")]
#[path = "../e2e/run.rs"]
mod run;
mod tools;
mod unmutated;
mod unmutated_odd;
mod wheels;
#[allow(dead_code, reason = "shared with the scenarios, which use more of it")]
#[path = "../e2e/world.rs"]
mod world;
