//! What git tells a pre-receive hook on standard input (githooks(5)): one line for each ref update of a push that has
//! arrived, `<old id> SP <new id> SP <ref> LF`.
//!
//! The sender is not to be trusted. git hands names on before it has looked at them, so that one with a line break in it
//! comes as two lines; whatever is not valid in every field refuses the push, and so does a name that comes twice.

use super::refs::valid_ref_name;
use crate::source::{Id, printable};

/// How many characters of a wrong line a message shows.
const SHOWN: usize = 120;

/// One line of a push that has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// What the sender says that the ref holds; zeros where it is to be created. git holds it against the ref later.
    pub old: Id,
    /// What the ref is to hold; zeros where it is to go.
    pub new: Id,
    /// The full name of the ref, as seen from within the namespace of the push.
    pub name: Vec<u8>,
}

/// Standard input is not what git writes for a push that has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedLineError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: ReceivedLineProblem,
    /// Its beginning, safe to show.
    pub text: String,
}

/// What can be wrong with a line of a push that has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceivedLineProblem {
    /// The last line does not end in a line break: the input was cut short.
    Unfinished,
    /// Other than three fields, or an empty one.
    Fields,
    /// An id is not 40 or 64 hexadecimal digits, or not as long as the others.
    Id(Vec<u8>),
    /// The ref is not a full ref name.
    Name(Vec<u8>),
    /// The ref stands on an earlier line too, which git never accepts.
    Repeated(Vec<u8>),
}

impl std::fmt::Display for ReceivedLineError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {} of the push: ", self.line)?;
        match &self.problem {
            ReceivedLineProblem::Unfinished => f.write_str("expected a line break at its end; the input is cut short"),
            ReceivedLineProblem::Fields => write!(f, "expected `<old id> <new id> <ref>`, found `{}`", self.text),
            ReceivedLineProblem::Id(found) => write!(f, "expected an object id, found `{}`", printable(found)),
            ReceivedLineProblem::Name(found) => {
                write!(f, "expected a full ref name (refs/...), found `{}`", printable(found))
            }
            ReceivedLineProblem::Repeated(name) => write!(f, "{} is updated twice", printable(name)),
        }
    }
}

impl std::error::Error for ReceivedLineError {}

impl ReceivedLineError {
    /// The next step, as a sentence with a command.
    pub fn help(&self) -> String {
        "push branches by their names: `git push origin main`".to_owned()
    }
}

/// All ref updates of a push that has arrived; none for empty input.
///
/// # Errors
/// The first line that is not as git writes it.
pub fn parse_received(stdin: &[u8]) -> Result<Vec<Received>, ReceivedLineError> {
    let mut updates: Vec<Received> = Vec::new();
    let mut names = std::collections::HashSet::new();
    let mut digits = None;
    for (index, line) in stdin.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let error = |problem| {
            let text = printable(line.trim_ascii_end()).chars().take(SHOWN).collect();
            ReceivedLineError { line: index + 1, problem, text }
        };
        let line = line.strip_suffix(b"\n").ok_or_else(|| error(ReceivedLineProblem::Unfinished))?;
        let first = line.iter().position(|&byte| byte == b' ').unwrap_or(0);
        let update = parse_line(line, *digits.get_or_insert(first)).map_err(error)?;
        if !names.insert(update.name.clone()) {
            return Err(error(ReceivedLineProblem::Repeated(update.name)));
        }
        updates.push(update);
    }
    Ok(updates)
}

fn parse_line(line: &[u8], digits: usize) -> Result<Received, ReceivedLineProblem> {
    let mut fields = line.splitn(3, |&byte| byte == b' ');
    let mut field = || fields.next().filter(|field| !field.is_empty()).ok_or(ReceivedLineProblem::Fields);
    let (old, new, name) = (field()?, field()?, field()?);
    let id = |text: &[u8]| {
        // git writes small letters.
        let fine = text.len() == digits && !text.iter().any(u8::is_ascii_uppercase);
        let id = fine.then(|| Id::from_hex(text)).flatten();
        id.ok_or_else(|| ReceivedLineProblem::Id(text.to_vec()))
    };
    let (old, new) = (id(old)?, id(new)?);
    if !valid_ref_name(name) {
        return Err(ReceivedLineProblem::Name(name.to_vec()));
    }
    Ok(Received { old, new, name: name.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const Z: &str = "0000000000000000000000000000000000000000";

    #[test]
    fn lines_of_git_are_read() {
        let wide = "b".repeat(64);
        assert_eq!(parse_received(b"").unwrap(), []);
        let both = format!("{Z} {A} refs/heads/main\n{A} {Z} refs/tags/v1\n");
        let updates = parse_received(both.as_bytes()).unwrap();
        assert_eq!(updates.len(), 2);
        assert!(updates[0].old.is_zero() && updates[1].new.is_zero());
        assert_eq!(updates[1].name, b"refs/tags/v1");
        let bytes = [format!("{wide} {wide} refs/heads/").as_bytes(), b"\xff\n"].concat();
        assert_eq!(parse_received(&bytes).unwrap()[0].name, b"refs/heads/\xff");
        // A custom client may delete what is not there.
        assert_eq!(parse_received(format!("{Z} {Z} refs/heads/x\n").as_bytes()).unwrap().len(), 1);
    }

    #[test]
    fn everything_else_is_refused() {
        let wide = "b".repeat(64);
        let upper = A.to_uppercase();
        for bad in [
            "\n".to_owned(),
            "main\n".to_owned(),
            format!("{Z} {A} refs/heads/main"),
            format!("{Z} {A}\n"),
            format!("{Z} {A} \n"),
            format!(" {Z} {A} refs/heads/main\n"),
            format!("{Z}  {A} refs/heads/main\n"),
            format!("{Z} {A} refs/heads/a b\n"),
            format!("{Z} {A} refs/heads/main\r\n"),
            format!("{Z} {A} refs/heads/main\0x\n"),
            format!("{Z} {A} main\n"),
            format!("{Z} {A} HEAD\n"),
            format!("{Z} {A} refs/heads/../x\n"),
            format!("{Z} {upper} refs/heads/main\n"),
            format!("{Z} {wide} refs/heads/main\n"),
            format!("{Z} {A} refs/heads/a\n{wide} {wide} refs/heads/b\n"),
            format!("{Z} {A} refs/heads/main\n{Z} {A} refs/heads/main\n"),
            format!("{Z} {A} refs/heads/main\n\n"),
            format!("abc {A} refs/heads/main\n"),
        ] {
            let error = parse_received(bad.as_bytes()).unwrap_err();
            assert!(!error.to_string().contains('\0') && !error.help().is_empty(), "{bad:?}");
        }
    }
    proptest::proptest! {
        /// What is read says all that was there: nothing is dropped, joined or corrected.
        #[test]
        fn what_is_read_is_what_was_there(
            lines in proptest::collection::vec((0..4usize, 0..4usize, "refs/[a-c \\n/.]{0,6}"), 0..4),
            tail in "[\\n a]{0,2}",
        ) {
            let ids = [A.to_owned(), Z.to_owned(), "b".repeat(64), A.to_uppercase()];
            let text: String = lines.iter().map(|(old, new, name)| format!("{} {} {name}\n", ids[*old], ids[*new])).collect();
            let text = text + &tail;
            if let Ok(updates) = parse_received(text.as_bytes()) {
                let line = |update: &Received| [format!("{} {} ", update.old, update.new).as_bytes(), &update.name, b"\n"].concat();
                let again: Vec<u8> = updates.iter().flat_map(line).collect();
                proptest::prop_assert_eq!(again, text.into_bytes());
            }
        }
    }
}
