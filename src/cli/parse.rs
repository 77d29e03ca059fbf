//! `hook parse`: how a requirements file is read, entry by entry, as a table or as JSON. It judges nothing: its status
//! is 0 whatever the file says, and 2 where there is no file to read.

use std::io::Read as _;

use super::args::{Format, ParseArgs};
use super::output::out;
use super::terminal::{Stream, style};
use super::world::Surroundings;
use super::{Failure, Outcome};
use freeze_guard::policy::Policy;
use freeze_guard::report::{Report, body, finding_json};
use freeze_guard::requirements::{self, Entry, EntryKind, File, IncludeKind, Pin, Requirement, RequirementKind};
use freeze_guard::rules;
use freeze_guard::source::{MAX_FILE, Mode, Object, Paths, RepoPath, printable, printable_text};
use serde::Serialize;

/// Cells of the table are cut to this many characters.
const CELL: usize = 100;

pub(crate) fn run(args: &ParseArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    let (path, bytes) = match &args.rev {
        Some(rev) => from_revision(args, rev.as_encoded_bytes(), world)?,
        None => from_disk(args, world)?,
    };
    let file = requirements::read(path, &bytes);
    drop(bytes);
    match args.format {
        Format::Json => out(&json(&file)),
        Format::Text => out(&table(&file, world)),
    }
    Ok(Outcome::Pass)
}

fn from_disk(args: &ParseArgs, world: &Surroundings) -> Result<(RepoPath, Vec<u8>), Failure> {
    let shown = printable(args.file.as_encoded_bytes());
    let failed = |error: std::io::Error| {
        Failure::new(format!("{shown} cannot be read: {error}"), "name a requirements file, or `-` for standard input")
    };
    // One byte more than is read, so that the reader says that there is more.
    let limit = MAX_FILE + 1;
    let mut bytes = Vec::new();
    if args.file == "-" {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        let file = std::fs::File::open(world.world.cwd.join(&args.file)).map_err(failed)?;
        file.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    }
    let given = args.file.as_encoded_bytes();
    let name = given.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let path = RepoPath::new(given).or_else(|| RepoPath::new(name)).or_else(|| RepoPath::new(b"-"));
    path.map(|path| (path, bytes)).ok_or_else(|| Failure::new(format!("{shown} is no path"), "name a file"))
}

fn from_revision(args: &ParseArgs, rev: &[u8], world: &Surroundings) -> Result<(RepoPath, Vec<u8>), Failure> {
    let repo = world.repository()?;
    let shown = printable(args.file.as_encoded_bytes());
    let missing = || {
        let rev = printable(rev);
        Failure::new(
            format!("there is no file {shown} in {rev}"),
            format!("`git ls-tree -r --name-only {rev}` lists what there is"),
        )
    };
    let path = RepoPath::resolve(repo.prefix(), args.file.as_encoded_bytes()).ok_or_else(missing)?;
    let tree = repo.commit_tree(&repo.resolve(rev)?)?;
    match tree.lookup(std::slice::from_ref(&path))?.into_iter().next().flatten() {
        Some(Object { mode: Mode::File | Mode::Executable, id }) => {
            let bytes = tree.blob(&path, &id)?;
            Ok((path, bytes))
        }
        _ => Err(missing()),
    }
}

#[derive(Serialize)]
struct JsonFile {
    schema_version: u32,
    path: String,
    encoding: &'static str,
    entries: Vec<JsonEntry>,
    findings: Vec<serde_json::Value>,
}

#[derive(Serialize)]
struct JsonEntry {
    line: usize,
    kind: &'static str,
    name: Option<String>,
    extras: Vec<String>,
    specifier: String,
    url: Option<String>,
    marker: Option<String>,
    hashes: Vec<String>,
    pinned: bool,
    text: String,
}

fn json(file: &File) -> String {
    let entries = file.entries.iter().map(|one| entry(file, one)).collect();
    let findings = rules::reading(file).iter().map(finding_json).collect();
    let path = file.source.path().to_string();
    let json = JsonFile { schema_version: 1, path, encoding: file.encoding, entries, findings };
    // String keys and finite numbers only: serialising cannot fail.
    let mut text = serde_json::to_string_pretty(&json).unwrap_or_default();
    text.push('\n');
    text
}

