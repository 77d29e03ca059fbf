//! The lines of a push: any bytes are ref updates or a reason that is safe to show, and what is read writes back.

#![no_main]

use freeze_guard::git::parse_push;
use freeze_guard::source::is_deceptive;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| match parse_push(bytes) {
    Ok(updates) => {
        let mut written = Vec::new();
        for update in updates {
            let _ = (update.is_creation(), update.is_deletion());
            written.extend(update.local_ref);
            written.extend(format!(" {} ", update.local_id).bytes());
            written.extend(update.remote_ref);
            written.extend(format!(" {}\n", update.remote_id).bytes());
        }
        assert!(written.eq_ignore_ascii_case(bytes));
    }
    Err(error) => {
        let shown = format!("{error}{}", error.help());
        assert!(!shown.chars().any(is_deceptive), "{shown:?}");
    }
});
