//! A commit's gate: what is staged, against every parent that the commit would have.

use super::{Files, at_fault, changed, judged, play};

#[test]
fn the_gate_equals_a_slow_reference() {
    play(&[], 2, |history| {
        let (head, staged) = (history.any(), history.any());
        let merged: Vec<_> = (0..history.random.below(3)).map(|_| history.any()).collect();
        history.repo.git(&["update-ref", "--no-deref", "HEAD", &head]).passes();
        history.repo.git(&["read-tree", &staged]).passes();
        let heads = history.repo.path(".git/MERGE_HEAD");
        match merged.is_empty() {
            true => drop(std::fs::remove_file(heads)),
            false => std::fs::write(heads, merged.join("\n") + "\n").unwrap(),
        }
        let parents: Vec<&Files> = [&head].into_iter().chain(&merged).map(|id| history.files(id)).collect();
        let expected = at_fault(&changed(&parents, history.files(&staged)), history.files(&staged));
        let run = history.repo.hook(&["run", "pre-commit"]);
        assert_eq!(judged(&run, "guarded-push"), (false, expected), "{head} {merged:?} {staged}\n{run}");
        assert_eq!(run.status, Some(i32::from(expected)), "{run}");
        expected
    });
}
