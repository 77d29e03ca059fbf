//! What `hook --help` shows, verbs of every day first, and what a mistaken command line is told.
//!
//! Only built once clap has found something to say: a hook that judges pays nothing for it.

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory as _};

use super::args::Args;
use super::output::{err, lost, out};
use super::terminal::{Stream, columns};

/// Headings, and the verbs under each. A verb that is in none of them stands under the last.
const GROUPS: &[(&str, &[&str])] = &[
    ("Every day", &["check", "fix", "lock", "status", "explain"]),
    ("Set up", &["init", "install", "uninstall"]),
    ("Upgrade and deploy", &["upgrade", "rollback", "deploy"]),
    ("For CI, servers and reviewers", &["ci", "audit", "run"]),
    ("Look closer", &["parse", "schema", "completions", "man"]),
];

/// What people type who know other tools.
const SYNONYMS: &[(&[&str], &str)] = &[
    (&["lint", "verify", "validate", "test", "scan", "judge", "diff"], "check"),
    (&["repair", "sync", "autofix", "pin", "format"], "fix"),
    (&["compile", "relock", "freeze", "resolve"], "lock"),
    (&["doctor", "info", "show", "list"], "status"),
    (&["rule", "rules", "why", "describe"], "explain"),
    (&["adopt", "new", "config", "configure"], "init"),
    (&["setup", "enable", "wire", "activate"], "install"),
    (&["remove", "disable", "unwire", "deactivate"], "uninstall"),
    (&["completion", "complete"], "completions"),
];

/// The widest that help gets.
const WIDTH: usize = 80;
/// Narrower than this, a verb stands on a line of its own.
const NARROW: usize = 60;

/// Writes what clap has to say to this command line: help and version to standard output with status 0, mistakes to
/// standard error with status 2.
pub(crate) fn usage(found: clap::Error) -> ExitCode {
    let stream = if found.use_stderr() { Stream::Err } else { Stream::Out };
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let command = command(columns(told, stream).min(WIDTH));
    // Once more, with everything that only those want who read.
    let error = suggest(command.try_get_matches_from(std::env::args_os()).err().unwrap_or(found));
    let text = error.render().to_string();
    if error.use_stderr() {
        err(&text);
        return ExitCode::from(2);
    }
    out(&text);
    match lost() {
        Some(lost) => {
            err(&lost.text());
            ExitCode::from(2)
        }
        None => ExitCode::SUCCESS,
    }
}

fn command(width: usize) -> Command {
    let command = Args::command().disable_help_subcommand(false).term_width(width);
    let verbs = verbs(&command, width);
    command.help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{verbs}Options:\n{{options}}{{after-help}}"
    ))
}

/// The verbs under their headings.
fn verbs(command: &Command, width: usize) -> String {
    let mut text = String::new();
    for (at, (heading, names)) in GROUPS.iter().enumerate() {
        let named = names.iter().filter_map(|name| command.find_subcommand(name));
        let rest = command.get_subcommands().filter(|verb| at + 1 == GROUPS.len() && !is_grouped(verb));
        let rows: Vec<String> = named.chain(rest).map(|verb| row(verb, width)).collect();
        if !rows.is_empty() {
            text.push_str(&format!("{heading}:\n{}\n", rows.concat()));
        }
    }
    text
}

fn is_grouped(verb: &Command) -> bool {
    verb.is_hide_set() || GROUPS.iter().any(|(_, names)| names.contains(&verb.get_name()))
}

/// One verb: its name, and what it does, wrapped.
fn row(verb: &Command, width: usize) -> String {
    let (name, about) = (verb.get_name(), verb.get_about().map(ToString::to_string).unwrap_or_default());
    let (mut line, indent) =
        if width < NARROW { (format!("  {name}\n     "), 6) } else { (format!("  {name:12}"), 15) };
    let mut column = indent - 1;
    let mut text = String::new();
    for word in about.split_whitespace() {
        if column + 1 + word.len() > width && column >= indent {
            text.push_str(&line);
            text.push('\n');
            line = " ".repeat(indent - 1);
            column = indent - 1;
        }
        line.push(' ');
        line.push_str(word);
        column += 1 + word.len();
    }
    text + &line + "\n"
}

/// The verb that somebody meant who knows it by another name.
fn suggest(mut error: clap::Error) -> clap::Error {
    if error.kind() == ErrorKind::InvalidSubcommand {
        let typed = match error.get(ContextKind::InvalidSubcommand) {
            Some(ContextValue::String(typed)) => typed.to_lowercase(),
            _ => String::new(),
        };
        let known = SYNONYMS.iter().find(|(others, _)| others.contains(&typed.as_str()));
        if let Some((_, verb)) = known {
            error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![(*verb).to_owned()]));
        }
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_has_its_place() {
        let command = Args::command();
        let lost: Vec<&str> =
            command.get_subcommands().filter(|verb| !is_grouped(verb)).map(Command::get_name).collect();
        assert_eq!(lost, [""; 0], "put it under a heading of GROUPS");
        for (_, verb) in SYNONYMS {
            assert!(command.find_subcommand(verb).is_some(), "{verb}");
        }
    }

    #[test]
    fn rows_fit() {
        let command = command(40);
        for verb in command.get_subcommands() {
            for width in [40, 59, 60, 80] {
                let row = row(verb, width);
                assert!(row.lines().all(|line| line.len() <= width && line.trim_end() == line), "{row}");
                let words = row.split_whitespace().skip(1).collect::<Vec<_>>().join(" ");
                assert_eq!(words, verb.get_about().unwrap().to_string());
            }
        }
    }
}
