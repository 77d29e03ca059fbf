//! The documentation against the program: one section per rule with its default level, every key of the policy with its
//! default, and every TOML example a policy that can be read.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a failed test is the message")]
// `cfg(test)` tells clippy that helpers outside `#[test]` functions are test code too.
#![cfg(test)]

use freeze_guard::policy::{Files, Policy, known_keys, load};
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
        assert!((15..=35).contains(&body.lines().count()), "{heading} has {} lines", body.lines().count());
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

#[test]
fn every_example_of_the_reference_can_be_read() {
    for block in blocks(POLICY, "toml") {
        policy(block);
    }
}

#[test]
fn every_key_has_a_row_of_its_table() {
    for key in known_keys() {
        let (heading, name) = match key.table {
            "" => ("Top of the file", key.name.to_owned()),
            "[[pair]]" | "[[exempt]]" | "[push]" | "[ci]" => (key.table, key.name.to_owned()),
            table => (table, format!("{}.{}", table.trim_matches(['[', ']']), key.name)),
        };
        let section = sections(POLICY).into_iter().find(|(found, _)| found.contains(heading));
        let (_, body) = section.unwrap_or_else(|| panic!("no section for {heading}"));
        let named = format!("`{name}`");
        let row = body.lines().find(|line| {
            line.starts_with("| ") && line.split(" | ").next().is_some_and(|first| first.contains(&named))
        });
        assert!(row.is_some(), "{heading} has no row for {name}");
    }
}
