//! The value of `-e`: pip's `parse_editable`.

use std::collections::BTreeSet;

use super::super::RequirementKind;
use super::super::problem::Notice;
use super::super::requirement;
use super::super::text::{quote, trim};
use super::super::url::{self, SchemeKind};
use super::local::{bad_extras, directory};
use super::located::{check_brackets, check_file, located};
use super::{Classified, named};
use crate::package::PackageName;

/// Reads the value of `-e`.
pub(in crate::requirements) fn editable(text: &str) -> Result<Classified, Notice> {
    // Python's urlsplit skips these before a URL, and pip's own tests for `file:` and `git:` do not.
    let skipped = text.trim_start_matches(|char: char| char <= ' ');
    let trimmed = if url::kind(skipped) == Some(SchemeKind::Vcs) { skipped } else { text };
    let lead = text.len() - trimmed.len();
    check_brackets(skipped)
        .and_then(|()| editable_value(trimmed))
        .map(|item| item.shifted(lead))
        .map_err(|notice| notice.shifted(lead))
}

fn editable_value(text: &str) -> Result<Classified, Notice> {
    if let Some(item) = editable_by_url(text)? {
        return Ok(item);
    }
    let (raw, extras_text) = url::strip_extras(text);
    let extras = match extras_text {
        Some(extras) => requirement::extras(extras).map_err(|notice| bad_extras(text, extras, &notice))?,
        None => BTreeSet::new(),
    };
    if raw.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("file:")) {
        check_file(raw, 0..raw.len())?;
        let mut item = located(text, 0..raw.len())?;
        item.kind = RequirementKind::Path;
        item.extras = extras;
        item.name = url::fragment_value(raw, "egg").and_then(PackageName::new);
        return Ok(item);
    }
    match url::kind(text) {
        Some(SchemeKind::Vcs) => editable_vcs(text),
        None if ["git:", "svn:"].iter().any(|scheme| starts_ignoring_case(text, scheme)) => editable_vcs(text),
        Some(_) => {
            let message = "`-e` takes a local directory or a version control URL, not an archive's URL";
            Err(Notice::invalid(0..text.len(), message).help("remove `-e`"))
        }
        None => editable_path(text, extras),
    }
}

fn starts_ignoring_case(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|have| have.eq_ignore_ascii_case(start))
}

/// `name[extras] @ URL ; marker`.
fn editable_by_url(text: &str) -> Result<Option<Classified>, Notice> {
    let separator = [" ;", "\t;"].iter().filter_map(|separator| text.find(separator)).min();
    let (body, marker_text) = match separator {
        Some(at) => (&text[..at], Some((&text[at + 2..], at + 2))),
        None => (text, None),
    };
    let dependency = match requirement::parse(body) {
        Ok(dependency) => dependency,
        Err(error) => {
            let after = body.split_once('@').map(|(_, after)| trim(after));
            return if after.is_some_and(|after| url::kind(after).is_some()) { Err(error) } else { Ok(None) };
        }
    };
    let Some(range) = dependency.url.clone() else { return Ok(None) };
    let raw = &text[range.clone()];
    if !raw.starts_with("file:") && url::kind(raw) != Some(SchemeKind::Vcs) {
        let message = "`-e` takes a local directory or a version control URL, not an archive's URL";
        return Err(Notice::invalid(range, message).help("remove `-e`"));
    }
    let mut item = named(text, dependency)?;
    if item.kind == RequirementKind::Archive {
        item.kind = RequirementKind::Path;
    }
    if let Some((marker, from)) = marker_text {
        let read = super::marker(marker, from)?;
        let Some((marker, notices)) = read else {
            return Err(Notice::invalid(from - 1..from, "expected a marker after `;`"));
        };
        item.marker = Some(marker);
        item.notices.extend(notices);
    }
    Ok(Some(item))
}

fn editable_vcs(text: &str) -> Result<Classified, Notice> {
    let mut item = located(text, 0..text.len())?;
    item.kind = RequirementKind::Vcs;
    item.notices.retain(|notice| !notice.message.contains("is not a URL"));
    let Some(egg) = url::fragment_value(text, "egg") else {
        let message = "pip cannot tell the name of an editable version control URL";
        return Err(
            Notice::invalid(0..text.len(), message).help(format!("write {}", quote(&format!("-e \"NAME @ {text}\""))))
        );
    };
    item.name = PackageName::new(egg);
    Ok(item)
}

fn editable_path(text: &str, extras: BTreeSet<PackageName>) -> Result<Classified, Notice> {
    let refuse = |message: &str, help: &str| Err(Notice::invalid(0..text.len(), message).help(help));
    if text.is_empty() {
        return refuse("expected a directory after `-e`", "write `-e .`");
    }
    if let Some(rest) = text.strip_prefix('=') {
        return refuse(
            "pip takes the `=` for a part of the directory's name, uv skips it",
            &format!("write {}", quote(&format!("-e {rest}"))),
        );
    }
    if text.matches('[').count() != text.matches(']').count() {
        return refuse(
            "the brackets of the extras do not match; pip splits the value of `-e` at spaces",
            "remove the spaces",
        );
    }
    if requirement::parse(text).is_ok_and(|dependency| !dependency.specifiers.is_empty()) {
        return refuse("`-e` takes a directory or a version control URL, not a version", "remove `-e`");
    }
    Ok(directory(text, extras))
}
