//! Digests that fix nothing: wrong in length or letters, or of a weak algorithm.

use std::ops::Range;

use super::super::hash::digest_length;
use super::super::problem::Notice;
use super::super::text::found;
use super::super::{Hash, ProblemKind, Requirement};

pub(super) fn malformed(hash: &Hash, place: Range<usize>) -> Notice {
    let wanted = digest_length(hash.algorithm()).unwrap_or_default();
    let digest = hash.digest();
    let problem = match digest.find(|char: char| !char.is_ascii_hexdigit()) {
        Some(at) => format!("{} is no hexadecimal digit", found(&digest[at..])),
        None => format!("this one has {}", digest.len()),
    };
    let message = format!(
        "a {} digest has {wanted} hexadecimal digits: {problem}; pip accepts the line and no file",
        hash.algorithm()
    );
    Notice::new(ProblemKind::Hash, place, message).help("write the digest that `pip hash FILE` prints")
}

/// A hash in a URL's fragment that fixes nothing.
pub(super) fn url_hash(requirement: &Requirement, notices: &mut Vec<Notice>, place: Range<usize>) {
    let Some(hash) = requirement.url_hash().filter(|hash| !hash.is_well_formed()) else { return };
    if digest_length(hash.algorithm()).is_some() {
        notices.push(malformed(&hash, place));
    } else {
        let message = format!("{} is too weak to fix a URL's content", hash.algorithm());
        notices.push(
            Notice::new(ProblemKind::Hash, place, message)
                .help("write `#sha256=` with the digest that `pip hash FILE` prints"),
        );
    }
}
