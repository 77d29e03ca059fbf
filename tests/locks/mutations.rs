//! How a mutation is judged: the pair as the tool made it is committed, the mutation is staged and judged as that change,
//! and judged as a work tree with nothing to compare with. All that comes out otherwise is told at once.

use std::sync::Mutex;

use crate::judge::{Finding, Judgement, alone, staged, write};
use crate::made::{Pair, STYLES, Style, inputs};
use crate::world::World;

/// What the facts ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Passes, with nothing to say of the lock.
    Fresh,
    /// A contradiction is shown: an error of `lock-drift`.
    Stale,
    /// Offline nobody can tell: an error of `undecided` for what this change touches, a note otherwise.
    Undecided,
    /// Either of the two: what changed must not pass, and the reference leaves open how it is called.
    Open,
    /// An error of this rule.
    Unsafe(&'static str),
    /// Passes, with a warning of this rule.
    Warned(&'static str),
}

/// One mutation.
pub(crate) struct Mutation {
    name: &'static str,
    edit: fn(&mut Pair),
    change: Verdict,
    alone: Verdict,
    says: &'static [&'static str],
    on: fn(&Style) -> bool,
    prepare: fn(&mut Pair),
    input: fn(&mut Pair),
    also: &'static [&'static str],
}

/// A mutation of every lock, with its verdict and what the finding names.
pub(crate) fn mutation(
    name: &'static str,
    verdict: Verdict,
    says: &'static [&'static str],
    edit: fn(&mut Pair),
) -> Mutation {
    Mutation {
        name,
        edit,
        change: verdict,
        alone: verdict,
        says,
        on: |_| true,
        prepare: |_| (),
        input: |_| (),
        also: &[],
    }
}

impl Mutation {
    /// Only for locks of these styles.
    pub(crate) fn on(self, on: fn(&Style) -> bool) -> Self {
        Self { on, ..self }
    }

    /// With another verdict where there is nothing to compare with.
    pub(crate) fn alone(self, alone: Verdict) -> Self {
        Self { alone, ..self }
    }

    /// With another verdict where it is a change.
    pub(crate) fn change(self, change: Verdict) -> Self {
        Self { change, ..self }
    }

    /// An edit of the pair that is committed, made by hand after the tool.
    pub(crate) fn after(self, prepare: fn(&mut Pair)) -> Self {
        Self { prepare, ..self }
    }

    /// An edit of the inputs, before the tool.
    pub(crate) fn given(self, input: fn(&mut Pair)) -> Self {
        Self { input, ..self }
    }

    /// Rules that may have errors too, because the mutation breaks them as well.
    pub(crate) fn also(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }
}

/// Judges `mutations` on the locks of every style; fails with everything that came out otherwise.
#[track_caller]
pub(crate) fn judge(mutations: &[Mutation]) {
    let mut wrong = Vec::new();
    let mut judged = 0;
    for style in STYLES.iter().filter(|style| style.tool.path().is_some()) {
        let mut places: Vec<Place> = Vec::new();
        for mutation in mutations.iter().filter(|mutation| (mutation.on)(style)) {
            let base = base(style, mutation);
            let place = match places.iter().position(|place| place.base == base) {
                Some(at) => &places[at],
                None => {
                    places.push(Place::new(base));
                    places.last().unwrap()
                }
            };
            judged += 1;
            wrong.extend(place.judge(mutation, style));
        }
    }
    let any_tool = STYLES.iter().any(|style| style.tool.path().is_some());
    assert!(judged > 0 || !any_tool, "nothing was judged");
    assert!(wrong.is_empty(), "{} of {judged} are judged otherwise:\n\n{}", wrong.len(), wrong.join("\n"));
}

/// What is there before the mutation.
fn base(style: &Style, mutation: &Mutation) -> Pair {
    let mut asked = inputs();
    (mutation.input)(&mut asked);
    let mut base = made(style, &asked);
    (mutation.prepare)(&mut base);
    base
}

/// Two repositories with one pair, committed in one and in the work tree of the other, to mutate again and again.
struct Place {
    world: World,
    base: Pair,
    /// What is open or warned of before anything is mutated.
    before: Vec<Finding>,
}

impl Place {
    fn new(base: Pair) -> Self {
        let world = World::new();
        let repo = world.repo("pair");
        write(&repo, &Pair::default(), &base);
        repo.git(&["add", "--all"]).passes();
        repo.land("start");
        let apart = world.repo("apart");
        write(&apart, &Pair::default(), &base);
        let before = alone(&apart).findings;
        Self { world, base, before }
    }

