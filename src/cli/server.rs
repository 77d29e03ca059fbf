//! `hook install --server`: guards a repository that people push to, and says by which policy.

use std::path::Path;

use super::args::InstallArgs;
use super::children::Children;
use super::install::{self, planned, told};
use super::output::out;
use super::status::server_policies;
use super::{Failure, Outcome};
use freeze_guard::git::Repository;
use freeze_guard::wiring::{Site, apply, establish_server, plan_server};

/// What a repository without a work tree is told that was wired as a clone.
pub(crate) const BARE: &str = "note: these hooks judge what is pushed from here, and what is committed in its work \
                               trees; to judge what is pushed to it: `hook install --server`\n";

pub(crate) fn install(args: &InstallArgs, repo: &Repository, site: &Site, binary: &Path) -> Result<Outcome, Failure> {
    let plan = plan_server(site, binary)?;
    if args.dry_run {
        out(&planned(&plan, "nothing to do: everything is in place"));
        return Ok(Outcome::Pass);
    }
    out(&told(&apply(plan)?, "nothing to do: everything was in place"));
    let all = establish_server(&install::site(repo)?, binary, &Children { repo })?;
    let reached = install::all_reached(&all, "hook status --server");
    out(&server_policies(repo)?);
    Ok(if reached { Outcome::Pass } else { Outcome::Refuse })
}
