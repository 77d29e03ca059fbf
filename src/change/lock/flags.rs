//! Which flags of a header's command are passed on to the resolver that runs again.
//!
//! A header is a comment that anyone can write. Only flags that shape the output or narrow the choice of versions are
//! taken over; what would choose where packages come from, or run something, is for a person to type.

use crate::locks::{Argument, Command, Tool};

/// Flags that take no value.
const BARE: &[&str] = &[
    "--generate-hashes",
    "--strip-extras",
    "--no-strip-extras",
    "--no-annotate",
    "--no-header",
    "--allow-unsafe",
    "--all-extras",
    "--emit-index-url",
    "--no-emit-index-url",
    "--emit-find-links",
    "--no-emit-find-links",
    "--no-index",
    "--no-build-isolation",
];
const BARE_UV: &[&str] = &[
    "--universal",
    "--no-deps",
    "--no-strip-markers",
    "--emit-build-options",
    "--emit-index-annotation",
    "--emit-marker-expression",
    "--no-build",
    "--no-sources",
    "--offline",
];
const BARE_PIP_COMPILE: &[&str] = &[
    "--pre",
    "--annotate",
    "--header",
    "--no-allow-unsafe",
    "--emit-trusted-host",
    "--no-emit-trusted-host",
    "--emit-options",
    "--no-emit-options",
    "--reuse-hashes",
    "--no-reuse-hashes",
    "--build-isolation",
];

/// Flags with a value that is a plain word.
const WORDS: &[&str] =
    &["--extra", "--group", "--annotation-style", "--unsafe-package", "--no-binary", "--only-binary"];
const WORDS_UV: &[&str] = &[
    "--python-version",
    "--python-platform",
    "--no-emit-package",
    "--resolution",
    "--prerelease",
    "--fork-strategy",
    "--exclude-newer",
    "--exclude-newer-package",
    "--torch-backend",
];
const WORDS_PIP_COMPILE: &[&str] = &["--resolver", "--max-rounds", "--newline", "--uploaded-prior-to"];

/// Flags that name a file to read.
const FILES_UV: &[&str] = &["--constraint", "--override", "--excludes", "--build-constraint"];
const FILES_PIP_COMPILE: &[&str] = &["--constraint"];

/// Flags that change nothing which a lock keeps.
const IDLE: &[&str] = &[
    "--output-file",
    "--quiet",
    "--verbose",
    "--upgrade",
    "--upgrade-package",
    "--color",
    "--no-color",
    "--cache-dir",
    "--no-cache",
    "--rebuild",
    "--refresh",
    "--refresh-package",
    "--no-progress",
];

/// What becomes of one argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Carried {
    /// A word of the new command.
    Word(String),
    /// An option that names a file which has to be there.
    File {
        /// The option.
        option: String,
        /// The file, as the header spells it.
        file: String,
    },
    /// A file to compile.
    Input(String),
    /// Nothing.
    Dropped,
}

/// What becomes of `argument`, one of `command`; or the flag that is not passed on.
pub(super) fn carried(command: &Command, argument: &Argument) -> Result<Carried, String> {
    let uv = command.tool == Tool::Uv;
    let known = |both: &[&str], of_uv: &[&str], of_pip_compile: &[&str], name: &str| {
        both.contains(&name) || (if uv { of_uv } else { of_pip_compile }).contains(&name)
    };
    match argument {
        Argument::File(file) => Ok(Carried::Input(file.clone())),
        Argument::Flag(name) | Argument::Value(name, _) | Argument::Path(name, _) if IDLE.contains(&name.as_str()) => {
            Ok(Carried::Dropped)
        }
        Argument::Flag(name) if known(BARE, BARE_UV, BARE_PIP_COMPILE, name) => Ok(Carried::Word(name.clone())),
        Argument::Value(name, value) if known(WORDS, WORDS_UV, WORDS_PIP_COMPILE, name) && is_plain(value) => {
            Ok(Carried::Word(format!("{name}={value}")))
        }
        // A version asks for an interpreter; a path would run one.
        Argument::Value(name, value) if uv && name == "--python" && is_version(value) => {
            Ok(Carried::Word(format!("{name}={value}")))
        }
        Argument::Value(name, value) if uv && name == "--index-strategy" && value == "first-index" => {
            Ok(Carried::Word(format!("{name}={value}")))
        }
        Argument::Path(option, file) if known(&[], FILES_UV, FILES_PIP_COMPILE, option) => {
            Ok(Carried::File { option: option.clone(), file: file.clone() })
        }
        Argument::Flag(name) | Argument::Value(name, _) | Argument::Path(name, _) => Err(name.clone()),
    }
}

