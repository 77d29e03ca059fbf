//! The requirements reader, and every question asked of what it read: no bytes may make any of them panic or hang.

#![no_main]

use freeze_guard::requirements::read;
use freeze_guard::source::RepoPath;
use freeze_guard::{locks, rules};
use libfuzzer_sys::fuzz_target;

#[path = "../../tests/requirements/invariants.rs"]
mod invariants;

fuzz_target!(|bytes: &[u8]| {
    invariants::check(bytes);
    let file = read(RepoPath::new(b"requirements.lock").expect("a path"), bytes);
    let _ = (locks::detect(file.source.path(), &file), locks::left_out(&file), locks::header(&file));
    let _ = locks::annotations(&file).count();
    assert_eq!(rules::reading(&file).len(), file.problems.len());
});
