//! Whether a requirement names one exact artefact, and whether two name the same place.

use super::url::{self, Parts, SchemeKind};
use super::{Hash, Pin, Requirement, RequirementKind, Tri};

impl Requirement {
    /// Whether it names one exact artefact, by the table of requirements-format section 4.
    ///
    /// `vcs_hosts` are the hosts where no branch can be named like a commit, so that a full commit there is a pin: pip
    /// resolves a revision as a branch or tag name first.
    pub fn pin(&self, vcs_hosts: &[String]) -> Pin {
        let loose = match self.kind {
            RequirementKind::Vcs if self.editable && self.loose_vcs(vcs_hosts).is_none() => {
                Some("an editable checkout can change in place: write it as `name @ git+...`, without `-e`")
            }
            _ if self.editable => Some("`-e` installs whatever its directory or repository holds at that moment"),
            RequirementKind::Named => self.specifiers.looseness(),
            RequirementKind::Path => Some("a directory's content is not pinned by its path"),
            RequirementKind::Archive if self.has_strong_hash() => None,
            RequirementKind::Archive => Some("an archive on disk is pinned only by a hash (sha256, sha384 or sha512)"),
            RequirementKind::Url => self.loose_url(),
            RequirementKind::Vcs => self.loose_vcs(vcs_hosts),
        };
        loose.map_or(Pin::Pinned, Pin::Loose)
    }

    fn loose_url(&self) -> Option<&'static str> {
        if !self.has_strong_hash() {
            return Some("a URL's content can change: it is pinned only by a hash (sha256, sha384 or sha512)");
        }
        self.name
            .is_none()
            .then_some("a URL without a project name cannot be matched with anything: write `name @ URL`")
    }

    fn loose_vcs(&self, vcs_hosts: &[String]) -> Option<&'static str> {
        let parts = url::split(self.url.as_deref().unwrap_or_default());
        if !parts.scheme.to_ascii_lowercase().starts_with("git+") {
            return Some("only git commits are exact; this version control system's revisions can move");
        }
        let Some(revision) = parts.revision() else {
            return Some("it names no revision, so the default branch is installed");
        };
        if !is_commit(&revision) {
            return Some("a tag, branch or short commit can move: name the full commit");
        }
        let allowed = vcs_hosts.iter().any(|host| host.eq_ignore_ascii_case(&parts.host()));
        (!allowed).then_some("a branch may be named like this commit, and its host is not among `vcs-hosts`")
    }

    /// Whether a `--hash` or the URL's fragment fixes its content: sha256, sha384 or sha512 of the right length.
    pub fn has_strong_hash(&self) -> bool {
        self.hashes.iter().any(Hash::is_well_formed) || self.url_hash().is_some_and(|hash| hash.is_well_formed())
    }

    /// The hash in the URL's fragment, as pip finds it; the algorithm may be a weak one.
    pub fn url_hash(&self) -> Option<Hash> {
        let (algorithm, digest) = url::fragment_hash(self.url.as_deref()?)?;
        Some(Hash::new(algorithm, digest))
    }

    /// A version control URL's revision, decoded: what follows the last `@` of its path.
    pub fn revision(&self) -> Option<String> {
        let url = self.url.as_deref().filter(|_| self.kind == RequirementKind::Vcs)?;
        url::split(url).revision()
    }

    /// Whether what it installs comes from this machine: a directory, an archive on disk, a `file:` URL.
    pub fn is_local(&self) -> bool {
        match self.kind {
            RequirementKind::Path | RequirementKind::Archive => true,
            RequirementKind::Named | RequirementKind::Url => false,
            RequirementKind::Vcs => {
                self.url.as_deref().is_some_and(|url| url::scheme(url).is_some_and(|scheme| scheme.ends_with("+file")))
            }
        }
    }

    /// The host that a URL names, in lower case; `None` for everything without one.
    pub fn host(&self) -> Option<String> {
        let host = url::split(self.url.as_deref()?).host();
        (!host.is_empty()).then_some(host)
    }

    /// Whether `other`, of the lock, installs from where this, of the manifest, says.
    ///
    /// Scheme, host, path and subdirectory must agree; credentials, `egg=`, a `.git` at the end, a default port and the
    /// other spellings of one path do not count. A hash or a full commit of the manifest must stand in the lock too.
    /// `Unknown` where the manifest names a tag, a branch or nothing and the lock a revision: that cannot be checked
    /// offline. Two requirements without URL agree.
    pub fn same_url(&self, other: &Self) -> Tri {
        let (ours, theirs) = match (self.url.as_deref(), other.url.as_deref()) {
            (None, None) => return Tri::Yes,
            (Some(ours), Some(theirs)) => (ours, theirs),
            _ => return Tri::No,
        };
        if ours == theirs {
            return Tri::Yes;
        }
        let vcs = (url::kind(ours) == Some(SchemeKind::Vcs), url::kind(theirs) == Some(SchemeKind::Vcs));
        if vcs.0 != vcs.1 || place(ours, vcs.0) != place(theirs, vcs.1) {
            return Tri::No;
        }
        match (self.url_hash(), other.url_hash()) {
            (Some(ours), Some(theirs)) if ours != theirs => return Tri::No,
            (Some(_), None) => return Tri::No,
            _ => {}
        }
        match (self.revision(), other.revision()) {
            (ours, theirs) if ours == theirs => Tri::Yes,
            (Some(ours), Some(theirs)) if is_commit(&ours) => Tri::from_bool(ours.eq_ignore_ascii_case(&theirs)),
            (Some(_), None) => Tri::No,
            _ => Tri::Unknown,
        }
    }
}

/// What has to agree, in one spelling.
fn place(url: &str, vcs: bool) -> (String, String, String, String, Option<String>) {
    let parts = url::split(url);
    let scheme = parts.scheme.to_ascii_lowercase();
    let path = if vcs { parts.path.rsplit_once('@').map_or(parts.path, |(path, _)| path) } else { parts.path };
    let path = url::percent_decoded(path);
    let path = path.trim_end_matches('/');
    let path = if vcs { path.strip_suffix(".git").unwrap_or(path) } else { path };
    let subdirectory =
        url::fragment_value(url, "subdirectory").map(|dir| url::percent_decoded(dir).trim_matches('/').to_owned());
    let host = format!("{}:{}", parts.host(), port(&scheme, &parts));
    (scheme, host, path.strip_prefix("./").unwrap_or(path).to_owned(), parts.query.to_owned(), subdirectory)
}

fn port<'u>(scheme: &str, parts: &Parts<'u>) -> &'u str {
    let default = match scheme.rsplit('+').next() {
        Some("https") => "443",
        Some("http") => "80",
        Some("ssh") => "22",
        _ => "",
    };
    if parts.port() == default { "" } else { parts.port() }
}

/// A full commit id: 40 hexadecimal digits, 64 in a SHA-256 repository.
fn is_commit(revision: &str) -> bool {
    matches!(revision.len(), 40 | 64) && revision.bytes().all(|byte| byte.is_ascii_hexdigit())
}
