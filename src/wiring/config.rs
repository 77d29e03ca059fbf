//! Hooks that git runs from its configuration (2.54 and later): the section of each event, how ours is known again, and
//! the edit of a configuration's text that puts ours in or takes them out and leaves every other byte alone.

use std::path::Path;

use super::Event;
use super::command::{Edition, command, written};
use super::settings::ConfigHook;
use super::shim::program_bytes;

/// What became of a section of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// It runs this program, and is as we wrote it.
    Current,
    /// It is as we wrote it, for another program or in another version.
    Outdated,
    /// It bears our name and says something else.
    Edited,
}

/// The name of our hook for `event`. It must not equal the event's: git refuses that.
pub(super) fn name(event: Event) -> String {
    format!("hook-{event}")
}

/// The section of ours for `event` among `hooks`.
pub(super) fn find(hooks: &[ConfigHook], event: Event) -> Option<&ConfigHook> {
    hooks.iter().find(|hook| hook.name == name(event).as_bytes())
}

/// In what condition the section is that bears our name.
pub(super) fn condition(hook: &ConfigHook, event: Event, binary: &Path) -> Section {
    let said = hook.command.as_deref().unwrap_or_default();
    match written(said, event) {
        _ if !hook.is_for(event) => Section::Edited,
        Some(ours) if ours.edition == Edition::Current && ours.program == program_bytes(binary) => Section::Current,
        Some(_) => Section::Outdated,
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

/// `text` without our sections for `out`, and with new ones for `into` at its end.
pub(super) fn edit(text: &[u8], out: &[Event], into: &[(Event, &Path)]) -> Vec<u8> {
    let mut edited = Vec::with_capacity(text.len());
    let (mut dropping, mut held) = (false, Vec::new());
    let mut continued = false;
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let word = line.trim_ascii_start();
        let header = !continued && word.starts_with(b"[");
        let remark = !continued && (word.is_empty() || word.starts_with(b"#") || word.starts_with(b";"));
        if header {
            dropping = out.iter().any(|&event| heads(word, event));
        }
        match (dropping, remark) {
            (false, _) => {
                edited.append(&mut held);
                edited.extend_from_slice(line);
            }
            // What is said before the next section is said about that one.
            (true, true) => held.extend_from_slice(line),
            (true, false) => held.clear(),
        }
        continued = !remark && ends_in_backslash(line);
    }
    edited.append(&mut held);
    if continued && !into.is_empty() {
        // The last line goes on; what follows must not be taken for its end.
        edited.extend_from_slice(if edited.ends_with(b"\n") { b"\n" } else { b"\n\n" });
    }
    for &(event, binary) in into {
        if edited.last().is_some_and(|&byte| byte != b'\n') {
            edited.push(b'\n');
        }
        edited.extend_from_slice(&section(event, binary));
    }
    edited
}

/// Whether the line begins our section of `event`.
fn heads(line: &[u8], event: Event) -> bool {
    let Some((word, rest)) = line.strip_prefix(b"[").and_then(|rest| rest.split_at_checked(4)) else { return false };
    let rest = rest.trim_ascii_start();
    word.eq_ignore_ascii_case(b"hook") && rest.starts_with(format!("\"{}\"]", name(event)).as_bytes())
}

fn ends_in_backslash(line: &[u8]) -> bool {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.iter().rev().take_while(|&&byte| byte == b'\\').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str = "/a b/it's \"$x\"\\/ho\nok";

    fn ours() -> Vec<(Event, &'static Path)> {
        Event::ALL.into_iter().map(|event| (event, Path::new(PROGRAM))).collect()
    }

    #[test]
    fn what_goes_in_comes_out_again_to_the_byte() {
        for text in [
            "",
            "[core]\n\tbare = false\n",
            "# mine\n[core] bare = true\n\n[hook \"other\"]\n\tevent = pre-commit\n\tcommand = x\n; the end\n",
            "[alias]\n\tx = \"a\\\n[hook \\\"hook-pre-push\\\"]\\\n b\"\n",
            "[core]\r\n\tbare = false\r\n",
        ] {
            let with = edit(text.as_bytes(), &Event::ALL, &ours());
            assert!(with.starts_with(text.as_bytes()));
            assert_eq!(edit(&with, &Event::ALL, &ours()), with);
            assert_eq!(String::from_utf8(edit(&with, &Event::ALL, &[])).unwrap(), text);
        }
    }

    #[test]
    fn what_people_wrote_around_our_sections_stays() {
        let text = "[core]\n\tbare = false\n[hook \"hook-pre-push\"]\n\tevent = pre-push\n\tcommand = \"a\\\nb\"\n\n# mine\n[user]\n\tname = A\n";
        let without = edit(text.as_bytes(), &[Event::PrePush], &[]);
        assert_eq!(String::from_utf8(without).unwrap(), "[core]\n\tbare = false\n\n# mine\n[user]\n\tname = A\n");
        assert_eq!(edit(text.as_bytes(), &[Event::PreCommit], &[]), text.as_bytes());
    }

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
        assert_eq!(of(&hook("/elsewhere/hook")), Section::Outdated);
        let mut edited = hook(PROGRAM);
        edited.command.as_mut().unwrap().extend_from_slice(b" || true");
        assert_eq!(of(&edited), Section::Edited);
        let foreign = ConfigHook { command: Some(b"true".to_vec()), ..hook(PROGRAM) };
        assert_eq!(of(&foreign), Section::Edited);
        assert_eq!(of(&ConfigHook { events: Vec::new(), ..hook(PROGRAM) }), Section::Edited);
    }
}
