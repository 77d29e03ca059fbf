//! One pair's turn: loosened on disk, resolved, put back with the versions that were answered, and locked again.

use std::collections::{BTreeMap, BTreeSet};

use super::Work;
use super::ask::{caps, options_of, seed};
use super::held::Held;
use super::lines::{Fit, Fixed, Line, lines};
use super::order::Order;
use super::resolve::{Answer, Asked, Found, Resolving};
use super::text::{Target, loosened, retargeted};
use crate::change::halt::{Failed, Halt, go_on};
use crate::change::lock::{Effect, End, Wish, lock};
use crate::change::mirror::{Stamp, unreadable};
use crate::change::sandbox::Event;
use crate::change::{Edit, write};
use crate::files::{Cache, PairFiles};
use crate::package::PackageName;
use crate::policy::Pair;
use crate::requirements::{Located, Requirement};
use crate::rules::{Context, Remake, remake};
use crate::scope::{self, Which};
use crate::source::{ReadError, RepoPath, Tree};

/// The pairs among `all` that `paths` are about, each after those whose locks it reads; and where there is a choice, the
/// one that asks for most goes first, since what fits it is likely to fit those that share its files.
pub(super) fn in_order(tree: &dyn Tree, all: &[Pair], paths: &[RepoPath]) -> Result<Vec<Pair>, ReadError> {
    let cache = Cache::default();
    let named = |pair: &&Pair| {
        paths.is_empty()
            || paths.iter().any(|path| pair.manifest.is_at_or_below(path) || pair.lock.is_at_or_below(path))
    };
    let mut waiting = Vec::new();
    for pair in all.iter().filter(named) {
        let files = PairFiles::load(tree, pair, &cache)?;
        if files.manifest.root_file().is_none() {
            continue;
        }
        let reads: BTreeSet<RepoPath> = files.manifest.nodes.iter().map(|node| node.path.clone()).collect();
        waiting.push((files.manifest.requirements().len(), pair.clone(), reads));
    }
    waiting.sort_by(|(many, left, _), (few, right, _)| few.cmp(many).then(left.manifest.cmp(&right.manifest)));
    let mut sorted = Vec::new();
    while !waiting.is_empty() {
        let free = |reads: &BTreeSet<RepoPath>, own: &Pair| {
            !waiting.iter().any(|(_, other, _)| other != own && reads.contains(&other.lock))
        };
        let at = waiting.iter().position(|(_, pair, reads)| free(reads, pair)).unwrap_or(0);
        sorted.push(waiting.remove(at).1);
    }
    Ok(sorted)
}

/// A pair as it was found.
pub(super) struct Scene {
    pub(super) pair: Pair,
    pub(super) lines: Vec<Line>,
    pub(super) asked: Asked,
    pub(super) resolving: Resolving,
    /// Lines of options, for questions about a package alone.
    pub(super) options: String,
    /// What each file of the manifest holds, and what it says while the resolver runs.
    texts: Vec<(RepoPath, Vec<u8>)>,
    /// The lock's bytes, where there is one that can be edited.
    lock: Option<Vec<u8>>,
    compiled: bool,
}

