//! Addresses of remotes, made fit to be shown: git passes hooks the push URL with the password in it.

/// `url` without what could be a credential: everything before `@` but ssh's customary `git`, query and fragment.
/// Host and path stay, so that a person knows it again. Not safe to show yet: `source::printable` comes after.
pub fn redact_url(url: &[u8]) -> Vec<u8> {
    let Some(start) = find(url, b"://") else { return redact_scp(url) };
    let (scheme, rest) = url.split_at(start + 3);
    let end = rest.iter().position(|byte| b"/?#".contains(byte)).unwrap_or(rest.len());
    let (mut authority, mut path) = rest.split_at(end);
    // A password with a slash in it ends the authority too early; what stands there then is no port.
    if !authority.contains(&b'@')
        && has_password(authority)
        && let Some(at) = path.iter().rposition(|&byte| byte == b'@')
    {
        let host = &path[at + 1..];
        let end = host.iter().position(|byte| b"/?#".contains(byte)).unwrap_or(host.len());
        (authority, path) = host.split_at(end);
    }
    let mut shown = redact_scheme(scheme);
    shown.extend_from_slice(without_user(authority));
    match path.iter().position(|byte| b"?#".contains(byte)) {
        Some(end) => {
            shown.extend(redact_path(&path[..end]));
            shown.extend_from_slice(b"?redacted");
        }
        None => shown.extend(redact_path(path)),
    }
    shown
}

/// A path may hold another address, as proxies and remote helpers write it.
fn redact_path(path: &[u8]) -> Vec<u8> {
    if find(path, b"://").is_some() { redact_url(path) } else { path.to_vec() }
}

/// `https://`, or `helper::https://`; what stands before may be anything.
fn redact_scheme(scheme: &[u8]) -> Vec<u8> {
    match scheme.iter().rposition(|&byte| byte == b'@') {
        Some(at) => scheme[at + 1..].to_vec(),
        None => scheme.to_vec(),
    }
}

/// `user@host:path`, or a path of this machine, which stays as it is.
fn redact_scp(url: &[u8]) -> Vec<u8> {
    let end = url.iter().position(|&byte| byte == b'/').unwrap_or(url.len());
    let (head, path) = url.split_at(end);
    let Some(at) = head.iter().rposition(|&byte| byte == b'@') else {
        // `user:pass/word@host:path`
        let late = has_password(head).then(|| path.iter().rposition(|&byte| byte == b'@')).flatten();
        return late.map_or_else(|| url.to_vec(), |at| path[at + 1..].to_vec());
    };
    if !head.contains(&b':') {
        return url.to_vec();
    }
    let _ = at;
    [without_user(head), path].concat()
}

/// Something other than a port after a colon.
fn has_password(authority: &[u8]) -> bool {
    let colon = authority.iter().position(|&byte| byte == b':');
    colon.is_some_and(|colon| authority[colon + 1..].iter().any(|byte| !byte.is_ascii_digit()))
}

fn without_user(authority: &[u8]) -> &[u8] {
    match authority.iter().rposition(|&byte| byte == b'@') {
        Some(at) if &authority[..at] != b"git" => &authority[at + 1..],
        _ => authority,
    }
}

fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    text.windows(needle.len()).position(|window| window == needle)
}
