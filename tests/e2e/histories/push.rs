//! A client's gate: dependency changes come from an allowed branch, whatever way they are pushed. What it says of content,
//! CI says of the same push.

use serde_json::json;

use super::{at_fault, changed, judged, play};
use crate::ci::github;

const ALLOWED: [&str; 2] = ["refs/heads/auto/a", "refs/heads/auto/b"];
const OTHERS: [&str; 3] = ["refs/heads/feature", "refs/heads/automatic", "refs/tags/auto/a"];

#[test]
fn the_gate_equals_a_slow_reference() {
    play(&[], 4, |history| {
        let (old, new) = (history.any(), history.any());
        let mut refs = vec![("refs/remotes/origin/main".to_owned(), old.clone())];
        for name in ALLOWED.into_iter().chain(OTHERS) {
            let id = if history.random.below(2) == 0 { new.clone() } else { history.any() };
            refs.push((name.to_owned(), id));
        }
        let refs: Vec<_> = refs.iter().map(|(name, id)| (&**name, &**id)).collect();
        history.set(&refs);
        let stands = |name: &str| refs.iter().any(|(known, id)| *known == name && *id == new);
        // What git hands on where the user wrote a branch, an id, or something that only looks like a branch.
        let names = ALLOWED.into_iter().chain(OTHERS);
        let mut sources: Vec<String> = names.filter(|name| stands(name)).map(str::to_owned).collect();
        sources.extend([new.clone(), format!("{}~0", ALLOWED[0]), ALLOWED[1].replace("refs/", "")]);
        let source = sources[history.random.below(sources.len())].clone();
        let allowed = match OTHERS.contains(&&*source) {
            true => false,
            false => ALLOWED.contains(&&*source) || ALLOWED.iter().any(|name| stands(name)),
        };
        let places = changed(&[history.files(&old)], history.files(&new));
        let expected = (!allowed && !places.is_empty(), at_fault(&places, history.files(&new)));
        let line = format!("{source} {new} refs/heads/main {old}\n");
        let run = history.repo.hook_fed(line.as_bytes(), &["run", "pre-push", "origin", "https://example.com/x.git"]);
        assert_eq!(judged(&run, "guarded-push"), expected, "{line}{run}");
        assert_eq!(run.status, Some(i32::from(expected.0 || expected.1)), "{line}{run}");
        let landed = json!({"ref": "refs/heads/main", "before": old, "after": new});
        let run = github(&history.repo, "push", &landed, &[]);
        assert_eq!(judged(&run, "label-missing"), (false, expected.1), "{line}{run}");
        expected
    });
}
