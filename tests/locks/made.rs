//! A pair of files, and pairs that the real tools made.

use std::collections::BTreeMap;

use crate::tools::{Call, Tool, compile};
use crate::world::World;

pub(crate) const MANIFEST: &str = "requirements.in";
pub(crate) const LOCK: &str = "requirements.txt";

/// The files of a pair, by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) files: BTreeMap<String, String>,
}

impl Pair {
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        Self { files: files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect() }
    }
}

/// How a lock is made: the tool and its options.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) name: &'static str,
    pub(crate) tool: Tool,
    pub(crate) options: &'static [&'static str],
}

impl Style {
    const fn uv(name: &'static str, options: &'static [&'static str]) -> Self {
        Self { name, tool: Tool::Uv, options }
    }

    const fn pip(name: &'static str, options: &'static [&'static str]) -> Self {
        Self { name, tool: Tool::PipCompile, options }
    }

    pub(crate) fn is_hashed(&self) -> bool {
        self.has("--generate-hashes")
    }

    /// Whether the lock covers every platform.
    pub(crate) fn is_universal(&self) -> bool {
        self.has("--universal")
    }

    /// Whether the lock keeps the extras that were asked for.
    pub(crate) fn keeps_extras(&self) -> bool {
        self.has("--no-strip-extras") || (self.tool == Tool::PipCompile && !self.has("--strip-extras"))
    }

    fn has(&self, option: &str) -> bool {
        self.options.contains(&option)
    }

    /// The lock of `pair`, made by the tool in `world`; the pair with it, and what the tool said if it failed.
    pub(crate) fn make(&self, world: &World, pair: &Pair) -> Result<Pair, String> {
        let repo = world.at("made");
        drop(std::fs::remove_dir_all(&repo.top));
        for (path, text) in &pair.files {
            repo.write(path, text);
        }
        let args = [&[MANIFEST, "-o", LOCK], self.options].concat();
        compile(world, self.tool, &repo.top, Call { args: &args, ..Call::default() })?;
        let mut pair = pair.clone();
        pair.files.insert(LOCK.to_owned(), std::fs::read_to_string(repo.path(LOCK)).unwrap());
        Ok(pair)
    }
}

/// The styles whose locks are mutated: both tools, both annotation styles, with and without hashes and extras.
pub(crate) const STYLES: &[Style] = &[
    Style::uv("uv", &[]),
    Style::uv("uv line", &["--annotation-style=line"]),
    Style::uv("uv line hashes", &["--annotation-style=line", "--generate-hashes"]),
    Style::uv("uv universal hashes extras", &["--universal", "--generate-hashes", "--no-strip-extras"]),
    Style::pip("pip-compile", &["--no-strip-extras", "--no-emit-find-links"]),
    Style::pip("pip-compile line", &["--annotation-style=line", "--strip-extras"]),
    Style::pip("pip-compile hashes", &["--generate-hashes", "--no-strip-extras"]),
    Style::pip("pip-compile line hashes", &["--annotation-style=line", "--generate-hashes", "--strip-extras"]),
];

/// The inputs whose locks are mutated.
pub(crate) fn inputs() -> Pair {
    Pair::of(&[
        (
            MANIFEST,
            "-r more.in\n-c constraints.txt\nweb[socks]>=1,<3\ncli\nchain-a>=1\nring-a\nnumlib>=1\nMixed_Name.Pkg==1.0\n",
        ),
        ("more.in", "# what types need\ntyped\npreview>=1\n"),
        ("constraints.txt", "leaf<2\nproxy<3\n"),
    ])
}
