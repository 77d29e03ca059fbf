//! The server's gate: what changes must stand on an allowed branch, as it arrives.

use std::collections::BTreeMap;

use super::{Files, at_fault, changed, judged, pair, play};

/// Whether the server must ask for an allowed branch, and whether it must find fault with what arrives.
fn reference(old: &Files, new: &Files, allowed: &[&Files]) -> (bool, bool) {
    let places = changed(&[old], new);
    let held = |place: &&str| allowed.iter().any(|files| pair(files, place) == pair(new, place));
    (!places.iter().all(held), at_fault(&places, new))
}

#[test]
fn s49_the_gate_equals_a_slow_reference() {
    let mut standing: BTreeMap<String, String> = BTreeMap::new();
    let mut of = String::new();
    play(&["--bare"], 4, |history| {
        if of != history.commits[0] {
            // Another history, in which none of these stands.
            of.clone_from(&history.commits[0]);
            standing.clear();
        }
        let (old, new, zero) = (history.any(), history.any(), "0".repeat(40));
        let mut refs = vec![("refs/heads/main", &*old)];
        let mut lines = format!("{old} {new} refs/heads/main\n");
        let mut after = standing.clone();
        for name in ["auto/a", "auto/b", "auto/c/d", "automatic"].map(|name| format!("refs/heads/{name}")) {
            let now = standing.get(&name).cloned();
            let next = match history.random.below(4) {
                0 => Some(history.any()),
                1 => None,
                _ => continue,
            };
            let id = |id: &Option<String>| id.clone().unwrap_or_else(|| zero.clone());
            lines.push_str(&format!("{} {} {name}\n", id(&now), id(&next)));
            match next {
                Some(next) => after.insert(name, next),
                None => after.remove(&name),
            };
        }
        refs.extend(standing.iter().map(|(name, id)| (&**name, &**id)));
        history.set(&refs);
        let allowed: Vec<_> = after.iter().filter(|(name, _)| name.starts_with("refs/heads/auto/")).collect();
        let allowed: Vec<_> = allowed.into_iter().map(|(_, id)| history.files(id)).collect();
        let expected = reference(history.files(&old), history.files(&new), &allowed);
        let run = history.repo.hook_fed(lines.as_bytes(), &["run", "pre-receive"]);
        assert_eq!(judged(&run, "guarded-push"), expected, "{lines}{run}");
        assert_eq!(run.status, Some(i32::from(expected.0 || expected.1)), "{lines}{run}");
        // Refs that went have to go here, too, before the next push.
        let gone = standing.keys().filter(|name| !after.contains_key(*name));
        let gone: String = gone.map(|name| format!("delete {name}\n")).collect();
        history.repo.git_fed(gone.as_bytes(), &["update-ref", "--stdin"]).passes();
        standing = after;
        expected
    });
}
