//! The names under which hooks that were here before us go on: `pre-push.hook-chained`, or where a stranger has that
//! name, `pre-push.hook-chained-2` and so on. The shim says which one is meant, so that no stranger's file is ever run.

use std::fmt;

use super::Event;

/// Of more names than this, none is tried; whoever has so many wants none of ours.
const MOST: u32 = 99;

/// The file name of a chained hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChainedName {
    event: Event,
    number: u32,
}

impl ChainedName {
    /// The name that is taken where it is free.
    pub fn first(event: Event) -> Self {
        Self { event, number: 1 }
    }

    /// The name to try next, if there is one.
    pub fn next(self) -> Option<Self> {
        (self.number < MOST).then_some(Self { number: self.number + 1, ..self })
    }

    /// Reads one back; anything else than what [`fmt::Display`] writes for an event of ours is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (event, rest) = text.split_once(".hook-chained")?;
        let event = Event::parse(event)?;
        let number = match rest.strip_prefix('-') {
            None if rest.is_empty() => 1,
            None => return None,
            Some(number) => number.parse().ok().filter(|number| (2..=MOST).contains(number))?,
        };
        let name = Self { event, number };
        (name.to_string() == text).then_some(name)
    }

    /// Names as a shim lists them: with a space between.
    pub fn list(names: &[Self]) -> String {
        names.iter().map(Self::to_string).collect::<Vec<_>>().join(" ")
    }

    /// Reads back what [`Self::list`] writes; `None` where one of the words is no name.
    pub fn parse_list(text: &str) -> Option<Vec<Self>> {
        text.split(' ').filter(|word| !word.is_empty()).map(Self::parse).collect()
    }

    /// The event whose hook it is.
    pub fn event(self) -> Event {
        self.event
    }
}

impl fmt::Display for ChainedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.hook-chained", self.event)?;
        if self.number == 1 { Ok(()) } else { write!(f, "-{}", self.number) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_as_it_is_written() {
        let mut name = Some(ChainedName::first(Event::PrePush));
        let mut written = Vec::new();
        while let Some(this) = name {
            assert_eq!(ChainedName::parse(&this.to_string()), Some(this));
            written.push(this.to_string());
            name = this.next();
        }
        assert_eq!(written[..2], ["pre-push.hook-chained", "pre-push.hook-chained-2"]);
        assert_eq!(written.len(), 99);
        for other in ["pre-push", "post-commit.hook-chained", "pre-push.hook-chained-1", "pre-push.hook-chained-02"] {
            assert_eq!(ChainedName::parse(other), None, "{other}");
        }
        for other in ["pre-push.hook-chained-", "pre-push.hook-chained2", "../pre-push.hook-chained", ""] {
            assert_eq!(ChainedName::parse(other), None, "{other}");
        }
    }
}