/// A name, a version, a date or a list of them.
fn is_plain(value: &str) -> bool {
    let fine = |char: char| char.is_ascii_alphanumeric() || "-_.+:=<>!~,".contains(char);
    !value.is_empty() && !value.starts_with('-') && value.chars().all(fine)
}

fn is_version(value: &str) -> bool {
    value.starts_with(|char: char| char.is_ascii_digit())
        && value.chars().all(|char| char.is_ascii_digit() || char == '.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locks;
    use crate::requirements;
    use crate::source::RepoPath;

    /// Words that are passed on, `FILE` for what names a file; or the first flag that is not.
    fn told(header: &str) -> Result<Vec<String>, String> {
        let lock = requirements::read(RepoPath::new(b"requirements.txt").unwrap(), header.as_bytes());
        let command = locks::command(&lock).unwrap();
        let all = command.arguments.iter().map(|argument| carried(&command, argument));
        let words = all.map(|carried| {
            Ok(match carried? {
                Carried::Word(word) => Some(word),
                Carried::File { option, file } => Some(format!("{option} FILE {file}")),
                Carried::Input(file) => Some(format!("INPUT {file}")),
                Carried::Dropped => None,
            })
        });
        Ok(words.collect::<Result<Vec<_>, String>>()?.into_iter().flatten().collect())
    }

    fn uv(arguments: &str) -> Result<Vec<String>, String> {
        told(&format!(
            "# This file was autogenerated by uv via the following command:\n#    uv pip compile {arguments}\n"
        ))
    }

    fn pip_compile(arguments: &str) -> Result<Vec<String>, String> {
        told(&format!(
            "# This file is autogenerated by pip-compile with Python 3.11\n# by the following command:\n#\n\
             #    pip-compile {arguments}\n"
        ))
    }

    #[test]
    fn what_shapes_the_output_is_passed_on() {
        let given =
            "a.in -o a.txt --universal --generate-hashes -p 3.12 --python-platform=linux -c limits.txt --extra x -q";
        let wanted = [
            "INPUT a.in",
            "--universal",
            "--generate-hashes",
            "--python=3.12",
            "--python-platform=linux",
            "--constraint FILE limits.txt",
            "--extra=x",
        ];
        assert_eq!(uv(given).unwrap(), wanted);
        let given = "--allow-unsafe --no-emit-index-url --output-file=a.txt --strip-extras --pre a.in";
        let wanted = ["--allow-unsafe", "--no-emit-index-url", "--strip-extras", "--pre", "INPUT a.in"];
        assert_eq!(pip_compile(given).unwrap(), wanted);
    }

    #[test]
    fn what_a_lock_must_not_choose_is_not() {
        for (given, flag) in [
            ("a.in --index-url https://example.com/simple", "--index-url"),
            ("a.in --extra-index-url=https://example.com/simple", "--extra-index-url"),
            ("a.in -f https://example.com/wheels", "--find-links"),
            ("a.in --trusted-host example.com", "--trusted-host"),
            ("a.in --index-strategy unsafe-best-match", "--index-strategy"),
            ("a.in --python ./evil", "--python"),
            ("a.in --extra $(x)", "--extra"),
            ("a.in --config-file x.toml", "--config-file"),
            ("a.in --brand-new", "--brand-new"),
            ("a.in -x", "-x"),
        ] {
            assert_eq!(uv(given), Err(flag.to_owned()), "{given}");
        }
        for (given, flag) in [
            ("--pip-args='--index-url https://example.com' a.in", "--pip-args"),
            ("--universal a.in", "--universal"),
            ("--config=x.toml a.in", "--config"),
        ] {
            assert_eq!(pip_compile(given), Err(flag.to_owned()), "{given}");
        }
    }
}
