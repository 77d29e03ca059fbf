//! `hook explain`: what a rule wants, from the same page that the documentation shows.

use super::output::out;
use super::{Failure, Outcome};
use crate::cli::args::ExplainArgs;
use freeze_guard::rule::RuleId;

pub(crate) fn run(args: &ExplainArgs) -> Result<Outcome, Failure> {
    let Some(code) = &args.rule else {
        let mut text = String::new();
        for rule in RuleId::ALL {
            text.push_str(&format!("{:18} {}\n", rule.code(), rule.default_level()));
        }
        text.push_str("\nOne of them in full: hook explain RULE\n");
        out(&text);
        return Ok(Outcome::Pass);
    };
    let rule: RuleId = code.parse().map_err(|()| unknown(code))?;
    out(&rule.page());
    Ok(Outcome::Pass)
}

fn unknown(code: &str) -> Failure {
    let scored = RuleId::ALL.iter().map(|rule| (strsim::jaro_winkler(rule.code(), code), rule.code()));
    let best = scored.max_by(|left, right| left.0.total_cmp(&right.0));
    let near = best.filter(|(score, _)| *score > 0.75).map(|(_, known)| known);
    let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    let shown = freeze_guard::source::printable_text(code);
    Failure::new(format!("there is no rule `{shown}`{hint}"), "`hook explain` lists them")
}
