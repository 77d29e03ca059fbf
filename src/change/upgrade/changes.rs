//! What moved, for people: a table, the commit's message and the pull request's text.

use super::{Bump, Held};
use crate::change::halt::Halt;
use crate::change::lock::moves::{cell, columns, moves};
use crate::files::{Cache, PairFiles};
use crate::policy::{Pair, Policy};
use crate::report::Style;
use crate::rules::Context;
use crate::scope;
use crate::source::{Paths, RepoPath, Tree, printable_text};

/// A package that moved in the lock of a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The pair's manifest.
    pub manifest: RepoPath,
    /// Its name; where it has none, its URL or path. Not yet made printable.
    pub name: String,
    /// What it was pinned to; `None` where it was not there.
    pub from: Option<String>,
    /// What it is pinned to; `None` where it is gone.
    pub to: Option<String>,
    /// How far it moved.
    pub bump: Bump,
    /// Why it is in the lock, as in `direct` or `via flask`.
    pub why: String,
}

/// What moves between two trees, pair by pair, and the pairs where anything differs.
pub(in crate::change) fn changes(
    before: &dyn Tree,
    after: &dyn Tree,
    policy: &Policy,
) -> Result<(Vec<Change>, Vec<Pair>), Halt> {
    let cache = Cache::default();
    let paths = Paths::default();
    let (mut found, mut pairs) = (Vec::new(), Vec::new());
    let mut all = scope::pairs(after, policy)?;
    all.extend(scope::pairs(before, policy)?.into_iter().filter(|pair| !all.contains(pair)).collect::<Vec<_>>());
    for pair in all {
        let (old, new) = (PairFiles::load(before, &pair, &cache)?, PairFiles::load(after, &pair, &cache)?);
        if old.tuple() == new.tuple() {
            continue;
        }
        let (was, is) = (Context::new(policy, &pair, &old, &paths), Context::new(policy, &pair, &new, &paths));
        found.extend(moves(is.manifest(), was.lock(), is.lock()).into_iter().map(|one| Change {
            manifest: pair.manifest.clone(),
            bump: Bump::of(one.pins.from.as_deref(), one.pins.to.as_deref()),
            name: one.pins.name,
            from: one.pins.from,
            to: one.pins.to,
            why: one.why,
        }));
        pairs.push(pair);
    }
    Ok((found, pairs))
}

/// The table of `changes`, one for each pair; where there are several, each below its manifest.
pub fn changes_table(changes: &[Change], style: &Style) -> String {
    let mut out = String::new();
    let all = by_pair(changes);
    for (manifest, changes) in &all {
        if all.len() > 1 {
            out.push_str(&format!("{}:\n", style.paths.show(manifest)));
        }
        let rows: Vec<[String; 5]> = changes.iter().map(|change| row(change)).collect();
        out.push_str(&columns(["package", "from", "to", "kind", "why"], &rows, style));
    }
    out
}

/// The changes of each pair, in their order.
fn by_pair(changes: &[Change]) -> Vec<(&RepoPath, Vec<&Change>)> {
    let mut all: Vec<(&RepoPath, Vec<&Change>)> = Vec::new();
    for change in changes {
        match all.iter_mut().find(|(manifest, _)| *manifest == &change.manifest) {
            Some((_, list)) => list.push(change),
            None => all.push((&change.manifest, vec![change])),
        }
    }
    all
}

fn row(change: &Change) -> [String; 5] {
    let Change { name, from, to, bump, why, .. } = change;
    [printable_text(name), cell(from.as_ref()), cell(to.as_ref()), bump.to_string(), printable_text(why)]
}

