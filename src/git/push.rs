//! What git tells a pre-push hook on standard input (githooks(5)): one line for each ref update,
//! `<local ref> SP <local id> SP <remote ref> SP <remote id> LF`.
//!
//! The local ref is what the person typed, when that is no plain ref: it may hold spaces and even line breaks, so lines
//! are split from the right and a line that is not valid in every field refuses the push.

use super::refs::valid_ref_name;
use crate::source::{Id, printable};

/// How many characters of a wrong line a message shows.
const SHOWN: usize = 120;

/// One line of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefUpdate {
    /// A ref's full name, `HEAD`, any expression as typed, or `(delete)`.
    pub local_ref: Vec<u8>,
    /// The object pushed; zeros when the remote ref is deleted.
    pub local_id: Id,
    /// The full name of the ref on the remote.
    pub remote_ref: Vec<u8>,
    /// What the remote ref holds now; zeros when it does not exist.
    pub remote_id: Id,
}

impl RefUpdate {
    /// Whether the remote ref goes away.
    pub fn is_deletion(&self) -> bool {
        self.local_id.is_zero()
    }

    /// Whether the remote ref does not exist yet.
    pub fn is_creation(&self) -> bool {
        self.remote_id.is_zero()
    }
}

/// Standard input is not what git writes for a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushLineError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: PushLineProblem,
    /// Its beginning, safe to show.
    pub text: String,
}

/// What can be wrong with a line of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushLineProblem {
    /// The last line does not end in a line break: the input was cut short.
    Unfinished,
    /// A NUL byte, which no field can hold.
    Nul,
    /// Fewer than four fields (an empty line too).
    Fields,
    /// An id is not 40 or 64 hexadecimal digits, or not as long as the others.
    Id(Vec<u8>),
    /// The remote ref is not a full ref name.
    RemoteRef(Vec<u8>),
    /// `(delete)` without an id of zeros, or the reverse.
    Deletion,
    /// The remote ref stands on an earlier line too, which git refuses to push.
    Repeated(Vec<u8>),
}

impl std::fmt::Display for PushLineError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {} of the push: ", self.line)?;
        match &self.problem {
            PushLineProblem::Unfinished => f.write_str("expected a line break at its end; the input is cut short"),
            PushLineProblem::Nul => f.write_str("expected text, found a NUL byte"),
            PushLineProblem::Fields => {
                write!(f, "expected `<local ref> <local id> <remote ref> <remote id>`, found `{}`", self.text)
            }
            PushLineProblem::Id(found) => write!(f, "expected an object id, found `{}`", printable(found)),
            PushLineProblem::RemoteRef(found) => {
                write!(f, "expected a full ref name (refs/...), found `{}`", printable(found))
            }
            PushLineProblem::Deletion => f.write_str("`(delete)` and an id of zeros go together, and one is missing"),
            PushLineProblem::Repeated(name) => write!(f, "{} is updated twice", printable(name)),
        }
    }
}

impl std::error::Error for PushLineError {}

impl PushLineError {
    /// The next step, as a sentence with a command.
    pub fn help(&self) -> String {
        "push a branch by its name: `git push <remote> <branch>:<branch>`".to_owned()
    }
}

/// All ref updates of a push; none for empty input, which is a push with nothing to do.
pub fn parse_push(stdin: &[u8]) -> Result<Vec<RefUpdate>, PushLineError> {
    let mut updates: Vec<RefUpdate> = Vec::new();
    let mut targets = std::collections::HashSet::new();
    let mut hash_len = None;
    for (index, line) in stdin.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let error = |problem| {
            let text = printable(line.trim_ascii_end()).chars().take(SHOWN).collect();
            PushLineError { line: index + 1, problem, text }
        };
        let line = line.strip_suffix(b"\n").ok_or_else(|| error(PushLineProblem::Unfinished))?;
        let update = parse_line(line, *hash_len.get_or_insert(hash_length(line))).map_err(error)?;
        if !targets.insert(update.remote_ref.clone()) {
            return Err(error(PushLineProblem::Repeated(update.remote_ref)));
        }
        updates.push(update);
    }
    Ok(updates)
}

/// How many digits the ids of this push have, by its first line's last field.
fn hash_length(line: &[u8]) -> usize {
    line.rsplit(|&byte| byte == b' ').next().map_or(0, <[u8]>::len)
}

fn parse_line(line: &[u8], hash_len: usize) -> Result<RefUpdate, PushLineProblem> {
    if line.contains(&0) {
        return Err(PushLineProblem::Nul);
    }
    let mut fields = line.rsplitn(4, |&byte| byte == b' ');
    let mut field = || fields.next().filter(|field| !field.is_empty()).ok_or(PushLineProblem::Fields);
    let (remote_id, remote_ref, local_id, local_ref) = (field()?, field()?, field()?, field()?);
    let id = |text: &[u8]| {
        // git writes small letters.
        let fine = text.len() == hash_len && !text.iter().any(u8::is_ascii_uppercase);
        let id = fine.then(|| Id::from_hex(text)).flatten();
        id.ok_or_else(|| PushLineProblem::Id(text.to_vec()))
    };
    let (remote_id, local_id) = (id(remote_id)?, id(local_id)?);
    if !valid_ref_name(remote_ref) {
        return Err(PushLineProblem::RemoteRef(remote_ref.to_vec()));
    }
    if local_id.is_zero() != (local_ref == b"(delete)") {
        return Err(PushLineProblem::Deletion);
    }
    Ok(RefUpdate { local_ref: local_ref.to_vec(), local_id, remote_ref: remote_ref.to_vec(), remote_id })
}
