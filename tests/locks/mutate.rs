//! Edits of a pair as text: one entry's pin, hashes or annotation, in whichever style the lock is written.

use std::ops::Range;

use crate::made::{LOCK, MANIFEST, Pair};

/// A digest that no file has.
pub(crate) const FORGED: &str = "1234567812345678123456781234567812345678123456781234567812345678";

impl Pair {
    /// The text of `path`.
    #[track_caller]
    pub(crate) fn text(&mut self, path: &str) -> &mut String {
        self.files.get_mut(path).unwrap_or_else(|| panic!("no {path}"))
    }

    /// The lock.
    #[track_caller]
    pub(crate) fn lock(&mut self) -> &mut String {
        self.text(LOCK)
    }

    /// Replaces `from`, which must be there, by `to`, once.
    #[track_caller]
    pub(crate) fn replace(&mut self, path: &str, from: &str, to: &str) {
        let text = self.text(path);
        assert!(text.contains(from), "no {from:?} in\n{text}");
        *text = text.replacen(from, to, 1);
    }

    /// [`Self::replace`] in the manifest.
    #[track_caller]
    pub(crate) fn manifest(&mut self, from: &str, to: &str) {
        self.replace(MANIFEST, from, to);
    }

    /// Adds a line to the manifest.
    #[track_caller]
    pub(crate) fn ask(&mut self, line: &str) {
        let text = self.text(MANIFEST);
        text.push_str(line);
        text.push('\n');
    }

    /// Where the entry of `name` stands in the lock, with its hashes and annotation; the first one.
    #[track_caller]
    fn entry(&mut self, name: &str) -> Range<usize> {
        let lock = self.lock();
        let found = blocks(lock).into_iter().find(|block| named(&lock[block.clone()]) == name);
        found.unwrap_or_else(|| panic!("no {name} in\n{lock}"))
    }

    /// The entry of `name` as text.
    #[track_caller]
    pub(crate) fn block(&mut self, name: &str) -> String {
        let range = self.entry(name);
        self.lock()[range].to_owned()
    }

    /// Replaces `from`, which must be there, by `to` in the entry of `name`.
    #[track_caller]
    pub(crate) fn in_entry(&mut self, name: &str, from: &str, to: &str) {
        let block = self.block(name);
        assert!(block.contains(from), "no {from:?} in\n{block}");
        self.set_block(name, &block.replacen(from, to, 1));
    }

    #[track_caller]
    pub(crate) fn set_block(&mut self, name: &str, block: &str) {
        let range = self.entry(name);
        self.lock().replace_range(range, block);
    }

    /// Writes another specifier, as in `==1.0`, in place of the pin of `name`.
    #[track_caller]
    pub(crate) fn repin(&mut self, name: &str, specifier: &str) {
        let block = self.block(name);
        let start = block.find("==").unwrap();
        let end = start + block[start..].find([' ', '\n']).unwrap();
        self.set_block(name, &format!("{}{specifier}{}", &block[..start], &block[end..]));
    }

    /// Removes the entry of `name`.
    #[track_caller]
    pub(crate) fn drop_entry(&mut self, name: &str) {
        self.set_block(name, "");
    }

    /// Adds an entry behind the last one, hashed like the others, with `via` in the style of the lock if there is one.
    #[track_caller]
    pub(crate) fn add_entry(&mut self, pin: &str, via: &[&str]) {
        let hashed = self.lock().contains("--hash=");
        let hash = if hashed { format!(" \\\n    --hash=sha256:{FORGED}") } else { String::new() };
        let annotation = self.annotation(via, hashed);
        let lock = self.lock();
        let last = blocks(lock).last().map_or(lock.len(), |block| block.end);
        lock.insert_str(last, &format!("{pin}{hash}{annotation}\n"));
    }

    /// What the annotation of `name` names.
    #[track_caller]
    pub(crate) fn via(&mut self, name: &str) -> Vec<String> {
        let block = self.block(name);
        let Some((_, text)) = block.split_once("# via") else { return Vec::new() };
        let sources = text.split(['\n', ',']).map(|source| source.trim().trim_start_matches('#').trim().to_owned());
        sources.filter(|source| !source.is_empty()).collect()
    }

