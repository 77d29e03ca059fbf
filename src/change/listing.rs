//! The changed lines of an edit, as a person reads a diff: safe to show, not made to be applied.

use owo_colors::{OwoColorize as _, Style as Paint};
use similar::{Algorithm, ChangeTag, TextDiff};

use super::Edit;
use crate::report::Style;
use crate::source::printable_text;

/// Lines of context around a change.
const AROUND: usize = 1;

/// What `edit` changes, line by line.
pub fn listing(edit: &Edit, style: &Style) -> String {
    let before = edit.before.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
    let after = String::from_utf8_lossy(&edit.after);
    let path = style.paths.show(&edit.path);
    let old = if edit.before.is_some() { path.as_str() } else { "(no file)" };
    let mut out = format!("--- {old}\n+++ {path}\n");
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_lines(&*before, &*after);
    for group in diff.grouped_ops(AROUND) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let range = |from: std::ops::Range<usize>, to: std::ops::Range<usize>| match to.end - from.start {
            0 => format!("{},0", from.start),
            1 => (from.start + 1).to_string(),
            count => format!("{},{count}", from.start + 1),
        };
        let (old, new) = (range(first.old_range(), last.old_range()), range(first.new_range(), last.new_range()));
        out.push_str(&line(&format!("@@ -{old} +{new} @@"), Paint::new().cyan(), style));
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (sign, paint) = match change.tag() {
                ChangeTag::Delete => ('-', Paint::new().red()),
                ChangeTag::Insert => ('+', Paint::new().green()),
                ChangeTag::Equal => (' ', Paint::new()),
            };
            let text = printable_text(change.value().trim_end_matches(['\r', '\n']));
            out.push_str(&line(&format!("{sign}{text}"), paint, style));
        }
    }
    out
}

fn line(text: &str, paint: Paint, style: &Style) -> String {
    if style.colour { format!("{}\n", text.style(paint)) } else { format!("{text}\n") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Paths, RepoPath};

    fn shown(before: Option<&str>, after: &str, colour: bool) -> String {
        let path = RepoPath::new(b"a/requirements.txt").unwrap();
        let before = before.map(|text| text.as_bytes().to_vec());
        let edit = Edit { path, before, after: after.as_bytes().to_vec() };
        listing(&edit, &Style { colour, ..Style::plain(Paths { directory: b"a".to_vec() }) })
    }

    #[test]
    fn only_what_changes_and_a_line_around_it() {
        let text = shown(Some("a\nb\nc\r\nd\ne\n"), "a\nb\nC\r\nd\ne\n", false);
        assert_eq!(text, "--- requirements.txt\n+++ requirements.txt\n@@ -2,3 +2,3 @@\n b\n-c\n+C\n d\n");
        let text = shown(None, "a\nb", false);
        assert_eq!(text, "--- (no file)\n+++ requirements.txt\n@@ -0,0 +1,2 @@\n+a\n+b\n");
    }

    #[test]
    fn nothing_shown_can_move_the_cursor() {
        let text = shown(Some("a\n"), "a\u{1b}[2J\u{202e}\n", false);
        assert!(text.contains("+a\\u{1b}[2J\\u{202e}\n"), "{text}");
        assert!(shown(Some("a\n"), "b\n", true).contains("\u{1b}[31m-a\u{1b}[0m\n"));
    }
}
