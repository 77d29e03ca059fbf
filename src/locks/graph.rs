//! Identity and the via graph: do header and annotations name this manifest, and does every entry of the lock follow
//! from it (lock-formats section 4).
//!
//! Annotations are comments and can be forged; what they cannot do is to contradict the files unnoticed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::compiled::{Lock, Proof};
use super::header::{excluded, is_file};
use super::undecided::{Reason, Subject, Undecided};
use super::{Annotated, Contents, Drift, Via};
use crate::package::PackageName;
use crate::requirements::{Located, RequirementKind, Tri};
use crate::source::printable_text;

/// What stands behind an entry.
enum Footing {
    /// The manifest asks for it, or something that cannot be followed further does.
    Root,
    /// Packages that need it; it stands if one of them does.
    Parents(Vec<usize>),
    /// Nothing; it was reported, and what follows from it is not reported again.
    Reported,
}

/// Explains every entry of `lock`, as far as it is annotated.
pub(super) fn explain<'a>(manifest: &Contents<'a>, lock: &Lock<'a>, proof: &mut Proof<'a>) {
    header_identity(manifest, lock, proof);
    if lock.entries.iter().all(|entry| entry.via.is_empty()) {
        return;
    }
    let asked = Asked::new(manifest, lock);
    let mut strangers = Strangers::default();
    let mut judge = Judge { manifest, lock, asked, proof };
    let footings: Vec<Footing> = (0..lock.entries.len())
        .filter_map(|at| Some(judge.footing(at, lock.entries.get(at)?, &mut strangers)))
        .collect();
    judge.strangers(&strangers);
    judge.orphans(&footings);
}

/// The header must not name another manifest.
fn header_identity<'a>(manifest: &Contents<'a>, lock: &Lock<'a>, proof: &mut Proof<'a>) {
    let Some(header) = lock.header.as_ref().filter(|_| lock.tells_inputs()) else { return };
    let inputs: Vec<&str> = header.inputs().collect();
    let ours = |input: &&str| manifest.files.iter().any(|file| is_file(input, file.source.path()));
    if !inputs.is_empty() && !inputs.iter().any(ours) {
        let inputs: Vec<_> = inputs.iter().map(|input| printable_text(input)).collect();
        proof.identity.push(format!("its header names {}", inputs.join(", ")));
    }
}

/// What the manifest asks for, for look-ups.
struct Asked<'a> {
    names: HashSet<&'a str>,
    places: HashSet<*const crate::requirements::Entry>,
    constrained: HashSet<&'a str>,
    /// Whether it asks for something whose own project stands behind annotations: a directory, an archive, a URL.
    projects: bool,
}

impl<'a> Asked<'a> {
    fn new(manifest: &Contents<'a>, lock: &Lock<'a>) -> Self {
        let names = |list: &[Located<'a>]| {
            list.iter().filter_map(|asked| Some(asked.requirement.name.as_ref()?.as_str())).collect()
        };
        let nameless = manifest.requirements.iter().filter(|asked| asked.requirement.url.is_some());
        let places = nameless.flat_map(|asked| lock.answers(asked)).map(|held| std::ptr::from_ref(held.located.entry));
        Self {
            names: names(&manifest.requirements),
            places: places.collect(),
            constrained: names(&manifest.constraints),
            projects: manifest.requirements.iter().any(|asked| asked.requirement.kind != RequirementKind::Named),
        }
    }

    fn has(&self, held: &Located<'_>) -> bool {
        held.requirement.name.as_ref().is_some_and(|name| self.names.contains(name.as_str()))
            || self.places.contains(&std::ptr::from_ref(held.entry))
    }
}

/// Files and packages that annotations name and nobody knows.
#[derive(Default)]
struct Strangers<'a> {
    /// Files of `-r`, each with the first entry that names it.
    files: BTreeMap<&'a str, usize>,
    /// Parents that the lock does not have, each with the entries that name it.
    parents: BTreeMap<PackageName, Vec<usize>>,
}

struct Judge<'j, 'a> {
    manifest: &'j Contents<'a>,
    lock: &'j Lock<'a>,
    asked: Asked<'a>,
    proof: &'j mut Proof<'a>,
}

