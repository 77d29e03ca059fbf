//! The resolver's command for a compiled lock, put together word by word from what its header tells.

use super::flags::{Carried, carried};
use crate::files::{Closure, Content};
use crate::git::World;
use crate::locks::{self, Argument, Command, Tool, Via, annotations, is_file};
use crate::requirements;
use crate::rules::Context;
use crate::source::{Mode, ReadError, RepoPath, Tree, printable, printable_text, shell_word};

/// A run of a resolver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::change) struct Compile {
    /// Which.
    pub(in crate::change) tool: Tool,
    /// The executable.
    pub(in crate::change) program: std::path::PathBuf,
    /// The directory it runs in (bytes as of [`RepoPath::parent`]).
    pub(in crate::change) directory: Vec<u8>,
    /// Options, without the output.
    pub(in crate::change) options: Vec<String>,
    /// Files to compile, as bytes relative to the directory.
    pub(in crate::change) inputs: Vec<Vec<u8>>,
    /// What the new header shall name as its command.
    pub(in crate::change) shown: String,
    /// Files besides the manifest's own that have to lie on disk.
    pub(in crate::change) reads: Vec<RepoPath>,
    /// Whether the header names the manifest, or several files; the only one that is gone was its name before otherwise.
    named: bool,
}

/// The run that makes the lock of `context` anew, or why there is none.
pub(in crate::change) fn compile(
    context: &Context<'_>,
    tree: &dyn Tree,
    world: &World,
) -> Result<Result<Compile, String>, ReadError> {
    let lock = context.after.lock.root_file();
    match lock.and_then(locks::command) {
        Some(command) => from_header(context, &command, tree, world),
        None => Ok(without_header(context, world, &[Tool::Uv, Tool::PipCompile])),
    }
}

/// As the header says.
fn from_header(
    context: &Context<'_>,
    command: &Command,
    tree: &dyn Tree,
    world: &World,
) -> Result<Result<Compile, String>, ReadError> {
    if command.custom {
        return Ok(Err(by_hand("its header names a command that is not a resolver's own", command)));
    }
    let Some(program) = world.program(name(command.tool)) else { return Ok(Err(missing(command.tool))) };
    let place = Place::of(context, command);
    let mut compile = Compile {
        tool: command.tool,
        program,
        directory: place.directory,
        options: Vec::new(),
        inputs: vec![place.spelled],
        shown: String::new(),
        reads: Vec::new(),
        named: place.known || command.arguments.iter().filter(|one| matches!(one, Argument::File(_))).count() > 1,
    };
    for argument in &command.arguments {
        let carried = match carried(command, argument) {
            Ok(carried) => carried,
            Err(flag) => {
                let why = format!("`{}` of its header is not passed on by itself", printable_text(&flag));
                return Ok(Err(by_hand(&why, command)));
            }
        };
        if let Err(why) = compile.take(carried, context, tree)? {
            return Ok(Err(by_hand(&why, command)));
        }
    }
    let same = place.known && place.output;
    compile.shown = if same { command.text.clone() } else { compile.written(&context.pair.lock) };
    Ok(Ok(compile))
}

impl Compile {
    /// Takes one argument over; or says why it cannot be.
    fn take(
        &mut self,
        carried: Carried,
        context: &Context<'_>,
        tree: &dyn Tree,
    ) -> Result<Result<(), String>, ReadError> {
        match carried {
            Carried::Word(word) => self.options.push(word),
            Carried::Dropped => {}
            Carried::File { option, file } => match self.file(&file, tree)? {
                Some(path) => {
                    self.options.push(format!("{option}={file}"));
                    self.reads.push(path);
                }
                None => return Ok(Err(no_such(&file))),
            },
            Carried::Input(file) if self.is_manifest(&file, context) => {}
            Carried::Input(file) => match self.file(&file, tree)? {
                Some(path) if [".in", ".txt"].iter().any(|end| file.ends_with(end)) => {
                    self.inputs.push(file.into_bytes());
                    self.reads.push(path);
                }
                Some(_) => return Ok(Err(format!("its header compiles {} too", printable_text(&file)))),
                None if self.named => return Ok(Err(no_such(&file))),
                None => {}
            },
        }
        Ok(Ok(()))
    }

