//! Every rule's section shows something that the rule refuses, and the repair after which it passes. That both happen
//! as shown is [`crate::consoles`]' to prove.

use freeze_guard::rule::{Level, RuleId};

use crate::page::{Page, What};
use crate::session::{Exchange, Session, Step, says_no, sessions};

/// The line at which each section of second level begins, and the next.
fn sections(page: &Page) -> Vec<(&str, usize, usize)> {
    let heads = page.pieces.iter().filter_map(|piece| match &piece.what {
        What::Heading { level: 2, text } => Some((text.as_str(), piece.line)),
        _ => None,
    });
    let heads: Vec<(&str, usize)> = heads.collect();
    let ends = heads.iter().skip(1).map(|(_, line)| *line).chain([usize::MAX]);
    heads.iter().zip(ends).map(|((text, line), end)| (*text, *line, end)).collect()
}

fn typed(session: &Session) -> Vec<&Exchange> {
    let typed = session.steps.iter().filter_map(|step| match step {
        Step::Typed(exchange) => Some(exchange),
        Step::Setup { .. } => None,
    });
    typed.collect()
}

/// What is missing in the example of `rule`.
fn fault(page: &Page, rule: RuleId, session: &Session) -> Option<&'static str> {
    let typed = typed(session);
    let output = |exchange: &Exchange| exchange.output.clone().map_or("", |range| &page.text[range]).to_owned();
    let level = if rule.default_level() == Level::Error { "error" } else { "warning" };
    let head = format!("{level}[{rule}]: ");
    let Some(refused) = typed.iter().position(|exchange| output(exchange).lines().any(|line| line.starts_with(&head)))
    else {
        return Some("shows no finding of the rule");
    };
    let after = &typed[refused + 1..];
    let judged = ["git commit", "git push", "git am", "hook check", "hook ci", "hook run"];
    match after.last() {
        None => Some("shows no repair"),
        Some(last) if !judged.iter().any(|verb| last.command.contains(verb)) => Some("judges nothing after the repair"),
        Some(last) if says_no(&output(last)) || output(last).contains(&format!("[{rule}]")) => {
            Some("is not in order after the repair")
        }
        Some(_) => None,
    }
}

#[test]
fn every_rule_shows_a_refusal_and_the_repair() {
    let page = Page::read("docs/rules.md");
    let (sessions, _) = sessions(&page);
    let mut faults = Vec::new();
    for rule in RuleId::ALL {
        let Some((_, start, end)) = sections(&page).into_iter().find(|(text, ..)| *text == rule.code()) else {
            faults.push(format!("{rule} has no section"));
            continue;
        };
        let mine = sessions.iter().find(|session| (start..end).contains(&session.line));
        let fault = match mine {
            Some(session) => fault(&page, *rule, session),
            None => Some("has no example"),
        };
        faults.extend(fault.map(|fault| format!("docs/rules.md:{start}: {rule} {fault}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
