//! The policy through its public face: files, keys, pairs, and what is laxer.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a failed test is the message")]
// `cfg(test)` tells clippy that helpers outside `#[test]` functions are test code too.
#![cfg(test)]

mod files;
mod keys;
mod laxer;
mod pairs;
mod wrong;

use freeze_guard::policy::{Broken, Files, Origin, Policy, load};

/// Our version in these tests.
const VERSION: &str = "0.1.0";

fn load_files(freeze_guard: Option<&str>, pyproject: Option<&str>) -> Result<(Policy, Origin), Broken> {
    load(Files {
        freeze_guard: freeze_guard.map(str::as_bytes),
        pyproject: pyproject.map(str::as_bytes),
        version: VERSION,
    })
}

/// The policy that `text` is as a freeze-guard.toml.
fn policy(text: &str) -> Policy {
    match load_files(Some(text), None) {
        Ok((policy, _)) => policy,
        Err(broken) => panic!("{text}\n{broken}"),
    }
}

/// What is wrong with `text` as a freeze-guard.toml.
fn broken(text: &str) -> Broken {
    match load_files(Some(text), None) {
        Ok((policy, _)) => panic!("{text}\nis fine: {policy:#?}"),
        Err(broken) => broken,
    }
}
