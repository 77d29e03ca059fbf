//! `hook completions` and `hook man`: what a shell and a reader want to know of the command line, generated from it.

use clap::{Arg, ArgAction, Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use super::args::{Args, CompletionsArgs};
use super::output::out_bytes;
use super::{Failure, Outcome};

/// Writes the completion script of a shell to standard output.
pub(crate) fn completions(args: &CompletionsArgs) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "hook", &mut script);
    out_bytes(&script);
    Outcome::Pass
}

/// Writes the manual page, one for all verbs, to standard output.
pub(crate) fn man() -> Result<Outcome, Failure> {
    let page =
        page().map_err(|error| Failure::new(format!("the page cannot be made: {error}"), "see `hook --help`"))?;
    out_bytes(&page);
    Ok(Outcome::Pass)
}

fn page() -> std::io::Result<Vec<u8>> {
    let mut command = Args::command();
    command.build();
    let mut page = Vec::new();
    // clap knows this program by its package's name too; the page is of the command.
    let man = Man::new(command.clone().display_name("hook")).title("HOOK").manual("Freeze Guard").section("1");
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    let mut synopsis = Roff::new();
    synopsis.control("SH", ["SYNOPSIS"]);
    synopsis.text([
        bold("hook"),
        roman(" ["),
        bold("-C"),
        roman(" "),
        italic("DIR"),
        roman("] "),
        italic("COMMAND"),
        roman(" ["),
        italic("ARGS"),
        roman("]"),
    ]);
    synopsis.to_writer(&mut page)?;
    man.render_options_section(&mut page)?;
    let mut roff = Roff::new();
    roff.control("SH", ["COMMANDS"]);
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        describe(&mut roff, verb);
    }
    roff.control("SH", ["EXIT STATUS"]);
    roff.text([roman("0: pass. 1: refused, or a guard is not in force. 2: could not judge, or wrong usage.")]);
    roff.control("SH", ["ENVIRONMENT"]);
    roff.control("TP", []);
    roff.text([bold("FREEZE_GUARD")]);
    roff.text([roman("0 skips the hooks, unless the policy forbids it, and says so.")]);
    roff.control("SH", ["SEE ALSO"]);
    roff.text([bold("git"), roman("(1), "), bold("githooks"), roman("(5)")]);
    roff.to_writer(&mut page)?;
    Ok(page)
}

fn describe(roff: &mut Roff, verb: &Command) {
    let shown = |arg: &&Arg| !arg.is_hide_set() && !matches!(arg.get_action(), ArgAction::Help | ArgAction::Version);
    let (positions, options): (Vec<_>, Vec<_>) =
        verb.get_arguments().filter(shown).partition(|arg| arg.is_positional());
    let mut usage = format!("hook {}", verb.get_name());
    if !options.is_empty() {
        usage.push_str(" [OPTIONS]");
    }
    for arg in &positions {
        usage.push_str(&format!(" {arg}"));
    }
    roff.control("SS", [usage.as_str()]);
    roff.text([roman(format!("{}.", verb.get_about().map(ToString::to_string).unwrap_or_default()))]);
    for arg in options.iter().chain(&positions) {
        roff.control("TP", []);
        roff.text(name(arg));
        roff.text([roman(help(arg))]);
    }
    if let Some(after) = verb.get_after_help() {
        roff.control("PP", []);
        for line in after.to_string().lines() {
            roff.text([roman(line)]);
            if line.ends_with('.') {
                roff.control("br", []);
            }
        }
    }
}

fn name(arg: &Arg) -> Vec<Inline> {
    let short = arg.get_short().map(|short| format!("-{short}"));
    let long = arg.get_long().map(|long| format!("--{long}"));
    let flags: Vec<_> = short.into_iter().chain(long).collect();
    let mut parts = vec![bold(flags.join(", "))];
    if arg.is_positional() || arg.get_action().takes_values() {
        let value = arg.get_value_names().and_then(<[_]>::first).map_or("VALUE", |name| name.as_str());
        parts.extend((!flags.is_empty()).then(|| roman(" ")));
        parts.push(italic(value));
    }
    parts
}

fn help(arg: &Arg) -> String {
    let mut text = format!("{}.", arg.get_help().map(ToString::to_string).unwrap_or_default());
    let values: Vec<_> = match arg.get_action().takes_values() {
        true => arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect(),
        false => Vec::new(),
    };
    if !values.is_empty() {
        text.push_str(&format!(" One of: {}.", values.join(", ")));
    }
    text
}
