//! The examples of a page as sessions: blocks that one world lives through, command by command, as a person would type
//! them into a shell.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;
use snapbox::assert::Action;
use snapbox::{Assert, IntoData as _};

use crate::page::{Page, What};
use crate::run::Run;
use crate::scenarios;
use crate::world::{BINARY, World};

/// What one world lives through.
pub(crate) struct Session {
    pub(crate) scenario: String,
    /// The line of the comment that begins it.
    pub(crate) line: usize,
    pub(crate) steps: Vec<Step>,
}

/// What is done in it.
pub(crate) enum Step {
    /// Commands that the page does not show; all must pass.
    Setup { line: usize, commands: String },
    /// A command that the page shows.
    Typed(Exchange),
}

/// A command and what it prints.
pub(crate) struct Exchange {
    pub(crate) line: usize,
    pub(crate) command: String,
    /// Where the page shows what it prints; `None` in a block of commands alone, which must pass.
    pub(crate) output: Option<Range<usize>>,
}

/// The sessions of a page, and the blocks that another test runs: first line, and where.
pub(crate) fn sessions(page: &Page) -> (Vec<Session>, Vec<(String, String)>) {
    let mut sessions: Vec<Session> = Vec::new();
    let mut elsewhere = Vec::new();
    let mut mark: Option<String> = None;
    for piece in &page.pieces {
        let at = format!("{}:{}", page.name, piece.line);
        match &piece.what {
            What::Comment(comment) => {
                let (word, rest) = comment.split_once(':').unwrap_or((comment, ""));
                let (line, rest) = (piece.line, rest.trim().to_owned());
                match word {
                    "scenario" => sessions.push(Session { scenario: rest, line, steps: Vec::new() }),
                    "setup" => {
                        let session = sessions.last_mut().unwrap_or_else(|| panic!("{at}: no scenario"));
                        session.steps.push(Step::Setup { line, commands: rest });
                    }
                    "not run" => mark = Some(rest),
                    _ => panic!("{at}: `{word}` is none of scenario, setup, not run"),
                }
            }
            What::Block(block) if block.language == "console" => {
                if let Some(place) = mark.take() {
                    elsewhere.push((page.block(block).lines().next().unwrap_or_default().to_owned(), place));
                    continue;
                }
                let session =
                    sessions.last_mut().unwrap_or_else(|| panic!("{at}: no `<!-- scenario: NAME -->` before it"));
                let typed = exchanges(page.block(block), block.at.start, piece.line + 1);
                session.steps.extend(typed.into_iter().map(Step::Typed));
            }
            _ => {}
        }
        assert!(mark.is_none() || matches!(piece.what, What::Comment(_)), "{at}: `not run` belongs to a console block");
    }
    (sessions, elsewhere)
}

/// The commands of a block that begins at byte `start` and line `line` of its page.
fn exchanges(text: &str, start: usize, line: usize) -> Vec<Exchange> {
    let session = text.lines().any(|line| line.starts_with("$ "));
    let mut exchanges: Vec<Exchange> = Vec::new();
    let mut at = start;
    for (number, whole) in text.split_inclusive('\n').enumerate() {
        let end = at + whole.len();
        let shown = whole.trim_end_matches('\n');
        let typed = if session { shown.strip_prefix("$ ") } else { Some(shown) };
        let output = session.then_some(end..end);
        match (typed, exchanges.last_mut()) {
            (Some(command), _) => {
                exchanges.push(Exchange { line: line + number, command: command.to_owned(), output });
            }
            (None, Some(last)) => {
                let range = last.output.as_mut().unwrap();
                match shown.strip_prefix("> ") {
                    // As the shell shows that a command goes on.
                    Some(more) if range.start == range.end => {
                        last.command.push('\n');
                        last.command.push_str(more);
                        *range = end..end;
                    }
                    _ => range.end = end,
                }
            }
            (None, None) => panic!("line {}: output before the first command", line + number),
        }
        at = end;
    }
    exchanges
}

/// What is wrong with a page, and what it should hold in which places.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) faults: Vec<String>,
    pub(crate) edits: Vec<(Range<usize>, String)>,
}

/// Lives through a session.
pub(crate) fn live(page: &Page, session: &Session) -> Outcome {
    let world = World::new();
    let Some(mut place) = scenarios::prepare(&world, &session.scenario) else {
        let fault = format!("{}:{}: there is no scenario `{}`", page.name, session.line, session.scenario);
        return Outcome { faults: vec![fault], edits: Vec::new() };
    };
    let mut outcome = Outcome::default();
    for step in &session.steps {
        match step {
            Step::Setup { line, commands } => {
                let run = type_in(&world, &mut place, &format!("set -e\n{commands}"), &[]);
                if run.status != Some(0) {
                    outcome.faults.push(format!("{}:{line}: the setup fails\n{run}", page.name));
                    return outcome;
                }
            }
            Step::Typed(exchange) => {
                let run = type_in(&world, &mut place, &exchange.command, &[]);
                compare(page, exchange, &run, &plain(&world, &run.stdout_text()), &mut outcome);
            }
        }
    }
    outcome
}

