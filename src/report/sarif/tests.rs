//! Places, names and fingerprints of a SARIF log.

use serde_json::Value;

use super::*;
use crate::finding::Related;
use crate::report::{Remark, Seen};
use crate::source::{SourceFile, Span};

fn path(bytes: &[u8]) -> RepoPath {
    RepoPath::new(bytes).unwrap()
}

/// The place of `word` in a file of this text.
fn place(name: &[u8], text: &str, word: &str) -> Place {
    let start = text.find(word).unwrap();
    Place::of(&SourceFile::new(path(name), text.to_owned()), Span::new(start, start + word.len()))
}

fn finding(rule: RuleId, place: Place) -> Finding {
    let (message, help) = ("it drifts".to_owned(), "run `hook fix`".to_owned());
    Finding { rule, level: Level::Error, place, message, help, related: Vec::new() }
}

fn log(report: &Report) -> Value {
    serde_json::from_str(&sarif(report)).unwrap()
}

fn results(findings: Vec<Finding>) -> Vec<Value> {
    let log = log(&Report { findings, ..Report::default() });
    log["runs"][0]["results"].as_array().unwrap().clone()
}

fn prints(findings: Vec<Finding>) -> Vec<String> {
    let of = |result: &Value| result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap().to_owned();
    results(findings).iter().map(of).collect()
}

#[test]
fn every_rule_is_described_and_indexed() {
    let findings: Vec<_> = RuleId::ALL.iter().map(|rule| finding(*rule, Place::File(path(b"r.txt")))).collect();
    let log = log(&Report { findings, ..Report::default() });
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for (rule, result) in RuleId::ALL.iter().zip(run["results"].as_array().unwrap()) {
        assert_eq!(result["ruleId"], rule.code());
        let described = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(described["id"], rule.code());
        assert_eq!(described["defaultConfiguration"]["level"], rule.default_level().to_string());
        let help = described["help"]["markdown"].as_str().unwrap();
        assert!(!help.contains("](#") && !help.contains("](policy.md"), "{help}");
    }
    assert_eq!((&run["columnKind"], &log["version"]), (&"unicodeCodePoints".into(), &"2.1.0".into()));
}

#[test]
fn places_are_bytes_and_characters() {
    let at = place(b"d\xc3\xa9p %/a:b\xff.txt", "ok\n\u{e9}\u{1f600} flask # x\n", "flask");
    let location = &results(vec![finding(RuleId::LockDrift, at)])[0]["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "d%C3%A9p%20%25/a%3Ab%FF.txt");
    assert_eq!(location["artifactLocation"]["uriBaseId"], "%SRCROOT%");
    let region = serde_json::json!({ "startLine": 2, "startColumn": 4, "endLine": 2, "endColumn": 9 });
    assert_eq!(location["region"], region);
}

#[test]
fn what_has_no_file_is_shown_at_the_first_manifest_or_the_policy() {
    let findings = vec![finding(RuleId::GuardedPush, Place::Nowhere)];
    let mut report = Report { findings, ..Report::default() };
    let uri = |report: &Report| {
        let location = log(report)["runs"][0]["results"][0]["locations"][0]["physicalLocation"].clone();
        assert!(location.get("region").is_none());
        location["artifactLocation"]["uri"].as_str().unwrap().to_owned()
    };
    assert_eq!(uri(&report), "freeze-guard.toml");
    report.pairs.push(Seen { manifest: path(b"api/r.txt"), lock: path(b"api/r.lock"), layers: None });
    assert_eq!(uri(&report), "api/r.txt");
}

#[test]
fn related_places_are_named_and_counted_and_none_is_lost() {
    let mut one = finding(RuleId::LockDrift, Place::File(path(b"r.txt")));
    let related = |place, label: &str| Related { place, label: label.to_owned() };
    one.related = vec![related(Place::Nowhere, "in the push"), related(Place::File(path(b"r.lock")), "the lock")];
    one.related.extend((0..2 * RELATED).map(|_| related(Place::File(path(b"r.lock")), "")));
    let result = &results(vec![one])[0];
    let located = result["relatedLocations"].as_array().unwrap();
    assert_eq!((located.len(), &located[0]["message"]["text"]), (RELATED, &"the lock".into()));
    assert_eq!(result["message"]["text"], "it drifts\nin the push\nhelp: run `hook fix`");
}

#[test]
fn a_fingerprint_outlives_moved_lines_and_tells_twins_apart() {
    let of = |text: &str| finding(RuleId::Unpinned, place(b"r.txt", text, "flask"));
    let (old, new) = (prints(vec![of("flask\n")]), prints(vec![of("# more\n\n  flask \n")]));
    assert_eq!(old, new);
    assert_ne!(old, prints(vec![of("flask[async]\n")]));
    assert_ne!(old, prints(vec![finding(RuleId::LockDrift, place(b"r.txt", "flask\n", "flask"))]));
    assert_ne!(old, prints(vec![finding(RuleId::Unpinned, place(b"s.txt", "flask\n", "flask"))]));
    let twins = prints(vec![of("flask\n"), of("a\nflask\n")]);
    assert_eq!((&twins[0], &twins[1]), (&old[0], &old[0].replace(":1", ":2")));
}

#[test]
fn text_from_files_makes_no_link_and_moves_no_cursor() {
    let mut one = finding(RuleId::InvalidLine, Place::Nowhere);
    one.message = "[see](https://example.com) \u{1b}[2J\u{202e}".to_owned();
    assert_eq!(
        results(vec![one])[0]["message"]["text"],
        "[see\\](https://example.com) \\u{1b}[2J\\u{202e}\nhelp: run `hook fix`"
    );
}

#[test]
fn a_run_that_could_not_judge_says_why() {
    let log: Value = serde_json::from_str(&sarif_error("the policy\nis \u{1b} broken\n", "mend it")).unwrap();
    let run = &log["runs"][0];
    let invocation = &run["invocations"][0];
    assert_eq!((&invocation["executionSuccessful"], &invocation["exitCode"]), (&false.into(), &2.into()));
    let notice = &invocation["toolExecutionNotifications"][0];
    assert_eq!(notice["level"], "error");
    assert_eq!(notice["message"]["text"], "the policy\nis \\u{1b} broken\nhelp: mend it");
    assert_eq!(run["results"], serde_json::json!([]));
}

#[test]
fn remarks_are_notifications() {
    let remarks = vec![Remark::new("labels cannot be seen".to_owned(), String::new())];
    let log = log(&Report { remarks, ..Report::default() });
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!((&invocation["executionSuccessful"], &invocation["exitCode"]), (&true.into(), &0.into()));
    assert_eq!(invocation["toolExecutionNotifications"][0]["message"]["text"], "labels cannot be seen");
}
