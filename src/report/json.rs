//! A report as JSON, in the versioned shape that scripts rely on.
//!
//! Text from files, refs and paths is made printable here as everywhere: a viewer of JSON is a terminal too.

use serde::Serialize;

use super::{Counts, Report, Seen, Verdict};
use crate::finding::{Finding, Place};
use crate::source::printable_text;

#[derive(Serialize)]
struct Json<'a> {
    schema_version: u32,
    verdict: &'a str,
    error: Option<JsonError<'a>>,
    scope: Option<String>,
    pairs: Vec<JsonPair>,
    counts: JsonCounts,
    findings: Vec<JsonFinding<'a>>,
}

#[derive(Serialize)]
struct JsonError<'a> {
    message: &'a str,
    help: &'a str,
}

#[derive(Serialize)]
struct JsonPair {
    manifest: String,
    lock: String,
    kind: Option<&'static str>,
    identity: Option<&'static str>,
    satisfaction: Option<&'static str>,
    integrity: Option<&'static str>,
}

#[derive(Serialize)]
struct JsonCounts {
    error: usize,
    warning: usize,
    note: usize,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    rule: &'a str,
    level: String,
    path: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
    message: String,
    help: String,
}

/// The report as one JSON object, indented, with a final line feed.
pub fn json(report: &Report) -> String {
    let verdict = match report.verdict() {
        Verdict::Pass => "pass",
        Verdict::Refuse => "refuse",
    };
    let findings = report.findings.iter().map(finding).collect();
    let scope = Some(printable_text(&report.scope.join(", ")));
    let pairs = report.pairs.iter().map(pair).collect();
    render(&Json { schema_version: 1, verdict, error: None, scope, pairs, counts: counts(report.counts()), findings })
}

/// The same shape for a run that could not judge.
pub fn json_error(message: &str, help: &str) -> String {
    let error = Some(JsonError { message, help });
    let counts = counts(Counts::default());
    render(&Json {
        schema_version: 1,
        verdict: "error",
        error,
        scope: None,
        pairs: Vec::new(),
        counts,
        findings: Vec::new(),
    })
}

/// One finding, for other shapes that hold some.
pub fn finding_json(one: &Finding) -> serde_json::Value {
    serde_json::to_value(finding(one)).unwrap_or_default()
}

fn pair(seen: &Seen) -> JsonPair {
    let layers = seen.layers.as_ref();
    JsonPair {
        manifest: seen.manifest.to_string(),
        lock: seen.lock.to_string(),
        kind: layers.map(|layers| layers.kind),
        identity: layers.map(|layers| layers.identity),
        satisfaction: layers.map(|layers| layers.satisfaction),
        integrity: layers.map(|layers| layers.integrity),
    }
}

fn counts(counts: Counts) -> JsonCounts {
    JsonCounts { error: counts.error, warning: counts.warning, note: counts.note }
}

fn finding(finding: &Finding) -> JsonFinding<'_> {
    let excerpt = match &finding.place {
        Place::Line(excerpt) => Some(excerpt),
        Place::File(_) | Place::Nowhere => None,
    };
    JsonFinding {
        rule: finding.rule.code(),
        level: finding.level.to_string(),
        path: finding.place.path().map(ToString::to_string),
        line: excerpt.map(|excerpt| excerpt.start.line),
        column: excerpt.map(|excerpt| excerpt.start.column),
        end_line: excerpt.map(|excerpt| excerpt.end.line),
        end_column: excerpt.map(|excerpt| excerpt.end.column),
        message: printable_text(&finding.message),
        help: printable_text(&finding.help),
    }
}

fn render(value: &Json<'_>) -> String {
    // These types have string keys and finite numbers only, so serialising them cannot fail.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
