//! Blobs that another thread reads while this one is at work: of a large lock both states are wanted, and inflating one
//! takes as long as understanding it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::thread::{self, JoinHandle};

use super::objects::Objects;
use super::open::Layout;
use crate::source::Id;

/// What is being read, by id.
#[derive(Default)]
pub(super) struct Ahead(RefCell<HashMap<Id, JoinHandle<Option<Vec<u8>>>>>);

impl Ahead {
    /// Begins to read `id`, unless it is being read already. Without a thread nothing is read ahead.
    pub(super) fn begin(&self, id: Id, layout: &Layout) {
        let mut reading = self.0.borrow_mut();
        if reading.contains_key(&id) {
            return;
        }
        let layout = layout.clone();
        // A handle to the stores is no other thread's.
        let read = move || {
            let mut content = Vec::new();
            Objects::open(&layout, None).ok()?.read(&id, &mut content).ok()?.map(|_| content)
        };
        if let Ok(thread) = thread::Builder::new().spawn(read) {
            reading.insert(id, thread);
        }
    }

    /// What was read of `id`; `None` where it was not begun, or failed.
    pub(super) fn take(&self, id: &Id) -> Option<Vec<u8>> {
        let thread = self.0.borrow_mut().remove(id)?;
        thread.join().ok()?
    }
}
