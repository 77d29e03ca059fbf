//! What can be decided about markers.
//!
//! The safe subset is what pep508_rs 0.9.2 and packaging 26.3 were measured to evaluate alike (12,000 random markers on
//! 63 environments). Its algebra is exponential, so a question is refused that could need more than a bounded number of
//! nodes. An approximation to know of: like uv, it takes `python_version >= "3.14"` for
//! `python_full_version >= "3.14"`, which differ on release candidates of 3.14.

use std::collections::{BTreeMap, BTreeSet};

use pep508_rs::MarkerTree;

use super::super::limits;
use super::Tri;
use super::tree::{Clause, Expression, Operand};
use crate::package::PackageName;

/// Variables that hold a version to every tool.
pub(super) const VERSIONS: &[&str] = &["python_version", "python_full_version", "implementation_version"];
const STRINGS: &[&str] = &[
    "os_name",
    "sys_platform",
    "platform_system",
    "platform_machine",
    "platform_python_implementation",
    "implementation_name",
];
const ORDERED: &[&str] = &["<", "<=", ">", ">=", "==", "!="];

/// Whether both expressions hold on the same environments.
pub(super) fn equivalent(left: &Expression, right: &Expression) -> Tri {
    let Some(trees) = trees(&[left, right]) else { return Tri::Unknown };
    match trees.as_slice() {
        [left_tree, right_tree] if left_tree == right_tree => Tri::Yes,
        _ => refused(&[left, right]),
    }
}

/// Whether no environment satisfies both.
pub(super) fn disjoint(left: &Expression, right: &Expression) -> Tri {
    let Some(trees) = trees(&[left, right]) else { return Tri::Unknown };
    match trees.as_slice() {
        [left_tree, right_tree] if left_tree.is_disjoint(right_tree) => Tri::Yes,
        _ => refused(&[left, right]),
    }
}

/// Whether `marker` and none of `others` is impossible; no marker means everywhere.
pub(super) fn covered(marker: Option<&Expression>, others: &[&Expression]) -> Tri {
    let all: Vec<&Expression> = marker.into_iter().chain(others.iter().copied()).collect();
    let Some(trees) = trees(&all) else { return Tri::Unknown };
    let mut trees = trees.into_iter();
    let mut left = if marker.is_some() { trees.next().unwrap_or(MarkerTree::TRUE) } else { MarkerTree::TRUE };
    for tree in trees {
        left.and(tree.negate());
    }
    if left.is_false() { Tri::Yes } else { refused(&all) }
}

/// The algebra takes each `in` for a fact of its own, so it may miss that two of them exclude each other.
fn refused(expressions: &[&Expression]) -> Tri {
    let membership = |clause: &Clause| matches!(clause.operator, "in" | "not in");
    let any = expressions.iter().any(|expression| expression.clauses().any(membership));
    if any { Tri::Unknown } else { Tri::No }
}

/// The trees of `expressions`; `None` where one is opaque or all of them together are too much.
fn trees(expressions: &[&Expression]) -> Option<Vec<MarkerTree>> {
    let safe = |expression: &&Expression| {
        expression.clauses().all(is_safe) && expression.clauses().count() <= limits::DECISION_CLAUSES
    };
    if !expressions.iter().all(safe) || cells(expressions) > limits::DECISION_CELLS {
        return None;
    }
    expressions.iter().map(|expression| tree(expression)).collect()
}

fn tree(expression: &Expression) -> Option<MarkerTree> {
    // Written anew from checked parts; anything it still has to say means that it did not keep a part.
    let mut complaints = 0_usize;
    let mut reporter = |_, _| complaints += 1;
    let tree = MarkerTree::parse_reporter(&expression.canonical(), &mut reporter).ok()?;
    (complaints == 0).then_some(tree)
}

/// How many combinations of values the clauses can tell apart: a bound for the nodes of their algebra.
fn cells(expressions: &[&Expression]) -> usize {
    let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut facts: BTreeSet<String> = BTreeSet::new();
    for clause in expressions.iter().flat_map(|expression| expression.clauses()) {
        match (&clause.left, clause.operator, &clause.right) {
            (Operand::Variable(name), "in" | "not in", Operand::Text(text)) => {
                facts.insert(format!("{name} in {text}"));
            }
            (Operand::Text(text), "in" | "not in", Operand::Variable(name)) => {
                facts.insert(format!("{text} of {name}"));
            }
            (Operand::Variable("extra"), _, Operand::Text(text))
            | (Operand::Text(text), _, Operand::Variable("extra")) => {
                facts.insert(format!("extra {text}"));
            }
            (Operand::Variable(name), _, Operand::Text(text)) | (Operand::Text(text), _, Operand::Variable(name)) => {
                let name = if *name == "python_version" { "python_full_version" } else { name };
                values.entry(name).or_default().insert(text);
            }
            _ => return usize::MAX,
        }
    }
    let width = |name: &str, count: usize| if VERSIONS.contains(&name) { 2 * count + 1 } else { count + 1 };
    let ways = values.iter().map(|(name, values)| width(name, values.len()));
    ways.chain(facts.iter().map(|_| 2)).fold(1, usize::saturating_mul)
}

