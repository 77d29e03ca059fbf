//! What `hook upgrade` does, all of it in a sandbox: loosen the pins that shall move, ask a resolver, write the versions
//! it answers into the manifest, make the locks again, judge them, run the policy's tests, and commit.
//!
//! The policy and its commands are those of the commit that the branch begins at, never of what lies about.

mod ask;
mod bump;
mod changes;
mod held;
mod lines;
mod order;
mod pair;
mod prove;
mod resolve;
mod text;

use std::collections::BTreeSet;

pub use bump::Bump;
pub use changes::{Change, changes_table, markdown, message, title};
pub(super) use changes::{changes, marked};
pub use held::Held;
pub use order::{Environment, Order, Reach, Wanted};

use super::Effect;
use super::halt::{Halt, go_on};
use super::sandbox::{Event, Ground, Sandbox, Site, Stay};
use super::way::may_bring;
use crate::change::lock::Workshop;
use crate::check::Judging;
use crate::git::{Repository, World};
use crate::package::PackageName;
use crate::policy::{Pair, Policy};
use crate::scope::{self, Which};
use crate::source::{Id, RepoPath, printable, shell_line};

/// What came of an upgrade.
#[derive(Clone, Debug)]
pub struct Upgraded {
    /// The branch, without `refs/heads/`; `None` where nothing is to be upgraded, and where it was only shown.
    pub branch: Option<String>,
    /// The commit that it begins at.
    pub base: Id,
    /// What moves; empty where nothing does.
    pub changes: Vec<Change>,
    /// What does not, and what holds it.
    pub held: Vec<Held>,
    /// The commands that said that the new set works, as people type them.
    pub tested: Vec<String>,
    /// The policy that the branch began with.
    pub policy: Policy,
}

/// Upgrades what `order` asks for on a new branch of `repo`.
///
/// # Errors
/// Why there is no branch; then nothing is left behind.
pub fn upgrade(repo: &Repository, order: &Order, site: &mut Site<'_>) -> Result<Upgraded, Halt> {
    let base = repo.resolve(&order.from)?;
    let (policy, _) = scope::read_policy(&*repo.commit_tree(&base)?)?.map_err(scope::ScopeError::Policy)?;
    may_bring(&policy, &policy.upgrade.branch)?;
    let stay = if order.effect == Effect::Write { Stay::Branch } else { Stay::Nothing };
    let sandbox = Sandbox::open(repo, &Ground { prefix: &policy.upgrade.branch, base, stay }, site)?;
    let mut world = repo.world().in_work_tree(sandbox.top());
    if order.environment == Environment::Cleared {
        world.env.retain(|name, _| !is_for_resolvers(name.as_encoded_bytes()));
    }
    let judging = Judging { today: site.today, paths: site.paths.clone() };
    let mut work = Work {
        sandbox,
        world,
        policy,
        order,
        judging,
        touched: BTreeSet::new(),
        done: BTreeSet::new(),
        held: Vec::new(),
        seen: BTreeSet::new(),
        site,
    };
    work.pairs()?;
    work.unknown()?;
    let found = work.prove(&base, repo)?;
    let Work { sandbox, policy, held, .. } = work;
    let (changes, tested) = (found.changes, found.tested);
    let branch = found.committed.map(|_| sandbox.keep());
    Ok(Upgraded { branch, base, changes, held, tested, policy })
}

/// Whether a variable is for uv or pip.
fn is_for_resolvers(name: &[u8]) -> bool {
    name.starts_with(b"PIP_") || name.starts_with(b"UV_")
}

/// An upgrade while it is made.
struct Work<'w, 's, 'r> {
    sandbox: Sandbox<'r>,
    /// What resolvers are given.
    world: World,
    policy: Policy,
    order: &'w Order,
    judging: Judging,
    /// Files that were written.
    touched: BTreeSet<RepoPath>,
    /// Lines that had their turn: a file may belong to several pairs.
    done: BTreeSet<(RepoPath, PackageName)>,
    held: Vec<Held>,
    /// Packages that some pair knows.
    seen: BTreeSet<PackageName>,
    site: &'w mut Site<'s>,
}

