//! URLs of remotes without what must not be shown.

/// `url` without user, password and query: `https://user:token@host/x?key=1` becomes `https://host/x`. What is no URL
/// with a scheme (`git@host:path`, a path, a name) holds no password and stays as it is, but for a user with a colon.
pub fn redact_url(url: &[u8]) -> Vec<u8> {
    let scheme = url.windows(3).position(|three| three == b"://").map(|at| at + 3);
    let Some(start) = scheme else {
        return match url.iter().position(|&byte| byte == b'@') {
            Some(at) if url[..at].contains(&b':') => url[at + 1..].to_vec(),
            _ => url.to_vec(),
        };
    };
    let (scheme, rest) = url.split_at(start);
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.iter().rposition(|&byte| byte == b'@').map_or(authority, |at| &authority[at + 1..]);
    let path_end = path.iter().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(path.len());
    [scheme, host, &path[..path_end]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_is_left() {
        for (url, shown) in [
            ("https://user:tok@example.com/r.git", "https://example.com/r.git"),
            ("https://tok@example.com/r.git", "https://example.com/r.git"),
            ("https://us@er:p@ss@example.com/r", "https://example.com/r"),
            ("https://example.com/r?private_token=1", "https://example.com/r"),
            ("ssh://git@example.com:22/r", "ssh://example.com:22/r"),
            ("git@example.com:a/r.git", "git@example.com:a/r.git"),
            ("user:tok@example.com:r", "example.com:r"),
            ("/srv/r.git", "/srv/r.git"),
            ("origin", "origin"),
        ] {
            assert_eq!(String::from_utf8(redact_url(url.as_bytes())).unwrap(), shown);
        }
    }
}
