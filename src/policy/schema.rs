//! The same list as [`known_keys`](super::known_keys), written for editors (a JSON Schema) and for people (the tables of
//! docs/policy.md).

use serde_json::{Map, Value, json};

use super::shapes::{self, Key, Shape, Takes, Unset};
use crate::rule::RuleId;

/// Where the schema of this version is published: what a `#:schema` comment names, for Taplo and the editors built on it.
pub const SCHEMA: &str =
    concat!(env!("CARGO_PKG_REPOSITORY"), "/raw/v", env!("CARGO_PKG_VERSION"), "/docs/freeze-guard.schema.json");

/// A JSON Schema (draft 7, which the TOML editors read) of `freeze-guard.toml`, and of `[tool.freeze-guard]` alike.
///
/// It knows keys, types and words; what a pattern or a version specifier may be, the tool itself says.
pub fn schema() -> Value {
    let mut top = object(&shapes::TOP);
    let levels = RuleId::ALL.iter().map(|rule| (rule.code().to_owned(), rule_level(*rule)));
    top["properties"]["rules"] = json!({
        "type": "object",
        "description": about("how much each rule weighs"),
        "additionalProperties": false,
        "properties": levels.collect::<Map<_, _>>(),
    });
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Freeze Guard's policy",
        "description": "freeze-guard.toml at the top of a repository, or [tool.freeze-guard] in pyproject.toml",
    });
    if let (Some(schema), Value::Object(top)) = (schema.as_object_mut(), top) {
        schema.extend(top);
    }
    schema
}

fn object(shape: &'static Shape) -> Value {
    let properties: Map<String, Value> = shape.keys.iter().map(|key| (key.name.to_owned(), value(key))).collect();
    let required = shape.keys.iter().filter(|key| matches!(key.unset, Unset::Required)).map(|key| key.name);
    let required: Vec<&str> = required.collect();
    let mut object = json!({"type": "object", "additionalProperties": false, "properties": properties});
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    object
}

/// A value of `key`.
fn value(key: &Key) -> Value {
    let mut value = match key.takes {
        Takes::Boolean => json!({"type": "boolean"}),
        Takes::Text(_) => text(),
        Takes::Word(words) => json!({"enum": words()}),
        // TOML's dates have no type of their own in JSON: the editors hand them on as strings.
        Takes::Date => json!({"type": "string", "format": "date"}),
        Takes::Texts(_, least) => json!({"type": "array", "items": text(), "minItems": least}),
        Takes::Table => table(key),
        Takes::Tables => json!({"type": "array", "items": table(key)}),
    };
    value["description"] = json!(about(key.about));
    if let Some(default) = default(key.unset) {
        value["default"] = default;
    }
    value
}

fn table(key: &Key) -> Value {
    let shape = shapes::ALL.iter().find(|shape| shape.name == key.name);
    shape.map_or_else(|| json!({"type": "object"}), |shape| object(shape))
}

/// A string that is not blank.
fn text() -> Value {
    json!({"type": "string", "pattern": "\\S"})
}

fn rule_level(rule: RuleId) -> Value {
    let mut level = value(&shapes::level_key(rule));
    level["description"] = json!(format!("How much `{}` weighs; by default {}.", rule.code(), rule.default_level()));
    level
}

/// The value that holds where the key is absent.
fn default(unset: Unset) -> Option<Value> {
    let Unset::Value(text) = unset else { return None };
    let table: toml::Table = format!("value = {text}").parse().ok()?;
    serde_json::to_value(table.get("value")?).ok()
}

/// A meaning as a sentence, its links as the words they stand on.
fn about(text: &str) -> String {
    let mut sentence = String::new();
    let mut rest = text;
    while let Some((before, (words, after))) = rest
        .split_once('[')
        .and_then(|(before, link)| Some((before, link.split_once("](")?)))
        .filter(|(_, (words, _))| !words.contains('['))
    {
        sentence.push_str(before);
        sentence.push_str(words);
        rest = after.split_once(')').map_or("", |(_, after)| after);
    }
    sentence.push_str(rest);
    let mut letters = sentence.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// The rows of the table `title` (as in `[push]`; empty for the top of the file) in the reference: Markdown, a row for
/// each key. Keys of tables that share a section of the page bear the table's name.
pub fn reference(title: &str) -> String {
    let shape = shapes::ALL.iter().find(|shape| shape.title == title);
    let rows = shape.into_iter().flat_map(|shape| shape.keys.iter().map(|key| row(shape, key)));
    rows.collect()
}

fn row(shape: &Shape, key: &Key) -> String {
    let name = match shape.name {
        "lock" | "upgrade" | "deploy" => format!("{}.{}", shape.name, key.name),
        _ => key.name.to_owned(),
    };
    let takes = match key.takes {
        Takes::Boolean => "boolean".to_owned(),
        Takes::Text(what) | Takes::Texts(what, _) => what.to_owned(),
        Takes::Word(words) => words().iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Takes::Date => "date".to_owned(),
        Takes::Table => "table".to_owned(),
        Takes::Tables => "array of tables".to_owned(),
    };
    let unset = match key.unset {
        Unset::Required => "required".to_owned(),
        Unset::Value(text) => format!("`{text}`"),
        Unset::Words(words) => words.to_owned(),
    };
    format!("| `{name}` | {takes} | {unset} | {} |\n", key.about)
}
