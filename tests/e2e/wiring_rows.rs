//! The table of awkward clones, row by row, through the real binary: install works or refuses with the fix, and status
//! says what is so.
