//! The policy reader: any bytes as freeze-guard.toml and as pyproject.toml. What is read can be compared and asked;
//! what is not says why, in words that are safe to show.

#![no_main]

use freeze_guard::policy::{Files, Policy, laxer, load};
use freeze_guard::source::is_deceptive;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let version = "0.1.0";
    for files in [
        Files { freeze_guard: Some(bytes), pyproject: None, version },
        Files { freeze_guard: None, pyproject: Some(bytes), version },
        Files { freeze_guard: Some(b""), pyproject: Some(bytes), version },
    ] {
        match load(files) {
            Ok((policy, _)) => questions(&policy),
            Err(broken) => {
                assert!(!broken.mistakes.is_empty());
                for mistake in broken.mistakes {
                    assert!(mistake.place.start.line > 0 && mistake.place.start.column > 0);
                    let shown = format!("{}{}", mistake.message, mistake.help);
                    assert!(!shown.chars().any(is_deceptive), "{shown:?}");
                }
            }
        }
    }
});

fn questions(policy: &Policy) {
    assert_eq!(laxer(policy, policy), Vec::new());
    let _ = (laxer(policy, &Policy::default()), laxer(&Policy::default(), policy));
    let _ = (policy.push.guards(b"refs/heads/main"), policy.push.allows_from(b"refs/heads/auto/x"));
    let _ = policy.push.covers_remote(b"origin", b"https://example.com/x.git");
    let _ = policy.pairs.wants(b"a/b/requirements.txt");
}
