//! `hook ci`: judges the change that a CI job is about, as the hooks would, and asks for the label by which somebody
//! approved it. What reads the event knows nothing of the repository, and what judges knows nothing of the service.

mod args;
mod event;
mod github;
mod gitlab;
mod show;

pub(crate) use args::CiArgs;
use event::{Event, Landed, Request, Rev, Service, event};

use super::world::Surroundings;
use super::{Failure, Outcome};
use freeze_guard::check::check_with;
use freeze_guard::git::Repository;
use freeze_guard::policy::Page;
use freeze_guard::report::Verdict;
use freeze_guard::scope::{self, Change, ChangeKind, Question, ScopeError, Which};
use freeze_guard::source::{Id, printable, printable_text, shell_word};

pub(crate) fn run(args: &CiArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    let (event, service) = event(args, &world.world)?;
    let repo = world.repository()?;
    let case = Case { repo: &repo, service };
    let (questions, said) = match &event {
        Event::Nothing(why) => (Vec::new(), format!("{why}\n")),
        Event::Everything(why) => {
            (vec![scope::snapshot(&repo, &Which::Revision(b"HEAD".to_vec()), Vec::new(), None)?], format!("{why}\n"))
        }
        Event::Request(request) => case.request(request)?,
        Event::Landed(landed) => case.landed(landed)?,
    };
    let report = check_with(&questions, &world.judging(&repo), Box::leak(Box::default()))?;
    show::show(args, (world, service), &repo, (&report, &said))?;
    Ok(match report.verdict() {
        Verdict::Pass => Outcome::Pass,
        Verdict::Refuse => Outcome::Refuse,
    })
}

/// The repository, and who sent us here.
struct Case<'r> {
    repo: &'r Repository,
    service: Service,
}

impl<'r> Case<'r> {
    fn request(&self, request: &Request) -> Result<(Vec<Question<'r>>, String), Failure> {
        let told = self.commit(&request.base, "what its branch holds", request)?;
        let base = self.newest(told, &request.target)?;
        let head = self.commit(&request.head, "its head", request)?;
        let kind = ChangeKind::Request {
            labels: request.labels.clone(),
            head: request.from.clone(),
            page: request.page.clone(),
        };
        let change = Change { kind, target: event::full(&request.target), base, head };
        let questions = scope::ci(self.repo, &change).map_err(|error| match error {
            ScopeError::TooShallow => self.too_shallow("where the request left its branch", request),
            other => other.into(),
        })?;
        let labels: Vec<_> = request.labels.iter().map(|label| format!("`{}`", printable_text(label))).collect();
        let labels = if labels.is_empty() { "none".to_owned() } else { labels.join(", ") };
        let name = questions.first().map(|question| question.name.clone()).unwrap_or_default();
        let said = format!("{name}: {} to {}; labels: {labels}\n", base.short(), head.short());
        Ok((questions, said))
    }

    fn landed(&self, landed: &Landed) -> Result<(Vec<Question<'r>>, String), Failure> {
        let missing = |rev: &Rev, what: &str| {
            let Rev::Id(id) = rev else { return Ok(None) };
            if self.repo.kind(id)?.is_some() {
                return Ok(Some(*id));
            }
            let fetch = format!("git fetch --no-tags origin {id}");
            Err(Failure::new(
                format!("{what} ({}) is not in this checkout", id.short()),
                format!("{}`{fetch}` brings it", self.deeper()),
            ))
        };
        let name = printable_text(&landed.target);
        let base = missing(&landed.base, &format!("what {name} held before"))?;
        let head = missing(&landed.head, &format!("what reached {name}"))?;
        let Some((base, head)) = base.zip(head) else { return Ok((Vec::new(), String::new())) };
        let change = Change { kind: ChangeKind::Landed, target: event::full(&landed.target), base, head };
        let questions = scope::ci(self.repo, &change)?;
        let said = format!(
            "{name}: {} to {} by {}, which shows no labels: what changed is judged, not who approved it\n",
            base.short(),
            head.short(),
            landed.by
        );
        Ok((questions, said))
    }

    /// The commit, if it is here.
    fn commit(&self, rev: &Rev, what: &str, request: &Request) -> Result<Id, Failure> {
        match rev {
            Rev::Spec(spec) => Ok(self.repo.resolve(spec)?),
            Rev::Id(id) => match self.repo.kind(id)? {
                Some(_) => Ok(*id),
                None => Err(self.too_shallow(&format!("{what} ({})", id.short()), request)),
            },
        }
    }

    /// What the branch is known to hold by now: the checkout may have fetched it since the event.
    fn newest(&self, told: Id, target: &str) -> Result<Id, Failure> {
        if self.service == Service::Arguments {
            return Ok(told);
        }
        let name = format!("refs/remotes/origin/{}", event::short(target));
        let Some(tracked) = self.repo.reference(name.as_bytes())? else { return Ok(told) };
        let Some(tracked) = self.repo.peel_to_commit(&tracked.id)? else { return Ok(told) };
        Ok(if self.repo.is_ancestor(&told, &tracked)? { tracked } else { told })
    }

    fn too_shallow(&self, what: &str, request: &Request) -> Failure {
        let shallow = if self.repo.is_shallow() { "--unshallow " } else { "" };
        let target = shell_word(&printable(request.target.as_bytes())).into_owned();
        let head = match (&request.page, &request.head) {
            (Page::GitHub(number), _) => format!(" refs/pull/{number}/head"),
            (Page::GitLab(number), _) => format!(" refs/merge-requests/{number}/head"),
            (Page::Arguments, _) => String::new(),
        };
        Failure::new(
            format!("{what} is not in this checkout"),
            format!("{}`git fetch --no-tags {shallow}origin {target}{head}` brings it", self.deeper()),
        )
    }

    /// The setting that would have brought all of it.
    fn deeper(&self) -> &'static str {
        match self.service {
            Service::GitHub => "give actions/checkout `fetch-depth: 0`; here ",
            Service::GitLab => "set the job's variable `GIT_DEPTH: 0`; here ",
            Service::Arguments => "",
        }
    }
}
