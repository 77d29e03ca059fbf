//! Addresses of remotes, made fit to be shown: git passes hooks the push URL with the password in it.

/// `url` without what could be a credential: everything before `@` but ssh's customary `git`, query and fragment.
/// Host and path stay, so that a person knows it again. Not safe to show yet: `source::printable` comes after.
pub fn redact_url(url: &[u8]) -> Vec<u8> {
    let Some(start) = find_scheme_end(url) else { return redact_scp(url) };
    let (scheme, rest) = url.split_at(start);
    let end = rest.iter().position(|byte| b"/?#".contains(byte)).unwrap_or(rest.len());
    let (mut authority, mut path) = rest.split_at(end);
    // A password with a slash in it ends the authority too early, and a path may hold another address: then what stands
    // behind the last `@` is shown.
    let late = match (authority.contains(&b'@') || find_scheme_end(path).is_some(), has_password(authority)) {
        (true, _) => path.iter().position(|byte| b"?#".contains(byte)).unwrap_or(path.len()),
        (false, true) => path.len(),
        (false, false) => 0,
    };
    if let Some(at) = path[..late].iter().rposition(|&byte| byte == b'@') {
        let host = &path[at + 1..];
        let end = host.iter().position(|byte| b"/?#".contains(byte)).unwrap_or(host.len());
        (authority, path) = host.split_at(end);
    }
    let before = scheme.iter().rposition(|&byte| byte == b'@').map_or(0, |at| at + 1);
    let mut shown = [&scheme[before..], without_user(authority)].concat();
    match path.iter().position(|byte| b"?#".contains(byte)) {
        Some(end) => {
            shown.extend_from_slice(&path[..end]);
            shown.extend_from_slice(b"?redacted");
        }
        None => shown.extend_from_slice(path),
    }
    shown
}

/// `user@host:path`, or a path of this machine, which stays as it is.
fn redact_scp(url: &[u8]) -> Vec<u8> {
    let end = url.iter().position(|&byte| byte == b'/').unwrap_or(url.len());
    let (head, path) = url.split_at(end);
    if !head.contains(&b'@') {
        // `user:pass/word@host:path`
        let late = has_password(head).then(|| path.iter().rposition(|&byte| byte == b'@')).flatten();
        return late.map_or(url, |at| &path[at + 1..]).to_vec();
    }
    if !head.contains(&b':') {
        return url.to_vec();
    }
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

fn find_scheme_end(url: &[u8]) -> Option<usize> {
    url.windows(3).position(|window| window == b"://").map(|start| start + 3)
}
