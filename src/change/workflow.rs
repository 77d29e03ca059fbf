//! What `hook init --ci` writes: the job that judges every change on GitHub or GitLab, for the branches that a policy
//! guards. One file of its own, made from a template; no text of the repository reaches a command in it.

mod branches;
mod place;

use branches::{Branches, branches};
pub use place::{place, stands};

use crate::policy::Push;
use crate::source::RepoPath;

/// A service that runs jobs for a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// GitHub Actions.
    GitHub,
    /// GitLab CI.
    GitLab,
}

impl Service {
    /// As `--ci` names it.
    pub fn word(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
        }
    }

    /// Where the job stands, from the top of the repository.
    pub fn file(self) -> &'static str {
        match self {
            Self::GitHub => ".github/workflows/dependency_freeze_guard.yml",
            Self::GitLab => ".gitlab/dependency-freeze-guard.gitlab-ci.yml",
        }
    }

    /// [`Self::file`] as a path; the constant is one, so there always is.
    pub fn path(self) -> Option<RepoPath> {
        RepoPath::new(self.file().as_bytes())
    }

    /// The job for pushes guarded as `push` says, which installs `version` of this program.
    pub fn job(self, push: &Push, version: &str) -> String {
        let branches = branches(&push.guard);
        let (template, triggers) = match self {
            Self::GitHub => (include_str!("workflow/github.yml"), github(&branches)),
            Self::GitLab => (include_str!("workflow/gitlab.yml"), gitlab(&branches)),
        };
        template.replace("@PUSH@", &triggers).replace("@PATH@", self.file()).replace("@VERSION@", version)
    }
}

/// The `push` trigger. In GitHub's patterns `*` stops at a slash and `**` does not.
fn github(branches: &Branches) -> String {
    let patterns: Vec<String> = match branches {
        Branches::All => vec!["**".to_owned()],
        Branches::Some(patterns) => patterns.iter().map(|pattern| pattern.replace('*', "**")).collect(),
        Branches::None => return String::new(),
    };
    let lines: String = patterns.iter().map(|pattern| format!("      - '{pattern}'\n")).collect();
    format!("  push:\n    branches:\n{lines}")
}

/// The rule for pushes: one regular expression of RE2 between slashes.
fn gitlab(branches: &Branches) -> String {
    let condition = match branches {
        Branches::All => "$CI_COMMIT_BRANCH".to_owned(),
        Branches::Some(patterns) => {
            let written = |pattern: &String| pattern.replace('.', "\\.").replace('/', "\\/").replace('*', ".*");
            let patterns: Vec<String> = patterns.iter().map(written).collect();
            format!("$CI_COMMIT_BRANCH =~ /^({})$/", patterns.join("|"))
        }
        Branches::None => return String::new(),
    };
    format!("    - if: $CI_PIPELINE_SOURCE == \"push\" && {condition}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Files, load};

    fn push(guard: &[&str]) -> Push {
        let text = format!("[push]\nguard = {guard:?}\n");
        let files = Files { freeze_guard: Some(text.as_bytes()), pyproject: None, version: "0.1.0" };
        load(files).unwrap().0.push
    }

    #[test]
    fn guarded_branches_become_triggers() {
        let job = |service: Service, guard: &[&str]| service.job(&push(guard), "1.2.3");
        let text = job(Service::GitHub, &["main", "release/*", "refs/heads/v1.x", "refs/for/main"]);
        let expected = "  push:\n    branches:\n      - 'main'\n      - 'release/**'\n      - 'v1.x'\n  merge_group:\n";
        assert!(text.contains(expected), "{text}");
        let text = job(Service::GitLab, &["main", "release/*", "refs/heads/v1.x"]);
        let expected = "    - if: $CI_PIPELINE_SOURCE == \"push\" && $CI_COMMIT_BRANCH =~ \
                        /^(main|release\\/.*|v1\\.x)$/\n  script:\n";
        assert!(text.contains(expected), "{text}");
        let text = job(Service::GitHub, &["main", "it's+odd"]);
        assert!(text.contains("    branches:\n      - '**'\n  merge_group:\n"), "{text}");
        let text = job(Service::GitLab, &["refs/*/main"]);
        assert!(text.contains("== \"push\" && $CI_COMMIT_BRANCH\n"), "{text}");
        for service in [Service::GitHub, Service::GitLab] {
            let text = job(service, &["refs/for/main"]);
            assert!(!text.contains(" push") && text.contains("hook ci"), "{text}");
            assert!(text.contains("freeze-guard==1.2.3\n"), "{text}");
        }
    }

    #[test]
    fn nothing_is_left_to_fill_in_and_nothing_is_pasted_into_a_command() {
        for service in [Service::GitHub, Service::GitLab] {
            let text = service.job(&Push::default(), "1.2.3");
            for word in ["@VERSION@", "@PUSH@", "@PATH@", "${{"] {
                assert!(!text.contains(word), "{word}: {text}");
            }
            assert!(service.path().is_some());
            assert!(text.is_ascii() && text.lines().all(|line| line.len() <= 120), "{text}");
        }
    }
}
