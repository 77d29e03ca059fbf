//! The configuration as git sees it: all scopes, includes and `-c` options, listed once by the git binary on first use.
//! How the repository is read never depends on it; see `open` for the few keys that do that.

use super::repository::Repository;

/// Every key with its values, in the order git reads them.
pub(super) struct Config(Vec<(Vec<u8>, Vec<u8>)>);

/// A remote's addresses as configured, before `insteadOf`. They may hold credentials: see [`super::redact_url`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemoteUrls {
    /// `remote.<name>.url`.
    pub fetch: Vec<Vec<u8>>,
    /// `remote.<name>.pushurl`, or where there is none, those of `fetch`.
    pub push: Vec<Vec<u8>>,
}

impl Config {
    /// Empty when git cannot list it: whoever accepts something because of a setting then does not.
    pub(super) fn read(repository: &Repository) -> Self {
        let output = repository.git().args(["config", "--list", "-z"]).run().map(|output| output.stdout);
        let output = output.unwrap_or_default();
        let records = output.split(|&byte| byte == 0).filter(|record| !record.is_empty());
        Self(
            records
                .map(|record| match record.iter().position(|&byte| byte == b'\n') {
                    Some(end) => (record[..end].to_vec(), record[end + 1..].to_vec()),
                    None => (record.to_vec(), b"true".to_vec()),
                })
                .collect(),
        )
    }

    fn values<'c>(&'c self, key: &'c [u8]) -> impl Iterator<Item = &'c Vec<u8>> {
        self.0.iter().filter(move |(known, _)| known == key).map(|(_, value)| value)
    }
}

impl Repository {
    /// The last value of `key` in all scopes, as `git config --get` finds it; a key without a value is `true`. Section
    /// and last part may be spelt in any case.
    pub fn config(&self, key: &str) -> Option<Vec<u8>> {
        let key = normal(key);
        self.config_list().values(&key).last().cloned()
    }

    /// The names of the configured remotes, each once, in the order of the configuration.
    pub fn remotes(&self) -> Vec<Vec<u8>> {
        let mut names: Vec<Vec<u8>> = Vec::new();
        for (key, _) in &self.config_list().0 {
            let middle = key.strip_prefix(b"remote.").and_then(|rest| {
                let dot = rest.iter().rposition(|&byte| byte == b'.')?;
                matches!(&rest[dot..], b".url" | b".pushurl").then(|| &rest[..dot])
            });
            if let Some(name) = middle.filter(|name| !names.iter().any(|known| known == name)) {
                names.push(name.to_vec());
            }
        }
        names
    }

    /// Whether the repository's own configuration has the remote `name`, which takes no git to tell; what says no may
    /// still be among [`Self::remotes`].
    pub fn has_own_remote(&self, name: &[u8]) -> bool {
        self.layout().remotes.iter().any(|known| known == name)
    }

    /// The addresses of the remote `name`; none for a name that is not configured.
    pub fn remote_urls(&self, name: &[u8]) -> RemoteUrls {
        let values = |last: &str| -> Vec<Vec<u8>> {
            let key = [b"remote.", name, b".", last.as_bytes()].concat();
            self.config_list().values(&key).cloned().collect()
        };
        let (fetch, push) = (values("url"), values("pushurl"));
        RemoteUrls { push: if push.is_empty() { fetch.clone() } else { push }, fetch }
    }
}

/// `git config --list` prints section and last part in lower case, the middle as written.
fn normal(key: &str) -> Vec<u8> {
    match (key.find('.'), key.rfind('.')) {
        (Some(first), Some(last)) if first < last => {
            let (section, middle, name) = (&key[..first], &key[first..last], &key[last..]);
            [section.to_ascii_lowercase().as_bytes(), middle.as_bytes(), name.to_ascii_lowercase().as_bytes()].concat()
        }
        _ => key.to_ascii_lowercase().into_bytes(),
    }
}
