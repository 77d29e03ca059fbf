//! Where pip and uv evaluate a marker differently: uv drops what it does not understand, which then holds everywhere.

use super::super::problem::Notice;
use super::super::version;
use super::decide::VERSIONS;
use super::tree::{Clause, Expression, Operand};

/// Where pip and uv evaluate a comparison differently.
pub(super) fn disagreements(expression: &Expression) -> Vec<Notice> {
    expression.clauses().filter_map(disagreement).collect()
}

fn disagreement(clause: &Clause) -> Option<Notice> {
    let place = clause.place.clone();
    let ambiguous = |message: &str| Some(Notice::ambiguous(place.clone(), message));
    let (name, text, reversed) = match (&clause.left, &clause.right) {
        (Operand::Variable(name), Operand::Text(text)) => (*name, &**text, false),
        (Operand::Text(text), Operand::Variable(name)) => (*name, &**text, true),
        (Operand::Text(_), Operand::Text(_)) => {
            return ambiguous("this compares two texts: pip evaluates it, uv drops it and installs everywhere");
        }
        (Operand::Variable(_), Operand::Variable(_)) => {
            return ambiguous("this compares two variables: pip evaluates it, uv drops it and installs everywhere");
        }
    };
    match (name, clause.operator) {
        ("extras" | "dependency_groups", "in" | "not in") if reversed => None,
        ("extras" | "dependency_groups", _) => {
            ambiguous("a set can only be asked as in `\"name\" in extras`: pip stops here when it installs")
        }
        ("extra", "==" | "!=") => Some(Notice::odd(
            place,
            "a requirements file is read without extras, so this comparison never sees one set",
        )),
        ("extra", _) => ambiguous("`extra` is compared with `==` or `!=` only: pip and uv read this differently"),
        _ if VERSIONS.contains(&name) => version_disagreement(clause, text, reversed),
        (_, "==" | "!=" | "in" | "not in") => None,
        (_, "~=" | "===") => {
            ambiguous("pip cannot compare this text so and stops when it installs, uv drops it or refuses")
        }
        _ => {
            ambiguous("pip does not order texts, uv compares them letter by letter: they install on different machines")
        }
    }
}

fn version_disagreement(clause: &Clause, text: &str, reversed: bool) -> Option<Notice> {
    let place = clause.place.clone();
    let ambiguous =
        |message: &str| Some(Notice::ambiguous(place.clone(), message).help("compare with `<`, `>=`, `==` instead"));
    let release =
        |word: &str| word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && version::parse(word).is_ok();
    match clause.operator {
        "in" | "not in" if reversed => {
            ambiguous("pip looks for the text inside the version, uv drops the comparison and installs everywhere")
        }
        "in" | "not in" if text.split(' ').all(release) && !text.is_empty() => Some(Notice::odd(
            place,
            "pip looks for the version anywhere inside this text (3.1 is in \"3.10\"), uv takes it for a list",
        )),
        "in" | "not in" => {
            ambiguous("pip looks for the version inside this text, uv drops the comparison and installs everywhere")
        }
        "===" => Some(Notice::odd(place, "uv refuses `===` in a marker").help("write `==`")),
        "~=" if !text.contains('.') => ambiguous(
            "`~=` needs two numbers: pip stops when it installs, uv drops the comparison and installs everywhere",
        ),
        _ => {
            let plain =
                if matches!(clause.operator, "==" | "!=") { text.strip_suffix(".*").unwrap_or(text) } else { text };
            match version::parse(plain.trim_matches([' ', '\t'])) {
                Ok(_) | Err(version::VersionError::TooBig(_)) => None,
                Err(version::VersionError::At(_)) => ambiguous(
                    "this is not a version: pip compares it as text, uv drops the comparison and installs everywhere",
                ),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Marker;

    #[test]
    fn disagreements_are_weighed() {
        use crate::requirements::ProblemKind::{Ambiguous, Odd};
        for (text, kind) in [
            ("python_version in '3.8, 3.9'", Some(Ambiguous)),
            ("python_version in '3.8 3.9'", Some(Odd)),
            ("'a' == 'b'", Some(Ambiguous)),
            ("os_name == sys_platform", Some(Ambiguous)),
            ("extra == 'x'", Some(Odd)),
            ("extra in 'x'", Some(Ambiguous)),
            ("'x' in extras", None),
            ("extras == 'x'", Some(Ambiguous)),
            ("python_version ~= '3'", Some(Ambiguous)),
            ("python_version >= '3.x'", Some(Ambiguous)),
            ("python_version == '3.*'", None),
            ("sys_platform < 'win32'", Some(Ambiguous)),
            ("python_full_version === '3.9'", Some(Odd)),
            ("python_version > '3.18446744073709551615'", None),
            ("sys_platform == 'linux' and python_version >= '3.8'", None),
        ] {
            let notices = Marker::parse(text).unwrap().1;
            assert_eq!(notices.first().map(|notice| notice.kind), kind, "{text}");
        }
    }
}