    /// Writes the annotation of `name` anew, in the style of the lock; none for an empty list.
    #[track_caller]
    pub(crate) fn set_via(&mut self, name: &str, via: &[&str]) {
        let block = self.block(name);
        let bare = block.split("# via").next().unwrap().trim_end().to_owned();
        let annotation = self.annotation(via, bare.contains("--hash="));
        self.set_block(name, &format!("{bare}{annotation}\n"));
    }

    /// `via` in the style of the lock, to stand behind an entry.
    #[track_caller]
    fn annotation(&mut self, via: &[&str], hashed: bool) -> String {
        let line_style = !self.lock().contains("\n    #   ");
        match via {
            [] => String::new(),
            _ if line_style && !hashed => format!("  # via {}", via.join(", ")),
            _ if line_style => format!("\n    # via {}", via.join(", ")),
            [one] => format!("\n    # via {one}"),
            many => {
                format!("\n    # via{}", many.iter().map(|source| format!("\n    #   {source}")).collect::<String>())
            }
        }
    }

    /// Writes the header anew: everything before the first line that is no comment.
    #[track_caller]
    pub(crate) fn set_header(&mut self, header: &str) {
        let lock = self.lock();
        let body = lock.lines().skip_while(|line| line.starts_with('#')).map(|line| format!("{line}\n"));
        *lock = header.to_owned() + &body.collect::<String>();
    }

    /// The digests of `name`, with their algorithm, as in `sha256:…`.
    #[track_caller]
    pub(crate) fn hashes(&mut self, name: &str) -> Vec<String> {
        let block = self.block(name);
        block.split("--hash=").skip(1).map(|rest| rest.split([' ', '\n']).next().unwrap().to_owned()).collect()
    }

    /// Writes other digests for `name`.
    #[track_caller]
    pub(crate) fn set_hashes(&mut self, name: &str, hashes: &[&str]) {
        let block = self.block(name);
        let (head, rest) = block.split_once(" \\\n").unwrap();
        let after: String =
            rest.lines().skip_while(|line| line.contains("--hash=")).map(|line| format!("{line}\n")).collect();
        let hashes: String = hashes.iter().map(|hash| format!(" \\\n    --hash={hash}")).collect();
        self.set_block(name, &format!("{head}{hashes}\n{after}"));
    }
}

/// Where the entries stand: a line that begins one, and what is indented below it.
fn blocks(lock: &str) -> Vec<Range<usize>> {
    let mut blocks: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    let mut open = false;
    for line in lock.split_inclusive('\n') {
        let indented = line.starts_with(' ');
        if indented && open {
            blocks.last_mut().unwrap().end = at + line.len();
        }
        if !indented {
            open = line.starts_with(|first: char| first.is_ascii_alphanumeric());
            if open {
                blocks.push(at..at + line.len());
            }
        }
        at += line.len();
    }
    blocks
}

fn named(block: &str) -> String {
    block.chars().take_while(|one| one.is_ascii_alphanumeric() || "-_.".contains(*one)).collect()
}

#[test]
fn edits_touch_one_entry_and_keep_the_style() {
    let split = "# by\nalpha==1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n    # via\n    #   -r x.in\n    #   beta\nbeta==2\n";
    let mut pair = Pair::of(&[(LOCK, split)]);
    assert_eq!(pair.via("alpha"), ["-r x.in", "beta"]);
    assert_eq!(pair.hashes("alpha"), ["sha256:aa", "sha256:bb"]);
    pair.set_via("alpha", &["-r x.in", "gamma"]);
    pair.set_via("beta", &["alpha"]);
    pair.repin("beta", ">=3");
    pair.set_hashes("alpha", &["sha256:cc"]);
    let expected = "# by\nalpha==1 \\\n    --hash=sha256:cc\n    # via\n    #   -r x.in\n    #   gamma\nbeta>=3\n    # via alpha\n";
    assert_eq!(pair.lock().as_str(), expected);
    let mut pair = Pair::of(&[(LOCK, "alpha==1  # via beta\nbeta==2  # via -r x.in\n\n# unsafe\n")]);
    pair.set_via("alpha", &["beta", "gamma"]);
    pair.add_entry("gamma==3", &["beta"]);
    let expected = "alpha==1  # via beta, gamma\nbeta==2  # via -r x.in\ngamma==3  # via beta\n\n# unsafe\n";
    assert_eq!(pair.lock().as_str(), expected);
}
