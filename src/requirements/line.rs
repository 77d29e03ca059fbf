//! One logical line to one entry: which part of it pip obeys, which it silently drops, and what readers disagree about.

mod digests;
mod hidden;

use std::ops::Range;

use super::arguments::{options_start, words};
use super::classify::{self, Classified};
use super::limits;
use super::logical::Logical;
use super::options::{self, Found, Name, Options};
use super::places::Places;
use super::problem::Notice;
use super::text::{any_byte, quote};
use super::{EntryKind, GlobalOption, Hash, Hashes, Include, IncludeKind, Requirement, RequirementKind};

use digests::{malformed, url_hash};
use hidden::{backslashes, hidden_characters, leftovers, variables};

/// What a line is, and what there is to say about it; positions are bytes of the logical line.
pub(super) fn read(logical: &Logical<'_>) -> (EntryKind, Vec<Notice>) {
    let mut notices = Vec::new();
    let kind = match understand(&logical.text, &logical.places, &mut notices) {
        Ok(kind) => kind,
        Err(notice) => {
            // One reason is enough for a line that is not read at all.
            notices.clear();
            notices.push(notice);
            EntryKind::Invalid
        }
    };
    (kind, notices)
}

fn understand(text: &str, places: &Places, notices: &mut Vec<Notice>) -> Result<EntryKind, Notice> {
    if any_byte(text, |byte| byte == 0)
        && let Some(at) = text.find('\0')
    {
        return Err(Notice::invalid(at..at + 1, "a NUL character: this is not a text file"));
    }
    let start = options_start(text);
    if let Some(hashes) = only_hashes(text, start)? {
        return hashed(text, start, hashes, (places, notices));
    }
    let words = words(text, start)?;
    let mut options = options::parse(&words)?;
    notices.append(&mut options.notices);
    leftovers(text, &options, notices);
    variables(text, &options, notices);
    hidden_characters(text, notices);
    backslashes(text, &options, notices);
    // One space separates; more of them belong to the argument, and a marker may hang on them (`URL;  --hash=…`).
    let argument = if start < text.len() { &text[..start.saturating_sub(1)] } else { text };
    let editable = options.found.iter().find(|found| found.name == Name::Editable);
    if !argument.is_empty() || editable.is_some() {
        let line = RequirementLine { text, places, options: &options };
        return line.read(argument, editable, notices).map(|requirement| EntryKind::Requirement(Box::new(requirement)));
    }
    let first = |name| options.found.iter().find(|found| found.name == name);
    match (first(Name::Requirement), first(Name::Constraint)) {
        (Some(found), _) => include(found, IncludeKind::Requirement, &options, notices),
        (None, Some(found)) => include(found, IncludeKind::Constraint, &options, notices),
        (None, None) => Ok(EntryKind::Options(global_options(&options, notices))),
    }
}

/// What a resolver writes after nearly every requirement: nothing but sha256 digests, each attached to its option with
/// one space before it. `None` for everything else, which takes the long way.
fn only_hashes(text: &str, start: usize) -> Result<Option<Vec<Hash>>, Notice> {
    const OPTION: &str = "--hash=sha256:";
    let mut rest = text.get(start..).unwrap_or_default();
    if start == 0 || rest.is_empty() {
        return Ok(None);
    }
    let mut hashes = Vec::with_capacity(rest.len() / (OPTION.len() + 64) + 1);
    while !rest.is_empty() {
        let digest = rest.strip_prefix(OPTION).and_then(|after| after.split_at_checked(64));
        let Some((hash, after)) = digest.and_then(|(digest, after)| Some((Hash::sha256(digest)?, after))) else {
            return Ok(None);
        };
        hashes.push(hash);
        rest = after.trim_start_matches(' ');
        if rest.len() == after.len() && !after.is_empty() {
            return Ok(None);
        }
    }
    if hashes.len() > limits::HASHES {
        let message = format!("more than {} hashes on one requirement", limits::HASHES);
        return Err(Notice::invalid(start..text.len(), message));
    }
    Ok(Some(hashes))
}

