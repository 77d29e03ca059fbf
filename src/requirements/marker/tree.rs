//! A marker as packaging keeps it, and the one text it prints for all its spellings.

use std::ops::Range;

/// A marker as packaging keeps it: items joined by `and` and `or` as written, parentheses as nested lists.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    pub(super) first: Item,
    pub(super) rest: Vec<(Joint, Item)>,
}

/// `and` or `or`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joint {
    And,
    Or,
}

/// One item of a list.
#[derive(Clone, Debug)]
pub(super) enum Item {
    Clause(Box<Clause>),
    Nested(Box<Expression>),
}

/// One comparison.
#[derive(Clone, Debug)]
pub(super) struct Clause {
    pub(super) left: Operand,
    pub(super) operator: &'static str,
    pub(super) right: Operand,
    /// Where it stands in the marker.
    pub(super) place: Range<usize>,
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    /// By packaging's name for it.
    Variable(&'static str),
    /// Without its quotes; normalised where it is compared with an extra or a group.
    Text(Box<str>),
}

impl Clause {
    /// packaging's `_normalize_extras`.
    pub(super) fn normalise(&mut self) {
        let is = |side: &Operand, names: &[&str]| matches!(side, Operand::Variable(name) if names.contains(name));
        if is(&self.left, &["extra"]) {
            self.right.normalise();
        } else if is(&self.right, &["extra", "extras", "dependency_groups"]) {
            self.left.normalise();
        }
    }
}

impl Operand {
    fn normalise(&mut self) {
        if let Self::Text(text) = self {
            let mut name = String::with_capacity(text.len());
            for char in text.chars() {
                match char {
                    '-' | '_' | '.' if name.ends_with('-') => {}
                    '-' | '_' | '.' => name.push('-'),
                    _ => name.extend(char.to_lowercase()),
                }
            }
            *text = name.into();
        }
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Variable(name) => out.push_str(name),
            Self::Text(text) => {
                let quote = if text.contains('"') { '\'' } else { '"' };
                out.push(quote);
                out.push_str(text);
                out.push(quote);
            }
        }
    }
}

impl Clause {
    /// As packaging prints it.
    pub(super) fn write(&self, out: &mut String) {
        self.left.write(out);
        out.push(' ');
        out.push_str(self.operator);
        out.push(' ');
        self.right.write(out);
    }
}

impl Expression {
    /// As packaging's `str(Marker(...))` prints it.
    pub(super) fn canonical(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, true);
        out
    }

    fn write(&self, out: &mut String, top: bool) {
        // A list of one item is printed as that item: packaging unwraps redundant parentheses.
        if self.rest.is_empty() {
            return self.first.write(out, top);
        }
        out.push_str(if top { "" } else { "(" });
        self.first.write(out, false);
        for (joint, item) in &self.rest {
            out.push_str(if *joint == Joint::And { " and " } else { " or " });
            item.write(out, false);
        }
        out.push_str(if top { "" } else { ")" });
    }

    /// All comparisons, in their order.
    pub(super) fn clauses(&self) -> Box<dyn Iterator<Item = &Clause> + '_> {
        let items = std::iter::once(&self.first).chain(self.rest.iter().map(|(_, item)| item));
        Box::new(items.flat_map(|item| -> Box<dyn Iterator<Item = &Clause> + '_> {
            match item {
                Item::Clause(clause) => Box::new(std::iter::once(&**clause)),
                Item::Nested(nested) => nested.clauses(),
            }
        }))
    }
}

impl Item {
    fn write(&self, out: &mut String, top: bool) {
        match self {
            Self::Clause(clause) => clause.write(out),
            Self::Nested(nested) => nested.write(out, top),
        }
    }
}
