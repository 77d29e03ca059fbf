//! GitLab's predefined CI/CD variables (docs.gitlab.com, "Predefined CI/CD variables reference").

use super::event::{Event, Landed, Request, Rev, branch, full, id};
use crate::cli::Failure;
use freeze_guard::git::World;
use freeze_guard::policy::{Page, RequestHead};
use freeze_guard::source::printable_text;

/// Reads the event.
pub(super) fn event(world: &World) -> Result<Event, Failure> {
    match variable(world, "CI_PIPELINE_SOURCE") {
        Some("merge_request_event") => request(world),
        Some("push") if variable(world, "CI_COMMIT_TAG").is_some() => {
            Ok(Event::Nothing("nothing to judge: a tag is no branch".to_owned()))
        }
        Some("push") => push(world),
        Some(source) => Ok(Event::Everything(format!(
            "a pipeline by `{}` changes no branch: all of HEAD is judged",
            printable_text(source)
        ))),
        None => Err(missing("CI_PIPELINE_SOURCE")),
    }
}

fn request(world: &World) -> Result<Event, Failure> {
    let required = |name: &str| variable(world, name).ok_or_else(|| missing(name));
    let head = required("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME")?;
    let from = match variable(world, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID") {
        Some(project) if Some(project) == variable(world, "CI_MERGE_REQUEST_PROJECT_ID") => {
            RequestHead::Branch(full(head))
        }
        _ => RequestHead::Fork(full(head)),
    };
    // Set where the pipeline runs for the merged result; CI_COMMIT_SHA is then that result.
    let head = variable(world, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA").map_or_else(|| required("CI_COMMIT_SHA"), Ok)?;
    let target = variable(world, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA");
    let base = target.map_or_else(|| required("CI_MERGE_REQUEST_DIFF_BASE_SHA"), Ok)?;
    // GitLab's labels hold no commas.
    let labels = variable(world, "CI_MERGE_REQUEST_LABELS").unwrap_or_default();
    let number = required("CI_MERGE_REQUEST_IID")?.parse().map_err(|_| missing("CI_MERGE_REQUEST_IID"))?;
    Ok(Event::Request(Request {
        target: branch("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", required("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")?)?,
        base: id("CI_MERGE_REQUEST_DIFF_BASE_SHA", base)?,
        head: id("CI_COMMIT_SHA", head)?,
        labels: labels.split(',').filter(|label| !label.is_empty()).map(str::to_owned).collect(),
        from,
        page: Page::GitLab(number),
    }))
}

fn push(world: &World) -> Result<Event, Failure> {
    let pushed = variable(world, "CI_COMMIT_BRANCH").ok_or_else(|| missing("CI_COMMIT_BRANCH"))?;
    let before = variable(world, "CI_COMMIT_BEFORE_SHA").ok_or_else(|| missing("CI_COMMIT_BEFORE_SHA"))?;
    let after = variable(world, "CI_COMMIT_SHA").ok_or_else(|| missing("CI_COMMIT_SHA"))?;
    if before.bytes().all(|byte| byte == b'0') {
        return Ok(Event::Everything(format!("{} is new: all of HEAD is judged", printable_text(pushed))));
    }
    let (base, head): (Rev, Rev) = (id("CI_COMMIT_BEFORE_SHA", before)?, id("CI_COMMIT_SHA", after)?);
    Ok(Event::Landed(Landed { target: branch("CI_COMMIT_BRANCH", pushed)?, base, head, by: "a push" }))
}

/// A variable that is set to something.
fn variable<'w>(world: &'w World, name: &str) -> Option<&'w str> {
    world.var(name).and_then(|value| value.to_str()).filter(|value| !value.is_empty())
}

fn missing(name: &str) -> Failure {
    Failure::new(
        format!("GITLAB_CI is set, and {name} is not, or is no such value"),
        "say what to judge instead: `hook ci --base origin/main`",
    )
}
