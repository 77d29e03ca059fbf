//! The options of a requirements file and Python's `optparse` over them (pip 26.3): unique prefixes, glued short
//! options, words that are silently dropped.

mod table;

use std::ops::Range;

use super::arguments::Word;
use super::problem::Notice;
use super::text::quote;
pub(super) use table::Name;
use table::{FEATURES, SPECS, Spec, long_spec, unknown};

/// One option with its value.
#[derive(Clone, Debug)]
pub(super) struct Found<'w> {
    pub(super) name: Name,
    /// Empty for options that take none.
    pub(super) value: &'w str,
    /// The words it stands in.
    pub(super) range: Range<usize>,
    /// Where `value` stands in the line, where it stands there as it is.
    pub(super) exact: Option<usize>,
}

impl Found<'_> {
    /// Where to point for `inside` of the value.
    pub(super) fn place(&self, inside: &Range<usize>) -> Range<usize> {
        match self.exact {
            Some(at) if inside.end <= self.value.len() => at + inside.start..at + inside.end,
            _ => self.range.clone(),
        }
    }

    /// Where to point for the whole value.
    pub(super) fn value_place(&self) -> Range<usize> {
        self.place(&(0..self.value.len()))
    }
}

/// The options of a line, and what pip silently drops.
#[derive(Debug, Default)]
pub(super) struct Options<'w> {
    pub(super) found: Vec<Found<'w>>,
    /// Words that are neither option nor value.
    pub(super) leftovers: Vec<Range<usize>>,
    pub(super) notices: Vec<Notice>,
}

/// Reads `words` as optparse does.
pub(super) fn parse<'w>(words: &'w [Word<'w>]) -> Result<Options<'w>, Notice> {
    let mut options = Options { found: Vec::with_capacity(words.len()), ..Options::default() };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.value.as_ref() {
            "--" => {
                options.leftovers.push(word.range.clone());
                options.leftovers.extend(words.map(|word| word.range.clone()));
                break;
            }
            "-" => options.leftovers.push(word.range.clone()),
            text if text.starts_with("--") => options.long(word, text, &mut words)?,
            text if text.starts_with('-') => options.short(word, text, &mut words)?,
            _ => options.leftovers.push(word.range.clone()),
        }
    }
    Ok(options)
}

impl<'w> Options<'w> {
    fn long(
        &mut self,
        word: &'w Word<'w>,
        text: &'w str,
        words: &mut std::slice::Iter<'w, Word<'w>>,
    ) -> Result<(), Notice> {
        let (option, attached) = text.split_once('=').map_or((text, None), |(option, value)| (option, Some(value)));
        let spec = long_spec(option, word)?;
        if option != spec.long {
            let message = format!("pip reads {} as `{}`, uv refuses the abbreviation", quote(option), spec.long);
            self.notices.push(Notice::odd(word.range.clone(), message).help(format!("write `{}`", spec.long)));
        }
        if word.quoted() {
            let message = "pip removes the quotes around this option, uv keeps them";
            self.notices.push(Notice::odd(word.range.clone(), message).help("remove the quotes"));
        }
        match (spec.takes_value, attached) {
            (true, Some(value)) => {
                let exact = word.place(value);
                self.add(Found { name: spec.name, value, range: word.range.clone(), exact })
            }
            (false, Some(_)) => {
                let message = format!("`{}` takes no value", spec.long);
                Err(Notice::invalid(word.range.clone(), message).help(format!("write `{}`", spec.long)))
            }
            (true, None) => self.detached(spec, word, words),
            (false, None) => self.add(Found { name: spec.name, value: "", range: word.range.clone(), exact: None }),
        }
    }

    /// All short options take a value: the rest of the word, or the next word.
    fn short(
        &mut self,
        word: &'w Word<'w>,
        text: &'w str,
        words: &mut std::slice::Iter<'w, Word<'w>>,
    ) -> Result<(), Notice> {
        let letter = text.chars().nth(1);
        let Some(spec) = SPECS.iter().find(|spec| spec.short.is_some() && spec.short == letter) else {
            return Err(unknown(text, word));
        };
        let value = text.get(2..).unwrap_or_default();
        if value.is_empty() {
            return self.detached(spec, word, words);
        }
        self.notices.push(glued(spec, text, value, word));
        let exact = word.place(value);
        self.add(Found { name: spec.name, value, range: word.range.clone(), exact })
    }

    fn detached(
        &mut self,
        spec: &Spec,
        word: &'w Word<'w>,
        words: &mut std::slice::Iter<'w, Word<'w>>,
    ) -> Result<(), Notice> {
        let Some(value) = words.next() else {
            return Err(Notice::invalid(word.range.clone(), format!("`{}` needs a value", spec.long)));
        };
        self.add(Found {
            name: spec.name,
            value: value.value.as_ref(),
            range: word.range.start..value.range.end,
            exact: value.place(&value.value),
        })
    }

    fn add(&mut self, found: Found<'w>) -> Result<(), Notice> {
        check(&found)?;
        self.found.push(found);
        Ok(())
    }
}

