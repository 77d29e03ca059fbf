//! The policy: its mistakes, whose it is, and what its keys change.

use crate::world::{L, NEW, NEWER, OLD, R, Repo, World};

const POLICY: &str = "freeze-guard.toml";

/// A project whose HEAD has `policy`, by whatever way it came.
fn with_policy<'w>(world: &'w World, policy: &str) -> Repo<'w> {
    let repo = world.project();
    repo.stage(POLICY, policy);
    repo.land("policy");
    repo
}

/// Every mistake is listed in one go, each with its line and a caret.
#[test]
fn all_mistakes_at_once() {
    let world = World::new();
    let repo = world.project();
    let policy = "guard-all = true\n\n[push]\nfrom = []\non-create = \"perhaps\"\n\n[rules]\nunpinnd = \"error\"\nlock-drift = \"loud\"\n";
    repo.stage(POLICY, policy);
    let head = repo.id("HEAD");
    let run = repo.commit("policy").exits(1).says("refused");
    let text = run.stderr_text();
    let mistakes = [(1, "guard-all"), (4, "from"), (5, "perhaps"), (8, "unpinnd"), (9, "loud")];
    for (line, word) in mistakes {
        assert!(text.contains(&format!("{POLICY}:{line}:")) && text.contains(word), "line {line}: {word}\n{run}");
    }
    assert!(text.lines().filter(|line| line.contains('^')).count() >= mistakes.len(), "carets\n{run}");
    assert_eq!(repo.id("HEAD"), head);
    // Asked for a verdict, there is none.
    let run = repo.hook(&["check"]).exits(2);
    assert!(run.all().contains("guard-all") && run.all().contains("loud"), "{run}");
}

/// What is not TOML at all is told with its line.
#[test]
fn not_toml() {
    let world = World::new();
    let repo = world.project();
    repo.stage(POLICY, "[push]\nguard = [\"main\"\n\nfrom = 1\n");
    repo.commit("policy").exits(1).says("freeze-guard.toml:");
    repo.hook(&["check"]).exits(2).says("freeze-guard.toml:");
}

/// With a policy already broken in HEAD, a commit that touches no requirements file and no policy passes with one line
/// on stderr; one that touches a requirements file does not, nor one that breaks the policy further.
#[test]
fn a_policy_already_broken() {
    let world = World::new();
    let repo = with_policy(&world, "nonsense = 1\n");
    repo.stage_code("two");
    let run = repo.commit("code").passes();
    assert_eq!(run.stderr_text().lines().count(), 1, "{run}");
    run.says(POLICY);
    repo.stage_pair(NEW);
    repo.commit("dependencies").exits(1).says(POLICY).says("nonsense");
    repo.git(&["reset", "-q", "--hard"]).passes();
    repo.stage(POLICY, "nonsense = 2\n");
    repo.commit("still broken").exits(1).says("nonsense");
    repo.stage(POLICY, "allow-skip = true\n");
    repo.commit("mended").passes();
}

/// `requires` is read first: an old binary says "upgrade", not "unknown key".
#[test]
fn requires() {
    let world = World::new();
    let repo = world.project();
    repo.stage(POLICY, "requires = \">=99.0\"\nkey-of-the-future = true\n");
    repo.commit("future").exits(1).says("99.0").says("upgrade").never_says("key-of-the-future");
    repo.stage(POLICY, "requires = \">=0.1\"\n");
    repo.commit("now").passes();
}

/// `[tool.freeze-guard]` in pyproject.toml is the same policy; both files are a mistake.
#[test]
fn pyproject() {
    let world = World::new();
    let repo = world.project();
    let table = "[project]\nname = \"x\"\n\n[tool.freeze-guard.rules]\nlock-drift = \"warning\"\n";
    repo.stage("pyproject.toml", table);
    repo.commit("policy").passes();
    repo.stage(R, NEW);
    repo.commit("drift").passes().warning("lock-drift");
    repo.stage("pyproject.toml", "[tool.freeze-guard.rules]\nlock-drift = \"warn\"\n");
    repo.commit("typo").exits(1).says("pyproject.toml:2").says("warn");
    repo.stage("pyproject.toml", table);
    repo.stage(POLICY, "allow-skip = true\n");
    repo.commit("both").exits(1).says("pyproject.toml").says(POLICY);
    // A pyproject.toml without our table is not a policy.
    repo.stage("pyproject.toml", "[project]\nname = \"x\"\n");
    repo.commit("one").passes();
}

/// Levels: a warning prints and passes, off says nothing.
#[test]
fn levels() {
    let world = World::new();
    let repo = with_policy(&world, "[rules]\nlock-drift = \"warning\"\nunpinned = \"off\"\n");
    repo.stage(R, "flask\nrequests==2.32.3\n");
    repo.commit("warned").passes().warning("lock-drift").never_says("unpinned").never_says("refused");
    repo.stage(POLICY, "[rules]\nlock-drift = \"off\"\nunpinned = \"off\"\n");
    repo.land("off");
    repo.stage(R, "flask\n");
    repo.commit("nothing").passes().no_findings();
}

/// The staged policy decides a commit.
#[test]
fn the_staged_policy_decides() {
    let world = World::new();
    let repo = world.project();
    repo.stage(R, NEW);
    repo.write(POLICY, "[rules]\nlock-drift = \"warning\"\n");
    repo.commit("work tree only").refused().error("lock-drift");
    repo.git(&["add", POLICY]).passes();
    let run = repo.git(&["commit", "-q", "-m", "staged"]);
    run.never_says("error[lock-drift]").warning("lock-drift");
}

