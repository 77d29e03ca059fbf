//! Asking a resolver which versions fit together: the pair's own tool with the flags that its header shows, on what lies
//! in the sandbox at that moment, without annotations, into a file aside.

use std::collections::BTreeMap;
use std::io::Write as _;

use crate::change::lock::compile::{Compile, compile, without_header};
use crate::change::lock::{NotMade, Workshop};
use crate::change::write::on_disk;
use crate::locks::Tool;
use crate::package::PackageName;
use crate::policy::Resolver;
use crate::requirements::{self, Version, located_in};
use crate::rules::Context;
use crate::source::{ReadError, RepoPath, Tree};

/// One answer for a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The version.
    pub(super) version: Version,
    /// The marker under which it is the answer, in one spelling.
    pub(super) marker: Option<String>,
    /// Its hashes, as `sha256:…`, where they were asked for.
    pub(super) hashes: Vec<String>,
}

/// What a resolver answered.
pub(super) type Answer = BTreeMap<PackageName, Vec<Found>>;

/// Flags that shape the output alone; ours take their places.
const SHAPES: &[&str] =
    &["--generate-hashes", "--no-header", "--header", "--no-annotate", "--annotate", "--annotation-style"];

/// A resolver, ready to be asked about one pair.
pub(super) struct Resolving {
    base: Compile,
    /// The lock's path: the format of the output hangs on its name.
    lock: RepoPath,
}

/// One question.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    /// Pins that are preferred.
    pub(super) seed: Option<String>,
    /// Constraints, one specifier each.
    pub(super) caps: Vec<String>,
    /// Whether hashes are wanted.
    pub(super) hashed: bool,
}

impl Resolving {
    /// The resolver that the policy or the lock of `context` names, else one that is there; or why there is none.
    pub(super) fn new(
        context: &Context<'_>,
        tree: &dyn Tree,
        workshop: &Workshop<'_>,
    ) -> Result<Result<Self, String>, ReadError> {
        let lock = context.pair.lock.clone();
        let own = compile(context, tree, workshop.world)?;
        let tools: &[Tool] = match context.policy.upgrade.resolver {
            Resolver::Auto => &[Tool::Uv, Tool::PipCompile],
            Resolver::Uv => &[Tool::Uv],
            Resolver::PipCompile => &[Tool::PipCompile],
        };
        let base = match own {
            Ok(own) if tools.contains(&own.tool) => Ok(own),
            // What makes the lock need not be what resolves.
            Ok(_) => without_header(context, workshop.world, tools),
            Err(why) => match context.policy.lock.command {
                Some(_) => without_header(context, workshop.world, tools),
                None => Err(why),
            },
        };
        Ok(base.map(|base| Self { base, lock }))
    }

    /// Which tool it is.
    pub(super) fn tool(&self) -> Tool {
        self.base.tool
    }

    /// What the tool answers to the pair as it lies there now.
    pub(super) fn ask(&self, asked: &Asked, workshop: &Workshop<'_>) -> Result<Answer, NotMade> {
        let mut run = self.plain();
        if asked.hashed {
            run.options.push("--generate-hashes".to_owned());
        }
        let caps: String = asked.caps.iter().map(|cap| format!("{cap}\n")).collect();
        let held = if caps.is_empty() { None } else { Some(self.beside(&caps, workshop)?) };
        if let Some((_, name)) = &held {
            run.options.push(format!("--constraint={name}"));
        }
        read(&workshop.compile_from(&run, &self.lock, asked.seed.clone())?)
    }

    /// The newest release of each of `names`, each by itself, with the `options` lines of the manifest.
    pub(super) fn newest(
        &self,
        names: &[PackageName],
        options: &str,
        workshop: &Workshop<'_>,
    ) -> Result<BTreeMap<PackageName, Version>, NotMade> {
        let mut found = BTreeMap::new();
        // uv takes them all at once without what they need; pip-compile knows no such flag.
        let groups: Vec<&[PackageName]> = match self.tool() {
            Tool::Uv => vec![names],
            Tool::PipCompile | Tool::UvExport | Tool::Rye => names.chunks(1).collect(),
        };
        for group in groups {
            let text: String = group.iter().map(|name| format!("{name}\n")).collect();
            let (_held, name) = self.beside(&format!("{options}{text}"), workshop)?;
            let mut run = self.plain();
            run.options.retain(|option| !option.starts_with("--constraint") && !option.starts_with("--override"));
            if self.tool() == Tool::Uv {
                run.options.push("--no-deps".to_owned());
            }
            run.inputs = vec![name.into_bytes()];
            let answer = read(&workshop.compile_from(&run, &self.lock, None)?)?;
            let newest = |name: &PackageName| answer.get(name)?.iter().map(|one| one.version.clone()).max();
            found.extend(group.iter().filter_map(|name| Some((name.clone(), newest(name)?))));
        }
        Ok(found)
    }

    /// The run without what shapes its output.
    fn plain(&self) -> Compile {
        let mut run = self.base.clone();
        run.options.retain(|option| !SHAPES.contains(&option.split('=').next().unwrap_or_default()));
        run.options.extend(["--no-header", "--no-annotate"].map(str::to_owned));
        run
    }

    /// A file with `text` where the tool runs, as long as the first half lives, and its name.
    fn beside(&self, text: &str, workshop: &Workshop<'_>) -> Result<(tempfile::NamedTempFile, String), NotMade> {
        let failed =
            |why: String| NotMade { why: format!("there is no place for a temporary file: {why}"), said: Vec::new() };
        let directory = RepoPath::new(&self.base.directory)
            .map_or(Some(workshop.top.to_owned()), |at| on_disk(workshop.top, &at))
            .ok_or_else(|| failed("its directory is none that this system can enter".to_owned()))?;
        let file = tempfile::Builder::new().prefix("freeze-guard-").suffix(".in").tempfile_in(directory);
        let mut file = file.map_err(|error| failed(error.to_string()))?;
        file.write_all(text.as_bytes()).map_err(|error| failed(error.to_string()))?;
        let name = file.path().file_name().map(|name| name.to_string_lossy().into_owned());
        Ok((file, name.unwrap_or_default()))
    }
}

fn read(bytes: &[u8]) -> Result<Answer, NotMade> {
    let unread = || NotMade { why: "what the resolver wrote cannot be read".to_owned(), said: Vec::new() };
    let file = requirements::read(RepoPath::new(b"answer.txt").ok_or_else(unread)?, bytes);
    let mut answer = Answer::new();
    for located in located_in(&file) {
        let one = located.requirement;
        let Some((name, version)) = one.name.clone().zip(one.specifiers.exact().cloned()) else { continue };
        let hashes = one.hashes.iter().map(|hash| format!("{}:{}", hash.algorithm(), hash.digest())).collect();
        let marker = one.marker.as_ref().map(|marker| marker.canonical().to_owned());
        answer.entry(name).or_default().push(Found { version, marker, hashes });
    }
    Ok(answer)
}
