//! Requirement texts that name their place by a URL: what pip's `Link` and `url_to_path` check of it.

use std::ops::Range;

use super::super::problem::Notice;
use super::super::specifiers::Specifiers;
use super::super::text::{quote, trim};
use super::super::url::{self, SchemeKind};
use super::super::{RequirementKind, version};
use super::Classified;
use crate::package::PackageName;

/// Python takes every line for a URL first, and stops at brackets in the place of a host.
pub(super) fn check_brackets(text: &str) -> Result<(), Notice> {
    if url::split(text).bad_host() {
        let message = "brackets where a URL has its host, and no IPv6 address in them: pip stops here";
        return Err(Notice::invalid(0..text.len(), message));
    }
    Ok(())
}

/// Python's urlsplit drops tabs before it looks at a URL, be they in the scheme.
pub(super) fn no_tab(text: &str) -> Result<(), Notice> {
    match text.find('\t') {
        Some(at) if url::kind(&text.replace('\t', "")).is_some() => {
            let message = "a tab inside a URL: pip drops it and reads on, other readers stop";
            Err(Notice::invalid(at..at + 1, message).help("remove the tab"))
        }
        _ => Ok(()),
    }
}

/// A `;` in a URL begins a marker to pip: say so where that marker is none.
pub(super) fn in_url(body: &str, notice: Notice) -> Notice {
    let url = body.split_once('@').is_some_and(|(_, after)| url::kind(trim(after)).is_some());
    if !url || body.ends_with([' ', '\t']) {
        return notice;
    }
    let at = body.len();
    let message = format!("pip ends the URL at this `;`, uv takes it for a part of the URL: {}", notice.message);
    Notice::invalid(at..at + 1, message).help("write the `;` of a URL as `%3B`")
}

/// A URL that begins the line.
pub(super) fn bare_url(text: &str) -> Result<Classified, Notice> {
    let mut item = located(text, 0..text.len())?;
    // pip rebuilds a bare file URL with `../` in it from its path alone.
    let rebuilt = url::kind(text) == Some(SchemeKind::File) && text.contains("../");
    if url::kind(text) == Some(SchemeKind::File) && !rebuilt {
        check_file(text, 0..text.len())?;
    }
    if let Some(at) = text.find('#').filter(|_| rebuilt) {
        let message = "pip forgets what stands after `#` where a file URL has `../` in it, uv reads it";
        item.notices.push(Notice::ambiguous(at..text.len(), message).help("write `name @ file:../dir`"));
    }
    if let Some(at) = text.find(';') {
        let message =
            "without a space after `;` pip takes the rest for a part of the URL, uv refuses it, the eye sees a marker";
        item.notices.push(Notice::ambiguous(at..text.len(), message).help("put a space on both sides of `;`"));
    } else if let Some(at) = text.find([' ', '\t']) {
        let message = "pip takes the space and what follows for a part of the URL, uv refuses it";
        item.notices.push(Notice::ambiguous(at..text.len(), message).help("write the space as `%20`"));
    }
    let parts = url::split(text);
    let file_name = parts.file_name();
    if url::extension(&file_name) == ".whl" {
        from_wheel(&mut item, &file_name, 0..text.len())?;
    } else if let Some(egg) = url::fragment_value(text, "egg").filter(|_| !rebuilt) {
        item.name = PackageName::new(egg);
    }
    Ok(item)
}

/// Takes name and version from a wheel's file name.
pub(super) fn from_wheel(item: &mut Classified, file_name: &str, range: Range<usize>) -> Result<(), Notice> {
    let refuse = |why: &str| {
        let message = format!("the wheel name {} {why}", quote(file_name));
        Notice::invalid(range.clone(), message).help("a wheel is called `name-1.0-py3-none-any.whl`")
    };
    let (name, version) = url::wheel(file_name).ok_or_else(|| refuse("does not have the parts of a wheel's name"))?;
    let version = version::parse(trim(version)).map_err(|_| refuse("has no PEP 440 version"))?;
    item.name = Some(name);
    item.specifiers = Specifiers::exactly(version);
    Ok(())
}

/// The URL at `range` of `text`, checked as pip's `Link` checks it.
pub(super) fn located(text: &str, range: Range<usize>) -> Result<Classified, Notice> {
    let raw = &text[range.clone()];
    let parts = url::split(raw);
    let kind = url::kind(raw);
    if raw.starts_with(|char: char| char.is_ascii_control()) {
        let message = "a control character before a URL: pip skips it, other readers stop";
        return Err(Notice::invalid(range.start..range.start + 1, message).help("remove the character"));
    }
    if parts.bad_host() {
        return Err(Notice::invalid(
            range,
            format!("the host of {} has brackets that hold no IPv6 address", quote(raw)),
        ));
    }
    if let Some(egg) = url::fragment_value(raw, "egg").filter(|egg| PackageName::new(egg).is_none()) {
        let at = range.end - raw.len() + raw.find(&format!("egg={egg}")).map_or(0, |at| at + 4);
        let message = format!("`egg=` must be a bare project name since pip 26.0, found {}", quote(egg));
        return Err(Notice::invalid(at..at + egg.len(), message).help("write `name[extras] @ URL`"));
    }
    let mut item = Classified::new(match kind {
        Some(SchemeKind::Web | SchemeKind::Ftp) => RequirementKind::Url,
        Some(SchemeKind::Vcs) => RequirementKind::Vcs,
        Some(SchemeKind::File) if url::is_archive(&parts.file_name()) => RequirementKind::Archive,
        Some(SchemeKind::File) | None => RequirementKind::Path,
    });
    item.url = Some(range.clone());
    match kind {
        Some(SchemeKind::Ftp) => item.notices.push(Notice::ambiguous(
            range,
            "pip takes an ftp URL for a requirement and cannot fetch it, uv refuses it",
        )),
        Some(SchemeKind::Vcs) if !parts.port().bytes().all(|byte| byte.is_ascii_digit()) => {
            let message = "`host:path` in a URL: pip hands it to git as it stands, uv refuses the port";
            item.notices.push(Notice::odd(range, message).help(format!("write `{}://HOST/PATH`", parts.scheme)));
        }
        Some(SchemeKind::Web | SchemeKind::File | SchemeKind::Vcs) => {}
        None => {
            let message = format!("{} is not a URL: pip fails when it installs, uv takes it for a path", quote(raw));
            item.notices
                .push(Notice::ambiguous(range, message).help("write a URL with its scheme, as in `file:./dir`"));
        }
    }
    Ok(item)
}

/// What pip's `url_to_path` asserts of a file URL.
pub(super) fn check_file(raw: &str, range: Range<usize>) -> Result<(), Notice> {
    let parts = url::split(raw);
    if parts.scheme != "file" {
        return Err(Notice::invalid(range, "pip wants `file:` in lower case").help("write `file:`"));
    }
    if !matches!(parts.authority, "" | "localhost") {
        let message = format!("a file URL has no host, found {}", quote(parts.authority));
        return Err(Notice::invalid(range, message).help("write `file:///absolute/path` or `file:relative/path`"));
    }
    Ok(())
}
