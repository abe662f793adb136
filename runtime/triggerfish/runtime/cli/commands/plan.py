"""``triggerfish plan``."""

from __future__ import annotations

from pathlib import Path

import click

from triggerfish.runtime.cli.deploying import people_options, planned, show, warn, wishes
from triggerfish.runtime.cli.output import note, say_json
from triggerfish.runtime.cli.workspace import Workspace, format_option, path_argument


@click.command("plan")
@path_argument
@people_options
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Save the plan for deploy --plan.")
@format_option
def command(
    path: Path, move: bool, leave_orphans: bool, exit_orphans: bool, enter_members: bool, ids: bool,
    output: Path | None, format_: str,
) -> None:
    """Say what putting the folder's program in force would change, and for whom. Changes nothing.

    \b
    Example:
      triggerfish plan shop
      triggerfish plan shop --move --exit-orphans -o plan.json
    """
    import msgspec

    wanted = wishes(move=move, leave_orphans=leave_orphans, exit_orphans=exit_orphans, enter_members=enter_members)
    workspace = Workspace(path)
    program = workspace.program
    with workspace.store() as store:
        plan = planned(workspace, store, program, wanted)
    warn(workspace)
    if output is not None:
        output.write_bytes(msgspec.json.format(msgspec.json.encode(plan), indent=2) + b"\n")
        note(f"the plan is saved: triggerfish deploy --plan {output} carries it out")
    if format_ == "json":
        say_json(plan)
    else:
        show(plan, ids=ids)
