//! What `hook lock` makes of mirrors, for manifests and locks put together at random: it always judges fresh, its stamp
//! is valid, a second run changes nothing, and what is not made has a reason.

use std::path::Path;

use freeze_guard::change::{Attempt, Effect, End, Stamp, Stop, Wish, Workshop, lock};
use freeze_guard::check::check;
use freeze_guard::git::World;
use freeze_guard::rule::RuleId;
use freeze_guard::scope::{Against, Question};
use freeze_guard::source::RepoPath;
use proptest::prelude::*;

use crate::files::{Files, judging};
use crate::texts::{file, requirement, sound};

fn question(files: &Files, named: bool) -> Question<'static> {
    let paths = vec![RepoPath::new(b"requirements.txt").unwrap()];
    let question = files.question();
    if named { Question { against: Against::Paths(paths), ..question } } else { question }
}

/// Locks what `files` hold, and holds what must hold for every input.
fn locked(files: &mut Files, named: bool, stamp: Stamp) -> Vec<Attempt> {
    let judging = judging();
    let world = World::default();
    // Copying needs neither: a resolver or a command that were run here would fail.
    let workshop =
        Workshop { world: &world, top: Path::new("/nowhere"), git_dir: Path::new("/nowhere"), stop: &Stop::default() };
    let wish = Wish { stamp, effect: Effect::Write };
    let asked = question(files, named);
    let (proposal, attempts) =
        lock(&asked, (workshop, &judging), wish, &mut |command| panic!("ran {command}")).unwrap();
    let edits = proposal.edits();
    let made = attempts.iter().filter(|attempt| matches!(attempt.end, End::Made)).count();
    assert_eq!(edits.len(), made, "{attempts:?}");
    assert!(edits.iter().all(|edit| edit.path.file_name() == b"requirements.lock"));
    files.apply(&edits);
    let report = check(&[question(files, true)], &judging).unwrap();
    for attempt in &attempts {
        match &attempt.end {
            End::Made | End::Same => {
                let stale = [RuleId::LockDrift, RuleId::LockMissing, RuleId::Undecided];
                let found = report.findings.iter().find(|finding| stale.contains(&finding.rule));
                assert!(found.is_none(), "{found:#?} {files:?}");
            }
            End::Refused(findings) => assert!(!findings.is_empty()),
            End::NotMade(not_made) => assert!(!not_made.why.is_empty()),
        }
    }
    attempts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_made_is_fresh(
        manifest in file(true), lock in prop::option::weighted(0.9, file(false)), more in prop::option::of(file(true)),
        named in prop::bool::ANY, stamp in prop::bool::ANY,
    ) {
        let mut files = Files::of(&[
            ("requirements.txt", Some(&manifest)), ("requirements.lock", lock.as_deref()),
            ("more.txt", more.as_deref()), ("limits.txt", Some("idna<9\n")),
        ]);
        locked(&mut files, named, if stamp { Stamp::Write } else { Stamp::Keep });
    }

    #[test]
    fn a_sound_manifest_is_always_locked(
        manifest in sound(), head in prop::sample::select(vec!["", "# ours\n\n", "# inputs: sha256:00\n", "\u{feff}# é\r\n"]),
        lock in prop::option::of(prop::collection::vec(requirement(false), 0..4)), stamp in prop::bool::ANY,
    ) {
        let plain = lock.map(|lines| format!("{head}{}", lines.join("\n").replace("--hash", "# hash")));
        let mut files = Files::of(&[("requirements.txt", Some(&manifest)), ("requirements.lock", plain.as_deref())]);
        let stamp = if stamp { Stamp::Write } else { Stamp::Keep };
        let ends: Vec<End> = locked(&mut files, true, stamp).into_iter().map(|attempt| attempt.end).collect();
        prop_assert!(matches!(ends.as_slice(), [End::Made | End::Same]), "{ends:?} {files:?}");
        let text = files.text("requirements.lock").unwrap();
        let stamps = text.matches("# inputs: sha256:").count();
        let wanted = stamp == Stamp::Write || plain.is_some_and(|lock| lock.contains("# inputs"));
        prop_assert_eq!(stamps, usize::from(wanted), "{}", text);
        let again = locked(&mut files, true, stamp);
        prop_assert!(again.iter().all(|attempt| matches!(attempt.end, End::Same)), "{again:?} {files:?}");
        prop_assert_eq!(files.text("requirements.lock").unwrap(), text);
        prop_assert!(locked(&mut files, false, stamp).is_empty());
    }
}
