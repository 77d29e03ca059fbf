//! Version specifiers after a name: packaging's `_parse_version_many` and what `SpecifierSet` makes of `===`.

use std::ops::Range;

use super::super::limits;
use super::super::problem::Notice;
use super::super::specifiers::{Clause, Operator, Specifiers, text_clause};
use super::super::text::{found, is_space, quote};
use super::super::version::{self, VersionError};
use super::{Dependency, Scan, rewritten};

impl Scan<'_> {
    pub(super) fn versions(&mut self, dependency: &mut Dependency) -> Result<(), Notice> {
        let open = self.at;
        let enclosed = self.eat('(');
        self.blank();
        if !enclosed && !self.rest().starts_with(['=', '!', '~', '<', '>']) {
            return Ok(());
        }
        let start = self.at;
        let mut count = 0;
        let mut end = start;
        while self.rest().starts_with(['=', '!', '~', '<', '>']) {
            let found = self.clause(&mut dependency.specifiers)?;
            count += found.1;
            if count > limits::SPECIFIERS {
                let message = format!("more than {} version specifiers in one requirement", limits::SPECIFIERS);
                return Err(Notice::invalid(start..self.at, message));
            }
            dependency.version_range = (count == 1).then_some(found.0);
            end = self.at;
            self.blank();
            if !self.eat(',') {
                break;
            }
            self.blank();
        }
        if count > 0 {
            dependency.specifier_range = start..end;
        }
        if enclosed && !self.eat(')') {
            let message = "this parenthesis is never closed: expected `)` after the version specifiers";
            return Err(if self.rest().is_empty() {
                Notice::invalid(open..open + 1, message)
            } else {
                self.expected("`,` or `)` after a version")
            });
        }
        Ok(())
    }

    /// One specifier, or the several that `===` swallows; the range of the (first) version, and how many there were.
    fn clause(&mut self, into: &mut Specifiers) -> Result<(Range<usize>, usize), Notice> {
        let (operator, length) = self.operator()?;
        self.at += length;
        self.blank();
        let Some(operator) = operator else {
            return self.arbitrary(into);
        };
        let length = self.rest().find([' ', '\t', ',', ')', ';']).unwrap_or(self.rest().len());
        let range = self.at..self.at + length;
        into.insert(version_clause(operator, self.text, range.clone())?);
        self.at = range.end;
        let version =
            self.text[range.clone()].strip_suffix(".*").map_or(range.end, |version| range.start + version.len());
        Ok((range.start..version, 1))
    }

    /// What follows `===`: everything up to white space, `;` or `)`, commas included; pip then splits it at its commas.
    fn arbitrary(&mut self, into: &mut Specifiers) -> Result<(Range<usize>, usize), Notice> {
        let length = self.rest().find(|char| is_space(char) || matches!(char, ';' | ')')).unwrap_or(self.rest().len());
        let range = self.at..self.at + length;
        let mut first = None;
        let mut count = 0;
        let mut at = range.start;
        for part in self.text[range.clone()].split(',') {
            let here = at..at + part.len();
            at = here.end + 1;
            if count == 0 {
                into.insert(text_clause(part));
                first = Some(here);
            } else if part.is_empty() {
                continue;
            } else {
                let mut scan = Scan { text: &self.text[..here.end], at: here.start };
                scan.clause(into)?;
                if scan.at < here.end {
                    return Err(scan.expected("`,` or the end of the line after a version"));
                }
            }
            count += 1;
            if count > limits::SPECIFIERS {
                break;
            }
        }
        self.at = range.end;
        Ok((first.unwrap_or(range), count))
    }

    /// The operator here, `None` for `===`, and its length.
    fn operator(&self) -> Result<(Option<Operator>, usize), Notice> {
        let rest = self.rest();
        for (text, operator) in [
            ("===", None),
            ("==", Some(Operator::Equal)),
            ("!=", Some(Operator::NotEqual)),
            ("~=", Some(Operator::Compatible)),
            ("<=", Some(Operator::LessEqual)),
            (">=", Some(Operator::GreaterEqual)),
            ("<", Some(Operator::Less)),
            (">", Some(Operator::Greater)),
        ] {
            if rest.starts_with(text) {
                return Ok((operator, text.len()));
            }
        }
        let wrong = found(rest);
        let message =
            format!("{wrong} is not an operator: expected one of `==`, `!=`, `~=`, `<`, `<=`, `>`, `>=`, `===`");
        let one_sign = rest.starts_with('=') && !rest[1..].starts_with(['<', '>', '=']);
        let notice = Notice::invalid(self.here(), message);
        Err(if one_sign { self.mended(notice, self.here(), "==") } else { notice })
    }
}

/// `OPERATOR VERSION[.*]` with the version at `range` of `text`.
fn version_clause(operator: Operator, text: &str, range: Range<usize>) -> Result<Clause, Notice> {
    let raw = &text[range.clone()];
    let (version, end) = version::parse_prefix(raw).map_err(|error| bad_version(raw, &range, error))?;
    let tail = &raw[end..];
    let plain = version.pre().is_none() && version.post().is_none() && version.dev().is_none() && !version.is_local();
    let here = range.start + end..range.end;
    let operator = match (operator, tail) {
        (_, "") => operator,
        (Operator::Equal, ".*") if plain => Operator::EqualStar,
        (Operator::NotEqual, ".*") if plain => Operator::NotEqualStar,
        (_, ".*") => {
            let message = "`.*` is allowed only after `==` or `!=` and a plain release number such as `1.2`";
            return Err(Notice::invalid(here, message));
        }
        _ => return Err(bad_version(raw, &range, VersionError::At(end))),
    };
    if version.is_local() && !matches!(operator, Operator::Equal | Operator::NotEqual) {
        let message = "a local version (after `+`) is allowed only after `==` or `!=`";
        return Err(Notice::invalid(range, message));
    }
    if operator == Operator::Compatible && version.release().len() < 2 {
        let message = "`~=` needs at least two release numbers, as in `~=1.0`";
        let help = rewritten(text, range.clone(), &format!("{raw}.0"));
        return Err(Notice::invalid(range, message).help(help));
    }
    Ok(Clause::Version { operator, version, text: raw[..end].into() })
}

fn bad_version(raw: &str, range: &Range<usize>, error: VersionError) -> Notice {
    match error {
        VersionError::TooBig(_) => {
            let message =
                format!("the version {} has a number beyond 64 bits; pip reads it, no other tool does", quote(raw));
            Notice::invalid(range.clone(), message)
        }
        VersionError::At(at) => {
            let rest = raw.get(at..).unwrap_or_default();
            let width = rest.chars().next().map_or(0, char::len_utf8);
            let message = if raw.is_empty() {
                format!("expected a version such as `1.0` after the operator, found {}", found(rest))
            } else {
                format!("{} is not a PEP 440 version: unexpected {} in it", quote(raw), found(rest))
            };
            let help = if rest.starts_with('#') { "put a space before `#` to begin a comment" } else { "" };
            Notice::invalid(range.start + at..range.start + at + width, message).help(help)
        }
    }
}
