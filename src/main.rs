//! The `hook` binary: takes the world in (arguments, environment, working directory, standard streams, clock), hands it
//! to the verbs in `cli`, and turns what comes back into an exit status.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
