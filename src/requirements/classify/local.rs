//! Requirement texts that are archives or directories on disk.

use std::collections::BTreeSet;

use super::super::RequirementKind;
use super::super::problem::Notice;
use super::super::requirement;
use super::super::text::quote;
use super::super::url;
use super::located::from_wheel;
use super::{Classified, looks_like_path};
use crate::package::PackageName;

/// The extras' error, at their place in `text` (which `absolute` may have shortened).
pub(super) fn bad_extras(text: &str, extras: &str, notice: &Notice) -> Notice {
    // The grammar of the whole text has more to say, where it refuses the text too.
    let local = looks_like_path(text) || url::is_archive(url::strip_extras(text).0);
    if let Err(notice) = requirement::parse(text)
        && !local
    {
        return notice;
    }
    let at = text.rfind(extras);
    let range = at.map_or(0..text.len(), |at| at + notice.range.start..at + notice.range.end);
    Notice { range, repair: None, ..notice.clone() }
}

/// Python keeps two leading slashes, and the path becomes the URL of another host.
pub(super) fn double_slash(text: &str) -> Result<(), Notice> {
    if text.starts_with("//") && !text.starts_with("///") {
        return Err(
            Notice::invalid(0..2, "a path that begins with `//` names another host to pip").help("write one `/`")
        );
    }
    Ok(())
}

pub(super) fn archive(text: &str, path: &str, extras: BTreeSet<PackageName>) -> Result<Classified, Notice> {
    let mut item = Classified::new(RequirementKind::Archive);
    let (raw, _) = url::strip_extras(text);
    item.url = Some(0..raw.len());
    item.extras = extras;
    if url::extension(path) == ".whl" {
        from_wheel(&mut item, path.rsplit('/').next().unwrap_or(path), 0..raw.len())?;
    }
    if text.contains(['=', '<', '>', '~', '!']) && !looks_like_path(text) {
        let extension = url::extension(path);
        let message = format!(
            "{} ends in an archive's extension: pip installs a local file of that name, the eye sees a version",
            quote(text)
        );
        let written = text.strip_suffix(extension).unwrap_or(text);
        item.notices.push(Notice::ambiguous(0..text.len(), message).help(format!("write {}", quote(written))));
    }
    backslash(text, &mut item);
    Ok(item)
}

pub(super) fn directory(text: &str, extras: BTreeSet<PackageName>) -> Classified {
    let mut item = Classified::new(RequirementKind::Path);
    let (raw, _) = url::strip_extras(text.trim_end_matches('/'));
    let keep = if extras.is_empty() { text.len() } else { raw.len() };
    item.url = Some(0..keep);
    item.extras = extras;
    backslash(text, &mut item);
    item
}

pub(super) fn backslash(text: &str, item: &mut Classified) {
    if let Some(at) = text.find('\\') {
        let message = "a backslash separates directories on Windows only; elsewhere it is a part of the name";
        item.notices.push(Notice::ambiguous(at..at + 1, message).help("write `/`"));
    }
}