/// One line for all of `changes`: the commit's and the pull request's title.
pub fn title(verb: &str, changes: &[Change]) -> String {
    let mut names: Vec<&Change> = Vec::new();
    for change in changes.iter().filter(|change| change.from.is_some() && change.to.is_some()) {
        if !names.iter().any(|known| known.name == change.name) {
            names.push(change);
        }
    }
    // What was asked for goes before what came along.
    names.sort_by_key(|change| change.why != "direct");
    let shown = |change: &Change| printable_text(&change.name);
    match names.as_slice() {
        [] => format!("{verb} dependencies"),
        [one] => format!("{verb} {} from {} to {}", shown(one), cell(one.from.as_ref()), cell(one.to.as_ref())),
        several if several.len() <= 3 => {
            format!("{verb} {}", several.iter().map(|change| shown(change)).collect::<Vec<_>>().join(", "))
        }
        several => {
            let first: Vec<_> = several.iter().take(2).map(|change| shown(change)).collect();
            format!("{verb} {} and {} more", first.join(", "), several.len() - 2)
        }
    }
}

/// The commit's message: a title, the table, what is held back.
pub fn message(title: &str, changes: &[Change], held: &[Held]) -> String {
    let style = Style::plain(crate::source::Paths::default());
    let mut text = format!("{title}\n\n{}", changes_table(changes, &style));
    if !held.is_empty() {
        text.push_str("\nHeld back:\n");
        held.iter().for_each(|held| text.push_str(&format!("- {}\n", held.line())));
    }
    text
}

impl Held {
    /// One line for a person.
    pub fn line(&self) -> String {
        let at = self.at.as_ref().map(|at| format!(" {at}")).unwrap_or_default();
        let newest = self.newest.as_ref().map(|newest| format!(" ({newest} is out)")).unwrap_or_default();
        format!("{}{at}{newest}: {}", self.name, self.why)
    }
}

/// What a pull request says, in Markdown.
pub fn markdown(title: &str, changes: &[Change], held: &[Held], tested: &[String]) -> String {
    let mut text = format!("# {}\n", marked(title));
    for (manifest, changes) in by_pair(changes) {
        text.push_str(&format!(
            "\n## {}\n\n| package | from | to | kind | why |\n|---|---|---|---|---|\n",
            marked(&manifest.to_string())
        ));
        for change in changes {
            let cells: Vec<_> = row(change).iter().map(|cell| marked(cell)).collect();
            text.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
    }
    if !held.is_empty() {
        text.push_str("\n## Held back\n\n");
        held.iter().for_each(|held| text.push_str(&format!("- {}\n", marked(&held.line()))));
    }
    text.push_str("\n## Checked\n\n- the new locks answer their manifests: `hook check`\n");
    if tested.is_empty() {
        text.push_str("- nothing else: the policy names no `[upgrade] test`\n");
    }
    tested.iter().for_each(|command| text.push_str(&format!("- passed: `{}`\n", command.replace('`', "'"))));
    text
}

/// Text in which nothing is markup.
pub(in crate::change) fn marked(text: &str) -> String {
    let mut out = String::new();
    for char in printable_text(text).chars() {
        if "\\`*[]<>|#&@!".contains(char) {
            out.push('\\');
        }
        out.push(char);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(name: &str, why: &str) -> Change {
        let (from, to) = (Some("1.0".to_owned()), Some("2.0".to_owned()));
        let manifest = RepoPath::new(b"requirements.txt").unwrap();
        Change { manifest, name: name.to_owned(), from, to, bump: Bump::Major, why: why.to_owned() }
    }

    #[test]
    fn a_title_names_what_was_asked_for() {
        let changes = [change("idna", "via x"), change("flask", "direct"), change("a", "via x"), change("b", "via x")];
        assert_eq!(title("Upgrade", &changes[1..2]), "Upgrade flask from 1.0 to 2.0");
        assert_eq!(title("Upgrade", &changes[..3]), "Upgrade flask, idna, a");
        assert_eq!(title("Upgrade", &changes), "Upgrade flask, idna and 2 more");
        assert_eq!(title("Upgrade", &[]), "Upgrade dependencies");
    }

    #[test]
    fn nothing_in_a_pull_request_is_markup() {
        let text = markdown("t", &[change("./a|b<img>@ada", "`x`")], &[], &[]);
        assert!(text.contains("| ./a\\|b\\<img\\>\\@ada | 1.0 | 2.0 | major | \\`x\\` |"), "{text}");
    }
}
