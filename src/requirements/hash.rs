//! Digests: of `--hash` options and of URL fragments. A lock is made of them, so the usual one takes no memory of its
//! own.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::{self, Write as _};

/// `--hash=ALGORITHM:DIGEST`, digest in lower case. Ordered as their texts are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Hash(Digest);

/// A digest has one representation, so that equal ones compare equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Digest {
    /// A well-formed one of sha256.
    Sha256([u8; 32]),
    /// Every other: its algorithm, and its digest as written, in lower case.
    Written(Box<(&'static str, String)>),
}

impl Hash {
    /// A hash as written. A digest is lowered as Python's `lower` does it; malformed ones are kept.
    pub(super) fn new(algorithm: &'static str, digest: &str) -> Self {
        let binary = if algorithm == "sha256" { binary(digest) } else { None };
        Self(binary.map_or_else(|| Digest::Written(Box::new((algorithm, lower_case(digest)))), Digest::Sha256))
    }

    /// A well-formed digest of sha256.
    pub(super) fn sha256(digest: &str) -> Option<Self> {
        Some(Self(Digest::Sha256(binary(digest)?)))
    }

    /// `sha256`, `sha384` or `sha512`; in a URL's fragment also the weak `sha224`, `sha1` and `md5`.
    pub fn algorithm(&self) -> &'static str {
        match &self.0 {
            Digest::Sha256(_) => "sha256",
            Digest::Written(written) => written.0,
        }
    }

    /// As written, in lower case; malformed ones have a [`Problem`](super::Problem).
    pub fn digest(&self) -> Cow<'_, str> {
        match &self.0 {
            Digest::Written(written) => Cow::Borrowed(&written.1),
            Digest::Sha256(bytes) => {
                let mut text = String::with_capacity(64);
                for byte in bytes {
                    // Writing to a string cannot fail.
                    let _ = write!(text, "{byte:02x}");
                }
                Cow::Owned(text)
            }
        }
    }

    /// Whether the algorithm is strong and the digest has its length.
    pub fn is_well_formed(&self) -> bool {
        match &self.0 {
            Digest::Sha256(_) => true,
            Digest::Written(written) => {
                let (algorithm, digest) = &**written;
                digest_length(algorithm) == Some(digest.len()) && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
            }
        }
    }
}

impl Ord for Hash {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            // A word tells nearly all apart.
            (Digest::Sha256(ours), Digest::Sha256(theirs)) => {
                word(ours).cmp(&word(theirs)).then_with(|| ours.cmp(theirs))
            }
            _ => self.algorithm().cmp(other.algorithm()).then_with(|| self.digest().cmp(&other.digest())),
        }
    }
}

/// The first bytes of a digest, in its order.
fn word(digest: &[u8; 32]) -> u64 {
    digest.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
}

impl PartialOrd for Hash {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm(), self.digest())
    }
}

/// How many hexadecimal digits a strong algorithm's digest has.
pub(super) fn digest_length(algorithm: &str) -> Option<usize> {
    match algorithm {
        "sha256" => Some(64),
        "sha384" => Some(96),
        "sha512" => Some(128),
        _ => None,
    }
}

/// Digests are ASCII unless they are broken.
fn lower_case(digest: &str) -> String {
    if digest.is_ascii() { digest.to_ascii_lowercase() } else { digest.to_lowercase() }
}

/// The value of every hexadecimal digit; 255 for what is none.
const VALUES: [u8; 256] = {
    let mut values = [255; 256];
    let mut digit = 0;
    while digit < 16 {
        let lower = b"0123456789abcdef"[digit];
        values[lower as usize] = digit as u8;
        values[lower.to_ascii_uppercase() as usize] = digit as u8;
        digit += 1;
    }
    values
};

/// 64 hexadecimal digits as bytes, without a branch per digit.
fn binary(digest: &str) -> Option<[u8; 32]> {
    let digits: &[u8; 64] = digest.as_bytes().try_into().ok()?;
    let (pairs, _) = digits.as_chunks::<2>();
    let mut bytes = [0; 32];
    let mut all = 0;
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        let [high, low] = pair.map(|digit| VALUES[usize::from(digit)]);
        all |= high | low;
        *byte = (high << 4) | (low & 15);
    }
    (all < 16).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_reads_back_as_it_was_written() {
        let usual = "0123456789abcdef".repeat(4);
        for (algorithm, digest, well_formed) in [
            ("sha256", usual.as_str(), true),
            ("sha256", &usual[1..], false),
            ("sha256", &usual.replace('f', "g"), false),
            ("sha384", &"ab".repeat(48), true),
            ("sha512", &usual, false),
            ("md5", "d41d8cd98f00b204e9800998ecf8427e", false),
            ("sha256", "é", false),
        ] {
            let hash = Hash::new(algorithm, digest);
            assert_eq!((hash.digest().as_ref(), hash.is_well_formed()), (digest, well_formed), "{digest}");
            assert_eq!(Hash::new(algorithm, &digest.to_uppercase()), hash);
        }
    }
}
