//! The ends of paths that a question is about. Nearly every path of an index is told apart by its last byte, so that a
//! stream of a million need not be asked about one by one.

/// Ends of paths, ASCII case ignored.
pub struct Endings {
    ends: Vec<Vec<u8>>,
    /// The last bytes of `ends`, either case.
    last: [bool; 256],
}

impl Endings {
    /// The paths that end in one of `ends`. The empty end is that of every path.
    pub fn new<E: AsRef<[u8]>>(ends: &[E]) -> Self {
        let ends: Vec<Vec<u8>> = ends.iter().map(|end| end.as_ref().to_vec()).collect();
        let mut last = [false; 256];
        for end in &ends {
            match end.last() {
                Some(byte) => {
                    last[usize::from(byte.to_ascii_lowercase())] = true;
                    last[usize::from(byte.to_ascii_uppercase())] = true;
                }
                None => last.fill(true),
            }
        }
        Self { ends, last }
    }

    /// Whether `path` has one of the ends.
    #[inline]
    pub fn take(&self, path: &[u8]) -> bool {
        path.last().is_some_and(|byte| self.last[usize::from(*byte)]) && self.take_slowly(path)
    }

    /// Whether everything that ends in one of `ends` is taken.
    pub fn cover(&self, ends: &[&[u8]]) -> bool {
        ends.iter().all(|end| self.take_slowly(end))
    }

    fn take_slowly(&self, path: &[u8]) -> bool {
        self.ends.iter().any(|end| {
            let tail = path.len().checked_sub(end.len()).and_then(|at| path.get(at..));
            tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_told_apart_without_regard_to_case() {
        let endings = Endings::new(&["requirements.txt", ".lock"]);
        for (path, taken) in [
            ("requirements.txt", true),
            ("a/Requirements.TXT", true),
            ("a.LOCK", true),
            ("a.txt", false),
            ("x", false),
            ("", false),
        ] {
            assert_eq!(endings.take(path.as_bytes()), taken, "{path}");
        }
        assert!(endings.cover(&[b"requirements.lock", b"dev-requirements.txt"]));
        assert!(!endings.cover(&[b".lock", b".txt"]) && !endings.cover(&[b""]));
        assert!(Endings::new(&[""]).cover(&[b""]) && Endings::new(&[""]).take(b"x"));
    }
}
