//! `hook uninstall`: removes our shims and gives back what was there.

use super::args::UninstallArgs;
use super::install::{listed, site};
use super::output::out;
use super::world::Surroundings;
use super::{Failure, Outcome, clones};
use freeze_guard::wiring::{apply, plan_uninstall};

pub(crate) fn run(args: &UninstallArgs, world: &Surroundings) -> Result<Outcome, Failure> {
    let repo = world.repository()?;
    let plan = plan_uninstall(&site(&repo)?)?;
    let (steps, notes) = (plan.steps().to_vec(), plan.notes().to_vec());
    if !args.dry_run {
        apply(plan)?;
        clones::update(|list| list.remove(repo.common_dir()));
    }
    out(&listed(&steps, &notes, "nothing to do: no shim of ours is here"));
    Ok(Outcome::Pass)
}