/// Holds a run against what the page shows.
fn compare(page: &Page, exchange: &Exchange, run: &Run, shown: &str, outcome: &mut Outcome) {
    let at = format!("{}:{}: `{}`", page.name, exchange.line, exchange.command);
    let fails = exchange.output.is_some() && says_no(shown);
    if fails == (run.status == Some(0)) {
        let wanted =
            if fails { "says no and exits 0" } else { "fails without a line that begins with error or refused" };
        outcome.faults.push(format!("{at} {wanted}\n{run}"));
    }
    let Some(range) = &exchange.output else { return };
    let assert = Assert::new().action(Action::Verify).normalize_paths(false);
    let expected = &page.text[range.clone()];
    if let Err(difference) = assert.try_eq(Some(&at), shown.into_data(), expected.into_data()) {
        outcome.faults.push(difference.to_string());
        let (normal, _) = assert.normalize(shown.into_data(), expected.into_data());
        outcome.edits.push((range.clone(), normal.to_string()));
    }
}

/// Whether the program, or git for it, says that something was not done.
pub(crate) fn says_no(output: &str) -> bool {
    output.lines().any(|line| ["error", "refused", "fatal"].iter().any(|word| line.starts_with(word)))
}

/// Runs a command in a shell, at `place`, and goes where it went; both streams arrive as one.
pub(crate) fn type_in(world: &World, place: &mut PathBuf, command: &str, env: &[(&str, &str)]) -> Run {
    let note = world.path("place");
    let script = format!("exec 2>&1\ntrap 'pwd >\"$PLACE\"' EXIT\n{command}\n");
    let mut path = Path::new(BINARY).parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(world.search_path());
    let mut shell = world.command("sh", place);
    shell.env("PATH", path).env("PLACE", &note).envs(env.iter().copied());
    let run = Run::of(shell.args(["-c", &script]), b"");
    if let Ok(now) = std::fs::read_to_string(&note) {
        *place = PathBuf::from(now.trim_end());
    }
    run
}

/// What was printed, with the names that differ from machine to machine and from day to day made those of the reader.
pub(crate) fn plain(world: &World, text: &str) -> String {
    static DAY: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(auto/[a-z-]+-)[0-9]{8}-").unwrap());
    let home = world.path("home").canonicalize().unwrap();
    let text = text.replace(BINARY, "/home/ada/.cargo/bin/hook").replace(home.to_str().unwrap(), "/home/ada");
    let text = DAY.replace_all(&text, "${1}20261122-");
    // git fills lines that come from a remote with spaces.
    text.split_inclusive('\n').map(|line| line.trim_end_matches([' ', '\n']).to_owned() + "\n").collect()
}

#[test]
fn a_block_is_read_as_typed() {
    let text = "$ one\n1\n$ two \\\n> more\n2\n> 3\n$ three\n";
    let read: Vec<(String, String)> = exchanges(text, 0, 1)
        .into_iter()
        .map(|exchange| (exchange.command, text[exchange.output.unwrap()].to_owned()))
        .collect();
    let wanted = [("one", "1\n"), ("two \\\nmore", "2\n> 3\n"), ("three", "")];
    assert_eq!(read, wanted.map(|(command, output)| (command.to_owned(), output.to_owned())));
    let alone = exchanges("one\ntwo\n", 0, 1);
    assert!(alone.len() == 2 && alone.iter().all(|exchange| exchange.output.is_none()));
}

/// A test that cannot fail proves nothing.
#[test]
fn what_a_page_gets_wrong_is_seen() {
    let shown = |text: &str| {
        let page = Page::of("page.md", text);
        let (sessions, _) = sessions(&page);
        live(&page, &sessions[0])
    };
    let right = "<!-- scenario: empty -->\n```console\n$ echo one two\none [..]\n$ cd .. && ls -d pro*\nproject\n\
                 $ pwd\n/home/ada\n```\n";
    let outcome = shown(right);
    assert!(outcome.faults.is_empty(), "{}", outcome.faults.join("\n"));
    let outcome = shown(&right.replace("one [..]", "two [..]"));
    assert_eq!((outcome.faults.len(), outcome.edits[0].1.as_str()), (1, "one two\n"), "{}", outcome.faults.join("\n"));
    assert_eq!(shown(&right.replace("pwd\n", "pwd; false\n")).faults.len(), 1, "a status that nothing explains");
    let no = "<!-- scenario: empty -->\n```console\n$ echo error: no\nerror: no\n```\n";
    assert_eq!(shown(no).faults.len(), 1, "a refusal that passes");
    assert_eq!(shown("<!-- scenario: nowhere -->\n```console\n$ true\n```\n").faults.len(), 1);
    assert_eq!(shown("<!-- scenario: empty -->\n<!-- setup: false -->\n").faults.len(), 1);
}