/// `exclude` takes manifests away from the default rule.
#[test]
fn exclude() {
    let world = World::new();
    let repo = with_policy(&world, "exclude = [\"docs/**\", \"examples/*/requirements.txt\"]\n");
    repo.stage("docs/deep/requirements.txt", "sphinx\n");
    repo.stage("examples/one/requirements.txt", "sphinx\n");
    repo.commit("left alone").passes().silent();
    repo.stage("examples/one/two/requirements.txt", "sphinx==8.0.0\n");
    repo.commit("not left alone").refused().error("lock-missing");
}

/// Any `[[pair]]` replaces the default rule.
#[test]
fn pairs_of_ones_own() {
    let world = World::new();
    let policy = "[[pair]]\nmanifest = \"deps/*.in\"\nlock = \"deps/*.txt\"\nmanifest-pins = true\n";
    let repo = with_policy(&world, policy);
    repo.stage(R, NEW);
    repo.commit("no longer a pair").passes().no_findings();
    repo.stage("deps/web.in", OLD);
    repo.commit("pair").refused().error("lock-missing").says("deps/web.txt");
    repo.stage("deps/web.txt", OLD);
    repo.commit("pair").passes().no_findings();
}

/// A pair that the policy names and nobody has is an error of `check`.
#[test]
fn a_pair_that_nobody_has() {
    let world = World::new();
    let policy = "[[pair]]\nmanifest = \"backend/requirements.txt\"\nlock = \"backend/requirements.lock\"\n";
    let repo = with_policy(&world, policy);
    let run = repo.hook(&["check"]);
    assert_ne!(run.status, Some(0), "{run}");
    run.says("backend/requirements.txt");
}

/// Where `requirements.in` stands beside it, `.in` is the manifest and `.txt` its lock.
#[test]
fn the_default_rule_knows_in_files() {
    let world = World::new();
    let repo = world.project();
    repo.stage("api/requirements.in", "flask\nhttpx\n");
    repo.commit("a manifest alone is nobody's pair").passes();
    repo.stage("api/requirements.txt", "flask==3.0.3\n    # via -r requirements.in\n");
    repo.commit("in").refused().error("lock-drift").says("api/requirements.txt").says("httpx");
    repo.stage(
        "api/requirements.txt",
        "flask==3.0.3\n    # via -r requirements.in\nhttpx==0.27.2\n    # via -r requirements.in\n",
    );
    repo.commit("compiled").passes().never_says("api/requirements.lock");
    repo.git(&["rm", "-q", "api/requirements.txt"]).passes();
    repo.commit("gone").refused().error("lock-missing").says("api/requirements.txt");
}

/// An exemption lets one package off one rule until its day; one that nothing needs is told where all pairs are judged.
#[test]
fn exemptions() {
    let world = World::new();
    let exempt = |rest: &str| {
        format!("[[exempt]]\nrule = \"unpinned\"\npackage = \"Torch\"\nreason = \"vendor wheels\"\n{rest}")
    };
    let repo = with_policy(&world, &exempt(""));
    repo.hook(&["check"]).passes().warning("unused-exemption").says("freeze-guard.toml").says("orch");
    repo.stage_pair("flask==3.0.3\ntorch>=2\n");
    repo.commit("exempt").passes().no_findings();
    repo.hook(&["check"]).passes().never_says("unused-exemption");
    repo.stage_pair("flask>=3\ntorch>=2\n");
    repo.commit("not that one").refused().error("unpinned").says("flask").never_says("torch");
    repo.git(&["reset", "-q", "--hard"]).passes();
    repo.stage(POLICY, exempt("until = 2020-01-01\n"));
    repo.land("ran out");
    repo.stage_pair("flask==3.0.2\ntorch>=2\n");
    repo.commit("ran out").refused().error("unpinned").says("torch");
}

/// An exemption of a rule that cannot be exempted is a mistake, as is one without a reason.
#[test]
fn exemptions_have_limits() {
    let world = World::new();
    let repo = world.project();
    repo.stage(POLICY, "[[exempt]]\nrule = \"guarded-push\"\npackage = \"x\"\nreason = \"y\"\n");
    repo.commit("rule").exits(1).says("guarded-push").says("freeze-guard.toml:2");
    repo.stage(POLICY, "[[exempt]]\nrule = \"unpinned\"\npackage = \"x\"\n");
    repo.commit("reason").exits(1).says("reason");
}

/// `requirements.TXT` is governed like the usual spelling, with a warning.
#[test]
fn odd_case_is_governed() {
    let world = World::new();
    let repo = world.project();
    repo.stage("api/Requirements.TXT", NEWER);
    let run = repo.commit("odd").refused().error("lock-missing");
    run.says("warning[").says("api/Requirements.TXT");
}

/// A PATH judges that pair only, seen from the directory one stands in.
#[test]
fn check_takes_paths() {
    let world = World::new();
    let repo = world.project();
    repo.stage("api/requirements.txt", OLD);
    repo.hook(&["check"]).refused().says("api/requirements.lock");
    repo.hook(&["check", R]).passes().no_findings();
    repo.hook(&["check", L]).passes().no_findings();
    repo.hook(&["check", "api"]).refused();
    repo.inside("api").hook(&["check", R]).refused().error("lock-missing");
    repo.inside("api").hook(&["check", "../requirements.txt"]).passes();
    repo.hook(&["-C", "api", "check", R]).refused();
}
