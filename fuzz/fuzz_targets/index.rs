//! The streaming reader of the index: from any bytes it has the entries that gix has, or leaves them to it. The first
//! byte chooses the hash.

#![no_main]

use freeze_guard::git::{Endings, IndexFile};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let hash = if first & 1 == 0 { gix_index::hash::Kind::Sha1 } else { gix_index::hash::Kind::Sha256 };
    let endings = Endings::new(&["requirements.txt", ".lock"]);
    let Ok(file) = IndexFile::open(bytes, bytes.len() as u64, hash.len_in_bytes(), endings) else {
        return;
    };
    let ours = file.entries(&|_| true).expect("a file that opened reads again");
    for entry in &ours {
        let there = file.at(&entry.path).expect("a file that opened reads again");
        assert!(there.contains(entry), "an entry is found by its path");
    }
    // gix-index 0.58 does not skip the padding after a path whose length the flags cannot tell.
    if bytes.get(7) != Some(&4) && ours.iter().any(|entry| entry.path.len() >= 0xfff) {
        return;
    }
    let options = gix_index::decode::Options { thread_limit: Some(1), ..Default::default() };
    let now = filetime::FileTime::from_unix_time(0, 0);
    let (theirs, _) = gix_index::State::from_bytes(bytes, now, hash, options).expect("what streams can be decoded");
    assert_eq!(ours.len(), theirs.entries().len());
    for (ours, entry) in ours.iter().zip(theirs.entries()) {
        let path: &[u8] = entry.path(&theirs);
        assert_eq!((ours.path.as_slice(), ours.mode), (path, entry.mode.bits()));
        assert_eq!((ours.id.as_bytes(), u32::from(ours.flags.stage())), (entry.id.as_slice(), entry.flags.stage_raw()));
        use gix_index::entry::Flags;
        assert_eq!(ours.flags.is_intent_to_add(), entry.flags.contains(Flags::INTENT_TO_ADD));
        assert_eq!(ours.flags.is_skip_worktree(), entry.flags.contains(Flags::SKIP_WORKTREE));
    }
});
