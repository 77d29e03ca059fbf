//! `unpinned`: a requirement that does not name one exact artefact.
//!
//! In locks always; in manifests where the pair says so (default: yes, no for a `.in` file). What constrains and does
//! not install need not be pinned.

use super::{Context, Draft};
use crate::finding::Place;
use crate::package::PackageName;
use crate::requirements::{Located, Pin, RequirementKind};
use crate::rule::RuleId;
use crate::source::printable_text;

pub(super) fn check(context: &Context<'_>) -> Vec<Draft> {
    let (manifest, lock) = (context.manifest(), context.lock());
    let mut drafts = Vec::new();
    let mut told: Vec<Option<&PackageName>> = Vec::new();
    if context.pair.manifest_pins {
        for located in &manifest.requirements {
            if let Some(why) = loose(context, located) {
                told.push(located.requirement.name.as_ref());
                drafts.push(draft(located, why, help(context, located, &lock.requirements)));
            }
        }
    }
    for located in &lock.requirements {
        // A mirror repeats its manifest's lines; one finding for both is enough.
        let repeats = located.requirement.name.is_some() && told.contains(&located.requirement.name.as_ref());
        if let Some(why) = loose(context, located).filter(|_| !repeats) {
            drafts.push(draft(located, why, help(context, located, &[])));
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

fn help(context: &Context<'_>, located: &Located<'_>, lock: &[Located<'_>]) -> String {
    let requirement = located.requirement;
    let path = context.paths.word(located.file.path());
    let name = printable_text(located.label());
    let held = lock.iter().find(|held| held.requirement.name.is_some() && held.requirement.name == requirement.name);
    if let Some(version) = held.and_then(|held| held.requirement.specifiers.exact()) {
        return format!("write `{}=={version}`, the version of the lock, then `git add {path}`", spelled(located));
    }
    match requirement.kind {
        RequirementKind::Named => format!(
            "name one version, as in `{}==1.2.3` (`python -m pip index versions {name}` lists them), then `git add {path}`",
            spelled(located)
        ),
        RequirementKind::Vcs => {
            "name a full commit id after `@`; `git ls-remote` with the URL lists them; see `hook explain unpinned`"
                .to_owned()
        }
        RequirementKind::Url | RequirementKind::Archive => {
            "add `--hash=sha256:…`, which `python -m pip hash FILE` prints; see `hook explain unpinned`".to_owned()
        }
        RequirementKind::Path => {
            "a path has no version; `allow-local = true` in the pair's policy admits it; see `hook explain unpinned`"
                .to_owned()
        }
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
