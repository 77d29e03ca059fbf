//! URLs and paths as pip takes them apart: leniently, on the raw text, without the process environment.
//!
//! No URL crate: what pip accepts (`git+ssh://git@host:org/repo`) they refuse, and they rewrite what they accept.

use std::borrow::Cow;

use crate::package::PackageName;

/// Schemes pip takes for version control (pip 26.3, `vcs.all_schemes`).
const VCS: &[&str] = &[
    "bzr+http",
    "bzr+https",
    "bzr+ssh",
    "bzr+sftp",
    "bzr+ftp",
    "bzr+lp",
    "bzr+file",
    "git+http",
    "git+https",
    "git+ssh",
    "git+git",
    "git+file",
    "hg+file",
    "hg+http",
    "hg+https",
    "hg+ssh",
    "hg+static-http",
    "svn+ssh",
    "svn+http",
    "svn+https",
    "svn+svn",
    "svn+file",
];

/// Archive extensions, lower case (pip's `filetypes.py`).
const ARCHIVES: &[&str] =
    &[".zip", ".whl", ".tar.bz2", ".tbz", ".tar.gz", ".tgz", ".tar", ".tar.xz", ".txz", ".tlz", ".tar.lz", ".tar.lzma"];

/// The scheme of `text` in lower case, as Python's `urlsplit` finds it.
pub(super) fn scheme(text: &str) -> Option<String> {
    let (scheme, _) = text.split_once(':')?;
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let fine = scheme.starts_with(|char: char| char.is_ascii_alphabetic()) && scheme.bytes().all(inner);
    fine.then(|| scheme.to_ascii_lowercase())
}

/// What a scheme means to pip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SchemeKind {
    /// `http`, `https`
    Web,
    /// `ftp`: pip takes it for a URL and cannot fetch it.
    Ftp,
    /// `file`
    File,
    /// A version control system.
    Vcs,
}

/// What pip's `is_url` makes of `text`; `None` if it is no URL to pip.
pub(super) fn kind(text: &str) -> Option<SchemeKind> {
    match scheme(text)?.as_str() {
        "http" | "https" => Some(SchemeKind::Web),
        "ftp" => Some(SchemeKind::Ftp),
        "file" => Some(SchemeKind::File),
        other => VCS.contains(&other).then_some(SchemeKind::Vcs),
    }
}

/// The pieces of a URL, not decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts<'u> {
    /// Empty where there is none.
    pub(super) scheme: &'u str,
    /// User, host and port.
    pub(super) authority: &'u str,
    pub(super) path: &'u str,
    pub(super) query: &'u str,
    pub(super) fragment: &'u str,
}

/// Python's `urlsplit`.
pub(super) fn split(url: &str) -> Parts<'_> {
    let (scheme, rest) = match scheme(url) {
        Some(scheme) => (&url[..scheme.len()], &url[scheme.len() + 1..]),
        None => ("", url),
    };
    let (authority, rest) = match rest.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len())),
        None => ("", rest),
    };
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    Parts { scheme, authority, path, query, fragment }
}

impl<'u> Parts<'u> {
    /// The host in lower case, without user and port.
    pub(super) fn host(&self) -> String {
        let host = self.authority.rsplit_once('@').map_or(self.authority, |(_, host)| host);
        let port = if host.starts_with('[') { host.find(']').map(|at| at + 1) } else { host.find(':') };
        host[..port.unwrap_or(host.len()).min(host.len())].to_ascii_lowercase()
    }

    /// What follows the host's colon.
    pub(super) fn port(&self) -> &'u str {
        let host = self.authority.rsplit_once('@').map_or(self.authority, |(_, host)| host);
        let after = if host.starts_with('[') { host.split_once(']').map_or("", |(_, rest)| rest) } else { host };
        after.split_once(':').map_or("", |(_, port)| port)
    }

    /// Whether Python would raise on the host: brackets that do not match or hold no address.
    pub(super) fn bad_host(&self) -> bool {
        let authority = self.authority;
        match (authority.split_once('['), authority.contains(']')) {
            (None, false) => false,
            (Some((_, rest)), true) => {
                let inside = rest.split_once(']').map_or(rest, |(inside, _)| inside);
                let address = inside.split_once('%').map_or(inside, |(address, _)| address);
                address.parse::<std::net::Ipv6Addr>().is_err() && !is_future_address(inside)
            }
            _ => true,
        }
    }

    /// The last component of the decoded path.
    pub(super) fn file_name(&self) -> String {
        let path = percent_decoded(self.path);
        path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// A version control URL's revision: what follows the last `@` of the path, decoded.
    pub(super) fn revision(&self) -> Option<String> {
        self.path.rsplit_once('@').map(|(_, revision)| percent_decoded(revision).into_owned())
    }
}

