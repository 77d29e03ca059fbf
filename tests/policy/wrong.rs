//! What is wrong with a policy: every key with a wrong type and a wrong value, unknown keys, and all of it at once.

use freeze_guard::policy::known_keys;
use freeze_guard::rule::RuleId;

use crate::broken;

/// The only mistake of `text`: its line and column, its message, its help.
fn mistake(text: &str) -> (usize, usize, String, String) {
    let broken = broken(text);
    let [mistake] = &broken.mistakes[..] else { panic!("{text}\n{broken}") };
    let start = mistake.place.start;
    (start.line, start.column, mistake.message.clone(), mistake.help.clone())
}

#[test]
fn a_wrong_type_is_named_with_the_key_and_an_example() {
    for key in known_keys() {
        let (table, rest) = match key.table {
            "" => (String::new(), ""),
            "[[pair]]" if key.name != "manifest" => ("[[pair]]\n".into(), "manifest = 'a.txt'\n"),
            "[[exempt]]" => ("[[exempt]]\n".into(), ""),
            table => (format!("{table}\n"), ""),
        };
        let broken = broken(&format!("{table}{} = -7.5\n{rest}", key.name));
        let line = table.lines().count() + 1;
        let found = broken.mistakes.iter().find(|mistake| mistake.message.contains("here is a number"));
        let found = found.unwrap_or_else(|| panic!("{key:?}\n{broken}"));
        assert!(found.message.contains(&format!("{}` must be ", key.name)), "{broken}");
        assert_eq!(found.place.start.line, line, "{broken}");
        assert!(found.help.contains(key.example), "{broken}");
    }
}

#[test]
fn an_unknown_key_of_each_table_is_told_its_neighbours() {
    for table in ["", "[push]", "[ci]", "[lock]", "[upgrade]", "[deploy]", "[[pair]]", "[[exempt]]"] {
        let broken = broken(&format!("{table}\nzzzzzzzz = 1\n"));
        let found = broken.mistakes.iter().find(|mistake| mistake.message.starts_with("unknown key `zzzzzzzz`"));
        let found = found.unwrap_or_else(|| panic!("{table}\n{broken}"));
        assert!(found.message.ends_with(table), "{broken}");
        for key in known_keys().filter(|key| key.table == table) {
            assert!(found.help.contains(&format!("`{}`", key.name)), "{key:?}\n{broken}");
        }
    }
}

#[test]
fn a_near_miss_is_told_what_was_meant() {
    let cases = [
        ("allow_skip = false", "unknown key `allow_skip`", "did you mean `allow-skip`?"),
        ("[pairs]", "unknown key `pairs`", "did you mean `pair`?"),
        ("[push]\nguards = []", "unknown key `guards` in [push]", "did you mean `guard`?"),
        ("guard = ['main']", "unknown key `guard`", "`guard` belongs in [push]"),
        (
            "[ci]\nundecided = 'note'",
            "unknown key `undecided` in [ci]",
            "`undecided` stands at the top of the file, before the first table",
        ),
        ("[rules]\nunpined = 'off'", "unknown rule `unpined`", "did you mean `unpinned`?"),
        ("[rules]\nUNPINNED = 'off'", "unknown rule `UNPINNED`", "did you mean `unpinned`?"),
        ("[rules]\nhash = 'warn'", "`warn` is not a value of `rules.hash`", "write one of: `error`, `warning`, `off`"),
        ("[rules]\nhash = 'warnings'", "`warnings` is not a value of `rules.hash`", "did you mean `warning`?"),
        ("[rules]\nhash = 'note'", "`note` is not a value of `rules.hash`", "write one of: `error`, `warning`, `off`"),
        ("undecided = 'refused'", "`refused` is not a value of `undecided`", "did you mean `refuse`?"),
    ];
    for (text, message, help) in cases {
        let (_, _, found, found_help) = mistake(text);
        assert_eq!((found.as_str(), found_help.as_str()), (message, help), "{text}");
    }
    let (_, _, _, help) = mistake("[rules]\nsomething-else-entirely = 'off'");
    for rule in RuleId::ALL {
        assert!(help.contains(rule.code()), "{help}");
    }
}

