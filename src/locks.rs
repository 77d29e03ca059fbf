//! What a flat lock can prove about its manifest: its kind, and whether it answers.
//!
//! A mirror holds the manifest's own pins ([`mirror()`] wants equal sets); every other kind holds a resolver's output, and
//! [`prove`] asks three things of it, reported apart: identity (was it made from this manifest), satisfaction (is every
//! requirement met, every entry explained), and what cannot be decided offline. Integrity needs
//! the base as well and is the rules' business.

mod command;
mod compiled;
mod graph;
mod header;
mod kind;
mod mirror;
mod moves;
mod satisfaction;
mod stamp;
mod undecided;
mod via;

pub use command::{Argument, Command, command};
pub use compiled::{Depth, Proof, prove};
pub use header::{Header, Tool, header, is_file};
pub use kind::{Detected, Evidence, Strength, detect, is_annotated, left_out};
pub use mirror::mirror;
pub use moves::{PinChange, pins_changed};
pub use stamp::{
    Digest, StampLine, StampVerdict, digest, read as read_stamp, stamped, unstamped, verdict as stamp_verdict,
};
pub use undecided::{Reason, Subject, Undecided};
pub use via::{Annotated, Via, annotations};

use crate::requirements::{File, GlobalOption, Located};
use crate::source::Span;

/// One side of a pair, flattened: what its manifest or its lock says in all.
#[derive(Clone, Debug, Default)]
pub struct Contents<'a> {
    /// Every file of it that was read.
    pub files: Vec<&'a File>,
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
    /// An entry of a compiled lock that nothing explains.
    Unexplained {
        /// The lock's line.
        lock: Located<'a>,
        /// Why not, as in "needed by flask, which the lock does not have".
        how: String,
    },
    /// A requirement that changed in what its lock would follow, while the lock did not change at all.
    Untouched {
        /// The manifest's line.
        manifest: Located<'a>,
        /// What changed, as in "its extras".
        what: &'static str,
    },
    /// An option of the manifest that the lock does not have.
    OptionMissing(OptionLine<'a>),
    /// An option of the lock that the manifest does not have.
    OptionExtra(OptionLine<'a>),
}
