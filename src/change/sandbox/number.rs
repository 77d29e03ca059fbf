//! The name of a sandbox's branch: the day, and the number after the highest one that this clone knows of, here or on a
//! remote. A number whose branch is gone again is not used a second time.

use crate::change::halt::Halt;
use crate::git::Repository;
use crate::policy::Date;

/// The next free name of the day, without `refs/heads/`.
pub(super) fn free(repo: &Repository, prefix: &str, day: Date) -> Result<String, Halt> {
    let mut names = Vec::new();
    for place in [&b"refs/heads/"[..], b"refs/remotes/"] {
        names.extend(repo.references(place)?.into_iter().map(|(name, _)| name));
    }
    Ok(next(&names, prefix, day))
}

/// The next free name where these refs (full names) are taken.
fn next(taken: &[Vec<u8>], prefix: &str, day: Date) -> String {
    let stem = format!("{prefix}-{:04}{:02}{:02}-", day.year, day.month, day.day);
    let highest = taken.iter().filter_map(|name| number(name, &stem)).max().unwrap_or(0);
    format!("{stem}{:03}", highest + 1)
}

/// The number of `name`, if it is one of `stem`, on whatever remote.
fn number(name: &[u8], stem: &str) -> Option<u32> {
    let digits = name.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (rest, number) = name.split_at(name.len() - digits);
    let before = rest.strip_suffix(stem.as_bytes())?;
    let number = std::str::from_utf8(number).ok()?.parse::<u32>().ok()?;
    (before.ends_with(b"/") && number < u32::MAX).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_after_the_highest() {
        let day = Date { year: 2026, month: 1, day: 9 };
        let told = |taken: &[&str]| {
            let taken: Vec<_> = taken.iter().map(|name| name.as_bytes().to_vec()).collect();
            next(&taken, "auto/up", day)
        };
        assert_eq!(told(&[]), "auto/up-20260109-001");
        assert_eq!(told(&["refs/heads/auto/up-20260109-001"]), "auto/up-20260109-002");
        assert_eq!(told(&["refs/heads/auto/up-20260109-004"]), "auto/up-20260109-005");
        assert_eq!(told(&["refs/remotes/a/b/auto/up-20260109-0999"]), "auto/up-20260109-1000");
        for other in
            ["auto/up-20260108-004", "auto/up-20260109-x4", "xauto/up-20260109-004", "auto/up-20260109-4294967295"]
        {
            assert_eq!(told(&[&format!("refs/heads/{other}")]), "auto/up-20260109-001", "{other}");
        }
    }
}
