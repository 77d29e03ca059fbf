//! Walks a parsed TOML file: takes values out by type, and collects every mistake with its place instead of stopping at
//! the first.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::source::{Span, printable_text};

use super::levels::Date;
use super::mistake::{Mistakes, Text, Wrong};
use super::shapes::{Key, Shape};

/// Longer arrays are a mistake: each item may cost a compiled pattern.
const MOST_ITEMS: usize = 10_000;

/// A table of the file.
#[derive(Clone, Copy)]
pub(super) struct Section<'t> {
    shape: &'static Shape,
    table: &'t DeTable<'t>,
}

/// A key of the file with its value.
#[derive(Clone, Copy)]
pub(super) struct Item<'t> {
    table: &'static str,
    key: Key,
    value: &'t Spanned<DeValue<'t>>,
}

impl<'t> Section<'t> {
    /// The item `name`, if the file has it; `name` must be one of the shape's.
    pub(super) fn get(&self, name: &str) -> Option<Item<'t>> {
        let key = *self.shape.keys.iter().find(|key| key.name == name)?;
        Some(Item { table: self.shape.name, key, value: self.table.get(name)? })
    }
}

impl<'t> Item<'t> {
    /// The item of a table whose keys are not fixed.
    pub(super) fn new(table: &'static str, key: Key, value: &'t Spanned<DeValue<'t>>) -> Self {
        Self { table, key, value }
    }

    /// Where the value stands.
    pub(super) fn span(&self) -> Span {
        span(self.value.span())
    }

    /// The key as people call it: `push.guard`.
    fn label(&self) -> String {
        if self.table.is_empty() { self.key.name.to_owned() } else { format!("{}.{}", self.table, self.key.name) }
    }
}

/// A file being read.
pub(super) struct Reader<'a> {
    pub(super) text: Text<'a>,
    pub(super) mistakes: Mistakes,
    /// Every shape there is: a key in the wrong table is told the right one.
    pub(super) shapes: &'static [&'static Shape],
}

impl Reader<'_> {
    /// Notes that the value at `span` is wrong.
    pub(super) fn wrong(&mut self, span: Span, wrong: Wrong) {
        if self.mistakes.has_room() {
            let place = self.text.place(span);
            self.mistakes.add(place, wrong);
        }
    }

    /// `table` as one of `shape`; its unknown keys are mistakes.
    pub(super) fn section<'t>(&mut self, shape: &'static Shape, table: &'t DeTable<'t>) -> Section<'t> {
        for key in table.keys() {
            let name: &str = key.get_ref();
            if !shape.keys.iter().any(|known| known.name == name) {
                self.wrong(span(key.span()), unknown_key(name, shape, self.shapes));
            }
        }
        Section { shape, table }
    }

    /// The sub-table at `item`.
    pub(super) fn table<'t>(&mut self, item: Item<'t>) -> Option<&'t DeTable<'t>> {
        self.typed(item, "a table", item.value.get_ref().as_table())
    }

    /// The array of tables at `item`, each with the place of its header.
    pub(super) fn tables<'t>(&mut self, item: Item<'t>) -> Vec<(&'t DeTable<'t>, Span)> {
        let what = "an array of tables";
        let mut tables = Vec::new();
        for value in self.array(item, what).unwrap_or_default() {
            match value.get_ref().as_table() {
                Some(table) => tables.push((table, span(value.span()))),
                None => self.wrong_type(Item { value, ..item }, what),
            }
        }
        tables
    }

    /// A boolean.
    pub(super) fn boolean(&mut self, item: Item<'_>) -> Option<bool> {
        self.typed(item, "true or false", item.value.get_ref().as_bool())
    }

    /// A date without time.
    pub(super) fn date(&mut self, item: Item<'_>) -> Option<Date> {
        let date = item.value.get_ref().as_datetime().filter(|found| found.time.is_none() && found.offset.is_none());
        let date =
            date.and_then(|found| found.date).map(|date| Date { year: date.year, month: date.month, day: date.day });
        self.typed(item, "a date without quotes", date)
    }

    /// A string that is not blank.
    pub(super) fn text<'t>(&mut self, item: Item<'t>) -> Option<&'t str> {
        let text = self.typed(item, "a string", item.value.get_ref().as_str())?;
        if text.trim().is_empty() {
            self.wrong(item.span(), Wrong::new(format!("`{}` must not be empty", item.label()), like(item.key)));
            return None;
        }
        Some(text)
    }

    /// A string as `parse` reads it.
    pub(super) fn parsed<T>(&mut self, item: Item<'_>, parse: impl FnOnce(&str) -> Result<T, Wrong>) -> Option<T> {
        let text = self.text(item)?;
        parse(text).map_err(|wrong| self.wrong(item.span(), wrong)).ok()
    }

    /// An array of strings, each as `parse` reads it.
    pub(super) fn list<T>(&mut self, item: Item<'_>, parse: impl Fn(&str) -> Result<T, Wrong>) -> Option<Vec<T>> {
        let what = "an array of strings";
        let mut list = Vec::new();
        let mut sound = true;
        for value in self.array(item, what)? {
            let read = match value.get_ref().as_str() {
                Some(text) => parse(text).map_err(|wrong| self.wrong(span(value.span()), wrong)).ok(),
                None => {
                    self.wrong_type(Item { value, ..item }, what);
                    None
                }
            };
            match read {
                Some(read) => list.push(read),
                None => sound = false,
            }
        }
        sound.then_some(list)
    }

    /// One of a closed list of words.
    pub(super) fn word<T: Copy>(&mut self, item: Item<'_>, words: &[(&str, T)]) -> Option<T> {
        let known = || words.iter().map(|(word, _)| *word);
        self.parsed(item, |text| match words.iter().find(|(word, _)| *word == text) {
            Some((_, value)) => Ok(*value),
            None => Err(Wrong::new(
                format!("`{}` is not a value of `{}`", shorten(text), item.label()),
                suggest(text, known()).unwrap_or_else(|| format!("write one of: {}", listed(known()))),
            )),
        })
    }

    fn array<'t>(&mut self, item: Item<'t>, what: &str) -> Option<&'t [Spanned<DeValue<'t>>]> {
        let array: &[_] = self.typed(item, what, item.value.get_ref().as_array())?;
        if array.len() > MOST_ITEMS {
            let message = format!("`{}` has {} items; at most {MOST_ITEMS} are read", item.label(), array.len());
            self.wrong(item.span(), Wrong::new(message, "use patterns instead of single names"));
            return None;
        }
        Some(array)
    }

    fn typed<T>(&mut self, item: Item<'_>, what: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.wrong_type(item, what);
        }
        value
    }

    fn wrong_type(&mut self, item: Item<'_>, what: &str) {
        let found = match item.value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        };
        let message = format!("`{}` must be {what}, here is {found}", item.label());
        self.wrong(item.span(), Wrong::new(message, like(item.key)));
    }
}

