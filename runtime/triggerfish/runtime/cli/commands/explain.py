"""``triggerfish explain``."""

from __future__ import annotations

from pathlib import Path

import click

from triggerfish.runtime.cli.failures import WRONG_CONTENT, Fault
from triggerfish.runtime.cli.output import say_json
from triggerfish.runtime.cli.people import known_person
from triggerfish.runtime.cli.workspace import Workspace, format_option


@click.command("explain")
@click.argument("person")
@click.argument("flow_and_path", nargs=-1, metavar="[FLOW] [PATH]")
@click.option("--at", "time", help="As it was at that moment: 2026-03-02T10:00, local time of the person.")
@format_option
def command(person: str, flow_and_path: tuple[str, ...], time: str | None, format_: str) -> None:
    """Say what happened to PERSON, what did not, and why, with the lines it comes from.

    With FLOW, keeps to that flow and says why the person never entered it, if so.

    \b
    Example:
      triggerfish explain ana
      triggerfish explain ana cart_recovery shop
    """
    from triggerfish.runtime.machine.machine import Machine  # slow to import
    from triggerfish.runtime.story.explain import Explanation, Posted, as_json, as_text

    flow, path = flow_and_folder(flow_and_path)
    workspace = Workspace(path)
    machine = Machine(workspace.program, functions=workspace.functions)
    if flow is not None and flow not in machine.program.flows:
        from triggerfish.dsl.diagnostics.suggest import closest

        nearest = closest(flow, list(machine.program.flows))
        raise Fault(f"there is no flow {flow}" + (f'; did you mean "{nearest}"?' if nearest else ""), WRONG_CONTENT)
    with workspace.store() as store:
        known = known_person(store, person)
        cell = store.profiles.load([known]).get(known)
        logged = store.events.of_person(known)
        posted = [Posted(each.delivery.key, each.status, each.reason) for each in store.outbox.of_person(known)]
        explanation = Explanation(
            machine, known, store.journal.of_person(known), [each.input for each in logged if each.origin != "machine"],
            posted, cell.state if cell else None,
        )
    until = None if time is None else moment(time, explanation.zone)
    entries = explanation.entries(flow, until)
    if format_ == "json":
        say_json(as_json(explanation, entries))
        return
    click.echo(f"{known}  (times in {explanation.zone})")
    for line in as_text(explanation, entries):
        click.echo(f"  {line}")
    if not entries:
        unknown = sorted({each.input.name for each in logged if each.input.kind == "event"} - {each.name for each in machine.program.ir.events})
        said = f"{len(logged)} inputs are stored, and no flow was concerned" if logged else "nothing has happened yet"
        click.echo(f"  {said}" + (f"; {', '.join(unknown)}: no event of that name is declared" if unknown else ""))


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

    from triggerfish.runtime.machine import calendar

    try:
        naive = dt.datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f'"{text}" is no time; write 2026-03-02T10:00') from None
    if naive.tzinfo is not None:
        return int(naive.timestamp() * 1000)
    return calendar.moment(naive, zone if isinstance(zone, ZoneInfo) else ZoneInfo("UTC"))
