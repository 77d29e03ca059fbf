//! The grammar of a dependency specifier without its marker: `name[extras]specifiers` or `name[extras] @ URL`, as
//! packaging 26.3's `_parser.py` reads it. Nothing of it is left to pep508_rs, which panics on some of these texts.
//!
//! White space is space and tab only. Positions are bytes of the text.

mod versions;

use std::collections::BTreeSet;
use std::ops::Range;

use super::problem::Notice;
use super::specifiers::Specifiers;
use super::text::{found, is_space, is_word, quote};
use crate::package::PackageName;

/// A dependency specifier.
#[derive(Debug)]
pub(super) struct Dependency {
    pub(super) name: PackageName,
    pub(super) name_range: Range<usize>,
    pub(super) extras: BTreeSet<PackageName>,
    pub(super) specifiers: Specifiers,
    /// From the first operator to the last version; empty, and where it would go, if there is none.
    pub(super) specifier_range: Range<usize>,
    /// The version of the only specifier.
    pub(super) version_range: Option<Range<usize>>,
    /// After `@`.
    pub(super) url: Option<Range<usize>>,
}

/// "write `…`": `text` with `range` replaced.
fn rewritten(text: &str, range: Range<usize>, by: &str) -> String {
    let (before, after) = (text.get(..range.start).unwrap_or_default(), text.get(range.end..).unwrap_or_default());
    format!("write {}", quote(&format!("{before}{by}{after}")))
}

/// Reads `text`, all of it.
pub(super) fn parse(text: &str) -> Result<Dependency, Notice> {
    let mut scan = Scan { text, at: 0 };
    scan.blank();
    let (name, name_range) = scan.name("a package name")?;
    scan.blank();
    let extras = scan.extras()?;
    let after_extras = if extras.is_some() { scan.at } else { name_range.end };
    scan.blank();
    let mut dependency = Dependency {
        name,
        name_range,
        extras: extras.unwrap_or_default(),
        specifiers: Specifiers::default(),
        specifier_range: after_extras..after_extras,
        version_range: None,
        url: None,
    };
    if scan.eat('@') {
        dependency.url = Some(scan.url()?);
    } else {
        scan.versions(&mut dependency)?;
    }
    scan.blank();
    if scan.at < text.len() { Err(scan.leftover(&dependency)) } else { Ok(dependency) }
}

/// Reads an `[extras]` group, brackets included.
pub(super) fn extras(text: &str) -> Result<BTreeSet<PackageName>, Notice> {
    let mut scan = Scan { text, at: 0 };
    let extras = scan.extras()?.unwrap_or_default();
    if scan.at < text.len() { Err(scan.expected("the end of the extras")) } else { Ok(extras) }
}

