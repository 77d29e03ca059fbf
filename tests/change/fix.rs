//! What `hook fix` proposes, for manifests and locks put together at random: it never leaves more wrong than there was,
//! a lock it writes answers its manifest, and a second run has nothing to do.

use freeze_guard::change::propose;
use freeze_guard::check::check;
use freeze_guard::rule::RuleId;
use proptest::prelude::*;

use crate::files::{Files, errors, judging};
use crate::texts::{file, requirement, sound};

/// Runs the fix over `files` and holds what must hold for every input.
fn fixed(mut files: Files) -> (Files, usize) {
    let judging = judging();
    let before = check(&[files.question()], &judging).unwrap();
    let question = files.question();
    let proposal = propose(&question, &judging).unwrap();
    let edits = proposal.edits();
    let foretold = proposal.judge(question, &judging).unwrap();
    files.apply(&edits);
    let after = check(&[files.question()], &judging).unwrap();
    assert_eq!(after.findings, foretold.findings, "what was foretold is not what came");
    assert!(errors(&after) <= errors(&before), "more errors than before: {:#?}", after.findings);
    if edits.iter().any(|edit| edit.path.file_name() == b"requirements.lock") {
        let drift =
            after.findings.iter().find(|finding| matches!(finding.rule, RuleId::LockDrift | RuleId::LockMissing));
        assert!(drift.is_none(), "{drift:#?}");
    }
    let again = propose(&files.question(), &judging).unwrap();
    assert_eq!(again.edits(), [], "a second run changes more");
    (files, errors(&after))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_gets_worse(
        manifest in file(true), lock in prop::option::weighted(0.9, file(false)), more in prop::option::of(file(true)),
    ) {
        fixed(Files::of(&[
            ("requirements.txt", Some(&manifest)), ("requirements.lock", lock.as_deref()),
            ("more.txt", more.as_deref()), ("limits.txt", Some("idna<9\n")),
        ]));
    }

    #[test]
    fn a_mirror_of_a_sound_manifest_is_always_in_order(
        manifest in sound(), shared in sound(), head in prop::bool::ANY,
        lock in prop::option::of(prop::collection::vec(requirement(false), 0..4)),
    ) {
        // A name in both files would be a duplicate, which is for a person to mend.
        let shared = shared.replace("flask", "jinja2").replace("Idna", "tqdm").replace("uvloop", "six");
        let manifest = format!("{manifest}\n-r more.txt\n");
        let lock = lock.map(|lines| lines.join("\n"));
        let lock = lock.map(|lock| if head { format!("# ours\n\n{lock}") } else { lock });
        let files = Files::of(&[
            ("requirements.txt", Some(&manifest)), ("requirements.lock", lock.as_deref()), ("more.txt", Some(&shared)),
            ("limits.txt", Some("")),
        ]);
        let (fixed, errors) = fixed(files);
        prop_assert_eq!(errors, 0, "{:?}", fixed);
        if head && lock.is_some() {
            let text = fixed.text("requirements.lock").unwrap();
            prop_assert!(text.starts_with("# ours"), "{}", text);
        }
    }
}
