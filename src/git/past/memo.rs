//! What stands below the trees that a history's snapshots have in common. A tree that no snapshot asked for in a while is
//! forgotten: a history has more trees than memory shall hold, and a snapshot may have any number.

use std::collections::HashMap;
use std::rc::Rc;

use crate::source::{Id, Object};

/// What stands below a tree and ends as asked, by path.
pub(super) type Below = Rc<[(Vec<u8>, Object)]>;

/// Snapshots after which what none of them asked for is forgotten.
const WHILE: usize = 256;

/// What is known of trees, in two generations.
pub(super) struct Memo {
    young: HashMap<Id, Below>,
    old: HashMap<Id, Below>,
    snapshots: usize,
    /// Most trees hold nothing that is asked for.
    nothing: Below,
}

impl Memo {
    pub(super) fn new() -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), snapshots: 0, nothing: Rc::from(Vec::new()) }
    }

    /// Another snapshot begins.
    pub(super) fn begin(&mut self) {
        self.snapshots += 1;
        if self.snapshots >= WHILE {
            self.snapshots = 0;
            self.old = std::mem::take(&mut self.young);
        }
    }

    pub(super) fn get(&mut self, tree: &Id) -> Option<Below> {
        if let Some(known) = self.young.get(tree) {
            return Some(Rc::clone(known));
        }
        let known = self.old.remove(tree)?;
        self.young.insert(*tree, Rc::clone(&known));
        Some(known)
    }

    pub(super) fn put(&mut self, tree: &Id, found: Vec<(Vec<u8>, Object)>) -> Below {
        let found = if found.is_empty() { Rc::clone(&self.nothing) } else { found.into() };
        self.young.insert(*tree, Rc::clone(&found));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_rest_goes() {
        let id = |number: u8| Id::from_bytes(&[number; 20]).unwrap();
        let mut memo = Memo::new();
        memo.put(&id(1), Vec::new());
        memo.put(&id(2), Vec::new());
        for snapshot in 0..3 * WHILE {
            memo.begin();
            assert!(memo.get(&id(1)).is_some(), "{snapshot}");
        }
        assert!(memo.get(&id(2)).is_none());
        assert_eq!(memo.young.len() + memo.old.len(), 1);
    }
}
