//! What nearly every entry of an index of version 2 or 3 is: a file without conflict or extended flags, in order, that
//! nobody asks for. A million of them are passed over in a loop that looks at nothing twice and keeps nothing.

use std::cmp::Ordering;

use super::entry::{EXECUTABLE, FILE, MODE, NAME_LENGTH};

/// How far [`skim`] came.
pub(super) struct Skimmed<'d> {
    /// In bytes.
    pub(super) size: usize,
    pub(super) entries: u32,
    /// The path of the last of them, which has no conflict.
    pub(super) last: Option<&'d [u8]>,
}

/// Passes over the entries at the beginning of `data` whose path may be skipped, at most `most`, up to the first that is
/// another or does not follow the one before it, of which the first follows `before`. `HEAD` bytes stand before a path.
#[inline(never)]
pub(super) fn skim<'d, const HEAD: usize>(
    data: &'d [u8],
    most: u32,
    before: &[u8],
    skip: impl Fn(&[u8]) -> bool,
) -> Skimmed<'d> {
    let (mut rest, mut left, mut last) = (data, most, before);
    let mut passed = None;
    while left > 0
        && let Some((path, next)) = plain::<HEAD>(rest)
        && compare(last, path).is_lt()
        && skip(path)
    {
        (rest, last) = (next, path);
        passed = Some(path);
        left -= 1;
    }
    Skimmed { size: data.len() - rest.len(), entries: most - left, last: passed }
}

/// The path of such an entry, and what follows the entry.
#[inline(always)]
fn plain<const HEAD: usize>(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let head: &[u8; HEAD] = data.first_chunk()?;
    let mode = u32::from_be_bytes([head[MODE], head[MODE + 1], head[MODE + 2], head[MODE + 3]]);
    // The highest bit tells of files that are assumed unchanged; the others, below it, of what is not plain.
    let length = u16::from_be_bytes([head[HEAD - 2], head[HEAD - 1]]) & 0x7fff;
    if !matches!(mode, FILE | EXECUTABLE) || !(1..NAME_LENGTH).contains(&length) {
        return None;
    }
    let length = usize::from(length);
    let (entry, next) = data.split_at_checked((HEAD + length + 8) & !7)?;
    let (path, end) = entry.get(HEAD..)?.split_at_checked(length)?;
    (end.first() == Some(&0)).then_some((path, next))
}

/// As [`Ord::cmp`] does, eight bytes at a time: a call for each of a million pairs of short paths takes longer.
#[inline(always)]
fn compare(left: &[u8], right: &[u8]) -> Ordering {
    let order = |left: &[u8; 8], right: &[u8; 8]| u64::from_be_bytes(*left).cmp(&u64::from_be_bytes(*right));
    for (one, other) in left.as_chunks().0.iter().zip(right.as_chunks().0) {
        if one != other {
            return order(one, other);
        }
    }
    let both = left.len().min(right.len());
    // The last eight bytes that both have, some of which were found equal above.
    match (left[..both].last_chunk(), right[..both].last_chunk()) {
        (Some(one), Some(other)) => order(one, other).then(left.len().cmp(&right.len())),
        _ => left.cmp(right),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::entry::{HEAD_SHA1, Step, whole};
    use super::*;

    /// An entry of version 2 with these flags and this path, and one NUL more than it needs.
    fn entry(flags: u16, path: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; HEAD_SHA1 - 2];
        bytes[MODE..MODE + 4].copy_from_slice(&FILE.to_be_bytes());
        bytes.extend(flags.to_be_bytes());
        bytes.extend(path);
        bytes.extend([0; 9]);
        bytes
    }

    #[test]
    fn a_plain_entry_is_read_as_any_is() {
        for path in ["a", "ab/c", "abcdefgh", "abcdefghi"] {
            let bytes = entry(0x8000 | u16::try_from(path.len()).unwrap(), path.as_bytes());
            for end in 0..bytes.len() {
                let quick = plain::<HEAD_SHA1>(&bytes[..end]).map(|(path, next)| (path, end - next.len()));
                let slow = match whole(&bytes[..end], 20) {
                    Ok(Step::Entry(raw, size)) => Some((raw.path, size)),
                    Ok(Step::Short) | Err(_) => None,
                };
                assert_eq!(quick, slow, "{path} {end}");
            }
        }
        // Without a path, with another length than that of its path, extended, and a side of a conflict.
        for (flags, path) in [(0, ""), (1, "ab"), (0x4001, "a"), (0x1001, "a"), (NAME_LENGTH, "a")] {
            assert!(plain::<HEAD_SHA1>(&entry(flags, path.as_bytes())).is_none(), "{flags:x}");
        }
    }

    #[test]
    fn skimming_ends_where_somebody_must_look() {
        let bytes: Vec<u8> = ["a", "b", "wanted", "z"]
            .iter()
            .flat_map(|path| {
                let flags = u16::try_from(path.len()).unwrap();
                entry(flags, path.as_bytes())[..(HEAD_SHA1 + path.len() + 8) & !7].to_vec()
            })
            .collect();
        let skim = |most, before: &str| {
            let found = skim::<HEAD_SHA1>(&bytes, most, before.as_bytes(), |path| path != b"wanted");
            (found.entries, found.size, found.last.map(|path| String::from_utf8_lossy(path).into_owned()))
        };
        assert_eq!(skim(4, ""), (2, 128, Some("b".to_owned())));
        assert_eq!(skim(1, ""), (1, 64, Some("a".to_owned())));
        assert_eq!(skim(4, "a"), (0, 0, None));
    }

    proptest! {
        #[test]
        fn paths_are_in_the_order_of_their_bytes(
            shared in "[a-c/\\x00\\x80]{0,20}",
            left in "[a-c/\\x00\\x80]{0,20}",
            right in "[a-c/\\x00\\x80]{0,20}",
        ) {
            let (left, right) = (format!("{shared}{left}"), format!("{shared}{right}"));
            prop_assert_eq!(compare(left.as_bytes(), right.as_bytes()), left.as_bytes().cmp(right.as_bytes()));
        }
    }
}
