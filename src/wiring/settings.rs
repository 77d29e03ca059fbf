//! The configuration that matters for hooks, asked of git in one question: `core.hooksPath`, `core.sharedRepository` and
//! the hooks that git 2.54 and later runs from `hook.<name>.*`.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use super::Event;
use super::SharedRepository;
use super::place::{Holder, Place};
use super::site::{Git, HooksPath, Scope, SiteError, path_of};

/// One `hook.<name>` of git's configuration, all its sections together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigHook {
    /// Its name.
    pub name: Vec<u8>,
    /// What it runs; the last value counts.
    pub command: Option<Vec<u8>>,
    /// For which events; an empty value forgets those before it.
    pub events: Vec<Vec<u8>>,
    /// Whether it is switched off.
    pub disabled: bool,
    /// Every value that makes it, in git's order.
    pub settings: Vec<Setting>,
}

/// Where one value of git's configuration stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The last part of its key, as in `event`.
    pub key: Vec<u8>,
    /// In which configuration.
    pub holder: Holder,
}

impl ConfigHook {
    /// Whether git would run it for `event`.
    pub fn runs_for(&self, event: Event) -> bool {
        !self.disabled && self.is_for(event)
    }

    /// Where it stands, in words.
    pub(super) fn holders(&self) -> String {
        let mut shown: Vec<_> = self.settings.iter().map(|setting| setting.holder.shown()).collect();
        shown.dedup();
        shown.join(" and ")
    }

    /// The commands that take the `chosen` values away; `None` where no command can.
    pub(super) fn unset(&self, place: Place<'_>, chosen: &dyn Fn(&Setting) -> bool) -> Option<String> {
        let mut commands: Vec<String> = Vec::new();
        let settings = self.settings.iter().filter(|setting| chosen(setting));
        for setting in settings.filter(|setting| setting.holder != Holder::Passing) {
            let key = [b"hook.", &*self.name, b".", &*setting.key].concat();
            let command = place.unset(&setting.holder, &key);
            if !commands.contains(&command) {
                commands.push(command);
            }
        }
        (!commands.is_empty()).then(|| commands.join(" && "))
    }

    /// Whether it is for `event`, switched off or not.
    pub fn is_for(&self, event: Event) -> bool {
        self.events.iter().any(|name| name == event.name().as_bytes())
    }
}

/// A version of git, as far as it decides what git can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GitVersion {
    /// The first number.
    pub major: u32,
    /// The second.
    pub minor: u32,
}

impl GitVersion {
    /// The first version that runs hooks from its configuration.
    pub const CONFIG_HOOKS: Self = Self { major: 2, minor: 54 };

    /// Reads what `git --version` says.
    pub fn parse(answer: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(answer).ok()?.strip_prefix("git version ")?;
        let mut numbers = text.trim_end().split(['.', '-', ' ']).map(str::parse);
        Some(Self { major: numbers.next()?.ok()?, minor: numbers.next()?.ok()? })
    }

    /// Whether it runs hooks from its configuration.
    pub fn has_config_hooks(self) -> bool {
        self >= Self::CONFIG_HOOKS
    }
}

impl fmt::Display for GitVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The configuration that matters here.
pub(super) struct Settings {
    pub(super) hooks_path: Option<HooksPath>,
    pub(super) shared: SharedRepository,
    pub(super) config_hooks: Vec<ConfigHook>,
}

impl Settings {
    /// One question for everything: `--get` would fail for a value that is not set as it fails for a broken file.
    pub(super) fn read(git: Git<'_>) -> Result<Self, SiteError> {
        let scoped = ["config", "--list", "--null", "--show-origin", "--show-scope"].map(OsStr::new);
        let mut found = Self::none();
        match git(&scoped) {
            Ok(list) => {
                let mut fields = list.split(|&byte| byte == 0);
                while let (Some(scope), Some(origin), Some(item)) = (fields.next(), fields.next(), fields.next()) {
                    found.take(&Origin { scope: Scope::parse(scope), file: file(origin) }, item)?;
                }
            }
            Err(_) => {
                let list = git(&["config", "--list", "--null"].map(OsStr::new))
                    .map_err(|message| SiteError::from_git(&message))?;
                let origin = Origin { scope: Scope::Unknown, file: None };
                list.split(|&byte| byte == 0).try_for_each(|item| found.take(&origin, item))?;
            }
        }
        Ok(found)
    }

    fn none() -> Self {
        Self { hooks_path: None, shared: SharedRepository::Umask, config_hooks: Vec::new() }
    }

    /// The same with every file told from the others, see [`Holder::resolved`].
    pub(super) fn resolved(mut self, tops: &[&Path], common_dir: &Path) -> Self {
        let resolve = |holder: &mut Holder| *holder = holder.clone().resolved(tops, common_dir);
        self.hooks_path.iter_mut().for_each(|path| resolve(&mut path.holder));
        self.config_hooks.iter_mut().flat_map(|hook| &mut hook.settings).for_each(|it| resolve(&mut it.holder));
        self
    }

