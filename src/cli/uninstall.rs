//! `hook uninstall`: removes our shims and gives back what was there.

use super::args::UninstallArgs;
use super::install::{binary, listed};
use super::output::out;
use super::world::Surroundings;
use super::{Failure, Outcome};
use freeze_guard::wiring::{Site, apply, plan_uninstall};

pub(crate) fn run(args: &UninstallArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    let repo = world.repository()?;
    let site = Site::of(&repo)?;
    let plan = plan_uninstall(&site, &binary()?)?;
    if !args.dry_run {
        apply(&plan)?;
    }
    out(&listed(&plan, "nothing to do: no shim of ours is here"));
    Ok(Outcome::Pass)
}
