//! The wing that writes, for inputs put together at random.

// `cfg(test)` tells clippy that helpers outside `#[test]` functions are test code too.
#![cfg(test)]

mod files;
mod fix;
mod init;
mod lock;
mod texts;