impl<'j, 'a> Judge<'j, 'a> {
    fn footing(&mut self, at: usize, entry: &'j Annotated<'a>, strangers: &mut Strangers<'j>) -> Footing {
        self.constraint_gone(entry);
        let asked_for = self.asked.has(&entry.located);
        if entry.reasons().next().is_none() {
            return self.bare(entry, asked_for);
        }
        let mut parents = Vec::new();
        let mut direct = false;
        for via in entry.reasons() {
            match via {
                Via::Package(name) => self.parent(at, name, (&mut parents, strangers)),
                Via::File(file) => {
                    direct = true;
                    self.file(at, file, strangers);
                }
                Via::Stdin | Via::Project(_) => direct = true,
                Via::Other(_) => direct |= self.asked.projects,
                Via::Constraint(_) | Via::Override(_) => {}
            }
        }
        if direct && !asked_for {
            return self.not_asked(entry);
        }
        if asked_for && !direct {
            self.only_transitive(entry);
        }
        if asked_for || direct {
            return Footing::Root;
        }
        let known_parents = entry.reasons().any(|via| matches!(via, Via::Package(_)));
        if !known_parents {
            return self.unexplained(entry, "its annotation is none that a resolver writes".to_owned());
        }
        Footing::Parents(parents)
    }

    /// An entry without a reason in a lock that has some.
    fn bare(&mut self, entry: &'j Annotated<'a>, asked_for: bool) -> Footing {
        let told = self.lock.tells_inputs() && !self.lock.names_parents_only();
        if asked_for && !told {
            return Footing::Root;
        }
        if self.lock.names_parents_only() {
            self.undecided(entry, Reason::OtherInput);
            return Footing::Root;
        }
        // An entry with only `-c` stood in a file that a resolver wrote; without its reason somebody took that away.
        if !told && entry.via.is_empty() {
            self.undecided(entry, Reason::NoProvenance);
            return Footing::Root;
        }
        self.unexplained(entry, "it has no `# via`: it was not written by the resolver".to_owned())
    }

