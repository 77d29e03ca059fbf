//! CI's gate: a request is what it changes against where it left its branch, and needs a label for that.

use super::{at_fault, changed, judged, play};

#[test]
fn the_gate_equals_a_slow_reference() {
    play(&[], 4, |history| {
        let (base, head) = (history.any(), history.any());
        let found = history.repo.git(&["merge-base", "--all", &base, &head]).stdout_text();
        // A pair that is the same as where it began, or as the branch holds it, changes nothing when it is merged.
        let mut places = Vec::new();
        for start in found.lines() {
            places.extend(changed(&[history.files(start), history.files(&base)], history.files(&head)));
        }
        if found.is_empty() {
            places.extend(changed(&[history.files(&base)], history.files(&head)));
        }
        let labelled = history.random.below(2) == 0;
        let expected = (!labelled && !places.is_empty(), at_fault(&places, history.files(&head)));
        let mut args = vec!["ci", "--base", &base, "--head", &head];
        if labelled {
            args.extend(["--label", "approved-dependency-upgrade"]);
        }
        let run = history.repo.hook(&args);
        assert_eq!(judged(&run, "label-missing"), expected, "{found}{run}");
        assert_eq!(run.status, Some(i32::from(expected.0 || expected.1)), "{found}{run}");
        expected
    });
}
