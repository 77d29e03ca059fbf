//! `[rules]`: how much each rule weighs; `[[exempt]]`: which package a rule leaves alone, why and until when.

use std::collections::BTreeMap;
use std::fmt;

use crate::package::PackageName;
use crate::rule::{Level, RuleId};

use super::mistake::Place;

/// What `[rules]` says of one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    /// It weighs this much, always.
    At(Level),
    /// It is not asked.
    Off,
}

impl Setting {
    /// The words of `[rules]`. A note is no choice: a rule that is only noted is off.
    pub(super) const WORDS: &[(&str, Self)] =
        &[("error", Self::At(Level::Error)), ("warning", Self::At(Level::Warning)), ("off", Self::Off)];
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(level) => write!(f, "{level}"),
            Self::Off => f.write_str("off"),
        }
    }
}

/// How much each rule weighs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    pub(super) set: BTreeMap<RuleId, Setting>,
}

impl Levels {
    /// The level of `rule`: the policy's, else the rule's own default; `None` where the policy turns it off.
    pub fn level(&self, rule: RuleId) -> Option<Level> {
        match self.set.get(&rule) {
            Some(Setting::At(level)) => Some(*level),
            Some(Setting::Off) => None,
            None => Some(rule.default_level()),
        }
    }

    /// Whether the policy sets this rule: then its level holds always, while a default may depend on the case (`hash`,
    /// `index-changed`, `ambiguous-line`, `undecided`).
    pub fn explicit(&self, rule: RuleId) -> bool {
        self.set.contains_key(&rule)
    }
}

/// One `[[exempt]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exemption {
    /// One of [`Exemption::RULES`].
    pub rule: RuleId,
    /// The package it leaves alone.
    pub package: PackageName,
    /// Why; never blank.
    pub reason: String,
    /// The last day on which it holds; `None`: it holds until it is removed.
    pub until: Option<Date>,
    /// One-based line of its `[[exempt]]` header.
    pub line: usize,
    /// Where its header stands, for a finding that points at it.
    pub place: Place,
}

impl Exemption {
    /// The rules that can leave a package alone.
    pub const RULES: &[RuleId] = &[RuleId::Unpinned, RuleId::Duplicate, RuleId::Hash, RuleId::IndexChanged];

    /// Whether it still holds on `today`.
    pub fn active(&self, today: Date) -> bool {
        self.until.is_none_or(|until| today <= until)
    }
}

/// A day. Ordered by time; shown as `2027-01-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// As in 2027.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Date {
    /// The day that holds `seconds` since 1970-01-01 00:00 UTC, in UTC (Howard Hinnant's `civil_from_days`).
    pub fn from_unix(seconds: u64) -> Self {
        let days = seconds / 86_400 + 719_468;
        let (era, day_of_era) = (days / 146_097, days % 146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        let small = |number: u64| u8::try_from(number).unwrap_or(u8::MAX);
        Self { year: u16::try_from(year).unwrap_or(u16::MAX), month: small(month), day: small(day) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::RepoPath;

    fn date(year: u16, month: u8, day: u8) -> Date {
        Date { year, month, day }
    }

    #[test]
    fn days_since_1970_are_dates() {
        let cases = [
            (0, date(1970, 1, 1)),
            (86_399, date(1970, 1, 1)),
            (951_782_400, date(2000, 2, 29)),
            (951_868_800, date(2000, 3, 1)),
            (1_798_761_599, date(2026, 12, 31)),
            (1_798_761_600, date(2027, 1, 1)),
            (4_107_542_400, date(2100, 3, 1)),
        ];
        for (seconds, expected) in cases {
            assert_eq!(Date::from_unix(seconds), expected, "{seconds}");
        }
        assert_eq!(Date::from_unix(u64::MAX).year, u16::MAX);
        assert_eq!(date(2027, 1, 9).to_string(), "2027-01-09");
    }

    #[test]
    fn an_exemption_holds_through_its_last_day() {
        let mut exemption = Exemption {
            rule: RuleId::Unpinned,
            package: PackageName::new("torch").unwrap(),
            reason: "because".into(),
            until: Some(date(2027, 1, 1)),
            line: 1,
            place: Place::whole(RepoPath::new(b"freeze-guard.toml").unwrap()),
        };
        assert!(exemption.active(date(2026, 12, 31)));
        assert!(exemption.active(date(2027, 1, 1)));
        assert!(!exemption.active(date(2027, 1, 2)));
        exemption.until = None;
        assert!(exemption.active(date(9999, 1, 1)));
    }

    #[test]
    fn what_is_not_set_keeps_its_default() {
        let levels = Levels { set: BTreeMap::from([(RuleId::Hash, Setting::Off)]) };
        assert_eq!(levels.level(RuleId::Hash), None);
        assert_eq!(levels.level(RuleId::Unpinned), Some(Level::Error));
        assert_eq!(levels.level(RuleId::UnusedExemption), Some(Level::Warning));
        assert!(levels.explicit(RuleId::Hash) && !levels.explicit(RuleId::Unpinned));
    }
}
