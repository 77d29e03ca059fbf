//! A report as workflow commands of GitHub Actions: one line per finding, which GitHub shows at its line of the diff.
//!
//! The runner obeys what a job prints, so every byte that could end a property or a line is escaped as GitHub's own
//! toolkit does it, and text from files is only ever printed between [`fenced`]'s marks.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::Report;
use crate::finding::{Excerpt, Finding, Place};
use crate::rule::Level;
use crate::source::printable_text;

/// One annotation per finding and per remark; empty where there is neither.
pub fn github(report: &Report) -> String {
    let mut out: String = report.findings.iter().map(annotation).collect();
    for remark in &report.remarks {
        command(&mut out, "notice", &[("title", "freeze-guard".to_owned())], (&remark.message, &remark.help));
    }
    out
}

/// The annotation of a run that could not judge.
pub fn github_error(message: &str, help: &str) -> String {
    let mut out = String::new();
    // Line feeds are the layout of a message of several lines; each line of it has been made printable.
    let text = if help.is_empty() { message.trim_end().to_owned() } else { format!("{message}\nhelp: {help}") };
    let _ = writeln!(out, "::error title=freeze-guard::{}", data(&text));
    out
}

/// `text`, which may hold anything, between marks that keep the runner from obeying it; ends with a line feed.
///
/// The runner would also obey its older `##[command]` in the middle of a line, so escaping is not enough. The mark that
/// ends the text is made of the text's own hash, and no text holds that.
pub fn fenced(text: &str) -> String {
    let mut token = String::new();
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(token, "{byte:02x}");
    }
    let feed = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("::stop-commands::{token}\n{text}{feed}::{token}::\n")
}

fn annotation(finding: &Finding) -> String {
    let name = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some(path) = finding.place.path() {
        properties.push(("file", path.to_string()));
    }
    if let Place::Line(excerpt) = &finding.place {
        properties.extend(range(excerpt).into_iter().map(|(name, number)| (name, number.to_string())));
    }
    properties.push(("title", format!("freeze-guard: {}", finding.rule)));
    let mut out = String::new();
    command(&mut out, name, &properties, (&finding.message, &finding.help));
    out
}

/// Lines and columns, one-based. GitHub takes columns only where both ends stand on one line.
fn range(excerpt: &Excerpt) -> Vec<(&'static str, usize)> {
    let (start, end) = (excerpt.start, excerpt.end);
    // What ends before the first character of a line ends with the line above.
    let last = if end.column == 1 && end.line > start.line { end.line - 1 } else { end.line };
    let mut range = vec![("line", start.line), ("endLine", last)];
    if start.line == end.line {
        range.extend([("col", start.column), ("endColumn", end.column)]);
    }
    range
}

fn command(out: &mut String, name: &str, properties: &[(&str, String)], (message, help): (&str, &str)) {
    let properties: Vec<String> = properties.iter().map(|(key, value)| format!("{key}={}", property(value))).collect();
    let mut text = printable_text(message);
    if !help.is_empty() {
        let _ = write!(text, "\nhelp: {}", printable_text(help));
    }
    let _ = writeln!(out, "::{name} {}::{}", properties.join(","), data(&text));
}

/// The text of a command, escaped as `escapeData` of GitHub's toolkit.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command, escaped as `escapeProperty` of GitHub's toolkit.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Remark;
    use crate::rule::RuleId;
    use crate::source::{Position, RepoPath};

    fn finding(place: Place, level: Level, message: &str) -> Finding {
        let (message, help) = (message.to_owned(), "run `hook fix`".to_owned());
        Finding { rule: RuleId::LockDrift, level, place, message, help, related: Vec::new() }
    }

    fn line(path: &[u8], (start, end): ((usize, usize), (usize, usize))) -> Place {
        let at = |(line, column)| Position { line, column };
        let path = RepoPath::new(path).unwrap();
        Place::Line(Excerpt { path, start: at(start), end: at(end), line_text: "flask".to_owned() })
    }

    fn shown(findings: Vec<Finding>) -> String {
        github(&Report { findings, ..Report::default() })
    }

    #[test]
    fn one_line_per_finding_at_its_line() {
        let text = shown(vec![
            finding(line(b"requirements.txt", ((2, 1), (2, 6))), Level::Error, "a"),
            finding(line(b"requirements.txt", ((2, 3), (4, 6))), Level::Warning, "b"),
            finding(line(b"requirements.txt", ((2, 3), (3, 1))), Level::Warning, "b"),
            finding(Place::File(RepoPath::new(b"r.lock").unwrap()), Level::Note, "c"),
            finding(Place::Nowhere, Level::Error, "d"),
        ]);
        let tail = "title=freeze-guard%3A lock-drift";
        let expected = [
            format!(
                "::error file=requirements.txt,line=2,endLine=2,col=1,endColumn=6,{tail}::a%0Ahelp: run `hook fix`"
            ),
            format!("::warning file=requirements.txt,line=2,endLine=4,{tail}::b%0Ahelp: run `hook fix`"),
            format!("::warning file=requirements.txt,line=2,endLine=2,{tail}::b%0Ahelp: run `hook fix`"),
            format!("::notice file=r.lock,{tail}::c%0Ahelp: run `hook fix`"),
            format!("::error {tail}::d%0Ahelp: run `hook fix`"),
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn nothing_from_a_file_ends_a_property_or_a_line() {
        let path = b"a,line=1::%0A\n::set-env x\xff/r.txt";
        let text =
            shown(vec![finding(Place::File(RepoPath::new(path).unwrap()), Level::Error, "x\r\n::warning::y%0A")]);
        assert_eq!(
            text,
            "::error file=a%2Cline=1%3A%3A%250A\\u{a}%3A%3Aset-env x\\xff/r.txt,title=freeze-guard%3A lock-drift::\
             x\\u{d}\\u{a}::warning::y%250A%0Ahelp: run `hook fix`\n"
        );
        let remarks = vec![Remark::new("m\n::error::x".to_owned(), String::new())];
        let text = github(&Report { remarks, ..Report::default() });
        assert_eq!(text, "::notice title=freeze-guard::m\\u{a}::error::x\n");
        assert_eq!(github_error("a\nb%\r", "c"), "::error title=freeze-guard::a%0Ab%25%0D%0Ahelp: c\n");
        assert_eq!(github_error("a\n", ""), "::error title=freeze-guard::a\n");
    }

    #[test]
    fn a_fence_holds_what_it_fences() {
        let text = fenced("a ##[add-path]/evil\n::error::x");
        let lines: Vec<_> = text.lines().collect();
        let token = lines[0].strip_prefix("::stop-commands::").unwrap();
        assert!(token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_eq!(lines[1..], ["a ##[add-path]/evil", "::error::x", &format!("::{token}::")]);
        assert!(!fenced("other").contains(token));
        assert_eq!(fenced("").lines().count(), 2);
        assert_eq!(fenced("a\n").lines().count(), 3);
    }
}
