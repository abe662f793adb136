"""``triggerfish enter``."""

from __future__ import annotations

from pathlib import Path

import click

from triggerfish.runtime.cli.assignments import assignments
from triggerfish.runtime.cli.completing import declared
from triggerfish.runtime.cli.failures import WRONG_CONTENT, Fault
from triggerfish.runtime.cli.flows import flow_called
from triggerfish.runtime.cli.taking import take
from triggerfish.runtime.cli.workspace import Workspace, format_option, project_option
from triggerfish.runtime.intake.item import Item


@click.command("enter")
@click.argument("flow", shell_complete=declared("flow"))
@click.argument("person", required=False)
@click.argument("values", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--at", "time", help="When it was: 2026-03-02T10:00 (default: now).")
@project_option
@format_option
def command(flow: str, person: str | None, values: tuple[str, ...], time: str | None, path: Path, format_: str) -> None:
    """Bring PERSON (an id or an e-mail address) into FLOW, which starts by hand.

    The flow's own conditions are asked as at every entry. A running `triggerfish run` sees it at once; without one it
    waits in the store. A flow `for workspace` runs for no person, so PERSON is left out.

    \b
    Example:
      triggerfish enter welcome_back ana product_id=p1
      triggerfish enter weekly_post
    """
    found = flow_called(Workspace(path).program, flow)
    start = next((each for each in found.starts if each.kind == "by hand"), None)
    if start is None:
        raise Fault(f"the flow {flow} does not start by hand; add the line `start by hand` to it", WRONG_CONTENT)
    if found.workspace and person is not None:
        values = (person, *values)
        person = None
    if person is None and not found.workspace:
        raise click.UsageError(f"say who enters: triggerfish enter {flow} PERSON")
    given = assignments(values, nested=True)
    known = [each.name for each in start.parameters]
    for name in given:
        if name not in known:
            raise click.UsageError(f"{flow} takes no {name}; it takes: {', '.join(known) or 'no values'}")
    item = Item("enter", flow, person, time, None, given, "the command line", flow)
    take(path, item, format_, f"{person or 'the start of'} {'into ' if person else ''}{flow} is stored")
