//! Whether to colour: only on a terminal, unless the environment says otherwise (NO_COLOR, CLICOLOR_FORCE, TERM=dumb).

use std::io::IsTerminal as _;

use freeze_guard::git::World;
use freeze_guard::report::Style;
use freeze_guard::source::Paths;

/// Which stream is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Out,
    Err,
}

/// The style for a stream.
pub(crate) fn style(world: &World, stream: Stream, paths: &Paths, notes: bool) -> Style {
    Style { colour: colour(world, stream), notes, paths: paths.clone() }
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