/// `[v1.x]` of RFC 3986.
fn is_future_address(inside: &str) -> bool {
    let Some((version, address)) = inside.strip_prefix('v').and_then(|rest| rest.split_once('.')) else { return false };
    !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_hexdigit()) && !address.is_empty()
}

/// `text` without the user information of its URLs: it rotates, and it is nobody else's to read.
pub fn without_credentials(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after.find(['/', '?', '#', ' ', '"', '\'']).unwrap_or(after.len());
        let (authority, tail) = after.split_at(end);
        out.push_str(authority.rsplit_once('@').map_or(authority, |(_, host)| host));
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Python's `unquote`.
pub(super) fn percent_decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let digit = |byte: Option<&u8>| {
        byte.and_then(|&byte| (byte as char).to_digit(16)).and_then(|value| u8::try_from(value).ok())
    };
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, digit(bytes.get(at + 1)), digit(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

/// The value of `KEY=` after `#` or `&`, the first in `url`, as pip's regular expressions search it.
pub(super) fn fragment_value<'u>(url: &'u str, key: &str) -> Option<&'u str> {
    first_fragment(url, &[key]).map(|(_, value)| value)
}

fn first_fragment<'u, 'k>(url: &'u str, keys: &[&'k str]) -> Option<(&'k str, &'u str)> {
    let mut rest = url;
    while let Some(at) = rest.find(['#', '&']) {
        rest = &rest[at + 1..];
        for key in keys {
            if let Some(value) = rest.strip_prefix(key).and_then(|rest| rest.strip_prefix('=')) {
                return Some((key, value.split('&').next().unwrap_or(value)));
            }
        }
    }
    None
}

/// The first hash in a URL's fragment, as pip finds it: (algorithm, digest as written).
pub(super) fn fragment_hash(url: &str) -> Option<(&'static str, &str)> {
    first_fragment(url, &["sha512", "sha384", "sha256", "sha224", "sha1", "md5"])
}

/// pip's `splitext`: the last extension, `.tar` before it included.
pub(super) fn extension(path: &str) -> &str {
    let base = path.rfind('/').map_or(0, |slash| slash + 1);
    let dots = path[base..].bytes().take_while(|&byte| byte == b'.').count();
    let dot = path[base + dots..].rfind('.').map_or(path.len(), |at| at + base + dots);
    let has_tar = dot >= 4 && path.get(dot - 4..dot).is_some_and(|before| before.eq_ignore_ascii_case(".tar"));
    &path[if has_tar { dot - 4 } else { dot }..]
}

/// Whether pip takes `path` for an archive.
pub(super) fn is_archive(path: &str) -> bool {
    let extension = extension(path);
    ARCHIVES.iter().any(|archive| extension.eq_ignore_ascii_case(archive))
}

/// The name and version text of a wheel's file name; `None` if pip refuses it (packaging's `parse_wheel_filename`).
pub(super) fn wheel(file_name: &str) -> Option<(PackageName, &str)> {
    let stem = file_name.strip_suffix(".whl")?;
    let parts: Vec<&str> = stem.split('-').collect();
    let (name, version, build, tags) = match parts.as_slice() {
        [name, version, tags @ ..] if tags.len() == 3 => (name, version, None, tags),
        [name, version, build, tags @ ..] if tags.len() == 3 => (name, version, Some(build), tags),
        _ => return None,
    };
    let word = |char: char| char.is_alphanumeric() || matches!(char, '_' | '.');
    let identifier = |tag: &str| {
        !tag.starts_with(|char: char| !char.is_alphabetic() && char != '_')
            && tag.chars().all(|char| char.is_alphanumeric() || char == '_')
    };
    let fine = !name.contains("__")
        && name.chars().all(word)
        && build.is_none_or(|build| build.starts_with(|char: char| char.is_ascii_digit()))
        && tags.iter().all(|tag| tag.split('.').all(|part| !part.is_empty()))
        && tags[0].split('.').all(identifier);
    if fine { PackageName::new(name).map(|name| (name, *version)) } else { None }
}

