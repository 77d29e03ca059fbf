//! Freeze Guard keeps a Python project's dependencies frozen: a requirements file reaches a commit only with the lock
//! that matches it, and reaches a guarded branch only from an allowed source.
//!
//! Data flows one way. Nouns (`source`, `package`, `rule`, `finding`) know nobody; then the stages in a row, each
//! importing only what stands before it (`tests/layers.rs` holds the table):
//!
//! ```text
//! git -> scope -> files -> rules -> report        check is the spine that runs them
//!        policy   requirements, locks
//! wiring (the hooks of a clone)                   a wing; meets the spine only in the binary
//! change (what a person asks to be written)       a wing that stands on the spine
//! ```
//!
//! The library never prints and never reads the process environment by itself: environment, working directory, standard
//! input and clock are parameters.

pub mod audit;
pub mod change;
pub mod check;
pub mod files;
pub mod finding;
pub mod git;
pub mod locks;
pub mod package;
pub mod policy;
pub mod report;
pub mod requirements;
pub mod rule;
pub mod rules;
pub mod scope;
pub mod source;
pub mod wiring;