#[test]
fn a_wrong_value_is_refused_at_its_place() {
    let pair = |rest: &str| format!("[[pair]]\nmanifest = 'a.txt'\n{rest}");
    let exempt = |rest: &str| format!("[[exempt]]\nrule = 'hash'\npackage = 'a'\nreason = 'b'\n{rest}");
    let cases = [
        ("exclude = ['a', '[z']".into(), 1, 17, "`[z` is not a path pattern: `[` is never closed"),
        ("exclude = ['a', 1]".into(), 1, 17, "`exclude` must be an array of strings, here is a number"),
        ("undecided = 'maybe'".into(), 1, 13, "`maybe` is not a value of `undecided`"),
        ("vcs-hosts = ['https://github.com']".into(), 1, 14, "`https://github.com` is not a host"),
        (pair("kind = 'copy'"), 3, 8, "`copy` is not a value of `pair.kind`"),
        (pair("lock = 'a.txt'"), 3, 8, "the manifest and its lock are the same file"),
        (pair("lock = '*.lock'"), 3, 8, "the lock is a pattern, but the manifest is one file"),
        (pair("lock = ''"), 3, 8, "`pair.lock` must not be empty"),
        (
            pair("lock = '/a.lock'"),
            3,
            8,
            "`/a.lock` is not a path pattern: it begins or ends with a slash, or has two in a row",
        ),
        ("[[pair]]\nlock = 'a'".into(), 1, 1, "this pair has no `manifest`"),
        (
            "[[pair]]\nmanifest = 'setup.cfg'".into(),
            1,
            1,
            "this pair needs a `lock`: only for a `.txt` or a `.in` manifest its name follows",
        ),
        (
            "[[pair]]\nmanifest = '../a.txt'".into(),
            2,
            12,
            "`../a.txt` is not a path pattern: `..` is no directory's name",
        ),
        ("[pair]\nmanifest = 'a.txt'".into(), 1, 1, "`pair` must be an array of tables, here is a table"),
        ("pair = [1]".into(), 1, 9, "`pair` must be an array of tables, here is a number"),
        (exempt("until = '2027-01-01'"), 5, 9, "`exempt.until` must be a date without quotes, here is a string"),
        (
            exempt("until = 2027-01-01T00:00:00"),
            5,
            9,
            "`exempt.until` must be a date without quotes, here is a date or time",
        ),
        (
            "[[exempt]]\nrule = 'lock-drift'\npackage = 'a'\nreason = 'b'".into(),
            2,
            8,
            "`lock-drift` is not a value of `exempt.rule`",
        ),
        ("[[exempt]]\nrule = 'hash'\npackage = 'a==1'\nreason = 'b'".into(), 3, 11, "`a==1` is not a package's name"),
        ("[[exempt]]\nrule = 'hash'\npackage = 'a'\nreason = ' '".into(), 4, 10, "`exempt.reason` must not be empty"),
        ("[[exempt]]\nrule = 'hash'\npackage = 'a'".into(), 1, 1, "this exemption has no `reason`"),
        (
            "[push]\nguard = ['a b']".into(),
            2,
            10,
            "`a b` is not a ref pattern: it holds a space, a control character or one of ~ ^ : ? [ \\",
        ),
        (
            "[push]\nguard = ['']".into(),
            2,
            10,
            "`` is not a ref pattern: it is empty, begins or ends with a slash, or has two in a row",
        ),
        (
            "[push]\nfrom = []".into(),
            2,
            8,
            "`push.from` is empty: no dependency change could ever reach a guarded branch",
        ),
        ("[push]\nremotes = ['a b']".into(), 2, 12, "`a b` is not a pattern for a remote"),
        ("[push]\non-create = 'deny'".into(), 2, 13, "`deny` is not a value of `push.on-create`"),
        ("[ci]\nlabel = \"a\\nb\"".into(), 2, 9, "a label holds no control characters"),
        ("[lock]\ncommand = []".into(), 2, 11, "this command names no program"),
        ("[lock]\ncommand = [' ', 'a']".into(), 2, 11, "this command names no program"),
        ("[lock]\ncommand = 'make lock'".into(), 2, 11, "`lock.command` must be an array of strings, here is a string"),
        ("[upgrade]\nresolver = 'pip'".into(), 2, 12, "`pip` is not a value of `upgrade.resolver`"),
        ("[upgrade]\nbranch = 'auto/*'".into(), 2, 10, "`auto/*` is not the beginning of a branch's name"),
        (
            "[upgrade]\nbranch = 'auto..x'".into(),
            2,
            10,
            "`auto..x` is not a ref pattern: a ref name never holds `..` or `@{`",
        ),
        ("[deploy]\nrecord = '/etc/passwd'".into(), 2, 10, "`/etc/passwd` is not a file of the repository"),
        ("[deploy]\nlog = 'a/../b'".into(), 2, 7, "`a/../b` is not a file of the repository"),
    ];
    assert!(broken(&exempt("until = 2027-02-30")).to_string().contains("freeze-guard.toml:5:"));
    for (text, line, column, message) in cases {
        let (found_line, found_column, found, help) = mistake(&text);
        assert_eq!((found_line, found_column, found.as_str()), (line, column, message), "{text}");
        assert!(!help.is_empty());
    }
}

