"""What plan, deploy and rollback have in common."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triggerfish.runtime.cli.failures import WRONG_CONTENT, Fault
from triggerfish.runtime.cli.output import note, progress, say_json

if TYPE_CHECKING:
    from triggerfish.dsl.ir.program import Program
    from triggerfish.runtime.cli.workspace import Workspace
    from triggerfish.runtime.deploys.plan import Plan, Wishes
    from triggerfish.runtime.store.store import Store

_OPTIONS = (
    click.option("--move", is_flag=True, help="People inside go on in the new version, at the step they are at."),
    click.option("--leave-orphans", is_flag=True, help="With --move: whose step is gone finishes the version entered."),
    click.option("--exit-orphans", is_flag=True, help="With --move: whose step is gone leaves the flow."),
    click.option("--enter-members", is_flag=True, help="Who comes into a segment by this enters the flows that start with it."),
    click.option("--people", "ids", is_flag=True, help="Name the first few people of each group."),
)


def people_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What is to become of the people inside."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def wishes(*, move: bool, leave_orphans: bool, exit_orphans: bool, enter_members: bool) -> Wishes:
    """The options, checked against each other."""
    from triggerfish.runtime.deploys.plan import Wishes

    if leave_orphans and exit_orphans:
        raise click.UsageError("--leave-orphans and --exit-orphans exclude each other")
    if (leave_orphans or exit_orphans) and not move:
        raise click.UsageError("--leave-orphans and --exit-orphans go with --move: without it nobody is moved")
    return Wishes(move, "leave" if leave_orphans else "exit" if exit_orphans else None, enter_members)


def planned(workspace: Workspace, store: Store, program: Program, wanted: Wishes) -> Plan:
    """The plan, made with a progress bar."""
    from triggerfish.runtime.deploys.plan import make_plan
    from triggerfish.runtime.engine.clock import WallClock

    with progress("looking at people") as done:
        return make_plan(
            store, program, wanted, now=WallClock().now(), functions=workspace.functions, actions=workspace.plugins.actions, progress=done
        )


def show(plan: Plan, *, ids: bool, error: bool = False) -> None:
    """The plan in words."""
    from triggerfish.runtime.deploys.words import sentences

    for line in sentences(plan, ids=ids):
        note(line) if error else click.echo(line)


def warn(workspace: Workspace) -> None:
    """That new windows cannot be filled from events that are no longer kept, if so."""
    from triggerfish.runtime.cli.commands.check import forgotten

    if (warning := forgotten(workspace)) is not None:
        note(warning)


def put_in_force(
    store: Store, program: Program, plan: Plan, *, back_to: int | None, format_: str, file: Path | None = None
) -> None:
    """Carry the plan out and say so; what does not fit any more ends the command with code 1."""
    from triggerfish.runtime.deploys.apply import PlanRefused, apply
    from triggerfish.runtime.engine.clock import WallClock
    from triggerfish.runtime.store.errors import Conflict

    try:
        version = apply(store, program, plan, WallClock().now(), how="deploy" if back_to is None else "rollback", back_to=back_to)
    except (PlanRefused, Conflict) as error:
        raise Fault(str(error) + (f" ({file})" if file is not None else ""), WRONG_CONTENT) from error
    before = plan.in_force.version if plan.in_force is not None else None
    if format_ == "json":
        say_json({"version": version, "before": before, "changed": version != before, "back_to": back_to})
    elif version == before:
        click.echo(f"version {version} is in force already; nothing was changed")
    else:
        again = f", which is version {back_to} again" if back_to is not None else ""
        click.echo(f"version {version} is in force{again}; what runs here takes it up by itself")
