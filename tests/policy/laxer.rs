//! Whether a change of the policy is laxer: every key, both ways.

use freeze_guard::policy::{known_keys, laxer};

use crate::policy;

fn keys(before: &str, after: &str) -> Vec<String> {
    laxer(&policy(before), &policy(after)).into_iter().map(|found| found.key).collect()
}

/// From the first to the second is laxer, named by the key; back is free.
const ORDERED: &[(&str, &str, &str)] = &[
    ("requires = '>=0.1'", "", "requires"),
    ("requires = '>=0.1'", "requires = '>=0.0.5'", "requires"),
    ("", "exclude = ['docs']", "exclude"),
    ("exclude = ['a']", "exclude = ['b', 'a']", "exclude"),
    ("allow-skip = false", "", "allow-skip"),
    ("", "undecided = 'note'", "undecided"),
    ("vcs-hosts = []", "", "vcs-hosts"),
    ("vcs-hosts = ['a']", "vcs-hosts = ['a', 'b']", "vcs-hosts"),
    ("[[pair]]\nmanifest = 'a.txt'\n[[pair]]\nmanifest = 'b.txt'", "[[pair]]\nmanifest = 'a.txt'", "pair b.txt"),
    ("[[pair]]\nmanifest = 'a.txt'", "[[pair]]\nmanifest = 'a.txt'\nkind = 'freeze'", "pair a.txt: kind"),
    (
        "[[pair]]\nmanifest = 'a.txt'",
        "[[pair]]\nmanifest = 'a.txt'\nmanifest-pins = false",
        "pair a.txt: manifest-pins",
    ),
    ("[[pair]]\nmanifest = 'a.in'\nmanifest-pins = true", "[[pair]]\nmanifest = 'a.in'", "pair a.in: manifest-pins"),
    (
        "[[pair]]\nmanifest = 'a*'\nlock = 'x'\nmanifest-pins = true",
        "[[pair]]\nmanifest = 'a*'\nlock = 'x'",
        "pair a*: manifest-pins",
    ),
    (
        "[[pair]]\nmanifest = 'a.txt'\nrequire-hashes = true",
        "[[pair]]\nmanifest = 'a.txt'",
        "pair a.txt: require-hashes",
    ),
    ("[[pair]]\nmanifest = 'a.txt'", "[[pair]]\nmanifest = 'a.txt'\nallow-local = true", "pair a.txt: allow-local"),
    ("[[pair]]\nmanifest = '*.txt'", "[[pair]]\nmanifest = '*.txt'\nallow-local = true", "pair *.txt: allow-local"),
    ("", "[rules]\nunpinned = 'warning'", "rules.unpinned"),
    ("[rules]\nunpinned = 'error'", "[rules]\nunpinned = 'warning'", "rules.unpinned"),
    ("[rules]\nunpinned = 'warning'", "[rules]\nunpinned = 'off'", "rules.unpinned"),
    ("[rules]\nhash = 'error'", "", "rules.hash"),
    ("", "[rules]\nhash = 'warning'", "rules.hash"),
    ("[rules]\nunused-exemption = 'error'", "", "rules.unused-exemption"),
    ("", "[[exempt]]\nrule = 'hash'\npackage = 'a'\nreason = 'b'", "exempt hash a"),
    (
        "[[exempt]]\nrule = 'hash'\npackage = 'a'\nreason = 'b'\nuntil = 2027-01-01",
        "[[exempt]]\nrule = 'hash'\npackage = 'a'\nreason = 'b'\nuntil = 2027-01-02",
        "exempt hash a",
    ),
    (
        "[[exempt]]\nrule = 'hash'\npackage = 'a'\nreason = 'b'\nuntil = 2027-01-01",
        "[[exempt]]\nrule = 'hash'\npackage = 'a'\nreason = 'b'",
        "exempt hash a",
    ),
    ("", "[push]\nguard = ['main']", "push.guard"),
    ("", "[push]\nfrom = ['auto/*', 'bot/*']", "push.from"),
    ("", "[push]\nremotes = ['origin']", "push.remotes"),
    ("[push]\nremotes = ['a', 'b']", "[push]\nremotes = ['b']", "push.remotes"),
    ("", "[push]\nremote-sources = true", "push.remote-sources"),
    ("[push]\non-create = 'check'", "", "push.on-create"),
    ("[push]\nevery-commit = true", "", "push.every-commit"),
    ("[ci]\ncheck-source = true", "", "ci.check-source"),
];

/// Both ways laxer: what cannot be ordered, and what runs commands.
const UNORDERED: &[(&str, &str, &str)] = &[
    ("requires = '>=0.1'", "requires = '>=0.0.1,<2'", "requires"),
    ("exclude = ['a']", "exclude = ['b']", "exclude"),
    ("", "[[pair]]\nmanifest = 'requirements.txt'", "pair"),
    ("[[pair]]\nmanifest = 'a.txt'\nkind = 'mirror'", "[[pair]]\nmanifest = 'a.txt'", "pair a.txt: kind"),
    (
        "[[pair]]\nmanifest = 'a.txt'\nkind = 'mirror'",
        "[[pair]]\nmanifest = 'a.txt'\nkind = 'compiled'",
        "pair a.txt: kind",
    ),
    ("[[pair]]\nmanifest = 'a.txt'", "[[pair]]\nmanifest = 'a.txt'\nlock = 'b.lock'", "pair a.txt"),
    ("[push]\nguard = ['a']", "[push]\nguard = ['b']", "push.guard"),
    ("[push]\nfrom = ['a']", "[push]\nfrom = ['b']", "push.from"),
    ("", "[ci]\nlabel = 'other'", "ci.label"),
    ("", "[lock]\ncommand = ['a']", "lock.command"),
    ("", "[upgrade]\nresolver = 'uv'", "upgrade.resolver"),
    ("", "[upgrade]\ncommand = ['a']", "upgrade.command"),
    ("", "[upgrade]\nsetup = ['a']", "upgrade.setup"),
    ("", "[upgrade]\ntest = ['a']", "upgrade.test"),
    ("", "[upgrade]\nbranch = 'auto/x'", "upgrade.branch"),
    ("", "[deploy]\nrecord = 'a.json'", "deploy.record"),
    ("", "[deploy]\nlog = 'a.md'", "deploy.log"),
];

