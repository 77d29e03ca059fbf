//! From a path pattern's text to its tokens, or to the words that say what is wrong with it.
//!
//! What git's ignore files take in silence and match nothing with (a stray backslash, a class that never closes) is an
//! error here, and so is what only looks like a pattern (`{a,b}`).

use super::{Token, Wild};

/// Longer patterns are a mistake (bytes).
const LONGEST: usize = 1024;

/// The tokens of `text`, neighbouring literals joined.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    if text.is_empty() {
        return Err("it is empty".into());
    }
    if text.len() > LONGEST {
        return Err(format!("it has more than {LONGEST} bytes"));
    }
    for part in text.split('/') {
        match part {
            "" => return Err("it begins or ends with a slash, or has two in a row".into()),
            "." | ".." => return Err(format!("`{part}` is no directory's name")),
            _ => {}
        }
    }
    if text.contains('\0') {
        return Err("it holds a NUL".into());
    }
    Scanner { rest: text, tokens: Vec::new() }.run()
}

struct Scanner<'a> {
    rest: &'a str,
    tokens: Vec<Token>,
}

impl Scanner<'_> {
    fn run(mut self) -> Result<Vec<Token>, String> {
        let mut at_start_of_part = true;
        while let Some(char) = self.rest.chars().next() {
            if self.rest.starts_with("**") {
                self.double_star(at_start_of_part)?;
                at_start_of_part = true;
                continue;
            }
            self.skip(char.len_utf8());
            match char {
                '*' => self.tokens.push(Token::Wild(Wild::Star)),
                '?' => self.tokens.push(Token::Wild(Wild::One)),
                '[' => self.class()?,
                '{' | '}' => {
                    return Err(format!("`{char}` alternatives are not supported; `\\{char}` is a brace itself"));
                }
                '\\' => self.escape()?,
                _ => self.literal(char),
            }
            at_start_of_part = char == '/';
        }
        Ok(self.tokens)
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn literal(&mut self, char: char) {
        let mut buffer = [0; 4];
        let bytes = char.encode_utf8(&mut buffer).as_bytes();
        match self.tokens.last_mut() {
            Some(Token::Literal(literal)) => literal.extend_from_slice(bytes),
            _ => self.tokens.push(Token::Literal(bytes.to_vec())),
        }
    }

    fn double_star(&mut self, at_start_of_part: bool) -> Result<(), String> {
        let after = self.rest.get(2..).unwrap_or_default();
        let wild = match after.chars().next() {
            Some('/') if at_start_of_part => Wild::Directories,
            None if at_start_of_part => Wild::Rest,
            _ => return Err("`**` must stand alone between slashes".into()),
        };
        self.skip(if wild == Wild::Rest { 2 } else { 3 });
        self.tokens.push(Token::Wild(wild));
        Ok(())
    }

    /// After a backslash. Only special characters can be escaped, so that `a\b` is not silently `ab`.
    fn escape(&mut self) -> Result<(), String> {
        match self.rest.chars().next() {
            Some(char @ ('*' | '?' | '[' | ']' | '{' | '}' | '\\')) => {
                self.skip(1);
                self.literal(char);
                Ok(())
            }
            _ => Err("`\\` stands only before one of * ? [ ] { } \\; directories are separated by `/`".into()),
        }
    }

    /// After `[`. ASCII only.
    fn class(&mut self) -> Result<(), String> {
        let negated = self.rest.starts_with(['!', '^']);
        self.skip(usize::from(negated));
        let mut regex = String::from(if negated { "[^/" } else { "[" });
        let mut first = true;
        while let Some(low) = self.class_char(first)? {
            first = false;
            let range = self.rest.starts_with('-') && !self.rest.starts_with("-]");
            let high = if range {
                self.skip(1);
                self.class_char(true)?.ok_or("`[` is never closed")?
            } else {
                low
            };
            if high < low {
                return Err(format!("the range `{low}-{high}` runs backwards"));
            }
            if (low..=high).contains(&'/') {
                return Err("a class never matches `/`".into());
            }
            regex.push_str(&format!("\\x{:02x}-\\x{:02x}", u32::from(low), u32::from(high)));
        }
        regex.push(']');
        self.tokens.push(Token::Wild(Wild::Class(regex)));
        Ok(())
    }

    /// One character of a class; `None` at its end. A `]` is a member where `member` says so: first, or after `-`.
    fn class_char(&mut self, member: bool) -> Result<Option<char>, String> {
        if self.rest.starts_with("[:") {
            return Err("named classes like `[:alpha:]` are not supported".into());
        }
        let escaped = self.rest.starts_with('\\');
        self.skip(usize::from(escaped));
        let char = self.rest.chars().next().ok_or("`[` is never closed")?;
        if !char.is_ascii() || char.is_ascii_control() {
            return Err("a class holds printable ASCII characters only".into());
        }
        self.skip(1);
        Ok((char != ']' || member || escaped).then_some(char))
    }
}
