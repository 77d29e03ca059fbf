//! What a policy can say: every table and key with the values it takes, its default and its meaning. The reader, the
//! reference in docs/policy.md and the JSON Schema are all made from this one list.

mod tables;

use crate::rule::RuleId;

pub(super) use tables::{ALL, CI, DEPLOY, EXEMPT, LOCK, PAIR, PUSH, TOP, UPGRADE};

/// A key that a table may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    /// How it is written: the help of a value of the wrong type.
    pub(super) example: &'static str,
    pub(super) takes: Takes,
    pub(super) unset: Unset,
    /// What it means: Markdown, for the reference and for editors.
    pub(super) about: &'static str,
}

/// A kind of table: its name (empty at the top) and the keys it may have.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) name: &'static str,
    /// As its header is written; empty at the top.
    pub(super) title: &'static str,
    pub(super) keys: &'static [Key],
}

/// The values of a key.
#[derive(Clone, Copy, Debug)]
pub enum Takes {
    /// `true` or `false`.
    Boolean,
    /// A string; what it holds, as in "a branch".
    Text(&'static str),
    /// One of these words.
    Word(fn() -> Vec<&'static str>),
    /// A date without quotes.
    Date,
    /// An array of strings, with what they hold and how many there must be at least.
    Texts(&'static str, usize),
    /// A table of its own.
    Table,
    /// An array of tables of their own.
    Tables,
}

/// What holds where a key is absent.
#[derive(Clone, Copy, Debug)]
pub enum Unset {
    /// The key must be there.
    Required,
    /// This value, as TOML writes it.
    Value(&'static str),
    /// What these words say.
    Words(&'static str),
}

/// The key of `[rules]` for a rule; its keys are the rules' codes, so it has no [`Shape`].
pub(super) fn level_key(rule: RuleId) -> Key {
    Key {
        name: rule.code(),
        example: "unpinned = \"error\"",
        takes: Takes::Word(|| super::levels::Setting::WORDS.iter().map(|(word, _)| *word).collect()),
        unset: Unset::Words("the rule's own"),
        about: "how much the rule weighs, in every case",
    }
}

/// A key that a policy can have: for documentation, completion and schemas.
#[derive(Clone, Copy, Debug)]
pub struct KnownKey {
    /// The header of its table, as in `[push]` or `[[pair]]`; empty at the top of the file.
    pub table: &'static str,
    /// Its name.
    pub name: &'static str,
    /// How it is written: a whole line.
    pub example: &'static str,
    /// The values it takes.
    pub takes: Takes,
    /// What holds where it is absent.
    pub unset: Unset,
    /// What it means, in Markdown.
    pub about: &'static str,
}

/// Every key, table by table; the keys of `[rules]` are the rules' codes.
pub fn known_keys() -> impl Iterator<Item = KnownKey> {
    let of = |shape: &'static Shape| {
        shape.keys.iter().map(|key| KnownKey {
            table: shape.title,
            name: key.name,
            example: key.example,
            takes: key.takes,
            unset: key.unset,
            about: key.about,
        })
    };
    ALL.iter().flat_map(move |shape| of(shape))
}
