//! The command that a lock's own header names, taken apart as data: it is compared and rebuilt, never run as text.
//!
//! pip-compile quotes what it writes for a shell; uv joins its arguments with spaces and quotes nothing (lock-formats,
//! section 4).

use super::header::{Tool, header};
use crate::requirements::File;

/// A header's command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Whose header it is.
    pub tool: Tool,
    /// Whether a project put its own text in the place of the tool's command.
    pub custom: bool,
    /// Its text as it stands in the header, on one line; empty where the header has none.
    pub text: String,
    /// The Python that the header names, as in `3.11`: pip-compile resolves for the one it runs on.
    pub python: Option<String>,
    /// Its arguments; of a custom command every word.
    pub arguments: Vec<Argument>,
}

/// One argument of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// `--flag`, by its long name where the tool is known.
    Flag(String),
    /// `--flag VALUE`.
    Value(String, String),
    /// `--flag FILE`.
    Path(String, String),
    /// A file to read; `-` is standard input.
    File(String),
}

/// What an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Nothing,
    Value,
    Path,
}

/// Option, its short form, what it takes.
type Row = (&'static str, Option<char>, Takes);

/// What both tools know.
const BOTH: &[Row] = &[
    ("--output-file", Some('o'), Takes::Path),
    ("--constraint", Some('c'), Takes::Path),
    ("--cache-dir", None, Takes::Path),
    ("--find-links", Some('f'), Takes::Value),
    ("--index-url", Some('i'), Takes::Value),
    ("--extra-index-url", None, Takes::Value),
    ("--trusted-host", None, Takes::Value),
    ("--extra", None, Takes::Value),
    ("--group", None, Takes::Value),
    ("--upgrade", Some('U'), Takes::Nothing),
    ("--upgrade-package", Some('P'), Takes::Value),
    ("--annotation-style", None, Takes::Value),
    ("--unsafe-package", None, Takes::Value),
    ("--quiet", Some('q'), Takes::Nothing),
    ("--verbose", Some('v'), Takes::Nothing),
    ("--color", None, Takes::Value),
];

const UV: &[Row] = &[
    ("--override", None, Takes::Path),
    ("--excludes", None, Takes::Path),
    ("--build-constraint", Some('b'), Takes::Path),
    ("--python", Some('p'), Takes::Value),
    ("--python-version", None, Takes::Value),
    ("--python-platform", None, Takes::Value),
    ("--index", None, Takes::Value),
    ("--default-index", None, Takes::Value),
    ("--resolution", None, Takes::Value),
    ("--prerelease", None, Takes::Value),
    ("--fork-strategy", None, Takes::Value),
    ("--exclude-newer", None, Takes::Value),
    ("--exclude-newer-package", None, Takes::Value),
    ("--index-strategy", None, Takes::Value),
    ("--keyring-provider", None, Takes::Value),
    ("--no-sources-package", None, Takes::Value),
    ("--config-setting", Some('C'), Takes::Value),
    ("--config-settings-package", None, Takes::Value),
    ("--no-build-isolation-package", None, Takes::Value),
    ("--no-binary", None, Takes::Value),
    ("--only-binary", None, Takes::Value),
    ("--custom-compile-command", None, Takes::Value),
    ("--no-emit-package", None, Takes::Value),
    ("--torch-backend", None, Takes::Value),
    ("--link-mode", None, Takes::Value),
    ("--no-cache", Some('n'), Takes::Nothing),
    ("--refresh-package", None, Takes::Value),
    ("--format", None, Takes::Value),
    ("--directory", None, Takes::Path),
    ("--project", None, Takes::Path),
    ("--config-file", None, Takes::Path),
];

const PIP_COMPILE: &[Row] = &[
    ("--pre", Some('p'), Takes::Nothing),
    ("--dry-run", Some('n'), Takes::Nothing),
    ("--rebuild", Some('r'), Takes::Nothing),
    ("--cert", None, Takes::Path),
    ("--client-cert", None, Takes::Path),
    ("--src-dir", None, Takes::Path),
    ("--config", None, Takes::Path),
    ("--newline", None, Takes::Value),
    ("--max-rounds", None, Takes::Value),
    ("--pip-args", None, Takes::Value),
    ("--resolver", None, Takes::Value),
    ("--build-deps-for", None, Takes::Value),
];

/// Other spellings of an option.
const ALIASES: &[(&str, &str)] = &[
    ("--constraints", "--constraint"),
    ("--overrides", "--override"),
    ("--build-constraints", "--build-constraint"),
    ("--allow-insecure-host", "--trusted-host"),
    ("--config-settings", "--config-setting"),
    ("--pypi-url", "--index-url"),
];

/// The command of the header of `lock`; `None` where there is no header.
pub fn command(lock: &File) -> Option<Command> {
    header(lock).map(|header| header.command)
}

impl Command {
    /// Takes `text` apart; `line` is the line of the header that names the tool, and maybe its Python.
    pub(super) fn read(tool: Tool, line: &str, text: &str) -> Self {
        let python = line.split_once("with Python ").map(|(_, version)| version.trim().to_owned());
        let own = |words: &[&str]| text.split_whitespace().take(words.len()).eq(words.iter().copied());
        let (custom, words) = match tool {
            Tool::Uv if own(&["uv", "pip", "compile"]) => {
                (false, text.split_whitespace().skip(3).map(str::to_owned).collect())
            }
            Tool::PipCompile if own(&["pip-compile"]) => (false, shell_words(text).split_off(1)),
            Tool::Uv | Tool::PipCompile | Tool::UvExport | Tool::Rye => (true, shell_words(text)),
        };
        Self { tool, custom, arguments: arguments(tool, &words), text: text.to_owned(), python }
    }
}

/// Words as a POSIX shell parts them; what is not closed runs to the end.
fn shell_words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut escaped) = (Vec::new(), None::<String>, None, false);
    for char in text.chars() {
        match (quote, char) {
            _ if escaped => {
                word.get_or_insert_default().push(char);
                escaped = false;
            }
            (None | Some('"'), '\\') => escaped = true,
            (None, '\'' | '"') => {
                word.get_or_insert_default();
                quote = Some(char);
            }
            (Some(open), char) if open == char => quote = None,
            (None, char) if char.is_whitespace() => words.extend(word.take()),
            (_, char) => word.get_or_insert_default().push(char),
        }
    }
    words.extend(word);
    words
}

