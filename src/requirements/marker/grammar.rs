//! The marker grammar of packaging 26.3 (`_parser.py`), with limits on length and depth.
//!
//! Strings take no backslash: pip runs Python's escapes there, and no other tool does.

use super::super::limits;
use super::super::problem::Notice;
use super::super::text::{found, is_word};
use super::tree::{Clause, Expression, Item, Joint, Operand};

/// Spellings and packaging's names for them.
const VARIABLES: &[(&str, &str)] = &[
    ("python_version", "python_version"),
    ("python_full_version", "python_full_version"),
    ("os_name", "os_name"),
    ("os.name", "os_name"),
    ("sys_platform", "sys_platform"),
    ("sys.platform", "sys_platform"),
    ("platform_release", "platform_release"),
    ("platform_system", "platform_system"),
    ("platform_version", "platform_version"),
    ("platform.version", "platform_version"),
    ("platform_machine", "platform_machine"),
    ("platform.machine", "platform_machine"),
    ("platform_python_implementation", "platform_python_implementation"),
    ("platform.python_implementation", "platform_python_implementation"),
    ("python_implementation", "platform_python_implementation"),
    ("implementation_name", "implementation_name"),
    ("implementation_version", "implementation_version"),
    ("extras", "extras"),
    ("extra", "extra"),
    ("dependency_groups", "dependency_groups"),
];

const OPERATORS: &[&str] = &["===", "==", "~=", "!=", "<=", ">=", "<", ">"];

