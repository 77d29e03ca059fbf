//! What a flat lock can prove about its manifest: its kind, and whether it answers.
//!
//! A mirror holds the manifest's own pins; a compiled lock holds a resolver's output. The two comparisons are apart:
//! [`mirror`] wants equal sets, [`satisfaction`] wants every requirement met.

mod command;
mod kind;
mod mirror;
mod moves;
mod satisfaction;
mod stamp;

pub use command::{Argument, Command, Tool, command};
pub use kind::{Detected, Evidence, detect, left_out};
pub use mirror::mirror;
pub use moves::{PinChange, pins_changed};
pub use satisfaction::satisfaction;
pub use stamp::{Digest, StampLine, StampVerdict, digest, read as read_stamp, stamped, verdict as stamp_verdict};

use crate::requirements::{GlobalOption, Located};
use crate::source::Span;

/// One side of a pair, flattened: what its manifest or its lock says in all.
#[derive(Clone, Debug, Default)]
pub struct Contents<'a> {
    /// What would be installed.
    pub requirements: Vec<Located<'a>>,
    /// What only constrains.
    pub constraints: Vec<Located<'a>>,
    /// Options that concern the whole file, each with its place.
    pub options: Vec<OptionLine<'a>>,
    /// Names that a tool lists in a comment as left out on purpose (pip-compile's unsafe packages).
    pub left_out: Vec<String>,
}

/// An option and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct OptionLine<'a> {
    /// The file.
    pub file: &'a crate::source::SourceFile,
    /// The line's place in it.
    pub span: Span,
    /// The option.
    pub option: &'a GlobalOption,
}

/// How a lock fails to answer its manifest.
#[derive(Clone, Debug)]
pub enum Drift<'a> {
    /// The manifest asks for it and the lock does not have it.
    Missing(Located<'a>),
    /// The lock has it and the manifest does not ask for it.
    Extra(Located<'a>),
    /// Both have it and they differ.
    Different {
        /// The manifest's line.
        manifest: Located<'a>,
        /// The lock's line.
        lock: Located<'a>,
        /// In what, as in "version 2.0 in the manifest, 1.9 in the lock".
        how: String,
    },
    /// An option of the manifest that the lock does not have.
    OptionMissing(OptionLine<'a>),
    /// An option of the lock that the manifest does not have.
    OptionExtra(OptionLine<'a>),
}
