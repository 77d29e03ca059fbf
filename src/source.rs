//! What is judged, before anything knows how it is stored: paths, object ids, modes, the [`Tree`] that a snapshot of a
//! repository is, and decoded text with its lines.
//!
//! Paths are bytes, as in git. A [`RepoPath`] is always relative to the top of the tree and has no `.` or `..`.

mod conversion;
mod object;
mod path;
mod show;
mod text;
mod tree;

pub use conversion::{Attribute, Cause, Conversion, MAX_ATTRIBUTES, Unclear, attribute_files};
pub use object::{Entry, Id, Mode, Object};
pub use path::RepoPath;
pub use show::{Paths, is_deceptive, path_word, printable, printable_text, shell_line, shell_word};
pub use text::{Position, SourceFile, Span, is_line_break};
pub use tree::{MAX_FILE, ReadError, Tree};
