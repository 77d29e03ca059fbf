//! The options that pip 26.3 reads in a requirements file, and how a spelling is looked up among them.

use super::super::arguments::Word;
use super::super::problem::Notice;
use super::super::text::quote;

/// An option pip knows in a requirements file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::requirements) enum Name {
    IndexUrl,
    ExtraIndexUrl,
    NoIndex,
    Constraint,
    Requirement,
    Editable,
    FindLinks,
    NoBinary,
    OnlyBinary,
    PreferBinary,
    RequireHashes,
    NoRequireHashes,
    Pre,
    AllReleases,
    OnlyFinal,
    TrustedHost,
    UseFeature,
    Hash,
    ConfigSettings,
}

/// An option, and how it is written.
pub(super) struct Spec {
    pub(super) name: Name,
    pub(super) long: &'static str,
    pub(super) short: Option<char>,
    pub(super) takes_value: bool,
}

const fn spec(name: Name, long: &'static str, short: Option<char>, takes_value: bool) -> Spec {
    Spec { name, long, short, takes_value }
}

/// The first spelling of a name is its canonical one.
pub(super) const SPECS: &[Spec] = &[
    spec(Name::Hash, "--hash", None, true),
    spec(Name::IndexUrl, "--index-url", Some('i'), true),
    spec(Name::IndexUrl, "--pypi-url", None, true),
    spec(Name::ExtraIndexUrl, "--extra-index-url", None, true),
    spec(Name::NoIndex, "--no-index", None, false),
    spec(Name::Constraint, "--constraint", Some('c'), true),
    spec(Name::Requirement, "--requirement", Some('r'), true),
    spec(Name::Editable, "--editable", Some('e'), true),
    spec(Name::FindLinks, "--find-links", Some('f'), true),
    spec(Name::NoBinary, "--no-binary", None, true),
    spec(Name::OnlyBinary, "--only-binary", None, true),
    spec(Name::PreferBinary, "--prefer-binary", None, false),
    spec(Name::RequireHashes, "--require-hashes", None, false),
    spec(Name::NoRequireHashes, "--no-require-hashes", None, false),
    spec(Name::Pre, "--pre", None, false),
    spec(Name::AllReleases, "--all-releases", None, true),
    spec(Name::OnlyFinal, "--only-final", None, true),
    spec(Name::TrustedHost, "--trusted-host", None, true),
    spec(Name::UseFeature, "--use-feature", None, true),
    spec(Name::ConfigSettings, "--config-settings", Some('C'), true),
];

/// What `--use-feature` takes (pip 26.3).
pub(super) const FEATURES: &[&str] = &[
    "fast-deps",
    "inprocess-build-deps",
    "venv-isolation",
    "truststore",
    "no-binary-enable-wheel-cache",
    "build-constraint",
];

/// Options pip once read in a requirements file, and since when no more.
const REMOVED: &[(&str, &str)] = &[
    ("--global-option", "25.3"),
    ("--build-option", "25.3"),
    ("--install-option", "23.1"),
    ("--process-dependency-links", "19.0"),
    ("--always-unzip", "20.3"),
    ("-Z", "20.3"),
    ("--use-wheel", "10.0"),
    ("--no-use-wheel", "10.0"),
];

impl Name {
    /// The long canonical spelling.
    pub(in crate::requirements) fn long(self) -> &'static str {
        SPECS.iter().find(|spec| spec.name == self).map_or("", |spec| spec.long)
    }

    /// Whether it belongs to a requirement rather than to the file.
    pub(in crate::requirements) fn per_requirement(self) -> bool {
        matches!(self, Self::Hash | Self::ConfigSettings)
    }
}

/// The option that `option` spells or abbreviates.
pub(super) fn long_spec(option: &str, word: &Word<'_>) -> Result<&'static Spec, Notice> {
    if let Some(spec) = SPECS.iter().find(|spec| spec.long == option) {
        return Ok(spec);
    }
    let candidates: Vec<&Spec> = SPECS.iter().filter(|spec| spec.long.starts_with(option)).collect();
    match candidates.as_slice() {
        [] => Err(unknown(option, word)),
        [spec] => Ok(spec),
        _ => {
            let all: Vec<String> = candidates.iter().map(|spec| format!("`{}`", spec.long)).collect();
            let message = format!("{} may stand for {}", quote(option), all.join(", "));
            Err(Notice::invalid(word.range.clone(), message).help("write the option in full"))
        }
    }
}

/// Why `option` is none.
pub(super) fn unknown(option: &str, word: &Word<'_>) -> Notice {
    let removed = REMOVED.iter().find(|(name, _)| option.starts_with(name));
    let message = match removed {
        Some((name, version)) => format!("pip no longer reads `{name}` in a requirements file, since {version}"),
        None => format!("pip knows no option {} in a requirements file", quote(option)),
    };
    Notice::invalid(word.range.clone(), message).help("remove it, or give it to `pip install` on the command line")
}
