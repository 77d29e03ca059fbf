//! What git's configuration says for an event of ours: the script `hooks/config` in one line, and how to know it again.
//! It does what the shims do where no hook stands beside, with the same proof that what judged was freeze-guard.

use super::Event;
use super::shim::{quote, unquote};

/// The script, with words to replace in it.
const SCRIPT: &str = include_str!("../../hooks/config");
const PROGRAM: &str = "'@HOOK@'";

/// A command that one of our versions wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// The program it runs, as bytes of a path.
    pub(super) program: Vec<u8>,
    pub(super) edition: Edition,
}

/// Which version's text it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edition {
    Current,
    Older,
}

/// What git hands to sh; it adds the hook's arguments at the end.
pub(super) fn command(event: Event, program: &[u8]) -> Vec<u8> {
    let (head, tail) = halves(event);
    [head.as_bytes(), &quote(program), tail.as_bytes()].concat()
}

/// Whether `said` is, to the byte, a command of ours for `event`.
pub(super) fn written(said: &[u8], event: Event) -> Option<Written> {
    let program_after = |head: &str| said.strip_prefix(head.as_bytes()).and_then(unquote).map(|(program, _)| program);
    let current = || {
        let program = program_after(&halves(event).0)?;
        (said == command(event, &program)).then_some(Written { program, edition: Edition::Current })
    };
    let older = || {
        let program = program_after(FIRST)?;
        (said == first(event, &program)).then_some(Written { program, edition: Edition::Older })
    };
    current().or_else(older)
}

/// The script for `event` in one line, before and after the program's path.
fn halves(event: Event) -> (String, String) {
    let lines: Vec<_> = SCRIPT.lines().filter(|line| !line.starts_with('#')).collect();
    let text = lines.join(" ").replace("@EVENT@", event.name()).replace("@RETRY@", retry(event));
    text.split_once(PROGRAM).map(|(head, tail)| (head.to_owned(), tail.to_owned())).unwrap_or((text, String::new()))
}

/// What people type for the event.
fn retry(event: Event) -> &'static str {
    match event {
        Event::PreCommit => "git commit",
        Event::PreMergeCommit => "git merge",
        Event::PrePush => "git push",
        Event::PreApplypatch => "git am",
        Event::PreReceive => "git push",
    }
}

/// How the commands of the first version began.
const FIRST: &str = ": freeze-guard hook 1; f() { [ -x ";

/// A command of the first version, which had no second place to look for the program.
fn first(event: Event, program: &[u8]) -> Vec<u8> {
    let program = quote(program);
    let rest = format!(
        " run {event} -- \"$@\"; if [ \"${{FREEZE_GUARD-}}\" = 0 ]; then echo 'freeze-guard: {event} is skipped, for \
         FREEZE_GUARD is 0 and the program that judges it is gone' >&2; exit 0; fi; printf '%s\\n' 'freeze-guard: {event} \
         is refused, for the program that judges it is gone' '  reinstall it:    cargo install freeze-guard --locked && \
         hook install' '  or skip once:    FREEZE_GUARD=0 git ...' '  or unwire it:    git config --remove-section \
         hook.hook-{event}' >&2; exit 1; }}; f",
    );
    [FIRST.as_bytes(), &program, b" ] && exec ", &program, rest.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_one_line_and_known_again() {
        for event in Event::ALL {
            let text = command(event, b"/a b/it's\n@EVENT@");
            assert_eq!(text.iter().filter(|&&byte| byte == b'\n').count(), 1, "the path's own");
            let seen = written(&text, event).unwrap();
            assert_eq!((seen.program.as_slice(), seen.edition), (&b"/a b/it's\n@EVENT@"[..], Edition::Current));
            assert_eq!(written(&[&text[..], b" || true"].concat(), event), None);
            let older = written(&first(event, b"/it's"), event).unwrap();
            assert_eq!((older.program.as_slice(), older.edition), (&b"/it's"[..], Edition::Older));
        }
        assert_eq!(written(&command(Event::PrePush, b"/x"), Event::PreCommit), None);
        let text = String::from_utf8(command(Event::PrePush, b"/x")).unwrap();
        assert!(text.starts_with(": freeze-guard hook 2 pre-push; ") && text.ends_with("; f"));
        assert!(!text.contains("@EVENT@") && !text.contains("@RETRY@"));
    }

    /// It is the shim in short: whoever mends one of them has to mend the other.
    #[test]
    fn it_says_what_the_shim_says() {
        let shim = include_str!("../../hooks/pre-commit");
        let config = include_str!("../../hooks/config");
        for part in [
            "79) exit 0 ;;",
            "0 | 126 | 127) stranger=$program",
            "case $answer in 'freeze-guard '*) exit 0 ;; esac",
            "[ -f \"$hook\" ] && [ -s \"$hook\" ] && [ -x \"$hook\" ]",
            "case $directory in /*) ;; *) continue ;; esac",
            "the program that judges it is gone",
            "what should judge it is no freeze-guard, or none that runs here",
            "cargo install freeze-guard --locked && hook install",
        ] {
            assert!(shim.contains(part) && config.contains(part), "{part}");
        }
    }
}
