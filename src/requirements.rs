//! Requirements files as pip reads them: bytes, text, physical lines, logical lines, arguments and options, entries.
//!
//! Reading is total: whatever the bytes, there is a [`File`]; what pip would not read is a [`Problem`] and an
//! [`EntryKind::Invalid`] entry, and a rule reports it.

mod entry;

pub use entry::{
    Entry, EntryKind, File, GlobalOption, Hash, Include, IncludeKind, Pin, Problem, ProblemKind, Requirement, RequirementKind,
};
