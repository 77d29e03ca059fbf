//! `core.sharedRepository`: the modes that files and directories get which others are to use, as git computes them.

/// `core.sharedRepository`: who besides the owner may use the repository's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedRepository {
    /// Whoever the umask allows.
    Umask,
    /// The group, too.
    Group,
    /// Everybody, too.
    All,
    /// Exactly these mode bits (0660 and the like).
    Mode(u32),
}

impl SharedRepository {
    /// Reads the value as git's `git_config_perm` does; `None` is a key without a value, which means true.
    pub(super) fn parse(value: Option<&[u8]>) -> Self {
        let text = value.map(|value| String::from_utf8_lossy(value).to_ascii_lowercase());
        match text.as_deref() {
            Some("umask" | "" | "0" | "false" | "no" | "off") => Self::Umask,
            None | Some("group" | "1" | "true" | "yes" | "on") => Self::Group,
            Some("all" | "world" | "everybody" | "2") => Self::All,
            Some(octal) => match u32::from_str_radix(octal, 8) {
                Ok(mode) if mode & 0o600 == 0o600 => Self::Mode(mode & 0o666),
                _ => Self::Umask,
            },
        }
    }

    /// The mode that a file of mode `mode` should have, by git's `calc_shared_perm`.
    pub fn file_mode(self, mode: u32) -> u32 {
        let (tweak, exact) = match self {
            Self::Umask => return mode,
            Self::Group => (0o660, false),
            Self::All => (0o664, false),
            Self::Mode(bits) => (bits, true),
        };
        let tweak = if mode & 0o200 == 0 { tweak & !0o222 } else { tweak };
        let tweak = if mode & 0o100 == 0 { tweak } else { tweak | (tweak & 0o444) >> 2 };
        if exact { (mode & !0o777) | tweak } else { mode | tweak }
    }

    /// The mode that a directory of mode `mode` should have: as for a file, and new files take its group.
    pub fn directory_mode(self, mode: u32) -> u32 {
        match self {
            Self::Umask => mode,
            _ => self.file_mode(mode) | 0o2000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_repository_follows_git() {
        let of = |text: &str| SharedRepository::parse(Some(text.as_bytes()));
        assert_eq!(of("group"), SharedRepository::Group);
        assert_eq!(of("Everybody"), SharedRepository::All);
        assert_eq!(of("0640"), SharedRepository::Mode(0o640));
        assert_eq!(of("0"), SharedRepository::Umask);
        assert_eq!(of("nonsense"), SharedRepository::Umask);
        assert_eq!(SharedRepository::parse(None), SharedRepository::Group);
        assert_eq!(SharedRepository::Group.file_mode(0o700), 0o770);
        assert_eq!(SharedRepository::All.file_mode(0o700), 0o775);
        assert_eq!(SharedRepository::Mode(0o640).file_mode(0o755), 0o750);
        assert_eq!(SharedRepository::Group.directory_mode(0o700), 0o2770);
        assert_eq!(SharedRepository::Umask.directory_mode(0o700), 0o700);
    }
}