fn arguments(tool: Tool, words: &[String]) -> Vec<Argument> {
    let mut words = words.iter().map(String::as_str).peekable();
    let mut arguments = Vec::new();
    let mut only_files = false;
    while let Some(word) = words.next() {
        if word == "--" && !only_files {
            only_files = true;
            continue;
        }
        if only_files || !word.starts_with('-') || word == "-" {
            arguments.push(Argument::File(word.to_owned()));
            continue;
        }
        let (name, attached) = spelled(tool, word);
        let takes = rows(tool).find(|(long, _, _)| *long == name).map(|(_, _, takes)| takes);
        let wanted = match takes {
            Some(Takes::Nothing) => None,
            Some(_) => attached.or_else(|| words.next().map(str::to_owned)),
            // What is not known takes what cannot be a file, so that the name of one never counts as a value.
            None => {
                attached.or_else(|| words.next_if(|next| !next.starts_with('-') && !is_file(next)).map(str::to_owned))
            }
        };
        arguments.push(match (takes, wanted) {
            (Some(Takes::Path), Some(value)) => Argument::Path(name, value),
            (_, Some(value)) => Argument::Value(name, value),
            (_, None) => Argument::Flag(name),
        });
    }
    arguments
}

fn rows(tool: Tool) -> impl Iterator<Item = &'static Row> {
    let own: &[Row] = match tool {
        Tool::Uv | Tool::UvExport => UV,
        Tool::PipCompile => PIP_COMPILE,
        Tool::Rye => &[],
    };
    BOTH.iter().chain(own)
}

/// The long name of an option, and the value that is glued to it.
fn spelled(tool: Tool, word: &str) -> (String, Option<String>) {
    if word.starts_with("--") {
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| name);
        return (name.to_owned(), value.map(str::to_owned));
    }
    let mut chars = word.chars().skip(1);
    let short = chars.next();
    let rest: String = chars.collect();
    match rows(tool).find(|row| row.1.is_some() && row.1 == short) {
        Some((long, _, Takes::Nothing)) if rest.is_empty() => ((*long).to_owned(), None),
        Some((long, _, Takes::Value | Takes::Path)) => {
            let value = rest.strip_prefix('=').unwrap_or(&rest);
            ((*long).to_owned(), (!rest.is_empty()).then(|| value.to_owned()))
        }
        _ => (word.to_owned(), None),
    }
}

/// Whether `word` looks like the name of a file that a resolver reads or writes.
fn is_file(word: &str) -> bool {
    let ends = [".in", ".txt", ".toml", ".cfg", ".py", ".lock"];
    word == "-" || ends.iter().any(|end| word.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requirements;
    use crate::source::RepoPath;

    fn of(text: &str) -> Option<Command> {
        command(&requirements::read(RepoPath::new(b"requirements.txt").unwrap(), text.as_bytes()))
    }

    #[test]
    fn headers_are_read() {
        let found =
            of("#\n# This file is autogenerated by pip-compile with Python 3.11\n# by the following command:\n#\n\
                        #    pip-compile --find-links='a b' --output-file=out.txt 'my in.in'\n#\nfoo==1.0\n")
            .unwrap();
        assert_eq!((found.tool, found.python.as_deref()), (Tool::PipCompile, Some("3.11")));
        assert_eq!(
            found.arguments,
            [
                Argument::Value("--find-links".to_owned(), "a b".to_owned()),
                Argument::Path("--output-file".to_owned(), "out.txt".to_owned()),
                Argument::File("my in.in".to_owned()),
            ]
        );
        let uv = "# This file was autogenerated by uv via the following command:\n#    uv pip compile -p 3.12 \
                  --universal x.in -oout.txt --new-flag x.in --new-value fast\n";
        let found = of(uv).unwrap();
        assert_eq!((found.tool, found.python), (Tool::Uv, None));
        let told: Vec<_> = found.arguments.iter().map(|argument| format!("{argument:?}")).collect();
        let wanted = [
            r#"Value("--python", "3.12")"#,
            r#"Flag("--universal")"#,
            r#"File("x.in")"#,
            r#"Path("--output-file", "out.txt")"#,
            r#"Flag("--new-flag")"#,
            r#"File("x.in")"#,
            r#"Value("--new-value", "fast")"#,
        ];
        assert_eq!(told, wanted);
        let custom = of("# This file was autogenerated by uv via the following command:\n#    make lock\n").unwrap();
        assert!(custom.custom && custom.arguments.len() == 2);
        let old = of("# This file is autogenerated by pip-compile\n# To update, run:\n#\n#    pip-compile\n").unwrap();
        assert_eq!((old.tool, old.arguments.len()), (Tool::PipCompile, 0));
        assert_eq!(of("# ours\n#    uv pip compile x.in\n"), None);
    }
}