    /// In what the verdicts on `mutation` differ from what it expects.
    fn judge(&self, mutation: &Mutation, style: &Style) -> Vec<String> {
        let mut changed = self.base.clone();
        (mutation.edit)(&mut changed);
        assert_ne!(self.base, changed, "{} changes nothing in {}", mutation.name, style.name);
        let (repo, apart) = (self.world.at("pair"), self.world.at("apart"));
        let put = |from: &Pair, to: &Pair| {
            write(&repo, from, to);
            write(&apart, from, to);
            repo.git(&["add", "--all"]).passes();
        };
        put(&self.base, &changed);
        let (staged, mut alone) = (staged(&repo), alone(&apart));
        put(&changed, &self.base);
        // What was open before the mutation is not its doing.
        let new = |finding: &Finding| self.before.iter().all(|before| before.message != finding.message);
        alone.findings.retain(|finding| finding.level != "note" || new(finding));
        let scenes = [("as a change", mutation.change, staged), ("alone", mutation.alone, alone)];
        let faults = scenes.into_iter().filter_map(|(scene, verdict, judgement)| {
            let fault = fault(verdict, mutation, &judgement, scene == "alone")?;
            let (name, style, got) = (mutation.name, style.name, judgement.summary());
            let expected = format!("expected {verdict:?} {:?}", mutation.says);
            Some(format!("{name} / {style} / {scene}: {expected}: {fault}\n    got {got}"))
        });
        faults.collect()
    }
}

/// The lock of `asked`, made once.
fn made(style: &Style, asked: &Pair) -> Pair {
    static MADE: Mutex<Vec<(&str, Pair, Pair)>> = Mutex::new(Vec::new());
    let mut all = MADE.lock().unwrap();
    if let Some((.., pair)) = all.iter().find(|(name, from, _)| *name == style.name && from == asked) {
        return pair.clone();
    }
    let pair = style.make(&World::new(), asked).unwrap_or_else(|log| panic!("{}: {log}", style.name));
    all.push((style.name, asked.clone(), pair.clone()));
    pair
}

/// In what `judgement` is not `verdict`.
fn fault(verdict: Verdict, mutation: &Mutation, judgement: &Judgement, alone: bool) -> Option<String> {
    let errors = judgement.errors();
    let lock_rules = ["lock-drift", "undecided", "hash", "duplicate", "unpinned"];
    let refused = |rules: &[&str]| {
        let stray: Vec<_> =
            errors.iter().filter(|rule| !rules.contains(rule) && !mutation.also.contains(rule)).collect();
        if judgement.status != Some(1) {
            return Some("it is not refused".to_owned());
        }
        if !rules.iter().any(|rule| judgement.has("error", rule, mutation.says)) {
            return Some(format!("no error of {rules:?} says that"));
        }
        (!stray.is_empty()).then(|| format!("refused by {stray:?} too"))
    };
    let passes = |allowed: Option<&str>| {
        if judgement.status != Some(0) {
            return Some("it is refused".to_owned());
        }
        let told = |finding: &&Finding| {
            finding.level != "note"
                && lock_rules.contains(&finding.rule.as_str())
                && Some(finding.rule.as_str()) != allowed
        };
        judgement.findings.iter().find(told).map(|finding| format!("it warns: {}", finding.message))
    };
    match verdict {
        Verdict::Fresh => passes(None).or_else(|| {
            let undecided = judgement.at("note").find(|finding| finding.rule == "undecided");
            undecided.map(|finding| format!("it is undecided: {}", finding.message))
        }),
        Verdict::Stale => refused(&["lock-drift"]),
        Verdict::Undecided if alone => passes(None).or_else(|| {
            (!judgement.has("note", "undecided", mutation.says)).then(|| "no note of undecided says that".to_owned())
        }),
        Verdict::Undecided => refused(&["undecided"]),
        Verdict::Open if alone => None,
        Verdict::Open => refused(&["undecided", "lock-drift"]),
        Verdict::Unsafe(rule) => refused(&[rule]),
        Verdict::Warned(rule) => passes(Some(rule)).or_else(|| {
            (!judgement.has("warning", rule, mutation.says)).then(|| format!("no warning of {rule} says that"))
        }),
    }
}