    /// Whether an input of the header is the manifest.
    fn is_manifest(&self, file: &str, context: &Context<'_>) -> bool {
        RepoPath::resolve(&self.directory, file.as_bytes()).as_ref() == Some(&context.pair.manifest)
    }

    /// The regular file that `file` names inside the tree.
    fn file(&self, file: &str, tree: &dyn Tree) -> Result<Option<RepoPath>, ReadError> {
        let Some(path) = RepoPath::resolve(&self.directory, file.as_bytes()) else { return Ok(None) };
        let found = tree.lookup(std::slice::from_ref(&path))?.into_iter().next().flatten();
        Ok(found.filter(|object| matches!(object.mode, Mode::File | Mode::Executable)).map(|_| path))
    }

    /// The command as a person would type it in its directory.
    fn written(&self, lock: &RepoPath) -> String {
        let output = word(&lock.seen_from(&self.directory));
        let inputs: Vec<_> = self.inputs.iter().map(|input| word(input)).collect();
        let options = self.options.iter().map(|option| shell_option(option));
        let words: Vec<String> = match self.tool {
            Tool::Uv => {
                let start = ["uv", "pip", "compile"].map(str::to_owned);
                let output = ["-o".to_owned(), output];
                start.into_iter().chain(inputs).chain(output).chain(options).collect()
            }
            Tool::PipCompile | Tool::UvExport | Tool::Rye => {
                let output = std::iter::once(format!("--output-file={output}"));
                std::iter::once("pip-compile".to_owned()).chain(options).chain(output).chain(inputs).collect()
            }
        };
        words.join(" ")
    }
}

/// Without a header: the first of `tools` that is there, with the flags that the lock itself shows, or none where there
/// is no lock.
pub(in crate::change) fn without_header(
    context: &Context<'_>,
    world: &World,
    tools: &[Tool],
) -> Result<Compile, String> {
    let found = tools.iter().find_map(|tool| Some((*tool, world.program(name(*tool))?)));
    let Some((tool, program)) = found else {
        let names: Vec<_> = tools.iter().map(|tool| name(*tool)).collect();
        let none = if names.len() > 1 {
            format!("neither {} is", names.join(" nor "))
        } else {
            format!("{} is not", names.concat())
        };
        let package = if tools == [Tool::PipCompile] { "pip-tools" } else { "uv" };
        return Err(format!(
            "{none} on PATH: install one (`python -m pip install {package}`), or name the command that writes it as \
             `[lock] command` of the policy"
        ));
    };
    let lock = context.after.lock.root_file();
    let place = Place::guessed(context);
    let options = lock.map(implied).unwrap_or_default();
    let (directory, inputs) = (place.directory, vec![place.spelled]);
    let mut compile =
        Compile { tool, program, directory, options, inputs, shown: String::new(), reads: Vec::new(), named: false };
    compile.shown = compile.written(&context.pair.lock);
    Ok(compile)
}

/// The flags that a lock without a header must have been made with.
fn implied(lock: &requirements::File) -> Vec<String> {
    let mut flags = Vec::new();
    if lock.requirements().next().is_none() {
        return flags;
    }
    flags.push("--no-header".to_owned());
    if lock.requirements().any(|(_, requirement)| !requirement.hashes.is_empty()) {
        flags.push("--generate-hashes".to_owned());
    }
    if !locks::is_annotated(lock) {
        flags.push("--no-annotate".to_owned());
    }
    flags
}

/// From where the manifest is named, and how.
struct Place {
    directory: Vec<u8>,
    spelled: Vec<u8>,
    /// Whether the header names the manifest.
    known: bool,
    /// Whether the header names this lock as its output, or none.
    output: bool,
}