#[test]
fn every_key_is_ordered() {
    for (before, after, key) in ORDERED {
        let found = keys(before, after);
        // A lock that changes is one pair gone and another come.
        assert_eq!(found, [*key], "{before}\n=>\n{after}");
        assert_eq!(keys(after, before), Vec::<String>::new(), "back: {after}\n=>\n{before}");
    }
}

#[test]
fn what_cannot_be_compared_is_laxer_both_ways() {
    for (before, after, key) in UNORDERED {
        assert_eq!(keys(before, after), [*key], "{before}\n=>\n{after}");
        assert_eq!(keys(after, before), [*key], "back: {after}\n=>\n{before}");
    }
}

#[test]
fn no_key_is_forgotten() {
    let all: Vec<&str> = ORDERED.iter().chain(UNORDERED).map(|(_, _, key)| *key).collect();
    for key in known_keys() {
        let covered = match key.table {
            "" if key.example.starts_with('[') => all.iter().any(|found| found.starts_with(key.name)),
            "" => all.contains(&key.name),
            "[[pair]]" if matches!(key.name, "manifest" | "lock") => all.contains(&"pair a.txt"),
            "[[pair]]" => all.iter().any(|found| found.ends_with(&format!(": {}", key.name))),
            "[[exempt]]" => all.iter().any(|found| found.starts_with("exempt ")),
            table => all.contains(&format!("{}.{}", table.trim_matches(['[', ']']), key.name).as_str()),
        };
        assert!(covered, "{key:?}");
    }
}

#[test]
fn the_same_policy_in_other_words_is_free() {
    let cases = [
        ("", "allow-skip = true\n[push]\nguard = ['refs/heads/main', 'master']\nremotes = ['*', 'origin']\n"),
        ("", "[rules]\nunpinned = 'error'\nlock-drift = 'error'\n"),
        ("[[pair]]\nmanifest = 'a.txt'", "[[pair]]\nmanifest = 'a.txt'\nlock = 'a.lock'\nmanifest-pins = true\n"),
        (
            "[[exempt]]\nrule = 'hash'\npackage = 'a'\nreason = 'b'",
            "[[exempt]]\nrule = 'hash'\npackage = 'A'\nreason = 'c'",
        ),
        (
            "[[pair]]\nmanifest = 'a.txt'\n[[pair]]\nmanifest = 'b.txt'",
            "[[pair]]\nmanifest = 'b.txt'\n[[pair]]\nmanifest = 'a.txt'",
        ),
    ];
    for (before, after) in cases {
        assert_eq!(keys(before, after), Vec::<String>::new(), "{before}\n=>\n{after}");
        assert_eq!(keys(after, before), Vec::<String>::new(), "{after}\n=>\n{before}");
    }
}

#[test]
fn a_new_pair_is_laxer_only_where_it_takes_from_a_pattern() {
    let pattern = "[[pair]]\nmanifest = '*/r.txt'\n";
    let loose = "[[pair]]\nmanifest = 'a/r.txt'\nlock = 'a/x'\nkind = 'freeze'\n";
    let other = "[[pair]]\nmanifest = 'top.txt'\n";
    let second = "[[pair]]\nmanifest = '**/r.txt'\nallow-local = true\n";
    assert_eq!(keys(pattern, &format!("{pattern}{other}")), Vec::<String>::new());
    assert_eq!(keys(pattern, &format!("{pattern}{second}")), Vec::<String>::new());
    assert_eq!(keys(pattern, &format!("{pattern}{loose}")), ["pair a/r.txt"]);
    assert_eq!(keys(pattern, &format!("{second}{pattern}")), ["pair **/r.txt"]);
    assert_eq!(keys(&format!("{pattern}{second}"), &format!("{second}{pattern}")), ["pair **/r.txt"]);
}

#[test]
fn what_changed_is_said_in_words_that_cannot_move_the_cursor() {
    let found = laxer(&policy("allow-skip = false"), &policy("[ci]\nlabel = 'x\u{202e}y'"));
    let shown: Vec<String> = found.iter().map(|one| format!("{}: {} -> {}", one.key, one.before, one.after)).collect();
    assert_eq!(shown, ["allow-skip: false -> true", "ci.label: approved-dependency-upgrade -> x\\u{202e}y"]);
    let rule = laxer(&policy(""), &policy("[rules]\nhash = 'off'"));
    assert_eq!((rule[0].before.as_str(), rule[0].after.as_str()), ("error (default)", "off"));
}
