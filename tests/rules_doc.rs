//! The documentation against the program: one section per rule with its default level, every key of the policy with its
//! default, and every TOML example a policy that can be read.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a failed test is the message")]
// `cfg(test)` tells clippy that helpers outside `#[test]` functions are test code too.
#![cfg(test)]

use std::path::Path;

use freeze_guard::policy::{Files, Policy, Unset, known_keys, load, reference, schema};
use freeze_guard::rule::RuleId;

const RULES: &str = include_str!("../docs/rules.md");
const POLICY: &str = include_str!("../docs/policy.md");

/// The sections of a page: heading, body.
fn sections(page: &str) -> Vec<(&str, &str)> {
    let mut sections = page.split("\n## ");
    sections.next();
    sections.map(|section| section.split_once('\n').unwrap_or((section, ""))).collect()
}

/// The fenced blocks of a language.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    text.split(fence.as_str()).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

fn policy(text: &str) -> Policy {
    let files = Files { freeze_guard: Some(text.as_bytes()), pyproject: None, version: env!("CARGO_PKG_VERSION") };
    load(files).unwrap_or_else(|broken| panic!("{text}\n{broken}")).0
}

#[test]
fn one_section_per_rule_in_the_order_of_the_list() {
    let headings: Vec<&str> = sections(RULES).into_iter().map(|(heading, _)| heading).collect();
    let codes: Vec<&str> = RuleId::ALL.iter().map(|rule| rule.code()).collect();
    assert_eq!(headings, codes);
}

#[test]
fn every_section_states_its_level_an_example_a_command_and_the_key() {
    for (rule, (heading, body)) in RuleId::ALL.iter().zip(sections(RULES)) {
        let first = body.trim_start().lines().next().unwrap_or_default();
        assert!(first.starts_with(&format!("Default: **{}**", rule.default_level())), "{heading}: {first}");
        assert!((15..=80).contains(&body.lines().count()), "{heading} has {} lines", body.lines().count());
        assert_eq!(blocks(body, "text").len(), 1, "{heading} has an example");
        assert!(["`git ", "`gh ", "`cp "].iter().any(|command| body.contains(command)), "{heading} has a command");
        let [example] = blocks(body, "toml")[..] else { panic!("{heading} shows its key once") };
        assert!(policy(example).levels.explicit(*rule), "{heading}");
    }
}

#[test]
fn the_defaults_written_down_are_the_defaults() {
    assert_eq!(policy(blocks(POLICY, "toml")[0]), Policy::default());
}

/// Every TOML block of the documentation is a policy; `.ci/workflows` holds them against the schema, too.
#[test]
fn every_example_can_be_read() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = std::fs::read_dir(top.join("docs")).unwrap().map(|page| page.unwrap().path());
    let mut seen = 0;
    for page in pages.filter(|page| page.extension().is_some_and(|end| end == "md")).chain([top.join("README.md")]) {
        for block in blocks(&std::fs::read_to_string(page).unwrap(), "toml") {
            policy(block);
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen} examples");
}

/// Asks for the generated parts of docs/ to be written instead of compared.
const UPDATE: &str = "FREEZE_GUARD_UPDATE_DOCS";

/// Holds the file `name` against what it must be, or writes it where that is asked for.
#[track_caller]
fn is_generated(name: &str, wanted: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, wanted).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "{name} is behind the program: run the tests once with {UPDATE}=1\n{wanted}");
}

/// The reference with the rows of its tables as the program has them.
fn with_rows(page: &str) -> String {
    let tables = [
        ("Top of the file", vec![""]),
        ("`[[pair]]`", vec!["[[pair]]"]),
        ("`[[exempt]]`", vec!["[[exempt]]"]),
        ("`[push]`", vec!["[push]"]),
        ("`[ci]`", vec!["[ci]"]),
        ("`[lock]`, `[upgrade]`, `[deploy]`", vec!["[lock]", "[upgrade]", "[deploy]"]),
    ];
    let mut page = page.to_owned();
    for (heading, titles) in tables {
        let section = page.find(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no section {heading}"));
        let head = "|---|---|---|---|\n";
        let start =
            section + page[section..].find(head).unwrap_or_else(|| panic!("no table in {heading}")) + head.len();
        let end = start + page[start..].find("\n\n").unwrap_or(page.len() - start) + 1;
        page.replace_range(start..end, &titles.iter().map(|title| reference(title)).collect::<String>());
    }
    page
}

#[test]
fn the_tables_of_the_reference_are_the_programs() {
    is_generated("docs/policy.md", &with_rows(POLICY));
    for key in known_keys() {
        assert!(with_rows(POLICY).contains(&format!("{}` |", key.name)), "no row for {key:?}");
    }
}

#[test]
fn the_schema_is_the_programs() {
    let text = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    is_generated("docs/freeze-guard.schema.json", &text);
}

#[test]
fn the_defaults_of_the_schema_are_the_defaults() {
    let mut text = String::new();
    for table in ["", "[push]", "[ci]", "[upgrade]", "[deploy]"] {
        text.push_str(&format!("{table}\n"));
        for key in known_keys().filter(|key| key.table == table) {
            if let Unset::Value(value) = key.unset {
                text.push_str(&format!("{} = {value}\n", key.name));
            }
        }
    }
    assert_eq!(policy(&text), Policy::default(), "{text}");
    assert_eq!(text.lines().filter(|line| line.contains(" = ")).count(), 16, "{text}");
}
