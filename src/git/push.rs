//! What git writes to a pre-push hook: `<local ref> SP <local id> SP <remote ref> SP <remote id> LF` per ref.
//!
//! The local ref is as the user typed it where it is no branch, and may hold spaces and even line feeds
//! (`HEAD^{/fix bug}`), so that a line can be forged. Each line is split from the right and each field is checked; a
//! line that does not hold is refused, and with it the push.

use super::Repository;
use crate::source::{Id, printable};

/// One line of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefUpdate {
    /// A full ref name, `HEAD`, `(delete)`, or an expression as typed.
    pub local_ref: Vec<u8>,
    /// What is pushed; zero for a deletion.
    pub local_id: Id,
    /// The full name of the ref on the remote.
    pub remote_ref: Vec<u8>,
    /// What the remote holds there; zero if it is new.
    pub remote_id: Id,
}

/// A line that is not what git writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushLineError {
    /// One-based.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

impl std::fmt::Display for PushLineError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {} of standard input is no ref update: {}", self.line, self.reason)
    }
}

impl std::error::Error for PushLineError {}

/// Reads all lines.
///
/// # Errors
/// The first line that does not hold.
pub fn parse_push(stdin: &[u8]) -> Result<Vec<RefUpdate>, PushLineError> {
    if stdin.is_empty() {
        return Ok(Vec::new());
    }
    let lines: Vec<_> = stdin.split(|&byte| byte == b'\n').collect();
    let Some((last, lines)) = lines.split_last() else { return Ok(Vec::new()) };
    if !last.is_empty() {
        return Err(PushLineError { line: lines.len() + 1, reason: "it does not end with a line feed".to_owned() });
    }
    let numbered = lines.iter().enumerate();
    numbered.map(|(at, line)| parse_line(line).map_err(|reason| PushLineError { line: at + 1, reason })).collect()
}

fn parse_line(line: &[u8]) -> Result<RefUpdate, String> {
    let mut fields = line.rsplitn(4, |&byte| byte == b' ');
    let (Some(remote_id), Some(remote_ref), Some(local_id), Some(local_ref)) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err(format!("`{}` does not have four fields", printable(line)));
    };
    let id = |field: &[u8]| {
        // git writes ids in lower case only.
        let lower = !field.iter().any(u8::is_ascii_uppercase);
        Id::from_hex(field).filter(|_| lower).ok_or_else(|| format!("`{}` is no object id", printable(field)))
    };
    let (local_id, remote_id) = (id(local_id)?, id(remote_id)?);
    if local_id.as_bytes().len() != remote_id.as_bytes().len() {
        return Err("its two ids differ in length".to_owned());
    }
    if !Repository::valid_ref_name(remote_ref) {
        return Err(format!("`{}` is no ref name", printable(remote_ref)));
    }
    if local_ref.is_empty() || local_ref.contains(&0) {
        return Err("it names no source".to_owned());
    }
    if (local_ref == b"(delete)") != local_id.is_zero() {
        return Err("a deletion has the source `(delete)` and the zero id, and only a deletion has".to_owned());
    }
    Ok(RefUpdate { local_ref: local_ref.to_vec(), local_id, remote_ref: remote_ref.to_vec(), remote_id })
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    fn sources(text: &str) -> Result<Vec<String>, usize> {
        let updates = parse_push(text.as_bytes()).map_err(|error| error.line)?;
        Ok(updates.iter().map(|update| printable(&update.local_ref)).collect())
    }

    #[test]
    fn what_git_writes_is_read() {
        let line = |source: &str| format!("{source} {A} refs/heads/main {ZERO}\n");
        for source in ["refs/heads/x", "HEAD", "HEAD^{/fix bug}", ":/a  b", "main@{0}", "refs/heads/auto/x~0"] {
            assert_eq!(sources(&line(source)), Ok(vec![source.to_owned()]));
        }
        assert_eq!(sources(&format!("(delete) {ZERO} refs/heads/x {A}\n")), Ok(vec!["(delete)".to_owned()]));
        assert_eq!(sources(""), Ok(Vec::new()));
        let long = "b".repeat(64);
        assert_eq!(sources(&format!("HEAD {long} refs/heads/x {long}\n")), Ok(vec!["HEAD".to_owned()]));
    }

    #[test]
    fn what_git_does_not_write_is_refused() {
        let good = format!("HEAD {A} refs/heads/main {ZERO}\n");
        let forged = format!("HEAD^{{/x\nrefs/heads/auto/x {A} refs/heads/main {ZERO}\n");
        for bad in [
            "x\n".to_owned(),
            "\n".to_owned(),
            forged,
            good.trim_end().to_owned(),
            good.replace(ZERO, &ZERO[1..]),
            good.replace(ZERO, &"0".repeat(64)),
            good.replace("refs/heads/main", "main"),
            good.replace("refs/heads/main", "refs/heads/a..b"),
            good.replace(A, &A.to_uppercase()),
            good.replace(A, ZERO),
            format!("{good}{good}\n"),
            good.replacen("HEAD", "", 1),
        ] {
            assert!(sources(&bad).is_err(), "{bad:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = parse_push(&bytes);
        }
    }
}
