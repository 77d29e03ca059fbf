//! What a requirement text is: pip's `parse_req_from_line` and `parse_editable` (26.3), without asking the disk.
//!
//! pip looks whether a path exists; we cannot, and call a path what can be nothing else.

use std::collections::BTreeSet;
use std::ops::Range;

use super::marker::Marker;
use super::problem::Notice;
use super::requirement::{self, Dependency};
use super::specifiers::Specifiers;
use super::text::{leading_space, quote, trim};
use super::url::{self, SchemeKind};
use super::{RequirementKind, version};
use crate::package::PackageName;

/// A requirement text, understood. Positions are bytes of the text.
#[derive(Debug)]
pub(super) struct Classified {
    pub(super) kind: RequirementKind,
    pub(super) name: Option<PackageName>,
    pub(super) name_range: Option<Range<usize>>,
    pub(super) extras: BTreeSet<PackageName>,
    pub(super) specifiers: Specifiers,
    pub(super) specifier_range: Option<Range<usize>>,
    pub(super) version_range: Option<Range<usize>>,
    /// URL or path.
    pub(super) url: Option<Range<usize>>,
    pub(super) marker: Option<Marker>,
    pub(super) notices: Vec<Notice>,
}

impl Classified {
    fn new(kind: RequirementKind) -> Self {
        Self {
            kind,
            name: None,
            name_range: None,
            extras: BTreeSet::new(),
            specifiers: Specifiers::default(),
            specifier_range: None,
            version_range: None,
            url: None,
            marker: None,
            notices: Vec::new(),
        }
    }

    fn shifted(mut self, by: usize) -> Self {
        let shift = |range: Range<usize>| range.start + by..range.end + by;
        self.name_range = self.name_range.map(shift);
        self.specifier_range = self.specifier_range.map(shift);
        self.version_range = self.version_range.map(shift);
        self.url = self.url.map(shift);
        self.notices = self.notices.into_iter().map(|notice| notice.shifted(by)).collect();
        self
    }
}

/// Reads what stands before the options of a line.
pub(super) fn line(text: &str) -> Result<Classified, Notice> {
    check_brackets(text)?;
    let separator = if url::kind(text).is_some() { "; " } else { ";" };
    let (body, marker) = match text.find(separator) {
        Some(at) => (&text[..at], Some(at + separator.len())),
        None => (text, None),
    };
    let read_marker = match marker.map(|from| self::marker(&text[from..], from)).transpose() {
        Ok(read) => read.flatten(),
        Err(notice) => return Err(in_url(body, notice)),
    };
    let lead = leading_space(body);
    let trimmed = trim(body);
    // Python's urlsplit drops tabs before it looks at a URL.
    if let Some(at) = trimmed.find('\t').filter(|_| url::kind(&trimmed.replace('\t', "")).is_some()) {
        let message = "a tab inside a URL: pip drops it and reads on, other readers stop";
        return Err(Notice::invalid(lead + at..lead + at + 1, message).help("remove the tab"));
    }
    let mut item = if url::kind(trimmed).is_some() { bare_url(trimmed) } else { local_or_named(trimmed) }
        .map(|item| item.shifted(lead))
        .map_err(|notice| notice.shifted(lead))?;
    if let (Some(from), Some(after)) = (marker, item.url.as_ref().map(|url| url.end))
        && item.name_range.is_some()
        && after + 1 == from
        && !text[from..].starts_with(' ')
    {
        let message = "pip reads a marker after this `;`, uv takes it for a part of the URL";
        item.notices.push(Notice::ambiguous(after..from, message).help("put a space on both sides of `;`"));
    }
    if let Some((marker, notices)) = read_marker {
        item.marker = Some(marker);
        item.notices.extend(notices);
    }
    Ok(item)
}

/// Python takes every line for a URL first, and stops at brackets in the place of a host.
fn check_brackets(text: &str) -> Result<(), Notice> {
    if url::split(text).bad_host() {
        let message = "brackets where a URL has its host, and no IPv6 address in them: pip stops here";
        return Err(Notice::invalid(0..text.len(), message));
    }
    Ok(())
}

/// A `;` in a URL begins a marker to pip: say so where that marker is none.
fn in_url(body: &str, notice: Notice) -> Notice {
    let url = body.split_once('@').is_some_and(|(_, after)| url::kind(trim(after)).is_some());
    if !url || body.ends_with([' ', '\t']) {
        return notice;
    }
    let at = body.len();
    let message = format!("pip ends the URL at this `;`, uv takes it for a part of the URL: {}", notice.message);
    Notice::invalid(at..at + 1, message).help("write the `;` of a URL as `%3B`")
}

fn marker(text: &str, from: usize) -> Result<Option<(Marker, Vec<Notice>)>, Notice> {
    let from = from + leading_space(text);
    let text = trim(text);
    if text.is_empty() {
        return Ok(None);
    }
    let (marker, notices) = Marker::parse(text).map_err(|notice| notice.shifted(from))?;
    Ok(Some((marker, notices.into_iter().map(|notice| notice.shifted(from)).collect())))
}

