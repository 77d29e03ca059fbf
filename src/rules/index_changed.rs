//! `index-changed`: where packages come from. An index, find-links or trusted host that the pair did not have, and an
//! entry whose host, or whose kind of source, changed, are errors: that is how a lock is made to install something else.
//! What stood there before is a warning.

use super::base::{Side, is_new, is_source, sides};
use super::{Context, Draft};
use crate::finding::{Place, Related};
use crate::locks::OptionLine;
use crate::requirements::{Located, RequirementKind};
use crate::rule::{Level, RuleId};
use crate::source::{Span, printable_text};

pub(super) fn check(context: &Context<'_>) -> Vec<Draft> {
    let lines = context.manifest().options.iter().chain(&context.lock().options);
    let mut drafts: Vec<_> = lines.filter(|line| is_source(line.option)).map(|line| option(context, line)).collect();
    let sides = sides(context);
    if !sides.is_empty() {
        drafts.extend(context.lock().requirements.iter().filter_map(|held| moved(held, &sides)));
    }
    drafts
}

fn option(context: &Context<'_>, line: &OptionLine<'_>) -> Draft {
    let new = is_new(context, line) == Some(true);
    // The value may hold credentials; the line itself shows what there is to see.
    let name = line.option.name;
    let message = if new {
        format!("this `{name}` is new: packages would come from there")
    } else {
        format!("`{name}`: packages may come from elsewhere than the default index")
    };
    let first = line.file.line_span(line.file.position(line.span.start).line);
    let span = Span::new(line.span.start, line.span.end.min(first.end));
    let mut draft = Draft::new(RuleId::IndexChanged, Place::of(line.file, span), message, HELP.to_owned());
    draft.weight = if new { Level::Error } else { Level::Warning };
    draft
}

const HELP: &str = "if it is meant, let the policy say so first (`[rules] index-changed = \"warning\"`); \
                    see `hook explain index-changed`";

/// Where an entry comes from.
#[derive(PartialEq, Eq)]
enum Source {
    Index,
    Host(String),
    Local,
}

fn source(held: &Located<'_>) -> Source {
    match held.requirement.kind {
        RequirementKind::Named => Source::Index,
        RequirementKind::Url | RequirementKind::Vcs if held.requirement.is_local() => Source::Local,
        RequirementKind::Url | RequirementKind::Vcs => Source::Host(held.requirement.host().unwrap_or_default()),
        RequirementKind::Path | RequirementKind::Archive => Source::Local,
    }
}

/// An entry that every earlier state had from elsewhere.
fn moved(held: &Located<'_>, sides: &[Side<'_>]) -> Option<Draft> {
    let now = source(held);
    let mut earlier = None;
    for side in sides {
        let before = side.named(held);
        if before.iter().any(|before| source(before) == now) {
            return None;
        }
        earlier = earlier.or_else(|| before.first().copied());
    }
    let earlier = earlier?;
    let name = printable_text(held.label());
    let message = format!("{name} comes from {}, before from {}", told(&now), told(&source(&earlier)));
    let mut draft = Draft::new(RuleId::IndexChanged, Place::of(held.file, held.span()), message, HELP.to_owned());
    draft.related = vec![Related { place: Place::of(earlier.file, earlier.span()), label: "before".to_owned() }];
    draft.package = held.requirement.name.clone();
    Some(draft)
}

fn told(source: &Source) -> String {
    match source {
        Source::Index => "the index".to_owned(),
        Source::Host(host) => printable_text(host),
        Source::Local => "this machine".to_owned(),
    }
}
