//! `hook schema`: the JSON Schema of the policy, for editors that complete and check TOML.

use super::output::out;
use super::{Failure, Outcome};
use freeze_guard::policy::schema;

/// Writes it to standard output.
pub(crate) fn run() -> Result<Outcome, Failure> {
    let text = serde_json::to_string_pretty(&schema())
        .map_err(|error| Failure::new(format!("the schema cannot be written: {error}"), "see docs/policy.md"))?;
    out(&(text + "\n"));
    Ok(Outcome::Pass)
}