/// Python's `normpath(abspath(path))`, from a directory that has no name.
pub(super) fn absolute(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    // A relative path has the working directory before it; any letters will do.
    let root = if path.starts_with('/') { "/" } else { "/w/" };
    format!("{root}{}", parts.join("/"))
}

/// pip's `strip_extras`: (path, `[extras]`).
pub(super) fn strip_extras(path: &str) -> (&str, Option<&str>) {
    let Some(inside) = path.strip_suffix(']') else { return (path, None) };
    let region = inside.rfind(']').map_or(0, |at| at + 1).max(path.chars().next().map_or(0, char::len_utf8));
    let mut end = inside.len();
    while let Some(open) = inside.get(region..end).and_then(|text| text.rfind('[')).map(|at| at + region) {
        if open + 1 < inside.len() {
            return (path[..open].trim_end_matches(super::text::is_space), Some(&path[open..]));
        }
        end = open;
    }
    (path, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_come_apart_as_in_python() {
        let parts = split("git+ssh://git@Host.Example:org/r.git@v%31?q#egg=x&subdirectory=s");
        assert_eq!((parts.scheme, parts.host().as_str(), parts.port()), ("git+ssh", "host.example", "org"));
        assert_eq!(parts.revision().as_deref(), Some("v1"));
        assert_eq!(split("https://u@h@x/p").host(), "x");
        assert_eq!(without_credentials("git+https://u:p@h/r@v1#a=https://t@x"), "git+https://h/r@v1#a=https://x");
        assert_eq!(split("https://[::1]:8/p").host(), "[::1]");
        assert!(split("https://[::1/p").bad_host() && split("https://[1.2.3.4]/").bad_host());
        assert!(!split("https://[::1]/p").bad_host());
        assert_eq!(kind("HTTPS://e"), Some(SchemeKind::Web));
        assert_eq!(kind("git+ssh:x"), Some(SchemeKind::Vcs));
        assert_eq!((kind("C:\\x"), kind("foo @ https://e"), kind(":x")), (None, None, None));
    }

    #[test]
    fn fragments_are_searched_as_pip_searches_them() {
        assert_eq!(fragment_value("u#egg=a&egg=b", "egg"), Some("a"));
        assert_eq!(fragment_value("u&egg=a#x", "egg"), Some("a#x"));
        assert_eq!(fragment_hash("u#md5=a&sha256=b"), Some(("md5", "a")));
        assert_eq!(fragment_hash("u#xsha256=b"), None);
    }

    #[test]
    fn extensions_and_extras() {
        assert_eq!((extension("a/b.tar.GZ"), extension(".zip"), extension("a.b/c")), (".tar.GZ", "", ""));
        assert_eq!((extension("x/.tar"), extension("..tar.x")), (".tar", ".tar.x"));
        assert!(is_archive("foo==1.0.zip") && !is_archive("foo.egg"));
        assert_eq!(strip_extras("./d [a,b]"), ("./d", Some("[a,b]")));
        assert_eq!(strip_extras("d[]"), ("d[]", None));
        assert_eq!(strip_extras("d[a[]"), ("d", Some("[a[]")));
        assert_eq!(strip_extras("[a]"), ("[a]", None));
        assert_eq!(absolute("a/../b//./c/"), "/w/b/c");
    }

    #[test]
    fn wheel_names() {
        let told = |name| wheel(name).map(|(name, version)| format!("{name} {version}"));
        assert_eq!(told("Foo_Bar-1.0-py2.py3-none-any.whl").as_deref(), Some("foo-bar 1.0"));
        assert_eq!(told("foo-1.0-1x-py3-none-any.whl").as_deref(), Some("foo 1.0"));
        for bad in [
            "foo-1.0.whl",
            "foo__x-1-py3-none-any.whl",
            "foo-1-x-py3-none-any.whl",
            "foo-1-py3-none-.whl",
            "foo-1-3-none-any.whl",
        ] {
            assert_eq!(told(bad), None, "{bad}");
        }
    }
}
