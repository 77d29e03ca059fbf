//! `# via` annotations: why each entry of a compiled lock is there, in the split and in the line style of pip-compile
//! and uv, and as rye and `uv export` write them (requirements-format section 3).
//!
//! The physical lines behind an entry are read, up to a blank line; pip's own joining of lines plays no part.

use crate::package::PackageName;
use crate::requirements::{Comment, File, Located, located_in};

/// One source of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via<'a> {
    /// `-r FILE`: a requirements file asks for it.
    File(&'a str),
    /// `-r -`: standard input asked for it.
    Stdin,
    /// `NAME (pyproject.toml)`, `NAME (setup.py)`, `NAME (workspace)`: a project asks for it.
    Project(&'a str),
    /// `-c FILE`: a constraint narrowed it. Not a reason to be there.
    Constraint(&'a str),
    /// `--override FILE`: an override replaced what was asked. Not a reason to be there.
    Override(&'a str),
    /// Another package needs it.
    Package(PackageName),
    /// What no tool should have written; pip-compile does for a relative `-e`.
    Other(&'a str),
}

/// An entry of a lock and why it is there.
#[derive(Clone, Debug)]
pub struct Annotated<'a> {
    /// The entry.
    pub located: Located<'a>,
    /// Its sources, in their order; empty where it has no annotation.
    pub via: Vec<Via<'a>>,
}

impl Annotated<'_> {
    /// Its sources without constraints and overrides: why it is there at all.
    pub fn reasons(&self) -> impl Iterator<Item = &Via<'_>> {
        self.via.iter().filter(|via| !matches!(via, Via::Constraint(_) | Via::Override(_)))
    }
}

/// The requirements of `file`, each with its annotation, in their order.
pub fn annotations(file: &File) -> impl Iterator<Item = Annotated<'_>> {
    let mut comments = file.comments.iter().peekable();
    located_in(file).map(move |located| {
        let first = located.entry.line;
        while comments.next_if(|comment| comment.line < first).is_some() {}
        let mut via = Vec::new();
        if comments.peek().is_some() {
            let mut last = file.source.position(located.entry.span.end).line;
            let mut in_list = false;
            // A comment on a line of the entry trails it; the lines right behind it continue.
            while let Some(comment) = comments.next_if(|comment| comment.line <= last + 1 && within(comment, last)) {
                last = last.max(comment.line);
                read(file.comment_text(comment), &mut in_list, &mut via);
            }
        }
        Annotated { located, via }
    })
}

/// A comment on the line behind an entry belongs to it only if it has that line for itself.
fn within(comment: &Comment, last: usize) -> bool {
    comment.line <= last || comment.own_line
}

/// Reads one comment; `in_list` says whether it stands below a bare `# via`.
fn read<'a>(comment: &'a str, in_list: &mut bool, via: &mut Vec<Via<'a>>) {
    let text = comment.strip_prefix('#').unwrap_or(comment);
    let bare = text.trim();
    if bare == "via" {
        *in_list = true;
    } else if let Some(list) = bare.strip_prefix("via ") {
        *in_list = true;
        let sources: Vec<_> = list.split(", ").map(|source| one(source.trim())).collect();
        // A sentence that begins like an annotation is none.
        if sources.iter().all(|source| !matches!(source, Via::Other(text) if text.contains(char::is_whitespace))) {
            via.extend(sources);
        }
    } else if *in_list && text.starts_with("   ") && !bare.is_empty() {
        via.push(one(bare));
    } else {
        *in_list = false;
    }
}

fn one(source: &str) -> Via<'_> {
    // Old pip-compile named the line.
    let source = match source.rsplit_once(" (line ") {
        Some((file, line)) if line.trim_end_matches(')').bytes().all(|byte| byte.is_ascii_digit()) => file,
        _ => source,
    };
    for (option, make) in [("-r ", Via::File as fn(_) -> _), ("-c ", Via::Constraint), ("--override ", Via::Override)] {
        if let Some(file) = source.strip_prefix(option) {
            return if (option, file) == ("-r ", "-") { Via::Stdin } else { make(file.trim()) };
        }
    }
    if let Some((name, place)) = source.split_once(" (")
        && place.ends_with(')')
        && PackageName::new(name).is_some()
    {
        return Via::Project(name);
    }
    let name = source.split_once('[').map_or(source, |(name, _)| name);
    PackageName::new(name).map_or(Via::Other(source), Via::Package)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requirements::read;
    use crate::source::RepoPath;

    fn told(text: &str) -> Vec<String> {
        let file = read(RepoPath::new(b"requirements.txt").unwrap(), text.as_bytes());
        let told = |via: &Via<'_>| match via {
            Via::File(file) => format!("-r {file}"),
            Via::Stdin => "stdin".to_owned(),
            Via::Project(name) => format!("project {name}"),
            Via::Constraint(file) => format!("-c {file}"),
            Via::Override(file) => format!("override {file}"),
            Via::Package(name) => name.to_string(),
            Via::Other(text) => format!("? {text}"),
        };
        let line = |entry: &Annotated<'_>| {
            let via: Vec<_> = entry.via.iter().map(told).collect();
            format!("{} <- {}", entry.located.label(), via.join(" | "))
        };
        annotations(&file).map(|entry| line(&entry)).collect()
    }

    #[test]
    fn split_style() {
        let text = "a==1 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n    # via\n    #   -c c.txt\n    #   -r a b.in\n\
                    \x20   #   Demo_X (pyproject.toml:dev)\n    #   requests[socks]\nb==1\n    # via a\n";
        assert_eq!(told(text), ["a <- -c c.txt | -r a b.in | project Demo_X | requests", "b <- a"]);
    }

    #[test]
    fn line_style_rye_and_old_pip_compile() {
        let text = "a==1                      # via b, -r r.in\nb==1  # via -r r.in (line 2)\nc==1 \\\n    \
                    --hash=sha256:00\n    # via a, b, -c c.txt\nd==1\n    # via a\n    # via b\n    # from https://e/\n\
                    e==1 \\\n    --hash=sha256:00 \\\n    # via -r -\n";
        let expected = ["a <- b | -r r.in", "b <- -r r.in", "c <- a | b | -c c.txt", "d <- a | b", "e <- stdin"];
        assert_eq!(told(text), expected);
    }

    #[test]
    fn what_is_no_annotation() {
        let text = "# via x\na==1  # via the vendor's own index, see below\nb==1\n\n# via a\nc==1\n# The notice\n# via\n#   a\n\
                    d==1 # via ./lp\n# setuptools\n";
        assert_eq!(told(text), ["a <- ", "b <- ", "c <- a", "d <- ? ./lp"]);
    }
}