/// A requirement with nothing but `hashes` behind it.
fn hashed(
    text: &str,
    start: usize,
    hashes: Vec<Hash>,
    (places, notices): (&Places, &mut Vec<Notice>),
) -> Result<EntryKind, Notice> {
    let options = Options::default();
    variables(text, &options, notices);
    hidden_characters(text, notices);
    let line = RequirementLine { text, places, options: &options };
    let argument = &text[..start.saturating_sub(1)];
    let mut requirement = line.read(argument, None, notices)?;
    requirement.hashes = hashes.into();
    Ok(EntryKind::Requirement(Box::new(requirement)))
}

struct RequirementLine<'l> {
    text: &'l str,
    places: &'l Places,
    options: &'l Options<'l>,
}

impl RequirementLine<'_> {
    fn read(
        &self,
        argument: &str,
        editable: Option<&Found<'_>>,
        notices: &mut Vec<Notice>,
    ) -> Result<Requirement, Notice> {
        let (classified, written) = match editable {
            None => (classify::line(argument), argument),
            Some(_) if !argument.is_empty() => (classify::editable(argument), argument),
            Some(found) => (classify::editable(found.value), found.value),
        };
        let place = |range: &Range<usize>| match editable {
            Some(found) if argument.is_empty() => found.place(range),
            _ => range.clone(),
        };
        let mut classified =
            classified.map_err(|notice| Notice { range: place(&notice.range), repair: None, ..notice })?;
        for notice in std::mem::take(&mut classified.notices) {
            notices.push(Notice { range: place(&notice.range), repair: None, ..notice });
        }
        self.ignored(editable.is_some(), !argument.is_empty(), notices);
        let exact = editable.is_none_or(|found| !argument.is_empty() || found.exact.is_some());
        let mut requirement = self.requirement(classified, written, editable.is_some(), |range| {
            let range = place(range);
            (exact && self.places.contiguous(&range)).then(|| self.places.span(&range))
        });
        if editable.is_none() {
            requirement.hashes = self.hashes(notices)?;
        }
        self.config_settings(&mut requirement);
        self.backslash(&requirement, argument, notices);
        url_hash(&requirement, notices, 0..argument.len().max(1).min(self.text.len()));
        Ok(requirement)
    }

    fn requirement(
        &self,
        classified: Classified,
        written: &str,
        editable: bool,
        span: impl Fn(&Range<usize>) -> Option<crate::source::Span>,
    ) -> Requirement {
        let slice = |range: &Range<usize>| written.get(range.clone()).unwrap_or_default().to_owned();
        Requirement {
            kind: classified.kind,
            editable,
            name: classified.name,
            written_name: classified.name_range.as_ref().map(slice),
            extras: classified.extras,
            specifiers: classified.specifiers,
            written_specifiers: classified.specifier_range.as_ref().map(slice).unwrap_or_default(),
            url: classified.url.as_ref().map(slice),
            marker: classified.marker,
            hashes: Hashes::default(),
            config_settings: Vec::new(),
            name_span: classified.name_range.as_ref().and_then(&span),
            specifier_span: classified.specifier_range.as_ref().and_then(&span),
            version_span: classified.version_range.as_ref().and_then(&span),
        }
    }

    /// What pip parses beside a requirement and then ignores.
    fn ignored(&self, editable: bool, argument: bool, notices: &mut Vec<Notice>) {
        let mut editables = 0;
        for found in &self.options.found {
            let message = match found.name {
                Name::ConfigSettings => continue,
                Name::Hash if editable => "pip ignores a hash beside `-e`".to_owned(),
                Name::Hash => continue,
                Name::Editable if argument => {
                    "beside `-e` pip takes the text before it for the editable, and ignores the option's value"
                        .to_owned()
                }
                Name::Editable => {
                    editables += 1;
                    if editables == 1 {
                        continue;
                    }
                    "pip reads only the first `-e` of a line".to_owned()
                }
                name => format!("pip ignores `{}` beside a requirement, uv refuses the line", name.long()),
            };
            notices.push(
                Notice::ambiguous(found.range.clone(), message).help("put it on a line of its own, or remove it"),
            );
        }
    }

    fn hashes(&self, notices: &mut Vec<Notice>) -> Result<Hashes, Notice> {
        let found = || self.options.found.iter().filter(|found| found.name == Name::Hash);
        if let Some(over) = found().nth(limits::HASHES) {
            let message = format!("more than {} hashes on one requirement", limits::HASHES);
            return Err(Notice::invalid(over.range.clone(), message));
        }
        let mut hashes = Vec::with_capacity(self.options.found.len());
        for found in found() {
            let Some((algorithm, digest)) = found.value.split_once(':') else { continue };
            let Some(algorithm) = ["sha256", "sha384", "sha512"].into_iter().find(|name| *name == algorithm) else {
                continue;
            };
            let hash = Hash::new(algorithm, digest);
            if !hash.is_well_formed() {
                notices.push(malformed(&hash, found.value_place()));
            }
            hashes.push(hash);
        }
        Ok(hashes.into())
    }

    /// pip's parser and the library that fetches for it end the host of a URL at different places.
    fn backslash(&self, requirement: &Requirement, argument: &str, notices: &mut Vec<Notice>) {
        let remote = matches!(requirement.kind, RequirementKind::Url | RequirementKind::Vcs);
        if let Some(at) = argument.find('\\').filter(|_| remote) {
            let message = "a backslash in a URL: readers disagree where its host ends";
            notices.push(Notice::ambiguous(at..at + 1, message).help("write `/`, or `%5C` if it is meant"));
        }
    }

    fn config_settings(&self, requirement: &mut Requirement) {
        let settings = self.options.found.iter().filter(|found| found.name == Name::ConfigSettings);
        requirement.config_settings = settings.map(|found| found.value.to_owned()).collect();
    }
}

