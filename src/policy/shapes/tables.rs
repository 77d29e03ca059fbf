//! The tables of a policy, as data.

use super::super::levels::Exemption;
use super::super::pairs::Kind;
use super::super::push::OnCreate;
use super::super::{Resolver, Undecided};
use super::{Key, Shape, Takes, Unset};

const fn key(name: &'static str, example: &'static str, takes: Takes, unset: Unset, about: &'static str) -> Key {
    Key { name, example, takes, unset, about }
}

/// The values of an enum of words.
macro_rules! word {
    ($of:ty) => {
        Takes::Word(|| <$of>::WORDS.iter().map(|(word, _)| *word).collect())
    };
}

use Takes::{Boolean, Date, Table, Tables, Text, Texts};
use Unset::{Required, Value, Words};

/// The top of the file.
pub(in super::super) static TOP: Shape = Shape {
    name: "",
    title: "",
    keys: &[
        key(
            "requires",
            "requires = \">=0.1\"",
            Text("version specifier"),
            Words("any"),
            "which versions of the tool may judge, as in `\">=0.1\"`. Read before everything else: an older binary says \
             \"upgrade\"",
        ),
        key(
            "exclude",
            "exclude = [\"docs/**\"]",
            Texts("path patterns", 0),
            Value("[]"),
            "manifests that the default rule, or a pattern of `[[pair]]`, leaves alone; a directory stands for all it \
             holds",
        ),
        key(
            "allow-skip",
            "allow-skip = false",
            Boolean,
            Value("true"),
            "whether `FREEZE_GUARD=0` skips the guard once",
        ),
        key(
            "undecided",
            "undecided = \"refuse\"",
            word!(Undecided),
            Value("\"refuse\""),
            "what missing evidence does to an entry that a change adds or alters, see [undecided](rules.md#undecided)",
        ),
        key(
            "vcs-hosts",
            "vcs-hosts = [\"github.com\"]",
            Texts("hosts", 0),
            Value("[\"github.com\", \"gitlab.com\", \"bitbucket.org\"]"),
            "where a version control URL at a full commit counts as pinned; `host` or `host:port`",
        ),
        key("pair", "[[pair]]", Tables, Words("the default rule"), "manifests and the locks that answer them"),
        key("rules", "[rules]", Table, Words("every rule's own"), "how much each rule weighs"),
        key("exempt", "[[exempt]]", Tables, Words("none"), "packages that a rule leaves alone"),
        key("push", "[push]", Table, Words("its keys' own"), "what may reach a guarded branch"),
        key("ci", "[ci]", Table, Words("its keys' own"), "what CI asks of a pull request"),
        key("lock", "[lock]", Table, Words("its keys' own"), "what writes a lock"),
        key("upgrade", "[upgrade]", Table, Words("its keys' own"), "how dependencies are upgraded"),
        key("deploy", "[deploy]", Table, Words("its keys' own"), "where deployments are recorded"),
    ],
};

/// `[[pair]]`
pub(in super::super) static PAIR: Shape = Shape {
    name: "pair",
    title: "[[pair]]",
    keys: &[
        key(
            "manifest",
            "manifest = \"backend/requirements.txt\"",
            Text("path or path pattern"),
            Required,
            "the file people edit. A path without wildcards must exist when everything is judged",
        ),
        key(
            "lock",
            "lock = \"backend/requirements.lock\"",
            Text("path, name or pattern"),
            Words("`.lock` for a `.txt` manifest, `.txt` for a `.in`"),
            "for a path: a path from the top. For a pattern: a file name without `/` beside each manifest, or a path \
             that repeats the manifest's wildcards in the same order",
        ),
        key(
            "kind",
            "kind = \"auto\"",
            word!(Kind),
            Value("\"auto\""),
            "how the lock answers the manifest. `auto`: compiled if a tool's header or a `# via` is in the lock or the \
             manifest is a `.in` file, else mirror; `freeze` is never guessed",
        ),
        key(
            "manifest-pins",
            "manifest-pins = true",
            Boolean,
            Words("`true`, `false` for a `.in` manifest"),
            "whether the manifest itself must be pinned",
        ),
        key(
            "require-hashes",
            "require-hashes = true",
            Boolean,
            Value("false"),
            "whether every entry of the lock needs a hash",
        ),
        key(
            "allow-local",
            "allow-local = false",
            Boolean,
            Value("false"),
            "whether `-e .` and other paths inside the repository are allowed",
        ),
    ],
};

