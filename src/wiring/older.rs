//! The shims that earlier versions wrote, to the byte: only such a file is replaced or taken away as ours, and only of
//! such a file it is known what it does.

use super::Event;
use super::name::ChainedName;
use super::shim::{self, Edits};

/// The program's path in these texts, as in those in `hooks/`.
const PLACEHOLDER: &str = "'@HOOK@'";

/// What became of a shim of version `number`, one before this, since it was written for `event`.
pub(super) fn edits(number: u32, event: Event, bytes: &[u8]) -> Edits {
    let text = match number {
        1 => include_str!("../../hooks/older/shim-1"),
        2 => include_str!("../../hooks/older/shim-2"),
        _ => return Edits::Unknown,
    };
    if is_as_written(text, event, bytes) {
        Edits::Untouched
    } else if is_as_written(text, event, &shim::without_carriage_returns(bytes)) {
        Edits::LineEndings
    } else {
        Edits::Edited
    }
}

/// Whether `bytes` are `text`, which is that for `pre-commit`, with any program and any name for the chained hook.
fn is_as_written(text: &str, event: Event, bytes: &[u8]) -> bool {
    let head = text.lines().nth(1).unwrap_or_default();
    let commit = "event=pre-commit retry='git commit'";
    let text = text
        .replacen(head, &head.replace("pre-commit", event.name()), 1)
        .replacen(commit, &format!("event={event} retry='{}'", retry(event)), 1)
        .replacen("chained=pre-commit.", &format!("chained={event}."), 1);
    let Some((before, after)) = text.split_once(PLACEHOLDER) else { return false };
    let Some((_, rest)) = bytes.strip_prefix(before.as_bytes()).and_then(shim::unquote) else { return false };
    rest == after.as_bytes() || with_usual_name(event, rest).is_some_and(|rest| rest == after.as_bytes())
}

/// The text after the program's line, with the usual name where another one of ours stands.
fn with_usual_name(event: Event, rest: &[u8]) -> Option<Vec<u8>> {
    let (name, rest) = shim::split_at(rest.strip_prefix(b"\nchained=")?, b"\n")?;
    let name = std::str::from_utf8(name).ok().and_then(ChainedName::parse)?;
    let usual = (name.event() == event).then(|| format!("\nchained={}\n", ChainedName::first(event)))?;
    Some([usual.as_bytes(), rest].concat())
}

/// What a person types again.
fn retry(event: Event) -> &'static str {
    match event {
        Event::PreCommit => "git commit",
        Event::PreMergeCommit => "git merge",
        Event::PrePush | Event::PreReceive => "git push",
        Event::PreApplypatch => "git am",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_known_by_its_text() {
        for (number, text) in
            [(1, include_str!("../../hooks/older/shim-1")), (2, include_str!("../../hooks/older/shim-2"))]
        {
            let ours = text.replace("@HOOK@", "/a b/it'\\''s/hook");
            let of = |text: &str| edits(number, Event::PreCommit, text.as_bytes());
            assert_eq!(of(&ours), Edits::Untouched, "{number}");
            assert_eq!(of(&ours.replace('\n', "\r\n")), Edits::LineEndings);
            assert_eq!(of(&(ours.clone() + "exit 0\n")), Edits::Edited);
            assert_eq!(of(&ours.replacen("exit 1", "exit 0", 1)), Edits::Edited);
            assert_eq!(edits(number, Event::PrePush, ours.as_bytes()), Edits::Edited);
            assert_eq!(edits(99, Event::PreCommit, ours.as_bytes()), Edits::Unknown);
            let numbered = ours.replace("chained=pre-commit.hook-chained\n", "chained=pre-commit.hook-chained-7\n");
            assert_eq!(of(&numbered), Edits::Untouched);
            assert_eq!(of(&ours.replace("chained=pre-commit", "chained=pre-push")) == Edits::Untouched, number == 1);
        }
    }
}
