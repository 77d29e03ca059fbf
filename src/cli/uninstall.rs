//! `hook uninstall`: removes our shims and gives back what was there.

use super::args::UninstallArgs;
use super::install::{planned, site, told};
use super::output::out;
use super::world::Surroundings;
use super::{Failure, Outcome, clones};
use freeze_guard::wiring::{Plan, Site, apply, plan_server_uninstall, plan_uninstall};

pub(crate) fn run(args: &UninstallArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    let nothing = "nothing to do: no hook of ours is here";
    if let Some(directory) = &args.template {
        let plan = plan_uninstall(&Site::template(&world.world.cwd.join(directory)))?;
        let outcome = outcome(&plan);
        out(&if args.dry_run { planned(&plan, nothing) } else { told(&apply(plan)?, nothing) });
        return Ok(outcome);
    }
    let repo = world.repository()?;
    let site = site(&repo)?;
    if args.server {
        let plan = plan_server_uninstall(&site)?;
        let outcome = outcome(&plan);
        out(&if args.dry_run { planned(&plan, nothing) } else { told(&apply(plan)?, nothing) });
        return Ok(outcome);
    }
    let plan = plan_uninstall(&site)?;
    if args.dry_run {
        out(&planned(&plan, nothing));
        return Ok(outcome(&plan));
    }
    let outcome = outcome(&plan);
    let done = apply(plan)?;
    clones::strike(&repo);
    out(&told(&done, nothing));
    Ok(outcome)
}

/// What stays is not uninstalled, whoever made it so.
fn outcome(plan: &Plan) -> Outcome {
    if plan.left().is_empty() { Outcome::Pass } else { Outcome::Refuse }
}
