//! The table of tricky lines, row by row: what is read, and what is reported.

use super::rows::{ROWS, filled};
use super::{file, problems, reading};

#[test]
fn every_row() {
    let mut wrong = Vec::new();
    for (row, input, expected, kinds) in ROWS {
        let file = file(filled(input));
        let told = (reading(&file), problems(&file));
        if told != (filled(expected), (*kinds).to_owned()) {
            wrong.push(format!("row {row} {input:?}: {told:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