impl Place {
    fn of(context: &Context<'_>, command: &Command) -> Self {
        let files = command.arguments.iter().filter_map(|argument| match argument {
            Argument::File(file) => Some(file.as_str()),
            Argument::Flag(_) | Argument::Value(..) | Argument::Path(..) => None,
        });
        let output = command.arguments.iter().find_map(|argument| match argument {
            Argument::Path(name, file) if name == "--output-file" => Some(file.as_str()),
            _ => None,
        });
        let found = files.into_iter().find_map(|file| named(context, file));
        let place = found.unwrap_or_else(|| Self::guessed(context));
        let lock = &context.pair.lock;
        let output =
            output.is_none_or(|output| RepoPath::resolve(&place.directory, output.as_bytes()).as_ref() == Some(lock));
        Self { output, ..place }
    }

    /// As the annotations name it, else from its own directory.
    fn guessed(context: &Context<'_>) -> Self {
        let lock = context.after.lock.root_file();
        let entries = lock.map(|lock| annotations(lock).collect::<Vec<_>>()).unwrap_or_default();
        let files = entries.iter().flat_map(|entry| &entry.via).filter_map(|via| match via {
            Via::File(file) => Some(*file),
            _ => None,
        });
        let manifest = &context.pair.manifest;
        let beside = || Self {
            directory: manifest.parent().to_vec(),
            spelled: manifest.file_name().to_vec(),
            known: false,
            output: false,
        };
        let found = files.into_iter().find_map(|file| named(context, file));
        found.map_or_else(beside, |place| Self { known: false, ..place })
    }
}

/// The directory from which `file` names the manifest, where there is one: above the manifest or above the lock.
fn named(context: &Context<'_>, file: &str) -> Option<Place> {
    let manifest = &context.pair.manifest;
    if !is_file(file, manifest) {
        return None;
    }
    let mut directories = above(manifest);
    directories.extend(above(&context.pair.lock));
    let from = |directory: &&[u8]| RepoPath::resolve(directory, file.as_bytes()).as_ref() == Some(manifest);
    let directory = directories.into_iter().find(from)?.to_vec();
    Some(Place { directory, spelled: file.as_bytes().to_vec(), known: true, output: false })
}

/// The directories on the way to `path`, its own first.
fn above(path: &RepoPath) -> Vec<&[u8]> {
    let mut found = vec![path.parent()];
    while let Some(directory) = found.last().filter(|directory| !directory.is_empty()) {
        let slash = directory.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
        found.push(&directory[..slash]);
    }
    found
}

/// Whether every file that the resolver reads lies on disk as a regular file: a sparse checkout may keep one off it.
pub(in crate::change) fn files<'a>(manifest: &'a Closure, compile: &'a Compile) -> impl Iterator<Item = &'a RepoPath> {
    let read = manifest.nodes.iter().filter(|node| matches!(node.content, Content::Read(_)));
    read.map(|node| &node.path).chain(&compile.reads)
}

/// The executable's name.
pub(in crate::change) fn name(tool: Tool) -> &'static str {
    match tool {
        Tool::Uv | Tool::UvExport => "uv",
        Tool::PipCompile => "pip-compile",
        Tool::Rye => "rye",
    }
}

fn missing(tool: Tool) -> String {
    let package = if tool == Tool::PipCompile { "pip-tools" } else { name(tool) };
    format!("its header names {}, which is not on PATH: `python -m pip install {package}`", name(tool))
}

fn no_such(file: &str) -> String {
    format!("its header names {}, which is no file of this tree", printable_text(file))
}

/// `why`, and what a person can do: the command of the header is shown and never run.
fn by_hand(why: &str, command: &Command) -> String {
    let text = printable_text(&requirements::without_credentials(&command.text));
    format!("{why}; run `{text}` by hand, or write the command as `[lock] command` of the policy")
}

fn word(path: &[u8]) -> String {
    shell_word(&printable(path)).into_owned()
}

fn shell_option(option: &str) -> String {
    match option.split_once('=') {
        Some((name, value)) => format!("{name}={}", shell_word(&printable_text(value))),
        None => option.to_owned(),
    }
}