impl Work<'_, '_, '_> {
    /// Moves one pair.
    pub(super) fn pair(&mut self, pair: &Pair, locks: &BTreeSet<RepoPath>) -> Result<(), Halt> {
        let Some(scene) = self.scene(pair, locks)? else { return Ok(()) };
        let manifest = self.judging.paths.show(&pair.manifest);
        (self.site.tell)(Event::Step(&format!("resolving {manifest}")));
        let answer = self.resolved(&scene, &BTreeMap::new())?;
        let answer = answer
            .map_err(|failed| Failed { why: format!("{manifest} cannot be upgraded: {}", failed.why), ..failed })?;
        // It asks again, and so comes before anything is written.
        let held = self.held_back(&scene, &answer)?;
        self.held.extend(held);
        let targets = targets(&scene, &answer);
        let edits = edits(&scene, &answer, &targets);
        self.write(&edits)?;
        self.done.extend(scene.lines.iter().map(|line| (line.path.clone(), line.name.clone())));
        (self.site.tell)(Event::Step(&format!("locking {manifest}")));
        self.relock(vec![pair.manifest.clone()])?;
        Ok(())
    }

    /// What is there; `None` where the order has nothing to do with it.
    fn scene(&mut self, pair: &Pair, locks: &BTreeSet<RepoPath>) -> Result<Option<Scene>, Halt> {
        let sand = self.sandbox.repository()?;
        let tree = sand.work_tree()?;
        let cache = Cache::default();
        let files = PairFiles::load(&*tree, pair, &cache)?;
        let context = Context::new(&self.policy, pair, &files, &self.judging.paths);
        if let Some(why) = unreadable(&context) {
            return Err(Halt::failed(why));
        }
        let mut lines = lines(&files, self.order, &Fixed { locks, done: &self.done });
        if let Remake::Freeze(_) = remake(&context) {
            lines
                .iter_mut()
                .for_each(|line| line.fit = Fit::Left("its lock is frozen from an environment: make it by hand"));
        }
        let compiled =
            remake(&context) == Remake::Resolve && context.judged_as().is_some_and(|kind| kind.is_compiled());
        let locked = context.lock();
        let of_lock = locked.requirements.iter().filter_map(|located| located.requirement.name.clone());
        let of_lock: BTreeSet<PackageName> =
            of_lock.filter(|name| compiled && self.order.wants(name).is_some()).collect();
        self.seen.extend(lines.iter().map(|line| line.name.clone()).chain(of_lock.iter().cloned()));
        unmoved(&lines, (self.order, compiled))?;
        let movable = lines.iter().any(|line| matches!(line.fit, Fit::Loosened(_)));
        if !movable && of_lock.is_empty() {
            let left = lines.into_iter().filter_map(|line| Held::of_line(&line));
            self.held.extend(left);
            return Ok(None);
        }
        let aside = self.sandbox.aside()?;
        let resolving = Resolving::new(&context, &*tree, &self.workshop(aside.path()))?.map_err(Halt::failed)?;
        let mut texts = Vec::new();
        let mut options = String::new();
        for (node, file) in files.manifest.files() {
            if let Some(object) = node.object {
                texts.push((node.path.clone(), tree.blob(&node.path, &object.id)?));
            }
            options.extend(options_of(file));
        }
        let lock = files.lock.root_file().filter(|lock| lock.is_plain());
        let bytes = lock.zip(files.lock.root().object).map(|(_, object)| tree.blob(&pair.lock, &object.id));
        let asked = asked(&files, &lines, (self.order, compiled));
        let (pair, lock) = (pair.clone(), bytes.transpose()?);
        Ok(Some(Scene { pair, lines, asked, resolving, options, texts, lock, compiled }))
    }

    /// What the resolver says of `scene` while its lines are loosened, those of `instead` to something else. The inner
    /// error is the resolver's.
    pub(super) fn resolved(
        &mut self,
        scene: &Scene,
        instead: &BTreeMap<PackageName, String>,
    ) -> Result<Result<Answer, Failed>, Halt> {
        let said = |path: &RepoPath, one: &Requirement| {
            let name = one.name.as_ref()?;
            let line = scene.lines.iter().find(|line| line.path == *path && line.name == *name)?;
            match (&line.fit, instead.get(name)) {
                (Fit::Left(_), _) => None,
                (Fit::Loosened(_), Some(other)) => Some(other.clone()),
                (Fit::Loosened(text), None) => Some(text.clone()),
            }
        };
        let edits: Vec<Edit> = scene
            .texts
            .iter()
            .map(|(path, bytes)| Edit {
                path: path.clone(),
                before: Some(bytes.clone()),
                after: loosened(path, bytes, |one| said(path, one)),
            })
            .filter(|edit| edit.before.as_ref() != Some(&edit.after))
            .collect();
        write(self.sandbox.top(), &edits)?;
        let mut asked = scene.asked.clone();
        asked.caps.extend(instead.iter().map(|(name, text)| format!("{name}{text}")));
        let aside = self.sandbox.aside()?;
        let answer = scene.resolving.ask(&asked, &self.workshop(aside.path()));
        let back: Vec<Edit> = edits
            .into_iter()
            .map(|Edit { path, before, after }| Edit { path, after: before.unwrap_or_default(), before: Some(after) })
            .collect();
        write(self.sandbox.top(), &back)?;
        go_on(self.site.stop)?;
        Ok(answer.map_err(|not_made| Failed { why: not_made.why, said: not_made.said, findings: Vec::new() }))
    }

    /// Writes into the sandbox.
    fn write(&mut self, edits: &[Edit]) -> Result<(), Halt> {
        let edits: Vec<Edit> = edits.iter().filter(|edit| edit.before.as_ref() != Some(&edit.after)).cloned().collect();
        write(self.sandbox.top(), &edits)?;
        self.touched.extend(edits.into_iter().map(|edit| edit.path));
        Ok(())
    }

    /// Makes the locks of every pair that `paths` belong to again.
    pub(super) fn relock(&mut self, paths: Vec<RepoPath>) -> Result<(), Halt> {
        let sand = self.sandbox.repository()?;
        let question = scope::snapshot(&sand, &Which::WorkTree, paths, None)?;
        let aside = self.sandbox.aside()?;
        let workshop = crate::change::lock::Workshop {
            world: &self.world,
            top: self.sandbox.top(),
            git_dir: aside.path(),
            stop: self.site.stop,
        };
        let wish = Wish { stamp: Stamp::Keep, effect: Effect::Write };
        let tell = &mut *self.site.tell;
        let (proposal, attempts) =
            lock(&question, (workshop, &self.judging), wish, &mut |command| tell(Event::Command(command)))?;
        go_on(self.site.stop)?;
        for attempt in attempts {
            let show = |path: &RepoPath| self.judging.paths.show(path);
            match attempt.end {
                End::Made | End::Same => {}
                End::Refused(findings) => {
                    let why = format!("the rules refuse the new {}", show(&attempt.lock));
                    return Err(Failed { why, said: Vec::new(), findings }.into());
                }
                End::NotMade(not_made) => {
                    let why = format!("{} is not made: {}", show(&attempt.lock), not_made.why);
                    return Err(Failed { why, said: not_made.said, findings: Vec::new() }.into());
                }
            }
        }
        let edits = proposal.edits();
        drop(proposal);
        self.write(&edits)
    }
}

