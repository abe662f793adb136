"""``triggerfish explain``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triggerfish.runtime.cli.completing import declared
from triggerfish.runtime.cli.failures import WRONG_CONTENT, Fault
from triggerfish.runtime.cli.output import say_json
from triggerfish.runtime.cli.people import known_person
from triggerfish.runtime.cli.workspace import Workspace, format_option

if TYPE_CHECKING:
    from triggerfish.runtime.machine.machine import Machine
    from triggerfish.runtime.store.store import Store
    from triggerfish.runtime.story.explain import Explanation
    from triggerfish.runtime.story.record import Record
    from triggerfish.runtime.story.versions import Machines


TIMES = 5
"""Somebody to whom something happens while they are looked at is looked at again, so often."""


@click.command("explain")
@click.argument("person")
@click.argument("flow_and_path", nargs=-1, metavar="[FLOW] [PATH]", shell_complete=declared("flow", folders=True))
@click.option("--at", "time", help="As it was at that moment: 2026-03-02T10:00, local time of the person.")
@click.option("--message", help="Why this message was sent or not, step by step of all flows that send it.")
@click.option("--verbose", is_flag=True, help="The conditions that held, too.")
@click.option("--limit", default=200, show_default=True, help="The newest so many lines of what happened; 0 for all.")
@format_option
def command(
    person: str, flow_and_path: tuple[str, ...], time: str | None, message: str | None, limit: int, format_: str, *, verbose: bool
) -> None:
    """Say what happened to PERSON, what did not, why, and what comes next, with the lines it comes from.

    It begins with a short answer for each flow. With FLOW, keeps to that flow and says why the person never entered it, if so.
    The flows `for workspace` are explained under the name workspace.

    \b
    Example:
      triggerfish explain ana
      triggerfish explain ana cart_recovery shop
      triggerfish explain ana --message cart_reminder --at 2026-03-02T11:30
    """
    from triggerfish.runtime.engine.clock import WallClock  # slow to import
    from triggerfish.runtime.machine.everyone import WORKSPACE
    from triggerfish.runtime.story.explain import Explanation
    from triggerfish.runtime.story.record import changed_since, read
    from triggerfish.runtime.story.render import as_json, as_text
    from triggerfish.runtime.story.versions import Machines

    flow, path = flow_and_folder(flow_and_path)
    workspace = Workspace(path)
    with workspace.store() as store:
        machines = Machines(store.programs, workspace.functions, lambda: workspace.program)
        shared = WORKSPACE if person == WORKSPACE.strip() and _newest(store, machines).workspace is not None else None
        name = shared or known_person(store, person)
        for _ in range(TIMES):
            record = read(store, name, machines)
            now = WallClock().now()
            until = None if time is None else moment(time, record.zone())
            if until is not None and until > now:
                raise click.UsageError(f"{time} is still to come; without --at, `explain` ends with what comes next")
            explanation = Explanation(record, now, until, _written(workspace))
            if flow is not None:
                _check_flow(workspace, record, explanation, flow)
            if message is not None:
                _check(message, "message", (each.name for each in explanation.program.ir.messages))
            entries = explanation.entries(flow, message=message, verbose=verbose, limit=limit or None)
            if not changed_since(store, record):
                break
    if format_ == "json":
        say_json(as_json(explanation, entries))
        return
    asked = "" if time is None else f", as of {explanation.scene.moment(explanation.scene.now)}"
    click.echo(f"{explanation.person}  (times in {explanation.zone}{asked})")
    for line in as_text(explanation, entries):
        click.echo(line)


def _written(workspace: Workspace) -> str | None:
    """The hash of the folder's program; None where it has none, or one with mistakes in it."""
    from triggerfish.dsl.ir.codec import program_hash

    try:
        written = workspace.loaded.program
    except Fault:
        return None
    return None if written is None or workspace.mistakes else program_hash(written)


def _newest(store: Store, machines: Machines) -> Machine:
    return machines(store.programs.version() or 1)


def _check(name: str, what: str, known: Iterable[str]) -> None:
    from triggerfish.dsl.diagnostics.suggest import closest

    names = list(known)
    if name not in names:
        nearest = closest(name, names)
        raise Fault(f"there is no {what} {name}" + (f'; did you mean "{nearest}"?' if nearest else ""), WRONG_CONTENT)


def _check_flow(workspace: Workspace, record: Record, explanation: Explanation, flow: str) -> None:
    """End the command where the flow was not in force at the moment looked at, saying since when it was or what to do."""
    scene = explanation.scene
    if scene.flow(flow) is not None:
        return
    with_it = [version for version in record.versions if _has(record, version.number, flow)]
    if with_it:
        first, last = with_it[0], with_it[-1]
        if scene.now < first.at:
            raise Fault(f"the flow {flow} was not in force then: it was deployed {scene.moment(first.at)}, with version {first.number}", WRONG_CONTENT)
        dropped = next(version for version in record.versions if version.number > last.number)
        raise Fault(
            f"the flow {flow} is no longer in force: version {dropped.number} dropped it {scene.moment(dropped.at)}, and {record.person} "
            "was never concerned by it", WRONG_CONTENT,
        )
    written = workspace.loaded.program
    if written is not None and flow in {each.name for each in written.flows}:
        raise Fault(f"the flow {flow} is in the folder and was never deployed: `triggerfish deploy` puts it in force", WRONG_CONTENT)
    _check(flow, "flow", (each.name for each in explanation.program.ir.flows))


def _has(record: Record, version: int, flow: str) -> bool:
    return flow in record.machine(version).part(record.person).flows


def flow_and_folder(given: tuple[str, ...]) -> tuple[str | None, Path]:
    """Which of the two words is the flow and which the project folder."""
    if len(given) > 2:
        raise click.UsageError("give a person, perhaps a flow, and perhaps a project folder")
    folders = [each for each in given if Path(each).is_dir()]
    names = [each for each in given if each not in folders]
    if len(given) == 2 and not Path(given[1]).is_dir():
        raise click.UsageError(f"there is no folder {given[1]}")
    if len(folders) == 2:
        return given[0], Path(given[1])
    return (names[0] if names else None), Path(folders[0] if folders else ".")


def moment(text: str, zone: object) -> int:
    """A local time given on the command line, as a moment."""
    import datetime as dt
    from zoneinfo import ZoneInfo

    from triggerfish.runtime.intake.moments import two_digits
    from triggerfish.runtime.machine import calendar

    try:
        naive = dt.datetime.fromisoformat(two_digits(text))
    except ValueError:
        raise click.UsageError(f'"{text}" is no time; write 2026-03-02T10:00') from None
    if naive.tzinfo is not None:
        return int(naive.timestamp() * 1000)
    return calendar.moment(naive, zone if isinstance(zone, ZoneInfo) else ZoneInfo("UTC"))
