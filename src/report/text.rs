//! A report as text for people: rule, sentence, the line with a caret under it, and the command that mends it.

use std::fmt::Write as _;

use owo_colors::{OwoColorize as _, Style as Paint};

use super::{Report, Verdict};
use crate::finding::{Excerpt, Finding, Place};
use crate::rule::Level;
use crate::source::{Paths, RepoPath, printable_text};

/// How a report is written.
#[derive(Clone, Debug)]
pub struct Style {
    /// Whether to colour.
    pub colour: bool,
    /// Whether notes are shown.
    pub notes: bool,
    /// How paths are written.
    pub paths: Paths,
    /// How many columns there are for a line of a file, number and all; longer ones are cut around what they are shown
    /// for, since a caret under a line that wraps points at something else.
    pub width: usize,
}

impl Style {
    /// The most columns that are of use, and what is written where nobody knows how many there are.
    pub const WIDTH: usize = 106;

    /// What can be written anywhere: without colour and without notes.
    pub fn plain(paths: Paths) -> Self {
        Self { colour: false, notes: false, paths, width: Self::WIDTH }
    }
}

/// A line of a file is not cut to less than this.
const NARROWEST: usize = 20;
/// More marks than this many lines of one finding are counted, not shown.
const MARKS: usize = 12;

/// The findings, what there is to say besides, and one closing line if anything was refused; empty if there is nothing.
pub fn text(report: &Report, style: &Style) -> String {
    let mut out = body(report, style);
    if report.verdict() == Verdict::Refuse {
        let counts = report.counts();
        let mut line = format!("refused: {}", plural(counts.error, "error"));
        if counts.warning > 0 {
            let _ = write!(line, ", {}", plural(counts.warning, "warning"));
        }
        let _ = writeln!(out, "{}", paint(style, &line, Paint::new().red().bold()));
    }
    out
}

/// [`text`] without the closing line.
pub fn body(report: &Report, style: &Style) -> String {
    let mut out = String::new();
    let shown = |finding: &&Finding| finding.level != Level::Note || style.notes;
    for finding in report.findings.iter().filter(shown) {
        write_finding(&mut out, finding, style);
        out.push('\n');
    }
    for remark in &report.remarks {
        let _ = writeln!(out, "{}: {}", paint(style, "note", Paint::new().bold()), printable_text(&remark.message));
        if !remark.help.is_empty() {
            write_help(&mut out, &remark.help, 0, style);
        }
    }
    out
}

/// `1 error`, `2 errors`.
pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn write_finding(out: &mut String, finding: &Finding, style: &Style) {
    let paint_level = match finding.level {
        Level::Error => Paint::new().red().bold(),
        Level::Warning => Paint::new().yellow().bold(),
        Level::Note => Paint::new().cyan().bold(),
    };
    let head = format!("{}[{}]", finding.level, finding.rule);
    let message = printable_text(&finding.message);
    let _ = writeln!(out, "{}: {}", paint(style, &head, paint_level), paint(style, &message, Paint::new().bold()));
    let marks = marks(finding);
    let gutter = marks.iter().map(|mark| mark.excerpt.start.line.to_string().len()).max().unwrap_or(1);
    if let (Place::File(path), true) = (&finding.place, marks.is_empty()) {
        let _ = writeln!(out, "{:gutter$}{} {}", "", arrow(style, "-->"), style.paths.show(path));
    }
    let mut file: Option<&RepoPath> = None;
    for mark in marks.iter().take(MARKS) {
        if file != Some(&mark.excerpt.path) {
            let arrow = arrow(style, if file.is_none() { "-->" } else { ":::" });
            let at = mark.excerpt.start;
            let path = style.paths.show(&mark.excerpt.path);
            let _ = writeln!(out, "{:gutter$}{arrow} {path}:{}:{}", "", at.line, at.column);
            let _ = writeln!(out, "{:gutter$} {}", "", arrow_bar(style));
        }
        file = Some(&mark.excerpt.path);
        write_mark(out, mark, gutter, (style, paint_level));
    }
    if marks.len() > MARKS {
        let _ = writeln!(out, "{:gutter$} {} ... and {} more", "", arrow_bar(style), marks.len() - MARKS);
    }
    write_help(out, &finding.help, gutter, style);
}

