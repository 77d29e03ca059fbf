//! What a requirements file may cost. Every bound has its own message, because a person who meets one must know which.
//!
//! The numbers are far above anything a generator writes (a 700-hash entry is about 56 kB) and low enough that no file
//! makes the process hang or grow.

/// Physical lines in a file; beyond it nothing is read.
pub(super) const LINES: usize = 1_000_000;
/// Bytes in one logical line.
pub(super) const LOGICAL_LINE: usize = 1024 * 1024;
/// Entries in one file; what follows is not read.
pub(super) const ENTRIES: usize = 20_000;
/// Hashes, specifiers, marker comparisons and options in one file, together; what follows is not read.
pub(super) const PARTS: usize = 300_000;
/// Problems kept for one file; what follows is not read.
pub(super) const PROBLEMS: usize = 1_000;
/// `--hash` values on one entry.
pub(super) const HASHES: usize = 10_000;
/// Version specifiers in one requirement.
pub(super) const SPECIFIERS: usize = 256;
/// Comparisons in one marker.
pub(super) const MARKER_CLAUSES: usize = 64;
/// Nested parentheses in one marker.
pub(super) const MARKER_DEPTH: usize = 40;
/// Comparisons in one marker that is to be decided about.
pub(super) const DECISION_CLAUSES: usize = 24;
/// Combinations of values that the markers of one decision may tell apart.
pub(super) const DECISION_CELLS: usize = 1024;
