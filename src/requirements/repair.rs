//! The one change that makes sense of a line which pip cannot read, where there is one: `foo=1.0`, `foo 1.0`,
//! `foo>=1 <2`. What could mean two things is left to a person.

use super::{Entry, EntryKind, File, RequirementKind, read, requirement};
use crate::source::Span;

/// So many changes to one line are made sense of.
const MOST: usize = 4;

/// What stands in a line instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// Where the requirement stands, options, marker and comment apart.
    pub span: Span,
    /// What it should say.
    pub text: String,
}

/// The repair of `entry`, an entry of `file` that cannot be read.
pub fn repair(file: &File, entry: &Entry) -> Option<Repair> {
    let whole = file.source.text().get(entry.span.start..entry.span.end)?;
    // Where a continuation runs through it, the text is not what stands there.
    if !matches!(entry.kind, EntryKind::Invalid) || *whole != *entry.text(&file.source) {
        return None;
    }
    let option = whole.match_indices(" -").map(|(at, _)| at).next().unwrap_or(whole.len());
    let end = whole.find(';').unwrap_or(whole.len()).min(option);
    let asked = whole.get(..end)?.trim_end_matches([' ', '\t']);
    let mut text = asked.to_owned();
    for _ in 0..MOST {
        let Err(notice) = requirement::parse(&text) else { break };
        let (range, by) = notice.repair?;
        text.get(range.clone())?;
        text.replace_range(range, by);
    }
    // The line as a whole has to be sound then.
    let line = format!("{text}{}\n", whole.get(asked.len()..)?);
    let again = read(file.source.path().clone(), line.as_bytes());
    let named = |entry: &Entry| match &entry.kind {
        EntryKind::Requirement(requirement) => requirement.kind == RequirementKind::Named,
        EntryKind::Include(_) | EntryKind::Options(_) | EntryKind::Invalid => false,
    };
    let sound = again.problems.is_empty() && again.entries.len() == 1 && again.entries.iter().all(named);
    let span = Span::new(entry.span.start, entry.span.start + asked.len());
    (sound && text != asked).then_some(Repair { span, text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::RepoPath;

    fn told(text: &str) -> Option<String> {
        let file = read(RepoPath::new(b"requirements.txt").unwrap(), text.as_bytes());
        let repair = repair(&file, file.entries.first()?)?;
        let (before, after) = (&text[..repair.span.start], &text[repair.span.end..]);
        Some(format!("{before}{}{after}", repair.text))
    }

    #[test]
    fn what_can_mean_one_thing_only() {
        for (text, wanted) in [
            ("foo=1.0\n", "foo==1.0\n"),
            ("Foo [a] 1.0  # why\n", "Foo [a]==1.0  # why\n"),
            ("  foo >=1 <2 ; python_version < '3.9'\n", "  foo >=1, <2 ; python_version < '3.9'\n"),
            (
                "foo=1.0 --hash=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "foo==1.0 \
              --hash=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            ),
            ("foo==1.0,,<2", "foo==1.0,<2"),
            ("foo>=1 <2 !=1.5", "foo>=1, <2, !=1.5"),
        ] {
            assert_eq!(told(text).as_deref(), Some(wanted), "{text}");
        }
    }

    #[test]
    fn what_is_left_to_a_person() {
        for text in [
            "foo==1.0\n",
            "foo-==1.0",
            "foo=>1",
            "foo==1.0 bar",
            "foo~=1",
            "foo=1.x",
            "-r",
            "--nonsense",
            "foo=1.0 ; os_name",
            "foo=1.0 --hash=sha256:aa",
            "foo=\\\n1.0\n",
            "foo@1.0",
            "<<<<<<< HEAD",
            "=======",
            "foo=1.0#c",
            "./x=1",
            "",
            "foo=1.0 -x",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
    }
}