fn write_help(out: &mut String, help: &str, gutter: usize, style: &Style) {
    let label = paint(style, "help", Paint::new().green().bold());
    let _ = writeln!(out, "{:gutter$} {} {label}: {}", "", arrow(style, "="), printable_text(help));
}

/// A line to show, and what to write behind its caret.
struct Mark<'a> {
    excerpt: &'a Excerpt,
    label: &'a str,
}

/// The finding's own line and the related ones; a related place that repeats the finding's own gives it its label.
fn marks(finding: &Finding) -> Vec<Mark<'_>> {
    let mut marks = Vec::new();
    let repeated = finding.related.iter().any(|related| related.place == finding.place);
    if let (Place::Line(excerpt), false) = (&finding.place, repeated) {
        marks.push(Mark { excerpt, label: "" });
    }
    for related in &finding.related {
        if let Place::Line(excerpt) = &related.place {
            marks.push(Mark { excerpt, label: &related.label });
        }
    }
    // Lines of one file stand together, in their order; the file of the finding itself comes first.
    let own = finding.place.path();
    marks.sort_by_key(|mark| {
        let excerpt = mark.excerpt;
        (Some(&excerpt.path) != own, &excerpt.path, excerpt.start)
    });
    marks
}

fn write_mark(out: &mut String, mark: &Mark<'_>, gutter: usize, (style, caret): (&Style, Paint)) {
    let (line, before, width) = cut(mark.excerpt, style.width.saturating_sub(gutter + 3));
    let number = paint(style, &format!("{:>gutter$}", mark.excerpt.start.line), Paint::new().blue().bold());
    let _ = writeln!(out, "{number} {} {line}", arrow_bar(style));
    let mut under = "^".repeat(width.max(1));
    if !mark.label.is_empty() {
        under.push(' ');
        under.push_str(&printable_text(mark.label));
    }
    let _ = writeln!(out, "{:gutter$} {} {:before$}{}", "", arrow_bar(style), "", paint(style, &under, caret));
}

/// What stands for text that was cut off. Everything that we write ourselves is ASCII, whatever the locale.
const CUT: &str = "...";

/// The line made printable and cut to about `width` columns; how many characters stand before the caret, and its width.
fn cut(excerpt: &Excerpt, width: usize) -> (String, usize, usize) {
    let most = width.saturating_sub(2 * CUT.len()).max(NARROWEST);
    let chars: Vec<char> = excerpt.line_text.chars().collect();
    let start = (excerpt.start.column - 1).min(chars.len());
    let same_line = excerpt.end.line == excerpt.start.line;
    let end = if same_line { (excerpt.end.column - 1).clamp(start, chars.len()) } else { chars.len() };
    let from = if start > most / 2 { start - most / 4 } else { 0 };
    let to = chars.len().min(from + most);
    let piece = |from: usize, to: usize| {
        let text: String = chars.get(from.min(to)..to).unwrap_or_default().iter().collect();
        // A tab would put the caret elsewhere than it was counted.
        printable_text(&text.replace('\t', " "))
    };
    let lead = if from > 0 { CUT } else { "" };
    let tail = if to < chars.len() { CUT } else { "" };
    let before = lead.chars().count() + columns(&piece(from, start));
    let width = columns(&piece(start, end.min(to)));
    (format!("{lead}{}{tail}", piece(from, to)), before, width)
}

/// How many terminal columns `text` takes.
fn columns(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

fn arrow(style: &Style, text: &str) -> String {
    paint(style, text, Paint::new().blue().bold())
}

fn arrow_bar(style: &Style) -> String {
    arrow(style, "|")
}

fn paint(style: &Style, text: &str, paint: Paint) -> String {
    if style.colour { text.style(paint).to_string() } else { text.to_owned() }
}
