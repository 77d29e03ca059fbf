//! Whether one policy is laxer than another: the table that orders every key's values.
//!
//! A change is laxer if it could make any answer laxer, and what cannot be compared is laxer: a tightening that looks
//! like a loosening only costs a push from an allowed source. Both policies are taken apart field by field, so that a new
//! key does not compile before it has its place here.

use std::fmt::Display;

use pep440_rs::{Operator, Version, VersionSpecifiers};

use crate::rule::{Level, RuleId};
use crate::source::printable_text;

use super::change::{Command, Deploy, LockCommand, Upgrade};
use super::glob::Glob;
use super::levels::{Exemption, Levels, Setting};
use super::listed::{Manifest, PairRule};
use super::pairs::{Kind, PairRules, Rules};
use super::push::{Ci, OnCreate, Push};
use super::{Policy, Undecided};

/// One key whose change makes a policy laxer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Laxer {
    /// The key as people call it: `push.guard`, `rules.hash`, `pair backend/requirements.txt: kind`.
    pub key: String,
    /// What it was, printable.
    pub before: String,
    /// What it is, printable.
    pub after: String,
}

/// Every key whose change from `before` to `after` could make an answer laxer, in the order of the documentation; empty
/// where the change only tightens. A change of a command or of a file that a verb writes is always listed.
pub fn laxer(before: &Policy, after: &Policy) -> Vec<Laxer> {
    let Policy {
        requires,
        pairs,
        allow_skip,
        undecided,
        vcs_hosts,
        levels,
        exemptions,
        push,
        ci,
        lock,
        upgrade,
        deploy,
    } = before;
    let mut found = Found::default();
    found.if_laxer(!admits_no_older(requires.as_ref(), after.requires.as_ref()), "requires", || {
        (shown(requires.as_ref()), shown(after.requires.as_ref()))
    });
    found.coverage(pairs, &after.pairs);
    found.flag("allow-skip", (*allow_skip, after.allow_skip), true);
    found.word("undecided", (undecided, &after.undecided), |after| *after == Undecided::Refuse);
    found.added("vcs-hosts", vcs_hosts, &after.vcs_hosts);
    found.levels(levels, &after.levels);
    found.exemptions(exemptions, &after.exemptions);
    found.push(push, &after.push);
    found.ci(ci, &after.ci);
    found.commands((lock, upgrade, deploy), after);
    found.0
}

#[derive(Default)]
struct Found(Vec<Laxer>);

impl Found {
    fn if_laxer(&mut self, laxer: bool, key: impl Into<String>, values: impl FnOnce() -> (String, String)) {
        if laxer {
            let (before, after) = values();
            let clean = |text: String| printable_text(&text);
            self.0.push(Laxer { key: clean(key.into()), before: clean(before), after: clean(after) });
        }
    }

    /// A boolean that is laxer when it becomes `lax`.
    fn flag(&mut self, key: impl Into<String>, (before, after): (bool, bool), lax: bool) {
        self.if_laxer(before != after && after == lax, key, || (before.to_string(), after.to_string()));
    }

    /// A value that may change only into what `strict` takes.
    fn word<T: PartialEq + Display>(&mut self, key: impl Into<String>, change: (&T, &T), strict: impl Fn(&T) -> bool) {
        let (before, after) = change;
        self.if_laxer(before != after && !strict(after), key, || (before.to_string(), after.to_string()));
    }

    /// A list that is laxer with every item added.
    fn added(&mut self, key: &str, before: &[String], after: &[String]) {
        self.if_laxer(after.iter().any(|item| !before.contains(item)), key, || (list(before), list(after)));
    }

    /// A list that is laxer with every item removed.
    fn removed(&mut self, key: &str, before: &[String], after: &[String]) {
        self.if_laxer(before.iter().any(|item| !after.contains(item)), key, || (list(before), list(after)));
    }

    fn coverage(&mut self, before: &PairRules, after: &PairRules) {
        let PairRules { exclude, rules } = before;
        let texts = |globs: &[Glob]| globs.iter().map(|glob| glob.text().to_owned()).collect::<Vec<_>>();
        self.added("exclude", &texts(exclude), &texts(&after.exclude));
        match (rules, &after.rules) {
            (Rules::Default, Rules::Default) => {}
            (Rules::Default, Rules::Listed(listed)) => {
                self.if_laxer(true, "pair", || ("the default rule".into(), tables(&listed.rules)));
            }
            (Rules::Listed(listed), Rules::Default) => {
                self.if_laxer(true, "pair", || (tables(&listed.rules), "the default rule".into()));
            }
            (Rules::Listed(before), Rules::Listed(after)) => self.pairs(&before.rules, &after.rules),
        }
    }