    fn parent(&self, at: usize, name: &PackageName, (parents, strangers): (&mut Vec<usize>, &mut Strangers<'j>)) {
        let before = parents.len();
        parents.extend(self.lock.named(name));
        if parents.len() == before && !self.lock.is_left_out(name) {
            strangers.parents.entry(name.clone()).or_default().push(at);
        } else if parents.len() == before {
            // What is left out of the lock is part of the installation all the same.
            parents.push(at);
        }
    }

    fn file(&self, at: usize, file: &'j str, strangers: &mut Strangers<'j>) {
        if !self.manifest.files.iter().any(|visited| is_file(file, visited.source.path())) {
            strangers.files.entry(file).or_insert(at);
        }
    }

    /// An annotation says that an input asks for it, and ours does not.
    fn not_asked(&mut self, entry: &'j Annotated<'a>) -> Footing {
        let ours = |file: &str| self.manifest.files.iter().any(|visited| is_file(file, visited.source.path()));
        let other = entry.reasons().any(|via| match via {
            Via::File(file) => !ours(file) && self.lock.header_names(file),
            Via::Project(_) => !self.asked.projects,
            Via::Stdin | Via::Package(_) | Via::Constraint(_) | Via::Override(_) | Via::Other(_) => false,
        });
        let project = entry.reasons().any(|via| matches!(via, Via::Project(_) | Via::Other(_))) && self.asked.projects;
        if other {
            self.undecided(entry, Reason::OtherInput);
            return Footing::Root;
        }
        if project {
            return Footing::Root;
        }
        let told = entry.reasons().find_map(|via| match via {
            Via::File(file) => Some(printable_text(file)),
            _ => None,
        });
        let told = told.unwrap_or_else(|| "the manifest".into());
        let how = format!("its annotation says that {told} asks for it, which it does not");
        self.unexplained(entry, how)
    }

    /// The manifest asks for it and the annotation knows of other packages only: the lock is older than that line.
    fn only_transitive(&mut self, entry: &'j Annotated<'a>) {
        if !self.lock.tells_inputs() || self.lock.names_parents_only() {
            return;
        }
        let same = |asked: &&Located<'a>| asked.requirement.name == entry.located.requirement.name;
        let Some(asked) = self.manifest.requirements.iter().find(same) else { return };
        // Under a marker it may have been left out, unless the lock is known to be made where the marker holds.
        let marker = asked.requirement.marker.as_ref();
        if marker.is_none_or(|marker| excluded(marker, self.lock.header.as_ref()) == Tri::No) {
            let how = "the lock has it for other packages only, so it was made before the manifest asked".to_owned();
            self.proof.satisfaction.push(Drift::Different { manifest: *asked, lock: entry.located, how });
        }
    }

    fn constraint_gone(&mut self, entry: &'j Annotated<'a>) {
        let Some(name) = &entry.located.requirement.name else { return };
        let gone = entry.via.iter().find_map(|via| match via {
            Via::Constraint(file) if !self.lock.header_names(file) => Some(*file),
            _ => None,
        });
        if let Some(file) = gone.filter(|_| !self.asked.constrained.contains(name.as_str())) {
            let how =
                format!("its annotation names the constraints {}, where nothing constrains it", printable_text(file));
            self.proof.provenance.push(Drift::Unexplained { lock: entry.located, how });
        }
    }

    /// What only strangers explain is explained by nothing, unless there are projects without a name that may be them.
    fn strangers(&mut self, strangers: &Strangers<'j>) {
        for file in strangers.files.keys().filter(|file| !self.lock.header_names(file)) {
            self.proof.identity.push(format!("its annotations name `-r {}`", printable_text(file)));
        }
        let nameless = self.lock.entries.iter().filter(|entry| entry.located.requirement.name.is_none()).count();
        let allowed = nameless + usize::from(self.lock.names_parents_only());
        if strangers.parents.len() <= allowed {
            return;
        }
        let mut by_entry: BTreeMap<usize, Vec<&PackageName>> = BTreeMap::new();
        for (name, entries) in &strangers.parents {
            for at in entries {
                by_entry.entry(*at).or_default().push(name);
            }
        }
        for (at, names) in by_entry {
            let Some(entry) = self.lock.entries.get(at) else { continue };
            let names: BTreeSet<&str> = names.into_iter().map(PackageName::as_str).collect();
            let names: Vec<&str> = names.into_iter().collect();
            let how = format!("its annotation says that {} needs it, which the lock does not have", names.join(", "));
            self.unexplained(entry, how);
        }
    }

    /// Entries that explain each other in a circle.
    fn orphans(&mut self, footings: &[Footing]) {
        let mut children: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut reached = vec![false; footings.len()];
        let mut queue = Vec::new();
        for (at, footing) in footings.iter().enumerate() {
            match footing {
                // A parent that the lock does not have was reported, or is a project without a name.
                Footing::Parents(parents) if !parents.is_empty() => {
                    for parent in parents {
                        children.entry(*parent).or_default().push(at);
                    }
                    if parents.contains(&at) && self.left_out_parent(at) {
                        queue.push(at);
                    }
                }
                Footing::Root | Footing::Reported | Footing::Parents(_) => queue.push(at),
            }
        }
        while let Some(at) = queue.pop() {
            match reached.get_mut(at) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            queue.extend(children.remove(&at).unwrap_or_default());
        }
        for (at, _) in reached.iter().enumerate().filter(|(_, reached)| !**reached) {
            if let Some(entry) = self.lock.entries.get(at) {
                let how = "only entries need it that nothing else needs".to_owned();
                self.unexplained(entry, how);
            }
        }
    }

    fn left_out_parent(&self, at: usize) -> bool {
        let Some(entry) = self.lock.entries.get(at) else { return false };
        entry.reasons().any(|via| matches!(via, Via::Package(name) if self.lock.is_left_out(name)))
    }

    fn unexplained(&mut self, entry: &'j Annotated<'a>, how: String) -> Footing {
        self.proof.satisfaction.push(Drift::Unexplained { lock: entry.located, how });
        Footing::Reported
    }

    fn undecided(&mut self, entry: &'j Annotated<'a>, reason: Reason) {
        self.proof.undecided.push(Undecided { subject: Subject::Held(entry.located), reason });
    }
}