#[test]
fn what_is_listed_twice_is_pointed_at() {
    let (line, _, message, _) =
        mistake("[[pair]]\nmanifest = 'a.txt'\n[[pair]]\nmanifest = 'a.txt'\nlock = 'a.lock'\n");
    assert_eq!((line, message.as_str()), (3, "the pair of line 1 is listed again"));
    let (line, _, message, _) = mistake(
        "exempt = [\n{ rule = 'hash', package = 'A_b', reason = 'x' },\n{ rule = 'hash', package = 'a-b', reason = 'y' }]",
    );
    assert_eq!((line, message.as_str()), (3, "line 2 already exempts `a-b` from `hash`"));
}

#[test]
fn wildcards_of_a_lock_are_those_of_its_manifest() {
    let pair = |manifest: &str, lock: &str| format!("[[pair]]\nmanifest = '{manifest}'\nlock = '{lock}'\n");
    let same = "the manifest is a pattern, but every manifest would have the same lock `locks/a.lock`";
    assert_eq!(mistake(&pair("*/a.txt", "locks/a.lock")).2, same);
    let other = "the wildcards of the lock `locks/?.lock` are not those of the manifest, in the same order";
    assert_eq!(mistake(&pair("*/a.txt", "locks/?.lock")).2, other);
    let name = "the wildcards of the lock `*-*.lock` are not those of the manifest's file name, in the same order";
    assert_eq!(mistake(&pair("*/*.txt", "*-*.lock")).2, name);
    assert_eq!(mistake(&pair("*/a.txt", "*/a.txt")).2, "the manifest and its lock are the same file");
    assert_eq!(
        mistake("[[pair]]\nmanifest = 'reqs/*'\n").2,
        "this pair needs a `lock`: only for a `.txt` or a `.in` manifest its name follows"
    );
}

#[test]
fn all_mistakes_come_at_once_in_the_order_of_the_file() {
    let text = "allow-skip = 'no'\nexclud = []\n\n[rules]\nhash = 'loud'\n\n[push]\nguard = [1, 'a b']\nfrom = []\n";
    let shown = broken(text).to_string();
    let expected = r"freeze-guard.toml:1:14: `allow-skip` must be true or false, here is a string
  |
1 | allow-skip = 'no'
  |              ^^^^
  = help: write it like `allow-skip = false`
freeze-guard.toml:2:1: unknown key `exclud`
  |
2 | exclud = []
  | ^^^^^^
  = help: did you mean `exclude`?
freeze-guard.toml:5:8: `loud` is not a value of `rules.hash`
  |
5 | hash = 'loud'
  |        ^^^^^^
  = help: write one of: `error`, `warning`, `off`
freeze-guard.toml:8:10: `push.guard` must be an array of strings, here is a number
  |
8 | guard = [1, 'a b']
  |          ^
  = help: write it like `guard = ['main']`
freeze-guard.toml:8:13: `a b` is not a ref pattern: it holds a space, a control character or one of ~ ^ : ? [ \
  |
8 | guard = [1, 'a b']
  |             ^^^^^
  = help: write a branch like `main`, a pattern like `release/*`, or a full ref like `refs/for/main`
freeze-guard.toml:9:8: `push.from` is empty: no dependency change could ever reach a guarded branch
  |
9 | from = []
  |        ^^
  = help: write at least one pattern, like `from = ['auto/*']`";
    assert_eq!(shown, expected.replace("['", "[\"").replace("']", "\"]").replace("[1, 'a b\"]", "[1, 'a b']"));
}

#[test]
fn text_from_the_file_cannot_move_the_cursor() {
    let shown = broken("'\u{202e}key' = 1\nundecided = '\u{7f}'\n[rules]\n\"\\u001b[31m\" = 'off'").to_string();
    assert!(!shown.chars().any(|char| char == '\u{202e}' || (char.is_control() && char != '\n')), "{shown:?}");
    let long = mistake(&format!("undecided = '{}'", "x".repeat(10_000)));
    assert!(long.2.len() < 200, "{}", long.2);
}

#[test]
fn too_many_items_and_too_many_mistakes_are_cut() {
    let items = "'a',".repeat(10_001);
    assert_eq!(mistake(&format!("exclude = [{items}]")).2, "`exclude` has 10001 items; at most 10000 are read");
    let keys: String = (0..500).map(|n| format!("zzzzz{n} = 1\n")).collect();
    let broken = broken(&keys);
    assert_eq!(broken.mistakes.len(), 100);
    assert!(broken.to_string().ends_with("400 more mistakes are not listed"));
}
