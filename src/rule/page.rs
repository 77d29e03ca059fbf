//! What the documentation says of a rule: its section of `docs/rules.md`, which the program carries along.

use super::RuleId;

/// The page with one section per rule; a test holds its headings against the rules.
const PAGES: &str = include_str!("../../docs/rules.md");

impl RuleId {
    /// The section of this rule, heading included, in Markdown; without the comments, which are for the test of its
    /// examples.
    pub fn page(self) -> String {
        let heading = format!("\n## {}\n", self.code());
        let start = PAGES.find(&heading).map_or(0, |at| at + 1);
        let section = PAGES[start..].split_inclusive('\n').enumerate();
        let mut text = String::new();
        let mut comment = false;
        for (_, line) in section.take_while(|(number, line)| *number == 0 || !line.starts_with("## ")) {
            comment |= line.starts_with("<!--");
            if !comment {
                text.push_str(line);
            }
            comment &= !line.contains("-->");
        }
        text
    }

    /// The first sentence of [`Self::page`], as one line of plain text without its full stop.
    pub fn summary(self) -> String {
        let page = self.page();
        let body = page.split("\n\n").nth(2).unwrap_or_default();
        let line = body.split_whitespace().collect::<Vec<_>>().join(" ");
        let first = line.split_once(". ").map_or(line.as_str(), |(first, _)| first);
        first.trim_end_matches(['.', ':']).replace(['`', '*'], "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_page_and_a_sentence() {
        for rule in RuleId::ALL {
            let page = rule.page();
            assert!(page.starts_with(&format!("## {rule}\n")), "{page}");
            assert_eq!(page.matches("\n## ").count(), 0, "{page}");
            assert!(!page.contains("<!--") && !page.contains("scenario:"), "{page}");
            let summary = rule.summary();
            assert!((20..300).contains(&summary.len()), "{rule}: {summary}");
            assert!(!summary.contains(['\n', '`', '*']) && !summary.contains("]("), "{rule}: {summary}");
        }
        assert!(RuleId::Unpinned.summary().starts_with("A requirement that does not name one exact version"));
    }
}