/// A URL that begins the line.
fn bare_url(text: &str) -> Result<Classified, Notice> {
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
fn from_wheel(item: &mut Classified, file_name: &str, range: Range<usize>) -> Result<(), Notice> {
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
fn located(text: &str, range: Range<usize>) -> Result<Classified, Notice> {
    let raw = &text[range.clone()];
    let parts = url::split(raw);
    let kind = url::kind(raw);
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
fn check_file(raw: &str, range: Range<usize>) -> Result<(), Notice> {
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

fn looks_like_path(text: &str) -> bool {
    text.contains('/') || text.starts_with('.')
}

/// What begins with no URL: an archive or directory on disk, or a dependency specifier.
fn local_or_named(text: &str) -> Result<Classified, Notice> {
    let absolute = url::absolute(text);
    let (path, extras_text) = url::strip_extras(&absolute);
    let extras = match extras_text {
        Some(extras) => requirement::extras(extras).map_err(|notice| bad_extras(text, extras, &notice))?,
        None => BTreeSet::new(),
    };
    let by_url = text.split_once('@').is_some_and(|(before, _)| !looks_like_path(before));
    if url::is_archive(path) && !by_url {
        double_slash(text)?;
        return archive(text, path, extras);
    }
    let error = match requirement::parse(text) {
        Ok(dependency) => return named(text, dependency).map(|item| trailing_extras(text, item, extras)),
        Err(error) => error,
    };
    let plain = !url::strip_extras(text).0.contains(['=', '<', '>', '!', '~', '@', ' ', '\t', '#', '(', '"']);
    if text.starts_with(['.', '/']) || looks_like_path(text) && plain {
        double_slash(text)?;
        return Ok(directory(text, extras));
    }
    Err(error)
}

/// pip takes brackets at the end of a line for extras before it looks at anything else, be they a URL's.
fn trailing_extras(text: &str, mut item: Classified, extras: BTreeSet<PackageName>) -> Classified {
    if !extras.is_empty() && extras != item.extras {
        let message = format!("pip takes the brackets at the end of {} for extras, uv for a part of it", quote(text));
        let help = "write them behind the name: `name[extras]`";
        item.notices.push(Notice::ambiguous(0..text.len(), message).help(help));
        item.extras = extras;
    }
    item
}

/// The extras' error, at their place in `text` (which `absolute` may have shortened).
fn bad_extras(text: &str, extras: &str, notice: &Notice) -> Notice {
    // The grammar of the whole text has more to say, where it refuses the text too.
    let local = looks_like_path(text) || url::is_archive(url::strip_extras(text).0);
    if let Err(notice) = requirement::parse(text)
        && !local
    {
        return notice;
    }
    let at = text.rfind(extras);
    let range = at.map_or(0..text.len(), |at| at + notice.range.start..at + notice.range.end);
    Notice { range, ..notice.clone() }
}

/// Python keeps two leading slashes, and the path becomes the URL of another host.
fn double_slash(text: &str) -> Result<(), Notice> {
    if text.starts_with("//") && !text.starts_with("///") {
        return Err(
            Notice::invalid(0..2, "a path that begins with `//` names another host to pip").help("write one `/`")
        );
    }
    Ok(())
}

fn archive(text: &str, path: &str, extras: BTreeSet<PackageName>) -> Result<Classified, Notice> {
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

fn directory(text: &str, extras: BTreeSet<PackageName>) -> Classified {
    let mut item = Classified::new(RequirementKind::Path);
    let (raw, _) = url::strip_extras(text.trim_end_matches('/'));
    let keep = if extras.is_empty() { text.len() } else { raw.len() };
    item.url = Some(0..keep);
    item.extras = extras;
    backslash(text, &mut item);
    item
}

fn backslash(text: &str, item: &mut Classified) {
    if let Some(at) = text.find('\\') {
        let message = "a backslash separates directories on Windows only; elsewhere it is a part of the name";
        item.notices.push(Notice::ambiguous(at..at + 1, message).help("write `/`"));
    }
}

fn named(text: &str, dependency: Dependency) -> Result<Classified, Notice> {
    let mut item = match dependency.url.clone() {
        Some(range) => {
            if url::kind(&text[range.clone()]) == Some(SchemeKind::File) {
                check_file(&text[range.clone()], range.clone())?;
            }
            located(text, range)?
        }
        None => Classified::new(RequirementKind::Named),
    };
    let raw = &text[dependency.name_range.clone()];
    if item.url.is_none()
        && dependency.specifiers.is_empty()
        && let Some((name, version)) = raw.rsplit_once('-').filter(|(_, tail)| looks_like_version(tail))
    {
        let message = format!("the project {} without a version: the name ends like one", quote(raw));
        let help = format!("write {} if that is meant", quote(&format!("{name}=={version}")));
        item.notices.push(Notice::odd(dependency.name_range.clone(), message).help(help));
    }
    if let Some(notice) = arbitrary(&dependency) {
        item.notices.push(notice);
    }
    item.name = Some(dependency.name);
    item.name_range = Some(dependency.name_range);
    item.extras = dependency.extras;
    item.specifiers = dependency.specifiers;
    if item.url.is_none() {
        item.specifier_range = Some(dependency.specifier_range);
        item.version_range = dependency.version_range;
    }
    Ok(item)
}

/// What there is to say about `===`.
fn arbitrary(dependency: &Dependency) -> Option<Notice> {
    let range = dependency.specifier_range.clone();
    if let Some(text) = dependency.specifiers.legacy_text() {
        let text = quote(text);
        let message =
            format!("{text} is not a PEP 440 version: uv refuses it, and pip 24.1 and later finds no such release");
        let help = format!("list the versions there are: `pip index versions {}`", dependency.name);
        return Some(Notice::ambiguous(range, message).help(help));
    }
    let text = dependency.specifiers.exact_text().filter(|_| dependency.specifiers.is_arbitrary())?;
    let message = "`===` compares texts: pip finds no release that is written otherwise, uv reads `==`";
    Some(Notice::odd(range, message).help(format!("write {}", quote(&format!("{}=={text}", dependency.name)))))
}

fn looks_like_version(text: &str) -> bool {
    text.contains('.') && version::parse(text).is_ok()
}

/// Reads the value of `-e`.
pub(super) fn editable(text: &str) -> Result<Classified, Notice> {
    // Python's urlsplit skips these before a URL.
    let trimmed = text.trim_start_matches(|char: char| char <= ' ');
    let lead = text.len() - trimmed.len();
    check_brackets(trimmed)
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
        let read = self::marker(marker, from)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn told(item: Result<Classified, Notice>, text: &str) -> String {
        match item {
            Err(notice) => format!("invalid: {}", notice.message),
            Ok(item) => {
                let name = item.name.as_ref().map_or("-", PackageName::as_str);
                let extras: Vec<&str> = item.extras.iter().map(PackageName::as_str).collect();
                let url = item.url.map_or("-", |range| &text[range]);
                let marker = item.marker.as_ref().map_or("-", Marker::canonical);
                format!("{:?} {name} [{}] {} {url} {marker}", item.kind, extras.join(","), item.specifiers)
            }
        }
    }

    #[test]
    fn texts_are_what_pip_takes_them_for() {
        for (text, expected) in [
            ("foo[a]==1 ; os_name=='a'", "Named foo [a] ==1 - os_name == \"a\""),
            ("foo;", "Named foo []  - -"),
            ("foo @ https://e/f.zip; os_name=='a'", "Url foo []  https://e/f.zip os_name == \"a\""),
            ("https://e/foo-1.0-py3-none-any.whl", "Url foo [] ==1.0 https://e/foo-1.0-py3-none-any.whl -"),
            ("https://e/f-1.0.tar.gz", "Url - []  https://e/f-1.0.tar.gz -"),
            ("git+https://h/r#egg=foo", "Vcs foo []  git+https://h/r#egg=foo -"),
            ("./dir[a]", "Path - [a]  ./dir -"),
            ("dir/", "Path - []  dir/ -"),
            (".", "Path - []  . -"),
            ("file:./x", "Path - []  file:./x -"),
            ("./foo-1.0-py3-none-any.whl[a]", "Archive foo [a] ==1.0 ./foo-1.0-py3-none-any.whl -"),
            ("foo==1.0.zip", "Archive - []  foo==1.0.zip -"),
            ("foo.tar.gz==1.0", "Named foo-tar-gz [] ==1.0 - -"),
            ("./dir;os_name=='a'", "Path - []  ./dir os_name == \"a\""),
        ] {
            assert_eq!(told(line(text), text), expected, "{text}");
        }
    }

    #[test]
    fn editables() {
        for (text, expected) in [
            (".", "Path - []  . -"),
            ("./dir[a,b]", "Path - [a,b]  ./dir -"),
            ("file:///x#egg=y", "Path y []  file:///x#egg=y -"),
            ("git+https://h/r@v1#egg=foo", "Vcs foo []  git+https://h/r@v1#egg=foo -"),
            ("foo[x] @ git+https://h/r ; os_name=='a'", "Vcs foo [x]  git+https://h/r os_name == \"a\""),
        ] {
            assert_eq!(told(editable(text), text), expected, "{text}");
        }
        for text in
            ["=.", "./dir[a,", "https://e/f.zip", "git+https://h/r", "foo==1.0", "foo @ https://e/f.zip", "", "FILE:x"]
        {
            assert!(editable(text).is_err(), "{text}");
        }
    }
}
