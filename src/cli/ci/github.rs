//! GitHub's events: the file that GITHUB_EVENT_PATH names, whose fields docs.github.com lists under "Webhook events and
//! payloads". Titles, labels and branch names in it are a stranger's text.

use serde_json::Value;

use super::event::{Event, Landed, Request, branch, full, id};
use crate::cli::Failure;
use freeze_guard::git::World;
use freeze_guard::policy::{Page, RequestHead};
use freeze_guard::source::{printable, printable_text};

/// Longer event files are not read: GitHub's own are at most a few hundred KiB.
const LONGEST: u64 = 32 << 20;

/// Reads the event.
pub(super) fn event(world: &World) -> Result<Event, Failure> {
    let name = world.var("GITHUB_EVENT_NAME").map(|name| printable(name.as_encoded_bytes())).unwrap_or_default();
    let event = match &*name {
        "pull_request" | "pull_request_target" | "pull_request_review" => request(&file(world)?)?,
        "merge_group" => queue(&file(world)?)?,
        "push" => push(&file(world)?)?,
        "" => return Err(absent("GITHUB_EVENT_NAME")),
        _ => Event::Everything(format!("the event `{name}` changes no branch: all of HEAD is judged")),
    };
    Ok(event)
}

fn file(world: &World) -> Result<Value, Failure> {
    let path = world.var("GITHUB_EVENT_PATH").ok_or_else(|| absent("GITHUB_EVENT_PATH"))?;
    let path = world.cwd.join(path);
    let shown = printable(path.as_os_str().as_encoded_bytes());
    let broken = |reason: String| {
        Failure::new(
            format!("GITHUB_EVENT_PATH: {shown} {reason}"),
            "say what to judge instead: `hook ci --base origin/main`",
        )
    };
    let size = std::fs::metadata(&path).map_err(|error| broken(format!("cannot be read: {error}")))?.len();
    if size > LONGEST {
        return Err(broken(format!("has {size} bytes; at most {LONGEST} are read")));
    }
    let bytes = std::fs::read(&path).map_err(|error| broken(format!("cannot be read: {error}")))?;
    serde_json::from_slice(&bytes).map_err(|error| broken(format!("is no JSON: {error}")))
}

fn request(event: &Value) -> Result<Event, Failure> {
    let base = text(event, "/pull_request/base/ref")?;
    let head = text(event, "/pull_request/head/ref")?;
    // A fork that was deleted has no repository any more.
    let same = |at: &str| event.pointer(at).and_then(Value::as_str).map(str::to_lowercase);
    let ours = same("/pull_request/base/repo/full_name").or_else(|| same("/repository/full_name"));
    let theirs = same("/pull_request/head/repo/full_name");
    let from =
        if ours.is_some() && ours == theirs { RequestHead::Branch(full(head)) } else { RequestHead::Fork(full(head)) };
    let labels = event.pointer("/pull_request/labels").and_then(Value::as_array).ok_or_else(|| missing("labels"))?;
    let labels = labels.iter().filter_map(|label| label.pointer("/name")?.as_str()).map(str::to_owned).collect();
    let number = event.pointer("/pull_request/number").or_else(|| event.pointer("/number")).and_then(Value::as_u64);
    Ok(Event::Request(Request {
        target: branch("pull_request.base.ref", base)?,
        base: id("pull_request.base.sha", text(event, "/pull_request/base/sha")?)?,
        head: id("pull_request.head.sha", text(event, "/pull_request/head/sha")?)?,
        labels,
        from,
        page: Page::GitHub(number.ok_or_else(|| missing("/pull_request/number"))?),
    }))
}

fn queue(event: &Value) -> Result<Event, Failure> {
    Ok(Event::Landed(Landed {
        target: branch("merge_group.base_ref", text(event, "/merge_group/base_ref")?)?,
        base: id("merge_group.base_sha", text(event, "/merge_group/base_sha")?)?,
        head: id("merge_group.head_sha", text(event, "/merge_group/head_sha")?)?,
        by: "a merge queue",
    }))
}

fn push(event: &Value) -> Result<Event, Failure> {
    let name = text(event, "/ref")?;
    let Some(pushed) = name.strip_prefix("refs/heads/") else {
        return Ok(Event::Nothing(format!("nothing to judge: {} is no branch", printable_text(name))));
    };
    let (before, after) = (text(event, "/before")?, text(event, "/after")?);
    let zero = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte == b'0');
    if zero(after) {
        return Ok(Event::Nothing(format!("nothing to judge: {} was deleted", printable_text(pushed))));
    }
    if zero(before) {
        return Ok(Event::Everything(format!("{} is new: all of HEAD is judged", printable_text(pushed))));
    }
    Ok(Event::Landed(Landed {
        target: branch("ref", pushed)?,
        base: id("before", before)?,
        head: id("after", after)?,
        by: "a push",
    }))
}

fn text<'e>(event: &'e Value, at: &str) -> Result<&'e str, Failure> {
    event.pointer(at).and_then(Value::as_str).ok_or_else(|| missing(at))
}

fn missing(at: &str) -> Failure {
    let field = at.trim_start_matches('/').replace('/', ".");
    Failure::new(format!("the event file has no `{field}`"), "say what to judge instead: `hook ci --base origin/main`")
}

fn absent(name: &str) -> Failure {
    Failure::new(
        format!("GITHUB_ACTIONS is set, and {name} is not"),
        "say what to judge instead: `hook ci --base origin/main`",
    )
}
