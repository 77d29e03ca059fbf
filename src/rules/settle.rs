//! What the policy makes of the drafts: levels, and exemptions with a count of their use.

use super::Draft;
use crate::finding::Finding;
use crate::policy::{Date, Policy};
use crate::rule::Level;

/// Which exemptions of a policy were needed, by their position in it.
pub type Used = std::collections::BTreeSet<usize>;

/// Findings, and how many drafts did not become one.
#[derive(Clone, Debug, Default)]
pub struct Settled {
    /// What is reported.
    pub findings: Vec<Finding>,
    /// Drafts that an exemption covers.
    pub exempted: usize,
}

/// Applies `policy` to `drafts`; `used` collects the exemptions that covered one.
pub fn settle(drafts: Vec<Draft>, policy: &Policy, today: Date, used: &mut Used) -> Settled {
    let mut settled = Settled::default();
    for draft in drafts {
        let Some(level) = policy.levels.level(draft.rule) else { continue };
        if let Some(at) = exemption(&draft, policy, today) {
            used.insert(at);
            settled.exempted += 1;
            continue;
        }
        settled.findings.push(Finding {
            rule: draft.rule,
            level: weigh(&draft, level),
            place: draft.place,
            message: draft.message,
            help: draft.help,
            related: draft.related,
        });
    }
    settled
}

/// The policy sets the weight of what weighs as its rule usually does; what is lighter by nature only gets lighter.
fn weigh(draft: &Draft, level: Level) -> Level {
    if draft.weight == draft.rule.default_level() { level } else { draft.weight.max(level) }
}

fn exemption(draft: &Draft, policy: &Policy, today: Date) -> Option<usize> {
    let package = draft.package.as_ref()?;
    let matching = |exemption: &crate::policy::Exemption| {
        exemption.rule == draft.rule && exemption.package == *package && exemption.active(today)
    };
    policy.exemptions.iter().position(matching)
}
