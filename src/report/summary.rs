//! A report as Markdown for the summary page of a CI job: verdict, one row per finding, what there is to say besides.
//!
//! Messages hold text from files and refs. Every ASCII punctuation character of theirs is written as a numeric entity, so
//! that none of it is Markdown, HTML or a mention of somebody.

use std::fmt::Write as _;

use super::{Report, Verdict, plural};
use crate::finding::Finding;
use crate::source::printable_text;

/// More findings than this are counted, not shown.
const ROWS: usize = 200;
/// More remarks than this are counted, not shown.
const REMARKS: usize = 50;
/// No summary is longer than this many bytes: GitHub drops one above 1 MiB, and other steps of the job may write theirs.
const LIMIT: usize = 512 * 1024;
/// What is kept for the lines below the table.
const RESERVE: usize = 1024;
/// A cell is cut to this many characters.
const CELL: usize = 1000;

/// The report below the heading `title`, at most 512 KiB.
pub fn summary(report: &Report, title: &str) -> String {
    let mut out = format!("## {}\n\n{}\n", escaped(title), verdict(report));
    let findings = report.findings.iter();
    if report.findings.is_empty() {
        out.push('\n');
    } else {
        out.push_str("\n| level | rule | place | message |\n| --- | --- | --- | --- |\n");
        let left = append(&mut out, findings.map(row), ROWS);
        out.push('\n');
        more(&mut out, left);
    }
    let remarks = report.remarks.iter().map(|remark| format!("- note: {}\n", said(&remark.message, &remark.help)));
    let left = append(&mut out, remarks, REMARKS);
    if left > 0 {
        out.push('\n');
    }
    more(&mut out, left);
    out
}

fn verdict(report: &Report) -> String {
    let counts = report.counts();
    let mut parts = Vec::new();
    for (count, noun) in [(counts.error, "error"), (counts.warning, "warning"), (counts.note, "note")] {
        if count > 0 {
            parts.push(plural(count, noun));
        }
    }
    if report.exempted > 0 {
        parts.push(format!("{} exempted", plural(report.exempted, "finding")));
    }
    let word = match report.verdict() {
        Verdict::Pass => "In order",
        Verdict::Refuse => "Refused",
    };
    let name = report.scope.first().filter(|_| report.scope.len() == 1).map_or_else(String::new, |name| escaped(name));
    let pairs = plural(report.pairs.len(), "pair");
    parts.push(match (name.as_str(), report.pairs.is_empty() && report.findings.is_empty()) {
        ("", true) => "nothing to judge".to_owned(),
        ("", false) => pairs,
        (name, true) => format!("nothing to judge in {name}"),
        (name, false) => format!("{pairs} of {name}"),
    });
    format!("**{word}**: {}", parts.join(", "))
}

fn row(finding: &Finding) -> String {
    let place = match (finding.place.path(), finding.place.line()) {
        (None, _) => String::new(),
        (Some(path), None) => code(&path.to_string()),
        (Some(path), Some(line)) => code(&format!("{path}:{line}")),
    };
    let said = said(&finding.message, &finding.help);
    format!("| {} | {} | {place} | {said} |\n", finding.level, code(finding.rule.code()))
}

/// Message and help as one cell.
fn said(message: &str, help: &str) -> String {
    let mut text = prose(message);
    if !help.is_empty() {
        let _ = write!(text, "<br>help: {}", prose(help));
    }
    text
}

/// Appends at most `most` of `pieces`, as long as there is room; how many were left out.
fn append(out: &mut String, pieces: impl Iterator<Item = String>, most: usize) -> usize {
    let mut left = 0;
    for (at, piece) in pieces.enumerate() {
        let room = LIMIT.saturating_sub(RESERVE).saturating_sub(out.len());
        // What comes after a piece that was left out is left out too, so that the count tells where it ends.
        if left > 0 || at >= most || piece.len() > room {
            left += 1;
        } else {
            out.push_str(&piece);
        }
    }
    left
}

fn more(out: &mut String, left: usize) {
    if left > 0 {
        let _ = writeln!(out, "and {left} more\n");
    }
}

