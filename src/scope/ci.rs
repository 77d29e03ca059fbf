//! A change as a CI job sees it: a pull request from where it left its branch to its head, or what a push or a merge
//! queue brought, tip against tip. The policy is what the branch holds now, so that no request brings its own.

use std::rc::Rc;

use super::policies::{self, PolicyFiles};
use super::{Against, Commits, Question, ScopeError, Snapshot};
use crate::git::{Repository, Span};
use crate::policy::{Gate, Laxer, Origin, Page, Policy, Proposal, Request, RequestHead, Target, laxer, short};
use crate::source::{Id, Tree, printable};

/// What a CI job knows of a change.
#[derive(Clone, Debug)]
pub struct Change {
    /// What it is.
    pub kind: ChangeKind,
    /// The full name of the branch that it is for.
    pub target: Vec<u8>,
    /// What that branch holds, or held before a push.
    pub base: Id,
    /// What it would hold, or the head of a request.
    pub head: Id,
}

/// What kind of change it is.
#[derive(Clone, Debug)]
pub enum ChangeKind {
    /// A pull request.
    Request {
        /// Its labels.
        labels: Vec<String>,
        /// Where its commits come from.
        head: RequestHead,
        /// Where its labels are given.
        page: Page,
    },
    /// What a push or a merge queue brings: there are no labels to be seen.
    Landed,
}

/// The questions of a change: one, or for a request with several merge bases one for each of them.
///
/// # Errors
/// What the repository cannot answer; a request whose history is not here.
pub fn ci<'r>(repo: &'r Repository, change: &Change) -> Result<Vec<Question<'r>>, ScopeError> {
    let base: Snapshot<'r> = Rc::from(repo.commit_tree(&change.base)?);
    let after: Snapshot<'r> = Rc::from(repo.commit_tree(&change.head)?);
    let (ruling, untold) = match policies::read(&*base)? {
        Ok((policy, origin)) => ((Rc::new(policy), origin), None),
        Err(broken) => ((Rc::new(Policy::default()), Origin::Default), Some(policies::first_mistake(&broken))),
    };
    let is_request = matches!(change.kind, ChangeKind::Request { .. });
    let starts = if is_request { starts(repo, change)? } else { vec![Some(change.base)] };
    let mut questions = Vec::new();
    for start in starts {
        let start: Option<Snapshot<'r>> = match start {
            Some(id) if id == change.base => Some(Rc::clone(&base)),
            Some(id) => Some(Rc::from(repo.commit_tree(&id)?)),
            None => None,
        };
        let mut question =
            Question::plain(name(change), Rc::clone(&after), Against::Parents(Vec::new()), ruling.clone());
        question.gate = gate(change, &question.policy, untold.clone());
        (question.laxer, question.unreadable) = policy_change(start.as_deref(), &*base, &*after)?;
        // What the branch holds already cannot change by a merge, whatever the request was made from.
        question.against = Against::Parents(start.into_iter().chain([Rc::clone(&base)]).collect());
        // Once is enough where several merge bases are asked about.
        if question.policy.push.every_commit && question.policy.push.guards(&change.target) && questions.is_empty() {
            let span = Span { tip: change.head, hidden: vec![change.base] };
            question.commits = Some(Commits { repo, span });
        }
        questions.push(question);
    }
    Ok(questions)
}

/// The commits at which a request left its branch; `None` stands for no common history at all.
fn starts(repo: &Repository, change: &Change) -> Result<Vec<Option<Id>>, ScopeError> {
    let found = repo.merge_bases(&change.base, &change.head)?;
    if found.is_empty() && repo.is_shallow() {
        return Err(ScopeError::TooShallow);
    }
    Ok(if found.is_empty() { vec![None] } else { found.into_iter().map(Some).collect() })
}

fn gate(change: &Change, policy: &Policy, untold: Option<String>) -> Gate {
    let target = Target { remote: b"origin".to_vec(), reference: change.target.clone(), source: Vec::new() };
    let proposal = match &change.kind {
        ChangeKind::Request { labels, head, page } if policy.push.guards(&change.target) => {
            Proposal::Request(Request {
                labelled: labels.contains(&policy.ci.label),
                head: head.clone(),
                page: page.clone(),
                untold,
            })
        }
        ChangeKind::Request { .. } | ChangeKind::Landed => Proposal::Content,
    };
    Gate::Proposed(target, proposal)
}

/// What the change makes laxer, and why its policy cannot be read. A request that leaves the policy as it found it
/// changes nothing of what the branch holds by now.
fn policy_change(
    start: Option<&dyn Tree>,
    base: &dyn Tree,
    after: &dyn Tree,
) -> Result<(Vec<Laxer>, Option<String>), ScopeError> {
    let files = PolicyFiles::of(after)?;
    let from = start.unwrap_or(base);
    if files == PolicyFiles::of(from)? || files == PolicyFiles::of(base)? {
        return Ok((Vec::new(), None));
    }
    let next = match policies::read(after)? {
        Ok((next, _)) => next,
        Err(broken) => return Ok((Vec::new(), Some(policies::first_mistake(&broken)))),
    };
    let before = policies::read(from)?.map_or_else(|_| Policy::default(), |(policy, _)| policy);
    Ok((laxer(&before, &next), None))
}

fn name(change: &Change) -> String {
    let target = printable(short(&change.target));
    match &change.kind {
        ChangeKind::Request { page: Page::GitHub(number), .. } => format!("pull request {number} into {target}"),
        ChangeKind::Request { page: Page::GitLab(number), .. } => format!("merge request {number} into {target}"),
        ChangeKind::Request { page: Page::Arguments, .. } => format!("a request into {target}"),
        ChangeKind::Landed => format!("what reached {target}"),
    }
}
