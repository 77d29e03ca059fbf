//! Every key that a policy can have, table by table, with an example of how it is written.

use crate::rule::RuleId;

use super::reader::{Key, Shape};

const fn key(name: &'static str, example: &'static str) -> Key {
    Key { name, example }
}

/// The top of the file.
pub(super) static TOP: Shape = Shape {
    name: "",
    title: "",
    keys: &[
        key("requires", "requires = \">=0.1\""),
        key("exclude", "exclude = [\"docs/**\"]"),
        key("allow-skip", "allow-skip = false"),
        key("undecided", "undecided = \"refuse\""),
        key("vcs-hosts", "vcs-hosts = [\"github.com\"]"),
        key("pair", "[[pair]]"),
        key("rules", "[rules]"),
        key("exempt", "[[exempt]]"),
        key("push", "[push]"),
        key("ci", "[ci]"),
        key("lock", "[lock]"),
        key("upgrade", "[upgrade]"),
        key("deploy", "[deploy]"),
    ],
};

/// `[[pair]]`
pub(super) static PAIR: Shape = Shape {
    name: "pair",
    title: "[[pair]]",
    keys: &[
        key("manifest", "manifest = \"backend/requirements.txt\""),
        key("lock", "lock = \"backend/requirements.lock\""),
        key("kind", "kind = \"auto\""),
        key("manifest-pins", "manifest-pins = true"),
        key("require-hashes", "require-hashes = true"),
        key("allow-local", "allow-local = false"),
    ],
};

/// `[[exempt]]`
pub(super) static EXEMPT: Shape = Shape {
    name: "exempt",
    title: "[[exempt]]",
    keys: &[
        key("rule", "rule = \"unpinned\""),
        key("package", "package = \"torch\""),
        key("reason", "reason = \"CPU wheels come from the vendor's index\""),
        key("until", "until = 2027-01-01"),
    ],
};

/// `[push]`
pub(super) static PUSH: Shape = Shape {
    name: "push",
    title: "[push]",
    keys: &[
        key("guard", "guard = [\"main\"]"),
        key("from", "from = [\"auto/*\"]"),
        key("remotes", "remotes = [\"origin\"]"),
        key("remote-sources", "remote-sources = false"),
        key("on-create", "on-create = \"allow\""),
        key("every-commit", "every-commit = false"),
    ],
};

/// `[ci]`
pub(super) static CI: Shape = Shape {
    name: "ci",
    title: "[ci]",
    keys: &[key("label", "label = \"approved-dependency-upgrade\""), key("check-source", "check-source = false")],
};

/// `[lock]`
pub(super) static LOCK: Shape = Shape {
    name: "lock",
    title: "[lock]",
    keys: &[key("command", "command = [\"uv\", \"pip\", \"compile\", \"requirements.in\"]")],
};

/// `[upgrade]`
pub(super) static UPGRADE: Shape = Shape {
    name: "upgrade",
    title: "[upgrade]",
    keys: &[
        key("resolver", "resolver = \"auto\""),
        key("command", "command = [\"make\", \"lock\"]"),
        key("setup", "setup = [\"make\", \"venv\"]"),
        key("test", "test = [\"make\", \"test\"]"),
        key("branch", "branch = \"auto/dependency-upgrade\""),
    ],
};

/// `[deploy]`
pub(super) static DEPLOY: Shape = Shape {
    name: "deploy",
    title: "[deploy]",
    keys: &[
        key("record", "record = \"infrastructure/LAST_PROD_DEPLOY.json\""),
        key("log", "log = \"infrastructure/CORRECTIONS.md\""),
    ],
};

/// Every shape, the top first.
pub(super) static ALL: &[&Shape] = &[&TOP, &PAIR, &EXEMPT, &PUSH, &CI, &LOCK, &UPGRADE, &DEPLOY];

/// The key of `[rules]` for a rule; its keys are the rules' codes, so it has no [`Shape`].
pub(super) fn level_key(rule: RuleId) -> Key {
    key(rule.code(), "unpinned = \"error\"")
}