impl Work<'_, '_, '_> {
    /// Where resolvers run; their temporary files go to `aside`.
    fn workshop<'a>(&'a self, aside: &'a std::path::Path) -> Workshop<'a> {
        Workshop { world: &self.world, top: self.sandbox.top(), git_dir: aside, stop: self.site.stop }
    }

    /// Every pair that the order is about.
    fn pairs(&mut self) -> Result<(), Halt> {
        let sand = self.sandbox.repository()?;
        let question = scope::snapshot(&sand, &Which::WorkTree, Vec::new(), None)?;
        let all = scope::pairs(&*question.after, &self.policy)?;
        let chosen = pair::in_order(&*question.after, &all, &self.order.pairs)?;
        drop(question);
        if chosen.is_empty() {
            return Err(no_pair(self.order, &all));
        }
        let locks: BTreeSet<RepoPath> = all.iter().map(|pair| pair.lock.clone()).collect();
        if let Some(command) = self.policy.upgrade.command.clone() {
            return self.by_command(&command, &chosen);
        }
        for pair in &chosen {
            go_on(self.site.stop)?;
            self.pair(pair, &locks)?;
        }
        Ok(())
    }

    /// The policy's command does it all in the resolver's place.
    fn by_command(&mut self, command: &crate::policy::Command, pairs: &[Pair]) -> Result<(), Halt> {
        self.run_each("the upgrade", command, pairs)?;
        let sand = self.sandbox.repository()?;
        let tree = sand.work_tree()?;
        for pair in pairs {
            let files = crate::files::PairFiles::load(&*tree, pair, &crate::files::Cache::default())?;
            let nodes = files.manifest.nodes.iter().chain(&files.lock.nodes);
            self.touched.extend(nodes.filter(|node| node.object.is_some()).map(|node| node.path.clone()));
        }
        self.seen.extend(self.order.packages.iter().map(|wanted| wanted.name.clone()));
        Ok(())
    }

    /// Runs a command of the policy: once, or for each pair where it names the pair's files.
    fn run_each(&mut self, what: &str, command: &crate::policy::Command, pairs: &[Pair]) -> Result<Vec<String>, Halt> {
        let mut runs: Vec<Vec<String>> = Vec::new();
        for pair in pairs {
            let words = self.with_packages(command.filled(&pair.manifest, &pair.lock));
            if !runs.contains(&words) {
                runs.push(words);
            }
        }
        let mut shown = Vec::new();
        for words in runs {
            let text = shell_line(&words);
            (self.site.tell)(Event::Command(&text));
            let ran = self.sandbox.run(&words, self.site.stop);
            ran.map_err(|trouble| Halt::of(&format!("{what} failed: "), trouble, self.site.stop))?;
            shown.push(text);
        }
        Ok(shown)
    }

    /// `words` with the packages of the order in the place of `{packages}`.
    fn with_packages(&self, words: Vec<String>) -> Vec<String> {
        let packages = || {
            self.order.packages.iter().map(|wanted| match &wanted.version {
                Some(version) => format!("{}=={version}", wanted.name),
                None => wanted.name.to_string(),
            })
        };
        let fill = |word: String| if word == "{packages}" { packages().collect() } else { vec![word] };
        words.into_iter().flat_map(fill).collect()
    }

    /// Refuses an order for a package that nobody asks for.
    fn unknown(&self) -> Result<(), Halt> {
        let unknown = self.order.packages.iter().find(|wanted| !self.seen.contains(&wanted.name));
        let Some(unknown) = unknown else { return Ok(()) };
        Err(Halt::cannot(
            format!("no pair has {}", unknown.name),
            "add it to a manifest first; a lock that mirrors its manifest holds direct requirements only",
        ))
    }
}

fn no_pair(order: &Order, all: &[Pair]) -> Halt {
    match order.pairs.first() {
        Some(path) if !all.is_empty() => {
            let known: Vec<_> = all.iter().map(|pair| pair.manifest.to_string()).collect();
            Halt::cannot(
                format!("no pair is at {}", printable(path.as_bytes())),
                format!("the pairs are: {}", known.join(", ")),
            )
        }
        _ => Halt::cannot(
            "there is no governed pair in that commit",
            "commit a requirements.txt first; `hook init` shows what is a pair",
        ),
    }
}
