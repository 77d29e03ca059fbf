//! Every key: what it takes, what it becomes, and that nothing is forgotten.

use freeze_guard::package::PackageName;
use freeze_guard::policy::{Date, Kind, OnCreate, Policy, Resolver, Undecided, known_keys};
use freeze_guard::rule::{Level, RuleId};
use freeze_guard::source::RepoPath;

use crate::policy;

fn strings<T: ToString>(list: &[T]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

fn path(text: &str) -> RepoPath {
    RepoPath::new(text.as_bytes()).unwrap()
}

#[test]
fn an_empty_file_is_the_defaults() {
    for text in ["", "\n", "# nothing\n", "[push]\n[ci]\n[rules]\n[lock]\n[upgrade]\n[deploy]\n", "exclude = []\r\n"] {
        assert_eq!(policy(text), Policy::default(), "{text:?}");
    }
}

#[test]
fn the_defaults_are_those_of_the_design() {
    let policy = Policy::default();
    assert!(policy.allow_skip);
    assert_eq!(policy.undecided, Undecided::Refuse);
    assert_eq!(policy.vcs_hosts, ["github.com", "gitlab.com", "bitbucket.org"]);
    assert_eq!(strings(&policy.push.guard), ["main", "master"]);
    assert_eq!(strings(&policy.push.from), ["auto/*"]);
    assert_eq!(strings(&policy.push.remotes), ["*"]);
    assert_eq!(policy.push.on_create, OnCreate::Allow);
    assert!(!policy.push.remote_sources && !policy.push.every_commit);
    assert_eq!(policy.ci.label, "approved-dependency-upgrade");
    assert!(!policy.ci.check_source);
    assert_eq!(policy.upgrade.resolver, Resolver::Auto);
    assert_eq!(policy.upgrade.branch, "auto/dependency-upgrade");
    assert_eq!(policy.deploy.record, path("infrastructure/LAST_PROD_DEPLOY.json"));
    assert_eq!(policy.deploy.log, path("infrastructure/CORRECTIONS.md"));
    assert!(policy.push.guards(b"refs/heads/main") && policy.push.guards(b"refs/heads/master"));
    assert!(policy.push.allows_from(b"refs/heads/auto/x") && !policy.push.allows_from(b"refs/heads/x"));
    assert!(policy.push.covers_remote(b"origin", b"https://example.com/a"));
}

/// The whole of DESIGN.md's example, with every optional key.
const EVERYTHING: &str = r#"
requires = ">=0.1, <9"
exclude = ["docs/**", "**/vendor"]
allow-skip = false
undecided = "note"
vcs-hosts = ["git.example.com", "GitHub.com"]

[[pair]]
manifest = "backend/requirements.txt"
lock = "backend/pinned.txt"
kind = "freeze"
manifest-pins = false
require-hashes = true
allow-local = true

[[pair]]
manifest = "services/*/requirements.in"

[rules]
unpinned = "warning"
hash = "off"
unused-exemption = "error"

[[exempt]]
rule = "unpinned"
package = "Torch_Vision"
reason = "  CPU wheels come from the vendor's index "
until = 2027-01-01

[[exempt]]
rule = "hash"
package = "torch"
reason = "r"

[push]
guard = ["main", "release/*", "refs/for/main"]
from = ["auto/*", "renovate/*"]
remotes = ["origin", "https://example.com/*"]
remote-sources = true
on-create = "check"
every-commit = true

[ci]
label = "deps ok"
check-source = true

[lock]
command = ["make", "lock", ""]

[upgrade]
resolver = "pip-compile"
command = ["a"]
setup = ["b", "c"]
test = ["d"]
branch = "auto/up"

[deploy]
record = "ops/deploy.json"
log = "ops/log.md"
"#;

#[test]
fn every_key_reaches_its_field() {
    let policy = policy(EVERYTHING);
    assert_eq!(policy.requires.as_ref().map(ToString::to_string).as_deref(), Some(">=0.1, <9"));
    assert!(!policy.allow_skip);
    assert_eq!(policy.undecided, Undecided::Note);
    assert_eq!(policy.vcs_hosts, ["git.example.com", "github.com"]);
    let [backend] = &policy.pairs.pairs(&[].into())[..] else { panic!("{policy:#?}") };
    assert_eq!((&backend.manifest, &backend.lock), (&path("backend/requirements.txt"), &path("backend/pinned.txt")));
    assert_eq!(backend.kind, Kind::Freeze);
    assert!(!backend.manifest_pins && backend.require_hashes && backend.allow_local && backend.named);
    assert_eq!(policy.levels.level(RuleId::Unpinned), Some(Level::Warning));
    assert_eq!(policy.levels.level(RuleId::Hash), None);
    assert_eq!(policy.levels.level(RuleId::UnusedExemption), Some(Level::Error));
    assert_eq!(policy.levels.level(RuleId::LockDrift), Some(Level::Error));
    assert_eq!(strings(&policy.push.guard), ["main", "release/*", "refs/for/main"]);
    assert_eq!(strings(&policy.push.from), ["auto/*", "renovate/*"]);
    assert_eq!(strings(&policy.push.remotes), ["origin", "https://example.com/*"]);
    assert_eq!(policy.push.on_create, OnCreate::Check);
    assert!(policy.push.remote_sources && policy.push.every_commit);
    assert_eq!((policy.ci.label.as_str(), policy.ci.check_source), ("deps ok", true));
    assert_eq!(policy.lock.command.unwrap().words(), ["make", "lock", ""]);
    assert_eq!(policy.upgrade.resolver, Resolver::PipCompile);
    assert_eq!(policy.upgrade.command.unwrap().words(), ["a"]);
    assert_eq!(policy.upgrade.setup.unwrap().words(), ["b", "c"]);
    assert_eq!(policy.upgrade.test.unwrap().words(), ["d"]);
    assert_eq!(policy.upgrade.branch, "auto/up");
    assert_eq!(policy.deploy.record, path("ops/deploy.json"));
    assert_eq!(policy.deploy.log, path("ops/log.md"));
}

#[test]
fn an_exemption_knows_its_line_its_reason_and_its_last_day() {
    let policy = policy(EVERYTHING);
    let [vision, torch] = &policy.exemptions[..] else { panic!("{policy:#?}") };
    assert_eq!((vision.rule, vision.package.as_str()), (RuleId::Unpinned, "torch-vision"));
    assert_eq!(vision.reason, "CPU wheels come from the vendor's index");
    assert_eq!(vision.until, Some(Date { year: 2027, month: 1, day: 1 }));
    assert_eq!(EVERYTHING.lines().nth(vision.line - 1), Some("[[exempt]]"));
    assert_eq!(vision.place.line_text, "[[exempt]]");
    assert_eq!((torch.rule, &torch.package), (RuleId::Hash, &PackageName::new("torch").unwrap()));
    assert_eq!(torch.until, None);
    assert!(torch.line > vision.line);
}

#[test]
fn inline_tables_and_dotted_keys_are_as_good_as_headers() {
    let inline = policy(
        "pair = [{ manifest = 'a.txt' }]\nexempt = [{ rule = 'hash', package = 'a', reason = 'b' }]\n\
         push.guard = ['x']\nci = { label = 'l' }\n",
    );
    assert_eq!(strings(&inline.push.guard), ["x"]);
    assert_eq!(inline.ci.label, "l");
    assert_eq!(inline.exemptions[0].line, 2);
    assert_eq!(inline.pairs.pairs(&[].into()).len(), 1);
}

#[test]
fn every_key_is_in_the_example_and_every_example_is_sound() {
    for key in known_keys() {
        let written = format!("{} = ", key.name);
        let is_table = key.example.starts_with('[');
        let shown = if is_table { key.example } else { &written };
        assert!(EVERYTHING.lines().any(|line| line.starts_with(shown)), "{key:?}");
        assert!(is_table || key.example.starts_with(&written), "{key:?}");
    }
    for table in ["", "[push]", "[ci]", "[lock]", "[upgrade]", "[deploy]", "[[pair]]", "[[exempt]]"] {
        let keys: Vec<&str> = known_keys().filter(|key| key.table == table).map(|key| key.example).collect();
        let keys: Vec<&str> = keys.into_iter().filter(|example| !example.starts_with('[')).collect();
        assert!(!keys.is_empty());
        policy(&format!("{table}\n{}\n", keys.join("\n")));
    }
}
