//! Guarded refs as branches that a CI service can name. Services have patterns of their own, with more special
//! characters than ours; what cannot be said in all of them exactly becomes every branch, which judges too much and
//! never too little.

use crate::policy::RefPattern;

/// What every branch's full name begins with.
const HEADS: &str = "refs/heads/";

/// Which branches a job runs for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Branches {
    /// Every one.
    All,
    /// Those that match one of these: letters, digits, `-`, `_`, `.`, `/`, and `*` for any run of characters, slashes
    /// included.
    Some(Vec<String>),
    /// None.
    None,
}

/// The branches that `guard` covers.
pub(super) fn branches(guard: &[RefPattern]) -> Branches {
    let mut patterns: Vec<String> = Vec::new();
    for pattern in guard {
        let full = pattern.full();
        // Only what a star before that point stands for could still lead into refs/heads/.
        let fixed = full.split('*').next().unwrap_or_default();
        let Some(branch) = full.strip_prefix(HEADS) else {
            if HEADS.starts_with(fixed) && fixed.len() < full.len() {
                return Branches::All;
            }
            continue;
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./*".contains(&byte);
        if !branch.bytes().all(plain) {
            return Branches::All;
        }
        let mut branch = branch.to_owned();
        while branch.contains("**") {
            branch = branch.replace("**", "*");
        }
        if branch == "*" {
            return Branches::All;
        }
        if !patterns.contains(&branch) {
            patterns.push(branch);
        }
    }
    if patterns.is_empty() { Branches::None } else { Branches::Some(patterns) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Files, load};

    fn of(guard: &[&str]) -> Branches {
        let text = format!("[push]\nguard = {guard:?}\n");
        let files = Files { freeze_guard: Some(text.as_bytes()), pyproject: None, version: "0.1.0" };
        branches(&load(files).unwrap().0.push.guard)
    }

    #[test]
    fn what_cannot_be_said_is_every_branch_and_never_none() {
        let some = |names: &[&str]| Branches::Some(names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(of(&["main", "refs/heads/main", "rel/**"]), some(&["main", "rel/*"]));
        for all in
            ["*", "**", "refs/*", "refs/*/main", "refs/h*", "refs/heads*", "a+b", "it's", "d\u{e9}p", "!x", "{a,b}"]
        {
            assert_eq!(of(&["main", all]), Branches::All, "{all}");
        }
        assert_eq!(of(&["refs/for/*"]), Branches::None);
        assert_eq!(of(&["refs/tags/*", "main"]), some(&["main"]));
    }
}
