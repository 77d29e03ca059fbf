//! Freeze Guard from the outside: the real binary, the real git, a scrubbed world per test.
//!
//! Tests named `sNN_…` are the acceptance scenarios, by number. Set `FREEZE_GUARD_TEST_GIT` to the directory of another
//! git to run everything with that one; what it is too old for says so and is skipped.

// `cfg(test)` tells clippy that helpers outside `#[test]` functions are test code too.
#![cfg(test)]

mod attributes;
mod audit;
mod audit_odd;
mod bad_input;
mod bots;
mod chained;
mod ci;
mod clones;
mod commit;
mod deploy;
mod every_commit;
mod fix;
mod fix_lines;
mod fooled;
mod formats;
mod from_env;
mod gates_odd;
mod generated;
mod help;
mod histories;
mod includes;
mod init;
mod init_adopt;
mod init_ci;
mod init_odd;
mod layouts;
mod lock;
mod lock_more;
mod locks;
mod malice;
mod manners;
mod merge;
mod output;
mod parse;
mod policy;
mod push;
mod push_alone;
mod push_more;
mod push_odd;
mod remembered;
mod renamed;
mod replay;
mod rollback;
mod run;
mod server;
mod shop;
mod upgrade;
mod upgrade_compiled;
mod upgrade_push;
mod upgrade_registry;
mod upgrade_stopped;
#[path = "../locks/wheels.rs"]
mod wheels;
mod wiring;
mod wiring_all;
mod wiring_config;
mod wiring_disk;
mod wiring_force;
mod wiring_help;
mod wiring_places;
mod wiring_rows;
mod wiring_ways;
mod world;
