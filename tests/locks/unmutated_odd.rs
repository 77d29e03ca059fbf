//! No false refusal where the lock was made from more, or from something else, than the manifest's file: standard input,
//! another file on the command line, pyproject.toml, overrides, and by other tools.
