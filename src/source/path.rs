//! A path inside a tree, in bytes: where it lies, what lies beside it, how it is written from elsewhere.

use std::fmt;

use super::printable;

/// A path inside a tree: bytes, `/` between components, no empty, `.` or `..` component, never absolute.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Box<[u8]>);

impl RepoPath {
    /// Checks and keeps `bytes`; `None` if a component is empty, `.` or `..`, or a NUL byte is present.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let fine = !bytes.contains(&0)
            && bytes.split(|&byte| byte == b'/').all(|part| !part.is_empty() && part != b"." && part != b"..");
        fine.then(|| Self(bytes.into()))
    }

    /// The path's bytes, without a leading slash.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The last component.
    pub fn file_name(&self) -> &[u8] {
        match self.0.iter().rposition(|&byte| byte == b'/') {
            Some(slash) => &self.0[slash + 1..],
            None => &self.0,
        }
    }

    /// Everything before the last slash; empty at the top.
    pub fn parent(&self) -> &[u8] {
        match self.0.iter().rposition(|&byte| byte == b'/') {
            Some(slash) => &self.0[..slash],
            None => b"",
        }
    }

    /// Whether this is `other`, or lies in the directory `other`.
    pub fn is_at_or_below(&self, other: &Self) -> bool {
        let rest = self.0.strip_prefix(&*other.0);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    }

    /// The file `name` beside this one; `None` if `name` is not a single component.
    pub fn sibling(&self, name: &[u8]) -> Option<Self> {
        if name.contains(&b'/') {
            return None;
        }
        Self::resolve(self.parent(), name)
    }

    /// This path as a person would type it who stands in `directory` (bytes as of [`Self::parent`]).
    pub fn seen_from(&self, directory: &[u8]) -> Vec<u8> {
        let mut here = directory.split(|&byte| byte == b'/').filter(|part| !part.is_empty()).peekable();
        let mut rest = self.0.split(|&byte| byte == b'/').peekable();
        while let (Some(step), Some(part)) = (here.peek(), rest.peek()) {
            if step != part {
                break;
            }
            here.next();
            rest.next();
        }
        let mut parts: Vec<&[u8]> = here.map(|_| b"..".as_slice()).collect();
        parts.extend(rest);
        parts.join(&b'/')
    }

    /// `relative` as seen from the directory `directory` (bytes as of [`Self::parent`]), `.` and `..` collapsed
    /// lexically, as pip does before it opens an included file. `None` if the result leaves the tree, is absolute, or
    /// names no file.
    pub fn resolve(directory: &[u8], relative: &[u8]) -> Option<Self> {
        if relative.first() == Some(&b'/') {
            return None;
        }
        let mut parts: Vec<&[u8]> = directory.split(|&byte| byte == b'/').filter(|part| !part.is_empty()).collect();
        for part in relative.split(|&byte| byte == b'/') {
            match part {
                b"" | b"." => {}
                b".." => {
                    parts.pop()?;
                }
                _ => parts.push(part),
            }
        }
        Self::new(&parts.join(&b'/'))
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.0))
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RepoPath({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_resolve_lexically_and_never_leave_the_tree() {
        let resolve = |dir: &str, rel: &str| RepoPath::resolve(dir.as_bytes(), rel.as_bytes()).map(|p| p.to_string());
        assert_eq!(resolve("a/b", "../c.txt").as_deref(), Some("a/c.txt"));
        assert_eq!(resolve("", "./x//y.txt").as_deref(), Some("x/y.txt"));
        assert_eq!(resolve("a", "../../c.txt"), None);
        assert_eq!(resolve("a", "/c.txt"), None);
        assert_eq!(resolve("a", ".."), None);
        let path = RepoPath::new(b"a/b/c.txt").unwrap();
        assert_eq!(path.seen_from(b""), b"a/b/c.txt");
        assert_eq!(path.seen_from(b"a"), b"b/c.txt");
        assert_eq!(path.seen_from(b"a/x/y"), b"../../b/c.txt");
        assert!(RepoPath::new(b"a/../b").is_none());
        assert!(RepoPath::new(b"/a").is_none());
        assert!(RepoPath::new(b"").is_none());
    }
}