    /// A pair removed is laxer; so is one added where it takes manifests from a pattern that stood before it.
    fn pairs(&mut self, before: &[PairRule], after: &[PairRule]) {
        let mut next = 0;
        for rule in before {
            let found = after.iter().position(|other| other.key() == rule.key());
            let name = format!("pair {}", rule.key().0);
            match found.and_then(|at| Some((at, after.get(at)?))) {
                None => self.if_laxer(true, name, || (format!("lock {}", rule.key().1), "removed".into())),
                Some((at, other)) => {
                    let is_pattern = matches!(rule.manifest, Manifest::Pattern(_));
                    self.if_laxer(is_pattern && at < next, &name, || ("before others".into(), "after them".into()));
                    next = if is_pattern { next.max(at + 1) } else { next };
                    self.pair(&name, rule, other);
                }
            }
        }
        for (at, rule) in after.iter().enumerate() {
            if !before.iter().any(|other| other.key() == rule.key()) {
                let takes = match &rule.manifest {
                    Manifest::Named(path) => before.iter().any(|other| {
                        matches!(other.manifest, Manifest::Pattern(_)) && other.is_manifest(path.as_bytes())
                    }),
                    Manifest::Pattern(_) => at < next,
                };
                let name = format!("pair {}", rule.key().0);
                self.if_laxer(takes, name, || ("judged by a pattern".into(), format!("lock {}", rule.key().1)));
            }
        }
    }

    fn pair(&mut self, name: &str, before: &PairRule, after: &PairRule) {
        // Manifest and lock are the key under which the two were found.
        let PairRule { manifest: _, lock: _, kind, manifest_pins, require_hashes, allow_local } = before;
        self.word(format!("{name}: kind"), (kind, &after.kind), |_| *kind == Kind::Freeze);
        self.if_laxer(pinning(after) < pinning(before), format!("{name}: manifest-pins"), || {
            let shown = |pins: Option<bool>| pins.map_or("by its ending".to_owned(), |pins| pins.to_string());
            (shown(*manifest_pins), shown(after.manifest_pins))
        });
        self.flag(format!("{name}: require-hashes"), (*require_hashes, after.require_hashes), false);
        self.flag(format!("{name}: allow-local"), (*allow_local, after.allow_local), true);
    }

    fn levels(&mut self, before: &Levels, after: &Levels) {
        let Levels { set } = before;
        for rule in RuleId::ALL {
            let (was, is) = (set.get(rule).copied(), after.set.get(rule).copied());
            self.if_laxer(strictness(*rule, is) < strictness(*rule, was), format!("rules.{rule}"), || {
                let shown = |setting: Option<Setting>| {
                    setting.map_or_else(|| format!("{} (default)", rule.default_level()), |setting| setting.to_string())
                };
                (shown(was), shown(is))
            });
        }
    }

    fn exemptions(&mut self, before: &[Exemption], after: &[Exemption]) {
        for Exemption { rule, package, reason: _, until, line: _, place: _ } in after {
            let was = before.iter().find(|old| (&old.rule, &old.package) == (rule, package));
            let longer = match was.map(|old| old.until) {
                None => true,
                Some(None) => false,
                Some(Some(old)) => until.is_none_or(|until| until > old),
            };
            self.if_laxer(longer, format!("exempt {rule} {package}"), || {
                let shown = |until: Option<_>| until.map_or("for good".to_owned(), |until| format!("until {until}"));
                (was.map_or("none".to_owned(), |old| shown(old.until)), shown(*until))
            });
        }
    }

    fn push(&mut self, before: &Push, after: &Push) {
        let Push { guard, from, remotes, remote_sources, on_create, every_commit } = before;
        let full =
            |patterns: &[super::RefPattern]| patterns.iter().map(|one| one.full().to_owned()).collect::<Vec<_>>();
        let texts = |patterns: &[super::RemotePattern]| patterns.iter().map(ToString::to_string).collect::<Vec<_>>();
        self.removed("push.guard", &full(guard), &full(&after.guard));
        self.added("push.from", &full(from), &full(&after.from));
        let (remotes, remotes_after) = (texts(remotes), texts(&after.remotes));
        if !remotes_after.iter().any(|pattern| pattern == "*") {
            self.removed("push.remotes", &remotes, &remotes_after);
        }
        self.flag("push.remote-sources", (*remote_sources, after.remote_sources), true);
        self.word("push.on-create", (on_create, &after.on_create), |after| *after == OnCreate::Check);
        self.flag("push.every-commit", (*every_commit, after.every_commit), false);
    }

