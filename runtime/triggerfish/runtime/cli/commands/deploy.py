"""``triggerfish deploy``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from triggerfish.runtime.cli.deploying import people_options, planned, put_in_force, show, warn, wishes
from triggerfish.runtime.cli.failures import WRONG_CONTENT, Fault
from triggerfish.runtime.cli.workspace import Workspace, format_option, path_argument

if TYPE_CHECKING:
    from triggerfish.runtime.deploys.plan import Plan


@click.command("deploy")
@path_argument
@people_options
@click.option("--plan", "file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Carry out this saved plan, or refuse if anything has changed since.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@format_option
def command(
    path: Path, move: bool, leave_orphans: bool, exit_orphans: bool, enter_members: bool, ids: bool,
    file: Path | None, yes: bool, format_: str,
) -> None:
    """Put the folder's program in force, for all who run it, without a restart. Starts no flow by itself.

    People inside go on in the version they entered, unless --move is given.

    \b
    Example:
      triggerfish deploy shop
      triggerfish deploy shop --move --leave-orphans --yes
      triggerfish deploy shop --plan plan.json
    """
    wanted = wishes(move=move, leave_orphans=leave_orphans, exit_orphans=exit_orphans, enter_members=enter_members)
    if file is not None and (move or enter_members):
        raise click.UsageError("--plan brings its own options: give --move and --enter-members to triggerfish plan")
    workspace = Workspace(path)
    program = workspace.program
    with workspace.store() as store:
        if file is not None:
            plan = _saved(file)
        else:
            plan = planned(workspace, store, program, wanted)
            show(plan, ids=ids, error=format_ == "json")
            warn(workspace)
            if not yes and not (plan.same and not move and not enter_members):
                click.confirm("put it in force?", abort=True, err=format_ == "json")
        put_in_force(store, program, plan, back_to=None, format_=format_, file=file)


def _saved(file: Path) -> Plan:
    from triggerfish.runtime.deploys.apply import PlanRefused, read_plan

    try:
        return read_plan(file)
    except PlanRefused as error:
        raise Fault(str(error), WRONG_CONTENT) from error
