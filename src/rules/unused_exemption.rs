//! `unused-exemption`: an exemption that nothing needed, told only where every pair was judged.

use super::Draft;
use super::settle::Used;
use crate::finding::Place;
use crate::policy::{Date, Origin, Policy};
use crate::rule::RuleId;

/// One draft for each exemption that is not in `used`.
pub fn unused_exemptions(policy: &Policy, origin: &Origin, today: Date, used: &Used) -> Vec<Draft> {
    let Origin::File(path) = origin else { return Vec::new() };
    let unused = policy.exemptions.iter().enumerate().filter(|(at, _)| !used.contains(at));
    unused
        .map(|(_, exemption)| {
            let why = if exemption.active(today) { "nothing needs it" } else { "it has run out" };
            let place = Place::File(path.clone());
            let message = format!(
                "the exemption of {} from {} in line {}: {why}",
                exemption.package, exemption.rule, exemption.line
            );
            let help = format!("delete it from {path}; `hook check` lists what is left");
            Draft::new(RuleId::UnusedExemption, place, message, help)
        })
        .collect()
}
