//! Questions about how commits hang together, which git answers: it has the commit graph and knows a shallow clone's edge.

use super::refs::unexpected;
use super::repository::Repository;
use crate::source::{Id, ReadError};

impl Repository {
    /// The best common ancestors of two commits (`git merge-base --all`); none where they have no history in common, or
    /// where it is not here.
    ///
    /// # Errors
    /// When git cannot answer.
    pub fn merge_bases(&self, one: &Id, other: &Id) -> Result<Vec<Id>, ReadError> {
        let git = self.git().args(["merge-base", "--all"]).arg(one.to_string()).arg(other.to_string());
        match git.run() {
            Ok(output) => {
                let lines = output.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
                lines.map(|line| Id::from_hex(line).ok_or_else(|| unexpected("git merge-base", line))).collect()
            }
            Err(error) if error.status() == Some(1) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether `older` is `newer` or one of its ancestors, as far as this clone reaches.
    ///
    /// # Errors
    /// When git cannot answer.
    pub fn is_ancestor(&self, older: &Id, newer: &Id) -> Result<bool, ReadError> {
        let git = self.git().args(["merge-base", "--is-ancestor"]).arg(older.to_string()).arg(newer.to_string());
        match git.run() {
            Ok(_) => Ok(true),
            Err(error) if error.status() == Some(1) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether history is cut off somewhere in this clone (gitglossary(7), "shallow repository").
    pub fn is_shallow(&self) -> bool {
        std::fs::metadata(self.common_dir().join("shallow")).is_ok_and(|file| file.len() > 0)
    }
}
