//! What a requirement text is: pip's `parse_req_from_line` and `parse_editable` (26.3), without asking the disk.
//!
//! pip looks whether a path exists; we cannot, and call a path what can be nothing else.

mod editable;
mod local;
mod located;

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
pub(super) use editable::editable;
use local::{archive, bad_extras, directory, double_slash};
use located::{bare_url, check_brackets, check_file, in_url, located, no_tab};

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
    if url::kind(text).is_none() {
        no_tab(text)?;
    }
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
    no_tab(trimmed).map_err(|notice| notice.shifted(lead))?;
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

fn marker(text: &str, from: usize) -> Result<Option<(Marker, Vec<Notice>)>, Notice> {
    let from = from + leading_space(text);
    let text = trim(text);
    if text.is_empty() {
        return Ok(None);
    }
    let (marker, notices) = Marker::parse(text).map_err(|notice| notice.shifted(from))?;
    Ok(Some((marker, notices.into_iter().map(|notice| notice.shifted(from)).collect())))
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
