//! The tables of a policy, one function each: from what the file says to the types of [`Policy`].

use std::collections::BTreeMap;

use toml::de::DeTable;

use crate::package::PackageName;
use crate::rule::RuleId;
use crate::source::{RepoPath, Span};

use super::change::{Command, Deploy, LockCommand, Resolver, Upgrade};
use super::glob::Glob;
use super::levels::{Exemption, Levels, Setting};
use super::listed::{Listed, Lock, Manifest, PairRule};
use super::mistake::Wrong;
use super::pairs::{Kind, Rules};
use super::pattern::{RefPattern, RemotePattern};
use super::push::{Ci, OnCreate, Push};
use super::reader::{Item, Reader, Section, listed, shorten, span, suggest};
use super::shapes::{self, EXEMPT, PAIR, Shape, TOP};
use super::{Policy, Undecided};

/// Reads a whole policy; what is wrong goes to the reader, and the default stands in its place.
pub(super) fn policy(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Policy {
    let mut policy = Policy::default();
    let top = reader.section(&TOP, table);
    policy.requires = top.get("requires").and_then(|item| reader.parsed(item, super::load::specifiers));
    put(&mut policy.pairs.exclude, top.get("exclude").and_then(|item| reader.list(item, Glob::tree)));
    put(&mut policy.allow_skip, top.get("allow-skip").and_then(|item| reader.boolean(item)));
    put(&mut policy.undecided, top.get("undecided").and_then(|item| reader.word(item, Undecided::WORDS)));
    put(&mut policy.vcs_hosts, top.get("vcs-hosts").and_then(|item| reader.list(item, host)));
    put(&mut policy.pairs.rules, top.get("pair").map(|item| Rules::Listed(Listed::new(pairs(reader, item)))));
    put(&mut policy.levels, sub(reader, &top, "rules").map(|table| levels(reader, table)));
    put(&mut policy.exemptions, top.get("exempt").map(|item| exemptions(reader, item)));
    put(&mut policy.push, section(reader, &top, &shapes::PUSH).map(|table| push(reader, table)));
    put(&mut policy.ci, section(reader, &top, &shapes::CI).map(|table| ci(reader, table)));
    put(&mut policy.lock, section(reader, &top, &shapes::LOCK).map(|table| lock(reader, table)));
    put(&mut policy.upgrade, section(reader, &top, &shapes::UPGRADE).map(|table| upgrade(reader, table)));
    put(&mut policy.deploy, section(reader, &top, &shapes::DEPLOY).map(|table| deploy(reader, table)));
    policy
}

fn put<T>(slot: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *slot = value;
    }
}

fn sub<'t>(reader: &mut Reader<'_>, top: &Section<'t>, name: &str) -> Option<&'t DeTable<'t>> {
    top.get(name).and_then(|item| reader.table(item))
}

fn section<'t>(reader: &mut Reader<'_>, top: &Section<'t>, shape: &'static Shape) -> Option<Section<'t>> {
    sub(reader, top, shape.name).map(|table| reader.section(shape, table))
}

fn pairs(reader: &mut Reader<'_>, item: Item<'_>) -> Vec<PairRule> {
    let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut rules = Vec::new();
    for (table, header) in reader.tables(item) {
        let Some(rule) = pair(reader, table, header) else { continue };
        let line = reader.text.place(header).start.line;
        if let Some(first) = seen.get(&rule.key()) {
            let message = format!("the pair of line {first} is listed again");
            reader.wrong(header, Wrong::new(message, "remove one of the two `[[pair]]` tables"));
        }
        seen.entry(rule.key()).or_insert(line);
        rules.push(rule);
    }
    rules
}

fn pair(reader: &mut Reader<'_>, table: &DeTable<'_>, header: Span) -> Option<PairRule> {
    let section = reader.section(&PAIR, table);
    let kind = section.get("kind").and_then(|item| reader.word(item, Kind::WORDS));
    let manifest_pins = section.get("manifest-pins").and_then(|item| reader.boolean(item));
    let require_hashes = section.get("require-hashes").and_then(|item| reader.boolean(item));
    let allow_local = section.get("allow-local").and_then(|item| reader.boolean(item));
    let written_lock = section.get("lock").map(|item| (item, reader.text(item)));
    let manifest = match section.get("manifest") {
        Some(item) => reader.parsed(item, Manifest::new)?,
        None => {
            let help = "add `manifest = \"path/requirements.txt\"`";
            reader.wrong(header, Wrong::new("this pair has no `manifest`", help));
            return None;
        }
    };
    let lock = match written_lock {
        Some((item, text)) => Lock::new(&manifest, Some(text?)).map_err(|wrong| reader.wrong(item.span(), wrong)),
        None => Lock::new(&manifest, None).map_err(|wrong| reader.wrong(header, wrong)),
    };
    Some(PairRule {
        manifest,
        lock: lock.ok()?,
        kind: kind.unwrap_or(Kind::Auto),
        manifest_pins,
        require_hashes: require_hashes.unwrap_or(false),
        allow_local: allow_local.unwrap_or(false),
    })
}

