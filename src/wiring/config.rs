//! Hooks that git runs from its configuration (2.54 and later): the section of each event, and how ours is known again.

use std::fmt;
use std::path::Path;

use super::command::{Edition, command, written};
use super::config_text;
use super::settings::{ConfigHook, GitVersion};
use super::shim::program_bytes;
use super::{Event, Site};

/// What became of a section of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// It runs this program, and is as we wrote it.
    Current,
    /// It is as we wrote it, for another program or in another version.
    Outdated { program: Vec<u8> },
    /// It bears our name and says something else.
    Edited,
}

/// What is wrong with a hook that git cannot bear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It has an event and no command.
    NoCommand,
    /// Its name is that of an event.
    EventName,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoCommand => "has an event and no command",
            Self::EventName => "has an event and bears the name of one",
        })
    }
}

/// The name of our hook for `event`. It must not equal the event's: git refuses that.
pub(super) fn name(event: Event) -> String {
    format!("hook-{event}")
}

/// The section of ours for `event` among `hooks`.
pub(super) fn find(hooks: &[ConfigHook], event: Event) -> Option<&ConfigHook> {
    hooks.iter().find(|hook| hook.name == name(event).as_bytes())
}

/// A hook in the configuration with which git, where it reads such hooks, fails whatever it is asked to do.
pub(super) fn broken(site: &Site) -> Option<(&ConfigHook, Fault)> {
    let knows = site.git.is_some_and(GitVersion::has_config_hooks);
    let hooks = site.config_hooks.iter().filter(|hook| knows && !hook.disabled && !hook.events.is_empty());
    let fault = |hook: &ConfigHook| match &hook.command {
        None => Some(Fault::NoCommand),
        Some(command) if command.is_empty() => Some(Fault::NoCommand),
        Some(_) => KNOWN.iter().any(|name| name.as_bytes() == hook.name).then_some(Fault::EventName),
    };
    hooks.filter_map(|hook| Some((hook, fault(hook)?))).next()
}

/// The events of git, `githooks(5)`: names that no hook may have.
const KNOWN: &[&str] = &[
    "applypatch-msg",
    "commit-msg",
    "fsmonitor-watchman",
    "p4-changelist",
    "p4-post-changelist",
    "p4-pre-submit",
    "p4-prepare-changelist",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "post-merge",
    "post-receive",
    "post-rewrite",
    "post-update",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-commit",
    "pre-merge-commit",
    "pre-push",
    "pre-rebase",
    "pre-receive",
    "prepare-commit-msg",
    "proc-receive",
    "push-to-checkout",
    "reference-transaction",
    "sendemail-validate",
    "update",
];

/// What switches `hook`, which is for `event`, off: itself, or the one of the event's name.
pub(super) fn switch<'a>(hooks: &'a [ConfigHook], hook: &ConfigHook, event: Event) -> Option<&'a ConfigHook> {
    hooks.iter().find(|other| other.disabled && (*other == hook || other.name == event.name().as_bytes()))
}

/// In what condition the section is that bears our name.
pub(super) fn condition(hook: &ConfigHook, event: Event, binary: &Path) -> Section {
    let said = hook.command.as_deref().unwrap_or_default();
    match written(said, event) {
        _ if !hook.is_for(event) => Section::Edited,
        Some(ours) if ours.edition == Edition::Current && ours.program == program_bytes(binary) => Section::Current,
        Some(ours) => Section::Outdated { program: ours.program },
        None => Section::Edited,
    }
}

/// Our section for `event`: both keys, since git fails every command whose event has no command.
fn section(event: Event, binary: &Path) -> Vec<u8> {
    let mut out = format!("[hook \"{}\"]\n\tevent = {event}\n\tcommand = \"", name(event)).into_bytes();
    for byte in command(event, &program_bytes(binary)) {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ => out.push(byte),
        }
    }
    out.extend_from_slice(b"\"\n");
    out
}

/// `text` without our sections for `out`, and with new ones for `into` at its end; `None` where git cannot read it.
pub(super) fn edit(text: &[u8], out: &[Event], into: &[(Event, &Path)]) -> Option<Vec<u8>> {
    let names: Vec<_> = out.iter().map(|&event| format!("hook.{}", name(event))).collect();
    let sections: Vec<_> = into.iter().map(|&(event, binary)| section(event, binary)).collect();
    config_text::edit(text, &names, &sections.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str = "/a b/it's \"$x\"\\/ho\nok";

    #[test]
    fn a_section_is_known_again() {
        let hook = |program: &str| ConfigHook {
            name: b"hook-pre-push".to_vec(),
            command: Some(command(Event::PrePush, program.as_bytes())),
            events: vec![b"pre-push".to_vec()],
            ..ConfigHook::default()
        };
        let of = |hook: &ConfigHook| condition(hook, Event::PrePush, Path::new(PROGRAM));
        assert_eq!(of(&hook(PROGRAM)), Section::Current);
        assert_eq!(of(&hook("/elsewhere/hook")), Section::Outdated { program: b"/elsewhere/hook".to_vec() });
        let mut edited = hook(PROGRAM);
        edited.command.as_mut().unwrap().extend_from_slice(b" || true");
        assert_eq!(of(&edited), Section::Edited);
        let foreign = ConfigHook { command: Some(b"true".to_vec()), ..hook(PROGRAM) };
        assert_eq!(of(&foreign), Section::Edited);
        assert_eq!(of(&ConfigHook { events: Vec::new(), ..hook(PROGRAM) }), Section::Edited);
    }
}