    fn ci(&mut self, before: &Ci, after: &Ci) {
        let Ci { label, check_source } = before;
        self.word("ci.label", (label, &after.label), |_| false);
        self.flag("ci.check-source", (*check_source, after.check_source), false);
    }

    /// What runs or is written on explicit verbs: any change counts.
    fn commands(&mut self, (lock, upgrade, deploy): (&LockCommand, &Upgrade, &Deploy), policy: &Policy) {
        let LockCommand { command } = lock;
        self.command("lock.command", command.as_ref(), policy.lock.command.as_ref());
        let Upgrade { resolver, command, setup, test, branch } = upgrade;
        let after = &policy.upgrade;
        self.word("upgrade.resolver", (resolver, &after.resolver), |_| false);
        self.command("upgrade.command", command.as_ref(), after.command.as_ref());
        self.command("upgrade.setup", setup.as_ref(), after.setup.as_ref());
        self.command("upgrade.test", test.as_ref(), after.test.as_ref());
        self.word("upgrade.branch", (branch, &after.branch), |_| false);
        let Deploy { record, log } = deploy;
        let after = &policy.deploy;
        self.word("deploy.record", (record, &after.record), |_| false);
        self.word("deploy.log", (log, &after.log), |_| false);
    }

    fn command(&mut self, key: &str, before: Option<&Command>, after: Option<&Command>) {
        let shown = |command: Option<&Command>| command.map_or("none".to_owned(), |command| list(command.words()));
        self.if_laxer(before != after, key, || (shown(before), shown(after)));
    }
}

fn shown<T: Display>(value: Option<&T>) -> String {
    value.map_or("none".to_owned(), ToString::to_string)
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.join(", "))
}

fn tables(rules: &[PairRule]) -> String {
    list(&rules.iter().map(|rule| rule.key().0).collect::<Vec<_>>())
}

/// How strict a table is about pins in its manifests; without a word of its own a pattern may take both kinds of files.
fn pinning(rule: &PairRule) -> u8 {
    match (rule.manifest_pins, &rule.manifest) {
        (Some(true), _) => 2,
        (Some(false), _) => 0,
        (None, Manifest::Named(path)) if path.as_bytes().ends_with(b".in") => 0,
        (None, Manifest::Named(_)) => 2,
        (None, Manifest::Pattern(glob)) if glob.ends_with(b".in") => 0,
        (None, Manifest::Pattern(glob)) if glob.ends_with(b".txt") => 2,
        (None, Manifest::Pattern(_)) => 1,
    }
}

/// How strict a rule is under a setting. A default whose level depends on the case lies below an explicit error and
/// above a warning.
fn strictness(rule: RuleId, setting: Option<Setting>) -> u8 {
    let depends = matches!(rule, RuleId::AmbiguousLine | RuleId::Hash | RuleId::IndexChanged | RuleId::Undecided);
    match setting {
        Some(Setting::Off) => 0,
        Some(Setting::At(Level::Note)) => 1,
        Some(Setting::At(Level::Warning)) => 2,
        Some(Setting::At(Level::Error)) => 4,
        None if depends => 3,
        None => strictness(rule, Some(Setting::At(rule.default_level()))),
    }
}

/// Whether no binary that `before` turned away may judge by `after`. Only lower bounds are compared.
fn admits_no_older(before: Option<&VersionSpecifiers>, after: Option<&VersionSpecifiers>) -> bool {
    let Some(before) = before else { return true };
    let Some(after) = after else { return false };
    let bounds = floor(before).zip(floor(after));
    before == after || bounds.is_some_and(|(before, after)| after >= before)
}

/// The version of a lone `>=`.
fn floor(specifiers: &VersionSpecifiers) -> Option<&Version> {
    match &**specifiers {
        [only] if *only.operator() == Operator::GreaterThanEqual => Some(only.version()),
        _ => None,
    }
}
