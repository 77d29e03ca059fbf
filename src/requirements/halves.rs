//! A large lock read in two halves at once: a commit waits for it, and a second core is idle.
//!
//! Only where that cannot be noticed: the file is plain, no logical line runs across the middle, neither half has
//! anything to report, and both together stay within every limit. Everything else is read from its first line on.

use super::{Comment, Entry, Reader, limits, text};
use crate::source::SourceFile;

/// Below this many bytes a thread costs more than it saves.
const FROM: usize = 512 * 1024;

/// The entries and comments of `source`; `None` where it is to be read in one piece.
pub(super) fn read(source: &SourceFile) -> Option<(Vec<Entry>, Vec<Comment>)> {
    if source.text().len() < FROM { None } else { read_halves(source) }
}

fn read_halves(source: &SourceFile) -> Option<(Vec<Entry>, Vec<Comment>)> {
    if !text::is_plain(source.text(), b'\n') {
        return None;
    }
    let (middle, end) = (middle(source)?, source.line_count() + 1);
    let half = |range| {
        let mut reader = Reader::new(source, Vec::new());
        let parts = reader.lines(range);
        reader.problems.is_empty().then_some((reader.entries, reader.comments, parts))
    };
    let (first, second) = std::thread::scope(|scope| {
        let second = std::thread::Builder::new().spawn_scoped(scope, || half(middle..end)).ok()?;
        let first = half(1..middle);
        Some((first?, second.join().ok()??))
    })?;
    let (mut entries, mut comments, parts) = first;
    entries.extend(second.0);
    comments.extend(second.1);
    (entries.len() <= limits::ENTRIES && parts + second.2 <= limits::PARTS).then_some((entries, comments))
}

/// The first line from the middle on that continues none.
fn middle(source: &SourceFile) -> Option<usize> {
    let half = source.line_count() / 2;
    (half.max(2)..source.line_count()).find(|line| !source.line(line - 1).ends_with('\\'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::RepoPath;

    const LINES: &[&str] = &[
        "foo==1.0",
        "foo==1.0 \\",
        "    --hash=sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "    --hash=sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef \\",
        "    # via bar",
        "# note \\",
        "",
        "\\",
        "bar==2.0  # via foo",
        "-r base.txt",
        "-c limits.txt  \\",
    ];

    proptest! {
        #[test]
        fn halves_make_the_whole(rows in proptest::collection::vec(0..LINES.len(), 0..40)) {
            let text: String = rows.iter().map(|&row| format!("{}\n", LINES[row])).collect();
            let source = SourceFile::new(RepoPath::new(b"r.txt").unwrap(), text);
            let mut whole = Reader::new(&source, Vec::new());
            whole.lines(1..source.line_count() + 1);
            if let Some((entries, comments)) = read_halves(&source) {
                prop_assert_eq!(format!("{:?}", entries), format!("{:?}", whole.entries));
                prop_assert_eq!(comments, whole.comments);
                prop_assert!(whole.problems.is_empty());
            }
        }
    }
}
