//! Blobs that are known to include nothing. A lock with digests has megabytes that every commit would have to inflate,
//! only to see once more that no `-r` leads out of it; what a blob says never changes, so it is remembered by its id.
//!
//! Only that is remembered, never a verdict: whoever forgets it loses milliseconds.

use std::collections::HashSet;

use crate::source::Id;

/// The first line of the memory's file. Another look at a blob's text needs another number.
const HEADER: &str = "freeze-guard: blobs that include nothing, by id; delete this file at will (1)";
/// How many are remembered, the latest first.
const MOST: usize = 256;
/// Reading fewer bytes costs no more than remembering them.
const WORTHWHILE: usize = 8 * 1024;

/// What is known of blobs.
#[derive(Clone, Debug, Default)]
pub struct Plain {
    known: HashSet<Id>,
    /// Those that are worth keeping, the oldest first.
    kept: Vec<Id>,
    is_new: bool,
}

impl Plain {
    /// Reads what [`Self::to_text`] wrote. What is no such text is an empty memory.
    pub fn parse(text: &str) -> Self {
        let mut lines = text.split('\n');
        // The last line has its end, too: half a file is none.
        if lines.next() != Some(HEADER) || lines.next_back() != Some("") {
            return Self::default();
        }
        let kept: Option<Vec<Id>> = lines.map(|line| Id::from_hex(line.as_bytes())).collect();
        let kept = kept.unwrap_or_default();
        Self { known: kept.iter().copied().collect(), kept, is_new: false }
    }

    /// The memory's file, if there is anything in it that [`Self::parse`] did not find there.
    pub fn to_text(&self) -> Option<String> {
        let latest = self.kept.get(self.kept.len().saturating_sub(MOST)..)?;
        let lines = std::iter::once(HEADER.to_owned()).chain(latest.iter().map(Id::to_string));
        self.is_new.then(|| lines.map(|line| line + "\n").collect())
    }

    pub(super) fn knows(&self, id: &Id) -> bool {
        self.known.contains(id)
    }

    /// The blob `id` has `size` bytes and includes nothing.
    pub(super) fn learn(&mut self, id: &Id, size: usize) {
        if self.known.insert(*id) && size >= WORTHWHILE {
            self.kept.push(*id);
            self.is_new = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> Id {
        Id::from_hex(format!("{number:040x}").as_bytes()).unwrap()
    }

    #[test]
    fn what_was_learnt_is_known_again() {
        let mut plain = Plain::default();
        assert_eq!(plain.to_text(), None);
        plain.learn(&id(1), WORTHWHILE - 1);
        assert!(plain.knows(&id(1)) && plain.to_text().is_none());
        (2..2 + 2 * MOST).for_each(|number| plain.learn(&id(number), WORTHWHILE));
        let again = Plain::parse(&plain.to_text().unwrap());
        assert!(again.knows(&id(2 * MOST + 1)) && again.knows(&id(MOST + 2)));
        assert!(!again.knows(&id(MOST + 1)) && !again.knows(&id(1)));
        assert_eq!(again.to_text(), None);
    }

    #[test]
    fn half_a_memory_or_another_is_none() {
        let mut plain = Plain::default();
        plain.learn(&id(1), WORTHWHILE);
        let text = plain.to_text().unwrap();
        assert!(Plain::parse(&text).knows(&id(1)));
        for end in 0..text.len() {
            assert!(!Plain::parse(&text[..end]).knows(&id(1)), "{end}");
        }
        assert!(!Plain::parse(&text.replace("(1)", "(2)")).knows(&id(1)));
        assert!(!Plain::parse(&format!("{text}x\n")).knows(&id(1)));
    }
}