    /// The last value wins, as in git.
    fn take(&mut self, origin: &Origin, item: &[u8]) -> Result<(), SiteError> {
        let mut parts = item.splitn(2, |&byte| byte == b'\n');
        let key = parts.next().unwrap_or_default();
        let value = parts.next();
        match (key, value) {
            (b"core.hookspath", Some(value)) => {
                self.hooks_path =
                    Some(HooksPath { value: value.to_vec(), scope: origin.scope, holder: origin.holder() });
            }
            // Whatever follows: git fails as soon as it reads this.
            (b"core.hookspath", None) => {
                return Err(SiteError::NoValue { scope: origin.scope, file: origin.file.clone() });
            }
            (b"core.sharedrepository", value) => self.shared = SharedRepository::parse(value),
            _ => self.take_hook(origin, key, value),
        }
        Ok(())
    }

    fn take_hook(&mut self, origin: &Origin, key: &[u8], value: Option<&[u8]>) {
        let Some((name, what)) = config_hook(key) else { return };
        let at = match self.config_hooks.iter().position(|hook| hook.name == name) {
            Some(at) => at,
            None => {
                self.config_hooks.push(ConfigHook { name: name.to_vec(), ..ConfigHook::default() });
                self.config_hooks.len() - 1
            }
        };
        let Some(hook) = self.config_hooks.get_mut(at) else { return };
        hook.settings.push(Setting { key: what.to_vec(), holder: origin.holder() });
        match (what, value) {
            (b"command", value) => hook.command = value.map(<[u8]>::to_vec),
            (b"event", None | Some(b"")) => hook.events.clear(),
            (b"event", Some(event)) => hook.events.push(event.to_vec()),
            (b"enabled", value) => hook.disabled = value.is_some_and(is_false),
            _ => {}
        }
    }
}

/// Where an item was read.
struct Origin {
    scope: Scope,
    file: Option<PathBuf>,
}

impl Origin {
    fn holder(&self) -> Holder {
        Holder::of(self.scope, self.file.clone())
    }
}

/// The file in what `--show-origin` says; nothing for `command line:` and the like.
fn file(origin: &[u8]) -> Option<PathBuf> {
    origin.strip_prefix(b"file:").and_then(path_of)
}

/// As git reads a boolean.
fn is_false(value: &[u8]) -> bool {
    matches!(value.to_ascii_lowercase().as_slice(), b"" | b"0" | b"false" | b"no" | b"off")
}

/// `<name>` and `<what>` of a key `hook.<name>.<what>`.
fn config_hook(key: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = key.strip_prefix(b"hook.")?;
    let dot = rest.iter().rposition(|&byte| byte == b'.')?;
    Some((rest.get(..dot)?, rest.get(dot + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn config_hooks_are_gathered_by_name() {
        let mut settings = Settings::none();
        let of = |scope| Origin { scope, file: None };
        settings.take(&of(Scope::Global), b"hook.a.b.event\npre-commit").unwrap();
        settings.take(&of(Scope::Local), b"hook.a.b.command\nx").unwrap();
        settings.take(&of(Scope::Local), b"hook.a.b.event\n").unwrap();
        settings.take(&of(Scope::Local), b"hook.a.b.event\npre-push").unwrap();
        settings.take(&of(Scope::Local), b"hook.jobs\n4").unwrap();
        let [hook] = &settings.config_hooks[..] else { panic!("{:?}", settings.config_hooks) };
        assert_eq!((&*hook.name, hook.command.as_deref()), (&b"a.b"[..], Some(&b"x"[..])));
        let holders: Vec<_> = hook.settings.iter().map(|setting| &setting.holder).collect();
        let local = &Holder::Untold(Scope::Local);
        assert_eq!(holders, [&Holder::Untold(Scope::Global), local, local, local]);
        assert!(hook.runs_for(Event::PrePush) && !hook.runs_for(Event::PreCommit));
        settings.take(&of(Scope::Command), b"hook.a.b.enabled\nOff").unwrap();
        assert!(!settings.config_hooks[0].runs_for(Event::PrePush) && settings.config_hooks[0].is_for(Event::PrePush));
    }

    #[test]
    fn versions_are_read_and_compared() {
        let of = |text: &str| GitVersion::parse(text.as_bytes());
        assert_eq!(of("git version 2.39.5\n"), Some(GitVersion { major: 2, minor: 39 }));
        assert_eq!(of("git version 2.54.0-rc1"), Some(GitVersion { major: 2, minor: 54 }));
        assert_eq!(of("git version 2.50.1 (Apple Git-155)\n"), Some(GitVersion { major: 2, minor: 50 }));
        assert_eq!(of("hub version 2.54"), None);
        assert!(
            !of("git version 2.53.9").unwrap().has_config_hooks() && of("git version 3.0").unwrap().has_config_hooks()
        );
    }
}
