//! `hook check`: judges a snapshot or a range and writes the report to standard output.

use std::ffi::OsString;
use std::fmt::Write as _;

use super::args::{CheckArgs, ReportFormat};
use super::output::out;
use super::terminal::{Stream, style};
use super::world::Surroundings;
use super::{Failure, Outcome};
use freeze_guard::check::check_with;
use freeze_guard::git::Repository;
use freeze_guard::policy::{self, FREEZE_GUARD_TOML, Files, Origin, PYPROJECT_TOML, Policy};
use freeze_guard::report::{Layers, Report, Verdict, github, json, plural, sarif, text};
use freeze_guard::scope::{self, Question, ScopeError, Which};
use freeze_guard::source::{Paths, RepoPath, printable};

pub(crate) fn run(args: &CheckArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    let repo = world.repository()?;
    let questions = questions(args, world, &repo)?;
    let report = check_with(&questions, &world.judging(&repo), Box::leak(Box::default()))?;
    match args.format {
        ReportFormat::Json => out(&json(&report)),
        ReportFormat::Sarif => out(&sarif(&report)),
        ReportFormat::Github => out(&github(&report)),
        ReportFormat::Text => {
            let style = style(&world.world, Stream::Out, &world.judging(&repo).paths, args.verbose);
            out(&text(&report, &style));
            if args.verbose {
                out(&judged(&report, &style.paths));
            }
            out(&closing(&report, args));
        }
    }
    Ok(match report.verdict() {
        Verdict::Pass => Outcome::Pass,
        Verdict::Refuse => Outcome::Refuse,
    })
}

fn questions<'r>(args: &CheckArgs, world: &Surroundings, repo: &'r Repository) -> Result<Vec<Question<'r>>, Failure> {
    if let Some(range) = &args.range {
        return Ok(scope::range(repo, range.as_encoded_bytes())?);
    }
    let which = match &args.rev {
        Some(rev) => Which::Revision(rev.as_encoded_bytes().to_vec()),
        None if args.worktree => Which::WorkTree,
        None => Which::Staged,
    };
    let paths = paths(&args.paths, repo)?;
    let policy = args.policy.as_deref().map(|file| given_policy(world, file)).transpose()?;
    Ok(vec![scope::snapshot(repo, &which, paths, policy)?])
}

/// Paths as typed, from where the caller stands.
pub(crate) fn paths(typed: &[OsString], repo: &Repository) -> Result<Vec<RepoPath>, Failure> {
    // The top stands for everything, as no path at all does.
    let real = |path: &std::path::Path| path.canonicalize().ok();
    let is_top = |path: &OsString| {
        let top = repo.work_dir().and_then(real);
        top.is_some() && real(&repo.world().cwd.join(path)) == top
    };
    if typed.iter().any(is_top) {
        return Ok(Vec::new());
    }
    let resolve = |path: &OsString| {
        let bytes = path.as_encoded_bytes();
        RepoPath::resolve(repo.prefix(), bytes).ok_or_else(|| outside(bytes))
    };
    typed.iter().map(resolve).collect()
}

fn outside(path: &[u8]) -> Failure {
    Failure::new(
        format!("{} is no path inside this repository", printable(path)),
        "name files relative to where you stand",
    )
}

fn given_policy(world: &Surroundings, file: &std::path::Path) -> Result<(Policy, Origin), Failure> {
    let shown = printable(file.as_os_str().as_encoded_bytes());
    let bytes = std::fs::read(world.world.cwd.join(file)).map_err(|error| {
        Failure::new(format!("{shown} cannot be read: {error}"), "name a policy file after `--policy`")
    })?;
    let is_pyproject = file.file_name().is_some_and(|name| name == PYPROJECT_TOML);
    let (freeze_guard, pyproject) = if is_pyproject { (None, Some(&*bytes)) } else { (Some(&*bytes), None) };
    let files = Files { freeze_guard, pyproject, version: env!("CARGO_PKG_VERSION") };
    let (policy, _) = policy::load(files).map_err(|broken| Failure::from(ScopeError::Policy(broken)))?;
    let origin = RepoPath::new(FREEZE_GUARD_TOML.as_bytes()).map_or(Origin::Default, Origin::File);
    Ok((policy, origin))
}

/// What was judged, one line per pair, and what its layers came to.
fn judged(report: &Report, paths: &Paths) -> String {
    let mut text = String::new();
    for seen in &report.pairs {
        let (manifest, lock) = (paths.show(&seen.manifest), paths.show(&seen.lock));
        let _ = writeln!(text, "judged: {manifest}, {lock}");
        let Some(layers) = &seen.layers else { continue };
        let Layers { kind, why, identity, satisfaction, integrity, caution } = layers;
        let _ = writeln!(text, "  kind: {kind} ({why})");
        let _ = writeln!(text, "  identity: {identity}, satisfaction: {satisfaction}, integrity: {integrity}");
        if !caution.is_empty() {
            let _ = writeln!(text, "  note: {caution}");
        }
    }
    text
}

/// What a person who asked gets to hear when there is nothing wrong.
fn closing(report: &Report, args: &CheckArgs) -> String {
    let scope = report.scope.last().cloned().unwrap_or_default();
    let scope = if args.range.is_some() { plural(report.scope.len(), "commit") } else { scope };
    if report.verdict() == Verdict::Refuse {
        return String::new();
    }
    let exempted = match report.exempted {
        0 => String::new(),
        count => format!(", {} exempted", plural(count, "finding")),
    };
    match report.pairs.len() {
        0 if report.scope.is_empty() => "nothing to judge: the range is empty\n".to_owned(),
        0 => format!("nothing to judge in {scope}: no governed pair there\n"),
        count => format!("in order: {} of {scope}{exempted}\n", plural(count, "pair")),
    }
}
