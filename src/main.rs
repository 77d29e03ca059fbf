//! The `hook` binary: takes the world in (arguments, environment, working directory, standard streams, clock), hands it
//! to the verbs in `cli`, and turns what comes back into an exit status.

mod cli;

use std::process::ExitCode;

/// musl's own allocator gives memory back to the kernel at once and takes it again.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    cli::main()
}