/// `[[exempt]]`
pub(in super::super) static EXEMPT: Shape = Shape {
    name: "exempt",
    title: "[[exempt]]",
    keys: &[
        key(
            "rule",
            "rule = \"unpinned\"",
            Takes::Word(|| Exemption::RULES.iter().map(|rule| rule.code()).collect()),
            Required,
            "the rule",
        ),
        key("package", "package = \"torch\"", Text("name"), Required, "the package, in any spelling of its name"),
        key(
            "reason",
            "reason = \"CPU wheels come from the vendor's index\"",
            Text("text"),
            Required,
            "why, for whoever reads the policy",
        ),
        key("until", "until = 2027-01-01", Date, Words("none"), "the last day on which it holds"),
    ],
};

/// `[push]`
pub(in super::super) static PUSH: Shape = Shape {
    name: "push",
    title: "[push]",
    keys: &[
        key(
            "guard",
            "guard = [\"main\"]",
            Texts("ref patterns", 0),
            Value("[\"main\", \"master\"]"),
            "refs of the remote that take dependency changes only from `from`",
        ),
        key("from", "from = [\"auto/*\"]", Texts("ref patterns", 1), Value("[\"auto/*\"]"), "allowed sources"),
        key(
            "remotes",
            "remotes = [\"origin\"]",
            Texts("name or URL patterns", 0),
            Value("[\"*\"]"),
            "remotes whose refs are guarded; credentials in a URL may be left out",
        ),
        key(
            "remote-sources",
            "remote-sources = false",
            Boolean,
            Value("false"),
            "whether `refs/remotes/<remote>/auto/*` is a source like `auto/*`",
        ),
        key(
            "on-create",
            "on-create = \"allow\"",
            word!(OnCreate),
            Value("\"allow\""),
            "whether the first push of a guarded ref is judged",
        ),
        key(
            "every-commit",
            "every-commit = false",
            Boolean,
            Value("false"),
            "whether every new commit is judged, not only the tip",
        ),
    ],
};

/// `[ci]`
pub(in super::super) static CI: Shape = Shape {
    name: "ci",
    title: "[ci]",
    keys: &[
        key(
            "label",
            "label = \"approved-dependency-upgrade\"",
            Text("text"),
            Value("\"approved-dependency-upgrade\""),
            "the label that a pull request with dependency changes needs",
        ),
        key(
            "check-source",
            "check-source = false",
            Boolean,
            Value("false"),
            "whether the pull request's head must match `push.from` too",
        ),
    ],
};

/// `[lock]`
pub(in super::super) static LOCK: Shape = Shape {
    name: "lock",
    title: "[lock]",
    keys: &[key(
        "command",
        "command = [\"uv\", \"pip\", \"compile\", \"requirements.in\"]",
        Texts("command", 1),
        Words("a copy for a mirror, else the tool of the lock's header"),
        "what `hook lock` runs, from the top; `{manifest}` and `{lock}` in it stand for the pair's paths, without them \
         it runs once for all pairs; where it is set, `hook fix` writes no lock",
    )],
};

/// `[upgrade]`
pub(in super::super) static UPGRADE: Shape = Shape {
    name: "upgrade",
    title: "[upgrade]",
    keys: &[
        key(
            "resolver",
            "resolver = \"auto\"",
            word!(Resolver),
            Value("\"auto\""),
            "which tool resolves; `auto`: the lock's own, else the first on PATH",
        ),
        key(
            "command",
            "command = [\"make\", \"lock\"]",
            Texts("command", 1),
            Words("none"),
            "runs in the resolver's place and edits manifest and lock; `{packages}` stands for the packages asked for",
        ),
        key(
            "setup",
            "setup = [\"make\", \"venv\"]",
            Texts("command", 1),
            Words("none"),
            "makes an environment from the new lock, at the top of the sandbox",
        ),
        key(
            "test",
            "test = [\"make\", \"test\"]",
            Texts("command", 1),
            Words("none"),
            "says whether the new set works",
        ),
        key(
            "branch",
            "branch = \"auto/dependency-upgrade\"",
            Text("branch"),
            Value("\"auto/dependency-upgrade\""),
            "the branch's name before `-YYYYMMDD-NNN`",
        ),
    ],
};

/// `[deploy]`
pub(in super::super) static DEPLOY: Shape = Shape {
    name: "deploy",
    title: "[deploy]",
    keys: &[
        key(
            "record",
            "record = \"infrastructure/LAST_PROD_DEPLOY.json\"",
            Text("path"),
            Value("\"infrastructure/LAST_PROD_DEPLOY.json\""),
            "the [record of the last good deployment](upgrade.md#deployments)",
        ),
        key(
            "log",
            "log = \"infrastructure/CORRECTIONS.md\"",
            Text("path"),
            Value("\"infrastructure/CORRECTIONS.md\""),
            "where a [rollback](upgrade.md#rollback) writes its event",
        ),
    ],
};

/// Every shape, the top first.
pub(in super::super) static ALL: &[&Shape] = &[&TOP, &PAIR, &EXEMPT, &PUSH, &CI, &LOCK, &UPGRADE, &DEPLOY];
