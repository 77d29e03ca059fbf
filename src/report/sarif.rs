//! A report as SARIF 2.1.0, as GitHub's code scanning and editors read it.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/> is the format; what GitHub asks beyond it: every result has a file,
//! and a fingerprint by which it knows the result again when lines have moved.

mod shape;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use shape::{
    Artifact, Configuration, Descriptor, Driver, Invocation, Location, Log, Markdown, Message, Notification, Physical,
    Region, Run, SarifResult, Tool,
};

use super::{Report, Verdict};
use crate::finding::{Excerpt, Finding, Place};
use crate::rule::{Level, RuleId};
use crate::source::{RepoPath, printable_text};

/// Where this project lives.
const HOME: &str = env!("CARGO_PKG_REPOSITORY");
/// More related places of one finding than this are left out: GitHub takes no file where a result has thousands.
const RELATED: usize = 100;
/// Where the lines of our positions end: where Python's `str.splitlines` ends them.
const NEWLINES: &[&str] =
    &["\r\n", "\n", "\r", "\u{0b}", "\u{0c}", "\u{1c}", "\u{1d}", "\u{1e}", "\u{85}", "\u{2028}", "\u{2029}"];
/// Where a finding without a file is shown when nothing was judged either.
const POLICY: &[u8] = b"freeze-guard.toml";

/// The report as one SARIF log, indented, with a final line feed.
pub fn sarif(report: &Report) -> String {
    let fallback = report.pairs.first().map_or(POLICY, |pair| pair.manifest.as_bytes());
    let mut seen = BTreeMap::new();
    let results = report.findings.iter().map(|finding| result(finding, fallback, &mut seen)).collect();
    let remarks = report.remarks.iter().map(|remark| notification("note", &remark.message, &remark.help)).collect();
    let exit_code = match report.verdict() {
        Verdict::Pass => 0,
        Verdict::Refuse => 1,
    };
    render(Invocation { execution_successful: true, exit_code, tool_execution_notifications: remarks }, results)
}

/// A log of a run that could not judge.
pub fn sarif_error(message: &str, help: &str) -> String {
    let why = vec![notification("error", message, help)];
    let invocation = Invocation { execution_successful: false, exit_code: 2, tool_execution_notifications: why };
    render(invocation, Vec::new())
}

fn render(invocation: Invocation, results: Vec<SarifResult>) -> String {
    let driver = Driver {
        name: "freeze-guard",
        semantic_version: env!("CARGO_PKG_VERSION"),
        information_uri: HOME,
        rules: RuleId::ALL.iter().map(|rule| descriptor(*rule)).collect(),
    };
    let run = Run {
        tool: Tool { driver },
        invocations: [invocation],
        column_kind: "unicodeCodePoints",
        newline_sequences: NEWLINES,
        results,
    };
    let log = Log { schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
    // These types have string keys and whole numbers only, so serialising them cannot fail.
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

fn descriptor(rule: RuleId) -> Descriptor {
    let docs = format!("{HOME}/blob/main/docs");
    // The page's links are relative to where it stands.
    let page = rule.page().replace("](#", "](rules.md#").replace("](rules.md", &format!("]({docs}/rules.md"));
    let page = page.replace("](policy.md", &format!("]({docs}/policy.md"));
    Descriptor {
        id: rule.code(),
        short_description: Message { text: rule.summary() },
        help_uri: format!("{docs}/rules.md#{rule}"),
        help: Markdown { text: page.clone(), markdown: page },
        default_configuration: Configuration { level: level(rule.default_level()) },
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

fn notification(level: &'static str, message: &str, help: &str) -> Notification {
    let mut text = message.trim_end().to_owned();
    if !help.is_empty() {
        let _ = write!(text, "\nhelp: {help}");
    }
    // Line feeds are the layout of a message of several lines.
    let lines: Vec<String> = text.split('\n').map(printable_text).collect();
    Notification { level, message: plain(&lines.join("\n")) }
}

fn result(finding: &Finding, fallback: &[u8], seen: &mut BTreeMap<String, usize>) -> SarifResult {
    let mut text = printable_text(&finding.message);
    for related in finding.related.iter().filter(|related| related.place == Place::Nowhere) {
        let _ = write!(text, "\n{}", printable_text(&related.label));
    }
    let _ = write!(text, "\nhelp: {}", printable_text(&finding.help));
    let place =
        physical(&finding.place).unwrap_or_else(|| Physical { artifact_location: artifact(fallback), region: None });
    let located = finding.related.iter().filter_map(|related| Some((physical(&related.place)?, &related.label)));
    let related = located.take(RELATED).enumerate().map(|(at, (place, label))| {
        let label = if label.is_empty() { "see here" } else { label };
        Location { id: Some(at + 1), message: Some(plain(&printable_text(label))), physical_location: place }
    });
    let hash = fingerprint(finding);
    let count = seen.entry(hash.clone()).or_default();
    *count += 1;
    SarifResult {
        rule_id: finding.rule.code(),
        rule_index: RuleId::ALL.iter().position(|rule| *rule == finding.rule).unwrap_or_default(),
        level: level(finding.level),
        message: plain(&text),
        locations: [Location { id: None, message: None, physical_location: place }],
        related_locations: related.collect(),
        partial_fingerprints: BTreeMap::from([("primaryLocationLineHash", format!("{hash}:{count}"))]),
    }
}

/// `text` as a message. A viewer makes links of `[text](target)`, and messages hold text from files.
fn plain(text: &str) -> Message {
    Message { text: text.replace("](", "\\](") }
}

fn physical(place: &Place) -> Option<Physical> {
    let region = match place {
        Place::Line(excerpt) => Some(region(excerpt)),
        Place::File(_) | Place::Nowhere => None,
    };
    Some(Physical { artifact_location: artifact(place.path()?.as_bytes()), region })
}

fn artifact(path: &[u8]) -> Artifact {
    Artifact { uri: uri(path), uri_base_id: "%SRCROOT%" }
}

fn region(excerpt: &Excerpt) -> Region {
    Region {
        start_line: excerpt.start.line,
        start_column: excerpt.start.column,
        end_line: excerpt.end.line,
        end_column: excerpt.end.column,
    }
}

/// The path's bytes as a relative reference of RFC 3986.
fn uri(path: &[u8]) -> String {
    let mut out = String::with_capacity(path.len());
    for &byte in path {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// What a finding keeps when lines move: its rule, its file and its line's text; its message where it has no line.
fn fingerprint(finding: &Finding) -> String {
    let path = finding.place.path().map_or(b"".as_slice(), RepoPath::as_bytes);
    let what = match &finding.place {
        Place::Line(excerpt) => excerpt.line_text.trim(),
        Place::File(_) | Place::Nowhere => finding.message.as_str(),
    };
    let mut hash = Sha256::new();
    for part in [finding.rule.code().as_bytes(), path, what.as_bytes()] {
        hash.update(part);
        // No path holds it, and no code.
        hash.update([0]);
    }
    hash.finalize().iter().take(8).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests;
