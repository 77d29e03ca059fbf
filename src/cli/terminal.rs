//! What the terminal can show: colour only where it is one, unless the environment says otherwise (NO_COLOR,
//! CLICOLOR_FORCE, TERM=dumb); and how many columns it has.

use std::io::IsTerminal as _;

use freeze_guard::git::World;
use freeze_guard::report::Style;
use freeze_guard::source::Paths;
use terminal_size::{Width, terminal_size_of};

/// Which stream is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Out,
    Err,
}

/// The style for a stream.
pub(crate) fn style(world: &World, stream: Stream, paths: &Paths, notes: bool) -> Style {
    let width = world.var("COLUMNS").and_then(|columns| columns.to_str()?.parse().ok());
    let width = columns(width, stream).min(Style::WIDTH);
    Style { colour: colour(world, stream), notes, paths: paths.clone(), width }
}

/// How many columns a stream has: what COLUMNS says, else the terminal, else more than anything needs.
pub(crate) fn columns(told: Option<usize>, stream: Stream) -> usize {
    let size = || match stream {
        Stream::Out => terminal_size_of(std::io::stdout()),
        Stream::Err => terminal_size_of(std::io::stderr()),
    };
    let found = told.or_else(|| size().map(|(Width(columns), _)| usize::from(columns)));
    found.filter(|columns| *columns > 0).unwrap_or(usize::MAX)
}

fn colour(world: &World, stream: Stream) -> bool {
    let set = |name: &str| world.var(name).is_some_and(|value| !value.is_empty());
    if set("NO_COLOR") {
        return false;
    }
    if set("CLICOLOR_FORCE") && world.var("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        return true;
    }
    let terminal = match stream {
        Stream::Out => std::io::stdout().is_terminal(),
        Stream::Err => std::io::stderr().is_terminal(),
    };
    terminal && world.var("TERM").is_none_or(|term| term != "dumb")
}