/// `[rules]`: its keys are the rules' codes, so it has no [`Shape`].
fn levels(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Levels {
    let mut levels = Levels::default();
    let codes = || RuleId::ALL.iter().map(|rule| rule.code());
    for (key, value) in table {
        let Ok(rule) = key.get_ref().parse::<RuleId>() else {
            let help = suggest(key.get_ref(), codes()).unwrap_or_else(|| format!("the rules are: {}", listed(codes())));
            reader.wrong(span(key.span()), Wrong::new(format!("unknown rule `{}`", shorten(key.get_ref())), help));
            continue;
        };
        let item = Item::new("rules", shapes::level_key(rule), value);
        if let Some(setting) = reader.word(item, Setting::WORDS) {
            levels.set.insert(rule, setting);
        }
    }
    levels
}

fn exemptions(reader: &mut Reader<'_>, item: Item<'_>) -> Vec<Exemption> {
    let mut exemptions: Vec<Exemption> = Vec::new();
    let mut seen = BTreeMap::new();
    for (table, header) in reader.tables(item) {
        let Some(exemption) = exemption(reader, table, header) else { continue };
        match seen.get(&(exemption.rule, exemption.package.clone())) {
            Some(first) => {
                let message = format!("line {first} already exempts `{}` from `{}`", exemption.package, exemption.rule);
                reader.wrong(header, Wrong::new(message, "remove one of the two `[[exempt]]` tables"));
            }
            None => {
                seen.insert((exemption.rule, exemption.package.clone()), exemption.line);
                exemptions.push(exemption);
            }
        }
    }
    exemptions
}

fn exemption(reader: &mut Reader<'_>, table: &DeTable<'_>, header: Span) -> Option<Exemption> {
    let section = reader.section(&EXEMPT, table);
    let rules: Vec<(&str, RuleId)> = Exemption::RULES.iter().map(|rule| (rule.code(), *rule)).collect();
    let rule = section.get("rule").map(|item| reader.word(item, &rules));
    let package = section.get("package").map(|item| reader.parsed(item, package));
    let reason = section.get("reason").map(|item| reader.parsed(item, |text| Ok(text.trim().to_owned())));
    let until = section.get("until").map(|item| reader.date(item));
    for (name, missing) in [("rule", rule.is_none()), ("package", package.is_none()), ("reason", reason.is_none())] {
        if missing {
            let help = "every `[[exempt]]` has `rule`, `package` and `reason`; `until = 2027-01-01` is optional";
            reader.wrong(header, Wrong::new(format!("this exemption has no `{name}`"), help));
        }
    }
    let place = reader.text.place(header);
    let until = match until {
        Some(date) => Some(date?),
        None => None,
    };
    Some(Exemption { rule: rule??, package: package??, reason: reason??, until, line: place.start.line, place })
}

fn package(text: &str) -> Result<PackageName, Wrong> {
    PackageName::new(text).ok_or_else(|| {
        Wrong::new(
            format!("`{}` is not a package's name", shorten(text)),
            "write the name alone, as the package index knows it, without extras or version",
        )
    })
}

fn push(reader: &mut Reader<'_>, section: Section<'_>) -> Push {
    let mut push = Push::default();
    put(&mut push.guard, section.get("guard").and_then(|item| reader.list(item, RefPattern::new)));
    put(&mut push.remotes, section.get("remotes").and_then(|item| reader.list(item, RemotePattern::new)));
    put(&mut push.remote_sources, section.get("remote-sources").and_then(|item| reader.boolean(item)));
    put(&mut push.on_create, section.get("on-create").and_then(|item| reader.word(item, OnCreate::WORDS)));
    put(&mut push.every_commit, section.get("every-commit").and_then(|item| reader.boolean(item)));
    if let Some(item) = section.get("from") {
        match reader.list(item, RefPattern::new) {
            Some(from) if from.is_empty() => {
                let message = "`push.from` is empty: no dependency change could ever reach a guarded branch";
                reader
                    .wrong(item.span(), Wrong::new(message, "write at least one pattern, like `from = [\"auto/*\"]`"));
            }
            from => put(&mut push.from, from),
        }
    }
    push
}

fn ci(reader: &mut Reader<'_>, section: Section<'_>) -> Ci {
    let mut ci = Ci::default();
    put(&mut ci.label, section.get("label").and_then(|item| reader.parsed(item, label)));
    put(&mut ci.check_source, section.get("check-source").and_then(|item| reader.boolean(item)));
    ci
}

fn lock(reader: &mut Reader<'_>, section: Section<'_>) -> LockCommand {
    LockCommand { command: command(reader, section.get("command")) }
}

fn upgrade(reader: &mut Reader<'_>, section: Section<'_>) -> Upgrade {
    let mut upgrade = Upgrade::default();
    put(&mut upgrade.resolver, section.get("resolver").and_then(|item| reader.word(item, Resolver::WORDS)));
    put(&mut upgrade.branch, section.get("branch").and_then(|item| reader.parsed(item, branch)));
    upgrade.command = command(reader, section.get("command"));
    upgrade.setup = command(reader, section.get("setup"));
    upgrade.test = command(reader, section.get("test"));
    upgrade
}

fn deploy(reader: &mut Reader<'_>, section: Section<'_>) -> Deploy {
    let mut deploy = Deploy::default();
    put(&mut deploy.record, section.get("record").and_then(|item| reader.parsed(item, file)));
    put(&mut deploy.log, section.get("log").and_then(|item| reader.parsed(item, file)));
    deploy
}

fn command(reader: &mut Reader<'_>, item: Option<Item<'_>>) -> Option<Command> {
    let item = item?;
    let words = reader.list(item, |word| match word.contains('\0') {
        false => Ok(word.to_owned()),
        true => Err(Wrong::new("a command holds a NUL", "remove it")),
    })?;
    if words.first().is_none_or(|program| program.trim().is_empty()) {
        let help = "write the program and its arguments, each a string; no shell reads them";
        reader.wrong(item.span(), Wrong::new("this command names no program", help));
        return None;
    }
    Some(Command(words))
}

fn host(text: &str) -> Result<String, Wrong> {
    let (name, port) = text.split_once(':').map_or((text, None), |(name, port)| (name, Some(port)));
    let is_port = |port: &str| port.parse::<u16>().is_ok() && port.bytes().all(|byte| byte.is_ascii_digit());
    let part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if name.split('.').all(part) && port.is_none_or(is_port) {
        return Ok(text.to_ascii_lowercase());
    }
    Err(Wrong::new(
        format!("`{}` is not a host", shorten(text)),
        "write the host alone, like `git.example.com` or `git.example.com:8443`: no scheme, user or path",
    ))
}

fn label(text: &str) -> Result<String, Wrong> {
    if text.chars().any(char::is_control) {
        return Err(Wrong::new(
            "a label holds no control characters",
            "write the label as the hosting service shows it",
        ));
    }
    Ok(text.to_owned())
}

fn branch(text: &str) -> Result<String, Wrong> {
    if text.starts_with("refs/") || text.contains('*') {
        let help = "write the branch's beginning, like `auto/dependency-upgrade`; the date and a number follow";
        return Err(Wrong::new(format!("`{}` is not the beginning of a branch's name", shorten(text)), help));
    }
    RefPattern::new(text).map(|_| text.to_owned())
}

fn file(text: &str) -> Result<RepoPath, Wrong> {
    RepoPath::new(text.as_bytes()).ok_or_else(|| {
        Wrong::new(
            format!("`{}` is not a file of the repository", shorten(text)),
            "write its path from the top of the repository, with `/`, without `.` or `..`",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_alone() {
        for good in ["github.com", "GIT.example.com:8443", "localhost"] {
            assert_eq!(host(good).unwrap(), good.to_ascii_lowercase());
        }
        for bad in ["https://github.com", "a/b", "user@host", "a..b", "host:", "host:+1", "host:99999", "*.com"] {
            assert!(host(bad).is_err(), "{bad}");
        }
    }
}