fn include(
    found: &Found<'_>,
    kind: IncludeKind,
    options: &Options<'_>,
    notices: &mut Vec<Notice>,
) -> Result<EntryKind, Notice> {
    if found.value.is_empty() {
        return Err(Notice::invalid(found.range.clone(), format!("`{}` needs the path of a file", found.name.long())));
    }
    for other in options.found.iter().filter(|other| other.range != found.range) {
        let message = format!("pip reads only the first file of a line and ignores `{}` here", other.name.long());
        notices.push(Notice::ambiguous(other.range.clone(), message).help("put it on a line of its own"));
    }
    if let Some(at) = found.value.find('#') {
        let message = format!("pip opens {}, uv takes `#` for the start of a comment", quote(found.value));
        notices.push(
            Notice::ambiguous(found.place(&(at..at + 1)), message).help("put a space before `#`, or rename the file"),
        );
    }
    Ok(EntryKind::Include(Include { kind, target: found.value.to_owned() }))
}

fn global_options(options: &Options<'_>, notices: &mut Vec<Notice>) -> Vec<GlobalOption> {
    let mut out: Vec<GlobalOption> = Vec::new();
    for found in &options.found {
        if found.name.per_requirement() {
            let message =
                format!("this `{}` belongs to no requirement: pip ignores it, uv refuses the file", found.name.long());
            let help = "put it on its requirement's line; a comment line in between ends a continued requirement";
            notices.push(Notice::ambiguous(found.range.clone(), message).help(help));
            continue;
        }
        let name = found.name.long();
        let single = matches!(found.name, Name::FindLinks | Name::IndexUrl);
        if single && out.iter().any(|option| option.name == name) {
            let message = format!("pip obeys only one `{name}` of a line");
            notices.push(Notice::ambiguous(found.range.clone(), message).help("put it on a line of its own"));
        }
        out.push(GlobalOption { name, value: (!takes_none(found.name)).then(|| found.value.to_owned()) });
    }
    out
}

fn takes_none(name: Name) -> bool {
    matches!(name, Name::NoIndex | Name::PreferBinary | Name::RequireHashes | Name::NoRequireHashes | Name::Pre)
}
