//! A JSON object edited in place: the bytes of single values are replaced, and everything else (order, spaces, unknown
//! fields, numbers as they are written) stays.

use std::ops::Range;

/// The members of a text that is a JSON object, as they stand.
pub(super) struct Members<'t> {
    text: &'t str,
    /// Each member's key, and where key and value stand.
    list: Vec<(String, Range<usize>, Range<usize>)>,
    /// Behind the opening brace.
    start: usize,
}

impl<'t> Members<'t> {
    /// Reads `text`; or says why it is no JSON object.
    pub(super) fn of(text: &'t str) -> Result<Self, String> {
        match serde_json::from_str::<serde_json::Value>(text) {
            Ok(serde_json::Value::Object(_)) => {}
            Ok(_) => return Err("it is no JSON object".to_owned()),
            Err(error) => return Err(format!("it is no JSON: {error}")),
        }
        let mut scan = Scan { bytes: text.as_bytes(), at: 0 };
        scan.blank();
        scan.at += 1;
        let (start, mut list) = (scan.at, Vec::new());
        loop {
            scan.blank();
            match scan.here() {
                Some(b',') => scan.at += 1,
                Some(b'"') => {
                    let key = scan.value();
                    scan.blank();
                    scan.at += 1;
                    scan.blank();
                    let name = text.get(key.clone()).and_then(|key| serde_json::from_str(key).ok()).unwrap_or_default();
                    list.push((name, key, scan.value()));
                }
                _ => return Ok(Self { text, list, start }),
            }
        }
    }

    /// The value of `key` as text, `None` where it is not there; or why it is none.
    pub(super) fn string(&self, key: &str) -> Result<Option<String>, String> {
        let Some(range) = self.range(key)? else { return Ok(None) };
        let value = self.text.get(range).unwrap_or_default();
        serde_json::from_str(value).map(Some).map_err(|_| format!("its `{key}` is no text"))
    }

    fn range(&self, key: &str) -> Result<Option<Range<usize>>, String> {
        let mut found = self.list.iter().filter(|(name, ..)| name == key).map(|(_, _, value)| value.clone());
        let first = found.next();
        if found.next().is_some() {
            return Err(format!("its `{key}` stands there twice"));
        }
        Ok(first)
    }

    /// The text with these texts as values; what is not there is added behind the last member.
    pub(super) fn with(&self, values: &[(&str, &str)]) -> Result<String, String> {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let mut pieces: Vec<(Range<usize>, String)> = Vec::new();
        let (mut added, gap) = (String::new(), self.gap());
        for (key, value) in values {
            match self.range(key)? {
                Some(range) => pieces.push((range, quoted(value))),
                None => {
                    let comma = if self.list.is_empty() && added.is_empty() { "" } else { "," };
                    added.push_str(&format!("{comma}{gap}{}: {}", quoted(key), quoted(value)));
                }
            }
        }
        if !added.is_empty() {
            let empty = self.list.is_empty();
            let end = self.list.last().map_or(self.start, |(_, _, value)| value.end);
            let blank = self.text[end..].len() - self.text[end..].trim_start().len();
            added.push_str(if empty { "\n" } else { "" });
            pieces.push((end..if empty { end + blank } else { end }, added));
        }
        pieces.sort_by_key(|(range, _)| range.start);
        let mut out = self.text.to_owned();
        for (range, by) in pieces.into_iter().rev() {
            out.replace_range(range, &by);
        }
        Ok(out)
    }

    /// What stands before the last key.
    fn gap(&self) -> &str {
        let Some((_, key, _)) = self.list.last() else { return "\n  " };
        let before = &self.text[..key.start];
        &before[before.trim_end().len()..]
    }
}

/// A walk over text that is known to be JSON.
struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Scan<'_> {
    fn here(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        while self.here().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Passes a value; where it stands.
    fn value(&mut self) -> Range<usize> {
        let (start, mut depth) = (self.at, 0_usize);
        while let Some(byte) = self.here() {
            match byte {
                b'"' => self.string(),
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth == 0 => break,
                b'}' | b']' => depth -= 1,
                b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => break,
                _ => {}
            }
            self.at += 1;
            if depth == 0 && matches!(byte, b'"' | b'}' | b']') {
                break;
            }
        }
        start..self.at
    }

    /// Passes a string but for its closing quote.
    fn string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.here().filter(|&byte| byte != b'"') {
            self.at += if byte == b'\\' { 2 } else { 1 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> String {
        Members::of(text).unwrap().with(&[("sha", "n\"ew"), ("at", "now")]).unwrap()
    }

    #[test]
    fn only_the_values_change() {
        for (before, after) in [
            (
                "{\r\n\t\"n\": 1.50e2, \"sha\" : \"old }, \\\" {\",\r\n\t\"x\": {\"sha\": [1, {}]},\r\n\t\"at\":null\r\n}\r\n",
                "{\r\n\t\"n\": 1.50e2, \"sha\" : \"n\\\"ew\",\r\n\t\"x\": {\"sha\": [1, {}]},\r\n\t\"at\":\"now\"\r\n}\r\n",
            ),
            ("{}", "{\n  \"sha\": \"n\\\"ew\",\n  \"at\": \"now\"\n}"),
            (" {  }\n", " {\n  \"sha\": \"n\\\"ew\",\n  \"at\": \"now\"\n}\n"),
            ("{\"a\":[]}", "{\"a\":[],\"sha\": \"n\\\"ew\",\"at\": \"now\"}"),
            ("{\n    \"s\\u0068a\": 1\n}", "{\n    \"s\\u0068a\": \"n\\\"ew\",\n    \"at\": \"now\"\n}"),
        ] {
            assert_eq!(set(before), after);
        }
    }

    #[test]
    fn what_is_no_object_says_so() {
        for (text, why) in [
            ("", "it is no JSON"),
            ("[1]", "it is no JSON object"),
            ("{\"sha\": 1", "it is no JSON"),
            ("\u{feff}{}", "it is no JSON"),
        ] {
            let said = Members::of(text).err().unwrap();
            assert!(said.starts_with(why), "{said}");
        }
        let twice = Members::of("{\"sha\": 1, \"sha\": 2}").unwrap();
        assert!(twice.string("sha").unwrap_err().contains("twice") && twice.with(&[("sha", "x")]).is_err());
        assert!(Members::of("{\"sha\": 1}").unwrap().string("sha").unwrap_err().contains("no text"));
    }
}
