//! What a new lock moves and why each package is in it, as a table.

use std::collections::{BTreeMap, BTreeSet};

use owo_colors::OwoColorize as _;
use unicode_width::UnicodeWidthStr as _;

use crate::locks::{Contents, PinChange, Via, annotations, pins_changed};
use crate::report::Style;
use crate::requirements;
use crate::source::printable_text;

/// One package that came, went or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// From what to what.
    pub pins: PinChange,
    /// Why it is in the lock: `direct`, `via flask`, `new`, `removed`; empty where nothing tells.
    pub why: String,
}

/// What moved between two states of a lock; `asked` is what its manifest asks for.
pub(in crate::change) fn moves(asked: &Contents<'_>, before: &Contents<'_>, after: &Contents<'_>) -> Vec<Move> {
    let direct: BTreeSet<&str> = asked.requirements.iter().map(requirements::Located::label).collect();
    let via = after.files.first().map(|lock| parents(lock)).unwrap_or_default();
    let why = |pins: &PinChange| match (&pins.from, &pins.to) {
        (_, None) => "removed".to_owned(),
        _ if direct.contains(pins.name.as_str()) => "direct".to_owned(),
        (from, Some(_)) => match via.get(&pins.name) {
            Some(parents) => format!("via {}", parents.join(", ")),
            None if from.is_none() => "new".to_owned(),
            None => String::new(),
        },
    };
    pins_changed(before, after).into_iter().map(|pins| Move { why: why(&pins), pins }).collect()
}

/// The packages that need each package, by its annotations.
fn parents(lock: &requirements::File) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in annotations(lock) {
        let parents = entry.reasons().filter_map(|via| match via {
            Via::Package(name) => Some(name.to_string()),
            _ => None,
        });
        found.entry(entry.located.label().to_owned()).or_default().extend(parents);
    }
    found.retain(|_, parents| !parents.is_empty());
    found
}

/// The table of `moves`.
pub fn table(moves: &[Move], style: &Style) -> String {
    let row = |one: &Move| {
        let PinChange { name, from, to } = &one.pins;
        [printable_text(name), cell(from.as_ref()), cell(to.as_ref()), printable_text(&one.why)]
    };
    let rows: Vec<[String; 4]> = moves.iter().map(row).collect();
    columns(["package", "from", "to", "why"], &rows, style)
}

/// A version in a table, or that there is none.
pub(in crate::change) fn cell(text: Option<&String>) -> String {
    text.map_or("-".to_owned(), |text| printable_text(text))
}

/// A table whose columns are as wide as what stands in them on a terminal.
pub(in crate::change) fn columns<const N: usize>(head: [&str; N], rows: &[[String; N]], style: &Style) -> String {
    let head = head.map(str::to_owned);
    let width = |column: usize| rows.iter().chain([&head]).map(|row| row[column].width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let line = |row: &[String; N]| {
        let mut out = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            out.push_str(cell);
            out.push_str(&" ".repeat(width - cell.width().min(*width) + 2));
        }
        out.trim_end().to_owned()
    };
    let title = line(&head);
    let mut out = if style.colour { format!("{}\n", title.bold()) } else { format!("{title}\n") };
    rows.iter().for_each(|row| out.push_str(&format!("{}\n", line(row))));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requirements::{located_in, read};
    use crate::source::{Paths, RepoPath};

    fn shown(manifest: &str, before: &str, after: &str) -> String {
        let read = |text: &str| read(RepoPath::new(b"r").unwrap(), text.as_bytes());
        let files = [read(manifest), read(before), read(after)];
        let [asked, before, after] = files.each_ref().map(|file| Contents {
            files: vec![file],
            requirements: located_in(file).collect(),
            ..Contents::default()
        });
        let style = Style::plain(Paths::default());
        table(&moves(&asked, &before, &after), &style)
    }

    #[test]
    fn a_table_says_what_moved_and_why() {
        let before = "flask==3.0.2\nidna==3.6\nold==1\nplain==1\n";
        let after = "flask==3.0.3\n    # via -r r.in\nidna==3.7\n    # via\n    #   httpx\n    #   requests\nnew==1\nplain==2\n";
        let wanted = "package  from   to     why\nflask    3.0.2  3.0.3  direct\nidna     3.6    3.7    via httpx, requests\n\
                      new      -      1      new\nold      1      -      removed\nplain    1      2\n";
        assert_eq!(shown("flask\n", before, after), wanted);
    }

    #[test]
    fn wide_and_deceptive_names_keep_the_columns() {
        let text = shown("", "./漢字\n", "./漢字\u{202e}\n");
        let columns: Vec<_> = text.lines().map(|line| line.width()).collect();
        assert!(!text.contains('\u{202e}') && text.contains("\\u{202e}"), "{text}");
        assert!(columns.iter().skip(1).all(|width| *width > columns[0] - 3), "{text}");
    }
}