fn entry(file: &File, entry: &Entry) -> JsonEntry {
    let text = printable_text(&entry.text(&file.source));
    let mut json = JsonEntry {
        line: entry.line,
        kind: kind(&entry.kind),
        name: None,
        extras: Vec::new(),
        specifier: String::new(),
        url: None,
        marker: None,
        hashes: Vec::new(),
        pinned: false,
        text,
    };
    match &entry.kind {
        EntryKind::Requirement(requirement) => fill(&mut json, requirement),
        EntryKind::Include(include) => json.url = Some(printable_text(&include.target)),
        EntryKind::Options(_) | EntryKind::Invalid => {}
    }
    json
}

fn fill(json: &mut JsonEntry, requirement: &Requirement) {
    json.name = requirement.name.as_ref().map(ToString::to_string);
    json.extras = requirement.extras.iter().map(ToString::to_string).collect();
    json.specifier = printable_text(&requirement.specifiers.to_string());
    json.url = requirement.url.as_deref().map(printable_text);
    json.marker = requirement.marker.as_ref().map(|marker| printable_text(marker.text()));
    let hash = |hash: &requirements::Hash| printable_text(&hash.to_string());
    json.hashes = requirement.hashes.iter().map(hash).collect();
    json.pinned = requirement.pin(&Policy::default().vcs_hosts) == Pin::Pinned;
}

fn kind(kind: &EntryKind) -> &'static str {
    match kind {
        EntryKind::Requirement(requirement) if requirement.editable => "editable",
        EntryKind::Requirement(requirement) => match requirement.kind {
            RequirementKind::Named => "named",
            RequirementKind::Url => "url",
            RequirementKind::Vcs => "vcs",
            RequirementKind::Path => "path",
            RequirementKind::Archive => "archive",
        },
        EntryKind::Include(include) => match include.kind {
            IncludeKind::Requirement => "include",
            IncludeKind::Constraint => "constraint",
        },
        EntryKind::Options(_) => "option",
        EntryKind::Invalid => "invalid",
    }
}

/// One line per entry, what is wrong below.
fn table(file: &File, world: &Surroundings) -> String {
    let mut out_text = format!("{}, {}\n", file.source.path(), file.encoding);
    let rows: Vec<[String; 5]> = file.entries.iter().map(|one| row(&entry(file, one))).collect();
    let heads = ["line", "kind", "name", "pinned", "reads as"].map(str::to_owned);
    let width = |column: usize| {
        let cells = rows.iter().chain([&heads]).map(|row| row[column].chars().count());
        cells.max().unwrap_or_default()
    };
    let widths = [width(0), width(1), width(2), width(3)];
    for row in [&heads].into_iter().chain(&rows) {
        let [line, kind, name, pinned, reads] = row;
        let [a, b, c, d] = widths;
        let line = format!("{line:>a$}  {kind:b$}  {name:c$}  {pinned:d$}  {reads}");
        out_text.push_str(line.trim_end());
        out_text.push('\n');
    }
    let mut report = Report::default();
    report.add("", Vec::new(), rules::reading(file), 0);
    report.finish();
    let findings = body(&report, &style(&world.world, Stream::Out, &Paths::default(), false));
    if !findings.is_empty() {
        out_text.push('\n');
        out_text.push_str(&findings);
    }
    out_text
}

fn row(entry: &JsonEntry) -> [String; 5] {
    let is_requirement = !matches!(entry.kind, "include" | "constraint" | "option" | "invalid");
    let pinned = match (is_requirement, entry.pinned) {
        (false, _) => "-",
        (true, true) => "yes",
        (true, false) => "no",
    };
    let mut reads = if is_requirement { entry.specifier.clone() } else { entry.text.clone() };
    if let (Some(url), true) = (&entry.url, is_requirement) {
        reads.push_str(url);
    }
    if let Some(marker) = &entry.marker {
        reads.push_str(&format!(" ; {marker}"));
    }
    if !entry.hashes.is_empty() {
        reads.push_str(&format!(" ({} hashes)", entry.hashes.len()));
    }
    let mut name = entry.name.clone().unwrap_or_else(|| "-".to_owned());
    if !entry.extras.is_empty() {
        name.push_str(&format!("[{}]", entry.extras.join(",")));
    }
    [entry.line.to_string(), entry.kind.to_owned(), cut(name), pinned.to_owned(), cut(reads)]
}

/// A cell of the table; the JSON has all of it.
fn cut(text: String) -> String {
    if text.chars().count() <= CELL {
        return text;
    }
    text.chars().take(CELL).chain("...".chars()).collect()
}