/// A range of the TOML reader as a span.
pub(super) fn span(range: Range<usize>) -> Span {
    Span::new(range.start, range.end)
}

fn like(key: Key) -> String {
    format!("write it like `{}`", key.example)
}

/// What to say of a key that `shape` does not have.
fn unknown_key(name: &str, shape: &Shape, shapes: &[&Shape]) -> Wrong {
    let known = || shape.keys.iter().map(|key| key.name);
    let home = || shapes.iter().find(|other| other.keys.iter().any(|key| key.name == name)).map(|home| home.title);
    let place = if shape.name.is_empty() { String::new() } else { format!(" in {}", shape.title) };
    let help = suggest(name, known()).or_else(|| {
        Some(match home()? {
            "" => format!("`{name}` stands at the top of the file, before the first table"),
            home => format!("`{name}` belongs in {home}"),
        })
    });
    let help = help.unwrap_or_else(|| format!("the keys here are: {}", listed(known())));
    Wrong::new(format!("unknown key `{}`{place}", shorten(name)), help)
}

/// "did you mean …?" for the closest of `known`, if it is close.
pub(super) fn suggest<'k>(found: &str, known: impl Iterator<Item = &'k str>) -> Option<String> {
    if found.len() > 40 {
        return None;
    }
    let found = found.to_ascii_lowercase().replace('_', "-");
    let distance = |word: &str| strsim::damerau_levenshtein(&found, word);
    let (distance, word) = known.map(|word| (distance(word), word)).min()?;
    (distance <= (word.len() / 3).max(1)).then(|| format!("did you mean `{word}`?"))
}

/// Words for a sentence: `a`, `b`.
pub(super) fn listed<'k>(words: impl Iterator<Item = &'k str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Text from the file for a message: printable, and no longer than a line can bear.
pub(super) fn shorten(text: &str) -> String {
    let mut short = printable_text(&text.chars().take(60).collect::<String>());
    if text.chars().nth(60).is_some() {
        short.push_str("...");
    }
    short
}
