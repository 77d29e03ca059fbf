//! `unpinned`: a requirement that does not name one exact artefact.
//!
//! In locks always; in manifests where the pair says so (default: yes, no for a `.in` file). What constrains and does
//! not install need not be pinned.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use super::{Context, Draft};
use crate::finding::Place;
use crate::package::PackageName;
use crate::requirements::{Located, Pin, Requirement, RequirementKind, Tri};
use crate::rule::RuleId;
use crate::source::printable_text;

/// A requirement of a manifest that is not pinned.
pub struct Loose<'a> {
    /// The requirement.
    pub located: Located<'a>,
    /// Why it is not pinned.
    pub why: &'static str,
    /// What pins it, as in `==1.2.3`, as far as the lock knows.
    pub pin: Result<String, NoPin>,
}

/// Why the lock proposes no pin.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum NoPin {
    /// A URL, a path or an archive.
    #[error("a URL or a path takes no version")]
    NotNamed,
    /// No entry of that name.
    #[error("the lock has no version of it")]
    NotInLock,
    /// More than one entry of that name.
    #[error("the lock has several entries of it")]
    Several,
    /// One, which is no exact version either.
    #[error("the lock has no exact version of it either")]
    NotExact,
    /// One, for another environment.
    #[error("the lock has it for another environment marker")]
    OtherMarker,
    /// One, which the requirement does not admit.
    #[error("the lock has {0}, which this line does not admit")]
    NotAdmitted(String),
    /// A continuation runs through its specifiers.
    #[error("a continuation runs through its version, so nothing is proposed")]
    Split,
}

/// The requirements of the manifest and its includes that are not pinned, whether or not the pair asks for pins.
pub fn loose_in_manifest<'a>(context: &Context<'a>) -> Vec<Loose<'a>> {
    // Seldom needed.
    let held = LazyCell::new(|| held(&context.lock().requirements));
    let loose = |located: Located<'a>| {
        let why = loose(context, &located)?;
        Some(Loose { located, why, pin: pin_of(located.requirement, &held) })
    };
    context.manifest().requirements.iter().copied().filter_map(loose).collect()
}

fn held<'r>(requirements: &'r [Located<'_>]) -> Held<'r> {
    let mut held = Held::new();
    for located in requirements {
        held.entry(located.requirement.name.as_ref()).or_default().push(located.requirement);
    }
    held
}

/// What the lock holds, by name.
type Held<'a> = BTreeMap<Option<&'a PackageName>, Vec<&'a Requirement>>;

/// The one version that the lock has for `asked`.
fn pin_of(asked: &Requirement, held: &Held<'_>) -> Result<String, NoPin> {
    if asked.kind != RequirementKind::Named || asked.editable {
        return Err(NoPin::NotNamed);
    }
    let mut found = held.get(&asked.name.as_ref()).into_iter().flatten();
    let held = match (found.next(), found.next()) {
        (None, _) => return Err(NoPin::NotInLock),
        (Some(_), Some(_)) => return Err(NoPin::Several),
        (Some(held), None) => held,
    };
    let Some(version) = held.specifiers.exact().filter(|_| held.kind == RequirementKind::Named) else {
        return Err(NoPin::NotExact);
    };
    match (&asked.marker, &held.marker) {
        (_, None) => {}
        (Some(asked), Some(held)) if asked.equivalent(held) == Tri::Yes => {}
        (_, Some(_)) => return Err(NoPin::OtherMarker),
    }
    if !asked.specifiers.contains(version) {
        return Err(NoPin::NotAdmitted(printable_text(&held.specifiers.to_string())));
    }
    if asked.specifier_span.is_none() { Err(NoPin::Split) } else { Ok(held.specifiers.to_string()) }
}

pub(super) fn check(context: &Context<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let mut told: BTreeSet<Option<&PackageName>> = BTreeSet::new();
    if context.pair.manifest_pins {
        for Loose { located, why, pin } in loose_in_manifest(context) {
            told.insert(located.requirement.name.as_ref());
            drafts.push(draft(&located, why, help(context, &located, &pin)));
        }
    }
    for located in &context.lock().requirements {
        // A mirror repeats its manifest's lines; one finding for both is enough.
        let repeats = located.requirement.name.is_some() && told.contains(&located.requirement.name.as_ref());
        if let Some(why) = loose(context, located).filter(|_| !repeats) {
            drafts.push(draft(located, why, help(context, located, &Err(NoPin::NotInLock))));
        }
    }
    drafts
}

fn loose(context: &Context<'_>, located: &Located<'_>) -> Option<&'static str> {
    if context.pair.allow_local && located.requirement.is_local() {
        return None;
    }
    match located.requirement.pin(&context.policy.vcs_hosts) {
        Pin::Pinned => None,
        Pin::Loose(why) => Some(why),
    }
}

fn draft(located: &Located<'_>, why: &str, help: String) -> Draft {
    let message = format!("{} is not pinned: {why}", printable_text(located.label()));
    let mut draft = Draft::new(RuleId::Unpinned, Place::of(located.file, located.span()), message, help);
    draft.package = located.requirement.name.clone();
    draft
}

fn help(context: &Context<'_>, located: &Located<'_>, pin: &Result<String, NoPin>) -> String {
    let requirement = located.requirement;
    let path = context.paths.word(located.file.path());
    let name = printable_text(located.label());
    let reason = match pin {
        Ok(pin) => {
            let line = printable_text(&pinned_line(located, pin));
            return format!("write `{line}`, as the lock has it: `hook fix {path} && git add {path}`");
        }
        Err(NoPin::NotNamed | NoPin::NotInLock | NoPin::NotExact) => String::new(),
        Err(why @ (NoPin::Several | NoPin::OtherMarker | NoPin::NotAdmitted(_) | NoPin::Split)) => format!("{why}; "),
    };
    match requirement.kind {
        RequirementKind::Named => format!(
            "{reason}name one version, as in `{}==1.2.3` (`python -m pip index versions {name}` lists them), then `git add {path}`",
            spelled(located)
        ),
        RequirementKind::Vcs if requirement.editable => {
            format!("write it as `name @ git+URL@COMMIT` without `-e`, with a full commit id; then `git add {path}`")
        }
        RequirementKind::Vcs => {
            "name a full commit id after `@`; `git ls-remote` with the URL lists them; see `hook explain unpinned`"
                .to_owned()
        }
        RequirementKind::Url | RequirementKind::Archive => {
            "add `--hash=sha256:...`, which `python -m pip hash FILE` prints; see `hook explain unpinned`".to_owned()
        }
        RequirementKind::Path => {
            "a path has no version; `allow-local = true` in the pair's policy admits it; see `hook explain unpinned`"
                .to_owned()
        }
    }
}

/// The requirement as it stands, with `pin` for its specifiers.
fn pinned_line(located: &Located<'_>, pin: &str) -> String {
    let whole = located.span();
    let text = located.file.text();
    let parts = located
        .requirement
        .specifier_span
        .and_then(|specifiers| Some((text.get(whole.start..specifiers.start)?, text.get(specifiers.end..whole.end)?)));
    match parts {
        Some((before, after)) => format!("{before}{pin}{}", after.trim_end_matches('\\').trim_end()),
        None => format!("{}{pin}", spelled(located)),
    }
}

/// Name and extras, as a line would begin.
fn spelled(located: &Located<'_>) -> String {
    let mut text = printable_text(located.label());
    if !located.requirement.extras.is_empty() {
        let extras: Vec<_> = located.requirement.extras.iter().map(PackageName::as_str).collect();
        text.push_str(&format!("[{}]", extras.join(",")));
    }
    text
}