/// A sentence; what it has in backticks is shown as code.
fn prose(text: &str) -> String {
    let text = cut(text);
    let parts: Vec<&str> = text.split('`').collect();
    // An odd backtick out quotes nothing, and the file it comes from may have put it there.
    if parts.len().is_multiple_of(2) {
        return escaped(&text);
    }
    let quoted = |(at, part): (usize, &&str)| if at % 2 == 1 { code(part) } else { escaped(part) };
    parts.iter().enumerate().map(quoted).collect()
}

fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<code>{}</code>", escaped(text)) }
}

/// `text` made printable and cut, without any character that Markdown or HTML could use.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for char in printable_text(&cut(text)).chars() {
        match char {
            // Mentions are looked for in the finished page, where an entity is a character like any other; they never
            // cross an element.
            '@' | '#' => {
                let _ = write!(out, "<span>&#{};</span>", u32::from(char));
            }
            ',' => out.push(char),
            _ if char.is_ascii_punctuation() => {
                let _ = write!(out, "&#{};", u32::from(char));
            }
            _ => out.push(char),
        }
    }
    out
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(CELL) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Place;
    use crate::report::Remark;
    use crate::rule::{Level, RuleId};
    use crate::source::RepoPath;

    fn finding(path: &[u8], message: &str, help: &str) -> Finding {
        let place = RepoPath::new(path).map_or(Place::Nowhere, Place::File);
        let (message, help) = (message.to_owned(), help.to_owned());
        Finding { rule: RuleId::LockDrift, level: Level::Error, place, message, help, related: Vec::new() }
    }

    fn report(findings: Vec<Finding>) -> Report {
        Report { findings, scope: vec!["the pull request".to_owned()], ..Report::default() }
    }

    #[test]
    fn a_row_per_finding_and_the_verdict() {
        let text = summary(&report(vec![finding(b"r.txt", "`a` is not in", "run `hook fix`")]), "Dependencies");
        let expected = "## Dependencies\n\n**Refused**: 1 error, 0 pairs of the pull request\n\n\
            | level | rule | place | message |\n| --- | --- | --- | --- |\n\
            | error | <code>lock&#45;drift</code> | <code>r&#46;txt</code> | <code>a</code> is not in<br>help: run \
            <code>hook fix</code> |\n\n";
        assert_eq!(text, expected);
        let text = summary(&report(Vec::new()), "Dependencies");
        assert_eq!(text, "## Dependencies\n\n**In order**: nothing to judge in the pull request\n\n");
    }

    #[test]
    fn nothing_from_a_file_is_markup() {
        let hostile = "|\n# <img src=x> [a](http://x) @team **b** ``` \\ &amp; $x$ ~~s~~ _i_ ! \u{202e}`";
        let mut report = report(vec![finding(hostile.replace('/', "-").as_bytes(), hostile, hostile)]);
        report.remarks.push(Remark::new(hostile.to_owned(), hostile.to_owned()));
        report.scope = vec![hostile.to_owned()];
        let text = summary(&report, hostile);
        let mut rest = text.clone();
        for ours in ["<code>", "</code>", "<span>", "</span>", "<br>", "| level | rule | place | message |"] {
            rest = rest.replace(ours, "");
        }
        assert!(!rest.contains(['<', '>', '[', ']', '(', '@', '`', '\\', '$', '~', '_', '!']), "{rest}");
        assert_eq!(text.lines().filter(|line| line.contains("img")).count(), 4, "{text}");
        assert_eq!(rest.lines().find(|line| line.starts_with("| error")).unwrap().matches('|').count(), 5, "{rest}");
        assert!(!text.contains('\u{202e}') && text.contains("&#124;"), "{text}");
    }

    #[test]
    fn long_reports_are_cut_and_counted() {
        let text = summary(&report((0..ROWS + 3).map(|_| finding(b"r.txt", "m", "h")).collect()), "t");
        assert_eq!(text.lines().filter(|line| line.starts_with("| error")).count(), ROWS);
        assert!(text.ends_with("\nand 3 more\n\n"), "{text}");
        let long = "@".repeat(100_000);
        let mut report = report((0..ROWS).map(|_| finding(b"r.txt", &long, &long)).collect());
        report.remarks = (0..100).map(|at| Remark::new(format!("{at}{long}"), String::new())).collect();
        let text = summary(&report, &long);
        assert!(text.len() <= LIMIT, "{}", text.len());
        assert_eq!(text.matches("\nand ").count(), 2, "what found no room is counted");
    }
}