/// Reads `text`, all of it, and tells what tools disagree about.
pub(super) fn parse(text: &str) -> Result<(Expression, Vec<Notice>), Notice> {
    let mut scan = Scan { text, at: 0, clauses: 0 };
    let expression = scan.expression(0)?;
    scan.blank();
    if scan.at < text.len() {
        return Err(scan.expected("`and`, `or` or the end"));
    }
    let notices = super::disagree::disagreements(&expression);
    Ok((expression, notices))
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    clauses: usize,
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
        self.at += usize::from(there);
        there
    }

    fn expected(&self, what: &str) -> Notice {
        let width = self.rest().chars().next().map_or(0, char::len_utf8);
        let message = format!("expected {what} in the marker, found {}", found(self.rest()));
        Notice::invalid(self.at..self.at + width, message)
    }

    /// `word` as a whole word.
    fn word(&mut self, word: &str) -> bool {
        let before = self.text.get(..self.at).and_then(|text| text.chars().next_back());
        let after = self.rest().strip_prefix(word);
        let there = !before.is_some_and(is_word) && after.is_some_and(|after| !after.starts_with(is_word));
        self.at += if there { word.len() } else { 0 };
        there
    }

    fn expression(&mut self, depth: usize) -> Result<Expression, Notice> {
        let first = self.item(depth)?;
        let mut rest = Vec::new();
        loop {
            let joint = if self.word("and") {
                Joint::And
            } else if self.word("or") {
                Joint::Or
            } else {
                return Ok(Expression { first, rest });
            };
            rest.push((joint, self.item(depth)?));
        }
    }

    fn item(&mut self, depth: usize) -> Result<Item, Notice> {
        self.blank();
        let open = self.at;
        if !self.eat('(') {
            let clause = self.clause()?;
            self.blank();
            return Ok(Item::Clause(Box::new(clause)));
        }
        if depth >= limits::MARKER_DEPTH {
            let message = format!("parentheses are nested more than {} deep in this marker", limits::MARKER_DEPTH);
            return Err(Notice::invalid(open..open + 1, message).help("simplify the marker"));
        }
        let nested = self.expression(depth + 1)?;
        self.blank();
        if !self.eat(')') {
            if self.rest().is_empty() {
                let message = "this parenthesis is never closed: expected `)` in the marker";
                return Err(Notice::invalid(open..open + 1, message));
            }
            return Err(self.expected("`and`, `or` or `)`"));
        }
        self.blank();
        Ok(Item::Nested(Box::new(nested)))
    }

    fn clause(&mut self) -> Result<Clause, Notice> {
        let start = self.at;
        self.clauses += 1;
        if self.clauses > limits::MARKER_CLAUSES {
            let message = format!("a marker with more than {} comparisons is not read", limits::MARKER_CLAUSES);
            return Err(Notice::invalid(start..self.text.len(), message).help("split the line into several"));
        }
        let left = self.operand()?;
        self.blank();
        let operator = self.operator()?;
        self.blank();
        let right = self.operand()?;
        let mut clause = Clause { left, operator, right, place: start..self.at };
        clause.normalise();
        Ok(clause)
    }

    fn operator(&mut self) -> Result<&'static str, Notice> {
        if self.word("in") {
            return Ok("in");
        }
        if self.word("not") {
            let before = self.at;
            self.blank();
            if self.at > before && self.word("in") {
                return Ok("not in");
            }
            return Err(self.expected("`in` after `not`"));
        }
        let there = |operator: &&&str| self.rest().starts_with(**operator);
        let Some(&operator) = OPERATORS.iter().find(there) else {
            return Err(self.expected("an operator (`<`, `<=`, `==`, `!=`, `>=`, `>`, `~=`, `===`, `in`, `not in`)"));
        };
        self.at += operator.len();
        Ok(operator)
    }

    fn operand(&mut self) -> Result<Operand, Notice> {
        if let Some(quote) = self.rest().chars().next().filter(|char| matches!(char, '"' | '\'')) {
            return self.string(quote);
        }
        for (spelling, name) in VARIABLES {
            if self.word(spelling) {
                return Ok(Operand::Variable(name));
            }
        }
        Err(self.expected("a name such as `python_version` or a quoted string"))
    }

    fn string(&mut self, quote: char) -> Result<Operand, Notice> {
        let start = self.at;
        let inner = self.rest().get(1..).unwrap_or_default();
        let Some(length) = inner.find(quote) else {
            let message = "this quote is never closed in the marker";
            return Err(Notice::invalid(start..start + 1, message).help("close the quote; ` #` ends it as a comment"));
        };
        if let Some(at) = inner[..length].find(['\\', '\0']) {
            let message = "a backslash in a marker's string: pip reads it as a Python escape, no other tool does";
            return Err(Notice::invalid(start + 1 + at..start + 2 + at, message).help("remove the backslash"));
        }
        self.at = start + length + 2;
        Ok(Operand::Text(inner[..length].into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        parse(text).unwrap().0.canonical()
    }

    #[test]
    fn canonical_text_is_packagings() {
        for (text, expected) in [
            ("python_version<'3.9'", "python_version < \"3.9\""),
            ("os.name=='a' or(os_name==\"b\")", "os_name == \"a\" or os_name == \"b\""),
            ("((os_name=='a'))", "os_name == \"a\""),
            (
                "(os_name=='a' or os_name=='b')and extra=='X_Y'",
                "(os_name == \"a\" or os_name == \"b\") and extra == \"x-y\"",
            ),
            ("'Foo' in extras", "\"foo\" in extras"),
            ("python_implementation not  in 'a\"b'", "platform_python_implementation not in 'a\"b'"),
            ("python_full_version === '3.9'", "python_full_version === \"3.9\""),
        ] {
            assert_eq!(canonical(text), expected, "{text}");
        }
    }

    #[test]
    fn what_packaging_refuses() {
        for text in [
            "",
            "python_version",
            "python_version <",
            "python_version < 3",
            "os_name=='a' and",
            "os_name=='a' os_name=='b'",
            "(os_name=='a'",
            "os_name=='a')",
            "os_name == 'a' é",
            "not os_name",
            "os_name not'in' 'a'",
            "os_name notin 'a'",
            "os_name == 'a' ; m",
            "foo == 'a'",
            "os_name = 'a'",
            "os_name=='a'andos_name=='b'",
            "os_name == 'a\\x'",
            "os_name\u{a0}== 'a'",
        ] {
            let notice = parse(text).unwrap_err();
            assert!(text.get(notice.range.clone()).is_some(), "{text} {notice:?}");
        }
    }

    #[test]
    fn limits_hold() {
        let nested = |depth: usize| format!("{}os_name=='a'{}", "(".repeat(depth), ")".repeat(depth));
        assert!(parse(&nested(limits::MARKER_DEPTH)).is_ok());
        assert!(parse(&nested(limits::MARKER_DEPTH + 1)).is_err());
        assert!(parse(&nested(20_000)).is_err());
        let many = |count: usize| vec!["os_name=='a'"; count].join(" and ");
        assert!(parse(&many(limits::MARKER_CLAUSES)).is_ok());
        assert!(parse(&many(limits::MARKER_CLAUSES + 1)).is_err());
    }
}