/// Reads bare specifiers.
#[cfg(test)]
pub(super) fn specifiers(text: &str) -> Result<Specifiers, Notice> {
    parse(&format!("x{text}")).map(|dependency| dependency.specifiers)
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scan<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn blank(&mut self) {
        self.at += self.rest().bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    }

    fn eat(&mut self, wanted: char) -> bool {
        let there = self.rest().starts_with(wanted);
        self.at += if there { wanted.len_utf8() } else { 0 };
        there
    }

    /// The range of the character here; empty at the end.
    fn here(&self) -> Range<usize> {
        self.at..self.at + self.rest().chars().next().map_or(0, char::len_utf8)
    }

    fn expected(&self, what: &str) -> Notice {
        Notice::invalid(self.here(), format!("expected {what}, found {}", found(self.rest())))
    }

    fn name(&mut self, what: &str) -> Result<(PackageName, Range<usize>), Notice> {
        let rest = self.rest();
        if !rest.starts_with(|char: char| char.is_ascii_alphanumeric()) {
            return Err(self
                .expected(&format!("{what}, which begins with an ASCII letter or digit"))
                .help(self.spaced()));
        }
        let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte)).count();
        let range = self.at..self.at + length;
        let raw = &rest[..length];
        if rest[length..].starts_with(is_word) {
            self.at += length;
            return Err(self.expected("an ASCII letter, digit, `-`, `_` or `.` in a name"));
        }
        let Some(name) = PackageName::new(raw) else {
            let trimmed = raw.trim_end_matches(['-', '_', '.']);
            let message = format!(
                "the name {} ends with {}; a name ends with a letter or digit",
                quote(raw),
                found(&raw[raw.len() - 1..])
            );
            let tail = range.start + trimmed.len()..range.end;
            return Err(Notice::invalid(tail.clone(), message).help(rewritten(self.text, tail, "")));
        };
        self.at = range.end;
        Ok((name, range))
    }

    fn extras(&mut self) -> Result<Option<BTreeSet<PackageName>>, Notice> {
        let open = self.at;
        if !self.eat('[') {
            return Ok(None);
        }
        let mut extras = BTreeSet::new();
        self.blank();
        if self.eat(']') {
            return Ok(Some(extras));
        }
        loop {
            extras.insert(self.name("the name of an extra")?.0);
            self.blank();
            if self.eat(']') {
                return Ok(Some(extras));
            }
            if self.rest().is_empty() {
                return Err(Notice::invalid(
                    open..open + 1,
                    "this bracket is never closed: expected `]` after the extras",
                ));
            }
            if !self.eat(',') {
                return Err(self.expected("`,` or `]` after the name of an extra"));
            }
            self.blank();
        }
    }

    fn url(&mut self) -> Result<Range<usize>, Notice> {
        self.blank();
        let length = self.rest().find([' ', '\t']).unwrap_or(self.rest().len());
        if length == 0 {
            return Err(self.expected("a URL after `@`"));
        }
        let range = self.at..self.at + length;
        self.at = range.end;
        Ok(range)
    }

    /// Advice where white space stands here that only other readers skip.
    fn spaced(&self) -> String {
        match self.rest().chars().next() {
            Some(char) if is_space(char) => {
                format!("{}; uv skips the character, pip does not", rewritten(self.text, self.here(), " "))
            }
            _ => String::new(),
        }
    }

    fn leftover(&self, dependency: &Dependency) -> Notice {
        let rest = self.rest();
        if dependency.url.is_some() {
            let message =
                "pip ends the URL at the space, uv reads it as `%20`: expected ` ; marker` or the end of the line";
            return Notice::invalid(self.at..self.text.len(), message).help("write the space as `%20`");
        }
        let expected = if dependency.specifiers.is_empty() {
            "a version specifier such as `==1.0`, `[extras]`, `@ URL`, `; marker`, or the end of the line"
        } else {
            "`,` and another specifier, `; marker`, or the end of the line"
        };
        let at = self.text[..self.at].trim_end_matches([' ', '\t']).len()..self.at;
        let notice = self.expected(expected);
        match rest.chars().next() {
            Some('#') => notice.help("put a space before `#` to begin a comment"),
            Some('-') if self.text[..self.at].ends_with('\t') => {
                let tab = self.at - 1..self.at;
                let help = rewritten(self.text, tab, " ");
                notice.help(format!("{help}; pip finds an option after a space only, uv after a tab too"))
            }
            Some('0'..='9') if dependency.specifiers.is_empty() => {
                self.mended(notice, dependency.specifier_range.start..self.at, "==")
            }
            Some('=' | '!' | '~' | '<' | '>') => self.mended(notice, at, ", "),
            Some(',') if !dependency.specifiers.is_empty() => self.mended(notice, self.here(), ""),
            _ => notice.help(self.spaced()),
        }
    }

    /// `notice` with the advice, and the means, to write `by` in the place of `range`.
    fn mended(&self, notice: Notice, range: Range<usize>, by: &'static str) -> Notice {
        notice.help(rewritten(self.text, range.clone(), by)).repair(range, by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let dependency = parse(text).unwrap();
        let extras: Vec<&str> = dependency.extras.iter().map(PackageName::as_str).collect();
        let url = dependency.url.map_or(String::new(), |url| format!(" @ {}", &text[url]));
        format!("{}[{}]{}{url}", dependency.name, extras.join(","), dependency.specifiers)
    }

    #[test]
    fn what_pip_reads() {
        for (text, expected) in [
            ("Foo_Bar[a,B]==1.0", "foo-bar[a,b]==1.0"),
            ("foo [ a ] ( ==1.0 , <2 )", "foo[a]==1.0,<2"),
            ("foo()", "foo[]"),
            ("foo( )", "foo[]"),
            ("foo[]", "foo[]"),
            ("foo==1.0,", "foo[]==1.0"),
            ("foo==1.0,==1.0", "foo[]==1.0"),
            ("foo==\t1.0", "foo[]==1.0"),
            ("foo===1.0,>0.9", "foo[]===1.0,>0.9"),
            ("foo===1.0 ,>0.9", "foo[]===1.0,>0.9"),
            ("foo===*", "foo[]===*"),
            ("foo[a]@https://e/f", "foo[a] @ https://e/f"),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }

    #[test]
    fn what_pip_refuses() {
        for text in [
            "foo==1.0,,<2",
            "foo,==1",
            "foo=1.0",
            "foo 1.0",
            "foo==1.0 bar",
            "foo>=1 <2",
            "foo[a,]",
            "foo[,a]",
            "foo[a b]",
            "foo[a] [b]",
            "foo[a-]",
            "foo- ==1",
            "foo.[x]",
            "foo==1.0#c",
            "foo==2004d",
            "foo==*",
            "foo>=1.*",
            "foo~=1",
            "foo>1.0+l",
            "foo==18446744073709551616",
            "foo===1.0, <2",
            "foo\u{a0}==1.0",
            "foo[\u{a0}a]",
            "foo==1.0 \u{200b}",
            "foo @ https://e/a b",
            "foo @",
            "",
            "-x",
            "foo==1.0a1.*",
            "foo(==1",
            "foo==1)",
            "foo===1,bar",
            "fooé",
        ] {
            let notice = parse(text).unwrap_err();
            assert!(text.get(notice.range.clone()).is_some(), "{text} {notice:?}");
        }
    }

    #[test]
    fn ranges_point_at_the_version_and_the_specifiers() {
        let text = "foo[a] == 1.0 , ==1.0";
        let dependency = parse(text).unwrap();
        assert_eq!(&text[dependency.specifier_range], "== 1.0 , ==1.0");
        let text = "foo[a]== 1.0.*";
        assert_eq!(&text[parse(text).unwrap().version_range.unwrap()], "1.0");
        assert_eq!(parse("foo [a] ").unwrap().specifier_range, 7..7);
    }

    #[test]
    fn a_missing_equals_sign_is_explained() {
        let notice = parse("foo[a] 1.0").unwrap_err();
        assert_eq!(notice.help, "write `foo[a]==1.0`");
        let notice = parse("foo=1.0").unwrap_err();
        assert_eq!((notice.range, notice.help.as_str()), (3..4, "write `foo==1.0`"));
    }
}