/// Refuses an order for a version that a line cannot be given.
fn unmoved(lines: &[Line], (order, compiled): (&Order, bool)) -> Result<(), Halt> {
    for line in lines {
        let (Fit::Left(why), Some(Some(version))) = (&line.fit, order.wants(&line.name)) else { continue };
        let by_lock = compiled && line.version.is_none();
        if !by_lock && line.version.as_ref() != Some(version) {
            return Err(Halt::failed(format!("{} is not moved to {version}: {why}", line.name)));
        }
    }
    Ok(())
}

/// What the resolver is asked besides the manifest.
fn asked(files: &PairFiles, lines: &[Line], (order, compiled): (&Order, bool)) -> Asked {
    let lock = files.lock.root_file().filter(|lock| compiled && lock.is_plain());
    let caps = if compiled { caps(files, lines, order) } else { Vec::new() };
    let hashed = |all: Vec<Located<'_>>| all.iter().any(|located| !located.requirement.hashes.is_empty());
    // What makes a compiled lock again asks for its hashes itself.
    let hashed = hashed(files.manifest.requirements()) || (!compiled && hashed(files.lock.requirements()));
    Asked { seed: lock.map(|lock| seed(lock, order)), caps, hashed }
}

/// What each line becomes.
fn targets(scene: &Scene, answer: &Answer) -> BTreeMap<(RepoPath, PackageName), Target> {
    let mut targets = BTreeMap::new();
    for line in scene.lines.iter().filter(|line| matches!(line.fit, Fit::Loosened(_))) {
        // Several answers are forks, which one line cannot hold.
        let Some([one]) = answer.get(&line.name).map(Vec::as_slice) else { continue };
        if line.version.as_ref() != Some(&one.version) {
            targets.insert((line.path.clone(), line.name.clone()), target(one));
        }
    }
    targets
}

fn target(found: &Found) -> Target {
    Target { version: found.version.to_string(), hashes: found.hashes.clone() }
}

/// The edits of the manifest's files, and of the lock: what makes it again prefers the versions that it finds there.
fn edits(scene: &Scene, answer: &Answer, targets: &BTreeMap<(RepoPath, PackageName), Target>) -> Vec<Edit> {
    let edit =
        |path: &RepoPath, before: &Vec<u8>, after| Edit { path: path.clone(), before: Some(before.clone()), after };
    let of_manifest = scene.texts.iter().map(|(path, bytes)| {
        let after = retargeted(path, bytes, |one| targets.get(&(path.clone(), one.name.clone()?)));
        edit(path, bytes, after)
    });
    let moved: BTreeMap<&PackageName, Vec<(Option<&str>, Target)>> = if scene.compiled {
        answer
            .iter()
            .map(|(name, found)| (name, found.iter().map(|one| (one.marker.as_deref(), target(one))).collect()))
            .collect()
    } else {
        targets.iter().map(|((_, name), target)| (name, vec![(None, target.clone())])).collect()
    };
    let of_lock = scene.lock.iter().map(|bytes| {
        let after = retargeted(&scene.pair.lock, bytes, |one| {
            let found = moved.get(one.name.as_ref()?)?;
            let marker = one.marker.as_ref().map(|marker| marker.canonical());
            let same = found.iter().find(|(of, _)| *of == marker);
            let (_, target) = same.or_else(|| found.first().filter(|_| found.len() == 1))?;
            let now = one.specifiers.exact().map(ToString::to_string);
            (now.as_ref() != Some(&target.version)).then_some(target)
        });
        edit(&scene.pair.lock, bytes, after)
    });
    of_manifest.chain(of_lock).collect()
}