/// What pip checks of a value while it parses.
fn check(found: &Found<'_>) -> Result<(), Notice> {
    let refuse = |message: String, help: &str| Err(Notice::invalid(found.range.clone(), message).help(help));
    let value = found.value;
    match found.name {
        Name::Hash => match value.split_once(':') {
            Some(("sha256" | "sha384" | "sha512", _)) => Ok(()),
            Some((algorithm, _)) => refuse(
                format!("pip takes sha256, sha384 and sha512 in lower case only, uv more; found {}", quote(algorithm)),
                "hash with sha256: `pip hash FILE`",
            ),
            None => refuse(
                format!("expected `ALGORITHM:DIGEST` after `--hash`, found {}", quote(value)),
                "write `--hash=sha256:...`",
            ),
        },
        Name::ConfigSettings if !value.contains('=') => {
            refuse(format!("expected `KEY=VALUE` after `--config-settings`, found {}", quote(value)), "")
        }
        Name::NoBinary | Name::OnlyBinary | Name::AllReleases | Name::OnlyFinal if value.starts_with('-') => {
            refuse(format!("`{}` needs a value", found.name.long()), "name packages, or `:all:` or `:none:`")
        }
        Name::UseFeature if !FEATURES.contains(&value) => {
            refuse(format!("pip 26.3 knows no feature {}", quote(value)), "remove the option")
        }
        _ => Ok(()),
    }
}

/// A short option glued to its value: harmless where the value cannot be the rest of a name.
fn glued(spec: &Spec, text: &str, value: &str, word: &Word<'_>) -> Notice {
    let range = word.range.clone();
    let short = &text[..2];
    if let Some(rest) = value.strip_prefix('=') {
        let message = format!("pip takes {} for the value of `{short}`, uv takes {}", quote(value), quote(rest));
        return Notice::ambiguous(range, message).help(format!("write {}", quote(&format!("{short} {rest}"))));
    }
    let file = value.contains(['/', ':'])
        || value.starts_with('.')
        || [".txt", ".in", ".lock"].iter().any(|end| value.ends_with(end));
    let help = format!("write {}", quote(&format!("{short} {value}")));
    if file {
        return Notice::odd(range, format!("uv refuses `{short}` without a space before its value")).help(help);
    }
    let message = format!(
        "pip reads {} as `{} {}`, the eye may read an item of a list",
        quote(text),
        spec.long,
        super::text::quote(value).trim_matches('`')
    );
    Notice::ambiguous(range, message).help(format!("remove the dash, or {help}"))
}

#[cfg(test)]
mod tests {
    use super::super::arguments::words;
    use super::*;

    fn told(line: &str) -> String {
        let words = match words(line, 0) {
            Ok(words) => words,
            Err(notice) => return notice.message,
        };
        match parse(&words) {
            Err(notice) => format!("invalid: {}", notice.message),
            Ok(options) => {
                let found: Vec<String> =
                    options.found.iter().map(|found| format!("{}={}", found.name.long(), found.value)).collect();
                let left: Vec<&str> = options.leftovers.iter().map(|range| &line[range.clone()]).collect();
                format!("{} | {}", found.join(" "), left.join(" "))
            }
        }
    }

    #[test]
    fn options_are_read_as_optparse_reads_them() {
        for (line, expected) in [
            ("--ind x", "--index-url=x | "),
            ("--pypi-url=x", "--index-url=x | "),
            ("--pre", "--pre= | "),
            ("-rbase.txt", "--requirement=base.txt | "),
            ("-r=base.txt", "--requirement==base.txt | "),
            ("-foo", "--find-links=oo | "),
            ("-e . ; python_version<\"3\"", "--editable=. | ; python_version<\"3\""),
            ("- six==1.0", " | - six==1.0"),
            ("-- --pre six", " | -- --pre six"),
            ("-r --pre", "--requirement=--pre | "),
            ("--index-url=", "--index-url= | "),
            ("--ha=sha256:x", "--hash=sha256:x | "),
        ] {
            assert_eq!(told(line), expected, "{line}");
        }
    }

    #[test]
    fn what_optparse_refuses() {
        for line in [
            "--req x",
            "--foo",
            "-r",
            "--pre=x",
            "--hash=md5:x",
            "--hash=SHA256:x",
            "--hash=sha256",
            "-U",
            "--timeout 5",
            "-C k",
            "--use-feature=x",
            "--no-binary -x",
            "--=x",
            "--global-option=x",
            "-é",
        ] {
            assert!(told(line).starts_with("invalid"), "{line}");
        }
    }

    #[test]
    fn a_value_knows_where_it_stands() {
        let line = "x --hash=sha256:ab -r \"a b\"";
        let words = words(line, 2).unwrap();
        let options = parse(&words).unwrap();
        assert_eq!(&line[options.found[0].value_place()], "sha256:ab");
        assert_eq!(&line[options.found[1].value_place()], "a b");
    }
}