/// Whether packaging and pep508_rs evaluate `clause` alike.
fn is_safe(clause: &Clause) -> bool {
    let (name, text, reversed) = match (&clause.left, &clause.right) {
        (Operand::Variable(name), Operand::Text(text)) => (*name, &**text, false),
        (Operand::Text(text), Operand::Variable(name)) => (*name, &**text, true),
        _ => return false,
    };
    if !text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\'' | b'\\' | b'`')) {
        return false;
    }
    if VERSIONS.contains(&name) {
        return !reversed && is_safe_version(name, clause.operator, text);
    }
    if name == "extra" {
        return matches!(clause.operator, "==" | "!=") && PackageName::new(text).is_some();
    }
    STRINGS.contains(&name) && matches!(clause.operator, "==" | "!=" | "in" | "not in")
}

fn is_safe_version(name: &str, operator: &str, text: &str) -> bool {
    let (plain, star) = text.strip_suffix(".*").map_or((text, false), |plain| (plain, true));
    let parts: Vec<&str> = plain.split('.').collect();
    let number = |part: &&str| (1..6).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let lengths = match (name, star) {
        (_, true) => 1..=2,
        ("python_version", false) => 1..=2,
        _ => 2..=3,
    };
    if !parts.iter().all(number) || !lengths.contains(&parts.len()) {
        return false;
    }
    match operator {
        "==" | "!=" => true,
        "~=" => !star && parts.len() >= 2 && parts.last().is_some_and(|last| last.bytes().any(|byte| byte != b'0')),
        _ => !star && ORDERED.contains(&operator),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Marker;
    use super::*;

    fn marker(text: &str) -> Marker {
        Marker::parse(text).unwrap().0
    }

    #[test]
    fn equal_meanings_are_found() {
        for (left, right, answer) in [
            ("python_version < '3.9'", "'3.9' > python_version", Tri::Unknown),
            ("python_version < '3.9'", "python_version<\"3.9\"", Tri::Yes),
            ("os_name == 'a' or os_name == 'b'", "os_name == 'b' or os_name == 'a'", Tri::Yes),
            ("python_version >= '3.8' and python_version < '3.9'", "python_version == '3.8'", Tri::Yes),
            ("python_version < '3.9'", "python_version < '3.10'", Tri::No),
            ("python_version in '3.8, 3.9'", "python_version in '3.8,  3.9'", Tri::Unknown),
            ("os_name in 'nt'", "os_name == 'nt'", Tri::Unknown),
        ] {
            assert_eq!(marker(left).equivalent(&marker(right)), answer, "{left} / {right}");
        }
    }

    #[test]
    fn disjoint_and_covering() {
        let forks =
            ["python_full_version < '3.10'", "python_full_version == '3.10.*'", "python_full_version >= '3.11'"];
        let forks: Vec<Marker> = forks.iter().map(|text| marker(text)).collect();
        let all: Vec<&Marker> = forks.iter().collect();
        assert_eq!(forks[0].disjoint(&forks[1]), Tri::Yes);
        assert_eq!(forks[0].disjoint(&marker("sys_platform == 'win32'")), Tri::No);
        assert_eq!(marker("sys_platform == 'win32'").covered_by(&all), Tri::Yes);
        assert_eq!(Marker::cover_everything(&all), Tri::Yes);
        assert_eq!(Marker::cover_everything(&all[..2]), Tri::No);
        assert_eq!(marker("python_version >= '3.9'").covered_by(&all[1..]), Tri::No);
        assert_eq!(marker("python_version >= '3.8' and extras == 'x'").covered_by(&all), Tri::Unknown);
        assert_eq!(marker("os_name == 'nt'").covered_by(&[]), Tri::No);
    }

    #[test]
    fn exponential_questions_are_refused_at_once() {
        let pair = |index: usize| format!("(os_name in 'x{index}' or platform_machine in 'y{index}')");
        let text = (0..12).map(pair).collect::<Vec<_>>().join(" and ");
        assert_eq!(marker(&text).disjoint(&marker("os_name == 'nt'")), Tri::Unknown);
        let text = (0..30).map(|index| format!("os_name == 'x{index}'")).collect::<Vec<_>>().join(" or ");
        assert_eq!(marker(&text).disjoint(&marker("os_name == 'nt'")), Tri::Unknown);
    }

    #[test]
    fn numbers_that_overflow_the_crate_never_reach_it() {
        let huge = marker("python_version > '3.18446744073709551615'");
        assert_eq!(huge.disjoint(&marker("python_version < '3'")), Tri::Unknown);
        assert_eq!(huge.equivalent(&huge.clone()), Tri::Yes);
    }
}
