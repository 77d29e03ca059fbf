//! The command line: one small file per verb. The only place that prints, and the only one that knows clap.
//!
//! Exit status everywhere: 0 pass, 1 refused, 2 could not judge or wrong usage. The output format never changes it.

mod args;
mod audit;
mod branch;
mod check;
mod children;
mod ci;
mod clones;
mod deploy;
mod explain;
mod fix;
mod from_env;
mod gits;
mod help;
mod init;
mod install;
mod interrupt;
mod lock;
mod man;
mod memory;
mod output;
mod parallel;
mod parse;
mod receive;
mod rollback;
mod run;
mod schema;
mod server;
mod status;
mod steps;
mod terminal;
mod uninstall;
mod upgrade;
mod world;

use std::process::ExitCode;

use args::{Args, Verb};
pub(crate) use output::Failure;
use world::Surroundings;

/// What a verb came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// In order.
    Pass,
    /// At least one error, or a guard that is not in force.
    Refuse,
    /// A status that is handed on: a chained hook's, or the probe's.
    Code(u8),
}

/// Runs the verb that the arguments name.
pub(crate) fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    let args = match Args::read(&words) {
        Ok(args) => args,
        Err(error) => return help::usage(error),
    };
    let format = args.verb.format();
    // A hook says everything on standard error, and its status is a verdict.
    let must_be_heard = !matches!(args.verb, Verb::Run(_));
    let result = Surroundings::take(args.directory.as_deref()).and_then(|world| dispatch(args.verb, &world));
    if let Some(lost) = output::lost().filter(|_| must_be_heard) {
        output::err(&lost.text());
        return ExitCode::from(2);
    }
    match result {
        Ok(Outcome::Pass) => ExitCode::SUCCESS,
        Ok(Outcome::Refuse) => ExitCode::from(1),
        Ok(Outcome::Code(code)) => ExitCode::from(code),
        Err(failure) => {
            failure.show(format);
            ExitCode::from(2)
        }
    }
}

fn dispatch(verb: Verb, world: &Surroundings) -> Result<Outcome, Failure> {
    match verb {
        Verb::Check(args) => check::run(&args, world),
        Verb::Audit(args) => audit::run(&args, world),
        Verb::Run(args) => run::run(&args, world),
        Verb::Install(args) => install::run(&args, world),
        Verb::Uninstall(args) => uninstall::run(&args, world),
        Verb::Fix(args) => fix::run(&args, world),
        Verb::Lock(args) => lock::run(&args, world),
        Verb::Upgrade(args) => upgrade::run(&args, world),
        Verb::Rollback(args) => rollback::run(&args, world),
        Verb::Deploy(args) => deploy::run(&args, world),
        Verb::Init(args) => init::run(&args, world),
        Verb::Status(args) => status::run(&args, world),
        Verb::Explain(args) => explain::run(&args),
        Verb::Ci(args) => ci::run(&args, world),
        Verb::Parse(args) => parse::run(&args, world),
        Verb::Completions(args) => Ok(man::completions(&args)),
        Verb::Schema => schema::run(),
        Verb::Man => man::man(),
    }
}
